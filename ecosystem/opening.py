"""The world as it stands at week 0: dated history, pools, vendors, money."""

from dataclasses import fields

import numpy as np
from scipy.stats import norm

from ecosystem import market
from ecosystem.cluster.chain import Flows
from ecosystem.delivery.activities import ACTIVITIES, Activity, durations, planned_weeks
from ecosystem.delivery.progress import Progress, begin
from ecosystem.institutions.backlog import Plant
from ecosystem.institutions.finance import borrowing_rate
from ecosystem.institutions.permits import next_venue
from ecosystem.layout import Layout
from ecosystem.market import MarketRules
from ecosystem.numbers import Delivery
from ecosystem.numbers import Market as MarketNumbers
from ecosystem.scenario import Plant as OnSite
from ecosystem.society.labour import Craft, offered_hours, start_apprentices
from ecosystem.state import Books, Economy, Labour, Sites, Vendors
from ecosystem.streams import Streams
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray
from ecosystem.venues import Design, needed, open_at_start

PHASES_AT_MOST = 128
PACED = [
    Activity.INTERCONNECT,
    Activity.BRIDGE,
    Activity.EQUIPMENT,
    Activity.SITEWORK,
    Activity.SHELL,
    Activity.MEP,
    Activity.ENERGISE,
    Activity.RACKS,
    Activity.COMMISSIONING,
]
"""What goes at the pace of the builder: his own work and what he has on order."""


def medians(layout: Layout) -> FloatArray:
    """Return the median work of every activity, shape (P, A).

    A site may state its connection time; power on site and cooling have theirs by kind.
    """
    n, options = layout.world.numbers.delivery, layout.world.numbers.options
    base = np.tile(layout.base_weeks, (layout.phases, 1))
    for i, site in enumerate(layout.sites):
        own = layout.site_of_phase == i
        if site.interconnect_weeks is not None:
            scale = n.interconnect_weeks / Delivery().interconnect_weeks
            base[own, Activity.INTERCONNECT] = site.interconnect_weeks * scale
        base[own, Activity.BRIDGE], base[own, Activity.AIR_PERMIT] = plant_weeks(layout, site.plant)
        if site.cooling == "closed":
            base[own, Activity.DESIGN] += options.closed_loop_design_weeks
    return planned_weeks(layout.network, base, n.later_phase_share)


def pace(layout: Layout, streams: Streams) -> tuple[FloatArray, FloatArray]:
    """Return the time that each builder takes over the usual one, as it is and as is known, (B,).

    Where it is not on record it is drawn once a run, and plans reckon with the usual one.
    """
    firms = layout.world.contractors
    known = np.array([1.0 if firm.pace is None else firm.pace for firm in firms])
    recorded = np.array([firm.pace is not None for firm in firms])
    z = norm.ppf(streams.rows("pace of a builder", 0, len(firms)))
    drawn = np.exp(layout.world.numbers.delivery.sigma_builder * z)
    return np.where(recorded, known, drawn), known


def plant_weeks(layout: Layout, plant: OnSite) -> tuple[float, float]:
    """Return the median weeks to build a kind of power on site, and those of its air permit."""
    n, options = layout.world.numbers.delivery, layout.world.numbers.options
    if plant == "engines":
        return n.bridge_weeks, n.air_permit_weeks
    kind = options.model_dump(include={f"{plant}_weeks", f"{plant}_air_weeks"})
    return kind[f"{plant}_weeks"], kind[f"{plant}_air_weeks"]


def closed_loop_factor(layout: Layout, streams: Streams) -> FloatArray:
    """Return what a closed loop would do to the commissioning of each phase, shape (P,)."""
    slots = layout.site_of_phase * PHASES_AT_MOST + layout.number
    z = norm.ppf(streams.uniform("work", ACTIVITIES, slots))
    return np.exp(layout.world.numbers.options.closed_loop_sigma * z)


def work(layout: Layout, planned: FloatArray, streams: Streams) -> FloatArray:
    """Return the work that every activity turns out to need, shape (P, A).

    Draws are keyed by site and by the number of the phase at its site.
    """
    n = layout.world.numbers.delivery
    count = len(layout.sites)
    slots = layout.site_of_phase * PHASES_AT_MOST + layout.number
    z = np.stack([streams.uniform("work", a, slots) for a in range(ACTIVITIES)], axis=1)
    site = streams.rows("work of a site", 0, count)[layout.site_of_phase]
    region = streams.rows("work of a region", 0, len(layout.world.regions))[layout.region_of_phase]
    spread = durations(
        layout.network,
        np.ones(ACTIVITIES),
        1.0,
        (n.sigma_activity, n.sigma_site, n.sigma_region),
        norm.ppf(z),
        norm.ppf(site),
        norm.ppf(region),
    )
    return planned * spread


def history(layout: Layout, duration_weeks: FloatArray) -> tuple[Progress, FloatArray]:
    """Return progress by the dated records, and the weeks before which work may not start.

    What started before week 0 went on at full rate since; what starts later starts then.
    """
    past = layout.started < 0
    started = np.where(past, layout.started, np.nan)
    later = np.where(np.isnan(layout.started) | past, -np.inf, layout.started)
    worked = np.where(past, np.minimum(-layout.started, duration_weeks), 0.0)
    progress = begin(layout.network, duration_weeks, started, layout.finished, worked)
    return progress, np.maximum(layout.not_before, later)


def sites(layout: Layout) -> Sites:
    """Return the sites: announced are those whose date has passed."""
    count = len(layout.sites)
    lead = layout.lead_of_site
    connected = np.isfinite(layout.started[lead, Activity.INTERCONNECT])
    studied = np.isfinite(layout.finished[lead, Activity.STUDY]) | connected
    past = np.full(count, -np.inf)
    firm = np.zeros(count, dtype=bool)
    needs = needed(layout, Design(layout.plant, layout.closed_loop, firm))
    open_venues = open_at_start(layout, needs)
    return Sites(
        announced_week=np.full(count, np.nan),
        live=np.zeros(count, dtype=bool),
        withdrawn=np.zeros(count, dtype=bool),
        approved=np.isfinite(layout.finished[lead, Activity.PERMIT]),
        open_venues=open_venues,
        venue_until=np.full(open_venues.shape, -np.inf),
        campaign=first_venue(layout, open_venues),
        moves=np.zeros(count, dtype=np.int64),
        denials=np.zeros(count, dtype=np.int64),
        redesign_until=past,
        stay_until=past,
        moratorium_until=past,
        study_started=studied,
        restudy_until=past,
        headroom_granted=connected,
        agreement_week=np.full(count, np.nan),
        agreed_share=np.zeros(count),
        agreed_binding=np.zeros(count),
        offer_level=np.zeros(count),
        redesigned_week=np.full(count, np.nan),
        funded=np.ones(count, dtype=bool),
        land_granted=layout.land_on_record,
        closed_loop=layout.closed_loop,
        plant=layout.plant,
        non_firm=firm,
        switching_until=past,
        owners=layout.listed_owners,
    )


def first_venue(layout: Layout, open_venues: BoolArray) -> IntArray:
    """Return where opponents begin: at zoning, or upstream where that is on record, shape (S,)."""
    zoned = np.isfinite(layout.finished[layout.lead_of_site, Activity.PERMIT])
    undecided = np.column_stack([~zoned, open_venues])
    return next_venue(np.full(len(zoned), -1), undecided)


def labour(layout: Layout) -> Labour:
    """Return the craft pools: journey workers at home, nobody in training."""
    n = layout.world.numbers.workforce
    heads = layout.journeymen
    none = np.zeros_like(heads)
    empty = start_apprentices(none, round(n.apprentice_weeks), n.completion)
    return Labour(
        journeymen=heads,
        travellers=none,
        apprentices=empty,
        prepared=empty,
        upskilled=none,
        wage_ratio=np.ones_like(heads),
        offered_hours=offered_hours(heads, none, none, n.hours_per_worker_week),
        required_hours=none,
    )


def vendors(layout: Layout) -> Vendors:
    """Return makers, builders and grids; connections on record have used headroom already."""
    n = layout.world.numbers
    regions = layout.world.regions
    headroom = n.grid.headroom_factor * np.array([r.headroom_mw for r in regions])
    connected = layout.site_mw * sites(layout).headroom_granted * ~layout.islanded
    headroom -= np.bincount(layout.region_of_site, connected, len(regions))
    return Vendors(
        equipment=Plant(np.asarray(n.equipment.slots_mw), np.asarray(np.nan)),
        equipment_waiting_mw=0.0,
        chips=Plant(np.asarray(1.0), np.asarray(np.nan)),
        chips_mw_per_week=float(layout.chips_mw_per_week[0]),
        chips_priority=1.0,
        chips_waiting_mw=0.0,
        rival_chips_mw=0.0,
        headroom_mw=np.maximum(headroom, 0.0),
        held_mw=layout.usually_held_mw,
        land_ha=layout.zoned_ha,
        rivals_waiting_mw=np.zeros(len(regions)),
        crews=np.ones(layout.phases),
        builder=layout.contractor_of_site[layout.site_of_phase],
        cloud_room_mw=books(layout).room_mw(layout, 1.0)[: layout.own],
    )


def books(layout: Layout) -> Books:
    """Return the balance sheets: nothing built, backers ready; the lab puts in what cash it has."""
    n = layout.world.numbers.capital
    equity = [n.equity_factor * cloud.equity_usd for cloud in layout.world.clouds]
    none = np.zeros(len(equity) + 1)
    return Books(
        assets_usd=none,
        debt_usd=none,
        ready_usd=np.array([*equity, 0.0]),
        unspent_usd=none,
        rate=borrowing_rate(none, none, layout.terms),
        built_usd=none,
        interest_usd=none,
        distributed_usd=none,
    )


def market_rules(numbers: MarketNumbers) -> MarketRules:
    """Return the rules of the market; how the lab divides its compute is not one of them."""
    return MarketRules(**numbers.model_dump(include={f.name for f in fields(MarketRules)}))


def economy(layout: Layout, rules: MarketRules, flows: Flows) -> Economy:
    """Return market and money; `flows` is what the capacity at week 0 can do."""
    n = layout.world.numbers
    opening = market.opening(rules, flows.training_flop_per_s, flows.inference_mw)
    capacity = float(layout.installed_base_mw[0].sum())
    return Economy(
        market=opening,
        training_share=n.lab.training_share_2025,
        latency_factor=1.0,
        efficiency_ratio=1.0,
        inference_mw=flows.inference_mw,
        revenue_usd_per_year=opening.adopted_mw * opening.price_usd_per_mw_year,
        revenue_growth_per_year=n.capital.growth_expected_max,
        cash_usd=n.capital.opening_cash_usd,
        equity_usd_per_week=0.0,
        outlay_usd_per_week=(
            capacity * n.capital.lease_usd_per_mw_year + n.capital.fixed_usd_per_year
        )
        / WEEKS_PER_YEAR,
        capacity_mw=capacity,
        pipeline_mw=0.0,
        payout_usd_per_week=0.0,
        books=books(layout),
    )


def regions_by_craft(layout: Layout) -> list[tuple[int, int, str, str]]:
    """Return index, index, key and label of every labour pool."""
    return [
        (r, int(c), f"{region.key}.{c.name.lower()}", f"{c.name.lower()} trades, {region.name}")
        for r, region in enumerate(layout.world.regions)
        for c in Craft
    ]
