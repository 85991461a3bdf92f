"""Balance sheets, leases and what a planner may sign, on worked numbers."""

import math

import numpy as np
import pytest

from ecosystem.institutions import finance
from ecosystem.institutions.finance import Activity, Terms
from ecosystem.units import FloatArray

TERMS = Terms(np.array([0.6, 0.4]), 0.8, 0.04, 0.04, 10.0)


def of(*values: float) -> FloatArray:
    return np.array(values, dtype=float)


def quarter(**flows: FloatArray) -> Activity:
    nothing = of(0.0, 0.0)
    return Activity(**{name: flows.get(name, nothing) for name in Activity._fields})


def close(
    activity: Activity, assets: FloatArray, debt: FloatArray, ready: FloatArray
) -> finance.Closing:
    return finance.close_books(assets, debt, ready, activity, TERMS, of(0.5, 0.5), 0.25)


def test_what_is_built_is_lent_up_to_the_usual_share_and_called_for_the_rest() -> None:
    closing = close(quarter(built=of(100, 100)), of(0, 0), of(0, 0), of(50, 100))
    assert closing.drawn == pytest.approx(of(60, 40))
    assert closing.called == pytest.approx(of(40, 60))
    assert closing.ready == pytest.approx(of(10, 40))
    assert closing.assets == pytest.approx(of(100, 100))


def test_lenders_carry_what_backers_do_not_and_leverage_passes_its_limit() -> None:
    closing = close(quarter(built=of(100, 100)), of(0, 0), of(0, 0), of(5, 100))
    assert closing.called[0] == 5
    assert closing.debt[0] == 95
    assert finance.leverage(closing.debt, closing.assets)[0] == 0.95 > TERMS.leverage_limit


def test_an_owner_whose_tenant_stops_paying_sinks_into_debt_and_then_builds_nothing() -> None:
    assets, debt, ready = of(100, 0), of(60, 0), of(0, 0)
    for _ in range(16):
        closing = close(quarter(worn=of(2, 0)), assets, debt, ready)
        assets, debt, ready = closing.assets, closing.debt, closing.ready
    assert finance.leverage(debt, assets)[0] > TERMS.leverage_limit
    assert finance.means_usd(ready, assets, debt, TERMS)[0] < 0


def test_surplus_pays_debt_back_and_the_rest_goes_to_backers() -> None:
    closing = close(quarter(earned=of(20, 0)), of(100, 0), of(50, 0), of(0, 0))
    rate = 0.04 + 0.04 * (0.5 / 0.8) ** 2
    assert closing.interest[0] == pytest.approx(50 * rate * 0.25)
    assert closing.repaid[0] == pytest.approx(50 * 0.25 / 10)
    assert closing.distributed[0] == pytest.approx(20 - 50 * rate * 0.25 - 1.25)
    assert closing.ready[0] == pytest.approx(closing.distributed[0] / 2)


def test_money_in_is_money_out() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        flows = Activity(*(rng.uniform(0, 50, 2) for _ in Activity._fields))
        flows = flows._replace(earned=rng.uniform(-50, 50, 2))
        assets, debt, ready = rng.uniform(0, 200, (3, 2))
        c = close(flows, assets, debt, ready)
        came = flows.earned + flows.sold + c.drawn + c.called
        went = flows.built + c.interest + c.repaid + c.distributed
        np.testing.assert_allclose(came, went, atol=1e-9)
        np.testing.assert_allclose(c.debt - debt, c.drawn - c.repaid, atol=1e-9)
        assert min(map(np.min, (c.drawn, c.called, c.repaid, c.distributed, c.debt))) >= -1e-12


def test_interest_rises_with_leverage() -> None:
    rates = finance.borrowing_rate(of(0, 40, 80), of(100, 100, 100), TERMS)
    np.testing.assert_allclose(rates, [0.04, 0.05, 0.08])


def test_double_equity_carries_double() -> None:
    means = finance.means_usd(of(40, 60), of(0, 0), of(0, 0), TERMS)
    assert means == pytest.approx(of(100, 100))
    twice = finance.means_usd(of(80, 120), of(0, 0), of(0, 0), TERMS)
    assert twice == pytest.approx(2 * means)


def test_what_was_built_at_the_usual_leverage_takes_its_part_of_the_means() -> None:
    means = finance.means_usd(of(0, 0), of(100, 0), of(60, 0), TERMS)
    assert means[0] == pytest.approx(0, abs=1e-9)
    # paid back in part, it carries new buildings again
    assert finance.means_usd(of(0, 0), of(100, 0), of(20, 0), TERMS)[0] == pytest.approx(100)


def test_leaving_a_lease_costs_what_is_owed() -> None:
    rent, no = of(100, 100, 100, 100), np.zeros(4, dtype=bool)
    begun = np.array([False, True, True, False])
    free = np.array([False, False, False, True])
    fee = finance.exit_fee_usd(rent, begun, free, of(10, 10, 0.1, 10), 0.9, 0.25, 0.5)
    assert fee == pytest.approx(of(25, 45, 10, 0))
    ended = finance.exit_fee_usd(rent, begun, no, of(0, -1, 0, 0), 0.9, 0.25, 0.5)
    assert ended.tolist() == [0, 0, 0, 0]


def test_expectations_follow_what_is_seen_within_bounds() -> None:
    assert finance.expected_growth(0.5, 0.5, 52, 0.75) == 0.5
    assert finance.expected_growth(0.0, 9.0, 50, 0.75) == pytest.approx(0.75 / 50)
    growth = 0.75
    for _ in range(52):
        growth = finance.expected_growth(growth, -2.0, 52, 0.75)
    assert -0.75 < growth < 0.0
    assert finance.expected_utilisation(100, 0.0, 3, 400) == 0.25
    assert finance.expected_utilisation(100, math.log(2), 1, 400) == pytest.approx(0.5)


def test_surplus_is_cash_beyond_so_many_years_of_outlays() -> None:
    assert finance.surplus_usd(100, 60, 1.0) == 40
    assert finance.surplus_usd(50, 60, 1.0) == 0


def test_planners_extrapolate_up_to_a_ceiling() -> None:
    assert finance.expected_revenue(10e9, 0.2, 0.75, 4) == pytest.approx(10e9 * math.exp(0.8))
    assert finance.expected_revenue(10e9, 9.9, 0.75, 4) == pytest.approx(10e9 * math.exp(3.0))
    assert finance.expected_revenue(10e9, -0.5, 0.75, 4) == pytest.approx(10e9 * math.exp(-2))


def test_commitment_room_shrinks_with_the_pipeline_and_may_be_negative() -> None:
    assert finance.commitment_room(100e9, 4_000, 12.5e6, 0.8) == pytest.approx(30e9)
    assert finance.commitment_room(100e9, 8_000, 12.5e6, 0.8) == pytest.approx(-20e9)


def test_equity_is_scaled_by_credibility() -> None:
    week = finance.equity_per_week(52.178571e9, 0.1, 0.5, 10.0)
    assert week == pytest.approx(0.5e9 * math.e, rel=1e-6)
    assert finance.equity_per_week(45e9, 0.1, 0.0, 3.0) == 0


def test_a_planner_who_forgets_the_pipeline_starts_more() -> None:
    assert finance.desired_starts(1_000, 400, 500, 1.0) == 100
    assert finance.desired_starts(1_000, 400, 500, 0.4) == 400
    assert finance.desired_starts(1_000, 900, 500, 1.0) == 0
