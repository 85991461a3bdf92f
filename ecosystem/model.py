"""The ecosystem: builds the parts and orders the week."""

from dataclasses import replace
from functools import cached_property
from math import log
from typing import Any

import mesa
import numpy as np

from ecosystem import accounts, fleet, living, opening
from ecosystem.agents.base import Actor
from ecosystem.agents.capital import CapitalProvider
from ecosystem.agents.community import Community
from ecosystem.agents.lab import AILab
from ecosystem.agents.regulator import Regulator
from ecosystem.agents.utility import Utility
from ecosystem.agents.vendor import ChipMaker, CloudProvider, Contractor, EquipmentMaker
from ecosystem.agents.workforce import Workforce
from ecosystem.audit import audit
from ecosystem.availability import NEEDS_CREW, by_region, craft_hours
from ecosystem.cluster.chain import ClusterRules, Flows, run_cluster
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.attribution import lost_weeks
from ecosystem.delivery.critical_path import remaining_cpm
from ecosystem.delivery.ladder import Rung, ladder_mw, ladder_state
from ecosystem.delivery.progress import Opened, advance, open_rows
from ecosystem.delivery.record import Log
from ecosystem.errors import AuditError
from ecosystem.layout import Layout
from ecosystem.market import Flow, MarketRules, clear, price_usd_per_mtok, price_at_bound
from ecosystem.observables import COLUMN, LOST_COLUMNS
from ecosystem.partnerships import Partnerships, commitment
from ecosystem.recorder import OPINION_WEEKS, Recorder
from ecosystem.relations import opening_edges
from ecosystem.results import RunResult, Table, versions
from ecosystem.scenario import Levers, Strategy, World
from ecosystem.settle import settle
from ecosystem.shocks import Weather
from ecosystem.society.labour import apprentice_fte, apprentice_step, offered_hours
from ecosystem.state import Deals, News, Snapshot
from ecosystem.streams import Streams
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, BoolArray, FloatArray, date_of, week_of

QUARTER_WEEKS = 13
S0 = Levers()
CREW = np.flatnonzero(NEEDS_CREW)
ACADEMY_SPLIT = np.array([0.45, 0.20, 0.30, 0.05])
"""Seats by craft, in proportion to journey workers (regions.csv)."""


class Ecosystem(mesa.Model):
    """One world under one strategy.

    Parameters
    ----------
    world : World
        How things are.
    strategy : Strategy
        What the policy does, from its start on.
    seed : int
        Seed of all draws; the same seed gives every strategy the same chance events.
    audit : bool
        Check conservation every week and raise :class:`AuditError` with all breaches.
    """

    def __init__(
        self, world: World, strategy: Strategy, seed: int = 0, *, audit: bool = False
    ) -> None:
        super().__init__(rng=seed)
        self.world = world
        self.strategy = strategy
        self.seed = seed
        self.audited = audit
        self.streams = Streams(seed)
        self.layout = layout = Layout.of(world)
        numbers = world.numbers
        self.cluster_rules = ClusterRules(
            **numbers.cluster.model_dump(exclude={"chip_life_years"})
        )
        self.market_rules = MarketRules(**numbers.market.model_dump())
        self.planned = opening.medians(layout)
        self.progress, self.not_before = opening.history(
            layout, opening.work(layout, self.planned, self.streams)
        )
        self.plan, _ = opening.history(layout, self.planned)
        self.hours = craft_hours(layout, self.progress.duration_weeks)
        self.sites = opening.sites(layout)
        self.society = living.settle_in(layout, self.streams)
        self.impact_weights = living.weights(self.society.households, numbers)
        self.labour = opening.labour(layout)
        self.vendors = opening.vendors(layout)
        self.economy = opening.economy(layout, self.market_rules)
        self.partnerships = Partnerships.of(
            opening_edges(layout),
            numbers.capital.reputation_half_life_weeks,
            numbers.capital.miss_penalty,
        )
        self.weather = Weather.calm(len(world.regions))
        self.ledger = accounts.new_ledger(layout)
        self.log = Log()
        self.recorder = Recorder.of(layout)
        self._open_books()
        self.actors = self._hire()

    def _open_books(self) -> None:
        """Set what builds up from week to week."""
        phases, sites = self.layout.phases, len(self.layout.sites)
        self.week = 0
        self.cancelled = np.zeros(phases, dtype=bool)
        self.cancelled_week = np.full(phases, np.nan)
        self.reason = np.full(phases, "", dtype=object)
        self.planned_start = np.full(phases, np.nan)
        self.planned_finish = np.full(phases, np.nan)
        self.judged = np.zeros(phases, dtype=bool)
        self.lost = np.zeros((phases, len(LOST_COLUMNS)))
        self.critical = np.zeros((phases, len(Activity)), dtype=bool)
        self.coordination = np.ones(sites)
        self.learning = np.ones(phases)
        self.generation = np.zeros(phases, dtype=np.int64)
        self.sponsored_week = np.full(sites, np.nan)
        self.contacts = np.zeros(sites)
        self.breaches = np.zeros(sites)
        self.local_hours = np.zeros(sites)
        self.benefit = np.zeros(sites)
        self.opening_tokens_per_mw = np.nan
        self.revenues: list[float] = []
        self.milestones: dict[int, int] = {}

    def _hire(self) -> list[Actor]:
        """Create the agents; each registers itself with Mesa."""
        layout, world = self.layout, self.world
        builder = layout.contractor_of_site[layout.site_of_phase]
        actors: list[Actor] = [AILab(self, "AI lab")]
        developers = tuple(f"contractor:{site.developer}" for site in layout.sites)
        actors.append(CapitalProvider(self, "", "Financiers", developers))
        actors += [ChipMaker(self, "", "Chip maker"), EquipmentMaker(self, "", "Equipment makers")]
        for i, cloud in enumerate(world.clouds):
            actors.append(CloudProvider(self, cloud.key, cloud.name, i, cloud.build_mw))
        for i, firm in enumerate(world.contractors):
            phases = np.flatnonzero(builder == i)
            actors.append(Contractor(self, firm.key, firm.name, firm.crews, phases))
        for i, region in enumerate(world.regions):
            sites = np.flatnonzero(layout.region_of_site == i)
            actors.append(Utility(self, region.key, f"Utilities, {region.name}", i, sites))
        for state, sites in layout.states.items():
            actors.append(Regulator(self, state, f"Authorities, {state}", sites))
        for r, c, key, label in opening.regions_by_craft(layout):
            actors.append(Workforce(self, key, label, r, c))
        for i, site in enumerate(layout.sites):
            actors.append(Community(self, site.key, f"Host community of {site.name}", i))
        return actors

    @property
    def weeks(self) -> int:
        """Length of the world in weeks."""
        return self.world.weeks

    @cached_property
    def policy_week(self) -> float:
        """Week from which the strategy is in force."""
        return week_of(self.strategy.start or self.world.strategy_start, self.world.start)

    @property
    def levers(self) -> Levers:
        """Levers of this week: before the strategy's start those of S0."""
        return self.strategy.levers if self.week >= self.policy_week else S0

    def step(self) -> None:
        """Live through one week."""
        now = self.snapshot()
        orders = [order for actor in self.due(now.week) for order in actor.decide(now)]
        deals = settle(orders, now, self.streams, self.hours, self.layout.rival_hours[now.week])
        worked = advance(
            self.layout.network, self.progress, now.opened, deals.offer.rate, now.week
        )
        self.log.append(now.week, now.opened.rows, now.opened.cols, deals.offer.availability)
        news = self._deliver(now, deals)
        flows = self._run_fleet(now)
        self._earn(now, deals, flows, worked)
        self._live(now, deals)
        self._remember(now, deals)
        self._record(now, deals, flows, (*deals.news, *news))
        self.week += 1

    def due(self, week: int) -> list[Actor]:
        """Return the agents who decide this week."""
        return [actor for actor in self.actors if week % actor.every_weeks == 0]

    def snapshot(self) -> Snapshot:
        """Return the read-only world at the start of the week."""
        week, layout, progress = self.week, self.layout, self.progress
        self._announce_recorded()
        self.weather = self.weather.next(week, self.world.numbers, self.streams)
        opened = open_rows(layout.network, progress, self.not_before, self._active(), week)
        if week % QUARTER_WEEKS == 0:
            self._replan()
        state = self._states()
        lead, sites = layout.lead_of_site, self.sites
        permit = progress.worked_weeks[lead, Activity.PERMIT]
        heard_at = self.world.numbers.regulators.hearing_at
        gate = sites.live & ~sites.approved & np.isfinite(progress.start_week[lead, Activity.PERMIT])
        gate &= permit >= heard_at * progress.duration_weeks[lead, Activity.PERMIT]
        hearable = gate & (sites.redesign_until <= week) & (sites.moratorium_until <= week)
        ready_week = np.full(layout.phases, np.inf)
        manual = NEEDS_CREW[opened.cols]
        at = opened.rows[manual]
        ready_week[at] = progress.start_week[at, opened.cols[manual]]
        quarter = week // QUARTER_WEEKS
        return Snapshot(
            week=week,
            day=date_of(week, self.world.start),
            policy=week >= self.policy_week,
            numbers=self.world.numbers,
            levers=self.levers,
            layout=layout,
            sites=sites,
            progress=progress,
            state=state,
            site_state=self._site_state(state),
            opened=opened,
            filed_week=progress.start_week[lead, Activity.PERMIT],
            study_week=progress.start_week[lead, Activity.STUDY],
            headroom_week=progress.start_week[lead, Activity.INTERCONNECT],
            gate=gate,
            hearable=hearable,
            needs_crew=np.isfinite(ready_week),
            ready_week=ready_week,
            planned_start=self.planned_start,
            coordination=self.coordination,
            learning=self.learning,
            society=self.society,
            labour=self.labour,
            vendors=self.vendors,
            economy=self.economy,
            shocks=self.weather.shocks(
                week,
                self.world.numbers,
                self.streams.rows("choice", quarter, len(layout.sites)),
            ),
            partnerships=self.partnerships,
        )

    def _active(self) -> BoolArray:
        """Return the phases at work: of announced sites, or by record begun before that."""
        begun = self.layout.active_week <= self.week
        return (self.sites.live | begun & ~self.sites.withdrawn)[
            self.layout.site_of_phase
        ] & ~self.cancelled

    def _announce_recorded(self) -> None:
        """Announce the sites whose recorded date has come."""
        come = self.layout.announced_week < self.week + 1
        new = come & np.isnan(self.sites.announced_week)
        if not new.any():
            return
        announced = np.where(new, self.layout.announced_week, self.sites.announced_week)
        self.sites = replace(self.sites, announced_week=announced, live=self.sites.live | new)
        for site in np.flatnonzero(new):
            self._plan_site(int(site))
            text = f"announced, {self.layout.site_mw[site]:,.0f} MW (recorded)"
            self.recorder.tell(self.week, (News("announced", int(site), "lab", text),))

    def _plan_site(self, site: int) -> None:
        """Fix the plan of a site as of its announcement, and promise its first power."""
        layout, week = self.layout, max(self.week, 0)
        own = layout.site_of_phase == site
        schedule = remaining_cpm(layout.network, self.plan, self.not_before, own, week)
        start = schedule.early_start[own, Activity.SITEWORK]
        self.planned_start[own] = np.where(np.isnan(start), week, start)
        self.planned_finish[own] = schedule.finish[own]
        due = float(schedule.finish[own].min()) + self.world.numbers.capital.grace_weeks
        promise = f"first power at {layout.sites[site].key}"
        about = int(self.partnerships.between("lab", "capital", "contract")[0])
        self.milestones[site] = len(self.partnerships)
        self.partnerships = self.partnerships.with_edge(
            commitment("lab", "capital", promise, due, about)
        )

    def _replan(self) -> None:
        """Find what is critical now; plans are looked at once a quarter."""
        schedule = remaining_cpm(
            self.layout.network, self.progress, self.not_before, self._active(), self.week
        )
        self.critical = schedule.critical
        self.generation = fleet.generation_of_phase(self.layout, self.progress, self.week)

    def _states(self) -> Any:
        n, layout = self.world.numbers.delivery, self.layout
        signed = self.sites.announced_week + n.contract_weeks <= self.week
        handed_over = self.progress.finish_week[:, Activity.COMMISSIONING] + n.handover_weeks
        return ladder_state(
            self.progress, signed[layout.site_of_phase], handed_over <= self.week, self.cancelled
        )

    def _site_state(self, state: Any) -> Any:
        best = np.where(state == Rung.CANCELLED, -1, state)
        return np.maximum.reduceat(best, self.layout.lead_of_site)
"""
"""
