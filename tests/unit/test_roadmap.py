"""Assumed generations keep their gains and cadence; the rule of waiting at its extremes."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from ecosystem.cluster.hardware import load_generations
from ecosystem.cluster.roadmap import extended, waits, worth_of_waiting
from ecosystem.cluster.serving import benchmark_tokens_per_s
from ecosystem.errors import InputError

KNOWN = load_generations().select("h100", "gb200", "gb300", "rubin", "rubin_ultra")
UNTIL = date(2035, 1, 1)


def per_watt(table):
    held = table.accelerators_per_rack / table.rack_kw
    return held * table.peak_flop_per_s("fp8"), held * benchmark_tokens_per_s(table)


@pytest.mark.parametrize("cadence", [52.0, 78.0, 104.0])
def test_generations_come_at_the_cadence_up_to_the_end(cadence: float) -> None:
    table = extended(KNOWN, UNTIL, cadence, 1.6, 1.5, 1.3)
    new = table.available[len(KNOWN) :]
    assert table.key[: len(KNOWN)] == KNOWN.key
    assert new[0] == KNOWN.available[-1] + timedelta(weeks=cadence)
    assert {(b - a).days for a, b in pairwise(new)} == {cadence * 7}
    assert new[-1] <= UNTIL < new[-1] + timedelta(weeks=cadence)


def test_each_assumed_generation_brings_the_gains_asked_for() -> None:
    flop_gain, token_gain, kw_gain = 1.7, 1.4, 1.25
    table = extended(KNOWN, UNTIL, 60.0, flop_gain, token_gain, kw_gain)
    flop, tokens = per_watt(table)
    last = len(KNOWN) - 1
    assert flop[last + 1 :] / flop[last:-1] == pytest.approx(flop_gain)
    assert tokens[last + 1 :] / tokens[last:-1] == pytest.approx(token_gain)
    assert table.rack_kw[last + 1 :] / table.rack_kw[last:-1] == pytest.approx(kw_gain)
    assert (table.hbm_gb[last:] >= KNOWN.hbm_gb[-1]).all()


def test_known_generations_stay_as_they_are() -> None:
    table = extended(KNOWN, UNTIL, 78.0, 1.6, 1.5, 1.3)
    assert table.available[: len(KNOWN)] == KNOWN.available
    for name in ("rack_kw", "fp8_pflops", "hbm_tbps"):
        np.testing.assert_array_equal(getattr(table, name)[: len(KNOWN)], getattr(KNOWN, name))


def test_the_last_one_in_time_is_followed_whatever_the_order_of_the_table() -> None:
    turned = load_generations().select("rubin_ultra", "gb200")
    table = extended(turned, UNTIL, 78.0, 1.6, 1.5, 1.0)
    assert table.available[2] == turned.available[0] + timedelta(weeks=78)
    assert table.rack_kw[2:] == pytest.approx(600.0)


def test_a_slow_cadence_adds_none_and_an_absurd_one_is_refused() -> None:
    assert extended(KNOWN, UNTIL, 1e9, 1.6, 1.5, 1.3) is KNOWN
    assert extended(KNOWN, date(2027, 1, 1), 52.0, 1.6, 1.5, 1.3) is KNOWN
    with pytest.raises(InputError, match="generation_weeks"):
        extended(KNOWN, UNTIL, 2.0, 1.6, 1.5, 1.3)
    with pytest.raises(InputError, match="less memory"):
        extended(load_generations().select("h100"), UNTIL, 52.0, 1.6, 1.5, 1.3)


def test_worth_of_waiting_is_the_integral_that_it_claims() -> None:
    gain, lost, life, rate = 1.6, 30.0, 5.5, 0.3
    year = np.linspace(0.0, life, 200_001)
    use = np.exp(-rate * year)
    later = np.where(year >= lost * 7 / 365.25, use, 0.0)
    by_hand = gain * np.trapezoid(later, year) / np.trapezoid(use, year)
    assert worth_of_waiting(gain, lost, life, rate) == pytest.approx(by_hand, rel=1e-4)


def test_extremes_of_waiting() -> None:
    assert worth_of_waiting(1.6, 0.0, 5.5, 0.3) == pytest.approx(1.6)
    assert worth_of_waiting(1.6, 1e6, 5.5, 0.3) == 0
    # without erosion what is lost is the plain share of the life
    assert worth_of_waiting(2.0, 5.5 * 365.25 / 7 / 2, 5.5, 0.0) == pytest.approx(1.0)
    assert not waits(100.0, 10.0, 0.0, 5.5, 0.3, 0.0), "never"
    assert not waits(1.0, 10.0, 0.0, 5.5, 0.3, 52.0), "for nothing"
    assert not waits(1.6, 0.0, 0.0, 5.5, 0.3, 52.0), "it is on sale"
    assert not waits(1.6, 53.0, 0.0, 5.5, 0.3, 52.0), "too long"
    assert not waits(1.6, np.inf, np.inf, 5.5, 0.3, 52.0), "none to come"
    assert waits(1.6, 10.0, 0.0, 5.5, 0.3, 52.0), "the hall is not ready anyhow"
    assert not waits(1.6, 52.0, 260.0, 5.5, 0.3, 52.0), "too dear"


def test_waiting_pays_the_more_the_larger_the_gain_and_the_less_is_lost() -> None:
    gains, lost = np.linspace(0.5, 3.0, 20), np.linspace(0.0, 300.0, 30)
    worth = worth_of_waiting(gains[:, None], lost[None, :], 5.5, 0.3)
    assert (np.diff(worth, axis=0) >= 0).all()
    assert (np.diff(worth, axis=1) <= 0).all()
    eroded = worth_of_waiting(1.5, 26.0, 5.5, np.array([0.0, 0.2, 0.5, 1.0]))
    assert (np.diff(eroded) < 0).all(), "early weeks weigh more where worth erodes"
