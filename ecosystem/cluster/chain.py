"""One week of the fleet: megawatts in; FLOP, tokens, latency, energy and water out."""

import math
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from ecosystem.cluster import facility, reliability, serving, training
from ecosystem.cluster.hardware import Generations, load_generations
from ecosystem.cluster.layout import MfuCurve, mfu_curve
from ecosystem.errors import InputError
from ecosystem.units import FloatArray

MOST_LOAD = 100.0  # demand over capacity is reported up to here, so that it stays finite
MEASURED_AT = 2_048.0  # accelerators of the jobs that the MFU parameter is taken from
TRACE_MW = 1e-9  # an empty fleet has the efficiency of its first generation


@dataclass(frozen=True, slots=True)
class ClusterRules:
    """How a fleet is cooled, trained on and served from; see the parameters of that name.

    Shares and ratios are plain numbers; units are in the names. `mfu` holds for a job of 2,048
    accelerators with full integration. `patience_s` is the longest that a request waits before
    it leaves. `integration` of cloud and hardware, 0 to 1, is the share of the communication that
    can be hidden which is: it raises MFU, and is assumed to shorten a request alike.
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
    replica_accelerators: float
    request_variability: float
    peak_to_mean: float
    patience_s: float = 60.0
    integration: float = 1.0

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
        for name in ("checkpoint_s", "service_s"):
            if getattr(self, name) <= 0:
                raise InputError(f"Cluster {name} must be above 0.")


@dataclass(frozen=True, slots=True)
class Flows:
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
        Useful training FLOP/s of the fleet.
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


@dataclass(frozen=True, slots=True)
class Core:
    """What rules and generations fix for a whole run."""

    racks_per_mw: FloatArray
    accelerators_per_mw: FloatArray
    peak_flop_per_s: FloatArray
    tokens_per_s: FloatArray
    trace: FloatArray
    profile: FloatArray
    longest_wait: float
    log_size: FloatArray
    mfu: FloatArray
    speedup: float


@lru_cache(maxsize=1)
def _reference_curve() -> MfuCurve:
    """Return how MFU falls with size; its level comes from the rules, its shape from here."""
    return mfu_curve(load_generations(), serving.REFERENCE)


@lru_cache(maxsize=64)
def core_of(rules: ClusterRules, generations: Generations) -> Core:
    """Return the constants of a run; cached, since a run asks for them every week."""
    rack_kw, per_rack = generations.rack_kw, generations.accelerators_per_rack
    trace = np.zeros(len(generations))
    trace[0] = TRACE_MW
    curve = _reference_curve()
    full = float(curve.at(MEASURED_AT))
    speedup = float(curve.at(MEASURED_AT, rules.integration)) / full
    return Core(
        racks_per_mw=facility.racks(1.0, rack_kw),
        accelerators_per_mw=facility.accelerators(1.0, rack_kw, per_rack),
        peak_flop_per_s=generations.peak_flop_per_s("fp8"),
        tokens_per_s=serving.benchmark_tokens_per_s(generations) * (rules.fleet_factor * speedup),
        trace=trace,
        profile=serving.daily_profile(rules.peak_to_mean),
        longest_wait=rules.patience_s / rules.service_s * speedup,
        log_size=curve.log_size,
        mfu=curve.at(np.exp(curve.log_size), rules.integration) * (rules.mfu / full),
        speedup=speedup,
    )


def run_cluster(
    usable_mw: FloatArray,
    closed_loop: FloatArray,
    adopted_mw: float,
    training_share: float,
    generations: Generations,
    rules: ClusterRules,
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

    Returns
    -------
    Flows
        Finite and non-negative for any non-negative input, none included.
    """
    core = core_of(rules, generations)
    # the design ratio is that of closed-loop campuses; evaporative ones fit more IT behind the
    # same substation
    ratio = rules.facility_to_it - (1.0 - closed_loop) * rules.closed_loop_pue
    it_by_generation = facility.it_mw(usable_mw, ratio[:, None])
    it = np.add.reduce(it_by_generation, 1)
    it_fleet = np.add.reduce(it_by_generation, 0)
    up = it * rules.availability
    pue = rules.pue_evaporative + closed_loop * rules.closed_loop_pue
    wue = facility.blend(closed_loop, rules.wue_evaporative_l_per_kwh, rules.wue_closed_l_per_kwh)
    accelerators = it_fleet * core.accelerators_per_mw
    training_now = _train(accelerators, training_share, core, rules)
    return Flows(
        it_mw=it,
        racks=it_by_generation @ core.racks_per_mw,
        accelerators=accelerators,
        energy_mwh=facility.energy_mwh_per_week(up, pue, ratio),
        water_m3=facility.water_m3_per_week(up, wue),
        **training_now,
        **_serve(usable_mw, it_fleet, adopted_mw, training_share, core, rules),
    )


def _train(
    accelerators: FloatArray, training_share: float, core: Core, rules: ClusterRules
) -> dict[str, float]:
    """Return what trains: one job at a time fails as one, up to the largest job."""
    up = accelerators * rules.availability
    job = min(float(np.add.reduce(up)) * training_share, rules.job_accelerators)
    goodput = reliability.goodput(
        job / reliability.NODE_ACCELERATORS,
        rules.node_failures_per_day,
        rules.checkpoint_s,
        rules.restart_s,
    )
    mfu = float(np.interp(math.log(max(job, 1.0)), core.log_size, core.mfu))
    flop = training.fleet_flop_per_s(up, core.peak_flop_per_s, mfu, goodput, training_share)
    return {"mfu": mfu, "goodput": float(goodput), "training_flop_per_s": float(flop)}


def _serve(
    usable_mw: FloatArray,
    it_fleet: FloatArray,
    adopted_mw: float,
    training_share: float,
    core: Core,
    rules: ClusterRules,
) -> dict[str, float]:
    """Return what serves: capacity, rationing and waiting over the day."""
    facility_mw = float(np.add.reduce(usable_mw, None))
    weighted = (it_fleet + core.trace / rules.facility_to_it) * core.accelerators_per_mw
    tokens_per_mw = float(weighted @ core.tokens_per_s) / (facility_mw + TRACE_MW)
    capacity = facility_mw * rules.availability * (1.0 - training_share)
    load = min(adopted_mw / max(capacity, serving.SMALLEST), MOST_LOAD)
    served = min(adopted_mw, capacity)
    if load * rules.peak_to_mean > 1.0:  # else no hour of the day is rationed
        served = min(float(serving.served_share(load, rules.peak_to_mean)) * capacity, adopted_mw)
    waits = serving.mean_wait(
        load * core.profile, rules.slots_per_replica, rules.request_variability, core.longest_wait
    )
    # weighted by demand, so that those who are turned away count with the longest wait
    factor = 1.0 + float(waits @ core.profile) / len(core.profile)
    shortfall = 1.0 - served / adopted_mw if adopted_mw > 0.0 else 0.0
    return {
        "tokens_per_s_per_mw": tokens_per_mw,
        "inference_mw": capacity,
        "served_mw": served,
        "tokens_per_s": served * tokens_per_mw,
        "utilisation": served / capacity if capacity > 0.0 else 0.0,
        "load": load,
        "latency_s": factor * rules.service_s / core.speedup,
        "latency_factor": factor,
        "shortfall": max(shortfall, 0.0),
    }
