import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecosystem.ledger import ACCOUNTS, PURPOSES, Ledger

amounts = st.floats(0, 1e15)
postings = st.tuples(
    st.sampled_from(sorted(PURPOSES)),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(ACCOUNTS),
    amounts,
)


@given(st.lists(postings, max_size=60), st.integers(1, 7))
def test_balances_net_to_zero_and_follow_the_postings(
    booked: list[tuple[str, str, str, float]], every: int
) -> None:
    ledger, net, wrong = Ledger("0"), dict.fromkeys(ACCOUNTS, 0.0), 0
    for number, (purpose, payer, payee, amount) in enumerate(booked):
        if number % every == 0:
            ledger.begin(str(number))
        ledger.post(purpose, payer, payee, amount)
        wrong += payer == payee
        if payer != payee:
            net[payer] -= amount
            net[payee] += amount
    gross = math.fsum(amount for *_, amount in booked)
    balance = ledger.balance()
    assert abs(math.fsum(balance.values())) <= 1e-9 * gross
    for account, amount in net.items():
        assert abs(balance[account] - amount) <= 1e-9 * gross
    assert len(ledger.check()) == wrong


@given(
    st.lists(arrays(float, (3, 3, 2), elements=st.floats(-1e9, 1e9)), min_size=1, max_size=8),
    st.sampled_from(["lab", "local_government"]),
)
def test_details_always_sum_to_their_account(given_each: list[np.ndarray], payer: str) -> None:
    ledger = Ledger(details={"households": (3, 3, 2), "local_government": (3,)})
    for each in given_each:
        ledger.post_each("services", payer, "households", each)
    assert ledger.check() == []
    np.testing.assert_allclose(ledger.detail("households"), np.sum(given_each, axis=0), atol=1e-6)


@given(st.lists(st.tuples(amounts, amounts), max_size=30))
def test_a_book_fed_from_both_sides_closes(parts: list[tuple[float, float]]) -> None:
    ledger = Ledger()
    for consumed, returned in parts:
        ledger.record("water", "withdrawn", consumed + returned)
        ledger.record("water", "consumed", consumed)
        ledger.record("water", "returned", returned)
    assert ledger.check() == []
