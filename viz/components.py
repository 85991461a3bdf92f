"""The parts of the page: values go down, callbacks come up; no part knows the running world."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from html import escape

import solara
from reacton import use_memo
from solara.core import component

from ecosystem.units import iso_week
from ecosystem.view import AgentView, EdgeView, Event, SiteView, View
from viz.charts import Held, binding_chart, flywheel_chart, ladder_chart
from viz.graph import graph_drawing, place
from viz.palette import AGENTS, LADDER, cause_label
from viz.sitemap import map_ground, site_map, under_way
from viz.svg import number

_SHOWN_EVENTS = 40
_FIRST_BUILT = LADDER.index("secured")
_USABLE = LADDER.index("usable")


@solara.component_vue("vue/panel.vue")
def Panel(svg: str, event_pick: Callable[[str], None] = lambda key: None) -> None:  # noqa: N802
    """Show a drawing; `event_pick` gets the key of the part that was picked, or ``""``."""


@solara.component_vue("vue/beat.vue")
def Beat(  # noqa: N802
    frame: int, query: str, event_painted: Callable[[int], None] = lambda frame: None
) -> None:
    """Report painted frames and keep the address of the page up to date."""


@component
def Waiting(what: str) -> None:  # noqa: N802
    """Say what is awaited."""
    with solara.Div(classes=["eco-card", "eco-waiting"]):
        solara.HTML("p", what)
        solara.ProgressLinear(True)


@component
def World(view: View, weeks: int, picked: str, on_pick: Callable[[str], None]) -> None:  # noqa: N802
    """Show the live world: map and ladder, graph and flywheel, what binds, what happened."""
    start = _start(view)
    with solara.Div(classes=["eco-grid"]):
        with solara.Div(classes=["eco-card", "eco-map"]):
            Panel(svg=map_ground(view.kind != "fictional"))
            Panel(
                svg=site_map(view.sites, picked.removeprefix("site:"), ground=False),
                event_pick=on_pick,
            )
            Panel(svg=binding_chart(held(view.sites)))
        with solara.Div(classes=["eco-card", "eco-ladder"]):
            Panel(svg=ladder_chart(view.weekly, start, weeks))
            Panel(svg=flywheel_chart(view.weekly, start, weeks))
        with solara.Div(classes=["eco-card", "eco-graph"]):
            Graph(view.agents, view.edges, picked, on_pick)
        with solara.Div(classes=["eco-card"]):
            Card(view, picked)
            events = events_html(view.events, {site.key: site.name for site in view.sites})
            solara.HTML("div", events, classes=["eco-events"], attributes={"tabindex": "0"})
    solara.HTML("p", stance(view.kind), classes=["eco-stance"])


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
    return _table(agent.label, kind.label if kind else agent.kind, agent.card)


_HINT = "<p>Click an agent in the graph or a site on the map to read its card.</p>"


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
    rows = "".join(
        f'<li><time title="{e.day:%d %B %Y}">{iso_week(e.day)}</time> '
        f"{_where(names.get(e.site, e.site))}{escape(e.text)}</li>"
        for e in events[:_SHOWN_EVENTS]
    )
    head = "<h3>Events <span>newest first; people and institutions are simulated</span></h3>"
    return f"{head}<ol>{rows}</ol>"


def _where(name: str) -> str:
    return f"<b>{escape(name.removeprefix('Stargate '))}</b> " if name else ""
