"""Household archetypes of host communities and who talks to whom."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from scipy.special import betaincinv, ndtri  # pyright: ignore[reportMissingTypeStubs]

from ecosystem.units import ArrayLike, BoolArray, FloatArray, IntArray

TRAIT_DRAWS = 6
TERCILES = 3
NEAR_EVERY = 3
"""Every third archetype lives near the site, so that a small group is still seen in detail."""


class Impact(IntEnum):
    """What a site changes for a household; the order of every impact array."""

    JOBS = 0
    TAXES = 1
    BILLS = 2
    WATER = 3
    NOISE_AIR = 4
    LAND = 5


@dataclass(frozen=True)
class Households:
    """Archetypes of C communities, H each.

    Attributes
    ----------
    weight : ndarray, shape (C, H)
        Share of the community's households, adds up to 1 in each community.
    predisposition, susceptibility, threshold : ndarray, shape (C, H)
        Standing opinion z in [-1, 1]; weight of others' opinion in [0, 1]; mobilised share of its
        group that a household wants to see before it joins (below 0: an instigator).
    available, near, trade_worker, owner : ndarray of bool, shape (C, H)
        Would join a campaign at all; lives next to the site; works in a building trade; owns.
    tercile : ndarray of int, shape (C, H)
        Income, 0 low to 2 high.
    neighbours : ndarray of int, shape (C, H, k)
        Whom a household listens to with weight 1/k each, as positions in the flattened (C*H,)
        array of all households. A household named twice counts twice.
    """

    weight: FloatArray
    predisposition: FloatArray
    susceptibility: FloatArray
    threshold: FloatArray
    available: BoolArray
    near: BoolArray
    trade_worker: BoolArray
    owner: BoolArray
    tercile: IntArray
    neighbours: IntArray

    @cached_property
    def supporters(self) -> BoolArray:
        """Who may campaign for a site: those available, and the building trades."""
        return self.available | self.trade_worker

    @cached_property
    def joins_against(self) -> FloatArray:
        """Opposing share of all households at which each one joins, shape (C, H)."""
        able = (self.weight * self.available).sum(axis=1, keepdims=True)
        return self.threshold * able

    @cached_property
    def joins_for(self) -> FloatArray:
        """Supporting share at which each one joins; building trades wait for nobody."""
        able = (self.weight * self.supporters).sum(axis=1, keepdims=True)
        return np.where(self.trade_worker, 0.0, self.threshold) * able


def draws_needed(neighbours: int) -> int:
    """Return the number of uniform draws per household that :func:`build_households` takes."""
    return TRAIT_DRAWS + 2 * neighbours


def build_households(
    draws: FloatArray,
    *,
    susceptibility_a: float,
    susceptibility_b: float,
    predisposition_sd: float,
    activism_share: float,
    threshold_mean: float,
    threshold_sd: float,
    near_share: ArrayLike,
    trade_share: ArrayLike,
    owner_share: ArrayLike,
    lean: ArrayLike = 0.0,
    rewiring: float = 0.1,
) -> Households:
    """Build the archetypes of all communities from draws.

    Parameters
    ----------
    draws : ndarray, shape (6 + 2k, C, H)
        Uniform draws; k, the even number of neighbours, follows from the first length.
    susceptibility_a, susceptibility_b : float
        Shapes of the Beta distribution of susceptibility.
    predisposition_sd : float
        Spread of the normal predisposition within a community.
    activism_share : float
        Share of households available for a campaign.
    threshold_mean, threshold_sd : float
        Normal thresholds, as shares of those available (Granovetter 1978 has a mean of 0.25).
    near_share, trade_share, owner_share : float or ndarray, shape (C,)
        Shares of households near the site, in building trades, owning their home.
    lean : float or ndarray, shape (C,)
        Standing opinion of the community as a whole, added to every predisposition.
    rewiring : float
        Share of links that lead to a random household of the community instead of a similar one.

    Returns
    -------
    Households

    Notes
    -----
    Income tercile and proximity are strata laid over the archetypes, not drawn: every cell of the
    tercile by proximity table exists in every community, and weights carry the true shares.
    """
    _, communities, size = draws.shape

    def per_community(value: ArrayLike) -> FloatArray:
        return np.broadcast_to(np.asarray(value, dtype=float), (communities,))[:, None]

    shape = (communities, size)
    order = np.arange(size, dtype=np.int64)
    near = order % NEAR_EVERY == 0
    share = per_community(near_share)
    z, susceptibility, threshold, available, trade, owner = draws[:TRAIT_DRAWS]
    predisposition = np.clip(per_community(lean) + predisposition_sd * ndtri(z), -1.0, 1.0)
    near_count = int(np.count_nonzero(near))
    return Households(
        weight=np.where(near, share / near_count, (1.0 - share) / (size - near_count)),
        predisposition=predisposition,
        susceptibility=betaincinv(susceptibility_a, susceptibility_b, susceptibility),
        threshold=threshold_mean + threshold_sd * ndtri(threshold),
        available=available < activism_share,
        near=np.broadcast_to(near, shape),
        trade_worker=trade < per_community(trade_share),
        owner=owner < per_community(owner_share),
        tercile=np.broadcast_to((order // NEAR_EVERY) % TERCILES, shape),
        neighbours=small_world(predisposition, draws[TRAIT_DRAWS:], rewiring),
    )


def small_world(predisposition: FloatArray, draws: FloatArray, rewiring: float) -> IntArray:
    """Link every household to k others, mostly of similar predisposition.

    Parameters
    ----------
    predisposition : ndarray, shape (C, H)
        What similarity is judged by.
    draws : ndarray, shape (2k, C, H)
        Uniform draws: whether a link is rewired, then where to.
    rewiring : float
        Probability that a link leads to a random other household.

    Returns
    -------
    ndarray of int, shape (C, H, k)
        Positions in the flattened array of all households.

    Notes
    -----
    A ring lattice with rewired links [1]_. The ring is ordered by predisposition: up over the even
    ranks and down over the odd ones, so that the two extremes are not neighbours.

    References
    ----------
    .. [1] D. J. Watts and S. H. Strogatz, Nature 393, 1998. doi:10.1038/30918
    """
    communities, size = predisposition.shape
    half = len(draws) // 4
    seat = np.arange(size, dtype=np.int64)
    rank_order = np.argsort(predisposition, axis=1, kind="stable")
    ring = np.concatenate([seat[0::2], seat[1::2][::-1]])
    member = rank_order[:, ring]
    ahead = 1 + seat[:half]
    seats = (seat[:, None] + np.concatenate([ahead, -ahead])) % size
    similar = np.empty((communities, size, 2 * half), dtype=np.int64)
    np.put_along_axis(similar, member[:, :, None], member[:, seats], axis=1)
    rewired, target = np.moveaxis(draws.reshape(2, 2 * half, communities, size), 1, -1)
    jump = 1 + np.floor(target * (size - 1)).astype(np.int64)
    other = (seat[:, None] + jump) % size
    chosen = np.where(rewired < rewiring, other, similar)
    offset = size * np.arange(communities, dtype=np.int64)
    return chosen + offset[:, None, None]


def impact_weights(
    households: Households,
    salience: FloatArray,
    *,
    near_factor: float,
    low_income_factor: float,
    trade_factor: float,
    owner_factor: float,
) -> FloatArray:
    """Return how much each impact counts for each household.

    Parameters
    ----------
    households : Households
        C communities of H archetypes.
    salience : ndarray, shape (6,)
        Relative weight of each :class:`Impact` for a household without any of the marks below.
    near_factor, low_income_factor, trade_factor, owner_factor : float
        Factors >= 0 on noise and air (near the site), bills (lowest tercile), jobs (building
        trades), and land and taxes (owners).

    Returns
    -------
    ndarray, shape (C, H, 6)
        Weights that add up to 1 for every household.
    """
    weights = np.tile(np.asarray(salience, dtype=float), (*households.weight.shape, 1))
    weights[..., Impact.NOISE_AIR] *= np.where(households.near, near_factor, 1.0)
    weights[..., Impact.BILLS] *= np.where(households.tercile == 0, low_income_factor, 1.0)
    weights[..., Impact.JOBS] *= np.where(households.trade_worker, trade_factor, 1.0)
    owner = np.where(households.owner, owner_factor, 1.0)
    weights[..., Impact.LAND] *= owner
    weights[..., Impact.TAXES] *= owner
    return weights / weights.sum(axis=-1, keepdims=True)
