"""Financiers."""

import numpy as np

from ecosystem import choosing
from ecosystem.agents.base import Actor, Card, credibility
from ecosystem.institutions.finance import equity_per_week, leverage
from ecosystem.orders import Fund, Invest, Order
from ecosystem.state import Snapshot
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray


class CapitalProvider(Actor):
    """Gives equity to the lab and funds or refuses the construction of single sites.

    Senses: milestones kept and missed, by the lab and by each developer; the lab's cash; the books
    of all owners. Decides, quarterly: the flow of equity while the lab wants any, in proportion to
    its credibility, and less where its commitments outgrow what it can be expected to earn; and
    for every site that is not yet being built, whether its developer is worth the risk and whether
    what its owners' backers would still put in covers it.
    """

    kind = "capital"
    every_weeks = 13

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the equity flow and the sites to fund or refuse."""
        n = now.numbers.capital
        offer = float(
            equity_per_week(
                n.equity_usd_per_year,
                n.equity_growth_per_year,
                credibility(now, self.key),
                now.week / WEEKS_PER_YEAR,
            )
        )
        # who has promised more rent than he can be expected to earn is offered less
        stretch = min(1.0, n.commitment_cover / max(choosing.commitment_cover(now), 1e-9))
        orders: list[Order] = [Invest(offer * stretch * self._wanted(now))]
        granted = self._worthy(now) & ~self._beyond_means(now) | now.site_begun
        changed = now.sites.live & (granted != now.sites.funded)
        return orders + [Fund(i, bool(granted[i])) for i in changed.nonzero()[0].tolist()]

    def _wanted(self, now: Snapshot) -> bool:
        """Return whether the lab raises equity.

        While it spends more than it earns and has little cash; and where it builds itself, while it
        could carry less than it wants to open.
        """
        e, n = now.economy, now.numbers.capital
        outlay = e.outlay_usd_per_week * WEEKS_PER_YEAR
        if e.revenue_usd_per_year < outlay and e.cash_usd < n.runway_years * outlay:
            return True
        if not (now.governance.builds and now.sites.candidates(now.layout).size):
            return False
        return bool(choosing.room_mw(now).sum() < choosing.wanted_mw(now))

    def _worthy(self, now: Snapshot) -> BoolArray:
        """Return the sites whose developer has kept enough of his dates, shape (S,)."""
        firms, partners = now.layout.world.contractors, now.partnerships
        trust = np.array([partners.mean_strength(f"contractor:{f.key}", "contract") for f in firms])
        builder = now.vendors.builder[now.layout.last_of_site]
        return (trust >= now.numbers.capital.refuse_below)[builder]

    def _beyond_means(self, now: Snapshot) -> BoolArray:
        """Return the sites that their owners' equity does not cover, the youngest first, (S,).

        What is on record somebody has paid for; of what the lab chose later only sites that are
        not being built can still be refused.
        """
        layout = now.layout
        beyond = np.zeros(len(layout.sites), dtype=bool)
        short = -self._spare_usd(now)
        if not (short > 0).any():
            return beyond
        fresh = layout.candidate & now.sites.live & ~now.site_begun
        sites = fresh.nonzero()[0]
        for site in sites[np.argsort(-now.sites.announced_week[sites], kind="stable")].tolist():
            shares = now.sites.owners[site]
            if (short[shares > 0] > 0).any():
                beyond[site] = True
                short = short - shares * layout.usd_per_mw * layout.site_mw[site]
        return beyond

    def _spare_usd(self, now: Snapshot) -> FloatArray:
        """Return what owners can spend beyond what they took on, the lab from its cash."""
        books = now.economy.books
        keys = [f"cloud:{cloud.key}" for cloud in now.layout.world.clouds]
        trust = np.array([*(credibility(now, key) for key in keys), 1.0])
        ready = books.ready_usd.copy()
        ready[-1] = max(now.economy.cash_usd, 0.0)
        return books._replace(ready_usd=ready).spare_usd(now.layout, trust)

    def card(self, now: Snapshot) -> Card:
        """Return equity, credibility and what lenders have given."""
        e, n = now.economy, now.numbers.capital
        debt, assets = e.books.debt_usd.sum(keepdims=True), e.books.assets_usd.sum(keepdims=True)
        refused = now.sites.unfunded
        return (
            ("equity", f"{e.equity_usd_per_week * WEEKS_PER_YEAR / 1e9:,.1f} bn USD/yr"),
            ("credibility of the lab", f"{credibility(now, self.key):.2f}"),
            ("wants", f"rent that takes at most {n.commitment_cover:.0%} of expected revenue"),
            ("rent takes", f"{choosing.commitment_cover(now):.0%} of expected revenue"),
            ("lent to owners", f"{debt[0] / 1e9:,.1f} bn USD"),
            ("leverage of owners", f"{leverage(debt, assets)[0]:.0%} of book value"),
            ("sites refused", f"{int(refused.sum())}, {now.layout.site_mw[refused].sum():,.0f} MW"),
        )
