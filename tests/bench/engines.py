"""What carrying out a run costs beyond the model: ours, EMA Workbench's, Mesa's, on one model.

    uv run --group bench python tests/bench/engines.py

The model is ``y = x * x``, so that all that is measured is the engine: planning, handing out,
collecting, and (ours only) storing. What a process takes to start is left out: two sizes are run,
and the difference counts. EMA Workbench and Mesa keep results in memory; ours writes Parquet with
checksums, which can be gone on from.
"""

import tempfile
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any, Self

import numpy as np

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
    """Run the model."""
    return world.x * world.x


def keep(result: float) -> dict[str, dict[str, np.ndarray]]:
    """Return the outcome as a table."""
    return {"outcomes": {"y": np.array([result])}}


def plan(runs: int) -> list[RunSpec]:
    """Return so many runs, each with a number of its own."""
    world, strategy = Number(), SimpleNamespace(key="S0")
    return [
        RunSpec(world, strategy, i, i, None, (("x", i / runs),), sha256(b"%d" % i).hexdigest()[:16])  # type: ignore[reportArgumentType]
        for i in range(runs)
    ]


def ours(runs: int) -> float:
    """Return the time for planning, running and storing, less that in which processes start."""
    with pool_of(PROCESSES) as pool, tempfile.TemporaryDirectory() as folder:
        warm = [pool.submit(keep, 1.0) for _ in range(PROCESSES)]
        assert [future.result() for future in warm]
        begin = perf_counter()
        run_all(
            plan(runs),
            PROCESSES,
            lambda done, total: None,
            Path(folder),
            simulate=square,
            keep=keep,  # type: ignore[reportArgumentType]
            executor=pool,
        )
        return perf_counter() - begin


def square_ema(x: float = 0.0) -> dict[str, float]:
    """Run the model for EMA Workbench."""
    return {"y": x * x}


def ema(runs: int) -> float:
    """Return the time of EMA Workbench's MultiprocessingEvaluator."""
    from ema_workbench import Model, MultiprocessingEvaluator, RealParameter, ScalarOutcome

    model = Model("square", function=square_ema)
    model.uncertainties = [RealParameter("x", 0.0, 1.0)]
    model.outcomes = [ScalarOutcome("y")]
    with (
        redirect_stderr(StringIO()),  # its progress bar
        MultiprocessingEvaluator(model, n_processes=PROCESSES) as evaluator,
    ):
        begin = perf_counter()
        evaluator.perform_experiments(scenarios=runs)
        return perf_counter() - begin


def mesa(runs: int, processes: int = PROCESSES) -> float:
    """Return the time of Mesa's ``batch_run``, which starts its own processes."""
    from mesa import batch_run
    from mesa_square import Square

    begin = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # batch_run is to go in Mesa 4
        batch_run(
            Square,
            {"x": np.linspace(0, 1, runs).tolist()},
            number_processes=processes,
            max_steps=1,
            display_progress=False,
            rng=[0],
        )
    return perf_counter() - begin


def each_us(engine: Callable[[int], float], few: int, many: int, repeats: int = 3) -> float:
    """Return the time that one more run takes, by the best of several tries at both sizes [us]."""
    small, large = zip(*[(engine(few), engine(many)) for _ in range(repeats)], strict=True)
    return (min(large) - min(small)) / (many - few) * 1e6


def main() -> None:
    """Print the comparison."""
    each = each_us(ours, 2_000, 22_000, repeats=5)
    print(f"ours, {PROCESSES} processes, stored: {each:.0f} us a run")
    if find_spec("ema_workbench"):
        print(f"EMA Workbench, {PROCESSES} processes: {each_us(ema, 200, 2_200):.0f} us a run")
    else:
        print("EMA Workbench is not installed: uv run --group bench python tests/bench/engines.py")
    for processes in (1, PROCESSES):
        each = each_us(partial(mesa, processes=processes), 200, 2_200, repeats=2)
        print(f"Mesa batch_run, processes: {processes}: {each:.0f} us a run")


if __name__ == "__main__":
    main()
