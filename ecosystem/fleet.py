"""From buildings to hardware: what is usable, and of which generation."""

from dataclasses import dataclass

import numpy as np

from ecosystem.cluster import facility
from ecosystem.cluster.chain import ClusterRules, Fleet, Part
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.ladder import Rung
from ecosystem.delivery.progress import Progress
from ecosystem.layout import Layout
from ecosystem.shocks import drawn, time_lost
from ecosystem.streams import Streams
from ecosystem.units import HOURS_PER_WEEK, WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray

WINTER = (12, 1, 2)
WINTER_WEEKS = 13
PEAK_MONTHS = (1, 7, 8)
"""When grids are short: winter mornings and summer afternoons (assumption)."""
FROST_LATITUDE = 25.0
"""Hard freezes reach the lowlands of Texas and Louisiana, but not those of the Gulf states."""


def generation_of_phase(
    layout: Layout, progress: Progress, week: int, awaited_weeks: FloatArray
) -> IntArray:
    """Return the hardware generation of each phase, shape (P,).

    Racks are the newest on the market when they were due for delivery; at the end of their life
    they are renewed in the same megawatts. `awaited_weeks`, shape (P,), is by how much an order
    was put off for a later one.
    """
    ordered = progress.start_week[:, Activity.CHIPS]
    ordered = np.where(np.isnan(ordered), float(week), ordered)
    delivered = ordered + awaited_weeks + layout.base_weeks[Activity.CHIPS]
    commissioned = progress.finish_week[:, Activity.COMMISSIONING]
    life = layout.world.numbers.chips.chip_life_years * WEEKS_PER_YEAR
    age = np.where(np.isnan(commissioned), 0.0, week - commissioned)
    renewed = np.floor(np.maximum(age, 0.0) / life) * life
    return layout.newest(np.where(renewed > 0, commissioned + renewed, delivered))


def used(state: IntArray) -> BoolArray:
    """Return the phases in use, shape (P,), given the rung of each."""
    return state == Rung.USABLE


def usable_mw(layout: Layout, used: BoolArray, generation: IntArray) -> FloatArray:
    """Return facility MW in use by site and generation, shape (S, G).

    Parameters
    ----------
    layout : Layout
    used : ndarray of bool, shape (P,)
        Phases in use.
    generation : ndarray of int, shape (P,)
        From :func:`generation_of_phase`.
    """
    count, kinds = len(layout.sites), len(layout.generations)
    cell = layout.site_of_phase * kinds + generation
    return np.bincount(cell, layout.phase_mw * used, count * kinds).reshape(count, kinds)


def in_use(own: Fleet, usable_mw: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what follows from what sites have in use, however much is asked of them.

    By site as in :class:`Part`, shape (5, S), and IT power by generation, shape (G,).
    """
    part = own.part(usable_mw)
    return part.by_site, np.add.reduce(part.it_by_generation, 0)


def rented(layout: Layout, rules: ClusterRules) -> Part:
    """Return what the capacity rented outside the programme can do, a line for each week."""
    fleet = Fleet.of(np.zeros(layout.world.weeks), layout.generations, rules)
    return fleet.part(layout.installed_base_mw)


@dataclass(frozen=True, slots=True)
class Stops:
    """What nature and the grid stop, drawn in advance: shares of load that run, (weeks, S).

    `dry` is what drought leaves of evaporative sites, `cold` what frost leaves of closed loops,
    `peak` what the grid leaves of non-firm loads; `place` orders the phases, the newest of a site
    stop first, shape (P,).
    """

    dry: FloatArray
    cold: FloatArray
    peak: FloatArray
    place: FloatArray

    @classmethod
    def of(cls, layout: Layout, streams: Streams) -> "Stops":
        """Draw the stops of a world.

        Drought strikes the basins of regions; it rations evaporative sites under water stress.
        Frost strikes regions in winter; it stops closed loops as far as their lines are exposed.
        The grid curtails non-firm loads in its peak months, alike in all of them.
        """
        climate, region = layout.world.numbers.climate, layout.region_of_site
        regions, weeks = len(layout.world.regions), layout.world.weeks

        def struck(
            name: str, strikes: FloatArray, per_year: float, mean_weeks: float
        ) -> FloatArray:
            lengths = drawn(streams, f"{name} length", weeks, regions)
            return time_lost(strikes, lengths, per_year, mean_weeks)[:, region]

        dry = struck(
            "drought",
            drawn(streams, "drought", weeks, regions),
            climate.drought_per_year,
            climate.drought_weeks,
        )
        stressed = layout.water_stress >= climate.drought_stress
        months = np.array([layout.day(week).month for week in range(weeks)])
        winter = np.isin(months, WINTER)[:, None]
        cold = struck(
            "frost",
            np.where(winter, drawn(streams, "frost", weeks, regions), 1.0),
            climate.frost_per_winter * WEEKS_PER_YEAR / WINTER_WEEKS,
            climate.frost_hours / HOURS_PER_WEEK,
        )
        north = np.array([abs(site.lat) >= FROST_LATITUDE for site in layout.sites])
        exposed = climate.frost_exposed_share * north
        curtailed = layout.world.numbers.options.non_firm_curtailment * 12 / len(PEAK_MONTHS)
        calls = np.where(np.isin(months, PEAK_MONTHS)[:, None], min(curtailed, 1.0), 0.0)
        draw = streams.rows("curtailment", 0, len(layout.sites))[layout.site_of_phase]
        return cls(
            dry=1.0 - dry * stressed * (1.0 - climate.drought_water_share),
            cold=facility.freeze_limited_share(cold * HOURS_PER_WEEK, exposed),
            peak=1.0 - calls + np.zeros_like(dry),
            place=layout.number + draw,
        )

    def running(
        self,
        layout: Layout,
        closed_loop: FloatArray,
        non_firm: BoolArray,
        partners: FloatArray | None = None,
    ) -> BoolArray:
        """Return which buildings run, week by week, shape (weeks, P).

        What part of a building would be is stopped whole or not at all, with that probability,
        by one draw per site. `closed_loop` and `non_firm`: shape (S,); `partners`: what partners
        who are out leave of each site, shape (weeks, S); None where all are there.
        """
        share = np.where(closed_loop > 0, self.cold, self.dry)
        share = np.where(non_firm, share * self.peak, share)
        if partners is not None:
            share = share * partners
        phases = np.bincount(layout.site_of_phase)
        return self.place <= (share * phases)[:, layout.site_of_phase]


def after_curtailment(state: IntArray, running: BoolArray) -> IntArray:
    """Return the rungs of a week: what does not run is commissioned, not usable; shape (P,)."""
    return state - ((state == Rung.USABLE) & ~running)
