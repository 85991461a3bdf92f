"""The lab's treasury and the programme's books."""

from collections import deque
from math import isnan, log, nan

import numpy as np

from ecosystem import accounts
from ecosystem.audit import Closed
from ecosystem.availability import by_region
from ecosystem.books import QUARTER_WEEKS, Register
from ecosystem.cluster.chain import Flows
from ecosystem.deals import Deals
from ecosystem.delivery.ladder import Rung
from ecosystem.hosting import Power, Received, power_of
from ecosystem.institutions.finance import expected_growth
from ecosystem.latest import Latest, Until
from ecosystem.layout import Layout
from ecosystem.market import Flow, MarketRules, clear
from ecosystem.numbers import Capital
from ecosystem.state import Books, Economy, Snapshot
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray

MONTH_WEEKS = 4


def of_owners(books: Books) -> dict[str, float]:
    """Return the observables of the books of all owners."""
    debt, assets = float(books.debt_usd.sum()), float(books.assets_usd.sum())
    return {
        "debt_usd": debt,
        "leverage": debt / assets if assets > 0 else 0.0,
        "borrowing_rate": float(
            books.rate @ books.debt_usd / debt if debt > 0 else books.rate.mean()
        ),
        "partners_capex_usd": float(books.built_usd[:-1].sum()) / QUARTER_WEEKS,
        "own_capex_usd": float(books.built_usd[-1]) / QUARTER_WEEKS,
        "own_debt_usd": float(books.debt_usd[-1]),
    }


def _mw_of(layout: Layout, chosen: BoolArray) -> float:
    return float(np.add.reduce(layout.phase_mw[chosen]))


class Treasury:
    """Clears the market, pays and posts.

    Attributes
    ----------
    money, cost : Money, StrategyCost
        Of the last week.
    worked_hours : ndarray, shape (R, 4)
        Craft hours that all builders had in the last week; `hours` is their sum.
    bill_change : ndarray, shape (R,)
        Change of a household's yearly bill [USD].
    benefit : ndarray, shape (S,)
        Net benefit of each host community over the last four weeks [USD]; `benefit_to_date` is
        its sum.
    received : Received
        What hosts got over these four weeks, in quantities.
    power : Power
        Where sites take their power, as of the last four weeks.
    co2_t : float
        CO2 of the programme's electricity in the last week [t].
    register : Register
        What owners have built, phase by phase.
    resold_mw : float
        Megawatts that have gone to other tenants so far.
    owed_usd : float
        Rent of the programme over what is left of its terms, as of the last quarter.
    of_owners : callable
        Observables of the books of all owners, which change every quarter.
    """

    received: Received
    co2_t: float
    power: Power

    def __init__(self, layout: Layout, rules: MarketRules) -> None:
        count, regions = len(layout.sites), len(layout.world.regions)
        self.layout = layout
        self.rules = rules
        self.ledger = accounts.new_ledger(layout)
        self._hosts = accounts.Hosts.of(layout)
        self.worked_hours = np.zeros((regions, 4))
        self.hours = 0.0
        self.bill_change = np.zeros(regions)
        self.benefit = np.zeros(count)
        self.benefit_to_date = np.zeros(count)
        self._contracts = Until(accounts.contracts)
        self._prices = accounts.Prices()
        self._pipeline_mw = Latest(_mw_of)
        self._local_hours = np.zeros(count)
        self._site_hours = np.zeros(count)
        self._relief_usd = np.zeros(regions)
        self._water_m3 = np.zeros(count)
        self._community_usd = np.zeros(count)
        self._sponsored_week = np.full(count, np.nan)
        self.register = Register(layout)
        self.resold_mw = 0.0
        self.owed_usd = 0.0
        self.of_owners = Latest(of_owners)
        self._revenues: deque[float] = deque(maxlen=QUARTER_WEEKS + 1)
        self._base_rent_usd = 0.0
        self._opening_tokens = nan

    def earn(
        self, now: Snapshot, deals: Deals, flows: Flows, capacity_mw: float, needed: float = 1.0
    ) -> Economy:
        """Clear the market and move the lab's cash.

        Parameters
        ----------
        capacity_mw : float
            Usable facility MW, the installed base included.
        needed : float
            MW that today's use needs over what it is wont to.
        """
        n, economy = now.numbers.capital, now.economy
        if isnan(self._opening_tokens):
            self._opening_tokens = flows.tokens_per_s_per_mw
        efficiency = flows.tokens_per_s_per_mw / self._opening_tokens
        market = clear(
            economy.market,
            Flow(
                flows.inference_mw,
                flows.served_mw,
                flows.latency_factor,
                efficiency,
                flows.training_flop_per_s,
                needed,
            ),
            self.rules,
            now.week,
        )
        due = self._contracts(now.week, self.layout, now.sites, now.levers, self._sponsored_week)
        self.cost = self._prices.cost(now, due, self._site_hours)
        years = now.week / WEEKS_PER_YEAR
        fixed = n.fixed_usd_per_year * (1 + n.fixed_growth_per_year) ** years / WEEKS_PER_YEAR
        rent, base = self.register.rent(now), accounts.base_rent_usd(self.layout, now.week)
        self._base_rent_usd += base
        # what is paid out is paid from what there is
        payout = min(deals.payout_usd_per_week, max(economy.cash_usd, 0.0))
        self.money = accounts.Money(
            revenue=market.revenue_usd,
            lease=base + rent.total,
            idle_lease=rent.idle,
            fixed=max(fixed, n.other_cost_share * market.revenue_usd),
            equity=deals.equity_usd_per_week,
            strategy=self.cost.total,
            exit_fees=deals.exit_fees_usd,
            lease_fees=self._total(deals.lease_fees_usd),
            payout=payout,
        )
        self._revenues.append(market.revenue_usd)
        return Economy(
            market=market,
            training_share=deals.training_share,
            latency_factor=flows.latency_factor,
            efficiency_ratio=efficiency,
            inference_mw=flows.inference_mw,
            revenue_usd_per_year=market.revenue_usd * WEEKS_PER_YEAR,
            revenue_growth_per_year=self._growth(economy.revenue_growth_per_year, n),
            cash_usd=economy.cash_usd + self.money.net,
            equity_usd_per_week=deals.equity_usd_per_week,
            payout_usd_per_week=deals.payout_usd_per_week,
            outlay_usd_per_week=self.money.lease + self.money.fixed + self.money.strategy,
            capacity_mw=capacity_mw,
            pipeline_mw=self._pipeline_mw(self.layout, now.pending),
            books=economy.books,
        )

    def _total(self, usd_by_site: FloatArray) -> float:
        """Return the sum over sites of what is seldom more than nothing."""
        return 0.0 if usd_by_site is self.layout.no_usd else float(np.add.reduce(usd_by_site))

    def _growth(self, expected: float, n: Capital) -> float:
        """Return the growth of revenue that the lab expects, after that of the last quarter."""
        recent = self._revenues
        if len(recent) <= QUARTER_WEEKS or min(recent[0], recent[-1]) <= 0:
            return expected
        seen = log(recent[-1] / recent[0]) * WEEKS_PER_YEAR / QUARTER_WEEKS
        return expected_growth(expected, seen, n.forecast_weeks, n.growth_expected_max)

    def post(
        self,
        now: Snapshot,
        deals: Deals,
        flows: Flows,
        worked: FloatArray,
        racks: IntArray,
        refit_usd: FloatArray,
    ) -> None:
        """Write the week into the ledger.

        Parameters
        ----------
        worked : ndarray, shape (n,)
            Work of each open activity [week].
        racks : ndarray of int
            Phases for which racks came.
        refit_usd : ndarray, shape (S,)
            Cost of fitting halls to racks that they were not built for.
        """
        layout, ledger = self.layout, self.ledger
        ledger.week = now.week
        if year := layout.new_years.get(now.week):
            ledger.begin(str(year))
        if now.week % MONTH_WEEKS == 0:  # a connection seldom changes what powers a site
            self.power = power_of(now)
        accounts.post_lab(ledger, self._hosts, self.money, self.cost)
        craft, cost = deals.offer.craft, self.cost
        hours, rows = craft.need_hours * worked[craft.at][:, None], craft.rows
        own = by_region(craft.pools, hours, len(layout.world.regions))
        self.worked_hours = own + layout.rival_hours[now.week] * deals.offer.labour_level
        self.hours = float(np.add.reduce(self.worked_hours, None))
        by_phase = np.bincount(rows, np.add.reduce(hours, 1), layout.phases)
        self._site_hours = np.add.reduceat(by_phase, layout.lead_of_site)
        self._local_hours += self._site_hours
        if not cost.free:
            self._community_usd += cost.agreement + cost.cash + cost.local_hire
        if cost.rate_protection is not cost.nothing:
            self._relief_usd += np.bincount(
                layout.region_of_site, cost.rate_protection, len(self._relief_usd)
            )
        extra = None
        if deals.land_usd is not layout.no_usd or refit_usd is not layout.no_usd:
            extra = deals.land_usd + refit_usd
            ledger.post("land", "partners", "landowners", float(np.add.reduce(deals.land_usd)))
            ledger.post("redesign", "partners", "vendors", float(np.add.reduce(refit_usd)))
        it_usd = self.register.build(by_phase, racks, extra)
        self.register.charge(flows.energy_mwh)
        if deals.given_up is not None:
            self.register.leave(deals)
            self.resold_mw += float(layout.phase_mw @ deals.resold)
        self._water_m3 += flows.water_m3[:-1]
        accounts.post_building(
            ledger,
            now,
            flows,
            accounts.Hours(self.worked_hours, self.hours, float(np.add.reduce(own, None))),
            self.power,
            it_usd,
        )
        self.co2_t = float(np.dot(flows.energy_mwh[:-1], self.power.co2_t_per_mwh[:-1]))

    def close_quarter(self, now: Snapshot, economy: Economy) -> Economy:
        """Close the books of all owners at the end of a quarter, and settle with the lab."""
        if (now.week + 1) % QUARTER_WEEKS:
            return economy
        quarter = self.register.close(now, economy.books, economy.cash_usd, self._base_rent_usd)
        self._base_rent_usd = 0.0
        self.owed_usd = self.register.owed_usd(now)
        accounts.post_quarter(self.ledger, quarter)
        own = float(quarter.closing.distributed[-1] - quarter.closing.called[-1])
        return economy._replace(books=quarter.books, cash_usd=economy.cash_usd + own)

    def forget_sponsored(self) -> None:
        """Let sites count for a placebo as if it began now."""
        self._sponsored_week = np.full_like(self._sponsored_week, np.nan)

    def closed(self, week: int, books: Books) -> Closed | None:
        """Return what the books must agree with, in a week in which they were closed."""
        if (week + 1) % QUARTER_WEEKS:
            return None
        debt, assets = float(books.debt_usd.sum()), float(books.assets_usd.sum())
        return Closed(debt, assets, self.register.value_usd)

    def close_month(self, now: Snapshot, weeks: int) -> None:
        """Book what sites bring their hosts and take from them, every few weeks."""
        a_year = self._relief_usd * WEEKS_PER_YEAR / weeks
        self.bill_change = accounts.bill_change_usd_per_year(now, self._hosts, a_year)
        rent = accounts.rent_usd_per_year(now, self._local_hours, weeks)
        tax = accounts.taxes_usd(now, weeks)
        self.register.tax(tax)
        self.benefit = accounts.post_local(
            self.ledger,
            now,
            self._hosts,
            accounts.Local(
                self._local_hours,
                self._water_m3,
                self._community_usd,
                rent,
                self.bill_change,
                self._relief_usd,
                tax,
                weeks,
            ),
        )
        self.benefit_to_date = self.benefit_to_date + self.benefit
        self._community_usd = np.zeros_like(self._community_usd)
        # what people make of relief is the lever's effect, not the relief itself
        unseen = (1 - now.numbers.society.tariff_effect) * a_year / self._hosts.households
        bills = (self.bill_change + unseen)[self.layout.region_of_site] + self._hosts.renting * rent
        self.received = Received(self._local_hours, self._water_m3, bills, weeks)
        self._relief_usd = np.zeros_like(self._relief_usd)
        self._local_hours = np.zeros_like(self._local_hours)
        self._water_m3 = np.zeros_like(self._water_m3)
        if now.policy:
            fresh = now.sites.live & (now.site_state < Rung.COMMISSIONED)
            fresh &= np.isnan(self._sponsored_week)
            self._sponsored_week = np.where(fresh, now.week, self._sponsored_week)
