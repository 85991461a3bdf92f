"""The ecosystem: builds the parts and orders the week."""

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from math import lcm

import mesa
import numpy as np

from ecosystem import causes, fleet, hosting, living, opening, venues
from ecosystem.agents.base import Actor
from ecosystem.agents.capital import CapitalProvider
from ecosystem.agents.cloud import CloudProvider
from ecosystem.agents.community import Community
from ecosystem.agents.lab import AILab
from ecosystem.agents.regulator import Regulator
from ecosystem.agents.utility import Utility
from ecosystem.agents.vendor import ChipMaker, Contractor, EquipmentMaker
from ecosystem.agents.workforce import Workforce
from ecosystem.audit import audit
from ecosystem.availability import Supply
from ecosystem.cluster.chain import ClusterRules, Fleet, Flows, run_cluster
from ecosystem.deals import Deals, News
from ecosystem.delivery.activities import ACTIVITIES, Activity
from ecosystem.delivery.ladder import Rung
from ecosystem.delivery.progress import Opened
from ecosystem.errors import AuditError, InputError
from ecosystem.hosting import Hosted
from ecosystem.institutions.queues import hold_firm
from ecosystem.institutions.tariffs import requests_kept
from ecosystem.latest import Latest, Steady
from ecosystem.layout import Layout
from ecosystem.loops import loop_table
from ecosystem.market import needed_share
from ecosystem.nulls import nulled
from ecosystem.orders import Order
from ecosystem.outages import Outages
from ecosystem.people import People
from ecosystem.policy import InForce, Policy
from ecosystem.recorder import OPINION_WEEKS, Recorder, Week
from ecosystem.relations import Relations
from ecosystem.results import RunResult, versions
from ecosystem.scenario import Governance, Strategy, World
from ecosystem.schooling import Academies, outlook
from ecosystem.settle import decided, settled
from ecosystem.shocks import QUARTER_WEEKS, Weather
from ecosystem.state import Snapshot
from ecosystem.streams import Streams
from ecosystem.treasury import Treasury
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray
from ecosystem.view import View
from ecosystem.viewing import view_of
from ecosystem.works import Works

KINDS: tuple[str, ...] = tuple(
    actor.kind
    for actor in (
        *(AILab, CapitalProvider, ChipMaker, EquipmentMaker, CloudProvider, Contractor),
        *(Utility, Regulator, Workforce, Community),
    )
)
"""All kinds of agents."""


_ON_RECORD = Governance()


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python from looking for cycles of dead objects meanwhile.

    Weeks leave none behind, and each search goes through everything that was ever imported.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _pending(layout: Layout, live: BoolArray, state: IntArray) -> BoolArray:
    """Return the phases of live sites that are neither in use nor given up, shape (P,)."""
    return live[layout.site_of_phase] & (state < Rung.USABLE)


def _kinds(names: Iterable[str]) -> frozenset[str]:
    """Return kinds of agents; a name that is none raises :class:`InputError`."""
    chosen = frozenset(names)
    if unknown := sorted(chosen - set(KINDS)):
        raise InputError(f"No agent is a {unknown[0]!r}; known are {', '.join(KINDS)}.")
    return chosen


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
        Check conservation every week and raise :class:`AuditError` with all breaches; the
        environment variable ``ECOSYSTEM_AUDIT=1`` does so for every run.
    relax : iterable of (str, str or None)
        What-if: causes, by name, that hold nothing back at a site, or anywhere (None). What that
        takes comes from nowhere, so that such a world is not audited.
    nulls : iterable of str
        What-if: mechanisms of :data:`ecosystem.nulls.NULLS` that are switched off.
    silent : iterable of str
        What-if: kinds of agents, of :data:`KINDS`, who never decide anything.
    without : iterable of str
        What-if: nodes of the partnership graph that are out from the start of strategies on, for
        good; a world's `outages` say when and for how long.
    """

    def __init__(
        self,
        world: World,
        strategy: Strategy,
        seed: int = 0,
        *,
        audit: bool = False,
        relax: Iterable[causes.Relaxed] = (),
        nulls: Iterable[str] = (),
        silent: Iterable[str] = (),
        without: Iterable[str] = (),
    ) -> None:
        super().__init__(rng=seed)
        world = nulled(world, nulls)
        for node in without:
            world = world.with_outage(node)
        governance = strategy.governance or world.governance
        if governance.partners:
            world = world.with_partners(governance.partners)
        self.silent = _kinds(silent)
        self.world = world
        self.strategy = strategy
        self.seed = seed
        self.streams = Streams(seed)
        self.week = 0
        self.layout = layout = Layout.of(world)
        self.policy = Policy(layout, strategy)
        self.cluster_rules = ClusterRules(**world.numbers.cluster.model_dump())
        self.market_rules = opening.market_rules(world.numbers.market)
        self.works = Works(layout, self.streams)
        self.supply = Supply()
        self._state: IntArray = np.full(layout.phases, -1)
        self._pending = Latest(_pending)
        self._used = Steady(fleet.used)
        self._staying = Latest(requests_kept)
        self._in_use_mw = Steady(fleet.usable_mw)
        self._rented = Latest(fleet.rented)
        self._in_use = Latest(fleet.in_use)
        self.usable_mw = np.zeros((len(layout.sites) + 1, len(layout.generations)))
        self.treasury = Treasury(layout, self.market_rules)
        self.relations = Relations(layout)
        self.recorder = Recorder(layout, self.works)
        self.people = People(layout)
        self.weather = Weather.of(layout, self.streams)
        self.outages = Outages.of(layout)
        self.stops = fleet.Stops.of(layout, self.streams)
        self._running = Latest(fleet.Stops.running)
        self.phases_run: BoolArray = np.ones((0, 0), dtype=bool)
        self.relaxed = causes.relaxed(layout, relax)
        asked = audit or os.environ.get("ECOSYSTEM_AUDIT") == "1"
        self.audited = asked and self.relaxed is None
        self.sites = causes.without_hearings(opening.sites(layout), self.relaxed)
        self._cool_and_curtail()
        self.society = living.settle_in(layout, self.streams)
        self.concerns = living.Concerns.of(
            layout, self.society.households, self.relations.diffusion()
        )
        self.labour = opening.labour(layout)
        self.academies = Academies()
        self.vendors = opening.vendors(layout)
        self.economy = opening.economy(layout, self.market_rules, self._opening_flows())
        self.coordination = np.ones(len(layout.sites))
        self._reserved = np.zeros(len(layout.sites), dtype=bool)
        self._last_gate = np.zeros(len(layout.sites), dtype=bool)
        self.contacts = np.zeros(len(layout.sites))
        self.breaches = np.zeros(len(layout.sites))
        self.last_snapshot: Snapshot | None = None
        self._begun: Iterator[None] | None = None
        self.actors = self._hire()

    def _cool_and_curtail(self) -> None:
        """Take up how sites cool and whether they are curtailed, the installed base last."""
        layout, sites, partners = self.layout, self.sites, None
        rules, generations = self._software(), layout.generations
        integration = layout.fleet_integration(sites.owners)
        self.own = Fleet.of(sites.closed_loop, generations, rules)
        self.hardware = replace(self.own, integration=integration)
        self.rented = self._rented(layout, rules)
        if self.outages is not None:
            partners = self.outages.running_share(self.world.weeks, sites.owners)
        running = self._running(self.stops, layout, sites.closed_loop, sites.non_firm, partners)
        if running is not self.phases_run:
            self.phases_run = running
            self.curtailed = (~running.all(axis=1)).tolist()

    def _software(self) -> ClusterRules:
        """Return the rules of the cluster, after a leap of software if there was one."""
        step = self.world.software_step
        if step is None or self.week < self.layout.week(step.start):
            return self.cluster_rules
        leapt = self.cluster_rules.fleet_factor * step.factor
        return replace(self.cluster_rules, fleet_factor=leapt)

    def _needed_share(self) -> float:
        """Return the MW that today's use needs over what it is wont to."""
        step = self.world.software_step
        if step is None:
            return 1.0
        since = self.week - self.layout.week(step.start)
        if 0 <= since < 1:
            self._cool_and_curtail()
        return needed_share(since, step.factor, self.world.numbers.market.adaptation_weeks)

    def _opening_flows(self) -> Flows:
        """Return what the capacity rented at week 0 does, with nobody to serve."""
        base = self.layout.installed_base_mw[0][None, :]
        share = self.world.numbers.lab.training_share_2025
        generations = self.layout.generations
        return run_cluster(base, np.zeros(1), 0.0, share, generations, self.cluster_rules)

    def _hire(self) -> list[Actor]:
        """Create the agents; each registers itself with Mesa."""
        layout, world = self.layout, self.world
        actors: list[Actor] = [AILab(self, "AI lab")]
        actors.append(CapitalProvider(self, "", "Financiers"))
        actors += [ChipMaker(self, "", "Chip maker"), EquipmentMaker(self, "", "Equipment makers")]
        for i, cloud in enumerate(world.clouds):
            actors.append(CloudProvider(self, cloud.key, cloud.name, i))
        for i, firm in enumerate(world.contractors):
            actors.append(Contractor(self, firm.key, firm.name, firm.crews, i))
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

    def step(self) -> None:
        """Live through one week, or through what is left of one that has begun."""
        for _ in self._begun or self._stages():
            pass
        self._begun = None

    def begin(self) -> Iterator[None]:
        """Begin a week, which goes on as stages are asked for and which :meth:`step` ends."""
        self._begun = self._stages()
        return self._begun

    def _stages(self) -> Iterator[None]:
        """Live through one week, stage by stage."""
        self._announce_recorded()
        opened = self._open_week()
        yield
        self.last_snapshot = now = self._snapshot(opened)
        yield
        orders: list[Order] = []
        for kind, actors in self._rota[now.week % len(self._rota)]:
            if kind.called(now):
                for actor in actors:
                    orders += actor.decide(now)
                yield
        docket = decided(orders, now, self.streams)
        yield
        deals = settled(docket, self.supply.offer(now, docket.sites, docket.vendors))
        yield
        worked = self.works.work(now, deals)
        yield
        news = [*deals.news, *self.works.finished(now), *self.weather.news(now.week)]
        yield
        needed = self._needed_share()
        flows = self._run_fleet(now, needed)
        yield
        self.economy = self.treasury.earn(now, deals, flows, self.capacity_mw, needed)
        yield
        self.treasury.post(
            now, deals, flows, worked, self.works.racks, self.works.variants.refit_usd
        )
        yield
        self._apply(now, deals)
        yield
        yield from self._live(now, deals)
        self.economy = self.treasury.close_quarter(now, self.economy)
        yield
        self.relations.remember(now, self.works)
        yield
        self._record(now, deals, flows, news)
        self.week += 1

    def due(self, week: int) -> list[Actor]:
        """Return the agents who decide in a week, if they are called."""
        return [actor for _, actors in self._rota[week % len(self._rota)] for actor in actors]

    @cached_property
    def _rota(self) -> list[list[tuple[type[Actor], list[Actor]]]]:
        """Who decides in each week, by kind, until the rhythms of all come together again."""
        kinds: dict[type[Actor], list[Actor]] = {}
        for actor in self.actors:
            if actor.kind not in self.silent:
                kinds.setdefault(type(actor), []).append(actor)
        weeks = lcm(*(kind.every_weeks for kind in kinds))
        return [
            [(k, actors) for k, actors in kinds.items() if week % k.every_weeks == 0]
            for week in range(weeks)
        ]

    def snapshot(self) -> Snapshot:
        """Return the read-only world at the start of the week."""
        return self._snapshot(self._open_week())

    def _open_week(self) -> Opened:
        """Find what can be worked on this week and, at the start of a quarter, what is critical."""
        opened = self.works.open(self.sites, self.week)
        if self.week % QUARTER_WEEKS == 0:
            self.works.look_ahead(self.week)
        return opened

    def _snapshot(self, opened: Opened) -> Snapshot:
        """Return the read-only world at the start of the week."""
        week, layout, works, sites = self.week, self.layout, self.works, self.sites
        state = self._rungs()
        if week % Workforce.every_weeks == 0:
            numbers = self.world.numbers.workforce
            self.outlook = outlook(self.labour, numbers, Workforce.every_weeks)
        levers = self.policy.in_force(week, sites, self.society)
        self._reserve_at_once(levers)
        hired = levers if "local_hire_added" in levers.used else None
        return Snapshot(
            week=week,
            policy=self.policy.week <= week < self.policy.until,
            governance=self._governance(week),
            numbers=self.world.numbers,
            levers=levers,
            layout=layout,
            sites=sites,
            progress=works.progress,
            state=state,
            pending=self._pending(layout, sites.live, state),
            opened=opened,
            gate=self._gate(),
            upstream=venues.docket(layout, sites, works.progress, week),
            planned_start=works.planned_start,
            planned_finish=works.planned_finish,
            critical=works.critical,
            reserving=works.variants.reserving(works.progress, opened),
            coordination=self.coordination,
            craft_hours=works.craft_hours(hired),
            society=self.society,
            labour=self.labour,
            outlook=self.outlook,
            vendors=self.vendors,
            economy=self.economy,
            shocks=self.weather.shocks(week),
            partnerships=self.relations.partnerships,
            relaxed=self.relaxed,
            outages=self.outages,
        )

    def _rungs(self) -> IntArray:
        """Return the rung of every phase, shape (P,); the same array until there is another."""
        state = self.works.state(self.sites, self.week)
        if self.curtailed[self.week]:
            state = fleet.after_curtailment(state, self.phases_run[self.week])
        if np.count_nonzero(state != self._state):
            self._state = state
        return self._state

    def _governance(self, week: int) -> Governance:
        """Return who builds what the lab chooses: until it may choose, the partners on record."""
        if week < self.layout.choice_week:
            return _ON_RECORD
        asked = self.strategy.governance
        if asked is not None and self.policy.week <= week < self.policy.until:
            return asked
        return self.world.governance

    def _gate(self) -> BoolArray:
        """Return the sites whose application is complete and not yet approved, shape (S,)."""
        lead, progress = self.layout.lead_of_site, self.works.progress
        awaiting = self.sites.unapproved
        if not np.count_nonzero(awaiting):
            return awaiting
        at = awaiting.nonzero()[0]
        permit = lead[at] * ACTIVITIES + Activity.PERMIT
        share = self.world.numbers.regulators.hearing_at
        needed = share * progress.duration_weeks.ravel()[permit]
        complete = progress.worked_weeks.ravel()[permit] >= needed
        gate = np.zeros_like(awaiting)
        gate[at] = complete & np.isfinite(progress.start_week.ravel()[permit])
        if np.count_nonzero(gate != self._last_gate):
            self._last_gate = gate
        return self._last_gate  # the same array until there is another

    def _announce_recorded(self) -> None:
        """Announce the sites whose recorded date has come."""
        if self.week not in self.layout.recorded_weeks:
            return
        come = self.layout.announced_week < self.week + 1
        new = come & np.isnan(self.sites.announced_week)
        if not np.count_nonzero(new):
            return
        announced = np.where(new, self.layout.announced_week, self.sites.announced_week)
        self.sites = replace(self.sites, announced_week=announced, live=self.sites.live | new)
        sites: list[int] = np.flatnonzero(new).tolist()
        self._promise(sites, self.week)
        for site in sites:
            text = f"announced, {self.layout.site_mw[site]:,.0f} MW (recorded)"
            self.recorder.tell(self.week, [News("announced", site, "lab", text)])

    def _promise(self, sites: list[int], week: int) -> None:
        """Plan sites that are announced; promise power to financiers, jobs to their hosts."""
        for site, powered in zip(sites, self.works.plan_sites(sites, week), strict=True):
            self.relations.promise(site, powered)
            own = self.layout.site_of_phase == site
            finish = self.works.planned_finish[own]
            self.relations.promise_hosts(site, self.layout.phase_mw[own], finish)
            self.relations.regulate(site, self.sites.open_venues[site])

    def _reserve_at_once(self, levers: InForce) -> None:
        """Reserve equipment, as the strategy begins at a site, for what was announced before it."""
        if "equipment_reserved_weeks" not in levers.used:
            return
        weeks = levers.equipment_reserved_weeks
        for site in np.flatnonzero(self.sites.live & (weeks > 0) & ~self._reserved):
            phases = np.flatnonzero(self.layout.site_of_phase == site)
            self.works.reserve(phases, float(weeks[site]))
            self._reserved[site] = True

    def _run_fleet(self, now: Snapshot, needed: float) -> Flows:
        """Run the cluster core on what is usable at the start of the week.

        `needed`: MW that today's use needs over what it is wont to.
        """
        economy, week = now.economy, now.week
        own = self._in_use_mw(self.layout, self._used(now.state), self.works.generation)
        (at_sites, it_own), rented = self._in_use(self.own, own), self.rented
        by_site = np.empty((len(at_sites), len(self.usable_mw)))
        by_site[:, :-1] = at_sites
        by_site[:, -1] = rented.by_site[:, week]
        it_fleet = it_own + rented.it_by_generation[week]
        mw = self.usable_mw = np.empty_like(self.usable_mw)
        mw[:-1] = own
        mw[-1] = self.layout.installed_base_mw[week]
        self.capacity_mw = float(np.add.reduce(mw, None))
        needed_mw = economy.market.adopted_mw * needed
        return self.hardware.operate(
            by_site, it_fleet, self.capacity_mw, needed_mw, economy.training_share
        )

    def _apply(self, now: Snapshot, deals: Deals) -> None:
        """Let the deals take effect: sites opened and given up, capacity promised."""
        layout = self.layout
        self.sites = deals.sites
        builder = deals.vendors.builder
        if builder is not now.vendors.builder:
            fresh = deals.sites.live & ~now.sites.live
            self.works.hand_over(now.vendors.builder, builder, fresh)
        if deals.sites.live is not now.sites.live:
            self._open(now, deals)
        self.works.variants.agree_to_wait(deals.awaiting)
        gone = self.works.give_up(deals, now.week)
        headroom = deals.vendors.headroom_mw + layout.headroom_mw_per_week
        rivals = deals.vendors.rivals_waiting_mw + layout.rival_grid_mw[now.week]
        if gone is not None and np.count_nonzero(gone := gone & now.sites.live):
            times = self.works.restudied(gone)
            again = now.week + 1 + self.world.numbers.grid.restudy_weeks * times
            restudy = np.where(times > 0, again, self.sites.restudy_until)
            self.sites = replace(
                self.sites,
                withdrawn=self.sites.withdrawn | gone,
                live=self.sites.live & ~gone,
                restudy_until=restudy,
            )
            firm = deals.sites.headroom_granted & ~layout.islanded & ~deals.sites.non_firm
            back = layout.site_mw * (gone & firm)
            headroom += np.bincount(layout.region_of_site, back, len(headroom))
        headroom, held = self._hold(now, headroom)
        served = np.minimum(rivals, headroom)
        self.vendors = deals.vendors._replace(
            headroom_mw=headroom - served,
            held_mw=held,
            rivals_waiting_mw=rivals - served,
            equipment_waiting_mw=deals.offer.equipment_waiting_mw,
            chips_waiting_mw=deals.offer.chips_waiting_mw,
            rival_chips_mw=deals.offer.rival_chips_mw,
        )
        self.labour = self.academies.train(deals.labour, now, deals.offer)

    def _hold(self, now: Snapshot, headroom: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Let a deposit free firm capacity that speculative requests hold; return what is left.

        Without one as much lapses as is asked for anew, and nothing changes.
        """
        held, n = now.vendors.held_mw, self.world.numbers.grid
        asked = "deposit_usd_per_mw" in now.levers.used
        if not asked and held is self.layout.usually_held_mw:
            return headroom, held
        deposit = now.regional("deposit_usd_per_mw")
        staying = self._staying(deposit, 1.0, n.deposit_scale_usd_per_mw)
        usual = self.layout.usually_held_mw
        return hold_firm(headroom, held, usual, staying, n.speculative_hold_weeks)

    def _open(self, now: Snapshot, deals: Deals) -> None:
        """Plan the sites that the lab has opened."""
        opened = (deals.sites.live & ~now.sites.live).nonzero()[0]
        for site in opened.tolist():
            if own := float(deals.sites.owners[site, self.layout.own]):
                self.works.build_itself(site, own)
            self.works.adopt(site, now.levers.at(site), now.week + 1, deals.vendors.builder)
        if opened.size:
            # work begins on the Monday after the decision
            self._promise(opened.tolist(), now.week + 1)
            self._cool_and_curtail()

    def _live(self, now: Snapshot, deals: Deals) -> Iterator[None]:
        """Let communities talk, every four weeks, and partners take stock."""
        self.contacts = self.contacts + deals.contacts
        self.breaches = self.breaches + deals.breaches
        if now.week % QUARTER_WEEKS == 0:  # agreements report to the community
            effect = self.world.numbers.society.agreement_effect
            self.contacts += effect * (self.sites.agreement_week < now.week)
        if now.week % OPINION_WEEKS:
            return
        self.treasury.close_month(now, min(OPINION_WEEKS, now.week + 1))
        yield
        talked = now.opened.rows[now.opened.cols == Activity.ENGAGEMENT]
        self.contacts[self.layout.site_of_phase[talked]] += 1
        hosted = self._host(now)
        yield
        self.society = living.live(now, self.contacts, self.breaches, self.concerns, hosted)
        yield
        gained = self.treasury.ledger.detail("households")
        self.people.month(now, self.treasury.received, self.contacts, gained)
        self.contacts, self.breaches = np.zeros_like(self.contacts), np.zeros_like(self.breaches)
        self.coordination = self.relations.coordination(deals.vendors.builder, self.sites.owners)

    def _host(self, now: Snapshot) -> Hosted:
        """Take what sites brought to their hosts, and judge what was promised to them."""
        n, weeks = self.world.numbers.society, self.treasury.received.weeks
        brought = hosting.delivered(now, self.treasury.received, self.treasury.power.on_site)
        draws = self.streams.rows("caps", now.week // OPINION_WEEKS, len(self.layout.sites))
        judged = self.relations.judge_hosts(now, brought, draws)
        self.contacts += n.promise_effect * judged.kept
        self.breaches += n.promise_effect * judged.broken
        building = now.sites.live & (brought.running_share < brought.built_share)
        self.contacts += n.building_contacts_per_year * weeks / WEEKS_PER_YEAR * building
        return Hosted(brought, self.relations.caps_hold, weeks)

    def _record(self, now: Snapshot, deals: Deals, flows: Flows, news: list[News]) -> None:
        """Fill this week's rows, and check conservation where asked to."""
        self.recorder.tell(now.week, news)
        self.recorder.record(
            Week(now, deals, flows, self.economy, self.society, self.treasury, self.usable_mw),
        )
        if not self.audited:
            return
        found = audit(
            now,
            deals,
            self.recorder.ladder[now.week],
            float(self.layout.site_mw[now.sites.announced_week <= now.week + 1].sum()),
            self.treasury.worked_hours,
            self.treasury.ledger,
            self.economy.cash_usd - self.world.numbers.capital.opening_cash_usd,
            self.treasury.closed(now.week, self.economy.books),
        )
        if found:
            raise AuditError("\n".join(found))

    def run(self, *, explained: bool = False, until: int | None = None) -> RunResult:
        """Run to the end of the world, or to week `until`; `explained` as for :meth:`result`."""
        end = self.weeks if until is None else min(until, self.weeks)
        if self.week < end:
            with uncollected():
                self.run_for(end - self.week)
        return self.result(explained=explained)

    def result(self, *, explained: bool = False) -> RunResult:
        """Return what happened so far; `explained` adds the tables of :mod:`ecosystem.causes`."""
        tables = self.recorder.tables(self.week)
        tables["phases"] = self.works.table(self.sites, self.week)
        tables["failures"] = causes.failure_table(self)
        tables["ledger"] = self.recorder.ledger_table(self.treasury.ledger)
        tables["loops"] = loop_table(
            self.layout,
            self.market_rules,
            tables["weekly"],
            tables["ledger"],
            self.sites.announced_week,
        )
        tables["groups"] = self.people.groups(self.sites)
        tables["hosts"] = self.people.hosts(
            self.sites, self.society, self.treasury.bill_change, self.relations.partnerships
        )
        if explained:
            tables |= causes.tables(self)
        manifest = {
            "world": self.world.name,
            "strategy": self.strategy.key,
            "seed": self.seed,
            "weeks": self.week,
            "start": self.world.start.isoformat(),
            "versions": versions(),
        }
        return RunResult(manifest, tables)

    def view(self) -> View:
        """Return the world for drawing; nothing in it changes afterwards."""
        return view_of(self)


def simulate(
    world: World,
    strategy: Strategy,
    seed: int = 0,
    *,
    audit: bool = False,
    explained: bool = False,
    relax: Iterable[causes.Relaxed] = (),
    nulls: Iterable[str] = (),
    silent: Iterable[str] = (),
    without: Iterable[str] = (),
    until: int | None = None,
) -> RunResult:
    """Run one world under one strategy; keywords as for :class:`Ecosystem` and its `run`."""
    model = Ecosystem(
        world,
        strategy,
        seed,
        audit=audit,
        relax=relax,
        nulls=nulls,
        silent=silent,
        without=without,
    )
    return model.run(explained=explained, until=until)
