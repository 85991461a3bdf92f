"""Who gets scarce stock: equal shares, first come first served, or the critical path first.

One rule a stock, declared in the world's numbers. Whatever the rule, other builders get what equal
shares would leave them: the programme can set its own priorities, not theirs.
"""

from typing import Literal, NamedTuple

import numpy as np

from ecosystem.society.labour import share_alike, wanted
from ecosystem.units import ONE, ZERO, BoolArray, FloatArray, IntArray, ones

type Rule = Literal["equal_share", "critical_first", "fifo"]


class Rationed(NamedTuple):
    """Outcome of rationing.

    Attributes
    ----------
    share : ndarray, shape (n,)
        Share of full speed that the stocks allow each activity, in [0, 1].
    level : ndarray, shape (G,)
        Share of full speed that equal shares allow in each pool; what the others get.
    asked : ndarray, shape (G,)
        What all asked for.
    """

    share: FloatArray
    level: FloatArray
    asked: FloatArray


def queue_place(rule: Rule, critical: BoolArray, start_week: FloatArray) -> IntArray:
    """Return the place in which each activity is served, 0 first, shape (n,); equals share alike.

    Parameters
    ----------
    rule : {"equal_share", "critical_first", "fifo"}
    critical : ndarray of bool, shape (n,)
        Activities without float.
    start_week : ndarray, shape (n,)
        Week since which each has asked; of equals the first listed comes first.
    """
    place: IntArray = np.zeros(len(start_week), dtype=np.int64)
    if rule == "critical_first":
        place[~critical] = 1
    elif rule == "fifo":
        place[start_week.argsort(kind="stable")] = np.arange(len(start_week))
    return place


def ration(
    offered: FloatArray,
    pools: IntArray,
    need: FloatArray,
    speed: FloatArray,
    others: FloatArray,
    place: IntArray | None,
) -> Rationed:
    """Ration several stocks among activities that each need some of them.

    Parameters
    ----------
    offered : ndarray, shape (G,)
        Stock of each pool in the period, >= 0.
    pools : ndarray of int, shape (n, c)
        Pool of each of the c inputs of an activity.
    need : ndarray, shape (n, c)
        What an activity takes of each at full speed, >= 0.
    speed : ndarray, shape (n,)
        Speed that everything else allows, in [0, 1].
    others : ndarray, shape (G,)
        Need at full speed of those who are served alike with all, whatever the rule.
    place : ndarray of int, shape (n,), optional
        From :func:`queue_place`; None serves all alike.

    Notes
    -----
    Each class divides what the classes before it left by progressive filling; an activity goes
    at the least of its inputs and takes no more of the others than that.
    """
    count, inputs = need.shape
    flat, full = pools.ravel(), need.ravel()
    quick = speed if inputs == 1 else speed.repeat(inputs)
    asked = wanted(flat, full, quick, others)
    level = share_alike(offered, flat, full, quick, others, asked)
    if not count or np.minimum.reduce(level) >= 1:
        return Rationed(ones(count), level, asked)
    if place is None:
        return Rationed(_least(level, pools, need), level, asked)
    classes = int(np.maximum.reduce(place)) + 1
    left = np.maximum(offered - level * others, 0.0)
    if inputs == 1 and classes == count:
        return Rationed(_in_turn(left, flat, full, speed, place), level, asked)
    share = np.ones(count)
    for rank in range(classes):
        mine = (place == rank).nonzero()[0]
        at, own = pools[mine], need[mine]
        allowed = share_alike(left, at.ravel(), own.ravel(), np.repeat(speed[mine], inputs))
        share[mine] = _least(allowed, at, own)
        taken = own * np.minimum(share[mine], speed[mine])[:, None]
        left = np.maximum(left - np.bincount(at.ravel(), taken.ravel(), len(left)), 0.0)
    return Rationed(share, level, asked)


def ration_stock(
    stock: float,
    need: FloatArray,
    speed: FloatArray,
    rule: Rule,
    critical: BoolArray,
    start_week: FloatArray,
) -> FloatArray:
    """Ration one stock that nobody else asks for; return the share of each activity, shape (n,).

    `need`, `speed` as for :func:`ration`; `rule`, `critical`, `start_week` as for
    :func:`queue_place`.
    """
    pool = np.zeros(len(need), dtype=np.int64)
    take = need * speed
    if not len(need) or np.bincount(pool, take)[0] <= stock:
        return ones(len(need))
    if rule == "fifo":
        share = np.empty(len(need))
        order = start_week.argsort(kind="stable")
        share[order] = _one_by_one(stock, need[order], take[order])
        return share
    place = None if rule == "equal_share" else queue_place(rule, critical, start_week)
    return ration(np.array([stock]), pool[:, None], need[:, None], speed, np.zeros(1), place).share


def _one_by_one(stock: float, need: FloatArray, take: FloatArray) -> FloatArray:
    """Serve one after the other, each of whom takes what he can use; return shares of needs."""
    room = np.maximum(stock - (take.cumsum() - take), 0.0)
    return np.divide(np.minimum(room, need), need, out=ones(len(need)), where=need > 0)


def _in_turn(
    left: FloatArray, pool: IntArray, need: FloatArray, speed: FloatArray, place: IntArray
) -> FloatArray:
    """Serve one after the other where each needs one pool only, shape (n,)."""
    share = np.ones(len(need))
    for stock in np.flatnonzero(np.bincount(pool, need * speed, len(left)) > left):
        mine = (pool == stock).nonzero()[0]
        mine = mine[place[mine].argsort()]
        share[mine] = _one_by_one(left[stock], need[mine], need[mine] * speed[mine])
    return share


def _least(level: FloatArray, pools: IntArray, need: FloatArray) -> FloatArray:
    """Return the least level among the pools that each activity needs, shape (n,)."""
    # pools first: along a short last axis a minimum takes twice as long
    return np.minimum.reduce(np.where(need > ZERO, level[pools], ONE).T.copy())
