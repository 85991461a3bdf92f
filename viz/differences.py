"""What a branch changed: original and branch side by side, in numbers."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, FloatArray, iso_week
from ecosystem.view import Event, View
from viz.downloads import csv_of
from viz.palette import LADDER
from viz.svg import number
from viz.tables import table_html

_SHOWN = 14

type Weekly = Mapping[str, FloatArray]


class Difference(NamedTuple):
    """One quantity in both worlds."""

    name: str
    unit: str
    original: float
    branch: float

    @property
    def change(self) -> float:
        """Branch minus original; what is no more than rounding is 0."""
        change = self.branch - self.original
        return 0.0 if abs(change) < 1e-9 * max(abs(self.original), 1.0) else change


class _Quantity(NamedTuple):
    """A quantity, from the weekly series and the week of the branch."""

    name: str
    unit: str
    of: Callable[[Weekly, int], float]


def differences(original: Weekly, branch: Weekly, week: int) -> list[Difference]:
    """Return what differs by now between two worlds that were one until `week`.

    Parameters
    ----------
    original, branch : mapping of str to ndarray, shape (n,)
        Weekly series of the same length, by the names of :mod:`ecosystem.observables`.
    week : int
        First week in which another strategy acted; totals count from it.
    """
    return [Difference(q.name, q.unit, q.of(original, week), q.of(branch, week)) for q in _ROWS]


def differences_html(rows: Sequence[Difference]) -> str:
    """Return the table of differences as HTML."""
    head = ("", "original", "branch", "branch − original", "unit")
    cells = [(r.name, number(r.original), number(r.branch), _signed(r), r.unit) for r in rows]
    caption = (
        "Branch and original, this week. One pair of runs with the same chance events: it shows "
        "how a difference comes about. Whether it holds, many futures tell (page Compare)."
    )
    return table_html(caption, head, cells, words=(0, 4))


def only_one(original: View, branch: View, week: int) -> list[tuple[str, Event]]:
    """Return the latest events that only one of the two has, newest first, and which it is."""
    # a view remembers the latest events alone, and its oldest week perhaps not whole
    since = max(week, *(v.events[-1].week + 1 for v in (original, branch) if v.events), 0)
    found: list[tuple[str, Event]] = []
    for word, own, other in (("branch", branch, original), ("original", original, branch)):
        common = {(e.week, e.site, e.text) for e in other.events}
        found += [
            (word, event)
            for event in own.events
            if event.week >= since and (event.week, event.site, event.text) not in common
        ]
    return sorted(found, key=lambda pair: -pair[1].week)


def only_one_html(found: Sequence[tuple[str, Event]], names: Mapping[str, str]) -> str:
    """Return what happened in only one of the two as HTML."""
    rows = "".join(
        f'<li><time title="{event.day:%d %B %Y}">{iso_week(event.day)}</time> '
        f"<i>{word}</i> <b>{escape(names.get(event.site, event.site))}</b> "
        f"{escape(event.text)}</li>"
        for word, event in found[:_SHOWN]
    )
    head = "<h3>Only in one of the two <span>latest first; simulated</span></h3>"
    return head + (f"<ol>{rows}</ol>" if rows else "<p>So far the same happened in both.</p>")


def differences_csv(rows: Sequence[Difference]) -> str:
    """Return the table of differences as CSV."""
    fields = ("name", "unit", "original", "branch", "change")
    return csv_of({field: [getattr(row, field) for row in rows] for field in fields})


def _signed(row: Difference) -> str:
    told = number(row.change)
    return told if row.change <= 0 or told == "–" else f"+{told}"


def _now(name: str, factor: float = 1.0) -> Callable[[Weekly, int], float]:
    def last(weekly: Weekly, _: int) -> float:
        series = weekly[name]
        return float(series[-1]) * factor if series.size else np.nan

    return last


def _since(name: str, factor: float) -> Callable[[Weekly, int], float]:
    return lambda weekly, week: float(weekly[name][week:].sum()) * factor


def _secured_gw(weekly: Weekly, _: int) -> float:
    states = [weekly[f"{state}_mw"] for state in LADDER[1:-1]]
    return float(sum(s[-1] for s in states)) / MW_PER_GW if states[0].size else np.nan


def _served_share(weekly: Weekly, _: int) -> float:
    served, adopted = weekly["served_mw"], weekly["adopted_mw"]
    return 100 * float(served[-1] / adopted[-1]) if adopted.size and adopted[-1] > 0 else np.nan


_ROWS = (
    _Quantity("Usable", "GW", _now("usable_mw", 1 / MW_PER_GW)),
    _Quantity(
        "Usable since the branch", "GW-years", _since("usable_mw", 1 / MW_PER_GW / WEEKS_PER_YEAR)
    ),
    _Quantity("Secured or further", "GW", _secured_gw),
    _Quantity("Cancelled", "GW", _now("cancelled_mw", 1 / MW_PER_GW)),
    _Quantity("Capability", "index", _now("capability")),
    _Quantity("Demand served", "% of use", _served_share),
    _Quantity("Price", "USD per million tokens", _now("price_usd_per_mtok")),
    _Quantity("Latency", "s", _now("latency_s")),
    _Quantity("Revenue", "bn USD a year", _now("revenue_usd", WEEKS_PER_YEAR / 1e9)),
    _Quantity(
        "Spent on the strategy since the branch", "bn USD", _since("strategy_cost_usd", 1e-9)
    ),
    _Quantity("Support of hosts (simulated)", "−1 to +1", _now("mean_support")),
    _Quantity("Organised oppositions (simulated)", "communities", _now("organised_communities")),
    _Quantity(
        "Change of household bills", "USD a year", _now("bill_change_usd_per_household_year")
    ),
)
