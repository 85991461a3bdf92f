import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ecosystem import market
from ecosystem.market import Flow, MarketRules, TrainingRun
from ecosystem.numbers import Market
from ecosystem.opening import market_rules

DEFAULT = market_rules(Market())
positive = st.floats(1e-6, 1e12)
share = st.floats(0, 1)


@st.composite
def rules(draw: st.DrawFn) -> MarketRules:
    changes = {
        "demand_max_mw": draw(st.floats(1e3, 1e15)),
        "demand_width": draw(st.floats(1, 30)),
        "scarcity": draw(st.floats(0, 50)),
        "price_weeks": draw(st.floats(6, 60)),
        "imitation_per_year": draw(st.floats(0, 5)),
        "run_weeks": draw(st.floats(4, 60)),
        "release_lag_weeks": draw(st.floats(0, 60)),
        "rival_share": draw(st.floats(0, 0.9)),
        "rival_spare_mw": draw(st.floats(0, 1e6)),
        "release_spare_share": draw(share),
        "capability_law": draw(st.sampled_from(["log", "saturating", "compute_null"])),
    }
    return replace(DEFAULT, **changes)


@given(rules(), st.lists(st.tuples(positive, share, positive, positive), min_size=1, max_size=60))
def test_price_stays_in_its_band_and_demand_below_its_ceiling(
    r: MarketRules, weeks: list[tuple[float, float, float, float]]
) -> None:
    state = market.opening(r)._replace(adopted_mw=1e15)
    for week, (capacity, served, latency, flop) in enumerate(weeks):
        flow = Flow(capacity, served * min(capacity, state.adopted_mw), 1 + latency, 1.0, flop)
        state = market.clear(state, flow, r, week)
        ratio = state.price_usd_per_mw_year / r.price_start_usd_per_mw_year
        assert r.price_floor * (1 - 1e-12) <= ratio <= r.price_cap * (1 + 1e-12)
        ceiling = r.demand_max_mw * r.price_floor**-r.price_elasticity / (1 - r.rival_share)
        assert 0 <= state.demand_mw <= ceiling * (1 + 1e-9)
        assert 0 <= state.adopted_mw < math.inf
        assert 0 <= state.revenue_usd < math.inf


@given(st.floats(0, 1e9), st.floats(0, 1e9), share)
def test_adoption_is_never_negative_and_never_overshoots(
    adopted: float, demand: float, shortfall: float
) -> None:
    after = market.adopt(adopted, demand, shortfall, DEFAULT)
    assert 0 <= after <= max(adopted, demand)


@given(rules(), st.floats(-500, 500), st.floats(0, 500))
def test_demand_rises_with_capability(r: MarketRules, capability: float, more: float) -> None:
    low = market.demand_mw(capability, 1, 1, 1, r)
    assert market.demand_mw(capability + more, 1, 1, 1, r) >= low


@given(rules(), st.floats(0, 1e35), st.floats(1, 1e6), st.floats(0, 2000), st.floats(0, 500))
def test_capability_rises_with_compute_and_time(
    r: MarketRules, flop: float, factor: float, week: float, later: float
) -> None:
    here = market.capability_of_run(flop, week, r)
    assert market.capability_of_run(flop * factor, week, r) >= here - 1e-9
    assert market.capability_of_run(flop, week + later, r) >= here - 1e-9


@given(rules(), st.lists(st.floats(0, 1e24), min_size=1, max_size=150))
def test_the_released_model_never_gets_worse_and_no_flop_is_lost(
    r: MarketRules, rates: list[float]
) -> None:
    run: TrainingRun = market.opening(r).run
    for week, rate in enumerate(rates):
        after = market.train(run, rate, r, week)
        assert after.released_capability >= run.released_capability
        assert after.weeks_left > 0
        if after.started_week == run.started_week:
            used = r.final_run_share * rate * 604_800
            assert math.isclose(after.flop, run.flop + used, rel_tol=1e-9)
        run = after
