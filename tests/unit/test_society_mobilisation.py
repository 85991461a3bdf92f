"""Thresholds, campaigns, licence, trust and mood, against published examples and bisection."""

import numpy as np
import pytest
from scipy.optimize import brentq, fsolve
from scipy.stats import norm

from ecosystem.numbers import Society
from ecosystem.society.households import Households
from ecosystem.society.mobilisation import (
    Licence,
    Mobilised,
    cascade,
    cash_effect,
    heard_by,
    licence_level,
    mobilise,
    organised,
    trust_after_contact,
)
from ecosystem.society.mood import mood_at, mood_frozen

POLL_WEEKS = np.array([0.0, 22.0, 39.0])
POLLS = np.array([0.02, -0.24, -0.47])


def crowd(thresholds: np.ndarray, start: float = 0.0) -> float:
    """Return how many of a crowd act, thresholds in heads."""
    row = thresholds[None].astype(float)
    return float(cascade(np.ones(row.shape, bool), row, np.ones(row.shape), start)[0])


def test_granovetters_hundred_people() -> None:
    thresholds = np.arange(100)
    assert crowd(thresholds) == 100
    thresholds[1] = 2  # the person with threshold 1 is replaced by one with threshold 2
    assert crowd(thresholds) == 1


def test_granovetters_jump_over_the_spread_of_normal_thresholds() -> None:
    """Mean 25 of 100: 6 act at a spread of 12.2, nearly all just above it (his figure 2)."""
    quantiles = norm.ppf((np.arange(10_000) + 0.5) / 10_000)

    def share(sd: float) -> float:
        return crowd((0.25 + sd * quantiles) * 10_000) / 10_000

    def tangent(v: np.ndarray) -> list[float]:
        r, sd = v
        return [norm.cdf(r, 0.25, sd) - r, norm.pdf(r, 0.25, sd) - 1.0]

    r, critical_sd = fsolve(tangent, [0.06, 0.12])
    assert (r, critical_sd) == pytest.approx((0.06, 0.122), abs=0.003)
    low = brentq(lambda s: norm.cdf(s, 0.25, 0.12) - s, 0.0, r)
    assert share(0.12) == pytest.approx(low, abs=0.001)
    assert share(critical_sd - 0.0005) < r
    assert share(critical_sd + 0.0005) > 0.95


def test_a_cascade_remembers_where_it_stands() -> None:
    thresholds = np.repeat([0, 50], [10, 90])
    assert crowd(thresholds) == 10
    assert crowd(thresholds, start=60) == 100  # enough act already for the others to stay
    assert crowd(thresholds, start=49) == 10  # too few: all but the instigators leave


def test_the_unwilling_never_act() -> None:
    willing = np.array([[True, False, True, True]])
    weight = np.array([[0.1, 0.5, 0.2, 0.2]])
    threshold = np.array([[0.0, 0.0, 0.1, 0.35]])
    np.testing.assert_allclose(cascade(willing, threshold, weight), [0.3])


def _households(available: list[bool], trade: list[bool], threshold: list[float]) -> Households:
    size = len(available)
    row = np.zeros((1, size))
    return Households(
        weight=np.full((1, size), 1 / size),
        predisposition=row,
        susceptibility=row,
        threshold=np.array([threshold]),
        available=np.array([available]),
        near=row.astype(bool),
        trade_worker=np.array([trade]),
        owner=row.astype(bool),
        tercile=row.astype(int),
        neighbours=np.zeros((1, size, 2), int),
    )


def test_both_sides_mobilise_and_only_trades_need_no_example() -> None:
    people = _households(
        [True, True, True, False, False],
        [False, False, False, True, False],
        [-0.1, 0.3, 0.2, 0.9, -0.5],
    )
    nobody = Mobilised(np.zeros(1), np.zeros(1))
    against = mobilise(people, np.full((1, 5), -0.9), nobody, opinion_to_act=0.3)
    assert against.opposing[0] == pytest.approx(0.6)
    assert against.supporting[0] == 0.0
    favour = mobilise(people, np.full((1, 5), 0.9), nobody, opinion_to_act=0.3)
    assert favour.opposing[0] == 0.0
    assert favour.supporting[0] == pytest.approx(0.8)
    calm = mobilise(people, np.full((1, 5), -0.2), against, opinion_to_act=0.3)
    assert calm.opposing[0] == 0.0


def test_thresholds_are_shares_of_those_available() -> None:
    """One of four available acts: 0.25 of them, though only 0.1 of all households."""
    people = _households([True] * 4 + [False] * 6, [False] * 10, [-1.0, 0.24, 0.6, 0.6] + [0.0] * 6)
    nobody = Mobilised(np.zeros(1), np.zeros(1))
    found = mobilise(people, np.full((1, 10), -1.0), nobody, opinion_to_act=0.3)
    assert found.opposing[0] == pytest.approx(0.2)


def test_a_campaign_forms_late_and_dissolves_late() -> None:
    numbers = Society()
    state = np.array([False])
    seen = []
    for opposing in (0.08, 0.12, 0.08, 0.05, 0.049, 0.08):
        state = organised(state, np.array([opposing]), numbers.organise_on, numbers.organise_off)
        seen.append(bool(state[0]))
    assert seen == [False, True, True, True, False, False]


def test_licence_needs_both_support_and_trust() -> None:
    support = np.array([-0.5, 0.0, 0.9, 0.9, 0.9, -0.5])
    trust = np.array([0.9, 0.5, 0.5, 0.7, 0.95, 0.1])
    levels = [
        Licence.WITHHELD,
        Licence.ACCEPTED,
        Licence.ACCEPTED,
        Licence.APPROVED,
        Licence.IDENTIFIED,
        Licence.WITHHELD,
    ]
    np.testing.assert_array_equal(licence_level(support, trust), levels)


def test_trust_by_hand() -> None:
    gained = trust_after_contact(0.45, 0.9, 1.0, 0.0, gain=0.06, loss_ratio=3)
    assert gained == pytest.approx(0.45 + 0.06 * 0.9 * 2 * 0.55)
    lost = trust_after_contact(0.45, 0.0, 0.0, 1.0, gain=0.06, loss_ratio=3)
    assert lost == pytest.approx(0.45 - 0.06 * 3 * 0.45)


def test_at_even_trust_a_breach_costs_the_loss_ratio_of_a_contact() -> None:
    up = trust_after_contact(0.5, 1.0, 0.0, 0.0, gain=0.06, loss_ratio=3) - 0.5
    down = 0.5 - trust_after_contact(0.5, 0.0, 0.0, 1.0, gain=0.06, loss_ratio=3)
    assert down / up == pytest.approx(3)


def test_one_sided_cash_backfires_below_even_trust() -> None:
    effect = cash_effect(np.array([0.0, 0.25, 0.5, 0.75, 1.0]), 0.2)
    np.testing.assert_allclose(effect, [-0.2, -0.1, 0.0, 0.1, 0.2])


def test_mood_meets_the_polls_and_the_line_between_them() -> None:
    weeks = np.array([-10.0, 0.0, 11.0, 22.0, 39.0])
    np.testing.assert_allclose(
        mood_at(weeks, POLL_WEEKS, POLLS, -0.40, 78), [0.02, 0.02, -0.11, -0.24, -0.47]
    )


def test_mood_drifts_exponentially_after_the_last_poll() -> None:
    assert mood_at(39 + 78, POLL_WEEKS, POLLS, -0.1, 78) == pytest.approx(
        -0.1 + (-0.47 + 0.1) * np.exp(-1)
    )
    assert mood_at(1e6, POLL_WEEKS, POLLS, -0.1, 78) == pytest.approx(-0.1)


def test_frozen_mood_ignores_later_polls() -> None:
    weeks = np.array([5.0, 22.0, 30.0, 500.0])
    found = mood_frozen(weeks, POLL_WEEKS, POLLS, 22.0)
    np.testing.assert_allclose(found, [0.02 - 0.26 * 5 / 22, -0.24, -0.24, -0.24])


def test_neighbours_are_heard_along_edges_alone() -> None:
    heard = heard_by(np.array([[0, 1], [0, 2]]), np.array([1.0, 3.0]), 4)
    mean = heard @ np.array([0.4, 0.2, 0.1, 0.9])
    np.testing.assert_allclose(mean, [(0.2 + 3 * 0.1) / 4, 0.4, 0.4, 0.0])
    np.testing.assert_array_equal(heard_by(np.empty((0, 2), dtype=np.int64), np.empty(0), 2), 0.0)


def test_an_example_elsewhere_sets_off_those_who_wait_for_others() -> None:
    people = _households([True, True, True, False], [False] * 4, [0.2, 0.5, 0.9, 0.0])
    opinion, calm = np.full((1, 4), -1.0), Mobilised(np.zeros(1), np.zeros(1))

    def opposing(example: float | None) -> float:
        seen = None if example is None else np.array([example])
        return float(mobilise(people, opinion, calm, opinion_to_act=0.3, example=seen).opposing[0])

    # thresholds against the site, as shares of all: 0.15, 0.375, 0.675; nobody acts alone
    assert opposing(None) == opposing(0.0) == opposing(0.1) == 0.0
    assert opposing(0.151) == 0.5  # one joins, and 0.151 + 0.25 brings in the next
    assert opposing(0.2) == 0.75
    assert opposing(0.9) == 0.75  # who would never join does not
