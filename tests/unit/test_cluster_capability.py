import numpy as np
import pytest

from ecosystem.cluster import capability as cap


def test_optimum_is_the_least_loss_at_its_compute():
    flop = 5.76e23
    parameters, tokens = cap.BESIROGLU.optimum(flop)
    assert 6 * parameters * tokens == pytest.approx(flop)
    grid = parameters * np.exp(np.linspace(-1, 1, 20_001))
    losses = cap.BESIROGLU.loss(grid, flop / (6 * grid))
    assert grid[np.argmin(losses)] == pytest.approx(parameters, rel=1e-3)


def test_algorithms_double_in_eight_months():
    assert cap.algorithmic_efficiency(8 / 12, np.log(2) * 12 / 8) == pytest.approx(2.0)
    assert cap.algorithmic_efficiency(1.0, 1.04) == pytest.approx(2.83, abs=0.005)


def test_tenfold_effective_compute_is_one_step_of_the_index():
    gained = cap.decades(2e26 * 5, 2e26, 2.0)
    assert gained == pytest.approx(1.0)
    assert cap.index_linear(gained, 140.0, 9.63) == pytest.approx(149.63)


def test_saturating_index_starts_on_the_line_and_stays_below_its_ceiling():
    x = np.array([-2.0, 0.0, 1e-4, 5.0, 1e6])
    got = cap.index_saturating(x, 140.0, 9.63, 30.0)
    assert got[:3] == pytest.approx(cap.index_linear(x[:3], 140.0, 9.63), abs=1e-5)
    assert got[3] < 170
    assert got[4] == 170.0


def test_null_index_ignores_compute():
    assert cap.index_compute_null(2.0, 140.0, 11.38) == pytest.approx(162.76)


def test_no_run_gives_a_finite_index():
    assert np.isfinite(cap.decades(0.0, 2e26, 1.0))


def test_time_horizon_doubles():
    assert cap.horizon_minutes(0.84, 200.0, 0.42) == pytest.approx(800.0)
