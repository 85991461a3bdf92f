"""Which uncertain numbers an outcome and a strategy's advantage depend on: elementary effects."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.errors import InputError
from ecosystem.scenario import Strategy, World
from ecosystem.units import FloatArray
from experiments.compare import write_csv
from experiments.morris import Effect, Walks, effects, walks
from experiments.points import (
    DIFFERENCE,
    LEVEL,
    SHOWN,
    Plan,
    Point,
    at_shares,
    chosen,
    runs_at,
    section,
    short,
)
from experiments.summary import grid, paragraph
from experiments.wording import between, three


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
) -> Plan[Walks]:
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
    return Plan(world, tuple(strategies), found, replicates, seed, runs)


def screened(folder: Path, of: Plan[Walks]) -> list[Screened]:
    """Read the finished runs and return the effects on the level and on the difference."""
    shape = of.design.points.shape[:2]
    return [_screened(name, values, of) for name, values in of.quantities(folder, shape)]


def _screened(quantity: str, values: FloatArray, of: Plan[Walks]) -> Screened:
    sd = float("nan")
    if of.replicates > 1:
        whole = values[~np.isnan(values).any(axis=2)]
        sd = float(np.sqrt(whole.var(axis=1, ddof=1).mean())) if len(whole) else sd
    return Screened(quantity, effects(of.design, values, of.seed), sd)


def screening_text(of: Plan[Walks], found: Sequence[Screened]) -> str:
    """Lay out the strongest effects on each quantity."""
    count, moves = of.design.moved.shape
    parts = [
        paragraph(
            f"{of.world.title}: {moves} groups of {of.design.points.shape[2]} uncertain numbers, "
            f"{count} walks, {of.replicates} seeds in each. What usable GW-years change by when a "
            "group goes from the 5% to the 95% quantile of its numbers, mean absolute effect over "
            "walks; where a group holds several numbers, each of them goes up or down at random. "
            "Spread: how much that differs from walk to walk. Noise: what chance alone would show; "
            "* where the 90% interval lies above it. All simulated."
        )
    ]
    for one in found:
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
            for e in one.effects[:SHOWN]
        ]
        head = ["", "effect", "90% interval", "with sign", "spread", "noise"]
        rest = len(one.effects) - len(rows)
        more = f"\n{rest} weaker ones are in the table." * bool(rest)
        parts.append(f"{of.heading(one.quantity)}, GW yr per range{sd}\n{grid(head, rows)}{more}")
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


def tell_screened(folder: Path, of: Plan[Walks]) -> str:
    """Read the finished runs, write ``sensitivity.csv`` beside them and return what it says."""
    found = screened(folder, of)
    write_screened(folder / "sensitivity.csv", found)
    return f"{screening_text(of, found)}\n\nFiles: {folder}/sensitivity.csv, manifest.json"


def write_screened(path: Path, found: Sequence[Screened]) -> None:
    """Write all effects as CSV."""
    rows = [
        {"quantity": one.quantity, "unit": "GW yr", **e._asdict(), "clear": e.clear}
        for one in found
        for e in one.effects
    ]
    write_csv(path, rows, ["quantity", *Effect._fields[:1], "unit", *Effect._fields[1:], "clear"])
