"""Drawings of the page about a site: what stands where, and that nothing slips in."""

import re
from datetime import date

import numpy as np

from viz.community import Group, Voices, community
from viz.gantt import LEFT, RIGHT, WIDTH, Bar, Part, gantt
from viz.ribbon import Stretch, ribbon
from viz.tables import table_html
from viz.timeline import Timeline, around
from viz.waterfall import Step, waterfall

START = date(2025, 1, 6)
TIME = Timeline(START, 0.0, 100.0, LEFT, WIDTH - LEFT - RIGHT)
NASTY = "<script>alert(1)</script> & \"sons'"


def rects(svg: str, css: str) -> list[dict[str, float]]:
    """Return place and size of all rectangles of a class that tell something."""
    found = re.findall(rf'<rect class="{css}" ([^>]*)><title>', svg)
    return [{k: float(v) for k, v in re.findall(r'(\w+)="([\d.-]+)"', rect)} for rect in found]


def per_week() -> float:
    return TIME.width / 100


def test_a_timeline_names_turns_of_years_within_it():
    time = around(START, [0.0, 520.0, np.inf], 0.0, 1000.0)
    assert time.first < 0 < 520 < time.last < 600
    years = time.years()
    assert [label for _, label in years][:2] == ["2025", "2026"]
    columns = [x for x, _ in years]
    assert columns == sorted(columns)
    assert len(Timeline(START, 0, 520, 0, 100).years(room=40)) <= 3
    assert time.week_name(0) == "2025-W02"


def test_a_bar_shows_plan_outcome_cause_and_float_to_scale():
    bar = Bar(
        "building:1", "#1", "late", (10, 30), (20, 60), [Part(40, 50, "mep", "labour", 0.5)], 80.0
    )
    svg = gantt("t", "n", [bar], TIME, [(90.0, "end")], "building:1")
    plan, built, cause, tail = (rects(svg, c)[0] for c in ("plan", "built", "c-labour", "tail"))
    for rect, first, last in ((plan, 10, 30), (built, 20, 60), (cause, 40, 50), (tail, 60, 80)):
        assert abs(rect["x"] - TIME.x(first)) < 0.06
        assert abs(rect["width"] - (last - first) * per_week()) < 0.11
    assert abs(cause["height"] / built["height"] - 0.5) < 0.01
    assert 'data-key="building:1" tabindex="0" role="button"' in svg
    assert "held by labour, 50% of the time lost" in svg


def test_what_lies_after_the_run_is_drawn_apart_and_what_was_given_up_is_crossed_out():
    waiting = Bar("", "a", "", (0, 10), (5, 50), expected_from=30.0)
    gone = Bar("", "b", "", (0, 10), (5, 20), gone=20.0)
    svg = gantt("t", "n", [waiting, gone], TIME, [])
    assert [round(r["width"] / per_week()) for r in rects(svg, "built")] == [25, 15]
    assert [round(r["width"] / per_week()) for r in rects(svg, "expected")] == [20]
    assert svg.count("✕") == 1


def test_bars_without_an_outcome_and_none_at_all_can_be_drawn():
    svg = gantt("t", "n", [Bar("", "a", "", (0, 10), (np.nan, np.nan))], TIME, [])
    assert rects(svg, "built") == []
    assert "nan" not in svg + gantt("t", "n", [], TIME, [])


def test_the_ribbon_is_as_high_as_the_time_lost_and_marks_the_first_building():
    found = [
        Stretch(0, 10, "first power", "", "date on record", 0, 3.0),
        Stretch(10, 20, "first power", "grid study", "grid", 10.0, 5.0),
        Stretch(30, 10, "completion", "mep", "", 0.0, -2.0),
    ]
    svg = ribbon("t", "n", found, TIME)
    grid, built = rects(svg, "c-grid")[0], rects(svg, "built")[0]
    assert abs(grid["height"] / built["height"] - 0.5) < 0.01
    assert abs(grid["width"] - 20 * per_week()) < 0.11
    assert "from here on completion" in svg
    assert "−2 weeks" in svg
    assert "from here on" not in ribbon("t", "n", found[2:], TIME)


def test_the_waterfall_ends_where_the_steps_add_up_to_and_brackets_start_with_their_bar():
    steps = [Step("own work", -4.0), Step("grid", 10.0, 6.0, 14.0), Step("labour", 6.0, 7.0, 5.0)]
    svg = waterfall("t", "n", "2026-01", "2026-04", steps)
    bars = re.findall(r'<rect class="(c-\w+|built)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)
    spans = {css: (float(x), float(x) + float(w)) for css, x, w in bars}
    planned, actual = (float(x) for x in re.findall(r'milestone" d="M([\d.]+) ', svg))
    scale = (actual - planned) / 12.0
    assert abs(spans["built"][0] - (planned - 4 * scale)) < 0.2
    assert abs(spans["c-grid"][0] - spans["built"][0]) < 0.2
    assert abs(spans["c-labour"][1] - actual) < 0.2
    low, high = map(float, re.findall(r'whisker" d="M([\d.]+) [^H]*H([\d.]+)', svg)[0])
    assert abs(low - (spans["c-grid"][0] + 6 * scale)) < 0.2
    assert abs(high - (spans["c-grid"][0] + 14 * scale)) < 0.2
    assert "+12.0 weeks" in svg
    assert "[5.0, 7.0]" in svg


def voices(n: int) -> Voices:
    line = np.linspace(-0.5, 0.5, n)
    return Voices(
        week=np.arange(n) * 4.0,
        mean=line,
        low=line - 0.3,
        high=line + 0.3,
        groups=[Group("low", "near", line), Group("high", "far", -line)],
        against=np.full(n, 0.2),
        supporting=np.full(n, 0.1),
        organised=np.arange(n) % 4 > 1,
        trust=np.full(n, 0.4),
        licence=np.minimum(np.arange(n), 3.0),
    )


def test_a_community_shows_groups_spread_organised_spells_and_events():
    svg = community("t", "n", voices(10), TIME, [(8.0, "lawsuit"), (8.5, "stayed"), (500.0, "x")])
    assert svg.count("opposition is organised") == 2
    assert "80% of households lie in the band" in svg
    assert "high income, far: −0.50" in svg
    assert "identified at the end" in svg
    assert svg.count('class="now"') == 2
    assert "nan" not in svg


def test_words_from_outside_are_escaped_everywhere():
    bar = Bar(NASTY, NASTY, NASTY, (0, 9), (1, 9), [Part(1, 9, NASTY, "grid", 0.5)])
    drawings = [
        gantt(NASTY, NASTY, [bar], TIME, [(3.0, NASTY)]),
        ribbon(NASTY, NASTY, [Stretch(0, 9, NASTY, NASTY, "grid", 1, 1)], TIME),
        waterfall(NASTY, NASTY, NASTY, NASTY, [Step(NASTY, 3.0, 1.0, 2.0)]),
        community(NASTY, NASTY, voices(3), TIME, [(4.0, NASTY)]),
        table_html(NASTY, [NASTY], [[NASTY]]),
    ]
    assert not any("<script" in drawn for drawn in drawings)


def test_a_table_has_a_caption_and_headers():
    html = table_html("What", ("cause", "weeks"), [["grid", "3.0"]])
    assert "<caption>What</caption>" in html
    assert html.count('scope="col"') == 2
    assert '<th scope="row" class="eco-words">grid</th><td class="eco-figure">3.0</td>' in html
