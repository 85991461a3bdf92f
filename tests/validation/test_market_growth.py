"""The flywheel against closed forms: Bass diffusion, balanced growth, halved steps."""

import pytest

from experiments import market_oracles as toys
from experiments.market_oracles import CASES, rules


def test_adoption_is_bass_diffusion() -> None:
    assert toys.bass_error() < 0.01


@pytest.mark.parametrize(("hardware", "efficiency", "changes"), CASES)
def test_unconstrained_growth_is_the_closed_form(
    hardware: float, efficiency: float, changes: dict[str, float]
) -> None:
    r = rules(demand_max_mw=1e24, **changes)
    expected = toys.closed_form(r, hardware, efficiency)
    found = toys.unconstrained_growth(r, hardware, efficiency)
    assert found == pytest.approx(expected, rel=0.03, abs=1e-6)


def test_a_wrong_gain_would_be_seen() -> None:
    r = rules(demand_max_mw=1e24)
    found = toys.unconstrained_growth(r)
    assert found != pytest.approx(toys.closed_form(rules(demand_width=8.5)), rel=0.1)


def test_without_the_demand_loop_growth_is_that_of_algorithms_alone() -> None:
    # Under compute-null capacity feeds nothing back: g = gain * g_A, not gain * g_A / (1 - gain).
    assert toys.null_growth_error() < 0.03
    assert toys.null_spread() == 0


def test_halving_the_step_moves_little() -> None:
    assert 0 < toys.halving_error() < 0.02


def test_absurd_demand_is_carried() -> None:
    outside, finite = toys.absurd_decade()
    assert finite
    assert outside < 1e-9
