"""Where in the space of uncertain numbers something happens: boxes, by patient peeling (PRIM).

The method of Friedman and Fisher (1999) as Bryant and Lempert (2010) use it for scenarios: cut
thin slices off the sampled range of one number at a time while the share of hits in what is left
rises. With few futures and hundreds of numbers chance finds boxes everywhere; so the whole search
is repeated on shuffled hits, and a box counts only if it stands out from what that yields.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.special import xlogy
from scipy.stats import binom, rankdata

from ecosystem.units import BoolArray, FloatArray, IntArray

PEEL = 0.1
"""Share of the futures left that a slice takes; 0.05 to 0.1 is called patient."""
MOST = 3
"""Numbers that a box may restrict: more cannot be told from so few futures."""
LEAST = 5
"""Futures that a box must hold."""
LOOKED_AT = 8
"""Numbers that a search looks at: those that go most with the hits, by rank."""
DROPPED_ABOVE = 0.05
"""Quasi-p-value above which a restriction is taken out of a box."""
_FAR = np.iinfo(np.int64).max


class Search(NamedTuple):
    """The best box of each of B searches.

    Attributes
    ----------
    score : ndarray, shape (B,)
        Log-likelihood ratio of two shares of hits, in the box and outside, over one; 0 where no
        box holds more hits than the whole.
    columns : ndarray, shape (B, MOST)
        The numbers that the box restricts; -1 for none.
    low, high : ndarray, shape (B, MOST)
        Ranks within the box, ends included; those of the whole where a side is open.
    """

    score: FloatArray
    columns: IntArray
    low: IntArray
    high: IntArray


class Path(NamedTuple):
    """What peeling comes by.

    Attributes
    ----------
    score : ndarray, shape (B,)
        The highest on the way.
    low, high : ndarray, shape (B, L)
        Ranks within the box that has it.
    steps : ndarray, shape (S, 2)
        Futures and hits left after each peel, of the first search.
    """

    score: FloatArray
    low: IntArray
    high: IntArray
    steps: IntArray


class Side(NamedTuple):
    """A number that a box restricts, to ranks `low` to `high`, ends included.

    Attributes
    ----------
    column : int
    low, high : int
        Dense ranks, from 0 to `top`: those of the whole range where a side is open.
    top : int
    quasi_p : float
        Chance of as many hits in the box if this restriction did nothing (binomial test against
        the box without it). It does not count that the box was looked for.
    again : float
        Share of resamples of the futures in which the search restricts this number, too.
    """

    column: int
    low: int
    high: int
    top: int
    quasi_p: float
    again: float


class Box(NamedTuple):
    """A region with more hits than the whole.

    Attributes
    ----------
    sides : tuple of Side
        The strongest restriction first.
    inside : ndarray of bool, shape (n,)
        Futures in it.
    mass, coverage, density : float
        Share of futures in the box; of all hits in the box; of hits among those in the box.
    """

    sides: tuple[Side, ...]
    inside: BoolArray
    mass: float
    coverage: float
    density: float


def ranked(numbers: FloatArray) -> IntArray:
    """Return dense ranks from 0 on by column, shape (n, K): equal values have equal ranks."""
    return rankdata(numbers, method="dense", axis=0).astype(np.int64) - 1


def search(ranks: IntArray, hits: BoolArray, looked_at: int = LOOKED_AT) -> Search:
    """Look for the best box in each of B samples.

    Parameters
    ----------
    ranks : ndarray, shape (n, K)
        From :func:`ranked`.
    hits : ndarray of bool, shape (B, n)
        Where it happens; a row each for the sample and its shuffles.
    looked_at : int
        Numbers that a search looks at; chosen within each search by their rank correlation with
        the hits, so that shuffles pay for the choice, too.

    Notes
    -----
    Numbers join one at a time, each time the one with which peeling comes by the highest score:
    peeling all at once, the first few slices would use up the restrictions on what chance offers.
    """
    columns = _columns(ranks, hits, looked_at)
    searches, many = columns.shape
    rows, by_column = np.arange(searches), ranks.T
    best = np.zeros(searches)
    chosen = np.full((searches, MOST), -1, np.int64)
    low, high = chosen.copy(), chosen.copy()
    so_far = np.empty((searches, 0), np.int64)
    for size in range(1, min(MOST, many) + 1):
        tried = np.empty((searches, many, size), np.int64)
        tried[:, :, :-1], tried[:, :, -1] = so_far[:, None, :], columns
        path = peel(by_column[tried.reshape(-1, size)], np.repeat(hits, many, axis=0))
        taken = (tried[:, :, -1:] == so_far[:, None, :]).any(axis=2)
        score = np.where(taken, -1.0, path.score.reshape(searches, many))
        at = score.argmax(axis=1)
        so_far = tried[rows, at]
        better = score[rows, at] > best * (1 + 1e-9)
        best = np.where(better, score[rows, at], best)
        chosen[better, :size] = so_far[better]
        for kept, made in ((low, path.low), (high, path.high)):
            kept[better, :size] = made.reshape(searches, many, size)[rows, at][better]
    return Search(best, chosen, low, high)


def peel(ranks: IntArray, hits: BoolArray) -> Path:
    """Cut slices off B samples at once until few futures are left.

    Parameters
    ----------
    ranks : ndarray, shape (B, L, n)
    hits : ndarray of bool, shape (B, n)

    Notes
    -----
    Of all slices, low and high, the one is cut off that raises the share of hits most for what it
    takes (the lenient objective of Kwakkel and Jaxa-Rozen 2016): equal values go together, and a
    number with few values would otherwise win by thick slices.
    """
    searches, many, n = ranks.shape
    rows, total, top = np.arange(searches), hits.sum(axis=1), ranks.max(axis=2)
    low, high, inside = np.zeros_like(top), top.copy(), np.ones((searches, n), bool)
    best, best_low, best_high = np.zeros(searches), low.copy(), high.copy()
    steps = [(n, int(total[0]))]
    while True:
        count, held = inside.sum(axis=1), (inside & hits).sum(axis=1)
        take = np.maximum(1, np.floor(PEEL * count)).astype(np.int64)
        order = np.sort(np.where(inside[:, None, :], ranks, _FAR), axis=2)
        first, last = order[rows, :, take - 1], order[rows, :, count - take]
        keep = np.stack((ranks > first[:, :, None], ranks < last[:, :, None]), axis=1)
        keep &= inside[:, None, None, :]
        left = keep.sum(axis=3)
        after = (keep & hits[:, None, None, :]).sum(axis=3) / np.maximum(left, 1)
        taken = count[:, None, None] - left
        gain = (after - (held / count)[:, None, None]) / np.maximum(taken, 1)
        flat = np.where(left >= LEAST, gain, -np.inf).reshape(searches, -1)
        choice = flat.argmax(axis=1)
        moves = np.isfinite(flat[rows, choice])
        if not moves.any():
            return Path(best, best_low, best_high, np.array(steps))
        side, at = np.divmod(choice, many)
        inside = np.where(moves[:, None], keep[rows, side, at], inside)
        up, down = moves & (side == 0), moves & (side == 1)
        low[up, at[up]] = first[up, at[up]] + 1
        high[down, at[down]] = last[down, at[down]] - 1
        count, held = inside.sum(axis=1), (inside & hits).sum(axis=1)
        score = np.where(moves, scores(held, count, total, n), 0.0)
        better = score > best
        best = np.where(better, score, best)
        best_low[better], best_high[better] = low[better], high[better]
        if moves[0]:
            steps.append((int(count[0]), int(held[0])))


def _columns(ranks: IntArray, hits: BoolArray, looked_at: int) -> IntArray:
    """Return the columns that go most with the hits, shape (B, L)."""
    centred = ranks - ranks.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = np.abs((hits - hits.mean(axis=1, keepdims=True)) @ (centred / length))
    strongest = np.argsort(-np.nan_to_num(rho), axis=1, kind="stable")
    return strongest[:, : min(looked_at, ranks.shape[1])]


def scores(held: IntArray, left: IntArray, total: IntArray, n: int) -> FloatArray:
    """Return the log-likelihood ratio of boxes with `held` hits among `left` of `n` futures.

    Two shares of hits, inside and outside, against one (Kulldorff 1997); 0 where the box holds no
    more hits than its size lets expect.
    """
    out, missed = n - left, total - held
    ratio = (
        _likelihood(held, left)
        + _likelihood(missed, out)
        - _likelihood(total, np.full_like(out, n))
    )
    return np.where(held * n > total * left, ratio, 0.0)


def _likelihood(hits: IntArray, of: IntArray) -> FloatArray:
    share = hits / np.maximum(of, 1)
    return xlogy(hits, share) + xlogy(of - hits, 1 - share)


def found(ranks: IntArray, hits: BoolArray, of: Search, again: int = 50, seed: int = 0) -> Box:
    """Return the box of the first search: pasted, without restrictions that chance explains.

    Parameters
    ----------
    ranks : ndarray, shape (n, K)
    hits : ndarray of bool, shape (n,)
    of : Search
        Of these hits.
    again : int
        Resamples of the futures in which each restriction is looked for again.
    seed : int
        Of the resamples.
    """
    top = ranks.max(axis=0)
    bounds = _bounds(of, top)
    _paste(ranks, hits, bounds, top)
    _prune(ranks, hits, bounds, top)
    _paste(ranks, hits, bounds, top)
    quasi = _prune(ranks, hits, bounds, top)
    rng = np.random.default_rng(seed)
    met = dict.fromkeys(bounds, 0)
    for _ in range(again if bounds else 0):
        rows = rng.integers(0, len(hits), len(hits))
        other = search(ranks[rows], hits[None, rows])
        for column in _bounds(other, ranks[rows].max(axis=0)).keys() & met.keys():
            met[column] += 1
    inside = _inside(ranks, bounds)
    sides = sorted(
        (
            Side(c, low, high, int(top[c]), quasi[c], met[c] / again if again else float("nan"))
            for c, (low, high) in bounds.items()
        ),
        key=lambda side: side.quasi_p,
    )
    held = int((inside & hits).sum())
    return Box(
        tuple(sides),
        inside,
        float(inside.mean()),
        held / max(int(hits.sum()), 1),
        held / max(int(inside.sum()), 1),
    )


def _bounds(of: Search, top: IntArray) -> dict[int, list[int]]:
    """Return what the first box restricts: ranks by column."""
    rows = zip(of.columns[0].tolist(), of.low[0].tolist(), of.high[0].tolist(), strict=True)
    return {c: [low, high] for c, low, high in rows if c >= 0 and (low > 0 or high < top[c])}


def _inside(ranks: IntArray, bounds: dict[int, list[int]]) -> BoolArray:
    inside = np.ones(len(ranks), bool)
    for column, (low, high) in bounds.items():
        inside &= (ranks[:, column] >= low) & (ranks[:, column] <= high)
    return inside


def _score(ranks: IntArray, hits: BoolArray, bounds: dict[int, list[int]]) -> float:
    inside = _inside(ranks, bounds)
    if inside.sum() < LEAST:
        return 0.0
    held, left, total = (np.array([v.sum()]) for v in (inside & hits, inside, hits))
    return float(scores(held, left, total, len(hits))[0])


def _paste(ranks: IntArray, hits: BoolArray, bounds: dict[int, list[int]], top: IntArray) -> None:
    """Move bounds, a value at a time, outwards or inwards while the score rises."""
    best = _score(ranks, hits, bounds)
    moved = True
    while moved:
        moved = False
        for column, pair in bounds.items():
            for end, way in product((0, 1), (-1, 1)):
                kept = pair[end]
                while 0 <= pair[end] + way <= top[column] and pair[0] <= pair[1]:
                    pair[end] += way
                    score = _score(ranks, hits, bounds)
                    if score > best + 1e-12:
                        best, kept, moved = score, pair[end], True
                pair[end] = kept


def _prune(
    ranks: IntArray, hits: BoolArray, bounds: dict[int, list[int]], top: IntArray
) -> dict[int, float]:
    """Open the sides that do nothing, the weakest first; return the numbers' quasi-p-values."""
    while True:
        for column in [c for c, (low, high) in bounds.items() if low == 0 and high == top[c]]:
            del bounds[column]
        sides = [(c, end) for c in bounds for end in (0, 1) if bounds[c][end] != (0, top[c])[end]]
        chance = {}
        for column, end in sides:
            open_ = [*bounds[column]]
            open_[end] = (0, int(top[column]))[end]
            chance[column, end] = _chance(ranks, hits, bounds, {**bounds, column: open_})
        if not sides or max(chance.values()) <= DROPPED_ABOVE:
            return {column: quasi_p(ranks, hits, bounds, column) for column in bounds}
        column, end = max(chance, key=lambda side: chance[side])
        bounds[column][end] = (0, int(top[column]))[end]


def quasi_p(ranks: IntArray, hits: BoolArray, bounds: dict[int, list[int]], column: int) -> float:
    """Return the chance of as many hits in a box if one of its restrictions did nothing."""
    return _chance(ranks, hits, bounds, {c: pair for c, pair in bounds.items() if c != column})


def _chance(
    ranks: IntArray, hits: BoolArray, bounds: dict[int, list[int]], wider: dict[int, list[int]]
) -> float:
    inside, share = _inside(ranks, bounds), float(hits[_inside(ranks, wider)].mean())
    return float(binom.sf(int((inside & hits).sum()) - 1, int(inside.sum()), share))


def by_chance(
    ranks: IntArray,
    each: Sequence[BoolArray],
    known: Sequence[BoolArray],
    shuffles: int,
    seed: int | Sequence[int],
) -> FloatArray:
    """Return the scores that chance yields for every question.

    Parameters
    ----------
    ranks : ndarray, shape (n, K)
    each : sequence of ndarray of bool, shape (n,)
        Hits of every question.
    known : sequence of ndarray of bool, shape (n,)
        Futures in which a question has an answer.
    shuffles : int
    seed : int or sequence of int

    Returns
    -------
    ndarray, shape (questions, shuffles)
        Every shuffle deals the futures anew, alike for all questions, so that in the highest over
        questions those that agree count as one (Westfall and Young 1993, single step).
    """
    draws = np.random.default_rng(seed).random((shuffles, len(ranks)))
    found: list[FloatArray] = []
    for hits, there in zip(each, known, strict=True):
        order = np.argsort(draws[:, there], axis=1)
        found.append(search(ranks[there], hits[there][order]).score)
    return np.stack(found)
