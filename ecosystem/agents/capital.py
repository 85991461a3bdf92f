"""Financiers."""

from ecosystem.agents.base import Actor, Card
from ecosystem.delivery.ladder import Rung
from ecosystem.state import Fund, Invest, Order, Snapshot
from ecosystem.units import WEEKS_PER_YEAR


class CapitalProvider(Actor):
    """Gives equity to the lab and funds or refuses the construction of single sites.

    Senses: milestones kept and missed, by the lab and by each developer; the lab's cash. Decides,
    quarterly: the flow of equity, in proportion to the lab's credibility while its cash is short;
    and for every site that is not yet being built, whether its developer is worth the risk.
    """

    kind = "capital"
    every_weeks = 13

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the equity flow and the sites to fund or refuse."""
        n, partners = now.numbers.capital, now.partnerships
        years = now.week / WEEKS_PER_YEAR
        offer = n.equity_usd_per_year * (1 + n.equity_growth_per_year) ** years / WEEKS_PER_YEAR
        runway = now.economy.cash_usd / (now.economy.outlay_usd_per_week * WEEKS_PER_YEAR)
        wanted = runway < n.runway_years
        orders: list[Order] = [Invest(offer * self._credibility(now) * wanted)]
        firms = now.layout.world.contractors
        for i, builder in enumerate(now.vendors.builder[now.layout.last_of_site].tolist()):
            if not now.sites.announced_week[i] <= now.week or now.sites.withdrawn[i]:
                continue
            granted = (
                now.site_state[i] >= Rung.BUILDING
                or partners.mean_strength(f"contractor:{firms[builder].key}", "contract")
                >= n.refuse_below
            )
            if granted != now.sites.funded[i]:
                orders.append(Fund(i, granted))
        return orders

    def _credibility(self, now: Snapshot) -> float:
        standing = now.partnerships.mean_strength(self.key, "contract")
        return min(1.0, standing / now.numbers.capital.opening_standing)

    def card(self, now: Snapshot) -> Card:
        """Return equity and credibility."""
        e = now.economy
        return (
            ("equity", f"{e.equity_usd_per_week * WEEKS_PER_YEAR / 1e9:,.1f} bn USD/yr"),
            ("credibility of the lab", f"{self._credibility(now):.2f}"),
            ("sites refused", f"{int((now.sites.live & ~now.sites.funded).sum())}"),
        )
