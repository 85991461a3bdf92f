"""Which numbers of the society agree with published counts: history matching over a hypercube.

Every sample is a national world with other numbers. What is implausible by any published figure
is thrown out; what is left says which numbers the figures determine and which they do not.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import logit
from scipy.stats import qmc

from ecosystem.institutions.permits import Venue
from ecosystem.national import (
    CENSUS,
    Course,
    Nation,
    National,
    frozen_mood,
    load_society_targets,
    national_world,
)
from ecosystem.parameters import cards
from ecosystem.scenario import World
from ecosystem.streams import Streams
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray

SAMPLES, SEED = 160, 1
CUTOFF = 3.0
"""Implausibility beyond which a sample is thrown out: Pukelsheim's three sigmas."""
DISCREPANCY = 0.3
"""Standard deviation, on the logit or log scale, of what the model or a count's definition leaves
out (assumption): counts of trackers that define a fight differently differ by more."""
NUMBERS = (
    "society.susceptibility_a",
    "society.susceptibility_b",
    "society.predisposition_sd",
    "society.impact_weight",
    "society.fairness_weight",
    "society.trust_start",
    "society.activism_share",
    "society.organise_on",
    "society.organise_off",
    "society.threshold_mean",
    "society.threshold_sd",
    "society.opinion_to_act",
    "society.promise_level",
    "society.worst_case_level",
    "society.lean_sd",
    "regulators.deny_base",
    "regulators.deny_opposition",
    "regulators.deny_support",
    "regulators.deny_gigawatt",
    "regulators.withdraw_share",
    "regulators.settle_share",
    "regulators.redesign_weeks",
    "regulators.litigation_per_year",
    "regulators.moratorium_per_year",
    "regulators.contagion",
    "regulators.withdrawals_per_year",
    "regulators.preventive_per_year",
)
OWN = ("growth_per_year", "host_lean", "mood_2023")
"""Numbers of :class:`ecosystem.national.National` beside those of the world."""
BEFORE = {
    "society.lean_sd": (0.0, 0.5),
    "regulators.withdrawals_per_year": (0.0, 2.0),
    "regulators.preventive_per_year": (0.0, 1.0),
}
"""Ranges before the fit, of numbers whose labelled range comes from it."""


class Prior(NamedTuple):
    """The labelled ranges, from which samples are drawn evenly."""

    names: tuple[str, ...]
    low: FloatArray
    high: FloatArray
    default: FloatArray


@cache
def prior() -> Prior:
    """Return the ranges of all numbers that are matched."""
    world = national_world(CENSUS, National(planned=30, thin=1))
    known = {card.path.removeprefix("numbers."): card for card in cards(world)}
    known |= {card.path: card for card in cards(National())}
    names = (*NUMBERS, *OWN)
    found = [known[name] for name in names]
    ranges = np.array([BEFORE.get(n, c.sample) for n, c in zip(names, found, strict=True)])
    default = np.array([card.value for card in found], dtype=float)
    return Prior(names, ranges[:, 0], ranges[:, 1], default)


def hypercube(samples: int = SAMPLES, seed: int = SEED) -> FloatArray:
    """Return a Latin hypercube over the prior, shape (samples, numbers)."""
    space = prior()
    drawn = qmc.LatinHypercube(len(space.names), rng=seed).random(samples)
    return space.low + drawn * (space.high - space.low)


class Figures(NamedTuple):
    """Counts of one course of events, of simulated projects (each stands for several).

    Attributes
    ----------
    contested, planned : int
        Projects with a campaign, and all, on the day of the census.
    cancelled, cancelled_late : tuple of float
        Expected cancellations under a campaign by year from 2023, and those of the second half.
    years : tuple of float
        Project-years at risk in each of these years.
    opposed, opposed_denied, gigawatt, gigawatt_denied, quiet, quiet_denied : float
        Zoning hearings, and expected denials in any venue: with a campaign (all, and of a
        gigawatt or more), without.
    fought, sued : int
        Projects that had a campaign, and those of them that were sued.
    sustained, sustained_cancelled : int
        Projects with a campaign of half a year or more whose case is decided, and those withdrawn.
    moratoria : tuple of float
        Expected moratoria, by quarter from 2025-Q1; `free_years` are the host-years in which one
        could be called.
    fights : tuple of int
        Campaigns that began, likewise.
    host_years, campaign_years : tuple of float
        Host-years and campaign-years, likewise.
    cancelled_quarter : tuple of float
        Expected cancellations, likewise.
    share : tuple of float
        Contested share by month from 2023-01.
    delays : tuple of float
        Weeks that each fought project was held up, 0 for most.
    denied, chance, chance_var : float
        Hearings that denied; how many were to be expected, and the variance of that.
    """

    contested: int
    planned: int
    cancelled: tuple[float, ...]
    cancelled_late: tuple[float, ...]
    years: tuple[float, ...]
    opposed: int
    opposed_denied: float
    gigawatt: int
    gigawatt_denied: float
    quiet: int
    quiet_denied: float
    fought: int
    sued: int
    sustained: int
    sustained_cancelled: int
    moratoria: tuple[float, ...]
    free_years: tuple[float, ...]
    fights: tuple[int, ...]
    host_years: tuple[float, ...]
    campaign_years: tuple[float, ...]
    cancelled_quarter: tuple[float, ...]
    share: tuple[float, ...]
    delays: tuple[float, ...]
    denied: float
    chance: float
    chance_var: float


def figures(course: Course, withdraw_share: float) -> Figures:
    """Count what published figures count."""
    c, h = course, course.hearings
    census = c.month(CENSUS)
    ever = np.maximum.accumulate(c.organised, axis=0)
    month, project = h[:, 0].astype(int), h[:, 1].astype(int)
    opposed, zoning = h[:, 2] > 0, h[:, 5] == Venue.ZONING
    # what a denial makes of a project is drawn; its expectation is less noisy
    expected = opposed * h[:, 4] * withdraw_share
    outside = _other_withdrawals(c, ever)
    year = 2023 + c.weeks / WEEKS_PER_YEAR
    last = np.floor(year[-1])
    years, late, risk = [], [], []
    for y in np.arange(2023, last + 1):
        within = (year >= y) & (year < y + 1)
        second = within & (year >= y + 0.5)
        years.append(float(expected[within[month]].sum() + outside[within].sum()))
        late.append(float(expected[second[month]].sum() + outside[second].sum()))
        risk.append(float(c.live[within].sum()) * 4 / WEEKS_PER_YEAR)
    quarter = np.floor((year - 2025) * 4).astype(int)
    quarters = range(max(quarter[-1] + 1, 0))
    began = np.diff(ever.astype(int), axis=0, prepend=0) > 0
    large = c.gigawatt[project]
    sustained = c.organised.sum(axis=0) >= 26 / 4
    decided = np.isfinite(c.approved) | np.isfinite(c.withdrawn)
    fought = ever[-1]
    sued = np.zeros(len(fought), dtype=bool)
    sued[c.suits[:, 1]] = True
    return Figures(
        contested=int(c.organised[census].sum()),
        planned=int(c.live[census].sum()),
        cancelled=tuple(years),
        cancelled_late=tuple(late),
        years=tuple(risk),
        opposed=int((zoning & opposed).sum()),
        opposed_denied=float(h[zoning & opposed, 6].sum()),
        gigawatt=int((zoning & opposed & large).sum()),
        gigawatt_denied=float(h[zoning & opposed & large, 6].sum()),
        quiet=int((zoning & ~opposed).sum()),
        quiet_denied=float(h[zoning & ~opposed, 6].sum()),
        fought=int(fought.sum()),
        sued=int((sued & fought).sum()),
        sustained=int((sustained & decided).sum()),
        sustained_cancelled=int((sustained & np.isfinite(c.withdrawn)).sum()),
        moratoria=tuple(float(c.calls[quarter == q, 0].sum()) for q in quarters),
        free_years=tuple(
            float(c.calls[quarter == q, 1].sum()) * 4 / WEEKS_PER_YEAR for q in quarters
        ),
        fights=tuple(int(began[quarter == q].sum()) for q in quarters),
        host_years=tuple(float(c.live[quarter == q].sum()) * 4 / WEEKS_PER_YEAR for q in quarters),
        campaign_years=tuple(
            float(c.organised[quarter == q].sum()) * 4 / WEEKS_PER_YEAR for q in quarters
        ),
        cancelled_quarter=tuple(
            float(expected[(quarter == q)[month]].sum() + outside[quarter == q].sum())
            for q in quarters
        ),
        share=tuple((c.organised.sum(axis=1) / np.maximum(c.live.sum(axis=1), 1)).tolist()),
        delays=tuple(c.lost_weeks[fought].tolist()),
        denied=float(h[:, 3].sum()),
        chance=float(h[:, 4].sum()),
        chance_var=float((h[:, 4] * (1 - h[:, 4])).sum()),
    )


def _other_withdrawals(c: Course, ever: BoolArray) -> FloatArray:
    """Count withdrawals of contested projects by month that no hearing led to, shape (T,)."""
    gone = np.flatnonzero(np.isfinite(c.withdrawn))
    heard = {(int(m), int(p)) for m, p in c.hearings[:, :2]}
    count = np.zeros(len(c.weeks))
    for project in gone.tolist():
        month = int(np.searchsorted(c.weeks, c.withdrawn[project]))
        if ever[month, project] and (month, project) not in heard:
            count[month] += 1
    return count


def run(
    values: FloatArray, until: date = CENSUS, seed: int = 0, frozen: date | None = None
) -> Figures:
    """Return what a sample gives: its numbers in the order of the prior."""
    world = sample_world(values, until)
    if frozen:
        world = frozen_mood(world, frozen)
    course = Nation(world, seed, _streams(seed)).run()
    return figures(course, world.numbers.regulators.withdraw_share)


def sample_world(values: FloatArray, until: date = CENSUS) -> World:
    """Return the national world with the numbers of a sample."""
    named = dict(zip(prior().names, values.tolist(), strict=True))
    own = {name: named.pop(name) for name in OWN}
    world = national_world(until, National(**own))
    return world.with_values({f"numbers.{name}": value for name, value in named.items()})


@cache
def _streams(seed: int) -> Streams:
    return Streams(seed)


class Job(NamedTuple):
    """One run for a worker process."""

    values: FloatArray
    until: date = CENSUS
    seed: int = 0
    frozen: date | None = None


def _work(job: Job) -> Figures:
    return run(*job)


def run_many(jobs: Sequence[Job], pool: Executor | None = None) -> list[Figures]:
    """Carry out many runs, here or on an executor; the result is the same."""
    if pool is None:
        return [_work(job) for job in jobs]
    return list(pool.map(_work, jobs, chunksize=8))


class Target(NamedTuple):
    """A published figure on the scale on which it is matched (logit of a share, log of a count).

    Attributes
    ----------
    what : str
    mean : float
    sd : float
        Standard error of that many published cases.
    few : float
        Standard error that as many simulated projects have if the figure holds.
    """

    what: str
    mean: float
    sd: float
    few: float


def share_of(count: float, total: float) -> float:
    """Return the logit of a share, finite where nothing or all was counted."""
    return float(logit((count + 0.5) / (total + 1)))


def count_of(count: float) -> float:
    """Return the logarithm of a count, finite at zero."""
    return float(np.log(count + 0.5))


def targets(each: float) -> list[Target]:
    """Return the figures up to the end of 2025 that the numbers are matched to.

    Parameters
    ----------
    each : float
        Projects that a simulated one stands for.
    """
    found: list[Target] = []
    for row in load_society_targets():
        if row.use != "fit":
            continue
        variance = 1 / (row.cases + 0.5)
        mean = count_of(row.cases)
        if row.of:
            variance += 1 / (row.of - row.cases + 0.5)
            mean = share_of(row.cases, row.of)
        sd = float(np.sqrt(variance))
        found.append(Target(row.what, mean, sd, sd * float(np.sqrt(each))))
    return found


def matched(f: Figures, each: float) -> dict[str, float]:
    """Return a sample's own figures on the same scales."""
    years = [each * c for c in f.cancelled]
    return {
        "contested_share": share_of(each * f.contested, each * f.planned),
        "cancelled_2023": count_of(years[0]),
        "cancelled_2024": count_of(years[1]),
        "cancelled_2025": count_of(years[2]),
        "cancelled_late_2025": share_of(each * f.cancelled_late[2], years[2]),
        "moratoria_2025q4": _moratoria(f),
    }


def _moratoria(f: Figures) -> float:
    """Return the logit of the share of counties that call a moratorium in four months."""
    rate = f.moratoria[3] / max(f.free_years[3], 1e-9)
    return float(logit(np.clip(-np.expm1(-rate / 3), 1e-6, 1 - 1e-6)))


def implausibility(found: Sequence[Figures], each: float) -> FloatArray:
    """Return the distance of every sample from every target in standard deviations, (n, targets).

    Uncertainty by few cases, few simulated projects and the model's form are added in quadrature
    (Vernon, Goldstein and Bower 2010, doi:10.1214/10-BA524).
    """
    aims = targets(each)
    mean, sd = np.array([t.mean for t in aims]), np.array([np.hypot(t.sd, t.few) for t in aims])
    own = [matched(f, each) for f in found]
    seen = np.array([[o[t.what] for t in aims] for o in own])
    return np.abs(seen - mean) / np.hypot(sd, DISCREPANCY)


class Matched(NamedTuple):
    """Two waves of samples.

    Attributes
    ----------
    values : ndarray, shape (n, numbers)
    figures : list of Figures
    distance : ndarray, shape (n, targets)
    plausible : ndarray of bool, shape (n,)
    first : int
        Samples of the first wave.
    """

    values: FloatArray
    figures: list[Figures]
    distance: FloatArray
    plausible: BoolArray
    first: int

    def spread(self) -> FloatArray:
        """Return the central 90% range of what is plausible over that of the prior, (numbers,).

        About 1 where the figures say nothing of a number.
        """
        low, high = np.quantile(self.values[self.plausible], (0.05, 0.95), axis=0)
        return (high - low) / (0.9 * (prior().high - prior().low))


def match(first: int = SAMPLES, second: int = SAMPLES, pool: Executor | None = None) -> Matched:
    """Sample the prior; then sample anew where a linear emulator finds nothing implausible.

    The emulator only saves runs: every sample of the second wave is judged by its own run.
    """
    each = float(National().thin)
    one = hypercube(first)
    seen = run_many([Job(x) for x in one], pool)
    keep = _promising(one, seen, each, second)
    again = run_many([Job(x) for x in keep], pool)
    values, found = np.concatenate([one, keep]), seen + again
    distance = implausibility(found, each)
    return Matched(values, found, distance, distance.max(axis=1) < CUTOFF, first)


def _promising(values: FloatArray, seen: list[Figures], each: float, count: int) -> FloatArray:
    """Return candidates whose emulated figures are within reach of the targets."""
    space = prior()
    candidates = hypercube(40 * count, SEED + 1)
    share = np.array([f.contested / f.planned for f in seen])
    telling = (share > 0.005) & (share < 0.95)  # where nobody or everybody fights is no gradient
    keep = np.ones(len(candidates), dtype=bool)
    for target in targets(each):
        mean = np.array([matched(f, each)[target.what] for f in seen])[telling]
        scaled = _design((values - space.low) / (space.high - space.low))[telling]
        ridge = scaled.T @ scaled + np.eye(scaled.shape[1])
        slope = np.linalg.solve(ridge, scaled.T @ mean)
        rest = float(np.std(mean - scaled @ slope))
        guess = _design((candidates - space.low) / (space.high - space.low)) @ slope
        reach = np.sqrt(rest**2 + target.sd**2 + target.few**2 + DISCREPANCY**2)
        keep &= np.abs(guess - target.mean) < 1.5 * reach
    return candidates[keep][:count]


def _design(unit: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(unit)), unit - 0.5])
