import numpy as np
import pytest

from ecosystem.delivery.activities import ACTIVITIES, Activity, Power, build_network
from ecosystem.delivery.critical_path import cpm, remaining_cpm
from ecosystem.delivery.progress import advance, begin, open_rows, withdraw
from ecosystem.errors import InputError

ONE = build_network(np.array([1]), np.array([Power.GRID]))
TWO = build_network(np.array([1, 1]), np.array([Power.BRIDGE_THEN_GRID, Power.GRID]))


def limits(net):
    return np.full(net.used.shape, -np.inf)


def run(net, progress, weeks, rate=1.0, first=0, not_before=None, active=None):
    not_before = limits(net) if not_before is None else not_before
    active = np.ones(net.phases, dtype=bool) if active is None else active
    for week in range(first, first + weeks):
        opened = open_rows(net, progress, not_before, active, week)
        advance(net, progress, opened, np.full(len(opened.rows), rate), week)


def weeks_of(net, **weeks):
    base = np.full(net.used.shape, 2.0)
    for name, value in weeks.items():
        base[:, Activity[name.upper()]] = value
    return base


def test_finish_is_dated_within_the_week():
    progress = begin(ONE, weeks_of(ONE, land=2.2))
    run(ONE, progress, 6, rate=0.5)
    # 2.2 weeks of work at half pace: 4.4 weeks.
    assert progress.finish_week[0, Activity.LAND] == pytest.approx(4.4)


def test_successor_starts_when_its_predecessor_ends_not_on_monday():
    progress = begin(ONE, weeks_of(ONE, land=2.2, design=3.0))
    run(ONE, progress, 6)
    assert progress.start_week[0, Activity.DESIGN] == pytest.approx(2.2)
    assert progress.finish_week[0, Activity.DESIGN] == pytest.approx(5.2)


def test_undelayed_work_finishes_on_the_critical_path():
    rng = np.random.default_rng(3)
    duration = rng.uniform(0.0, 9.0, TWO.used.shape)
    progress = begin(TWO, duration)
    run(TWO, progress, 120)
    schedule = cpm(duration, TWO)
    assert progress.finish_week[:, Activity.COMMISSIONING] == pytest.approx(schedule.finish)
    assert progress.start_week[TWO.used] == pytest.approx(schedule.early_start[TWO.used])


def test_work_without_duration_takes_no_time_even_at_rate_zero():
    progress = begin(ONE, weeks_of(ONE, land=0.0))
    run(ONE, progress, 1, rate=0.0)
    assert progress.finish_week[0, Activity.LAND] == 0.0


def test_nothing_moves_at_rate_zero():
    progress = begin(ONE, weeks_of(ONE))
    run(ONE, progress, 10, rate=0.0)
    assert not progress.worked_weeks.any()
    assert not progress.done.any()


def test_work_returned_is_work_recorded_and_bounded_by_rate_times_span():
    progress = begin(TWO, weeks_of(TWO, land=1.3))
    rng = np.random.default_rng(2)
    for week in range(40):
        before = progress.worked_weeks.copy()
        opened = open_rows(TWO, progress, limits(TWO), np.ones(2, dtype=bool), week)
        rate = rng.random(len(opened.rows))
        work = advance(TWO, progress, opened, rate, week).worked_weeks
        gain = progress.worked_weeks[opened.rows, opened.cols] - before[opened.rows, opened.cols]
        assert work == pytest.approx(gain)
        assert (work <= rate * opened.span_weeks + 1e-9).all()


def test_shared_work_is_done_once_and_dated_for_every_phase():
    progress = begin(TWO, weeks_of(TWO))
    opened = open_rows(TWO, progress, limits(TWO), np.ones(2, dtype=bool), 0)
    assert list(zip(opened.rows, opened.cols, strict=True)) == [(0, Activity.LAND)]
    run(TWO, progress, 60)
    for weeks in (progress.start_week, progress.finish_week, progress.worked_weeks):
        assert weeks[0, TWO.shared] == pytest.approx(weeks[1, TWO.shared], nan_ok=True)


def test_work_for_the_site_goes_on_while_any_phase_is_active():
    progress = begin(TWO, weeks_of(TWO))
    run(TWO, progress, 40, active=np.array([False, True]))
    assert progress.done[1, TWO.shared].all()
    assert not progress.done[0, Activity.EQUIPMENT :][~TWO.shared[Activity.EQUIPMENT :]].any()
    assert np.isnan(progress.start_week[1, Activity.SITEWORK])


def test_cancelled_phase_leaves_the_sitework_sequence():
    net = build_network(np.array([1, 1, 1]), np.zeros(3, dtype=int))
    progress, not_before = begin(net, weeks_of(net)), limits(net)
    active = np.array([False, True, True])
    run(net, progress, 30, active=active, not_before=not_before)
    net = withdraw(net, progress, not_before, np.array([0]), 30)
    assert net.previous.tolist() == [-1, -1, 1]
    run(net, progress, 30, first=30, active=active, not_before=not_before)
    assert progress.start_week[1:, Activity.SITEWORK].tolist() == [30.0, 32.0]
    assert progress.done[1:, Activity.COMMISSIONING].all()


def test_sitework_waits_for_its_turn():
    progress = begin(TWO, weeks_of(TWO, sitework=5.0))
    run(TWO, progress, 60)
    first, second = progress.finish_week[:, Activity.SITEWORK]
    assert progress.start_week[1, Activity.SITEWORK] == pytest.approx(first)
    assert second == pytest.approx(first + 5.0)


@pytest.mark.parametrize(
    ("power", "week"),
    [(Power.GRID, 30.0), (Power.BRIDGE_THEN_GRID, 20.0), (Power.ISLANDED, 20.0)],
)
def test_energisation_waits_for_the_first_source_that_the_phase_accepts(power, week):
    net = build_network(np.array([1]), np.array([power]))
    duration = np.zeros(net.used.shape)
    duration[0, [Activity.INTERCONNECT, Activity.BRIDGE]] = 30.0, 20.0
    progress = begin(net, duration)
    run(net, progress, 60)
    assert progress.finish_week[0, Activity.ENERGISE] == pytest.approx(week)


def test_not_before_is_reached_and_never_undercut():
    not_before = limits(ONE)
    not_before[0, Activity.CHIPS] = 25.5
    progress = begin(ONE, weeks_of(ONE))
    run(ONE, progress, 60, not_before=not_before)
    assert progress.start_week[0, Activity.CHIPS] == 25.5


def test_phase_released_late_gets_no_credit_for_the_wait():
    progress = begin(ONE, weeks_of(ONE, land=3.0))
    idle = np.zeros(1, dtype=bool)
    run(ONE, progress, 10, active=idle)
    assert np.isnan(progress.start_week).all()
    run(ONE, progress, 5, first=10)
    assert progress.start_week[0, Activity.LAND] == 10.0
    assert progress.finish_week[0, Activity.LAND] == 13.0


def test_dated_history_is_completed_backwards():
    start, finish = (np.full(TWO.used.shape, np.nan) for _ in range(2))
    start[0, Activity.SITEWORK] = -4.0
    worked = np.zeros(TWO.used.shape)
    worked[0, Activity.SITEWORK] = 3.0
    progress = begin(TWO, weeks_of(TWO, sitework=5.0), start, finish, worked)
    befores = [Activity.LAND, Activity.ENGAGEMENT, Activity.PERMIT]
    assert (progress.finish_week[:, befores] == -4.0).all()
    assert progress.finish_week[0, Activity.DESIGN] == -4.0
    assert np.isnan(progress.finish_week[1, Activity.DESIGN])
    run(TWO, progress, 3)
    assert progress.finish_week[0, Activity.SITEWORK] == pytest.approx(2.0)
    assert progress.start_week[0, Activity.SITEWORK] == -4.0


def test_energised_history_closes_the_bridge_that_powered_it():
    start = np.full(TWO.used.shape, np.nan)
    start[0, Activity.ENERGISE] = -1.0
    progress = begin(TWO, weeks_of(TWO), start)
    assert progress.finish_week[0, Activity.BRIDGE] == -1.0
    assert np.isnan(progress.finish_week[0, Activity.INTERCONNECT])


def test_remaining_schedule_forecasts_the_undelayed_finish():
    rng = np.random.default_rng(8)
    duration = rng.uniform(1.0, 9.0, TWO.used.shape)
    progress = begin(TWO, duration)
    run(TWO, progress, 15, rate=0.6)
    active = np.ones(2, dtype=bool)
    # Look after opening, so that time since Monday's hand-overs is not lost in the forecast.
    forecast = remaining_cpm(TWO, progress, limits(TWO), active, 15)
    late = forecast.finish.copy()
    run(TWO, progress, 100, first=15)
    actual = progress.finish_week[:, Activity.COMMISSIONING]
    assert (actual <= late + 1e-9).all()
    assert (actual >= late - 1.0).all()


def test_remaining_schedule_of_finished_work_is_its_history():
    duration = weeks_of(ONE)
    progress = begin(ONE, duration)
    run(ONE, progress, 60)
    schedule = remaining_cpm(ONE, progress, limits(ONE), np.ones(1, dtype=bool), 60)
    used = ONE.used
    assert schedule.early_finish[used] == pytest.approx(progress.finish_week[used])
    assert schedule.early_start[used] == pytest.approx(progress.start_week[used])
    assert not schedule.critical.any()


def test_some_open_activity_is_critical_in_every_phase():
    progress = begin(TWO, weeks_of(TWO, equipment=30.0))
    run(TWO, progress, 12)
    active = np.ones(2, dtype=bool)
    opened = open_rows(TWO, progress, limits(TWO), active, 12)
    schedule = remaining_cpm(TWO, progress, limits(TWO), active, 12)
    critical = schedule.critical[opened.rows, opened.cols]
    assert set(opened.cols[critical]) == {Activity.EQUIPMENT}
    assert set(opened.rows[critical]) == {0, 1}


def test_inactive_phases_press_nobody():
    duration = weeks_of(TWO)
    progress = begin(TWO, duration)
    both = remaining_cpm(TWO, progress, limits(TWO), np.ones(2, dtype=bool), 0)
    one = remaining_cpm(TWO, progress, limits(TWO), np.array([True, False]), 0)
    site = Activity.SITEWORK
    assert both.site_float_weeks[0, site] < one.site_float_weeks[0, site] + 1e-9
    assert one.site_float_weeks[0, site] == pytest.approx(one.float_weeks[0, site])


def test_negative_durations_are_refused():
    with pytest.raises(InputError, match="Durations"):
        begin(ONE, np.full((1, ACTIVITIES), -1.0))
