"""What the model makes of 2025 and 2026, beside what is recorded.

These are checks of a calibration, no predictions: dates of works, permits and power of the
programme sites are read in as records, and the durations that follow from them were set with the
first buildings of Abilene in view. What is tested is that the calibration still holds.
"""

from datetime import date
from statistics import median

import numpy as np
import pytest

from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from ecosystem.units import week_of

WORLD = load_world("stargate").with_values({"weeks": 80})
SECURED = ("secured", "permitted", "building", "energised", "commissioned", "usable")


def week(day: date) -> int:
    """Return the week of the run in which a day lies."""
    return int(week_of(day, WORLD.start))


@pytest.fixture(scope="module")
def runs() -> list[RunResult]:
    return [simulate(WORLD, load_strategy("S0"), seed) for seed in range(8)]


def test_the_first_building_of_abilene_comes_within_a_quarter_of_its_date(
    runs: list[RunResult],
) -> None:
    """147 MW in operation on 2025-09-26 (M058)."""
    first = []
    for result in runs:
        phases = result.tables["phases"]
        first.append(np.nanmin(phases["finish_week"][phases["site"] == "abilene"]))
    assert abs(median(first) - week_of(date(2025, 9, 26), WORLD.start)) <= 13


def test_usable_power_in_may_2026_is_within_a_factor_of_one_and_a_half(
    runs: list[RunResult],
) -> None:
    """421 MW of IT, 590 MW at the fence, on 2026-05-23 (M063)."""
    at = week(date(2026, 5, 23))
    usable = median(float(result.series("usable_it_mw")[at]) for result in runs)
    assert 421 / 1.5 <= usable <= 421 * 1.5


def test_no_other_site_runs_before_june_2026(runs: list[RunResult]) -> None:
    for result in runs:
        sites = result.tables["sites"]
        others = (sites["site"] != "abilene") & (sites["week"] < week(date(2026, 6, 1)))
        assert sites["usable_mw"][others].max() == 0


def test_ten_gigawatts_are_secured_in_the_united_states_by_late_april_2026(
    runs: list[RunResult],
) -> None:
    """10 GW as OpenAI said on 2026-04-29 (M150)."""
    abroad = [s.key for s in WORLD.sites if s.country != "US"]
    for result in runs:
        sites = result.tables["sites"]
        then = (sites["week"] == week(date(2026, 4, 29))) & ~np.isin(sites["site"], abroad)
        secured = sum(float(sites[f"{rung}_mw"][then].sum()) for rung in SECURED)
        assert secured == pytest.approx(10_000, rel=0.2)
