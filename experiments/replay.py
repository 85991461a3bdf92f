"""A stored run once more: the same bit for bit, or what differs; and what sets two runs apart."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from ecosystem.errors import InputError, ResultsError
from ecosystem.parameters import cards
from ecosystem.results import RunResult, Table, read_manifest, versions
from ecosystem.scenario import Strategy, World
from experiments.answer import differences_told
from experiments.design import RunSpec, code_digest
from experiments.explain import explain
from experiments.outcomes import OUTCOMES, measures, reduce
from experiments.reopen import reopen
from experiments.runner import simulate
from experiments.store import read
from experiments.summary import grid, paragraph
from experiments.wording import three

_MOST = 12


class Inputs(NamedTuple):
    """What a run was made from."""

    world: World
    strategy: Strategy
    seed: int
    weeks: int
    code: str
    versions: Mapping[str, str]


def save_run(result: RunResult, world: World, strategy: Strategy, folder: Path) -> None:
    """Write a run with all that it was made from, so that it can be made again."""
    inputs = {
        "world": world.model_dump(mode="json"),
        "strategy": strategy.model_dump(mode="json"),
        "code": code_digest(),
    }
    replace(result, manifest={**result.manifest, "inputs": inputs}).save(folder)


def inputs_of(folder: Path) -> Inputs:
    """Return what a saved run was made from.

    Raises
    ------
    ResultsError
        If the folder holds no run, or one whose manifest does not say.
    """
    manifest = read_manifest(folder, "digest", "files")
    try:
        given = manifest["inputs"]
        return Inputs(
            World.model_validate(given["world"]),
            Strategy.model_validate(given["strategy"]),
            manifest["seed"],
            manifest["weeks"],
            given["code"],
            manifest["versions"],
        )
    except (KeyError, ValidationError) as error:
        raise ResultsError(
            f"{folder}/manifest.json does not say what the run was made from, or another version "
            f"wrote it ({type(error).__name__}). Make it again: ecosystem run --out {folder}"
        ) from error


def folder_of(path: Path) -> Path:
    """Return the folder of results that a path names, itself or by its manifest."""
    folder = path.parent if path.name == "manifest.json" else path
    if not (folder / "manifest.json").is_file():
        raise InputError(
            f"{path}: no manifest.json. Name a folder of ecosystem run --out or of compare."
        )
    return folder


class Replayed(NamedTuple):
    """What came of a replay: whether nothing differs, and what to say."""

    same: bool
    text: str


def replay(folder: Path, strategy: str | None = None, future: int = 0) -> Replayed:
    """Make a stored run again and compare all that was kept of it.

    Parameters
    ----------
    folder : Path
        Of a saved run or of a comparison.
    strategy, future : str, int
        Which run of a comparison; by default the baseline in the central future.
    """
    if "digest" in read_manifest(folder):
        return _replay_run(folder)
    return _replay_compared(folder, strategy, future)


def _replay_run(folder: Path) -> Replayed:
    given, old = inputs_of(folder), RunResult.load(folder)
    old.manifest.pop("inputs")
    explained = "slips" in old.tables
    new = simulate(given.world, given.strategy, given.seed, given.weeks, explained=explained)
    what = f"{given.world.name}, {given.strategy.key}, seed {given.seed}, {given.weeks} weeks"
    if new.digest() == old.digest():
        return Replayed(True, f"Identical bit for bit: {what} ({new.digest()[:16]}).")
    return Replayed(False, _told(what, old.tables, new.tables, given.code, given.versions))


def _replay_compared(folder: Path, strategy: str | None, future: int) -> Replayed:
    of = reopen(folder)
    experiment, key = of.experiment, strategy or of.experiment.baseline
    specs = {(s.strategy.key, s.future): s for s in experiment.specs()}
    if (key, future) not in specs:
        keys = ", ".join(s.key for s in experiment.strategies)
        raise InputError(
            f"{folder}: no run of {key} in future {future}. There are {keys}, futures 0 to "
            f"{experiment.futures}."
        )
    spec = specs[key, future]
    new = reduce(_run(spec))
    old = {name: _stored(folder, name, key, future) for name in new}
    what = f"{experiment.world.name}, {key}, future {future}"
    if not list(_differing(old, new)):
        return Replayed(True, f"Identical bit for bit: {what}, {len(new)} tables.")
    return Replayed(False, _told(what, old, new, of.code, of.versions))


def _run(spec: RunSpec) -> RunResult:
    world = spec.world.with_values(dict(spec.values))
    return simulate(world, spec.strategy, spec.seed, spec.weeks)


def _stored(folder: Path, table: str, key: str, future: int) -> Table:
    """Return the rows of one run, without the columns that name it."""
    runs = read(folder, "runs")
    mine = (runs["strategy"].astype(str) == key) & (runs["future"] == future)
    (name,) = runs["run"][mine]
    found = read(folder, table, [str(name)])
    return {n: v for n, v in found.items() if n not in ("run", "strategy", "future", "seed")}


def _told(
    what: str,
    old: Mapping[str, Table],
    new: Mapping[str, Table],
    code: str,
    made_with: Mapping[str, str],
) -> str:
    """Say what differs, and what may be behind it."""
    behind = [
        f"{name} {made_with.get(name, 'none')} then, {now} now"
        for name, now in versions().items()
        if made_with.get(name) != now
    ]
    if code != code_digest():
        behind.insert(0, "the model's code or tables have changed since")
    because = "; ".join(behind) or (
        "code and versions are the same: this is a fault, please report it"
    )
    lines = list(_differing(old, new))
    more = f"\n  and {len(lines) - _MOST} more" if len(lines) > _MOST else ""
    return (
        paragraph(f"{what}: differs from what is stored. {because[0].upper()}{because[1:]}.")
        + "\n"
        + "\n".join(f"  {line}" for line in lines[:_MOST])
        + more
    )


def _differing(old: Mapping[str, Table], new: Mapping[str, Table]) -> Iterator[str]:
    """Yield a line for each column that differs, with the first row in which it does."""
    for table in dict.fromkeys([*old, *new]):
        if table not in old or table not in new:
            yield f"{table}: only {'stored' if table in old else 'in the replay'}"
            continue
        for name in dict.fromkeys([*old[table], *new[table]]):
            a, b = old[table].get(name), new[table].get(name)
            if a is None or b is None:
                yield f"{table}.{name}: only {'stored' if b is None else 'in the replay'}"
            elif len(a) != len(b):
                yield f"{table}.{name}: {len(a)} rows stored, {len(b)} in the replay"
            elif (rows := _unequal(a, b)).any():
                i = int(np.argmax(rows))
                yield f"{table}.{name}: {rows.sum()} rows, first row {i}: {a[i]} stored, {b[i]} now"


def _unequal(a: "np.ndarray[Any, Any]", b: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    if a.dtype.kind == "f" and b.dtype.kind == "f":
        return (a != b) & ~(np.isnan(a) & np.isnan(b))
    return a.astype(str) != b.astype(str)


def diff(a: Path, b: Path) -> str:
    """Say what two saved runs were made from differently, and how their results differ.

    Raises
    ------
    ResultsError
        If one of them cannot be read.
    """
    ours, theirs = inputs_of(a), inputs_of(b)
    first, second = RunResult.load(a), RunResult.load(b)
    changed = list(_changed(ours, theirs))
    made = "\n".join(f"  {line}" for line in changed) or "  nothing: the same inputs"
    if first.digest() == second.digest():
        return f"A {a}\nB {b}\n\nWhat changed\n{made}\n\nThe results are identical bit for bit."
    of_a, of_b = measures(first), measures(second)
    rows = [
        [o.meaning, o.unit, three(x), three(y), three(y - x, sign=True)]
        for o in OUTCOMES
        if not _same(x := float(of_a[o.name][0]), y := float(of_b[o.name][0]))
    ]
    moved = grid(["outcome", "unit", "A", "B", "B - A"], rows, left=(0, 1))
    why = differences_told(explain(reduce(first), reduce(second)), "B", "A", "these runs")
    return (
        f"A {a}\nB {b}\n\nWhat changed\n{made}\n\nHow the results moved\n{moved}\n\n"
        "Where it comes from\n" + "\n".join(map(paragraph, why))
    )


def _same(x: float, y: float) -> bool:
    return x == y or (x != x and y != y)


def _changed(a: Inputs, b: Inputs) -> Iterator[str]:
    """Yield a line for each input that differs."""
    for name in ("seed", "weeks"):
        if getattr(a, name) != getattr(b, name):
            yield f"{name}: {getattr(a, name)} -> {getattr(b, name)}"
    if a.strategy.key != b.strategy.key:
        yield f"strategy: {a.strategy.key} -> {b.strategy.key}"
    yield from _numbers("lever ", a.strategy.levers, b.strategy.levers)
    for name in ("start", "until", "where", "after_announcement", "condition"):
        if getattr(a.strategy, name) != getattr(b.strategy, name):
            yield f"strategy.{name}: {getattr(a.strategy, name)} -> {getattr(b.strategy, name)}"
    yield from _numbers("", a.world, b.world)
    for name in type(a.world).model_fields:
        mine, other = getattr(a.world, name), getattr(b.world, name)
        if name != "numbers" and mine != other:
            yield f"world.{name}: {_short(mine, other)}"
    if a.code != b.code:
        yield "the model's code or tables"
    for name in dict.fromkeys([*a.versions, *b.versions]):
        if a.versions.get(name) != b.versions.get(name):
            yield f"{name}: {a.versions.get(name)} -> {b.versions.get(name)}"


def _numbers(prefix: str, a: Any, b: Any) -> Iterator[str]:
    values = {card.path: card for card in cards(b)}
    for card in cards(a):
        other = values.get(card.path)
        if other is not None and other.value != card.value:
            unit = "" if card.unit == "1" else f" {card.unit}"
            yield f"{prefix}{card.path}: {card.value} -> {other.value}{unit}"


def _short(a: Any, b: Any) -> str:
    """Say how two entries of a world differ, rows of tables by key."""
    if not (isinstance(a, tuple) and isinstance(b, tuple)):
        return f"{a} -> {b}"
    keys_a, keys_b = ({getattr(row, "key", str(row)): row for row in rows} for rows in (a, b))
    gone = [f"without {key}" for key in keys_a if key not in keys_b]
    new = [f"with {key}" for key in keys_b if key not in keys_a]
    moved = [f"{key} changed" for key in keys_a if key in keys_b and keys_a[key] != keys_b[key]]
    return ", ".join([*gone, *new, *moved][:_MOST])
