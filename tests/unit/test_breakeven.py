"""The break-even effect: found where it is known."""

import math

import numpy as np
import pytest

from ecosystem.scenario import load_strategy, load_world
from experiments.breakeven import BreakEven, Question, break_evens, crossing, from_gains

AT = np.array([0.0, 0.75, 1.5])


@pytest.mark.parametrize(
    ("gain", "found"),
    [
        ([-1.0, 0.5, 2.0], 0.5),
        ([-1.0, -0.5, 0.0], 1.5),
        ([0.0, 1.0, 2.0], -np.inf),
        ([-3.0, -2.0, -1.0], np.inf),
    ],
)
def test_where_a_loss_turns(gain, found):
    assert crossing(AT, np.array(gain)) == pytest.approx(found)


def test_what_changes_nothing_has_no_break_even():
    assert np.isnan(crossing(AT, np.zeros(3)))
    assert from_gains(AT, np.zeros((5, 3))).text == "no difference at any effect"


def test_interval_covers_and_narrows_with_futures():
    rng = np.random.default_rng(1)
    gain = (AT - 0.6)[None] + rng.normal(0, 0.3, (200, 1))
    few, many = from_gains(AT, gain[:6]), from_gains(AT, gain)
    assert many.low < 0.6 < many.high
    assert many.high - many.low < few.high - few.low
    assert many.decided == 1.0
    assert "90%" in many.text


def test_words_say_how_far_the_interval_reaches():
    inf, gain = math.inf, np.zeros((5, 3))
    ends = {
        (0.5, 0.25, 1.0): "0.50 (90%: 0.25 to 1.00)",
        (0.5, -inf, 1.0): "0.50 (90%: up to 1.00)",
        (inf, 0.25, inf): "loses at every effect (90%: 0.25 and more)",
        (inf, inf, inf): "loses at every effect",
        (-inf, -inf, -inf): "gains at every effect",
        (0.5, -inf, inf): "not identified",
        (inf, -inf, inf): "not identified",
    }
    for (at, low, high), words in ends.items():
        assert BreakEven(AT, gain, at, low, high, 1.0).text == words


def test_training_without_effect_equals_s0():
    world, base = load_world("stargate"), load_strategy("S0")
    question = Question(load_strategy("S3"), "training")
    (found,) = break_evens(world, base, [question], count=2, multipliers=(0.0, 1.0), weeks=150)
    assert found.gain.shape == (2, 2)
    assert not found.gain[:, 0].any()
