"""The fixed arrays of a world: which phase belongs to which site, region, builder and grid.

Only sites that the programme builds or may build are in these arrays; comparators are rivals and
appear as the labour that they take.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import ceil, floor

import numpy as np

from ecosystem.cluster.hardware import Generations, every_generation, load_generations
from ecosystem.cluster.retrofit import Retrofit, retrofit_between
from ecosystem.cluster.roadmap import extended
from ecosystem.cluster.serving import benchmark_tokens_per_s
from ecosystem.delivery.activities import ACTIVITIES, Activity, Network, Power, build_network
from ecosystem.institutions.backlog import ramp
from ecosystem.institutions.finance import Terms
from ecosystem.numbers import Delivery
from ecosystem.scenario import PLANTS, Record, Site, World
from ecosystem.society.labour import Craft
from ecosystem.units import (
    MW_PER_GW,
    WEEKS_PER_YEAR,
    BoolArray,
    FloatArray,
    IntArray,
    date_of,
    week_of,
)

EARTH_KM = 6_371.0
USUAL_MARGIN = 0.15
"""Margin in the usual lease: rent is about 1.15 times the cost of ownership."""
ENGINES_USD_PER_MW = 2_600_000.0
"""Installed cost of engines on site (P030), which the campus cost of a grid site leaves out."""
CHIPS_DAY = date(2025, 1, 6)
"""Day for which the numbers say what the chip maker delivers."""
POWER = {"grid": Power.GRID, "bridge": Power.BRIDGE_THEN_GRID, "islanded": Power.ISLANDED}


@dataclass(frozen=True, eq=False)
class Layout:
    """Static arrays of a world; S sites, P phases (buildings), R regions.

    Attributes
    ----------
    world : World
        Where they come from.
    sites : tuple of Site
        The S sites that are or may be built, in the order of every site axis.
    network : Network
        Activities of all phases.
    phase_mw, phase_it_mw : ndarray, shape (P,)
        Facility and IT power of a building.
    number : ndarray of int, shape (P,)
        Place of the phase at its site, from 0.
    """

    world: World
    sites: tuple[Site, ...]
    network: Network
    site_of_phase: IntArray
    number: IntArray
    phase_mw: FloatArray
    phase_it_mw: FloatArray
    generations: Generations

    @classmethod
    def of(cls, world: World) -> "Layout":
        """Lay out a world."""
        sites = tuple(s for s in world.sites if s.role in ("programme", "candidate"))
        count = np.array([s.phases for s in sites])
        site_of_phase = np.repeat(np.arange(len(sites)), count)
        number = np.concatenate([np.arange(n) for n in count])
        share = 1 / count[site_of_phase]
        together = np.array([s.phases_at_start for s in sites])[site_of_phase]
        power = np.array([POWER[s.power] for s in sites])[site_of_phase]
        begun = (number < together) | _cleared(world, sites, site_of_phase, number)
        previous = np.where(begun, -1, np.arange(len(number)) - 1)
        network = build_network(site_of_phase, power, previous)
        return cls(
            world=world,
            sites=sites,
            network=network,
            site_of_phase=site_of_phase,
            number=number,
            phase_mw=np.array([s.facility_mw for s in sites])[site_of_phase] * share,
            phase_it_mw=np.array([s.it_mw for s in sites])[site_of_phase] * share,
            generations=roadmap(world),
        )

    @property
    def phases(self) -> int:
        """Number of phases P."""
        return len(self.site_of_phase)

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each site by key."""
        return {site.key: i for i, site in enumerate(self.sites)}

    @cached_property
    def site_mw(self) -> FloatArray:
        """Facility MW of each site, shape (S,)."""
        return np.array([s.facility_mw for s in self.sites])

    @cached_property
    def lead_of_site(self) -> IntArray:
        """First phase of each site, shape (S,)."""
        return np.flatnonzero(self.number == 0)

    @cached_property
    def region_of_site(self) -> IntArray:
        """Region of each site, shape (S,)."""
        keys = [r.key for r in self.world.regions]
        return np.array([keys.index(s.region) for s in self.sites])

    @cached_property
    def region_of_phase(self) -> IntArray:
        """Region of each phase, shape (P,)."""
        return self.region_of_site[self.site_of_phase]

    @cached_property
    def pools_of_phase(self) -> IntArray:
        """Labour pool, region by craft, of each craft of each phase, shape (P, 4)."""
        return self.region_of_phase[:, None] * len(Craft) + np.arange(len(Craft))

    @cached_property
    def site_place(self) -> IntArray:
        """Place of every flat (phase, activity) in a flat (site, activity), shape (P * A,)."""
        place = self.site_of_phase[:, None] * ACTIVITIES + np.arange(ACTIVITIES)
        return place.ravel()

    @cached_property
    def cloud_of_phase(self) -> IntArray:
        """Cloud provider of each phase, shape (P,)."""
        keys = [c.key for c in self.world.clouds]
        return np.array([keys.index(s.cloud) for s in self.sites])[self.site_of_phase]

    @cached_property
    def contractor_of_site(self) -> IntArray:
        """Contractor of each site, shape (S,)."""
        keys = [c.key for c in self.world.contractors]
        return np.array([keys.index(s.developer) for s in self.sites])

    @cached_property
    def last_of_site(self) -> IntArray:
        """Last phase of each site, shape (S,)."""
        return np.append(self.lead_of_site[1:], self.phases) - 1

    @cached_property
    def no_usd(self) -> FloatArray:
        """Nothing for every site, shape (S,); never written to."""
        return np.zeros(len(self.sites))

    @cached_property
    def no_phase(self) -> BoolArray:
        """No phase at all, shape (P,); never written to."""
        return np.zeros(self.phases, dtype=bool)

    @property
    def own(self) -> int:
        """Place of the lab among owners: after all clouds."""
        return len(self.world.clouds)

    @cached_property
    def listed_owners(self) -> FloatArray:
        """Share of each site that each owner has by sites.csv, shape (S, B + 1)."""
        return np.eye(self.own + 1)[self.cloud_of_phase[self.lead_of_site]]

    @cached_property
    def rent_of_owner(self) -> FloatArray:
        """Rent that each owner asks per MW and year, shape (B + 1,).

        A cloud's margin over the usual one is in it; the lab charges itself cost.
        """
        margin = np.array([*(c.margin for c in self.world.clouds), 0.0])
        lease = self.world.numbers.capital.lease_usd_per_mw_year
        return lease * (1 + margin) / (1 + USUAL_MARGIN)

    @cached_property
    def integration_of_owner(self) -> FloatArray:
        """Integration of data centre and hardware of each owner, shape (B + 1,)."""
        return np.array(
            [*(c.integration for c in self.world.clouds), self.world.numbers.lab.own_integration]
        )

    @cached_property
    def usd_per_mw(self) -> float:
        """Cost of a campus with its IT."""
        n = self.world.numbers.capital
        return n.campus_usd_per_mw + n.it_usd_per_mw

    @cached_property
    def terms(self) -> Terms:
        """What lenders ask of each owner."""
        n = self.world.numbers.capital
        return Terms(
            np.array([*(n.loan_to_cost for _ in self.world.clouds), n.own_loan_to_cost]),
            n.leverage_limit,
            n.debt_base_rate,
            n.debt_spread_at_limit,
            n.debt_years,
        )

    @cached_property
    def takes_new(self) -> BoolArray:
        """Clouds that take sites which the lab chooses later, shape (B,)."""
        return np.array([c.takes_new for c in self.world.clouds])

    @cached_property
    def same_firm(self) -> BoolArray:
        """Builders who are also the owner, shape (builders, B + 1)."""
        owners = [*(c.key for c in self.world.clouds), ""]
        return np.array([[f.key == o for o in owners] for f in self.world.contractors])

    @cached_property
    def clouds_at_home(self) -> BoolArray:
        """Clouds that have or are listed for a site in the country of each site, shape (S, B)."""
        return self._at_home([s.cloud for s in self.sites], [c.key for c in self.world.clouds])

    @cached_property
    def builders_at_home(self) -> BoolArray:
        """Builders listed for a site in the country of each site, shape (S, builders)."""
        firms = [f.key for f in self.world.contractors]
        return self._at_home([s.developer for s in self.sites], firms)

    def _at_home(self, listed: list[str], firms: list[str]) -> BoolArray:
        """Return which firms are at home in the country of each site; unlisted ones anywhere."""
        known = set(zip([s.country for s in self.sites], listed, strict=True))
        return np.array(
            [[(s.country, f) in known or f not in listed for f in firms] for s in self.sites]
        )

    @cached_property
    def campus_usd(self) -> FloatArray:
        """Cost of each campus without its IT, shape (S,)."""
        return self.world.numbers.capital.campus_usd_per_mw * self.site_mw

    @cached_property
    def active_week(self) -> FloatArray:
        """First week of any recorded work at each site, shape (S,); inf without one."""
        first = np.fmin.reduce(np.fmin(self.started, self.finished), axis=1)
        return np.fmin.reduceat(np.where(np.isnan(first), np.inf, first), self.lead_of_site)

    @cached_property
    def candidate(self) -> BoolArray:
        """Sites that the lab may choose later, shape (S,)."""
        return np.array([s.role == "candidate" for s in self.sites])

    @cached_property
    def grid_only(self) -> BoolArray:
        """Sites without power of their own, shape (S,)."""
        return np.array([s.power == "grid" for s in self.sites])

    @cached_property
    def islanded(self) -> BoolArray:
        """Sites that never connect to the grid, shape (S,)."""
        return np.array([s.power == "islanded" for s in self.sites])

    @cached_property
    def plant_usd_per_mw(self) -> FloatArray:
        """Cost of the planned power on site, shape (S,); 0 where there is none."""
        options = self.world.numbers.options
        premium = {
            "engines": 0.0,
            "frame_turbines": options.frame_turbines_usd_per_mw,
            "fuel_cells": options.fuel_cells_usd_per_mw,
        }
        none = [s.power == "grid" for s in self.sites]
        return np.where(none, 0.0, [ENGINES_USD_PER_MW + premium[s.plant] for s in self.sites])

    @cached_property
    def plant(self) -> IntArray:
        """Planned power on site, as a place in `PLANTS`, shape (S,); -1 for none."""
        return np.array([-1 if s.power == "grid" else PLANTS.index(s.plant) for s in self.sites])

    @cached_property
    def gigawatt(self) -> BoolArray:
        """Sites of a gigawatt or more, shape (S,)."""
        return self.site_mw >= MW_PER_GW

    @cached_property
    def closed_loop(self) -> FloatArray:
        """1 where cooling is a closed loop, shape (S,)."""
        return np.array([float(s.cooling == "closed") for s in self.sites])

    @cached_property
    def over_state_land(self) -> BoolArray:
        """Sites whose line or pipe crosses state land, shape (S,)."""
        return np.array([s.state_land for s in self.sites])

    def fleet_integration(self, owners: FloatArray) -> FloatArray:
        """Return the integration at each site and, last, in the installed base, (S + 1,).

        `owners`: share of each site that each owner has, shape (S, B + 1).
        """
        at_sites = owners @ self.integration_of_owner
        return np.append(at_sites, self.world.numbers.cluster.integration)

    def substitutability(self, owners: FloatArray) -> FloatArray:
        """Return what others could deliver of what makers and owners do, shape (P,).

        The deeper an owner is integrated with his hardware, the less. `owners`: share of each
        site that each owner has, shape (S, B + 1).
        """
        numbers = self.world.numbers.disruptions
        return numbers.substitutability * (1 - numbers.lock_in * self._integration(owners))

    def switching_weeks(self, owners: FloatArray) -> FloatArray:
        """Return the weeks until others deliver it, shape (P,); `owners` as above."""
        numbers = self.world.numbers.disruptions
        longer = numbers.integration_switching_weeks * self._integration(owners)
        return numbers.switching_weeks + longer

    def _integration(self, owners: FloatArray) -> FloatArray:
        return (owners @ self.integration_of_owner)[self.site_of_phase]

    @cached_property
    def water_stress(self) -> FloatArray:
        """Stress of the basin, from 0 to 1, shape (S,)."""
        return np.array([s.water_stress for s in self.sites])

    @cached_property
    def households(self) -> FloatArray:
        """Households of each host community, shape (S,)."""
        return np.array([float(s.households) for s in self.sites])

    @cached_property
    def local_hire_room(self) -> FloatArray:
        """Share of a site's work that residents in the trades could do beyond the usual, (S,)."""
        n = self.world.numbers
        residents = self.households * n.society.trade_share * n.local.commuting_factor
        share = residents / (n.workforce.peak_workers_per_mw * self.site_mw)
        return np.clip(share, n.local.local_hire_share, 1.0) - n.local.local_hire_share

    @cached_property
    def announced_week(self) -> FloatArray:
        """Recorded week of announcement, shape (S,); NaN for candidates."""
        return np.array(
            [
                np.nan if s.role == "candidate" or s.announced is None else self.week(s.announced)
                for s in self.sites
            ]
        )

    @cached_property
    def recorded_weeks(self) -> frozenset[int]:
        """Weeks in which announcements on record come, those before the start in week 0."""
        known = self.announced_week[np.isfinite(self.announced_week)]
        return frozenset(np.maximum(np.floor(known), 0).astype(int).tolist())

    @cached_property
    def choice_week(self) -> float:
        """Week from which the lab opens sites of its own choice."""
        return self.week(self.world.strategy_start)

    @cached_property
    def history_week(self) -> float:
        """Week until which records say what befell places."""
        return self.week(self.world.history_until or self.world.start)

    @cached_property
    def on_record_until(self) -> FloatArray:
        """Week until which records, not chance, say what befell a site, shape (S,)."""
        return np.where(np.isfinite(self.announced_week), self.history_week, -np.inf)

    @cached_property
    def usually_held_mw(self) -> FloatArray:
        """Firm capacity that speculative requests hold without a deposit, shape (R,)."""
        n = self.world.numbers.grid
        factor = n.speculative_hold_share * n.headroom_factor
        return factor * np.array([r.headroom_mw for r in self.world.regions])

    @cached_property
    def headroom_mw_per_year(self) -> FloatArray:
        """Firm capacity that upgrades add, shape (R,)."""
        factor = self.world.numbers.grid.upgrade_factor
        return factor * np.array([r.headroom_mw_per_year for r in self.world.regions])

    @cached_property
    def headroom_mw_per_week(self) -> FloatArray:
        """Firm capacity that upgrades add, shape (R,)."""
        return self.headroom_mw_per_year / WEEKS_PER_YEAR

    @cached_property
    def zoned_ha(self) -> FloatArray:
        """Zoned land at the start, that of sites on record by then included, shape (R,)."""
        factor = self.world.numbers.land.stock_factor
        return factor * np.array([r.zoned_ha for r in self.world.regions])

    @cached_property
    def site_ha(self) -> FloatArray:
        """Land that each site takes, shape (S,)."""
        return self.world.numbers.land.ha_per_mw * self.site_mw

    @cached_property
    def land_on_record(self) -> BoolArray:
        """Sites whose land is on record, so that no stock can hold them up, shape (S,)."""
        return np.isfinite(self.finished[self.lead_of_site, Activity.LAND])

    @cached_property
    def rivals(self) -> tuple[Site, ...]:
        """Comparator campuses whose building dates are known: they take what they need."""
        known = (s for s in self.world.sites if s.role == "comparator")
        return tuple(s for s in known if s.build_start and s.build_end)

    def _of_rivals(self, mw: Callable[[Site], FloatArray]) -> FloatArray:
        """Add up what rivals take each week by region, shape (weeks, R)."""
        keys = [r.key for r in self.world.regions]
        taken = np.zeros((self.world.weeks, len(keys)))
        for site in self.rivals:
            taken[:, keys.index(site.region)] += mw(site)
        return taken

    def _weeks_since(self, day: date | None) -> FloatArray:
        """Return whole weeks since a date, shape (weeks,)."""
        since: FloatArray = np.floor(
            np.arange(self.world.weeks) - self.week(day or self.world.start)
        )
        return since

    def _breaking_ground_mw(self, site: Site) -> FloatArray:
        """Return the size of a rival in the week in which he breaks ground, shape (weeks,)."""
        return np.where(self._weeks_since(site.build_start) == 0, site.facility_mw, 0.0)

    @cached_property
    def taken_on_record_ha(self) -> FloatArray:
        """Land that rivals take as they break ground, and sites on record as they are announced.

        Shape (weeks, R).
        """
        taken = self.world.numbers.land.ha_per_mw * self._of_rivals(self._breaking_ground_mw)
        for site in np.flatnonzero(self.land_on_record):
            week = self.announced_week[site]
            if week < self.world.weeks:
                taken[max(int(week), 0), self.region_of_site[site]] += self.site_ha[site]
        return taken

    @cached_property
    def weeks_on_record_ha(self) -> frozenset[int]:
        """Weeks in which any land is taken so."""
        return frozenset(self.taken_on_record_ha.any(axis=1).nonzero()[0].tolist())

    @cached_property
    def hosts_of_region(self) -> IntArray:
        """Host communities of each region, shape (R,)."""
        return np.bincount(self.region_of_site, minlength=len(self.world.regions))

    @cached_property
    def rival_grid_mw(self) -> FloatArray:
        """Firm capacity that rivals on the grid ask for as they break ground, (weeks, R)."""
        zero = np.zeros(self.world.weeks)
        return self._of_rivals(
            lambda site: self._breaking_ground_mw(site) if site.power == "grid" else zero
        )

    @cached_property
    def rival_slots_mw(self) -> FloatArray:
        """Equipment in production for rivals, shape (weeks,): on record, or the usual if more."""
        numbers = self.world.numbers

        def in_production(site: Site) -> FloatArray:
            since = self._weeks_since(site.build_start)
            producing = (since >= 0) & (since < numbers.delivery.equipment_weeks)
            return np.where(producing, site.facility_mw, 0.0)

        on_record = self._of_rivals(in_production).sum(axis=1)
        return np.maximum(on_record, numbers.equipment.rival_slots_mw)

    @cached_property
    def chips_mw_per_week(self) -> FloatArray:
        """Racks that the maker delivers by plan, to all customers, shape (weeks,).

        It grows, and dips as each new generation ramps up.
        """
        chips, week = self.world.numbers.chips, np.arange(self.world.weeks)
        _, day = self._launches
        launched = day[np.maximum(np.searchsorted(day, week, side="right") - 1, 0)]
        ramped = ramp(week - launched, chips.ramp_weeks, chips.ramp_start_share)
        return chips.mw_per_week * self._chips_growth * ramped

    @cached_property
    def chips_lead_weeks(self) -> float:
        """Usual time from an order of racks to their delivery."""
        return float(self.base_weeks[Activity.CHIPS])

    @cached_property
    def rival_chips_mw(self) -> list[float]:
        """Racks that other customers order anew each week."""
        return (self.world.numbers.chips.rival_mw_per_week * self._chips_growth).tolist()

    @cached_property
    def _chips_growth(self) -> FloatArray:
        growth = 1 + self.world.numbers.chips.growth_per_year
        since = np.arange(self.world.weeks) - round(self.week(CHIPS_DAY))
        return growth ** (since / WEEKS_PER_YEAR)

    @cached_property
    def journeymen(self) -> FloatArray:
        """Journey workers at the start, shape (R, 4)."""
        heads = [[getattr(r, craft.name.lower()) for craft in Craft] for r in self.world.regions]
        return self.world.numbers.workforce.pool_factor * np.array(heads, dtype=float)

    @cached_property
    def wage_usd_per_h(self) -> FloatArray:
        """Craft wage at the start, shape (R,)."""
        return np.array([r.wage_usd_per_h for r in self.world.regions])

    @cached_property
    def states(self) -> dict[str, IntArray]:
        """Sites of each permitting authority, by state."""
        found: dict[str, list[int]] = {}
        for i, site in enumerate(self.sites):
            found.setdefault(site.state, []).append(i)
        return {state: np.array(found[state], dtype=np.int64) for state in sorted(found)}

    @cached_property
    def mood(self) -> tuple[FloatArray, FloatArray]:
        """Weeks of national polls, ascending, and net support in them."""
        series = self.world.mood
        return np.array([self.week(d) for d in series.dates]), np.array(series.values)

    @cached_property
    def neighbours(self) -> BoolArray:
        """Pairs of sites near enough for a moratorium to be contagious, shape (S, S)."""
        lat, lon = np.radians([[s.lat for s in self.sites], [s.lon for s in self.sites]])
        reach = self.world.numbers.regulators.neighbour_km
        # whoever is farther north or south than the reach, a metre to spare, need not be measured
        near = np.abs(lat[:, None] - lat) <= (reach + 1e-3) / EARTH_KM
        np.fill_diagonal(near, False)
        a, b = np.nonzero(near)
        north = np.sin((lat[a] - lat[b]) / 2) ** 2
        east = np.cos(lat[a]) * np.cos(lat[b]) * np.sin((lon[a] - lon[b]) / 2) ** 2
        km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(north + east, 0, 1)))
        near[a, b] = km <= reach
        return near

    @cached_property
    def base_weeks(self) -> FloatArray:
        """Median duration of each activity, shape (A,)."""
        return base_weeks(self.world.numbers.delivery)

    @cached_property
    def not_before(self) -> FloatArray:
        """Week before which an activity may not start by record, shape (P, A)."""
        weeks = np.full((self.phases, len(Activity)), -np.inf)
        for record, phases, activity in self._records("not_before"):
            weeks[phases, activity] = self.week(record.date)
        return weeks

    @cached_property
    def started(self) -> FloatArray:
        """Recorded start, shape (P, A); NaN where there is no record."""
        return self._recorded("started")

    @cached_property
    def finished(self) -> FloatArray:
        """Recorded finish, shape (P, A); NaN where there is no record."""
        return self._recorded("finished")

    def _recorded(self, status: str) -> FloatArray:
        weeks = np.full((self.phases, len(Activity)), np.nan)
        for record, phases, activity in self._records(status):
            weeks[phases, activity] = self.week(record.date)
        return weeks

    def _records(self, status: str) -> list[tuple[Record, IntArray, int]]:
        found = []
        for record in self.world.records:
            site = self.index.get(record.site)
            if site is None or record.status != status:
                continue
            at = (self.site_of_phase == site) & (self.number >= record.first_phase - 1)
            phases = np.flatnonzero(at & (self.number < record.last_phase))
            found.append((record, phases, Activity[record.activity.upper()]))
        return found

    def week(self, day: date) -> float:
        """Return weeks since the start of the world."""
        return week_of(day, self.world.start)

    @cached_property
    def rival_hours(self) -> FloatArray:
        """Craft hours that other builders take each week, shape (weeks, R, 4).

        Comparator campuses count while they are built; all others are a share of the pool that
        grows.
        """
        world, n = self.world, self.world.numbers.workforce
        week = np.arange(world.weeks)
        growth = (1 + n.rival_growth_per_year) ** (week / WEEKS_PER_YEAR)
        pool = n.rival_share * self.journeymen * n.hours_per_worker_week
        hours = growth[:, None, None] * pool
        split = pool.sum(0) / max(pool.sum(), 1e-9)
        keys = [r.key for r in world.regions]
        for site in self.rivals:
            assert site.build_start is not None
            assert site.build_end is not None
            start, end = self.week(site.build_start), self.week(site.build_end)
            per_week = site.facility_mw * world.numbers.delivery.hours_per_mw / max(end - start, 1)
            building = (week >= start) & (week < end)
            hours[building, keys.index(site.region)] += per_week * split
        return hours

    @cached_property
    def installed_base_mw(self) -> FloatArray:
        """Capacity rented outside the programme, by week and generation, shape (weeks, G).

        Every addition is of the newest generation on the market; hardware is renewed after its
        life. What the series holds before the start came before it, with the hardware of then.
        What comes after the last observation is scaled by the sampled factor.
        """
        series, ahead = self.world.installed_base_mw, self.world.weeks
        before = max(0, -floor(self.week(self.world.installed_base_mw.dates[0])))
        week = np.arange(-before, ahead)
        known = np.array([self.week(d) for d in series.dates])
        values = np.array(series.values)
        last = np.interp(self.week(series.observed_until), known, values)
        values = np.where(values > last, last + (values - last) * series.after_factor, values)
        total = np.interp(week, known, values)
        added = np.diff(total, prepend=0.0)
        generation = self.newest(week)
        life = round(self.world.numbers.chips.chip_life_years * WEEKS_PER_YEAR)
        by_generation = np.zeros((len(week), len(self.generations)))
        for start in range(0, len(week), life):
            # cohorts in their (1 + start / life)-th life: the same megawatts, newer hardware
            born = np.arange(len(week) - start)
            table = np.zeros_like(by_generation)
            np.add.at(table, (born + start, generation[born + start]), added[born])
            if start:
                np.add.at(table, (born + start, generation[born + start - life]), -added[born])
            by_generation += table
        return np.maximum(np.cumsum(by_generation, axis=0), 0.0)[before:]

    @cached_property
    def base_mw(self) -> FloatArray:
        """Capacity rented outside the programme, shape (weeks,)."""
        return self.installed_base_mw.sum(axis=1)

    def newest(self, week: IntArray | FloatArray) -> IntArray:
        """Return the newest generation on the market by week."""
        order, day = self._launches
        return order[np.maximum(np.searchsorted(day, week, side="right") - 1, 0)]

    @cached_property
    def _launches(self) -> tuple[IntArray, FloatArray]:
        """Generations in order of their launch, and its week."""
        day = np.array([self.week(d) for d in self.generations.available])
        order = np.argsort(day, kind="stable")
        return order, day[order]

    def launch_after(self, week: FloatArray) -> tuple[IntArray, FloatArray]:
        """Return the first generation that comes after each week, and its week (inf: none)."""
        order, day = self._launches
        at = np.searchsorted(day, week, side="right")
        return np.append(order, -1)[at], np.append(day, np.inf)[at]

    @cached_property
    def work_per_mw(self) -> tuple[FloatArray, FloatArray]:
        """Peak FLOP/s and benchmark tokens/s of a MW of IT by generation, shape (G,) each."""
        table = self.generations
        held = table.accelerators_per_rack / table.rack_kw
        return held * table.peak_flop_per_s("fp8"), held * benchmark_tokens_per_s(table)

    @cached_property
    def refit_weeks(self) -> FloatArray:
        """Weeks to fit halls built for one generation (row) to racks of another, shape (G, G).

        All positions are rebuilt: no megawatt is lost.
        """
        return self._refit.weeks

    @cached_property
    def refit_usd_per_mw(self) -> FloatArray:
        """What that costs for an IT MW, shape (G, G)."""
        return self._refit.cost_usd

    @cached_property
    def _refit(self) -> Retrofit:
        numbers = self.world.numbers
        weeks, usd = numbers.delivery.mep_weeks, numbers.options.fitout_usd_per_it_mw
        return retrofit_between(self.generations, 1.0, weeks, usd)

    @cached_property
    def new_years(self) -> dict[int, int]:
        """The years that begin after the start of the world, by their first week."""
        first, last = self.world.start.year, self.day(self.world.weeks).year
        return {ceil(self.week(date(y, 1, 1))): y for y in range(first + 1, last + 1)}

    def day(self, week: float) -> date:
        """Return the calendar day of a week."""
        return date_of(week, self.world.start)


def roadmap(world: World) -> Generations:
    """Return the generations of a world: announced ones, and assumed ones until its end."""
    chips = world.numbers.chips
    return extended(
        _generations(world.generations),
        date_of(world.weeks, world.start),
        chips.generation_weeks,
        chips.generation_flop_gain,
        chips.generation_token_gain,
        chips.generation_kw_gain,
    )


def _generations(keys: tuple[str, ...]) -> Generations:
    """Return announced generations; what has no 8-bit units computes in 16 bits."""
    known = load_generations()
    if not set(keys) <= set(known.key):
        known = every_generation()
    chosen = known.select(*keys)
    eight = np.where(np.isnan(chosen.fp8_pflops), chosen.bf16_pflops, chosen.fp8_pflops)
    return replace(chosen, fp8_pflops=eight)


def base_weeks(numbers: Delivery) -> FloatArray:
    """Return the median duration of each activity, shape (A,)."""
    return np.array([getattr(numbers, f"{a.name.lower()}_weeks") for a in Activity])


def _cleared(
    world: World, sites: tuple[Site, ...], site_of_phase: IntArray, number: IntArray
) -> BoolArray:
    """Return the phases whose works started on record, so that they wait for no other phase."""
    index = {site.key: i for i, site in enumerate(sites)}
    cleared = np.zeros(len(number), dtype=bool)
    for record in world.records:
        if record.activity == "sitework" and record.status == "started" and record.site in index:
            own = site_of_phase == index[record.site]
            cleared |= own & (number >= record.first_phase - 1) & (number < record.last_phase)
    return cleared
