"""Who cost how many weeks: exact, order-independent attribution of a slip to causes.

For every coalition S of causes the site is replayed with only S active: each activity moves at
the least availability over S, on its own clock of weeks since it started. Shared resources are
not dealt out again; an activity waits only for what was recorded of it. A wait that an activity
reached only because another had held it up before therefore costs nothing alone, and is shared
with that other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import factorial
from typing import NamedTuple

import numpy as np

from ecosystem.delivery.activities import (
    ACTIVITIES,
    IS,
    Activity,
    Cause,
    Network,
    build_network,
    power_of,
)
from ecosystem.delivery.critical_path import Known, forward
from ecosystem.delivery.progress import DONE_WEEKS, Opened, Progress
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


class Game(NamedTuple):
    """When the p phases of a site finish under each coalition of the k causes that acted there.

    Attributes
    ----------
    phases : ndarray of int, shape (p,)
    acting : ndarray of int, shape (k,)
        Causes that held something back at some time; all others are dummies.
    plan_finish : ndarray, shape (p,)
        Week in which the median plan would have finished.
    finish : ndarray, shape (2^k, p)
        Finish with only the causes of a coalition; bit i of the index is cause ``acting[i]``.
    censored : ndarray of bool, shape (p,)
        Not finished when the record ends.
    """

    phases: IntArray
    acting: IntArray
    plan_finish: FloatArray
    finish: FloatArray
    censored: BoolArray

    def shares(self, values: FloatArray) -> Shares:
        """Share any function of the replays, shape (2^k, ...), among all causes, (8, ...)."""
        three = np.zeros((3, _CAUSES, *values.shape[1:]))
        if self.acting.size:
            three[:, self.acting] = shapley(values)
        return Shares(*three)


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


def replay(
    network: Network,
    progress: Progress,
    runs: Runs,
    not_before: FloatArray,
    planned_weeks: FloatArray,
    lead: int,
) -> Game:
    """Replay one site under every coalition of causes.

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
    Game
        For the phases of the site, in order.

    Notes
    -----
    The replay of all causes is the run to float precision, but for one case: where both power
    options of a phase come within a week, the one noticed second may be the first by its date, and
    the run energised up to a week later than the replay.

    Causes that never held anything back at this site are dummies: they get 0 and are left out
    of the replay, which is exact and halves the work for each of them.
    """
    site = _Site.of(network, progress, not_before, lead, runs.end_week)
    mine = np.flatnonzero((network.lead == lead)[runs.rows])
    acting = np.flatnonzero((runs.availability[mine] < 1).any(axis=0))
    plan = np.maximum(planned_weeks[site.phases] - np.nan_to_num(site.inherited), 0.0)
    plan[site.history] = 0.0
    return Game(
        phases=site.phases,
        acting=acting,
        plan_finish=site.finish_weeks(plan),
        finish=site.finish_weeks(site.elapsed_weeks(runs, mine, acting)),
        censored=np.isnan(progress.finish_week[site.phases, Activity.COMMISSIONING]),
    )


def attribute(
    network: Network,
    progress: Progress,
    runs: Runs,
    not_before: FloatArray,
    planned_weeks: FloatArray,
    lead: int,
) -> Attribution:
    """Attribute the slip of every phase of one site; parameters as for :func:`replay`."""
    game = replay(network, progress, runs, not_before, planned_weeks, lead)
    shares = game.shares(game.finish)
    return Attribution(
        phases=game.phases,
        plan_finish=game.plan_finish,
        unhindered_finish=game.finish[0],
        finish=game.finish[-1],
        own_work_weeks=game.finish[0] - game.plan_finish,
        cause_weeks=shares.shapley.T,
        but_for_weeks=shares.but_for.T,
        first_in_weeks=shares.first_in.T,
        censored=game.censored,
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
    history: BoolArray

    @classmethod
    def of(
        cls, network: Network, progress: Progress, not_before: FloatArray, lead: int, end_week: int
    ) -> "_Site":
        phases = network.members(lead)
        released = progress.released_week[phases]
        inherited = progress.inherited_weeks[phases]
        begun = np.isfinite(inherited)
        # Work inherited goes on with a whole week, all other work starts on its day.
        limit = not_before[phases]
        floor = np.maximum(released, np.where(begun, np.ceil(limit), limit))
        # What was never released would start when the record ends, at the earliest.
        floor = np.where(np.isfinite(floor), floor, end_week)
        history = progress.history[phases]
        floor[history] = progress.finish_week[phases][history]
        left = progress.duration_weeks[phases] - np.nan_to_num(inherited)
        left[history] = 0.0
        return cls(
            phases=phases,
            network=_cut(network, phases),
            known=Known(floor, begun | history),
            left=left,
            started=progress.start_week[phases],
            inherited=inherited,
            history=history,
        )

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
        flat = np.searchsorted(self.phases, runs.rows[mine]) * ACTIVITIES + runs.cols[mine]
        first = np.flatnonzero(np.append(True, np.diff(flat) != 0))
        rows, cols = np.divmod(flat[first], ACTIVITIES)
        length = runs.weeks[mine].astype(np.float64)
        # The first span of work begins where the predecessors end, not on Monday.
        lead_in = runs.first_week[mine][first] - self.started[rows, cols]
        length[first] += np.where(np.isnan(self.inherited[rows, cols]), lead_in, 0.0)
        availability = runs.availability[mine][:, acting].astype(np.float64).T
        bounds = np.append(first, len(mine))
        held = np.logical_or.reduceat(availability < 1, first, axis=1)
        # Who was never held back took as long as its work.
        for i in np.flatnonzero(held.any(axis=0)):
            stretch, row, col = slice(bounds[i], bounds[i + 1]), rows[i], cols[i]
            holding = np.flatnonzero(held[:, i])
            rate = _rates(availability[holding, stretch])
            clock = _clock(rate, length[stretch], float(self.left[row, col]))
            elapsed[:, row, col] = clock[_restricted(len(acting), tuple(holding.tolist()))]
        return elapsed


def _cut(network: Network, phases: IntArray) -> Network:
    """Return the network of one whole site."""
    number = np.full(network.phases + 1, -1, dtype=np.int64)
    number[phases] = np.arange(len(phases))
    power = power_of(network.accepts[phases])
    return build_network(network.site[phases], power, number[network.previous[phases]])


@cache
def _restricted(causes: int, holding: tuple[int, ...]) -> IntArray:
    """Return, for each of the 2^k coalitions, the number of its part among `holding`."""
    every: IntArray = np.arange(1 << causes, dtype=np.int64)
    part = np.zeros_like(every)
    for i, k in enumerate(holding):
        part |= ((every >> k) & 1) << i
    return part


def _rates(availability: FloatArray) -> FloatArray:
    """Return the least of each of the 2^k sets of causes, (2^k, R) from (k, R); 1 of none."""
    rate = np.ones((1 << len(availability), availability.shape[1]))
    for k, allowed in enumerate(availability):
        np.minimum(rate[: 1 << k], allowed, out=rate[1 << k : 2 << k])
    return rate


def _clock(rate: FloatArray, length: FloatArray, work: float) -> FloatArray:
    """Return the time that `work` takes at the rates of successive stretches.

    Parameters
    ----------
    rate : ndarray, shape (S, m)
        Work per week under each coalition in each stretch.
    length : ndarray, shape (m,)
        Weeks of each stretch.
    work : float
        Weeks of work at full availability.

    Returns
    -------
    ndarray, shape (S,)
        Weeks. Work left after the last stretch goes on at full rate: no wait is on record.
    """
    coalitions, stretches = rate.shape
    done = np.zeros((coalitions, stretches + 1))
    np.cumsum(rate * length, axis=1, out=done[:, 1:])
    index = np.count_nonzero(done[:, 1:] < work - DONE_WEEKS, axis=1)
    every: IntArray = np.arange(coalitions, dtype=np.int64)
    pace = np.where(index == stretches, 1.0, rate[every, np.minimum(index, stretches - 1)])
    took = np.zeros(coalitions)
    np.divide(work - done[every, index], pace, out=took, where=pace > 0)
    took = np.minimum(took, np.append(length, np.inf)[index])
    return np.append(0.0, np.cumsum(length))[index] + took


class Held(NamedTuple):
    """The open activities of a week and what held them back.

    `availability`, shape (n, 8): what each cause allows each of them, in [0, 1]; `rate`, shape
    (n,): the least of it over causes.
    """

    opened: Opened
    availability: Availability
    rate: FloatArray


def lost_weeks(network: Network, weeks: Sequence[Held], critical: BoolArray) -> FloatArray:
    """Return the loss of each phase in each week by the cause that binds it.

    A cheap running account beside the exact attribution. Per phase the critical open activity
    that loses most counts, so that a phase loses at most one week a week; a phase whose
    critical sitework has not opened waits for that of its site.

    Parameters
    ----------
    network : Network
    weeks : sequence of Held, length W
        At least one; together they take little longer than one.
    critical : ndarray of bool, shape (P, A)
        `Schedule.critical` of `remaining_cpm`, at most some weeks old; nowhere true for phases
        that cannot lose.

    Returns
    -------
    ndarray, shape (W, P, 8)
        Weeks lost in each week; times GW it adds up to GW-weeks.
    """
    lost = np.zeros((len(weeks) * network.phases, _CAUSES))
    rate = np.concatenate([held.rate for held in weeks])
    line, place = _felt_by(network, [held.opened for held in weeks], rate < 1, critical)
    loss = 1.0 - rate[line]
    most = np.zeros(len(lost))
    np.maximum.at(most, place, loss)
    worst = (loss == most[place]).nonzero()[0]
    # Of equals one counts: the last assignment stays.
    binding = np.full(len(lost), -1)
    binding[place[worst]] = line[worst]
    losing = (binding >= 0).nonzero()[0]
    availability = np.concatenate([held.availability for held in weeks])
    lost[losing, availability[binding[losing]].argmin(axis=1)] = most[losing]
    return lost.reshape(len(weeks), network.phases, _CAUSES)


def _felt_by(
    network: Network, opened: list[Opened], short: BoolArray, critical: BoolArray
) -> tuple[IntArray, IntArray]:
    """Return pairs: a line of all weeks' open activities, and who waits for it then.

    Who waits in which week is ``week * P + phase``; lines that are not `short`, (n,), hold up
    nobody.
    """
    rows = np.concatenate([week.rows for week in opened])
    cols = np.concatenate([week.cols for week in opened])
    first = np.arange(len(opened)).repeat([len(week.rows) for week in opened]) * network.phases
    wide = network.wide[cols]
    narrow = (short & ~wide).nonzero()[0]
    narrow = narrow[critical[rows[narrow], cols[narrow]]]
    at = (short & wide).nonzero()[0]
    which, phase = network.mates(rows[at])
    at = at[which]
    # Whose own sitework is open does not wait for that of another phase.
    digging = np.zeros(len(opened) * network.phases, dtype=bool)
    digging[(first + rows)[IS[Activity.SITEWORK][cols]]] = True
    waits = (phase == rows[at]) | network.shared[cols[at]] | ~digging[first[at] + phase]
    waits &= critical[phase, cols[at]]
    at, phase = at[waits], phase[waits]
    line = np.concatenate([narrow, at])
    return line, first[line] + np.concatenate([rows[narrow], phase])
