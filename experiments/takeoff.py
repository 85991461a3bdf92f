"""The Full Takeoff Model's growth equations, to put beside the flywheel; pure functions.

After T. Davidson, *What a compute-centric framework says about takeoff speeds* (2023), as coded in
https://github.com/epoch-research/ftm (core/model.py), with its published constants. It stands in
``experiments`` because the model never uses it: it only serves `ecosystem validate flywheel`.
Nothing of GATE (Epoch, 2025) is here: its equations could not be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecosystem.units import ArrayLike, FloatArray


@dataclass(frozen=True, slots=True)
class Constants:
    """Published constants of the Full Takeoff Model.

    Attributes
    ----------
    parallel : float
        Exponent of research input: what is not lost by working side by side.
    hardware_returns, software_returns : float
        Doublings of performance per doubling of cumulative research.
    hardware_ceiling, software_ceiling : float
        Largest FLOP per USD; largest factor of algorithms.
    depreciation : float
        Compute that wears out in a year.
    delay_years : float
        From hardware's invention to its purchase.
    spending_growth, spending_cap : float
        Growth of the share of world product spent on compute [1/yr], and its ceiling.
    training_growth, training_cap : float
        Growth of the share of compute in the largest run [1/yr], and its ceiling.
    start_flop_per_usd : float
        Of 2022.
    tradeoff : float
        Runtime that replaces training, as an exponent.
    labour_rho, capital_rho : float
        Exponents of the two nests of production.
    """

    parallel: float = 0.7
    hardware_returns: float = 5.2
    software_returns: float = 1.25
    hardware_ceiling: float = 1e26
    software_ceiling: float = 1e12
    depreciation: float = 0.2
    delay_years: float = 1.0
    spending_growth: float = 0.19
    spending_cap: float = 0.1
    training_growth: float = 0.5475
    training_cap: float = 0.1
    start_flop_per_usd: float = 1.5e17
    tradeoff: float = 1.5
    labour_rho: float = -0.5
    capital_rho: float = -0.4


def researched(cumulative: ArrayLike, effort: ArrayLike, parallel: float, dt: float) -> ArrayLike:
    r"""Return cumulative research after `dt` years, :math:`Q + R^\lambda dt`."""
    return cumulative + effort**parallel * dt


def slowing(performance: ArrayLike, start: ArrayLike, ceiling: float) -> ArrayLike:
    r"""Return phi, the part of the decades to the ceiling that is left, 1 at the start.

    :math:`\phi = (\log_{10} c - \log_{10} p)/(\log_{10} c - \log_{10} p_0)`; 1 without a ceiling.
    """
    if not np.isfinite(ceiling):
        return np.ones_like(np.asarray(performance, dtype=float))[()]
    return np.log10(ceiling / performance) / np.log10(ceiling / start)


def improved(
    performance: ArrayLike, growth: ArrayLike, returns: ArrayLike, phi: ArrayLike, ceiling: float
) -> ArrayLike:
    r"""Return performance after research grew by a factor, :math:`\min(p\,x^{r\phi}, c)`."""
    return np.minimum(performance * growth ** (returns * phi), ceiling)


def stocked(
    stock: ArrayLike, spending: ArrayLike, flop_per_usd: ArrayLike, wear: float, dt: float
) -> ArrayLike:
    r"""Return the stock of hardware, :math:`H(1-\delta)^{dt} + I\,p` [FLOP/yr]."""
    return stock * (1 - wear) ** dt + spending * flop_per_usd


def growing_share(share: ArrayLike, growth: float, cap: float, dt: float) -> ArrayLike:
    r"""Return a share that grows up to its ceiling, :math:`\min(f e^{g\,dt}, f_{max})`."""
    return np.minimum(share * np.exp(growth * dt), cap)


def runtime_needed(
    runtime: ArrayLike, needed: ArrayLike, run: ArrayLike, power: float
) -> FloatArray:
    r"""Return what a task takes to run, :math:`\max(1, rt (train/run)^{power})` [FLOP/s]."""
    return np.maximum(1.0, runtime * (np.asarray(needed) / run) ** power)


def automatable(needed: ArrayLike, run: ArrayLike, most: float) -> ArrayLike:
    """Return whether a run, with the most that runtime can make up for, can do a task."""
    return np.asarray(needed) < run * most


def produced(inputs: Sequence[float] | FloatArray, weights: ArrayLike, rho: float) -> float:
    r"""Return a CES aggregate, :math:`[\sum a_i x_i^\rho/\sum a_i]^{1/\rho}`."""
    shares = np.asarray(weights, dtype=float) / np.sum(weights)
    return float(np.sum(shares * np.asarray(inputs, dtype=float) ** rho) ** (1 / rho))


class Path(NamedTuple):
    """Yearly course of the takeoff model's effective compute, arrays of shape (years + 1,).

    Attributes
    ----------
    flop_per_usd, algorithms : ndarray
        Hardware and software performance.
    stock : ndarray
        Hardware [FLOP/yr].
    run : ndarray
        Effective compute of the largest training run.
    """

    flop_per_usd: FloatArray
    algorithms: FloatArray
    stock: FloatArray
    run: FloatArray


def path(
    spending: FloatArray,
    run_share: FloatArray,
    effort_growth: float,
    constants: Constants | None = None,
    warm_up_years: int = 40,
) -> Path:
    """Run research, hardware and the largest run on a given spending, a year a step.

    Parameters
    ----------
    spending : ndarray, shape (years + 1,)
        On compute [USD/yr].
    run_share : ndarray, shape (years + 1,)
        Share of all compute in the largest run.
    effort_growth : float
        Log growth of research input, before and after [1/yr]. Cumulative research starts where
        `warm_up_years` of that growth have brought it, so that it depends on no opening value.
    constants : Constants, optional
        The published ones by default.
    """
    c = constants or Constants()
    effort = np.exp(effort_growth * np.arange(-warm_up_years, len(spending)))
    done = np.cumsum(effort**c.parallel)[warm_up_years - 1 :]
    hardware, software = [c.start_flop_per_usd], [1.0]
    stock = [spending[0] * c.start_flop_per_usd / (c.depreciation + effort_growth)]
    lag = round(c.delay_years)
    for year in range(1, len(spending)):
        growth = researched(done[year - 1], effort[warm_up_years + year - 1], c.parallel, 1.0)
        growth /= done[year - 1]
        for levels, returns, ceiling in (
            (hardware, c.hardware_returns, c.hardware_ceiling),
            (software, c.software_returns, c.software_ceiling),
        ):
            phi = slowing(levels[-1], levels[0], ceiling)
            levels.append(float(improved(levels[-1], growth, returns, phi, ceiling)))
        bought = hardware[max(year - lag, 0)]
        stock.append(float(stocked(stock[-1], spending[year], bought, c.depreciation, 1.0)))
    held, tuned = np.array(stock), np.array(software)
    return Path(np.array(hardware), tuned, held, held * tuned * run_share)
