"""Elementary effects against functions whose effects are known exactly."""

import numpy as np
import pytest

from experiments.morris import STEP, Walks, effects, walks

GROUPS = list("abcdefghijklmnopqrst")


def found(of: Walks, values):
    return {e.group: e for e in effects(of, values)}


def of_function(of: Walks, function):
    return found(of, np.apply_along_axis(function, 2, of.points)[:, :, None])


def test_every_group_moves_once_by_one_step_within_the_range():
    of = walks(["p", "q", "r", "s"], ["one", "two", "two", "three"], 40, seed=3)
    assert of.points.shape == (40, 4, 4)
    assert np.allclose(np.unique(of.points), [0, 1 / 3, 2 / 3, 1])
    moves = np.abs(np.diff(of.points, axis=1))
    assert np.allclose(moves.sum(axis=1), STEP)
    assert ((moves > 0).sum(axis=1) == 1).all()
    assert np.array_equal(moves[:, :, 1] > 0, moves[:, :, 2] > 0)  # a group moves as one
    assert np.isnan(of.up[:, 1]).all()
    assert set(of.up[:, 0]) == {-1.0, 1.0}


def test_another_number_leaves_the_others_walks_alone():
    few = walks(["p", "q"], ["g", "h"], 9, seed=1)
    more = walks(["o", "p", "q"], ["g", "g", "h"], 9, seed=1)
    assert np.array_equal(few.points, more.points[:, :, 1:])


def test_a_line_has_its_slopes_for_effects_and_no_spread():
    slopes = np.array([3.0, -2.0, 0.0])
    of = walks(["a", "b", "c"], ["a", "b", "c"], 6, seed=0)
    seen = of_function(of, lambda x: x @ slopes)
    assert [seen[g].mean for g in "abc"] == pytest.approx([3, -2, 0])
    assert [seen[g].strength for g in "abc"] == pytest.approx([3, 2, 0])
    assert max(seen[g].spread for g in "abc") < 1e-9
    assert list(seen) == ["a", "b", "c"]


def test_the_function_of_morris_1991():
    """Only 1 to 10 act; 8, 9 and 10 linearly, with slope 2 x 20; 1 to 7 bend and interact."""

    def function(x):
        w = 2 * (x - 0.5)
        for i in (2, 4, 6):
            w[i] = 2 * (1.1 * x[i] / (x[i] + 0.1) - 0.5)
        pairs = sum(w[i] * w[j] for j in range(6) for i in range(j))
        three = sum(w[i] * w[j] * w[k] for k in range(5) for j in range(k) for i in range(j))
        return 20 * w[:10].sum() - 15 * pairs - 10 * three + 5 * w[:4].prod()

    seen = of_function(walks(GROUPS, GROUPS, 30, seed=2), function)
    assert [seen[g].mean for g in GROUPS[7:10]] == pytest.approx([40] * 3)
    assert max(seen[g].spread for g in GROUPS[7:]) < 1e-9
    assert max(seen[g].strength for g in GROUPS[10:]) < 1e-9
    assert min(seen[g].spread for g in GROUPS[:7]) > 10


def test_ishigami_on_the_four_levels():
    """By hand: mean absolute effects over the grid of 7.70, 7.875 (in every walk) and 6.25."""

    def function(x):
        a, b, c = np.pi * (2 * x - 1)
        return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)

    seen = of_function(walks(["a", "b", "c"], ["a", "b", "c"], 1200, seed=4), function)
    assert seen["b"].strength == pytest.approx(7 * 0.75 / STEP)
    a = np.sqrt(0.75) / STEP * (1 + 0.1 * (np.pi**4 + (np.pi / 3) ** 4) / 2)
    assert seen["a"].strength == pytest.approx(a, rel=0.06)
    c = 0.5 * np.sqrt(0.75) / STEP * 0.1 * (np.pi**4 - (np.pi / 3) ** 4)
    assert seen["c"].strength == pytest.approx(c, rel=0.06)
    assert seen["a"].low < seen["a"].strength < seen["a"].high


def test_what_does_nothing_shows_the_noise_of_chance_and_no_more():
    of = walks(["a", "b"], ["a", "b"], 1500, seed=0)
    chance = np.random.default_rng(5).normal(0, 1, (1500, 3, 2))
    seen = found(of, 3 * of.points[:, :, :1] + chance)
    # A step differs by sqrt(2) of one run's deviation, over two seeds and a step of 2/3.
    expected = np.sqrt(2 / np.pi) * np.sqrt(2) / np.sqrt(2) / STEP
    assert seen["b"].noise == pytest.approx(expected, rel=0.06)
    assert seen["b"].strength == pytest.approx(expected, rel=0.06)
    assert seen["a"].clear


def test_a_failed_run_costs_its_steps_and_one_replicate_has_no_noise():
    of = walks(["a", "b"], ["a", "b"], 7, seed=0)
    values = of.points[:, :, :1].copy()
    values[0, 0, 0] = np.nan
    seen = found(of, values)
    assert sorted(e.n for e in seen.values()) == [6, 7]
    assert np.isnan(seen["a"].noise)
    assert not seen["a"].clear
    assert found(of, values * np.nan)["a"].n == 0
