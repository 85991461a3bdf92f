"""Which uncertain numbers an outcome and a strategy's advantage depend on: elementary effects."""

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
    cards = _chosen(world, only)
    paths = [card.path for card in cards]
    names = [_short(path) if alone else _section(path) for path in paths]
    found = walks(paths, names, count, seed)
    runs: list[RunSpec] = []
    common = [code_digest(), versions(), "screening", world.model_dump_json(), weeks]
    texts = {s.key: s.model_dump_json() for s in strategies}
    for number, point in enumerate(found.points.reshape(-1, len(paths)), start=1):
        values = tuple(zip(paths, _values(cards, point), strict=True))
        walk = (number - 1) // (len(found.groups) + 1)
        for replicate in range(replicates):
            own = seed + 1 + walk * replicates + replicate
            for strategy in strategies:
                inputs = [*common, texts[strategy.key], number, own, values]
                run = sha256(json.dumps(inputs).encode()).hexdigest()[:16]
                runs.append(RunSpec(world, strategy, number, own, weeks, values, run))
    return Screening(world, tuple(strategies), found, replicates, seed, runs)


def _chosen(world: World, only: Sequence[str]) -> list[Card]:
    every = list(uncertain(world))
    if not every:
        raise InputError(f"{world.name}: no number of this world has a range to move in.")
    for name in only:
        if not any(_within(card.path, name) for card in every):
            sections = ", ".join(dict.fromkeys(_section(card.path) for card in every))
            raise InputError(f"--only {name}: no uncertain number is called so. Try {sections}.")
    return [card for card in every if not only or any(_within(card.path, o) for o in only)]


def _within(path: str, name: str) -> bool:
    return name in (_section(path), _short(path), path)


def _short(path: str) -> str:
    return path.removeprefix("numbers.")


def _section(path: str) -> str:
    return _short(path).split(".")[0]


def _values(cards: Sequence[Card], point: FloatArray) -> list[float]:
    low, high = TAILS
    shares = (low + (high - low) * point).tolist()
    return [quantile(card, share) for card, share in zip(cards, shares, strict=True)]


def screened(folder: Path, of: Screening) -> list[Screened]:
    """Read the finished runs and return the effects on the level and on the difference."""
    outcomes = read(folder, "outcomes")
    known = dict(zip(map(str, outcomes["run"]), outcomes[PRIMARY].tolist(), strict=True))
    flat = np.array([known.get(spec.run, np.nan) for spec in of.runs])
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


def write_screened(path: Path, found: Sequence[Screened]) -> None:
    """Write all effects as CSV."""
    rows = [
        {"quantity": one.quantity, "unit": "GW yr", **e._asdict(), "clear": e.clear}
        for one in found
        for e in one.effects
    ]
    write_csv(path, rows, ["quantity", *Effect._fields[:1], "unit", *Effect._fields[1:], "clear"])
