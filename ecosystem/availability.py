"""What each cause offers to every open activity this week: rationing of scarce stock.

What a cause *would* have offered is recorded even where another cause allows nothing; stock is
used up by realised progress alone.
"""

from operator import is_
from typing import NamedTuple

import numpy as np

from ecosystem.deals import CraftWork, Offer
from ecosystem.delivery.activities import ACTIVITIES, IS, Activity, Cause
from ecosystem.delivery.progress import DONE_WEEKS
from ecosystem.delivery.record import Availability, rate_of
from ecosystem.institutions.backlog import allocate
from ecosystem.layout import Layout
from ecosystem.outages import Tied
from ecosystem.rationing import Rule, queue_place, ration, ration_stock
from ecosystem.society.labour import Craft
from ecosystem.state import MADE, NEEDS_CREW, Shocks, Sites, Snapshot, Vendors
from ecosystem.units import ZERO, BoolArray, FloatArray, IntArray, ones
from ecosystem.venues import held

CAUSES = len(Cause)
CRAFTS = len(Craft)


def _mask(*activities: Activity) -> BoolArray:
    mask = np.zeros(ACTIVITIES, dtype=bool)
    mask[list(activities)] = True
    return mask


A = Activity
BUILDING = _mask(A.SITEWORK, A.SHELL, A.MEP, A.ENERGISE, A.RACKS, A.COMMISSIONING)
PERMITS = _mask(A.PERMIT, A.AIR_PERMIT)
STOPPED_BY_COURT = BUILDING | PERMITS | _mask(A.INTERCONNECT, A.BRIDGE)
FUNDED = BUILDING | _mask(A.EQUIPMENT, A.CHIPS, A.INTERCONNECT, A.BRIDGE)
NEEDS_NO_CREW, UNFUNDED = ~NEEDS_CREW, ~FUNDED
OUTDOORS = _mask(A.SITEWORK, A.SHELL, A.INTERCONNECT, A.BRIDGE, A.FIBRE)
INTERFACES = _mask(A.DESIGN, A.MEP, A.ENERGISE, A.RACKS, A.COMMISSIONING)
# Share of a phase's craft hours that an activity takes (P119, P123; split by stage: assumption).
HOURS_SHARE = {
    A.SITEWORK: 0.08,
    A.SHELL: 0.22,
    A.MEP: 0.50,
    A.ENERGISE: 0.03,
    A.RACKS: 0.07,
    A.COMMISSIONING: 0.05,
    A.INTERCONNECT: 0.05,
    A.BRIDGE: 0.05,
}
CRAFT_WORK = _mask(*HOURS_SHARE)
_DONE = np.array(DONE_WEEKS)


def craft_hours(layout: Layout, durations_weeks: FloatArray) -> FloatArray:
    """Return craft hours per week at full speed, shape (P, A, 4).

    Parameters
    ----------
    layout : Layout
    durations_weeks : ndarray, shape (P, A)
        Work of each activity.
    """
    n = layout.world.numbers
    electrical = n.workforce.mep_electrical_share
    split = {  # electrical, mechanical, civil, commissioning
        A.SITEWORK: (0.0, 0.0, 1.0, 0.0),
        A.SHELL: (0.1, 0.1, 0.8, 0.0),
        A.MEP: (electrical, 1 - electrical, 0.0, 0.0),
        A.ENERGISE: (0.7, 0.0, 0.0, 0.3),
        A.RACKS: (0.7, 0.0, 0.0, 0.3),
        A.COMMISSIONING: (0.4, 0.2, 0.0, 0.4),
        A.INTERCONNECT: (0.5, 0.0, 0.5, 0.0),
        A.BRIDGE: (0.5, 0.2, 0.3, 0.0),
    }
    share = np.zeros((ACTIVITIES, CRAFTS))
    for activity, crafts in split.items():
        share[activity] = HOURS_SHARE[activity] * np.array(crafts)
    mw = np.repeat(layout.phase_mw[:, None], ACTIVITIES, axis=1)
    site_wide = layout.network.shared
    mw[:, site_wide] = layout.site_mw[layout.site_of_phase, None]
    hours = n.delivery.hours_per_mw * mw[:, :, None] * share
    return hours / np.maximum(durations_weeks, 1e-9)[:, :, None]


class Terms(NamedTuple):
    """What the causes that deal out no stock allow, by site and activity.

    Attributes
    ----------
    share : ndarray of float32, shape (8, S * A)
        Share of full speed, as it is recorded; 1 for the stocks.
    allowed : ndarray, shape (S * A,)
        0 where a cause stops the work, 1 elsewhere; coordination, which only slows it, left out.
    least : ndarray, shape (S * A,)
        The least over causes, coordination included.
    """

    share: Availability
    allowed: FloatArray
    least: FloatArray


class Supply:
    """Rations everything that is scarce, and keeps what changes only as something happens."""

    __slots__ = ("_coordination", "_seen", "_terms", "_until")

    def __init__(self) -> None:
        self._terms: Terms | None = None
        self._seen: tuple[object, ...] = ()
        self._until = -np.inf
        self._coordination: FloatArray | None = None

    def offer(self, now: Snapshot, sites: Sites, vendors: Vendors) -> Offer:
        """Return what every cause offers to the open activities.

        Parameters
        ----------
        now : Snapshot
            Start of the week.
        sites, vendors : Sites, Vendors
            After this week's decisions of institutions and vendors.

        Notes
        -----
        Craft hours, equipment slots and racks are rationed by the rule that the world declares for
        each (`numbers.workforce.rationing` and so on). Rivals share hours alike with all; slots
        that they hold are not there.
        """
        opened, terms = now.opened, self.terms(now, sites)
        place = now.layout.site_place[opened.flat]
        share, rate = terms.share.take(place, axis=1), terms.least[place]
        if not now.shocks.calm or now.outages is not None:
            _disrupt(now, vendors, share, rate)
        waiting, reserved = _equipment(now, vendors, share, rate)
        short, others = _chips(now, vendors, share, rate)
        required, level, craft = _labour(now, vendors, share, rate)
        if now.relaxed is not None:
            share[now.relaxed[now.layout.site_of_phase[opened.rows]].T] = 1.0
        offered = share.T  # in 32 bits, as recorded, so that a replay reproduces the run
        return Offer(
            offered, rate_of(offered), required, level, craft, waiting, short, others, reserved
        )

    def terms(self, now: Snapshot, sites: Sites) -> Terms:
        """Return what holds this week; `sites` are those after the week's decisions."""
        seen = (now.layout, sites, now.gate, now.upstream, now.relaxed)
        if self._terms is None or now.week >= self._until or not all(map(is_, seen, self._seen)):
            self._terms = _coordinated(now, sites, _terms(now, sites))
            self._seen, self._until = seen, _next_change(sites, now.week)
        elif now.coordination is not self._coordination:
            self._terms = _coordinated(now, sites, self._terms)
        self._coordination = now.coordination
        return self._terms


def _next_change(sites: Sites, week: int) -> float:
    """Return the first week in which something that blocks a site now is over."""
    until = np.concatenate(
        [
            sites.stay_until,
            sites.redesign_until,
            sites.moratorium_until,
            sites.restudy_until,
            sites.switching_until,
            sites.venue_until.ravel(),
        ]
    )
    return float(np.minimum.reduce(until[until > week], initial=np.inf))


def _terms(now: Snapshot, sites: Sites) -> Terms:
    """Work out what the causes allow that deal out no stock, coordination left out."""
    share = np.ones((CAUSES, len(sites.live), ACTIVITIES), dtype=np.float32)
    share[Cause.COMMUNITY] = _community(now, sites)
    share[Cause.GRID] = _grid(sites, now.week)
    share[Cause.CAPITAL] = sites.funded[:, None] | UNFUNDED
    if now.relaxed is not None:  # before rationing: who works faster asks for more
        share[now.relaxed.T] = 1.0
    share = share.reshape(CAUSES, -1)
    allowed = np.minimum.reduce(share).astype(np.float64)
    return Terms(share, allowed, allowed)


def _coordinated(now: Snapshot, sites: Sites, terms: Terms) -> Terms:
    """Return terms with what interfaces leave of the work now."""
    friction = _coordination(now, sites).ravel()
    share = terms.share.copy()
    share[Cause.COORDINATION] = friction
    return Terms(share, terms.allowed, np.minimum(terms.allowed, friction))


def _community(now: Snapshot, sites: Sites) -> BoolArray:
    """Return where communities and authorities let work go on, shape (S, A)."""
    week = now.week
    unapproved = ~sites.approved
    blocked = (sites.redesign_until > week) | (sites.moratorium_until > week) & unapproved
    free = ~((sites.stay_until > week)[:, None] & STOPPED_BY_COURT)
    free[:, A.PERMIT] &= ~(blocked | now.gate & unapproved)
    free[:, A.AIR_PERMIT] &= ~blocked
    free[:, A.LAND] &= sites.land_granted
    if now.upstream is not None:
        free &= ~held(sites, now.upstream, week)
    return free


def _grid(sites: Sites, week: int) -> BoolArray:
    """Return where the grid lets work go on, shape (S, A)."""
    free = np.ones((len(sites.live), ACTIVITIES), dtype=bool)
    free[:, A.STUDY] = sites.study_started & (sites.restudy_until <= week)
    free[:, A.INTERCONNECT] = sites.headroom_granted
    return free


def _coordination(now: Snapshot, sites: Sites) -> FloatArray:
    """Return what friction at interfaces leaves of full speed, shape (S, A)."""
    friction = np.where(INTERFACES, now.coordination[:, None], 1.0)
    friction[sites.switching_until > now.week, A.SITEWORK] = 0.0
    if now.relaxed is not None:
        friction[now.relaxed[:, Cause.COORDINATION]] = 1.0
    return friction


def _disrupt(now: Snapshot, vendors: Vendors, share: Availability, rate: FloatArray) -> None:
    """Let storms, outages of makers and nodes that are out slow work (in place)."""
    rows, cols, layout = now.opened.rows, now.opened.cols, now.layout
    left = _disruption(now.shocks, layout, now.sites.owners, rows, cols)
    if now.outages is not None:
        who = Tied(now.sites.owners, vendors.builder)
        left *= now.outages.left(now.week, who, rows, cols)
    if now.relaxed is not None:
        left[now.relaxed[layout.site_of_phase[rows], Cause.DISRUPTION]] = 1.0
    share[Cause.DISRUPTION] = left
    np.minimum(rate, left, out=rate)


def _disruption(
    shocks: Shocks, layout: Layout, owners: FloatArray, rows: IntArray, cols: IntArray
) -> FloatArray:
    """Return what storms leave of outdoor work, and outages of what makers deliver.

    Others take over what they can once they are found.
    """
    left = np.where(OUTDOORS[cols], shocks.weather[layout.region_of_phase[rows]], 1.0)
    for activity, lost, since in zip(MADE, shocks.lost, shocks.since, strict=True):
        if lost == 0:
            continue
        at = IS[activity][cols].nonzero()[0]
        found = since >= layout.switching_weeks(owners)[rows[at]]
        left[at] *= 1 - lost * (1 - layout.substitutability(owners)[rows[at]] * found)
    return left


def _place(now: Snapshot, rule: Rule, flat: IntArray) -> IntArray | None:
    """Return the class in which open activities (`Opened.flat`) are served; None: all alike."""
    if rule == "equal_share":
        return None
    return queue_place(rule, now.critical.ravel()[flat], now.progress.start_week.ravel()[flat])


def _ration_stock(
    now: Snapshot, stock: float, at: IntArray, need: FloatArray, speed: FloatArray, rule: Rule
) -> FloatArray:
    """Ration one stock among the open activities `at`, shape (m,); return their shares."""
    flat = now.opened.flat[at]
    critical, started = now.critical.ravel()[flat], now.progress.start_week.ravel()[flat]
    return ration_stock(stock, need, speed, rule, critical, started)


def _equipment(
    now: Snapshot, vendors: Vendors, share: Availability, rate: FloatArray
) -> tuple[float, FloatArray]:
    """Fill slots, which lowers `rate`; return what waits [MW] and the share of who reserved.

    Equipment made ahead of its order has had its slot for longer than any that is ordered now,
    so it comes first, whatever the rule.
    """
    at = IS[A.EQUIPMENT][now.opened.cols].nonzero()[0]
    mw, capacity = now.layout.phase_mw[now.opened.rows[at]], float(vendors.equipment.capacity)
    slots = capacity - min(float(now.layout.rival_slots_mw[now.week]), capacity)
    reserved, made_ahead = ones(now.reserving.size), 0.0
    if now.reserving.size:
        made_ahead = float(np.add.reduce(now.layout.phase_mw[now.reserving]))
        reserved *= min(1.0, slots / made_ahead)
    left = max(slots - made_ahead, 0.0)
    need = mw * (rate[at] > ZERO).astype(float)
    if float(np.add.reduce(need)) <= left:
        return 0.0, reserved
    # a slot is held for the whole week, whatever else slows the work
    granted = _ration_stock(now, left, at, need, ones(len(at)), now.numbers.equipment.rationing)
    share[Cause.EQUIPMENT, at] = granted
    rate[at] = np.minimum(rate[at], granted)
    return float(np.add.reduce(need * (1 - granted))), reserved


def _chips(
    now: Snapshot, vendors: Vendors, share: Availability, rate: FloatArray
) -> tuple[float, float]:
    """Ration racks among customers, then among sites, which lowers `rate`.

    Return what the lab did not get this week and what others wait for by now [MW].
    """
    n, week, layout = now.numbers.chips, now.week, now.layout
    at = IS[A.CHIPS][now.opened.cols].nonzero()[0]
    rows, own, need = now.opened.rows[at], 0.0, ones(len(at))
    if at.size:
        lead = np.maximum(now.progress.duration_weeks[:, A.CHIPS][rows], _DONE)
        need = layout.phase_mw[rows] / lead * now.opened.span_weeks[at]
        own = float(np.dot(need, rate[at]))
    fresh, waiting = layout.rival_chips_mw[week], vendors.rival_chips_mw
    # what others wait for is asked for again, spread over a usual delivery
    others = fresh + waiting / layout.chips_lead_weeks
    granted, served = own, others
    if own + others > vendors.chips_mw_per_week:
        priority = _chips_priority(now, vendors, at)
        granted, served = allocate(vendors.chips_mw_per_week, (own, others), (priority, 1.0))
    left = max(waiting + fresh - served, 0.0) * (1 - 1 / n.rival_patience_weeks)
    if granted >= own:
        return 0.0, left
    possible = _ration_stock(now, granted, at, need, rate[at], n.rationing)
    share[Cause.CHIPS, at] = possible
    rate[at] = np.minimum(rate[at], possible)
    return own - granted, left


def _chips_priority(now: Snapshot, vendors: Vendors, at: IntArray) -> float:
    """Return the lab's priority with the chip maker: its standing, and what it pays in advance.

    `at`: open orders of racks; what is paid counts by their megawatts.
    """
    if "chips_prepaid_share" not in now.levers.used or not at.size:
        return vendors.chips_priority
    rows = now.opened.rows[at]
    mw, prepaid = now.layout.phase_mw[rows], now.levers.chips_prepaid_share
    mean = float(mw @ prepaid[now.layout.site_of_phase[rows]]) / float(np.add.reduce(mw))
    return vendors.chips_priority * (1 + now.numbers.chips.priority_of_prepayment * mean)


def _labour(
    now: Snapshot, vendors: Vendors, share: Availability, rate: FloatArray
) -> tuple[FloatArray, FloatArray, CraftWork]:
    """Share craft hours among activities that go at `rate` for all other causes.

    Return what was asked for and the speed that hours allow, both (R, 4), and which open activities
    are craft work. All others ask for no hours.
    """
    at = CRAFT_WORK[now.opened.cols].nonzero()[0]
    rows, flat = now.opened.rows[at], now.opened.flat[at]
    manned = (vendors.crews[rows] > ZERO) | NEEDS_NO_CREW[now.opened.cols[at]]
    working = manned.astype(float)
    need = now.craft_hours.reshape(-1, CRAFTS).take(flat, axis=0)
    pools = now.layout.pools_of_phase.take(rows, axis=0)
    full = need * now.opened.span_weeks[at][:, None]
    rivals = now.layout.rival_hours[now.week]
    possible, level, asked = ration(
        now.labour.offered_hours.ravel(),
        pools,
        full,
        rate[at] * working,
        rivals.ravel(),
        _place(now, now.numbers.workforce.rationing, flat),
    )
    share[Cause.LABOUR, at] = working * possible
    craft = CraftWork(at, rows, pools, need)
    return asked.reshape(rivals.shape), level.reshape(rivals.shape), craft


def by_region(pools: IntArray, hours: FloatArray, regions: int) -> FloatArray:
    """Add up craft hours of activities by region, shape (R, 4).

    Parameters
    ----------
    pools : ndarray of int, shape (n, 4)
        Of each craft of each activity, from `Layout.pools_of_phase`.
    hours : ndarray, shape (n, 4)
    regions : int
    """
    return np.bincount(pools.ravel(), hours.ravel(), regions * CRAFTS).reshape(regions, CRAFTS)
