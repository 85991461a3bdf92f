"""Double entry: every dollar has a payer and a payee, every MWh, m3 and hour a source and a use.

A posting that cannot be right (negative, not a number, unknown party) is not booked but kept as a
breach with who, what, when and how much, and :meth:`Ledger.check` lists all of them at once.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ecosystem.errors import InputError
from ecosystem.units import FloatArray

ACCOUNTS: tuple[str, ...] = (
    "lab",
    "partners",
    "vendors",
    "utilities",
    "ratepayers",
    "local_government",
    "households",
    "workers",
    "financiers",
    "customers",
    "landowners",
    "environment",
)

PURPOSES: Mapping[str, str] = {
    "revenue": "customers pay the lab for inference",
    "equity": "financiers fund the lab",
    "lease": "the lab rents capacity from partners",
    "fixed": "research staff and other fixed cost of the lab",
    "campus": "partners pay for buildings and power on site",
    "it": "partners pay for IT equipment",
    "land": "partners buy zoned land",
    "finance": "backers of partners put in equity",
    "debt": "lenders lend to partners",
    "repayment": "partners pay debt back",
    "interest": "partners pay interest",
    "dividend": "partners distribute what is left",
    "own_capital": "the lab puts equity into what it builds itself",
    "payout": "the lab buys back shares or pays out",
    "resale": "the next tenant's landlord pays for a building that was given up",
    "deposit": "reservation of equipment slots, capital tied up in deposits for grid studies",
    "prepayment": "capital tied up in racks that are paid for before they come",
    "grid_upgrade": "network built for a site",
    "energy": "electricity of the sites",
    "bill_change": "change of other customers' bills",
    "water": "water bought for cooling",
    "wages": "craft wages",
    "operations": "wages of permanent staff",
    "tax": "local taxes after abatement",
    "services": "local government spends on households",
    "agreement": "payments under a community benefit agreement",
    "cash": "one-sided payments to households",
    "engagement": "meetings, staff and studies before and during a permit",
    "academy": "training seats, upskilling and preparation for them",
    "rate_protection": "tariff premium and take-or-pay",
    "stewardship": "extra cost of closed-loop cooling and water projects",
    "local_hire": "pay and training of residents hired beyond the usual share",
    "damages": "late delivery, exit fees, lawsuits",
    "redesign": "redesign and retrofit",
    "rent": "renters pay more where workers look for lodging",
    "nuisance": "value of noise, traffic and air that households bear, without a payee",
    "scarcity": "value of water taken from other local uses, without a payee",
    "placebo": "spend without any lever",
}

BOOKS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "energy": ("MWh", ("grid", "on_site"), ("it", "overhead")),
    "water": ("m3", ("withdrawn",), ("consumed", "returned")),
    "labour": ("h", ("offered",), ("worked", "idle")),
    "co2": ("t", ("emitted",), ("to_air",)),
}
"""Quantity: unit, sources, uses; over any time the sources equal the uses."""

TOLERANCE = 1e-9


class Row(NamedTuple):
    """One line of the ledger, summed over a period."""

    period: str
    unit: str
    purpose: str
    payer: str
    payee: str
    amount: float


class Ledger:
    """Accumulated postings of one run, period by period (a period is usually a year).

    Parameters
    ----------
    period : str
        Label of the first period, e.g. ``"2025"``.
    details : mapping of str to tuple of int, optional
        Accounts kept in more detail, with the shape of that detail, community first, e.g.
        ``{"households": (n, 3, 2), "local_government": (n,)}`` for community x income tercile x
        near or far. Post to them with :meth:`post_each`.
    purposes : mapping of str to str
        Purposes that may be posted, with their meaning.

    Attributes
    ----------
    week : int
        Written into breaches; the model sets it at the start of a week.
    """

    __slots__ = (
        "_before",
        "_breaches",
        "_cells",
        "_closed",
        "_details",
        "_entries",
        "_period",
        "_purposes",
        "week",
    )

    def __init__(
        self,
        period: str = "all",
        details: Mapping[str, tuple[int, ...]] | None = None,
        purposes: Mapping[str, str] = PURPOSES,
    ) -> None:
        if unknown := sorted(set(details or {}) - set(ACCOUNTS)):
            raise InputError(f"Ledger details name unknown accounts {unknown}; use {ACCOUNTS}.")
        self.week = 0
        self._period = period
        self._purposes = purposes
        self._details = {name: np.zeros(shape) for name, shape in (details or {}).items()}
        self._cells: dict[tuple[str, str, str], float] = {}
        self._entries: dict[tuple[str, str], float] = {}
        self._before = dict.fromkeys(ACCOUNTS, 0.0)
        self._closed: list[Row] = []
        self._breaches: list[str] = []

    @property
    def period(self) -> str:
        """Label of the open period."""
        return self._period

    def post(self, purpose: str, payer: str, payee: str, amount: float) -> None:
        """Book a payment [USD], >= 0; a payment the other way swaps payer and payee."""
        key = (purpose, payer, payee)
        if key in self._cells and 0 <= amount < math.inf:
            self._cells[key] += amount
        else:
            self._admit(key, amount)

    def post_all(self, amounts: Mapping[tuple[str, str, str], float]) -> None:
        """Book payments [USD] by purpose, payer and payee, each as :meth:`post` does."""
        cells = self._cells
        for key, amount in amounts.items():
            if key in cells and 0 <= amount < math.inf:
                cells[key] += amount
            else:
                self._admit(key, amount)

    def post_each(self, purpose: str, payer: str, payee: str, amounts: FloatArray) -> None:
        """Book payments by community, or by household group of each community.

        Parameters
        ----------
        purpose, payer, payee : str
            At least one party is an account kept in detail.
        amounts : ndarray, shape (communities, ...)
            Payments [USD]; a negative one goes from payee to payer. Trailing axes that a
            party's detail lacks are summed for it.
        """
        # Both ways summed apart: their difference from a total may round below zero.
        there, back = _both_ways(amounts)
        fault = self._fault(purpose, payer, payee) or self._fault_each(payer, payee, amounts)
        if fault or not math.isfinite(there + back):
            with np.errstate(invalid="ignore"):  # infinities of both signs
                total = float(np.sum(amounts))
            self._refuse(fault or "not finite", purpose, payer, payee, total)
            return
        self.post(purpose, payer, payee, there)
        if back:
            self.post(purpose, payee, payer, back)
        elif not there:
            return
        for account, book in ((payer, np.subtract), (payee, np.add)):
            detail = self._details.get(account)
            if detail is not None:
                extra = tuple(range(detail.ndim, amounts.ndim))
                book(detail, amounts.sum(axis=extra) if extra else amounts, out=detail)

    def post_groups(
        self, payments: Sequence[tuple[str, str]], payee: str, amounts: FloatArray
    ) -> None:
        """Book payments by community to one account, one after another as :meth:`post_each` does.

        Parameters
        ----------
        payments : sequence of (str, str)
            Purpose and payer of each of n payments.
        payee : str
            An account kept in detail; the payers are none.
        amounts : ndarray, shape (n, communities, ...)
            Payments [USD], in the detail of `payee`; what is negative goes the other way.
        """
        detail, flat = self._details[payee], amounts.reshape(len(payments), -1)
        low, high = np.minimum.reduce(flat, 1).tolist(), np.maximum.reduce(flat, 1).tolist()
        sums = np.add.reduce(flat, 1).tolist()
        plain = amounts.shape[1:] == detail.shape and all(
            math.isfinite(total) and (least >= 0 or most <= 0) and not self._fault(*pair, payee)
            for total, least, most, pair in zip(sums, low, high, payments, strict=True)
        )
        if not plain:
            for (purpose, payer), amount in zip(payments, amounts, strict=True):
                self.post_each(purpose, payer, payee, amount)
            return
        for (purpose, payer), total in zip(payments, sums, strict=True):
            self.post(purpose, payer, payee, max(total, 0.0))
            if total < 0:
                self.post(purpose, payee, payer, -total)
        np.add.reduce(np.concatenate((detail.reshape(1, -1), flat)), 0, out=detail.reshape(-1))

    def record(self, quantity: str, entry: str, amount: float) -> None:
        """Book a physical quantity, e.g. ``record("water", "withdrawn", 120.0)``, >= 0."""
        self.record_all({(quantity, entry): amount})

    def record_all(self, amounts: Mapping[tuple[str, str], float]) -> None:
        """Book physical quantities by quantity and entry, each as :meth:`record` does."""
        entries = self._entries
        for key, amount in amounts.items():
            if key in entries and 0 <= amount < math.inf:
                entries[key] += amount
            else:
                self._admit_quantity(*key, amount)

    def _admit_quantity(self, quantity: str, entry: str, amount: float) -> None:
        """Book the first record of its kind, or refuse a wrong one."""
        key = (quantity, entry)
        if quantity not in BOOKS or entry not in (*BOOKS[quantity][1], *BOOKS[quantity][2]):
            fault = "no such entry"
        elif not 0 <= amount < math.inf:
            fault = "not a finite amount >= 0"
        else:
            self._entries[key] = self._entries.get(key, 0.0) + amount
            return
        self._breaches.append(f"week {self.week}: {quantity} {entry!r}: {amount:,.6g}: {fault}")

    def begin(self, period: str) -> None:
        """Close the open period and begin another; faults of its books stay on record."""
        self._breaches += self._open_books()
        self._closed += self._open_rows()
        self._before = self.balance()
        self._cells.clear()
        self._entries.clear()
        self._period = period

    def balance(self) -> dict[str, float]:
        """Return received less paid by account over all periods [USD]; they sum to zero."""
        balances = dict(self._before)
        for (_, payer, payee), amount in self._cells.items():
            balances[payer] -= amount
            balances[payee] += amount
        return balances

    def detail(self, account: str) -> FloatArray:
        """Return received less paid over all periods for an account kept in detail [USD]."""
        return self._details[account].copy()

    def total(self, purpose: str, payer: str | None = None, payee: str | None = None) -> float:
        """Return what was paid over all periods for a purpose [USD], by these parties if named."""
        return math.fsum(
            row.amount
            for row in self.table()
            if row.unit == "USD"
            and row.purpose == purpose
            and payer in (None, row.payer)
            and payee in (None, row.payee)
        )

    def check(self, changes: Mapping[str, float] | None = None) -> list[str]:
        """List every breach.

        Parameters
        ----------
        changes : mapping of str to float, optional
            Change since the start of stocks that the model keeps itself, by account, e.g. the
            lab's cash; each must equal the balance.

        Returns
        -------
        list of str
            Refused postings, books whose uses differ from their sources, details and stocks that
            differ from the account; empty when all is well.
        """
        balances = self.balance()
        found = [*self._breaches, *self._open_books()]
        for account, detail in self._details.items():
            if not _same(balances[account], kept := float(detail.sum()), np.abs(detail).sum()):
                found.append(
                    f"{account}: account holds {balances[account]:,.2f} USD, its detail "
                    f"{kept:,.2f}; something was posted without post_each"
                )
        for account, change in (changes or {}).items():
            if not _same(balances[account], change, self._turnover(account)):
                found.append(
                    f"{account}: ledger says {balances[account]:,.2f} USD since the start, "
                    f"the model {change:,.2f}"
                )
        return found

    def table(self) -> list[Row]:
        """Return all rows, money and quantities; of a quantity, `payer` holds source or use."""
        return [*self._closed, *self._open_rows()]

    def _admit(self, key: tuple[str, str, str], amount: float) -> None:
        """Book the first posting of its kind, or refuse a wrong one."""
        fault = self._fault(*key)
        if not fault and not 0 <= amount < math.inf:
            fault = "not a finite amount >= 0"
        if fault:
            self._refuse(fault, *key, amount)
        else:
            self._cells[key] = self._cells.get(key, 0.0) + amount

    def _fault(self, purpose: str, payer: str, payee: str) -> str:
        """Say why nothing can be posted between these parties; empty if it can."""
        if purpose not in self._purposes:
            return "unknown purpose"
        if payer not in ACCOUNTS or payee not in ACCOUNTS:
            return "unknown account"
        return "payer and payee are the same" if payer == payee else ""

    def _fault_each(self, payer: str, payee: str, amounts: FloatArray) -> str:
        """Say why a posting by community cannot be right; empty if it can."""
        kept = [self._details[party] for party in (payer, payee) if party in self._details]
        if not kept:
            return "neither party is kept in detail"
        for detail in kept:
            if amounts.shape[: detail.ndim] != detail.shape:
                return f"amounts of shape {amounts.shape} do not fit {[d.shape for d in kept]}"
        return ""

    def _refuse(self, fault: str, purpose: str, payer: str, payee: str, amount: float) -> None:
        self._breaches.append(
            f"week {self.week}: {purpose!r} from {payer!r} to {payee!r}, {amount:,.2f} USD: {fault}"
        )

    def _open_books(self) -> list[str]:
        """List quantities of the open period whose uses differ from their sources."""
        found: list[str] = []
        for quantity, (unit, sources, uses) in BOOKS.items():
            came = math.fsum(self._entries.get((quantity, entry), 0.0) for entry in sources)
            went = math.fsum(self._entries.get((quantity, entry), 0.0) for entry in uses)
            if not _same(came, went, came):
                found.append(
                    f"period {self._period}: {quantity}: sources {came:,.6g} {unit}, "
                    f"uses {went:,.6g}, difference {came - went:,.6g}"
                )
        return found

    def _open_rows(self) -> list[Row]:
        """Return the rows of the open period."""
        money = [
            Row(self._period, "USD", purpose, payer, payee, float(amount))
            for (purpose, payer, payee), amount in self._cells.items()
        ]
        quantities = [
            Row(self._period, BOOKS[quantity][0], quantity, entry, "", float(amount))
            for (quantity, entry), amount in self._entries.items()
        ]
        return money + quantities

    def _turnover(self, account: str) -> float:
        """Return all that an account paid and received over all periods [USD]."""
        rows = (row for row in self.table() if row.unit == "USD")
        return math.fsum(row.amount for row in rows if account in (row.payer, row.payee))


def _both_ways(amounts: FloatArray) -> tuple[float, float]:
    """Return the sum of what is positive, and that of what is negative, as a positive number."""
    total = np.add.reduce
    if np.minimum.reduce(amounts, None) >= 0:
        return float(total(amounts, None)), 0.0
    back = -float(total(np.minimum(amounts, 0.0), None))
    if np.maximum.reduce(amounts, None) <= 0:
        return 0.0, back
    return float(total(np.maximum(amounts, 0.0), None)), back


def _same(one: float, other: float, scale: float) -> bool:
    """Return whether two sums agree to rounding, given what went through them."""
    return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other), scale)
