"""Rank shares and failing runs, against counts by hand."""

import numpy as np
import pytest

from experiments.compare import PRIMARY
from experiments.decision import Criterion
from experiments.ranks import FAILURES, failing, ranks, with_limits


def table(**columns):
    """Three strategies on four futures and the central one, which does not count."""
    keys = np.repeat(["S0", "S1", "S2"], 5).astype(object)
    return {"strategy": keys, "future": np.tile(np.arange(5), 3)} | {
        name: np.array(values, float).ravel() for name, values in columns.items()
    }


def test_ranks_are_counted_and_ties_share_them():
    outcomes = table(**{PRIMARY: [[9, 3, 3, 1, 2], [0, 2, 3, 2, 1], [0, 1, 1, 3, 3]]})
    s0, s1, s2 = ranks(outcomes)
    assert s0.futures.tolist() == [(1 + 0.5) / 4, (0.5 + 1) / 4, 1 / 4]
    assert s1.futures.tolist() == [0.5 / 4, (1 + 0.5 + 1) / 4, 1 / 4]
    assert s2.futures.tolist() == [2 / 4, 0, 2 / 4]
    assert s0.n == 4
    for column in range(3):
        assert sum(r.futures[column] for r in (s0, s1, s2)) == pytest.approx(1)
        assert sum(r.resampled[column] for r in (s0, s1, s2)) == pytest.approx(1)
    assert all(r.resampled.sum() == pytest.approx(1) for r in (s0, s1, s2))


def test_a_ranking_that_never_changes_is_certain_and_a_failed_run_leaves_its_future_out():
    outcomes = table(**{PRIMARY: [[0, 3, 3, np.nan, 3], [0, 2, 2, 9, 2], [0, 1, 1, 9, 1]]})
    found = ranks(outcomes)
    assert [r.n for r in found] == [3, 3, 3]
    assert np.array([r.futures for r in found]).tolist() == np.eye(3).tolist()
    assert np.array([r.resampled for r in found]).tolist() == np.eye(3).tolist()


def test_failures_are_counted_in_each_definition():
    late = [[1, 0.2, 0, 0, 0.3], [1, 0, 0, 0.1, 0], [1, 1, 1, 1, np.nan]]
    rows = failing(table(late_mw=late), [Criterion("late_mw", 0.1)])
    assert [(r.strategy, r.share, r.n) for r in rows] == [
        ("S0", 0.5, 4),
        ("S1", 0, 4),
        ("S2", 1, 3),
    ]
    limits = {c.outcome: c.limit for c in with_limits({"late_mw": 0.5})}
    assert limits["late_mw"] == 0.5
    assert limits["short_sites"] == dict(FAILURES)["short_sites"]
