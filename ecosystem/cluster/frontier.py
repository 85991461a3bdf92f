"""Throughput against interactivity: the frontier through measured points.

Operators choose the point; the roofline of :mod:`ecosystem.cluster.decode` says what one
configuration does, while a frontier is an envelope over many that were tuned one by one. It is
therefore kept as measured and interpolated monotonically.
"""

# SciPy ships no stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from ecosystem.errors import InputError
from ecosystem.units import ArrayLike, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """Measured trade-off, both arrays of shape (N,), speed rising and throughput falling.

    Attributes
    ----------
    user_tokens_per_s : ndarray
        Speed that a user sees.
    tokens_per_s : ndarray
        Input and output tokens/s per accelerator.
    """

    user_tokens_per_s: FloatArray
    tokens_per_s: FloatArray

    def at(self, user_tokens_per_s: ArrayLike) -> FloatArray:
        """Return tokens/s per accelerator at a speed; monotone, log-linear beyond the ends.

        Monotone cubic through the logarithm of throughput (Fritsch & Carlson 1980), continued
        with the slope at its ends.
        """
        x, y = self.user_tokens_per_s, np.log(self.tokens_per_s)
        curve = PchipInterpolator(x, y)
        asked = np.asarray(user_tokens_per_s, dtype=np.float64)
        inside = np.clip(asked, x[0], x[-1])
        slopes = np.minimum(curve.derivative()(inside), 0.0)
        return np.exp(curve(inside) + (asked - inside) * slopes)


def frontier_of(user_tokens_per_s: FloatArray, tokens_per_s: FloatArray) -> Frontier:
    """Return the frontier of measured points: those that no other beats in both respects."""
    order = np.lexsort((-tokens_per_s, -user_tokens_per_s))
    speed, rate = user_tokens_per_s[order], tokens_per_s[order]
    best = np.concatenate([[-np.inf], np.maximum.accumulate(rate)[:-1]])
    keep = rate > best
    if keep.sum() < 3:
        raise InputError("A frontier needs three points of which none beats another.")
    return Frontier(speed[keep][::-1], rate[keep][::-1])


def left_out_log_errors(frontier: Frontier) -> FloatArray:
    """Return ln(predicted/measured) of each point of a frontier through the others, shape (N,)."""
    count = len(frontier.tokens_per_s)
    errors = np.empty(count)
    for i in range(count):
        others = np.arange(count) != i
        rest = Frontier(frontier.user_tokens_per_s[others], frontier.tokens_per_s[others])
        got = float(rest.at(frontier.user_tokens_per_s[i]))
        errors[i] = np.log(got / frontier.tokens_per_s[i])
    return errors


def log_linear(frontier: Frontier, user_tokens_per_s: ArrayLike) -> FloatArray:
    """Return tokens/s per accelerator on the baseline, a straight line through ln throughput."""
    x, y = frontier.user_tokens_per_s, np.log(frontier.tokens_per_s)
    return np.exp(np.polyval(np.polyfit(x, y, 1), user_tokens_per_s))


def log_linear_errors(frontier: Frontier, leave_out: bool) -> FloatArray:
    """Return the same errors of the baseline, a straight line through ln throughput."""
    x, y = frontier.user_tokens_per_s, np.log(frontier.tokens_per_s)
    if not leave_out:
        return np.asarray(np.polyval(np.polyfit(x, y, 1), x) - y, dtype=np.float64)
    errors = np.empty(len(x))
    for i in range(len(x)):
        others = np.arange(len(x)) != i
        errors[i] = np.polyval(np.polyfit(x[others], y[others], 1), x[i]) - y[i]
    return errors
