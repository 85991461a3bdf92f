"""What the flywheel does year by year: the gains of its loops, its regime, what binds it."""

import numpy as np
from numpy.typing import NDArray

from ecosystem.layout import Layout
from ecosystem.market import (
    SHORTFALL_TOLERANCE,
    MarketRules,
    gamma_cash,
    gamma_demand,
    gamma_rivals,
    local_slope,
    regime,
    saturation,
)
from ecosystem.observables import CAUSES
from ecosystem.results import Table
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray

REGIMES = ("decline", "finance_driven", "delivery_limited", "demand_saturated", "overbuild")


def loop_table(
    layout: Layout, rules: MarketRules, weekly: Table, ledger: Table, announced_week: FloatArray
) -> Table:
    """Return one row per calendar year of a run.

    Parameters
    ----------
    layout : Layout
    rules : MarketRules
    weekly, ledger : Table
        Of the run: a row a week; postings summed by year.
    announced_week : ndarray, shape (S,)
        Week in which each site was announced, NaN if it was not.

    Returns
    -------
    Table
        ``year``; ``weeks`` in it; ``saturation``, F of the best model; ``gamma_demand``,
        s(1 - F)/(w ln 10) with the slope of the law there; ``gamma_rivals``, what business taken
        from rivals adds; ``margin``, what the lab keeps of its revenue after all that it pays but
        to financiers and for buildings of its own; ``growth``, of capacity [1/yr]; ``gamma_cash``,
        the share of the investment behind that growth which the margin pays (NaN where capacity
        falls faster than it wears);
        ``regime``, the one of most weeks, and ``regime_share``; a share of weeks for each regime;
        ``binds``, what held the loop back in that regime: the cause that kept most capacity from
        use where delivery limits it, money where demand waits for it, else demand; ``sites_left``
        that the lab could still open at the end of the year; ``rationed`` and ``price_at_bound``,
        shares of weeks.
    """
    weeks = len(weekly["week"])
    years = np.array([layout.day(week).year for week in range(weeks)])
    names = _regimes(weekly, rules)
    table: dict[str, list[float | int | str]] = {}
    for year in np.unique(years).tolist():
        now = years == year
        row = _gains(rules, weekly, now) | _cash(layout, weekly, ledger, now, year)
        shares = {name: float(np.mean(names[now] == name)) for name in REGIMES}
        modal = max(REGIMES, key=shares.__getitem__)
        row |= {"regime": modal, "regime_share": shares[modal], **shares}
        row["binds"] = _binding(modal, weekly, now & (names == modal))
        row["sites_left"] = int(np.sum(~(announced_week <= np.flatnonzero(now)[-1] + 1)))
        for name in ("rationed", "price_at_bound"):
            row[name] = float(np.mean(weekly[name][now] > 0))
        for name, value in ({"year": year, "weeks": int(now.sum())} | row).items():
            table.setdefault(name, []).append(value)
    return {
        name: np.array(values, dtype=object if isinstance(values[0], str) else None)
        for name, values in table.items()
    }


def _regimes(weekly: Table, rules: MarketRules) -> NDArray[np.object_]:
    """Return the regime of each week; growth is that of use over the last quarter."""
    adopted = np.maximum(weekly["adopted_mw"], 1e-9)
    before = np.maximum(np.arange(len(adopted)) - 13, 0)
    growth = np.log(adopted / adopted[before]) * WEEKS_PER_YEAR / 13
    shares = [saturation(float(c), rules) for c in weekly["capability"]]
    columns = (weekly[n] for n in ("utilisation", "shortfall", "room_usd_per_year"))
    return np.array(
        [
            regime(rho, short, share, up, room, rules)
            for rho, short, room, share, up in zip(*columns, shares, growth, strict=True)
        ],
        dtype=object,
    )


def _gains(rules: MarketRules, weekly: Table, now: BoolArray) -> dict[str, float | int | str]:
    capability = float(weekly["capability"][now].mean())
    slope, share = local_slope(capability, rules), saturation(capability, rules)
    rivals = float(weekly["rival_share"][now].mean())
    return {
        "saturation": share,
        "gamma_demand": float(gamma_demand(slope, rules.demand_width, share)),
        "gamma_rivals": float(gamma_rivals(slope, rules.rival_width, rivals)),
    }


def _cash(
    layout: Layout, weekly: Table, ledger: Table, now: BoolArray, year: int
) -> dict[str, float | int | str]:
    n = layout.world.numbers
    revenue = float(weekly["revenue_usd"][now].sum())
    paid = (ledger["payer"] == "lab") & (ledger["payee"] != "financiers")
    paid &= ledger["purpose"] != "own_capital"  # what it builds is no cost but an investment
    paid &= (ledger["unit"] == "USD") & (ledger["period"] == str(year))
    margin = 1 - float(ledger["amount"][paid].sum()) / revenue if revenue > 0 else np.nan
    capacity = (weekly["usable_mw"] + weekly["installed_base_mw"])[now]
    span = (len(capacity) - 1) / WEEKS_PER_YEAR
    ends = capacity[0] > 0 and capacity[-1] > 0 and span > 0
    growth = float(np.log(capacity[-1] / capacity[0]) / span) if ends else np.nan
    capex = n.capital.campus_usd_per_mw + n.capital.it_usd_per_mw
    wear = n.capital.it_usd_per_mw / capex / n.chips.chip_life_years
    per_mw = revenue / capacity.mean() / (len(capacity) / WEEKS_PER_YEAR) if ends else np.nan
    spent = wear + growth > 0
    gain = float(gamma_cash(margin, per_mw, capex, wear, growth)) if spent else np.nan
    return {"margin": margin, "growth": growth, "gamma_cash": gain}


def _binding(modal: str, weekly: Table, now: BoolArray) -> str:
    """Return what held the loop back over the weeks of a regime."""
    if modal != "delivery_limited":
        waits = np.mean(weekly["shortfall"][now] > SHORTFALL_TOLERANCE) > 0.5
        return "money" if modal == "finance_driven" and waits else "demand"
    lost = {cause: float(weekly[f"lost_gw_weeks_{cause}"][now].sum()) for cause in CAUSES}
    worst = max(lost, key=lost.__getitem__)
    return worst if lost[worst] > 0 else "lead times"
