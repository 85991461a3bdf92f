"""What ``ecosystem bench`` tells; that its figures are right is measured in tests/bench."""

import json
import math

import pytest
from typer.testing import CliRunner

from experiments import cli
from experiments.bench import suite
from experiments.bench.names import NAMES
from experiments.bench.row import Row, exponent, exponent_row, number, table
from experiments.commands.completing import measurement_lists

SLOW, FAST = Row("a", "first", 2.0, "s", "beside", high=1.0), Row("b", "second", 0.5, "s", high=1.0)


def call(*words: str):
    return CliRunner().invoke(cli.app, ["bench", *words], prog_name="ecosystem")


@pytest.fixture
def counted(monkeypatch):
    """Measurements that take no time; the list tells which were made, and whether quickly."""
    made = []

    def stand_in(name):
        def measure(quick):
            made.append((name, quick))
            return [Row(name, f"what {name} is", 1.5, "s", high=2.0), SLOW]

        return measure

    monkeypatch.setattr(suite, "MEASUREMENTS", {n: stand_in(n) for n in suite.MEASUREMENTS})
    return made


@pytest.mark.parametrize("power", [0.0, 0.7, 1.0, 2.0])
def test_the_exponent_of_a_power_is_that_power(power):
    sizes = (3, 10, 50, 400)
    seconds = [0.02 * size**power for size in sizes]
    assert exponent(sizes, seconds) == pytest.approx(power, abs=1e-12)
    row = exponent_row("k", "cost", "sites", sizes, seconds)
    assert row.holds == (power <= 1.1)
    assert row.beside.startswith("sites: s: 3: ")


def test_limits_of_either_side_are_kept_and_told():
    assert (SLOW.holds, FAST.holds) == (False, True)
    least = Row("c", "third", 5.0, "1/s", low=10.0)
    assert not least.holds
    assert (least.limit, FAST.limit) == ("at least 10", "at most 1")
    free = Row("d", "fourth", math.nan, "")
    assert not free.limited
    assert not Row("e", "fifth", math.nan, "s", high=1.0).holds
    told = table([SLOW, FAST, least, free]).splitlines()
    assert told[0] == "first   2 s    MISSED: at most 1"
    assert told[1] == "    beside"
    assert told[2] == "second  0.5 s  holds: at most 1"
    assert table([]) == ""


def test_numbers_have_three_digits():
    told = [number(v) for v in (0.012345, 1.5, 99.96, 123.4, 17_073_351.0)]
    assert told == ["0.0123", "1.5", "100", "123", "17,073,351"]


def test_every_measurement_is_made_and_told(counted):
    result = call()
    assert result.exit_code == 0, result.output
    assert counted == [(name, False) for name in suite.MEASUREMENTS]
    for name in suite.MEASUREMENTS:
        assert f"what {name} is" in result.output
    assert "MISSED: at most 1" in result.output
    assert "NumPy" in result.output


def test_names_are_those_of_the_measurements_and_completed():
    assert tuple(suite.MEASUREMENTS) == NAMES
    told = " ".join(call("--help").output.split())
    assert all(name in told for name in NAMES)
    assert measurement_lists("r") == ["run", "runs"]
    assert measurement_lists("run,s") == ["run,sizes", "run,storage"]


def test_figures_and_machine_are_written(counted, tmp_path):
    path = tmp_path / "figures.json"
    result = call("--quick", "--only", "memory, run", "--json", str(path))
    assert result.exit_code == 0, result.output
    assert counted == [("run", True), ("memory", True)]
    found = json.loads(path.read_text())
    assert {"python", "numpy", "cores", "system", "times_reference"} <= found["machine"].keys()
    assert [f["key"] for f in found["figures"]] == ["run", "a", "memory", "a"]
    assert found["figures"][0] | {"beside": ""} == {
        "key": "run", "what": "what run is", "value": 1.5, "unit": "s", "beside": "",
        "low": None, "high": 2.0, "holds": True,
    }  # fmt: skip


def test_what_cannot_be_measured_is_told_and_the_rest_goes_on(monkeypatch):
    def refuse(quick):
        raise suite.EcosystemError("no memory is told here")

    monkeypatch.setitem(suite.MEASUREMENTS, "memory", refuse)
    (row,) = suite.measured("memory", quick=True)
    assert math.isnan(row.value)
    assert "no memory is told here" in table([row])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "speed"], "--only speed: there is no such measurement; known are run, sizes"),
        (["--json", "no/such/file.json"], "there is no folder 'no/such'"),
        (["--json", "."], "this is a folder; name a file"),
    ],
)
def test_a_wrong_option_is_refused_in_one_line_before_anything_is_measured(
    counted, words, said, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    result = call(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not counted


def test_a_measurement_is_made_for_real():
    result = call("--quick", "--only", "cluster")
    assert result.exit_code == 0, result.output
    assert "clusters/s" in result.output
    assert "cost in clusters" in result.output
