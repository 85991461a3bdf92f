"""What counts as failure: cancelled once secured, very late, or not half in use."""

import numpy as np

from ecosystem.units import BoolArray, FloatArray, IntArray

LATE_WEEKS = 104
"""What is later than that behind its plan has failed."""
SHORT_SHARE = 0.5
"""A site with less than that in use, of what it announced, has failed."""
REASONS = (
    "denial",
    "campaign",
    "moratorium",
    "litigation",
    "capital",
    "late",
    "demand",
    "other",
)
"""Why buildings are given up; `campaign` is before any approval, `late` is by causes other than
those named before it."""


def short_of_half(
    site: IntArray, mw: FloatArray, due: BoolArray, usable: BoolArray
) -> tuple[BoolArray, BoolArray]:
    """Return which sites should be at least half in use by now, and which of them are not.

    Parameters
    ----------
    site : ndarray of int, shape (p,)
        Site of each building, 0 to S - 1.
    mw : ndarray, shape (p,)
        Capacity of each building [MW].
    due, usable : ndarray of bool, shape (p,)
        Whether it would be in use by its plan, and whether it is.

    Returns
    -------
    ought, short : ndarray of bool, shape (S,)
    """
    whole, planned, used = (np.bincount(site, mw * part) for part in (1.0, due, usable))
    ought = planned >= SHORT_SHARE * whole
    return ought, ought & (used < SHORT_SHARE * whole)
