"""The whole model at the ends of its numbers."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
from whole_worlds import S2, world

from ecosystem.model import simulate
from ecosystem.observables import LADDER, WEEKLY
from ecosystem.results import RunResult

TINY, HUGE = 1e-9, 1e3
EXTREMES: dict[str, dict[str, float]] = {
    "default": {},
    "no chips": {"chips.mw_per_week": TINY},
    "no headroom": {"grid.headroom_factor": TINY, "grid.upgrade_factor": TINY},
    "nobody to build": {"workforce.pool_factor": TINY},
    "no hearings": {"regulators.hearings_per_week": TINY},
    "heard at once": {"regulators.hearings_per_week": HUGE, "delivery.permit_weeks": 1},
    "no slots": {"equipment.slots_mw": TINY},
    "one crew each": {"contractors.crew_factor": TINY},
    "all denied": {"regulators.deny_base": 99.0, "regulators.withdraw_share": 1.0},
    "no cash": {"capital.opening_cash_usd": 0.0},
    "endless rent": {"capital.lease_usd_per_mw_year": 1e10},
    "one long storm": {"contractors.storm_per_year": 1e3, "contractors.storm_weeks": 4e3},
    "no chips by accident": {"chips.outage_per_year": 400, "chips.outage_depth": 1.0},
    "endless supply": {
        "chips.mw_per_week": 2e5,
        "grid.headroom_factor": HUGE,
        "workforce.pool_factor": HUGE,
        "regulators.hearings_per_week": HUGE,
        "equipment.slots_mw": 1e7,
        "contractors.crew_factor": HUGE,
    },
    "endless demand": {"market.demand_max_mw": 2e8, "market.demand_start_mw": 8e5},
    "no demand": {"market.demand_start_mw": 1e-3},
    "sated at once": {"market.demand_start_mw": 99_000.0},
    "all up in arms": {"society.trust_start": 0.0, "society.organise_on": 0.0},
    "full of trust": {"society.trust_start": 1.0},
    "lawsuits every week": {
        "regulators.litigation_per_year": 50.0,
        "regulators.moratorium_per_year": 50.0,
    },
    "no equity": {"capital.opening_cash_usd": 0.0, "capital.equity_usd_per_year": 0.0},
    "certain work": {
        "delivery.sigma_activity": 0.0,
        "delivery.sigma_site": 0.0,
        "delivery.sigma_region": 0.0,
    },
}


@cache
def extreme(name: str) -> RunResult:
    """Return an audited run of S2 from week 13 on in an extreme world."""
    # without a history on record, so that accidents strike from the first week on
    chosen = world(130, EXTREMES[name], start_week=13).with_("history_until", None)
    return simulate(chosen, S2, 0, audit=True)


@pytest.mark.parametrize("name", sorted(EXTREMES))
def test_extreme_worlds_keep_every_invariant(name: str) -> None:
    result = extreme(name)
    for column in WEEKLY:
        assert np.isfinite(result.series(column)).all(), column
    for column in (*LADDER, "cancelled_mw", "served_mw", "revenue_usd", "energy_mwh", "water_m3"):
        assert (result.series(column) >= 0).all(), column


@pytest.mark.parametrize("name", ["no chips", "nobody to build", "no chips by accident"])
def test_without_a_necessity_nothing_becomes_usable(name: str) -> None:
    assert extreme("default").series("usable_mw")[-1] > 0
    assert extreme(name).series("usable_mw").max() == 0


@pytest.mark.parametrize("name", ["no slots", "one crew each", "one long storm"])
def test_short_of_something_less_becomes_usable(name: str) -> None:
    ample = extreme("endless supply").series("usable_mw")
    assert extreme(name).series("usable_mw")[-1] < ample[-1]


def test_ample_supply_leaves_only_other_causes() -> None:
    ample = extreme("endless supply")
    for cause in ("chips", "labour", "equipment"):
        assert ample.series(f"lost_gw_weeks_{cause}").sum() == 0
        assert extreme("default").series(f"lost_gw_weeks_{cause}").sum() > 0


def test_without_firm_capacity_nobody_is_connected() -> None:
    events = extreme("no headroom").tables["events"]
    assert "headroom" not in events["kind"]
    assert "headroom" in extreme("default").tables["events"]["kind"]


def test_where_all_are_denied_candidates_end_at_their_hearing() -> None:
    kinds = Counter(extreme("all denied").tables["events"]["kind"])
    assert kinds["withdrawn"] > 0
    assert kinds["approved"] == 0
