"""Who acts on an opinion: thresholds, campaigns, licence and trust."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ecosystem.society.households import Households
from ecosystem.units import ONE, ZERO, ArrayLike, BoolArray, FloatArray, IntArray


class Licence(IntEnum):
    """Levels of the social licence to operate."""

    WITHHELD = 0
    ACCEPTED = 1
    APPROVED = 2
    IDENTIFIED = 3


def heard_by(pairs: IntArray, weight: FloatArray, size: int) -> FloatArray:
    """Return what each community hears of the others, shape (C, C); rows add up to 1 or 0.

    Parameters
    ----------
    pairs : ndarray of int, shape (n, 2)
        Edges between communities, each once; both hear of one another.
    weight : ndarray, shape (n,)
        How much an edge counts, >= 0.
    size : int
        Communities C.
    """
    table = np.zeros((size, size))
    one, other = pairs.T
    np.add.at(table, (one, other), weight)
    np.add.at(table, (other, one), weight)
    return table / np.maximum(table.sum(axis=1, keepdims=True), 1e-12)


class Mobilised(NamedTuple):
    """Shares of all households of each community that act, shape (C,) each."""

    opposing: FloatArray
    supporting: FloatArray


def cascade(
    willing: BoolArray, threshold: FloatArray, weight: FloatArray, start: ArrayLike = 0.0
) -> FloatArray:
    """Return the share at which threshold behaviour rests.

    Parameters
    ----------
    willing : ndarray of bool, shape (C, H)
        Who may join at all.
    threshold, weight : ndarray, shape (C, H)
        A household joins once the mobilised share has reached its threshold; both in the same
        unit of share.
    start : float or ndarray, shape (C,)
        Share mobilised now. The result is the fixed point that repeated evaluation reaches from
        there: the next one up, or the next one down when those who act now no longer hold.

    Returns
    -------
    ndarray, shape (C,)
        Mobilised share, at most the weight of the willing.

    Notes
    -----
    Granovetter's r <- F(r) until nothing changes [1]_. It ends: after the first evaluation every
    community only gains or only loses members, of whom there are H.

    References
    ----------
    .. [1] M. Granovetter, Am. J. Sociol. 83(6), 1978. doi:10.1086/226707
    """
    joining = weight * willing.astype(float)
    before = np.asarray(start, dtype=float)
    share = np.add.reduce(joining * (threshold <= before[..., None]).astype(float), axis=1)
    moving = (share != before).nonzero()[0]  # few are, after the first evaluation
    joining, threshold = joining[moving], threshold[moving]
    while moving.size:
        before = share[moving]
        joined = joining * (threshold <= before[:, None]).astype(float)
        share[moving] = after = np.add.reduce(joined, axis=1)
        still = (after != before).nonzero()[0]
        if 2 * still.size <= moving.size:  # to go on with those at rest is quicker than to pick
            moving, joining, threshold = moving[still], joining[still], threshold[still]
    return share


def mobilise(
    households: Households,
    opinion: FloatArray,
    current: Mobilised,
    *,
    opinion_to_act: float,
    example: FloatArray | None = None,
) -> Mobilised:
    """Let opponents and supporters join or leave.

    Parameters
    ----------
    households : Households
        C communities of H archetypes.
    opinion : ndarray, shape (C, H)
        Opinion in [-1, 1].
    current : Mobilised
        Shares mobilised now, which is what newcomers look at.
    opinion_to_act : float
        Strength of opinion, in [0, 1], beyond which a household may act.
    example : ndarray, shape (C,), optional
        Opposing share elsewhere that counts as if it were here: what others do lowers what a
        household wants to see at home before it joins.

    Returns
    -------
    Mobilised
        Shares of all households.

    Notes
    -----
    Both sides follow thresholds, taken as shares of those who could join that side. Building
    trades are organised already: their members support without waiting for others.
    """
    opposing = cascade(
        households.available & (opinion < -opinion_to_act),
        households.joins_against
        if example is None
        else households.joins_against - example[:, None],
        households.weight,
        current.opposing,
    )
    supporting = cascade(
        households.supporters & (opinion > opinion_to_act),
        households.joins_for,
        households.weight,
        current.supporting,
    )
    return Mobilised(opposing, supporting)


def organised(
    was_organised: BoolArray, opposing: FloatArray, organise_on: float, organise_off: float
) -> BoolArray:
    """Return whether a campaign stands: it forms at `organise_on`, dissolves below `organise_off`.

    Parameters
    ----------
    was_organised : ndarray of bool, shape (C,)
        State before.
    opposing : ndarray, shape (C,)
        Mobilised opposing share.
    organise_on, organise_off : float
        Shares, the second not above the first.
    """
    return (opposing >= organise_on) | (was_organised & (opposing >= organise_off))


def licence_level(
    support: FloatArray,
    trust: FloatArray,
    bounds: tuple[float, float, float] = (-0.25, 0.25, 0.75),
) -> IntArray:
    """Return the :class:`Licence` that a community gives.

    Parameters
    ----------
    support : ndarray, shape (C,)
        Mean opinion in [-1, 1].
    trust : ndarray, shape (C,)
        Trust in [0, 1].
    bounds : tuple of float
        Lower ends of accepted, approved and identified, on the scale of opinion.

    Returns
    -------
    ndarray of int, shape (C,)
        A level is reached when both support and centred trust (2T - 1) reach its bound.

    Notes
    -----
    The pyramid of Thomson and Boutilier [1]_ has boundaries of legitimacy, credibility and trust;
    the bounds are assumptions (2.5, 3.5 and 4.5 on a five-point scale). For display: nothing in
    the model depends on the level.

    References
    ----------
    .. [1] I. Thomson and R. G. Boutilier, in SME Mining Engineering Handbook, 3rd ed., 2011.
    """
    reached: IntArray = np.searchsorted(
        bounds, np.minimum(support, 2.0 * trust - 1.0), side="right"
    )
    return reached


def trust_after_contact(
    trust: ArrayLike,
    openness: ArrayLike,
    binding: ArrayLike,
    breach: ArrayLike,
    *,
    gain: float,
    loss_ratio: float,
) -> FloatArray:
    r"""Return trust after one contact event (a hearing, a report, a kept or broken promise).

    Parameters
    ----------
    trust : float or ndarray, shape (C,)
        Trust in [0, 1].
    openness, binding, breach : float or ndarray, broadcast against `trust`
        Openness of the contact, bindingness of the agreement, severity of a breach, in [0, 1].
    gain : float
        Gain of a fully open contact.
    loss_ratio : float
        Loss by a full breach over that gain, 2-5: trust is lost faster than won [1]_.

    Returns
    -------
    ndarray, shape (C,)
        Trust in [0, 1].

    Notes
    -----
    :math:`\Delta T = g F (1 + B)(1 - T) - g r b T`.

    References
    ----------
    .. [1] P. Slovic, Risk Analysis 13(6), 1993. doi:10.1111/j.1539-6924.1993.tb01329.x
    """
    t = np.asarray(trust, dtype=float)
    won = gain * np.asarray(openness) * (1.0 + np.asarray(binding)) * (1.0 - t)
    lost = gain * loss_ratio * np.asarray(breach) * t
    return np.minimum(np.maximum(t + won - lost, ZERO), ONE)


def cash_effect(trust: ArrayLike, value: ArrayLike) -> FloatArray:
    """Return what one-sided cash does to opinion: `value` (2T - 1), negative below trust 1/2.

    Parameters
    ----------
    trust : float or ndarray, shape (C,)
        Trust in [0, 1].
    value : float or ndarray, broadcast against `trust`
        Effect at full trust, on the scale of opinion.

    Notes
    -----
    Money from a distrusted sponsor reads as a bribe and crowds out willingness [1]_. Cash that the
    community negotiated keeps its sign and does not pass through here.

    References
    ----------
    .. [1] B. S. Frey and F. Oberholzer-Gee, Am. Econ. Rev. 87(4), 1997.
    """
    return np.asarray(value) * (2.0 * np.asarray(trust, dtype=float) - 1.0)
