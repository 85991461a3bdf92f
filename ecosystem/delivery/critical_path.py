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
    """What is settled already; every array has shape (P, A).

    `floor_week`: start not before. `start_week`, `finish_week`: of activities that are done,
    NaN elsewhere. `begun`: under way, hence starting at its floor whatever comes before it.
    """

    floor_week: FloatArray
    start_week: FloatArray
    finish_week: FloatArray
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
        for the activity (such as the slower power option).
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
    work = np.moveaxis(work_weeks, -1, 0)
    starts = [np.zeros(shape) for _ in Activity]
    finishes = [np.zeros(shape) for _ in Activity]
    used = network.used.T
    for a in order():
        start = np.zeros(shape) if known is None else np.broadcast_to(known.floor_week[:, a], shape)
        for u in required()[a]:
            start = np.maximum(start, finishes[u])
        if a == Activity.ENERGISE:
            start = np.maximum(start, _power(network, finishes))
        if known is not None:
            start = np.where(known.begun[:, a], known.floor_week[:, a], start)
        finish = start + work[a]
        if known is not None:
            finish = _settled(known.finish_week[:, a], finish)
        if a == Activity.SITEWORK:
            start, finish = _in_sequence(network, start, finish, work[a], known)
        if network.shared[a]:
            start, finish = start[..., network.lead], finish[..., network.lead]
        starts[a] = start if known is None else _settled(known.start_week[:, a], start)
        finishes[a] = finish if used[a].all() else np.where(used[a], finish, -np.inf)
    return starts, finishes


def _settled(week: FloatArray, otherwise: FloatArray) -> FloatArray:
    return np.where(np.isnan(week), otherwise, week)


def _power(network: Network, finishes: list[FloatArray]) -> FloatArray:
    grid, bridge = (
        np.where(network.accepts[:, k], finishes[option], np.inf)
        for k, option in enumerate(POWER_OPTIONS)
    )
    return np.minimum(grid, bridge)


def _in_sequence(
    network: Network,
    start: FloatArray,
    finish: FloatArray,
    work: FloatArray,
    known: Known | None,
) -> tuple[FloatArray, FloatArray]:
    start, finish = start.copy(), finish.copy()
    column = int(Activity.SITEWORK)
    for level in network.levels[1:]:
        if known is not None:
            # Work under way or done does not wait for its turn any more.
            level = level[np.isnan(known.finish_week[level, column]) & ~known.begun[level, column]]
        turn = finish[..., network.previous[level]]
        start[..., level] = np.maximum(start[..., level], turn)
        finish[..., level] = start[..., level] + work[..., level]
    return start, finish


def cpm(
    durations: FloatArray,
    network: Network,
    known: Known | None = None,
    finish_by: FloatArray | None = None,
) -> Schedule:
    """Return the critical-path schedule of every phase.

    Parameters
    ----------
    durations : ndarray, shape (P, A)
        Weeks each activity takes, >= 0.
    network : Network
    known : Known, optional
        What is settled already. Default: nothing, and everything starts from week 0.
    finish_by : ndarray, shape (P,), optional
        Latest finish wanted of each phase; inf takes a phase out of `site_float_weeks`.
        Default: its own earliest finish.

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
    durations = durations.copy()
    durations[:, network.shared] = durations[network.lead][:, network.shared]
    starts, finishes = forward(network, durations, known)
    early_start, early_finish = np.stack(starts, axis=1), np.stack(finishes, axis=1)
    finish = early_finish[:, Activity.COMMISSIONING]
    target = finish if finish_by is None else finish_by
    idle = ~network.used if known is None else ~network.used | ~np.isnan(known.finish_week)
    late = _backward(network, durations, early_finish, finish, idle, across=False)
    late_site = _backward(network, durations, early_finish, target, idle, across=True)
    unused = ~network.used
    early_start[unused] = early_finish[unused] = np.nan
    late[idle] = late_site[idle] = np.nan
    return Schedule(
        early_start=early_start,
        early_finish=early_finish,
        late_start=late,
        float_weeks=late - early_start,
        site_float_weeks=late_site - early_start,
        finish=finish.copy(),
    )


def _backward(
    network: Network,
    work: FloatArray,
    early_finish: FloatArray,
    target: FloatArray,
    idle: BoolArray,
    *,
    across: bool,
) -> FloatArray:
    late_finish = np.full(network.used.shape[::-1], np.inf)
    late_finish[Activity.COMMISSIONING] = target
    late_start = np.full_like(late_finish, np.inf)
    busy = ~idle.T
    grid, bridge = POWER_OPTIONS
    grid_first = network.accepts[:, 0] & (
        ~network.accepts[:, 1] | (early_finish[:, grid] <= early_finish[:, bridge])
    )
    for a in reversed(order()):
        if across and a == Activity.SITEWORK:
            _before_next(network, late_finish[a], work[:, a], busy[a])
        if across and network.shared[a]:
            # The whole site waits for shared work: the most pressed phase counts.
            pressed = np.full(network.phases, np.inf)
            np.minimum.at(pressed, network.lead, late_finish[a])
            late_finish[a] = pressed[network.lead]
        start = np.where(busy[a], late_finish[a] - work[:, a], np.inf)
        late_start[a] = start
        for u in required()[a]:
            np.minimum(late_finish[u], start, out=late_finish[u])
        if a == Activity.ENERGISE:
            late_finish[grid] = np.where(grid_first, start, np.inf)
            late_finish[bridge] = np.where(grid_first, np.inf, start)
    return np.ascontiguousarray(late_start.T)


def _before_next(
    network: Network, late_finish: FloatArray, work: FloatArray, busy: BoolArray
) -> None:
    for level in reversed(network.levels[1:]):
        waiting = level[busy[level]]
        start = late_finish[waiting] - work[waiting]
        np.minimum.at(late_finish, network.previous[waiting], start)


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
    done = np.isfinite(progress.finish_week)
    begun = np.isfinite(progress.start_week) & ~done
    floor = np.where(np.isfinite(not_before), np.maximum(not_before, week), week)
    floor[begun] = week
    known = Known(floor, np.where(done, progress.start_week, np.nan), progress.finish_week, begun)
    left = np.maximum(progress.duration_weeks - progress.worked_weeks, 0.0)
    schedule = cpm(left, network, known)
    if active.all():
        return schedule
    return cpm(left, network, known, np.where(active, schedule.finish, np.inf))
