"""Regret, bad futures, good enough and trade-offs against hand-worked cases."""

import numpy as np
import pytest

from ecosystem.results import Table
from experiments.decision import Criterion, pareto, reached_by, satisficing, standings

PRIMARY = "usable_gw_years"


def table(**columns: list[list[float]]) -> Table:
    """Return outcomes of strategies A, B, ... (rows) over futures 0, 1, ... (columns)."""
    first = next(iter(columns.values()))
    rows, futures = len(first), len(first[0])
    found: Table = {
        "strategy": np.repeat(np.array([*"ABCDEF"][:rows], dtype=object), futures),
        "future": np.tile(np.arange(futures), rows),
    }
    return found | {name: np.array(values, float).ravel() for name, values in columns.items()}


def test_regret_is_the_distance_to_the_best_of_the_same_future() -> None:
    # future 0 is the central one and does not count
    found = standings(table(usable_gw_years=[[99, 10, 4, 6], [0, 8, 9, 6]]))
    a, b = found
    assert (a.max_regret, b.max_regret) == (5.0, 2.0)
    assert (a.mean_regret, b.mean_regret) == pytest.approx((5 / 3, 2 / 3))
    assert (a.best, b.best) == pytest.approx((0.5, 0.5))  # one win each, and one tie
    assert (a.median, a.cvar, a.n) == (6.0, 4.0, 3)


def test_where_less_is_better_the_bad_side_is_the_high_one() -> None:
    (a,) = standings(table(losing=[[0, 0.1, 0.2, 0.9]]), "losing")
    assert a.cvar == pytest.approx(0.9)
    assert a.p10 > 0.2


def test_a_failed_run_takes_its_future_out_for_all() -> None:
    nan = float("nan")
    found = standings(table(usable_gw_years=[[0, 10, nan], [0, 8, 99]]))
    assert [s.n for s in found] == [1, 1]
    assert [s.max_regret for s in found] == [0.0, 2.0]


def test_without_a_sampled_future_nothing_is_said() -> None:
    (a,) = standings(table(usable_gw_years=[[5]]))
    assert a.n == 0
    assert np.isnan(a.cvar)


def test_good_enough_means_all_criteria_in_the_same_future() -> None:
    outcomes = table(
        usable_gw_years=[[0, 5, 5, 5, 5], [0, 6, 4, 6, 6]],
        losing=[[0, 0.1, 0.1, 0.1, 0.1], [0, 0.1, 0.1, 0.4, 0.2]],
    )
    share = satisficing(outcomes, "A", (Criterion(PRIMARY, None), Criterion("losing", 0.25)))
    assert share == {"A": 1.0, "B": 0.5}


def test_the_pareto_set_leaves_out_what_another_beats_throughout() -> None:
    outcomes = table(
        usable_gw_years=[[0, 5], [0, 6], [0, 4]],
        strategy_cost_usd=[[0, 1], [0, 2], [0, 2]],
    )
    assert pareto(outcomes, "A", (PRIMARY, "strategy_cost_usd")) == ["A", "B"]


def test_a_goal_that_is_not_reached_counts_as_never() -> None:
    nan = float("nan")
    outcomes = table(
        weeks_to_5gw=[[0, 200, nan, 100, nan]], horizon_weeks=[[520, 520, 520, 520, nan]]
    )
    assert reached_by(outcomes, 5)["A"].tolist() == [100.0, 200.0, np.inf]
