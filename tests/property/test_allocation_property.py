"""What must hold however output is shared out among customers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecosystem.institutions.backlog import allocate, ramp

AMOUNT = st.floats(0.0, 1e4)
CUSTOMERS = st.lists(st.tuples(AMOUNT, st.floats(0.05, 20.0)), min_size=1, max_size=6)


@given(capacity=AMOUNT, customers=CUSTOMERS)
def test_output_is_conserved_and_nobody_gets_more_than_asked(capacity, customers) -> None:
    orders, priority = map(list, zip(*customers, strict=True))
    given_out = allocate(capacity, orders, priority)
    assert sum(given_out) == pytest.approx(min(capacity, sum(orders)), rel=1e-9, abs=1e-6)
    for got, order in zip(given_out, orders, strict=True):
        assert -1e-9 <= got <= order * (1 + 1e-12) + 1e-9


@given(capacity=AMOUNT, customers=CUSTOMERS)
def test_who_is_not_served_gets_in_proportion_to_order_times_priority(capacity, customers) -> None:
    orders, priority = map(np.array, zip(*customers, strict=True))
    got = np.array(allocate(capacity, list(orders), list(priority)))
    short = (got < orders * (1 - 1e-6)) & (orders * priority > 1e-6)
    if short.sum() > 1:
        rate = got[short] / (orders * priority)[short]
        assert rate == pytest.approx(rate[0], rel=1e-6, abs=1e-9)
        # and whoever is served in full would have had no less at that rate
        full = ~short & (orders > 1e-6)
        assert (priority[full] * rate[0] >= 1 - 1e-6).all()


@given(capacity=AMOUNT, customers=CUSTOMERS, more=st.floats(1.0, 10.0))
def test_more_priority_or_a_larger_order_never_gets_less(capacity, customers, more) -> None:
    orders, priority = map(list, zip(*customers, strict=True))
    before = allocate(capacity, orders, priority)[0]
    preferred = allocate(capacity, orders, [priority[0] * more, *priority[1:]])[0]
    larger = allocate(capacity, [orders[0] * more, *orders[1:]], priority)[0]
    assert preferred >= before - 1e-6
    assert larger >= before - 1e-6


@given(weeks=st.floats(0.0, 1e3), length=st.floats(1.0, 100.0), start=st.floats(0.0, 1.0))
def test_a_ramp_rises_from_its_start_to_full_output(weeks, length, start) -> None:
    assert start - 1e-9 <= float(ramp(weeks, length, start)) <= 1 + 1e-9
    assert float(ramp(0.0, length, start)) == pytest.approx(start)
    assert float(ramp(length, length, start)) == pytest.approx(1.0)
