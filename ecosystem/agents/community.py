"""Host communities."""

from typing import TYPE_CHECKING, Any

from ecosystem.agents.base import Actor, Card
from ecosystem.delivery.ladder import Rung
from ecosystem.orders import Accept, CallMoratorium, Order, Press, Sue
from ecosystem.state import Snapshot

if TYPE_CHECKING:
    from mesa import Model

LICENCE = ("withheld", "accepted", "approved", "identified")

_WISHES = {
    Accept: "to sign the agreement on offer",
    CallMoratorium: "a moratorium",
    Press: "the developer to withdraw",
    Sue: "a court to stop work",
}


class Community(Actor):
    """Households around a site, who may organise for or against it.

    Senses: its own opinion, trust and mobilisation, where the site stands, what is offered.
    Decides: to sign a negotiated agreement, or a better one; when organised, to press the
    developer until the permit and to go to court until the site is built; when organised or
    against, to petition for a moratorium before the permit, even where nothing is planned yet.
    Whether any of it succeeds is settled by developers, regulators and chance.
    """

    kind = "community"
    every_weeks = 4

    def __init__(self, model: "Model[Any, Any]", name: str, label: str, index: int) -> None:
        super().__init__(model, name, label)
        self.index = index

    def decide(self, now: Snapshot) -> list[Order]:
        """Return what the community does about its site."""
        i, sites = self.index, now.sites
        orders: list[Order] = []
        hosting = bool(sites.live[i])
        organised = hosting and bool(now.society.organised[i])
        if (organised or now.society.support[i] < 0) and not sites.approved[i]:
            orders.append(CallMoratorium(i))
        if not hosting:
            return orders
        if self._signs(now):
            orders.append(Accept(i))
        if organised:
            if not sites.approved[i]:
                orders.append(Press(i))
            if now.site_state[i] < Rung.COMMISSIONED:
                orders.append(Sue(i))
        return orders

    def _signs(self, now: Snapshot) -> bool:
        """Return whether an agreement, or a better one, is on the table and trust suffices."""
        i, levers = self.index, now.levers
        better = levers.agreement_share_of_capex[i] > now.sites.agreed_share[i]
        if not (now.policy and better) or now.site_state[i] >= Rung.COMMISSIONED:
            return False
        since = max(levers.since[i], now.sites.announced_week[i])
        waited = now.week - since >= levers.agreement_weeks[i]
        opposed = bool(now.society.organised[i])
        return waited and (not opposed or now.society.trust[i] >= now.numbers.society.sign_trust)

    def _wants(self, now: Snapshot) -> str:
        """Return its wishes of this week in words."""
        wishes = [_WISHES[type(order)] for order in self.decide(now)]
        return ", ".join(wishes) or "nothing for now"

    def card(self, now: Snapshot) -> Card:
        """Return opinion, trust and mobilisation (simulated)."""
        i, s = self.index, now.society
        return (
            ("mean support (simulated)", f"{s.support[i]:+.2f}"),
            ("trust (simulated)", f"{s.trust[i]:.2f}"),
            ("mobilised against", f"{s.opposing[i]:.0%} of households"),
            ("mobilised for", f"{s.supporting[i]:.0%} of households"),
            ("organised", "yes" if s.organised[i] else "no"),
            ("social licence", LICENCE[int(s.licence[i])]),
            ("agreement", "signed" if now.sites.agreement_week[i] <= now.week else "none"),
            ("wants (simulated)", self._wants(now)),
        )
