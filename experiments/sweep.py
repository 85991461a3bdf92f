"""A user's own experiment from a TOML file: strategies over every combination of some numbers."""

import tomllib
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ecosystem.errors import InputError
from ecosystem.scenario import Strategy, World, load_strategy, load_world
from ecosystem.units import FloatArray
from experiments.catalogue.engine import Arm, Seen
from experiments.compare import PRIMARY, interval, write_csv
from experiments.outcomes import OUTCOMES
from experiments.summary import grid, paragraph
from experiments.wording import three

MOST_ARMS = 2_000
type Value = float | int | str


class Plan(BaseModel):
    """What a file asks for; see :func:`load_plan`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    world: str = "stargate"
    strategies: tuple[str, ...] = ("S0",)
    baseline: str = "S0"
    futures: int = Field(8, ge=1, le=100_000)
    years: float | None = Field(None, gt=0, le=50)
    seed: int = Field(0, ge=0)
    outcomes: tuple[str, ...] = (PRIMARY, "capability", "strategy_cost_usd")
    vary: dict[str, tuple[Value, ...]] = {}
    set: dict[str, Value] = {}


class Sweep(NamedTuple):
    """A plan with its world and strategies loaded.

    Attributes
    ----------
    combinations : tuple of tuple
        Values of the varied numbers, in the order of ``plan.vary``.
    """

    plan: Plan
    world: World
    strategies: tuple[Strategy, ...]
    combinations: tuple[tuple[Value, ...], ...]

    @property
    def arms(self) -> list[Arm]:
        """One for each combination and strategy."""
        return [
            Arm(
                self.name(values, strategy.key),
                self.world,
                strategy,
                {**self.plan.set, **dict(zip(self.plan.vary, values, strict=True))},
            )
            for values in self.combinations
            for strategy in self.strategies
        ]

    def name(self, values: Sequence[Value], strategy: str) -> str:
        """Return the name of an arm."""
        return ", ".join([*(f"{v}" for v in values), strategy])


def load_plan(path: Path) -> Sweep:
    """Read an experiment.

    Parameters
    ----------
    path : Path
        A TOML file with ``title``; ``world``, ``strategies``, ``baseline``, ``futures``, ``years``,
        ``seed`` and ``outcomes`` if they are not the usual ones; ``[vary]`` with a list of values
        for each number, by its path such as ``"numbers.lab.friction"``; ``[set]`` with numbers that
        hold throughout. Worlds and strategies beside the file may be named by file.

    Raises
    ------
    InputError
        If the file, a key, a value, a world, a strategy, a number or an outcome is wrong.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}") from error
    try:
        plan = Plan.model_validate(raw)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise InputError(f"{path}: " + "; ".join(lines)) from error
    names = list(dict.fromkeys([plan.baseline, *plan.strategies]))
    known = {outcome.name for outcome in OUTCOMES}
    for name in plan.outcomes:
        if name not in known:
            raise InputError(f"{path}: no outcome {name!r}; known are {', '.join(sorted(known))}.")
    combinations = tuple(product(*plan.vary.values()))
    if len(combinations) * len(names) > MOST_ARMS:
        raise InputError(
            f"{path}: {len(combinations)} combinations of {len(names)} strategies; at most "
            f"{MOST_ARMS} in all. Vary fewer numbers, or over fewer values."
        )
    world = load_world(_beside(path, plan.world))
    policies = tuple(load_strategy(_beside(path, name)) for name in names)
    sweep = Sweep(plan, world, policies, combinations)
    for values in combinations:  # a wrong path or value is told before anything runs
        world.with_values({**plan.set, **dict(zip(plan.vary, values, strict=True))})
    return sweep


def _beside(path: Path, name: str) -> str | Path:
    """Return a file that lies beside the plan, or the name as it is."""
    near = path.parent / name
    return near if name.endswith(".toml") and near.is_file() else name


class Cell(NamedTuple):
    """One outcome of one strategy at one combination.

    Attributes
    ----------
    values : tuple
        Of the varied numbers.
    value : float
        Median over futures.
    diff, low, high : float
        Median paired difference to the baseline at the same combination, with its 90% interval.
    n : int
        Futures in which both could be measured.
    """

    values: tuple[Value, ...]
    strategy: str
    outcome: str
    unit: str
    value: float
    diff: float
    low: float
    high: float
    n: int


def cells(sweep: Sweep, seen: Seen) -> list[Cell]:
    """Return all outcomes asked for, combination by combination."""
    unit = {outcome.name: outcome.unit for outcome in OUTCOMES}
    first = sweep.strategies[0].key
    found: list[Cell] = []
    for values in sweep.combinations:
        for strategy in sweep.strategies:
            for name in sweep.plan.outcomes:
                own = seen.outcome(sweep.name(values, strategy.key), name)
                gap = own - seen.outcome(sweep.name(values, first), name)
                gap = gap[~np.isnan(gap)]
                low, high = interval(gap, "median", sweep.plan.seed)
                base = strategy.key == first
                found.append(
                    Cell(
                        values,
                        strategy.key,
                        name,
                        unit[name],
                        _median(own),
                        np.nan if base else _median(gap),
                        np.nan if base else low,
                        np.nan if base else high,
                        len(gap),
                    )
                )
    return found


def sweep_text(sweep: Sweep, found: Sequence[Cell]) -> str:
    """Lay out what was found: levels of the baseline, paired differences of the others."""
    first = sweep.strategies[0].key
    short = [path.rsplit(".", 1)[-1] for path in sweep.plan.vary]
    parts = [
        paragraph(
            f"{sweep.plan.title}. {sweep.world.title}; {sweep.plan.futures} futures, the same for "
            f"all. {first}: median over futures; others: median paired difference to {first} at "
            "the same numbers, with its 90% interval, * where that leaves out 0. All simulated."
        )
    ]
    for name in sweep.plan.outcomes:
        mine = {(c.values, c.strategy): c for c in found if c.outcome == name}
        keys = [s.key for s in sweep.strategies]
        rows = [
            [*map(str, values), *(_shown(mine[values, key]) for key in keys)]
            for values in sweep.combinations
        ]
        unit = next(iter(mine.values())).unit
        head = [*short, first, *(f"{key} - {first}" for key in keys[1:])]
        parts.append(f"{name}, {unit}\n" + grid(head, rows, left=range(len(short))))
    return "\n\n".join(parts)


def _shown(cell: Cell) -> str:
    if cell.diff != cell.diff:
        return three(cell.value)
    text = three(cell.diff, sign=True)
    if cell.low == cell.low:
        text += f" [{three(cell.low, sign=True)}, {three(cell.high, sign=True)}]"
        text += "*" if cell.low > 0 or cell.high < 0 else " "
    return text


def write_cells(path: Path, sweep: Sweep, found: Sequence[Cell]) -> None:
    """Write the cells as CSV, a column for each varied number."""
    rows: list[Mapping[str, object]] = [
        {**dict(zip(sweep.plan.vary, cell.values, strict=True)), **cell._asdict()} for cell in found
    ]
    write_csv(path, rows, [*sweep.plan.vary, *(f for f in Cell._fields if f != "values")])


def _median(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")
