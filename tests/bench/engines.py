"""What carrying out a run costs beyond the model: ours, EMA Workbench's, Mesa's, on one model.

    uv run --group bench python tests/bench/engines.py

The model is ``y = x * x``, so that all that is measured is the engine: planning, handing out,
collecting, and (ours only) storing. What a process takes to start is left out: two sizes are run,
and the difference counts. EMA Workbench and Mesa keep results in memory; ours writes Parquet with
checksums, which can be gone on from.
"""

import warnings
from contextlib import redirect_stderr
from functools import partial
from importlib.util import find_spec
from io import StringIO
from time import perf_counter

import numpy as np

from experiments.bench.square import PROCESSES, each_us, overhead_us


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


def main() -> None:
    """Print the comparison."""
    each = overhead_us(repeats=5)
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
