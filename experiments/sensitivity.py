"""Which uncertain numbers an outcome and a strategy's advantage depend on: elementary effects."""

import csv
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.errors import InputError
from ecosystem.parameters import Card
from ecosystem.results import versions
from ecosystem.scenario import Strategy, World, uncertain
from ecosystem.units import FloatArray
from experiments.compare import PRIMARY, write_csv
from experiments.design import RunSpec, code_digest, quantile
from experiments.morris import Effect, Walks, effects, walks
from experiments.store import read
from experiments.summary import grid, paragraph
from experiments.wording import between, three

TAILS = (0.05, 0.95)
"""Quantiles between which a number moves: a lognormal has no ends."""
LEVEL = "level"
DIFFERENCE = "difference"
_SHOWN = 25


class Point(NamedTuple):
    """Where a model is to be run: a number, a seed, and values by path."""

    number: int
    seed: int
    values: tuple[tuple[str, float], ...]


class Screening(NamedTuple):
    """Runs of one or two strategies along walks through the uncertain numbers.

    Attributes
    ----------
    strategies : tuple of Strategy
        The one in question; the baseline first where it is another.
    runs : list of RunSpec
        By walk, point, replicate and strategy.
    """

    world: World
    strategies: tuple[Strategy, ...]
    walks: Walks
    replicates: int
    seed: int
    runs: list[RunSpec]


class Screened(NamedTuple):
    """What was found of one quantity.

    Attributes
    ----------
    quantity : {"level", "difference"}
        Usable GW-years of the strategy; their paired difference to the baseline.
    effects : list of Effect
        Strongest first [GW yr per range].
    seed_sd : float
        Standard deviation between seeds at the same numbers [GW yr]; NaN with one replicate.
    """

    quantity: str
    effects: list[Effect]
    seed_sd: float


def screening(
    world: World,
    strategies: Sequence[Strategy],
    count: int,
    replicates: int,
    *,
    alone: bool = False,
    only: Sequence[str] = (),
    seed: int = 0,
    weeks: int | None = None,
) -> Screening:
    """Plan the runs.

    Parameters
    ----------
    world : World
    strategies : sequence of Strategy
        The baseline and the one in question; or that one alone.
    count, replicates : int
        Walks, and seeds in each: all points of a walk run with the same ones.
    alone : bool
        Move every number by itself; otherwise all numbers of a section together.
    only : sequence of str
        Sections or numbers, as ``lab`` or ``grid.study_slots``; others keep their central value.
    seed, weeks : int
    """
    cards = chosen(world, only)
    paths = [card.path for card in cards]
    names = [short(path) if alone else section(path) for path in paths]
    found = walks(paths, names, count, seed)
    points: list[Point] = []
    for number, point in enumerate(found.points.reshape(-1, len(paths)), start=1):
        values = tuple(zip(paths, at_shares(cards, point), strict=True))
        first = seed + 1 + (number - 1) // (len(found.groups) + 1) * replicates
        points += [Point(number, first + r, values) for r in range(replicates)]
    runs = runs_at("screening", world, strategies, points, weeks)
    return Screening(world, tuple(strategies), found, replicates, seed, runs)


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


def screened(folder: Path, of: Screening) -> list[Screened]:
    """Read the finished runs and return the effects on the level and on the difference."""
    flat = measured(folder, of.runs)
    shape = (*of.walks.points.shape[:2], of.replicates, len(of.strategies))
    values = flat.reshape(shape)
    found = [_screened(LEVEL, values[..., -1], of)]
    if len(of.strategies) > 1:
        found.append(_screened(DIFFERENCE, values[..., -1] - values[..., 0], of))
    return found


def _screened(quantity: str, values: FloatArray, of: Screening) -> Screened:
    sd = float("nan")
    if of.replicates > 1:
        whole = values[~np.isnan(values).any(axis=2)]
        sd = float(np.sqrt(whole.var(axis=1, ddof=1).mean())) if len(whole) else sd
    return Screened(quantity, effects(of.walks, values, of.seed), sd)


def screening_text(of: Screening, found: Sequence[Screened]) -> str:
    """Lay out the strongest effects on each quantity."""
    count, moves = of.walks.moved.shape
    key, base = of.strategies[-1].key, of.strategies[0].key
    parts = [
        paragraph(
            f"{of.world.title}: {moves} groups of {of.walks.points.shape[2]} uncertain numbers, "
            f"{count} walks, {of.replicates} seeds in each. What usable GW-years change by when a "
            "group goes from the 5% to the 95% quantile of its numbers, mean absolute effect over "
            "walks; where a group holds several numbers, each of them goes up or down at random. "
            "Spread: how much that differs from walk to walk. Noise: what chance alone would show; "
            "* where the 90% interval lies above it. All simulated."
        )
    ]
    for one in found:
        what = (
            f"Usable GW-years of {key}" if one.quantity == LEVEL else f"Their gap, {key} - {base}"
        )
        sd = f"; deviation between seeds {three(one.seed_sd)}" if np.isfinite(one.seed_sd) else ""
        rows = [
            [
                e.group,
                three(e.strength) + ("*" if e.clear else " "),
                between(e.low, e.high) or "-",
                three(e.mean, sign=True),
                three(e.spread),
                three(e.noise),
            ]
            for e in one.effects[:_SHOWN]
        ]
        head = ["", "effect", "90% interval", "with sign", "spread", "noise"]
        rest = len(one.effects) - len(rows)
        more = f"\n{rest} weaker ones are in the table." * bool(rest)
        parts.append(f"{what}, GW yr per range{sd}\n{grid(head, rows)}{more}")
    return "\n\n".join(parts)


def strongest(path: Path, count: int) -> list[str]:
    """Return the groups that a screening found to matter most, the strongest first.

    Parameters
    ----------
    path : Path
        ``sensitivity.csv``; by effect on the difference between strategies, if there is one.
    count : int
    """
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            rows = [row for row in csv.DictReader(handle) if row["strength"]]
        told = {row["quantity"] for row in rows}
        ranked = sorted(
            (
                row
                for row in rows
                if row["quantity"] == (DIFFERENCE if DIFFERENCE in told else LEVEL)
            ),
            key=lambda row: -float(row["strength"]),
        )
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"--top {count}: no screening in {path} to tell which numbers matter most. "
            "Make one: ecosystem sensitivity (with --alone, number by number)."
        ) from error
    return [row["group"] for row in ranked[:count]]


def write_screened(path: Path, found: Sequence[Screened]) -> None:
    """Write all effects as CSV."""
    rows = [
        {"quantity": one.quantity, "unit": "GW yr", **e._asdict(), "clear": e.clear}
        for one in found
        for e in one.effects
    ]
    write_csv(path, rows, ["quantity", *Effect._fields[:1], "unit", *Effect._fields[1:], "clear"])
