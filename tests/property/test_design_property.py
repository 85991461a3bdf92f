import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecosystem.parameters import Card
from experiments.design import quantile
from experiments.workers import Chunks, Done

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


@given(
    st.lists(st.integers(), max_size=700),
    st.integers(1, 64),
    st.lists(st.floats(0, 1e4), min_size=1),
    st.integers(0, 5),
)
def test_chunks_hold_every_run_once_whatever_they_take_and_whoever_dies(runs, jobs, each_s, deaths):
    chunks = Chunks(iter(runs), len(runs), jobs)
    held = []
    for number in range(len(runs) + 100):
        chunk = chunks.take()
        if not chunk:
            break
        assert len(chunk) <= max(1, -(-len(runs) // (6 * jobs)))
        if number < deaths:
            chunks.give_back([chunk])
        else:
            held += chunk
            chunks.learn(Done(len(chunk), len(chunk) * each_s[number % len(each_s)]))
    assert sorted(held) == sorted(runs)
    assert deaths or held == runs
