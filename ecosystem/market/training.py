"""Training runs, releases and the capability that they bring; the share of compute that trains."""

import math
from typing import NamedTuple

from ecosystem.market.rules import MarketRules
from ecosystem.units import SECONDS_PER_WEEK, WEEKS_PER_YEAR


class TrainingRun(NamedTuple):
    """The frontier run in progress, the finished runs that wait, and the best model released.

    Parameters
    ----------
    flop : float
        Compute in the run so far.
    weeks_left : float
        Weeks until it ends.
    started_week : float
        Week in which it began: its algorithms are of that date.
    pending : tuple of (float, float)
        Release week and capability of finished runs, oldest first.
    released_capability : float
        Best model that users can have; never falls.
    """

    flop: float
    weeks_left: float
    started_week: float
    pending: tuple[tuple[float, float], ...]
    released_capability: float


def capability_of_run(run_flop: float, started_week: float, rules: MarketRules) -> float:
    r"""Return the capability index of the model that a training run yields.

    Parameters
    ----------
    run_flop : float
        Compute of the run, >= 0 [FLOP].
    started_week : float
        Week in which it began.
    rules : MarketRules
        Slope, reference run, algorithmic growth, law.

    Returns
    -------
    float
        Index points; rises with compute unless the law is ``compute_null``.

    Notes
    -----
    :math:`x = \log_{10}(CA/C_0A_0)` decades of effective compute [1]_ add :math:`s\,x` points
    (``log``) or :math:`s\,X(1-e^{-x/X})` (``saturating``, same slope at 0, X =
    `saturation_decades`); under ``compute_null`` the run's size does nothing, :math:`C = C_0`.
    A is taken at the start of a run, when its recipe is frozen. The model on sale at week 0
    began `run_weeks` + `release_lag_weeks` earlier: that is the date of :math:`A_0`, so that
    algorithmic progress neither jumps nor pauses at the first release.

    References
    ----------
    .. [1] A. Ho et al., Algorithmic progress in language models, 2024. arXiv:2403.05812
    """
    years = (started_week + rules.run_weeks + rules.release_lag_weeks) / WEEKS_PER_YEAR
    decades = rules.algorithmic_growth * years / math.log(10)
    if rules.capability_law != "compute_null":
        decades += math.log10(max(run_flop, 1.0) / rules.start_run_flop)
    return rules.capability_start + points_of(decades, rules)


def points_of(decades: float, rules: MarketRules) -> float:
    """Return the index points that decades of effective compute add, by the law of the rules."""
    if rules.capability_law == "saturating" and decades > 0:
        most = rules.saturation_decades
        decades = -most * math.expm1(-decades / most)
    return rules.capability_per_decade * decades


def local_slope(capability: float, rules: MarketRules) -> float:
    """Return the points that the next decade of the lab's compute would add at a capability."""
    if rules.capability_law == "compute_null":
        return 0.0
    slope = rules.capability_per_decade
    if rules.capability_law == "saturating" and capability > rules.capability_start:
        gained = (capability - rules.capability_start) / (slope * rules.saturation_decades)
        slope *= max(0.0, 1 - gained)
    return slope


def training_share(
    share: float,
    adopted_mw: float,
    inference_mw: float,
    target_utilisation: float,
    step: float,
    bounds: tuple[float, float],
) -> float:
    """Return the share of compute that trains from now on, decided each quarter by need.

    Parameters
    ----------
    share : float
        Share that trains now, in [0, 1].
    adopted_mw, inference_mw : float
        Demand in use, and the capacity that the other share of compute serves it with [MW].
    target_utilisation : float
        Use over capacity at which serving is comfortable.
    step : float
        Largest move of a quarter.
    bounds : (float, float)
        Shares below and above which training does not go.

    Returns
    -------
    float
        Compute moves to serving while use is above its target over capacity, and back to training
        while it is below; by no more than labs were seen to move in a quarter.
    """
    if inference_mw > 0 and share < 1:
        wanted = 1 - adopted_mw / (target_utilisation * inference_mw) * (1 - share)
    else:
        wanted = 0.0 if adopted_mw > 0 else share
    least, most = bounds
    return max(least, min(share + min(max(wanted - share, -step), step), most))


def train(
    run: TrainingRun,
    training_flop_per_s: float,
    rules: MarketRules,
    week: float,
    dt_weeks: float = 1.0,
    spare: float = 0.0,
) -> TrainingRun:
    """Return training after `dt_weeks`: runs follow one another without a gap.

    Parameters
    ----------
    run : TrainingRun
        State at `week`.
    training_flop_per_s : float
        Useful training rate of the fleet, >= 0; the final run gets `final_run_share` of it.
    rules : MarketRules
        Length of a run, lag to its release, law of capability.
    week, dt_weeks : float
        Start and length of the step, in weeks; at most one week long.
    spare : float
        Share of inference capacity that idles, in [0, 1]: it tunes, tests and launches a finished
        model sooner, by up to `release_spare_share` of the lag.

    Returns
    -------
    TrainingRun
        A run that ends within the step shares it with the next one, so that run lengths need
        not be whole weeks.
    """
    rate = rules.final_run_share * training_flop_per_s * SECONDS_PER_WEEK
    end = week + dt_weeks
    flop, left, started, pending, best = run
    if left <= dt_weeks:
        flop += rate * left
        lag = rules.release_lag_weeks * (1 - rules.release_spare_share * spare)
        pending = (*pending, (week + left + lag, capability_of_run(flop, started, rules)))
        started = week + left
        flop, left = 0.0, left + rules.run_weeks
        flop = rate * (end - started)
    else:
        flop += rate * dt_weeks
    if pending and min(pending)[0] <= end:
        best = max(best, *(index for due, index in pending if due <= end))
        pending = tuple(waiting for waiting in pending if waiting[0] > end)
    return TrainingRun(flop, left - dt_weeks, started, pending, best)
