"""What each cause offers to every open activity this week: rationing of scarce stock.

What a cause *would* have offered is recorded even where another cause allows nothing; stock is
used up by realised progress alone.
"""

import numpy as np

from ecosystem.delivery.activities import ACTIVITIES, Activity, Cause
from ecosystem.delivery.progress import DONE_WEEKS
from ecosystem.delivery.record import rate_of
from ecosystem.institutions.backlog import allocate
from ecosystem.layout import Layout
from ecosystem.rationing import Rule, queue_place, ration
from ecosystem.society.labour import Craft
from ecosystem.state import MADE, NEEDS_CREW, Offer, Shocks, Sites, Snapshot, Vendors
from ecosystem.units import BoolArray, FloatArray, IntArray
from ecosystem.venues import held

CAUSES = len(Cause)
CRAFTS = len(Craft)


def _mask(*activities: Activity) -> BoolArray:
    mask = np.zeros(ACTIVITIES, dtype=bool)
    mask[list(activities)] = True
    return mask


A = Activity
IS = np.eye(ACTIVITIES, dtype=bool)
"""Row by row, which activity is which: ``IS[a][cols]`` is quicker than ``cols == a``."""
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


def offer(
    now: Snapshot,
    sites: Sites,
    vendors: Vendors,
    hours_per_week: FloatArray,
    rival_hours: FloatArray,
) -> Offer:
    """Ration everything that is scarce among the open activities.

    Parameters
    ----------
    now : Snapshot
        Start of the week.
    sites, vendors : Sites, Vendors
        After this week's decisions of institutions and vendors.
    hours_per_week : ndarray, shape (P, A, 4)
        Craft hours at full speed, from :func:`craft_hours`.
    rival_hours : ndarray, shape (R, 4)
        Craft hours that other builders ask for.

    Returns
    -------
    Offer

    Notes
    -----
    Craft hours, equipment slots and racks are rationed by the rule that the world declares for
    each (`numbers.workforce.rationing` and so on). Rivals share hours alike with all; slots that
    they hold are not there.
    """
    rows, cols, layout = now.opened.rows, now.opened.cols, now.layout
    site = layout.site_of_phase[rows]
    share = np.ones((CAUSES, len(rows)))  # causes first: each is one stretch of memory
    share[Cause.COMMUNITY] = _community(now, sites, site, cols)
    share[Cause.GRID] = _grid(sites, site, cols, now.week)
    share[Cause.CAPITAL] = sites.funded[site] | UNFUNDED[cols]
    if not now.shocks.calm:
        share[Cause.DISRUPTION] = _disruption(now.shocks, layout, rows, cols)
    if now.outages is not None:
        share[Cause.DISRUPTION] *= now.outages.left(now.week, vendors.builder, rows, cols)
    share[Cause.COORDINATION] = _coordination(now, sites, site, cols)
    _relax(now, site, share)  # before rationing: who works faster asks for more
    rate = np.minimum.reduce(share)
    waiting, reserved = _equipment(now, vendors, share, rate)
    short, others = _chips(now, vendors, share, rate)
    required, level, need = _labour(now, vendors, share, rate, hours_per_week, rival_hours)
    _relax(now, site, share)
    offered = share.T.astype(np.float32)  # as recorded, so that a replay reproduces the run
    paced = rate_of(offered)
    return Offer(offered, paced, required, level, need, waiting, short, others, reserved)


def _relax(now: Snapshot, site: IntArray, share: FloatArray) -> None:
    """Let causes hold nothing back where a what-if question says so (in place)."""
    if now.relaxed is not None:
        share[now.relaxed[site].T] = 1.0


def _community(now: Snapshot, sites: Sites, site: IntArray, cols: IntArray) -> BoolArray:
    week = now.week
    stopped = sites.stay_until > week
    unapproved = ~sites.approved
    blocked = (sites.redesign_until > week) | (sites.moratorium_until > week) & unapproved
    at_permit = (blocked | now.gate & unapproved)[site] & IS[A.PERMIT][cols]
    at_air = blocked[site] & IS[A.AIR_PERMIT][cols]
    unzoned = ~sites.land_granted[site] & IS[A.LAND][cols]
    free = ~(at_permit | at_air | unzoned | stopped[site] & STOPPED_BY_COURT[cols])
    if now.upstream is not None:
        free &= ~held(sites, now.upstream, week)[site, cols]
    return free


def _grid(sites: Sites, site: IntArray, cols: IntArray, week: int) -> BoolArray:
    studied = sites.study_started & (sites.restudy_until <= week)
    unstudied = IS[A.STUDY][cols] & ~studied[site]
    return ~(unstudied | IS[A.INTERCONNECT][cols] & ~sites.headroom_granted[site])


def _coordination(now: Snapshot, sites: Sites, site: IntArray, cols: IntArray) -> FloatArray:
    friction = np.where(INTERFACES[cols], now.coordination[site], 1.0)
    switching = sites.switching_until > now.week
    if not np.count_nonzero(switching):
        return friction
    return np.where(switching[site] & (cols == A.SITEWORK), 0.0, friction)


def _disruption(shocks: Shocks, layout: Layout, rows: IntArray, cols: IntArray) -> FloatArray:
    """Return what storms leave of outdoor work, and outages of what makers deliver.

    Others take over what they can once they are found.
    """
    left = np.where(OUTDOORS[cols], shocks.weather[layout.region_of_phase[rows]], 1.0)
    for activity, lost, since in zip(MADE, shocks.lost, shocks.since, strict=True):
        if lost == 0:
            continue
        at = IS[activity][cols].nonzero()[0]
        found = since >= layout.switching_weeks[rows[at]]
        left[at] *= 1 - lost * (1 - layout.substitutability[rows[at]] * found)
    return left


def _place(now: Snapshot, rule: Rule, flat: IntArray) -> IntArray | None:
    """Return the class in which open activities (`Opened.flat`) are served; None: all alike."""
    if rule == "equal_share":
        return None
    return queue_place(rule, now.critical.ravel()[flat], now.progress.start_week.ravel()[flat])


def _equipment(
    now: Snapshot, vendors: Vendors, share: FloatArray, rate: FloatArray
) -> tuple[float, FloatArray]:
    """Fill slots, which lowers `rate`; return what waits [MW] and the share of who reserved.

    Equipment made ahead of its order has had its slot for longer than any that is ordered now,
    so it comes first, whatever the rule.
    """
    at = IS[A.EQUIPMENT][now.opened.cols].nonzero()[0]
    mw, ahead = now.layout.phase_mw[now.opened.rows[at]], now.layout.phase_mw[now.reserving]
    rival_mw = min(float(now.layout.rival_slots_mw[now.week]), float(vendors.equipment.capacity))
    slots = float(vendors.equipment.capacity) - rival_mw
    made_ahead = float(np.add.reduce(ahead))
    reserved = np.full(len(ahead), min(1.0, slots / made_ahead) if made_ahead > 0 else 1.0)
    left = np.array([max(slots - made_ahead, 0.0)])
    need = mw * (rate[at] > 0)
    if float(np.add.reduce(need)) <= left[0]:
        return 0.0, reserved
    rule, nobody = now.numbers.equipment.rationing, np.zeros(1)
    pool = np.zeros((len(at), 1), dtype=np.int64)
    # a slot is held for the whole week, whatever else slows the work
    granted = ration(
        left, pool, need[:, None], np.ones(len(at)), nobody, _place(now, rule, now.opened.flat[at])
    ).share
    share[Cause.EQUIPMENT, at] = granted
    rate[at] = np.minimum(rate[at], granted)
    return float(np.add.reduce(need * (1 - granted))), reserved


def _chips(
    now: Snapshot, vendors: Vendors, share: FloatArray, rate: FloatArray
) -> tuple[float, float]:
    """Ration racks among customers, then among sites, which lowers `rate`.

    Return what the lab did not get this week and what others wait for by now [MW].
    """
    n, week = now.numbers.chips, now.week
    at = IS[A.CHIPS][now.opened.cols].nonzero()[0]
    rows = now.opened.rows[at]
    lead = now.progress.duration_weeks[rows, A.CHIPS]
    need = now.layout.phase_mw[rows] / np.maximum(lead, DONE_WEEKS) * now.opened.span_weeks[at]
    paced = need * rate[at]
    own = float(np.add.reduce(paced))
    waiting = vendors.rival_chips_mw
    # what others wait for is asked for again, spread over a usual delivery
    others = now.layout.rival_chips_mw[week] + waiting / now.layout.base_weeks[A.CHIPS]
    priority = _chips_priority(now, vendors, rows, paced, own)
    granted, served = allocate(vendors.chips_mw_per_week, (own, others), (priority, 1.0))
    left = waiting + now.layout.rival_chips_mw[week] - served
    left = max(left, 0.0) * (1 - 1 / n.rival_patience_weeks)
    if granted >= own:
        return 0.0, left
    supply, rule = np.array([granted]), n.rationing
    pool = np.zeros((len(at), 1), dtype=np.int64)
    place = _place(now, rule, now.opened.flat[at])
    possible = ration(supply, pool, need[:, None], rate[at], np.zeros(1), place).share
    share[Cause.CHIPS, at] = possible
    rate[at] = np.minimum(rate[at], possible)
    return own - granted, left


def _chips_priority(
    now: Snapshot, vendors: Vendors, rows: IntArray, paced: FloatArray, own: float
) -> float:
    """Return the lab's priority with the chip maker: its standing, and what it pays in advance."""
    if "chips_prepaid_share" not in now.levers.used or own <= 0:
        return vendors.chips_priority
    prepaid = now.levers.chips_prepaid_share[now.layout.site_of_phase[rows]]
    mean = float(paced @ prepaid) / own
    return vendors.chips_priority * (1 + now.numbers.chips.priority_of_prepayment * mean)


def _labour(
    now: Snapshot,
    vendors: Vendors,
    share: FloatArray,
    rate: FloatArray,
    hours_per_week: FloatArray,
    rival_hours: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share craft hours among activities that go at `rate` for all other causes.

    Return what was asked for and the speed that hours allow, both (R, 4), and the need of each
    activity (n, 4).
    """
    rows, cols, flat, span = now.opened
    manned = (vendors.crews[rows] > 0) | NEEDS_NO_CREW[cols]
    need = hours_per_week.reshape(-1, CRAFTS)[flat]
    need *= now.learning[rows, None]
    pools, full = now.layout.pools_of_phase[rows], need * span[:, None]
    speed, rivals, offered = rate * manned, rival_hours.ravel(), now.labour.offered_hours.ravel()
    place = _place(now, now.numbers.workforce.rationing, flat)
    possible, level, asked = ration(offered, pools, full, speed, rivals, place)
    share[Cause.LABOUR] = manned * possible
    return asked.reshape(rival_hours.shape), level.reshape(rival_hours.shape), need


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
