"""What sites were promised to bring to their hosts, and what they do bring."""

from typing import NamedTuple

import numpy as np

from ecosystem.delivery.activities import Activity
from ecosystem.delivery.ladder import Rung
from ecosystem.numbers import Numbers
from ecosystem.scenario import PLANTS
from ecosystem.society.impacts import Delivered, Scales, noise_mw
from ecosystem.state import Snapshot
from ecosystem.units import WEEKS_PER_YEAR, ArrayLike, BoolArray, FloatArray


class Received(NamedTuple):
    """What hosts got within some weeks.

    Attributes
    ----------
    hours, water_m3 : ndarray, shape (S,)
        Craft hours worked at each site, and water drawn there.
    bills_usd : ndarray, shape (S,)
        Change of the cost of living, per household and year.
    weeks : float
        Length of the period.
    """

    hours: FloatArray
    water_m3: FloatArray
    bills_usd: FloatArray
    weeks: float


class Hosted(NamedTuple):
    """What sites brought to their hosts over `weeks`, and where agreed caps hold, shape (S,)."""

    delivered: Delivered
    caps_hold: BoolArray
    weeks: float


def on_site_share(now: Snapshot) -> FloatArray:
    """Return 1 where a site powers itself now, 0 where the grid does, shape (S,).

    A bridge powers a site until its connection is built.
    """
    lead, sites = now.layout.lead_of_site, now.sites
    connected = now.progress.finish_week[lead, Activity.INTERCONNECT] <= now.week
    return ((sites.plant >= 0) & (now.layout.islanded | ~connected)).astype(float)


class Power(NamedTuple):
    """Where sites take their power, as it stands: see :func:`power_of`.

    Attributes
    ----------
    on_site : ndarray, shape (S,)
        1 where a site powers itself, 0 where the grid does.
    co2_t_per_mwh : ndarray, shape (S + 1,)
        Emissions of that power; the last is the grid, for capacity rented elsewhere.
    """

    on_site: FloatArray
    co2_t_per_mwh: FloatArray


def power_of(now: Snapshot) -> Power:
    """Return where sites take their power now, and what it emits."""
    n, own = now.numbers.grid, on_site_share(now)
    grid = n.grid_co2_t_per_mwh * (1 - n.grid_co2_decline_per_year) ** (now.week / WEEKS_PER_YEAR)
    kinds = np.array([*(getattr(n, f"{plant}_co2_t_per_mwh") for plant in PLANTS), 0.0])
    by_site = np.where(own > 0, kinds[now.sites.plant], grid)
    return Power(own, np.append(by_site, grid))


def plant_noise(numbers: Numbers) -> FloatArray:
    """Return noise and air of each kind of power on site over that of engines; the last is none."""
    n = numbers.society
    kinds = {"engines": 1.0, "frame_turbines": n.noise_turbines, "fuel_cells": n.noise_fuel_cells}
    return np.array([*(kinds[plant] for plant in PLANTS), 0.0])


def scales(numbers: Numbers) -> Scales:
    """Return what counts as a full impact."""
    n = numbers.society
    return Scales(n.money_scale_usd, n.felt_water_m3, n.felt_noise_mw, n.felt_land_mw)


def jobs_kept(now: Snapshot, jobs: FloatArray, promised_mw: FloatArray) -> FloatArray:
    """Return residents' jobs over those promised with some megawatts, shape (S,).

    Parameters
    ----------
    jobs : ndarray, shape (S,)
        Residents at work at the site.
    promised_mw : ndarray, shape (S,)
        Megawatts that the promise is about, > 0.
    """
    n = now.numbers.local
    promised = n.announced_jobs_factor * n.permanent_jobs_per_mw * promised_mw
    kept = np.ones_like(jobs)  # who promises no jobs keeps the promise
    return np.divide(
        jobs, promised * n.local_hire_share, out=kept, where=promised * n.local_hire_share > 0
    )


def residents_at_work(now: Snapshot, in_use_mw: FloatArray, craft: ArrayLike) -> FloatArray:
    """Return the residents who work at each site, permanent staff and crafts, shape (S,)."""
    n = now.numbers.local
    return n.local_hire_share * (n.permanent_jobs_per_mw * in_use_mw + craft)


def delivered(now: Snapshot, got: Received, on_site: FloatArray) -> Delivered:
    """Return what sites brought to their hosts; `on_site` is that of :class:`Power`."""
    n, layout = now.numbers, now.layout
    mw = now.mw_by_rung
    in_use, building = mw[:, Rung.USABLE], mw[:, Rung.BUILDING]
    powered = np.add.reduce(mw[:, Rung.ENERGISED : Rung.USABLE + 1], axis=1)
    visible = building + powered
    craft = got.hours / (got.weeks * n.workforce.hours_per_worker_week)
    noise = noise_mw(
        building,
        powered,
        powered * on_site,
        plant_noise(n)[now.sites.plant],
        noise_building=n.society.noise_building,
        noise_cooling=n.society.noise_cooling,
    )
    running = np.minimum((in_use + mw[:, Rung.COMMISSIONED]) / layout.site_mw, 1.0)
    return Delivered(
        jobs_kept=jobs_kept(now, residents_at_work(now, in_use, craft), layout.site_mw),
        taxes_kept=in_use / layout.site_mw,
        bills_usd=got.bills_usd,
        water_m3=got.water_m3 * WEEKS_PER_YEAR / got.weeks / layout.households,
        noise_mw=noise,
        visible_mw=visible,
        built_share=np.minimum(visible / layout.site_mw, 1.0),
        running_share=running,
    )
