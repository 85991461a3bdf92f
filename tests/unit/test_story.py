"""The story of a site as the console tells it, and what it refuses."""

import re

import numpy as np
import pytest
from typer.testing import CliRunner

from ecosystem.model import simulate
from ecosystem.nulls import nulled
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from experiments import cli
from experiments.bars import LETTERS
from experiments.story import story
from experiments.summary import run_text
from experiments.whatif import dates, ranking_text, relax_text

# most stories are of sites that nobody withdrew before a decision
WORLD = nulled(load_world("stargate"), ["withdrawals", "preventive_moratoria"])
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
    assert "  2025-01-20  announced, 1,180 MW (recorded)" in text


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
    crossed = re.findall(r"^ ?\d+ +\d+ .* x \d{4}-\d\d +-$", text, flags=re.M)
    assert len(crossed) == (gone & (slips["site"] == site)).sum()
    assert re.search(r"^  20\d\d-\d\d-\d\d  phase \d+ is given up: later than", text, flags=re.M)
    assert "Plan moved: buildings" in text


def test_a_site_withdrawn_under_a_campaign_says_so():
    weary = WORLD.with_values(
        {"numbers.regulators.withdrawals_per_year": 20.0, "numbers.society.mood_later": -0.6}
    )
    result = simulate(weary.with_("weeks", 400), S0, seed=0, explained=True)
    table = result.tables["failures"]
    site = table["site"][table["reason"] == "campaign"][0]
    text = " ".join(story(result, site).split())
    count = (table["site"] == site).sum()
    assert f"given up in all {count}: withdrawn under a campaign ({count})" in text
    assert "withdrawn under a campaign, before any approval" in text
    assert re.search(r"hearing, courts: .*withdrawn 20\d\d-\d\d", text)


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
    result = call("mississippi", "--seed", "1", "--years", "8", "--relax", "community")
    assert result.exit_code == 0, result.output
    assert "community holds nothing back at mississippi" in result.output
    assert re.search(r"^mississippi +-\d", result.output, flags=re.M)  # announced sooner
    assert re.search(r"\d+ other sites? moved", result.output)
    assert "The replay of mississippi alone" in result.output
    assert max(map(len, result.output.splitlines())) <= 100


@pytest.mark.slow
def test_every_cause_is_ranked_by_what_relaxing_it_is_worth():
    result = call("arizona", "--relax", "all", "--jobs", "2")
    assert result.exit_code == 0, result.output
    table = re.findall(rf"^(\w+){r' +(\S+)' * 8}$", result.output, flags=re.M)
    rows = {row[0]: row[1:] for row in table if row[0] in CAUSES}
    assert set(rows) == set(CAUSES)
    gains = [float(row[4].replace("same", "0")) for row in rows.values()]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0.1
    best = next(iter(rows))
    assert f"Worth most here: no {best} delay" in result.output
    for row in rows.values():
        here, shared, plans, whole = (float(cell.replace("same", "0")) for cell in row[4:])
        # three significant digits each
        assert here + shared + plans == pytest.approx(whole, abs=0.02, rel=0.01)
    assert max(map(len, result.output.splitlines())) <= 100


def test_sites_that_lose_by_another_sites_relief_are_told(whole):
    other = dates(whole)
    abilene, saline = other["abilene"], other["saline"]
    other["abilene"] = abilene._replace(gw_years=abilene.gw_years + 1.0)
    other["saline"] = saline._replace(gw_years=saline.gw_years - 0.25)
    free = {cause: dates(whole) for cause in CAUSES} | {"labour": other}
    text = ranking_text(whole, free, "abilene", everywhere=False)
    first = next(x for x in text.splitlines() if x.startswith("labour")).split()
    assert first[0] == "labour"
    assert first[-4:] == ["+1.00", "-0.250", "same", "+0.750"]
    assert "Other sites lose when abilene is rid of labour" in " ".join(text.split())
    same = ranking_text(whole, {c: dates(whole) for c in CAUSES}, "abilene", everywhere=False)
    assert "No cause by itself costs abilene anything" in " ".join(same.split())


def test_a_run_looked_at_on_a_day_shows_what_binds_then():
    result = call("port_washington", "--at", "2027-10-01")
    assert result.exit_code == 0, result.output
    assert "On 2027-09-27 0 of 7 buildings are commissioned" in result.output
    assert re.search(r"^1 +interconnect +\d+ +critical +", result.output, flags=re.M)
    assert re.search(r"^grid +1 +1\.30 +\d+ M$", result.output, flags=re.M)
    assert result.output.index("Open on 2027-09-27") < result.output.index("What happened")
    assert "less than half in use at the end: not due yet" in result.output


def test_looking_on_a_day_is_the_same_run_as_to_the_end(whole):
    looked = simulate(WORLD, S0, seed=0, explained=True, until=200)
    assert looked.manifest["weeks"] == 200
    for name in ("start_week", "finish_week"):
        then, now = looked.tables["gantt"], whole.tables["gantt"]
        at = {k: v for k, v in zip(_bars(now), now[name], strict=True) if v <= 200}
        seen = {k: v for k, v in zip(_bars(then), then[name], strict=True) if v <= 200}
        assert seen
        assert seen == {k: at[k] for k in seen}


def _bars(table):
    return zip(table["site"], table["phase"], table["activity"], strict=True)


def test_the_ribbon_has_a_letter_for_every_stretch_under_way(whole):
    for site in whole.tables["campuses"]["site"]:
        text = story(whole, site)
        mine = whole.tables["ribbon"]["site"] == site
        first = whole.tables["ribbon"]["first_week"][mine]
        weeks = whole.tables["ribbon"]["weeks"][mine]
        cell = int(re.search(r"(\d+) weeks a\s+letter", text)[1])
        lines = text.splitlines()
        at = next(i for i, line in enumerate(lines) if line.endswith("weeks late"))
        letters = lines[at - 1][2:]
        assert len(letters) == -(-(first[-1] + weeks[-1] - first[0]) // cell)
        assert set(letters.lower()) <= set(LETTERS.values()) | {".", " "}
        assert re.match(r"  +20\d\d", lines[at - 2])
        assert "^" in lines[at + 1] or lines[at + 1].startswith("critical work")


def test_the_ribbon_shows_a_moratorium_as_the_community(whole):
    events = whole.tables["events"]
    at = (events["kind"] == "moratorium") & (events["site"] == "arizona")
    assert at.any()
    text = story(whole, "arizona")
    # a year of it, at five weeks a letter: most of these weeks cost the site time
    assert re.search(r"^  .*C{5,}.*\n.*weeks late$", text, flags=re.M)


def test_failure_is_told_by_each_definition_with_reasons():
    impatient = WORLD.with_("numbers.lab.patience_weeks", 26)
    result = simulate(impatient, S0, seed=5, explained=True)
    table = result.tables["failures"]
    site = table["site"][np.isfinite(table["cancelled_week"])][0]
    mine = table["site"] == site
    gone = mine & np.isfinite(table["cancelled_week"])
    text = " ".join(story(result, site).split())
    secured = (gone & table["secured"]).sum()
    assert f"cancelled after it was secured: {secured} of {mine.sum()} buildings" in text
    assert f"given up in all {gone.sum()}: too late ({gone.sum()})" in text
    told = run_text(result, "title")
    mw = table["mw"][table["reason"] == "late"].sum()
    assert re.search(rf"given up in all: .*too late {mw:,.0f} MW", " ".join(told.split()))


def test_the_run_says_why_capacity_came_late_and_the_rows_sum(whole):
    text = run_text(whole, "title")
    block = text[text.index("Why capacity came late") :].split("\n\n")[0].splitlines()[4:]
    rows = {re.split(r"  +", line)[0]: float(re.split(r"  +", line)[1]) for line in block}
    total = rows.pop("sum")
    assert sum(rows.values()) == pytest.approx(total, abs=0.005 * (len(rows) + 1))
    assert total == pytest.approx(whole.tables["lost_capacity"]["gw_years"].sum(), abs=0.005)
    assert "Delay by cause over the run" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_two_equal_runs_differ_in_nothing(whole):
    text = relax_text(whole, dates(whole), "abilene", "labour", everywhere=True)
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
        (("abilene", "--at", "soon"), "write a day as 2028-06-01"),
        (("abilene", "--at", "2050-01-01"), "can be looked at from 2025-01-13 to 2034-12-25"),
        (("abilene", "--at", "2028-01-01", "--relax", "grid"), "one question at a time"),
        (("saved", "abilene", "--seeds", "3"), "--seeds makes the run again"),
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
