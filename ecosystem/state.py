"""The read-only world that every agent senses.

Arrays are indexed by site (S), phase (P), region (R), craft (4) or household (H). A community
shares its index with the site that it hosts. All of a week's decisions are taken on one
`Snapshot`; a part that changes is replaced by a new one, never written to.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ecosystem.delivery.activities import ACTIVITIES, Activity
from ecosystem.delivery.ladder import Rung
from ecosystem.delivery.progress import Opened, Progress
from ecosystem.institutions.backlog import Plant
from ecosystem.institutions.finance import means_usd
from ecosystem.layout import Layout
from ecosystem.market import Market
from ecosystem.numbers import Numbers
from ecosystem.outages import Outages
from ecosystem.partnerships import Partnerships
from ecosystem.policy import InForce
from ecosystem.scenario import Governance
from ecosystem.society.households import Households
from ecosystem.society.labour import Apprentices
from ecosystem.units import BoolArray, FloatArray, IntArray

NEEDS_CREW = np.isin(np.arange(ACTIVITIES), (Activity.SITEWORK, Activity.SHELL, Activity.MEP))
"""Activities for which a contractor must man a phase, shape (A,)."""
MAKERS = ("chips", "equipment", "grid_gear")
"""Makers whose outages are drawn, by their key on the partnership graph."""
MAKER_NAMES = ("the chip maker", "equipment makers", "makers of grid gear")
MADE = (Activity.CHIPS, Activity.EQUIPMENT, Activity.INTERCONNECT)
"""The work that stands still when each of them delivers nothing."""


@dataclass(frozen=True, eq=False)
class Sites:
    """Where each site stands with institutions and partners; arrays of shape (S,).

    `approved` is zoning; `open_venues` are those beyond it, of `venues.UPSTREAM`, that the site
    needs and that have not let it through, shape (S, 4), and `venue_until` when a denial there is
    worked off. `campaign` is the :class:`Venue` where opponents fight; they moved `moves` times.
    Weeks are NaN until the thing has happened; an ``until`` week lies in the past when nothing
    blocks. `live` sites are announced and not withdrawn. What an agreement pays (as a share of
    campus capex) and how far it binds is fixed as it is signed; `offer_level` is the part of its
    offer that an adaptive lab makes, from 0 to 1. `closed_loop` is 1 where cooling is one;
    `plant` is the kind of power on site, as a place in `scenario.PLANTS`, -1 for none; `non_firm`
    sites accept curtailment; `switching_until` is when a new builder takes over. `owners` are the
    shares of each site that clouds and, last, the lab itself have, shape (S, B + 1).
    """

    announced_week: FloatArray
    live: BoolArray
    withdrawn: BoolArray
    approved: BoolArray
    open_venues: BoolArray
    venue_until: FloatArray
    campaign: IntArray
    moves: IntArray
    denials: IntArray
    redesign_until: FloatArray
    stay_until: FloatArray
    moratorium_until: FloatArray
    study_started: BoolArray
    restudy_until: FloatArray
    headroom_granted: BoolArray
    agreement_week: FloatArray
    agreed_share: FloatArray
    agreed_binding: FloatArray
    offer_level: FloatArray
    redesigned_week: FloatArray
    funded: BoolArray
    land_granted: BoolArray
    closed_loop: FloatArray
    plant: IntArray
    non_firm: BoolArray
    switching_until: FloatArray
    owners: FloatArray

    # what follows from the above is kept with it: most weeks change no site
    @cached_property
    def unapproved(self) -> BoolArray:
        """Live sites without a permit."""
        return self.live & ~self.approved

    @cached_property
    def last_denial_until(self) -> float:
        """When the last denial beyond zoning is worked off; -inf where there was none."""
        return float(self.venue_until.max())

    @cached_property
    def last_redesigned_week(self) -> float:
        """When the last unasked redesign began; NaN where there was none."""
        return float(np.fmax.reduce(self.redesigned_week))

    @cached_property
    def before_states(self) -> IntArray:
        """Live sites with zoning that venues beyond it have still to let through."""
        return (self.live & self.approved & self.open_venues.any(axis=1)).nonzero()[0]

    def candidates(self, layout: Layout) -> IntArray:
        """Return the sites that the lab may still choose."""
        free = layout.candidate & np.isnan(self.announced_week) & ~self.withdrawn
        return np.flatnonzero(free)

    @cached_property
    def last_moratorium_until(self) -> float:
        """When the last moratorium so far is over; -inf where there was none."""
        return float(self.moratorium_until.max(initial=-np.inf))

    def unfunded_mw(self, layout: Layout) -> float:
        """Return the megawatts of sites whose construction financiers refuse."""
        return float(np.add.reduce(layout.site_mw[self.unfunded])) if self.any_unfunded else 0.0

    @cached_property
    def any_unfunded(self) -> bool:
        """Whether financiers refuse any."""
        return bool(np.count_nonzero(self.unfunded))

    @cached_property
    def unfunded(self) -> BoolArray:
        """Live sites whose construction financiers refuse."""
        return self.live & ~self.funded

    @cached_property
    def landless(self) -> IntArray:
        """Live sites that have not taken their land, in the order of their announcement."""
        waiting = (self.live & ~self.land_granted).nonzero()[0]
        return waiting[np.lexsort((waiting, self.announced_week[waiting]))]

    @cached_property
    def unstudied(self) -> BoolArray:
        """Live sites whose connection is not under study."""
        return self.live & ~self.study_started

    @cached_property
    def unconnected(self) -> BoolArray:
        """Live sites without firm capacity."""
        return self.live & ~self.headroom_granted

    @cached_property
    def need_grid(self) -> bool:
        """Whether any site is either."""
        return bool(np.count_nonzero(self.unstudied | self.unconnected))


@dataclass(frozen=True, slots=True, eq=False)
class Society:
    """Opinion, trust and mobilisation of the host communities.

    `experience` is how far a site that stands, and one that runs, has been lived with: (C, 2).
    """

    households: Households
    opinion: FloatArray
    trust: FloatArray
    experience: FloatArray
    opposing: FloatArray
    supporting: FloatArray
    organised: BoolArray
    support: FloatArray
    licence: IntArray
    mood: float


class Labour(NamedTuple):
    """Craft pools, arrays of shape (R, 4); `prepared` are apprentices out of a preparation."""

    journeymen: FloatArray
    travellers: FloatArray
    apprentices: Apprentices
    prepared: Apprentices
    upskilled: FloatArray
    wage_ratio: FloatArray
    offered_hours: FloatArray
    required_hours: FloatArray


class Outlook(NamedTuple):
    """Wage over its start and travellers to come of each pool, shape (R, 4)."""

    wage: FloatArray
    travellers: FloatArray


class Vendors(NamedTuple):
    """What makers, builders and grids can supply.

    `chips` is the capacity of the chip maker over its plan, `chips_mw_per_week` what it delivers
    to all customers, `chips_priority` that of the lab over other customers';
    `chips_waiting_mw` is what the lab and `rival_chips_mw` what others asked for and did not get.
    `crews` is 1 for a manned phase and `builder` the contractor of each, shape (P,). By region,
    shape (R,): `headroom_mw` is firm capacity not yet promised, `held_mw` what speculative
    requests of others hold besides, `land_ha` zoned land not yet
    taken, `rivals_waiting_mw` what rivals still ask of the grid.
    """

    equipment: Plant
    equipment_waiting_mw: float
    chips: Plant
    chips_mw_per_week: float
    chips_priority: float
    chips_waiting_mw: float
    rival_chips_mw: float
    headroom_mw: FloatArray
    held_mw: FloatArray
    land_ha: FloatArray
    rivals_waiting_mw: FloatArray
    crews: FloatArray
    builder: IntArray
    cloud_room_mw: FloatArray

    @property
    def expansion_due(self) -> float:
        """The week in which the next expansion of a maker is finished; inf where none is."""
        return float(np.fmin(np.fmin(self.chips.due_week, self.equipment.due_week), np.inf))


class Books(NamedTuple):
    """Balance sheets of clouds and, last, of the lab where it builds, shape (B + 1,) each.

    As they were closed last, every 13 weeks. `assets_usd` is book value, `ready_usd` equity that
    backers would still put in (the lab puts in its cash), `unspent_usd` what is still to be spent
    on what was taken on, `rate` the interest of the next quarter. Of the quarter before: what was
    built, paid in interest, and distributed to backers.
    """

    assets_usd: FloatArray
    debt_usd: FloatArray
    ready_usd: FloatArray
    unspent_usd: FloatArray
    rate: FloatArray
    built_usd: FloatArray
    interest_usd: FloatArray
    distributed_usd: FloatArray

    def spare_usd(self, layout: Layout, credibility: float | FloatArray) -> FloatArray:
        """Return what each owner can spend beyond what it has taken on, shape (B + 1,).

        `credibility`: share of their equity that backers would put in now. Negative where what was
        taken on is more than an owner can carry.
        """
        equity = self.ready_usd * credibility
        means = means_usd(equity, self.assets_usd, self.debt_usd, layout.terms)
        return means - self.unspent_usd

    def room_mw(self, layout: Layout, credibility: float | FloatArray) -> FloatArray:
        """Return what each owner may still take on [MW], shape (B + 1,)."""
        return np.maximum(self.spare_usd(layout, credibility), 0.0) / layout.usd_per_mw


class Economy(NamedTuple):
    """The lab's market and money at the start of the week.

    `revenue_growth_per_year` is the growth that the lab expects.
    """

    market: Market
    training_share: float
    latency_factor: float
    efficiency_ratio: float
    inference_mw: float
    revenue_usd_per_year: float
    revenue_growth_per_year: float
    cash_usd: float
    equity_usd_per_week: float
    payout_usd_per_week: float
    outlay_usd_per_week: float
    capacity_mw: float
    pipeline_mw: float
    books: Books


class Shocks(NamedTuple):
    """What nature and accident do this week.

    `lost` is the share of output that each of `MAKERS` lost, `since` the weeks for which it has
    been out, shape (3,), and `out` how many are; `weather` what storms leave of outdoor work,
    shape (R,). Draws behind the lab's taste this quarter: `choice` of sites, shape (S,), `partners`
    of clouds and, after them, builders for each site, shape (S, B + builders). `calm` if nothing
    is disrupted.
    """

    lost: FloatArray
    since: IntArray
    out: float
    weather: FloatArray
    choice: FloatArray
    partners: FloatArray
    calm: bool


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The world at the start of a week.

    Attributes
    ----------
    policy : bool
        Whether the strategy is in force somewhere; before it the levers are those of S0.
    governance : Governance
        Who builds what the lab chooses.
    levers : InForce
        Those in force at each site.
    state : ndarray of int, shape (P,)
        Place on the capacity ladder.
    pending : ndarray of bool, shape (P,)
        Phases of live sites that are neither in use nor given up.
    opened : Opened
        Activities that can be worked on.
    gate : ndarray of bool, shape (S,)
        Complete applications not yet approved.
    upstream : ndarray of bool, shape (S, 4), optional
        Cases before venues beyond zoning; None while none holds anything up.
    planned_start, planned_finish : ndarray, shape (P,)
        Week in which sitework was to begin, and the building to be commissioned, when the phase
        was announced; NaN before.
    critical : ndarray of bool, shape (P, A)
        What had no float when the quarter began.
    reserving : ndarray of int, shape (n,)
        Phases for which equipment is being made ahead of its order.
    coordination : ndarray, shape (S,)
        Availability that interface friction leaves.
    craft_hours : ndarray, shape (P, A, 4)
        Craft hours per week of each activity at full speed, what builders have learned counted.
    relaxed : ndarray of bool, shape (S, 8), optional
        What-if: causes that hold nothing back at a site; None for the world as it is.
    outages : Outages, optional
        What-if: nodes of the partnership graph that are out; None where all are there.
    """

    week: int
    policy: bool
    governance: Governance
    numbers: Numbers
    levers: InForce
    layout: Layout
    sites: Sites
    progress: Progress
    state: IntArray
    pending: BoolArray
    opened: Opened
    gate: BoolArray
    upstream: BoolArray | None
    planned_start: FloatArray
    planned_finish: FloatArray
    critical: BoolArray
    reserving: IntArray
    coordination: FloatArray
    craft_hours: FloatArray
    society: Society
    labour: Labour
    outlook: Outlook
    vendors: Vendors
    economy: Economy
    shocks: Shocks
    partnerships: Partnerships
    relaxed: BoolArray | None = None
    outages: Outages | None = None

    def regional(self, lever: str) -> FloatArray:
        """Return the largest value of a lever among live sites by region, shape (R,)."""
        return self.levers.by_region(lever, self.layout, self.sites.live)

    # what few agents ask for, and in few weeks, is found when one asks

    @cached_property
    def clock(self) -> FloatArray:
        """The week as an array, shape (): quicker to compare arrays with than a number."""
        return np.array(float(self.week))

    @cached_property
    def site_state(self) -> IntArray:
        """Place on the ladder of the most advanced phase of each site, shape (S,)."""
        best = np.where(self.state == Rung.CANCELLED, -1, self.state)
        return np.maximum.reduceat(best, self.layout.lead_of_site)

    @cached_property
    def mw_by_rung(self) -> FloatArray:
        """Facility MW by site and rung, shape (S, 8)."""
        sites, rungs = len(self.layout.sites), len(Rung)
        cell = self.layout.site_of_phase * rungs + self.state
        return np.bincount(cell, self.layout.phase_mw, sites * rungs).reshape(sites, rungs)

    def _came_up(self, activity: Activity) -> FloatArray:
        """Return when an activity of the whole site came up, shape (S,); NaN before."""
        return self.progress.start_week[:, activity][self.layout.lead_of_site]

    @cached_property
    def chips_backlog_weeks(self) -> float:
        """What customers of the chip maker wait for, in weeks of its deliveries."""
        v = self.vendors
        waiting = v.rival_chips_mw + v.chips_waiting_mw * self.layout.chips_lead_weeks
        return waiting / max(v.chips_mw_per_week, 1e-9)

    @cached_property
    def filed_week(self) -> FloatArray:
        """When the permit came up, shape (S,); NaN before."""
        return self._came_up(Activity.PERMIT)

    @cached_property
    def study_week(self) -> FloatArray:
        """When the study came up, shape (S,); NaN before."""
        return self._came_up(Activity.STUDY)

    @cached_property
    def headroom_week(self) -> FloatArray:
        """When the connection came up, shape (S,); NaN before."""
        return self._came_up(Activity.INTERCONNECT)

    @cached_property
    def hearable(self) -> BoolArray:
        """Complete applications that can be heard now, shape (S,)."""
        sites, week = self.sites, self.clock
        return self.gate & (sites.redesign_until <= week) & (sites.moratorium_until <= week)

    @cached_property
    def docket(self) -> BoolArray:
        """Cases that can be decided now in zoning and in each venue beyond it, shape (S, 5)."""
        cases = np.zeros((len(self.gate), 1 + self.sites.open_venues.shape[1]), dtype=bool)
        cases[:, 0] = self.hearable
        if self.upstream is not None:
            cases[:, 1:] = self.upstream & (self.sites.venue_until <= self.week)
        return cases

    @cached_property
    def hearings_due(self) -> bool:
        """Whether there is any."""
        waiting = self.upstream is not None or np.count_nonzero(self.gate)
        return bool(waiting) and bool(np.count_nonzero(self.docket))

    @cached_property
    def unstudied(self) -> BoolArray:
        """Requests that wait for a study, shape (S,)."""
        return self.sites.unstudied & (self.study_week <= self.clock)

    @cached_property
    def under_study(self) -> BoolArray:
        """Requests that a utility studies, shape (S,)."""
        lead, sites = self.layout.lead_of_site, self.sites
        studied = self.progress.finish_week[:, Activity.STUDY][lead] <= self.clock
        return sites.live & sites.study_started & ~studied

    @cached_property
    def unconnected(self) -> BoolArray:
        """Requests that wait for firm capacity, shape (S,)."""
        return self.sites.unconnected & (self.headroom_week <= self.clock)

    @cached_property
    def study_asked(self) -> bool:
        """Whether any request waits for a study."""
        return self.sites.need_grid and bool(np.count_nonzero(self.unstudied))

    @cached_property
    def grid_queued(self) -> bool:
        """Whether any request waits for a study or for firm capacity."""
        waits = self.study_asked or (self.sites.need_grid and np.count_nonzero(self.unconnected))
        return bool(waits)

    @cached_property
    def begun(self) -> BoolArray:
        """Phases for which ground was broken, shape (P,); that it came up is not enough."""
        return self.progress.worked_weeks[:, Activity.SITEWORK] > 0

    @cached_property
    def site_begun(self) -> BoolArray:
        """Sites at which ground was broken, shape (S,)."""
        return np.logical_or.reduceat(self.begun, self.layout.lead_of_site)

    @cached_property
    def ready_week(self) -> FloatArray:
        """Since when a phase has had work for a crew, shape (P,); inf where it has none."""
        ready = np.full(self.layout.phases, np.inf)
        manual = NEEDS_CREW[self.opened.cols].nonzero()[0]
        started = self.progress.start_week.ravel()[self.opened.flat[manual]]
        ready[self.opened.rows[manual]] = started
        return ready

    @cached_property
    def needs_crew(self) -> BoolArray:
        """Whether a phase has work for a crew, shape (P,)."""
        return np.isfinite(self.ready_week)
