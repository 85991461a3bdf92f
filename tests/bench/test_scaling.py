"""Cost grows with size, never faster; a world far larger than any shipped one finishes."""

import pytest

from ecosystem.errors import EcosystemError
from experiments.bench import memory, model, page, runs
from experiments.bench.row import Row, exponent_row, table

WEEKS, SITES, CANDIDATES = 2_600, 200, 1_800
BYTES_PER_COMMUNITY_WEEK = 1_000
"""Of a run: 400 are the households' opinions, the rest what is recorded and its tables."""
BASE_BYTES = 600e6

pytestmark = pytest.mark.slow


def holds(*rows: Row) -> None:
    print(f"\n{table(rows)}")
    assert all(row.limited and row.holds for row in rows)


def test_cost_is_at_most_proportional_to_sites() -> None:
    holds(model.sites_row((1, 2, 4, 8, 16), weeks=104, repeats=2))


def test_cost_is_at_most_proportional_to_weeks() -> None:
    holds(model.weeks_row((260, 520, 1_040, 2_080), repeats=2))


def test_cost_is_at_most_proportional_to_households() -> None:
    holds(model.households_row((200, 800, 3_200), weeks=104, repeats=2))


def test_cost_is_at_most_proportional_to_runs() -> None:
    holds(*runs.runs_rows((1_000, 4_000, 16_000), (2, 4, 8, 16), weeks=52, repeats=2))


def test_cost_of_attribution_and_of_a_frame_is_at_most_proportional_to_sites() -> None:
    holds(
        model.attributions_row((1, 4, 16, 32), weeks=104, repeats=2),
        page.frames_row((1, 4, 16, 48), week=52, repeats=5),
    )


def test_cost_stays_proportional_up_to_two_thousand_communities() -> None:
    """One site is one host community; here 24 to 95 times as many as in the default world."""
    factors, weeks = (24, 48, 95), 260
    seconds = [
        min(memory.used("run", n * model.SITES, n * model.CANDIDATES, weeks).seconds for _ in "12")
        for n in factors
    ]
    sizes = [n * (model.SITES + model.CANDIDATES) for n in factors]
    holds(exponent_row("many", f"cost in sites, {weeks} weeks", "sites", sizes, seconds))


def test_fifty_years_of_two_thousand_communities_finish_in_bounded_memory() -> None:
    """2,000 host communities of 200 households: 200 sites on the plan, 1,800 to choose from."""
    took = memory.used("run", SITES, CANDIDATES, WEEKS)
    cells = WEEKS * (SITES + CANDIDATES)
    each = (took.peak_mib * 2**20 - BASE_BYTES) / cells
    print(f"\n{took.said}: {took.seconds:.0f} s of processor time, {took.peak_mib:,.0f} MiB; "
          f"{each:.0f} bytes a community and week (limit {BYTES_PER_COMMUNITY_WEEK}), "
          f"{took.seconds / cells * 1e6:.0f} us")  # fmt: skip
    assert took.said.startswith(f"{WEEKS} weeks, ")
    assert float(took.said.split(", ")[1].split()[0]) > 1_000
    assert each <= BYTES_PER_COMMUNITY_WEEK


def test_memory_told_is_that_of_the_process_alone() -> None:
    held = bytearray(600 * 2**20)
    held[::4_096] = b"1" * len(held[::4_096])  # really there
    took = memory.used("experiment", 4, 4)
    assert 20 < took.before_mib <= took.peak_mib < 500
    assert took.said == "4 runs"
    with pytest.raises(
        EcosystemError, match=r"^Memory could not be measured: KeyError: 'nothing'$"
    ):
        memory.used("nothing")
