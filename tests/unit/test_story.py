"""The story of a site as the console tells it, and what it refuses."""

import re

import pytest
from typer.testing import CliRunner

from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from experiments import cli
from experiments.story import relax_text, story

WORLD = load_world("stargate")
S0 = load_strategy("S0")


@pytest.fixture(scope="module")
def whole() -> RunResult:
    return simulate(WORLD, S0, seed=0, explained=True)


@pytest.fixture(scope="module")
def midway() -> RunResult:
    return simulate(WORLD.with_("weeks", 90), S0, seed=0, explained=True)


def call(*words: str):
    return CliRunner().invoke(cli.app, ["explain", *words], prog_name="ecosystem")


def value(table, site, **keys):
    at = table["site"] == site
    for name, key in keys.items():
        at &= table[name] == key
    assert at.sum() == 1
    return int(at.nonzero()[0][0])


def test_every_story_fits_the_screen_and_names_partners_plan_and_slip(whole):
    campuses = whole.tables["campuses"]
    for i, site in enumerate(campuses["site"]):
        text = story(whole, site)
        assert max(map(len, text.splitlines())) <= 100
        for name in ("name", "developer", "cloud"):
            assert str(campuses[name][i]) in " ".join(text.split())
        row = value(whole.tables["milestones"], site, milestone="completion")
        slip = whole.tables["milestones"]["slip_weeks"][row]
        last = next(line for line in text.splitlines() if line.startswith("slip "))
        assert f"{slip:.1f}" in last.split()
        assert "simulated households; not an observation" in text


def test_the_printed_shares_sum_to_the_printed_slip(whole):
    text = story(whole, "port_washington")
    table = text[text.index("weeks         first power") :].split("\n\n")[0].splitlines()[2:]
    rows = {line[:14].strip(): [float(n) for n in line[14:].split()] for line in table}
    slip = rows.pop("slip")
    own = rows.pop("own work")
    for column, own_column in ((0, 0), (3, 1)):
        told = own[own_column] + sum(row[column] for row in rows.values())
        assert told == pytest.approx(slip[own_column], abs=0.05 * (len(rows) + 2))


def test_the_gantt_has_a_line_for_every_building_and_ends_in_use(whole):
    text = story(whole, "abilene")
    bars = re.findall(r"^\d  148 .*$", text, flags=re.M)
    assert len(bars) == 8
    assert all("=" in bar for bar in bars)
    assert not any("*" in bar for bar in bars)
    assert "8 of 8 buildings are commissioned" in text


def test_records_and_simulated_events_stand_in_order(whole):
    text = story(whole, "abilene")
    days = re.findall(r"^  (\d{4}-\d\d-\d\d)  ", text, flags=re.M)
    assert days == sorted(days)
    assert "on record: land, engagement, study, permit finished (buildings 1-8)" in text
    assert "announced: announced, 1,180 MW (recorded)" in text


def test_a_site_under_way_shows_float_and_what_a_week_costs(midway):
    text = story(midway, "shackelford")
    assert "0 of 10 buildings are commissioned" in text
    assert "not before" in text
    assert "critical" in text
    row = value(midway.tables["one_more_week"], "shackelford", cause="labour")
    gw_weeks = midway.tables["one_more_week"]["gw_weeks"][row]
    assert gw_weeks > 0
    assert re.search(rf"^labour +\d+ +{gw_weeks:.2f} ", text, flags=re.M)
    assert "an upper bound" in text


def test_buildings_given_up_are_crossed_out_and_have_no_slip():
    impatient = WORLD.with_("numbers.lab.patience_weeks", 26)
    result = simulate(impatient, S0, seed=5, explained=True)
    slips = result.tables["slips"]
    gone = slips["cancelled_week"] == slips["cancelled_week"]
    assert gone.any()
    site = slips["site"][gone][0]
    text = story(result, site)
    crossed = re.findall(r"^ ?\d+ +\d+ .* x \d{4}-\d\d +- ", text, flags=re.M)
    assert len(crossed) == (gone & (slips["site"] == site)).sum()
    assert "given up: phase" in text
    assert "Plan moved: buildings" in text


def test_what_would_have_helped_is_the_largest_but_for(whole):
    table = whole.tables["milestone_causes"]
    mine = (table["site"] == "arizona") & (table["milestone"] == "completion")
    best = table["but_for_weeks"][mine].argmax()
    cause, weeks = table["cause"][mine][best], table["but_for_weeks"][mine][best]
    text = " ".join(story(whole, "arizona").split())
    assert f"helped completion most: no {cause} delay, {weeks:.1f} weeks earlier" in text


def test_the_command_tells_of_a_run_made_now_and_of_a_saved_one(tmp_path):
    now = call("abilene", "--years", "2")
    assert now.exit_code == 0, now.output
    words = ["run", "--years", "2", "--out", str(tmp_path / "saved")]
    made = CliRunner().invoke(cli.app, words, prog_name="ecosystem")
    assert made.exit_code == 0, made.output
    saved = RunResult.load(tmp_path / "saved")
    assert "attribution" in saved.tables
    assert call(str(tmp_path / "saved"), "abilene").stdout == now.stdout


def test_relaxing_a_cause_shows_the_site_and_the_spillovers():
    result = call("arizona", "--years", "8", "--relax", "community")
    assert result.exit_code == 0, result.output
    assert "community holds nothing back at arizona" in result.output
    assert re.search(r"^arizona +same +-\d", result.output, flags=re.M)
    assert re.search(r"\d+ other sites? moved", result.output)
    assert "The replay of arizona alone" in result.output
    assert max(map(len, result.output.splitlines())) <= 100


def test_two_equal_runs_differ_in_nothing(whole):
    text = relax_text(whole, whole, "abilene", "labour", everywhere=True)
    assert "labour holds nothing back everywhere" in text
    assert re.search(r"^abilene +same +same +same +same$", text, flags=re.M)
    assert "0 other sites moved" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("abilen",), "Did you mean abilene?"),
        (("atlantis",), "Known are abilene"),
        (("abilene", "--relax", "comunity"), "Did you mean community?"),
        (("abilene", "--everywhere"), "--everywhere needs --relax"),
        (("a", "b", "c"), "takes [RUN] SITE"),
        (("saved", "abilene", "--relax", "grid"), "--relax makes the run again"),
        (("wyoming", "--years", "1"), "'wyoming' was not opened"),
    ],
)
def test_what_cannot_be_told_is_one_line_and_exit_code_2(words, told):
    result = call(*words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_run_without_the_tables_says_how_to_make_them(tmp_path):
    simulate(WORLD.with_("weeks", 5), S0, seed=0).save(tmp_path / "bare")
    result = call(str(tmp_path / "bare"), "abilene")
    assert result.exit_code == 2
    assert "ecosystem run --out" in result.stderr
