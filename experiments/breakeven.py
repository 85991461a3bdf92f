"""The break-even effect: how large an effect a strategy needs to equal doing nothing.

Nobody has published what engagement, agreements or training do to the pace of data centres. So
the question is turned around: at which multiple of its assumed effect does a strategy deliver the
usable GW-years of the baseline, or its money? It is found by paired runs, the same futures and
chance for all; and it is estimated, for nothing, from the futures that a comparison runs anyhow.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import stdtrit

from ecosystem.results import RunResult
from ecosystem.scenario import Levers, Strategy, World
from ecosystem.units import FloatArray
from experiments.design import Sampler, futures
from experiments.outcomes import lab_result_usd, usable_gw_years
from experiments.runner import simulate

MULTIPLIERS = (-0.5, 0.0, 0.5, 1.0, 1.5)
"""The range over which effects are sampled, ends included."""
EFFECTS = {
    "engagement": "numbers.society.engagement_effect",
    "agreement": "numbers.society.agreement_effect",
    "training": "numbers.workforce.training_effect",
    "cash": "numbers.society.cash_effect",
    "rate protection": "numbers.society.tariff_effect",
    "local hire": "numbers.society.local_hire_effect",
    "redesign": "numbers.society.redesign_effect",
}
LEVERS = {
    "engagement": ("openness", "engagement_extra_weeks"),
    "agreement": ("agreement_share_of_capex",),
    "training": (
        "academy_seats_per_year",
        "upskilling_seats_per_year",
        "pre_apprenticeship_seats_per_year",
    ),
    "cash": ("cash_usd_per_household_year",),
    "rate protection": ("rate_protection",),
    "local hire": ("local_hire_added",),
    "redesign": ("redesign_at_opposing",),
}
"""Levers that act by each effect."""
MEASURES: Mapping[str, Callable[[RunResult], float]] = {
    "usable_gw_years": usable_gw_years,
    "lab_result_usd": lab_result_usd,
}
"""What is to be broken even: outcomes of `experiments.outcomes`."""
LEAST_FUTURES = 5
_STEPS = 401
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
        if not self.identified:
            return "not identified"
        throughout = {np.inf: "loses at every effect", -np.inf: "gains at every effect"}
        at = throughout.get(self.at, f"{self.at:.2f}")
        if self.low == self.high:
            return at
        if self.low == -np.inf:
            return f"{at} (90%: up to {self.high:.2f})"
        return f"{at} (90%: {self.low:.2f} " + (
            "and more)" if self.high == np.inf else f"to {self.high:.2f})"
        )

    @property
    def identified(self) -> bool:
        """Whether the interval leaves any effect out."""
        return (
            np.isnan(self.at)
            or np.isfinite(self.low)
            or np.isfinite(self.high)
            or (self.low == self.high)
        )


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


def effects_of(strategy: Strategy) -> list[str]:
    """Return the effects by which the levers of a strategy act."""
    usual, own = Levers(), strategy.levers
    return [
        effect
        for effect, levers in LEVERS.items()
        if any(getattr(own, name) != getattr(usual, name) for name in levers)
    ]


type Finding = Literal["at", "gains", "loses", "no difference", "not identified"]


class Estimate(NamedTuple):
    """A break-even effect read off futures in which the effect was sampled.

    Attributes
    ----------
    found : Finding
        ``at`` within the range; else the strategy gains, or loses, at every effect in the range,
        or differs nowhere, or the futures cannot tell.
    at, low, high : float
        Multiplier and its 90% interval, cut to the range; NaN unless found, `at` also where the
        line crosses outside the range and only the interval reaches into it.
    without, slope : float
        Gain at effect 0, and by how much it grows for an effect of 1.
    futures : int
    """

    found: Finding
    at: float
    low: float
    high: float
    without: float
    slope: float
    futures: int

    @property
    def text(self) -> str:
        """Say it in words."""
        span = f"[{MULTIPLIERS[0]:g}, {MULTIPLIERS[-1]:g}]"
        if self.found == "gains" or self.found == "loses":
            return f"not within {span}: {self.found}"
        if self.found != "at":
            return self.found
        at = f"{self.at:.2f}" if np.isfinite(self.at) else f"outside {span}"
        side = "" if self.slope > 0 else ", loses above"
        return f"{at} ({self.low:.2f} to {self.high:.2f}){side}"


def estimate(multiplier: FloatArray, gain: FloatArray) -> Estimate:
    r"""Return where the mean gain, linear in the effect, crosses zero.

    Parameters
    ----------
    multiplier, gain : ndarray, shape (n,)
        Effect and paired gain of each future; all else differs between them, too.

    Notes
    -----
    Least squares, :math:`g = a + b m`. Its interval is Fieller's: the multipliers at which the 90%
    band of the line holds 0. Where it holds 0 everywhere, or all but the middle, no multiplier in
    the range is left out that matters: nothing is identified.

    References
    ----------
    E. C. Fieller, J. R. Stat. Soc. B 16(2), 1954.
    """
    nan, n = float("nan"), len(gain)
    if not np.count_nonzero(np.abs(gain) > _ROUNDING):
        return Estimate("no difference", nan, nan, nan, 0.0, 0.0, n)
    if n < LEAST_FUTURES:
        return Estimate("not identified", nan, nan, nan, nan, nan, n)
    centre = multiplier.mean()
    spread = float(((multiplier - centre) ** 2).sum())
    slope = float(((multiplier - centre) * gain).sum()) / spread
    level = float(gain.mean())
    left = gain - level - slope * (multiplier - centre)
    error = float(np.sqrt((left**2).sum() / (n - 2)))
    at = np.linspace(MULTIPLIERS[0], MULTIPLIERS[-1], _STEPS)
    line = level + slope * (at - centre)
    half = stdtrit(n - 2, 0.95) * error * np.sqrt(1 / n + (at - centre) ** 2 / spread)
    holds = np.abs(line) <= half
    without = level - slope * centre
    if not holds.any() and (line > 0).all():
        return Estimate("gains", nan, nan, nan, without, slope, n)
    if not holds.any() and (line < 0).all():
        return Estimate("loses", nan, nan, nan, without, slope, n)
    if holds[0] and holds[-1]:
        return Estimate("not identified", nan, nan, nan, without, slope, n)
    root = centre - level / slope
    inside = MULTIPLIERS[0] <= root <= MULTIPLIERS[-1]
    low, high = (at[holds][[0, -1]]).tolist() if holds.any() else (root, root)
    return Estimate("at", float(root) if inside else nan, low, high, without, slope, n)


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
    """Find the break-even effect of several strategies by usable GW-years; see `gains`."""
    found = gains(
        world,
        baseline,
        questions,
        count=count,
        multipliers=multipliers,
        seed=seed,
        weeks=weeks,
        pool=pool,
    )
    at = np.array(multipliers, dtype=float)
    return [from_gains(at, gain, seed) for gain in found["usable_gw_years"]]


def gains(
    world: World,
    baseline: Strategy,
    questions: Sequence[Question],
    *,
    count: int = 6,
    multipliers: Sequence[float] = MULTIPLIERS,
    seed: int = 0,
    weeks: int | None = None,
    doublings: int = 0,
    sampler: Sampler = "latin-hypercube",
    pool: Executor | None = None,
) -> dict[str, FloatArray]:
    """Return gains over the baseline by measure, shape (questions, count, multipliers).

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
    seed, weeks, doublings : int
    sampler : str
        As for :class:`experiments.design.Experiment`.
    pool : Executor, optional
        Where to run; without one here. The result is the same.

    Notes
    -----
    Costs count x (1 + questions x multipliers) runs of the model.
    """
    sampled = futures(world, count, seed, doublings, sampler)[1:]
    jobs: list[_Run] = []
    for number, values in enumerate(sampled, start=1):
        jobs.append(_Run(world, baseline, values, seed + number, weeks))
        for question in questions:
            path = EFFECTS[question.effect]
            jobs += [
                _Run(world, question.strategy, {**values, path: m}, seed + number, weeks)
                for m in multipliers
            ]
    done = pool.map(_measured, jobs, chunksize=4) if pool else map(_measured, jobs)
    found = np.array(list(done))
    table = found.reshape(count, 1 + len(questions) * len(multipliers), len(MEASURES))
    gain = (table[:, 1:] - table[:, :1]).reshape(count, len(questions), len(multipliers), -1)
    return {name: np.moveaxis(gain[..., i], 1, 0) for i, name in enumerate(MEASURES)}


class _Run(NamedTuple):
    """One run for a worker."""

    world: World
    strategy: Strategy
    values: dict[str, float]
    seed: int
    weeks: int | None


def _measured(run: _Run) -> tuple[float, ...]:
    result = simulate(run.world.with_values(run.values), run.strategy, run.seed, run.weeks)
    return tuple(measure(result) for measure in MEASURES.values())
