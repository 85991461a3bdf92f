"""One week of the fleet: megawatts in; FLOP, tokens, latency, energy and water out."""

import math
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ecosystem.cluster import facility, layout, reliability, serving, training
from ecosystem.cluster.hardware import Generations, load_generations
from ecosystem.cluster.layout import MfuCurve, mfu_curve
from ecosystem.errors import InputError
from ecosystem.units import HOURS_PER_WEEK, FloatArray

MOST_LOAD = 100.0  # demand over capacity is reported up to here, so that it stays finite
MEASURED_AT = 2_048.0  # accelerators of the jobs that the MFU parameter is taken from
_HOURS = np.array(HOURS_PER_WEEK)
TRACE_MW = 1e-9  # an empty fleet has the efficiency of its first generation


@dataclass(frozen=True, slots=True)
class ClusterRules:
    """How a fleet is cooled, trained on and served from; see the parameters of that name.

    Shares and ratios are plain numbers; units are in the names. `mfu` holds for a job of 2,048
    accelerators with full integration. `patience_s` is the longest that a request waits before
    it leaves. `integration` of cloud and hardware, 0 to 1, is the share of the communication that
    can be hidden which is: it raises MFU, and is assumed to shorten a request alike; it holds for
    sites of which nothing else is known. `inter_site_gbps` joins sites that train one model.
    """

    facility_to_it: float
    pue_evaporative: float
    closed_loop_pue: float
    wue_evaporative_l_per_kwh: float
    wue_closed_l_per_kwh: float
    mfu: float
    node_failures_per_day: float
    checkpoint_s: float
    restart_s: float
    job_accelerators: float
    availability: float
    fleet_factor: float
    service_s: float
    slots_per_replica: float
    request_variability: float
    peak_to_mean: float
    patience_s: float = 60.0
    integration: float = 1.0
    inter_site_gbps: float = 1e5

    def __post_init__(self) -> None:
        ranges = {
            "facility_to_it": (1.0, np.inf),
            "pue_evaporative": (1.0, np.inf),
            "mfu": (0.0, 1.0),
            "availability": (0.0, 1.0),
            "fleet_factor": (0.0, 1.0),
            "slots_per_replica": (1.0, np.inf),
            "peak_to_mean": (1.0, 2.0),
            "integration": (0.0, 1.0),
        }
        for field in fields(self):
            low, high = ranges.get(field.name, (0.0, np.inf))
            value = getattr(self, field.name)
            if not (low <= value <= high and value < np.inf):
                raise InputError(f"Cluster {field.name} is {value}; it lies in {low} to {high}.")
        for name in ("checkpoint_s", "service_s", "inter_site_gbps"):
            if getattr(self, name) <= 0:
                raise InputError(f"Cluster {name} must be above 0.")


class Flows(NamedTuple):
    """What a fleet does in a week; S sites, G generations.

    Attributes
    ----------
    it_mw, racks, energy_mwh, water_m3 : ndarray, shape (S,)
        IT power, racks, facility energy [MWh/week], water drawn on site [m3/week].
    accelerators : ndarray, shape (G,)
        Installed accelerators by generation.
    mfu, goodput : float
        Model FLOP utilisation of a running job on the FP8 peak, which falls with its size; share
        of time that it progresses.
    training_flop_per_s : float
        Useful training FLOP/s of the fleet, as far as one job can use it.
    tokens_per_s_per_mw : float
        Tokens/s per facility MW that serves at full load, mean of the fleet, fleet factor
        included.
    inference_mw, served_mw : float
        Facility MW that can serve; what of it serves on average over the day.
    tokens_per_s : float
        Tokens served, daily mean.
    utilisation : float
        Served over capacity, 0 to 1.
    load : float
        Demand over capacity; exceeds 1 when demand is rationed all day; at most 100.
    latency_s, latency_factor : float
        Mean time of a request with its wait, and that over its time without one.
    shortfall : float
        Share of demand that is not served, 0 to 1.
    """

    it_mw: FloatArray
    racks: FloatArray
    accelerators: FloatArray
    mfu: float
    goodput: float
    training_flop_per_s: float
    tokens_per_s_per_mw: float
    inference_mw: float
    served_mw: float
    tokens_per_s: float
    utilisation: float
    load: float
    latency_s: float
    latency_factor: float
    shortfall: float
    energy_mwh: FloatArray
    water_m3: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """What rules and generations fix for a whole run.

    Rows of `mfu` and `speed` belong to no integration and to all of it; both are linear between.
    `trace` is the IT power of an empty fleet by generation, `availability` that of the rules.
    """

    availability: FloatArray
    racks_per_mw: FloatArray
    accelerators_per_mw: FloatArray
    peak_flop_per_s: FloatArray
    tokens_per_s: FloatArray
    trace: FloatArray
    profile: FloatArray
    longest_wait: float
    log_size: FloatArray
    mfu: tuple[FloatArray, FloatArray]
    speed: tuple[float, float]
    reference_flop_per_s: float

    def mfu_at(self, accelerators: float, integration: float) -> float:
        """Return MFU of a job."""
        return _mfu_at(self, accelerators, integration)

    def speed_at(self, integration: float) -> float:
        """Return speed of serving over that with full integration."""
        bare, whole = self.speed
        return bare + integration * (whole - bare)


@lru_cache(maxsize=1)
def _reference_curve() -> MfuCurve:
    """Return how MFU falls with size; its level comes from the rules, its shape from here."""
    return mfu_curve(load_generations(), serving.REFERENCE)


@lru_cache(maxsize=64)
def core_of(rules: ClusterRules, generations: Generations) -> Core:
    """Return the constants of a run; cached, since a run asks for them every week."""
    rack_kw, per_rack = generations.rack_kw, generations.accelerators_per_rack
    trace = np.zeros(len(generations))
    trace[0] = TRACE_MW / rules.facility_to_it
    curve = _reference_curve()
    full = float(curve.at(MEASURED_AT))
    return Core(
        availability=np.array(rules.availability),
        racks_per_mw=facility.racks(1.0, rack_kw),
        accelerators_per_mw=facility.accelerators(1.0, rack_kw, per_rack),
        peak_flop_per_s=generations.peak_flop_per_s("fp8"),
        tokens_per_s=serving.benchmark_tokens_per_s(generations) * rules.fleet_factor,
        trace=trace,
        profile=serving.daily_profile(rules.peak_to_mean),
        longest_wait=rules.patience_s / rules.service_s,
        log_size=curve.log_size,
        mfu=(curve.mfu[0] * (rules.mfu / full), curve.mfu[1] * (rules.mfu / full)),
        speed=(float(curve.at(MEASURED_AT, 0.0)) / full, 1.0),
        reference_flop_per_s=float(
            load_generations().select(serving.REFERENCE).peak_flop_per_s("fp8")[0]
        ),
    )


def run_cluster(
    usable_mw: FloatArray,
    closed_loop: FloatArray,
    adopted_mw: float,
    training_share: float,
    generations: Generations,
    rules: ClusterRules,
    integration: FloatArray | None = None,
    warmth: FloatArray | None = None,
) -> Flows:
    """Run the fleet for a week.

    Parameters
    ----------
    usable_mw : ndarray, shape (S, G)
        Facility MW that is built, powered and equipped with a generation.
    closed_loop : ndarray, shape (S,)
        Share of a site's halls on closed-loop cooling, 0 to 1.
    adopted_mw : float
        Mean demand for inference, in facility MW of this fleet at full load.
    training_share : float
        Share of accelerators that train, 0 to 1.
    generations : Generations
        The columns of `usable_mw`.
    rules : ClusterRules
        Fixed for a run.
    integration : ndarray, shape (S,), optional
        That of the cloud at each site, 0 to 1; by default that of the rules everywhere.
    warmth : ndarray, shape (S,), optional
        Share of the year in which cold air does not cool alone (`facility.warm_share`) over that
        of the climate for which the rules hold: PUE that closed loops add and water that towers
        take go with it. 1 by default.

    Returns
    -------
    Flows
        Finite and non-negative for any non-negative input, none included.
    """
    return Fleet.of(closed_loop, generations, rules, integration, warmth).run(
        usable_mw, adopted_mw, training_share
    )


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """A fleet with all that does not change over a run; build with :meth:`of`.

    Attributes
    ----------
    rules, core : ClusterRules, Core
        Numbers of the fleet, and what follows from them.
    ratio : ndarray, shape (S, 1)
        Facility over IT power at nameplate.
    pue, wue : ndarray, shape (S,)
        Facility over IT energy on the meter, no more than that ratio; litres per IT kWh.
    integration : ndarray, shape (S,), or None
        That of the cloud at each site; None where it is that of the rules everywhere.
    """

    rules: ClusterRules
    core: Core
    ratio: FloatArray
    pue: FloatArray
    wue: FloatArray
    integration: FloatArray | None

    @classmethod
    def of(
        cls,
        closed_loop: FloatArray,
        generations: Generations,
        rules: ClusterRules,
        integration: FloatArray | None = None,
        warmth: FloatArray | None = None,
    ) -> "Fleet":
        """Return the fleet of some sites; arguments as for :func:`run_cluster`."""
        warm = 1.0 if warmth is None else warmth
        towers_wue = rules.wue_evaporative_l_per_kwh * warm
        # the design ratio is that of closed-loop campuses; evaporative ones fit more IT behind the
        # same substation
        ratio = rules.facility_to_it - (1.0 - closed_loop) * rules.closed_loop_pue
        pue = rules.pue_evaporative + closed_loop * (rules.closed_loop_pue * warm)
        return cls(
            rules=rules,
            core=core_of(rules, generations),
            ratio=ratio[:, None],
            pue=np.minimum(pue, ratio),
            wue=facility.blend(closed_loop, towers_wue, rules.wue_closed_l_per_kwh),
            integration=integration,
        )

    def part(self, usable_mw: FloatArray) -> "Part":
        """Return what follows from megawatts alone, shape (S, G)."""
        core = self.core
        it_by_generation = usable_mw / self.ratio
        it = np.add.reduce(it_by_generation, 1)
        up = it * core.availability
        rows = (
            it,
            it_by_generation @ core.racks_per_mw,
            up * self.pue * _HOURS,
            up * _HOURS * self.wue,
            it_by_generation @ core.accelerators_per_mw,
        )
        return Part(np.array(rows), it_by_generation)

    def run(self, usable_mw: FloatArray, adopted_mw: float, training_share: float) -> Flows:
        """Run the fleet for a week; arguments and result as for :func:`run_cluster`."""
        part = self.part(usable_mw)
        it_fleet = np.add.reduce(part.it_by_generation, 0)
        facility_mw = float(np.add.reduce(usable_mw, None))
        return self.operate(part.by_site, it_fleet, facility_mw, adopted_mw, training_share)

    def operate(
        self,
        by_site: FloatArray,
        it_fleet: FloatArray,
        facility_mw: float,
        adopted_mw: float,
        training_share: float,
    ) -> Flows:
        """Run a fleet of which the parts are known for a week.

        Parameters
        ----------
        by_site : ndarray, shape (5, S)
            As in :class:`Part`; all sites.
        it_fleet : ndarray, shape (G,)
            IT power by generation [MW].
        facility_mw : float
            What is built, powered and equipped, all sites together.
        adopted_mw, training_share : float
            As for :func:`run_cluster`.
        """
        core, rules = self.core, self.rules
        it, racks, energy, water, held = by_site
        accelerators = it_fleet * core.accelerators_per_mw
        running = accelerators * core.availability
        room = max(held.tolist(), default=0.0) * rules.availability
        wanted = min(float(np.add.reduce(running)) * training_share, rules.job_accelerators)
        mean = at_home = rules.integration
        if self.integration is not None and room > 0.0:
            mean = float(np.dot(it, self.integration)) / float(np.add.reduce(it))
            able = held * core.availability >= min(wanted, room)
            at_home = float(np.maximum.reduce(self.integration[able]))
        return Flows(
            it,
            racks,
            accelerators,
            *_train(running, wanted, room, training_share, (mean, at_home), core, rules),
            *_serve(facility_mw, it_fleet, adopted_mw, training_share, mean, core, rules),
            energy_mwh=energy,
            water_m3=water,
        )


class Part(NamedTuple):
    """What follows from the megawatts of S sites alone, whatever is asked of them.

    Attributes
    ----------
    by_site : ndarray, shape (5, S)
        IT power [MW], racks, facility energy [MWh/week], water [m3/week], accelerators.
    it_by_generation : ndarray, shape (S, G)
        IT power [MW].
    """

    by_site: FloatArray
    it_by_generation: FloatArray


def _train(
    running: FloatArray,
    wanted: float,
    room: float,
    training_share: float,
    integration: tuple[float, float],
    core: Core,
    rules: ClusterRules,
) -> tuple[float, float, float]:
    """Return MFU, goodput and FLOP/s of what trains: one job at a time, up to the largest job.

    It fails as one and runs at one site, unless spanning sites makes more progress: the best
    integrated of those that hold all of it, else the one with most accelerators, which gives them
    all to it. What one job cannot use trains nothing that counts here. `running` are accelerators
    that are up by generation, `wanted` those that would train as one job and `room` the most at
    one site; `integration` is that of the fleet and that of this site.
    """
    mean, at_home = integration
    size = min(wanted, room)
    failing = rules.node_failures_per_day, rules.checkpoint_s, rules.restart_s
    mfu, goodput = core.mfu_at(size, at_home), _goodput(size, *failing)
    reach = 1.0
    if size < wanted:
        reach = size / wanted
        sites = math.ceil(wanted / room) if room > 0.0 else 1.0
        linked = _sites_efficiency(wanted, sites, core.reference_flop_per_s, rules.inter_site_gbps)
        spread, progress = core.mfu_at(wanted, mean) * linked, _goodput(wanted, *failing)
        if spread * progress > mfu * goodput * reach:
            mfu, goodput, reach = spread, progress, 1.0
    share = training_share * reach
    flop = training.fleet_flop_per_s(running, core.peak_flop_per_s, mfu, goodput, share)
    return mfu, goodput, float(flop)


# a job's size seldom changes from one week to the next


@lru_cache(maxsize=16)
def _mfu_at(core: Core, accelerators: float, integration: float) -> float:
    """Return MFU of a job."""
    bare, whole = core.mfu
    rows = bare + integration * (whole - bare)
    return float(np.interp(math.log(max(accelerators, 1.0)), core.log_size, rows))


@lru_cache(maxsize=16)
def _goodput(
    accelerators: float, node_failures_per_day: float, checkpoint_s: float, restart_s: float
) -> float:
    """Return the share of time that a job progresses."""
    nodes = accelerators / reliability.NODE_ACCELERATORS
    return float(reliability.goodput(nodes, node_failures_per_day, checkpoint_s, restart_s))


@lru_cache(maxsize=16)
def _sites_efficiency(wanted: float, sites: float, peak: float, inter_site_gbps: float) -> float:
    """Return what links between `sites` leave of the speed of a job of `wanted` accelerators."""
    return float(
        training.multi_site_efficiency(
            sites,
            layout.usual_parameters(wanted, peak),
            layout.usual_step_s(wanted, peak),
            inter_site_gbps,
        )
    )


def _serve(
    facility_mw: float,
    it_fleet: FloatArray,
    adopted_mw: float,
    training_share: float,
    integration: float,
    core: Core,
    rules: ClusterRules,
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Return what serves, `tokens_per_s_per_mw` to `shortfall` of :class:`Flows`."""
    speed = core.speed_at(integration)
    weighted = (it_fleet + core.trace) * core.accelerators_per_mw
    tokens_per_mw = float(np.dot(weighted, core.tokens_per_s)) * speed / (facility_mw + TRACE_MW)
    capacity = facility_mw * rules.availability * (1.0 - training_share)
    load = min(adopted_mw / max(capacity, serving.SMALLEST), MOST_LOAD)
    served = min(adopted_mw, capacity)
    if load * rules.peak_to_mean > 1.0:  # else no hour of the day is rationed
        served = min(float(serving.served_share(load, rules.peak_to_mean)) * capacity, adopted_mw)
    waits = serving.mean_wait(
        load * core.profile,
        rules.slots_per_replica,
        rules.request_variability,
        core.longest_wait * speed,
    )
    # weighted by demand, so that those who are turned away count with the longest wait
    factor = 1.0 + float(np.dot(waits, core.profile)) / len(core.profile)
    shortfall = 1.0 - served / adopted_mw if adopted_mw > 0.0 else 0.0
    return (
        tokens_per_mw,
        capacity,
        served,
        served * tokens_per_mw,
        served / capacity if capacity > 0.0 else 0.0,
        load,
        factor * rules.service_s / speed,
        factor,
        max(shortfall, 0.0),
    )
