"""What the command and the app share in carrying out a comparison."""

from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

from ecosystem.results import versions
from experiments.budget import budget_text, equal_budget, write_budget
from experiments.design import Experiment, code_digest

FRAMES = ("natural", "equal-budget")
"""At what cost strategies are compared: what each costs, or one budget for all."""


def about(experiment: Experiment, command: str) -> dict[str, Any]:
    """Return what the manifest says of an experiment, for :func:`experiments.reopen.reopen`."""
    return {
        "command": command,
        "world": experiment.world.model_dump(mode="json"),
        "strategies": [s.model_dump(mode="json") for s in experiment.strategies],
        "baseline": experiment.baseline,
        "futures": experiment.futures,
        "seed": experiment.seed,
        "weeks": experiment.weeks or experiment.world.weeks,
        "doublings": experiment.doublings,
        "sampler": experiment.sampler,
        "versions": versions(),
        "code": code_digest(),
    }


def at_budget(
    experiment: Experiment, share: float, jobs: int, folder: Path, executor: Executor | None = None
) -> tuple[Experiment, str]:
    """Scale strategies to one budget; write ``budget.csv``.

    Parameters
    ----------
    experiment : Experiment
    share, jobs, executor
        As for :func:`experiments.budget.equal_budget`.
    folder : Path

    Returns
    -------
    Experiment, str
        With the scaled strategies, and what each makes of its budget.
    """
    first = next(s for s in experiment.strategies if s.key == experiment.baseline)
    found = equal_budget(
        experiment.world,
        experiment.strategies,
        first,
        share,
        experiment.seed,
        experiment.weeks,
        jobs,
        executor,
    )
    write_budget(folder, found)
    scaled = {b.strategy.key: b.strategy for b in found}
    policies = tuple(scaled.get(s.key, s) for s in experiment.strategies)
    return replace(experiment, strategies=policies), budget_text(found, share)
