"""Hand work out to processes: a few chunks ahead, until told to stop, past dead processes."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from math import ceil
from multiprocessing import get_context, parent_process
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import Protocol

from ecosystem.errors import EcosystemError

_AHEAD = 2
"""Chunks per worker that are handed out at a time."""
_PATIENCE_S = 0.2
"""How long to wait for a chunk before asking again whether to stop."""
_POOLS = 3
"""So many pools may break before we give up."""
_CHUNKS_PER_WORKER = 6
_FIRST_CHUNK, _LARGEST_CHUNK = 20, 500
_CHUNK_S = 3.0


class LostError(EcosystemError):
    """Worker processes died, more than once."""


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that was carried out: how many runs, and how long they took [s]."""

    runs: int
    seconds: float


class Work[T](Protocol):
    """A function of an importable module that carries out a chunk."""

    def __call__(self, chunk: Sequence[T], /) -> Done:
        """Carry out a chunk."""
        ...


@dataclass(slots=True)
class Chunks[T]:
    """What is left to do, cut when it is asked for.

    A chunk is to last a few seconds: shorter, and handing it out and writing it would count;
    longer, and an interruption would lose much. Nor is it more than a sixth of a worker's share,
    for an even load.

    Attributes
    ----------
    left : iterator
        What was never handed out.
    total : int
        How much that was at the start.
    workers : int
    group : int
        Chunks are of so many, or a multiple, where what stands together shares work.
    lost : list
        What was in flight when workers last died.
    """

    left: Iterator[T]
    total: int
    workers: int
    group: int = 1
    lost: list[T] = field(default_factory=list[T])
    _given_back: list[Sequence[T]] = field(default_factory=list[Sequence[T]])
    _fitted: int = _FIRST_CHUNK

    def take(self) -> Sequence[T]:
        """Return the next chunk; empty at the end."""
        if self._given_back:
            return self._given_back.pop()
        even = ceil(self.total / (self.workers * _CHUNKS_PER_WORKER))
        size = ceil(min(self._fitted, even) / self.group) * self.group
        return [item for _, item in zip(range(size), self.left, strict=False)]

    def learn(self, done: Done) -> None:
        """Fit the size of later chunks to the time that one took."""
        each = max(done.seconds / done.runs, 1e-6)
        self._fitted = min(max(1, round(_CHUNK_S / each)), _LARGEST_CHUNK)

    def give_back(self, chunks: Iterable[Sequence[T]]) -> None:
        """Take back what was in flight when workers died, in small pieces: one may be to blame."""
        self.lost = list[T]()
        for chunk in chunks:
            self.lost += chunk
            size = max(1, len(chunk) // 4)
            self._given_back += [chunk[i : i + size] for i in range(0, len(chunk), size)]


def pool_of(jobs: int) -> AbstractContextManager[Executor]:
    """Lend a pool of own processes; when something is raised, drop what waits, finish what runs.

    Raises
    ------
    LostError
        If a process died, e.g. for want of memory.
    """
    return _told(jobs)


@contextmanager
def _told(jobs: int) -> Iterator[Executor]:
    try:
        with _processes(jobs) as pool:
            yield pool
    except BrokenExecutor as error:
        raise LostError(
            "A worker process died, perhaps for want of memory; try again with fewer --jobs "
            f"than {jobs}."
        ) from error


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_as_worker)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _as_worker() -> None:
    """Leave Ctrl-C to the parent, so that the chunk in hand is written; end when it is killed."""
    signal(SIGINT, SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process once its parent is gone: nobody is left who would send work or end it."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def hand_out[T](
    chunks: Chunks[T], work: Work[T], jobs: int, stop: Callable[[], bool]
) -> Generator[int]:
    """Carry out all chunks on own processes; yield how many runs each had.

    Parameters
    ----------
    chunks : Chunks
    work : callable
    jobs : int
        Processes.
    stop : callable
        Asked several times a second; once it says yes, nothing more is begun and what is in
        flight is waited for.

    Raises
    ------
    LostError
        If processes died three times; what was then in flight is in ``chunks.lost``.

    Notes
    -----
    A process that dies breaks its pool. What was in flight is then given to a new pool, in small
    pieces, twice.
    """
    for pools in range(1, _POOLS + 1):
        try:
            with _processes(jobs) as pool:
                yield from spread(chunks, work, pool, jobs, stop)
                return
        except BrokenExecutor as error:
            if pools == _POOLS:
                raise LostError(
                    f"Worker processes died {pools} times, perhaps for want of memory"
                ) from error


def spread[T](
    chunks: Chunks[T], work: Work[T], pool: Executor, workers: int, stop: Callable[[], bool]
) -> Generator[int]:
    """Carry out chunks on a pool, a few ahead of its workers; yield how many runs each had.

    Whatever is raised, what is in flight is finished first. Chunks of a broken pool are given
    back to `chunks`.
    """
    flying: dict[Future[Done], Sequence[T]] = {}
    try:
        while True:
            if stop():
                flying = {future: chunk for future, chunk in flying.items() if not future.cancel()}
            else:
                _fill(flying, chunks, work, pool, workers * _AHEAD)
            if not flying:
                return
            landed, _ = wait(flying, timeout=_PATIENCE_S, return_when=FIRST_COMPLETED)
            for future in landed:
                done = future.result()
                del flying[future]
                chunks.learn(done)
                yield done.runs
    except (BrokenExecutor, LostError):
        wait(flying)
        chunks.give_back([chunk for future, chunk in flying.items() if future.exception()])
        for future in flying:
            if future.exception() is None:
                yield future.result().runs
        raise
    finally:
        wait({future for future in flying if not future.cancel()})


def _fill[T](
    flying: dict[Future[Done], Sequence[T]],
    chunks: Chunks[T],
    work: Work[T],
    pool: Executor,
    most: int,
) -> None:
    while len(flying) < most and (chunk := chunks.take()):
        try:
            future = pool.submit(work, chunk)
        except BrokenExecutor as error:
            future = Future[Done]()
            future.set_exception(error)
        flying[future] = chunk
