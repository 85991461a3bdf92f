"""Makers of chips and of electrical equipment; contractors."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ecosystem.agents.base import Actor, Card, crews_of
from ecosystem.orders import ExpandChips, ExpandEquipment, Order, Staff, SupplyChips
from ecosystem.state import Snapshot
from ecosystem.units import IntArray

if TYPE_CHECKING:
    from mesa import Model


class ChipMaker(Actor):
    """Shares out its racks among customers, in proportion to order times priority.

    Senses: how reliably the lab has kept its commitments, what customers wait for. Decides: what
    it delivers, its plan and what it added to it; the lab's priority, its standing over that of a
    new customer; to add capacity when the backlog passes a trigger. Prepayment counts as orders
    are served (`availability.py`).
    """

    kind = "chips"
    every_weeks = 4

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the supply of the coming weeks, and an expansion if one is worth it."""
        plant, plan = now.vendors.chips, float(now.layout.chips_mw_per_week[now.week])
        orders: list[Order] = [SupplyChips(plan * float(plant.capacity), self._priority(now))]
        if self._short(now):
            orders.append(ExpandChips())
        return orders

    def _short(self, now: Snapshot) -> bool:
        """Return whether the backlog calls for more capacity than is on its way."""
        trigger = now.numbers.chips.backlog_trigger_weeks
        idle = np.isnan(now.vendors.chips.due_week)
        return bool(idle and now.chips_backlog_weeks > trigger)

    def _priority(self, now: Snapshot) -> float:
        standing = now.partnerships.mean_strength(self.key, "contract")
        ratio = standing / now.numbers.capital.opening_standing
        return ratio**now.numbers.chips.priority_of_standing

    def card(self, now: Snapshot) -> Card:
        """Return supply, backlog and the customer's priority."""
        v, newest = now.vendors, int(now.layout.newest(np.array([now.week]))[0])
        return (
            ("newest racks", now.layout.generations.name[newest]),
            ("racks for all customers", f"{v.chips_mw_per_week:,.0f} MW/week"),
            ("the lab did not get last week", f"{v.chips_waiting_mw:,.0f} MW"),
            ("backlog", f"{now.chips_backlog_weeks:,.0f} weeks of deliveries"),
            ("priority of the lab", f"{v.chips_priority:.2f}"),
            ("capacity over its plan", f"{float(v.chips.capacity):.2f}"),
            ("wants", "more capacity" if self._short(now) else "no more capacity"),
        )


class EquipmentMaker(Actor):
    """Makes transformers and switchgear in a limited number of slots.

    Senses: orders that wait for a slot. Decides: to add capacity when the backlog passes a
    trigger; it comes years later.
    """

    kind = "equipment"
    every_weeks = 4

    def decide(self, now: Snapshot) -> list[Order]:
        """Return an expansion, if one is worth it."""
        return [ExpandEquipment()] if self._short(now) else []

    def _short(self, now: Snapshot) -> bool:
        """Return whether the backlog calls for more slots than are on their way."""
        v = now.vendors
        trigger = now.numbers.equipment.backlog_trigger * float(v.equipment.capacity)
        return bool(np.isnan(v.equipment.due_week) and v.equipment_waiting_mw > trigger)

    def card(self, now: Snapshot) -> Card:
        """Return slots and backlog."""
        v = now.vendors
        return (
            ("slots", f"{float(v.equipment.capacity):,.0f} MW in production at once"),
            ("waiting for a slot", f"{v.equipment_waiting_mw:,.0f} MW"),
            ("expansion under way", "no" if np.isnan(v.equipment.due_week) else "yes"),
            ("wants", "more slots" if self._short(now) else "no more slots"),
        )


class Contractor(Actor):
    """Builds phases with a limited number of crews.

    Senses: which of its phases have work for a crew. Decides: which to man, those under way
    first, then in the order in which they became ready.
    """

    kind = "contractor"
    every_weeks = 4

    def __init__(
        self, model: "Model[Any, Any]", name: str, label: str, crews: float, index: int
    ) -> None:
        super().__init__(model, name, label)
        self.crews = crews
        self.index = index

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the phases to man until the next decision."""
        ready = self._ready(now)
        if not len(ready):
            return []
        limit = crews_of(self.crews, now)
        if len(ready) <= limit:
            return [Staff(tuple(ready.tolist()), ())]
        manned = now.vendors.crews[ready] > 0
        order = np.lexsort((ready, now.ready_week[ready], ~manned))
        queue = [int(p) for p in ready[order]]
        return [Staff(tuple(queue[:limit]), tuple(queue[limit:]))]

    def _ready(self, now: Snapshot) -> IntArray:
        return (now.needs_crew & (now.vendors.builder == self.index)).nonzero()[0]

    def card(self, now: Snapshot) -> Card:
        """Return crews and work."""
        ready = self._ready(now)
        return (
            ("crews", f"{self.crews:.0f} phases at once"),
            ("phases with work", f"{len(ready)}"),
            ("phases manned", f"{int((now.vendors.crews[ready] > 0).sum())}"),
            ("wants", f"crews for {int((now.vendors.crews[ready] <= 0).sum())} phases more"),
            (
                "reputation with the lab",
                f"{now.partnerships.mean_strength(self.key, 'contract'):.2f}",
            ),
        )
