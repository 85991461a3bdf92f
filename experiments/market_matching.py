"""Which numbers of the market agree with 2023 and 2024: history matching on the history world.

Every sample is the world ``history`` with other numbers. Users and revenue up to the end of 2024
throw out what is implausible; everything later, and all tokens, prices and capabilities, is left to
be predicted.
"""

import csv
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from scipy.stats import qmc

from ecosystem.model import simulate
from ecosystem.parameters import cards
from ecosystem.results import RunResult
from ecosystem.scenario import World, load_strategy, load_world
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray, week_of

SAMPLES, SEED = 160, 1
CUTOFF = 3.0
"""Implausibility beyond which a sample is thrown out: Pukelsheim's three sigmas."""
DISCREPANCY = 0.2
"""Standard deviation of the logarithm of what the model leaves out, published rounding included
(assumption): users are no compute, and an annualised revenue is a month times twelve."""
OWN: Mapping[str, tuple[float, float]] = {
    "market.demand_start_mw": (15.0, 240.0),
    "market.price_start_usd_per_mw_year": (18e6, 54e6),
    "market.start_run_flop": (1e25, 4e25),
    "market.rival_share": (0.02, 0.3),
    "market.rival_spare_mw": (0.0, 15.0),
}
"""Ranges of what stood differently in 2023 (assumption); other numbers keep their own."""
NUMBERS = (
    *OWN,
    "market.capability_per_decade",
    "market.algorithmic_growth",
    "market.demand_max_mw",
    "market.demand_width",
    "market.price_elasticity",
    "market.latency_elasticity",
    "market.pass_through",
    "market.scarcity",
    "market.target_utilisation",
    "market.price_floor",
    "market.price_cap",
    "market.price_weeks",
    "market.innovation_per_year",
    "market.imitation_per_year",
    "market.exit_per_year",
    "market.churn_per_year",
    "market.run_weeks",
    "market.final_run_share",
    "market.release_lag_weeks",
    "market.release_spare_share",
    "market.rival_width",
    "market.rival_compute_growth",
    "market.rival_churn_per_year",
    "market.split_step_per_quarter",
    "cluster.fleet_factor",
)
WIDE = 4.0
"""Ranges whose ends differ by more than this factor are sampled evenly in the logarithm."""


class FlywheelTarget(NamedTuple):
    """One published figure of ``flywheel_targets.csv``."""

    id: str
    what: str
    day: date
    value: float
    unit: str
    use: str
    note: str


@cache
def load_flywheel_targets() -> tuple[FlywheelTarget, ...]:
    """Return the published figures."""
    text = (files("ecosystem") / "data" / "flywheel_targets.csv").read_text(encoding="utf-8")
    return tuple(
        FlywheelTarget(
            row["id"],
            row["what"],
            date.fromisoformat(row["day"]),
            float(row["value"]),
            row["unit"],
            row["use"],
            row["note"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def compared() -> tuple[FlywheelTarget, ...]:
    """Return the figures that a run has a counterpart of: all but those put in."""
    return tuple(row for row in load_flywheel_targets() if row.use != "input")


@cache
def history() -> World:
    """Return the world that is run."""
    return load_world("history")


class Course(NamedTuple):
    """What is kept of a run.

    Attributes
    ----------
    predicted : tuple of float
        The run's counterpart of each figure of :func:`compared`.
    per_mw : tuple of float
        Revenue per MW-year of all capacity at the ends of 2023, 2024, 2025 [USD].
    users, price, revenue : tuple of float
        By quarter: use over that of the first figure of users; USD/Mtok; USD a year.
    """

    predicted: tuple[float, ...]
    per_mw: tuple[float, ...]
    users: tuple[float, ...]
    price: tuple[float, ...]
    revenue: tuple[float, ...]


def row_on(day: date) -> int:
    """Return the week of the history world in which a day lies."""
    return int(week_of(day, history().start))


@cache
def first_of(what: str) -> FlywheelTarget:
    """Return the earliest figure of a kind."""
    return min((row for row in compared() if row.what == what), key=lambda row: row.day)


def predict(row: FlywheelTarget, result: RunResult) -> float:
    """Return a run's counterpart of a figure.

    Users and messages are no states of the model. Use in MW stands for them, scaled to the
    first figure of the kind: only the growth since then is predicted, and only if compute per
    user, or per message, stays what it was.
    """
    at = row_on(row.day)
    month = slice(max(at - 3, 0), at + 1)
    if row.what in ("users", "messages"):
        base, use = first_of(row.what), result.series("adopted_mw")
        return base.value * float(use[at] / use[row_on(base.day)])
    if row.what == "revenue":
        return float(result.series("revenue_usd")[month].mean()) * WEEKS_PER_YEAR / 1e9
    if row.what == "tokens":
        return float(result.series("tokens_per_s")[at]) * 86_400 / 1e12
    if row.what == "price":
        return float(result.series("price_usd_per_mtok")[at])
    if row.what == "capability":
        return float(result.series("capability")[at])
    year = slice(row_on(date(row.day.year, 1, 1)), row_on(date(row.day.year, 12, 31)) + 1)
    if row.what == "training_share":
        return float(result.series("training_share")[year].mean())
    return float(result.series("lease_usd")[year].mean()) * WEEKS_PER_YEAR / 1e9


def course(result: RunResult) -> Course:
    """Return what is kept of a run."""
    capacity = result.series("usable_mw") + result.series("installed_base_mw")
    revenue = result.series("revenue_usd") * WEEKS_PER_YEAR
    ends = [row_on(date(year, 12, 31)) for year in (2023, 2024, 2025)]
    quarters = slice(None, None, 13)
    use = result.series("adopted_mw")
    return Course(
        tuple(predict(row, result) for row in compared()),
        tuple((revenue[ends] / capacity[ends]).tolist()),
        tuple((use / use[row_on(first_of("users").day)])[quarters].tolist()),
        tuple(result.series("price_usd_per_mtok")[quarters].tolist()),
        tuple(revenue[quarters].tolist()),
    )


@cache
def ranges() -> FloatArray:
    """Return low and high of every number, shape (numbers, 2)."""
    known = {card.path.removeprefix("numbers."): card.sample for card in cards(history())}
    return np.array([OWN.get(name, known[name]) for name in NUMBERS], dtype=float)


def hypercube(samples: int = SAMPLES, seed: int = SEED) -> FloatArray:
    """Return a Latin hypercube over the ranges, shape (samples, numbers)."""
    low, high = ranges().T
    share = qmc.LatinHypercube(len(NUMBERS), rng=seed).random(samples)
    wide = (low > 0) & (high > WIDE * low)
    safe = np.where(wide, low, 1.0)
    return np.where(
        wide, safe * (np.where(wide, high, 1.0) / safe) ** share, low + share * (high - low)
    )


def run(values: Sequence[float] | None = None) -> Course:
    """Return the course of a sample, or of the world as it is."""
    world = history()
    if values is not None:
        world = world.with_values(
            {f"numbers.{name}": float(v) for name, v in zip(NUMBERS, values, strict=True)}
        )
    return course(simulate(world, load_strategy("S0")))


def implausibility(found: Sequence[Course]) -> FloatArray:
    """Return the distance of samples from the fitted figures in standard deviations, (n, figures).

    The first figure of users sets the scale and is none of them.
    """
    at = [
        i for i, row in enumerate(compared()) if row.use == "fit" and row is not first_of("users")
    ]
    seen = np.array([compared()[i].value for i in at])
    own = np.array([[f.predicted[i] for i in at] for f in found])
    return np.abs(np.log(np.maximum(own, 1e-9) / seen)) / DISCREPANCY


class Matched(NamedTuple):
    """A wave of samples.

    Attributes
    ----------
    values : ndarray, shape (n, numbers)
    found : list of Course
    distance : ndarray, shape (n, figures)
    """

    values: FloatArray
    found: list[Course]
    distance: FloatArray

    @property
    def plausible(self) -> BoolArray:
        """Return which samples no figure rules out, shape (n,)."""
        return self.distance.max(axis=1) < CUTOFF

    def spread(self) -> FloatArray:
        """Return the central 90% range of what is plausible over that of all samples, (numbers,).

        About 1 where the figures say nothing of a number. In the logarithm where it was sampled so.
        """
        low, high = ranges().T
        wide = (low > 0) & (high > WIDE * low)
        scaled = np.where(wide, np.log(np.maximum(self.values, 1e-300)), self.values)
        kept, every = (
            np.diff(np.quantile(v, (0.05, 0.95), axis=0), axis=0)[0]
            for v in (scaled[self.plausible], scaled)
        )
        return kept / every


def match(samples: int = SAMPLES, pool: Executor | None = None) -> Matched:
    """Run a hypercube, here or on an executor; the result is the same."""
    values = hypercube(samples)
    rows = [tuple(row) for row in values.tolist()]
    found = [run(row) for row in rows] if pool is None else list(pool.map(run, rows, chunksize=8))
    return Matched(values, found, implausibility(found))
