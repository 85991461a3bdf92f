"""What is kept of a run: named outcomes, and the tables that later explain a difference."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecosystem import observables
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult, Table
from ecosystem.units import MW_PER_GW, SECONDS_PER_WEEK, WEEKS_PER_YEAR
from experiments import failures, people

LADDER = (*(name.removesuffix("_mw") for name in observables.LADDER), "cancelled")
"""States of a megawatt: the rungs from ``announced`` to ``usable``, and what was given up."""

MILESTONES_GW = (1, 2, 5, 10)

_STATES = (
    *(f"{state}_mw" for state in LADDER),
    "usable_it_mw",
    "installed_base_mw",
    "capability",
    "demand_mw",
    "served_mw",
    "utilisation",
    "latency_s",
    "price_usd_per_mtok",
    "mean_support",
    "cash_usd",
    "commitment_cover",
    "debt_usd",
    "leverage",
    "resold_mw",
    "unfunded_mw",
)
_FLOWS = (
    "revenue_usd",
    "lease_usd",
    "equity_usd",
    "payout_usd",
    "partners_capex_usd",
    "own_capex_usd",
    "strategy_cost_usd",
    "energy_mwh",
    "co2_t",
    "water_m3",
    *(f"lost_gw_weeks_{cause}" for cause in CAUSES),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number of a run.

    Attributes
    ----------
    name, unit, meaning : str
    better : {1, -1, 0}
        Whether more or less of it is better for the programme or its hosts; 0 leaves that open.
    measure : callable
        From a RunResult to a float; NaN where the run cannot tell.
    kind : {"value", "time"}
        A time is NaN if the event did not come within the run (censored).
    """

    name: str
    unit: str
    meaning: str
    better: Literal[1, -1, 0]
    measure: Callable[[RunResult], float]
    kind: Literal["value", "time"] = "value"


def start_of(result: RunResult) -> date:
    """Return the first day of a run."""
    return date.fromisoformat(str(result.manifest["start"]))


def row_at(result: RunResult, day: date) -> int | None:
    """Return the weekly row in force on `day`, or None if the run does not reach it."""
    row = (day - start_of(result)).days // 7
    return row if 0 <= row < len(result.series("week")) else None


def usable_gw_years(result: RunResult) -> float:
    """Return the integral of usable facility power over the run [GW yr]."""
    return float(result.series("usable_mw").sum()) / MW_PER_GW / WEEKS_PER_YEAR


def training_flop(result: RunResult) -> float:
    """Return the useful training work of a run [FLOP]."""
    return float(result.series("training_flop_per_s").sum()) * SECONDS_PER_WEEK


def usable_gw_on(result: RunResult, day: date) -> float:
    """Return usable facility GW on a day, NaN if the run ends before it."""
    row = row_at(result, day)
    return float("nan") if row is None else float(result.series("usable_mw")[row]) / MW_PER_GW


def weeks_to(result: RunResult, gw: float) -> float:
    """Return weeks until `gw` GW are usable, NaN if that is not reached."""
    reached = result.series("usable_mw") >= gw * MW_PER_GW
    return float(np.argmax(reached)) if reached.any() else float("nan")


def benefit_per_household(result: RunResult) -> float:
    """Return net benefit to date of a host household, the mean over all of them [USD].

    Hosts are the communities of sites announced so far. Were each community to count alike, a
    township of some hundred households, which draws the taxes of a gigawatt, would say it all.
    """
    groups = result.tables["groups"]
    return people.per_household(groups, np.ones(len(groups["households"]), bool), "benefit_usd")


def lab_result_usd(result: RunResult) -> float:
    """Return what the lab took in less all that it paid, equity aside [USD]."""
    rows = result.tables["ledger"]
    counted = (rows["unit"] == "USD") & (rows["purpose"] != "equity")
    amount = np.where(counted, rows["amount"], 0.0)
    got, paid = (amount @ (rows[side] == "lab") for side in ("payee", "payer"))
    return float(got - paid)


def _at_horizon(column: str, scale: float = 1.0) -> Callable[[RunResult], float]:
    return lambda result: float(result.series(column)[-1]) / scale


def _total(column: str, scale: float = 1.0) -> Callable[[RunResult], float]:
    return lambda result: float(result.series(column).sum()) / scale


def _weeks_with(column: str) -> Callable[[RunResult], float]:
    return lambda result: float(np.mean(result.series(column) > 0))


def _delivery_limited(result: RunResult) -> float:
    loops = result.tables.get("loops")
    if loops is None:
        return float("nan")
    return float(np.average(loops["delivery_limited"], weights=loops["weeks"]))


def _last_year(column: str) -> Callable[[RunResult], float]:
    return lambda result: float(result.series(column)[-52:].mean())


def _time_to(gw: float) -> Callable[[RunResult], float]:
    return lambda result: weeks_to(result, gw)


def _given_up(reason: str) -> Callable[[RunResult], float]:
    return lambda result: failures.given_up_mw(result, reason)


def _group(tercile: str, place: str, column: str) -> Callable[[RunResult], float]:
    return lambda result: people.cell(result, tercile, place, column)


def _all_causes(result: RunResult) -> float:
    return sum(float(result.series(f"lost_gw_weeks_{cause}").sum()) for cause in CAUSES)


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("usable_gw_years", "GW yr", "Usable programme compute", 1, usable_gw_years),
    Outcome(
        "usable_gw_2030",
        "GW",
        "Usable on 2030-01-01",
        1,
        lambda result: usable_gw_on(result, date(2030, 1, 1)),
    ),
    Outcome("usable_gw", "GW", "Usable at the horizon", 1, _at_horizon("usable_mw", MW_PER_GW)),
    *(
        Outcome(f"weeks_to_{gw}gw", "week", f"Weeks to {gw} GW usable", -1, _time_to(gw), "time")
        for gw in MILESTONES_GW
    ),
    Outcome(
        "secured_then_cancelled", "1", "Secured MW cancelled, share", -1,
        failures.secured_then_cancelled,
    ),
    Outcome(
        "late_mw", "1", "MW due but over 104 weeks late, share", -1, failures.late_share
    ),
    Outcome("late_phases", "phases", "Phases over 104 weeks late", -1, failures.late_phases),
    Outcome(
        "short_sites", "1", "Sites due but not half in use, share", -1, failures.short_share
    ),
    *(
        Outcome(
            f"given_up_mw_{reason}",
            "MW",
            f"Given up: {word}",
            -1,
            _given_up(reason),
        )
        for reason, word in failures.WORDS.items()
    ),
    Outcome("lost_gw_weeks", "GW week", "Lost to all causes", -1, _all_causes),
    *(
        Outcome(
            f"lost_gw_weeks_{cause}",
            "GW week",
            f"Lost to {cause}",
            -1,
            _total(f"lost_gw_weeks_{cause}"),
        )
        for cause in CAUSES
    ),
    Outcome("strategy_cost_usd", "USD", "Strategy cost", -1,
            _total("strategy_cost_usd")),
    Outcome("mean_support", "1", "Support at the horizon, mean", 1, _at_horizon("mean_support")),
    Outcome(
        "benefit_usd_per_household",
        "USD",
        "Local benefit per household",
        1,
        benefit_per_household,
    ),
    Outcome(
        "bill_change_usd_per_household_year",
        "USD/yr",
        "Household bill, final year",
        -1,
        _last_year("bill_change_usd_per_household_year"),
    ),
    *(
        Outcome(
            people.cell_name(tercile, place, yearly),
            "USD/yr" if yearly else "USD",
            f"Net benefit per household, {tercile} income, {place}"
            + (", final year" if yearly else ""),
            1,
            _group(tercile, place, "benefit_usd_year" if yearly else "benefit_usd"),
        )
        for yearly in (False, True)
        for tercile in people.TERCILES
        for place in people.PLACES
    ),
    Outcome("losing", "1", "Host households that lose, share", -1, people.share_losing),
    Outcome(
        "losing_year", "1", "Host households that lose, final year, share", -1,
        people.share_losing_year,
    ),
    Outcome(
        "worst_decile_usd", "USD", "Net benefit per household, worst tenth of groups", 1,
        people.worst_decile,
    ),
    Outcome("opposed_hosts", "1", "Host communities against, share", -1, people.opposed_hosts),
    Outcome("local_job_years", "job-years", "Local jobs", 1, people.local_job_years),
    Outcome("job_years", "job-years", "Jobs at sites", 1, people.job_years),
    Outcome("permanent_job_years", "job-years", "Permanent jobs at sites", 1,
            people.permanent_job_years),
    Outcome("tax_usd", "USD", "Local taxes after abatement", 1, people.tax_usd),
    Outcome("contacts_per_year", "1/yr", "Times a host was heard", 1, people.contacts_per_year),
    Outcome("openness", "1", "Openness that hosts met", 1, people.openness),
    Outcome("promises_kept", "1", "Promises to hosts kept, share", 1, people.promises_kept),
    Outcome("co2_t", "t", "CO2 of electricity used", -1, _total("co2_t")),
    Outcome("water_m3", "m3", "Water used", -1, _total("water_m3")),
    Outcome("lease_usd", "USD", "Rent paid by the lab", 0, _total("lease_usd")),
    Outcome("payout_usd", "USD", "Paid out by the lab", 0, _total("payout_usd")),
    Outcome("debt_usd", "USD", "Debt of owners at the horizon", 0, _at_horizon("debt_usd")),
    Outcome("resold_mw", "MW", "Given to other tenants", 0, _at_horizon("resold_mw")),
    Outcome("unfunded_mw_weeks", "MW week", "Sites refused funds", -1, _total("unfunded_mw")),
    Outcome("revenue_usd", "USD", "Revenue", 1, _total("revenue_usd")),
    Outcome(
        "lab_result_usd", "USD", "Lab: revenue less all it pays, equity aside", 1, lab_result_usd
    ),
    Outcome("capability", "ECI points", "Capability at horizon", 0, _at_horizon("capability")),
    Outcome("training_flop", "FLOP", "Useful training work", 1, training_flop),
    Outcome("rationed", "1", "Weeks in which demand was rationed, share", -1,
            _weeks_with("rationed")),
    Outcome("price_at_bound", "1", "Weeks with the price at its bound, share", 0,
            _weeks_with("price_at_bound")),
    Outcome("delivery_limited", "1", "Weeks limited by delivery, share", 0, _delivery_limited),
)  # fmt: skip


def measures(result: RunResult) -> Table:
    """Return all outcomes of a run and its length, one row."""
    values = {outcome.name: np.array([outcome.measure(result)]) for outcome in OUTCOMES}
    values["horizon_weeks"] = np.array([float(len(result.series("week")))])
    return values


def reduce(result: RunResult) -> dict[str, Table]:
    """Return the small tables that stand for a run in an experiment.

    ``outcomes`` has one row, ``yearly`` one per 1 January and one for the last week, ``sites``
    one per site; ``phases``, ``events``, ``groups`` and ``hosts`` are the run's own; ``parties``
    is who paid whom.
    """
    return {
        "outcomes": measures(result),
        "yearly": yearly(result),
        "sites": _site_totals(result.tables["sites"]),
        "phases": result.tables["phases"],
        "events": result.tables["events"],
        "groups": result.tables["groups"],
        "hosts": result.tables["hosts"],
        "parties": people.parties(result.tables["ledger"]),
    }


def yearly(result: RunResult) -> Table:
    """Return states on every 1 January and in the last week, and flows since the row before.

    Columns: ``date`` (ISO text), the states and flows of the weekly table.
    """
    start, weeks = start_of(result), len(result.series("week"))
    firsts = (date(year, 1, 1) for year in range(start.year, start.year + weeks // 52 + 2))
    marks = {day: row for day in firsts if (row := row_at(result, day)) is not None}
    days, rows = list(marks), list(marks.values())
    if not rows or rows[-1] < weeks - 1:
        days.append(start + timedelta(weeks=weeks))
        rows.append(weeks - 1)
    at = np.array(rows)
    table: Table = {"date": np.array([day.isoformat() for day in days], dtype=object)}
    table |= {name: result.series(name)[at] for name in _STATES}
    for name in _FLOWS:
        so_far: NDArray[np.float64] = np.cumsum(result.series(name))[at]
        table[name] = np.diff(so_far, prepend=0.0)
    return table


def _site_totals(sites: Table) -> Table:
    """Return usable GW-years, and at the end usable and cancelled MW, site by site."""
    names, index = np.unique(sites["site"].astype(str), return_inverse=True)
    sums = np.bincount(index, weights=sites["usable_mw"], minlength=len(names))
    last = np.zeros(len(names), dtype=np.int64)
    order = np.argsort(sites["week"], kind="stable")
    last[index[order]] = order  # the latest row of each site is written last
    return {
        "site": names.astype(object),
        "usable_gw_years": sums / MW_PER_GW / WEEKS_PER_YEAR,
        "usable_mw": sites["usable_mw"][last],
        "cancelled_mw": sites["cancelled_mw"][last],
        "support": sites["support"][last],
    }
