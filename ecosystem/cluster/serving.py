"""Tokens from megawatts, and how long a request waits for them over a day.

Latency at a week's mean load would hardly move: queues grow at the daily peak. Demand therefore
follows a sinusoid, and waiting and rationing are integrated over it.
"""

import math
from functools import lru_cache

import numpy as np

from ecosystem.cluster.hardware import Generations
from ecosystem.units import ONE, ArrayLike, FloatArray

# DeepSeek-R1 (37e9 active parameters) in FP4 on a GB200 NVL72, 1k in and 1k out, input and output
# tokens, at 91 tokens/s per user: InferenceX of 2026-05-22. With 2.10 kW all-in per accelerator
# this is the published 3.67 million tokens/s per MW.
REFERENCE = "gb200"
REFERENCE_TOKENS_PER_S = 7_698.0
REFERENCE_PEAK_PFLOPS, REFERENCE_HBM_TBPS, REFERENCE_HBM_GB = 9.8, 8.0, 186.0
PROFILE_POINTS = 12
SMALLEST = 1e-12
_SMALLEST = np.array(SMALLEST)


def benchmark_tokens_per_s(generations: Generations) -> FloatArray:
    """Return benchmark tokens/s per accelerator, shape (G,).

    The measured rate of the reference times sqrt(peak x bandwidth) x sqrt(memory), each over the
    reference's. Decoding lives between two roofs, hence the geometric mean of the serving peak
    (FP4; twice FP8 where a chip that has it has not published it; FP8 where it has no FP4 units)
    and of bandwidth. Weights in 8 bits move and hold twice the bytes. Less memory than the
    reference means smaller batches; more does not help. No constant is fitted.

    Over GB200 the rule gives 1.22 for GB300 (measured 1.22), 0.94 for B200 (0.90), 0.15 for H200
    (0.15), 0.10 for H100 (0.09), but 1.0 for MI355X (0.28 in early 2026, software).
    """
    own = generations.fp4_pflops
    eight = np.isnan(own) & (generations.fp8_pflops <= REFERENCE_PEAK_PFLOPS)
    peak = np.where(np.isnan(own), np.where(eight, 1.0, 2.0) * generations.fp8_pflops, own)
    size = np.where(eight, 2.0, 1.0)
    roofs = peak / REFERENCE_PEAK_PFLOPS * generations.hbm_tbps / (REFERENCE_HBM_TBPS * size)
    memory = np.minimum(generations.hbm_gb / (REFERENCE_HBM_GB * size), 1.0)
    return REFERENCE_TOKENS_PER_S * np.sqrt(roofs * memory)


def daily_profile(peak_to_mean: float, points: int = PROFILE_POINTS) -> FloatArray:
    """Return demand over its mean at `points` equally likely moments of a day.

    A sinusoid, sampled over half a period because the other half repeats it; its mean is 1.
    `peak_to_mean` lies between 1 and 2, so that demand is never negative.
    """
    phase = (np.arange(points) + 0.5) * (np.pi / points)
    return 1.0 + (peak_to_mean - 1.0) * np.cos(phase)


def served_share(load: ArrayLike, peak_to_mean: ArrayLike) -> FloatArray:
    """Return served over capacity, the daily mean of min(demand, capacity) in closed form.

    Parameters
    ----------
    load : float or ndarray
        Mean demand over capacity, >= 0.
    peak_to_mean : float or ndarray
        Daily peak over mean demand, 1 to 2.

    Returns
    -------
    ndarray
        Between 0 and min(load, 1). Demand load (1 + A cos t) exceeds capacity but for the part
        d/pi of the day in which -cos t > (load - 1)/(load A). It is written in terms of d, and d
        as twice an arcsine, so that nothing cancels when demand is far above capacity.
    """
    # for one number, as every week asks for, Python's own functions are ten times faster
    single = isinstance(load, float) and isinstance(peak_to_mean, float)
    own, numpys = (min, max, math.sqrt), (np.minimum, np.maximum, np.sqrt)
    least, most, root = own if single else numpys
    swing = load * (peak_to_mean - 1.0)
    low = (1.0 - load * (2.0 - peak_to_mean)) / (2.0 * most(swing, SMALLEST))
    half = least(most(low, 0.0), 1.0)
    free = 2.0 * np.arcsin(root(half))
    within = load * free - 2.0 * swing * root(half * (1.0 - half))
    return np.asarray(least(1.0 + (within - free) / np.pi, least(load, 1.0)))


def sakasegawa_wait(rho: ArrayLike, servers: ArrayLike, variability: ArrayLike) -> FloatArray:
    """Return the mean wait of M/G/c in service times, rho < 1.

    rho^(sqrt(2(c + 1)) - 1) / (c (1 - rho)) (1 + C_s^2) / 2 with Poisson arrivals (Sakasegawa
    1977, Ann. Inst. Statist. Math. 29). Exact for M/M/1, where it is rho/(1 - rho).

    Parameters
    ----------
    rho : float or ndarray
        Utilisation in [0, 1); at 1 and above the queue has no mean and the result is not used.
    servers : float or ndarray
        Slots of one pool, >= 1.
    variability : float or ndarray
        Squared coefficient of variation of service time, 1 for exponential.
    """
    if isinstance(servers, float) and isinstance(variability, float):
        exponent, factor = _law_of_pool(servers, variability)
    else:
        exponent, factor = _wait_law(servers, variability)
    return np.power(rho, exponent) / np.maximum(ONE - rho, _SMALLEST) * factor


def _wait_law(servers: ArrayLike, variability: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the exponent of utilisation, and the factor, of Sakasegawa's wait."""
    exponent = np.sqrt(2.0 * (servers + 1.0)) - 1.0
    return np.asarray(exponent), np.asarray((1.0 + variability) / (2.0 * servers))


@lru_cache(maxsize=16)
def _law_of_pool(servers: float, variability: float) -> tuple[FloatArray, FloatArray]:
    # a run asks for the same one every week
    return _wait_law(servers, variability)


def erlang_c(servers: int, offered: ArrayLike) -> FloatArray:
    """Return the probability that a request waits in M/M/c, by the stable recursion.

    1/B_k = 1 + (k/a)/B_(k-1), C = B/(1 - rho (1 - B)); 0 at no load, 1 at overload.

    Parameters
    ----------
    servers : int
        c >= 1; the recursion takes c steps.
    offered : float or ndarray
        Offered load a = lambda/mu in servers, >= 0.
    """
    load = np.asarray(offered, dtype=np.float64)
    blocking = np.ones_like(load)
    for k in range(1, servers + 1):
        blocking = load * blocking / (k + load * blocking)
    rho = load / servers
    stable = np.minimum(rho, 1.0)
    # at overload rho (1 - B) stays below 1 for every finite load, so the quotient is safe
    return np.where(rho < 1.0, blocking / (1.0 - stable * (1.0 - blocking)), 1.0)


def mean_wait(
    loads: FloatArray, servers: ArrayLike, variability: ArrayLike, longest: ArrayLike
) -> FloatArray:
    """Return waits in service times at `loads`, none longer than `longest`.

    Requests that would wait longer leave: that is the rationing horizon, and it keeps the wait
    finite when a pool is overloaded.
    """
    rho = np.minimum(loads, ONE)
    return np.minimum(sakasegawa_wait(rho, servers, variability), longest)


def staffed_servers(offered: ArrayLike, beta: ArrayLike) -> FloatArray:
    """Return servers by the square-root rule, R + beta sqrt(R) (Halfin & Whitt 1981)."""
    return offered + beta * np.sqrt(offered)


def halfin_whitt_wait_probability(beta: FloatArray) -> FloatArray:
    """Return the limit of the probability to wait under that rule, 1/(1 + beta Phi/phi).

    Bigger pools run hotter at the same latency: the economy of scale of a campus.
    """
    density = np.exp(-0.5 * beta * beta) / math.sqrt(2.0 * math.pi)
    below = np.array([0.5 * math.erfc(-b / math.sqrt(2.0)) for b in beta.ravel()])
    return 1.0 / (1.0 + beta * below.reshape(beta.shape) / density)


def usd_per_mtok(usd_per_accelerator_hour: ArrayLike, tokens_per_s: ArrayLike) -> FloatArray:
    """Return the cost of a million tokens at full load; divide by utilisation for a fleet."""
    return np.asarray(
        usd_per_accelerator_hour * 1e6 / (3600.0 * np.maximum(tokens_per_s, SMALLEST))
    )


def tokens_per_s_per_mw(tokens_per_s: ArrayLike, allin_kw: ArrayLike) -> FloatArray:
    """Return tokens/s per utility MW from tokens/s and all-in kW of an accelerator."""
    return np.asarray(tokens_per_s * 1e3 / allin_kw)


def time_to_first_token_s(
    wait_s: ArrayLike, tokens_in: ArrayLike, prefill_tokens_per_s: ArrayLike, step_s: ArrayLike
) -> FloatArray:
    """Return queue, prefill of the request on one accelerator group, and the first step [s]."""
    return np.asarray(wait_s + tokens_in / np.maximum(prefill_tokens_per_s, SMALLEST) + step_s)
