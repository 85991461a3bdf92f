"""Critical path method over all phases at once: when can what start, and what has slack."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecosystem.delivery.activities import POWER_OPTIONS, Activity, Network, order, required
from ecosystem.delivery.progress import Progress
from ecosystem.units import BoolArray, FloatArray

# Weeks of slack below which an activity counts as critical: far above rounding, far below a day.
CRITICAL_WEEKS = 1e-6


class Known(NamedTuple):
    """What is settled already; both arrays have shape (P, A).

    `floor_week`: start not before. `begun`: starts at its floor, whatever comes before it: work
    under way, or done if it is also given no work left and its finish as floor.
    """

    floor_week: FloatArray
    begun: BoolArray


@dataclass(frozen=True, slots=True)
class Schedule:
    """Result of a forward and a backward pass.

    Attributes
    ----------
    early_start, early_finish : ndarray, shape (P, A)
        Earliest weeks; NaN for activities that a phase does not need. Shared activities show
        the times of the lead phase.
    late_start : ndarray, shape (P, A)
        Latest start that leaves this phase's own finish where it is; inf where nothing waits
        for the activity (such as the slower power option). For shared work: latest start of
        the lead phase's work.
    float_weeks : ndarray, shape (P, A)
        ``late_start - early_start``: slack against this phase's own finish. Slack is counted
        along the power option that comes first. NaN for activities done or not needed.
    site_float_weeks : ndarray, shape (P, A)
        Slack against the finish of every phase of the site, by shared work and by the
        sitework sequence: never more than `float_weeks`.
    finish : ndarray, shape (P,)
        Week in which commissioning ends.
    """

    early_start: FloatArray
    early_finish: FloatArray
    late_start: FloatArray
    float_weeks: FloatArray
    site_float_weeks: FloatArray
    finish: FloatArray

    @property
    def critical(self) -> BoolArray:
        """Activities whose delay delays this phase itself, shape (P, A)."""
        return self.float_weeks <= CRITICAL_WEEKS


def forward(
    network: Network, work_weeks: FloatArray, known: Known | None = None
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return the earliest starts and finishes, one array per activity.

    Parameters
    ----------
    network : Network
    work_weeks : ndarray, shape (..., P, A)
        Elapsed weeks each activity takes once started, >= 0; leading axes are alternatives.
    known : Known, optional
        What is settled. Default: nothing, and everything starts from week 0.

    Returns
    -------
    starts, finishes : list of ndarray, shape (..., P)
        In the order of `Activity`; -inf for the finish of what a phase does not need.
    """
    shape = work_weeks.shape[:-1]
    work = np.ascontiguousarray(work_weeks.transpose(-1, *range(work_weeks.ndim - 1)))
    if known is None:
        known = Known(np.zeros(network.used.shape), np.zeros(network.used.shape, dtype=bool))
    floor, begun = np.ascontiguousarray(known.floor_week.T), np.ascontiguousarray(known.begun.T)
    used, shared, some = network.used.T, network.shared.tolist(), begun.any(axis=1).tolist()
    needed = network.used.all(axis=0).tolist()
    starts = [np.zeros(shape) for _ in Activity]
    finishes = starts.copy()
    for a in order():
        start = floor[a]
        for u in required()[a]:
            start = np.maximum(start, finishes[u])
        if a == Activity.ENERGISE:
            start = np.maximum(start, _power(network, finishes))
        if some[a]:
            start = np.where(begun[a], floor[a], start)
        finish = start + work[a]
        if a == Activity.SITEWORK:
            start = _in_sequence(network, start, finish, work[a], begun[a])
        if shared[a]:
            start, finish = start.take(network.lead, axis=-1), finish.take(network.lead, axis=-1)
        starts[a] = start
        finishes[a] = finish if needed[a] else np.where(used[a], finish, -np.inf)
    return starts, finishes


def _power(network: Network, finishes: list[FloatArray]) -> FloatArray:
    grid, bridge = (
        np.where(network.accepts[:, k], finishes[option], np.inf)
        for k, option in enumerate(POWER_OPTIONS)
    )
    return np.minimum(grid, bridge)


def _in_sequence(
    network: Network, start: FloatArray, finish: FloatArray, work: FloatArray, begun: BoolArray
) -> FloatArray:
    """Let sitework wait for its turn; return the starts and change `finish` in place."""
    start = np.array(np.broadcast_to(start, finish.shape))
    starts, finishes, works = start.T, finish.T, work.T  # phases first: quicker to pick from
    for level in network.levels[1:]:
        waiting = level[~begun[level]]
        if not waiting.size:
            continue
        turn = finishes[network.previous[waiting]]
        starts[waiting] = own = np.maximum(starts[waiting], turn)
        finishes[waiting] = own + works[waiting]
    return start


def cpm(
    durations: FloatArray,
    network: Network,
    known: Known | None = None,
    active: BoolArray | None = None,
) -> Schedule:
    """Return the critical-path schedule of every phase.

    Parameters
    ----------
    durations : ndarray, shape (P, A)
        Weeks each activity takes, >= 0.
    network : Network
    known : Known, optional
        What is settled already. Default: nothing, and everything starts from week 0.
    active : ndarray of bool, shape (P,), optional
        Phases whose finish counts in `site_float_weeks`. Default: all.

    Returns
    -------
    Schedule

    Notes
    -----
    Forward and backward pass of Kelley and Walker [1]_ in topological order, vectorised over
    phases. The merge at the power node is a minimum, hence not part of the classical method:
    the backward pass follows the option that comes first.

    References
    ----------
    .. [1] J. E. Kelley, M. R. Walker, Critical-path planning and scheduling, Proc. Eastern
       Joint IRE-AIEE-ACM Computer Conference, 1959.
    """
    durations = _as_led(network, durations)
    starts, finishes = forward(network, durations, known)
    early_start, early_finish = np.stack(starts, axis=1), np.stack(finishes, axis=1)
    finish = finishes[Activity.COMMISSIONING]
    target = finish if active is None else np.where(active, finish, np.inf)
    work = _pressing(network, durations)
    late = _backward(network, work, finishes, finish, across=False)
    late_site = _backward(network, work, finishes, target, across=True)
    for weeks in (early_start, early_finish, late, late_site):
        weeks[~network.used] = np.nan
    return Schedule(
        early_start=early_start,
        early_finish=early_finish,
        late_start=late,
        float_weeks=late - early_start,
        site_float_weeks=late_site - early_start,
        finish=finish,
    )


def _as_led(network: Network, durations: FloatArray) -> FloatArray:
    """Return durations in which shared work takes what it takes the lead phase."""
    return np.where(network.shared, durations[network.lead], durations)


def _pressing(network: Network, durations: FloatArray) -> FloatArray:
    """Return durations for the backward pass, shape (A, P).

    -inf of work lets what is not needed press nobody: its latest start becomes inf.
    """
    return np.ascontiguousarray(np.where(network.used, durations, -np.inf).T)


def _backward(
    network: Network,
    work: FloatArray,
    finishes: list[FloatArray],
    target: FloatArray,
    *,
    across: bool,
) -> FloatArray:
    late_finish = np.full(work.shape, np.inf)
    late_finish[Activity.COMMISSIONING] = target
    late_start = np.empty_like(late_finish)
    grid, bridge = POWER_OPTIONS
    grid_first = network.accepts[:, 0] & (
        ~network.accepts[:, 1] | (finishes[grid] <= finishes[bridge])
    )
    shared, leads = network.shared.tolist(), network.lead == np.arange(network.phases)
    for a in reversed(order()):
        late = late_finish[a]
        if across and a == Activity.SITEWORK:
            for level in reversed(network.levels[1:]):
                np.minimum.at(late, network.previous[level], late[level] - work[a, level])
        if across and shared[a]:
            # The whole site waits for shared work: the most pressed phase counts.
            pressed = np.full(network.phases, np.inf)
            np.minimum.at(pressed, network.lead, late)
            late = pressed[network.lead]
        start = np.subtract(late, work[a], out=late_start[a])
        for u in required()[a]:
            # Shared work waits for what the lead phase does, not for what its mirrors do.
            presses = np.where(leads, start, np.inf) if shared[a] and not shared[u] else start
            np.minimum(late_finish[u], presses, out=late_finish[u])
        if a == Activity.ENERGISE:
            late_finish[grid] = np.where(grid_first, start, np.inf)
            late_finish[bridge] = np.where(grid_first, np.inf, start)
        if not across and a == Activity.SITEWORK:
            _through_others(network, work, start, late_finish)
        if not across and a == Activity.BRIDGE:
            land = late_finish[Activity.LAND]
            np.minimum(land, start - work[Activity.DESIGN, network.lead], out=land)
    return late_start.T


def _through_others(
    network: Network, work: FloatArray, start: FloatArray, late_finish: FloatArray
) -> None:
    """Let a phase press shared work by way of the phases whose sitework it waits for."""
    after_permit, after_land = np.full((2, network.phases), -np.inf)
    design, sitework = work[Activity.DESIGN], work[Activity.SITEWORK]
    for level in network.levels[1:]:
        ahead = network.previous[level]
        takes = sitework[ahead]
        after_permit[level] = np.maximum(after_permit[ahead], 0.0) + takes
        after_land[level] = np.maximum(after_land[ahead], design[ahead]) + takes
    for u, weeks in ((Activity.PERMIT, after_permit), (Activity.LAND, after_land)):
        np.minimum(late_finish[u], start - weeks, out=late_finish[u])


def remaining_cpm(
    network: Network,
    progress: Progress,
    not_before: FloatArray,
    active: BoolArray,
    week: float,
) -> Schedule:
    """Return the schedule of what is left, if nothing holds it back from now on.

    Parameters
    ----------
    network : Network
    progress : Progress
    not_before : ndarray, shape (P, A)
        Week before which an activity may not start; inf counts as undecided, hence as now.
    active : ndarray of bool, shape (P,)
        Phases under way. The finish of the others presses nobody.
    week : float
        The current week; work done so far is counted up to its beginning.

    Returns
    -------
    Schedule
        `finish` is the forecast; `critical` on open activities is what binds each phase now;
        `site_float_weeks` orders open activities, the most pressing first.
    """
    left, known = _remaining(progress, not_before, week)
    schedule = cpm(left, network, known, active)
    done = np.isfinite(progress.finish_week)
    schedule.early_start[done] = progress.start_week[done]
    for weeks in (schedule.late_start, schedule.float_weeks, schedule.site_float_weeks):
        weeks[done] = np.nan
    return schedule


def remaining_forward(
    network: Network, progress: Progress, not_before: FloatArray, week: float
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return earliest starts and finishes as :func:`forward` does, of what is left.

    The arguments are those of `remaining_cpm`. Of work done, the start is its finish.
    """
    left, known = _remaining(progress, not_before, week)
    return forward(network, _as_led(network, left), known)


class Forecast(NamedTuple):
    """What is left, and when it can be done if nothing holds it back.

    `work`: weeks left, shape (P, A). `starts`, `finishes`: earliest weeks, one array of shape
    (P,) per activity. `done`: shape (P, A).
    """

    work: FloatArray
    starts: list[FloatArray]
    finishes: list[FloatArray]
    done: BoolArray


def remaining_forecast(
    network: Network, progress: Progress, not_before: FloatArray, week: float
) -> Forecast:
    """Return the forecast of what is left; the arguments are those of `remaining_cpm`."""
    left, known = _remaining(progress, not_before, week)
    left = _as_led(network, left)
    return Forecast(left, *forward(network, left, known), progress.done)


def site_slack(network: Network, forecast: Forecast, wanted: BoolArray) -> FloatArray:
    """Return `Schedule.site_float_weeks` against the finish of phases `wanted`, shape (P, A)."""
    target = np.where(wanted, forecast.finishes[Activity.COMMISSIONING], np.inf)
    work = _pressing(network, forecast.work)
    late = _backward(network, work, forecast.finishes, target, across=True)
    slack = late - np.stack(forecast.starts, axis=1)
    slack[forecast.done | ~network.used] = np.nan
    return slack


def remaining_critical(
    network: Network, progress: Progress, not_before: FloatArray, week: float
) -> BoolArray:
    """Return `Schedule.critical` of `remaining_cpm`, shape (P, A), for half the work."""
    left, known = _remaining(progress, not_before, week)
    left = _as_led(network, left)
    starts, finishes = forward(network, left, known)
    target = finishes[Activity.COMMISSIONING]
    late = _backward(network, _pressing(network, left), finishes, target, across=False)
    critical = late - np.stack(starts, axis=1) <= CRITICAL_WEEKS
    return critical & network.used & ~np.isfinite(progress.finish_week)


def _remaining(progress: Progress, not_before: FloatArray, week: float) -> tuple[FloatArray, Known]:
    """Return the work left, shape (P, A), and what is settled."""
    done = np.isfinite(progress.finish_week)
    begun = np.isfinite(progress.start_week)
    floor = np.maximum(not_before, week)
    floor[np.isinf(floor)] = week
    floor = np.where(done, progress.finish_week, floor)
    left = np.maximum(progress.duration_weeks - progress.worked_weeks, 0.0)
    return left, Known(floor, begun)
