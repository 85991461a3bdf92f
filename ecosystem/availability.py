"""What each cause offers to every open activity this week: rationing of scarce stock.

What a cause *would* have offered is recorded even where another cause allows nothing; stock is
used up by realised progress alone.
"""

import numpy as np

from ecosystem.delivery.activities import ACTIVITIES, Activity, Cause
from ecosystem.delivery.record import rate_of
from ecosystem.layout import Layout
from ecosystem.society.labour import Craft, share_alike
from ecosystem.state import Offer, Shocks, Sites, Snapshot, Vendors
from ecosystem.units import BoolArray, FloatArray, IntArray

CAUSES = len(Cause)
CRAFTS = len(Craft)


def _mask(*activities: Activity) -> BoolArray:
    mask = np.zeros(ACTIVITIES, dtype=bool)
    mask[list(activities)] = True
    return mask


A = Activity
BUILDING = _mask(A.SITEWORK, A.SHELL, A.MEP, A.ENERGISE, A.RACKS, A.COMMISSIONING)
NEEDS_CREW = _mask(A.SITEWORK, A.SHELL, A.MEP)
PERMITS = _mask(A.PERMIT, A.AIR_PERMIT)
STOPPED_BY_COURT = BUILDING | PERMITS | _mask(A.INTERCONNECT, A.BRIDGE)
FUNDED = BUILDING | _mask(A.EQUIPMENT, A.CHIPS, A.INTERCONNECT, A.BRIDGE)
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
    Labour is shared alike by all builders of a region (declared choice); equipment slots go by
    the order in which their activities opened; chips are shared alike.
    """
    rows, cols, layout = now.opened.rows, now.opened.cols, now.layout
    site = layout.site_of_phase[rows]
    share = np.ones((len(rows), CAUSES))
    share[:, Cause.COMMUNITY] = _community(now, sites, site, cols)
    share[:, Cause.GRID] = _grid(sites, site, cols)
    share[:, Cause.CAPITAL] = sites.funded[site] | ~FUNDED[cols]
    share[:, Cause.DISRUPTION] = _disruption(now.shocks, layout.region_of_phase[rows], cols)
    share[:, Cause.COORDINATION] = np.where(INTERFACES[cols], now.coordination[site], 1.0)
    _relax(now, site, share)  # before rationing: who works faster asks for more
    waiting = _equipment(now, vendors, share)
    _chips(now, vendors, share)
    required, level, need = _labour(now, vendors, share, hours_per_week, rival_hours)
    _relax(now, site, share)
    offered = share.astype(np.float32)  # as recorded, so that a replay reproduces the run
    return Offer(offered, rate_of(offered), required, level, need, waiting)


def _relax(now: Snapshot, site: IntArray, share: FloatArray) -> None:
    """Let causes hold nothing back where a what-if question says so (in place)."""
    if now.relaxed is not None:
        share[now.relaxed[site]] = 1.0


def _community(now: Snapshot, sites: Sites, site: IntArray, cols: IntArray) -> BoolArray:
    week = now.week
    stopped = sites.stay_until > week
    blocked = (sites.redesign_until > week) | (sites.moratorium_until > week) & ~sites.approved
    unheard = now.gate & ~sites.approved
    at_permit = (blocked | unheard)[site] & (cols == A.PERMIT)
    at_air = blocked[site] & (cols == A.AIR_PERMIT)
    return ~(at_permit | at_air | stopped[site] & STOPPED_BY_COURT[cols])


def _grid(sites: Sites, site: IntArray, cols: IntArray) -> BoolArray:
    unstudied = (cols == A.STUDY) & ~sites.study_started[site]
    return ~(unstudied | (cols == A.INTERCONNECT) & ~sites.headroom_granted[site])


def _disruption(shocks: Shocks, region: IntArray, cols: IntArray) -> FloatArray:
    weather = np.where(OUTDOORS[cols], shocks.weather[region], 1.0)
    return np.where(cols == A.CHIPS, shocks.chips, weather)


def _equipment(now: Snapshot, vendors: Vendors, share: FloatArray) -> float:
    """Fill slots in order of start; return what waits [MW]."""
    at = np.flatnonzero(now.opened.cols == A.EQUIPMENT)
    if not len(at):
        return 0.0
    rows = now.opened.rows[at]
    need = now.layout.phase_mw[rows] * (share[at].min(axis=1) > 0)
    order = np.lexsort((rows, now.progress.start_week[rows, A.EQUIPMENT]))
    ahead = np.empty_like(need)
    ahead[order] = np.cumsum(need[order]) - need[order]
    room = float(vendors.equipment.capacity) - ahead
    granted = np.clip(room / now.layout.phase_mw[rows], 0.0, 1.0)
    share[at, Cause.EQUIPMENT] = granted
    return float((need * (1 - granted)).sum())


def _chips(now: Snapshot, vendors: Vendors, share: FloatArray) -> None:
    at = np.flatnonzero(now.opened.cols == A.CHIPS)
    if len(at):
        rows = now.opened.rows[at]
        need = now.layout.phase_mw[rows] / now.progress.duration_weeks[rows, A.CHIPS]
        supply = np.array([vendors.chips_mw_per_week])
        nobody = np.zeros(len(at), dtype=np.int64)
        need = need * now.opened.span_weeks[at]
        share[at, Cause.CHIPS] = share_alike(supply, nobody, need, share[at].min(axis=1))


def _labour(
    now: Snapshot,
    vendors: Vendors,
    share: FloatArray,
    hours_per_week: FloatArray,
    rival_hours: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share craft hours.

    Return what was asked for and the speed that hours allow, both (R, 4), and the need of each
    activity (n, 4).
    """
    rows, cols, _, span = now.opened
    manned = (vendors.crews[rows] > 0) | ~NEEDS_CREW[cols]
    need = hours_per_week[rows, cols] * now.learning[rows, None]
    cell = by_craft(now.layout.region_of_phase[rows])
    speed = share.min(axis=1) * manned
    full = (need * span[:, None]).ravel()
    quick = np.repeat(speed, CRAFTS)
    required = np.bincount(cell, full * quick, rival_hours.size) + rival_hours.ravel()
    offered = now.labour.offered_hours.ravel()
    level = share_alike(offered, cell, full, quick, rival_hours.ravel())
    possible = np.where(need > 0, level[cell].reshape(need.shape), 1.0).min(axis=1)
    share[:, Cause.LABOUR] = np.where(manned, possible, 0.0)
    return required.reshape(rival_hours.shape), level.reshape(rival_hours.shape), need


def by_craft(region: IntArray) -> IntArray:
    """Return the pool, region by craft, of each craft of each activity, shape (4 n,)."""
    return (region[:, None] * CRAFTS + np.arange(CRAFTS)).ravel()


def by_region(region: IntArray, hours: FloatArray, regions: int) -> FloatArray:
    """Add up craft hours of activities, shape (n, 4), by region, shape (R, 4)."""
    return np.bincount(by_craft(region), hours.ravel(), regions * CRAFTS).reshape(regions, CRAFTS)
