"""What an ensemble says, on replications worked out by hand and on a few real runs."""

import re
from datetime import date

import numpy as np
import pytest
from typer.testing import CliRunner

from ecosystem.delivery.activities import Activity
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from experiments import cli
from experiments.ensemble import ensemble_text, explained, gather, keep, replications
from experiments.runner import run_all

WORLD = load_world("stargate")
S0 = load_strategy("S0")
START = date(2025, 1, 6)


def words(*values):
    return np.array(values, dtype=object)


def made_up(world, strategy, seed, weeks=None) -> RunResult:
    """First power at alpha in week 100 + 10 seed, from seed 8 on not before the end (week 200)."""
    late = 10.0 * seed
    censored = seed >= 8
    shares = np.zeros(2 * len(CAUSES))
    shares[CAUSES.index("grid")] = late
    shares[len(CAUSES) + CAUSES.index("labour")] = late
    drives = np.array([True, seed % 2 == 0, True])
    gone = np.nan if seed else 50.0
    return RunResult(
        {},
        {
            "campuses": {"site": words("alpha")},
            "milestones": {
                "site": words("alpha", "alpha"),
                "milestone": words("first power", "completion"),
                "planned_week": np.array([100.0, 120.0]),
                "reached_week": np.array([100.0 + late, 120.0 + late]),
                "censored": np.array([censored, censored]),
                "plan_moved_weeks": np.zeros(2),
                "own_work_weeks": np.array([3.0, -3.0]),
                "slip_weeks": np.array([late + 3, late - 3]),
            },
            "milestone_causes": {
                "site": words(*["alpha"] * 16),
                "milestone": words(*["first power"] * 8, *["completion"] * 8),
                "cause": words(*CAUSES, *CAUSES),
                "shapley_weeks": shares,
            },
            "gantt": {
                "site": words(*["alpha"] * 3),
                "activity": words("permit", "study", "commissioning"),
                "drives_first_power": drives,
                "drives_completion": np.array([False, False, True]),
            },
            "ribbon": {
                "site": words("alpha", "alpha", "alpha"),
                "cause": words("grid", "", "grid"),
                "weeks": np.array([10, 30, 20]),
            },
            "failures": {
                "site": words("alpha", "alpha"),
                "phase": np.array([1, 2]),
                "mw": np.array([100.0, 100.0]),
                "secured": np.array([True, True]),
                "cancelled_week": np.array([np.nan, gone]),
                "late_weeks": np.array([late + 60.0, late]),
                "due": np.array([True, True]),
                "usable": np.array([not censored, not censored]),
            },
        },
    )


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ten")
    specs = replications(WORLD, S0, 10, 0, 0, None)
    run_all(specs, 1, lambda done, total: None, folder, simulate=made_up, keep=keep)
    return gather(folder, [spec.run for spec in specs], "alpha", START)


def test_criticality_is_the_share_of_replications_on_the_driving_path(ten):
    assert ten.criticality["permit", "first power"] == pytest.approx(1.0)
    assert ten.criticality["study", "first power"] == pytest.approx(0.5)
    assert ten.criticality["commissioning", "completion"] == pytest.approx(1.0)
    assert ("permit", "completion") not in ten.criticality


def test_bands_are_order_statistics_and_what_is_not_reached_is_later(ten):
    text = ensemble_text(ten, "title")
    # of 0, 10, ... 90 weeks the first covers 10%, the fifth 50%, the ninth 90%
    assert re.search(
        r"^grid +40\.0 \[0\.0, 80\.0\] +90% +0\.0 \[0\.0, 0\.0\] +0% +50%$", text, re.M
    )
    assert re.search(r"^own work +3\.0 \[3\.0, 3\.0\] +10% +-3\.0 \[-3\.0, -3\.0\] +0%", text, re.M)
    assert re.search(r"^first power +2026-12 +2026-12 +2027-09 +later +20%$", text, re.M)


def test_the_chance_by_a_date_is_the_share_that_is_there(ten):
    text = ensemble_text(ten, "title")
    # weeks 100 (2026-12-07) to 170 for first power; 2027-01-01 is in week 103
    assert re.search(r"^2027-01-01 +10% +0%$", text, re.M)
    assert re.search(r"^2028-01-01 +60% +40%$", text, re.M)
    assert re.search(r"^2029-01-01 +80% +80%$", text, re.M)


def test_who_binds_and_failures_are_means_over_replications(ten):
    assert ten.bound["grid"] == pytest.approx(0.5)
    assert ten.failed["a building cancelled once secured"] == pytest.approx(0.1)
    assert ten.failed["a building more than 104 weeks late"] == pytest.approx(0.5)
    assert ten.failed["not half in use, of those due"] == pytest.approx(0.2)


def test_a_site_that_no_replication_opens_is_refused(tmp_path):
    specs = replications(WORLD, S0, 1, 0, 0, None)
    run_all(specs, 1, lambda done, total: None, tmp_path, simulate=made_up, keep=keep)
    with pytest.raises(Exception, match="opened in none of 1"):
        gather(tmp_path, [specs[0].run], "beta", START)


def test_replications_have_names_of_their_own_and_futures_draw_numbers():
    seeds = replications(WORLD, S0, 4, 0, 7, None)
    assert [spec.seed for spec in seeds] == [7, 8, 9, 10]
    assert not any(spec.values for spec in seeds)
    assert {s.run for s in seeds} == {s.run for s in replications(WORLD, S0, 4, 0, 7, None)}
    assert not {s.run for s in seeds} & {s.run for s in replications(WORLD, S0, 4, 0, 7, 100)}
    futures = replications(WORLD, S0, 0, 3, 7, None)
    assert len(futures) == len({spec.run for spec in futures}) == 3
    assert all(len(spec.values) > 100 for spec in futures)


def test_a_real_run_keeps_paths_from_land_to_commissioning():
    kept = keep(explained(WORLD, S0, 3, 300))
    driving = kept["driving"]
    assert set(driving["activity"]) <= {a.name.lower() for a in Activity}
    ends = driving["activity"] == "commissioning"
    assert ends.sum() == len(kept["milestones"]["site"])
    binds = kept["bound"]
    assert (binds["weeks"] > 0).all()


def test_the_command_goes_on_and_says_the_same_again(tmp_path):
    words = ["explain", "abilene", "--years", "3", "--seeds", "3", "--jobs", "1"]
    first, again = (
        CliRunner().invoke(cli.app, [*words, "--out", str(tmp_path)], prog_name="ecosystem")
        for _ in range(2)
    )
    assert first.exit_code == 0, first.output
    told = " ".join(first.stdout.split())
    assert "3 replications, seeds 0 to 2: the same numbers, other chance" in told
    assert "Opened in 3 of 3 replications" in first.stdout
    assert re.search(r"^commissioning +100% +100%$", first.stdout, re.M)
    assert "Fewer than 10" in first.stdout
    assert first.stdout == again.stdout
    assert "0 runs made, 3 found" in again.stderr
    assert max(map(len, first.stdout.splitlines())) <= 100
