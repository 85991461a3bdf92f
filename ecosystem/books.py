"""What owners have built, what it earns and how it is financed, quarter by quarter."""

from typing import NamedTuple

import numpy as np

from ecosystem.deals import Deals
from ecosystem.delivery.activities import Activity as Work
from ecosystem.delivery.ladder import Rung
from ecosystem.institutions.finance import Activity, Closing, borrowing_rate, close_books
from ecosystem.latest import Latest
from ecosystem.layout import Layout
from ecosystem.state import Books, Snapshot
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray

QUARTER_WEEKS = 13


class Quarter(NamedTuple):
    """A closed quarter: new books, how they were financed, and what was paid at its end [USD].

    `operations` and `renewal` were paid for staff and for racks at the end of their life, `sold`
    came from the next tenants' landlords; `base` is what capacity outside the programme earned.
    """

    books: Books
    closing: Closing
    operations: float
    renewal: float
    sold: float
    base: float


class Rent(NamedTuple):
    """Rent of a week [USD]: all of it, and the part that was owed without use."""

    total: float
    idle: float


def rent_by_phase(layout: Layout, owners: FloatArray) -> FloatArray:
    """Return the weekly rent of each phase, shape (P,), given who owns the sites, (S, B + 1)."""
    per_mw = owners @ layout.rent_of_owner
    return layout.phase_mw * per_mw[layout.site_of_phase] / WEEKS_PER_YEAR


class InUse(NamedTuple):
    """What follows for leases from the rungs of phases; see :func:`in_use`."""

    used: FloatArray
    rent_usd: float
    idle: BoolArray | None


def in_use(rent_usd: FloatArray, state: IntArray) -> InUse:
    """Return which phases are used, 0 or 1, their rent, and which could be; None for none."""
    used, idle = (state == Rung.USABLE).astype(float), state == Rung.COMMISSIONED
    return InUse(used, float(rent_usd @ used), idle if np.count_nonzero(idle) else None)


class Register:
    """Everything that the programme's owners have built, phase by phase.

    Attributes
    ----------
    campus_usd, it_usd : ndarray, shape (P,)
        Book value of buildings and of racks.
    spent_usd : ndarray, shape (P,)
        Spent on buildings so far.
    placed : ndarray of bool, shape (P,)
        Racks have come.
    """

    def __init__(self, layout: Layout) -> None:
        phases, sites, n = layout.phases, len(layout.sites), layout.world.numbers
        self.layout = layout
        self.campus_usd = np.zeros(phases)
        self.it_usd = np.zeros(phases)
        self.spent_usd = np.zeros(phases)
        self.placed = np.zeros(phases, dtype=bool)
        self._lives = np.zeros(phases)
        self._campus_cost = layout.phase_mw * n.capital.campus_usd_per_mw
        self._it_cost = layout.phase_mw * n.capital.it_usd_per_mw
        self._usd_per_hour = n.capital.campus_usd_per_mw / n.delivery.hours_per_mw
        self._rent = Latest(rent_by_phase)
        self._in_use = Latest(in_use)
        self._recorded = np.isfinite(layout.announced_week)
        self._used_weeks = np.zeros(phases)
        self._owed_weeks = np.zeros(phases)
        self._energy_mwh = np.zeros(sites + 1)
        self._built = np.zeros(sites)
        self._earned = np.zeros(sites)
        self._fees = np.zeros(sites)
        self._sold = np.zeros(sites)
        self._lost = np.zeros(sites)

    @property
    def value_usd(self) -> float:
        """Book value of everything."""
        return float(self.campus_usd.sum() + self.it_usd.sum())

    def rent(self, now: Snapshot) -> Rent:
        """Return the rent of the week's phases: those in use, and those delivered and due."""
        rent = self._rent(self.layout, now.sites.owners)
        used, total, idle = self._in_use(rent, now.state)
        self._used_weeks += used
        unused = 0.0
        if idle is not None:
            share = now.numbers.capital.take_or_pay_share
            owed = share * (idle & (now.planned_finish <= now.week))
            self._owed_weeks += owed
            unused = float(rent @ owed)
        return Rent(total + unused, unused)

    def build(self, hours: FloatArray, racks: IntArray, extra_usd: FloatArray | None) -> float:
        """Add a week's work, the racks that came, and what else sites cost; return the racks' cost.

        Parameters
        ----------
        hours : ndarray, shape (P,)
            Craft hours worked at each phase.
        racks : ndarray of int
            Phases for which racks came.
        extra_usd : ndarray, shape (S,), optional
            Land and refits, which are written off with the building.
        """
        usd = self._usd_per_hour * hours
        self.campus_usd += usd
        self.spent_usd += usd
        by_site = np.add.reduceat(usd, self.layout.lead_of_site)
        if extra_usd is not None:
            by_site += extra_usd
            self.campus_usd[self.layout.lead_of_site] += extra_usd
        self._built += by_site
        if not racks.size:
            return 0.0
        cost = self._it_cost[racks]
        self.placed[racks] = True
        self.it_usd[racks] += cost
        self._built += np.bincount(self.layout.site_of_phase[racks], cost, len(self._built))
        return float(np.add.reduce(cost))

    def charge(self, energy_mwh: FloatArray) -> None:
        """Add a week's electricity by site, the installed base last, shape (S + 1,)."""
        self._energy_mwh += energy_mwh

    def tax(self, usd: FloatArray) -> None:
        """Add local taxes by site, shape (S,)."""
        self._earned -= usd

    def leave(self, deals: Deals) -> None:
        """Take off the books what is given up: sold to another tenant's landlord, or lost."""
        gone = deals.given_up
        if gone is None:
            return
        self._fees += deals.lease_fees_usd
        book = (self.campus_usd + self.it_usd) * gone
        price = self.layout.world.numbers.capital.resale_share * book * deals.resold
        site, count = self.layout.site_of_phase, len(self._sold)
        self._sold += np.bincount(site, price, count)
        self._lost += np.bincount(site, book - price, count)
        self.campus_usd[gone] = 0.0
        self.it_usd[gone] = 0.0

    def close(self, now: Snapshot, books: Books, cash_usd: float, base_rent_usd: float) -> Quarter:
        """Close the quarter.

        Parameters
        ----------
        now : Snapshot
            Of its last week.
        books : Books
            As they were closed before.
        cash_usd : float
            Of the lab, which puts it into what it builds itself.
        base_rent_usd : float
            Rent of the quarter for capacity outside the programme.
        """
        layout, n, owners = self.layout, now.numbers, now.sites.owners
        years = QUARTER_WEEKS / WEEKS_PER_YEAR
        energy = n.grid.energy_usd_per_mwh * self._energy_mwh
        staffed = n.capital.operations_usd_per_mw_year * layout.phase_mw * self._used_weeks
        operations = self._by_site(staffed) / WEEKS_PER_YEAR
        leased = owners[:, :-1]
        shares = leased / np.maximum(leased.sum(axis=1, keepdims=True), 1e-12)
        renewal = self._renew(now)
        earned = (self._earned - energy[:-1] - operations) @ owners
        mw_weeks = self._by_site(layout.phase_mw * (self._used_weeks + self._owed_weeks))
        earned += (mw_weeks @ owners) * layout.rent_of_owner / WEEKS_PER_YEAR
        earned[:-1] += self._fees @ shares
        activity = Activity(
            earned=earned,
            built=(self._built + renewal) @ owners,
            worn=self._wear(now, years) @ owners,
            sold=self._sold @ owners,
            lost=self._lost @ owners,
        )
        ready = books.ready_usd.copy()
        ready[-1] = max(cash_usd, 0.0)
        reinvested = np.full(len(ready), n.capital.reinvested_share)
        closing = close_books(
            books.assets_usd, books.debt_usd, ready, activity, layout.terms, reinvested, years
        )
        unspent = self._unspent(now)
        recorded = (unspent * self._recorded) @ owners
        # what records say a partner took on he can pay for
        needed = recorded * (1 - layout.terms.loan_to_cost)
        ready = np.maximum(closing.ready, needed)
        ready[-1] = 0.0
        ready = self._passed_on(ready, needed)
        quarter = Quarter(
            books=Books(
                assets_usd=closing.assets,
                debt_usd=closing.debt,
                ready_usd=ready,
                unspent_usd=unspent @ owners,
                rate=borrowing_rate(closing.debt, closing.assets, layout.terms),
                built_usd=activity.built,
                interest_usd=closing.interest,
                distributed_usd=closing.distributed,
            ),
            closing=closing,
            operations=float(operations.sum()),
            renewal=float(renewal.sum()),
            sold=float(self._sold.sum()),
            base=base_rent_usd - float(energy[-1]),
        )
        for account in (
            *(self._used_weeks, self._owed_weeks, self._energy_mwh, self._built),
            *(self._earned, self._fees, self._sold, self._lost),
        ):
            account[:] = 0.0
        return quarter

    def _passed_on(self, ready: FloatArray, needed: FloatArray) -> FloatArray:
        """Let clouds that take no new sites pass on the equity that they do not need, evenly."""
        takes = self.layout.takes_new
        if takes.all() or not takes.any():
            return ready
        spare = np.where(takes, 0.0, ready[:-1] - needed[:-1])
        passed = ready.copy()
        passed[:-1] += takes * (spare.sum() / takes.sum()) - spare
        return passed

    def owed_usd(self, now: Snapshot) -> float:
        """Return the rent over what is left of the terms of all leases that are signed."""
        signed = now.sites.live[self.layout.site_of_phase] & (now.state < Rung.CANCELLED)
        begun = np.where(signed, np.maximum(now.week - now.planned_finish, 0.0), 0.0)
        left = now.numbers.capital.lease_years - begun / WEEKS_PER_YEAR
        per_year = WEEKS_PER_YEAR * self._rent(self.layout, now.sites.owners)
        return float(per_year @ (signed * np.maximum(left, 0.0)))

    def _by_site(self, of_phase: FloatArray) -> FloatArray:
        return np.add.reduceat(of_phase, self.layout.lead_of_site)

    def _renew(self, now: Snapshot) -> FloatArray:
        """Buy racks anew at the end of their life; return what it costs by site, shape (S,)."""
        age = now.week - now.progress.finish_week[:, Work.COMMISSIONING]
        life = now.numbers.chips.chip_life_years * WEEKS_PER_YEAR
        lives = np.where(now.state < Rung.CANCELLED, np.floor(np.nan_to_num(age) / life), 0.0)
        usd = self._it_cost * (lives > self._lives)
        self._lives = np.maximum(lives, self._lives)
        self.it_usd += usd
        return self._by_site(usd)

    def _wear(self, now: Snapshot, years: float) -> FloatArray:
        """Write down what is in use in equal parts over its life; return it by site, shape (S,)."""
        n = now.numbers
        used = (now.state >= Rung.COMMISSIONED) & (now.state < Rung.CANCELLED)
        campus = self._campus_cost * (years / n.capital.campus_life_years) * used
        racks = self._it_cost * (years / n.chips.chip_life_years) * used
        campus, racks = np.minimum(campus, self.campus_usd), np.minimum(racks, self.it_usd)
        self.campus_usd -= campus
        self.it_usd -= racks
        return self._by_site(campus + racks)

    def _unspent(self, now: Snapshot) -> FloatArray:
        """Return what is still to be spent on live sites, shape (S,)."""
        left = np.maximum(self._campus_cost - self.spent_usd, 0.0)
        left += np.where(self.placed, 0.0, self._it_cost)
        return self._by_site(left * (now.pending & (now.state < Rung.COMMISSIONED)))
