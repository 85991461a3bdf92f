"""Ten years of the default world, beside Mesa alone with as many agents that do nothing."""

import pytest

from experiments.bench.model import run_rows
from experiments.bench.row import table


@pytest.mark.bench
def test_ten_years_take_less_than_a_second() -> None:
    rows = run_rows(repeats=7)
    print(f"\n{table(rows)}")
    assert {row.key for row in rows if row.limited} == {"run", "build"}
    assert all(row.holds for row in rows)
