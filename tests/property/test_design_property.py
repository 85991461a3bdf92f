import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecosystem.parameters import Card
from experiments.design import quantile
from experiments.runner import _chunks

ends = st.tuples(st.floats(0.01, 1e6), st.floats(1.001, 100)).map(lambda e: (e[0], e[0] * e[1]))


@given(
    ends,
    st.sampled_from(["uniform", "triangular", "lognormal"]),
    st.floats(0, 1),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_quantiles_rise_with_the_share_and_stay_in_a_bounded_range(sample, shape, mode, shares):
    low, high = sample
    card = Card("a", low + mode * (high - low), "1", "", "", "C", sample, shape, "")
    below, above = (quantile(card, share) for share in sorted(shares))
    assert below <= above * (1 + 1e-12)
    if shape != "lognormal":
        slack = 1e-9 * high
        assert low - slack <= below <= high + slack
        assert quantile(card, 0) == pytest.approx(low)
        assert quantile(card, 1) == pytest.approx(high)


@given(st.tuples(st.integers(-50, 50), st.integers(0, 60)), st.floats(0, 1))
def test_whole_numbers_stay_whole_and_in_range(sample, share):
    low, high = sample[0], sample[0] + sample[1]
    value = quantile(Card("a", low, "1", "", "", "C", (low, high), "uniform", ""), share)
    assert isinstance(value, int)
    assert low <= value <= high


@given(st.lists(st.integers(), max_size=700), st.integers(1, 64))
def test_chunks_hold_every_run_once_in_order(runs, jobs):
    chunks = _chunks(runs, jobs)
    assert [run for chunk in chunks for run in chunk] == runs
    assert all(1 <= len(chunk) <= 20 for chunk in chunks)
