"""The parts of the page: values go down, callbacks come up; no part knows the running world."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

import numpy as np
import solara
from reacton import use_memo
from solara.core import component

from ecosystem.units import iso_week
from ecosystem.view import AgentView, EdgeView, Event, SiteView, View
from viz.charts import Beside, Held, binding_chart, flywheel_chart, ladder_chart
from viz.downloads import Download, csv_of, svg_file
from viz.graph import graph_drawing, place
from viz.palette import AGENTS, LADDER, cause_label
from viz.sitemap import map_ground, site_map, under_way
from viz.state import Frame
from viz.svg import number

_SHOWN_EVENTS = 40
_SHOWN_PROMISES = 5
_FIRST_BUILT = LADDER.index("secured")
_USABLE = LADDER.index("usable")


@solara.component_vue("vue/panel.vue")
def Panel(svg: str, event_pick: Callable[[str], None] = lambda key: None) -> None:  # noqa: N802
    """Show a drawing; `event_pick` gets the key of the part that was picked, or ``""``."""


@solara.component_vue("vue/beat.vue")
def Beat(frame: int, event_painted: Callable[[int], None] = lambda frame: None) -> None:  # noqa: N802
    """Report painted frames."""


@solara.component_vue("vue/address.vue")
def Address(query: str) -> None:  # noqa: N802
    """Keep the address of the page up to date."""


@component
def Waiting(what: str) -> None:  # noqa: N802
    """Say what is awaited."""
    with solara.Div(classes=["eco-card", "eco-waiting"]):
        solara.HTML("p", escape(what))
        solara.ProgressLinear(True)


@component
def World(  # noqa: N802
    frame: Frame,
    picked: str,
    on_pick: Callable[[str], None],
    original: bool = False,
    on_explain: Callable[[str], None] | None = None,
) -> None:
    """Show the live world: map and ladder, graph and flywheel, what binds, what happened.

    The charts show the branch, where there is one, and the original dashed; all else shows the
    branch, or the original if `original`.
    """
    if frame.view is None:
        return
    view = frame.branch if frame.branch and not original else frame.view
    names = {site.key: site.name for site in view.sites}
    with solara.Div(classes=["eco-grid"]):
        with solara.Div(classes=["eco-card", "eco-map"]):
            Panel(svg=map_ground(view.kind != "fictional"))
            Panel(
                svg=site_map(view.sites, picked.removeprefix("site:"), ground=False),
                event_pick=on_pick,
            )
            Panel(svg=binding_chart(held(view.sites)))
            Files(_map_files(view))
        with solara.Div(classes=["eco-card", "eco-ladder"]):
            ladder, flywheel = charts(frame)
            Panel(svg=ladder)
            Panel(svg=flywheel)
            Files(_chart_files(frame))
        with solara.Div(classes=["eco-card", "eco-graph"]):
            Graph(view.agents, view.edges, picked, on_pick)
            Files(_graph_files(view))
        with solara.Div(classes=["eco-card"]):
            Card(view, picked)
            if on_explain and picked.startswith("site:"):
                key = picked.removeprefix("site:")
                solara.Button(
                    "Explain this site",
                    on_click=lambda: on_explain(key),
                    outlined=True,
                    classes=["eco-explain"],
                )
            events = events_html(view.events, names)
            solara.HTML("div", events, classes=["eco-events"], attributes=_SCROLLS)
            Files((("Events", "CSV", "events.csv", lambda: events_csv(view.events)),))
    solara.HTML("p", stance(view.kind), classes=["eco-stance"])


_SCROLLS = {"tabindex": "0", "role": "region", "aria-label": "Events"}

type File = tuple[str, str, str, Callable[[], str]]
"""What it is, its kind, its name, and how it is made."""


@component
def Files(files: Sequence[File]) -> None:  # noqa: N802
    """Offer files in one row."""
    with solara.Div(classes=["eco-files"]):
        for what, kind, name, make in files:
            Download(f"{what} as {kind}", name, make, short=f"{what} {kind}")


def charts(frame: Frame) -> tuple[str, str]:
    """Return ladder and flywheel: of the branch with the original dashed, or of the original."""
    view, asked = frame.view, frame.choice.branch
    if view is None:
        return "", ""
    beside, weekly = None, view.weekly
    if frame.branch and asked:
        beside, weekly = Beside(view.weekly, asked.week), frame.branch.weekly
    start, weeks = _start(view), frame.weeks
    return (
        ladder_chart(weekly, start, weeks, original=beside),
        flywheel_chart(weekly, start, weeks, original=beside),
    )


def _chart_files(frame: Frame) -> tuple[File, ...]:
    return (
        ("Ladder", "SVG", "ladder.svg", lambda: svg_file(charts(frame)[0])),
        ("Flywheel", "SVG", "flywheel.svg", lambda: svg_file(charts(frame)[1])),
        ("Weekly table", "CSV", "weekly.csv", lambda: weekly_csv(frame)),
    )


def _map_files(view: View) -> tuple[File, ...]:
    return (
        ("Map", "SVG", "map.svg", lambda: svg_file(site_map(view.sites, ground=True))),
        ("What binds", "SVG", "binding.svg", lambda: svg_file(binding_chart(held(view.sites)))),
        ("Sites", "CSV", "sites.csv", lambda: sites_csv(view)),
    )


def _graph_files(view: View) -> tuple[File, ...]:
    def graph() -> str:
        places = place(view.agents, view.edges)
        return svg_file(graph_drawing(view.agents, view.edges, places))

    return (
        ("Graph", "SVG", "graph.svg", graph),
        ("Relations", "CSV", "relations.csv", lambda: relations_csv(view)),
    )


def weekly_csv(frame: Frame) -> str:
    """Return the weekly series so far, of the original and, if there is one, of the branch."""
    named = (("original", frame.view), ("branch", frame.branch))
    runs = [(name, view) for name, view in named if view is not None]
    names = runs[0][1].weekly if runs else {}
    weeks = [range(view.week) for _, view in runs]
    columns: dict[str, Sequence[Any]] = {
        "run": [name for name, view in runs for _ in range(view.week)],
        "week": [week for span in weeks for week in span],
        "day": [
            (_start(view) + timedelta(weeks=week)).isoformat()
            for _, view in runs
            for week in range(view.week)
        ],
    }
    series = {name: np.concatenate([v.weekly[name] for _, v in runs]).tolist() for name in names}
    return csv_of(columns | series)


def sites_csv(view: View) -> str:
    """Return the sites as they stand; opinions are simulated."""
    rungs = {f"{rung}_mw": [s.ladder_mw[i] for s in view.sites] for i, rung in enumerate(LADDER)}
    fields = ("key", "name", "role", "state", "lat", "lon", "facility_mw")
    rest = ("usable_it_mw", "binding_cause", "support", "opposition", "organised")
    simulated = {"support", "opposition", "organised"}

    def column(field: str) -> tuple[str, list[Any]]:
        name = f"{field}_simulated" if field in simulated else field
        return name, [getattr(site, field) for site in view.sites]

    return csv_of(dict(map(column, fields)) | rungs | dict(map(column, rest)))


def relations_csv(view: View) -> str:
    """Return the partnership graph as a table."""
    fields = ("source", "target", "kind", "strength", "broken", "promise", "due_week", "open")
    return csv_of({field: [getattr(edge, field) for edge in view.edges] for field in fields})


def events_csv(events: Sequence[Event]) -> str:
    """Return the latest events as a table."""
    fields = ("week", "day", "kind", "site", "agent", "text")
    return csv_of({field: [getattr(event, field) for event in events] for field in fields})


def stance(kind: str) -> str:
    """Say what of a world of this kind is real."""
    what = "Invented places" if kind == "fictional" else "Real sites"
    return (
        f"{what}, simulated people: opinions, hearings and outcomes at a place are simulated from "
        "archetypes. The model explores what could follow from what; it forecasts nothing."
    )


def _start(view: View) -> date:
    return view.day - timedelta(weeks=view.week)


@component
def Graph(  # noqa: N802
    agents: Sequence[AgentView],
    edges: Sequence[EdgeView],
    picked: str,
    on_pick: Callable[[str], None],
) -> None:
    """Show the partnership graph; agents keep their places while relations come and go."""
    keys = tuple(agent.key for agent in agents)
    places = use_memo(lambda: place(agents, edges), dependencies=[keys])
    Panel(svg=graph_drawing(agents, edges, places, picked), event_pick=on_pick)


@component
def Card(view: View, picked: str) -> None:  # noqa: N802
    """Show the card of the picked agent or site."""
    solara.HTML("div", card_html(view, picked), classes=["eco-agent"])


def card_html(view: View, picked: str) -> str:
    """Return what there is to say about an agent or a site, as HTML."""
    if picked.startswith("site:"):
        site = next((s for s in view.sites if f"site:{s.key}" == picked), None)
        return _table(site.name, f"site, {site.role}", site_facts(site)) if site else _HINT
    agent = next((a for a in view.agents if a.key == picked), None)
    if agent is None:
        return _HINT
    kind = AGENTS.get(agent.kind)
    table = _table(agent.label, kind.label if kind else agent.kind, agent.card)
    return table + _promises(view, agent) + _lately(view, agent)


def _promises(view: View, agent: AgentView) -> str:
    """Return what an agent owes and is owed, as HTML."""
    names = {a.key: a.label for a in view.agents}
    promised = [edge for edge in view.edges if edge.promise]
    parts = []
    for word, end, other in (("Owes", "source", "target"), ("Is owed", "target", "source")):
        own = [edge for edge in promised if getattr(edge, end) == agent.key]
        if not own:
            continue
        due = sorted((edge for edge in own if edge.open), key=lambda edge: edge.due_week)
        rows = [
            f"<li><time>{iso_week(_start(view) + timedelta(weeks=edge.due_week))}</time> "
            f"{'(overdue) ' * (edge.due_week < view.week)}{escape(edge.promise)}: "
            f"{escape(names.get(getattr(edge, other), ''))}</li>"
            for edge in due[:_SHOWN_PROMISES]
        ]
        broken = sum(edge.broken for edge in own)
        kept = len(own) - len(due) - broken
        more = f", {len(due) - _SHOWN_PROMISES} more" * (len(due) > _SHOWN_PROMISES)
        told = f"{len(due)} open{more}; {kept} kept, {broken} broken so far"
        parts.append(f"<h4>{word} <span>{told}</span></h4><ul>{''.join(rows)}</ul>")
    return "".join(parts)


def _lately(view: View, agent: AgentView) -> str:
    """Return what an agent did lately, as HTML."""
    names = {site.key: site.name for site in view.sites}
    rows = "".join(_event(event, names) for event in agent.lately)
    told = f"<ul>{rows}</ul>" if rows else "<p>Nothing that made an event so far.</p>"
    return f"<h4>Decided lately</h4>{told}"


_HINT = (
    "<p>Click an agent in the graph or a site on the map to read its card, or reach it by Tab and "
    "press Enter.</p>"
)


def site_facts(site: SiteView) -> tuple[tuple[str, str], ...]:
    """Return the card of a site as pairs of a word and a value with its unit."""
    states = [
        (state, f"{number(mw)} MW")
        for state, mw in zip(LADDER, site.ladder_mw, strict=True)
        if mw > 0
    ]
    return (
        ("planned", f"{number(site.facility_mw)} MW facility"),
        *states,
        ("usable IT", f"{number(site.usable_it_mw)} MW"),
        ("waits for", cause_label(site.binding_cause) if under_way(site) else "nothing"),
        ("support (simulated)", f"{site.support:+.2f}".replace("-", "−")),
        ("mobilised against (simulated)", f"{site.opposition:.0%}"),
        ("organised (simulated)", "yes" if site.organised else "no"),
    )


def _table(title: str, subtitle: str, rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in rows)
    return f"<h3>{escape(title)} <span>{escape(subtitle)}</span></h3><dl>{cells}</dl>"


def held(sites: Sequence[SiteView]) -> list[Held]:
    """Return the sites under way with what they wait for."""
    return [
        Held(s.name, s.binding_cause, sum(s.ladder_mw[_FIRST_BUILT:_USABLE]))
        for s in sites
        if under_way(s)
    ]


def events_html(events: Sequence[Event], names: Mapping[str, str]) -> str:
    """Return the latest events with the names of their sites, newest first, as HTML."""
    if not events:
        return "<h3>Events</h3><p>Nothing has happened yet. Press play or step.</p>"
    rows = "".join(_event(event, names) for event in events[:_SHOWN_EVENTS])
    head = "<h3>Events <span>newest first; people and institutions are simulated</span></h3>"
    return f"{head}<ol>{rows}</ol>"


def _event(event: Event, names: Mapping[str, str]) -> str:
    return (
        f'<li><time title="{event.day:%d %B %Y}">{iso_week(event.day)}</time> '
        f"{_where(names.get(event.site, event.site))}{escape(event.text)}</li>"
    )


def _where(name: str) -> str:
    return f"<b>{escape(name.removeprefix('Stargate '))}</b> " if name else ""
