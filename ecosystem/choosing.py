"""What the lab wants and can carry, and how it weighs sites and partners: scores in [0, 1]."""

from math import exp

import numpy as np

from ecosystem.institutions.finance import (
    commitment_room,
    desired_starts,
    expected_revenue,
    surplus_usd,
)
from ecosystem.state import Snapshot
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray


def expected_revenue_usd(now: Snapshot) -> float:
    """Return the yearly revenue that the lab expects at its horizon [USD/yr]."""
    e, c = now.economy, now.numbers.capital
    return expected_revenue(
        e.revenue_usd_per_year,
        e.revenue_growth_per_year,
        c.growth_expected_max,
        c.expectation_years,
    )


def commitment_room_usd(now: Snapshot, expected_usd: float | None = None) -> float:
    """Return the yearly rent that the lab may still sign for [USD/yr].

    `expected_usd`: from :func:`expected_revenue_usd`, where the caller has it already.
    """
    e, c = now.economy, now.numbers.capital
    committed = e.capacity_mw + e.pipeline_mw
    expected = expected_revenue_usd(now) if expected_usd is None else expected_usd
    return float(commitment_room(expected, committed, c.lease_usd_per_mw_year, c.commitment_cover))


def commitment_cover(now: Snapshot, expected_usd: float | None = None) -> float:
    """Return the rent of capacity and pipeline over the revenue that the lab expects."""
    e, c = now.economy, now.numbers.capital
    rent = c.lease_usd_per_mw_year * (e.capacity_mw + e.pipeline_mw)
    expected = expected_revenue_usd(now) if expected_usd is None else expected_usd
    return rent / max(expected, 1.0)


def wanted_mw(now: Snapshot) -> float:
    """Return megawatts to open: the smaller of what demand asks and commitments allow."""
    e, n, c = now.economy, now.numbers.lab, now.numbers.capital
    growth = min(max(e.revenue_growth_per_year, 0.0), c.growth_expected_max)
    use = e.market.adopted_mw * exp(growth * n.plan_years)
    desired = use / (now.numbers.market.target_utilisation * (1 - e.training_share))
    gap = float(desired_starts(desired, e.capacity_mw, e.pipeline_mw, n.pipeline_weight))
    return min(gap, commitment_room_usd(now) / c.lease_usd_per_mw_year)


def room_mw(now: Snapshot) -> FloatArray:
    """Return what clouds, and last the lab itself, may take on, shape (B + 1,).

    The lab's own part follows from its cash beyond a reserve, as equity of what it builds.
    """
    room = np.zeros(len(now.vendors.cloud_room_mw) + 1)
    if now.governance.leases:
        room[:-1] = now.vendors.cloud_room_mw
    if now.governance.builds:
        e, n = now.economy, now.numbers.capital
        ready = e.books.ready_usd.copy()
        outlay = e.outlay_usd_per_week * WEEKS_PER_YEAR
        ready[-1] = surplus_usd(e.cash_usd, outlay, n.reserve_years)
        room[-1] = e.books._replace(ready_usd=ready).room_mw(now.layout, 1.0)[-1]
    return room


def gumbel(draws: FloatArray) -> FloatArray:
    """Return what makes the best of scores a softmax choice (Gumbel-max)."""
    return -np.log(-np.log(np.clip(draws, 1e-12, 1 - 1e-12)))


def site_scores(now: Snapshot, sites: IntArray) -> FloatArray:
    """Return a score for each of some sites: mean of speed, support, cost and concentration."""
    layout, n = now.layout, now.numbers
    region = layout.region_of_site[sites]
    headroom = now.vendors.headroom_mw[region]
    growth = np.maximum(layout.headroom_mw_per_year[region], 1.0)
    wait_weeks = np.maximum(0, layout.site_mw[sites] - headroom) / growth * WEEKS_PER_YEAR
    by_grid = n.delivery.study_weeks + n.delivery.interconnect_weeks + wait_weeks
    weeks = np.where(
        layout.grid_only[sites], by_grid, n.delivery.air_permit_weeks + n.delivery.bridge_weeks
    )
    speed = 1 / (1 + weeks / (2 * WEEKS_PER_YEAR))
    support = (1 + now.society.support[sites]) / 2
    regions = len(now.vendors.headroom_mw)
    in_region = np.bincount(layout.region_of_site, layout.site_mw * now.sites.live, regions)
    concentration = in_region[region] / max(1.0, in_region.sum())
    usd = campus_usd_per_mw(now, sites)
    return (speed + support + usd.min(initial=np.inf) / usd + 1 - concentration) / 4


def campus_usd_per_mw(now: Snapshot, sites: IntArray) -> FloatArray:
    """Return the expected cost of a campus without IT at some sites: plant, wages, land."""
    layout, n = now.layout, now.numbers
    region = layout.region_of_site[sites]
    wage = layout.wage_usd_per_h * now.labour.wage_ratio.mean(axis=1)
    dearer = n.delivery.hours_per_mw * (wage[region] - layout.wage_usd_per_h.mean())
    scarcity = layout.zoned_ha[region] / np.maximum(now.vendors.land_ha[region], 1.0)
    land = n.land.usd_per_ha * np.minimum(
        np.maximum(scarcity, 1.0) ** n.land.price_exponent, n.land.price_cap
    )
    usd = n.capital.campus_usd_per_mw + layout.plant_usd_per_mw[sites] + dearer
    return np.maximum(usd + n.land.ha_per_mw * land, 1.0)


def owner_scores(now: Snapshot, site: int, room_mw: FloatArray) -> FloatArray:
    """Return a score for each cloud: mean of reputation, rent, room and concentration, (B,)."""
    layout, partners = now.layout, now.partnerships
    clouds = layout.world.clouds
    trust = np.array([partners.mean_strength(f"cloud:{c.key}", "contract") for c in clouds])
    rent = layout.rent_of_owner[:-1]
    held = (layout.site_mw * now.sites.live) @ now.sites.owners[:, :-1]
    room = np.minimum(room_mw[:-1] / layout.site_mw[site], 1.0)
    return (trust + rent.min() / rent + room + 1 - held / max(held.sum(), 1.0)) / 4


def builder_scores(now: Snapshot, site: int, spare: FloatArray, trust: FloatArray) -> FloatArray:
    """Return a score for each builder: mean of reputation, free crews and concentration."""
    layout = now.layout
    builder = now.vendors.builder[layout.lead_of_site]
    held = np.bincount(builder, layout.site_mw * now.sites.live, len(trust))
    free = np.clip(spare / layout.sites[site].phases, 0.0, 1.0)
    return (trust + free + 1 - held / max(held.sum(), 1.0)) / 3


def shares(order: IntArray, room_mw: FloatArray, size_mw: float, most: int) -> FloatArray:
    """Share a site out among owners in an order: to the lab, then to one cloud if one carries it.

    Where none can carry what is left alone, several do, each up to his room.

    Parameters
    ----------
    order : ndarray of int
        Owners in the order in which they are asked.
    room_mw : ndarray, shape (B + 1,)
    size_mw : float
    most : int
        Owners, the lab itself not counted, who may share the site.

    Returns
    -------
    ndarray, shape (B + 1,)
        Shares that sum to 1, or to less where they cannot carry it.
    """
    found, own = np.zeros(len(room_mw)), len(room_mw) - 1
    room = room_mw / size_mw
    if own in order:
        found[own] = min(room[own], 1.0)
    clouds = order[order != own]
    enough = clouds[room[clouds] >= 1 - found[own]]
    for cloud in (enough[:1] if enough.size else clouds[:most]).tolist():
        found[cloud] = min(room[cloud], 1 - found.sum())
    return found


def ranked(scores: FloatArray, draws: FloatArray, sharpness: float, able: BoolArray) -> IntArray:
    """Return who is able in the order of a softmax choice."""
    utility = np.where(able, sharpness * scores + gumbel(draws), -np.inf)
    order = np.argsort(-utility, kind="stable")
    return order[: np.count_nonzero(able)]
