"""Generations of accelerators that nobody has announced, and when to wait for the next one.

A generation after the last announced one is an assumption: it comes at a steady cadence and
brings the same gains each time, so that a study can vary the pace.
"""

from datetime import date, timedelta

import numpy as np

from ecosystem.cluster.hardware import Generations
from ecosystem.cluster.serving import REFERENCE_HBM_GB
from ecosystem.errors import InputError
from ecosystem.units import WEEKS_PER_YEAR, ArrayLike, FloatArray

MOST_ASSUMED = 60
"""Generations that a roadmap may add; more means that the cadence is a mistake."""


def extended(
    known: Generations,
    until: date,
    cadence_weeks: float,
    flop_gain: float,
    token_gain: float,
    rack_kw_gain: float,
) -> Generations:
    """Return the generations of a table and assumed ones after its last, up to a day.

    Parameters
    ----------
    known : Generations
        Announced ones; those that are assumed follow the last of them in time.
    until : date
        No generation comes later.
    cadence_weeks : float
        Weeks from one generation to the next, > 0.
    flop_gain, token_gain : float
        Peak FLOP/s, and benchmark tokens/s, per watt of IT over those of the generation before.
    rack_kw_gain : float
        Power of a rack over that of the generation before.

    Returns
    -------
    Generations
        Keys of assumed ones are ``assumed_1`` and so on.

    Notes
    -----
    A rack holds as many packages as before; each draws `rack_kw_gain` times the power, so its
    peak grows by that times `flop_gain`. Of tokens, which go with the square root of peak x
    bandwidth (:func:`ecosystem.cluster.serving.benchmark_tokens_per_s`), what the peak does not
    give is left to the bandwidth; memory grows alike, as far as it counts it is plenty already.
    """
    last = int(np.argmax([day.toordinal() for day in known.available]))
    span = (until - known.available[last]).days / 7
    count = int(span // cadence_weeks) if span > 0 else 0
    if count > MOST_ASSUMED:
        raise InputError(
            f"Generations every {cadence_weeks:g} weeks are {count} up to {until}; at most "
            f"{MOST_ASSUMED} are reckoned with. Raise chips.generation_weeks."
        )
    if not count:
        return known
    if known.hbm_gb[last] < REFERENCE_HBM_GB:
        raise InputError(
            f"Generation '{known.key[last]}' has less memory than the reference, so no gain in "
            "tokens can be assumed from it. Let the list of generations end with a newer one."
        )
    power = rack_kw_gain ** np.arange(1.0, count + 1)
    peak = power * flop_gain ** np.arange(1.0, count + 1)
    tokens = power * token_gain ** np.arange(1.0, count + 1)
    bandwidth = tokens**2 / peak
    grows = {
        "rack_kw": power,
        "allin_kw_per_accelerator": power,
        "tdp_w": power,
        "bf16_pflops": peak,
        "fp8_pflops": peak,
        "fp4_pflops": peak,
        "hbm_tbps": bandwidth,
        "hbm_gb": np.maximum(bandwidth, 1.0),
        "scaleup_tbps": bandwidth,
        "scaleout_gbps": bandwidth,
    }
    fixed = ("accelerators_per_rack", "scaleup_domain")
    unknown = ("rack_price_usd", "matmul_bf16_tflops", "matmul_fp8_tflops")
    first = known.available[last]
    assumed = Generations(
        key=tuple(f"assumed_{n}" for n in range(1, count + 1)),
        name=tuple(f"Assumed generation {n}" for n in range(1, count + 1)),
        available=tuple(first + timedelta(weeks=n * cadence_weeks) for n in range(1, count + 1)),
        **{name: getattr(known, name)[last] * gain for name, gain in grows.items()},
        **{name: np.full(count, getattr(known, name)[last]) for name in fixed},
        **{name: np.full(count, np.nan) for name in unknown},
    )
    return known.join(assumed)


def worth_of_waiting(
    gain: ArrayLike,
    lost_weeks: ArrayLike,
    life_years: float,
    erosion_per_year: ArrayLike,
) -> FloatArray:
    r"""Return what a rack of the next generation earns over what one of this generation does.

    Parameters
    ----------
    gain : float or ndarray
        Useful work per megawatt of the next generation over that of the one on sale, > 0.
    lost_weeks : float or ndarray
        Weeks in which the hall stands ready and empty if it waits, >= 0.
    life_years : float
        Life of the racks that could be installed now; both are compared over it.
    erosion_per_year : float or ndarray
        Rate at which a year's work loses worth: interest, and the efficiency of all others'
        newer racks as far as it lowers the price of a token, >= 0.

    Returns
    -------
    ndarray
        Above 1 waiting pays: :math:`g\,(A(L) - A(w)) / A(L)` with
        :math:`A(t) = (1 - e^{-\gamma t})/\gamma`, the worth of use up to year t at the price of
        today. With no week lost it is the gain itself; at `lost_weeks` beyond the life it is 0.
    """
    rate = np.maximum(np.asarray(erosion_per_year, dtype=float), 1e-9)
    lost = np.minimum(np.asarray(lost_weeks, dtype=float) / WEEKS_PER_YEAR, life_years)
    whole, missed = -np.expm1(-rate * life_years), -np.expm1(-rate * lost)
    return np.asarray(gain) * (whole - missed) / whole


def waits(
    gain: ArrayLike,
    wait_weeks: ArrayLike,
    lost_weeks: ArrayLike,
    life_years: float,
    erosion_per_year: ArrayLike,
    longest_wait_weeks: ArrayLike,
) -> np.ndarray:
    """Return whether to wait for the next generation rather than order what is on sale.

    Parameters
    ----------
    wait_weeks : float or ndarray
        Weeks by which the order would be put off.
    longest_wait_weeks : float or ndarray
        No order is put off for longer, however good what is to come; 0 never waits.

    Notes
    -----
    The other parameters are those of :func:`worth_of_waiting`. Only the next generation counts:
    whoever reckons with the one after it as well may wait for ever.
    """
    worth = worth_of_waiting(gain, lost_weeks, life_years, erosion_per_year)
    wait = np.asarray(wait_weeks)
    return (worth > 1.0) & (wait > 0.0) & (wait <= longest_wait_weeks)
