"""The story of a site, from the tables of a run: when, why so late, what would have helped.

Reads only tables that :mod:`ecosystem.causes` adds to a run, so that a saved run and one made
just now tell the same. Plain text, at most 100 columns.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from math import inf, nan
from typing import Any, NamedTuple

import numpy as np

from ecosystem.errors import InputError
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult, Table
from ecosystem.scenario import World
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, date_of
from experiments.summary import grid, paragraph
from experiments.wording import three

NEEDED = ("campuses", "records", "slips", "attribution", "milestones", "milestone_causes", "floats")
_BAR = 32
_EVENTS = 24
_FLOATS = 12
# A hold shorter than this is not worth a sentence [week].
_WORTH_WEEKS = 0.5
# Smaller differences between two runs are not shown [week, GW-year].
_SHIFT_WEEKS, _SHIFT_GW_YEARS = 0.1, 0.005
_ROUTINE = ("commissioned",)
_POWER = {"grid": "grid power", "bridge": "bridge power, then grid", "islanded": "islanded power"}

type Row = dict[str, Any]


def story(result: RunResult, site: str) -> str:
    """Tell what happened at one site of a run.

    Parameters
    ----------
    result : RunResult
        With the tables of :mod:`ecosystem.causes`.
    site : str
        Key of a site that was announced in this run.

    Raises
    ------
    InputError
        If the run has no such tables or no such site; the nearest name is given.
    """
    campus = _campus(result, site)
    slips = _rows(result.tables["slips"], site)
    parts = [
        _header(result, campus, slips),
        _verdict(result, site),
        "\n".join(map(paragraph, _help(result, site))),
        "What happened: facts on record, that the run was given, and simulated events\n"
        + _events(result, site),
        _gantt(result, slips),
        _causes(result, site, slips),
        _now(result, site, slips),
        _community(result, site),
        _lost(result, site),
    ]
    return "\n\n".join(part for part in parts if part)


def site_named(world: World, site: str) -> str:
    """Return the key of a site that the programme builds or may build.

    Raises
    ------
    InputError
        If there is none; the nearest key is given.
    """
    known = [s.key for s in world.sites if s.role in ("programme", "candidate")]
    if site in known:
        return site
    raise InputError(f"World {world.name} has no site {site!r}. {nearest(site, known)}")


def cause_named(word: str) -> str:
    """Return the name of a cause; an unknown one raises InputError with the nearest."""
    if word.lower() in CAUSES:
        return word.lower()
    raise InputError(f"--relax {word}: no such cause. {nearest(word, CAUSES)}")


def nearest(word: str, known: Sequence[str]) -> str:
    """Return a hint at the nearest known name, or all of them."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."


def _rows(table: Table, site: str) -> list[Row]:
    at = np.flatnonzero(table["site"] == site)
    return [{name: column[i] for name, column in table.items()} for i in at]


def _campus(result: RunResult, site: str) -> Row:
    missing = [name for name in NEEDED if name not in result.tables]
    if missing:
        raise InputError(
            f"This run has no table {missing[0]!r}; make it again: ecosystem run --out FOLDER."
        )
    found = _rows(result.tables["campuses"], site)
    if not found:
        known = result.tables["campuses"]["site"].tolist()
        raise InputError(f"Site {site!r} was not opened in this run. {nearest(site, known)}")
    return found[0]


def _day(result: RunResult, week: float) -> str:
    """Write a week as a month; weeks count from the start of the run."""
    if not np.isfinite(week):
        return "-"
    return f"{_date(result, week):%Y-%m}"


def _date(result: RunResult, week: float) -> date:
    return date_of(float(week), date.fromisoformat(result.manifest["start"]))


def _end(result: RunResult) -> date:
    return _date(result, result.manifest["weeks"])


def _weeks(value: float) -> str:
    return f"{value:+.0f} wk" if abs(value) >= 0.5 else "0 wk"


def _header(result: RunResult, campus: Row, slips: list[Row]) -> str:
    """Say what the site is, who makes it, and where it stands."""
    m, c = result.manifest, campus
    used = sum(not s["censored"] for s in slips)
    gone = sum(np.isfinite(s["cancelled_week"]) for s in slips)
    lines = [
        f"{c['name']} ({c['site']}), {c['place']}: {c['mw']:,.0f} MW facility, "
        f"{c['it_mw']:,.0f} MW IT, {c['phases']} buildings",
        f"World {m['world']}, strategy {m['strategy']}, seed {m['seed']}, "
        f"{m['start']} to {_end(result)}. One simulated future, not a forecast.",
        f"Builder {c['developer']}; cloud {c['cloud']}; {_POWER[c['power']]} in {c['region']}; "
        f"{c['cooling']} cooling. Announced {_day(result, c['announced_week'])}.",
        f"At the end of the run {used} of {len(slips)} buildings are commissioned"
        + (f", {gone} given up." if gone else "."),
    ]
    return "\n".join(map(paragraph, lines))


def _verdict(result: RunResult, site: str) -> str:
    rows = []
    for m in _rows(result.tables["milestones"], site):
        reached = _day(result, m["reached_week"])
        if m["censored"]:
            reached = f"not before {reached}"
        rows.append(
            [m["milestone"], _day(result, m["planned_week"]), reached, _weeks(m["slip_weeks"])]
        )
    if not rows:
        return "All buildings were given up."
    return grid(["milestone", "plan", "actual", "slip"], rows, left=(0, 2))


def _events(result: RunResult, site: str) -> str:
    """List records and events; buildings taken into use stand in the Gantt chart below."""
    events = [e for e in _rows(result.tables["events"], site) if e["kind"] not in _ROUTINE]
    told = [(str(e["day"]), f"{e['kind']}: {e['text']}") for e in events]
    shown = sorted([*_records(result, site), *told], key=lambda line: line[0])
    lines = [paragraph(f"  {day}  {text}") for day, text in shown[:_EVENTS]]
    if len(shown) > _EVENTS:
        lines.append(f"  ... and {len(shown) - _EVENTS} more")
    return "\n".join(lines or ["  none"])


def _records(result: RunResult, site: str) -> list[tuple[str, str]]:
    """Return the dated facts that the run was given, those of one day together."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for r in _rows(result.tables["records"], site):
        phases = f"{r['first_phase']}-{r['last_phase']}"
        found.setdefault((r["day"], r["status"], phases), []).append(r["activity"])
    return [
        (day, f"on record: {', '.join(activities)} {status.replace('_', ' ')} (buildings {phases})")
        for (day, status, phases), activities in found.items()
    ]


def _gantt(result: RunResult, slips: list[Row]) -> str:
    """Draw every building: planned span, work in time, work after the plan, what bound it."""
    weeks = [s[n] for s in slips for n in ("planned_start_week", "start_week", "reached_week")]
    weeks += [s["planned_finish_week"] for s in slips]
    known = np.array([w for w in weeks if np.isfinite(w)])
    first, last = _year(result, known.min(), 0), _year(result, known.max(), 1)
    step = (last - first) / _BAR
    rows = [
        [
            str(s["phase"]),
            f"{s['mw']:,.0f}",
            _bar(s, first, step, float(result.manifest["weeks"])),
            _day(result, s["planned_finish_week"]),
            _actual(result, s),
            "-" if np.isfinite(s["cancelled_week"]) else _weeks(s["slip_weeks"]),
            _bound(s),
        ]
        for s in slips
    ]
    head = ["#", "MW", _axis(result, first, step), "plan", "actual", "slip", "longest hold, weeks"]
    legend = (
        "Buildings, clearing to use.  . planned  = built in time  # after the plan  - to come\n"
        "Actual with * (in the bar >): earliest date if nothing more holds it back; x: given up.\n"
        "Longest hold: the largest single wait on the path that set the date.\n"
    )
    return legend + grid(head, rows, left=(2, 4, 6))


def _year(result: RunResult, week: float, later: int) -> float:
    """Return the week of the turn of the year before or after a week."""
    year = _date(result, week).year + later
    return (date(year, 1, 1) - date.fromisoformat(result.manifest["start"])) / timedelta(weeks=1)


def _axis(result: RunResult, first: float, step: float) -> str:
    """Write as many years as fit above the bars."""
    line = [" "] * _BAR
    free = 0
    for year in range(_date(result, first + 1).year, _date(result, first + _BAR * step).year):
        turn = date(year, 1, 1) - date.fromisoformat(result.manifest["start"])
        at = round((turn / timedelta(weeks=1) - first) / step)
        if at >= free and at + 4 <= _BAR:
            line[at : at + 4] = f"{year}"
            free = at + 5
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
        return f"x {_day(result, slip['cancelled_week'])}"
    return _day(result, slip["reached_week"]) + ("*" if slip["censored"] else "")


def _bound(slip: Row) -> str:
    if not slip["bound_cause"]:
        return ""
    return f"{slip['bound_activity']}: {slip['bound_cause']} {slip['bound_weeks']:.0f}"


def _causes(result: RunResult, site: str, slips: list[Row]) -> str:
    """Lay out the slip of the milestones and of all buildings by cause, with its bracket."""
    milestones = _rows(result.tables["milestones"], site)
    if not milestones:
        return ""
    shares = _rows(result.tables["milestone_causes"], site)
    mean = _mean_slips(result, site, slips)
    first, last = milestones
    rows: list[list[str]] = []
    for name in CAUSES:
        cells = [r for r in shares if r["cause"] == name]
        numbers = [
            float(c[column])
            for c in cells
            for column in ("shapley_weeks", "but_for_weeks", "first_in_weeks")
        ]
        if any(abs(n) >= 0.05 for n in [*numbers, mean[name]]):
            rows.append([name, *(f"{n:.1f}" for n in [*numbers, mean[name]])])
    rows.sort(key=lambda row: -float(row[4]))
    for word, key in (("own work", "own_work_weeks"), ("plan moved", "plan_moved_weeks")):
        if word == "own work" or abs(last[key]) >= 0.05 or abs(mean[word]) >= 0.05:
            rows.append(
                [word, f"{first[key]:.1f}", "", "", f"{last[key]:.1f}", "", "", f"{mean[word]:.1f}"]
            )
    total = [first["slip_weeks"], last["slip_weeks"]]
    rows.append(
        ["slip", f"{total[0]:.1f}", "", "", f"{total[1]:.1f}", "", "", f"{mean['slip']:.1f}"]
    )
    moved = "\nPlan moved: buildings that stood behind one given up start anew from that day."
    note = moved if rows[-2][0] == "plan moved" else ""
    head = ["weeks", "first power", "but for", "alone", "completion", "but for", "alone", "mean/MW"]
    return (
        "Slip by cause, in weeks: exact shares (Shapley) that sum to the slip; beside them what\n"
        "would be saved but for this cause, and what it would cost alone. mean/MW: average over\n"
        "the buildings kept, by MW. Own work: work that took longer than its median.\n"
        + grid(head, rows)
        + note
    )


def _mean_slips(result: RunResult, site: str, slips: list[Row]) -> dict[str, float]:
    """Return the shares averaged over the buildings not given up, by MW."""
    kept = [s for s in slips if not np.isfinite(s["cancelled_week"])]
    mw = {s["phase"]: float(s["mw"]) for s in kept}
    total = sum(mw.values())
    mean: dict[str, float] = {}
    for row in _rows(result.tables["attribution"], site):
        weeks = row["shapley_weeks"] * mw.get(row["phase"], 0.0) / total
        mean[row["cause"]] = mean.get(row["cause"], 0.0) + weeks
    for word, key in (
        ("own work", "own_work_weeks"),
        ("plan moved", "plan_moved_weeks"),
        ("slip", "slip_weeks"),
    ):
        mean[word] = sum(float(s[key] * s["mw"]) for s in kept) / total
    return mean


def _help(result: RunResult, site: str) -> list[str]:
    """Say what would have helped most, and where float would have swallowed the help."""
    lines: list[str] = []
    for m in _rows(result.tables["milestones"], site):
        name = m["milestone"]
        shares = [
            r for r in _rows(result.tables["milestone_causes"], site) if r["milestone"] == name
        ]
        best = max(shares, key=lambda r: r["but_for_weeks"])
        if best["but_for_weeks"] >= _WORTH_WEEKS:
            text = (
                f"What would have helped {name} most: no {best['cause']} delay, "
                f"{best['but_for_weeks']:.1f} weeks earlier."
            )
        else:
            text = f"No single cause taken away would have brought {name} forward by a week."
        gated = [
            f"{r['cause']} ({r['first_in_weeks']:.0f} weeks alone, {r['but_for_weeks']:.1f} saved)"
            for r in shares
            if r["first_in_weeks"] >= 2 and r["but_for_weeks"] < 0.25 * r["first_in_weeks"]
        ]
        if gated:
            text += (
                f" Float gates {', '.join(gated)}: something else was as late, so that money "
                "against this alone would have bought little."
            )
        if m["own_work_weeks"] > max(best["but_for_weeks"], 0.0) + _WORTH_WEEKS:
            text += (
                f" Work that took longer than planned cost more than any cause "
                f"({m['own_work_weeks']:.0f} weeks)."
            )
        lines.append(text)
    return lines


def _now(result: RunResult, site: str, slips: list[Row]) -> str:
    """Show open work with its slack and what one more week of each cause would cost."""
    rows = sorted(_rows(result.tables["floats"], site), key=lambda r: r["float_weeks"])
    if not rows:
        open_left = any(s["censored"] and not np.isfinite(s["cancelled_week"]) for s in slips)
        return "Nothing is under way at the end of the run." if open_left else ""
    cells = [
        [
            str(r["phase"]),
            r["activity"],
            f"{r['work_left_weeks']:.0f}",
            "critical" if r["critical"] else f"{r['float_weeks']:.0f}",
            r["held_by"] or "nothing",
        ]
        for r in rows[:_FLOATS]
    ]
    more = len(rows) - _FLOATS
    text = f"Open on {_end(result)}: float is how long it may wait before a building is late\n"
    text += grid(["#", "activity", "weeks left", "float", "held by"], cells, left=(1, 4))
    if more > 0:
        text += f"\n... and {more} more, with more float"
    return text + "\n\n" + _one_more_week(result, site)


def _one_more_week(result: RunResult, site: str) -> str:
    rows = _rows(result.tables["one_more_week"], site)
    cells = [
        [
            r["cause"],
            str(r["open_activities"]),
            three(float(r["gw_weeks"])) if r["open_activities"] else "-",
            three(float(r["usd"])) if r["open_activities"] else "-",
        ]
        for r in sorted(rows, key=lambda r: (-r["gw_weeks"], r["open_activities"] == 0))
    ]
    return (
        "One more week in which a cause stops all open work that it can stop would cost\n"
        + grid(["cause", "stops", "GW weeks", "USD"], cells)
        + "\nUSD at this week's price of a served MW-week, as if all of it served: an upper bound."
        "\n0 where float takes it all; - where nothing that the cause can stop is open."
    )


def _community(result: RunResult, site: str) -> str:
    """Say how the simulated community took it."""
    table = result.tables["communities"]
    at = np.flatnonzero(table["community"] == site)
    announced = _rows(result.tables["campuses"], site)[0]["announced_week"]
    at = at[table["week"][at] >= announced]
    if not len(at):
        return ""
    support, trust, organised = (table[n][at] for n in ("support", "trust", "organised"))
    low = int(support.argmin())
    weeks = table["week"][at]
    lines = [
        "Community (simulated households; not an observation of the people there)",
        f"  support {support[0]:+.2f} at the announcement, lowest {support[low]:+.2f} in "
        f"{_day(result, weeks[low])}, {support[-1]:+.2f} at the end (-1 to 1); "
        f"trust {trust[0]:.2f} to {trust[-1]:.2f} (0 to 1)",
        f"  opposition organised: {_when(result, weeks, organised.astype(bool))}",
    ]
    kinds = {"approved", "denied", "settled", "withdrawn", "moratorium", "stayed", "lawsuit"}
    events = [e for e in _rows(result.tables["events"], site) if e["kind"] in kinds]
    hearings = [f"{e['kind']} {str(e['day'])[:7]}" for e in events]
    lines.append(f"  hearing, courts: {'; '.join(hearings) or 'on record before the run, or none'}")
    signed = [e for e in _rows(result.tables["events"], site) if e["kind"] == "agreement"]
    lines.append(f"  agreement: {'signed ' + str(signed[0]['day']) if signed else 'none'}")
    return "\n".join(map(paragraph, lines))


def _when(result: RunResult, weeks: np.ndarray, flag: np.ndarray) -> str:
    if not flag.any():
        return "never"
    share = f"{flag.mean():.0%} of the time" if flag.mean() < 1 else "all the time"
    return f"from {_day(result, weeks[flag][0])}, {share}"


def _lost(result: RunResult, site: str) -> str:
    """Set the compute that the site lost beside what the programme lost."""
    table = result.tables["lost_capacity"]
    rows = []
    for cause in dict.fromkeys(table["cause"]):
        mine = table["gw_years"][(table["cause"] == cause) & (table["site"] == site)].sum()
        whole = table["gw_years"][table["cause"] == cause].sum()
        if max(abs(mine), abs(whole)) >= 0.005:
            rows.append((str(cause), float(mine), float(whole)))
    rows.sort(key=lambda row: -row[2])
    rows.append(("sum", sum(r[1] for r in rows), sum(r[2] for r in rows)))
    cells = [[name, three(mine), three(whole)] for name, mine, whole in rows]
    return f"GW-years not in use before {_end(result)}, against the plans as announced\n" + grid(
        ["cause", "this site", "programme"], cells
    )


def relax_text(base: RunResult, free: RunResult, site: str, cause: str, everywhere: bool) -> str:
    """Compare a world with the same world in which a cause holds nothing back.

    Parameters
    ----------
    base, free : RunResult
        The same world, strategy and seed; in `free` the cause is relaxed.
    site, cause : str
        Where, unless `everywhere`, and what.
    """
    where = "everywhere" if everywhere else f"at {site}"
    before, after = _dates(base), _dates(free)
    keys = [site, *(key for key in dict.fromkeys([*before, *after]) if key != site)]
    rows = [[key, *_changes(before.get(key), after.get(key))] for key in keys]
    moved = [row for row in rows if row[0] == site or any(cell != "same" for cell in row[1:])]
    others = len(moved) - 1
    gain = sum(v.gw_years for v in after.values()) - sum(v.gw_years for v in before.values())
    text = (
        f"The same world and random numbers, but {cause} holds nothing back {where}. Weeks are "
        "relaxed less as it was: negative is earlier. Other sites move too, and not always for "
        "the better: they share crews, slots, chips and the lab's plans."
    )
    head = ["site", "announced", "first power", "completion", "GW-years in use"]
    total = (
        f"{others} other site{'s' * (others != 1)} moved (by {_SHIFT_WEEKS} weeks or "
        f"{_SHIFT_GW_YEARS} GW-years, or more); all sites together: "
        f"{three(gain, sign=True)} GW-years in use before {_end(base)}."
    )
    table = grid(head, moved)
    return "\n\n".join(
        [
            paragraph(text),
            table,
            f"{paragraph(total)}\n{paragraph(_replayed(base, site, cause))}".rstrip(),
        ]
    )


def _replayed(base: RunResult, site: str, cause: str) -> str:
    """Say what the replay of the site alone had promised."""
    rows = [r for r in _rows(base.tables["milestone_causes"], site) if r["cause"] == cause]
    if not rows:
        return ""
    told = ", ".join(f"{r['milestone']} {_shift(-float(r['but_for_weeks']))}" for r in rows)
    return f"The replay of {site} alone, but for {cause} and all else as it was: {told}."


class _Dates(NamedTuple):
    """Weeks of a site, NaN where all was given up, inf where not reached; GW-years in use."""

    announced: float
    first_power: float
    completion: float
    gw_years: float


def _dates(result: RunResult) -> dict[str, _Dates]:
    slips, end = result.tables["slips"], result.manifest["weeks"]
    used = np.nan_to_num(end - slips["finish_week"]) * slips["mw"] / MW_PER_GW / WEEKS_PER_YEAR
    found: dict[str, _Dates] = {}
    campuses = result.tables["campuses"]
    for site, announced in zip(campuses["site"], campuses["announced_week"], strict=True):
        weeks = {
            row["milestone"]: inf if row["censored"] else float(row["reached_week"])
            for row in _rows(result.tables["milestones"], site)
        }
        found[str(site)] = _Dates(
            float(announced),
            weeks.get("first power", nan),
            weeks.get("completion", nan),
            float(used[slips["site"] == site].sum()),
        )
    return found


def _changes(before: _Dates | None, after: _Dates | None) -> list[str]:
    if before is None or after is None:
        return ["not opened" if after is None else "opened", "-", "-", "-"]
    weeks = [_moved(old, new) for old, new in zip(before[:3], after[:3], strict=True)]
    gain = after.gw_years - before.gw_years
    return [*weeks, "same" if abs(gain) < _SHIFT_GW_YEARS else three(gain, sign=True)]


def _moved(old: float, new: float) -> str:
    """Say how a date moved; what is not finished, or given up, has none."""
    if np.isnan(old) or np.isnan(new):
        return "same" if np.isnan(old) and np.isnan(new) else "built" if new == new else "given up"
    if np.isinf(old) or np.isinf(new):
        return "same" if old == new else "in time now" if np.isinf(old) else "too late now"
    return _shift(new - old)


def _shift(weeks: float) -> str:
    return "same" if abs(weeks) < _SHIFT_WEEKS else f"{weeks:+.1f}"
