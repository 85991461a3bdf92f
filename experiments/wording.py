"""Numbers as people read them: three significant digits, thousands apart, units, intervals."""

from math import floor, isfinite, log10

_LARGE = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"))
_BEYOND_WORDS = 1e15


def three(value: float, *, sign: bool = False) -> str:
    """Write a number with three significant digits: ``1,230``, ``0.0457``, ``1.23 bn``, ``-``.

    Parameters
    ----------
    value : float
        NaN is written as ``-``.
    sign : bool
        Write a plus before what is positive.
    """
    if not isfinite(value):
        return "-"
    if value == 0:
        return "0"
    value = float(f"{value:.3g}")
    plus = "+" if sign else ""
    if abs(value) >= _BEYOND_WORDS:
        return f"{value:{plus}.2e}"
    scale, word = scale_of(value)
    if word:
        return f"{value / scale:{plus}.{_decimals(value / scale)}f} {word}"
    if abs(value) < 1e-4:
        return f"{value:{plus}.2e}"
    return f"{value:{plus},.{_decimals(value)}f}"


def scale_of(value: float) -> tuple[float, str]:
    """Return the power of ten in which to write a number and its word: ``(1e9, "bn")``."""
    return next(((scale, word) for scale, word in _LARGE if abs(value) >= scale), (1.0, ""))


def between(low: float, high: float, *, sign: bool = False) -> str:
    """Write an interval: ``0.4 to 2.1``; empty if there is none."""
    if not (isfinite(low) and isfinite(high)):
        return ""
    return f"{three(low, sign=sign)} to {three(high, sign=sign)}"


def with_unit(number: str, unit: str) -> str:
    """Put the unit where it is read: ``USD 1.2 bn``, ``3.1 GW yr``; ``1`` has none."""
    if unit == "1" or number == "-":
        return number
    return f"USD {number}" if unit == "USD" else f"{number} {unit}"


def _decimals(value: float) -> int:
    return max(0, 2 - floor(log10(abs(value))))
