"""A model that computes nothing, ``y = x * x``: what is measured is what stands around a run.

Processes import this module, so that it imports little.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from typing import Any, Self

import numpy as np

from ecosystem.results import Table
from experiments.design import RunSpec
from experiments.runner import run_all
from experiments.workers import pool_of

PROCESSES = 2


@dataclass(frozen=True)
class Number:
    """A world that is one number."""

    x: float = 0.0
    name: str = "number"

    def with_values(self, values: dict[str, Any]) -> Self:
        """Return the world with another number."""
        return type(self)(**values)


def square(world: Number, strategy: object, seed: int, weeks: int | None = None) -> Any:
    """Run the model ``y = x * x``, so that all that is measured is what stands around it."""
    return world.x * world.x


def keep(result: float) -> dict[str, Table]:
    """Return the outcome as a table."""
    return {"outcomes": {"y": np.array([result])}}


def plan(runs: int) -> list[RunSpec]:
    """Return so many runs, each with a number of its own."""
    world, strategy = Number(), SimpleNamespace(key="S0")
    return [
        RunSpec(world, strategy, i, i, None, (("x", i / runs),), sha256(b"%d" % i).hexdigest()[:16])  # type: ignore[reportArgumentType]
        for i in range(runs)
    ]


def quiet(done: int, total: int) -> None:
    """Say nothing."""


def carried_out(
    specs: Sequence[RunSpec], jobs: int, folder: Path, pool: Executor | None = None
) -> None:
    """Carry out and store runs of this model."""
    run_all(specs, jobs, quiet, folder, simulate=square, keep=keep, executor=pool)  # type: ignore[reportArgumentType]


def stored_s(pool: Executor, runs: int) -> float:
    """Return the time for planning, running and storing on the processes of a pool [s]."""
    with TemporaryDirectory() as folder:
        begin = perf_counter()
        carried_out(plan(runs), PROCESSES, Path(folder), pool)
        return perf_counter() - begin


def each_us(engine: Callable[[int], float], few: int, many: int, repeats: int = 3) -> float:
    """Return the time that one more run takes, by the best of several tries at both sizes [us]."""
    small, large = zip(*[(engine(few), engine(many)) for _ in range(repeats)], strict=True)
    return (min(large) - min(small)) / (many - few) * 1e6


def overhead_us(repeats: int) -> float:
    """Return what one more run takes on two processes that have started, stored [us]."""
    with pool_of(PROCESSES) as pool:
        warm = [pool.submit(keep, 1.0) for _ in range(PROCESSES)]
        assert [future.result() for future in warm]
        stored_s(pool, 100)
        return each_us(partial(stored_s, pool), 2_000, 22_000, repeats)
