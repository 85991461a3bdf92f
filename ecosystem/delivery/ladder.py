"""The capacity ladder: every megawatt stands on exactly one rung. The mapping is here only."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ecosystem.delivery.activities import Activity
from ecosystem.delivery.progress import Progress
from ecosystem.units import BoolArray, FloatArray, IntArray


class Rung(IntEnum):
    """States of capacity, from promise to use."""

    ANNOUNCED = 0
    SECURED = 1
    PERMITTED = 2
    BUILDING = 3
    ENERGISED = 4
    COMMISSIONED = 5
    USABLE = 6
    CANCELLED = 7


def ladder_state(
    progress: Progress, contracted: BoolArray, usable: BoolArray, cancelled: BoolArray
) -> IntArray:
    """Return the rung of every phase: the highest whose condition is met.

    Parameters
    ----------
    progress : Progress
    contracted : ndarray of bool, shape (P,)
        A capacity contract is signed (for an own build: the decision to invest).
    usable : ndarray of bool, shape (P,)
        Power and everything else that operation needs is there this week.
    cancelled : ndarray of bool, shape (P,)

    Returns
    -------
    ndarray of int, shape (P,)
        `Rung` of each phase.

    Notes
    -----
    secured: land control and contract; permitted: permit granted; building: sitework has
    started; energised: energisation done; commissioned: commissioning done; usable:
    commissioned and `usable`. A commissioned phase goes back from usable in an outage.
    """
    done = np.isfinite(progress.finish_week)
    state = (done[:, Activity.LAND] & contracted).astype(np.int64)  # secured, the first rung
    state[done[:, Activity.PERMIT]] = Rung.PERMITTED
    state[np.isfinite(progress.start_week[:, Activity.SITEWORK])] = Rung.BUILDING
    state[done[:, Activity.ENERGISE]] = Rung.ENERGISED
    commissioned = done[:, Activity.COMMISSIONING]
    state[commissioned] = Rung.COMMISSIONED
    state[commissioned & usable] = Rung.USABLE
    state[cancelled] = Rung.CANCELLED
    return state


def ladder_mw(state: NDArray[np.integer], mw: FloatArray) -> FloatArray:
    """Return the megawatts on each rung.

    Parameters
    ----------
    state : ndarray of int, shape (P,)
        From `ladder_state`.
    mw : ndarray, shape (P,)
        Capacity of each phase [MW], >= 0; 0 for phases nobody has announced.

    Returns
    -------
    ndarray, shape (8,)
        In the order of `Rung`; sums to ``mw.sum()``.
    """
    return np.bincount(state, weights=mw, minlength=len(Rung))
