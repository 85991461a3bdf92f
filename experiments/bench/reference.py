"""How slow this machine is right now, so that limits can be ratios.

The workload has the grain of a week of the model: small NumPy calls on arrays of 200 phases by 17
activities and 300 open ones. `REFERENCE_S` is what it took on the idle machine on which the limits
were set (two cores of a cloud server, 2026); a limit is meant for that machine and is multiplied
by :func:`slowness` elsewhere, or under load.
"""

from collections.abc import Callable
from statistics import median
from time import thread_time

import numpy as np

REFERENCE_S = 530e-6
_TABLE = np.random.default_rng(0).random((200, 17))
_ROWS = np.random.default_rng(0).integers(0, 200, 300)


def workload() -> None:
    """Do the fixed work."""
    table = _TABLE
    for _ in range(20):
        table = np.where(table > 0.5, table * 0.5, table + 0.25)
        chosen = table[_ROWS]
        chosen.min(axis=1)
        np.bincount(_ROWS, chosen[:, 0], 200)


def typical_s(work: Callable[[], object], calls: int, repeats: int = 9) -> float:
    """Return the median over repeats of this thread's processor time of one call."""
    spent = []
    for _ in range(repeats):
        begin = thread_time()
        for _ in range(calls):
            work()
        spent.append((thread_time() - begin) / calls)
    return median(spent)


def slowness() -> float:
    """Return the time of the workload now over that on the reference machine, at least 1."""
    return max(1.0, typical_s(workload, calls=40) / REFERENCE_S)


def least_s(work: Callable[[], object], repeats: int) -> float:
    """Return the least processor time of this thread in which `work` was done once [s]."""
    spent: list[float] = []
    for _ in range(repeats):
        begin = thread_time()
        work()
        spent.append(thread_time() - begin)
    return min(spent)
