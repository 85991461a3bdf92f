"""How sure a comparison is: what the same futures for all strategies save, and when to stop."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ecosystem.results import Table
from ecosystem.units import FloatArray
from experiments.compare import MIN_FUTURES, PRIMARY, gap, interval, resamples
from experiments.decision import values_of
from experiments.summary import grid, paragraph
from experiments.wording import between, three

_LEVEL = (5.0, 95.0)
HEAD = ("Strategy", "Times fewer futures", "90% interval", "Correlation", "Futures")
MEANING = (
    "Same futures for all: the variance of the difference in usable GW-years if every strategy had "
    "futures and chance of its own, over that of the paired difference. So many times fewer "
    "futures give the mean difference equally surely."
)


class Reduction(NamedTuple):
    """What common futures and random streams save in telling a strategy from the baseline.

    Attributes
    ----------
    factor : float
        ``(var(own) + var(base)) / var(own - base)`` of usable GW-years over futures: how many times
        as many futures independent runs would need for an equally sure mean difference. Infinite
        where the difference is the same in every future; NaN with fewer than five, or where
        nothing varies.
    low, high : float
        90% interval of `factor`, a bootstrap over futures; NaN where there is none.
    correlation : float
        Of both over futures, -1 to 1; NaN where one of them does not vary.
    n : int
        Futures in which both could be measured.
    """

    strategy: str
    factor: float
    low: float
    high: float
    correlation: float
    n: int

    @property
    def words(self) -> str:
        """The factor as people read it."""
        if self.n < MIN_FUTURES:
            return f"not known: {self.n} futures are too few"
        if self.factor != self.factor:
            return "undefined: nothing varies"
        return "the difference is always the same" if np.isinf(self.factor) else three(self.factor)


def reductions(outcomes: Table, baseline: str, seed: int = 0) -> list[Reduction]:
    """Return the variance reduction by common random numbers of every strategy.

    Parameters
    ----------
    outcomes : table
        As :func:`experiments.store.read` returns it; the central future does not count.
    baseline : str
        Key of a strategy in it.
    seed : int
        Of the bootstrap.
    """
    return [_reduction(key, own, base, seed) for key, own, base in _pairs(outcomes, baseline)]


def reduction(own: FloatArray, base: FloatArray) -> float:
    """Return ``(var(own) + var(base)) / var(own - base)``; see :class:`Reduction`.

    Parameters
    ----------
    own, base : ndarray, shape (F,)
        Values in the same futures.
    """
    return float(_factors(own[None, :], base[None, :])[0])


def _reduction(key: str, own: FloatArray, base: FloatArray, seed: int) -> Reduction:
    n, nan = len(own), float("nan")
    if n < MIN_FUTURES:
        return Reduction(key, nan, nan, nan, nan, n)
    factor, low, high = reduction(own, base), nan, nan
    if np.isfinite(factor):
        picked = resamples(n, seed)
        many = _factors(own[picked], base[picked])
        low, high = np.percentile(many[~np.isnan(many)], _LEVEL, method="inverted_cdf").tolist()
    varies = own.std() > 0 and base.std() > 0
    correlation = float(np.corrcoef(own, base)[0, 1]) if varies else nan
    return Reduction(key, factor, low, high, correlation, n)


def _factors(own: FloatArray, base: FloatArray) -> FloatArray:
    """Return the factor of each row, shape (rows,)."""
    apart = np.var(own, axis=1, ddof=1) + np.var(base, axis=1, ddof=1)
    gaps = own - base
    # Differences that only the order of additions made do not vary.
    level = np.abs(own).max(axis=1) + np.abs(base).max(axis=1)
    same = np.ptp(gaps, axis=1) <= 1e-9 * level
    paired = np.where(same, 0.0, np.var(gaps, axis=1, ddof=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return apart / paired


def reduction_text(found: Sequence[Reduction]) -> str:
    """Lay the factors out for the console; empty if there is nothing to compare."""
    return f"{paragraph(MEANING)}\n{grid(HEAD, cells(found))}" if found else ""


def cells(found: Sequence[Reduction]) -> list[list[str]]:
    """Return the rows of the table under :data:`HEAD`."""
    return [
        [r.strategy, r.words, between(r.low, r.high) or "-", three(r.correlation), str(r.n)]
        for r in found
    ]


def widths(outcomes: Table, baseline: str, seed: int = 0) -> dict[str, float]:
    """Return how wide the 90% interval of the paired median difference is, by strategy [GW yr].

    The interval is that of the comparison; infinite with fewer than five futures.
    """
    found: dict[str, float] = {}
    for key, own, base in _pairs(outcomes, baseline):
        gaps = np.array([gap(a, b) for a, b in zip(own.tolist(), base.tolist(), strict=True)])
        low, high = interval(gaps, "median", seed)
        found[key] = high - low if np.isfinite(high - low) else float("inf")
    return found


def width_text(found: dict[str, float], aim: float, futures: int) -> str:
    """Say whether all intervals are as narrow as was asked, and which are not."""
    wide = [f"{key} {three(width)}" for key, width in found.items() if width > aim]
    head = f"Stopped at {futures} futures: "
    if not wide:
        return paragraph(
            f"{head}every 90% interval of a paired difference is at most {aim:g} GW yr wide."
        )
    return paragraph(
        f"{head}that is all --futures-most allows, and these 90% intervals are still wider than "
        f"{aim:g} GW yr: {', '.join(wide)}."
    )


def _pairs(outcomes: Table, baseline: str) -> list[tuple[str, FloatArray, FloatArray]]:
    """Return usable GW-years of every strategy and the baseline where both are known."""
    keys, values = values_of(outcomes, PRIMARY)
    if baseline not in keys:
        return []
    base = values[keys.index(baseline)]
    known = {key: ~np.isnan(own) & ~np.isnan(base) for key, own in zip(keys, values, strict=True)}
    return [
        (key, own[known[key]], base[known[key]])
        for key, own in zip(keys, values, strict=True)
        if key != baseline
    ]
