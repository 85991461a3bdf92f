"""The story of a site, from the tables of a run: when, why so late, what would have helped.

Reads only tables that :mod:`ecosystem.causes` adds to a run, so that a saved run and one made
just now tell the same. Plain text, at most 100 columns.
"""

import numpy as np

from ecosystem.delivery.failure import LATE_WEEKS
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult
from experiments.bars import gantt, ribbon
from experiments.failures import WORDS, short_sites
from experiments.summary import grid, paragraph
from experiments.telling import (
    Row,
    campus_of,
    end_of,
    month,
    plain,
    rows_of,
    weeks_late,
)
from experiments.wording import three

NEEDED = (
    "campuses",
    "records",
    "slips",
    "attribution",
    "milestones",
    "milestone_causes",
    "floats",
    "ribbon",
    "failures",
)
_EVENTS = 24
_FLOATS = 12
# A hold shorter than this is not worth a sentence [week].
_WORTH_WEEKS = 0.5
_ROUTINE = ("commissioned",)
_POWER = {"grid": "grid power", "bridge": "bridge power, then grid", "islanded": "islanded power"}


def story(result: RunResult, site: str, *, so_far: bool = False) -> str:
    """Tell what happened at one site of a run.

    Parameters
    ----------
    result : RunResult
        With the tables of :mod:`ecosystem.causes`.
    site : str
        Key of a site that was announced in this run.
    so_far : bool
        The run was stopped to look: what is open and what it waits for comes first.

    Raises
    ------
    InputError
        If the run has no such tables or no such site; the nearest name is given.
    """
    campus = campus_of(result, site, NEEDED)
    slips = rows_of(result.tables["slips"], site)
    now = _now(result, site, slips)
    parts = [
        _header(result, campus, slips),
        _verdict(result, site),
        now if so_far else "",
        "\n".join(map(paragraph, what_would_help(result, site))),
        "What happened: facts on record, that the run was given, and simulated events\n"
        + _events(result, site),
        gantt(result, slips),
        ribbon(result, site),
        _causes(result, site, slips),
        "" if so_far else now,
        _failure(result, site),
        _community(result, site),
        _lost(result, site),
    ]
    return "\n\n".join(part for part in parts if part)


def _header(result: RunResult, campus: Row, slips: list[Row]) -> str:
    """Say what the site is, who makes it, and where it stands."""
    m, c = result.manifest, campus
    used = sum(not s["censored"] for s in slips)
    gone = sum(np.isfinite(s["cancelled_week"]) for s in slips)
    lines = [
        f"{c['name']} ({c['site']}), {c['place']}: {c['mw']:,.0f} MW facility, "
        f"{c['it_mw']:,.0f} MW IT, {c['phases']} buildings",
        f"World {m['world']}, strategy {m['strategy']}, seed {m['seed']}, "
        f"{m['start']} to {end_of(result)}. One simulated future, not a forecast.",
        f"Builder {c['developer']}; owner {c['cloud']}; {_POWER[c['power']]} in {c['region']}; "
        f"{c['cooling']} cooling. Announced {month(result, c['announced_week'])}.",
        f"On {end_of(result)} {used} of {len(slips)} buildings are commissioned"
        + (f", {gone} given up." if gone else "."),
    ]
    return "\n".join(map(paragraph, lines))


def _verdict(result: RunResult, site: str) -> str:
    rows = []
    for m in rows_of(result.tables["milestones"], site):
        reached = month(result, m["reached_week"])
        if m["censored"]:
            reached = f"not before {reached}"
        rows.append(
            [m["milestone"], month(result, m["planned_week"]), reached, weeks_late(m["slip_weeks"])]
        )
    if not rows:
        return "All buildings were given up."
    return grid(["milestone", "plan", "actual", "slip"], rows, left=(0, 2))


def _events(result: RunResult, site: str) -> str:
    shown = happened(result, site)
    lines = [paragraph(f"  {day}  {text}") for day, text in shown[:_EVENTS]]
    if len(shown) > _EVENTS:
        lines.append(f"  ... and {len(shown) - _EVENTS} more")
    return "\n".join(lines or ["  none"])


def happened(result: RunResult, site: str) -> list[tuple[str, str]]:
    """Return records and events as days with words; buildings taken into use stand in the bars."""
    events = [e for e in rows_of(result.tables["events"], site) if e["kind"] not in _ROUTINE]
    told = [(str(e["day"]), _told(str(e["kind"]), str(e["text"]))) for e in events]
    return sorted([*_records(result, site), *told], key=lambda line: line[0])


def _told(kind: str, text: str) -> str:
    """Name the kind of an event unless its text does."""
    says = kind in text.lower() or kind.removesuffix("ed") in text.lower()
    return text if says else f"{kind}: {text}"


def _records(result: RunResult, site: str) -> list[tuple[str, str]]:
    """Return the dated facts that the run was given, those of one day together."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for r in rows_of(result.tables["records"], site):
        phases = f"{r['first_phase']}-{r['last_phase']}"
        found.setdefault((r["day"], r["status"], phases), []).append(plain(r["activity"]))
    return [
        (day, f"on record: {', '.join(activities)} {status.replace('_', ' ')} (buildings {phases})")
        for (day, status, phases), activities in found.items()
    ]


def _causes(result: RunResult, site: str, slips: list[Row]) -> str:
    """Lay out the slip of the milestones and of all buildings by cause, with its bracket."""
    milestones = rows_of(result.tables["milestones"], site)
    if not milestones:
        return ""
    shares = rows_of(result.tables["milestone_causes"], site)
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
    for row in rows_of(result.tables["attribution"], site):
        weeks = row["shapley_weeks"] * mw.get(row["phase"], 0.0) / total
        mean[row["cause"]] = mean.get(row["cause"], 0.0) + weeks
    for word, key in (
        ("own work", "own_work_weeks"),
        ("plan moved", "plan_moved_weeks"),
        ("slip", "slip_weeks"),
    ):
        mean[word] = sum(float(s[key] * s["mw"]) for s in kept) / total
    return mean


def what_would_help(result: RunResult, site: str) -> list[str]:
    """Say what would have helped most, and where float would have swallowed the help."""
    lines: list[str] = []
    for m in rows_of(result.tables["milestones"], site):
        name = m["milestone"]
        shares = [
            r for r in rows_of(result.tables["milestone_causes"], site) if r["milestone"] == name
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
    rows = sorted(rows_of(result.tables["floats"], site), key=lambda r: r["float_weeks"])
    if not rows:
        open_left = any(s["censored"] and not np.isfinite(s["cancelled_week"]) for s in slips)
        return "Nothing is under way at the end of the run." if open_left else ""
    cells = [
        [
            str(r["phase"]),
            plain(r["activity"]),
            f"{r['work_left_weeks']:.0f}",
            "critical" if r["critical"] else f"{r['float_weeks']:.0f}",
            r["held_by"] or "nothing",
        ]
        for r in rows[:_FLOATS]
    ]
    more = len(rows) - _FLOATS
    text = f"Open on {end_of(result)}: float is how long it may wait before a building is late\n"
    text += grid(["#", "activity", "weeks left", "float", "held by"], cells, left=(1, 4))
    if more > 0:
        text += f"\n... and {more} more, with more float"
    return text + "\n\n" + _one_more_week(result, site)


def _one_more_week(result: RunResult, site: str) -> str:
    rows = rows_of(result.tables["one_more_week"], site)
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


def _failure(result: RunResult, site: str) -> str:
    """Say by which definitions buildings or the site failed, and why."""
    rows = rows_of(result.tables["failures"], site)
    gone = [r for r in rows if np.isfinite(r["cancelled_week"])]
    late = [r for r in rows if r["late_weeks"] > LATE_WEEKS]
    ought, short = short_sites(result)
    secured = sum(bool(r["secured"]) for r in gone)
    used = sum(r["mw"] for r in rows if r["usable"]) / sum(r["mw"] for r in rows)
    half = f"{'yes' if site in short else 'no'}, {used:.0%}" if site in ought else "not due yet"
    lines = [
        "Failure, by each definition",
        f"  cancelled after it was secured: {secured} of {len(rows)} buildings"
        + (f"; given up in all {len(gone)}: {_counts(gone, 'reason')}" if gone else ""),
        f"  more than {LATE_WEEKS} weeks late: {len(late)} of {len(rows)} buildings"
        + (f", most of all by {_counts(late, 'cause')}" if late else ""),
        f"  less than half in use at the end: {half}",
    ]
    return "\n".join(map(paragraph, lines))


def _counts(rows: list[Row], column: str) -> str:
    """Count what a column says, the most frequent first."""
    found: dict[str, int] = {}
    for row in rows:
        found[str(row[column])] = found.get(str(row[column]), 0) + 1
    names = sorted(found, key=lambda name: -found[name])
    return ", ".join(f"{WORDS.get(name, name)} ({found[name]})" for name in names)


def _community(result: RunResult, site: str) -> str:
    """Say how the simulated community took it."""
    table = result.tables["communities"]
    at = np.flatnonzero(table["community"] == site)
    announced = rows_of(result.tables["campuses"], site)[0]["announced_week"]
    at = at[table["week"][at] >= announced]
    if not len(at):
        return ""
    support, trust, organised = (table[n][at] for n in ("support", "trust", "organised"))
    low = int(support.argmin())
    weeks = table["week"][at]
    lines = [
        "Community (simulated households; not an observation of the people there)",
        f"  support {support[0]:+.2f} at the announcement, lowest {support[low]:+.2f} in "
        f"{month(result, weeks[low])}, {support[-1]:+.2f} at the end (-1 to 1); "
        f"trust {trust[0]:.2f} to {trust[-1]:.2f} (0 to 1)",
        f"  opposition organised: {_when(result, weeks, organised.astype(bool))}",
    ]
    kinds = {"approved", "denied", "settled", "resited", "withdrawn"}
    kinds |= {"moratorium", "stayed", "lawsuit"}
    events = [e for e in rows_of(result.tables["events"], site) if e["kind"] in kinds]
    hearings = [f"{e['kind']} {str(e['day'])[:7]}" for e in events]
    lines.append(f"  hearing, courts: {'; '.join(hearings) or 'on record before the run, or none'}")
    signed = [e for e in rows_of(result.tables["events"], site) if e["kind"] == "agreement"]
    lines.append(f"  agreement: {'signed ' + str(signed[0]['day']) if signed else 'none'}")
    return "\n".join(map(paragraph, lines))


def _when(result: RunResult, weeks: np.ndarray, flag: np.ndarray) -> str:
    if not flag.any():
        return "never"
    share = f"{flag.mean():.0%} of the time" if flag.mean() < 1 else "all the time"
    return f"from {month(result, weeks[flag][0])}, {share}"


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
    return f"GW-years not in use before {end_of(result)}, against the plans as announced\n" + grid(
        ["cause", "this site", "programme"], cells
    )
