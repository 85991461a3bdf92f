"""How long sites take from cleared land to power, by the model's own activity network.

`predict` draws the stochastic activity network of a site for what was known when its land was
cleared: permits and design are done, the building starts, the connection and the long-lead
equipment are on order. Medians are those of `numbers.Delivery`; `Constants` says by how much
observed sites differ from them, and `fit` finds it. The simulation does not read them.
"""

# SciPy ships no stubs.
# pyright: reportMissingTypeStubs=false

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr, ndtr

from ecosystem.buildouts import Buildout, Facts, load_buildouts
from ecosystem.delivery.activities import (
    ACTIVITIES,
    Activity,
    Network,
    Power,
    build_network,
    durations,
)
from ecosystem.delivery.critical_path import forward
from ecosystem.layout import base_weeks
from ecosystem.numbers import Delivery
from ecosystem.units import WEEKS_PER_YEAR, FloatArray, IntArray

WEEKS_PER_MONTH = WEEKS_PER_YEAR / 12
BUILDING = [
    Activity.SITEWORK,
    Activity.SHELL,
    Activity.MEP,
    Activity.ENERGISE,
    Activity.RACKS,
    Activity.COMMISSIONING,
]
ORDERED = [Activity.INTERCONNECT, Activity.AIR_PERMIT, Activity.BRIDGE, Activity.EQUIPMENT]
"""Waits: what others deliver, on order since clearing."""
SETTLED = [
    Activity.LAND,
    Activity.ENGAGEMENT,
    Activity.STUDY,
    Activity.DESIGN,
    Activity.PERMIT,
    Activity.CHIPS,
]
"""Done when land is cleared, or, as chips, ordered so early that nobody waits for them."""
CONNECTED = [Activity.INTERCONNECT, Activity.AIR_PERMIT, Activity.BRIDGE, Activity.FIBRE]
STANDING = [Activity.SITEWORK, Activity.SHELL, Activity.EQUIPMENT]
POWER = {
    "grid": Power.GRID,
    "bridge": Power.BRIDGE_THEN_GRID,
    "islanded": Power.ISLANDED,
}
LEASED_MEDIAN_MONTHS = 18.0
"""Median of five developer-built sites (P143); which five is not published."""
PRIOR_SPREAD = 0.4
"""Log standard deviation of a constant before any observation."""
_DRAWS, _RACE, _SETS = 128, 4, 40
_GRID = np.linspace(-4.0, 4.0, 61)
"""Values of a builder's factor, in standard deviations."""
_WEIGHT = np.exp(-0.5 * _GRID**2) / np.exp(-0.5 * _GRID**2).sum()
_TINY, _STEP = 1e-300, 0.05


@dataclass(frozen=True, slots=True)
class Constants:
    """How observed sites differ from the medians and spreads of `numbers.Delivery`.

    Attributes
    ----------
    building : float
        Building work over its median, at all sites.
    self_wait, leased_wait : float
        Waits (connection, bridge, equipment) over their medians, for self-built and leased sites.
    work_spread : float
        Spread of work over the three log standard deviations of `numbers.Delivery`.
    builder_spread : float
        Log standard deviation of a factor that all sites of one builder share.
    fill_months : float
        Median time from the first to the last building of a campus [month].
    fill_spread : float
        Its log standard deviation.
    """

    building: float
    self_wait: float
    leased_wait: float
    work_spread: float
    builder_spread: float
    fill_months: float
    fill_spread: float


NETWORK = tuple(f.name for f in fields(Constants))[:5]
"""What the dates of first buildings determine; the other two come from the ramp."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Constants, and how uncertain they are.

    Attributes
    ----------
    constants : Constants
        The most likely ones.
    covariance : tuple, 5 x 5
        Of the natural logarithms of the first five.
    """

    constants: Constants
    covariance: tuple[tuple[float, ...], ...]

    def draws(self, sets: int, seed: int) -> list[Constants]:
        """Return `sets` equally likely constants."""
        z = np.random.default_rng([seed, sets]).standard_normal((sets, len(NETWORK)))
        log = np.log(astuple(self.constants)[: len(NETWORK)])
        log = log + z @ np.linalg.cholesky(np.array(self.covariance)).T
        tail = self.constants.fill_months, self.constants.fill_spread
        return [_constants(row, tail) for row in np.exp(log).tolist()]


def _constants(network: Sequence[float], tail: tuple[float, float]) -> Constants:
    building, self_wait, leased_wait, work_spread, builder_spread = network
    return Constants(building, self_wait, leased_wait, work_spread, builder_spread, *tail)


FITTED = Fit(
    Constants(1.0408, 1.4013, 1.0209, 0.4934, 0.4448, 17.617, 0.7167),
    (
        (0.0165, 0.0108, 0.0029, -0.0016, 0.0017),
        (0.0108, 0.0255, 0.0020, 0.0021, -0.0003),
        (0.0029, 0.0020, 0.0248, 0.0002, -0.0028),
        (-0.0016, 0.0021, 0.0002, 0.0910, -0.0054),
        (0.0017, -0.0003, -0.0028, -0.0054, 0.0433),
    ),
)
"""The fit to all observed sites; a test refits it."""


class Prediction(NamedTuple):
    """Draws of what becomes of a site.

    Attributes
    ----------
    first_weeks : ndarray, shape (samples,)
        From clearing to the first building in operation [week].
    finish_weeks : ndarray, shape (samples, buildings)
        Of every building, first ones first.
    building_mw : float
        Facility MW of a building.
    """

    first_weeks: FloatArray
    finish_weeks: FloatArray
    building_mw: float

    def mw_at(self, weeks: FloatArray) -> FloatArray:
        """Return facility MW in operation `weeks`, shape (w,), after clearing: (samples, w)."""
        done = self.finish_weeks[:, :, None] <= np.asarray(weeks)
        return self.building_mw * done.sum(axis=1).astype(np.float64)


def predict(
    facts: Facts,
    samples: int = 1000,
    seed: int = 0,
    fitted: Fit | None = None,
    records: Sequence[Buildout] | None = None,
    numbers: Delivery | None = None,
) -> Prediction:
    """Draw when the buildings of a site come into operation, as of its clearing.

    Parameters
    ----------
    facts : Facts
        What was known at clearing.
    samples : int
        Number of draws.
    seed : int
        Same seed, same draws.
    fitted : Fit, optional
        By default `FITTED`; its uncertainty is part of the spread.
    records : sequence of Buildout, optional
        Observed sites: those of the same builder inform the factor that its sites share. A record
        of the site itself is passed over. By default all that ship.
    numbers : Delivery, optional
        Medians and spreads of work; by default the shipped ones.

    Returns
    -------
    Prediction

    Notes
    -----
    All work and all waits of a site share the factors of its builder and of the site, so the two
    multiply the finish of the network. Buildings that begin together share a stage of the
    connection; each later group of them is such a site again, begun a step later. Steps are equal
    and drawn for the campus.

    Examples
    --------
    >>> new = Facts(builder="Google", tenure="self", power="grid", campus_mw=400, buildings=4)
    >>> predict(new).first_weeks.shape
    (1000,)
    """
    fitted = FITTED if fitted is None else fitted
    records = load_buildouts() if records is None else records
    sets = fitted.draws(min(_SETS, samples), seed)
    finish = np.concatenate(
        [
            _finishes(facts, len(range(i, samples, len(sets))), [seed, i], c, records, numbers)
            for i, c in enumerate(sets)
        ]
    )
    return Prediction(finish[:, 0], finish, facts.campus_mw / facts.buildings)


def _finishes(
    facts: Facts,
    samples: int,
    seed: list[int],
    constants: Constants,
    records: Sequence[Buildout],
    numbers: Delivery | None,
) -> FloatArray:
    """Return the weeks in which buildings finish, in order, (samples, buildings)."""
    network, weeks = site_work(facts, samples, seed, constants, records, numbers)
    z = np.random.default_rng([*seed, samples, 1]).standard_normal(samples)
    group = np.arange(facts.buildings) // facts.together
    start = _step_weeks(facts, constants, z)[:, None] * group
    finish = forward(network, weeks)[1][Activity.COMMISSIONING].reshape(start.shape)
    return np.sort(finish + start, axis=1)


def site_work(
    facts: Facts,
    samples: int,
    seed: list[int],
    constants: Constants,
    records: Sequence[Buildout],
    numbers: Delivery | None = None,
) -> tuple[Network, FloatArray]:
    """Return `samples` copies of a campus side by side and the weeks that their activities take.

    The arguments are those of `predict`, with constants taken as certain; the weeks have shape
    (samples * buildings, A). Buildings that begin together make up a site of the network.
    """
    numbers = Delivery() if numbers is None else numbers
    rng = np.random.default_rng([*seed, samples])
    common = _builder_factor(facts, constants, records, numbers, rng.random(samples))
    common += site_spread(constants, numbers) * rng.standard_normal(samples)
    phase = np.arange(samples * facts.buildings)
    campus, building = np.divmod(phase, facts.buildings)
    site = campus * facts.buildings + building // facts.together
    network = build_network(site, np.full(len(site), POWER[facts.power]), np.full(len(site), -1))
    weeks = durations(
        network,
        site_medians(facts, constants, numbers),
        1.0,
        (constants.work_spread * numbers.sigma_activity, 1.0, 0.0),
        rng.standard_normal(network.used.shape),
        common[campus],
        np.zeros(len(site)),
    )
    return network, weeks


def site_medians(facts: Facts, constants: Constants, numbers: Delivery) -> FloatArray:
    """Return the median weeks of each activity of a site whose land is cleared, shape (A,)."""
    weeks = base_weeks(numbers)
    weeks[BUILDING] *= constants.building
    weeks[ORDERED] *= constants.self_wait if facts.tenure == "self" else constants.leased_wait
    weeks[SETTLED] = 0.0
    if facts.reuse != "none":
        weeks[CONNECTED] = 0.0
    if facts.reuse == "shell":
        weeks[STANDING] = 0.0
    return weeks


def site_spread(constants: Constants, numbers: Delivery) -> float:
    """Return the log standard deviation of what the work of one site shares."""
    return constants.work_spread * float(np.hypot(numbers.sigma_site, numbers.sigma_region))


def _step_weeks(facts: Facts, constants: Constants, z: FloatArray) -> FloatArray:
    """Return the weeks between the starts of one group of buildings and of the next."""
    steps = -(-facts.buildings // facts.together) - 1
    fill = constants.fill_months * WEEKS_PER_MONTH * np.exp(constants.fill_spread * z)
    return fill / max(steps, 1)


def _builder_factor(
    facts: Facts,
    constants: Constants,
    records: Sequence[Buildout],
    numbers: Delivery,
    uniform: FloatArray,
) -> FloatArray:
    """Return draws of the log factor of a builder, given its other sites."""
    known = [r for r in records if r.facts.builder and r.facts.builder == facts.builder]
    known = [r for r in known if r.cleared is not None and r.facts.site != facts.site]
    weight = _WEIGHT
    if known:
        log_weight = np.log(_WEIGHT) + _log_likelihoods(known, constants, numbers).sum(axis=0)
        weight = np.exp(log_weight - log_weight.max())
    below = np.concatenate([[0.0], np.cumsum(weight)])
    edge = np.append(_GRID, 2 * _GRID[-1] - _GRID[-2]) - 0.5 * (_GRID[1] - _GRID[0])
    return constants.builder_spread * np.interp(uniform * below[-1], below, edge)


@cache
def _draws() -> FloatArray:
    """Return the standard normal draws behind every likelihood, in pairs of opposite sign."""
    half = np.random.default_rng(1701).standard_normal((_DRAWS // 2, _RACE, ACTIVITIES))
    return np.concatenate([half, -half])


@cache
def _openings(facts: tuple[Facts, ...]) -> tuple[Network, IntArray, IntArray, IntArray]:
    """Return the buildings that open sites, and of each its site, its number, where sites begin."""
    count: IntArray = np.array([_opening(f) for f in facts])
    site = np.repeat(np.arange(len(facts)), count)
    first = np.cumsum(count) - count
    power = np.array([POWER[f.power] for f in facts])[site]
    network = build_network(site, power, np.full(len(site), -1))
    return network, site, np.arange(len(site)) - first[site], first


def _opening(facts: Facts) -> int:
    """Return how many buildings race to be the first."""
    return min(facts.together, facts.buildings, _RACE)


def _log_weeks(
    facts: tuple[Facts, ...], constants: Constants, numbers: Delivery
) -> tuple[FloatArray, FloatArray]:
    """Return ln of weeks to the first building and its roof, (K, draws), without common factors."""
    network, site, number, first = _openings(facts)
    medians = np.stack([site_medians(f, constants, numbers) for f in facts])[site]
    sigma = constants.work_spread * numbers.sigma_activity
    finishes = forward(network, medians * np.exp(sigma * _draws()[:, number]))[1]
    with np.errstate(divide="ignore"):  # a roof that stands already is done at 0
        log = [np.log(finishes[a]) for a in (Activity.COMMISSIONING, Activity.SHELL)]
    power_on, roof = (np.minimum.reduceat(weeks, first, axis=1).T for weeks in log)
    return power_on, roof


def _log_likelihoods(
    records: Sequence[Buildout], constants: Constants, numbers: Delivery
) -> FloatArray:
    """Return ln P(what was observed | factor of the builder), shape (K, grid).

    Given the draws of the network a finish is lognormal in what the site shares, so that density
    and survival need no smoothing: they are means of normal ones over the draws.
    """
    kinds = tuple(dict.fromkeys(_kind(r.facts) for r in records))
    power_on, roof = _log_weeks(kinds, constants, numbers)
    row = {kind: i for i, kind in enumerate(kinds)}
    spread = site_spread(constants, numbers)
    factor = constants.builder_spread * _GRID
    found = np.empty((len(records), len(_GRID)))
    for i, record in enumerate(records):
        at = row[_kind(record.facts)]
        found[i] = _one(record, power_on[at][:, None] + factor, roof[at][:, None] + factor, spread)
    return found


def _kind(facts: Facts) -> Facts:
    """Return what of the facts the first building depends on."""
    count = _opening(facts)
    return Facts("", "", facts.tenure, facts.reuse, facts.power, 1.0, count, count)


def _one(record: Buildout, power_on: FloatArray, roof: FloatArray, spread: float) -> FloatArray:
    """Return ln P of one site's observation, (grid,), from ln weeks (draws, grid)."""
    z = (np.log(record.weeks) - power_on) / spread
    dated = record.roof_after > 0 or record.roof_by < np.inf
    if record.complete:
        chance = np.exp(-0.5 * z**2) / (spread * np.sqrt(2 * np.pi))
        if dated:
            seen = np.exp(np.log(record.weeks) + roof - power_on)
            chance *= (seen > record.roof_after) & (seen <= record.roof_by)
    elif dated:
        with np.errstate(divide="ignore"):
            low, high = (
                (np.log(week) - roof) / spread for week in (record.roof_after, record.roof_by)
            )
        chance = np.maximum(ndtr(high) - ndtr(np.maximum(low, z)), 0.0)
    else:
        chance = ndtr(-z)
    return np.log(chance.mean(axis=0) + _TINY)


def log_likelihood(
    constants: Constants,
    records: Sequence[Buildout],
    numbers: Delivery | None = None,
    summary: bool = True,
) -> float:
    """Return ln P of all observed first buildings and roofs.

    Parameters
    ----------
    constants : Constants
    records : sequence of Buildout
        Sites without a date of clearing do not count.
    numbers : Delivery, optional
    summary : bool
        Whether the published median of leased sites (P143) counts as the median of five more.
    """
    numbers = Delivery() if numbers is None else numbers
    dated = [r for r in records if r.cleared is not None]
    each = _log_likelihoods(dated, constants, numbers)
    builders = [r.facts.builder or r.facts.site for r in dated]
    total = 0.0
    for builder in dict.fromkeys(builders):
        mine = [i for i, name in enumerate(builders) if name == builder]
        total += float(np.logaddexp.reduce(each[mine].sum(axis=0) + np.log(_WEIGHT)))
    return total + (_summary(constants, numbers) if summary else 0.0)


def _summary(constants: Constants, numbers: Delivery) -> float:
    """Return ln of the density of the median of five leased sites at what is published."""
    kinds = (Facts(tenure="leased", power="grid"), Facts(tenure="leased", power="bridge"))
    log = _log_weeks(kinds, constants, numbers)[0].ravel()
    spread = float(np.hypot(site_spread(constants, numbers), constants.builder_spread))
    z = (np.log(LEASED_MEDIAN_MONTHS * WEEKS_PER_MONTH) - log) / spread
    density = np.log(np.mean(np.exp(-0.5 * z**2)) / spread + _TINY)
    below = ndtr(z).mean()
    return float(density + 2 * np.log(below * (1 - below) + _TINY))


def _prior(log: FloatArray) -> float:
    """Return ln of the prior of ln of the first five constants, up to a constant.

    The shipped medians and spreads are the middle, and their sampled ranges, about half to
    twice, hold nine tenths; nothing is assumed of the builders.
    """
    return -0.5 * float(((log[:4] / PRIOR_SPREAD) ** 2).sum())


def fit(
    records: Sequence[Buildout],
    start: Constants | None = None,
    numbers: Delivery | None = None,
    summary: bool = True,
) -> Fit:
    """Return the constants that are most likely after the observations.

    Parameters
    ----------
    records : sequence of Buildout
    start : Constants, optional
        Where the search begins; by default that of `FITTED`.
    numbers : Delivery, optional
        Medians and spreads of work; by default the shipped ones.
    summary : bool
        As for `log_likelihood`.

    Notes
    -----
    The prior is what the model ships, see `_prior`; the covariance is that of a normal with the
    curvature of the posterior at its top.
    """
    start = FITTED.constants if start is None else start
    tail = start.fill_months, start.fill_spread
    if any(ramp.added for ramp in ramps(records)):
        tail = fill_fit(records)

    def loss(log: FloatArray) -> float:
        constants = _constants(np.exp(log).tolist(), tail)
        return -log_likelihood(constants, records, numbers, summary) - _prior(log)

    x = np.log(astuple(start)[: len(NETWORK)])
    bounds = [(v - 1.5, v + 1.5) for v in x]
    options = {"eps": 1e-4, "ftol": 1e-7}
    top = minimize(loss, x, method="L-BFGS-B", bounds=bounds, options=options).x
    spread = np.linalg.inv(_curvature(loss, top))
    return Fit(
        _constants(np.exp(top).tolist(), tail),
        tuple(tuple(row) for row in spread.tolist()),
    )


def _curvature(loss: Callable[[FloatArray], float], top: FloatArray) -> FloatArray:
    """Return the second derivatives of `loss` at `top` by central differences."""
    steps = _STEP * np.eye(len(top))
    middle = loss(top)
    rise = np.array([loss(top + step) + loss(top - step) - 2 * middle for step in steps])
    found = np.diag(rise)
    for i, one in enumerate(steps):
        for j, other in enumerate(steps[:i]):
            both = loss(top + one + other) + loss(top - one - other) - 2 * middle
            found[i, j] = found[j, i] = 0.5 * (both - rise[i] - rise[j])
    return found / _STEP**2


class Ramp(NamedTuple):
    """What a site shows after its first building.

    Attributes
    ----------
    record : Buildout
    months : float
        To the last building added or, where none was, to the end of observation.
    added : float
        Share of the later buildings that came in this time; 0 is censored.
    mw_per_month : float
        Facility power added over it.
    """

    record: Buildout
    months: float
    added: float
    mw_per_month: float


def ramps(records: Sequence[Buildout]) -> list[Ramp]:
    """Return the ramps of sites in operation that plan more buildings than they opened with."""
    found: list[Ramp] = []
    for record in records:
        left = record.facts.buildings - record.stages[0].buildings if record.stages else 0
        if left <= 0:
            continue
        first, most = record.stages[0], max(s.buildings for s in record.stages)
        last = next(s for s in record.stages if s.buildings == most)
        end = last.weeks if last is not first else record.watched_weeks
        months = (end - first.weeks) / WEEKS_PER_MONTH
        rate = (last.facility_mw - first.facility_mw) / months
        found.append(Ramp(record, months, (most - first.buildings) / left, rate))
    return found


def fill_fit(records: Sequence[Buildout]) -> tuple[float, float]:
    """Return median [month] and log spread of the time from the first to the last building.

    A site that has added none of its b later buildings in m months takes more than b m; any other
    is taken to go on at its pace.
    """
    seen = ramps(records)
    left = np.array([r.record.facts.buildings - r.record.stages[0].buildings for r in seen])
    added = np.array([r.added for r in seen])
    months = np.array([r.months for r in seen])
    log = np.log(np.where(added > 0, months / np.maximum(added, 1e-9), months * left))

    def loss(x: FloatArray) -> float:
        z = (log - x[0]) / np.exp(x[1])
        return -float(np.where(added > 0, -0.5 * z**2 - x[1], log_ndtr(-z)).sum())

    centre, spread = minimize(loss, [log.mean(), 0.0], method="L-BFGS-B").x
    return float(np.exp(centre)), float(np.exp(spread))
