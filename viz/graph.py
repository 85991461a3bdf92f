"""The partnership graph: who depends on whom, by shape and label first."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import takewhile

from ecosystem.view import AgentView, EdgeView
from viz.palette import AGENTS, EDGES
from viz.svg import drawing, shortened, text

WIDTH = 740.0
_TOP = 74.0
_ROW = 19.0
_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Lab and capital", ("lab", "capital")),
    ("Vendors", ("chips", "equipment", "cloud", "contractor")),
    ("Communities", ("community",)),
    ("Regulators, utilities", ("regulator", "utility")),
    ("Workforce", ("workforce",)),
)
_SWEEPS = 4

type Places = Mapping[str, tuple[float, float]]


def place(agents: Sequence[AgentView], edges: Sequence[EdgeView]) -> Places:
    """Return where each agent stands: a column by type, a row near those it deals with.

    Deterministic: rows are ordered by the mean row of the neighbours (the barycentre heuristic of
    layered drawing, Sugiyama et al. 1981), starting from the order given.
    """
    columns = [[a.key for a in agents if a.kind in kinds] for _, kinds in _COLUMNS]
    known = {kind for _, kinds in _COLUMNS for kind in kinds}
    columns[-1] += [a.key for a in agents if a.kind not in known]
    near: dict[str, list[str]] = {agent.key: [] for agent in agents}
    for edge in edges:
        if edge.source in near and edge.target in near:
            near[edge.source].append(edge.target)
            near[edge.target].append(edge.source)
    rank = {key: i / max(len(c), 1) for c in columns for i, key in enumerate(c)}
    for _ in range(_SWEEPS):
        for column in columns:
            mean = {
                key: sum(rank[n] for n in near[key]) / len(near[key]) if near[key] else rank[key]
                for key in column
            }
            column.sort(key=lambda key: mean[key])
            rank.update({key: i / len(column) for i, key in enumerate(column)})
    tallest = max((len(column) for column in columns), default=1)
    room = _ROW * max(tallest, 18)
    gap = WIDTH / len(columns)
    return {
        key: (30 + gap * c, _TOP + room * (i + 0.5) / len(column))
        for c, column in enumerate(columns)
        for i, key in enumerate(column)
    }


def graph_title(edges: Sequence[EdgeView]) -> str:
    """Return how the relations stand in one line."""
    broken = sum(edge.broken for edge in edges)
    kept = f"{broken} with a broken promise" if broken else "no promise broken so far"
    return f"{len(edges)} relations, {kept}"


def graph_drawing(
    agents: Sequence[AgentView],
    edges: Sequence[EdgeView],
    places: Places,
    picked: str = "",
) -> str:
    """Draw the partnership graph; with an agent picked, only its relations stand out.

    Parameters
    ----------
    agents, edges
        Nodes and relations; an edge to an agent without a place is left out.
    places : mapping of str to (x, y)
        From :func:`place`.
    picked : str
        Key of the agent whose relations stand out, if any.
    """
    title = graph_title(edges)
    height = max((y for _, y in places.values()), default=_TOP) + 38
    body = [text(8, 18, title, "title")]
    note = "Width: strength of the relation. Dashes: broken promise. Click an agent for its card"
    body.append(text(8, 34, note, "soft"))
    gap = WIDTH / len(_COLUMNS)
    body += [text(22 + gap * i, 60, head, "soft") for i, (head, _) in enumerate(_COLUMNS)]
    picked = picked if picked in places else ""
    near = {picked}
    for edge in edges:
        if edge.source in places and edge.target in places:
            touches = picked in (edge.source, edge.target)
            near |= {edge.source, edge.target} if touches else set()
            body.append(_edge(edge, places, _emphasis(picked, touches)))
    names = _names(agents)
    for agent in agents:
        if agent.key in places:
            faded = " faded" if picked and agent.key not in near else ""
            chosen = " picked" if agent.key == picked else ""
            body.append(_node(agent, names[agent.key], *places[agent.key], faded + chosen))
    body.append(_edge_key(height - 12, {edge.kind for edge in edges}))
    return drawing(WIDTH, height, title, "".join(body))


def _names(agents: Sequence[AgentView]) -> dict[str, str]:
    """Return short names: without the words that all agents of a type begin with."""
    by_kind: dict[str, list[AgentView]] = {}
    for agent in agents:
        by_kind.setdefault(agent.kind, []).append(agent)
    names = {}
    for alike in by_kind.values():
        words = [agent.label.split() for agent in alike]
        shared = takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))
        cut = len(list(shared)) if len(alike) > 1 else 0
        for agent, own in zip(alike, words, strict=True):
            names[agent.key] = " ".join(own[cut:]).removeprefix("Stargate ") or agent.label
    return names


def _emphasis(picked: str, touches: bool) -> str:
    if not picked:
        return ""
    return " strong" if touches else " faded"


def _edge(edge: EdgeView, places: Places, emphasis: str) -> str:
    """Draw a relation as a curve; relations within a column bow to the left."""
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    lift = 2.5 * (EDGES.index(edge.kind) if edge.kind in EDGES else 0) - 8
    if x1 == x2:
        bow = x1 - 12 - abs(y1 - y2) * 0.08
        curve = f"C{bow:.0f} {y1:.0f} {bow:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    else:
        middle = (x1 + x2) / 2
        curve = f"C{middle:.0f} {y1 + lift:.0f} {middle:.0f} {y2 + lift:.0f} {x2:.0f} {y2:.0f}"
    wide = 0.3 + 1.7 * min(1.0, max(0.0, edge.strength))
    broken = " broken" if edge.broken else ""
    return (
        f'<path class="edge e-{escape(edge.kind)}{broken}{emphasis}" stroke-width="{wide:.1f}" '
        f'd="M{x1:.0f} {y1:.0f}{curve}"/>'
    )


def _node(agent: AgentView, name: str, x: float, y: float, css: str) -> str:
    kind = AGENTS.get(agent.kind)
    mark = kind.mark if kind else "circle"
    word = kind.label if kind else agent.kind
    label = shortened(name, 22)
    return (
        f'<g class="pick k-{escape(agent.kind)}{css}" tabindex="0" data-key="{escape(agent.key)}">'
        f"<title>{escape(agent.label)} ({escape(word)})</title>"
        f'<path class="node" d="{_shape(mark, x, y, 6.5)}"/>'
        f"{text(x + 11, y + 3.5, label, 'halo small')}</g>"
    )


_CORNERS = {"triangle": 3, "diamond": 4, "pentagon": 5, "hexagon": 6}


def _shape(mark: str, x: float, y: float, r: float) -> str:
    """Return the ``d`` of a mark around a centre."""
    if mark == "circle":
        return f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"
    if mark == "square":
        s = r * 0.86
        return f"M{x - s:.1f} {y - s:.1f}h{2 * s:.1f}v{2 * s:.1f}h{-2 * s:.1f}Z"
    corners = _CORNERS.get(mark, 10)
    points = []
    for i in range(corners):
        reach = r * 1.15 * (0.45 if mark == "star" and i % 2 else 1)
        angle = 2 * math.pi * i / corners - math.pi / 2
        points.append(f"{x + reach * math.cos(angle):.1f} {y + reach * math.sin(angle):.1f}")
    return "M" + "L".join(points) + "Z"


def _edge_key(y: float, kinds: set[str]) -> str:
    out, x = [], 10.0
    for kind in (k for k in EDGES if k in kinds):
        out.append(
            f'<path class="edge strong e-{kind}" stroke-width="2" d="M{x:.0f} {y - 4:.0f}h18"/>'
        )
        out.append(text(x + 24, y, kind, "soft"))
        x += 36 + 5.6 * len(kind)
    return "".join(out)
