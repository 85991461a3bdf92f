"""Charts: well-formed, titled, with units, and a value where it must be."""

import math
import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from ecosystem import observables
from viz.charts import (
    Held,
    binding_chart,
    binding_title,
    flywheel_chart,
    flywheel_title,
    ladder_box,
    ladder_chart,
    ladder_title,
)
from viz.palette import CAUSES, LADDER, stylesheet
from viz.svg import Box, line_path, nice_step, number, thinned, tick

START = date(2025, 1, 6)


def weekly(weeks: int, **series: list[float]) -> dict[str, np.ndarray]:
    names = [observable.name for observable in observables.OBSERVABLES]
    table = {name: np.zeros(weeks) for name in names}
    return table | {name: np.array(values) for name, values in series.items()}


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [e.text or "" for e in root.iter() if e.tag.endswith("text")]


def path_points(svg: str, css: str) -> list[list[float]]:
    root = ElementTree.fromstring(svg)
    found = next(e for e in root.iter() if e.get("class") == css and e.tag.endswith("path"))
    return [[float(n) for n in p.split()] for p in re.findall(r"[-\d.]+ [-\d.]+", found.get("d"))]


def test_states_and_causes_are_those_of_the_model():
    assert tuple(CAUSES) == observables.CAUSES
    assert tuple(f"{state}_mw" for state in LADDER[:-1]) == observables.LADDER


def test_a_value_of_the_ladder_lies_at_its_pixel():
    table = weekly(3, usable_mw=[0, 1000, 2000], building_mw=[0, 0, 2000])
    svg = ladder_chart(table, START, 104)
    box = ladder_box(table, 104)
    assert box.y_max == 4
    # By hand: the plot is 44 from the left and the top, 498 wide, 250 high for 4 GW.
    corner = [round(44 + 498 * 2 / 104, 1), 44 + 250 * (4 - 2) / 4]
    assert corner in path_points(svg, "f-usable")
    assert [corner[0], 44.0] in path_points(svg, "f-building")


def test_the_bands_of_the_ladder_lie_on_one_another():
    table = weekly(2, **{f"{state}_mw": [0, 1000] for state in LADDER})
    svg = ladder_chart(table, START, 2)
    tops = [min(y for _, y in path_points(svg, f"f-{s}")) for s in LADDER]
    assert tops[-1] < tops[0], "cancelled lies on top"
    assert all(upper < lower for upper, lower in pairwise(tops[:-1]))


def test_the_ladder_states_its_finding_and_units():
    table = weekly(3, usable_mw=[0, 0, 410], building_mw=[0, 0, 11890], cancelled_mw=[0, 0, 50])
    title = "0.410 GW usable of 12.3 secured or further, 0.0500 cancelled, 2025-W05"
    assert ladder_title(table, START) == title
    words = texts(ladder_chart(table, START, 520))
    assert title in words
    assert "GW" in words
    assert "2034" in words


@pytest.mark.parametrize("weeks", [0, 1, 2, 520])
def test_charts_are_well_formed_at_every_length(weeks):
    table = weekly(weeks, latency_s=[math.nan] * weeks)
    for svg in (ladder_chart(table, START, 520), flywheel_chart(table, START, 520)):
        root = ElementTree.fromstring(svg)
        assert root.get("aria-label")
        assert "nan" not in svg
    assert ("Press play or step" in texts(ladder_chart(table, START, 520))) == (weeks == 0)


def test_the_flywheel_names_units_and_says_whether_demand_is_met():
    table = weekly(60, adopted_mw=[2000] * 60, served_mw=[1000] * 60, room_usd_per_year=[1e9] * 60)
    assert flywheel_title(table) == (
        "Compute serves 50% of the demand of its users: delivery limits it"
    )
    table["room_usd_per_year"] = np.full_like(table["served_mw"], -1.0)
    assert flywheel_title(table).endswith(": money limits it")
    words = texts(flywheel_chart(table, START, 520))
    for unit in ("index", "GW", "USD per million tokens", "s", "bn USD per year"):
        assert unit in words
    assert flywheel_title(weekly(1, adopted_mw=[1], served_mw=[1])).startswith("Compute serves all")


def test_weekly_revenue_is_shown_by_the_year():
    table = weekly(1, revenue_usd=[1e9])
    assert any("Revenue $52.2 bn a year" in word for word in texts(flywheel_chart(table, START, 9)))


def test_what_binds_is_counted_in_sites_and_megawatts():
    held = [Held("A", "grid", 1000), Held("B", "grid", 500), Held("C", "chips", 1400)]
    assert binding_title(held) == "Grid holds 1.50 GW at 2 of 3 sites under way"
    assert binding_title([Held("A", "", 100)]).startswith("Own work sets the pace of 0.100 GW")
    assert binding_title([]) == "Nothing is under way: no site waits for anything"
    bars = {
        e.get("class"): float(e.get("width"))
        for e in ElementTree.fromstring(binding_chart(held)).iter()
        if e.tag.endswith("rect")
    }
    assert bars["c-chips"] / bars["c-grid"] == pytest.approx(1400 / 1500, rel=1e-3)
    assert set(bars) == {f"c-{cause}" for cause in (*CAUSES, "none")}


def test_names_are_escaped():
    svg = binding_chart([Held("<b>A & B</b>", "grid", 1000)])
    assert any("<b>A & B</b>" in word for word in texts(svg))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.421, "0.421"),
        (9.999, "10.0"),
        (12345.6, "12,300"),
        (-4.5, "−4.50"),
        (999.9, "1,000"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_numbers_have_three_significant_digits(value, shown):
    assert number(value) == shown


def test_ticks_have_the_decimals_of_their_step():
    assert [tick(2.0, s) for s in (0.5, 1, 20, 0.02)] == ["2.0", "2", "2", "2.00"]


@pytest.mark.parametrize("span", [1e-9, 0.3, 1, 7, 99, 12345])
def test_steps_are_round_and_few(span):
    step = nice_step(span)
    assert step / 10 ** math.floor(math.log10(step) + 1e-9) == pytest.approx(
        round(step / 10 ** math.floor(math.log10(step) + 1e-9))
    )
    assert 1 <= span / step <= 4 + 1e-6


def test_thinning_keeps_the_last_week():
    for length in (0, 1, 199, 200, 201, 520, 5200):
        kept = thinned(length)
        assert kept.size <= 202
        assert length == 0 or (kept[0], kept[-1]) == (0, length - 1)


def test_a_line_breaks_at_gaps():
    box = Box(0, 0, 10, 10, 10, 1)
    assert line_path(box, [0, 1, 2, 3], np.array([0, np.nan, 1, 1])) == "M0.0 10.0M2.0 0.0L3.0 0.0"


def test_every_state_and_cause_has_a_colour_in_both_themes():
    css = stylesheet()
    light, dark = css.split(".theme--dark .eco", 1)
    for name in [f"l-{s}" for s in LADDER[:-1]] + [f"c-{c}" for c in CAUSES]:
        assert f"--{name}:" in light
        assert f"--{name}:" in dark
    colours = re.findall(r"--c-\w+:(#\w+);", light)
    assert len(set(colours)) == len(CAUSES)
