"""How much of the variance each section of numbers, and chance, accounts for: planned and told."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ecosystem.errors import InputError
from ecosystem.scenario import Strategy, World
from experiments.compare import write_csv
from experiments.design import quantile
from experiments.points import SHOWN, Plan, Point, chosen, runs_at, section, short
from experiments.sobol import CHANCE, Design, Index, design, indices
from experiments.summary import grid, paragraph
from experiments.wording import between, three

REST = "all others"
"""The group of the numbers that are not among the strongest."""


class Shared(NamedTuple):
    """What was found of one quantity.

    Attributes
    ----------
    quantity : {"level", "difference"}
        Usable GW-years of the strategy; their paired difference to the baseline.
    indices : list of Index
        The largest total first.
    deviation : float
        Standard deviation over numbers and chance [GW yr].
    rows : int
        Rows of the design that count.
    """

    quantity: str
    indices: list[Index]
    deviation: float
    rows: int


def shares(
    world: World,
    strategies: Sequence[Strategy],
    rows: int,
    replicates: int = 1,
    *,
    alone: bool = False,
    only: Sequence[str] = (),
    top: Sequence[str] = (),
    seed: int = 0,
    weeks: int | None = None,
) -> Plan[Design]:
    """Plan the runs: ``rows * (groups + 3) * replicates`` of each strategy.

    Parameters
    ----------
    world : World
    strategies : sequence of Strategy
        The baseline and the one in question; or that one alone.
    rows, replicates : int
        Rows N of the design, a power of two; pairs of seeds in each.
    alone : bool
        Every number is a group; otherwise the numbers of a section are one.
    only : sequence of str
        Sections or numbers, as ``lab`` or ``grid.study_slots``; others keep their central value.
    top : sequence of str
        Sections or numbers that are a group each, the strongest first; all others are one group.
    seed, weeks : int
    """
    if rows < 2 or rows & (rows - 1):
        raise InputError(f"--rows {rows}: the design has a power of two of them, such as 32 or 64.")
    cards, name_of = chosen(world, only), {}
    for card in cards:
        own = short(card.path) if alone else section(card.path)
        if top:
            own = next((t for t in top if t in (section(card.path), short(card.path))), REST)
        name_of[card.path] = own
    if top:
        order = [*top, REST]
        cards = sorted(cards, key=lambda card: order.index(name_of[card.path]))
    paths = [card.path for card in cards]
    found = design(paths, [name_of[path] for path in paths], rows, seed)
    points: list[Point] = []
    second, number = found.second_seed(), 0
    for row, at in enumerate(found.points()):
        for point, other in zip(at, second, strict=True):
            number += 1
            values = tuple(
                (path, quantile(card, float(share)))
                for path, card, share in zip(paths, cards, point, strict=True)
            )
            first = seed + 1 + 2 * row * replicates + int(other) * replicates
            points += [Point(number, first + r, values) for r in range(replicates)]
    runs = runs_at("variance", world, strategies, points, weeks)
    return Plan(world, tuple(strategies), found, replicates, seed, runs)


def shared(folder: Path, of: Plan[Design]) -> list[Shared]:
    """Read the finished runs and return the shares of the level and of the difference."""
    shape = (len(of.design.a), len(of.design.groups) + 2)
    return [
        Shared(name, *indices(of.design.groups, values, of.seed))
        for name, values in of.quantities(folder, shape)
    ]


def shares_text(of: Plan[Design], found: Sequence[Shared]) -> str:
    """Lay out the shares of each quantity."""
    parts = [
        paragraph(
            f"{of.world.title}: variance of usable GW-years over {len(of.design.groups) - 1} "
            f"groups of {of.design.a.shape[1]} uncertain numbers and over chance (the seed, a "
            f"group like any other), {len(of.design.a)} rows of a Sobol sequence. Alone: share "
            "that would go if the group were known (* where the 95% interval, a bootstrap over "
            "rows, leaves out 0; an estimate may lie below 0 or above 100%). In all: share that "
            "would stay if all else were known, interactions included. All simulated."
        )
    ]
    for one in found:
        rows = [
            [
                x.group,
                _percent(x.first) + ("*" if x.clear else " "),
                between(100 * x.first_low, 100 * x.first_high) or "-",
                _percent(x.total),
                between(100 * x.total_low, 100 * x.total_high) or "-",
            ]
            for x in one.indices[:SHOWN]
        ]
        head = ["", "alone, %", "95% interval", "in all, %", "95% interval"]
        parts.append(
            f"{of.heading(one.quantity)}, standard deviation {three(one.deviation)} GW yr, "
            f"{one.rows} rows\n"
            f"{grid(head, rows)}\n{paragraph(_sums(one))}"
        )
    return "\n\n".join(parts)


def _sums(one: Shared) -> str:
    """Say what chance and the numbers alone add up to."""
    of = {index.group: index for index in one.indices}
    numbers = sum(index.first for name, index in of.items() if name != CHANCE)
    if numbers != numbers:
        return "Nothing varies."
    return (
        f"Numbers alone add up to {_percent(numbers)}%, chance alone to "
        f"{_percent(of[CHANCE].first)}%; the rest are interactions, chance with numbers too."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share == share else "-"


def tell_shared(folder: Path, of: Plan[Design]) -> str:
    """Read the finished runs, write ``sobol.csv`` beside them and return what it says."""
    found = shared(folder, of)
    write_shared(folder / "sobol.csv", found)
    return f"{shares_text(of, found)}\n\nFiles: {folder}/sobol.csv, manifest.json"


def write_shared(path: Path, found: Sequence[Shared]) -> None:
    """Write all indices as CSV."""
    rows = [
        {"quantity": one.quantity, "rows": one.rows, **x._asdict(), "clear": x.clear}
        for one in found
        for x in one.indices
    ]
    write_csv(path, rows, ["quantity", *Index._fields, "clear", "rows"])
