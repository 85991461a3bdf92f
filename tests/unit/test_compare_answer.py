import pytest

from experiments.answer import answer
from experiments.compare import COST, COST_OF_GAIN, PRIMARY, Row
from experiments.wording import between, three, with_unit

NAN = float("nan")


def row(strategy, outcome=PRIMARY, diff=(NAN, NAN, NAN), p=(NAN, NAN), n=8, value=(NAN,) * 3):
    return Row(strategy, outcome, "GW yr", "median", *value, *diff, *p, n)


def base():
    return [row("S0", n=0), row("S0", COST, n=0), row("S0", COST_OF_GAIN, n=0)]


def gain(strategy, diff, p, cost=1e9, ratio=(NAN, NAN, NAN)):
    return [
        row(strategy, diff=diff, p=p),
        row(strategy, COST, (cost, 0.5e9, 2e9), (0, 0)),
        row(strategy, COST_OF_GAIN, value=ratio),
    ]


def test_a_clear_gain_is_told_with_interval_odds_and_price():
    rows = [*base(), *gain("S2", (1.3, 0.4, 2.1), (0.875, 0), ratio=(8e8, 5e8, 2e9))]
    first, second, third = answer(rows, "S0")
    assert first == (
        "More usable compute than S0: S2 by 1.30 GW yr in the median future "
        "(90% interval 0.400 to 2.10; better in 7 of 8)."
    )
    assert second == "All compared strategies differ clearly from S0."
    assert "S2 USD +1.00 bn (+500 M to +2.00 bn)" in third
    assert "USD 800 M per GW yr gained (500 M to 2.00 bn)" in third


def test_an_interval_with_zero_is_no_clear_difference_and_has_no_price_per_gain():
    first, second, third = answer([*base(), *gain("S3", (0.9, -0.1, 2.0), (0.75, 0))], "S0")
    assert first == "No strategy shows a clear gain in usable compute over S0."
    assert second == "No clear difference from S0: S3 (-0.100 to +2.00 GW yr)."
    assert "gained" not in third


@pytest.mark.parametrize("diff", [(0.5, 0.0, 1.0), (-0.5, -1.0, 0.0)])
def test_an_interval_that_touches_zero_is_not_clear(diff):
    assert "No clear difference" in answer([*base(), *gain("S3", diff, (0.5, 0))], "S0")[1]


def test_loss_identity_and_cost_of_nothing_are_told_as_such():
    rows = [
        *base(),
        *gain("S5", (-1.0, -2.0, -0.5), (0, 0)),
        *gain("placebo", (0.0, 0.0, 0.0), (0, 1)),
        *gain("S7", (0.0, 0.0, 0.0), (0, 1))[:1],
        row("S7", COST, (0.0, 0.0, 0.0), (0, 1)),
        row("S7", COST_OF_GAIN),
    ]
    _, second, third = answer(rows, "S0")
    assert "Less usable compute than S0: S5 (-2.00 to -0.500 GW yr)" in second
    assert "placebo in all 8 futures and S7 in all 8 futures" in second
    assert "S7 nothing" in third


def test_too_few_futures_claim_nothing():
    rows = [*base(), *[row("S2", name, (5.0, NAN, NAN), (1, 0), n=3) for name in (PRIMARY, COST)]]
    rows.append(row("S2", COST_OF_GAIN))
    first, second, _ = answer(rows, "S0")
    assert "3 futures are too few" in first
    assert second == "Median difference without an interval: S2 (+5.00 GW yr)."


def test_the_baseline_alone_has_nothing_to_say():
    assert answer(base(), "S0")[0] == "Only S0 was run, so there is nothing to compare."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (NAN, "-"),
        (float("inf"), "-"),
        (1.0, "1.00"),
        (0.04567, "0.0457"),
        (12345.0, "12,300"),
        (-9.999, "-10.0"),
        (999.6, "1,000"),
        (999_999.0, "1.00 M"),
        (1.2345e9, "1.23 bn"),
        (-3e12, "-3.00 tn"),
        (0.00001234, "1.23e-05"),
    ],
)
def test_three_significant_digits(value, text):
    assert three(value) == text


def test_signs_intervals_and_units():
    assert three(2.0, sign=True) == "+2.00"
    assert three(-2.0, sign=True) == "-2.00"
    assert between(-1, 2, sign=True) == "-1.00 to +2.00"
    assert between(NAN, NAN) == ""
    assert with_unit("2.00", "USD") == "USD 2.00"
    assert with_unit("2.00", "week") == "2.00 week"
    assert with_unit("-", "week") == "-"
