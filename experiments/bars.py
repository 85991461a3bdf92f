"""A site over time in plain text: bars of its buildings, and the ribbon of what bound it."""

from collections.abc import Iterable
from math import ceil

import numpy as np

from ecosystem.observables import CAUSES
from ecosystem.results import RunResult
from experiments.summary import WIDTH, grid, paragraph
from experiments.telling import Row, month, new_year, plain, rows_of, weeks_late

_BAR = 32
_RIBBON = 84
_SHORTEST_WEEKS = 4
ON_RECORD = "date on record"
LETTERS = dict(zip((*CAUSES, ON_RECORD), "cgehlfdir", strict=True))
"""One letter a cause: h for chips (hardware), f for capital (finance), i for coordination
(interfaces)."""
_SLIGHT = 0.05
_PATHS = 6


def gantt(result: RunResult, slips: list[Row]) -> str:
    """Draw every building: planned span, work in time, work after the plan, what it came from."""
    weeks = [s[n] for s in slips for n in ("planned_start_week", "start_week", "reached_week")]
    weeks += [s["planned_finish_week"] for s in slips]
    known = np.array([w for w in weeks if np.isfinite(w)])
    first, last = new_year(result, known.min(), 0), new_year(result, known.max(), 1)
    step = (last - first) / _BAR
    rows = [
        [
            str(s["phase"]),
            f"{s['mw']:,.0f}",
            _bar(s, first, step, float(result.manifest["weeks"])),
            month(result, s["planned_finish_week"]),
            _actual(result, s),
            "-" if np.isfinite(s["cancelled_week"]) else weeks_late(s["slip_weeks"]),
            _mostly(s),
        ]
        for s in slips
    ]
    head = ["#", "MW", axis(result, first, step, _BAR), "plan", "actual", "slip", "mostly, weeks"]
    legend = (
        "Buildings, clearing to use.  . planned  = built in time  # after the plan  - to come\n"
        "Actual with * (in the bar >): earliest date if nothing more holds it back; x: given up.\n"
        "Mostly: its largest share of the slip (exact, as below).\n"
    )
    return legend + grid(head, rows, left=(2, 4, 6))


def axis(result: RunResult, first: float, step: float, cells: int) -> str:
    """Write as many years as fit above cells of `step` weeks each."""
    line = [" "] * cells
    free, year = 0, 0
    while (at := ceil((new_year(result, first + step / 2, year) - first) / step - 0.5)) < cells:
        if at >= free and at + 4 <= cells:
            turn = new_year(result, first + step / 2, year)
            line[at : at + 4] = month(result, turn + 1)[:4]
            free = at + 5
        year += 1
    return "".join(line)


def _bar(slip: Row, first: float, step: float, now: float) -> str:
    start = slip["start_week"] if np.isfinite(slip["start_week"]) else slip["planned_start_week"]
    gone = np.isfinite(slip["cancelled_week"])
    end = slip["cancelled_week"] if gone else slip["reached_week"]
    cells = []
    for i in range(_BAR):
        low, high = first + i * step, first + (i + 1) * step
        planned = slip["planned_start_week"] < high and low < slip["planned_finish_week"]
        worked = np.isfinite(slip["start_week"]) and start < high and low < end
        late = worked and low >= slip["planned_finish_week"]
        ahead = worked and low >= now
        word = "-" if ahead else "#" if late else "=" if worked else "." if planned else " "
        cells.append(word)
    at = min(max(int((end - first) / step), 0), _BAR - 1)
    if gone:
        cells[at] = "x"
    elif slip["censored"]:
        cells[at] = ">"
    return "".join(cells)


def _actual(result: RunResult, slip: Row) -> str:
    if np.isfinite(slip["cancelled_week"]):
        return f"x {month(result, slip['cancelled_week'])}"
    return month(result, slip["reached_week"]) + ("*" if slip["censored"] else "")


def _mostly(slip: Row) -> str:
    if np.isfinite(slip["cancelled_week"]) or slip["main_weeks"] < 0.5:
        return ""
    return f"{slip['main_cause']} {slip['main_weeks']:.0f}"


def ribbon(result: RunResult, site: str) -> str:
    """Draw what bound the milestone next to come, and say on which work its weeks went."""
    rows = rows_of(result.tables["ribbon"], site)
    if not rows:
        return ""
    first, last = rows[0]["first_week"], rows[-1]["first_week"] + rows[-1]["weeks"]
    cell = max(_SHORTEST_WEEKS, ceil((last - first) / _RIBBON))
    letters, seen = _letters(rows, int(first), cell, ceil((last - first) / cell))
    legend = ", ".join(f"{LETTERS[name]} {name}" for name in LETTERS if name in seen)
    text = (
        f"What bound the milestone next to come (first power, then completion), {cell} weeks a "
        "letter. Capital letter: it took half of the time or more. Dot: critical work at full "
        f"pace.{f' {legend}.' if legend else ''} Weeks late: what could be expected at that time, "
        "if nothing held the work back from there on, less the plan."
    )
    drawn = [
        f"  {axis(result, float(first), cell, len(letters))}".rstrip(),
        f"  {letters}",
        f"  {_lateness(rows, int(first), cell, len(letters))}",
        *_switch(rows, int(first), cell),
    ]
    return "\n".join([paragraph(text), *drawn, _paths(rows)])


def _letters(rows: list[Row], first: int, cell: int, cells: int) -> tuple[str, set[str]]:
    """Return a letter for every `cell` weeks, and the causes that appear."""
    lost = {name: np.zeros(cells * cell) for name in LETTERS}
    told = np.zeros(cells * cell)
    for row in rows:
        span = slice(int(row["first_week"]) - first, int(row["first_week"] + row["weeks"]) - first)
        told[span] = 1.0
        if row["cause"]:
            share = 1.0 if row["cause"] == ON_RECORD else row["lost_weeks"] / row["weeks"]
            lost[str(row["cause"])][span] = share
    weeks = np.array([share.reshape(cells, cell).sum(axis=1) for share in lost.values()])
    known = told.reshape(cells, cell).sum(axis=1)
    names, line, seen = list(LETTERS), "", set[str]()
    for i in range(cells):
        most = int(weeks[:, i].argmax())
        share = weeks[most, i] / known[i] if known[i] else 0.0
        if share >= _SLIGHT:
            letter = LETTERS[names[most]]
            seen.add(names[most])
            line += letter.upper() if share >= 0.5 else letter
        else:
            line += "." if known[i] else " "
    return line, seen


def _lateness(rows: list[Row], first: int, cell: int, cells: int) -> str:
    """Write below the letters by how many weeks the forecast was then behind the plan."""
    line = [" "] * (cells + 5)
    free = 0
    for row in rows:
        at, text = (int(row["first_week"]) - first) // cell, f"{row['late_weeks']:+.0f}"
        if at >= free and np.isfinite(row["late_weeks"]):
            line[at : at + len(text)] = text
            free = at + max(8, len(text) + 2)
    return "".join(line).rstrip()[: WIDTH - 16] + "  weeks late"


def _switch(rows: list[Row], first: int, cell: int) -> list[str]:
    """Mark from when on completion was the milestone next to come."""
    later = [row for row in rows if row["milestone"] == "completion"]
    if not later or later[0] is rows[0]:
        return []
    at = (int(later[0]["first_week"]) - first) // cell
    text = "^ from here on: completion"
    if at + 2 + len(text) > WIDTH:
        text = "from here on: completion ^"
        at -= len(text) - 1
    return [f"  {' ' * at}{text}"]


def _paths(rows: list[Row]) -> str:
    """Say on which critical work the weeks went, and to what they were lost."""
    weeks: dict[str, float] = {}
    lost: dict[str, dict[str, float]] = {}
    for row in rows:
        name = str(row["activity"]) or ON_RECORD
        weeks[name] = weeks.get(name, 0.0) + float(row["weeks"])
        if row["cause"] not in ("", ON_RECORD):
            mine = lost.setdefault(name, {})
            mine[str(row["cause"])] = mine.get(str(row["cause"]), 0.0) + float(row["lost_weeks"])
    longest = sorted(weeks, key=lambda name: -weeks[name])
    cells = [
        [plain(name), f"{weeks[name]:.0f}", _list(lost.get(name, {}).items())]
        for name in longest[:_PATHS]
    ]
    head = ["critical work", "weeks", "of them lost to"]
    more = len(longest) - _PATHS
    text = grid(head, cells, left=(0, 2))
    return text + (f"\n... and {more} more" if more > 0 else "")


def _list(lost: Iterable[tuple[str, float]]) -> str:
    shown = sorted(((name, w) for name, w in lost if w >= 0.5), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {w:.1f}" for name, w in shown)
