"""What must be conserved in every week of every world; all breaches at once."""

from typing import NamedTuple

import numpy as np

from ecosystem.deals import Deals
from ecosystem.ledger import Ledger
from ecosystem.state import Snapshot
from ecosystem.units import FloatArray


class Closed(NamedTuple):
    """Debt and book value of all owners, and the book value of what they built phase by phase."""

    debt_usd: float
    assets_usd: float
    built_usd: float


def audit(
    now: Snapshot,
    deals: Deals,
    ladder: FloatArray,
    announced_mw: float,
    worked_hours: FloatArray,
    ledger: Ledger,
    cash_change_usd: float,
    closed: Closed | None = None,
) -> list[str]:
    """List every breach of the week.

    Parameters
    ----------
    now : Snapshot
    deals : Deals
    ladder : ndarray, shape (S, 8)
        MW by site and rung.
    announced_mw : float
        Facility MW of all sites ever announced.
    worked_hours : ndarray, shape (R, 4)
        Craft hours worked for all builders.
    ledger : Ledger
    cash_change_usd : float
        Change of the lab's cash since the start, as the model keeps it.
    closed : Closed, optional
        The books, in a week in which they are closed.
    """
    found = []
    if not np.isclose(ladder.sum(), announced_mw, rtol=1e-9, atol=1e-6):
        found.append(f"ladder: {ladder.sum():,.3f} MW on its rungs, {announced_mw:,.3f} announced")
    if (ladder < 0).any():
        found.append("ladder: negative megawatts on a rung")
    over = worked_hours > now.labour.offered_hours * (1 + 1e-6) + 1e-6
    for region, craft in zip(*np.nonzero(over), strict=True):
        found.append(
            f"labour: {worked_hours[region, craft]:,.0f} h worked of "
            f"{now.labour.offered_hours[region, craft]:,.0f} h offered, "
            f"region {now.layout.world.regions[region].key}, craft {craft}"
        )
    share = deals.offer.availability
    if len(share) and not ((share >= 0) & (share <= 1)).all():
        found.append("availability outside [0, 1]")
    if now.vendors.headroom_mw.min(initial=0.0) < -1e-6:
        found.append("grid: more firm capacity promised than there is")
    for name in ("opinion", "trust", "opposing", "supporting"):
        values = getattr(now.society, name)
        if not (np.abs(values) <= 1 + 1e-9).all():
            found.append(f"society: {name} outside its bounds")
    stocks = {"lab": cash_change_usd}
    if closed is not None:
        stocks["partners"] = 0.0  # they keep no cash
        owed = ledger.total("debt") - ledger.total("repayment")
        for what, usd, other in (
            ("debt", closed.debt_usd, owed),
            ("book value", closed.assets_usd, closed.built_usd),
        ):
            if not np.isclose(usd, other, rtol=1e-6, atol=1.0):
                found.append(f"books: {what} of owners {usd:,.2f} USD, elsewhere {other:,.2f}")
    found += ledger.check(stocks)
    return [f"week {now.week}: {line}" for line in found]
