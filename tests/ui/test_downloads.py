"""Files to take away: what is in them, and that nothing in them is taken for code."""

import csv
import io
import xml.etree.ElementTree as ET

import numpy as np
import solara
from ipyvuetify import VuetifyTemplate

from viz.downloads import Download, csv_of, safe_name, svg_file
from viz.svg import drawing, text


def test_a_table_comes_back_as_it_went():
    columns = {
        "week": np.arange(3),
        "usable_gw": np.array([0.1, np.nan, 1 / 3]),
        "": ["a,b", "", '"'],
    }
    rows = list(csv.reader(io.StringIO(csv_of(columns))))
    assert rows[0] == ["week", "usable_gw", ""]
    assert [row[0] for row in rows[1:]] == ["0", "1", "2"]
    assert rows[2][1] == ""
    assert abs(float(rows[3][1]) - 1 / 3) < 1e-9
    assert [row[2] for row in rows[1:]] == ["a,b", "", '"']


def test_no_cell_is_a_formula_for_a_spreadsheet():
    rows = list(
        csv.reader(io.StringIO(csv_of({"=name": ["=1+1", "@x", "-5 °C", "S2"], "n": [-5] * 4})))
    )
    assert rows[0][0] == "'=name"
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'@x", "'-5 °C", "S2"]
    assert rows[1][1] == "-5", "numbers stay numbers"


def test_a_figure_stands_alone():
    svg = svg_file(drawing(10, 10, "A & <b>", text(1, 1, "x < y", "title")))
    root = ET.fromstring(svg)
    style = root.find("{http://www.w3.org/2000/svg}style")
    assert style is not None
    assert "var(" not in (style.text or "")
    assert ".title{" in (style.text or "")
    assert ".eco svg" not in (style.text or "")


def test_a_name_is_a_name_and_no_path():
    assert safe_name("../../etc/pass wd<script>.csv") == "etc_pass_wd_script_.csv"
    assert safe_name("…") == "download.txt"


def test_the_file_is_made_when_its_button_is_pressed_and_then_forgotten():
    made: list[int] = []

    def make() -> str:
        made.append(1)
        return "week\n0\n"

    _, rendered = solara.render(Download("Weekly table", "a/b.csv", make), handle_error=False)
    try:
        button = rendered.find(VuetifyTemplate).widget
        assert not made
        button.vue_fetch({})
        assert (button.content, button.name) == ("week\n0\n", "a_b.csv")
        assert button.mime.startswith("text/csv")
        button.vue_saved({})
        assert button.content == ""
        button.vue_fetch({})
        assert len(made) == 2
    finally:
        rendered.close()
