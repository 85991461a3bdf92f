"""Failures, checkpoints and the share of time in which a synchronous job progresses.

Arguments broadcast; times share one unit, seconds unless said otherwise. A job with no nodes has
an infinite mean time to failure and loses nothing.
"""

import numpy as np
from scipy.special import pdtrc, pdtrik  # pyright: ignore[reportMissingTypeStubs]

from ecosystem.units import ArrayLike, FloatArray

SECONDS_PER_DAY = 86_400.0
NODE_ACCELERATORS = 8.0  # the nodes of the published failure rates hold eight accelerators
LONGEST = 1e12  # [s] stands for "never", so that 0 nodes divide by something
SHORTEST = 1e-12  # [s] stands for an interval of 0
STEEPEST = 700.0  # beyond exp(700) a job makes no progress worth a number


def mttf_s(nodes: ArrayLike, failures_per_node_day: ArrayLike) -> FloatArray:
    """Return mean time to failure [s] of a job on `nodes` that fail as one.

    M = 1 / (N r), Kokolis et al. 2024 (arXiv:2410.21680). The rate belongs to a class of jobs:
    for 1,024 accelerators the paper measures a quarter of what the formula gives.
    """
    return SECONDS_PER_DAY / np.maximum(nodes * failures_per_node_day, SECONDS_PER_DAY / LONGEST)


def young_s(write_s: ArrayLike, mttf: ArrayLike) -> FloatArray:
    """Return Young's checkpoint interval, sqrt(2 w M) (Commun. ACM 17(9), 1974); needs w << M."""
    return np.sqrt(2.0 * write_s * mttf)


def daly_s(write_s: ArrayLike, mttf: ArrayLike) -> FloatArray:
    """Return Daly's higher-order interval (FGCS 22(3), 2006, eq. 37); M where w >= 2 M."""
    x = np.minimum(write_s / (2.0 * mttf), 1.0)
    tau = young_s(write_s, mttf) * (1.0 + np.sqrt(x) / 3.0 + x / 9.0) - write_s
    return np.where(x < 1.0, tau, mttf)


def efficiency_exact(
    interval_s: ArrayLike, write_s: ArrayLike, restart_s: ArrayLike, mttf: ArrayLike
) -> FloatArray:
    """Return solve time over expected wall time under exponential failures, 0 to 1.

    T_s / T = tau / (M exp(R/M) (exp((tau + w)/M) - 1)), Daly 2006: failures may strike during
    checkpoint and restart too. As tau goes to 0 with w > 0 it goes to 0, and with w = 0 to
    exp(-R/M).
    """
    interval_s = np.maximum(interval_s, SHORTEST)
    lost = np.minimum((interval_s + write_s) / mttf, STEEPEST)
    down = np.minimum(restart_s / mttf, STEEPEST)
    return interval_s / (mttf * np.expm1(lost)) * np.exp(-down)


def efficiency_first_order(
    interval_s: ArrayLike, write_s: ArrayLike, restart_s: ArrayLike, mttf: ArrayLike
) -> FloatArray:
    """Return 1 - w/tau - (tau/2 + R)/M, at least 0; fails once losses exceed about 0.3."""
    interval_s = np.maximum(interval_s, SHORTEST)
    loss = write_s / interval_s + (0.5 * interval_s + restart_s) / mttf
    return np.maximum(1.0 - loss, 0.0)


def ettr(
    nodes: ArrayLike,
    failures_per_node_day: ArrayLike,
    interval_s: ArrayLike,
    write_s: ArrayLike,
    restart_s: ArrayLike,
) -> FloatArray:
    """Return the effective training time ratio of Kokolis et al. 2024, at least 0.

    (1 - N r (u + dt/2)) / (1 + w/dt), for a job that never queues.
    """
    rate = nodes * failures_per_node_day / SECONDS_PER_DAY
    interval_s = np.maximum(interval_s, SHORTEST)
    running = 1.0 - rate * (restart_s + 0.5 * interval_s)
    return np.maximum(running, 0.0) / (1.0 + write_s / interval_s)


def goodput(
    nodes: ArrayLike,
    failures_per_node_day: ArrayLike,
    checkpoint_s: ArrayLike,
    restart_s: ArrayLike,
) -> FloatArray:
    r"""Return the share of wall time in which a synchronous job progresses, 0 to 1.

    Parameters
    ----------
    nodes : float or ndarray
        Nodes that fail as one job.
    failures_per_node_day : float or ndarray
        Failure rate of one node [1/day].
    checkpoint_s, restart_s : float or ndarray
        Time that writing a checkpoint blocks the job, and time to detect a fault and resume [s].

    Notes
    -----
    Checkpoints every :math:`\sqrt{2wM}`, capped at a failure's mean time, and the exact
    expectation of Daly 2006.
    """
    mttf = mttf_s(nodes, failures_per_node_day)
    interval = np.minimum(young_s(checkpoint_s, mttf), mttf)
    return efficiency_exact(interval, checkpoint_s, restart_s, mttf)


def domain_availability(
    failures_per_unit_day: ArrayLike, units_per_domain: ArrayLike, repair_days: ArrayLike
) -> FloatArray:
    """Return the share of time that a scale-up domain is whole when any unit takes it down.

    1 / (1 + r u d): a rack-scale domain of u trays loses all its accelerators for the repair of
    one tray, its blast radius; u = 1 gives the availability of a tray that fails alone.
    """
    return np.asarray(1.0 / (1.0 + failures_per_unit_day * units_per_domain * repair_days))


def stall_probability(
    spares: ArrayLike, units: ArrayLike, failures_per_unit_day: ArrayLike, repair_days: ArrayLike
) -> FloatArray:
    """Return the probability that more units are in repair than there are `spares`.

    Units in repair are Poisson with mean N r d (an M/G/infinity repair shop): the job stalls
    when their number exceeds the spares.
    """
    mean = np.asarray(units * failures_per_unit_day * repair_days, dtype=np.float64)
    return np.asarray(pdtrc(spares, mean), dtype=np.float64)


def spares_for(
    stall: ArrayLike, units: ArrayLike, failures_per_unit_day: ArrayLike, repair_days: ArrayLike
) -> FloatArray:
    """Return the fewest spares with which a job stalls at most for the share `stall` of time."""
    mean = np.asarray(units * failures_per_unit_day * repair_days, dtype=np.float64)
    allowed = np.clip(stall, 1e-12, 1.0)
    found: FloatArray = np.maximum(np.ceil(pdtrik(1.0 - allowed, np.maximum(mean, 1e-12))), 0.0)
    # the inverse is exact to rounding; one step either way settles it
    fewer = np.maximum(found - 1.0, 0.0)
    found = np.where(pdtrc(fewer, mean) <= allowed, fewer, found)
    return np.where(pdtrc(found, mean) <= allowed, found, found + 1.0)
