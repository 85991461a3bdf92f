"""Models that die, for worker processes to import; and a command that carries out runs."""

import os
import sys
from multiprocessing import active_children
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit
from signal import SIGKILL
from time import sleep

import fake_ecosystem

from ecosystem.errors import EcosystemError
from experiments.design import Experiment
from experiments.runner import run_all

MARK = "FAULTY_MARK"


def specs(futures=29):
    """Return 2 (futures + 1) runs."""
    policies = fake_ecosystem.strategy("S0"), fake_ecosystem.strategy("S2")
    return Experiment(fake_ecosystem.tiny_world(), policies, "S0", futures, weeks=60).specs()


def slow(world, strategy, seed, weeks=None):
    """Take a while."""
    sleep(0.02)
    return fake_ecosystem.simulate(world, strategy, seed, weeks)


def mortal(world, strategy, seed, weeks=None):
    """Kill this process once, where seed is 4 and a file lies at the mark."""
    mark = Path(os.environ[MARK])
    if seed == 4 and mark.exists():
        mark.unlink()
        os.kill(os.getpid(), SIGKILL)
    return fake_ecosystem.simulate(world, strategy, seed, weeks)


def deadly(world, strategy, seed, weeks=None):
    """Kill this process whenever the strategy is S2 and the seed 4."""
    if seed == 4 and strategy.key == "S2":
        os.kill(os.getpid(), SIGKILL)
    return fake_ecosystem.simulate(world, strategy, seed, weeks)


def tell(done: int, total: int) -> None:
    """Print progress, and the worker processes."""
    print(done, total, *(child.pid for child in active_children()), flush=True)


def main() -> None:
    """Carry out the runs in a folder; no file may be larger than a limit, if one is given."""
    folder, jobs, limit = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if limit:
        setrlimit(RLIMIT_FSIZE, (int(limit[0]), int(limit[0])))
    try:
        run_all(specs(), jobs, tell, folder, simulate=slow)
    except EcosystemError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
