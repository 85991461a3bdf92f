"""Why a site is late: its bars, what bound it, what would have helped, what its hosts thought."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
import solara
from reacton import use_state
from reacton.core import Element
from solara.core import component
from solara.tasks import use_task

from ecosystem.errors import EcosystemError
from ecosystem.units import iso_week
from experiments.telling import weeks_late
from viz.cases import (
    MILESTONES,
    Case,
    Fall,
    activity_bars,
    axis_of,
    building_bars,
    costliest,
    fall,
    progress,
    site_table,
    standing,
    stretches,
)
from viz.chances import Tools
from viz.components import Panel, Waiting, stance
from viz.controls import Chooser
from viz.desk import Desk
from viz.downloads import Download, csv_of, svg_file
from viz.gantt import Bar, gantt
from viz.pages.site_help import Chances, Help
from viz.pages.site_hosts import Community, Happened
from viz.palette import CAUSES, cause_label
from viz.ribbon import ribbon
from viz.state import Choice
from viz.svg import number
from viz.tables import table_html
from viz.waterfall import waterfall

KEY = "site"
_LOG = logging.getLogger(__name__)
_KEPT = 2
"""Explained runs that a tab remembers."""


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
            except Exception as error:
                if not isinstance(error, EcosystemError):
                    _LOG.error("cannot explain %s", choice, exc_info=error)
                found = _Loaded(None, str(error) or type(error).__name__)
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
    _ = desk.session.number.value  # the live week may come later than this page
    picked = desk.session.picked.peek().removeprefix("site:")
    names = {site.key: site.name for site in case.world.sites}
    first = picked if picked in names else costliest(case)
    key = desk.link.value.get("site", first)
    with solara.Row(classes=["eco-controls", "eco-site-controls"]):
        Chooser("Site", names, key, lambda site: desk.link.set({"site": site}))
        solara.HTML("span", _which(case), classes=["eco-which"])
        solara.Button("Open the live world", on_click=lambda: desk.go("world"), outlined=True)
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
        Help(desk, case, key, tools)
        Chances(desk, case, key, tools)
        Community(case, key)
        Happened(case, key)
        solara.HTML("p", stance(case.world.kind), classes=["eco-stance"])


def _which(case: Case) -> str:
    c = case.choice
    strategy = f"strategy {c.strategy}"
    if c.branch is not None:
        strategy += f", from {case.day(c.branch.week)} on that of the branch, {c.branch.strategy}"
    return escape(
        f"World {c.world}, {strategy}, seed {c.seed}, as chosen on page World, from {case.start} "
        f"to {case.day(case.weeks)}. One simulated future, not a forecast."
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
            solara.HTML("div", table, classes=["eco-narrow"])


def _dates(case: Case, key: str, name: str) -> list[str]:
    way = fall(case, key, name)
    if way is None:
        return []
    return [name, way.planned, way.actual, weeks_late(way.slip_weeks).replace("-", "−")]


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
        link = {k: v for k, v in desk.link.value.items() if k != "building"} | {"site": key}
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
        "drove the building in that week, as high as the time it lost. Thin tail: float to the "
        "completion of the site. Pick a row for its activities.",
        bars,
        axis_of(case, _spans(bars)),
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
        "Colour: what held an activity, on the driving path or not. Thin tail: free float, how "
        "much later it could have ended without holding up what needs it.",
        bars,
        axis_of(case, _spans(bars)),
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
            axis_of(case, weeks),
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


SitePage = site_page(Tools())
