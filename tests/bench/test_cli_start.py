import subprocess
import sys
from time import perf_counter

import pytest

LIMIT_S = 0.5


@pytest.mark.bench
def test_help_comes_at_once():
    """The best of five, since the first may read Python's files from a cold disk."""
    times = []
    for _ in range(5):
        start = perf_counter()
        subprocess.run(
            [sys.executable, "-c", "from experiments.cli import main; main()", "--help"],
            check=True,
            capture_output=True,
        )
        times.append(perf_counter() - start)
    print(f"ecosystem --help: {min(times):.3f} s (limit {LIMIT_S} s)")
    assert min(times) <= LIMIT_S


@pytest.mark.parametrize("heavy", ["numpy", "mesa", "pydantic", "rich", "duckdb", "solara"])
def test_help_loads_nothing_heavy(heavy):
    code = f"import sys, experiments.cli; sys.exit({heavy!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
