"""Who pays whom, week by week: the lab's money, what a strategy costs, who gains and who bears.

Every posting has a payer and a payee; community money is kept by community, income tercile and
proximity (S, 3, 2; the last axis is far, near).
"""

from typing import NamedTuple

import numpy as np

from ecosystem.books import Quarter
from ecosystem.cluster.chain import Flows
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.ladder import Rung
from ecosystem.hosting import Power
from ecosystem.institutions.tariffs import annual_cost_usd, bill_change_usd_per_mwh
from ecosystem.latest import Latest, Steady, same
from ecosystem.layout import ENGINES_USD_PER_MW, Layout
from ecosystem.ledger import Ledger
from ecosystem.policy import S0, InForce, local_hire_added, protection
from ecosystem.society.labour import lodgers, rent_rise
from ecosystem.state import Sites, Snapshot
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray

GROUPS = (3, 2)
GRID_ASSET_YEARS = 40.0
HOURS_OF_A_JOB = 2_000.0
TARIFF = {"rate_protection", "take_or_pay_share"}
SCHOOLING = {
    "academy_seats_per_year",
    "upskilling_seats_per_year",
    "pre_apprenticeship_seats_per_year",
}


class Hosts(NamedTuple):
    """Whom host communities and their grids consist of, as it stands for a whole run.

    Attributes
    ----------
    everybody, neighbours, renters, earners : ndarray, shape (3, 2)
        Share of a community's households in each group; the same of what only those nearby bear,
        of what renters bear, and of what residents earn at a site.
    renting : float
        Share of households who rent.
    billed_mwh, households, tight : ndarray, shape (R,)
        What other customers use in a year, how many they are, whether capacity is scarce.
    """

    everybody: FloatArray
    neighbours: FloatArray
    renters: FloatArray
    earners: FloatArray
    renting: float
    billed_mwh: FloatArray
    households: FloatArray
    tight: BoolArray

    @classmethod
    def of(cls, layout: Layout) -> "Hosts":
        """Return those of a world."""
        near, regions = layout.world.numbers.society.near_share, layout.world.regions
        terciles = np.full(3, 1 / 3)
        local = layout.world.numbers.local
        low = local.low_income_renter_share
        others = (3 * (1 - layout.world.numbers.society.owner_share) - low) / 2
        renters = np.clip([low, others, others], 0.0, 1.0) / 3
        renting = float(renters.sum())
        pay = [local.pay_low_share, min(local.pay_middle_share, 1 - local.pay_low_share)]
        return cls(
            everybody=np.outer(terciles, [1 - near, near]),
            neighbours=np.outer(terciles, [0.0, 1.0]),
            renters=np.outer(renters / max(renting, 1e-9), [1 - near, near]),
            earners=np.outer([*pay, 1 - sum(pay)], [1 - near, near]),
            renting=renting,
            billed_mwh=np.array([r.residential_mwh_per_year for r in regions]),
            households=np.array([r.households for r in regions]),
            tight=np.array([r.tight for r in regions]),
        )


def new_ledger(layout: Layout) -> Ledger:
    """Return an empty ledger that keeps households in detail."""
    return Ledger(str(layout.world.start.year), {"households": (len(layout.sites), *GROUPS)})


class StrategyCost(NamedTuple):
    """What a strategy costs this week [USD], by purpose; per site, shape (S,), or in all.

    `nothing`, that very array, where a purpose costs nothing at any site; `free` if none does.
    """

    nothing: FloatArray
    free: bool
    agreement: FloatArray
    cash: FloatArray
    local_hire: FloatArray
    placebo: FloatArray
    rate_protection: FloatArray
    engagement: float
    academy: float
    deposit: float
    redesign: float
    reservation: float
    stewardship: float
    plant: float
    prepayment: float

    @property
    def total(self) -> float:
        """All purposes together."""
        total, by_site = self.total_of, 0.0
        if not self.free:
            by_site = total(self.agreement) + total(self.cash) + total(self.placebo)
            by_site += total(self.local_hire) + total(self.rate_protection)
        built = self.reservation + self.stewardship + self.plant
        once = self.deposit + self.redesign + self.prepayment
        return by_site + self.engagement + self.academy + built + once

    def total_of(self, by_site: FloatArray) -> float:
        """Return the sum over sites of one of the purposes."""
        return 0.0 if by_site is self.nothing else float(np.add.reduce(by_site))


class Contracts(NamedTuple):
    """What is due week by week as agreed [USD]: by site, shape (S,), and meetings in all."""

    agreement: FloatArray
    placebo: FloatArray
    engagement: float


def contracts(
    week: int, layout: Layout, sites: Sites, levers: InForce, sponsored_week: FloatArray
) -> tuple[Contracts, float]:
    """Return what is due in a week, and the first week in which something else may be."""
    local = layout.world.numbers.local
    ends = [sites.announced_week + local.openness_years * WEEKS_PER_YEAR]
    talking = sites.live & (week < ends[0])
    per_week = local.openness_cost_share / (local.openness_years * WEEKS_PER_YEAR)
    open_campus = layout.campus_usd * talking * (levers.openness / S0.openness)
    years = local.agreement_years

    def paid(share: FloatArray, since: FloatArray) -> FloatArray:
        if not np.count_nonzero(share):
            return layout.no_usd
        ends.extend((since, since + years * WEEKS_PER_YEAR))
        running = (since <= week) & (week < ends[-1]) & sites.live
        return share * layout.campus_usd * running / (years * WEEKS_PER_YEAR)

    due = Contracts(
        agreement=paid(sites.agreed_share, sites.agreement_week),
        placebo=paid(levers.placebo_share_of_capex, sponsored_week),
        engagement=float(np.add.reduce(open_campus)) * S0.openness * per_week,
    )
    change = np.concatenate(ends)
    return due, float(np.minimum.reduce(change[change > week], initial=np.inf))


class Prices:
    """Prices the levers of a week, and keeps what few weeks change."""

    def __init__(self) -> None:
        self._seats = Latest(_seats_usd)
        self._tariff = Latest(_tariff)
        self._deposit = Latest(_deposit_usd)
        self._on_grid = Steady(on_grid)
        self._connected: BoolArray | None = None
        self._asked: BoolArray | None = None

    def cost(self, now: Snapshot, due: Contracts, local_hours: FloatArray) -> StrategyCost:
        """Return what the levers of the week cost.

        Parameters
        ----------
        now : Snapshot
        due : Contracts
        local_hours : ndarray, shape (S,)
            Craft hours worked at each site in the week before: residents are paid in arrears.
        """
        used, nothing = now.levers.used, now.layout.no_usd
        where = now.layout, now.levers, now.sites.live
        by_site = (
            due.agreement,
            _cash(now) if "cash_usd_per_household_year" in used else nothing,
            _hire(now, local_hours) if "local_hire_added" in used else nothing,
            due.placebo,
            nothing if used.isdisjoint(TARIFF) else self._protection(now),
        )
        return StrategyCost(
            nothing,
            all(usd is nothing for usd in by_site),
            *by_site,
            due.engagement,
            0.0 if used.isdisjoint(SCHOOLING) else self._seats(*where) / WEEKS_PER_YEAR,
            self._deposits(now) if "deposit_usd_per_mw" in used else 0.0,
            _redesign_usd(now),
            _reservation_usd(now),
            _stewardship_usd(now),
            _plant_usd(now),
            _prepayment_usd(now),
        )

    def _protection(self, now: Snapshot) -> FloatArray:
        """Return what sites pay so that other customers do not, shape (S,)."""
        powered = self._on_grid(now.layout, now.state)
        where = now.layout, now.levers, now.sites.live
        return self._tariff(*where, powered, self._now_connected(now))

    def _deposits(self, now: Snapshot) -> float:
        """Return the interest on deposits."""
        self._asked = asked = same(self._asked, now.study_week <= now.clock)
        where = now.layout, now.levers, now.sites.live
        return self._deposit(*where, asked, self._now_connected(now))

    def _now_connected(self, now: Snapshot) -> BoolArray:
        """Return the sites whose connection is ready, shape (S,)."""
        finish = now.progress.finish_week[now.layout.lead_of_site, Activity.INTERCONNECT]
        self._connected = connected = same(self._connected, finish <= now.clock)
        return connected


def _seats_usd(layout: Layout, levers: InForce, live: BoolArray) -> float:
    """Return the yearly cost of training seats."""
    n, seats = layout.world.numbers.workforce, 0.0
    for lever, usd in (
        ("academy_seats_per_year", n.trainee_cost_usd),
        ("upskilling_seats_per_year", n.course_cost_usd),
        ("pre_apprenticeship_seats_per_year", n.pre_apprentice_cost_usd),
    ):
        if lever in levers.used:
            seats += usd * float(np.add.reduce(levers.by_region(lever, layout, live)))
    return seats


def _cash(now: Snapshot) -> FloatArray:
    """Return one-sided cash to each community, shape (S,) [USD]."""
    a_year = now.levers.cash_usd_per_household_year * now.layout.households
    return a_year * now.sites.live / WEEKS_PER_YEAR


def _hire(now: Snapshot, local_hours: FloatArray) -> FloatArray:
    """Return pay and training of residents hired beyond the usual share, shape (S,) [USD]."""
    n = now.numbers.local
    hired = local_hire_added(now.layout, now.levers) * local_hours
    return hired * n.craft_wage_usd_per_h * n.local_hire_premium


def _redesign_usd(now: Snapshot) -> float:
    """Return the cost of the unasked redesigns that began last week."""
    if now.sites.last_redesigned_week != now.week - 1:
        return 0.0
    fresh = now.sites.redesigned_week == now.week - 1
    campus = float(np.add.reduce(now.layout.campus_usd[fresh]))
    return campus * now.numbers.local.redesign_cost_share


def _tariff(
    layout: Layout, levers: InForce, live: BoolArray, powered: BoolArray, connected: BoolArray
) -> FloatArray:
    """Return what sites pay in a week so that other customers do not, shape (S,) [USD].

    The part of the yearly grid cost that the usual tariff leaves to others, and the demand charge
    on contracted demand that they do not draw. `powered`: phases that a grid powers, shape (P,).
    """
    n, capital = layout.world.numbers.grid, layout.world.numbers.capital
    drawn_mw = np.bincount(layout.site_of_phase, layout.phase_mw * powered, len(layout.sites))
    yearly = annual_cost_usd(
        drawn_mw * n.grid_cost_usd_per_mw, capital.discount_per_year, GRID_ASSET_YEARS
    )
    contracted_mw = layout.site_mw * (connected & live & ~layout.islanded)
    idle_mw = np.maximum(levers.take_or_pay_share * contracted_mw - drawn_mw, 0.0)
    shifted = protection(layout, levers) * (1 - n.full_cost_share) * yearly
    return (shifted + idle_mw * n.demand_charge_usd_per_mw_year) / WEEKS_PER_YEAR


def _deposit_usd(
    layout: Layout, levers: InForce, live: BoolArray, asked: BoolArray, connected: BoolArray
) -> float:
    """Return the interest on deposits, which are held from the study to the connection."""
    owing = asked & live & ~layout.islanded & ~connected
    held = levers.deposit_usd_per_mw * layout.site_mw * owing
    discount = layout.world.numbers.capital.discount_per_year
    return float(np.add.reduce(held)) * discount / WEEKS_PER_YEAR


def _reservation_usd(now: Snapshot) -> float:
    """Return this week's fee for equipment that is made ahead of its order."""
    if not now.reserving.size:
        return 0.0
    mw = float(np.add.reduce(now.layout.phase_mw[now.reserving]))
    return now.numbers.options.reservation_usd_per_mw_year * mw / WEEKS_PER_YEAR


def _prepayment_usd(now: Snapshot) -> float:
    """Return the week's interest on racks that are paid for before they come."""
    if "chips_prepaid_share" not in now.levers.used:
        return 0.0
    rows = now.opened.rows[now.opened.cols == Activity.CHIPS]
    share = now.levers.chips_prepaid_share[now.layout.site_of_phase[rows]]
    prepaid = now.numbers.capital.it_usd_per_mw * float(share @ now.layout.phase_mw[rows])
    return prepaid * now.numbers.capital.discount_per_year / WEEKS_PER_YEAR


def _chosen_last_week(now: Snapshot) -> BoolArray:
    """Return the sites that the lab chose a week ago, under the levers in force, shape (S,)."""
    return now.layout.candidate & (now.sites.announced_week == now.week - 1)


def _stewardship_usd(now: Snapshot) -> float:
    """Return the premium of closed loops at sites that would have evaporated."""
    if "closed_loop" not in now.levers.used:
        return 0.0
    changed = _chosen_last_week(now) & (now.sites.closed_loop > now.layout.closed_loop)
    campus = float(np.add.reduce(now.layout.campus_usd[changed]))
    return now.numbers.options.closed_loop_premium * campus


def _plant_usd(now: Snapshot) -> float:
    """Return what power on site costs over the one planned, negative where it costs less."""
    layout, options, usd = now.layout, now.numbers.options, 0.0
    if not now.levers.used & {"on_site_engines", "on_site_fuel_cells"}:
        return usd
    premium = {
        "engines": 0.0,
        "frame_turbines": options.frame_turbines_usd_per_mw,
        "fuel_cells": options.fuel_cells_usd_per_mw,
    }
    for site in _chosen_last_week(now).nonzero()[0].tolist():
        planned, plant = layout.sites[site], now.levers.at(site).plant
        if plant is None:
            continue
        had = ENGINES_USD_PER_MW + premium[planned.plant] if planned.power != "grid" else 0.0
        usd += (ENGINES_USD_PER_MW + premium[plant] - had) * planned.facility_mw
    return usd


class Money(NamedTuple):
    """The lab's money of one week [USD]; `idle_lease` is the part of `lease` owed without use."""

    revenue: float
    lease: float
    idle_lease: float
    fixed: float
    equity: float
    strategy: float
    exit_fees: float
    lease_fees: float
    payout: float

    @property
    def net(self) -> float:
        """Change of cash."""
        spent = self.lease + self.fixed + self.strategy + self.exit_fees + self.lease_fees
        return self.revenue + self.equity - spent - self.payout


def base_rent_usd(layout: Layout, week: int) -> float:
    """Return the week's rent for capacity outside the programme [USD]."""
    lease = layout.world.numbers.capital.lease_usd_per_mw_year
    return float(layout.base_mw[week]) * lease / WEEKS_PER_YEAR


def post_lab(ledger: Ledger, hosts: Hosts, money: Money, cost: StrategyCost) -> None:
    """Book what the lab earns and pays, community money by household group."""
    to_hosts = (
        ("agreement", cost.agreement, hosts.everybody),
        ("cash", cost.cash, hosts.everybody),
        ("local_hire", cost.local_hire, hosts.earners),
    )
    for purpose, amount, how in () if cost.free else to_hosts:
        if amount is not cost.nothing and np.count_nonzero(amount):
            group = amount[:, None, None] * how
            ledger.post_each(purpose, "lab", "households", group)
    payer, payee = ("lab", "vendors") if cost.plant >= 0 else ("vendors", "lab")
    ledger.post_all(
        {
            ("revenue", "customers", "lab"): money.revenue,
            ("equity", "financiers", "lab"): money.equity,
            ("lease", "lab", "partners"): money.lease,
            ("fixed", "lab", "workers"): money.fixed,
            ("damages", "lab", "vendors"): money.exit_fees,
            ("damages", "lab", "partners"): money.lease_fees,
            ("payout", "lab", "financiers"): money.payout,
            ("engagement", "lab", "vendors"): cost.engagement,
            ("academy", "lab", "workers"): cost.academy,
            ("deposit", "lab", "vendors"): cost.reservation,
            ("stewardship", "lab", "vendors"): cost.stewardship,
            ("campus", payer, payee): abs(cost.plant),
            ("placebo", "lab", "vendors"): cost.total_of(cost.placebo),
        }
    )
    for purpose, payee, amount in (
        ("rate_protection", "utilities", cost.total_of(cost.rate_protection)),
        ("deposit", "financiers", cost.deposit),
        ("prepayment", "financiers", cost.prepayment),
        ("redesign", "vendors", cost.redesign),
    ):
        if amount:
            ledger.post(purpose, "lab", payee, amount)


def post_quarter(ledger: Ledger, quarter: Quarter) -> None:
    """Book what owners paid at the end of a quarter, and how it was financed.

    After it partners hold no cash. What the lab builds itself is a partner that it owns: it puts in
    the equity and gets what is left.
    """
    closing = quarter.closing
    for purpose, payer, payee, usd in (
        ("operations", "partners", "workers", quarter.operations),
        ("it", "partners", "vendors", quarter.renewal),
        ("resale", "financiers", "partners", quarter.sold),
        ("interest", "partners", "financiers", closing.interest.sum()),
        ("debt", "financiers", "partners", closing.drawn.sum()),
        ("repayment", "partners", "financiers", closing.repaid.sum()),
        ("finance", "financiers", "partners", closing.called[:-1].sum()),
        ("dividend", "partners", "financiers", closing.distributed[:-1].sum()),
        ("own_capital", "lab", "partners", closing.called[-1]),
        ("dividend", "partners", "lab", closing.distributed[-1]),
    ):
        ledger.post(purpose, payer, payee, float(usd))
    # landlords outside the programme have no books here: what they earn goes to their backers
    if quarter.base >= 0:
        ledger.post("dividend", "partners", "financiers", quarter.base)
    else:
        ledger.post("finance", "financiers", "partners", -quarter.base)


class Hours(NamedTuple):
    """Craft hours worked for all builders, shape (R, 4), their sum, and the programme's sum."""

    worked: FloatArray
    total: float
    programme: float


def post_building(
    ledger: Ledger, now: Snapshot, flows: Flows, hours: Hours, power: Power, it_usd: float
) -> None:
    """Book construction, wages, racks and energy, and the quantities behind them.

    Parameters
    ----------
    it_usd : float
        Cost of the racks that were delivered this week.
    """
    n, labour = now.numbers, now.labour
    total = np.add.reduce
    campus = n.capital.campus_usd_per_mw * hours.programme / n.delivery.hours_per_mw
    wage = labour.wage_ratio * now.layout.wage_usd_per_h[:, None]
    energy = float(total(flows.energy_mwh))
    ledger.post_all(
        {
            ("campus", "partners", "vendors"): campus,
            ("it", "partners", "vendors"): it_usd,
            ("wages", "vendors", "workers"): float(total(hours.worked * wage, None)),
            ("energy", "partners", "utilities"): energy * n.grid.energy_usd_per_mwh,
        }
    )
    on_site = float(np.dot(flows.energy_mwh[:-1], power.on_site))
    emitted = float(np.dot(flows.energy_mwh, power.co2_t_per_mwh))
    it = float(total(flows.it_mw)) * n.cluster.availability * 168.0
    water, offered = float(total(flows.water_m3)), float(total(labour.offered_hours, None))
    ledger.record_all(
        {
            ("co2", "emitted"): emitted,
            ("co2", "to_air"): emitted,
            ("energy", "grid"): energy - on_site,
            ("energy", "on_site"): on_site,
            ("energy", "it"): min(it, energy),
            ("energy", "overhead"): max(energy - it, 0.0),
            ("water", "withdrawn"): water,
            ("water", "consumed"): water,
            ("labour", "offered"): offered,
            ("labour", "worked"): hours.total,
            # where all are at work, rounding may find more work than was offered
            ("labour", "idle"): max(offered - hours.total, 0.0),
        }
    )


def on_grid(layout: Layout, state: IntArray) -> BoolArray:
    """Return the phases that draw power from a grid, shape (P,), given the rung of each."""
    powered = (state >= Rung.ENERGISED) & (state < Rung.CANCELLED)
    return powered & ~layout.islanded[layout.site_of_phase]


def bill_change_usd_per_year(
    now: Snapshot, hosts: Hosts, relief_usd_per_year: FloatArray
) -> FloatArray:
    """Return the change of a household's yearly bill by the programme's grid load, shape (R,).

    `relief_usd_per_year`, shape (R,), is what sites pay in each region under rate protection and
    take-or-pay: it goes to the other customers.
    """
    n, layout = now.numbers, now.layout
    others, tight = hosts.billed_mwh, hosts.tight
    load_mw = np.bincount(
        layout.region_of_phase, layout.phase_mw * on_grid(layout, now.state), len(others)
    )
    load_mwh = load_mw * n.cluster.availability * 8_766.0
    yearly = annual_cost_usd(
        load_mw * n.grid.grid_cost_usd_per_mw, n.capital.discount_per_year, GRID_ASSET_YEARS
    )
    change = bill_change_usd_per_mwh(
        yearly,
        load_mwh,
        others,
        full_cost_share=n.grid.full_cost_share,
        price_rise_usd_per_mwh=n.grid.capacity_price_push_usd_per_mwh * tight * load_mw / MW_PER_GW,
        exposed_mwh=others,
        margin_usd_per_mwh=n.grid.fixed_cost_margin_usd_per_mwh,
    )
    return (change * others - relief_usd_per_year) / hosts.households


def rent_usd_per_year(now: Snapshot, hours: FloatArray, weeks: float) -> FloatArray:
    """Return what a renter near each site pays more a year, shape (S,) [USD].

    `hours`: craft hours worked there over some weeks.
    """
    n, layout = now.numbers.local, now.layout
    away, home = (np.add.reduce(p, 1) for p in (now.labour.travellers, now.labour.journeymen))
    travelling = away / np.maximum(away + home, 1e-9)
    residents: float | FloatArray = n.local_hire_share
    if "local_hire_added" in now.levers.used:
        added = now.numbers.society.local_hire_effect * local_hire_added(layout, now.levers)
        residents = np.clip(residents + added, 0.0, 1.0)
    coming = lodgers(
        hours / (weeks * now.numbers.workforce.hours_per_worker_week),
        residents,
        travelling[layout.region_of_site],
        n.lodging_share,
    )
    homes = layout.households * max(n.commuting_factor, 1.0)
    return n.rent_usd_per_year * rent_rise(coming, homes, n.rent_response, n.rent_rise_most)


class Local(NamedTuple):
    """What a period of some weeks did to the host communities.

    Attributes
    ----------
    hours, water_m3, community_usd : ndarray, shape (S,)
        Craft hours worked at each site, water drawn there, and what the lab paid households.
    rent_usd : ndarray, shape (S,)
        What a renter pays more, per year.
    bill_change : ndarray, shape (R,)
        USD per household and year.
    relief_usd : ndarray, shape (R,)
        What sites paid so that other customers of the region did not.
    tax_usd : ndarray, shape (S,)
        Local tax of each site.
    weeks : float
        Length of the period.
    """

    hours: FloatArray
    water_m3: FloatArray
    community_usd: FloatArray
    rent_usd: FloatArray
    bill_change: FloatArray
    relief_usd: FloatArray
    tax_usd: FloatArray
    weeks: float


def taxes_usd(now: Snapshot, weeks: float) -> FloatArray:
    """Return what sites in use pay in local tax over some weeks, shape (S,) [USD]."""
    in_use = now.mw_by_rung[:, Rung.USABLE]
    return in_use * now.numbers.local.tax_usd_per_mw_year * (weeks / WEEKS_PER_YEAR)


def post_local(ledger: Ledger, now: Snapshot, hosts: Hosts, local: Local) -> FloatArray:
    """Book what sites bring their hosts and take from them; return the net by community (S,).

    What the lab paid households, booked week by week, is part of the net.
    """
    n, layout = now.numbers.local, now.layout
    years = local.weeks / WEEKS_PER_YEAR
    in_use = now.mw_by_rung[:, Rung.USABLE]
    visible = _site_mw(now, (now.state >= Rung.BUILDING) & (now.state <= Rung.USABLE))
    tax = local.tax_usd
    permanent_hours = in_use * n.permanent_jobs_per_mw * HOURS_OF_A_JOB * years
    premium = n.craft_wage_usd_per_h * (1 - n.alternative_wage_share)
    residents = n.local_hire_share + local_hire_added(layout, now.levers)
    wages = (local.hours + permanent_hours) * residents * premium
    near = layout.households * now.numbers.society.near_share
    nuisance = near * n.nuisance_usd_per_household_year * visible / MW_PER_GW * years
    scarcity = local.water_m3 * n.water_usd_per_m3 * layout.water_stress
    bill = local.bill_change[layout.region_of_site] * layout.households * now.sites.live * years
    rent = local.rent_usd * layout.households * hosts.renting * now.sites.live * years
    ledger.post("tax", "partners", "local_government", float(tax.sum()))
    flows = (
        ("services", "local_government", tax, hosts.everybody),
        ("wages", "workers", wages, hosts.earners),
        ("nuisance", "environment", -nuisance, hosts.neighbours),
        ("scarcity", "environment", -scarcity, hosts.everybody),
        ("bill_change", "utilities", -bill, hosts.everybody),
        ("rent", "landowners", -rent, hosts.renters),
    )
    by_site = np.array([amount for _, _, amount, _ in flows])
    groups = by_site[:, :, None, None] * np.array([how for _, _, _, how in flows])[:, None]
    ledger.post_groups([flow[:2] for flow in flows], "households", groups)
    _bill_others(ledger, now, hosts, local.bill_change * years)
    return local.community_usd + np.add.reduce(by_site)


def _bill_others(ledger: Ledger, now: Snapshot, hosts: Hosts, change_usd: FloatArray) -> None:
    """Bill the households of a region that are no hosts, `change_usd` each, shape (R,).

    What sites paid so that other customers did not is in it already.
    """
    layout = now.layout
    near = np.bincount(layout.region_of_site, layout.households * now.sites.live, len(change_usd))
    for usd in (change_usd * np.maximum(hosts.households - near, 0.0)).tolist():
        if usd:
            parties = ("ratepayers", "utilities") if usd > 0 else ("utilities", "ratepayers")
            ledger.post("bill_change", *parties, abs(usd))


def _site_mw(now: Snapshot, chosen: BoolArray) -> FloatArray:
    """Return the facility MW of chosen phases by site, shape (S,)."""
    layout = now.layout
    return np.bincount(layout.site_of_phase, layout.phase_mw * chosen, len(layout.sites))
