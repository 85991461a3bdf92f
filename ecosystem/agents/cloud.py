"""Cloud providers and landlords: they build on their own balance sheet and lease to the lab."""

from typing import TYPE_CHECKING, Any

from ecosystem.agents.base import Actor, Card
from ecosystem.delivery.ladder import Rung
from ecosystem.state import Bid, Order, Snapshot

if TYPE_CHECKING:
    from mesa import Model


class CloudProvider(Actor):
    """Builds on its own balance sheet and leases to the lab.

    Senses: what it has under construction and how the lab has kept its commitments. Decides: how
    many more megawatts it would take on this quarter.
    """

    kind = "cloud"
    every_weeks = 13

    def __init__(
        self, model: "Model[Any, Any]", name: str, label: str, index: int, build_mw: float
    ) -> None:
        super().__init__(model, name, label)
        self.index = index
        self.build_mw = build_mw

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the room on its balance sheet."""
        standing = now.partnerships.mean_strength(self.key, "contract")
        appetite = self.build_mw * min(1.0, standing / now.numbers.capital.opening_standing)
        return [Bid(self.index, max(0.0, appetite - self._building_mw(now)))]

    def _building_mw(self, now: Snapshot) -> float:
        own = now.layout.cloud_of_phase == self.index
        under_way = now.pending & (now.state < Rung.COMMISSIONED)
        return float(now.layout.phase_mw[own & under_way].sum())

    def card(self, now: Snapshot) -> Card:
        """Return the balance sheet in megawatts."""
        return (
            ("would build at once", f"{self.build_mw:,.0f} MW"),
            ("announced or under construction", f"{self._building_mw(now):,.0f} MW"),
            ("trust in the lab", f"{now.partnerships.mean_strength(self.key, 'contract'):.2f}"),
        )
