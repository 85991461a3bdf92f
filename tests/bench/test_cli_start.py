import subprocess
import sys
from time import perf_counter

import pytest

LIMIT_S = 0.5
BARE_S = 0.011
"""Time of an empty Python program on the machine on which the limit was set."""


def best_of_five(code: str, *arguments: str) -> float:
    """Return wall time; the best, since the first may read Python's files from a cold disk."""
    times = []
    for _ in range(5):
        start = perf_counter()
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)
        times.append(perf_counter() - start)
    return min(times)


@pytest.mark.bench
def test_help_comes_at_once():
    factor = max(1.0, best_of_five("") / BARE_S)
    time_s = best_of_five("from experiments.cli import main; main()", "--help")
    print(f"ecosystem --help: {time_s:.3f} s (limit {LIMIT_S} s); slower by {factor:.2f}")
    assert time_s <= LIMIT_S * factor


@pytest.mark.parametrize("heavy", ["numpy", "mesa", "pydantic", "rich", "duckdb", "solara"])
def test_help_loads_nothing_heavy(heavy):
    code = f"import sys, experiments.cli; sys.exit({heavy!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
