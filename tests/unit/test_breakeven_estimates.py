"""Break-even effects read off futures: found where known, and honest where they are not."""

import numpy as np
import pytest

from ecosystem.scenario import Levers, load_strategy
from experiments.breakeven import EFFECTS, LEVERS, effects_of, estimate
from experiments.compare import Row
from experiments.opinion_rules import rules_table, rules_text


def futures_of(n: int, a: float, b: float, noise: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    m = -0.5 + 2.0 * (rng.permutation(n) + rng.random(n)) / n
    return m, a + b * m + rng.normal(0, noise, n)


def test_a_line_without_noise_is_found_exactly():
    found = estimate(*futures_of(8, -0.6, 1.0, 0.0))
    assert found.found == "at"
    assert (found.at, found.low, found.high) == pytest.approx((0.6, 0.6, 0.6), abs=0.006)
    assert (found.without, found.slope) == pytest.approx((-0.6, 1.0))


def test_nine_in_ten_intervals_hold_the_break_even():
    """Fieller's interval: 90%, of 400 samples of twenty futures."""
    found = [estimate(*futures_of(20, -0.6, 1.0, 0.4, seed)) for seed in range(400)]
    told = [f for f in found if f.found == "at"]
    assert len(told) > 380
    share = np.mean([f.low - 0.005 <= 0.6 <= f.high + 0.005 for f in told])
    assert share == pytest.approx(0.9, abs=0.05)


@pytest.mark.parametrize(
    ("a", "b", "noise", "found"),
    [
        (3.0, 0.2, 0.1, "gains"),
        (-3.0, 0.2, 0.1, "loses"),
        (0.0, 0.05, 3.0, "not identified"),
        (0.0, 0.0, 0.0, "no difference"),
    ],
)
def test_what_is_not_within_the_range_is_not_made_up(a, b, noise, found):
    result = estimate(*futures_of(12, a, b, noise))
    assert result.found == found
    assert np.isnan(result.at)
    assert found.split()[-1] in result.text


def test_a_few_futures_identify_nothing():
    assert estimate(*futures_of(4, -0.6, 1.0, 0.0)).found == "not identified"


def test_an_effect_that_does_harm_says_so():
    assert "loses above" in estimate(*futures_of(8, 0.6, -1.0, 0.01)).text


def test_strategies_act_by_the_effects_of_their_levers():
    assert effects_of(load_strategy("S0")) == []
    assert effects_of(load_strategy("placebo")) == []
    assert effects_of(load_strategy("S3")) == ["training"]
    assert effects_of(load_strategy("S6")) == ["training", "local hire"]
    assert set(effects_of(load_strategy("S2"))) == {"engagement", "agreement"}
    assert set(LEVERS) == set(EFFECTS)
    assert {name for levers in LEVERS.values() for name in levers} <= set(Levers.model_fields)


def row(strategy: str, diff: float, low: float, high: float) -> Row:
    nan = float("nan")
    name, unit = "usable_gw_years", "GW yr"
    return Row(strategy, name, unit, "median", 1.0, 1.0, 1.0, diff, low, high, nan, 0.0, 8)


def test_what_depends_on_the_rule_of_opinion_is_named():
    base = row("S0", float("nan"), float("nan"), float("nan"))
    usual = [base, row("S2", 1.0, 0.5, 1.5), row("S3", 0.2, -0.1, 0.4)]
    other = [base, row("S2", 0.1, -0.5, 0.6), row("S3", 0.2, -0.1, 0.4)]
    text = " ".join(rules_text({"friedkin_johnsen": usual, "none": other}, "S0").split())
    assert "S2 (friedkin johnsen: more, none: unclear)" in text
    assert "none (S3, S2); it is S2, S3 under friedkin johnsen" in text
    table = rules_table({"friedkin_johnsen": usual, "none": other}, "S0")
    assert [(r["strategy"], r["rank"]) for r in table] == [
        ("S2", 1),
        ("S3", 2),
        ("S3", 1),
        ("S2", 2),
    ]
    same = " ".join(rules_text({"friedkin_johnsen": usual, "none": usual}, "S0").split())
    assert "alike" in same
    assert "same under every rule" in same
