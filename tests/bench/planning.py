"""Plan, interrupt and resume so many tiny runs in a folder; print the memory that it took [MiB].

python tests/bench/planning.py FOLDER RUNS
"""

import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from ecosystem.scenario import World, load_strategy, load_world
from experiments.bench.peak import peak_mib
from experiments.design import Experiment
from experiments.runner import Cancelled, run_all

STRATEGIES = ("S0", "S2", "S3", "placebo")


class Cheap(World):
    """A world that does not take up the numbers of a future: that costs milliseconds."""

    def with_values(self, values: Any) -> "Cheap":
        """Return this world."""
        return self


def nothing(world: World, strategy: Any, seed: int, weeks: int | None = None) -> Any:
    """Run nothing."""
    return SimpleNamespace(seed=seed)


def keep(result: Any) -> dict[str, dict[str, np.ndarray]]:
    """Keep one number."""
    return {"outcomes": {"y": np.array([float(result.seed)])}}


def reached(told: list[int], runs: int) -> bool:
    """Whether so many runs are done."""
    return told[-1] >= runs


def main() -> None:
    """Plan all, carry half out, then the rest."""
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    world = Cheap.model_validate(dict(load_world("stargate")))
    policies = tuple(map(load_strategy, STRATEGIES))
    told = [0]

    def tell(done: int, total: int) -> None:
        told.append(done)

    for stop_at in (runs // 2, runs + 1):
        specs = Experiment(world, policies, "S0", runs // len(policies) - 1).specs()
        assert len(specs) == runs
        stop = partial(reached, told, stop_at)
        with suppress(Cancelled):
            run_all(specs, 1, tell, folder, simulate=nothing, keep=keep, cancelled=stop)
        assert stop_at > runs or runs // 2 <= told[-1] < runs
    assert told[-1] == runs
    print(peak_mib())


if __name__ == "__main__":
    main()
