"""Craft labour pools."""

from typing import TYPE_CHECKING, Any

from ecosystem.agents.base import Actor, Card
from ecosystem.orders import Order, Recruit, SetWage
from ecosystem.state import Snapshot

if TYPE_CHECKING:
    from mesa import Model


class Workforce(Actor):
    """One craft in one region: journey workers, travellers, apprentices.

    Senses: hours asked of it and hours that it had, and what they do to wages and travel (see
    :func:`ecosystem.schooling.outlook`). Decides: the wage it asks for, which rises with unmet
    demand and returns slowly; whom it draws in, who come for the premium and leave when idle.
    """

    kind = "workforce"
    every_weeks = 4

    def __init__(
        self, model: "Model[Any, Any]", name: str, label: str, region: int, craft: int
    ) -> None:
        super().__init__(model, name, label)
        self.region = region
        self.craft = craft

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the new wage and the change in travellers."""
        r, c, labour = self.region, self.craft, now.labour
        wage, travellers = now.outlook.wage.item(r, c), now.outlook.travellers.item(r, c)
        if wage == labour.wage_ratio.item(r, c) and travellers == labour.travellers.item(r, c):
            return []
        return [SetWage(r, c, wage), Recruit(r, c, travellers)]

    def card(self, now: Snapshot) -> Card:
        """Return heads, hours and wage."""
        r, c, labour = self.region, self.craft, now.labour
        return (
            ("journey workers", f"{labour.journeymen[r, c]:,.0f}"),
            ("travellers", f"{labour.travellers[r, c]:,.0f}"),
            ("hours offered", f"{labour.offered_hours[r, c]:,.0f} h/week"),
            ("hours asked for", f"{labour.required_hours[r, c]:,.0f} h/week"),
            ("wage over its start", f"{labour.wage_ratio[r, c]:.2f}"),
            ("wants", f"a wage of {now.outlook.wage[r, c]:.2f} times its start"),
        )
