"""Household opinion: perceived impacts, anchors and social influence."""

from enum import StrEnum

import numpy as np

from ecosystem.units import ONE, ZERO, ArrayLike, FloatArray, IntArray


class Influence(StrEnum):
    """How households take others' opinion into account."""

    FRIEDKIN_JOHNSEN = "friedkin_johnsen"
    DEGROOT = "degroot"
    BOUNDED_CONFIDENCE = "bounded_confidence"
    NONE = "none"


def credibility(trust: ArrayLike, binding: ArrayLike, binding_credibility: float) -> FloatArray:
    """Return how far a promise is believed, in [0, 1].

    Parameters
    ----------
    trust : float or ndarray, shape (...,)
        Trust in the developer, in [0, 1].
    binding : float or ndarray, broadcast against `trust`
        Share of the promises under a binding agreement, in [0, 1].
    binding_credibility : float
        Credibility that a fully binding agreement adds; may be negative in a null world.
    """
    believed = np.asarray(trust) + binding_credibility * np.asarray(binding)
    return np.minimum(np.maximum(believed, ZERO), ONE)


def perceived_impact(
    promised: FloatArray, worst_case: FloatArray, believed: FloatArray
) -> FloatArray:
    """Mix what is promised with what is feared, by credibility.

    Parameters
    ----------
    promised, worst_case : ndarray, shape (C, 6) or (C, H, 6)
        Impact in [-1, 1], negative is harm; once a site runs, its actual impact stands in for
        the promise.
    believed : ndarray, shape (C,)
        Credibility from :func:`credibility`.

    Returns
    -------
    ndarray, shape of `promised`
        Perceived impact in [-1, 1].
    """
    share = believed.reshape(-1, *([1] * (promised.ndim - 1)))
    return worst_case + share * (promised - worst_case)


def anchor(
    predisposition: FloatArray,
    weights: FloatArray,
    perceived: FloatArray,
    openness: ArrayLike,
    *,
    mood: float,
    impact_weight: float,
    fairness_weight: float,
    shift: ArrayLike = 0.0,
) -> FloatArray:
    """Return the opinion that a household would hold on its own.

    Parameters
    ----------
    predisposition : ndarray, shape (C, H)
        Standing opinion z.
    weights : ndarray, shape (C, H, 6)
        Weight of each impact, adding up to 1.
    perceived : ndarray, shape (C, 6) or (C, H, 6)
        Perceived impacts.
    openness : float or ndarray, shape (C,)
        Openness of the process F, in [0, 1]; 1/2 is neutral.
    mood : float
        National net support in [-1, 1].
    impact_weight, fairness_weight : float
        Weights of impacts and of the process.
    shift : float or ndarray, shape (C,)
        Anything that moves the whole community, e.g. :func:`~.mobilisation.cash_effect`.

    Returns
    -------
    ndarray, shape (C, H)
        Anchor in [-1, 1].
    """
    if perceived.ndim == weights.ndim - 1:
        impact = np.matmul(weights, perceived[:, :, None])[..., 0]
    else:
        impact = np.einsum("chk,chk->ch", weights, perceived)
    common = mood + fairness_weight * (np.asarray(openness) - 0.5) + np.asarray(shift)
    impact *= impact_weight
    impact += predisposition
    impact += common.reshape(-1, 1)
    return np.minimum(np.maximum(impact, -ONE, out=impact), ONE, out=impact)


def opinion_step(
    opinion: FloatArray,
    anchors: FloatArray,
    susceptibility: FloatArray,
    neighbours: IntArray,
    *,
    influence: Influence = Influence.FRIEDKIN_JOHNSEN,
    confidence: float = 0.5,
) -> FloatArray:
    r"""Let every household hear its neighbours once.

    Parameters
    ----------
    opinion, anchors, susceptibility : ndarray, shape (C, H)
        Opinion x and anchor a in [-1, 1]; susceptibility :math:`\lambda` in [0, 1].
    neighbours : ndarray of int, shape (C, H, k)
        As in :class:`~.households.Households`.
    influence : Influence
        The rule. DeGroot is the case of susceptibility 1, deaf to anchors. Under bounded
        confidence a household hears itself and those within `confidence` of its own opinion;
        under none, the null, nobody: opinion is its anchor.
    confidence : float
        Largest difference of opinion that is still heard.

    Returns
    -------
    ndarray, shape (C, H)
        New opinion in [-1, 1].

    Notes
    -----
    :math:`x \leftarrow \lambda \circ (W x) + (1 - \lambda) \circ a` [1]_, W row-stochastic.

    References
    ----------
    .. [1] N. E. Friedkin and E. C. Johnsen, J. Math. Sociol. 15, 1990.
       doi:10.1080/0022250X.1990.9990069
    """
    if influence is Influence.NONE:
        return anchors
    heard = opinion.reshape(-1).take(neighbours)
    if influence is Influence.BOUNDED_CONFIDENCE:
        difference = heard - opinion[..., None]
        near = np.abs(difference) <= confidence
        difference *= near
        social = opinion + np.einsum("chk->ch", difference) / (1 + np.count_nonzero(near, axis=-1))
    else:
        social = np.einsum("chk->ch", heard) / neighbours.shape[-1]
    if influence is Influence.DEGROOT:
        return social
    return anchors + susceptibility * (social - anchors)


def influence_matrix(neighbours: IntArray) -> FloatArray:
    """Return the row-stochastic W of every community, shape (C, H, H)."""
    communities, size, k = neighbours.shape
    matrix = np.zeros((communities, size, size))
    offset = size * np.arange(communities, dtype=np.int64)
    column = neighbours - offset[:, None, None]
    community, row = np.ogrid[:communities, :size]
    np.add.at(matrix, (community[..., None], row[..., None], column), 1.0 / k)
    return matrix


def opinion_fixed_point(
    anchors: FloatArray, susceptibility: FloatArray, neighbours: IntArray
) -> FloatArray:
    r"""Return the opinion at which Friedkin-Johnsen influence rests, shape (C, H).

    Solves :math:`(I - \Lambda W) x = (I - \Lambda) a` per community; needs a susceptibility below
    1 in every closed group of households.
    """
    system = np.eye(anchors.shape[1]) - susceptibility[..., None] * influence_matrix(neighbours)
    return np.linalg.solve(system, ((1.0 - susceptibility) * anchors)[..., None])[..., 0]


def support(opinion: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the weighted mean opinion of each community, shape (C,)."""
    return np.einsum("ch,ch->c", opinion, weight)
