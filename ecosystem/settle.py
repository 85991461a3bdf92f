"""From wishes to deals: who is heard, studied, staffed, supplied and paid.

Orders are sorted by what they are about, never by who came first, and chance is keyed by site
and occasion; the order in which agents were asked cannot matter.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ecosystem.availability import Supply
from ecosystem.deals import Deals, Offer
from ecosystem.docket import Docket, Wishes
from ecosystem.institutions.backlog import Plant, expand
from ecosystem.orders import (
    Announce,
    AwaitGeneration,
    Bid,
    ExpandChips,
    ExpandEquipment,
    GrantHeadroom,
    Invest,
    Order,
    PayOut,
    Recruit,
    SetWage,
    Split,
    Staff,
    SupplyChips,
    SwitchBuilder,
)
from ecosystem.state import Labour, Sites, Snapshot, Vendors
from ecosystem.streams import Streams
from ecosystem.units import BoolArray, FloatArray


class Decided(NamedTuple):
    """What institutions and vendors have decided in a week, before scarce stock is shared out."""

    now: Snapshot
    wishes: Wishes
    docket: "Docket"
    given_up: BoolArray | None
    land_usd: FloatArray
    vendors: Vendors
    sites: Sites


def decided(orders: Iterable[Order], now: Snapshot, streams: Streams) -> Decided:
    """Decide about sites, vendors and land; arguments as for :func:`settle`."""
    wishes = Wishes(orders)
    docket = Docket(now, streams)
    if wishes.kinds:  # most weeks nobody wishes for anything
        docket.decide(wishes)
    given_up = docket.give_up(wishes)
    if SwitchBuilder in wishes.kinds:
        docket.switch(wishes)
    land = docket.take_land()
    vendors = _vendors(wishes, now, docket, land.left_ha)
    return Decided(now, wishes, docket, given_up, land.usd, vendors, docket.sites())


def settled(week: Decided, offer: Offer) -> Deals:
    """Return the deals of a week; `offer` is what causes offer to open activities."""
    wishes, docket, economy = week.wishes, week.docket, week.now.economy
    split = wishes.of(Split)
    invest, payout = wishes.of(Invest), wishes.of(PayOut)
    return Deals(
        sites=week.sites,
        labour=_wages(wishes, week.now.labour),
        vendors=week.vendors,
        offer=offer,
        contacts=docket.contacts,
        breaches=docket.breaches,
        given_up=week.given_up,
        resold=docket.resold,
        awaiting=tuple(wishes.of(AwaitGeneration)),
        training_share=split[0].training_share if split else economy.training_share,
        equity_usd_per_week=invest[0].usd_per_week if invest else economy.equity_usd_per_week,
        payout_usd_per_week=payout[0].usd_per_week if payout else economy.payout_usd_per_week,
        land_usd=week.land_usd,
        exit_fees_usd=docket.exit_fees_usd,
        lease_fees_usd=docket.lease_fees_usd,
        news=tuple(docket.news),
    )


def settle(orders: Iterable[Order], now: Snapshot, streams: Streams, supply: Supply) -> Deals:
    """Decide who gets what this week.

    Parameters
    ----------
    orders : iterable of Order
        Wishes of all agents, in any order.
    now : Snapshot
        Start of the week.
    streams : Streams
        Chance.
    supply : Supply
        Rations what is scarce among the open activities.
    """
    week = decided(orders, now, streams)
    return settled(week, supply.offer(now, week.sites, week.vendors))


def _wages(wishes: Wishes, labour: Labour) -> Labour:
    """Apply the wages that pools ask for and the travellers whom they draw."""
    asked = wishes.of(SetWage)
    if not asked:
        return labour
    wage, travellers = labour.wage_ratio.copy(), labour.travellers.copy()
    for order in asked:
        wage[order.region, order.craft] = order.wage_ratio
    for order in wishes.of(Recruit):
        travellers[order.region, order.craft] = order.travellers
    return labour._replace(wage_ratio=wage, travellers=travellers)


def expanded(now: Snapshot, waiting_mw: float) -> Plant:
    """Return the equipment makers' plant after this week's expansion, finished or decided."""
    n = now.numbers.equipment
    return expand(
        now.vendors.equipment,
        waiting_mw,
        now.week,
        backlog_trigger=n.backlog_trigger,
        expansion_weeks=n.expansion_weeks,
        expansion_step=n.expansion_step,
    )


def expanded_chips(now: Snapshot) -> Plant:
    """Return the chip maker's capacity over its plan after this week's expansion."""
    n = now.numbers.chips
    return expand(
        now.vendors.chips,
        now.chips_backlog_weeks * float(now.vendors.chips.capacity),
        now.week,
        backlog_trigger=n.backlog_trigger_weeks,
        expansion_weeks=n.expansion_weeks,
        expansion_step=n.expansion_step,
    )


def _vendors(wishes: Wishes, now: Snapshot, docket: Docket, land_ha: FloatArray) -> Vendors:
    """Apply what vendors, builders and grids decided."""
    vendors, layout = now.vendors, now.layout
    changes: dict[str, Any] = {"land_ha": land_ha}
    if not wishes.kinds and now.week < vendors.expansion_due:
        return vendors if land_ha is vendors.land_ha else vendors._replace(**changes)
    if supply := wishes.of(SupplyChips):
        changes["chips_mw_per_week"] = sum(order.mw for order in supply)
        changes["chips_priority"] = supply[0].priority
    if wishes.of(ExpandChips) or vendors.chips.due_week <= now.week:
        changes["chips"] = expanded_chips(now)
    if wishes.of(ExpandEquipment) or vendors.equipment.due_week <= now.week:
        changes["equipment"] = expanded(now, vendors.equipment_waiting_mw)
    if staff := wishes.of(Staff):
        crews = vendors.crews.copy()
        for order in staff:
            crews[list(order.idle)] = 0.0
            crews[list(order.phases)] = 1.0
        changes["crews"] = crews
    bids, opened = wishes.of(Bid), wishes.of(Announce)
    if bids or opened:
        room = vendors.cloud_room_mw.copy()
        for order in bids:
            room[order.cloud] = order.mw
        for order in opened:  # the bids of this week do not know of it
            room -= layout.site_mw[order.site] * np.array(order.owners[:-1])
        changes["cloud_room_mw"] = np.maximum(room, 0.0)
    if grants := wishes.of(GrantHeadroom):
        headroom = vendors.headroom_mw.copy()
        for order in grants:
            if not now.sites.non_firm[order.site]:
                headroom[layout.region_of_site[order.site]] -= layout.site_mw[order.site]
        changes["headroom_mw"] = headroom
    if docket.builder is not None:
        changes["builder"] = docket.builder
    return vendors._replace(**changes)
