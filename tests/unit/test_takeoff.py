"""The equations of the Full Takeoff Model, with the two tests that were printed with them."""

import numpy as np
import pytest

from experiments import takeoff
from experiments.takeoff import Constants

C = Constants()


@pytest.mark.parametrize(
    ("returns", "factor"), [(C.hardware_returns, 36.8), (C.software_returns, 2.38)]
)
def test_doubled_research_without_a_ceiling_multiplies_performance(
    returns: float, factor: float
) -> None:
    phi = takeoff.slowing(1.0, 1.0, np.inf)
    assert takeoff.improved(1.0, 2.0, returns, phi, np.inf) == pytest.approx(factor, rel=2e-3)


def test_without_investment_hardware_wears_by_a_fifth_a_year() -> None:
    assert takeoff.stocked(10.0, 0.0, 1e17, C.depreciation, 1.0) == pytest.approx(8.0)
    assert takeoff.stocked(10.0, 2.0, 3.0, C.depreciation, 1.0) == pytest.approx(14.0)


def test_progress_slows_on_its_way_to_the_ceiling_and_never_passes_it() -> None:
    assert takeoff.slowing(1e2, 1e2, 1e6) == 1.0
    assert takeoff.slowing(1e4, 1e2, 1e6) == pytest.approx(0.5)
    level = 1e2
    for _ in range(200):
        phi = takeoff.slowing(level, 1e2, 1e6)
        level = float(takeoff.improved(level, 2.0, C.hardware_returns, phi, 1e6))
    assert level == pytest.approx(1e6, rel=1e-3)


def test_research_adds_up_less_than_in_proportion() -> None:
    assert takeoff.researched(5.0, 16.0, 0.5, 2.0) == 13.0
    assert takeoff.growing_share(0.01, np.log(2), 0.1, 1.0) == pytest.approx(0.02)
    assert takeoff.growing_share(0.09, np.log(2), 0.1, 1.0) == 0.1


def test_tasks_need_less_to_run_the_larger_the_model() -> None:
    assert takeoff.runtime_needed(8.0, 4e30, 1e30, 1.5) == pytest.approx(64.0)
    assert takeoff.runtime_needed(8.0, 1e30, 1e34, 1.5) == 1.0
    assert takeoff.automatable([1e30, 1e33], 1e31, 10.0).tolist() == [True, False]  # type: ignore[union-attr]


def test_production_with_complements_is_held_by_what_is_short() -> None:
    assert takeoff.produced([2.0, 2.0], [1.0, 3.0], C.labour_rho) == pytest.approx(2.0)
    rho = C.capital_rho
    assert takeoff.produced([1.0, 1e12], [0.5, 0.5], rho) == pytest.approx(
        0.5 ** (1 / rho), rel=1e-3
    )


def test_steady_research_grows_performance_at_returns_times_its_growth() -> None:
    free = Constants(hardware_ceiling=np.inf, software_ceiling=np.inf)
    course = takeoff.path(np.exp(0.5 * np.arange(31)), np.full(31, 0.1), 0.3, free, 400)
    per_year = np.log(course.flop_per_usd[-1] / course.flop_per_usd[-2])
    # Cumulative research grows at lambda times its input; in steps of a year, exactly so.
    assert per_year == pytest.approx(free.hardware_returns * free.parallel * 0.3, rel=1e-6)
    assert np.log(course.stock[-1] / course.stock[-2]) == pytest.approx(per_year + 0.5, rel=1e-3)
    assert course.run == pytest.approx(course.stock * course.algorithms * 0.1)
