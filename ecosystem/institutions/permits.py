"""Permits: hearings, lawsuits, moratoria and the venues where a project can be stopped."""

from enum import IntEnum

import numpy as np
from scipy.special import expit, ndtri  # pyright: ignore[reportMissingTypeStubs]

from ecosystem.units import WEEKS_PER_YEAR, ArrayLike, BoolArray, FloatArray, IntArray


class Venue(IntEnum):
    """Where a veto sits, in the order in which opponents move upstream."""

    ZONING = 0
    AIR = 1
    WATER = 2
    TRANSMISSION = 3
    STATE_LAND = 4
    EXHAUSTED = 5


ALMOST_SURE = 0.999
NEVER_SURE = 1.0 - 1e-12


class Denied(IntEnum):
    """What a developer does after a denial."""

    REDESIGN = 0
    WITHDRAW = 1
    SUE_AND_SETTLE = 2


def denial_probability(
    opposition: ArrayLike,
    support: ArrayLike,
    negotiated: ArrayLike,
    gigawatt: ArrayLike,
    *,
    deny_base: float,
    deny_opposition: float,
    deny_support: float,
    deny_negotiated: float,
    deny_gigawatt: float,
) -> FloatArray:
    r"""Return the probability that a hearing denies the permit.

    Parameters
    ----------
    opposition, support : float or ndarray, shape (n,)
        Mobilised shares of all households, in [0, 1].
    negotiated : float or ndarray, shape (n,)
        Share of a negotiated agreement in place, in [0, 1].
    gigawatt : bool or ndarray of bool, shape (n,)
        Whether the site has a gigawatt or more.
    deny_base, deny_opposition, deny_support, deny_negotiated, deny_gigawatt : float
        Log-odds of a denial, and what adds to them (opposition, gigawatt) or is taken off.

    Returns
    -------
    ndarray, shape (n,)

    Notes
    -----
    :math:`\mathrm{logit}^{-1}(b_0 + b_O O - b_S S - b_N N + b_G G)`. Calibrated, not estimated:
    the defaults give 0.12 without opposition and 0.31 at O = 0.22, the shares of decided cases that
    a tracker of United States projects had in 2026 (27 of 88 opposed, interval 0.22-0.41). That
    share of households is what is mobilised at contested hearings of a synthetic nation.
    """
    odds = (
        deny_base
        + deny_opposition * np.asarray(opposition)
        - deny_support * np.asarray(support)
        - deny_negotiated * np.asarray(negotiated)
        + deny_gigawatt * np.asarray(gigawatt)
    )
    probability: FloatArray = expit(odds)
    return probability


def hazard_of(probability: ArrayLike) -> FloatArray:
    """Return the hazard -ln(1 - p) of a probability, bounded; hazards of several venues add."""
    return -np.log1p(-np.minimum(probability, NEVER_SURE))


def base_hazard(hazard: ArrayLike, venue: int, upstream: int, zoning_share: float) -> FloatArray:
    """Return the part of a case's hazard without opposition that one venue carries.

    Parameters
    ----------
    hazard : float or ndarray
        Of a denial in any venue that the case needs.
    venue : int
        :class:`Venue` that decides.
    upstream : int
        Venues beyond zoning that the case needs.
    zoning_share : float
        Share that zoning carries where there are others, in [0, 1]; these share the rest alike.
    """
    if not upstream:
        return np.asarray(hazard)
    share = zoning_share if venue == Venue.ZONING else (1.0 - zoning_share) / upstream
    return share * np.asarray(hazard)


def campaign_hazard(
    hazard: ArrayLike, moves: int, further: bool, upstream_share: float, shift_share: float
) -> FloatArray:
    r"""Return what a campaign adds to the hazard of a denial in the venue where it fights.

    Parameters
    ----------
    hazard : float or ndarray
        What it adds over all venues together.
    moves : int
        Times that it lost and moved upstream.
    further : bool
        Whether a venue further upstream is still open.
    upstream_share : float
        Part of its force that it keeps for later where it can, in [0, 1].
    shift_share : float
        Probability that it moves on after it lost, in (0, 1].

    Notes
    -----
    Here it spends :math:`(1 - m)r` and, if it moves on, has
    :math:`r' = -\ln(1 - (1 - e^{-mr})/u)` left, so that the expected chance to pass all venues is
    :math:`e^{-r}`, however many there are: one venue or several, as many projects are denied. (So
    it is while :math:`1 - e^{-mr} < u`; beyond, a campaign that moves on prevails.)
    """
    left = np.asarray(hazard, dtype=float)
    for _ in range(moves):
        kept = -np.expm1(-upstream_share * left) / shift_share
        left = hazard_of(np.minimum(kept, ALMOST_SURE))
    return (1.0 - upstream_share) * left if further else left


def after_denial(draws: FloatArray, withdraw_share: float, settle_share: ArrayLike) -> IntArray:
    """Return what each developer does (:class:`Denied`).

    Parameters
    ----------
    draws : ndarray, shape (n,)
        Uniform draws.
    withdraw_share : float
        Share of denied sites that withdraw for good, in [0, 1].
    settle_share : float or ndarray, shape (n,)
        Share of the others who sue and settle, which grants the permit and costs trust.
    """
    settles = withdraw_share + (1.0 - withdraw_share) * np.asarray(settle_share)
    outcome = np.where(draws < settles, Denied.SUE_AND_SETTLE, Denied.REDESIGN)
    return np.where(draws < withdraw_share, Denied.WITHDRAW, outcome)


def hazard_probability(rate_per_year: ArrayLike, weeks: float) -> FloatArray:
    """Return the probability 1 - exp(-rate t) of at least one event within `weeks`."""
    return -np.expm1(-np.asarray(rate_per_year) * (weeks / WEEKS_PER_YEAR))


def stay_length_weeks(draws: FloatArray, stay_weeks: float, stay_sigma: float) -> FloatArray:
    """Return lognormal lengths of a stop by court, shape of `draws`.

    Parameters
    ----------
    draws : ndarray, shape (n,)
        Uniform draws.
    stay_weeks : float
        Median.
    stay_sigma : float
        Standard deviation of the logarithm.
    """
    score: FloatArray = ndtri(draws)
    return stay_weeks * np.exp(stay_sigma * score)


def moratorium_rate(
    organised: BoolArray,
    neighbours: ArrayLike,
    moratorium_per_year: float,
    contagion: float,
    *,
    against: ArrayLike = 0.0,
    preventive_per_year: float = 0.0,
) -> FloatArray:
    """Return moratoria per year of counties, shape (n,).

    Parameters
    ----------
    organised : ndarray of bool, shape (n,)
        Whether a campaign stands.
    neighbours : ndarray, shape (n,)
        Neighbouring counties that have a moratorium.
    moratorium_per_year : float
        Rate that a campaign adds, without such a neighbour.
    contagion : float
        Factor on the rate for each, >= 1.
    against : float or ndarray, shape (n,)
        How far mean opinion is below zero, whether or not there is a project; not below 0.
    preventive_per_year : float
        Rate per unit of that.
    """
    alone = np.where(organised, moratorium_per_year, 0.0) + preventive_per_year * np.asarray(
        against
    )
    return alone * contagion ** np.asarray(neighbours)


def next_venue(venue: IntArray, open_venues: BoolArray) -> IntArray:
    """Move opponents who lost to the next venue upstream that is still open.

    Parameters
    ----------
    venue : ndarray of int, shape (n,)
        :class:`Venue` just lost; :attr:`Venue.EXHAUSTED` stays.
    open_venues : ndarray of bool, shape (n, 5)
        Venues whose decision this project still needs.

    Returns
    -------
    ndarray of int, shape (n,)
        The first open venue above, else :attr:`Venue.EXHAUSTED`.
    """
    candidates = np.ones((len(venue), len(Venue)), dtype=bool)
    candidates[:, :-1] = open_venues & (np.arange(len(Venue) - 1) > venue[:, None])
    return candidates.argmax(axis=1)
