"""One figure of a benchmark, and how figures are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

LINEAR = 1.1
"""Exponent of cost up to which it counts as proportional to size."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes
    ----------
    key : str
        Unique name.
    what : str
        What was measured, in words.
    value : float
    unit : str
    beside : str
        What it is held against, and the sizes where there are several.
    low, high : float
        What it must be at least and at most, on this machine as it is now.
    """

    key: str
    what: str
    value: float
    unit: str
    beside: str = ""
    low: float = -inf
    high: float = inf

    @property
    def limited(self) -> bool:
        """Whether there is a limit."""
        return self.high < inf or self.low > -inf

    @property
    def holds(self) -> bool:
        """Whether the value lies within its limits; without any it does."""
        return self.low <= self.value <= self.high

    @property
    def limit(self) -> str:
        """The limits in words; empty where there are none."""
        told = [f"at least {number(self.low)}"] if self.low > -inf else []
        told += [f"at most {number(self.high)}"] if self.high < inf else []
        return ", ".join(told)


def number(value: float) -> str:
    """Return a number with three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the slope of log time on log size, by least squares: 1 where cost is proportional."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def exponent_row(
    key: str, what: str, unit: str, sizes: Sequence[int], seconds: Sequence[float]
) -> Row:
    """Return the exponent of cost in a size; the sizes and their times stand beside it."""
    told = "; ".join(f"{s:,}: {number(t)}" for s, t in zip(sizes, seconds, strict=True))
    beside = f"{unit}: s: {told}"
    return Row(key, what, exponent(sizes, seconds), "exponent", beside, high=LINEAR)


def table(rows: Sequence[Row]) -> str:
    """Return figures as text: what, figure and limit, and below it what it is held against."""
    told = [(row.what, f"{number(row.value)} {row.unit}", _verdict(row)) for row in rows]
    wide = [max((len(line[i]) for line in told), default=0) for i in range(2)]
    lines: list[str] = []
    for row, (what, measured, verdict) in zip(rows, told, strict=True):
        lines.append(f"{what.ljust(wide[0])}  {measured.ljust(wide[1])}  {verdict}".rstrip())
        lines += [f"    {row.beside}"] if row.beside else []
    return "\n".join(lines)


def _verdict(row: Row) -> str:
    if not row.limited:
        return ""
    return f"{'holds' if row.holds else 'MISSED'}: {row.limit}"
