"""One week of work for all phases and activities.

Time is continuous, decisions are weekly. An activity starts the moment its last predecessor
finishes, which the weekly calendar notices on the following Monday: its first span of work
then reaches from that moment to the end of the week, so that no half week is lost at every
handover and the simulated finish equals the critical path of what was worked.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from ecosystem.delivery.activities import (
    ACTIVITIES,
    IS,
    POWER_OPTIONS,
    Activity,
    Network,
    order,
    required,
    without,
)
from ecosystem.errors import InputError
from ecosystem.units import BoolArray, FloatArray, IntArray, ones

# Work left that counts as none: above the rounding of a thousand additions, below a second.
DONE_WEEKS = 1e-9
_DONE = np.array(DONE_WEEKS)


@dataclass(slots=True)
class Progress:
    """How far every activity is; changed in place by `open_rows` and `advance`.

    Attributes
    ----------
    duration_weeks : ndarray, shape (P, A)
        Work that each activity needs, in weeks at full availability, >= 0.
    worked_weeks : ndarray, shape (P, A)
        Work done, from 0 to `duration_weeks`.
    start_week, finish_week : ndarray, shape (P, A)
        NaN until started, until finished; negative for what happened before the simulation.
    ready_week : ndarray, shape (P, A)
        When the last predecessor finished, or the phase was released if that is later; inf
        while one is still under way and for activities that are done or not carried out here.
    released_week : ndarray, shape (P, A)
        First week in which the phase was active, for shared work any phase of its site; inf
        before it.
    settled_week : ndarray, shape (P * A + 2,)
        `finish_week`, flat, inf until finished; the last two are the -inf and inf that
        `Network.before` and `Network.powers` point to where there is nothing to wait for.
    pending : ndarray of bool, shape (P, A)
        Activities that are not done and carried out by this phase.
    inherited_weeks : ndarray, shape (P, A)
        Work done before the simulation by activities then under way; NaN for all others.
    history : ndarray of bool, shape (P, A)
        Activities finished before the simulation.
    released_for : ndarray of bool, shape (P,), optional
        The phases that were active when any were last released: the same array, which nobody
        writes to, releases nothing more.
    """

    duration_weeks: FloatArray
    worked_weeks: FloatArray
    start_week: FloatArray
    finish_week: FloatArray
    ready_week: FloatArray
    released_week: FloatArray
    settled_week: FloatArray
    pending: BoolArray
    inherited_weeks: FloatArray
    history: BoolArray
    released_for: BoolArray | None = None

    @property
    def done(self) -> BoolArray:
        """Activities finished, shape (P, A)."""
        return np.isfinite(self.finish_week)

    def copy(self) -> "Progress":
        """Return an independent copy, e.g. for a snapshot."""
        arrays = (name for name in self.__slots__ if name != "released_for")
        return Progress(*(getattr(self, name).copy() for name in arrays))


class Opened(NamedTuple):
    """The n activities that can be worked on this week.

    `rows`, `cols`: phase and `Activity`, sorted by phase. `flat`: ``rows * A + cols``.
    `span_weeks`: time that each has this week: 1, or more in its first week, when the part of
    the past week since it became ready is added.
    """

    rows: IntArray
    cols: IntArray
    flat: IntArray
    span_weeks: FloatArray


class Advanced(NamedTuple):
    """What a week of work came to.

    Attributes
    ----------
    worked_weeks : ndarray, shape (n,)
        Work done on each open activity, at most ``rate * span_weeks``; times an activity's need
        per week of work it is what it consumed.
    ended : ndarray of int, shape (m,)
        Which of the open activities are done now.
    """

    worked_weeks: FloatArray
    ended: IntArray


@cache
def _grid(phases: int) -> tuple[IntArray, IntArray]:
    # Row and column of every flat index: a look-up is cheaper than a division each week.
    return np.divmod(np.arange(phases * ACTIVITIES), ACTIVITIES)


def begin(
    network: Network,
    duration_weeks: FloatArray,
    start_week: FloatArray | None = None,
    finish_week: FloatArray | None = None,
    worked_weeks: FloatArray | None = None,
) -> Progress:
    """Return the progress with which the simulation starts.

    Parameters
    ----------
    network : Network
    duration_weeks : ndarray, shape (P, A)
        Work that each activity needs, >= 0.
    start_week, finish_week : ndarray, shape (P, A), optional
        Dated history; NaN for what has not happened. Shared activities count where the lead
        phase has them. What must have come before a dated event is taken as finished by then.
    worked_weeks : ndarray, shape (P, A), optional
        Work done so far by activities that have started and not finished; default 0.

    Returns
    -------
    Progress

    Raises
    ------
    InputError
        If a duration is negative or not a number.
    """
    if not (duration_weeks >= 0).all():
        raise InputError("Durations must be numbers >= 0; check the base weeks and the draws.")
    shape = network.used.shape
    start = np.full(shape, np.nan) if start_week is None else start_week.astype(np.float64)
    finish = np.full(shape, np.nan) if finish_week is None else finish_week.astype(np.float64)
    start = np.where(np.isnan(start), finish, start)
    start, finish = (_from_lead(network, weeks) for weeks in (start, finish))
    _complete_history(network, start, finish)
    done = np.isfinite(finish)
    begun = np.isfinite(start) & ~done & network.works
    worked = np.zeros(shape) if worked_weeks is None else worked_weeks.astype(np.float64)
    worked = np.where(done, duration_weeks, np.where(begun, worked, 0.0))
    return Progress(
        duration_weeks=duration_weeks.astype(np.float64),
        worked_weeks=np.minimum(worked, duration_weeks),
        start_week=start,
        finish_week=finish,
        ready_week=np.full(shape, np.inf),
        released_week=np.full(shape, np.inf),
        settled_week=np.append(np.where(done, finish, np.inf).ravel(), [-np.inf, np.inf]),
        pending=network.works & ~done,
        inherited_weeks=np.where(begun, np.minimum(worked, duration_weeks), np.nan),
        history=done,
    )


def _from_lead(network: Network, weeks: FloatArray) -> FloatArray:
    weeks = weeks.copy()
    weeks[:, network.shared] = weeks[network.lead][:, network.shared]
    weeks[~network.used] = np.nan
    return weeks


def _complete_history(network: Network, start: FloatArray, finish: FloatArray) -> None:
    """Close what must have been finished before something that has started (in place)."""
    for a in reversed(order()):
        if network.shared[a]:
            # A phase further on may have closed its copy: the earliest date holds for all.
            for weeks in (start, finish):
                earliest = np.full(network.phases, np.inf)
                np.fmin.at(earliest, network.lead, weeks[:, a])
                weeks[:, a] = np.where(np.isfinite(earliest), earliest, np.nan)[network.lead]
        begun = np.isfinite(start[:, a])
        befores = [(u, begun) for u in required()[a]]
        if a == Activity.ENERGISE:
            befores += _power_history(network, begun, finish)
        for u, closed in befores:
            closed = closed & network.used[:, u] & ~np.isfinite(finish[:, u])
            finish[closed, u] = start[closed, a]
            start[closed, u] = np.fmin(start[closed, u], start[closed, a])


def _power_history(
    network: Network, begun: BoolArray, finish: FloatArray
) -> list[tuple[int, BoolArray]]:
    options = [int(option) for option in POWER_OPTIONS]
    powered = (np.isfinite(finish[:, options]) & network.accepts).any(axis=1)
    # A bridge exists to come first, so it powered the phase if nothing is said.
    bridged = begun & ~powered & network.accepts[:, 1]
    return [(options[0], begun & ~powered & ~bridged), (options[1], bridged)]


def _make_ready(network: Network, progress: Progress, phases: IntArray) -> None:
    """Work out afresh when the activities of some phases could start (in place)."""
    settled = progress.settled_week
    ready = np.maximum.reduce(settled.take(network.before.take(phases, axis=1)))
    grid, bridge = settled.take(network.powers.take(phases, axis=0)).T
    energise = ready[:, Activity.ENERGISE]
    np.maximum(energise, np.minimum(grid, bridge), out=energise)
    # Work inherited from before the simulation goes on, whatever its turn.
    inherited = np.isfinite(progress.inherited_weeks.take(phases, axis=0))
    if np.count_nonzero(inherited):
        ready[inherited] = -np.inf
    np.maximum(ready, progress.released_week.take(phases, axis=0), out=ready)
    pending = progress.pending.take(phases, axis=0)
    progress.ready_week[phases] = np.where(pending, ready, np.inf)


def _release(network: Network, progress: Progress, active: BoolArray, week: int) -> None:
    if active is progress.released_for:
        return
    progress.released_for = active
    # Commissioning is not shared, so its column tells which phases have been released.
    new = active & np.isinf(progress.released_week[:, Activity.COMMISSIONING])
    if not np.count_nonzero(new):
        return
    progress.released_week[new] = np.minimum(progress.released_week[new], week)
    # The lead phase does what the site needs as soon as any phase of the site is active.
    leads = np.zeros(network.phases, dtype=bool)
    leads[network.lead[new]] = True
    site = leads[network.lead]
    common = network.for_site & leads[:, None]
    common |= network.shared & site[:, None]
    progress.released_week[common] = np.minimum(progress.released_week[common], week)
    # Shared work may have been released before this phase was.
    shared = progress.released_week[network.lead][:, network.shared]
    progress.released_week[:, network.shared] = shared
    _make_ready(network, progress, np.flatnonzero(site))


def withdraw(
    network: Network,
    progress: Progress,
    not_before: FloatArray,
    phases: IntArray,
    week: int,
) -> Network:
    """Take phases that are cancelled out of the sitework sequence of their sites.

    Parameters
    ----------
    network : Network
    progress : Progress
        Changed in place, as is `not_before`: who waited for them may start from `week` on.
    not_before : ndarray, shape (P, A)
    phases : ndarray of int, shape (c,)
        Phases cancelled; no longer active from this week on.
    week : int
        The current week, before `open_rows`.

    Returns
    -------
    Network
        To be used from now on, in `attribution` too.
    """
    # Whose turn has come already keeps it; so do those who follow finished sitework.
    in_the_way = phases[np.isnan(progress.finish_week[phases, Activity.SITEWORK])]
    waiting = np.isnan(progress.start_week[:, Activity.SITEWORK])
    after = without(network, in_the_way, waiting)
    freed = np.flatnonzero(after.previous != network.previous)
    limit = not_before[freed, Activity.SITEWORK]
    not_before[freed, Activity.SITEWORK] = np.maximum(limit, week)
    _make_ready(after, progress, freed)
    return after


def may_go_on(network: Network, active: BoolArray) -> BoolArray:
    """Return the activities of active phases, shape (P, A).

    What the lead phase does for its site goes on while any phase of the site is active.
    """
    awake = np.zeros(network.phases, dtype=bool)
    awake[network.lead[active]] = True
    return np.where(network.for_site, awake[:, None], active[:, None])


def open_rows(
    network: Network,
    progress: Progress,
    not_before: FloatArray,
    active: BoolArray,
    week: int,
    allowed: BoolArray | None = None,
) -> Opened:
    """Return the activities to be worked on this week, and date the start of the new ones.

    Parameters
    ----------
    network : Network
    progress : Progress
        Gets `released_week` and `start_week` of what starts.
    not_before : ndarray, shape (P, A)
        Week before which an activity may not start, nor go on if it was inherited; -inf for
        no limit, inf for undecided.
        A limit that changes during a run must be set to the current week or later.
    active : ndarray of bool, shape (P,)
        Phases under way. Shared work goes on while any phase of its site is. A phase that
        ends (cancelled) must not come back; a pause is availability 0 of its cause.
    week : int
        The current week; the simulation moves forward by one week at a time.
    allowed : ndarray of bool, shape (P, A), optional
        From :func:`may_go_on`, where the caller has it already.

    Returns
    -------
    Opened
        Everything with predecessors done, itself not done and its limit reached.
    """
    _release(network, progress, active, week)
    due = np.maximum(progress.ready_week, not_before).ravel()
    allowed = may_go_on(network, active) if allowed is None else allowed
    open_now = due <= np.array(float(week))  # quicker than with a number
    open_now &= allowed.ravel()
    flat = open_now.nonzero()[0]
    row_of, col_of = _grid(network.phases)
    span = ones(len(flat))
    start = progress.start_week.ravel()
    new = np.isnan(start[flat]).nonzero()[0]
    if new.size:
        at = flat[new]
        week_due = due[at]
        start[at] = week_due
        span[new] = week + 1 - week_due
    return Opened(row_of[flat], col_of[flat], flat, span)


def advance(
    network: Network,
    progress: Progress,
    opened: Opened,
    rate: FloatArray,
    week: int,
) -> Advanced:
    """Work for one week.

    Parameters
    ----------
    network : Network
    progress : Progress
        Gets the work, and the finish dates of what is done, shared ones for the whole site.
    opened : Opened
        From `open_rows` of this week.
    rate : ndarray, shape (n,)
        Work per week, from 0 to 1: the least availability over causes.
    week : int
        The current week.

    Returns
    -------
    Advanced
    """
    flat, span = opened.flat, opened.span_weeks
    worked = progress.worked_weeks.ravel()
    before, need = worked[flat], progress.duration_weeks.ravel()[flat]
    after = before + rate * span
    at = (after >= need - _DONE).nonzero()[0]
    if not at.size:
        worked[flat] = after
        return Advanced(after - before, at)
    after[at] = need[at]
    worked[flat] = after
    done = after - before
    pace, longest = rate[at], span[at]
    # Nothing left to do takes no time, even at rate 0.
    took = [d / p if p > 0 else 0.0 for d, p in zip(done[at].tolist(), pace.tolist(), strict=True)]
    finish = week + 1 - longest + np.minimum(took, longest)
    _record(network, progress, opened, at, finish)
    return Advanced(done, at)


def _record(
    network: Network, progress: Progress, opened: Opened, ended: IntArray, finish: FloatArray
) -> None:
    """Date what has ended, for the whole site where it is shared (in place)."""
    rows, cols, flat = opened.rows[ended], opened.cols[ended], opened.flat[ended]
    progress.finish_week.ravel()[flat] = finish
    progress.settled_week[flat] = finish
    progress.pending.ravel()[flat] = False
    touched = rows
    if np.count_nonzero(shared := network.shared[cols]):
        mates = _mirror(network, progress, rows[shared], cols[shared])
        touched = np.concatenate((touched, mates))
    # Who waited for a turn at sitework.
    if np.count_nonzero(cleared := IS[Activity.SITEWORK][cols]):
        follows = np.zeros(network.phases + 1, dtype=bool)
        follows[rows[cleared]] = True  # -1, nobody, points to the spare last place
        touched = np.concatenate((touched, follows[network.previous].nonzero()[0]))
    _make_ready(network, progress, touched)


def _mirror(network: Network, progress: Progress, rows: IntArray, cols: IntArray) -> IntArray:
    """Copy shared work that has ended to all phases of its site (in place); return these."""
    which, site = network.mates(rows)
    source = (rows * ACTIVITIES + cols)[which]
    mirror = site * ACTIVITIES + cols[which]
    for weeks in (progress.start_week, progress.finish_week, progress.worked_weeks):
        weeks.ravel()[mirror] = weeks.ravel()[source]
    progress.settled_week[mirror] = progress.settled_week[source]
    return site
