"""Cloud providers and landlords: they build on their own balance sheet and lease to the lab."""

from typing import TYPE_CHECKING, Any

from ecosystem.agents.base import Actor, Card, credibility
from ecosystem.institutions.finance import leverage
from ecosystem.orders import Bid, Order
from ecosystem.state import Snapshot

if TYPE_CHECKING:
    from mesa import Model


class CloudProvider(Actor):
    """Builds on its own balance sheet and leases to the lab.

    Senses: its books as they were closed last, and how the lab has kept its commitments. Decides,
    quarterly: how many more megawatts it would take on. Its backers put in more where the lease
    pays, less where the lab has let them down; lenders lend a share of cost, and nothing new where
    debt is over its limit.
    """

    kind = "cloud"
    every_weeks = 13

    def __init__(self, model: "Model[Any, Any]", name: str, label: str, index: int) -> None:
        super().__init__(model, name, label)
        self.index = index

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the room on its balance sheet."""
        return [Bid(self.index, self._room_mw(now))]

    def _room_mw(self, now: Snapshot) -> float:
        if not now.layout.takes_new[self.index]:
            return 0.0
        trust = credibility(now, self.key)
        return float(now.economy.books.room_mw(now.layout, trust)[self.index])

    def card(self, now: Snapshot) -> Card:
        """Return the balance sheet."""
        books, i = now.economy.books, self.index
        return (
            ("book value", f"{books.assets_usd[i] / 1e9:,.1f} bn USD"),
            ("debt", f"{books.debt_usd[i] / 1e9:,.1f} bn USD at {books.rate[i]:.1%} (real)"),
            ("leverage", f"{leverage(books.debt_usd, books.assets_usd)[i]:.0%} of book value"),
            ("equity still to be had", f"{books.ready_usd[i] / 1e9:,.1f} bn USD"),
            ("still to be spent", f"{books.unspent_usd[i] / 1e9:,.1f} bn USD"),
            ("interest of the quarter", f"{books.interest_usd[i] / 1e9:,.2f} bn USD"),
            ("paid to its backers", f"{books.distributed_usd[i] / 1e9:,.2f} bn USD"),
            ("wants to take on", f"{self._room_mw(now):,.0f} MW"),
            ("trust in the lab", f"{now.partnerships.mean_strength(self.key, 'contract'):.2f}"),
        )
