"""What carrying out and storing runs costs beyond the model."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import thread_time

import numpy as np

from ecosystem.results import RunResult, Table
from ecosystem.scenario import load_strategy, load_world
from experiments.bench.model import unaudited
from experiments.bench.reference import slowness
from experiments.bench.row import Row, exponent_row, number
from experiments.bench.square import PROCESSES, Number, carried_out, overhead_us, plan, quiet
from experiments.design import Experiment
from experiments.outcomes import reduce
from experiments.runner import run_all, simulate
from experiments.store import read

OVERHEAD_US = 50.0
"""Limit on the machine of :mod:`experiments.bench.reference`, for a run that computes nothing."""


def overhead_row(repeats: int) -> Row:
    """Return what a run costs beyond the model, planned, handed to two processes and stored."""
    factor = slowness()
    ours = overhead_us(repeats)
    factor = max(factor, slowness())
    return Row(
        "overhead",
        f"a run beyond the model, {PROCESSES} processes, stored",
        ours,
        "us",
        "22,000 runs less 2,000",
        high=OVERHEAD_US * factor,
    )


def _here_s(runs: int) -> float:
    """Return the time for planning, running and storing in this process."""
    with TemporaryDirectory() as folder:
        begin = thread_time()
        carried_out(plan(runs), 1, Path(folder))
        return thread_time() - begin


def _compared_s(futures: int, weeks: int) -> float:
    """Return the time of a small comparison of the default world in this process."""
    policies = (load_strategy("S0"), load_strategy("S2"))
    question = Experiment(load_world("stargate"), policies, "S0", futures - 1, weeks=weeks)
    with TemporaryDirectory() as folder, unaudited():
        begin = thread_time()
        run_all(question.specs(), 1, quiet, Path(folder))
        return thread_time() - begin


def runs_rows(runs: Sequence[int], futures: Sequence[int], weeks: int, repeats: int) -> list[Row]:
    """Return exponents of cost in runs: of runs that compute nothing, and of a comparison."""
    _here_s(10)
    nothing = [min(_here_s(count) for _ in range(repeats)) for count in runs]
    real = [min(_compared_s(count, weeks) for _ in range(repeats)) for count in futures]
    what = f"cost in runs, two strategies, {weeks} weeks"
    return [
        exponent_row("runs", what, "runs", [2 * count for count in futures], real),
        exponent_row("stored_runs", "cost in runs that compute nothing", "runs", runs, nothing),
    ]


@cache
def template() -> dict[str, Table]:
    """Return what is kept of a run of the default world."""
    return reduce(simulate(load_world("stargate"), load_strategy("S0"), 0))


def nothing(world: Number, strategy: object, seed: int, weeks: int | None = None) -> RunResult:
    """Run nothing."""
    return RunResult({"seed": seed}, {})


def noisy(result: RunResult) -> dict[str, Table]:
    """Return the tables of a run, with numbers that differ from run to run."""
    factor = np.random.default_rng(result.manifest["seed"]).lognormal(0, 0.3)
    return {
        name: {
            column: values * factor if values.dtype.kind == "f" else values
            for column, values in table.items()
        }
        for name, table in template().items()
    }


@contextmanager
def stored(runs: int) -> Iterator[tuple[Path, float]]:
    """Lend a folder with so many runs as large as real ones, and the time that it took."""
    with TemporaryDirectory() as name:
        template()
        begin = thread_time()
        run_all(plan(runs), 1, quiet, Path(name), simulate=nothing, keep=noisy)  # type: ignore[reportArgumentType]
        yield Path(name), thread_time() - begin


def storage_rows(runs: int) -> list[Row]:
    """Return what runs as large as real ones take to be written and read, and on disk."""
    with stored(runs) as (folder, wrote_s):
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        begin = thread_time()
        rows = sum(len(read(folder, name)["run"]) for name in template())
        read_s = thread_time() - begin
    mb = sum(v.nbytes for table in template().values() for v in table.values()) * runs / 1e6
    return [
        Row(
            "write",
            f"storage: {runs} runs written, with checksums",
            mb / wrote_s,
            "MB/s",
            f"{number(1e3 * wrote_s / runs)} ms a run of {number(rows / runs)} rows",
        ),
        Row(
            "read",
            "storage: all of it read",
            mb / read_s,
            "MB/s",
            f"{number(rows / read_s)} rows/s",
        ),
        Row(
            "bytes",
            "storage: on disk",
            size / runs / 1e3,
            "kB a run",
            f"{number(mb * 1e3 / runs)} kB in memory",
        ),
    ]
