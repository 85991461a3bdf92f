"""Carry out runs in chunks, on any executor: failures stay alone, an interruption loses little."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from threading import local
from time import perf_counter
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ecosystem.errors import EcosystemError
from ecosystem.results import RunResult, Table
from ecosystem.scenario import Strategy, World
from experiments.design import RunSpec
from experiments.outcomes import reduce
from experiments.store import FolderError, alone, finish, stock, stored, write_part
from experiments.workers import Chunks, Done, LostError, hand_out, spread

if TYPE_CHECKING:
    from ecosystem.branching import Histories

_NAMED = 4
_MOST_TOGETHER = 20
_ALONE = {"explained", "until"}


class Cancelled(EcosystemError):  # noqa: N818 -- no error: it was asked for
    """An experiment was stopped on request; says what is kept and how to go on."""


class Simulate(Protocol):
    """Anything that runs a world; worker processes find it by its module and name."""

    def __call__(
        self,
        world: World,
        strategy: Strategy,
        seed: int,
        weeks: int | None = None,
        **options: Any,
    ) -> RunResult:
        """Run one world with one strategy; `options` are those of a run's specification."""
        ...


_own = local()
"""What each thread keeps from one run to the next."""

type Progress = Callable[[int, int], None]
type Keep = Callable[[RunResult], dict[str, Table]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How an experiment went.

    Attributes
    ----------
    made, found, total : int
        Runs made now, found from before, in all.
    damaged : tuple of str
        Files from before that were missing or damaged; their runs were made again.
    """

    made: int
    found: int
    total: int
    damaged: tuple[str, ...] = ()


def simulate(
    world: World, strategy: Strategy, seed: int, weeks: int | None = None, **options: Any
) -> RunResult:
    """Run the model; it is imported on the first call, since Mesa takes a second to load.

    Strategies that come for one world after another share its history until they may act; runs
    that are explained or stop early do not.
    """
    if options.keys() & _ALONE:
        from ecosystem.model import simulate as run

        return run(
            world if weeks is None else world.with_("weeks", weeks), strategy, seed, **options
        )
    result: RunResult = _histories().run(world, strategy, seed, weeks, **options)
    return result


def _histories() -> "Histories":
    """Return this thread's own."""
    from ecosystem.branching import Histories

    if not hasattr(_own, "histories"):
        _own.histories = Histories()
    histories: Histories = _own.histories
    return histories


def run_all(
    specs: Sequence[RunSpec],
    jobs: int,
    on_done: Progress,
    folder: Path,
    *,
    about: dict[str, Any] | None = None,
    simulate: Simulate = simulate,
    keep: Keep = reduce,
    executor: Executor | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Tally:
    """Carry out all runs that `folder` does not hold yet, and write its manifest.

    Parameters
    ----------
    specs : sequence of RunSpec
        In the order in which results are to be read.
    jobs : int
        Processes; 1 runs in this one. With `executor`, the number of its workers.
    on_done : callable
        Told ``(runs done, runs in all)`` at the start and after every chunk.
    folder : Path
        Results, as :mod:`experiments.store` lays them out. Sound parts in it are not made again.
    about : dict, optional
        Written into the manifest.
    simulate : callable
        The model; a function of an importable module.
    keep : callable
        What is kept of a run; a function of an importable module. A folder holds results of one.
    executor : Executor, optional
        Used instead of own processes, e.g. Dask's or mpi4py's; it stays open.
    cancelled : callable, optional
        Asked between chunks, and several times a second while processes work. Once it says yes,
        no more chunks are begun; those in flight are finished and stored. Any thread may call
        this function.

    Raises
    ------
    Cancelled
        If `cancelled` said yes before all was done. No process of ours is left behind.
    LostError
        If processes died several times, e.g. for want of memory; names the runs in flight.
    FolderError
        If `folder` cannot be written, e.g. on a full disk, or another process is at work in it.

    Notes
    -----
    A run that raises is recorded in table ``runs`` with its error; the others go on. Results do
    not depend on `jobs`, chunks or interruptions. At most two chunks per worker are handed out at
    a time, so that memory does not grow with the number of runs. Whatever ends the work early,
    what was stored is kept, and the same call goes on from there.
    """
    names = [spec.run for spec in specs]
    with alone(folder):
        there = stock(folder)
        done = {run for part in there.parts.values() for run in part.runs}
        todo = len(names) - sum(name in done for name in names)
        left = (spec for spec in specs if spec.run not in done)
        chunks = Chunks(left, todo, max(1, jobs), _together(specs))
        found = count = len(names) - todo
        on_done(count, len(names))
        job = partial(work, folder=folder.resolve(), simulate=simulate, keep=keep)
        try:
            with closing(_carried_out(chunks, job, executor, cancelled or _never)) as steps:
                for made in steps:
                    count += made
                    on_done(count, len(names))
            if count < len(names):
                raise Cancelled(f"{folder}: cancelled; {_kept(count, len(names))}")
            finish(folder, names, about or {})
        except FolderError as error:
            raise FolderError(
                f"{error}; {_kept(len(stored(folder, names)), len(names))}"
            ) from error
        except LostError as error:
            raise LostError(
                f"{error}. In flight: {_in_flight(chunks.lost)}. In {folder}, "
                f"{_kept(count, len(names))} With fewer --jobs than {jobs} each has more memory."
            ) from error
    return Tally(todo, found, len(names), tuple(there.damaged))


def _never() -> bool:
    return False


def _together(specs: Sequence[RunSpec]) -> int:
    """Return how many runs of the first future stand together: they share its history."""
    first = [spec.future for spec in specs[:_MOST_TOGETHER]]
    return max(1, sum(1 for _ in takewhile(lambda future: future == first[0], first)))


def _kept(count: int, total: int) -> str:
    return f"{count} of {total} runs are kept, and the same again goes on from there."


def _in_flight(specs: Sequence[RunSpec]) -> str:
    """Name runs, the first few."""
    named = [f"{spec.strategy.key} in future {spec.future}" for spec in specs[:_NAMED]]
    more = f" and {len(specs) - _NAMED} more" if len(specs) > _NAMED else ""
    return ", ".join(named) + more


def _carried_out(
    chunks: Chunks[RunSpec],
    job: Callable[[Sequence[RunSpec]], Done],
    executor: Executor | None,
    stop: Callable[[], bool],
) -> Generator[int]:
    """Carry out chunks here, on own processes or on what was given; yield their sizes."""
    if executor is not None:
        yield from spread(chunks, job, executor, chunks.workers, stop)
    elif chunks.workers > 1 and chunks.total:
        yield from hand_out(chunks, job, min(chunks.workers, chunks.total), stop)
    else:
        while not stop() and (chunk := chunks.take()):
            done = job(chunk)
            chunks.learn(done)
            yield done.runs


def work(chunk: Sequence[RunSpec], folder: Path, simulate: Simulate, keep: Keep = reduce) -> Done:
    """Carry out a chunk of runs and write its part.

    Raises
    ------
    FolderError
        If the part cannot be written.
    """
    begin = perf_counter()
    rows: list[tuple[RunSpec, str]] = []
    kept: dict[str, list[tuple[RunSpec, Table]]] = {}
    future, base, world = None, chunk[0].world, chunk[0].world
    for spec in chunk:
        error = ""
        try:
            if spec.values != future or spec.world is not base:  # else the same world again
                future, base = spec.values, spec.world
                world = base.with_values(dict(future))
                if simulate is _simulate:
                    _expect(world, spec, chunk)
            options = dict(spec.options)
            tables = keep(simulate(world, spec.strategy, spec.seed, spec.weeks, **options))
            for name, table in tables.items():
                kept.setdefault(name, []).append((spec, table))
        except Exception as raised:
            error = _one_line(raised)
        rows.append((spec, error))
    tables = {name: _stacked(parts) for name, parts in kept.items()}
    names = [spec.run for spec in chunk]
    part = sha256("".join(names).encode()).hexdigest()[:16]
    write_part(folder, part, names, {"runs": _runs(rows), **tables})
    return Done(len(chunk), perf_counter() - begin)


_simulate = simulate


def _expect(world: World, spec: RunSpec, chunk: Sequence[RunSpec]) -> None:
    """Let the strategies of a chunk that share the world of `spec` be run side by side."""
    key = (spec.values, spec.seed, spec.weeks, spec.options)
    alike = [
        other.strategy
        for other in chunk
        if other.world is spec.world
        and (other.values, other.seed, other.weeks, other.options) == key
    ]
    options = dict(spec.options)
    if len(alike) <= _MOST_TOGETHER and not options.keys() & _ALONE:
        _histories().expect(world, alike, spec.seed, spec.weeks, **options)


def _stacked(parts: Sequence[tuple[RunSpec, Table]]) -> Table:
    """Put tables of runs below one another, each row with its run's name and key."""
    first = parts[0][1]
    rows = [len(next(iter(table.values()))) for _, table in parts]
    labels = _labels([spec for spec, _ in parts])
    return {
        **{name: np.repeat(values, rows) for name, values in labels.items()},
        **{name: np.concatenate([table[name] for _, table in parts]) for name in first},
    }


def _labels(specs: Sequence[RunSpec]) -> Table:
    return {
        "run": np.array([spec.run for spec in specs], dtype=object),
        "strategy": np.array([spec.strategy.key for spec in specs], dtype=object),
        "future": np.array([spec.future for spec in specs]),
        "seed": np.array([spec.seed for spec in specs]),
    }


def _runs(rows: list[tuple[RunSpec, str]]) -> Table:
    status = ["failed" if error else "ok" for _, error in rows]
    errors = [error for _, error in rows]
    return {
        **_labels([spec for spec, _ in rows]),
        "status": np.array(status, dtype=object),
        "error": np.array(errors, dtype=object),
    }


def _one_line(error: Exception) -> str:
    """Say what was raised, and where."""
    frames = extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"
