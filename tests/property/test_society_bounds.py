"""What must hold for opinion, thresholds and trust in every world."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecosystem.society.households import small_world
from ecosystem.society.labour import apprentice_step, start_apprentices
from ecosystem.society.mobilisation import cascade, trust_after_contact
from ecosystem.society.opinion import Influence, opinion_step

UNIT = st.floats(0.0, 1.0)


@given(UNIT, UNIT, UNIT, UNIT, UNIT, st.floats(1.0, 20.0))
def test_trust_stays_within_bounds(
    trust: float, openness: float, binding: float, breach: float, gain: float, ratio: float
) -> None:
    after = trust_after_contact(trust, openness, binding, breach, gain=gain, loss_ratio=ratio)
    assert 0.0 <= after <= 1.0


@given(UNIT, UNIT, UNIT)
def test_trust_rises_with_openness_and_falls_with_breach(
    trust: float, openness: float, breach: float
) -> None:
    def after(f: float, b: float) -> float:
        return float(trust_after_contact(trust, f, 0.0, b, gain=0.06, loss_ratio=3))

    assert after(openness, 0.0) >= trust
    assert after(0.0, breach) <= trust


@given(st.integers(0, 2**32 - 1), st.sampled_from(list(Influence)), UNIT)
def test_opinion_never_leaves_the_range_of_what_is_held(
    seed: int, influence: Influence, confidence: float
) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 15)
    opinion, anchors = rng.uniform(-1, 1, (2, *shape))
    neighbours = small_world(anchors, rng.random((8, *shape)), rng.random())
    after = opinion_step(
        opinion,
        anchors,
        rng.random(shape),
        neighbours,
        influence=influence,
        confidence=confidence,
    )
    low = np.minimum(opinion, anchors).min(axis=1, keepdims=True)
    high = np.maximum(opinion, anchors).max(axis=1, keepdims=True)
    assert (after >= low - 1e-12).all()
    assert (after <= high + 1e-12).all()


def _cascade_by_hand(willing: list[bool], threshold: list[int], weight: list[int], r: int) -> int:
    while True:
        people = zip(willing, threshold, weight, strict=True)
        after = sum(w for may, t, w in people if may and t <= r)
        if after == r:
            return r
        r = after


@given(
    st.lists(st.tuples(st.booleans(), st.integers(-2, 30), st.integers(0, 4)), min_size=1),
    st.integers(0, 40),
)
def test_cascade_is_repeated_evaluation(people: list[tuple[bool, int, int]], start: int) -> None:
    willing, threshold, weight = zip(*people, strict=True)
    found = cascade(
        np.array([willing]), np.array([threshold], float), np.array([weight], float), start
    )
    assert found[0] == _cascade_by_hand(list(willing), list(threshold), list(weight), start)


@given(arrays(float, (3, 12), elements=st.floats(-0.5, 1.2)), st.integers(0, 11))
def test_one_more_willing_household_never_shrinks_a_cascade(
    threshold: np.ndarray, one: int
) -> None:
    weight = np.full((3, 12), 1 / 12)
    willing = np.arange(12) % 2 == np.array([[0], [1], [0]])
    before = cascade(willing, threshold, weight)
    willing[:, one] = True
    assert (cascade(willing, threshold, weight) >= before).all()


@given(arrays(float, (25, 1, 4), elements=st.floats(0, 1e4)), UNIT, st.integers(1, 12))
def test_heads_are_conserved(intakes: np.ndarray, completion: float, weeks: int) -> None:
    state = start_apprentices(np.zeros((1, 4)), weeks, completion)
    left = np.zeros((1, 4))
    for intake in intakes:
        trained = apprentice_step(state, intake, completion)
        state = trained.apprentices
        left = left + trained.graduates + trained.dropouts
        assert (trained.graduates >= 0).all()
        assert (trained.dropouts >= 0).all()
        assert (state.heads >= 0).all()
    np.testing.assert_allclose(state.heads + left, intakes.sum(axis=0), rtol=1e-9, atol=1e-6)
