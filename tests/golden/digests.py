"""Print the digests of a few runs and of a small comparison, to be compared between processes.

python tests/golden/digests.py JOBS
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from golden import small_world

from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from experiments.design import Experiment
from experiments.runner import run_all
from experiments.store import read

TABLES = ("outcomes", "yearly", "sites", "phases", "events", "groups", "hosts", "parties")


def quiet(done: int, total: int) -> None:
    """Say nothing."""


def of_comparison(jobs: int) -> str:
    """Return the digest of all that is stored of six runs, but for their names.

    The name of a run holds the versions of what it was made with.
    """
    policies = tuple(map(load_strategy, ("S0", "S8", "S9")))
    specs = Experiment(small_world(), policies, "S0", futures=1, seed=5).specs()
    seen = sha256()
    with TemporaryDirectory() as name:
        run_all(specs, jobs, quiet, Path(name))
        for table in TABLES:
            columns = read(Path(name), table)
            assert len(columns.pop("run"))
            seen.update(RunResult({}, {table: columns}).digest().encode())
    return seen.hexdigest()


def main() -> None:
    """Print the digests as JSON."""
    golden = small_world()
    later = load_world("fictional").with_("weeks", 104)
    found = {key: simulate(golden, load_strategy(key), 0).digest() for key in ("S0", "S2")}
    found["fictional"] = simulate(later, load_strategy("S9"), 3, explained=True).digest()
    found["comparison"] = of_comparison(int(sys.argv[1]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
