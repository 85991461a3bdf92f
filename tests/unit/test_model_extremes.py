"""The whole model at the ends of its numbers."""

from collections import Counter

import numpy as np
import pytest
from whole_worlds import S2, world

from ecosystem.model import simulate
from ecosystem.observables import WEEKLY
from ecosystem.results import RunResult

TINY, HUGE = 1e-9, 1e9
EXTREMES = {
    "no chips": {"chips.mw_per_week": TINY},
    "no headroom": {"grid.headroom_factor": TINY, "grid.upgrade_factor": TINY},
    "nobody to build": {"workforce.pool_factor": TINY},
    "no hearings": {"regulators.hearings_per_week": TINY},
    "no slots": {"equipment.slots_mw": TINY},
    "one crew each": {"contractors.crew_factor": TINY},
    "all denied": {"regulators.deny_base": 99.0, "regulators.withdraw_share": 1.0},
    "no cash": {"capital.opening_cash_usd": 0.0},
    "endless rent": {"capital.lease_usd_per_mw_year": 1e12},
    "one long storm": {"contractors.storm_per_year": 1e6, "contractors.storm_weeks": HUGE},
    "no chips by accident": {"chips.outage_per_year": 1e6, "chips.outage_depth": 1.0},
    "endless supply": {
        "chips.mw_per_week": HUGE,
        "grid.headroom_factor": HUGE,
        "workforce.pool_factor": HUGE,
        "regulators.hearings_per_week": HUGE,
        "equipment.slots_mw": HUGE,
        "contractors.crew_factor": HUGE,
    },
    "endless demand": {"market.demand_max_mw": 1e12, "market.demand_start_mw": 1e11},
    "certain work": {
        "delivery.sigma_activity": 0.0,
        "delivery.sigma_site": 0.0,
        "delivery.sigma_region": 0.0,
    },
}


@pytest.fixture(scope="module")
def extremes() -> dict[str, RunResult]:
    """Return a run of S2 from week 13 in each extreme world; all are audited."""
    return {
        name: simulate(world(130, values, start_week=13), S2, 0, audit=True)
        for name, values in {"default": {}, **EXTREMES}.items()
    }


def test_extreme_worlds_stay_finite(extremes: dict[str, RunResult]) -> None:
    for name, result in extremes.items():
        lost = [column for column in WEEKLY if not np.isfinite(result.series(column)).all()]
        assert not lost, name


@pytest.mark.parametrize("name", ["no chips", "nobody to build", "no chips by accident"])
def test_without_a_necessity_nothing_becomes_usable(
    name: str, extremes: dict[str, RunResult]
) -> None:
    assert extremes["default"].series("usable_mw")[-1] > 0
    assert extremes[name].series("usable_mw").max() == 0


@pytest.mark.parametrize("name", ["no slots", "one crew each", "one long storm"])
def test_short_of_something_less_becomes_usable(name: str, extremes: dict[str, RunResult]) -> None:
    ample = extremes["endless supply"].series("usable_mw")
    assert extremes[name].series("usable_mw")[-1] < ample[-1]


def test_ample_supply_leaves_only_other_causes(extremes: dict[str, RunResult]) -> None:
    ample = extremes["endless supply"]
    for cause in ("chips", "labour", "equipment"):
        assert ample.series(f"lost_gw_weeks_{cause}").sum() == 0
        assert extremes["default"].series(f"lost_gw_weeks_{cause}").sum() > 0


def test_without_firm_capacity_nobody_is_connected(extremes: dict[str, RunResult]) -> None:
    events = extremes["no headroom"].tables["events"]
    assert "headroom" not in events["kind"]
    assert "headroom" in extremes["default"].tables["events"]["kind"]


def test_where_all_are_denied_candidates_end_at_their_hearing(
    extremes: dict[str, RunResult],
) -> None:
    kinds = Counter(extremes["all denied"].tables["events"]["kind"])
    assert kinds["withdrawn"] > 0
    assert kinds["approved"] == 0
