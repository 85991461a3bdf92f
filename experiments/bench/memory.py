"""How much memory runs take at most, each measured in a process of its own.

python -m experiments.bench.memory run SITES CANDIDATES WEEKS
python -m experiments.bench.memory experiment RUNS WEEKS
"""

import subprocess
import sys
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import NamedTuple

from ecosystem.errors import EcosystemError
from ecosystem.model import simulate
from ecosystem.scenario import load_strategy, load_world
from ecosystem.sized import sized_world
from experiments.bench.peak import peak_mib
from experiments.bench.row import Row, number
from experiments.design import Experiment
from experiments.runner import run_all

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Linear algebra on one thread: of arrays this short, several only wait for one another."""


class Used(NamedTuple):
    """What a process took.

    Attributes
    ----------
    peak_mib, before_mib : float
        Resident memory at its highest [MiB], and once all was imported.
    seconds : float
        Processor time, without imports.
    said : str
        What it found.
    """

    peak_mib: float
    before_mib: float
    seconds: float
    said: str


def used(*asked: str | int) -> Used:
    """Return what this module takes as a command, see above.

    Raises
    ------
    EcosystemError
        If the process failed or this system does not tell how much memory it took.
    """
    done = subprocess.run(
        [sys.executable, "-m", "experiments.bench.memory", *map(str, asked)],
        capture_output=True,
        text=True,
        check=False,
        env={**environ, **ONE_THREAD},
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        raise EcosystemError(f"Memory could not be measured: {last}")
    peak, before, seconds, said = done.stdout.split(maxsplit=3)
    return Used(float(peak), float(before), float(seconds), said.strip())


def memory_rows(runs: int, weeks: int) -> list[Row]:
    """Return the peak memory of a run and of a small comparison in one process."""
    asked = {
        "a run of 520 weeks": used("run", 9, 12, 520),
        f"{runs} runs of {weeks} weeks, one process": used("experiment", runs, weeks),
    }
    return [
        Row(
            f"memory_{name}",
            f"peak memory: {what}",
            took.peak_mib,
            "MiB",
            f"Python and libraries alone: {number(took.before_mib)} MiB",
        )
        for name, (what, took) in zip(("run", "experiment"), asked.items(), strict=True)
    ]


def _run(sites: int, candidates: int, weeks: int) -> str:
    world = sized_world(sites, candidates, weeks=weeks)
    result = simulate(world, load_strategy("S0"))
    lived, last = len(result.series("week")), result.series("usable_it_mw")[-1]
    return f"{lived} weeks, {last:.0f} MW of IT in use"


def _experiment(runs: int, weeks: int) -> str:
    policies = (load_strategy("S0"), load_strategy("S2"))
    question = Experiment(load_world("stargate"), policies, "S0", runs // 2 - 1, weeks=weeks)
    with TemporaryDirectory() as folder:
        tally = run_all(question.specs(), 1, lambda done, total: None, Path(folder))
    return f"{tally.made} runs"


def main(asked: list[str]) -> None:
    """Do what is asked, and print peak memory, time and what was found."""
    what, *sizes = asked
    work = {"run": _run, "experiment": _experiment}[what]
    imported, before = peak_mib(), process_time()
    said = work(*map(int, sizes))
    spent = process_time() - before
    print(peak_mib(), imported, spent, said)


if __name__ == "__main__":
    main(sys.argv[1:])
