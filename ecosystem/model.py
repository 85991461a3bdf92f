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
from ecosystem.delivery.activities import Activity, Cause
from ecosystem.delivery.attribution import lost_weeks
from ecosystem.delivery.critical_path import remaining_cpm
from ecosystem.delivery.ladder import Rung, ladder_state
from ecosystem.delivery.progress import advance, open_rows
from ecosystem.delivery.record import Log
from ecosystem.errors import AuditError
from ecosystem.layout import Layout
from ecosystem.market import Flow, MarketRules, clear, price_at_bound, price_usd_per_mtok
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
from ecosystem.view import View
from ecosystem.viewing import view_of

QUARTER_WEEKS = 13
LADDER_AND_CANCELLED = slice(COLUMN["announced_mw"], COLUMN["cancelled_mw"] + 1)
S0 = Levers()
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
        self.cluster_rules = ClusterRules(**numbers.cluster.model_dump(exclude={"chip_life_years"}))
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
        self.last_snapshot: Snapshot | None = None
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
        self.last_snapshot = now = self.snapshot()
        orders = [order for actor in self.due(now.week) for order in actor.decide(now)]
        deals = settle(orders, now, self.streams, self.hours, self.layout.rival_hours[now.week])
        worked = advance(self.layout.network, self.progress, now.opened, deals.offer.rate, now.week)
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
        gate = (
            sites.live & ~sites.approved & np.isfinite(progress.start_week[lead, Activity.PERMIT])
        )
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
            policy_week=self.policy_week,
            numbers=self.world.numbers,
            levers=self.levers,
            layout=layout,
            sites=sites,
            progress=progress,
            state=state,
            pending=sites.live[layout.site_of_phase] & (state < Rung.USABLE),
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

    def _deliver(self, now: Snapshot, deals: Deals) -> list[News]:
        """Book what was opened, given up and finished this week; tell it."""
        self.sites, self.vendors, self.labour = deals.sites, deals.vendors, deals.labour
        for site in np.flatnonzero(self.sites.live & ~now.sites.live):
            self._plan_site(int(site))
            self._lengthen_engagement(int(site))
        self._cancel(now, deals)
        lost = lost_weeks(self.layout.network, now.opened, deals.offer.availability, self.critical)
        announced = self.sites.live[self.layout.site_of_phase] & ~self.cancelled
        self.lost_now = lost * announced[:, None]
        self.lost += self.lost_now
        rows, cols = now.opened.rows, now.opened.cols
        ended = np.isfinite(self.progress.finish_week[rows, cols])
        delivered = rows[ended & (cols == Activity.CHIPS)]
        self.racks_mw = float(self.layout.phase_mw[delivered].sum())
        if (cols[ended] == Activity.COMMISSIONING).any():
            self.generation = fleet.generation_of_phase(self.layout, self.progress, now.week)
            self._learn()
        return [
            News(*told)
            for row, col in zip(rows[ended], cols[ended], strict=True)
            if (told := self._milestone(int(row), Activity(col)))
        ]

    def _lengthen_engagement(self, site: int) -> None:
        """Give a site opened under the policy the time that engagement and negotiation take."""
        levers = self.levers
        extra = levers.engagement_extra_weeks
        if levers.agreement_share_of_capex > 0:
            extra += levers.agreement_weeks
        own = self.layout.site_of_phase == site
        self.progress.duration_weeks[own, Activity.ENGAGEMENT] += extra

    def _cancel(self, now: Snapshot, deals: Deals) -> None:
        """End phases; a site without any left withdraws and gives its grid capacity back."""
        ended = deals.given_up & ~self.cancelled
        if not ended.any():
            return
        layout = self.layout
        self.cancelled = self.cancelled | ended
        self.cancelled_week[ended] = now.week
        for news in deals.news:
            if news.kind in ("given up", "withdrawn"):
                self.reason[ended & (layout.site_of_phase == news.site)] = news.text
        left = np.bincount(layout.site_of_phase, ~self.cancelled, len(layout.sites))
        gone = (left == 0) & now.sites.live
        connected = gone & self.sites.headroom_granted & ~layout.islanded
        self.sites = replace(
            self.sites, withdrawn=self.sites.withdrawn | gone, live=self.sites.live & ~gone
        )
        if connected.any():
            back = np.bincount(
                layout.region_of_site, layout.site_mw * connected, len(self.world.regions)
            )
            self.vendors = replace(self.vendors, headroom_mw=self.vendors.headroom_mw + back)

    def _learn(self) -> None:
        """Let builders learn from every building that they have finished."""
        builder = self.layout.contractor_of_site[self.layout.site_of_phase]
        done = np.isfinite(self.progress.finish_week[:, Activity.COMMISSIONING])
        built = np.bincount(builder, done, len(self.world.contractors))
        self.learning = (1 + built[builder]) ** -self.world.numbers.contractors.learning

    def _milestone(self, phase: int, activity: Activity) -> tuple[str, int, str, str] | None:
        """Return what to tell about a finished activity; None for what interests nobody."""
        site = int(self.layout.site_of_phase[phase])
        builder = f"contractor:{self.layout.sites[site].developer}"
        if activity is Activity.COMMISSIONING:
            mw = self.layout.phase_mw[phase]
            text = f"building {self.layout.number[phase] + 1} commissioned, {mw:,.0f} MW"
            return ("commissioned", site, builder, text)
        if activity is Activity.SITEWORK and self.layout.number[phase] == 0:
            return ("building", site, builder, "the ground is cleared")
        if activity in (Activity.INTERCONNECT, Activity.BRIDGE):
            what = "grid connection" if activity is Activity.INTERCONNECT else "power on site"
            return ("power", site, builder, f"{what} is ready")
        return None

    def _run_fleet(self, now: Snapshot) -> Flows:
        """Run the cluster core on what is usable at the start of the week."""
        layout = self.layout
        usable = layout.phase_mw * (now.state == Rung.USABLE)
        base = layout.installed_base_mw[now.week]
        self.usable_mw = fleet.usable_mw(layout, usable, self.generation, base)
        return run_cluster(
            self.usable_mw,
            np.append(layout.closed_loop, 0.0),
            now.economy.market.adopted_mw,
            now.economy.training_share,
            layout.generations,
            self.cluster_rules,
        )

    def _earn(self, now: Snapshot, deals: Deals, flows: Flows, worked: FloatArray) -> None:
        """Clear the market; pay and post everything of the week."""
        numbers, layout, economy = self.world.numbers, self.layout, now.economy
        if np.isnan(self.opening_tokens_per_mw):
            self.opening_tokens_per_mw = flows.tokens_per_s_per_mw
        efficiency = flows.tokens_per_s_per_mw / self.opening_tokens_per_mw
        flow = Flow(
            flows.inference_mw,
            flows.served_mw,
            flows.latency_factor,
            efficiency,
            flows.training_flop_per_s,
        )
        market = clear(economy.market, flow, self.market_rules, now.week)
        training = int(self._training_regions().sum()) if now.policy else 0
        self.cost = accounts.strategy_cost(now, self.sponsored_week, training)
        capacity = float(self.usable_mw.sum())
        years = now.week / WEEKS_PER_YEAR
        fixed = (
            numbers.capital.fixed_usd_per_year
            * (1 + numbers.capital.fixed_growth_per_year) ** years
        )
        self.money = accounts.Money(
            revenue=market.revenue_usd,
            lease=accounts.lease_usd(layout, now.state == Rung.USABLE, now.week),
            fixed=fixed / WEEKS_PER_YEAR,
            equity=deals.equity_usd_per_week,
            strategy=self.cost.total,
        )
        self.revenues.append(market.revenue_usd)
        self.economy = replace(
            economy,
            market=market,
            training_share=deals.training_share,
            latency_factor=flows.latency_factor,
            efficiency_ratio=efficiency,
            inference_mw=flows.inference_mw,
            revenue_usd_per_year=market.revenue_usd * WEEKS_PER_YEAR,
            revenue_growth_per_year=self._growth(),
            cash_usd=economy.cash_usd + self.money.net,
            equity_usd_per_week=deals.equity_usd_per_week,
            capacity_mw=capacity,
            pipeline_mw=float(layout.phase_mw[now.pending].sum()),
        )
        self._post(now, deals, flows, worked)

    def _growth(self) -> float:
        """Return the log growth of revenue over the last year; before that what was expected."""
        year = round(WEEKS_PER_YEAR)
        if len(self.revenues) <= year or min(self.revenues[-1], self.revenues[-1 - year]) <= 0:
            return self.world.numbers.capital.growth_expected_max
        return log(self.revenues[-1] / self.revenues[-1 - year])

    def _post(self, now: Snapshot, deals: Deals, flows: Flows, worked: FloatArray) -> None:
        """Write the week into the ledger."""
        layout, ledger = self.layout, self.ledger
        ledger.week = now.week
        if now.week and now.day.year != date_of(now.week - 1, self.world.start).year:
            ledger.begin(str(now.day.year))
        accounts.post_lab(ledger, self.money, self.cost)
        hours = deals.offer.need_hours * worked[:, None]
        region = layout.region_of_phase[now.opened.rows]
        own = by_region(region, hours, len(self.world.regions))
        self.worked_hours = own + layout.rival_hours[now.week] * deals.offer.labour_level
        self.local_hours += np.bincount(
            layout.site_of_phase[now.opened.rows], hours.sum(axis=1), len(layout.sites)
        )
        accounts.post_building(
            ledger, now, flows, self.worked_hours, float(own.sum()), self.racks_mw
        )

    def _training_regions(self) -> BoolArray:
        """Return the regions in which a site is being planned or built, shape (R,)."""
        count = np.bincount(self.layout.region_of_site, self.sites.live, len(self.world.regions))
        return count > 0

    def _live(self, now: Snapshot, deals: Deals) -> None:
        """Let workers train and, every four weeks, communities talk."""
        self._train_workers(now, deals)
        self.contacts += deals.contacts
        self.breaches += deals.breaches
        self.vendors = replace(self.vendors, equipment_waiting_mw=deals.offer.equipment_waiting_mw)
        grown = self.vendors.headroom_mw + self.layout.headroom_mw_per_year / WEEKS_PER_YEAR
        self.vendors = replace(self.vendors, headroom_mw=grown)
        if now.week % OPINION_WEEKS:
            return
        self.bill_change = accounts.bill_change_usd_per_year(now)
        weeks = min(OPINION_WEEKS, now.week + 1)
        self.benefit = accounts.post_local(
            self.ledger, now, self.cost, self.local_hours, self.bill_change, weeks
        )
        self.local_hours = np.zeros_like(self.local_hours)
        talked = now.opened.rows[now.opened.cols == Activity.ENGAGEMENT]
        self.contacts[self.layout.site_of_phase[talked]] += 1
        if now.week % QUARTER_WEEKS == 0:  # an agreement reports once a quarter
            self.contacts += self.sites.agreement_week < now.week
        self.society = living.live(now, self.contacts, self.breaches, self.impact_weights)
        self.contacts, self.breaches = np.zeros_like(self.contacts), np.zeros_like(self.breaches)
        self.coordination = self._friction()
        if now.policy:
            fresh = now.sites.live & (now.site_state < Rung.COMMISSIONED)
            fresh &= np.isnan(self.sponsored_week)
            self.sponsored_week = np.where(fresh, now.week, self.sponsored_week)

    def _train_workers(self, now: Snapshot, deals: Deals) -> None:
        """Age apprentices and courses; offer next week's hours."""
        n, labour, levers = self.world.numbers.workforce, self.labour, now.levers
        seats = levers.academy_seats_per_year / WEEKS_PER_YEAR
        apprentices, journeymen = labour.apprentices, labour.journeymen
        upskilled = labour.upskilled * (1 - 1 / n.course_stay_weeks)
        if now.policy and (seats or levers.upskilling_seats_per_year):
            open_to = self._training_regions()[:, None] * ACADEMY_SPLIT
            if now.week >= self.policy_week + n.course_weeks:
                per_week = levers.upskilling_seats_per_year * n.course_completion / WEEKS_PER_YEAR
                upskilled = upskilled + per_week * open_to
        else:
            open_to = np.zeros_like(journeymen)
        if seats or apprentices.heads.any():
            step = apprentice_step(apprentices, seats * open_to, n.completion)
            apprentices = step.apprentices
            journeymen = journeymen + n.training_effect * step.graduates
        trained = upskilled * n.course_productivity
        trained = trained + apprentice_fte(
            apprentices, n.apprentice_start_productivity, n.apprentice_end_productivity
        )
        hours = offered_hours(
            journeymen, labour.travellers, n.training_effect * trained, n.hours_per_worker_week
        )
        self.labour = replace(
            labour,
            journeymen=journeymen,
            apprentices=apprentices,
            upskilled=upskilled,
            offered_hours=np.maximum(hours, 0.0),
            required_hours=deals.offer.required_hours,
            worked_hours=self.worked_hours,
        )

    def _friction(self) -> FloatArray:
        r"""Return the availability that interfaces leave, 1/f, shape (S,).

        :math:`f = 1 + c[2 + (k-1)(1-\bar s)]` for k > 1 partners of mean strength s, else 1.
        """
        n = self.world.numbers.lab
        strength = {
            kind: np.array(
                [self.partnerships.mean_strength(f"{kind}:{x.key}", "contract") for x in of]
            )
            for kind, of in (("cloud", self.world.clouds), ("contractor", self.world.contractors))
        }
        cloud = self.layout.cloud_of_phase[self.layout.lead_of_site]
        mean = (
            strength["cloud"][cloud] + strength["contractor"][self.layout.contractor_of_site]
        ) / 2
        partners = self.layout.partners
        friction = 1 + n.friction * (2 + (partners - 1) * (1 - mean))
        return np.where(partners > 1, 1 / friction, 1.0)

    def _remember(self, now: Snapshot, deals: Deals) -> None:
        """Feed milestones kept and missed into the relations that they concern."""
        layout, grace = self.layout, self.world.numbers.capital.grace_weeks
        done = self.progress.finish_week[:, Activity.COMMISSIONING]
        due = self.planned_finish + grace
        judged_now = ~self.judged & ((done <= now.week + 1) | (due < now.week)) & ~self.cancelled
        judged_now &= np.isfinite(self.planned_finish)
        kept: dict[int, float] = {}
        missed: dict[int, float] = {}
        for phase in np.flatnonzero(judged_now).tolist():
            builder = f"contractor:{layout.sites[layout.site_of_phase[phase]].developer}"
            self._count(kept if done[phase] <= due[phase] else missed, builder, phase)
        for phase in np.flatnonzero(self.cancelled & ~self.judged).tolist():
            cloud = self.world.clouds[layout.cloud_of_phase[phase]].key
            self._count(missed, f"cloud:{cloud}", phase)
            self._count(missed, "chips", phase)
        self.judged |= judged_now | self.cancelled
        self.partnerships = self.partnerships.after(kept, missed).settle(self._promises(now))

    def _count(self, record: dict[int, float], partner: str, phase: int) -> None:
        """Count a milestone; a gigawatt weighs as one."""
        edge = int(self.partnerships.between("lab", partner, "contract")[0])
        record[edge] = record.get(edge, 0.0) + float(self.layout.phase_mw[phase]) / MW_PER_GW

    def _promises(self, now: Snapshot) -> dict[int, bool]:
        """Return the promises of first power that are kept or broken this week."""
        outcomes = {}
        for site, edge in list(self.milestones.items()):
            own = self.layout.site_of_phase == site
            powered = (self.progress.finish_week[own, Activity.COMMISSIONING] <= now.week + 1).any()
            late = now.week > self.partnerships.edge(edge).attributes["due_week"]
            if powered or late or self.sites.withdrawn[site]:
                outcomes[edge] = bool(powered)
                del self.milestones[site]
        return outcomes

    def _record(self, now: Snapshot, deals: Deals, flows: Flows, news: tuple[News, ...]) -> None:
        """Fill this week's row of every table, and check conservation where asked to."""
        layout, recorder, week = self.layout, self.recorder, now.week
        announced = layout.phase_mw * (now.sites.announced_week < week + 1)[layout.site_of_phase]
        rungs = len(Rung)
        cell = layout.site_of_phase * rungs + now.state
        ladder = np.bincount(cell, announced, len(layout.sites) * rungs).reshape(-1, rungs)
        recorder.ladder[week] = ladder
        recorder.usable_it[week] = flows.it_mw[:-1]
        by_site = np.add.reduceat(self.lost_now, layout.lead_of_site, axis=0)
        recorder.binding[week] = np.where(by_site.any(axis=1), by_site.argmax(axis=1), -1)
        if week % OPINION_WEEKS == 0:
            per_household = self.benefit / layout.households
            recorder.opinion.append((week, self.society, per_household))
        recorder.tell(week, news)
        row = recorder.weekly[week]
        row[LADDER_AND_CANCELLED] = ladder.sum(axis=0)
        for name, value in self._row(now, deals, flows).items():
            row[COLUMN[name]] = value
        row[list(LOST_COLUMNS)] = layout.phase_mw @ self.lost_now / MW_PER_GW
        if self.audited:
            found = audit(
                now,
                deals,
                ladder,
                float(announced.sum()),
                self.worked_hours,
                self.ledger,
                self.economy.cash_usd - self.world.numbers.capital.opening_cash_usd,
            )
            if found:
                raise AuditError("\n".join(found))

    def _row(self, now: Snapshot, deals: Deals, flows: Flows) -> dict[str, float]:
        """Return the scalar observables of the week."""
        market, layout, live = self.economy.market, self.layout, now.sites.live
        lease = self.world.numbers.capital.lease_usd_per_mw_year
        active = deals.offer.required_hours - layout.rival_hours[now.week] > 1
        weight = now.labour.journeymen * active
        homes = layout.households * live
        return {
            "usable_it_mw": float(flows.it_mw[:-1].sum()),
            "installed_base_mw": float(layout.installed_base_mw[now.week].sum()),
            "capability": market.run.released_capability,
            "demand_mw": market.demand_mw,
            "adopted_mw": now.economy.market.adopted_mw,
            "inference_mw": flows.inference_mw,
            "served_mw": flows.served_mw,
            "utilisation": market.utilisation,
            "latency_s": flows.latency_s,
            "shortfall": market.shortfall,
            "price_usd_per_mw_year": now.economy.market.price_usd_per_mw_year,
            "price_usd_per_mtok": price_usd_per_mtok(
                now.economy.market.price_usd_per_mw_year, flows.tokens_per_s_per_mw
            ),
            "tokens_per_s": flows.tokens_per_s,
            "training_flop_per_s": flows.training_flop_per_s,
            "goodput": flows.goodput,
            "training_share": now.economy.training_share,
            "revenue_usd": self.money.revenue,
            "lease_usd": self.money.lease,
            "cash_usd": self.economy.cash_usd,
            "equity_usd": self.money.equity,
            "commitments_usd_per_year": lease
            * (self.economy.capacity_mw + self.economy.pipeline_mw),
            "energy_mwh": float(flows.energy_mwh[:-1].sum()),
            "water_m3": float(flows.water_m3[:-1].sum()),
            "labour_hours_required": float(deals.offer.required_hours.sum()),
            "labour_hours_worked": float(self.worked_hours.sum()),
            "craft_wage_ratio": (
                float((now.labour.wage_ratio * weight).sum() / weight.sum())
                if weight.any()
                else 1.0
            ),
            "mean_support": float(self.society.support[live].mean()) if live.any() else 0.0,
            "organised_communities": float((self.society.organised & live).sum()),
            "moratoria": float(((now.sites.moratorium_until > now.week) & live).sum()),
            "strategy_cost_usd": self.cost.total,
            "bill_change_usd_per_household_year": (
                float((self.bill_change[layout.region_of_site] * homes).sum() / homes.sum())
                if homes.any()
                else 0.0
            ),
            "local_benefit_usd": float(self.benefit.sum()) / OPINION_WEEKS,
            "rationed": float(market.shortfall > 1e-6),
            "price_at_bound": float(price_at_bound(market.utilisation, self.market_rules)),
            "guarded": float(not np.isfinite(self.economy.cash_usd)),
        }

    def run(self) -> RunResult:
        """Run to the end of the world."""
        while self.week < self.weeks:
            self.step()
        return self.result()

    def result(self) -> RunResult:
        """Return what happened so far."""
        tables = self.recorder.tables(self.week)
        tables["phases"] = self._phases()
        rows = self.ledger.table()
        tables["ledger"] = {
            name: np.array([getattr(row, name) for row in rows], dtype=kind)
            for name, kind in (
                ("period", object),
                ("unit", object),
                ("purpose", object),
                ("payer", object),
                ("payee", object),
                ("amount", float),
            )
        }
        manifest = {
            "world": self.world.name,
            "strategy": self.strategy.key,
            "seed": self.seed,
            "weeks": self.week,
            "start": self.world.start.isoformat(),
            "versions": versions(),
        }
        return RunResult(manifest, tables)

    def _phases(self) -> Table:
        """Return one row per building: plan, outcome, and what it lost by cause."""
        layout = self.layout
        state = self._states()
        announced = (self.sites.announced_week <= self.week)[layout.site_of_phase]
        names = np.array([*(r.name.lower() for r in Rung), "candidate"], dtype=object)
        own = self.progress.duration_weeks - self.planned
        path = self.critical & self.layout.network.used
        table: Table = {
            "site": np.array([layout.sites[s].key for s in layout.site_of_phase], dtype=object),
            "phase": layout.number + 1,
            "mw": layout.phase_mw,
            "it_mw": layout.phase_it_mw,
            "state": names[np.where(announced, state, len(Rung))],
            "announced_week": self.sites.announced_week[layout.site_of_phase],
            "planned_finish_week": self.planned_finish,
            "finish_week": self.progress.finish_week[:, Activity.COMMISSIONING],
            "cancelled_week": self.cancelled_week,
            "reason": self.reason,
            "own_work_weeks": np.where(path, own, 0.0).sum(axis=1),
        }
        for cause, column in zip(Cause, self.lost.T, strict=True):
            table[f"lost_weeks_{cause.name.lower()}"] = column
        return table

    def view(self) -> View:
        """Return the world for drawing; nothing in it changes afterwards."""
        return view_of(self)


def simulate(world: World, strategy: Strategy, seed: int = 0, *, audit: bool = False) -> RunResult:
    """Run one world under one strategy to its end."""
    return Ecosystem(world, strategy, seed, audit=audit).run()
