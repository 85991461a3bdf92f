"""The flywheel against closed forms: Bass diffusion, balanced growth, halved steps."""

import math
from dataclasses import replace

import pytest

from ecosystem import market
from ecosystem.market import MarketRules
from ecosystem.numbers import Market
from ecosystem.opening import market_rules
from ecosystem.units import SECONDS_PER_WEEK, WEEKS_PER_YEAR


def rules(**changes: object) -> MarketRules:
    return replace(market_rules(Market()), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("years", [0.5, 1.0, 2.0, 4.0])
def test_adoption_is_bass_diffusion(years: float) -> None:
    r = rules()
    b, q, demand = r.innovation_per_year, r.imitation_per_year, 1_000.0
    adopted, steps = 0.0, round(years * WEEKS_PER_YEAR * 8)
    for _ in range(steps):
        adopted = market.adopt(adopted, demand, 0.0, r, 1 / 8)
    fade = math.exp(-(b + q) * steps / 8 / WEEKS_PER_YEAR)
    assert adopted == pytest.approx(demand * (1 - fade) / (1 + q / b * fade), rel=0.01)


def unconstrained_growth(r: MarketRules, hardware: float, efficiency: float) -> float:
    """Log growth per year when capacity is demand, at once, and a fixed share of it trains."""
    run = market.opening(r).run
    scale = r.start_run_flop / (
        r.final_run_share * r.run_weeks * SECONDS_PER_WEEK * r.demand_start_mw
    )
    demands = []
    for week in range(1_000):
        years = week / WEEKS_PER_YEAR
        eff = math.exp(efficiency * years)
        demands.append(market.demand_mw(run.released_capability, 1, 1, eff, r))
        flop_per_s = scale * demands[-1] * math.exp(hardware * years)
        run = market.train(run, flop_per_s, r, week)
    # Capability comes in steps of one run: whole runs at the end, the transient left out.
    span = 10 * round(r.run_weeks)
    return math.log(demands[-1] / demands[-1 - span]) / span * WEEKS_PER_YEAR


@pytest.mark.parametrize(
    ("hardware", "efficiency", "changes"),
    [
        (0.0, 0.0, {}),
        (0.25, 0.0, {}),
        (0.0, 0.6, {}),
        (0.25, 0.6, {"price_elasticity": 1.6}),
        (0.0, 0.0, {"demand_width": 12.0, "release_lag_weeks": 26.0}),
        (0.0, 0.0, {"algorithmic_growth": 0.0}),
    ],
)
def test_unconstrained_growth_is_the_closed_form(
    hardware: float, efficiency: float, changes: dict[str, float]
) -> None:
    r = rules(demand_max_mw=1e24, **changes)
    gain = market.gamma_demand(r.capability_per_decade, r.demand_width)
    expected = market.balanced_growth(gain, r.algorithmic_growth, hardware, efficiency, r.rebound)
    found = unconstrained_growth(r, hardware, efficiency)
    assert found == pytest.approx(expected, rel=0.03, abs=1e-6)


def test_without_the_demand_loop_growth_is_that_of_algorithms_alone() -> None:
    # Under compute-null capacity feeds nothing back: g = gain * g_A, not gain * g_A / (1 - gain).
    r = rules(demand_max_mw=1e24, capability_law="compute_null")
    gain = market.gamma_demand(r.capability_per_decade, r.demand_width)
    found = unconstrained_growth(r, 0.25, 0.0)
    assert found == pytest.approx(gain * r.algorithmic_growth, rel=0.03)


def scarce_decade(r: MarketRules, dt_weeks: float) -> tuple[float, float, float]:
    """Mean adopted and served MW, and the last price, while capacity trails demand."""
    state = market.opening(r)
    adopted, price, run = state.adopted_mw, state.price_usd_per_mw_year, state.run
    sums = [0.0, 0.0]
    steps = round(520 / dt_weeks)
    for step in range(steps):
        week = step * dt_weeks
        capacity = 400 * math.exp(0.5 * week / WEEKS_PER_YEAR)
        served = min(adopted, 0.9 * capacity)
        short = market.shortfall(adopted, served)
        ratio = price / r.price_start_usd_per_mw_year
        demand = market.demand_mw(run.released_capability, ratio, 1 + 5 * short, 1.0, r)
        run = market.train(run, 3e17 * capacity, r, week, dt_weeks)
        price = market.price_step(price, market.utilisation(adopted, capacity), r, dt_weeks)
        adopted = market.adopt(adopted, demand, short, r, dt_weeks)
        sums = [sums[0] + adopted / steps, sums[1] + served / steps]
    return sums[0], sums[1], price


def test_halving_the_step_moves_little() -> None:
    whole, half = scarce_decade(rules(), 1.0), scarce_decade(rules(), 0.5)
    assert half == pytest.approx(whole, rel=0.02)
    assert half != whole
