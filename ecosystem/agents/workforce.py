"""Craft labour pools."""

from typing import TYPE_CHECKING, Any

from ecosystem.agents.base import Actor, Card
from ecosystem.society.labour import traveller_step, wage_step
from ecosystem.state import Order, Recruit, SetWage, Snapshot

if TYPE_CHECKING:
    from mesa import Model


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
        cell = (slice(r, r + 1), slice(c, c + 1))
        wage, travellers = labour.wage_ratio[cell], labour.travellers[cell]
        offered, required = labour.offered_hours[cell], labour.required_hours[cell]
        if required[0, 0] <= offered[0, 0] and travellers[0, 0] < 1 and wage[0, 0] < 1.001:
            return []
        weeks = self.every_weeks
        wage = wage_step(
            wage,
            offered,
            required,
            wage_response=weeks * n.wage_response,
            wage_return=weeks * n.wage_return,
        )
        travellers = traveller_step(
            travellers,
            labour.journeymen[cell],
            wage,
            offered,
            required,
            traveller_response=weeks * n.traveller_response,
            traveller_exit=weeks * n.traveller_exit,
        )
        return [SetWage(r, c, float(wage[0, 0])), Recruit(r, c, float(travellers[0, 0]))]

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
