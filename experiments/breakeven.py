"""The break-even effect: how large an effect a strategy needs to equal doing nothing.

Nobody has published what engagement, agreements or training do to the pace of data centres. So
the question is turned around: at which multiple of its assumed effect does a strategy deliver the
usable GW-years of the baseline? It is found by paired runs, the same futures and chance for all.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from ecosystem.scenario import Strategy, World
from ecosystem.units import FloatArray
from experiments.design import futures
from experiments.outcomes import usable_gw_years
from experiments.runner import simulate

MULTIPLIERS = (-0.5, 0.0, 0.5, 1.0, 1.5)
"""The range over which effects are sampled, ends included."""
EFFECTS = {
    "engagement": "numbers.society.engagement_effect",
    "agreement": "numbers.society.agreement_effect",
    "training": "numbers.workforce.training_effect",
}
_RESAMPLES = 2_000
_ROUNDING = 1e-9


class BreakEven(NamedTuple):
    """Where a strategy equals the baseline.

    Attributes
    ----------
    multipliers : ndarray, shape (M,)
    gain : ndarray, shape (F, M)
        Usable GW-years over those of the baseline, by future.
    at, low, high : float
        Multiplier at which the mean gain turns from a loss, and its 90% interval over futures;
        -inf where the strategy gains throughout, inf where it loses throughout, NaN where it
        changes nothing.
    decided : float
        Share of resampled sets of futures in which the turn lies within the range.
    """

    multipliers: FloatArray
    gain: FloatArray
    at: float
    low: float
    high: float
    decided: float

    @property
    def text(self) -> str:
        """Say it in words."""
        if np.isnan(self.at):
            return "no difference at any effect"
        where = {np.inf: "above the range", -np.inf: "below the range"}
        at, low, high = (where.get(v, f"{v:.2f}") for v in (self.at, self.low, self.high))
        return f"{at} (90%: {low} to {high})"


def crossing(multipliers: FloatArray, gain: FloatArray) -> float:
    """Return where a gain, linear between multipliers, first turns from a loss to none.

    Parameters
    ----------
    multipliers, gain : ndarray, shape (M,)

    Returns
    -------
    float
        -inf if nothing is lost at the lowest multiplier, inf if something is lost at all of
        them, NaN if nothing changes anywhere.
    """
    if not np.count_nonzero(gain):
        return float("nan")
    lost = gain < 0
    if not lost[0]:
        return -np.inf
    if lost.all():
        return np.inf
    i = int(np.argmin(lost))
    a, b = gain[i - 1], gain[i]
    return float(multipliers[i - 1] + (multipliers[i] - multipliers[i - 1]) * -a / (b - a))


def from_gains(multipliers: FloatArray, gain: FloatArray, seed: int = 0) -> BreakEven:
    """Return the break-even of paired gains, shape (F, M), with a bootstrap over futures."""
    gain = np.where(np.abs(gain) > _ROUNDING, gain, 0.0)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(gain), (_RESAMPLES, len(gain)))
    found = np.array([crossing(multipliers, gain[rows].mean(axis=0)) for rows in drawn])
    known = np.sort(found[~np.isnan(found)])
    low, high = (
        (float(known[int(q * (len(known) - 1))]) for q in (0.05, 0.95))
        if len(known)
        else (float("nan"), float("nan"))
    )
    at = crossing(multipliers, gain.mean(axis=0))
    return BreakEven(multipliers, gain, at, low, high, float(np.isfinite(found).mean()))


class Question(NamedTuple):
    """A strategy, and the number whose multiple is sought."""

    strategy: Strategy
    effect: str


def break_evens(
    world: World,
    baseline: Strategy,
    questions: Sequence[Question],
    *,
    count: int = 6,
    multipliers: Sequence[float] = MULTIPLIERS,
    seed: int = 0,
    weeks: int | None = None,
    pool: Executor | None = None,
) -> list[BreakEven]:
    """Find the break-even effect of several strategies on the same futures.

    Parameters
    ----------
    world : World
    baseline : Strategy
        What doing nothing is; its runs must not depend on any of the effects.
    questions : sequence of Question
    count : int
        Sampled futures. The effect in question is set, all else is as sampled.
    multipliers : sequence of float
        Rising.
    seed, weeks : int
        As for :class:`experiments.design.Experiment`.
    pool : Executor, optional
        Where to run; without one here. The result is the same.

    Notes
    -----
    Costs count x (1 + questions x multipliers) runs of the model.
    """
    sampled = futures(world, count, seed)[1:]
    jobs: list[_Run] = []
    for number, values in enumerate(sampled, start=1):
        jobs.append(_Run(world, baseline, values, seed + number, weeks))
        for question in questions:
            path = EFFECTS[question.effect]
            jobs += [
                _Run(world, question.strategy, {**values, path: m}, seed + number, weeks)
                for m in multipliers
            ]
    done = pool.map(_gw_years, jobs, chunksize=4) if pool else map(_gw_years, jobs)
    found = np.array(list(done))
    table = found.reshape(count, 1 + len(questions) * len(multipliers))
    gain = (table[:, 1:] - table[:, :1]).reshape(count, len(questions), len(multipliers))
    at = np.array(multipliers, dtype=float)
    return [from_gains(at, gain[:, q], seed) for q in range(len(questions))]


class _Run(NamedTuple):
    """One run for a worker."""

    world: World
    strategy: Strategy
    values: dict[str, float]
    seed: int
    weeks: int | None


def _gw_years(run: _Run) -> float:
    world = run.world.with_values(run.values)
    return usable_gw_years(simulate(world, run.strategy, run.seed, run.weeks))
