import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecosystem.partnerships import Edge, Partnerships, hhi

SIZE, WEEKS = 6, 5
counts = arrays(float, (WEEKS, SIZE), elements=st.floats(0, 50))
priors = st.lists(st.tuples(st.floats(0.1, 20), st.floats(0.1, 20)), min_size=SIZE, max_size=SIZE)


def build(order: list[int], prior: list[tuple[float, float]], prefix: str = "") -> Partnerships:
    edges = [
        Edge(prefix + "lab", f"{prefix}{i % 3}", "contract", {"mw": float(i)}, prior[i])
        for i in order
    ]
    return Partnerships.of(edges, 104, 2.0)


def live(ties: Partnerships, kept: np.ndarray, missed: np.ndarray) -> Partnerships:
    for good, bad in zip(kept, missed, strict=True):
        ties = ties.after(good, bad)
    return ties


@given(priors, counts, counts)
def test_strengths_stay_between_zero_and_one(
    prior: list[tuple[float, float]], kept: np.ndarray, missed: np.ndarray
) -> None:
    strength = live(build([*range(SIZE)], prior), kept, missed).all_strengths
    assert ((strength > 0) & (strength < 1)).all()


@given(priors, counts, counts)
def test_keeping_more_never_weakens_and_missing_more_never_strengthens(
    prior: list[tuple[float, float]], kept: np.ndarray, missed: np.ndarray
) -> None:
    ties = build([*range(SIZE)], prior)
    base = live(ties, kept, missed).all_strengths
    assert (live(ties, kept + 1, missed).all_strengths >= base - 1e-12).all()
    assert (live(ties, kept, missed + 1).all_strengths <= base + 1e-12).all()


@given(priors, counts, counts, st.permutations(range(SIZE)))
def test_names_and_order_of_edges_do_not_matter(
    prior: list[tuple[float, float]], kept: np.ndarray, missed: np.ndarray, order: list[int]
) -> None:
    base = live(build([*range(SIZE)], prior), kept, missed)
    other = live(build(order, prior, "new:"), kept[:, order], missed[:, order])
    np.testing.assert_array_equal(other.all_strengths, base.all_strengths[order])
    mean = base.mean_strength("lab", "contract")
    np.testing.assert_allclose(other.mean_strength("new:lab", "contract"), mean)


@given(arrays(float, st.integers(1, 12), elements=st.floats(0.01, 1e6)), st.floats(0.01, 100))
def test_concentration_has_its_bounds_and_no_unit(held: np.ndarray, factor: float) -> None:
    index = hhi(held)
    assert 1 / held.size - 1e-9 <= index <= 1 + 1e-9
    np.testing.assert_allclose(hhi(held * factor), index)
