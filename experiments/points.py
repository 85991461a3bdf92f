"""Runs of one or two strategies at chosen points of the uncertain numbers: planned and read."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.errors import InputError
from ecosystem.parameters import Card
from ecosystem.results import versions
from ecosystem.scenario import Strategy, World, uncertain
from ecosystem.units import FloatArray
from experiments.compare import PRIMARY
from experiments.design import RunSpec, code_digest, quantile
from experiments.store import read

TAILS = (0.05, 0.95)
"""Quantiles between which a number moves: a lognormal has no ends."""
LEVEL = "level"
DIFFERENCE = "difference"
SHOWN = 25
"""Lines that are printed of a table; its file has them all."""


class Point(NamedTuple):
    """Where a model is to be run: a number, a seed, and values by path."""

    number: int
    seed: int
    values: tuple[tuple[str, float], ...]


class Plan[D](NamedTuple):
    """Runs at the points of a design.

    Attributes
    ----------
    strategies : tuple of Strategy
        The one in question; the baseline first where it is another.
    design : D
        Walks, rows or numbers, as the method has them.
    replicates : int
        Seeds at every point.
    seed : int
        Of the design.
    runs : list of RunSpec
        Point by point; replicate by replicate in each; strategy by strategy in these.
    """

    world: World
    strategies: tuple[Strategy, ...]
    design: D
    replicates: int
    seed: int
    runs: list[RunSpec]

    def quantities(self, folder: Path, shape: Sequence[int]) -> Iterator[tuple[str, FloatArray]]:
        """Yield the level of the strategy in question and, of two, its paired difference.

        Parameters
        ----------
        folder : Path
            Of the finished runs.
        shape : sequence of int
            Of the points; replicates become the last axis.

        Yields
        ------
        tuple of str and ndarray
            :data:`LEVEL` or :data:`DIFFERENCE` and usable GW-years, shape (*shape, replicates); NaN
            where a run failed.
        """
        flat = measured(folder, self.runs)
        values = flat.reshape((*shape, self.replicates, len(self.strategies)))
        yield LEVEL, values[..., -1]
        if len(self.strategies) > 1:
            yield DIFFERENCE, values[..., -1] - values[..., 0]

    def heading(self, quantity: str) -> str:
        """Return a quantity in words."""
        key, base = self.strategies[-1].key, self.strategies[0].key
        return f"Usable GW-years of {key}" if quantity == LEVEL else f"Their gap, {key} - {base}"


def runs_at(
    what: str,
    world: World,
    strategies: Sequence[Strategy],
    points: Sequence[Point],
    weeks: int | None,
) -> list[RunSpec]:
    """Return the runs of strategies at points, point by point; `what` keeps designs apart."""
    runs: list[RunSpec] = []
    common = [code_digest(), versions(), what, world.model_dump_json(), weeks]
    texts = {s.key: s.model_dump_json() for s in strategies}
    for number, seed, values in points:
        for strategy in strategies:
            inputs = [*common, texts[strategy.key], number, seed, values]
            run = sha256(json.dumps(inputs).encode()).hexdigest()[:16]
            runs.append(RunSpec(world, strategy, number, seed, weeks, values, run))
    return runs


def measured(folder: Path, runs: Sequence[RunSpec]) -> FloatArray:
    """Return the usable GW-years of runs; NaN where a run failed."""
    outcomes = read(folder, "outcomes")
    known = dict(zip(map(str, outcomes["run"]), outcomes[PRIMARY].tolist(), strict=True))
    return np.array([known.get(spec.run, np.nan) for spec in runs])


def chosen(world: World, only: Sequence[str]) -> list[Card]:
    """Return the uncertain numbers that are named, by section or by path; all if none is."""
    every = list(uncertain(world))
    if not every:
        raise InputError(f"{world.name}: no number of this world has a range to move in.")
    for name in only:
        if not any(_within(card.path, name) for card in every):
            sections = ", ".join(dict.fromkeys(section(card.path) for card in every))
            raise InputError(f"--only {name}: no uncertain number is called so. Try {sections}.")
    return [card for card in every if not only or any(_within(card.path, o) for o in only)]


def _within(path: str, name: str) -> bool:
    return name in (section(path), short(path), path)


def short(path: str) -> str:
    """Return a number's path as people write it."""
    return path.removeprefix("numbers.")


def section(path: str) -> str:
    """Return the section of a number."""
    return short(path).split(".")[0]


def at_shares(cards: Sequence[Card], point: FloatArray) -> list[float]:
    """Return the values of numbers at shares between their :data:`TAILS`, both in [0, 1]."""
    low, high = TAILS
    shares = (low + (high - low) * point).tolist()
    return [quantile(card, share) for card, share in zip(cards, shares, strict=True)]
