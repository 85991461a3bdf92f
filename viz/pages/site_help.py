"""What would have helped a site: causes beside their worth, worlds without one, other seeds."""

import asyncio
from collections.abc import Callable
from html import escape

import numpy as np
import solara
from reacton import use_state
from solara.core import component
from solara.tasks import use_task

from ecosystem.results import RunResult
from ecosystem.units import week_of
from experiments.ensemble import Ensemble
from experiments.story import what_would_help
from experiments.whatif import ranking, reading
from viz.cases import MILESTONES, Case, fall
from viz.chances import SEEDS, Tools, bound_rows, chance_figure, chance_rows
from viz.components import Panel
from viz.desk import Desk
from viz.downloads import Download, csv_of, svg_file
from viz.errands import use_errand
from viz.palette import CAUSES, cause_label
from viz.svg import number
from viz.tables import table_html, usd

_NOT_YET: RunResult | None = None


@component
def Help(desk: Desk, case: Case, key: str, tools: Tools) -> None:  # noqa: N802
    """Set causes beside what they cost and what being rid of them is worth."""
    days = _days(desk, case, key)
    asked = desk.link.value.get("at", "")
    week = next((w for w, _ in days if str(w) == asked), days[0][0])
    result, set_result = use_state(_NOT_YET)

    async def look() -> None:
        set_result(None)
        set_result(await asyncio.to_thread(_looked, desk, case, tools, week))

    def choose(word: str) -> None:
        desk.link.set({**desk.link.value, "site": key, "at": str(labels[word])})

    use_task(look, dependencies=[week, key])
    rows, columns = _help_rows(case, key, result)
    labels = {word: w for w, word in days}
    now = next(word for w, word in days if w == week)
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", "What would have helped")
        if (gone := _given_up(case, key)) > _LEAST_GW_YEARS:
            solara.HTML("p", f"Buildings given up cost {number(gone)} GW-years of use by the end.")
        for line in what_would_help(case.result, key):
            solara.HTML("p", escape(line))
        with solara.Row(classes=["eco-inline"]):
            solara.Select(
                "One week less or more, as of",
                list(labels),
                now,
                on_value=choose,
            )
            solara.HTML(
                "span",
                "What one week less, or more, of each cause would be worth to the open work that "
                "it can stop, as things stood then.",
            )
        solara.HTML("div", table_html(
            f"Causes of delay at {case.site(key).name}, weeks", _HELP_HEAD, rows
        ))  # fmt: skip
        solara.HTML(
            "p",
            "Share: exact part of the slip (Shapley). Saved: without the cause, all else as it "
            "was. Alone: its cost if it were the only one. GW-years: not in use before the end of "
            "the run. One week less or more: weeks won or lost by every building times its GW, "
            "and USD at that week's price of a served MW-week, an upper bound; a week less is "
            "never worth more than a week more costs, for something else binds next. “–” where "
            "nothing is open that it can stop.",
        )
        with solara.Row(classes=["eco-files"]):
            Download("Causes as CSV", f"{key}_causes.csv", lambda: csv_of(columns))
        _Relax(desk, case, key, tools)


_LEAST_GW_YEARS = 0.005


def _given_up(case: Case, key: str) -> float:
    from ecosystem.causes import GIVEN_UP  # imported late: it loads half of the model

    rows = case.rows("lost_capacity", key)
    return sum(float(r["gw_years"]) for r in rows if r["cause"] == GIVEN_UP)


_HELP_HEAD = (
    "cause",
    "first power: share",
    "saved",
    "alone",
    "completion: share",
    "saved",
    "alone",
    "GW-years lost",
    "one week less: GW-weeks",
    "USD",
    "one more: GW-weeks",
    "USD",
)


def _days(desk: Desk, case: Case, key: str) -> list[tuple[int, str]]:
    """Return weeks to look at: the live one if the site is under way then, else turns of years."""
    campus = case.rows("campuses", key)[0]
    reached = [np.fmin(r["reached_week"], r["cancelled_week"]) for r in case.rows("slips", key)]
    first = max(int(campus["announced_week"]) + 1, 1)
    last = max(min(int(max(reached, default=case.weeks)), case.weeks), first + 1)
    found: list[tuple[int, str]] = []
    view = desk.session.latest.view
    if view is not None and first < view.week < last:
        found.append((view.week, f"live week, {view.day}"))
    middle = (first + last) // 2
    found.append((middle, f"midway, {case.day(middle)}"))
    for year in range(case.day(first).year + 1, case.day(last).year + 1):
        day = case.start.replace(year=year, month=1, day=1)
        week = int(week_of(day, case.start)) + 1
        if first < week < last:
            found.append((week, f"{case.day(week)}"))
    return [*dict(reversed(found)).items()][::-1]


def _looked(desk: Desk, case: Case, tools: Tools, week: int) -> RunResult:
    """Return the run stopped at a week; the last one looked at is kept."""
    name = ("look", case.choice)
    known = desk.kept.get(name)
    if isinstance(known, tuple) and known[0] == week:
        return known[1]
    result = tools.look(desk.catalogue, case.choice, week)
    desk.kept[name] = (week, result)
    return result


def _help_rows(
    case: Case, key: str, looked: RunResult | None
) -> tuple[list[list[str]], dict[str, list[object]]]:
    """Return the cells of the table, and its columns for a download."""
    ways = {name: fall(case, key, name) for name in MILESTONES}
    lost = {str(r["cause"]): float(r["gw_years"]) for r in case.rows("lost_capacity", key)}
    pressed = {name: _pressed(looked, name, key) for name in _PRESSED}
    columns: dict[str, list[object]] = {"cause": [*CAUSES]}
    for name, way in ways.items():
        steps = {s.name: s for s in way.steps} if way else {}
        for field in ("weeks", "but_for", "first_in"):
            values = [float(getattr(steps[c], field)) if c in steps else 0.0 for c in CAUSES]
            columns[f"{name} {field}"] = list(values) if way else [np.nan] * len(CAUSES)
    columns["lost_gw_years"] = [lost.get(cause, np.nan) for cause in CAUSES]
    for name, rows in pressed.items():
        for field in ("gw_weeks", "usd"):
            columns[f"{name}_{field}"] = [
                float(p[field]) if (p := rows.get(c)) and p["open_activities"] else np.nan
                for c in CAUSES
            ]
    waiting = looked is None
    cells = [
        [
            cause_label(cause),
            *(
                "…" if waiting and name.startswith(_PRESSED) else _cell(name, values[i])
                for name, values in columns.items()
                if name != "cause"
            ),
        ]
        for i, cause in enumerate(CAUSES)
    ]
    order = sorted(range(len(CAUSES)), key=lambda i: -abs(_of(columns["completion weeks"][i])))
    return [cells[i] for i in order], columns


_PRESSED = ("one_week_less", "one_more_week")


def _pressed(looked: RunResult | None, name: str, key: str) -> dict[str, dict[str, float]]:
    """Return the rows of a site by cause; none while the run is not there."""
    if looked is None:
        return {}
    table = looked.tables[name]
    return {
        str(table["cause"][i]): {
            n: float(table[n][i]) for n in ("open_activities", "gw_weeks", "usd")
        }
        for i in np.flatnonzero(table["site"] == key)
    }


def _of(value: object) -> float:
    return value if isinstance(value, float) and np.isfinite(value) else 0.0


def _cell(name: str, value: object) -> str:
    if not isinstance(value, float) or not np.isfinite(value):
        return "–"
    if name.startswith(("first power", "completion")):
        return f"{value:.1f}".replace("-", "−") if abs(value) >= 0.05 else "0"
    if name.endswith("usd"):
        return usd(value).removesuffix(" USD") if value else "0"
    return number(value)


_OF_A_BRANCH = (
    "Not offered for a branch: go back to its original on the page World, or choose the strategy "
    "from the start."
)


@component
def _Relax(desk: Desk, case: Case, key: str, tools: Tools) -> None:  # noqa: N802
    if case.choice.branch is not None:
        solara.HTML("p", _OF_A_BRANCH)
        return
    name = ("relax", key, case.choice)
    found = use_errand(
        desk.kept,
        name,
        "Make the world again without each cause",
        "Eight runs of the same world and random numbers, spillovers to other sites included; "
        "about half a minute.",
        lambda errand: tools.relax(case, key, errand),
        connected=desk.session.connected,
    )
    if found is None:
        return
    rows = ranking(case.result, found, key)
    head = (
        "cause", "first power, weeks", "completion, weeks", "replay: first power",
        "replay: completion", "GW-years here", "at others that share", "at the lab's choice",
        "in all",
    )  # fmt: skip
    cells = [[cause_label(row[0]), *(c.replace("-", "−") for c in row[1:])] for _, _, row in rows]
    solara.HTML("p", escape(reading(rows, case.site(key).name)))
    solara.HTML("div", table_html(
        f"The same world, with one cause that holds nothing back at {case.site(key).name}",
        head, cells,
    ))  # fmt: skip
    solara.HTML(
        "p",
        "Weeks relaxed less as it was: negative is earlier. Replay: what the site alone promised. "
        "GW-years in use gained before the end of the run: here, at other sites opened at the same "
        "time, at sites that the lab then opens at another time, in all.",
    )
    with solara.Row(classes=["eco-files"]):
        Download(
            "Worlds without a cause as CSV",
            f"{key}_without_a_cause.csv",
            lambda: csv_of({h: [row[i] for row in cells] for i, h in enumerate(head)}),
        )


@component
def Chances(desk: Desk, case: Case, key: str, tools: Tools) -> None:  # noqa: N802
    """Offer the dates of the site over other seeds."""
    seeds, set_seeds = use_state(SEEDS[1])
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", "How sure are these dates? <span>simulated, other seeds</span>")
        with solara.Row(classes=["eco-inline"]):
            solara.Select("Seeds", [*map(str, SEEDS)], str(seeds), on_value=_to(set_seeds))
            solara.HTML(
                "span",
                "The same numbers with other chance: durations, hearings, suits, storms. "
                "Uncertain numbers are not drawn anew here; page Compare does that.",
            )
        if case.choice.branch is not None:
            solara.HTML("p", _OF_A_BRANCH)
            return
        found = use_errand(
            desk.kept,
            ("chances", key, case.choice),
            "Chance of first power by date",
            "Makes the run again with each seed: a second or so apiece, on other processes.",
            lambda errand: tools.chances(case, key, seeds, errand),
            connected=desk.session.connected,
        )
        if found is not None:
            _Spread(case, key, found)


def _to(set_seeds: Callable[[int], None]) -> Callable[[str], None]:
    return lambda text: set_seeds(int(text))


@component
def _Spread(case: Case, key: str, e: Ensemble) -> None:  # noqa: N802
    drawn = chance_figure(case, e)
    with solara.Div(classes=["eco-narrow"]):
        Panel(svg=drawn)
    opened = f"The site was opened in {e.opened} of {e.runs} replications."
    solara.HTML("p", opened)
    head = ("milestone", "plan, median", "10%", "median", "90%", "not in time")
    dates = chance_rows(case, e)
    solara.HTML("div", table_html("Dates by which a share of the seeds is there", head, dates))
    bound = ("cause", "first power, weeks", "completion, weeks", "share of weeks it binds")
    rows = [[cause_label(r[0]) if r[0] in CAUSES else r[0], *r[1:]] for r in bound_rows(e)]
    solara.HTML("div", table_html("Slip by cause, median [10%, 90%] of the seeds", bound, rows))
    columns = {name: e.reached[name].tolist() for name in MILESTONES}
    long = max(map(len, columns.values()))
    with solara.Row(classes=["eco-files"]):
        Download("Chance as SVG", f"{key}_chance.svg", lambda: svg_file(drawn))
        Download(
            "Weeks reached as CSV",
            f"{key}_chance.csv",
            lambda: csv_of(
                {f"{n} week": [*v, *[np.nan] * (long - len(v))] for n, v in columns.items()}
            ),
        )
