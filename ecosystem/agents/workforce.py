"""Craft labour pools."""

from typing import TYPE_CHECKING, Any

from ecosystem.agents.base import Actor, Card
from ecosystem.society.labour import traveller_change, wage_change
from ecosystem.state import Order, Recruit, SetWage, Snapshot

if TYPE_CHECKING:
    from mesa import Model

CRAFTS = ("electrical", "mechanical", "civil", "commissioning")


class Workforce(Actor):
    """One craft in one region: journey workers, travellers, apprentices.

    Senses: hours asked of it and hours that it had. Decides: the wage it asks for, which rises
    with unmet demand and returns slowly; travellers come for the premium and leave when idle.
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
        r, c, labour, n = self.region, self.craft, now.labour, now.numbers.workforce
        offered, required = labour.offered_hours[r, c], labour.required_hours[r, c]
        wage, travellers = labour.wage_ratio[r, c], labour.travellers[r, c]
        if required == 0 and travellers == 0 and abs(wage - 1) < 1e-6:
            return []
        ratio = required / offered if offered > 0 else 2.0
        wage = wage_change(wage, ratio, n.wage_response, n.wage_return, self.every_weeks)
        travellers = traveller_change(
            travellers,
            labour.journeymen[r, c],
            wage,
            ratio,
            n.traveller_response,
            n.traveller_exit,
            self.every_weeks,
        )
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
        )
