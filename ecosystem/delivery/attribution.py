"""Who cost how many weeks: exact, order-independent attribution of a slip to causes.

For every coalition S of causes the site is replayed with only S active: each activity moves at
the least availability over S, on its own clock of recorded weeks. Shared resources are not
dealt out again; an activity waits only for what was recorded of it.
"""

from dataclasses import dataclass, replace
from functools import cache
from math import factorial
from typing import NamedTuple

import numpy as np

from ecosystem.delivery.activities import Activity, Cause, Network
from ecosystem.delivery.critical_path import Known, forward
from ecosystem.delivery.progress import DONE_WEEKS, Opened, Progress, site_release
from ecosystem.delivery.record import Availability, Runs
from ecosystem.units import BoolArray, FloatArray, IntArray

_CAUSES = len(Cause)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why the p phases of a site finish when they do.

    ``finish - plan_finish == own_work_weeks + cause_weeks.sum(axis=1)``.

    Attributes
    ----------
    phases : ndarray of int, shape (p,)
    plan_finish : ndarray, shape (p,)
        Week in which the median plan would have finished.
    unhindered_finish : ndarray, shape (p,)
        T(no cause): the work as it turned out, never held back.
    finish : ndarray, shape (p,)
        T(all causes): the actual finish. Where `censored`, the finish if nothing holds the
        phase back after the last recorded week, so that slips count up to that week.
    own_work_weeks : ndarray, shape (p,)
        ``unhindered_finish - plan_finish``: work that took longer, or shorter, than its median.
    cause_weeks : ndarray, shape (p, 8)
        Shapley shares, >= 0.
    but_for_weeks : ndarray, shape (p, 8)
        T(all) - T(all but this): what would be saved if only this cause went away.
    first_in_weeks : ndarray, shape (p, 8)
        T(this alone) - T(none): what this cause alone would have cost.
    censored : ndarray of bool, shape (p,)
        Not finished when the record ends.
    """

    phases: IntArray
    plan_finish: FloatArray
    unhindered_finish: FloatArray
    finish: FloatArray
    own_work_weeks: FloatArray
    cause_weeks: FloatArray
    but_for_weeks: FloatArray
    first_in_weeks: FloatArray
    censored: BoolArray


class Shares(NamedTuple):
    """Shapley shares and the bracket that practice uses, each of shape (k, ...)."""

    shapley: FloatArray
    but_for: FloatArray
    first_in: FloatArray


@cache
def _coalitions(causes: int) -> tuple[IntArray, FloatArray]:
    """Return the coalitions without each cause, (k, 2^(k-1)), and their Shapley weights."""
    every = np.arange(1 << causes)
    without = np.stack([every[(every >> k) & 1 == 0] for k in range(causes)])
    by_size = [
        factorial(size) * factorial(causes - size - 1) / factorial(causes) for size in range(causes)
    ]
    return without, np.array(by_size)[np.bitwise_count(without)]


def shapley(values: FloatArray) -> Shares:
    """Return how players share what they bring about together.

    Parameters
    ----------
    values : ndarray, shape (2^k, ...)
        Value of each coalition; bit i of the index says whether player i is in it. k >= 1.

    Returns
    -------
    Shares
        Shapley shares sum to ``values[-1] - values[0]``; they lie between the other two where
        the game is convex or concave, and nowhere in particular otherwise.

    References
    ----------
    .. [1] L. S. Shapley, A value for n-person games, Contributions to the Theory of Games II,
       1953.
    .. [2] Goncalves-Dosantos et al. 2024, arXiv:2401.17337 (sharing delay costs of projects).
    .. [3] AACE International Recommended Practice 29R-03, Forensic Schedule Analysis.
    """
    causes = len(values).bit_length() - 1
    without, weights = _coalitions(causes)
    bits = 1 << np.arange(causes)
    marginal = values[without | bits[:, None]] - values[without]
    return Shares(
        shapley=np.einsum("kc,kc...->k...", weights, marginal),
        but_for=values[-1] - values[len(values) - 1 - bits],
        first_in=values[bits] - values[0],
    )


def attribute(
    network: Network,
    progress: Progress,
    runs: Runs,
    not_before: FloatArray,
    planned_weeks: FloatArray,
    lead: int,
) -> Attribution:
    """Attribute the slip of every phase of one site.

    Parameters
    ----------
    network : Network
    progress : Progress
        At the end of the simulation.
    runs : Runs
        Record of the whole simulation.
    not_before : ndarray, shape (P, A)
        As given to `open_rows`; limits are nobody's delay and hold in every replay.
    planned_weeks : ndarray, shape (P, A)
        Median work, from `activities.planned_weeks`.
    lead : int
        Lead phase of the site.

    Returns
    -------
    Attribution
        For the phases of the site, in order.

    Notes
    -----
    Causes that never held anything back at this site are dummies: they get 0 and are left out
    of the replay, which is exact and halves the work for each of them.
    """
    site = _Site.of(network, progress, runs, not_before, lead)
    mine = np.flatnonzero(np.isin(runs.rows, site.phases))
    acting = np.flatnonzero((runs.availability[mine] < 1).any(axis=0))
    elapsed = site.elapsed_weeks(runs, mine, acting)
    finish = site.finish_weeks(elapsed)
    plan = np.maximum(planned_weeks[site.phases] - np.nan_to_num(site.inherited), 0.0)
    plan_finish = site.finish_weeks(plan)
    three = np.zeros((3, _CAUSES, len(site.phases)))
    if acting.size:
        three[:, acting] = shapley(finish)
    return Attribution(
        phases=site.phases,
        plan_finish=plan_finish,
        unhindered_finish=finish[0],
        finish=finish[-1],
        own_work_weeks=finish[0] - plan_finish,
        cause_weeks=three[0].T,
        but_for_weeks=three[1].T,
        first_in_weeks=three[2].T,
        censored=np.isnan(progress.finish_week[site.phases, Activity.COMMISSIONING]),
    )


@dataclass(frozen=True, slots=True)
class _Site:
    """One site cut out of the network, with what all its replays have in common."""

    phases: IntArray
    network: Network
    known: Known
    left: FloatArray
    started: FloatArray
    inherited: FloatArray

    @classmethod
    def of(
        cls, network: Network, progress: Progress, runs: Runs, not_before: FloatArray, lead: int
    ) -> "_Site":
        phases = network.members(lead)
        released = np.where(
            network.shared,
            site_release(network, progress)[:, None],
            progress.released_week[:, None],
        )[phases]
        inherited = progress.inherited_weeks[phases]
        begun = np.isfinite(inherited)
        floor = np.where(begun, released, np.fmax(released, not_before[phases]))
        # What was never released would start when the record ends, at the earliest.
        floor = np.where(np.isfinite(floor), floor, runs.end_week)
        start, finish = progress.start_week[phases], progress.finish_week[phases]
        # History: finished before any work was recorded.
        logged = np.zeros(network.used.shape, dtype=bool)
        logged[runs.rows, runs.cols] = True
        logged = np.where(network.shared, logged[network.lead], logged)[phases]
        history = np.isfinite(finish) & ~logged
        known = Known(
            floor, np.where(history, start, np.nan), np.where(history, finish, np.nan), begun
        )
        left = progress.duration_weeks[phases] - np.nan_to_num(inherited)
        return cls(phases, _cut(network, phases), known, left, start, inherited)

    def finish_weeks(self, elapsed: FloatArray) -> FloatArray:
        """Return the finish of each phase, shape (..., p), from (..., p, A)."""
        return forward(self.network, elapsed, self.known)[1][Activity.COMMISSIONING]

    def elapsed_weeks(self, runs: Runs, mine: IntArray, acting: IntArray) -> FloatArray:
        """Return the weeks each activity takes by its own clock, shape (2^k, p, A).

        `mine` are the lines of `runs` that belong to this site, `acting` the k causes replayed.
        """
        elapsed = np.repeat(self.left[None], 1 << len(acting), axis=0)
        if not mine.size:
            return elapsed
        rows = np.searchsorted(self.phases, runs.rows[mine])
        cols = runs.cols[mine]
        first = np.flatnonzero(np.append(True, (np.diff(rows) != 0) | (np.diff(cols) != 0)))
        length = runs.weeks[mine].astype(np.float64)
        at = rows[first], cols[first]
        fresh = np.isnan(self.inherited[at])
        # The first span of work begins where the predecessors end, not on Monday.
        lead_in = np.where(fresh, runs.first_week[mine][first] - self.started[at], 0.0)
        length[first] += lead_in
        rate = _rates(runs.availability[mine][:, acting])
        bounds = np.append(first, len(mine))
        for i, (row, col) in enumerate(zip(*at, strict=True)):
            stretch = slice(bounds[i], bounds[i + 1])
            elapsed[:, row, col] = _clock(
                rate[stretch], length[stretch], float(self.left[row, col])
            )
        return elapsed


def _cut(network: Network, phases: IntArray) -> Network:
    """Return the network of one whole site, renumbered from 0."""
    number = np.full(network.phases + 1, -1, dtype=np.int64)
    number[phases] = np.arange(len(phases))
    levels = (number[level[np.isin(level, phases)]] for level in network.levels)
    return replace(
        network,
        site=network.site[phases],
        lead=number[network.lead[phases]],
        previous=number[network.previous[phases]],
        used=network.used[phases],
        works=network.works[phases],
        accepts=network.accepts[phases],
        levels=tuple(level for level in levels if level.size),
    )


def _rates(availability: Availability) -> FloatArray:
    """Return the least availability over each of the 2^k coalitions, shape (R, 2^k)."""
    lines, causes = availability.shape
    rate = np.ones((lines, 1 << causes))
    for k in range(causes):
        size = 1 << k
        np.minimum(rate[:, :size], availability[:, k, None], out=rate[:, size : 2 * size])
    return rate


def _clock(rate: FloatArray, length: FloatArray, work: float) -> FloatArray:
    """Return the time that `work` takes at the rates of successive stretches.

    Parameters
    ----------
    rate : ndarray, shape (m, S)
        Work per week of each stretch under each coalition.
    length : ndarray, shape (m,)
        Weeks of each stretch.
    work : float
        Weeks of work at full availability.

    Returns
    -------
    ndarray, shape (S,)
        Weeks. Work left after the last stretch goes on at full rate: no wait is on record.
    """
    stretches, coalitions = rate.shape
    done = np.zeros((stretches + 1, coalitions))
    np.cumsum(rate * length[:, None], axis=0, out=done[1:])
    index = (done[1:] < work - DONE_WEEKS).sum(axis=0)
    left = work - done[index, np.arange(coalitions)]
    ended = index == stretches
    pace = np.where(ended, 1.0, rate[np.minimum(index, stretches - 1), np.arange(coalitions)])
    took = np.zeros(coalitions)
    np.divide(left, pace, out=took, where=pace > 0)
    took = np.minimum(took, np.append(length, np.inf)[index])
    return np.append(0.0, np.cumsum(length))[index] + took


def lost_weeks(
    network: Network, opened: Opened, availability: Availability, critical: BoolArray
) -> FloatArray:
    """Return the week's loss of each phase by the cause that binds it.

    A cheap running account beside the exact attribution. Per phase the critical open activity
    that loses most counts, so that a phase loses at most one week a week; a phase whose
    critical sitework has not opened waits for that of its site.

    Parameters
    ----------
    network : Network
    opened : Opened
    availability : ndarray, shape (n, 8)
        What each cause allows each open activity, in [0, 1].
    critical : ndarray of bool, shape (P, A)
        `Schedule.critical` of `remaining_cpm`, at most some weeks old.

    Returns
    -------
    ndarray, shape (P, 8)
        Weeks lost this week; times GW it adds up to GW-weeks.
    """
    lost = np.zeros((network.phases, _CAUSES))
    cause = availability.argmin(axis=1)
    loss = 1.0 - availability[np.arange(len(cause)), cause]
    short = np.flatnonzero(loss > 0)
    if not short.size:
        return lost
    # One more line than activities stands for "none".
    loss, cause = np.append(loss[short], 0.0), np.append(cause[short], 0)
    line = np.full(network.used.shape, len(short))
    line.ravel()[opened.flat[short]] = np.arange(len(short))
    line = np.where(network.shared, line[network.lead], line)
    column = int(Activity.SITEWORK)
    earlier = np.full(network.phases, len(short))
    np.minimum.at(earlier, network.lead, line[:, column])
    own = np.zeros(network.phases, dtype=bool)
    own[opened.rows[opened.cols == column]] = True
    line[:, column] = np.where(own, line[:, column], earlier[network.lead])
    line[~critical] = len(short)
    worst = loss[line].argmax(axis=1)
    line = line[np.arange(network.phases), worst]
    lost[np.arange(network.phases), cause[line]] = loss[line]
    return lost
