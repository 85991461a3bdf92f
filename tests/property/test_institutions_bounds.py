"""Queues against loops; probabilities and bills in every world."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecosystem.institutions.permits import (
    Venue,
    denial_probability,
    hazard_probability,
    next_venue,
)
from ecosystem.institutions.queues import fifo_grant, restudies
from ecosystem.institutions.tariffs import requests_kept

GROUPS = 3
REQUESTS = st.lists(
    st.tuples(st.integers(0, GROUPS - 1), st.integers(0, 50), st.integers(0, 9)), max_size=30
)
AMOUNTS = st.lists(st.integers(0, 200), min_size=GROUPS, max_size=GROUPS)
SHARE = st.floats(0.0, 1.0)

type Requests = list[tuple[int, int, int]]


def _columns(requests: Requests) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.array(requests, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1].astype(float), table[:, 2]


@given(AMOUNTS, REQUESTS)
def test_fifo_is_the_loop(amounts: list[int], requests: Requests) -> None:
    left, expected = list(amounts), [False] * len(requests)
    for i in sorted(range(len(requests)), key=lambda i: requests[i][2]):
        group, need, _ = requests[i]
        left[group] -= need  # whoever does not fit still stands in the way
        expected[i] = left[group] >= 0
    group, need, arrival = _columns(requests)
    np.testing.assert_array_equal(
        fifo_grant(np.array(amounts, float), group, need, arrival), expected
    )


@given(REQUESTS)
def test_restudies_are_the_loop(requests: Requests) -> None:
    group, need, arrival = _columns(requests)
    withdrawn = need > 25
    order = sorted(range(len(requests)), key=lambda i: requests[i][2])
    expected = np.zeros(len(requests))
    for place, i in enumerate(order):
        if not withdrawn[i]:
            expected[i] = sum(bool(withdrawn[j]) and group[j] == group[i] for j in order[:place])
    np.testing.assert_array_equal(restudies(group, arrival, withdrawn), expected)


@given(SHARE, SHARE, SHARE, SHARE, st.booleans())
def test_denial_rises_with_opposition_and_falls_with_support_and_agreement(
    low: float, high: float, support: float, negotiated: float, gigawatt: bool
) -> None:
    low, high = sorted((low, high))

    def deny(o: float, s: float, n: float) -> float:
        return float(
            denial_probability(
                o,
                s,
                n,
                gigawatt,
                deny_base=-2.0,
                deny_opposition=4.0,
                deny_support=2.0,
                deny_negotiated=0.6,
                deny_gigawatt=-0.8,
            )
        )

    assert 0.0 < deny(low, support, negotiated) <= deny(high, support, negotiated) < 1.0
    assert deny(support, high, negotiated) <= deny(support, low, negotiated)
    assert deny(support, negotiated, high) <= deny(support, negotiated, low)


@given(st.floats(0, 50), st.floats(0, 500), st.floats(0, 500))
def test_hazards_over_two_spans_multiply(rate: float, first: float, second: float) -> None:
    survive = 1 - hazard_probability(rate, np.float64(first + second))
    product = (1 - hazard_probability(rate, first)) * (1 - hazard_probability(rate, second))
    np.testing.assert_allclose(survive, product, atol=1e-12)


@given(st.integers(0, 2**5 - 1), st.sampled_from(list(Venue)))
def test_venues_only_lead_upstream_and_end(mask: int, venue: Venue) -> None:
    needed = np.array([[bool(mask >> v & 1) for v in range(5)]])
    after = Venue(int(next_venue(np.array([venue]), needed)[0]))
    assert after > venue or after is Venue.EXHAUSTED
    assert after is Venue.EXHAUSTED or needed[0, after]
    assert not needed[0, venue + 1 : after].any()


@given(SHARE, st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_higher_deposit_never_keeps_more(speculative: float, one: float, other: float) -> None:
    low, high = requests_kept(np.array(sorted((one, other))), speculative, 50_000.0)
    assert 1.0 >= low >= high >= 1.0 - speculative - 1e-12
