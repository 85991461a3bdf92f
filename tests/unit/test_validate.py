import csv
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from ecosystem.checks import Check
from ecosystem.cluster import validation
from experiments import cli
from experiments.validate import table_text
from viz.evidence import Axis, Series, plot, spanning

GOOD = [
    Check("training", "error: median", 2.96, 5.0, "%"),
    Check("loss", "table", 4.5e-5, 5e-5, "nats"),
    Check("training", "context", 20.0, np.inf, "%"),
    Check("training", "Selene", 6.0, 5.0, "%", promised=False),
]
BROKEN = [*GOOD, Check("queueing", "error", float("nan"), 1e-9, "1")]


def call(*words):
    return CliRunner().invoke(cli.app, ["validate", *words], prog_name="ecosystem")


def test_without_a_name_it_lists_what_there_is():
    result = call()
    assert result.exit_code == 0
    assert "cluster" in result.output
    assert "delivery" in result.output


def test_an_unknown_name_is_bad_input(tmp_path):
    result = call("clutser", "--out", str(tmp_path / "new"))
    assert result.exit_code == 2
    assert "'clutser'; known are cluster" in result.stderr
    assert not (tmp_path / "new").exists()


def test_a_place_that_cannot_be_written_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("")
    result = call("cluster", "--out", str(tmp_path / "file"))
    assert result.exit_code == 2


@pytest.mark.parametrize(("checks", "code"), [(GOOD, 0), (BROKEN, 1)])
def test_exit_code_and_files(checks, code, tmp_path, monkeypatch):
    monkeypatch.setattr(validation, "checks", lambda: checks)
    result = call("cluster", "--out", str(tmp_path))
    assert result.exit_code == code, result.output
    with (tmp_path / "cluster.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    assert [float(row["value"]) for row in rows[:4]] == [2.96, 4.5e-5, 20.0, 6.0]
    assert len((tmp_path / "cluster.md").read_text().splitlines()) == len(checks) + 2
    for name, circles in (("training", 61), ("strong_scaling", 1), ("serving", 20)):
        root = ElementTree.parse(tmp_path / f"{name}.svg").getroot()
        drawn = root.findall("{http://www.w3.org/2000/svg}circle")
        assert len(drawn) >= circles, name


def test_table_tells_promises_from_aims_and_fits_the_console():
    text = table_text(BROKEN)
    assert max(map(len, text.splitlines())) <= 100
    assert "2 of 3 promises are kept" in text
    assert "1 is missed" in text
    rows = {re.split(r" {2,}", line)[1]: line for line in text.splitlines()[2:7]}
    assert rows["error: median"].endswith("yes")
    assert rows["Selene"].endswith("(5)  %     aim missed")
    assert rows["context"].endswith("-")
    assert rows["error"].endswith("NO")


def test_calendar_years_are_not_grouped_and_other_thousands_are():
    years = [label for _, label in Axis("year", 2023.0, 2026.6).ticks()]
    assert years == ["2023", "2024", "2025", "2026"]
    assert [label for _, label in Axis("MW", 0.0, 2000.0).ticks()][-1] == "2,000"


def test_axes_place_and_label():
    log = Axis("x", 10.0, 1000.0, log=True)
    assert log.share(100.0) == pytest.approx(0.5)
    assert [label for _, label in log.ticks()] == ["10", "20", "50", "100", "200", "500", "1,000"]
    line = Axis("y", 0.5, 1.0)
    assert line.share(0.75) == pytest.approx(0.5)
    assert [label for _, label in line.ticks()] == ["0.6", "0.8", "1.0"]
    assert spanning([2.0, 2.0], "flat").low == 1.0


def test_a_point_is_drawn_where_it_belongs():
    axis = Axis("v", 0.0, 10.0)
    drawn = plot("Title & more", axis, axis, [Series("", np.array([5.0]), np.array([5.0]))])
    root = ElementTree.fromstring(drawn)
    (circle,) = root.findall("{http://www.w3.org/2000/svg}circle")
    assert (circle.get("cx"), circle.get("cy")) == ("277.0", "206.0")  # the middle of the area
    assert root.get("aria-label") == "Title & more"
