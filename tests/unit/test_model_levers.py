"""The whole model: what strategies must not do."""

import numpy as np
import pytest
from whole_worlds import PLACEBO, RECEIVED, S0, S2, S3, SPENT, STRATEGIES, changed_columns, world

from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import Levers, Strategy


@pytest.mark.parametrize("key", ["S2", "S3", "placebo"])
def test_before_it_starts_a_strategy_changes_nothing(key: str) -> None:
    start, weeks = 60, 130
    shared = world(weeks, start_week=start)
    ours, theirs = simulate(shared, S0, 0), simulate(shared, STRATEGIES[key], 0)
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
    """Compare everything but money: weekly columns, sites, buildings, communities, events."""
    assert changed_columns(a, b) <= money
    assert not np.array_equal(a.series("strategy_cost_usd"), b.series("strategy_cost_usd"))
    assert a.series("strategy_cost_usd").sum() < b.series("strategy_cost_usd").sum()
    for name in ("sites", "phases", "communities"):
        for column, values in a.tables[name].items():
            if not column.startswith("benefit"):
                np.testing.assert_array_equal(values, b.tables[name][column], err_msg=column)


def test_the_placebo_spends_and_moves_nothing() -> None:
    small = world(208, start_week=13)
    ours, theirs = simulate(small, S0, 2), simulate(small, PLACEBO, 2)
    assert_only_money_differs(ours, theirs, SPENT)


def test_an_agreement_without_effect_only_pays() -> None:
    """Contact alone, as at a signing, builds trust; without that gain nothing is left of S2."""
    none = {
        "society.agreement_effect": 0.0,
        "society.engagement_effect": 0.0,
        "society.trust_gain": 0.0,
    }
    small = world(208, none, start_week=13)
    quick = S2.with_("levers.agreement_weeks", 0)
    ours, theirs = simulate(small, S0, 0), simulate(small, quick, 0)
    assert_only_money_differs(ours, theirs, RECEIVED)


def test_an_agreement_with_effect_changes_opinion_and_the_ladder() -> None:
    small = world(208, start_week=13)
    changed = changed_columns(simulate(small, S0, 0), simulate(small, S2, 0))
    assert changed >= {"mean_support", "permitted_mw", "building_mw"}


def test_an_academy_without_effect_only_pays() -> None:
    none = {"workforce.training_effect": 0.0}
    small = world(208, none, start_week=13)
    assert_only_money_differs(simulate(small, S0, 0), simulate(small, S3, 0), SPENT)
