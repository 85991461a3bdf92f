"""Why a site is late: its bars, what bound it, what would have helped, what its hosts thought."""

import asyncio
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
import solara
from reacton import use_state
from reacton.core import Element
from solara.core import component
from solara.lab.components.theming import ThemeToggle
from solara.tasks import use_task

from ecosystem.errors import EcosystemError
from ecosystem.results import RunResult
from ecosystem.units import iso_week, week_of
from experiments.ensemble import Ensemble
from experiments.story import happened, what_would_help
from experiments.telling import weeks_late
from experiments.whatif import Sites, ranking, reading
from viz.cases import (
    MILESTONES,
    Case,
    Fall,
    activity_bars,
    building_bars,
    costliest,
    explain_run,
    fall,
    heard,
    look_at,
    progress,
    site_table,
    standing,
    stretches,
    voices,
)
from viz.chances import SEEDS, bound_rows, chance_figure, chance_rows, chances_of, relaxed
from viz.community import community
from viz.components import Panel, Waiting, stance
from viz.controls import Chooser
from viz.desk import Desk
from viz.downloads import Download, csv_of, svg_file
from viz.errands import Errand, Report, Stopped
from viz.gantt import LEFT, RIGHT, WIDTH, Bar, gantt
from viz.palette import CAUSES, cause_label
from viz.ribbon import ribbon
from viz.state import Catalogue, Choice
from viz.svg import number
from viz.tables import table_html
from viz.timeline import Timeline, around
from viz.waterfall import waterfall

KEY = "site"
_KEPT = 2
"""Explained runs that a tab remembers."""
_LOOK_S = 0.3


class Tools(NamedTuple):
    """How the page gets what it shows; tests give others."""

    explain: Callable[[Catalogue, Choice], Case] = explain_run
    look: Callable[[Catalogue, Choice, int], RunResult] = look_at
    chances: Callable[[Case, str, int, Report, Stopped], Ensemble] = chances_of
    relax: Callable[[Case, str, Report, Stopped], dict[str, Sites]] = relaxed


class _Loaded(NamedTuple):
    """An explained run, or why there is none."""

    case: Case | None
    error: str = ""


def site_page(tools: Tools) -> Callable[[Desk], Element]:
    """Return the page for a set of tools."""

    @component
    def SitePage(desk: Desk) -> None:  # noqa: N802
        """Explain a site of the world that the tab has chosen, over its whole horizon."""
        choice = desk.session.order.value[0]._replace(week=0)
        shown, set_shown = use_state(_remembered(desk, choice))

        async def load() -> None:
            if (known := _remembered(desk, choice)) is not None:
                set_shown(known)
                return
            set_shown(None)
            try:
                found = _Loaded(await asyncio.to_thread(tools.explain, desk.catalogue, choice))
            except EcosystemError as error:
                found = _Loaded(None, str(error))
            _remember(desk, choice, found)
            set_shown(found)

        use_task(load, dependencies=[choice])
        if shown is None or (shown.case is not None and shown.case.choice != choice):
            Waiting(
                f"Running {choice.world} with strategy {choice.strategy}, seed {choice.seed}, to "
                "its end and working out what held each site back …"
            )
        elif shown.case is None:
            _Unable(desk, shown.error)
        else:
            _Explained(desk, shown.case, tools)

    return SitePage


def _remembered(desk: Desk, choice: Choice) -> _Loaded | None:
    found = desk.kept.get((KEY, choice))
    return found if isinstance(found, _Loaded) else None


def _remember(desk: Desk, choice: Choice, found: _Loaded) -> None:
    """Keep the last few runs; what was asked of a run that is dropped goes with it."""
    desk.kept[KEY, choice] = found
    kept = [key for key, value in desk.kept.items() if isinstance(value, _Loaded)]
    for key in kept[:-_KEPT]:
        del desk.kept[key]
        old = key[1] if isinstance(key, tuple) else None
        for other in [k for k in desk.kept if isinstance(k, tuple) and k[-1] == old]:
            del desk.kept[other]


@component
def _Unable(desk: Desk, error: str) -> None:  # noqa: N802
    with solara.Div(classes=["eco-card", "eco-error"]):
        solara.HTML("div", f"<h3>This run cannot be explained</h3><p>{escape(error)}</p>")
        solara.HTML("p", "Choose another world, strategy or seed on the page World.")
        solara.Button("Open the live world", on_click=lambda: desk.go("world"), color="primary")


@component
def _Explained(desk: Desk, case: Case, tools: Tools) -> None:  # noqa: N802
    picked = desk.session.picked.peek().removeprefix("site:")
    names = {site.key: site.name for site in case.world.sites}
    first = picked if picked in names else costliest(case)
    key = desk.link.value.get("site", first)
    with solara.Row(classes=["eco-controls", "eco-site-controls"]):
        Chooser("Site", names, key, lambda site: desk.link.set({"site": site}))
        solara.HTML("span", _which(case), classes=["eco-which"])
        solara.Button("Open the live world", on_click=lambda: desk.go("world"), outlined=True)
        ThemeToggle()
    if key not in names:
        solara.Error(
            f"World {case.world.name} has no site {key!r}. Choose one above.", classes=["eco-plain"]
        )
        return
    stand = standing(case, key)
    if not stand.explained:
        with solara.Div(classes=["eco-card", "eco-plain"]):
            solara.HTML("h3", case.site(key).name)
            solara.HTML("p", escape(stand.text))
        return
    with solara.Div(classes=["eco-stack"]).key(f"{key} {case.choice}"):
        _Header(desk, case, key, stand.text)
        _Buildings(desk, case, key)
        _Bound(case, key)
        _Falls(case, key)
        _Help(desk, case, key, tools)
        _Chances(desk, case, key, tools)
        _Community(case, key)
        _Happened(case, key)
        solara.HTML("p", stance(case.world.kind), classes=["eco-stance"])


def _which(case: Case) -> str:
    c = case.choice
    return escape(
        f"World {c.world}, strategy {c.strategy}, seed {c.seed}: the run chosen on page World, from "
        f"{case.start} to {case.day(case.weeks)}. One simulated future, not a forecast."
    )


@component
def _Header(desk: Desk, case: Case, key: str, fate: str) -> None:  # noqa: N802
    campus = case.rows("campuses", key)[0]
    view = desk.session.latest.view
    week = float(view.week) if view is not None else 0.0
    title = f"{escape(str(campus['name']))} <span>{escape(str(campus['place']))}</span>"
    power = {"grid": "grid power", "bridge": "bridge power, then grid", "islanded": "islanded"}
    stands = progress(case, key, week)
    facts = [
        ("size", f"{number(campus['mw'])} MW facility, {number(campus['it_mw'])} MW IT"),
        ("buildings", str(campus["phases"])),
        ("builder", str(campus["developer"])),
        ("owner", str(campus["cloud"])),
        ("power", f"{power[str(campus['power'])]}, {campus['region']}"),
        ("cooling", str(campus["cooling"])),
        ("announced", f"{case.day(campus['announced_week']):%Y-%m}"),
        (f"live week, {iso_week(case.day(week))}",
         f"{stands.done} of {stands.total} buildings in use, {number(stands.done_mw)} MW; by plan "
         f"{stands.planned}, {number(stands.planned_mw)} MW"),
    ]  # fmt: skip
    told = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts)
    dates = [_dates(case, key, name) for name in MILESTONES]
    table = table_html(
        "Plan against outcome in this run",
        ("milestone", "plan", "outcome", "slip"),
        [row for row in dates if row],
        words=(0,),
    )
    with solara.Div(classes=["eco-card"]):
        html = f"<h3>{title}</h3><p><b>{escape(fate)}</b></p><dl>{told}</dl>"
        solara.HTML("div", html, classes=["eco-site-head"])
        if any(dates):
            solara.HTML("div", table)


def _dates(case: Case, key: str, name: str) -> list[str]:
    way = fall(case, key, name)
    if way is None:
        return []
    return [name, way.planned, way.actual, weeks_late(way.slip_weeks).replace("-", "−")]


def _axis(case: Case, weeks: Sequence[float]) -> Timeline:
    return around(case.start, list(weeks), LEFT, WIDTH - LEFT - RIGHT)


def _spans(bars: Sequence[Bar]) -> list[float]:
    return [float(w) for b in bars for w in (*b.planned, *b.actual) if np.isfinite(w)]


@component
def _Buildings(desk: Desk, case: Case, key: str) -> None:  # noqa: N802
    bars = building_bars(case, key)
    picked = desk.link.value.get("building", "")
    numbers = {bar.key.removeprefix("building:") for bar in bars}
    picked = picked if picked in numbers else ""

    def pick(mark: str) -> None:
        chosen = mark.removeprefix("building:")
        link = {"site": key}
        if chosen and chosen != picked:
            link["building"] = chosen
        if mark:
            desk.link.set(link)

    view = desk.session.latest.view
    marks = [(float(case.weeks), "end of the run")]
    if view is not None and 0 < view.week < case.weeks:
        marks.append((float(view.week), "live week"))
    drawn = gantt(
        "Buildings, from cleared ground to use",
        "Outline: the plan as announced. Fill: what came; its colour: the cause that held what "
        "drove the building in that week, as high as the time it lost. Pick a row for its activities.",
        bars,
        _axis(case, _spans(bars)),
        marks,
        f"building:{picked}" if picked else "",
    )
    with solara.Div(classes=["eco-card"]):
        Panel(svg=drawn, event_pick=pick)
        with solara.Row(classes=["eco-files"]):
            Download("Buildings as SVG", f"{key}_buildings.svg", lambda: svg_file(drawn))
            Download(
                "Buildings as CSV",
                f"{key}_buildings.csv",
                lambda: csv_of(site_table(case.result.tables["slips"], key)),
            )
            Download(
                "What drove each building as CSV",
                f"{key}_drivers.csv",
                lambda: csv_of(site_table(case.courses, key)),
            )
        if picked:
            _Activities(case, key, int(picked))


@component
def _Activities(case: Case, key: str, building: int) -> None:  # noqa: N802
    bars = activity_bars(case, key, building)
    drawn = gantt(
        f"Building {building}: its activities, and those of the whole site",
        "Colour: what held an activity, on the driving path or not. Thin tail: free float, how much "
        "later it could have ended without holding up what needs it.",
        bars,
        _axis(case, _spans(bars)),
        [(float(case.weeks), "end of the run")],
    )
    Panel(svg=drawn)
    with solara.Row(classes=["eco-files"]):
        name = f"{key}_building_{building}"
        Download("Activities as SVG", f"{name}.svg", lambda: svg_file(drawn))
        Download(
            "Activities as CSV",
            f"{name}.csv",
            lambda: csv_of(site_table(case.result.tables["gantt"], key)),
        )


@component
def _Bound(case: Case, key: str) -> None:  # noqa: N802
    found = stretches(case, key)
    with solara.Div(classes=["eco-card"]):
        if not found:
            solara.HTML("p", "Nothing of this site was under way within the run.")
            return
        weeks = [w for s in found for w in (s.first, s.first + s.weeks)]
        drawn = ribbon(
            _bound_title(case, key),
            "What held the critical work of the milestone next to come. Weeks late: what could be "
            "expected at that time, if nothing held the work back from there on, less the plan.",
            found,
            _axis(case, weeks),
        )
        Panel(svg=drawn)
        with solara.Row(classes=["eco-files"]):
            Download("Ribbon as SVG", f"{key}_ribbon.svg", lambda: svg_file(drawn))
            Download(
                "Ribbon as CSV",
                f"{key}_ribbon.csv",
                lambda: csv_of(site_table(case.result.tables["ribbon"], key)),
            )


def _bound_title(case: Case, key: str) -> str:
    lost: dict[str, float] = {}
    for s in stretches(case, key):
        if s.cause in CAUSES:
            lost[s.cause] = lost.get(s.cause, 0.0) + s.lost_weeks
    if not lost or max(lost.values()) < 0.5:
        return "No cause held its critical work back for long"
    worst = max(lost, key=lambda cause: lost[cause])
    return (
        f"{cause_label(worst).capitalize()} held its critical work longest: {lost[worst]:.0f} weeks"
    )


@component
def _Falls(case: Case, key: str) -> None:  # noqa: N802
    ways = [(name, way) for name in MILESTONES if (way := fall(case, key, name)) is not None]
    if not ways:
        with solara.Div(classes=["eco-card"]):
            solara.HTML("p", "All its buildings were given up, so that no date is left to explain.")
        return
    with solara.Div(classes=["eco-grid"]):
        for name, way in ways:
            _Fall(key, name, way)


@component
def _Fall(key: str, name: str, way: Fall) -> None:  # noqa: N802
    drawn = waterfall(
        _fall_title(name, way),
        "Exact shares (Shapley); whisker and brackets: saved without it, and its cost alone.",
        way.planned,
        way.actual,
        way.steps,
    )
    word = name.replace(" ", "_")

    def table() -> str:
        return csv_of(
            {
                "step": [s.name for s in way.steps],
                "shapley_weeks": [s.weeks for s in way.steps],
                "but_for_weeks": [s.but_for for s in way.steps],
                "first_in_weeks": [s.first_in for s in way.steps],
            }
        )

    with solara.Div(classes=["eco-card"]):
        Panel(svg=drawn)
        with solara.Row(classes=["eco-files"]):
            Download(f"{name.capitalize()} as SVG", f"{key}_{word}.svg", lambda: svg_file(drawn))
            Download(f"{name.capitalize()} as CSV", f"{key}_{word}.csv", table)


def _fall_title(name: str, way: Fall) -> str:
    late = f"{abs(way.slip_weeks):.0f} weeks {'late' if way.slip_weeks > 0 else 'early'}"
    late = "on time" if abs(way.slip_weeks) < 0.5 else late
    if not way.steps or way.slip_weeks < 0.5:
        return f"{name.capitalize()}: {late}"
    most = max(way.steps, key=lambda s: s.weeks)
    word = cause_label(most.name) if most.name in CAUSES else most.name
    return f"{name.capitalize()}: {late}, most of it {word}"


# What would have helped


@component
def _Help(desk: Desk, case: Case, key: str, tools: Tools) -> None:  # noqa: N802
    days = _days(desk, case, key)
    week, set_week = use_state(days[0][0])
    result, set_result = use_state(None)

    async def look() -> None:
        set_result(None)
        set_result(await asyncio.to_thread(_looked, desk, case, tools, week))

    use_task(look, dependencies=[week, key])
    rows, columns = _help_rows(case, key, result)
    labels = {f"{word}": w for w, word in days}
    now = next(word for w, word in days if w == week)
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", "What would have helped")
        for line in what_would_help(case.result, key):
            solara.HTML("p", escape(line))
        with solara.Row(classes=["eco-inline"]):
            solara.Select(
                "One more week, as of", list(labels), now, on_value=lambda w: set_week(labels[w])
            )
            solara.HTML(
                "span",
                "What it would cost if each cause stopped all open work that it can stop for one "
                "week more, as things stood then; one week less is worth about as much.",
            )
        solara.HTML("div", table_html(
            f"Causes of delay at {case.site(key).name}, weeks", _HELP_HEAD, rows
        ))  # fmt: skip
        solara.HTML(
            "p",
            "Share: exact part of the slip (Shapley). Saved: without the cause, all else as it was. "
            "Alone: its cost if it were the only one. GW-years: not in use before the end of the "
            "run. One more week: weeks of delay of every building times its GW, and USD at that "
            "week's price of a served MW-week, an upper bound; “–” where nothing is open that it can stop.",
        )
        with solara.Row(classes=["eco-files"]):
            Download("Causes as CSV", f"{key}_causes.csv", lambda: csv_of(columns))
        _Relax(desk, case, key, tools)


_HELP_HEAD = (
    "cause",
    "first power: share",
    "saved",
    "alone",
    "completion: share",
    "saved",
    "alone",
    "GW-years lost",
    "one more week: GW-weeks",
    "USD",
)


def _days(desk: Desk, case: Case, key: str) -> list[tuple[int, str]]:
    """Return weeks to look at: the live one if the site is under way then, else turns of years."""
    campus = case.rows("campuses", key)[0]
    reached = [r["reached_week"] for r in case.rows("slips", key)]
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
    return list(dict((week, word) for week, word in reversed(found)).items())[::-1]


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
    pressed: dict[str, dict[str, float]] = {}
    if looked is not None:
        table = looked.tables["one_more_week"]
        for i in np.flatnonzero(table["site"] == key):
            pressed[str(table["cause"][i])] = {n: table[n][i] for n in table if n != "site"}
    columns: dict[str, list[object]] = {"cause": [*CAUSES]}
    for name, way in ways.items():
        steps = {s.name: s for s in way.steps} if way else {}
        for field in ("weeks", "but_for", "first_in"):
            values = [float(getattr(steps[c], field)) if c in steps else 0.0 for c in CAUSES]
            columns[f"{name} {field}"] = list(values) if way else [np.nan] * len(CAUSES)
    columns["lost_gw_years"] = [lost.get(cause, np.nan) for cause in CAUSES]
    for field in ("gw_weeks", "usd"):
        columns[f"one_more_week_{field}"] = [
            float(p[field]) if (p := pressed.get(c)) and p["open_activities"] else np.nan
            for c in CAUSES
        ]
    waiting = looked is None
    cells = [
        [
            cause_label(cause),
            *(
                "…" if waiting and name.startswith("one_more") else _cell(name, values[i])
                for name, values in columns.items()
                if name != "cause"
            ),
        ]
        for i, cause in enumerate(CAUSES)
    ]
    order = sorted(range(len(CAUSES)), key=lambda i: -abs(_of(columns["completion weeks"][i])))
    return [cells[i] for i in order], columns


def _of(value: object) -> float:
    return value if isinstance(value, float) and np.isfinite(value) else 0.0


def _cell(name: str, value: object) -> str:
    if not isinstance(value, float) or not np.isfinite(value):
        return "–"
    if name.startswith(("first power", "completion")):
        return f"{value:.1f}".replace("-", "−") if abs(value) >= 0.05 else "0"
    return number(value)


@component
def _Relax(desk: Desk, case: Case, key: str, tools: Tools) -> None:  # noqa: N802
    name = ("relax", key, case.choice)
    found = use_errand(
        desk,
        name,
        "Make the world again without each cause here",
        "Eight runs of the same world and random numbers, spillovers to other sites included; "
        "about half a minute.",
        lambda report, stopped: tools.relax(case, key, report, stopped),
        can_stop=False,
    )
    if found is None:
        return
    rows = ranking(case.result, found, key)
    head = (
        "cause", "first power, weeks", "completion, weeks", "replay: first power",
        "replay: completion", "GW-years here", "at others that share", "at the lab's choice", "in all",
    )  # fmt: skip
    cells = [[cause_label(row[0]), *(c.replace("-", "−") for c in row[1:])] for _, _, row in rows]
    solara.HTML("p", escape(reading(rows, case.site(key).name)))
    solara.HTML("div", table_html(
        f"The same world made again, with one cause that holds nothing back at {case.site(key).name}",
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
def _Chances(desk: Desk, case: Case, key: str, tools: Tools) -> None:  # noqa: N802
    seeds, set_seeds = use_state(SEEDS[1])
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", "How sure are these dates? <span>simulated, other seeds</span>")
        with solara.Row(classes=["eco-inline"]):
            solara.Select("Seeds", list(SEEDS), seeds, on_value=set_seeds)
            solara.HTML(
                "span",
                "The same numbers with other chance: durations, hearings, suits, storms. "
                "Uncertain numbers are not drawn anew here; page Compare does that.",
            )
        found = use_errand(
            desk,
            ("chances", key, case.choice),
            "Chance of first power by date",
            "Makes the run again with each seed: a second or so apiece, on other processes.",
            lambda report, stopped: tools.chances(case, key, seeds, report, stopped),
        )
        if found is not None:
            _Spread(case, key, found)


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


def use_errand[T](
    desk: Desk,
    name: tuple[object, ...],
    label: str,
    about: str,
    work: Callable[[Report, Stopped], T],
    can_stop: bool = True,
) -> T | None:
    """Show a button that has something done, then its progress; return the result once there."""
    _, look = use_state(0)
    errand = desk.kept.get(name)
    running = isinstance(errand, Errand) and not errand.over

    async def follow() -> None:
        while isinstance(errand := desk.kept.get(name), Errand) and not errand.over:
            await asyncio.sleep(_LOOK_S)
            look(lambda n: n + 1)
        look(lambda n: n + 1)

    use_task(follow, dependencies=[running, name])

    def start() -> None:
        desk.kept[name] = Errand(work, desk.session.connected).start()
        look(lambda n: n + 1)

    with solara.Row(classes=["eco-inline"]):
        solara.Button(label, on_click=start, disabled=running, color="primary", outlined=True)
        if isinstance(errand, Errand) and running:
            total = max(errand.total, 1)
            solara.HTML("progress", attributes={"max": str(total), "value": str(errand.done)})
            solara.HTML("span", f"{errand.done} of {errand.total or '…'} runs")
            if can_stop:
                solara.Button("Stop", on_click=errand.stop, text=True)
        elif isinstance(errand, Errand) and errand.error:
            solara.HTML("span", escape(f"{errand.error} Press the button to try again."))
        else:
            solara.HTML("span", about)
    return errand.value if isinstance(errand, Errand) and errand.over else None


# The community


@component
def _Community(case: Case, key: str) -> None:  # noqa: N802
    found = voices(case, key)
    with solara.Div(classes=["eco-card"]):
        if found is None:
            solara.HTML("h3", "The community <span>simulated</span>")
            solara.HTML("p", "No opinion was recorded: the run ended before its first month.")
            return
        axis = _axis(case, [float(found.week[0]), float(found.week[-1])])
        drawn = community(
            "The simulated host community: what groups of households think, and do",
            "Archetypes, not an observation of the people there. Lines: mean opinion of income "
            "terciles, near the site and far; vertical lines: hearings, courts, agreements.",
            found,
            axis,
            heard(case, key),
        )
        Panel(svg=drawn)
        with solara.Row(classes=["eco-files"]):
            Download("Community as SVG", f"{key}_community.svg", lambda: svg_file(drawn))
            Download(
                "Opinion by group as CSV",
                f"{key}_opinion.csv",
                lambda: csv_of(site_table(case.opinions, key, "community")),
            )
            Download(
                "Trust, licence, mobilisation as CSV",
                f"{key}_community.csv",
                lambda: csv_of(site_table(case.result.tables["communities"], key, "community")),
            )
        with solara.Div(classes=["eco-grid"]):
            solara.HTML("div", _promised(case, key))
            solara.HTML("div", _received(case, key))
        with solara.Row(classes=["eco-files"]):
            Download(
                "Promises as CSV",
                f"{key}_promises.csv",
                lambda: csv_of(site_table(case.promises, key, "community")),
            )
            Download(
                "Benefit by group as CSV",
                f"{key}_benefit.csv",
                lambda: csv_of(site_table(case.result.tables["groups"], key, "community")),
            )


def _promised(case: Case, key: str) -> str:
    table = site_table(case.promises, key, "community")
    rows = [
        [str(promise), f"{case.day(float(due)):%Y-%m}", str(outcome)]
        for due, promise, outcome in zip(
            table["due_week"], table["promise"], table["outcome"], strict=True
        )
    ]
    if not rows:
        return (
            "<h3>Promises <span>simulated</span></h3><p>Nothing was promised to it in this run.</p>"
        )
    kept, broken = (sum(row[2] == word for row in rows) for word in ("kept", "broken"))
    caption = (
        f"Promises to the community (simulated): {kept} kept, {broken} broken, "
        f"{len(rows) - kept - broken} open, or void since the site was withdrawn"
    )
    return table_html(caption, ("promise", "due", "outcome"), rows, words=(0, 1, 2))


def _received(case: Case, key: str) -> str:
    table = case.result.tables["hosts"]
    at = int(np.flatnonzero(table["community"] == key)[0])
    groups = case.result.tables["groups"]
    mine = groups["community"] == key
    homes = groups["households"][mine]
    each = np.divide(groups["benefit_usd"][mine], homes, out=np.zeros(len(homes)), where=homes > 0)
    total = float(groups["benefit_usd"][mine].sum())
    mean = total / max(float(homes.sum()), 1.0)
    rows = [
        ["net benefit of its households", f"{number(total)} USD, {number(mean)} USD each"],
        ["from the worst to the best group",
         f"{number(float(each.min()))} to {number(float(each.max()))} USD a household"],
        ["local taxes after abatement", f"{number(float(table['tax_usd'][at]))} USD"],
        ["change of a household's bill, at the end",
         f"{number(float(table['bill_usd_per_household_year'][at]))} USD/yr"],
        ["craft work by residents",
         f"{number(float(table['craft_job_years_local'][at]))} of "
         f"{number(float(table['craft_job_years'][at]))} job-years"],
        ["permanent work by residents",
         f"{number(float(table['permanent_job_years_local'][at]))} of "
         f"{number(float(table['permanent_job_years'][at]))} job-years"],
        ["water drawn", f"{number(float(table['water_m3'][at]))} m³"],
        ["heard, times a year", number(float(table["contacts_per_year"][at]))],
    ]  # fmt: skip
    caption = "What it received and gave up to the end of the run (simulated)"
    return table_html(caption, ("", "amount"), rows, words=(0, 1))


@component
def _Happened(case: Case, key: str) -> None:  # noqa: N802
    told = happened(case.result, key)
    rows = "".join(f"<li><time>{escape(day)}</time> {escape(text)}</li>" for day, text in told)
    head = (
        "<h3>What happened <span>facts on record, that the run was given, and simulated "
        "events</span></h3>"
    )
    with solara.Div(classes=["eco-card"]):
        solara.HTML(
            "div",
            f"{head}<ol>{rows}</ol>" if rows else f"{head}<p>Nothing.</p>",
            classes=["eco-events", "eco-site-events"],
            attributes={"tabindex": "0"},
        )
        with solara.Row(classes=["eco-files"]):
            Download(
                "Events as CSV",
                f"{key}_events.csv",
                lambda: csv_of({"day": [d for d, _ in told], "event": [t for _, t in told]}),
            )


SitePage = site_page(Tools())
