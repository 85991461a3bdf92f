"""What hosts feel, how experience takes over from words, and when a promise is broken."""

import numpy as np
import pytest

from ecosystem.society.households import Impact
from ecosystem.society.impacts import (
    MOST_BENEFIT,
    Delivered,
    Scales,
    caps_broken,
    experience_step,
    felt_impacts,
    noise_mw,
    seen,
    shortfall,
)
from ecosystem.units import FloatArray

SCALES = Scales(money_usd=400.0, water_m3=400.0, noise_mw=1500.0, land_mw=4000.0)
PROMISED = np.array([0.35, 0.28])


def site(**changes: float) -> Delivered:
    """Return what one site brought: nothing but what is named."""
    return Delivered(**{name: np.array([changes.get(name, 0.0)]) for name in Delivered._fields})


def felt(delivered: Delivered, stress: float = 0.5, capped: float = 0.0) -> FloatArray:
    return felt_impacts(delivered, PROMISED, np.array([stress]), capped, SCALES)[0]


def test_nothing_is_felt_where_nothing_happens() -> None:
    np.testing.assert_array_equal(felt(site()), 0.0)


def test_a_promise_that_comes_true_is_worth_what_it_was() -> None:
    found = felt(site(jobs_kept=1.0, taxes_kept=1.0))
    np.testing.assert_allclose(found[[Impact.JOBS, Impact.TAXES]], PROMISED)
    half = felt(site(jobs_kept=0.5, taxes_kept=0.5))
    np.testing.assert_allclose(half[[Impact.JOBS, Impact.TAXES]], PROMISED / 2)
    boom = felt(site(jobs_kept=9.0))
    assert boom[Impact.JOBS] == pytest.approx(PROMISED[0] * MOST_BENEFIT)


def test_bills_have_both_signs_and_harm_is_bounded() -> None:
    assert felt(site(bills_usd=40.0))[Impact.BILLS] == pytest.approx(-0.1)
    assert felt(site(bills_usd=-40.0))[Impact.BILLS] == pytest.approx(0.1)
    everything = felt(site(bills_usd=1e9, water_m3=1e9, noise_mw=1e9, visible_mw=1e9))
    np.testing.assert_array_equal(everything[Impact.BILLS :], -1.0)


def test_water_counts_by_the_stress_of_its_basin() -> None:
    dry, wet = (felt(site(water_m3=100.0), stress)[Impact.WATER] for stress in (1.0, 0.0))
    assert dry == pytest.approx(3 * wet)


def test_caps_that_hold_take_away_water_and_noise_alone() -> None:
    loud = site(water_m3=100.0, noise_mw=300.0, visible_mw=1000.0)
    free, capped = felt(loud), felt(loud, capped=0.5)
    np.testing.assert_allclose(
        capped[[Impact.WATER, Impact.NOISE_AIR]], free[[Impact.WATER, Impact.NOISE_AIR]] / 2
    )
    assert capped[Impact.LAND] == free[Impact.LAND] == pytest.approx(-0.25)


def test_fuel_cells_are_quieter_than_engines_and_the_grid_quietest() -> None:
    kinds = np.array([1.0, 0.15, 0.0])
    noise = noise_mw(0.0, 1000.0, 1000.0, kinds, noise_building=0.3, noise_cooling=0.2)
    np.testing.assert_allclose(noise, [1200.0, 350.0, 200.0])


def test_experience_does_not_depend_on_the_length_of_a_step() -> None:
    share, start = np.array([0.0, 0.4, 1.0]), np.array([0.7, 0.1, 0.0])
    once = experience_step(start, share, 52.0, 52.0)
    often = start
    for _ in range(13):
        often = experience_step(often, share, 4.0, 52.0)
    np.testing.assert_allclose(once, often)
    np.testing.assert_allclose(once, share + (start - share) / np.e)


def test_what_cannot_be_seen_stays_a_matter_of_belief() -> None:
    known = seen(np.array([1.0]), np.array([0.5]), hidden_share=0.4)[0]
    assert known[Impact.NOISE_AIR] == known[Impact.LAND] == known[Impact.JOBS] == 1.0
    assert known[Impact.TAXES] == 0.5
    assert known[Impact.BILLS] == known[Impact.WATER] == pytest.approx(0.3)


def test_a_promise_is_broken_by_more_than_people_tolerate() -> None:
    came, due = np.array([1.2, 1.0, 0.8, 0.7, 0.0, 0.0]), np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.0])
    missing = shortfall(came, due, 0.25)
    np.testing.assert_allclose(missing, [0.0, 0.0, 0.0, 0.3, 1.0, 0.0])


def test_caps_break_at_their_rate_and_only_where_agreed() -> None:
    draws = (np.arange(10_000) + 0.5) / 10_000
    broken = caps_broken(draws, np.ones(10_000, dtype=bool), 0.1, 2.0)
    assert broken.mean() == pytest.approx(1 - np.exp(-0.2), abs=1e-4)
    assert not caps_broken(draws, np.zeros(10_000, dtype=bool), 0.1, 2.0).any()
    assert not caps_broken(draws, np.ones(10_000, dtype=bool), 0.0, 2.0).any()
