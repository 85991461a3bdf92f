"""What comes of the wishes of a week: offers, news and deals, shapes as in `state`."""

from typing import NamedTuple

from ecosystem.delivery.record import Availability
from ecosystem.orders import AwaitGeneration
from ecosystem.state import Labour, Sites, Vendors
from ecosystem.units import BoolArray, FloatArray, IntArray


class CraftWork(NamedTuple):
    """The m open activities that crafts work on.

    Attributes
    ----------
    at, rows : ndarray of int, shape (m,)
        Which of the open activities they are, and their phases.
    pools : ndarray of int, shape (m, 4)
        Labour pool of each craft, from `Layout.pools_of_phase`.
    need_hours : ndarray, shape (m, 4)
        Craft hours of each per week of its work.
    """

    at: IntArray
    rows: IntArray
    pools: IntArray
    need_hours: FloatArray


class Offer(NamedTuple):
    """What every cause offered to the open activities, and what came of it.

    Attributes
    ----------
    availability : ndarray of float32, shape (n, 8)
        Share of full speed that each cause allows.
    rate : ndarray, shape (n,)
        The minimum over causes: progress this week.
    required_hours : ndarray, shape (R, 4)
        Craft hours that all builders ask for.
    labour_level : ndarray, shape (R, 4)
        Share of full speed that the pools allow.
    craft : CraftWork
        Which of the open activities are craft work, and what they need.
    equipment_waiting_mw : float
        Orders that found no slot.
    chips_waiting_mw, rival_chips_mw : float
        Racks that the lab asked for this week and did not get; what others wait for.
    reserved_share : ndarray, shape (n,)
        Share of a slot that each of `Snapshot.reserving` has.
    """

    availability: Availability
    rate: FloatArray
    required_hours: FloatArray
    labour_level: FloatArray
    craft: CraftWork
    equipment_waiting_mw: float
    chips_waiting_mw: float
    rival_chips_mw: float
    reserved_share: FloatArray


class News(NamedTuple):
    """An event of the week, for the record."""

    kind: str
    site: int
    agent: str
    text: str


class Deals(NamedTuple):
    """Who gets what this week: the outcome of settlement.

    Attributes
    ----------
    contacts, breaches : ndarray, shape (S,)
        Contact events with the host community this week, and how badly it was let down.
    given_up : ndarray of bool, shape (P,), optional
        Phases that end this week; None where there are none.
    awaiting : tuple of AwaitGeneration
        Orders of racks that are put off.
    resold : ndarray of bool, shape (P,)
        Those of them that go to another tenant.
    land_usd : ndarray, shape (S,)
        What owners paid for land.
    exit_fees_usd, lease_fees_usd : float, ndarray of shape (S,)
        What the lab paid to builders who left, and to landlords whom it left.
    payout_usd_per_week : float
        What the lab pays out.
    """

    sites: Sites
    labour: Labour
    vendors: Vendors
    offer: Offer
    contacts: FloatArray
    breaches: FloatArray
    given_up: BoolArray | None
    resold: BoolArray
    awaiting: tuple[AwaitGeneration, ...]
    training_share: float
    equity_usd_per_week: float
    payout_usd_per_week: float
    land_usd: FloatArray
    exit_fees_usd: float
    lease_fees_usd: FloatArray
    news: tuple[News, ...]
