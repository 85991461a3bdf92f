"""Delivery of all sites as it goes: work, plans, critical paths, what each cause has cost."""

from collections.abc import Sequence
from operator import is_

import numpy as np

from ecosystem import fleet, opening
from ecosystem.availability import craft_hours
from ecosystem.deals import Deals, News
from ecosystem.delivery.activities import Activity, Cause, with_bridge
from ecosystem.delivery.attribution import Held, lost_weeks
from ecosystem.delivery.critical_path import remaining_critical, remaining_forward
from ecosystem.delivery.ladder import Rung, ladder_state
from ecosystem.delivery.progress import Opened, advance, may_go_on, open_rows, withdraw
from ecosystem.delivery.record import Log
from ecosystem.institutions.queues import restudies
from ecosystem.latest import Latest
from ecosystem.layout import Layout
from ecosystem.policy import InForce, hours_ratio
from ecosystem.results import Table
from ecosystem.scenario import Levers
from ecosystem.state import Sites, Snapshot
from ecosystem.streams import Streams
from ecosystem.units import BoolArray, FloatArray, IntArray
from ecosystem.variants import Variants

GIVEN_UP = ("given up", "resold", "withdrawn")
BUILDING_PATH = [
    Activity.SITEWORK,
    Activity.SHELL,
    Activity.MEP,
    Activity.RACKS,
    Activity.COMMISSIONING,
]
"""What a building takes from clearing to handover; its own work is counted along this path."""
TOLD = frozenset(
    (Activity.SITEWORK, Activity.INTERCONNECT, Activity.BRIDGE, Activity.COMMISSIONING)
)
"""Activities whose end is news."""
_CHIPS = int(Activity.CHIPS)
TOLD_OR_RACKS = TOLD | {Activity.CHIPS}
_NO_PHASE: IntArray = np.zeros(0, dtype=np.int64)


def _craft_hours(
    layout: Layout, hours_per_week: FloatArray, learning: FloatArray, hired: InForce | None
) -> FloatArray:
    if hired is not None:
        learning = learning * hours_ratio(layout, hired)[layout.site_of_phase]
    return hours_per_week * learning[:, None, None]


def _felt(layout: Layout, live: BoolArray, cancelled: BoolArray, critical: BoolArray) -> BoolArray:
    counted = live[layout.site_of_phase] & ~cancelled
    return critical & counted[:, None]


def _signed_week(layout: Layout, announced_week: FloatArray) -> FloatArray:
    """Return when the capacity contract of each phase is signed, shape (P,)."""
    return (announced_week + layout.world.numbers.lab.contract_weeks)[layout.site_of_phase]


def _active(layout: Layout, sites: Sites, cancelled: BoolArray, begun: BoolArray) -> BoolArray:
    return (sites.live | begun & ~sites.withdrawn)[layout.site_of_phase] & ~cancelled


class Works:
    """The P phases of all sites, from plan to use.

    Attributes
    ----------
    progress : Progress
        Work done; `not_before` holds the weeks before which records forbid a start.
    planned_start, planned_finish : ndarray, shape (P,)
        Weeks as of the announcement; NaN before.
    learning : ndarray, shape (P,)
        Craft hours over those of the builder's first building.
    generation : ndarray of int, shape (P,)
        Hardware generation.
    racks : ndarray of int
        Phases for which racks came in the last week.
    commissioned : bool
        Whether a building was commissioned in the last week.
    variants : Variants
        Equipment made ahead, and halls that must be refitted.
    pace, known_pace : ndarray, shape (builders,)
        Time that each builder takes over the usual one, as it is and as plans know it.
    loop_factor : ndarray, shape (P,)
        What a closed loop does to the work of commissioning.
    """

    def __init__(self, layout: Layout, streams: Streams) -> None:
        self.layout = layout
        self.network = layout.network
        self.planned = opening.medians(layout)
        durations = opening.work(layout, self.planned, streams)
        self.pace, self.known_pace = opening.pace(layout, streams)
        builder = layout.contractor_of_site[layout.site_of_phase]
        durations[:, opening.PACED] *= self.pace[builder][:, None]
        self.planned[:, opening.PACED] *= self.known_pace[builder][:, None]
        self.loop_factor = opening.closed_loop_factor(layout, streams)
        loops = layout.closed_loop[layout.site_of_phase] > 0
        durations[loops, Activity.COMMISSIONING] *= self.loop_factor[loops]
        self.variants = Variants(layout)
        self.progress, self.not_before = opening.history(layout, durations)
        self.plan, _ = opening.history(layout, self.planned)
        self.hours_per_week = craft_hours(layout, durations)
        self.log = Log()
        self._with_work = np.zeros(len(layout.sites), dtype=bool)
        self._next_begins = -np.inf
        self._active = Latest(_active)
        self._allowed = Latest(may_go_on)
        self._craft_hours = Latest(_craft_hours)
        self._signed_week = Latest(_signed_week)
        self._handover_weeks = np.array(layout.world.numbers.lab.handover_weeks)
        self._felt = Latest(_felt)
        phases = layout.phases
        self.cancelled = np.zeros(phases, dtype=bool)
        self.cancelled_week = np.full(phases, np.nan)
        self.reason = np.full(phases, "", dtype=object)
        self.planned_start = np.full(phases, np.nan)
        self.planned_finish = np.full(phases, np.nan)
        self.judged = np.zeros(phases, dtype=bool)
        self.critical = np.zeros((phases, len(Activity)), dtype=bool)
        # losses move nothing in the model: they are counted many weeks at once
        self._lost_weeks = np.zeros((phases, len(Cause)))
        self._lost_new: list[FloatArray] = []
        self._held: list[Held] = []
        self._felt_in = self.network, self.critical
        self.learning = np.ones(phases)
        self.generation = np.zeros(phases, dtype=np.int64)
        self.racks = self.ended = _NO_PHASE
        self.commissioned = False
        self._judge_from = -np.inf

    def open(self, sites: Sites, week: int) -> Opened:
        """Return the activities that can be worked on this week."""
        active = self.active(sites, week)
        allowed = self._allowed(self.network, active)
        opened = open_rows(self.network, self.progress, self.not_before, active, week, allowed)
        self.variants.put_off(self.progress, opened)
        self.variants.refit(self.progress, opened, self.generation)
        return opened

    def _begun(self, week: int) -> BoolArray:
        """Return the sites with recorded work by now; the same array until there is another.

        Weeks only go forward.
        """
        if week >= self._next_begins:
            first = self.layout.active_week
            self._with_work = first <= week
            self._next_begins = np.minimum.reduce(first[first > week], initial=np.inf)
        return self._with_work

    def active(self, sites: Sites, week: int) -> BoolArray:
        """Return the phases at work: of announced sites, or by record begun before that."""
        return self._active(self.layout, sites, self.cancelled, self._begun(week))

    def craft_hours(self, hired: InForce | None) -> FloatArray:
        """Return craft hours per week at full speed, what builders have learned counted.

        `hired` are the levers in force where residents beyond the usual are hired, who are slower.
        """
        return self._craft_hours(self.layout, self.hours_per_week, self.learning, hired)

    def look_ahead(self, week: int) -> None:
        """Find what is critical from here on."""
        self.critical = remaining_critical(self.network, self.progress, self.not_before, week)
        self.generation = self._generations(week)

    def _generations(self, week: int) -> IntArray:
        """Return the hardware generation of each phase, shape (P,)."""
        awaited = self.variants.awaited_weeks
        return fleet.generation_of_phase(self.layout, self.progress, week, awaited)

    def state(self, sites: Sites, week: int) -> IntArray:
        """Return the rung of every phase, shape (P,); that of unannounced ones means nothing."""
        now = np.array(float(week))  # quicker to compare with than a number
        signed = self._signed_week(self.layout, sites.announced_week) <= now
        handed_over = self.progress.finish_week[:, Activity.COMMISSIONING] + self._handover_weeks
        return ladder_state(self.progress, signed, handed_over <= now, self.cancelled)

    def plan_sites(self, sites: Sequence[int], week: int) -> list[float]:
        """Fix the plans of sites as of their announcement; return the weeks of their first power.

        One look ahead serves all of them: what it costs grows with all phases of the world.
        """
        starts, finishes = remaining_forward(self.network, self.plan, self.not_before, week)
        powered: list[float] = []
        for site in sites:
            own = self.layout.site_of_phase == site
            begun = self.plan.start_week[own, Activity.SITEWORK]
            done = np.isfinite(self.plan.finish_week[own, Activity.SITEWORK])
            start = np.where(done, begun, starts[Activity.SITEWORK][own])
            self.planned_start[own] = np.where(np.isnan(start), week, start)
            self.planned_finish[own] = finish = finishes[Activity.COMMISSIONING][own]
            powered.append(float(finish.min()))
        self._judge_from = -np.inf
        return powered

    def adopt(self, site: int, levers: Levers, week: int, builder: IntArray) -> None:
        """Take the options of a strategy into a site that is being announced, and into its plan.

        Before :meth:`plan_sites`, so that the plan knows them. `builder`: of each phase.
        """
        own = np.flatnonzero(self.layout.site_of_phase == site)
        options, chosen = self.layout.world.numbers.options, self.layout.sites[site]
        talks = levers.agreement_weeks if levers.agreement_share_of_capex > 0 else 0.0
        self._add(own, Activity.ENGAGEMENT, levers.engagement_extra_weeks + talks)
        if levers.closed_loop >= 0.5 and chosen.cooling != "closed":
            self._add(own, Activity.DESIGN, options.closed_loop_design_weeks)
            self.progress.duration_weeks[own, Activity.COMMISSIONING] *= self.loop_factor[own]
        if levers.non_firm >= 0.5:
            self._scale(own, Activity.INTERCONNECT, options.non_firm_build_share)
        if levers.plant is not None:
            weeks = opening.plant_weeks(self.layout, levers.plant)
            planned = opening.plant_weeks(self.layout, chosen.plant)
            self._power_on_site(own, weeks[0] / planned[0], weeks[1] / planned[1])
        if levers.repeat_design >= 0.5:
            self._repeat_design(own, builder)
        if levers.equipment_reserved_weeks > 0:
            self.reserve(own, levers.equipment_reserved_weeks)
            self._plan_reserved(own, week)

    def _power_on_site(self, own: IntArray, work: float, permit: float) -> None:
        """Let a site build power of another kind, its work and air permit over those planned."""
        self.hours_per_week = self.hours_per_week.copy()
        for activity, factor in ((Activity.BRIDGE, work), (Activity.AIR_PERMIT, permit)):
            self._scale(own, activity, factor)
            self.hours_per_week[own, activity] /= factor
        if self.network.accepts[own[0], 1]:
            return
        self.network = with_bridge(self.network, own)
        for progress in (self.progress, self.plan):
            progress.pending[own] = self.network.works[own] & ~progress.done[own]

    def _repeat_design(self, own: IntArray, builder: IntArray) -> None:
        """Draw a site as its builder's last finished building, if there is one."""
        done = self.progress.finish_week[:, Activity.COMMISSIONING]
        known = np.flatnonzero((builder == builder[own[0]]) & np.isfinite(done))
        if not known.size:
            return
        self.variants.hall[own] = self.generation[known[np.argmax(done[known])]]
        share = self.layout.world.numbers.options.repeated_design_share
        self._scale(own, Activity.DESIGN, share)

    def reserve(self, phases: IntArray, weeks: float) -> None:
        """Have the equipment of those phases made ahead for which it is not yet ordered."""
        free = np.isnan(self.progress.start_week[phases, Activity.EQUIPMENT])
        self.variants.reserve(phases[free], weeks)

    def _plan_reserved(self, own: IntArray, week: int) -> None:
        """Count in the plan what can be made until the design is done."""
        starts, _ = remaining_forward(self.network, self.plan, self.not_before, week)
        ahead = np.minimum(
            starts[Activity.EQUIPMENT][own] - week, self.variants.reserved_weeks[own]
        )
        floor = self.layout.world.numbers.options.reserved_floor_share
        lead = self.plan.duration_weeks[own, Activity.EQUIPMENT]
        left = np.maximum(lead - np.maximum(ahead, 0.0), floor * lead)
        self.plan.duration_weeks[own, Activity.EQUIPMENT] = left
        self.planned[own, Activity.EQUIPMENT] = left

    def _add(self, own: IntArray, activity: Activity, weeks: float) -> None:
        """Add to the work of a site, as it will be and as it is planned."""
        for work in (self.progress.duration_weeks, self.plan.duration_weeks, self.planned):
            work[own, activity] += weeks

    def _scale(self, own: IntArray, activity: Activity, factor: float) -> None:
        """Multiply the work of a site, as it will be and as it is planned."""
        for work in (self.progress.duration_weeks, self.plan.duration_weeks, self.planned):
            work[own, activity] *= factor

    def work(self, now: Snapshot, deals: Deals) -> FloatArray:
        """Work for a week and log what was offered; return the work of each open activity."""
        done = advance(self.network, self.progress, now.opened, deals.offer.rate, now.week)
        self.ended = done.ended
        offered = deals.offer.availability
        self.variants.credit(now.reserving, deals.offer.reserved_share)
        kept = self.log.append(now.week, now.opened.flat, offered)
        felt = self._felt(self.layout, deals.sites.live, self.cancelled, self.critical)
        self._hold(Held(now.opened, kept, deals.offer.rate), felt)
        return done.worked_weeks

    def _hold(self, held: Held, felt: BoolArray) -> None:
        """Keep what held work back in a week; `felt`, (P, A), says where it is felt."""
        where = self.network, felt
        if not all(map(is_, where, self._felt_in)):
            self._count_lost()
            self._felt_in = where
        self._held.append(held)

    def _count_lost(self) -> None:
        """Count the losses of the weeks kept, which share network and critical work."""
        if not self._held:
            return
        lost = lost_weeks(self._felt_in[0], self._held, self._felt_in[1])
        for week in lost:
            self._lost_weeks += week
        self._lost_new.append(lost)
        self._held = []

    @property
    def lost_weeks(self) -> FloatArray:
        """Weeks lost to each cause on the critical path so far, shape (P, 8)."""
        self._count_lost()
        return self._lost_weeks

    def take_lost(self) -> FloatArray:
        """Return what was lost in each week since the last call, at least one, (weeks, P, 8)."""
        self._count_lost()
        lost = np.concatenate(self._lost_new)
        self._lost_new = []
        return lost

    def hand_over(self, before: IntArray, after: IntArray, fresh: BoolArray) -> None:
        """Let phases that change their builder go at the pace of the new one.

        Parameters
        ----------
        before, after : ndarray of int, shape (P,)
            Builder of each phase.
        fresh : ndarray of bool, shape (S,)
            Sites that are being announced: their plans know the new builder.
        """
        moved = np.flatnonzero(before != after)
        self._slow_down(moved, self.pace[after[moved]] / self.pace[before[moved]])
        known = self.known_pace[after[moved]] / self.known_pace[before[moved]]
        at = fresh[self.layout.site_of_phase[moved]]
        self._plan_slower(moved[at], known[at])

    def build_itself(self, site: int, share: float) -> None:
        """Let a site, or a share of it, take the time that it takes a lab to build itself."""
        factor = self.layout.world.numbers.capital.self_build_factor
        own = np.flatnonzero(self.layout.site_of_phase == site)
        ratio = np.full(len(own), 1 + share * (factor - 1))
        self._slow_down(own, ratio)
        self._plan_slower(own, ratio)

    def _slow_down(self, phases: IntArray, ratio: FloatArray) -> None:
        """Multiply the work that goes at the pace of who builds, where it has not begun."""
        rows, cols = np.ix_(phases, opening.PACED)
        fresh = np.isnan(self.progress.start_week[rows, cols])
        fresh[:, opening.PACED.index(Activity.SITEWORK)] = True  # he has not begun it, at least
        longer = np.where(fresh, ratio[:, None], 1.0)
        self.progress.duration_weeks[rows, cols] *= longer
        self.hours_per_week = self.hours_per_week.copy()
        self.hours_per_week[rows, cols] /= longer[..., None]  # the same hours in another time

    def _plan_slower(self, phases: IntArray, ratio: FloatArray) -> None:
        for work in (self.plan.duration_weeks, self.planned):
            work[np.ix_(phases, opening.PACED)] *= ratio[:, None]

    def give_up(self, deals: Deals, week: int) -> BoolArray | None:
        """End phases; return the sites that have none left, shape (S,); None if nothing ends."""
        if deals.given_up is None:
            return None
        ended = deals.given_up & ~self.cancelled
        if not np.count_nonzero(ended):
            return None
        self.cancelled = self.cancelled | ended
        self._judge_from = -np.inf
        self.cancelled_week[ended] = week
        self.network = withdraw(
            self.network, self.progress, self.not_before, np.flatnonzero(ended), week
        )
        for news in deals.news:
            if news.kind in GIVEN_UP:
                self.reason[ended & (self.layout.site_of_phase == news.site)] = news.text
        left = np.bincount(self.layout.site_of_phase, ~self.cancelled, len(self.layout.sites))
        return left == 0

    def restudied(self, gone: BoolArray) -> FloatArray:
        """Return how often each study must start over in part, shape (S,), as is `gone`.

        Once for each request that withdraws ahead in the same region, while it is under study.
        """
        lead, region = self.layout.lead_of_site, self.layout.region_of_site
        started = self.progress.start_week[lead, Activity.STUDY]
        running = np.isfinite(started) & np.isnan(self.progress.finish_week[lead, Activity.STUDY])
        return running * restudies(region, started, gone & np.isfinite(started))

    def finished(self, now: Snapshot) -> list[News]:
        """Return what to tell about the activities that ended this week."""
        self.racks, self.commissioned = _NO_PHASE, False
        ended = now.opened.cols[self.ended].tolist() if self.ended.size else []
        if TOLD_OR_RACKS.isdisjoint(ended):
            return []
        rows = now.opened.rows[self.ended]
        if _CHIPS in ended:
            self.racks = rows[now.opened.cols[self.ended] == _CHIPS]
        self.commissioned = Activity.COMMISSIONING in ended
        if self.commissioned:
            self.generation = self._generations(now.week)
            self._learn(now.vendors.builder)
        told = [
            self._tell(phase, activity, now.vendors.builder)
            for phase, activity in zip(rows.tolist(), ended, strict=True)
            if activity in TOLD
        ]
        return [news for news in told if news is not None]

    def _learn(self, builder: IntArray) -> None:
        """Let builders learn from every building that they have finished."""
        done = np.isfinite(self.progress.finish_week[:, Activity.COMMISSIONING])
        built = np.bincount(builder, done, len(self.layout.world.contractors))
        self.learning = (1 + built[builder]) ** -self.layout.world.numbers.contractors.learning

    def _tell(self, phase: int, activity: int, builders: IntArray) -> News | None:
        site = int(self.layout.site_of_phase[phase])
        builder = f"contractor:{self.layout.world.contractors[builders[phase]].key}"
        if activity == Activity.COMMISSIONING:
            mw = self.layout.phase_mw[phase]
            text = f"building {self.layout.number[phase] + 1} commissioned, {mw:,.0f} MW"
            return News("commissioned", site, builder, text)
        if activity == Activity.SITEWORK:
            first = self.layout.number[phase] == 0
            return News("building", site, builder, "the ground is cleared") if first else None
        what = "grid connection" if activity == Activity.INTERCONNECT else "power on site"
        return News("power", site, builder, f"{what} is ready")

    def judge(self, grace_weeks: float, week: int) -> tuple[list[int], list[int], list[int]]:
        """Return phases that were on time, that missed it, and that were given up: each once."""
        if not self.commissioned and week <= self._judge_from:
            return [], [], []
        done = self.progress.finish_week[:, Activity.COMMISSIONING]
        due = self.planned_finish + grace_weeks
        ripe = ~self.judged & ((done <= week + 1) | (due < week) | self.cancelled)
        # until the next one is due, only what is commissioned or given up is judged
        self._judge_from = np.fmin.reduce(due[~(self.judged | ripe)], initial=np.inf)
        if not np.count_nonzero(ripe):
            return [], [], []
        fresh, gone = ripe & ~self.cancelled, ripe & self.cancelled
        kept = fresh & (done <= due)
        self.judged |= ripe
        return (
            np.flatnonzero(kept).tolist(),
            np.flatnonzero(fresh & ~kept).tolist(),
            np.flatnonzero(gone).tolist(),
        )

    def first_power(self) -> FloatArray:
        """Return when the first building of each site was commissioned, shape (S,); inf before."""
        done = self.progress.finish_week[:, Activity.COMMISSIONING]
        return np.minimum.reduceat(np.where(np.isnan(done), np.inf, done), self.layout.lead_of_site)

    def table(self, sites: Sites, week: int) -> Table:
        """Return one row per building: plan, outcome, and what it lost by cause."""
        layout = self.layout
        announced = (sites.announced_week <= week)[layout.site_of_phase]
        names = np.array([*(r.name.lower() for r in Rung), "candidate"], dtype=object)
        own = (self.progress.duration_weeks - self.planned)[:, BUILDING_PATH]
        table: Table = {
            "site": np.array([layout.sites[s].key for s in layout.site_of_phase], dtype=object),
            "phase": layout.number + 1,
            "mw": layout.phase_mw,
            "it_mw": layout.phase_it_mw,
            "state": names[np.where(announced, self.state(sites, week), len(Rung))],
            "announced_week": sites.announced_week[layout.site_of_phase],
            "planned_finish_week": self.planned_finish,
            "finish_week": self.progress.finish_week[:, Activity.COMMISSIONING],
            "cancelled_week": self.cancelled_week,
            "reason": self.reason,
            "own_work_weeks": own.sum(axis=1),
            "refit_weeks": self.variants.refit_weeks,
            "awaited_weeks": self.variants.awaited_weeks,
            "generation": np.array(layout.generations.key, dtype=object)[self._generations(week)],
        }
        for cause, column in zip(Cause, self.lost_weeks.T, strict=True):
            table[f"lost_weeks_{cause.name.lower()}"] = column
        return table
