"""Craft labour: pools of R regions by 4 crafts, wages, travellers, apprentices, rationing."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ecosystem.units import ONE, ZERO, ArrayLike, FloatArray, IntArray, ones


class Craft(IntEnum):
    """The order of every craft axis."""

    ELECTRICAL = 0
    MECHANICAL = 1
    CIVIL = 2
    COMMISSIONING = 3


@dataclass(frozen=True, slots=True)
class Apprentices:
    """Apprentices in training, by region and craft.

    Attributes
    ----------
    entered : ndarray, shape (A, R, 4)
        Heads that entered in each of the last A weeks, a ring buffer; A is the length of the
        apprenticeship.
    oldest : int
        Row of the class that graduates next, which the next intake replaces.
    heads : ndarray, shape (R, 4)
        Heads in training.
    head_weeks : ndarray, shape (R, 4)
        Weeks that those in training have behind them, added up.
    """

    entered: FloatArray
    oldest: int
    heads: FloatArray
    head_weeks: FloatArray


class Training(NamedTuple):
    """One week of training: the new state and who left it, shape (R, 4) each."""

    apprentices: Apprentices
    graduates: FloatArray
    dropouts: FloatArray


def start_apprentices(intake_per_week: FloatArray, weeks: int, completion: float) -> Apprentices:
    """Return the steady state of a constant intake; an intake of 0 gives an empty school.

    Parameters
    ----------
    intake_per_week : ndarray, shape (R, 4)
        Heads that entered in every past week.
    weeks : int
        Length A of the apprenticeship.
    completion : float
        Share of an intake that completes, in [0, 1].
    """
    age = np.arange(weeks)
    left = completion ** (age / weeks)
    return Apprentices(
        entered=np.tile(intake_per_week, (weeks, 1, 1)),
        oldest=0,
        heads=intake_per_week * left.sum(),
        head_weeks=intake_per_week * (left * age).sum(),
    )


def apprentice_step(apprentices: Apprentices, intake: FloatArray, completion: float) -> Training:
    """Age all apprentices by a week: some drop out, the oldest class graduates, an intake enters.

    Parameters
    ----------
    apprentices : Apprentices
        State before.
    intake : ndarray, shape (R, 4)
        Heads that enter.
    completion : float
        Share of a class that completes, in [0, 1]; the same in every week of a run.

    Returns
    -------
    Training
        Heads before + intake = heads after + graduates + dropouts.

    Notes
    -----
    Dropout has the constant weekly rate at which a class shrinks to `completion` over the course,
    so that graduates are exactly that share of resolved cases. Heads and head-weeks then follow
    exact recursions, and no age distribution has to be swept.
    """
    weeks = len(apprentices.entered)
    stay = np.array(completion ** (1.0 / weeks))
    graduates = apprentices.entered[apprentices.oldest] * completion
    staying = apprentices.heads * stay
    head_weeks = (apprentices.head_weeks + apprentices.heads) * stay - weeks * graduates
    entered = apprentices.entered.copy()
    entered[apprentices.oldest] = intake
    after = Apprentices(
        entered=entered,
        oldest=(apprentices.oldest + 1) % weeks,
        # Rounding may leave a trace below zero when a school empties.
        heads=np.maximum(staying - graduates, ZERO) + intake,
        head_weeks=np.maximum(head_weeks, ZERO),
    )
    return Training(after, graduates, apprentices.heads - staying)


def apprentice_fte(
    apprentices: Apprentices, start_productivity: float, end_productivity: float = 0.9
) -> FloatArray:
    """Return the journey workers that the apprentices are worth, shape (R, 4).

    Productivity rises linearly over the course, from `start_productivity` to `end_productivity`.
    """
    rise = (end_productivity - start_productivity) / len(apprentices.entered)
    return start_productivity * apprentices.heads + rise * apprentices.head_weeks


def prepared_completion(completion: float, odds_ratio: float) -> float:
    """Return the completion of apprentices who went through a pre-apprenticeship.

    Parameters
    ----------
    completion : float
        Of the others, in [0, 1].
    odds_ratio : float
        Odds of completing over theirs, > 0; 1 is no difference.
    """
    odds = odds_ratio * completion
    return odds / (odds + (1.0 - completion))


def offered_hours(
    journeymen: FloatArray,
    travellers: FloatArray,
    apprentice_fte: ArrayLike,
    hours_per_worker_week: float,
) -> FloatArray:
    """Return the craft hours that the pools can work in a week, shape (R, 4).

    Parameters
    ----------
    journeymen, travellers : ndarray, shape (R, 4)
        Heads.
    apprentice_fte : float or ndarray, shape (R, 4)
        Apprentices in journey workers.
    hours_per_worker_week : float
        Hours of one worker.
    """
    return (journeymen + travellers + apprentice_fte) * hours_per_worker_week


def lodgers(
    crew: ArrayLike, resident_share: ArrayLike, travelling: ArrayLike, lodging_share: float
) -> FloatArray:
    """Return the workers who take lodging near a site, shape (S,).

    Parameters
    ----------
    crew : float or ndarray, shape (S,)
        Workers at the site.
    resident_share : float or ndarray, shape (S,)
        Share of them who live there, in [0, 1].
    travelling : float or ndarray, shape (S,)
        Share of the region's workers who travel in; all of them need lodging.
    lodging_share : float
        Share of the others who do not live there and lodge all the same, in [0, 1].
    """
    travelling = np.asarray(travelling)
    return (
        np.asarray(crew)
        * (1.0 - resident_share)
        * (travelling + (1.0 - travelling) * lodging_share)
    )


def rent_rise(
    lodgers: ArrayLike, homes: ArrayLike, rent_response: float, rent_rise_most: float
) -> FloatArray:
    """Return the relative rise of rents where lodgers look for homes, shape (S,).

    Parameters
    ----------
    lodgers, homes : float or ndarray, shape (S,)
        Who comes, and homes within daily reach (> 0).
    rent_response : float
        Rise of rents over the rise of demand for homes, >= 0.
    rent_rise_most : float
        Most that rents rise: beyond it camps are built.
    """
    return np.minimum(rent_response * np.asarray(lodgers) / homes, rent_rise_most)


def unmet_share(offered: FloatArray, required: FloatArray) -> FloatArray:
    """Return the share of required hours that nobody offers, in [0, 1]; 0 where none are asked."""
    return 1.0 - ration(offered, required)


def ration(offered: FloatArray, required: FloatArray) -> FloatArray:
    """Return the availability that all get alike: min(1, offered / required), 1 without demand.

    Parameters
    ----------
    offered, required : ndarray, shape (...,)
        Hours >= 0.
    """
    short = required > offered
    return np.divide(offered, required, out=np.ones(np.shape(required)), where=short)


def wanted(group: IntArray, need: FloatArray, speed: FloatArray, others: FloatArray) -> FloatArray:
    """Return what all users of a stock ask for at their speed, shape (G,); see `share_alike`."""
    return np.bincount(group, need * speed, len(others)) + others


def share_alike(
    offered: FloatArray,
    group: IntArray,
    need: FloatArray,
    speed: FloatArray,
    others: FloatArray | None = None,
    asked: FloatArray | None = None,
) -> FloatArray:
    """Return the share of full speed that a stock allows everyone in a group.

    Parameters
    ----------
    offered : ndarray, shape (G,)
        Stock of each group, >= 0.
    group : ndarray of int, shape (n,)
        Group of each user.
    need : ndarray, shape (n,)
        What a user takes at full speed, >= 0.
    speed : ndarray, shape (n,)
        Speed that everything else allows him, in [0, 1]; he takes no more than that.
    others : ndarray, shape (G,), optional
        Further need at full speed in each group.
    asked : ndarray, shape (G,), optional
        From :func:`wanted`, where the caller has it already.

    Returns
    -------
    ndarray, shape (G,)
        Level l in [0, 1] with sum(min(l, speed) * need) + l * others <= offered, and equal to it
        where the stock is short.

    Notes
    -----
    What the slow leave lies open to the fast (max-min fairness by progressive filling), found
    from below, so that every step keeps within the stock.
    """
    size = len(offered)
    rest = np.zeros(size) if others is None else others
    level = ones(size)
    short = (wanted(group, need, speed, rest) if asked is None else asked) > offered
    if not np.count_nonzero(short):
        return level
    users = short[group].nonzero()[0]
    group, need, speed = group[users], need[users], speed[users]
    free = np.bincount(group, need, size) + rest
    np.divide(offered, free, out=level, where=short)
    slow, taken_at_speed = np.zeros(len(users), dtype=bool), need * speed
    while True:
        before, slow = slow, speed < level[group]
        if not np.count_nonzero(slow != before):
            return level
        taken = np.bincount(group, taken_at_speed * slow.astype(float), size)
        free = np.bincount(group, need * (~slow).astype(float), size) + rest
        raised = np.divide(offered - taken, free, out=ones(size), where=short & (free > ZERO))
        level = np.maximum(level, np.minimum(raised, ONE))


def wage_step(
    wage: FloatArray,
    offered: FloatArray,
    required: FloatArray,
    *,
    wage_response: float,
    wage_return: float,
) -> FloatArray:
    r"""Return next week's wage over its base.

    Parameters
    ----------
    wage : ndarray, shape (R, 4)
        Wage over its base, > 0.
    offered, required : ndarray, shape (R, 4)
        Hours, those of other builders included.
    wage_response, wage_return : float
        Rise per unit of unmet demand and return to the base [1/week].

    Notes
    -----
    :math:`\Delta \ln w = \nu u - \nu_0 \ln w` with u the unmet share of demand. The usual excess
    (demand/supply - 1) agrees with it to first order but has no limit where a pool is empty.
    Rests at :math:`\ln w = \nu u / \nu_0`.
    """
    log_wage = np.log(wage)
    rise = wage_response * unmet_share(offered, required) - wage_return * log_wage
    return np.exp(log_wage + rise)


def traveller_step(
    travellers: FloatArray,
    journeymen: FloatArray,
    wage: FloatArray,
    offered: FloatArray,
    required: FloatArray,
    *,
    traveller_response: float,
    traveller_exit: float,
) -> FloatArray:
    """Return next week's travellers: they come for the wage premium and leave when idle.

    Parameters
    ----------
    travellers, journeymen : ndarray, shape (R, 4)
        Heads.
    wage : ndarray, shape (R, 4)
        Wage over its base.
    offered, required : ndarray, shape (R, 4)
        Hours.
    traveller_response : float
        Travellers who arrive per journey worker and unit of premium [1/week].
    traveller_exit : float
        Share of idle travellers who leave [1/week].
    """
    arriving = traveller_response * journeymen * np.maximum(wage - 1.0, 0.0)
    idle_share = 1.0 - ration(required, offered)
    return travellers * (1.0 - traveller_exit * idle_share) + arriving
