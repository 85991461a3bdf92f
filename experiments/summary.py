"""What the console prints of a run and of a comparison: plain text, at most 100 columns wide."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from textwrap import wrap

import numpy as np

from ecosystem.delivery.failure import LATE_WEEKS, REASONS
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult, Table
from ecosystem.units import MW_PER_GW, date_of, iso_week
from experiments import failures
from experiments.compare import COST, COST_OF_GAIN, PRIMARY, Row
from experiments.outcomes import LADDER, MILESTONES_GW, OUTCOMES, weeks_to, yearly
from experiments.wording import between, scale_of, three

WIDTH = 100
_NARROWEST = 24
_ECONOMY = (
    ("ECI pts", "capability", 1.0),
    ("util.", "utilisation", 1.0),
    ("USD/Mtok", "price_usd_per_mtok", 1.0),
    ("latency s", "latency_s", 1.0),
    ("demand GW", "demand_mw", MW_PER_GW),
    ("served GW", "served_mw", MW_PER_GW),
    ("revenue", "revenue_usd", 1.0),
    ("strategy", "strategy_cost_usd", 1.0),
    ("support", "mean_support", 1.0),
)
_BN = 1e9
_MONEY = (
    ("cash", "cash_usd", _BN),
    ("rent", "lease_usd", _BN),
    ("equity", "equity_usd", _BN),
    ("payout", "payout_usd", _BN),
    ("capex", "partners_capex_usd", _BN),
    ("own", "own_capex_usd", _BN),
    ("debt", "debt_usd", _BN),
    ("leverage", "leverage", 1.0),
    ("cover", "commitment_cover", 1.0),
    ("resold", "resold_mw", MW_PER_GW),
    ("refused", "unfunded_mw", MW_PER_GW),
)
_COMPARED = (
    PRIMARY,
    "usable_gw_2030",
    "usable_gw",
    *(f"{kind}_{gw}gw" for gw in MILESTONES_GW for kind in ("reached", "weeks_to")),
    "secured_then_cancelled",
    "late_mw",
    "short_sites",
    *(f"given_up_mw_{reason}" for reason in REASONS),
    *(f"lost_gw_weeks_{cause}" for cause in CAUSES),
    "mean_support",
    "benefit_usd_per_household",
    "losing",
    "worst_decile_usd",
    "local_job_years",
    "tax_usd",
    "promises_kept",
    "bill_change_usd_per_household_year",
    "co2_t",
    "water_m3",
    "revenue_usd",
    "capability",
    "rationed",
    "price_at_bound",
    "delivery_limited",
    COST,
)

_SHARES = (
    *("secured_then_cancelled", "late_mw", "short_sites", "losing", "promises_kept"),
    *("rationed", "price_at_bound", "delivery_limited"),
)


def grid(head: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Lay out a table in plain text.

    Parameters
    ----------
    head : sequence of str
        Column titles.
    rows : iterable of sequence of str
        Cells.
    left : sequence of int
        Columns of words, to the left; the others, numbers, go to the right. The last column is
        wrapped if it holds words and the table would be wider than 100 columns.
    """
    lines = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if len(head) - 1 in left:
        room = WIDTH - sum(widths[:-1]) - 2 * (len(widths) - 1)
        widths[-1] = min(widths[-1], max(room, _NARROWEST))
    text: list[str] = []
    for number, line in enumerate(lines):
        words = len(head) - 1 in left
        first, *more = (wrap(line[-1], widths[-1]) or [""]) if words else [line[-1]]
        cells = [
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip([*line[:-1], first], widths, strict=True))
        ]
        text.append("  ".join(cells).rstrip())
        text += [" " * (sum(widths[:-1]) + 2 * (len(widths) - 1)) + part for part in more]
        if number == 0:
            text.append("-" * min(WIDTH, sum(widths) + 2 * (len(widths) - 1)))
    return "\n".join(text)


def paragraph(text: str) -> str:
    """Break a sentence into lines of at most 100 columns; later lines are indented."""
    indent = " " * (len(text) - len(text.lstrip()))
    return "\n".join(wrap(text.strip(), WIDTH, initial_indent=indent, subsequent_indent=indent))


def run_text(result: RunResult, title: str, events: int = 12) -> str:
    """Describe a run: ladder and economy by year, delay by cause, milestones, main events."""
    by_year = yearly(result)
    dates = [str(day) for day in by_year["date"]]
    words = [state.replace("commissioned", "commiss.") for state in LADDER]
    ladder = [(word, f"{state}_mw", MW_PER_GW) for word, state in zip(words, LADDER, strict=True)]
    ladder.append(("IT GW", "usable_it_mw", MW_PER_GW))

    def table(columns: Sequence[tuple[str, str, float]]) -> str:
        rows = [
            [day, *(three(float(by_year[name][i]) / scale) for _, name, scale in columns)]
            for i, day in enumerate(dates)
        ]
        return grid(["date", *(word for word, _, _ in columns)], rows)

    events_read = main_events(result.tables["events"], events)
    parts = [
        paragraph(title),
        "Ladder: facility GW in exactly each state; IT GW of what is usable\n" + table(ladder),
        "Economy: as of the date (capability in ECI points); USD since the row above\n"
        + table(_ECONOMY),
        "Money: USD bn, flows since the row above; capex of partners and of the lab; debt of\n"
        "owners over book value (leverage); rent signed for over expected revenue (cover);\n"
        "GW resold and refused\n" + table(_MONEY),
        *([_loops(result.tables["loops"])] if "loops" in result.tables else []),
        _why_late(result) if "lost_capacity" in result.tables else _causes(result),
        "Failure, by each definition\n" + "\n".join(map(paragraph, _failed(result))),
        paragraph(_milestones(result)),
        "Main events\n" + "\n".join(paragraph(f"  {line}") for line in events_read),
    ]
    return "\n\n".join(parts)


def _loops(table: Table) -> str:
    """Lay out the loops by year: gains, what limits growth, scarcity."""
    head = ("year", "gain D", "gain $", "margin", "F", "rationed", "at bound", "sites")
    gains, shares = ("gamma_demand", "gamma_cash"), ("saturation", "rationed", "price_at_bound")
    rows: list[list[str]] = []
    for i, year in enumerate(table["year"]):
        name = str(table["regime"][i]).replace("_", " ")
        rows.append(
            [
                str(year),
                *(f"{float(table[column][i]):.2f}" for column in gains),
                *(f"{100 * float(table[column][i]):.0f}%" for column in ("margin", *shares)),
                str(table["sites_left"][i]),
                f"{name} {100 * float(table['regime_share'][i]):.0f}%",
                str(table["binds"][i]),
            ]
        )
    words = (
        "Loops: gain of demand (explosive at 1) and of cash (at 1 growth pays for itself); F, the "
        "share of demand that the best model opens; weeks with rationing, and with the price at "
        "floor or cap; sites left to open; what limited growth in most weeks, and what bound it"
    )
    return paragraph(words) + "\n" + grid([*head, "limit", "bound by"], rows, left=(0, 8, 9))


def main_events(table: Table, count: int) -> list[str]:
    """Return the events to read first, in order of time: the first of each kind, then by site."""
    kinds, sites = table["kind"].astype(str), table["site"].astype(str)
    picked: dict[int, None] = {}
    by_site = [f"{kind}|{site}" for kind, site in zip(kinds, sites, strict=True)]
    for names in (kinds, np.array(by_site, dtype=str)):
        _, firsts = np.unique(names, return_index=True)
        for row in sorted(firsts.tolist()):
            if len(picked) < count:
                picked[row] = None
    lines: list[str] = []
    for row in sorted(picked, key=lambda row: (str(table["day"][row]), row)):
        day = str(table["day"][row])
        where = f" {sites[row]}" if sites[row] else ""
        week = iso_week(date.fromisoformat(day))
        lines.append(f"{day} ({week}) {kinds[row]}{where}: {table['text'][row]}")
    return lines or ["none"]


def comparison_text(rows: Sequence[Row], baseline: str) -> str:
    """Lay out the differences to the baseline, as many strategies side by side as fit."""
    of = {(row.strategy, row.outcome): row for row in rows}
    waiting = [key for key in dict.fromkeys(row.strategy for row in rows) if key != baseline]
    parts = [
        f"Over the sampled futures: median (or mean), and paired difference to {baseline}\n"
        "with its 90% interval; * where the interval leaves out 0"
    ]
    while waiting:
        shown = [waiting.pop(0)]
        while waiting and _wide(_columns(of, baseline, [*shown, waiting[0]])) <= WIDTH:
            shown.append(waiting.pop(0))
        head, *body = zip(*_columns(of, baseline, shown), strict=True)
        same = sum(
            all(of[key, name].n and of[key, name].verdict == "identical" for key in shown)
            for name in _COMPARED
        )
        parts.append(grid(head, body) + f"\n{same} other outcomes are identical." * bool(same))
    return "\n\n".join(parts)


def _columns(
    of: Mapping[tuple[str, str], Row], baseline: str, shown: Sequence[str]
) -> list[list[str]]:
    """Return the columns of a table of some strategies, without what is identical in all."""
    columns = [[""], [baseline], *([f"{key} - {baseline}"] for key in shown)]
    for name in _COMPARED:
        base, mine = of[baseline, name], [of[key, name] for key in shown]
        if all(not row.n or row.verdict == "identical" for row in mine):
            continue
        numbers = [base.value, *(value for row in mine for value in (row.value, row.diff))]
        scale, word = scale_of(max((abs(v) for v in numbers if v == v), default=0.0))
        factor = (100.0 if _is_share(name) else 1.0) / scale
        cells = [_label(name, word), three(factor * base.value)]
        cells += [_difference(row, factor) for row in mine]
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    return columns


def _wide(columns: Sequence[Sequence[str]]) -> int:
    return sum(max(map(len, column)) + 2 for column in columns) - 2


def _label(name: str, scale: str) -> str:
    if name.startswith("reached_"):
        gw = name.removeprefix("reached_").removesuffix("gw")
        return f"Futures that reach {gw} GW, %"
    outcome = next(outcome for outcome in OUTCOMES if outcome.name == name)
    meaning = outcome.meaning.removesuffix(", share")
    if outcome.kind == "time":
        return f"{meaning}, mean"
    if _is_share(name):
        return f"{meaning}, %"
    unit = f"{scale} {outcome.unit}".strip()
    return meaning if unit in ("1", "phases") else f"{meaning}, {unit}"


def _is_share(name: str) -> bool:
    return name.startswith("reached_") or name in _SHARES


def _difference(row: Row, factor: float) -> str:
    if not row.n:
        return "-"
    if row.verdict == "identical":
        return "identical"
    text = three(factor * row.diff, sign=True)
    low, high = factor * row.diff_low, factor * row.diff_high
    if low != low:
        return text
    mark = "*" if row.verdict in ("more", "less") else " "
    return f"{text} [{three(low, sign=True)}, {three(high, sign=True)}]{mark}"


def cost_text(rows: Sequence[Row]) -> list[str]:
    """Say what a gained GW-year costs, for the strategies with a clear gain."""
    return [
        f"{row.strategy}: USD {three(row.value)} per usable GW yr gained "
        f"(90% interval {between(row.low, row.high)})"
        for row in rows
        if row.outcome == COST_OF_GAIN and row.value == row.value
    ]


def _why_late(result: RunResult) -> str:
    """Share the capacity that came late among what cost it; name the sites where most of it was."""
    t = result.tables["lost_capacity"]
    end = date_of(float(result.manifest["weeks"]), date.fromisoformat(result.manifest["start"]))
    rows: list[list[str]] = []
    for cause in sorted(dict.fromkeys(t["cause"]), key=lambda c: -_gw_years(t, c)):
        mine = t["cause"] == cause
        if np.abs(t["gw_years"][mine]).max() < 0.005:
            continue
        most = np.flatnonzero(mine)[np.argsort(-np.abs(t["gw_years"][mine]), kind="stable")[:3]]
        at = [
            f"{t['site'][i]} {t['gw_years'][i]:.2f}" for i in most if abs(t["gw_years"][i]) >= 0.005
        ]
        rows.append([str(cause), f"{_gw_years(t, cause):.2f}", ", ".join(at)])
    rows.append(["sum", f"{t['gw_years'].sum():.2f}", ""])
    return (
        f"Why capacity came late: GW-years not in use before {end}, against the plans as\n"
        "announced; exact shares (Shapley), work longer than its median, and what was given up\n"
        + grid(["cause", "GW-years", "most at"], rows, left=(0, 2))
    )


def _gw_years(table: Table, cause: str) -> float:
    return float(table["gw_years"][table["cause"] == cause].sum())


def _failed(result: RunResult) -> list[str]:
    """Say how much failed, and why."""
    gone = [(failures.given_up_mw(result, key), word) for key, word in failures.WORDS.items()]
    told = ", ".join(f"{word} {mw:,.0f} MW" for mw, word in gone if mw > 0)
    late, ought = failures.very_late(result), failures.short_sites(result)
    cause = result.tables["failures"]["cause"][late]
    names, counts = np.unique(cause.astype(str), return_counts=True)
    by = ", ".join(f"{names[i]} ({counts[i]})" for i in np.argsort(-counts, kind="stable"))
    return [
        f"  cancelled after it was secured: {_percent(failures.secured_then_cancelled(result))} of "
        f"the MW ever secured; given up in all: {told or 'nothing'}",
        f"  more than {LATE_WEEKS} weeks late: {_percent(failures.late_share(result))} of the MW "
        f"due, {np.count_nonzero(late)} buildings" + (f", most of all by {by}" if by else ""),
        f"  less than half in use at the end: {len(ought[1])} of {len(ought[0])} sites due"
        + (f": {', '.join(ought[1])}" if ought[1] else ""),
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share == share else "none"


def _causes(result: RunResult) -> str:
    """Lay out the running account, for a run without the exact one."""
    lost = {cause: float(result.series(f"lost_gw_weeks_{cause}").sum()) for cause in CAUSES}
    total = sum(lost.values())
    rows = [
        [cause, three(value), three(100 * value / total) if total else "0"]
        for cause, value in sorted(lost.items(), key=lambda item: -item[1])
    ]
    return "Delay by cause over the run\n" + grid(["cause", "GW weeks", "% of all"], rows)


def _milestones(result: RunResult) -> str:
    horizon = len(result.series("week"))
    words: list[str] = []
    for gw in MILESTONES_GW:
        weeks = weeks_to(result, gw)
        words.append(f"{gw} GW " + (f"after {weeks:.0f} weeks" if weeks == weeks else "not"))
    return f"Usable within {horizon} weeks: {'; '.join(words)}."
