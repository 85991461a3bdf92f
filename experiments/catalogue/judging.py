"""Whether what was expected held: the interval of paired differences decides, nothing else."""

from typing import Literal, NamedTuple

import numpy as np

from ecosystem.units import FloatArray
from experiments.compare import MIN_FUTURES, interval
from experiments.wording import between, three, with_unit

_RESAMPLES = 2_000

type Verdict = Literal["held", "failed", "undecided"]


class Finding(NamedTuple):
    """One part of an expectation, and what came of it.

    Attributes
    ----------
    claim : str
        As it was expected.
    verdict : {"held", "failed", "undecided"}
    shown : str
        The figures behind it.
    """

    claim: str
    verdict: Verdict
    shown: str


def overall(findings: "list[Finding] | tuple[Finding, ...]") -> Verdict:
    """Return the verdict on an expectation: failed if a part of it failed, held if all held."""
    verdicts = {finding.verdict for finding in findings}
    if "failed" in verdicts:
        return "failed"
    return "held" if verdicts == {"held"} else "undecided"


def expect(
    claim: str, values: FloatArray, sign: Literal[1, -1], unit: str = "1", than: float = 0.0
) -> Finding:
    """Judge an expectation that a number lies above (1) or below (-1) a bound.

    Parameters
    ----------
    claim : str
    values : ndarray, shape (F,)
        By future; mostly paired differences. Failed runs (NaN) do not count.
    sign : {1, -1}
    unit : str
    than : float
        The bound.

    Returns
    -------
    Finding
        Held if the 90% interval of the median over futures lies beyond the bound, failed if it
        lies on the other side or on the bound, else undecided, as with fewer than five futures.
    """
    known = values[~np.isnan(values)]
    middle = float(np.median(known)) if len(known) else float("nan")
    low, high = interval(known, "median", 0)
    near, far = (low, high) if sign > 0 else (-high, -low)
    bound = sign * than
    verdict: Verdict = "undecided"
    if near > bound:
        verdict = "held"
    elif far <= bound:
        verdict = "failed"
    range_ = between(low, high, sign=than == 0.0)
    shown = with_unit(three(middle, sign=than == 0.0), unit) + (f" [{range_}]" if range_ else "")
    return Finding(claim, verdict, f"{shown}, {len(known)} futures")


def expect_near(
    claim: str, values: FloatArray, tolerance: float, unit: str = "1", around: float = 0.0
) -> Finding:
    """Judge an expectation that nothing moves: held within a tolerance, failed beyond it.

    Parameters are those of :func:`expect`; `tolerance` > 0 is half the width of what counts as
    nothing. Undecided where the 90% interval reaches over its edge.
    """
    known = values[~np.isnan(values)]
    middle = float(np.median(known)) if len(known) else float("nan")
    low, high = interval(known, "median", 0)
    verdict: Verdict = "undecided"
    if low >= around - tolerance and high <= around + tolerance:
        verdict = "held"
    elif low > around + tolerance or high < around - tolerance:
        verdict = "failed"
    range_ = between(low, high, sign=around == 0.0)
    shown = with_unit(three(middle, sign=around == 0.0), unit) + (f" [{range_}]" if range_ else "")
    shown += f", {len(known)} futures; what lies within {tolerance:g} is nothing"
    return Finding(claim, verdict, shown)


def spread_gap(values: FloatArray, base: FloatArray, seed: int = 0) -> FloatArray:
    """Return bootstrap draws of the difference of two spreads over the same futures, shape (B,).

    Parameters
    ----------
    values, base : ndarray, shape (F,)
        Above 0, future by future; the spread is the standard deviation of the logarithm, so that
        what is larger throughout does not count as less predictable.
    seed : int
        Of the bootstrap.
    """
    both = ~(np.isnan(values) | np.isnan(base)) & (values > 0) & (base > 0)
    a, b = np.log(values[both]), np.log(base[both])
    if len(a) < MIN_FUTURES:
        return np.array([])
    rows = np.random.default_rng(seed).integers(0, len(a), (_RESAMPLES, len(a)))
    return a[rows].std(axis=1) - b[rows].std(axis=1)


def expect_drawn(claim: str, draws: FloatArray, sign: Literal[1, -1], unit: str = "1") -> Finding:
    """Judge an expectation on the sign of a statistic from its bootstrap draws, by their 90%."""
    if not len(draws):
        return Finding(claim, "undecided", "too few futures")
    middle, low, high = (float(q) for q in np.percentile(draws, (50, 5, 95)))
    near, far = (low, high) if sign > 0 else (-high, -low)
    verdict: Verdict = "held" if near > 0 else "failed" if far <= 0 else "undecided"
    shown = with_unit(three(middle, sign=True), unit)
    return Finding(claim, verdict, f"{shown} [{between(low, high, sign=True)}]")


def first_week(reached: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> FloatArray:
    """Return the first week in which something holds, by future; the horizon where it never does.

    Parameters
    ----------
    reached : ndarray of bool, shape (F, W)
    """
    return np.where(reached.any(axis=1), reached.argmax(axis=1), reached.shape[1]).astype(float)


def crossing(at: FloatArray, values: FloatArray) -> float:
    """Return where a curve first turns from below 0 to 0 or above, linear between its points.

    Parameters
    ----------
    at, values : ndarray, shape (n,)
        `at` rising.

    Returns
    -------
    float
        NaN where it never turns.
    """
    for i in range(len(at) - 1):
        a, b = values[i], values[i + 1]
        if a < 0 <= b:
            return float(at[i] + (at[i + 1] - at[i]) * -a / (b - a))
    return float("nan")
