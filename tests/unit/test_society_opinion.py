"""Households and their opinion, against linear algebra."""

import numpy as np
import pytest

from ecosystem.numbers import Society
from ecosystem.society.households import (
    Households,
    Impact,
    build_households,
    draws_needed,
    impact_weights,
    small_world,
)
from ecosystem.society.opinion import (
    Influence,
    anchor,
    credibility,
    influence_matrix,
    opinion_fixed_point,
    opinion_step,
    perceived_impact,
    support,
)

C, H, K = 5, 60, 6
SALIENCE = np.array([0.20, 0.10, 0.18, 0.33, 0.20, 0.43])
NEUTRAL = {"near_factor": 1.0, "low_income_factor": 1.0, "trade_factor": 1.0, "owner_factor": 1.0}


def households(seed: int = 0, rewiring: float = 0.1, near_share: float = 0.1) -> Households:
    numbers = Society()
    return build_households(
        np.random.default_rng(seed).random((draws_needed(K), C, H)),
        susceptibility_a=numbers.susceptibility_a,
        susceptibility_b=numbers.susceptibility_b,
        predisposition_sd=numbers.predisposition_sd,
        activism_share=numbers.activism_share,
        threshold_mean=0.25,
        threshold_sd=0.15,
        near_share=near_share,
        trade_share=0.06,
        owner_share=0.65,
        lean=np.linspace(-0.2, 0.2, C),
        rewiring=rewiring,
    )


def test_weights_carry_the_true_share_of_near_households() -> None:
    people = households(near_share=0.07)
    np.testing.assert_allclose(people.weight.sum(axis=1), 1.0)
    np.testing.assert_allclose((people.weight * people.near).sum(axis=1), 0.07)


def test_every_cell_of_tercile_by_proximity_exists_in_every_community() -> None:
    people = households()
    cells = people.tercile * 2 + people.near
    assert all(set(row) == set(range(6)) for row in cells)


def test_traits_have_the_declared_distributions() -> None:
    numbers = Society()
    people = build_households(
        np.random.default_rng(3).random((draws_needed(K), 200, 200)),
        susceptibility_a=4,
        susceptibility_b=2,
        predisposition_sd=0.2,
        activism_share=numbers.activism_share,
        threshold_mean=0.25,
        threshold_sd=0.15,
        near_share=0.1,
        trade_share=0.06,
        owner_share=0.65,
    )
    assert people.susceptibility.mean() == pytest.approx(4 / 6, abs=0.005)
    assert people.susceptibility.var() == pytest.approx(4 * 2 / (36 * 7), abs=0.002)
    assert people.predisposition.mean() == pytest.approx(0.0, abs=0.005)
    assert people.predisposition.std() == pytest.approx(0.2, abs=0.005)
    assert people.threshold.mean() == pytest.approx(0.25, abs=0.005)
    assert people.threshold.std() == pytest.approx(0.15, abs=0.005)
    assert people.available.mean() == pytest.approx(numbers.activism_share, abs=0.01)
    assert people.trade_worker.mean() == pytest.approx(0.06, abs=0.005)
    assert people.owner.mean() == pytest.approx(0.65, abs=0.01)


def test_a_draw_of_zero_gives_finite_predisposition_and_an_instigator() -> None:
    draws = np.full((draws_needed(K), 1, 12), 0.5)
    draws[[0, 2], 0, 0] = 0.0
    people = build_households(
        draws,
        susceptibility_a=4,
        susceptibility_b=2,
        predisposition_sd=0.35,
        activism_share=0.25,
        threshold_mean=0.25,
        threshold_sd=0.15,
        near_share=0.1,
        trade_share=0.06,
        owner_share=0.65,
    )
    assert people.predisposition[0, 0] == -1.0
    assert people.threshold[0, 0] < 0.0


def test_neighbours_stay_in_the_community_and_are_never_oneself() -> None:
    people = households(rewiring=0.5)
    assert (people.neighbours // H == np.arange(C)[:, None, None]).all()
    assert (people.neighbours != np.arange(C * H).reshape(C, H, 1)).all()
    np.testing.assert_allclose(influence_matrix(people.neighbours).sum(axis=2), 1.0)


def test_ring_links_are_mutual_and_similar() -> None:
    people = households(rewiring=0.0)
    matrix = influence_matrix(people.neighbours)
    np.testing.assert_allclose(matrix, matrix.swapaxes(1, 2))
    rank = people.predisposition.argsort(axis=1).argsort(axis=1).reshape(-1)
    distance = np.abs(rank[people.neighbours] - rank.reshape(C, H, 1))
    assert distance.max() <= K  # up over even ranks and down over odd: at most twice k/2 apart


def test_full_rewiring_forgets_similarity() -> None:
    z = np.random.default_rng(1).normal(size=(C, H))
    draws = np.random.default_rng(2).random((2 * K, C, H))

    def correlation(rewiring: float) -> float:
        heard = z.reshape(-1)[small_world(z, draws, rewiring)].mean(axis=2)
        return float(np.corrcoef(z.reshape(-1), heard.reshape(-1))[0, 1])

    assert correlation(0.0) > 0.95
    assert abs(correlation(1.0)) < 0.15


def test_impact_weights_add_up_and_follow_the_marks() -> None:
    people = households()
    factors = {"near_factor": 3, "low_income_factor": 2, "trade_factor": 4, "owner_factor": 1.5}
    weights = impact_weights(people, SALIENCE, **factors)
    np.testing.assert_allclose(weights.sum(axis=2), 1.0)
    water = weights[..., Impact.WATER] / SALIENCE[Impact.WATER]
    noise = weights[..., Impact.NOISE_AIR] / SALIENCE[Impact.NOISE_AIR]
    np.testing.assert_allclose(noise / water, np.where(people.near, 3.0, 1.0))
    bills = weights[..., Impact.BILLS] / SALIENCE[Impact.BILLS]
    np.testing.assert_allclose(bills / water, np.where(people.tercile == 0, 2.0, 1.0))
    jobs = weights[..., Impact.JOBS] / SALIENCE[Impact.JOBS]
    np.testing.assert_allclose(jobs / water, np.where(people.trade_worker, 4.0, 1.0))
    land = weights[..., Impact.LAND] / SALIENCE[Impact.LAND]
    np.testing.assert_allclose(land / water, np.where(people.owner, 1.5, 1.0))


def test_credibility_is_trust_plus_bindingness_within_bounds() -> None:
    believed = credibility(np.array([0.0, 0.45, 0.9, 0.1]), np.array([0.0, 1.0, 1.0, 1.0]), 0.35)
    np.testing.assert_allclose(believed, [0.0, 0.80, 1.0, 0.45])
    assert credibility(0.1, 1.0, -0.35) == 0.0


def test_perceived_impact_runs_from_worst_case_to_promise() -> None:
    promised, worst = np.full((3, 6), 0.4), np.full((3, 6), -0.8)
    perceived = perceived_impact(promised, worst, np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(perceived[:, 0], [-0.8, -0.2, 0.4])
    by_household = perceived_impact(
        np.broadcast_to(promised[:, None], (3, 4, 6)), worst[:, None], np.array([0.0, 0.5, 1.0])
    )
    np.testing.assert_allclose(by_household[:, 2], perceived)


def test_anchor_is_the_written_sum() -> None:
    people = households()
    weights = impact_weights(people, SALIENCE, **NEUTRAL)
    perceived = np.random.default_rng(4).uniform(-1, 1, (C, 6))
    openness = np.linspace(0, 1, C)
    kwargs = {"mood": -0.24, "impact_weight": 0.5, "fairness_weight": 0.35, "shift": 0.05}
    found = anchor(people.predisposition, weights, perceived, openness, **kwargs)
    c, h = 3, 17
    by_hand = -0.24 + people.predisposition[c, h] + 0.35 * (openness[c] - 0.5) + 0.05
    by_hand += 0.5 * sum(weights[c, h, k] * perceived[c, k] for k in range(6))
    assert found[c, h] == pytest.approx(np.clip(by_hand, -1, 1))
    per_household = np.broadcast_to(perceived[:, None], (C, H, 6))
    np.testing.assert_allclose(
        anchor(people.predisposition, weights, per_household, openness, **kwargs), found
    )


def test_friedkin_johnsen_converges_to_the_linear_solve() -> None:
    people = households()
    anchors = people.predisposition
    opinion = np.zeros_like(anchors)
    for _ in range(3000):
        opinion = opinion_step(opinion, anchors, people.susceptibility, people.neighbours)
    fixed = opinion_fixed_point(anchors, people.susceptibility, people.neighbours)
    np.testing.assert_allclose(opinion, fixed, atol=1e-9)


def test_the_fixed_point_solves_the_published_equation() -> None:
    people = households()
    x = opinion_fixed_point(people.predisposition, people.susceptibility, people.neighbours)
    c = 2
    lam, w = np.diag(people.susceptibility[c]), influence_matrix(people.neighbours)[c]
    again = lam @ w @ x[c] + (np.eye(H) - lam) @ people.predisposition[c]
    np.testing.assert_allclose(again, x[c], atol=1e-12)


def test_susceptibility_zero_is_the_anchor_at_once() -> None:
    people = households()
    x = opinion_step(np.ones((C, H)), people.predisposition, np.zeros((C, H)), people.neighbours)
    np.testing.assert_array_equal(x, people.predisposition)


def test_susceptibility_one_is_degroot_and_reaches_its_consensus() -> None:
    people = households(rewiring=0.2)
    start = np.random.default_rng(5).uniform(-1, 1, (C, H))
    anchors = np.zeros((C, H))
    johnsen = degroot = start
    for _ in range(600):
        johnsen = opinion_step(johnsen, anchors, np.ones((C, H)), people.neighbours)
        degroot = opinion_step(
            degroot, anchors, people.susceptibility, people.neighbours, influence=Influence.DEGROOT
        )
    np.testing.assert_allclose(johnsen, degroot, atol=1e-12)
    # The consensus is the start weighted by the left eigenvector of W for eigenvalue 1.
    for c, matrix in enumerate(influence_matrix(people.neighbours)):
        values, vectors = np.linalg.eig(matrix.T)
        power = np.real(vectors[:, np.argmin(np.abs(values - 1.0))])
        np.testing.assert_allclose(degroot[c], power @ start[c] / power.sum(), atol=1e-8)


def test_bounded_confidence_hears_nobody_or_everybody_at_the_extremes() -> None:
    people = households()
    start = np.random.default_rng(6).uniform(-1, 1, (C, H))
    ones = np.ones((C, H))
    deaf, open_minded = (
        opinion_step(
            start,
            people.predisposition,
            ones,
            people.neighbours,
            influence=Influence.BOUNDED_CONFIDENCE,
            confidence=confidence,
        )
        for confidence in (0.0, 2.0)
    )
    np.testing.assert_allclose(deaf, start)
    heard = start.reshape(-1)[people.neighbours].sum(axis=2)
    np.testing.assert_allclose(open_minded, (start + heard) / (1 + K))


def test_bounded_confidence_keeps_two_distant_camps_apart() -> None:
    people = households(rewiring=0.3)
    opinion = np.where(people.predisposition > 0, 0.6, -0.6)
    for _ in range(50):
        opinion = opinion_step(
            opinion,
            opinion,
            np.ones((C, H)),
            people.neighbours,
            influence=Influence.BOUNDED_CONFIDENCE,
            confidence=0.5,
        )
    np.testing.assert_allclose(np.abs(opinion), 0.6)


def test_support_is_the_weighted_mean() -> None:
    opinion = np.array([[1.0, -1.0], [0.5, 0.5]])
    weight = np.array([[0.75, 0.25], [0.4, 0.6]])
    np.testing.assert_allclose(support(opinion, weight), [0.5, 0.5])
