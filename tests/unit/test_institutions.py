"""Permits, tariffs, makers and grids, against published shares and hand calculation."""

import numpy as np
import pytest

from ecosystem.institutions.backlog import Plant, expand
from ecosystem.institutions.permits import (
    Denied,
    Venue,
    after_denial,
    denial_probability,
    hazard_probability,
    moratorium_rate,
    next_venue,
    stay_length_weeks,
)
from ecosystem.institutions.queues import hold_firm, restudies, start_studies
from ecosystem.institutions.tariffs import annual_cost_usd, bill_change_usd_per_mwh, requests_kept
from ecosystem.numbers import Equipment, Regulators
from ecosystem.units import WEEKS_PER_YEAR

HEARING = {
    name: getattr(Regulators(), name)
    for name in (
        "deny_base",
        "deny_opposition",
        "deny_support",
        "deny_negotiated",
        "deny_gigawatt",
    )
}


def test_denial_meets_the_shares_it_is_calibrated_to() -> None:
    """A tracker's shares of decided projects (P051, P052, P053): a calibration, not a forecast."""
    assert denial_probability(0.22, 0.0, 0.0, False, **HEARING) == pytest.approx(0.31, abs=0.005)
    assert denial_probability(0.0, 0.0, 0.0, False, **HEARING) == pytest.approx(0.12, abs=0.005)
    assert 0.04 <= denial_probability(0.22, 0.0, 0.0, True, **HEARING) <= 0.40


def test_denial_without_any_effect_is_the_logistic_of_its_base() -> None:
    nothing = dict.fromkeys(HEARING, 0.0) | {"deny_base": -2.0}
    found = denial_probability(np.array([0.0, 1.0]), 1.0, 1.0, True, **nothing)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(2.0)))


def test_denied_developers_split_as_declared() -> None:
    draws = (np.arange(1000) + 0.5) / 1000
    outcome = after_denial(draws, withdraw_share=0.3, settle_share=0.5)
    counts = [int((outcome == kind).sum()) for kind in Denied]
    assert counts == [350, 300, 350]


def test_hazard_compounds_over_time() -> None:
    year = hazard_probability(0.25, WEEKS_PER_YEAR)
    assert year == pytest.approx(1 - np.exp(-0.25))
    weekly = hazard_probability(0.25, 1.0)
    assert 1 - (1 - weekly) ** WEEKS_PER_YEAR == pytest.approx(year)
    assert hazard_probability(0.0, 52) == 0.0


def test_stays_have_the_median_and_spread_asked_for() -> None:
    found = stay_length_weeks(np.array([0.5, 0.8413447460685429, 0.0]), 17, 0.7)
    np.testing.assert_allclose(found, [17, 17 * np.exp(0.7), 0])


def test_moratoria_spread_by_neighbours_but_not_without_a_campaign() -> None:
    rate = moratorium_rate(np.array([True, True, False]), np.array([0, 2, 2]), 0.1, 1.3)
    np.testing.assert_allclose(rate, [0.1, 0.1 * 1.69, 0.0])


def test_opponents_move_upstream_to_the_next_open_venue() -> None:
    needed = np.array(
        [
            [1, 1, 1, 1, 1],
            [1, 0, 0, 1, 0],
            [1, 1, 0, 0, 0],
            [1, 1, 1, 1, 1],
            [1, 1, 1, 1, 1],
        ],
        dtype=bool,
    )
    lost = np.array([Venue.ZONING, Venue.ZONING, Venue.AIR, Venue.STATE_LAND, Venue.EXHAUSTED])
    expected = [Venue.AIR, Venue.TRANSMISSION, Venue.EXHAUSTED, Venue.EXHAUSTED, Venue.EXHAUSTED]
    np.testing.assert_array_equal(next_venue(lost, needed), expected)


def test_annuity_repays_the_capital() -> None:
    payment = annual_cost_usd(800_000.0, 0.07, 40)
    worth = sum(payment / 1.07**year for year in range(1, 41))
    assert worth == pytest.approx(800_000)
    assert annual_cost_usd(800_000.0, 0.0, 40) == pytest.approx(20_000)


def _bill(cost: float, price_rise: float, margin: float, share: float = 0.7) -> float:
    return float(
        bill_change_usd_per_mwh(
            cost,
            8e6,
            4e7,
            full_cost_share=share,
            price_rise_usd_per_mwh=price_rise,
            exposed_mwh=4e7,
            margin_usd_per_mwh=margin,
        )
    )


def test_bills_can_move_either_way() -> None:
    assert _bill(60e6, 1.5, 4.0) == pytest.approx((0.3 * 60e6 + 1.5 * 4e7 - 4.0 * 8e6) / 4e7)
    assert _bill(60e6, 1.5, 4.0) > 0
    assert _bill(60e6, 0.0, 4.0) < 0


def test_full_cost_tariff_leaves_no_grid_cost_to_others() -> None:
    assert _bill(60e6, 0.0, 0.0, share=1.0) == 0.0
    assert _bill(60e6, 0.0, 0.0, share=0.5) == pytest.approx(0.75)


def test_deposits_leave_the_projects_that_are_real() -> None:
    kept = requests_kept(np.array([0.0, 50_000.0, 1e9]), 0.81, 50_000.0)
    np.testing.assert_allclose(kept, [1.0, 0.19 + 0.81 / np.e, 0.19])


def test_a_maker_expands_once_per_decision_and_late() -> None:
    numbers = Equipment()
    kwargs = {
        "backlog_trigger": numbers.backlog_trigger,
        "expansion_weeks": numbers.expansion_weeks,
        "expansion_step": numbers.expansion_step,
    }
    plant = Plant(np.array([7000.0, 7000.0]), np.full(2, np.nan))
    for week in range(131):
        plant = expand(plant, np.array([2101.0, 2100.0]), week, **kwargs)
        if week < 130:
            np.testing.assert_array_equal(plant.capacity, 7000.0)
    np.testing.assert_allclose(plant.capacity, [8750.0, 7000.0])
    np.testing.assert_array_equal(plant.due_week, np.nan)  # 2,101 is no longer 30% of capacity
    plant = expand(plant, np.array([3000.0, 0.0]), 140, **kwargs)
    np.testing.assert_array_equal(plant.due_week, [270.0, np.nan])


def test_studies_start_in_order_of_arrival_in_free_slots() -> None:
    group = np.array([0, 1, 0, 0, 1])
    arrival = np.array([5, 1, 2, 9, 4])
    started = start_studies(np.array([3, 1]), np.array([1, 2]), group, arrival)
    np.testing.assert_array_equal(started, [True, False, True, False, False])


def test_one_utility_alone_begins_what_it_would_begin_beside_another() -> None:
    rng = np.random.default_rng(1)
    for busy in range(5):
        arrival = rng.integers(0, 4, 6).astype(float)  # some ask in the same week
        group = np.zeros(6, dtype=np.int64)
        alone = start_studies(np.array([3]), np.array([busy]), group, arrival)
        beside = start_studies(np.array([3, 1]), np.array([busy, 0]), group, arrival)
        assert alone.tolist() == beside.tolist()
        assert alone.sum() == max(3 - busy, 0)


def test_withdrawals_cost_only_those_behind_in_the_same_queue() -> None:
    group = np.array([0, 0, 0, 1, 0])
    arrival = np.array([1, 2, 3, 4, 0])
    withdrawn = np.array([True, True, False, False, False])
    np.testing.assert_array_equal(restudies(group, arrival, withdrawn), [0, 0, 2, 0, 0])


def test_firm_capacity_held_by_speculators_is_freed_by_a_deposit_and_held_again_without() -> None:
    """100 MW held; a deposit leaves a quarter; later 1/20 of the gap comes back every week."""
    usual, none = np.array([100.0, 0.0]), np.zeros(2)
    free, held = hold_firm(none, usual, usual, 1.0, 20.0)
    np.testing.assert_allclose((free, held), (none, usual))
    free, held = hold_firm(none, usual, usual, 0.25, 20.0)
    np.testing.assert_allclose(free, [75.0, 0.0])
    for week in range(1, 40):
        free, held = hold_firm(free, held, usual, 1.0, 20.0)
        np.testing.assert_allclose(held[0], 100 - 75 * 0.95**week)
        np.testing.assert_allclose(free + held, usual)
    crowded = hold_firm(none, np.array([25.0, 0.0]), usual, 1.0, 20.0)
    np.testing.assert_allclose(crowded, (none, [25.0, 0.0]))
