"""Who is served first: queues of whole requests, studies, and what a withdrawal costs."""

import numpy as np

from ecosystem.units import ArrayLike, BoolArray, FloatArray, IntArray


def _ahead(group: IntArray, order: ArrayLike, need: FloatArray) -> FloatArray:
    """Return what others in the same group ask for before each request, shape of `need`."""
    served = np.lexsort((np.asarray(order), group))
    sorted_need = need[served]
    before = np.cumsum(sorted_need, axis=0) - sorted_need
    sorted_group = group[served]
    opens = np.searchsorted(sorted_group, sorted_group)
    ahead = np.empty_like(before)
    ahead[served] = before - before[opens]
    return ahead


def fifo_grant(
    capacity: FloatArray, group: IntArray, need: FloatArray, arrival: ArrayLike
) -> BoolArray:
    """Grant whole requests in order of arrival; the first that does not fit blocks those behind.

    Parameters
    ----------
    capacity : ndarray, shape (G,)
        What each group has, >= 0.
    group : ndarray of int, shape (n,)
        Group of each request.
    need : ndarray, shape (n,)
        What it asks for, >= 0.
    arrival : ndarray, shape (n,)
        Time of arrival; equals are served in order of position.

    Returns
    -------
    ndarray of bool, shape (n,)
        Whether the request is granted in full.
    """
    room = np.asarray(capacity, dtype=float)[group]
    # Sums of hundreds of megawatts in another order differ in the last digits.
    return _ahead(group, arrival, need) + need <= room * (1.0 + 1e-12)


def hold_firm(
    headroom: FloatArray,
    held: FloatArray,
    usual: FloatArray,
    staying: ArrayLike,
    hold_weeks: float,
) -> tuple[FloatArray, FloatArray]:
    """Return the firm headroom left, and what speculative requests hold, after a week.

    Parameters
    ----------
    headroom, held : ndarray, shape (R,)
        Firm capacity not promised, and held by speculative requests [MW].
    usual : ndarray, shape (R,)
        What they hold where no deposit is asked for: as much lapses as is asked for anew.
    staying : float or ndarray, shape (R,)
        Share of them that stays at the deposit asked for, in [0, 1]; the others leave at once.
    hold_weeks : float
        Mean time until a request lapses, >= 1.

    Notes
    -----
    Nothing is lost: `headroom` and `held` keep their sum. Held capacity goes to
    ``usual * staying`` at 1 / `hold_weeks` from below, as far as there is headroom.
    """
    wanted = usual * staying
    kept = np.minimum(held, wanted)
    free = headroom + (held - kept)
    joining = np.minimum((wanted - kept) / hold_weeks, np.maximum(free, 0.0))
    return free - joining, kept + joining


def start_studies(
    slots: IntArray, active: IntArray, group: IntArray, arrival: ArrayLike
) -> BoolArray:
    """Return which waiting requests a utility begins to study.

    Parameters
    ----------
    slots, active : ndarray of int, shape (G,)
        Studies that each utility can run, and runs.
    group, arrival : ndarray, shape (n,)
        Utility and time of arrival of each waiting request.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    free = np.maximum(slots - active, 0)
    if len(free) == 1:  # one utility: the first that find room
        begins = np.zeros(len(group), dtype=bool)
        begins[np.asarray(arrival).argsort(kind="stable")[: free[0]]] = True
        return begins
    return fifo_grant(free.astype(float), group, np.ones(len(group)), arrival)


def restudies(group: IntArray, arrival: ArrayLike, withdrawn: BoolArray) -> FloatArray:
    """Count the withdrawals ahead of each request that stays, for each a restudy.

    Parameters
    ----------
    group, arrival : ndarray, shape (n,)
        Utility and time of arrival of all requests, those who withdraw included.
    withdrawn : ndarray of bool, shape (n,)
        Who withdraws now.

    Returns
    -------
    ndarray, shape (n,)
        Withdrawals ahead; 0 for those who withdraw.
    """
    return np.where(withdrawn, 0.0, _ahead(group, arrival, withdrawn.astype(float)))
