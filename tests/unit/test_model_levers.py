"""The whole model: what strategies must not do."""

import numpy as np
import pytest
from whole_worlds import PLACEBO, RECEIVED, S0, SPENT, STRATEGIES, changed_columns, under_s0, world

from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import Levers, Strategy


@pytest.mark.parametrize("key", ["S2", "S3", "placebo"])
def test_before_it_starts_a_strategy_changes_nothing(key: str) -> None:
    start, weeks = 60, 130
    shared = world(weeks, start_week=start)
    ours, theirs = under_s0(shared, 0), simulate(shared, STRATEGIES[key], 0)
    assert changed_columns(ours, theirs, until=start) == set()
    assert changed_columns(ours, theirs) >= SPENT
    for name in ("sites", "communities"):
        early = ours.tables[name]["week"] < start
        for column, values in ours.tables[name].items():
            np.testing.assert_array_equal(values[early], theirs.tables[name][column][early])


def test_a_strategy_with_the_levers_of_s0_is_s0() -> None:
    twin = Strategy(
        key="twin", name="Twin", description="", levers=Levers(**S0.levers.model_dump())
    )
    small = world(130, start_week=13)
    assert simulate(small, twin, 0).digest() == simulate(small, S0, 0).digest()


def assert_only_money_differs(a: RunResult, b: RunResult, money: set[str]) -> None:
    """Compare all but money: weekly columns, sites, buildings, communities, what happened."""
    assert changed_columns(a, b) <= money
    assert a.series("strategy_cost_usd").sum() < b.series("strategy_cost_usd").sum()
    for name in ("sites", "phases", "communities"):
        for column, values in a.tables[name].items():
            if not column.startswith("benefit"):
                np.testing.assert_array_equal(values, b.tables[name][column], err_msg=column)
    events = [r.tables["events"] for r in (a, b)]
    told = [e["text"][~np.isin(e["kind"].astype(str), SIGNED)].tolist() for e in events]
    assert told[0] == told[1]


def test_the_placebo_spends_and_moves_nothing() -> None:
    small = world(208, start_week=13)
    ours, theirs = under_s0(small, 2), simulate(small, PLACEBO, 2)
    assert_only_money_differs(ours, theirs, SPENT)


SIGNED = ("agreement", "offer")

CASES = {
    "agreement": (
        {"openness": 0.9, "agreement_share_of_capex": 0.01, "agreement_binding": 1.0},
        {"society.agreement_effect": 0.0, "society.engagement_effect": 0.0},
    ),
    "academy": (
        {"academy_seats_per_year": 2_000, "upskilling_seats_per_year": 2_000},
        {"workforce.training_effect": 0.0},
    ),
    "preparation": (
        {"academy_seats_per_year": 2_000, "pre_apprenticeship_seats_per_year": 2_500},
        {"workforce.training_effect": 0.0},
    ),
    "cash": ({"cash_usd_per_household_year": 1_000}, {"society.cash_effect": 0.0}),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_lever_without_effect_only_pays_and_with_effect_does_not(case: str) -> None:
    levers, without = CASES[case]
    strategy = Strategy(key=case, name=case, description="", levers=Levers(**levers))
    null, real = world(208, without, start_week=13), world(208, start_week=13)
    assert_only_money_differs(under_s0(null, 3), simulate(null, strategy, 3), RECEIVED)
    changed = changed_columns(under_s0(real, 3), simulate(real, strategy, 3))
    assert changed & {"mean_support", "labour_hours_worked", "usable_mw"}


@pytest.mark.parametrize("key", ["S2", "S3"])
def test_shipped_strategies_without_effect_only_pay(key: str) -> None:
    without = CASES["agreement"][1] | CASES["academy"][1]
    small, quick = world(208, without, 13), STRATEGIES[key].with_("levers.agreement_weeks", 0)
    assert_only_money_differs(under_s0(small, 0), simulate(small, quick, 0), RECEIVED)
