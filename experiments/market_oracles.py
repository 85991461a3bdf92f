"""Toys of the market with known answers, for `ecosystem validate flywheel` and for tests."""

import math
from dataclasses import replace

import numpy as np

from ecosystem import market
from ecosystem.market import Flow, MarketRules
from ecosystem.numbers import Market
from ecosystem.opening import market_rules
from ecosystem.units import SECONDS_PER_WEEK, WEEKS_PER_YEAR

CASES: tuple[tuple[float, float, dict[str, float]], ...] = (
    (0.0, 0.0, {}),
    (0.25, 0.0, {}),
    (0.0, 0.6, {}),
    (0.25, 0.6, {"price_elasticity": 1.6}),
    (0.0, 0.0, {"demand_width": 12.0, "release_lag_weeks": 26.0}),
    (0.0, 0.0, {"algorithmic_growth": 0.0}),
)
"""Growth of hardware and of efficiency [1/yr], and other numbers, of the unconstrained toy."""


def rules(**changes: object) -> MarketRules:
    """Return the default rules with some numbers changed."""
    return replace(market_rules(Market()), **changes)  # type: ignore[arg-type]


def unconstrained_growth(r: MarketRules, hardware: float = 0.0, efficiency: float = 0.0) -> float:
    """Return the log growth of demand a year where capacity is demand, at once, and F is tiny.

    Parameters
    ----------
    r : MarketRules
    hardware, efficiency : float
        Log growth of training FLOP and of tokens per MW [1/yr].
    """
    run = market.opening(r).run
    scale = r.start_run_flop / (
        r.final_run_share * r.run_weeks * SECONDS_PER_WEEK * r.demand_start_mw
    )
    demands: list[float] = []
    for week in range(1_000):
        years = week / WEEKS_PER_YEAR
        eff = math.exp(efficiency * years)
        demands.append(market.demand_mw(run.released_capability, 1, 1, eff, r))
        flop_per_s = scale * demands[-1] * math.exp(hardware * years)
        run = market.train(run, flop_per_s, r, week)
    # Capability comes in steps of one run: whole runs at the end, the transient left out.
    span = 10 * round(r.run_weeks)
    return math.log(demands[-1] / demands[-1 - span]) / span * WEEKS_PER_YEAR


def closed_form(r: MarketRules, hardware: float = 0.0, efficiency: float = 0.0) -> float:
    """Return the same growth by the formula of loop gains [1/yr]."""
    gain = market.gamma_demand(r.capability_per_decade, r.demand_width)
    return float(
        market.balanced_growth(gain, r.algorithmic_growth, hardware, efficiency, r.rebound)
    )


def growth_error() -> float:
    """Return the largest relative error of growth over the cases; where it is 0, the error."""
    errors: list[float] = []
    for hardware, efficiency, changes in CASES:
        r = rules(demand_max_mw=1e24, **changes)
        found, expected = (f(r, hardware, efficiency) for f in (unconstrained_growth, closed_form))
        errors.append(abs(found - expected) / (abs(expected) or 1.0))
    return max(errors)


def null_growth_error() -> float:
    """Return the error of growth without the loop, which is then that of algorithms alone."""
    r = rules(demand_max_mw=1e24, capability_law="compute_null")
    gain = float(market.gamma_demand(r.capability_per_decade, r.demand_width))
    return abs(unconstrained_growth(r, 0.25) / (gain * r.algorithmic_growth) - 1)


def bass_error() -> float:
    """Return the largest error of adoption against Bass diffusion over four years, of demand."""
    r = rules()
    b, q, demand, adopted, worst = r.innovation_per_year, r.imitation_per_year, 1.0, 0.0, 0.0
    for step in range(1, round(4 * WEEKS_PER_YEAR * 8) + 1):
        adopted = market.adopt(adopted, demand, 0.0, r, 1 / 8)
        fade = math.exp(-(b + q) * step / 8 / WEEKS_PER_YEAR)
        worst = max(worst, abs(adopted - (1 - fade) / (1 + q / b * fade)))
    return worst


def scarce_decade(r: MarketRules, dt_weeks: float) -> tuple[float, float, float]:
    """Return mean adopted and served MW and the last price, while capacity trails demand."""
    state = market.opening(r)
    adopted, price, run = state.adopted_mw, state.price_usd_per_mw_year, state.run
    use, served_mean = 0.0, 0.0
    steps = round(520 / dt_weeks)
    for step in range(steps):
        week = step * dt_weeks
        years = week / WEEKS_PER_YEAR
        capacity = 400 * math.exp(0.5 * years)
        served = min(adopted, 0.9 * capacity)
        short = market.shortfall(adopted, served)
        rho = market.utilisation(adopted, capacity)
        latency = market.time_to_answer(1 + 5 * short, short)
        ratio = price / r.price_start_usd_per_mw_year
        demand = market.demand_mw(run.released_capability, ratio, latency, 1.0, r)
        demand *= market.lab_share(run.released_capability, years, r) / (1 - r.rival_share)
        run = market.train(run, 3e17 * capacity, r, week, dt_weeks, spare=max(0.0, 1 - rho))
        price = market.price_step(price, rho, r, dt_weeks)
        room = market.rival_room_mw(years, r)
        adopted = market.adopt(adopted, demand, short, r, dt_weeks, room)
        use, served_mean = use + adopted / steps, served_mean + served / steps
    return use, served_mean, price


def halving_error() -> float:
    """Return how much half the step moves use, served GW-years and price, at most, relative."""
    whole, half = scarce_decade(rules(), 1.0), scarce_decade(rules(), 0.5)
    return max(abs(a / b - 1) for a, b in zip(half, whole, strict=True))


def absurd_decade() -> tuple[float, bool]:
    """Return how far the price leaves its band, relative, and whether all stays finite.

    Users and demand of an exawatt meet 100 MW, for five years; then there is no capacity at all.
    """
    r = rules(demand_max_mw=1e12)
    state = market.opening(r)._replace(adopted_mw=1e12)
    outside, finite = 0.0, True
    for week in range(520):
        capacity = 100.0 if week < 260 else 0.0
        state = market.clear(state, Flow(capacity, capacity, 3.0, 1.0, 1e21), r, week)
        ratio = state.price_usd_per_mw_year / r.price_start_usd_per_mw_year
        outside = max(outside, ratio / r.price_cap - 1, r.price_floor / ratio - 1)
        numbers = (state.adopted_mw, state.demand_mw, state.revenue_usd)
        finite = finite and all(math.isfinite(x) and x >= 0 for x in numbers)
    return max(outside, 0.0), finite


def null_spread() -> float:
    """Return how much a million times the compute moves capability under compute-null [points]."""
    r = rules(capability_law="compute_null")
    values = [market.capability_of_run(flop, 100.0, r) for flop in np.geomspace(1e24, 1e30, 7)]
    return max(values) - min(values)
