import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from experiments.compare import PRIMARY, compare
from experiments.outcomes import OUTCOMES
from experiments.wording import three

values = st.floats(-1e6, 1e6)
pairs = st.lists(st.tuples(values, values), min_size=1, max_size=20)


def gap(first, second):
    """Return the difference; what only the ninth digit shows counts as none."""
    found = second - first
    return found if abs(found) > 1e-9 * max(abs(first), abs(second)) else 0.0


def rows(drawn, baseline):
    n = len(drawn)
    table = {
        "strategy": np.array(["S0", "S2"] * n, dtype=object),
        "future": np.repeat(np.arange(1, n + 1), 2),
        "horizon_weeks": np.full(2 * n, 520.0),
        **{outcome.name: np.zeros(2 * n) for outcome in OUTCOMES},
    }
    table[PRIMARY] = np.array(drawn, dtype=float).ravel()
    found = compare(table, baseline)
    return {row.strategy: row for row in found if row.outcome == PRIMARY}


@given(pairs)
def test_turning_the_comparison_round_turns_every_sign(drawn):
    ahead, back = rows(drawn, "S0")["S2"], rows(drawn, "S2")["S0"]
    assert ahead.diff == pytest.approx(-back.diff)
    assert ahead.diff_low == pytest.approx(-back.diff_high, abs=1e-6, nan_ok=True)
    assert ahead.p_equal == back.p_equal
    assert ahead.p_better + back.p_better + ahead.p_equal == pytest.approx(1)


@example([(1e6, 1e6 + 1e-4)])
@given(pairs)
def test_intervals_hold_their_estimate_and_lie_within_the_differences(drawn):
    row = rows(drawn, "S0")["S2"]
    gaps = [gap(first, second) for first, second in drawn]
    assert min(gaps) <= row.diff <= max(gaps)
    if len(drawn) >= 5:
        assert min(gaps) <= row.diff_low <= row.diff <= row.diff_high <= max(gaps)
    else:
        assert math.isnan(row.diff_low)


@given(pairs, st.randoms())
def test_the_order_of_the_stored_rows_does_not_matter(drawn, random):
    table = rows(drawn, "S0")
    shuffled = list(drawn)
    random.shuffle(shuffled)
    assert rows(shuffled, "S0")["S2"].diff == table["S2"].diff


@given(st.floats(-1e14, 1e14).filter(lambda x: x == 0 or abs(x) > 1e-300))
def test_three_digits_are_within_half_a_percent(value):
    text = three(value).replace(",", "")
    number, _, word = text.partition(" ")
    read = float(number) * {"": 1, "M": 1e6, "bn": 1e9, "tn": 1e12}[word]
    assert read == pytest.approx(value, rel=0.0051)
    assert float(three(-value).partition(" ")[0].replace(",", "")) == -float(number)
