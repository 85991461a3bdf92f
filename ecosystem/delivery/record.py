"""What was offered to every open activity in every week, and its run-length code."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecosystem.delivery.activities import ACTIVITIES, Cause
from ecosystem.units import FloatArray, IntArray

type Availability = NDArray[np.float32]


class Offers(NamedTuple):
    """One line per activity and week, sorted by phase, activity, week.

    `week`, `rows`, `cols`: shape (n,). `availability`: shape (n, 8), float32, in [0, 1].
    """

    week: IntArray
    rows: IntArray
    cols: IntArray
    availability: Availability


@dataclass(frozen=True, slots=True)
class Runs:
    """Offers in run-length code: one line per stretch of weeks with the same offer.

    Attributes
    ----------
    rows, cols : ndarray of int, shape (R,)
        Phase and activity; sorted by phase, activity, first week.
    first_week, weeks : ndarray of int, shape (R,)
        Where the stretch begins and how long it is, >= 1.
    availability : ndarray of float32, shape (R, 8)
    end_week : int
        The week after the last one on record.
    """

    rows: IntArray
    cols: IntArray
    first_week: IntArray
    weeks: IntArray
    availability: Availability
    end_week: int


class Log:
    """Append-only record of one simulation."""

    def __init__(self) -> None:
        self._weeks: list[int] = []
        self._flat: list[NDArray[np.int32]] = []
        self._availability: list[Availability] = []

    def append(self, week: int, flat: IntArray, availability: Availability) -> Availability:
        """Record one week; return the copy of `availability` that is kept.

        Parameters
        ----------
        week : int
            Later than all weeks recorded so far.
        flat : ndarray of int, shape (n,)
            The open activities, as in `Opened`.
        availability : ndarray of float32, shape (n, 8)
            What each cause would have allowed, in [0, 1], also where another cause is 0.
            Kept as a copy.
        """
        self._weeks.append(week)
        self._flat.append(flat.astype(np.int32))
        kept = np.array(availability, dtype=np.float32)
        self._availability.append(kept)
        return kept

    def offers(self) -> Offers:
        """Return everything recorded, sorted by phase, activity, week."""
        if not self._weeks:
            none = np.zeros(0, dtype=np.int64)
            return Offers(none, none, none, np.zeros((0, len(Cause)), dtype=np.float32))
        flat = np.concatenate(self._flat).astype(np.int64)
        week = np.repeat(np.array(self._weeks), [len(f) for f in self._flat])
        # Weeks were recorded in order, and a stable sort keeps them so.
        by_activity = np.argsort(flat, kind="stable")
        rows, cols = np.divmod(flat[by_activity], ACTIVITIES)
        return Offers(
            week[by_activity], rows, cols, np.concatenate(self._availability)[by_activity]
        )

    def runs(self) -> Runs:
        """Return the record in run-length code."""
        return encode(self.offers(), end_week=self._weeks[-1] + 1 if self._weeks else 0)


def encode(offers: Offers, end_week: int) -> Runs:
    """Join weeks with equal offers; the inverse of `decode`.

    Parameters
    ----------
    offers : Offers
        Sorted by phase, activity, week.
    end_week : int
        The week after the last one on record.

    Returns
    -------
    Runs
    """
    week, rows, cols, availability = offers
    flat = rows * ACTIVITIES + cols
    fresh = np.ones(len(week), dtype=bool)
    fresh[1:] = (
        (flat[1:] != flat[:-1])
        | (week[1:] != week[:-1] + 1)
        | (availability[1:] != availability[:-1]).any(axis=1)
    )
    at = np.flatnonzero(fresh)
    weeks = np.diff(np.append(at, len(week)))
    return Runs(rows[at], cols[at], week[at], weeks, availability[at], end_week)


def decode(runs: Runs) -> Offers:
    """Return one line per activity and week; the inverse of `encode`."""
    line = np.repeat(np.arange(len(runs.weeks)), runs.weeks)
    begin = np.cumsum(runs.weeks) - runs.weeks
    week = runs.first_week[line] + np.arange(len(line)) - begin[line]
    return Offers(week, runs.rows[line], runs.cols[line], runs.availability[line])


def rate_of(availability: Availability) -> FloatArray:
    """Return the work per week that the scarcest cause allows, shape (n,)."""
    return np.minimum.reduce(availability, 1).astype(np.float64)
