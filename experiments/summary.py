"""What the console prints of a run and of a comparison: plain tables, at most 100 columns wide."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import batched

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from ecosystem.results import RunResult, Table
from ecosystem.units import MW_PER_GW, iso_week
from experiments.compare import COST, COST_OF_GAIN, PRIMARY, Row
from experiments.outcomes import CAUSES, LADDER, MILESTONES_GW, OUTCOMES, weeks_to, yearly
from experiments.wording import between, three, with_unit

WIDTH = 100
_ECONOMY = (
    ("capability", "capability", 1.0),
    ("utilis.", "utilisation", 1.0),
    ("USD/Mtok", "price_usd_per_mtok", 1.0),
    ("latency s", "latency_s", 1.0),
    ("demand GW", "demand_mw", MW_PER_GW),
    ("served GW", "served_mw", MW_PER_GW),
    ("revenue USD", "revenue_usd", 1.0),
    ("support", "mean_support", 1.0),
    ("strategy USD", "strategy_cost_usd", 1.0),
)
_COMPARED = (
    PRIMARY,
    "usable_gw_2030",
    "usable_gw",
    *(f"{kind}_{gw}gw" for gw in MILESTONES_GW for kind in ("reached", "weeks_to")),
    "secured_then_cancelled",
    "late_phases",
    *(f"lost_gw_weeks_{cause}" for cause in CAUSES),
    "mean_support",
    "benefit_usd_per_household",
    "bill_change_usd_per_household_year",
    "water_m3",
    "revenue_usd",
    "capability",
    COST,
)


def console(*, error: bool = False) -> Console:
    """Return a console of 100 columns, without colour codes where nobody looks."""
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, width=WIDTH, highlight=False, markup=False, emoji=False)


def grid(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> Grid:
    """Build a table; the first `left` columns are words, the others numbers."""
    table = Grid(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for number, name in enumerate(head):
        table.add_column(Text(name), justify="left" if number < left else "right")
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])
    return table


def print_run(result: RunResult, title: str, events: int = 12) -> None:
    """Print a run: ladder and economy by year, delay by cause, main events."""
    out = console()
    out.print(title, soft_wrap=True)
    by_year = yearly(result)
    states = (*LADDER, "IT usable")
    columns = [by_year[f"{state}_mw"] for state in LADDER] + [by_year["usable_it_mw"]]
    dates = [str(day) for day in by_year["date"]]
    rows = [
        [day, *(three(float(column[i]) / MW_PER_GW) for column in columns)]
        for i, day in enumerate(dates)
    ]
    out.print(
        grid("Ladder: facility GW in each state; IT GW of the usable", ["date", *states], rows)
    )
    rows = [
        [day, *(three(float(by_year[name][i]) / scale) for _, name, scale in _ECONOMY)]
        for i, day in enumerate(dates)
    ]
    heads = [head for head, _, _ in _ECONOMY]
    out.print(grid("Economy: states on the date, USD since the row above", ["date", *heads], rows))
    out.print(_causes(result))
    out.print(_milestones(result), soft_wrap=True)
    out.print("")
    out.print("Main events")
    for line in main_events(result.tables["events"], events):
        out.print(f"  {line}")


def main_events(table: Table, count: int) -> list[str]:
    """Return the events to read first: the first of every kind, then the first of every site.

    In order of time, as ``2028-W14 kind site: text``.
    """
    kinds, sites = table["kind"].astype(str), table["site"].astype(str)
    picked: dict[int, None] = {}
    for names in (kinds, np.char.add(np.char.add(kinds, "|"), sites)):
        _, firsts = np.unique(names, return_index=True)
        for row in sorted(firsts.tolist()):
            if len(picked) < count:
                picked[row] = None
    lines: list[str] = []
    for row in sorted(picked, key=lambda row: (str(table["day"][row]), row)):
        day = str(table["day"][row])
        where = f" {sites[row]}" if sites[row] else ""
        lines.append(
            f"{day} ({iso_week(date.fromisoformat(day))}) {kinds[row]}{where}: {table['text'][row]}"
        )
    return lines or ["none"]


def print_comparison(rows: Sequence[Row], baseline: str) -> None:
    """Print differences to the baseline with intervals, three strategies side by side."""
    out = console()
    of = {(row.strategy, row.outcome): row for row in rows}
    others = [key for key in dict.fromkeys(row.strategy for row in rows) if key != baseline]
    for keys in batched(others, 3):
        lines = [
            [_label(name), _value(of[baseline, name]), *(_diff(of[key, name]) for key in keys)]
            for name in _COMPARED
        ]
        title = (
            "Median over futures, and difference to the baseline with its 90% interval; "
            "* = interval without 0"
        )
        out.print(grid(title, ["", baseline, *(f"{key} - {baseline}" for key in keys)], lines))
    ratios = [row for row in rows if row.outcome == COST_OF_GAIN and row.value == row.value]
    for row in ratios:
        cost = f"{row.strategy}: USD {three(row.value)} per usable GW yr gained"
        out.print(f"{cost} (90% interval {between(row.low, row.high)})")


def _label(name: str) -> str:
    if name.startswith("reached_"):
        gw = name.removeprefix("reached_").removesuffix("gw")
        return f"Futures that reach {gw} GW, %"
    outcome = next(outcome for outcome in OUTCOMES if outcome.name == name)
    if outcome.kind == "time":
        return f"{outcome.meaning}, mean"
    if outcome.meaning.endswith(", share"):
        return f"{outcome.meaning.removesuffix(', share')}, %"
    return outcome.meaning if outcome.unit == "1" else f"{outcome.meaning}, {outcome.unit}"


def _scale(row: Row) -> float:
    return 100.0 if row.unit == "1" and row.outcome != "mean_support" else 1.0


def _value(row: Row) -> str:
    return three(_scale(row) * row.value)


def _diff(row: Row) -> str:
    if not row.n:
        return "-"
    if row.verdict == "identical":
        return "identical"
    scale = _scale(row)
    text = three(scale * row.diff, sign=True)
    interval = between(scale * row.diff_low, scale * row.diff_high, sign=True)
    mark = "*" if row.verdict in ("more", "less") else " "
    return f"{text} ({interval}){mark}" if interval else text


def _causes(result: RunResult) -> Grid:
    lost = {cause: float(result.series(f"lost_gw_weeks_{cause}").sum()) for cause in CAUSES}
    total = sum(lost.values())
    rows = [
        [cause, three(value), three(100 * value / total) if total else "0"]
        for cause, value in sorted(lost.items(), key=lambda item: -item[1])
    ]
    return grid("Delay by cause over the run", ["cause", "GW weeks", "% of all"], rows)


def _milestones(result: RunResult) -> str:
    horizon = len(result.series("week"))
    words: list[str] = []
    for gw in MILESTONES_GW:
        weeks = weeks_to(result, gw)
        reached = (
            with_unit(f"{weeks:.0f}", "weeks") if weeks == weeks else f"not in {horizon} weeks"
        )
        words.append(f"{gw} GW {reached}")
    return f"Usable: {'; '.join(words)}."
