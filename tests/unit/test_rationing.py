"""Who gets scarce stock, against answers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecosystem.rationing import queue_place, ration, ration_stock

RULES = ("equal_share", "critical_first", "fifo")
ONE_POOL = np.zeros((3, 1), dtype=np.int64)
NEED = np.array([[4.0], [4.0], [4.0]])
FULL = np.ones(3)
NOBODY = np.zeros(1)
CRITICAL = np.array([False, True, False])
SINCE = np.array([5.0, 9.0, 2.0])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("equal_share", [0.5, 0.5, 0.5]),
        ("critical_first", [0.25, 1.0, 0.25]),
        ("fifo", [0.5, 0.0, 1.0]),
    ],
)
def test_six_of_twelve_go_where_the_rule_says(rule, expected):
    place = queue_place(rule, CRITICAL, SINCE)
    got = ration(np.array([6.0]), ONE_POOL, NEED, FULL, NOBODY, place)
    np.testing.assert_allclose(got.share, expected)
    assert got.asked == 12.0


@pytest.mark.parametrize("rule", RULES)
def test_other_builders_get_what_equal_shares_leave_them(rule):
    place = queue_place(rule, CRITICAL, SINCE)
    got = ration(np.array([8.0]), ONE_POOL, NEED, FULL, np.array([4.0]), place)
    np.testing.assert_allclose(got.level, 0.5)
    np.testing.assert_allclose((NEED[:, 0] * got.share).sum() + 4.0 * 0.5, 8.0)


@pytest.mark.parametrize("rule", RULES)
def test_who_is_slow_for_other_causes_leaves_his_part_to_the_others(rule):
    speed = np.array([0.25, 1.0, 1.0])
    place = queue_place(rule, CRITICAL, SINCE)
    got = ration(np.array([6.0]), ONE_POOL, NEED, speed, NOBODY, place)
    taken = NEED[:, 0] * np.minimum(got.share, speed)
    assert taken.sum() == pytest.approx(6.0)


def test_an_activity_goes_at_the_least_of_its_inputs_and_leaves_the_rest():
    pools = np.array([[0, 1], [0, 1]])
    need = np.array([[2.0, 2.0], [2.0, 0.0]])
    place = queue_place("critical_first", np.array([True, False]), np.zeros(2))
    got = ration(np.array([3.0, 1.0]), pools, need, np.ones(2), np.zeros(2), place)
    # the first is held to a half by pool 1, takes 1 of pool 0, and leaves 2 to the second
    np.testing.assert_allclose(got.share, [0.5, 1.0])


def test_equals_in_the_queue_are_served_as_listed():
    assert queue_place("fifo", CRITICAL, np.array([3.0, 3.0, 1.0])).tolist() == [1, 2, 0]


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            st.lists(st.floats(0, 50), min_size=2 * n, max_size=2 * n),
            st.lists(st.floats(0, 1), min_size=n, max_size=n),
            st.lists(st.booleans(), min_size=n, max_size=n),
            st.lists(st.floats(0, 30), min_size=n, max_size=n),
        )
    ),
    st.floats(0, 200),
    st.floats(0, 60),
    st.sampled_from(RULES),
    st.integers(1, 2),
)
def test_no_rule_gives_more_than_there_is(drawn, stock, others, rule, inputs):
    need, speed, critical, since = (np.array(values) for values in drawn)
    need = need.reshape(-1, 2)[:, :inputs]
    pools = np.tile(np.arange(inputs), (len(need), 1))
    place = queue_place(rule, critical, since)
    rest = np.full(inputs, others)
    got = ration(np.full(inputs, stock), pools, need, speed, rest, place)
    assert ((got.share >= 0) & (got.share <= 1)).all()
    taken = (need * np.minimum(got.share, speed)[:, None]).sum(0) + rest * got.level
    assert (taken <= stock * (1 + 1e-9) + 1e-9).all()


@pytest.mark.parametrize("rule", RULES)
def test_one_stock_alone_is_shared_as_among_several(rule):
    rng = np.random.default_rng(8)
    for count in (0, 1, 2, 9):
        for stock in (0.0, 3.0, 1e6):
            need, speed, since = rng.random((3, count)) * [[9.0], [1.0], [5.0]]
            critical = rng.random(count) < 0.5
            got = ration_stock(stock, need, speed, rule, critical, since)
            place = None if rule == "equal_share" else queue_place(rule, critical, since)
            pools = np.zeros((count, 1), dtype=np.int64)
            among = ration(np.array([stock]), pools, need[:, None], speed, NOBODY, place)
            np.testing.assert_array_equal(got, among.share)
