"""Slips whose shares can be worked out on paper."""

import numpy as np
import pytest

from ecosystem.delivery.activities import Activity, Cause, Power, build_network
from ecosystem.delivery.attribution import Held, attribute, lost_weeks
from ecosystem.delivery.critical_path import cpm, remaining_cpm
from ecosystem.delivery.progress import advance, begin, open_rows
from ecosystem.delivery.record import Log, rate_of

NET = build_network(np.array([1, 1]), np.array([Power.GRID, Power.GRID]))
WORK = np.full(NET.used.shape, 4.0)
LIMITS = np.full(NET.used.shape, -np.inf)
ALL = np.ones(2, dtype=bool)


def delayed(waits, weeks=150, plan=WORK):
    """Attribute a run in which (activity, cause) gets nothing for weeks [from, to)."""
    progress, log = begin(NET, WORK), Log()
    for week in range(weeks):
        opened = open_rows(NET, progress, LIMITS, ALL, week)
        offers = np.ones((len(opened.rows), len(Cause)), dtype=np.float32)
        for activity, cause, first, last in waits:
            if first <= week < last:
                offers[opened.cols == activity, cause] = 0.0
        log.append(week, opened.flat, offers)
        advance(NET, progress, opened, rate_of(offers), week)
    return attribute(NET, progress, log.runs(), LIMITS, plan, 0)


def shares(result, **weeks):
    expected = np.zeros(len(Cause))
    for name, value in weeks.items():
        expected[Cause[name.upper()]] = value
    return result == pytest.approx(np.tile(expected, (2, 1)))


def test_without_delay_there_is_nothing_to_share():
    result = delayed([])
    assert not result.cause_weeks.any()
    assert result.finish == pytest.approx(cpm(WORK, NET).finish)
    assert not result.censored.any()


def test_one_cause_on_the_critical_path_costs_what_it_lasts():
    result = delayed([(Activity.LAND, Cause.COMMUNITY, 1, 11)])
    assert shares(result.cause_weeks, community=10)
    assert shares(result.but_for_weeks, community=10)
    assert shares(result.first_in_weeks, community=10)


def test_concurrent_causes_share_equally_and_the_bracket_shows_it():
    result = delayed([(Activity.LAND, cause, 1, 7) for cause in (Cause.CAPITAL, Cause.DISRUPTION)])
    assert shares(result.cause_weeks, capital=3, disruption=3)
    assert shares(result.but_for_weeks)
    assert shares(result.first_in_weeks, capital=6, disruption=6)


def test_causes_in_turn_add_up():
    waits = [(Activity.LAND, Cause.CAPITAL, 1, 7), (Activity.PERMIT, Cause.DISRUPTION, 16, 18)]
    result = delayed(waits)
    assert shares(result.cause_weeks, capital=6, disruption=2)
    assert shares(result.but_for_weeks, capital=6, disruption=2)
    assert shares(result.first_in_weeks, capital=6, disruption=2)


def test_a_wait_that_only_another_wait_brought_about_is_shared():
    # Without the first wait land would have been secured before the second began.
    waits = [(Activity.LAND, Cause.CAPITAL, 1, 7), (Activity.LAND, Cause.DISRUPTION, 7, 9)]
    result = delayed(waits)
    assert shares(result.first_in_weeks, capital=6)
    assert shares(result.but_for_weeks, capital=8, disruption=2)
    assert shares(result.cause_weeks, capital=7, disruption=1)


def test_a_wait_within_the_float_costs_nothing():
    slack = cpm(WORK, NET).float_weeks[:, Activity.CHIPS].min()
    assert slack >= 4
    result = delayed([(Activity.CHIPS, Cause.CHIPS, 0, 12 + 4)])
    assert not result.cause_weeks.any()


def test_float_gates_the_smaller_of_two_parallel_delays():
    # Design (8 weeks early) and permit lead to sitework side by side: 20 and 30 weeks lost.
    waits = [
        (Activity.PERMIT, Cause.COMMUNITY, 8, 38),
        (Activity.DESIGN, Cause.LABOUR, 4, 24),
    ]
    result = delayed(waits)
    alone = {"labour": 20 - 4, "community": 30}
    assert shares(result.first_in_weeks, **alone)
    # Shapley of an airport game: the shorter delay is shared, the rest is the longer one's.
    assert shares(result.cause_weeks, labour=8, community=30 - 8)
    assert shares(result.but_for_weeks, community=14)


def test_what_never_ends_is_censored_and_counts_up_to_the_horizon():
    result = delayed([(Activity.PERMIT, Cause.COMMUNITY, 0, 10_000)], weeks=60)
    assert result.censored.all()
    # The permit could have begun in week 8 and has waited ever since.
    assert shares(result.cause_weeks, community=60 - 8)


def test_work_beyond_the_median_is_nobodys_delay():
    plan = WORK.copy()
    plan[:, Activity.LAND] = 1.5
    result = delayed([(Activity.LAND, Cause.CAPITAL, 1, 7)], plan=plan)
    assert result.own_work_weeks == pytest.approx([2.5, 2.5])
    assert result.finish - result.plan_finish == pytest.approx([8.5, 8.5])


def test_shared_work_that_waits_costs_every_phase_of_the_site():
    progress = begin(NET, WORK)
    opened = open_rows(NET, progress, LIMITS, ALL, 0)
    offers = np.ones((1, len(Cause)), dtype=np.float32)
    offers[0, Cause.COMMUNITY] = 0.25
    critical = remaining_cpm(NET, progress, LIMITS, ALL, 0).critical
    lost = lost_weeks(NET, [Held(opened, offers, rate_of(offers))], critical)[0]
    assert shares(lost, community=0.75)


def test_weeks_counted_together_lose_what_they_lose_one_by_one():
    network = build_network(np.repeat([1, 2], 3), np.full(6, Power.BRIDGE_THEN_GRID))
    rng = np.random.default_rng(5)
    progress = begin(network, rng.uniform(1, 6, network.used.shape))
    limits, active = np.full(network.used.shape, -np.inf), np.ones(6, dtype=bool)
    critical = rng.random(network.used.shape) < 0.6
    held = []
    for week in range(40):
        opened = open_rows(network, progress, limits, active, week)
        offers = rng.choice([0.0, 0.5, 1.0], (len(opened.rows), len(Cause))).astype(np.float32)
        held.append(Held(opened, offers, rate_of(offers)))
        advance(network, progress, opened, np.maximum(rate_of(offers), 0.4), week)
    together = lost_weeks(network, held, critical)
    one_by_one = [lost_weeks(network, [week], critical)[0] for week in held]
    np.testing.assert_array_equal(together, one_by_one)
    assert together.any()
