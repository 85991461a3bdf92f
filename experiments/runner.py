"""Carry out runs in chunks, on any executor: failures stay alone, an interruption loses little."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from traceback import extract_tb
from typing import Any, Protocol

import numpy as np

from ecosystem.errors import EcosystemError
from ecosystem.results import RunResult, Table
from ecosystem.scenario import Strategy, World
from experiments.design import RunSpec
from experiments.outcomes import reduce
from experiments.store import finish, stored, write_part

_CHUNKS_PER_JOB = 6
_LARGEST_CHUNK = 20
_AHEAD = 2
"""Chunks per worker that are handed out at a time."""
_PATIENCE_S = 0.2
"""How long to wait for a chunk before asking again whether to stop."""


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


type Progress = Callable[[int, int], None]
type Keep = Callable[[RunResult], dict[str, Table]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How an experiment went: runs made now, runs found from before, runs in all."""

    made: int
    found: int
    total: int


def simulate(
    world: World, strategy: Strategy, seed: int, weeks: int | None = None, **options: Any
) -> RunResult:
    """Run the model; it is imported on the first call, since Mesa takes a second to load."""
    from ecosystem.model import simulate as run

    return run(world if weeks is None else world.with_("weeks", weeks), strategy, seed, **options)


@contextmanager
def pool_of(jobs: int) -> Iterator[Executor]:
    """Lend a pool of own processes; when something is raised, drop what waits, finish what runs."""
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_ignore_interrupt)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


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
    concurrent.futures.process.BrokenProcessPool
        If a process died, e.g. for want of memory. What was done is kept.

    Notes
    -----
    A run that raises is recorded in table ``runs`` with its error; the others go on. Results do
    not depend on `jobs`, chunks or interruptions. At most two chunks per worker are handed out at
    a time, so that memory does not grow with the number of runs.
    """
    done = stored(folder, (spec.run for spec in specs))
    todo = [spec for spec in specs if spec.run not in done]
    found = count = len(specs) - len(todo)
    on_done(count, len(specs))
    chunks = _chunks(todo, jobs)
    job = partial(work, folder=folder, simulate=simulate, keep=keep)
    stop = cancelled or _never
    with closing(_carried_out(chunks, job, executor, jobs, stop)) as steps:
        for made in steps:
            count += made
            on_done(count, len(specs))
    if count < len(specs):
        raise Cancelled(
            f"{folder}: cancelled; {count} of {len(specs)} runs are kept, and the same experiment "
            "in the same folder goes on from there."
        )
    finish(folder, [spec.run for spec in specs], about or {})
    return Tally(made=len(todo), found=found, total=len(specs))


def _never() -> bool:
    return False


def _carried_out(
    chunks: Sequence[Sequence[RunSpec]],
    job: Callable[[Sequence[RunSpec]], int],
    executor: Executor | None,
    jobs: int,
    stop: Callable[[], bool],
) -> Generator[int]:
    """Carry out chunks here or on a pool; yield how many runs each had."""
    if not chunks:
        return
    if jobs == 1 and executor is None:
        for chunk in chunks:
            if stop():
                return
            yield job(chunk)
        return
    workers = min(jobs, len(chunks))
    with nullcontext(executor) if executor else pool_of(workers) as pool:
        yield from _handed_out(chunks, job, pool, workers, stop)


def _handed_out(
    chunks: Iterable[Sequence[RunSpec]],
    job: Callable[[Sequence[RunSpec]], int],
    pool: Executor,
    workers: int,
    stop: Callable[[], bool],
) -> Generator[int]:
    """Hand chunks out, a few ahead of the workers; whatever happens, wait for those in flight."""
    left = iter(chunks)
    flying: set[Future[int]] = set()
    try:
        while True:
            if stop():
                flying = {future for future in flying if not future.cancel()}
                left = iter(())
            for chunk in islice(left, workers * _AHEAD - len(flying)):
                flying.add(pool.submit(job, chunk))
            if not flying:
                return
            landed, flying = wait(flying, timeout=_PATIENCE_S, return_when=FIRST_COMPLETED)
            for future in landed:
                yield future.result()
    finally:
        wait({future for future in flying if not future.cancel()})


def work(chunk: Sequence[RunSpec], folder: Path, simulate: Simulate, keep: Keep = reduce) -> int:
    """Carry out a chunk of runs, write its part and return how many runs that were."""
    rows: list[tuple[RunSpec, str]] = []
    kept: dict[str, list[Table]] = {}
    future, base, world = None, chunk[0].world, chunk[0].world
    for spec in chunk:
        error = ""
        try:
            if spec.values != future or spec.world is not base:  # else the same world again
                future, base = spec.values, spec.world
                world = base.with_values(dict(future))
            options = dict(spec.options)
            tables = keep(simulate(world, spec.strategy, spec.seed, spec.weeks, **options))
            labelled = {name: _labelled(spec, table) for name, table in tables.items()}
            for name, table in labelled.items():
                kept.setdefault(name, []).append(table)
        except Exception as raised:
            error = _one_line(raised)
        rows.append((spec, error))
    tables = {name: _stacked(parts) for name, parts in kept.items()}
    part = sha256("".join(spec.run for spec in chunk).encode()).hexdigest()[:16]
    write_part(folder, part, [spec.run for spec in chunk], {"runs": _runs(rows), **tables})
    return len(chunk)


def _chunks(specs: Sequence[RunSpec], jobs: int) -> list[Sequence[RunSpec]]:
    """Cut the runs into chunks: several per process for an even load, none long to wait for."""
    if not specs:
        return []
    size = min(_LARGEST_CHUNK, -(-len(specs) // (jobs * _CHUNKS_PER_JOB)))
    return [specs[i : i + size] for i in range(0, len(specs), size)]


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the parent, so that the chunk in hand is written."""
    signal(SIGINT, SIG_IGN)


def _labelled(spec: RunSpec, table: Table) -> Table:
    """Put the run's name and key before the columns of a table."""
    rows = len(next(iter(table.values())))
    return {**{name: np.repeat(value, rows) for name, value in _label(spec).items()}, **table}


def _label(spec: RunSpec) -> Table:
    return {
        "run": np.array([spec.run], dtype=object),
        "strategy": np.array([spec.strategy.key], dtype=object),
        "future": np.array([spec.future]),
        "seed": np.array([spec.seed]),
    }


def _runs(rows: list[tuple[RunSpec, str]]) -> Table:
    labels = _stacked([_label(spec) for spec, _ in rows])
    status = ["failed" if error else "ok" for _, error in rows]
    errors = [error for _, error in rows]
    return {
        **labels,
        "status": np.array(status, dtype=object),
        "error": np.array(errors, dtype=object),
    }


def _stacked(tables: list[Table]) -> Table:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _one_line(error: Exception) -> str:
    """Say what was raised, and where."""
    frames = extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"
