"""One number at a time, low and high, all others central: the bars of a tornado."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.parameters import Card
from ecosystem.scenario import Strategy, World
from ecosystem.units import FloatArray
from experiments.compare import interval, write_csv
from experiments.design import quantile
from experiments.points import SHOWN, TAILS, Plan, Point, chosen, runs_at, short
from experiments.summary import grid, paragraph
from experiments.wording import between, three

_ROUNDING = 1e-9


class Bar(NamedTuple):
    """What a number does by itself.

    Attributes
    ----------
    quantity : {"level", "difference"}
    number, unit : str
    low, high : float
        The values: its 5% and 95% quantiles.
    at_low, at_high : float
        Change against the central world, the mean over seeds [GW yr].
    at_low_from, at_low_to, at_high_from, at_high_to : float
        90% intervals over seeds; NaN with fewer than five.
    n : int
        Seeds.
    """

    quantity: str
    number: str
    unit: str
    low: float
    high: float
    at_low: float
    at_low_from: float
    at_low_to: float
    at_high: float
    at_high_from: float
    at_high_to: float
    n: int

    @property
    def swing(self) -> float:
        """The larger of both changes."""
        return max(abs(self.at_low), abs(self.at_high))

    @property
    def clear(self) -> bool:
        """Whether one of the intervals leaves out 0."""
        return (
            self.at_low_from > 0
            or self.at_low_to < 0
            or self.at_high_from > 0
            or self.at_high_to < 0
        )


def turned(
    world: World,
    strategies: Sequence[Strategy],
    replicates: int,
    *,
    only: Sequence[str] = (),
    seed: int = 0,
    weeks: int | None = None,
) -> Plan[list[Card]]:
    """Plan the runs: ``(1 + 2 * numbers) * replicates`` of each strategy, with the same seeds."""
    cards = chosen(world, only)
    values: list[tuple[tuple[str, float], ...]] = [()]
    values += [((card.path, quantile(card, tail)),) for card in cards for tail in TAILS]
    points = [
        Point(number, seed + 1 + r, pairs)
        for number, pairs in enumerate(values)
        for r in range(replicates)
    ]
    runs = runs_at("one at a time", world, strategies, points, weeks)
    return Plan(world, tuple(strategies), cards, replicates, seed, runs)


def bars(folder: Path, of: Plan[list[Card]]) -> list[Bar]:
    """Read the finished runs and return the bars, the longest first within each quantity."""
    shape = (1 + 2 * len(of.design),)
    return [bar for name, at in of.quantities(folder, shape) for bar in _bars(name, at, of)]


def _bars(quantity: str, values: FloatArray, of: Plan[list[Card]]) -> list[Bar]:
    found: list[Bar] = []
    for i, card in enumerate(of.design):
        change = values[1 + 2 * i : 3 + 2 * i] - values[0]
        # What only the order of additions made is no change.
        change[np.abs(change) < _ROUNDING * np.nanmax(np.abs(values), initial=0.0)] = 0.0
        change = change[:, ~np.isnan(change).any(axis=0)]
        n = change.shape[1]
        at = change.mean(axis=1).tolist() if n else [float("nan")] * 2
        ends = [interval(row, "restricted mean", of.seed) for row in change]
        low, high = (quantile(card, tail) for tail in TAILS)
        name = short(card.path)
        found.append(Bar(quantity, name, card.unit, low, high, at[0], *ends[0], at[1], *ends[1], n))
    return sorted(found, key=lambda bar: (bar.swing != bar.swing, -bar.swing))


def bars_text(of: Plan[list[Card]], found: Sequence[Bar]) -> str:
    """Lay out the longest bars of each quantity."""
    parts = [
        paragraph(
            f"{of.world.title}: one number at a time at the 5% and 95% quantiles of its range, all "
            f"others central; {of.replicates} seeds, the same throughout. Changes of usable "
            "GW-years against the central world, mean over seeds with 90% interval; * where one "
            "leaves out 0. Says nothing of numbers that act together. All simulated."
        )
    ]
    for quantity in dict.fromkeys(bar.quantity for bar in found):
        mine = [bar for bar in found if bar.quantity == quantity]
        rows = [
            [
                bar.number + ("*" if bar.clear else ""),
                three(bar.at_low, sign=True),
                between(bar.at_low_from, bar.at_low_to, sign=True) or "-",
                three(bar.at_high, sign=True),
                between(bar.at_high_from, bar.at_high_to, sign=True) or "-",
            ]
            for bar in mine[:SHOWN]
        ]
        if rows:
            table = grid(["", "at 5%", "90% interval", "at 95%", "90% interval"], rows)
            rest = len(mine) - len(rows)
            more = f"\n{rest} shorter ones are in the table." * bool(rest)
            parts.append(f"{of.heading(quantity)}, GW yr\n{table}{more}")
    return "\n\n".join(parts)


def tell_bars(folder: Path, of: Plan[list[Card]]) -> str:
    """Read the finished runs, write ``tornado.csv`` beside them and return what it says."""
    found = bars(folder, of)
    write_bars(folder / "tornado.csv", found)
    return f"{bars_text(of, found)}\n\nFiles: {folder}/tornado.csv, manifest.json"


def write_bars(path: Path, found: Sequence[Bar]) -> None:
    """Write all bars as CSV."""
    write_csv(
        path, [{**bar._asdict(), "clear": bar.clear} for bar in found], [*Bar._fields, "clear"]
    )
