"""Delay shares against published results of the Shapley value, on paper and through a whole run.

Causes that hold up one activity at the same time cost what the longest of them costs: the delay
of a coalition is the largest wait in it. That is the airport game, in which the cost of a runway
is that of the largest aircraft it must serve, with weeks for dollars.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecosystem.delivery.activities import Activity, Cause, Power, build_network
from ecosystem.delivery.attribution import attribute, shapley
from ecosystem.delivery.progress import advance, begin, open_rows
from ecosystem.delivery.record import Log, rate_of

# Four aircraft types and what each is charged, the usual worked example of S. C. Littlechild and
# G. Owen, A simple expression for the Shapley value in a special case, Manag. Sci. 20(3), 1973.
RUNWAYS = (8.0, 11.0, 13.0, 18.0)
CHARGES = (2.0, 3.0, 4.0, 9.0)
SEEDS = st.integers(0, 2**32 - 1)


def airport(costs):
    """Return the cost of every coalition: that of its largest member."""
    bits = (np.arange(1 << len(costs))[:, None] >> np.arange(len(costs))) & 1
    return (bits * np.asarray(costs)).max(axis=1)


def littlechild_owen(costs):
    """Return the published formula: every step of cost is shared by all who need it."""
    order = np.argsort(costs)
    steps = np.diff(np.append(0.0, np.asarray(costs)[order]))
    share = np.empty(len(costs))
    share[order] = np.cumsum(steps / np.arange(len(costs), 0, -1))
    return share


def test_airport_game():
    assert shapley(airport(RUNWAYS)).shapley == pytest.approx(CHARGES, abs=1e-12)
    assert littlechild_owen(RUNWAYS) == pytest.approx(CHARGES)


@settings(max_examples=40)
@given(st.lists(st.floats(0.0, 500.0), min_size=1, max_size=8))
def test_airport_games_follow_the_published_formula(costs):
    assert shapley(airport(costs)).shapley == pytest.approx(littlechild_owen(costs), abs=1e-9)


def test_concurrent_waits_of_a_site_are_shared_like_a_runway():
    """One activity, four causes at 0 from its first week for 8, 11, 13 and 18 weeks."""
    net = build_network(np.array([0]), np.array([Power.GRID]))
    work, limits = np.full(net.used.shape, 4.0), np.full(net.used.shape, -np.inf)
    causes = (Cause.COMMUNITY, Cause.GRID, Cause.LABOUR, Cause.CAPITAL)
    progress, log = begin(net, work), Log()
    for week in range(120):
        opened = open_rows(net, progress, limits, np.ones(1, dtype=bool), week)
        offers = np.ones((len(opened.rows), len(Cause)), dtype=np.float32)
        for cause, weeks in zip(causes, RUNWAYS, strict=True):
            offers[(opened.cols == Activity.LAND) & (week < weeks), cause] = 0.0
        log.append(week, opened.flat, offers)
        advance(net, progress, opened, rate_of(offers), week)
    told = attribute(net, progress, log.runs(), limits, work, 0)
    assert told.cause_weeks[0, list(causes)] == pytest.approx(CHARGES, abs=1e-9)
    assert told.cause_weeks.sum() == pytest.approx(18.0, abs=1e-9)
    # but-for and first-in of the same game: only the longest is missed, each alone costs itself
    assert told.but_for_weeks[0, list(causes)] == pytest.approx((0, 0, 0, 5), abs=1e-9)
    assert told.first_in_weeks[0, list(causes)] == pytest.approx(RUNWAYS, abs=1e-9)


def test_the_glove_game():
    """One left glove and two right ones, the textbook market: 2/3, 1/6, 1/6."""
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    pairs = np.minimum(bits[:, 0], bits[:, 1] + bits[:, 2]).astype(float)
    assert shapley(pairs).shapley == pytest.approx((2 / 3, 1 / 6, 1 / 6), abs=1e-12)


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 8))
def test_shares_sum_to_the_whole_to_nine_digits(seed, players):
    values = 1e3 * np.random.default_rng(seed).random((1 << players, 3))
    total = shapley(values).shapley.sum(axis=0)
    assert np.abs(total - (values[-1] - values[0])).max() < 1e-9


@settings(max_examples=40)
@given(SEEDS, st.integers(2, 6))
def test_players_can_be_renamed(seed, players):
    rng = np.random.default_rng(seed)
    values, name = rng.random(1 << players), rng.permutation(players)
    bits = (np.arange(1 << players)[:, None] >> np.arange(players)) & 1
    renamed = np.empty_like(values)
    renamed[(bits << name).sum(axis=1)] = values
    for before, after in zip(shapley(values), shapley(renamed), strict=True):
        assert after[name] == pytest.approx(before, abs=1e-12)
