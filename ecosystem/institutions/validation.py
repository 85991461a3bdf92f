"""Study queues, deposits and bills against solutions found without them."""

from typing import NamedTuple

import numpy as np

from ecosystem.institutions.queues import start_studies
from ecosystem.units import FloatArray


class Waits(NamedTuple):
    """Share of requests that wait for a study, and the mean wait of all, in mean studies."""

    share: float
    mean: float


def erlang_c(servers: int, offered: float) -> Waits:
    """Return what an M/M/c queue does in the long run (Erlang 1917).

    Parameters
    ----------
    servers : int
        Studies at once.
    offered : float
        Arrivals per mean study, below `servers`.
    """
    lost = 1.0  # Erlang's B, one more server at a time
    for k in range(1, servers + 1):
        lost = offered * lost / (k + offered * lost)
    share = servers * lost / (servers - offered * (1 - lost))
    return Waits(share, share / (servers - offered))


def study_waits(slots: int, gaps: FloatArray, studies: FloatArray) -> Waits:
    """Send requests through :func:`~.queues.start_studies`, event by event.

    Parameters
    ----------
    slots : int
        Studies at once.
    gaps, studies : ndarray, shape (n,)
        Time between arrivals, and length of each study, in mean studies.
    """
    arrival = np.cumsum(gaps)
    begun = np.full(len(arrival), np.nan)
    queue: list[int] = []
    ends: list[float] = []
    capacity = np.array([slots])
    coming = 0
    while coming < len(arrival) or queue:
        next_end = min(ends, default=np.inf)
        if coming < len(arrival) and arrival[coming] <= next_end:
            now = float(arrival[coming])
            queue.append(coming)
            coming += 1
        else:
            now = next_end
            ends.remove(next_end)
        waiting = np.array(queue, dtype=np.int64)
        starts = start_studies(
            capacity, np.array([len(ends)]), np.zeros(len(queue), dtype=np.int64), arrival[waiting]
        )
        for request in waiting[starts].tolist():
            begun[request] = now
            ends.append(now + float(studies[request]))
            queue.remove(request)
    wait = begun - arrival
    return Waits(float((wait > 0).mean()), float(wait.mean()))
