"""How well the delivery network predicts sites that it was not fitted to, beside simple rivals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.stats import binom, norm

from ecosystem.buildouts import Buildout, Facts, load_buildouts
from ecosystem.delivery.activities import Activity, Network
from ecosystem.delivery.critical_path import Known, forward
from ecosystem.hindcast import (
    FITTED,
    WEEKS_PER_MONTH,
    Constants,
    Fit,
    Ramp,
    fill_fit,
    fit,
    predict,
    ramps,
    site_medians,
    site_work,
)
from ecosystem.numbers import Delivery
from ecosystem.units import FloatArray

SAMPLES = 2000
_ROUNDING_MW = 0.5
"""Buildings come in whole numbers, so an interval may end at what was seen."""
SLIP_FROM, SLIP_MONTHS = date(2025, 12, 15), 8.0
"""First of two looks at the same forecasts, and how much later the second is (P149)."""
SHIPPED = replace(FITTED.constants, building=1.0, self_wait=1.0, leased_wait=1.0)
"""A plan by the shipped medians."""
ANNOUNCED = replace(SHIPPED, self_wait=0.0, leased_wait=0.0)
"""A plan that counts building work alone."""


class LeftOut(NamedTuple):
    """One site, and what is predicted of it by a fit to all others; months, draws sorted.

    `network`: the model; `stranger`: the model without the builder's other sites; `naive`: first
    buildings complete elsewhere, of new builds or of retrofits; `past`: those of the same builder
    where it has any, else as `naive`; `lognormal`: fitted as `naive` with the incomplete censored.
    """

    record: Buildout
    months: float
    horizon: float
    network: FloatArray
    stranger: FloatArray
    naive: FloatArray
    past: FloatArray
    lognormal: FloatArray

    def covers(self, share: float = 0.8) -> bool:
        """Tell whether the central interval holds what was seen."""
        low, high = np.quantile(self.network, [(1 - share) / 2, (1 + share) / 2])
        return bool(low <= self.months <= high)

    def score(self, rival: str, *, horizon: bool = False) -> float:
        """Return the CRPS of one of the five [month]; with `horizon`, up to the last look."""
        limit = self.horizon if horizon else np.inf
        return crps(np.minimum(getattr(self, rival), limit), min(self.months, limit))


def crps(draws: FloatArray, seen: float) -> float:
    """Return the continuous ranked probability score of sorted draws.

    References
    ----------
    .. [1] T. Gneiting, A. E. Raftery, J. Am. Stat. Assoc. 102(477), 2007.
       doi:10.1198/016214506000001437
    """
    n = len(draws)
    weight = 2.0 * np.arange(1, n + 1) - n - 1.0
    return float(np.abs(draws - seen).mean() - (weight * draws).sum() / n**2)


@cache
def left_out() -> list[LeftOut]:
    """Return every site with a date of clearing, predicted by a fit to all others.

    The published median of leased sites holds some of them, so it is left out with each.
    """
    records = load_buildouts()
    found: list[LeftOut] = []
    for record in records:
        if record.cleared is None:
            continue
        rest = [r for r in records if r is not record]
        fitted = fit(rest, summary=record.facts.tenure != "leased")
        stranger = replace(record.facts, builder="")
        peers = [r for r in rest if r.cleared is not None and r.new == record.new]
        found.append(
            LeftOut(
                record,
                record.weeks / WEEKS_PER_MONTH,
                record.watched_weeks / WEEKS_PER_MONTH,
                _months(record.facts, fitted, rest),
                _months(stranger, fitted, rest),
                _complete(peers),
                _complete(_of_builder(peers, record) or peers),
                _lognormal(peers),
            )
        )
    return found


def _months(facts: Facts, fitted: Fit, rest: Sequence[Buildout]) -> FloatArray:
    drawn = predict(facts, SAMPLES, fitted=fitted, records=rest).first_weeks
    return np.sort(drawn) / WEEKS_PER_MONTH


def _of_builder(peers: Sequence[Buildout], record: Buildout) -> list[Buildout]:
    builder = record.facts.builder
    return [r for r in peers if r.complete and r.facts.builder == builder]


def _complete(peers: Sequence[Buildout]) -> FloatArray:
    return np.sort([r.weeks / WEEKS_PER_MONTH for r in peers if r.complete])


def _lognormal(peers: Sequence[Buildout]) -> FloatArray:
    """Return even quantiles of a lognormal fitted with censoring [month]."""
    log = np.log([r.weeks / WEEKS_PER_MONTH for r in peers])
    complete = np.array([r.complete for r in peers])

    def loss(x: FloatArray) -> float:
        z = (log - x[0]) / np.exp(x[1])
        return -float(np.where(complete, -0.5 * z**2 - x[1], norm.logsf(z)).sum())

    centre, spread = minimize(loss, [log.mean(), -1.0], method="L-BFGS-B").x
    even = (np.arange(SAMPLES) + 0.5) / SAMPLES
    return np.exp(centre + np.exp(spread) * norm.ppf(even))


def binomial_interval(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson, Biometrika 26, 1934)."""
    tail = (1 - level) / 2
    grid = np.linspace(0.0, 1.0, 10_001)
    low = grid[binom.sf(hits - 1, n, grid) >= tail][0] if hits else 0.0
    high = grid[binom.cdf(hits, n, grid) >= tail][-1] if hits < n else 1.0
    return float(low), float(high)


def survival(records: Sequence[Buildout]) -> tuple[FloatArray, FloatArray]:
    """Return months and the share not yet in operation (Kaplan and Meier), as steps."""
    weeks = np.array([r.weeks for r in records])
    complete = np.array([r.complete for r in records])
    order = np.lexsort((~complete, weeks))
    at_risk = len(weeks) - np.arange(len(weeks))
    share = np.cumprod(1.0 - complete[order] / at_risk)
    return weeks[order] / WEEKS_PER_MONTH, share


class RampSeen(NamedTuple):
    """MW added per month of observation after the first building, and what was predicted of it."""

    ramp: Ramp
    mw_per_month: float
    low: float
    median: float
    high: float

    @property
    def covered(self) -> bool:
        """Whether the 80% interval holds what was seen."""
        return self.low - _ROUNDING_MW <= self.mw_per_month <= self.high + _ROUNDING_MW


@cache
def ramps_left_out() -> list[RampSeen]:
    """Return every ramp, predicted by the pace of the other campuses."""
    records = load_buildouts()
    found: list[RampSeen] = []
    for ramp in ramps(records):
        record = ramp.record
        pace = fill_fit([r for r in records if r is not record])
        constants = replace(FITTED.constants, fill_months=pace[0], fill_spread=pace[1])
        drawn = predict(record.facts, SAMPLES, fitted=Fit(constants, FITTED.covariance))
        first, last = record.stages[0], record.stages[-1]
        weeks = record.watched_weeks - first.weeks
        months, left = weeks / WEEKS_PER_MONTH, record.facts.buildings - first.buildings
        opened = int(first.buildings)
        by_then = drawn.finish_weeks[:, opened - 1] + weeks
        added = (drawn.finish_weeks <= by_then[:, None]).sum(axis=1) - opened
        each = (record.facts.campus_mw - first.facility_mw) / left
        low, median, high = (float(q) for q in np.quantile(added * each / months, (0.1, 0.5, 0.9)))
        seen = (last.facility_mw - first.facility_mw) / months
        found.append(RampSeen(ramp, seen, low, median, high))
    return found


def gigawatt_ramp() -> FloatArray:
    """Return draws of MW a month from the first to the last of eight buildings of 1.2 GW."""
    drawn = predict(Facts(campus_mw=1200.0, buildings=8, together=2), SAMPLES)
    months = (drawn.finish_weeks[:, -1] - drawn.first_weeks) / WEEKS_PER_MONTH
    return 7 * drawn.building_mw / months


class Slip(NamedTuple):
    """Draws of how far forecasts move between two looks [month], by site."""

    records: list[Buildout]
    months: list[FloatArray]

    @property
    def median(self) -> float:
        """Median over all sites, each counting alike."""
        return float(np.median(np.concatenate(self.months)))

    @property
    def early(self) -> float:
        """Share of forecasts that move forward."""
        return float((np.concatenate(self.months) < 0).mean())


def forecast_slip(belief: Constants) -> Slip:
    """Return the slip of forecasts for the sites at work in December 2025.

    Parameters
    ----------
    belief : Constants
        By which plans are made: of what is not begun the median is believed, of what is under way
        the median of what may still come. What happens is drawn from the fit.
    """
    months: list[FloatArray] = []
    chosen: list[Buildout] = []
    for record in load_buildouts():
        if record.cleared is None or record.cleared >= SLIP_FROM or not record.new:
            continue
        look = (SLIP_FROM - record.cleared).days / 7
        if record.complete and record.weeks <= look:
            continue
        chosen.append(record)
        months.append(_slips(replace(record.facts, buildings=1, together=1), look, belief))
    return Slip(chosen, months)


def _slips(facts: Facts, look: float, belief: Constants) -> FloatArray:
    numbers = Delivery()
    network, weeks = site_work(facts, 4 * SAMPLES, [0], FITTED.constants, load_buildouts())
    starts, finishes = (np.stack(x, axis=1) for x in forward(network, weeks))
    at_work = np.flatnonzero(finishes[:, Activity.COMMISSIONING] > look)[: SAMPLES // 4]
    medians = site_medians(facts, belief, numbers)
    sigma = float(
        np.linalg.norm([numbers.sigma_activity, numbers.sigma_site, numbers.sigma_region])
    )
    first, second = (
        _forecast(network, starts, finishes, medians, sigma, when)[at_work]
        for when in (look, look + SLIP_MONTHS * WEEKS_PER_MONTH)
    )
    return (second - first) / WEEKS_PER_MONTH


def _forecast(
    network: Network,
    starts: FloatArray,
    finishes: FloatArray,
    medians: FloatArray,
    sigma: float,
    week: float,
) -> FloatArray:
    """Return the finish as forecast in `week`, shape (P,), what is done by then as it was."""
    done, begun = finishes <= week, starts < week
    worked = np.where(begun, week - starts, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        passed = norm.cdf(np.log(worked / medians) / sigma)
        still = medians * np.exp(sigma * norm.ppf(0.5 + 0.5 * passed)) - worked
    left = np.where(begun, np.where(medians > 0, still, 0.0), medians)
    left[done] = 0.0
    floor = np.where(done, finishes, week)
    return forward(network, left, Known(floor, begun | done))[1][Activity.COMMISSIONING]
