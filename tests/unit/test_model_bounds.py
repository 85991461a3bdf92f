"""Levers whose effect is set to nothing, and numbers at the edge of what they may be."""

import numpy as np
import pytest

from ecosystem.model import simulate
from ecosystem.observables import LADDER
from ecosystem.results import RunResult
from ecosystem.scenario import Levers, Strategy, World, load_strategy, load_world

MONEY = {"strategy_cost_usd", "cash_usd", "equity_usd", "local_benefit_usd"}


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("stargate").with_("weeks", 156)


def strategy(**levers: float) -> Strategy:
    return Strategy(key="test", name="Test", description="", levers=Levers(**levers))


def differing(a: RunResult, b: RunResult) -> set[str]:
    one, other = a.tables["weekly"], b.tables["weekly"]
    return {name for name in one if not np.array_equal(one[name], other[name], equal_nan=True)}


@pytest.mark.parametrize(
    ("levers", "effects"),
    [
        (
            {"openness": 0.9, "agreement_share_of_capex": 0.01, "agreement_binding": 1.0},
            ("society.agreement_effect", "society.engagement_effect"),
        ),
        (
            {"academy_seats_per_year": 2_000, "upskilling_seats_per_year": 2_000},
            ("workforce.training_effect",),
        ),
        ({"cash_usd_per_household_year": 1_000}, ("society.cash_effect",)),
    ],
)
def test_a_lever_without_effect_costs_money_alone(
    world: World, levers: dict[str, float], effects: tuple[str, ...]
):
    null = world.with_values({f"numbers.{name}": 0.0 for name in effects})
    base = simulate(null, load_strategy("S0"), 3)
    assert differing(simulate(null, strategy(**levers), 3), base) <= MONEY
    assert differing(simulate(world, strategy(**levers), 3), base) - MONEY


@pytest.mark.parametrize(
    "values",
    [
        {"chips.mw_per_week": 1e-6},
        {"grid.headroom_factor": 1e-6, "grid.upgrade_factor": 1e-6},
        {"workforce.pool_factor": 1e-6},
        {"regulators.hearings_per_week": 1e-6},
        {"regulators.hearings_per_week": 1e6, "delivery.permit_weeks": 1},
        {"equipment.slots_mw": 1e-6},
        {"capital.opening_cash_usd": 0.0, "capital.equity_usd_per_year": 0.0},
        {"market.demand_start_mw": 1e-3},
        {"market.demand_start_mw": 99_000.0},
        {"society.trust_start": 0.0, "society.organise_on": 0.0},
        {"society.trust_start": 1.0},
        {"delivery.sigma_activity": 0.0, "delivery.sigma_site": 0.0},
        {"regulators.litigation_per_year": 50.0, "regulators.moratorium_per_year": 50.0},
    ],
)
def test_extreme_worlds_keep_every_invariant(world: World, values: dict[str, float]):
    extreme = world.with_values({f"numbers.{name}": value for name, value in values.items()})
    result = simulate(extreme, load_strategy("S2"), 1, audit=True)
    for name, column in result.tables["weekly"].items():
        assert np.isfinite(column).all(), name
    for name in (*LADDER, "cancelled_mw", "served_mw", "revenue_usd", "energy_mwh", "water_m3"):
        assert (result.series(name) >= 0).all(), name
