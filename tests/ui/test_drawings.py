"""Map and graph: places that can be checked without our projection, and what stands out."""

import json
import re
from importlib.resources import files
from xml.etree import ElementTree

import pytest
from fake_world import FakeWorld

from viz.graph import graph_drawing, graph_title, place
from viz.palette import AGENTS
from viz.sitemap import map_ground, map_title, project, site_map, under_way
from viz.state import Choice

OUTLINES = json.loads((files("viz") / "data" / "us_states.json").read_text(encoding="utf-8"))


@pytest.fixture
def view():
    world = FakeWorld(Choice("calm", "S0", 0))
    for _ in range(70):
        world.step()
    return world.view()


def inside(state: str, x: float, y: float) -> bool:
    """Ray casting over the polygons of a state."""
    odd = False
    for ring in OUTLINES["states"][state]["path"].split("M")[1:]:
        points = [[float(n) for n in p.split(",")] for p in ring.strip("Z").split()]
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                odd = not odd
    return odd


@pytest.mark.parametrize(
    ("state", "lat", "lon"),
    [
        ("TX", 32.45, -99.73),  # Abilene
        ("WA", 47.61, -122.33),  # Seattle
        ("FL", 28.54, -81.38),  # Orlando
        ("ME", 44.80, -68.77),  # Bangor
        ("MI", 42.73, -84.55),  # Lansing
        ("AZ", 33.45, -112.07),  # Phoenix
    ],
)
def test_cities_lie_in_their_states_alone(state, lat, lon):
    x, y = project(lon, lat)
    assert [s for s in OUTLINES["states"] if inside(s, x, y)] == [state]


def test_the_map_has_the_contiguous_states_and_north_is_up():
    assert len(OUTLINES["states"]) == 49
    assert project(-96, 45)[1] < project(-96, 30)[1]
    assert project(-120, 40)[0] < project(-80, 40)[0]


def test_equal_areas_stay_equal():
    """One square degree shrinks with the cosine of its latitude, and in nothing else."""

    def area(lat: float) -> float:
        (x1, y1), (x2, y2) = project(-90.05, lat - 0.05), project(-89.95, lat - 0.05)
        (x3, y3), (x4, y4) = project(-89.95, lat + 0.05), project(-90.05, lat + 0.05)
        xs, ys = (x1, x2, x3, x4), (y1, y2, y3, y4)
        return abs(sum(xs[i] * ys[i - 3] - xs[i - 3] * ys[i] for i in range(4))) / 2

    ratio = area(48) / area(26)
    assert ratio == pytest.approx(0.66913 / 0.89879, rel=1e-3)  # cos 48°, cos 26°


def test_every_site_can_be_picked_once(view):
    root = ElementTree.fromstring(site_map(view.sites, "abilene"))
    keys = [e.get("data-key") for e in root.iter() if e.get("data-key")]
    assert sorted(keys) == sorted(f"site:{site.key}" for site in view.sites)
    picked = [e.get("data-key") for e in root.iter() if "picked" in (e.get("class") or "").split()]
    assert picked == ["site:abilene"]
    ElementTree.fromstring(map_ground())
    invented = map_ground(states=False)
    ElementTree.fromstring(invented)
    assert 'class="land"' in map_ground()
    assert 'class="land"' not in invented


def test_the_map_says_that_opinions_are_simulated_and_what_it_finds(view):
    svg = site_map(view.sites, ground=False)
    assert "simulated" in svg
    assert map_title(view.sites) in svg
    live = sum(s.ladder_mw[6] > 0 for s in view.sites if s.role == "programme")
    assert map_title(view.sites).startswith(f"Sites that deliver: {live},")


def test_a_site_abroad_stands_within_the_drawing(view):
    root = ElementTree.fromstring(site_map(view.sites))
    uae = next(e for e in root.iter() if e.get("data-key") == "site:uae")
    circle = next(e for e in uae.iter() if e.tag.endswith("circle"))
    assert 0 < float(circle.get("cx")) < 680
    assert 0 < float(circle.get("cy")) < 425


def test_rivals_and_cancelled_sites_are_not_under_way(view):
    by_key = {site.key: site for site in view.sites}
    assert not under_way(by_key["colossus"])
    assert not under_way(by_key["lordstown"])
    assert under_way(by_key["ports"])


def test_agents_of_one_type_share_a_column_and_none_overlap(view):
    places = place(view.agents, view.edges)
    assert len(set(places.values())) == len(view.agents)
    columns = {agent.kind: places[agent.key][0] for agent in view.agents}
    assert all(places[agent.key][0] == columns[agent.kind] for agent in view.agents)
    assert place(view.agents, view.edges) == places


def test_a_picked_agent_and_its_partners_stand_out(view):
    places = place(view.agents, view.edges)
    svg = graph_drawing(view.agents, view.edges, places, "capital")
    root = ElementTree.fromstring(svg)
    css = {e.get("data-key"): e.get("class").split() for e in root.iter() if e.get("data-key")}
    assert "picked" in css["capital"]
    assert "faded" not in css["lab"]
    assert "faded" in css["utility:pjm"]
    assert "faded" not in graph_drawing(view.agents, view.edges, places)


def test_broken_promises_are_dashed_and_counted(view):
    broken = sum(edge.broken for edge in view.edges)
    assert broken > 0
    svg = graph_drawing(view.agents, view.edges, place(view.agents, view.edges))
    assert len(re.findall(r'class="edge[^"]* broken', svg)) == broken
    assert f"{broken} with a broken promise" in graph_title(view.edges)


def test_types_of_agent_differ_by_shape_where_they_share_no_column():
    marks = {AGENTS[k].mark for k in ("lab", "capital", "community", "regulator", "utility")}
    assert len(marks) == 5


def test_an_empty_graph_is_still_a_drawing():
    ElementTree.fromstring(graph_drawing((), (), place((), ())))
