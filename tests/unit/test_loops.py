"""The yearly table of the loops."""

import numpy as np
import pytest

from ecosystem.layout import Layout
from ecosystem.loops import REGIMES, loop_table
from ecosystem.model import simulate
from ecosystem.numbers import Numbers
from ecosystem.observables import CAUSES
from ecosystem.opening import market_rules
from ecosystem.results import RunResult, Table
from ecosystem.scenario import load_strategy, load_world
from experiments.outcomes import OUTCOMES
from experiments.summary import run_text

WORLD = load_world("stargate")
RULES = market_rules(WORLD.numbers.market)
WEEKS = 104


@pytest.fixture(scope="module")
def result() -> RunResult:
    return simulate(WORLD.with_values({"weeks": 80}), load_strategy("S0"))


def weekly(**changes: float) -> Table:
    """Two years of a made-up run in which nothing changes but what is said."""
    calm = {
        "capability": RULES.capability_start,
        "adopted_mw": 500.0,
        "utilisation": 0.65,
        "shortfall": 0.0,
        "room_usd_per_year": 1e9,
        "rival_share": 0.3,
        "revenue_usd": 2e8,
        "usable_mw": 0.0,
        "installed_base_mw": 1_000.0,
        "rationed": 0.0,
        "price_at_bound": 0.0,
        **{f"lost_gw_weeks_{cause}": 0.0 for cause in CAUSES},
    }
    columns = {name: np.full(WEEKS, value) for name, value in (calm | changes).items()}
    return {"week": np.arange(WEEKS), **columns}


def table(series: Table, paid: float = 0.0) -> Table:
    ledger: Table = {
        "period": np.array(["2025", "2025", "2025", "2026"], object),
        "unit": np.array(["USD"] * 4, object),
        "purpose": np.array(["lease", "payout", "own_capital", "revenue"], object),
        "payer": np.array(["lab", "lab", "lab", "customers"], object),
        "payee": np.array(["partners", "financiers", "partners", "lab"], object),
        "amount": np.array([paid, 1e12, 1e12, 1e12]),
    }
    return loop_table(Layout.of(WORLD), RULES, series, ledger, np.array([3.0, np.nan, 60.0]))


def test_margin_and_gains_on_worked_numbers() -> None:
    found = table(weekly(), paid=0.67 * 52 * 2e8)
    assert found["year"].tolist() == [2025, 2026]
    assert found["weeks"].tolist() == [52, 52]
    assert found["margin"][0] == pytest.approx(0.33)  # what goes to financiers is no cost
    assert found["growth"][0] == 0
    n = Numbers()
    wear = n.capital.it_usd_per_mw / n.chips.chip_life_years
    per_mw = 2e8 * 52.17857 / 1_000
    assert found["gamma_cash"][0] == pytest.approx(0.33 * per_mw / wear, rel=1e-3)
    share = RULES.demand_start_mw / RULES.demand_max_mw
    assert found["saturation"][0] == pytest.approx(share)
    assert found["gamma_demand"][0] == pytest.approx(
        RULES.capability_per_decade * (1 - share) / (RULES.demand_width * np.log(10))
    )
    assert found["sites_left"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("changes", "regime", "binds"),
    [
        ({"utilisation": 0.2}, "overbuild", "demand"),
        ({"shortfall": 0.2, "utilisation": 1.2}, "delivery_limited", "lead times"),
        (
            {"shortfall": 0.2, "utilisation": 1.2, "lost_gw_weeks_grid": 2.0},
            "delivery_limited",
            "grid",
        ),
        ({"shortfall": 0.2, "room_usd_per_year": -1.0}, "finance_driven", "money"),
        ({"capability": 500.0}, "demand_saturated", "demand"),
        ({}, "finance_driven", "demand"),  # what there is suffices: nothing waits for money
    ],
)
def test_regime_and_what_binds(changes: dict[str, float], regime: str, binds: str) -> None:
    found = table(weekly(**changes))
    assert set(found["regime"]) == {regime}
    assert set(found["binds"]) == {binds}
    assert found[regime].tolist() == [1.0, 1.0]
    assert sum(found[name][0] for name in REGIMES) == pytest.approx(1.0)


def test_shrinking_use_is_a_decline_and_scarcity_is_counted_in_weeks() -> None:
    series = weekly()
    series["adopted_mw"] = np.linspace(500, 100, WEEKS)
    series["rationed"][:13] = 1.0
    series["price_at_bound"][52:] = 1.0
    found = table(series)
    assert set(found["regime"]) == {"decline"}
    assert found["rationed"].tolist() == [0.25, 0.0]
    assert found["price_at_bound"].tolist() == [0.0, 1.0]


def test_a_year_without_revenue_has_no_gain() -> None:
    found = table(weekly(revenue_usd=0.0))
    assert np.isnan(found["margin"]).all()
    assert np.isnan(found["gamma_cash"]).all()


def test_a_run_has_the_table_the_page_and_the_outcomes(result: RunResult) -> None:
    loops = result.tables["loops"]
    assert loops["year"].tolist() == [2025, 2026]
    assert loops["weeks"].sum() == 80
    assert "Loops: gain of demand" in run_text(result, "title")
    assert max(map(len, run_text(result, "title").splitlines())) <= 100
    found = {o.name: o.measure(result) for o in OUTCOMES}
    assert found["rationed"] == pytest.approx(np.average(loops["rationed"], weights=loops["weeks"]))
    assert 0 < found["delivery_limited"] < 1


def test_the_margin_is_that_of_the_treasury(result: RunResult) -> None:
    ledger, first = result.tables["ledger"], result.tables["loops"]["margin"][0]
    of_year = (ledger["period"] == "2025") & (ledger["unit"] == "USD")
    revenue = ledger["amount"][of_year & (ledger["purpose"] == "revenue")].sum()
    paid = of_year & (ledger["payer"] == "lab") & (ledger["payee"] != "financiers")
    costs = ledger["amount"][paid & (ledger["purpose"] != "own_capital")].sum()
    assert first == pytest.approx(1 - costs / revenue)
