"""Common random numbers: who asks, and in which order, changes nothing."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecosystem.streams import Streams

SEED = st.integers(0, 2**40)
EVENT = st.integers(0, 1_000)
SLOTS = st.integers(1, 200)
STREAM = st.text(min_size=1, max_size=12)


@given(SEED, STREAM, EVENT, SLOTS, st.data())
def test_a_draw_is_a_function_of_its_key(
    seed: int, stream: str, event: int, slots: int, data: st.DataObject
) -> None:
    slot = data.draw(st.integers(0, slots - 1))
    assert Streams(seed).one(stream, event, slot) == Streams(seed).rows(stream, event, slots)[slot]


@given(SEED, EVENT, SLOTS, SLOTS)
def test_newcomers_disturb_nobody(seed: int, event: int, slots: int, newcomers: int) -> None:
    streams = Streams(seed)
    before = streams.rows("hearing", event, slots).copy()
    after = streams.rows("hearing", event, slots + newcomers)
    np.testing.assert_array_equal(after[:slots], before)


@given(SEED, st.lists(st.tuples(st.sampled_from("abc"), EVENT, SLOTS), min_size=1), st.randoms())
def test_order_of_asking_does_not_matter(
    seed: int, asked: list[tuple[str, int, int]], random: Random
) -> None:
    shuffled = list(asked)
    random.shuffle(shuffled)
    first, second = Streams(seed), Streams(seed)
    drawn = {key: first.rows(*key).copy() for key in asked}
    for key in shuffled:
        np.testing.assert_array_equal(second.rows(*key), drawn[key])


@given(SEED, STREAM, STREAM, EVENT)
def test_streams_differ(seed: int, one: str, other: str, event: int) -> None:
    streams = Streams(seed)
    same = np.array_equal(streams.rows(one, event, 8), streams.rows(other, event, 8))
    assert same == (one == other)


@given(SEED, EVENT, EVENT)
def test_events_differ(seed: int, one: int, other: int) -> None:
    streams = Streams(seed)
    same = np.array_equal(streams.rows("storm", one, 8), streams.rows("storm", other, 8))
    assert same == (one == other)
