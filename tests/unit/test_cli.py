import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import fake_ecosystem
import pytest
from typer.testing import CliRunner

from ecosystem.results import RunResult
from experiments import cli
from experiments.reopen import reopen

STRATEGIES = {
    "S0": "",
    "S2": "agreement_share_of_capex = 0.01",
    "placebo": "placebo_share_of_capex = 0.01",
}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with a world and strategies; the made-up model stands for the real one."""
    (tmp_path / "tiny.toml").write_text(fake_ecosystem.WORLD)
    for key, lever in STRATEGIES.items():
        text = (
            f'key = "{key}"\nname = "Strategy {key}"\ndescription = "made up"\n[levers]\n{lever}\n'
        )
        (tmp_path / f"{key}.toml").write_text(text)
    far = 'extends = "S0"\nkey = "far"\nname = "Far"\ndescription = "d"\nwhere.only = ["alfa"]\n'
    (tmp_path / "far.toml").write_text(far)
    monkeypatch.chdir(tmp_path)
    fake_ecosystem.stand_in(monkeypatch)
    return tmp_path


def call(*words: str):
    return CliRunner().invoke(cli.app, list(words), prog_name="ecosystem")


def compare(*words: str):
    names = "S0.toml,S2.toml,placebo.toml"
    return call("compare", "--world", "tiny.toml", "--strategies", names, "--baseline", "S0.toml",
                "--jobs", "1", "--out", "out", *words)  # fmt: skip


def test_run_prints_ladder_causes_and_events_and_saves(folder):
    result = call("run", "--world", "tiny.toml", "--strategy", "S0.toml", "--out", "saved")
    assert result.exit_code == 0, result.output
    for word in (
        "Two sites on a plain",
        "2027-01-01",
        "cancelled",
        "community",
        "10 GW not.",
    ):
        assert word in result.output
    assert "\x1b" not in result.output
    assert max(map(len, result.output.splitlines())) <= 100
    assert len(RunResult.load(folder / "saved").series("week")) == 260


def test_years_set_the_length(folder):
    result = call("run", "--world", "tiny.toml", "--strategy", "S0.toml", "--years", "2")
    assert "104 weeks" in result.output


def test_compare_answers_explains_and_writes(folder):
    result = compare("--futures", "6")
    assert result.exit_code == 0, result.output
    assert "More usable compute than S0: S2 by 0.383 GW yr" in result.output
    assert "+0.383 [+0.383, +0.383]*" in result.output
    assert "The same usable compute as S0: placebo in all 6 futures." in result.output
    assert "S0: Strategy S0; S2: Strategy S2; placebo: Strategy placebo." in result.output
    assert "alpha +0.383 GW yr, buildings 10.0 weeks earlier (community -10.0)" in result.output
    assert re.search(r"^\d\d other outcomes are identical\.$", result.output, flags=re.M)
    assert "placebo and S0 are identical in the central future" in result.output
    assert max(map(len, result.output.splitlines())) <= 100
    with (folder / "out" / "comparison.csv").open() as handle:
        rows = {(r["strategy"], r["outcome"]): r for r in csv.DictReader(handle)}
    assert float(rows["S2", "weeks_to_1gw"]["diff"]) == -10
    assert len((folder / "out" / "differences.csv").read_text().splitlines()) > 7
    assert "alpha" in (folder / "out" / "why.csv").read_text()
    assert "only_under" in (folder / "out" / "why_events.csv").read_text()
    assert "0.383" in (folder / "out" / "answer.md").read_text()
    assert "S2: Strategy S2" in (folder / "out" / "answer.md").read_text()
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    assert manifest["futures"] == 6
    assert manifest["command"].startswith("ecosystem compare --world tiny.toml")
    assert len(manifest["runs"]) == 3 * 7


def test_a_second_call_finds_all_runs_and_says_the_same(folder):
    first, second = compare("--futures", "1"), compare("--futures", "1")
    assert "6 runs made, 0 found in out." in first.output
    assert "0 runs made, 6 found in out." in second.output
    assert first.stdout == second.stdout
    assert "1 future is too few" in first.output


def test_futures_are_doubled_until_the_intervals_are_narrow(folder):
    words = ("--futures", "2", "--until-width", "0.01", "--futures-most", "50", "--years", "5")
    result = compare(*words)
    assert result.exit_code == 0, result.output
    assert "9 runs made, 0 found in out." in result.output
    assert "6 runs made, 9 found in out." in result.output  # to 4 futures, and on to 8
    assert "12 runs made, 15 found in out." in result.output
    assert "Stopped at 8 futures: every 90% interval" in result.output
    assert "the difference is always the same" in result.output
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    assert (manifest["futures"], manifest["doublings"]) == (8, 2)
    assert manifest["runs"] == [spec.run for spec in reopen(folder / "out").experiment.specs()]
    assert "Times fewer futures" in (folder / "out" / "report.html").read_text()
    assert "Times fewer futures" in (folder / "out" / "answer.md").read_text()


def test_too_few_futures_for_a_width_are_told(folder):
    result = compare("--futures", "2", "--until-width", "0.01", "--futures-most", "4")
    assert "Stopped at 4 futures: that is all --futures-most allows" in result.output


def test_failed_runs_are_told_and_left_out(folder, monkeypatch):
    class Model:
        simulate = staticmethod(fake_ecosystem.fragile)

    monkeypatch.setitem(sys.modules, "ecosystem.model", Model)
    result = compare("--futures", "6")
    assert result.exit_code == 0, result.output
    assert "3 of 21 runs failed" in result.output
    assert "The first, S0, future 3: ValueError: seed 3 cannot be run" in result.output
    assert "better in 5 of 5" in result.output


def test_when_the_baseline_fails_everywhere_there_is_no_answer(folder, monkeypatch):
    class Model:
        @staticmethod
        def simulate(*_):
            raise ValueError("no")

    monkeypatch.setitem(sys.modules, "ecosystem.model", Model)
    result = compare("--futures", "1")
    assert result.exit_code == 1
    assert "No run of S0 is there to compare with" in result.output
    assert "ValueError: no" in result.output


def test_ctrl_c_says_in_one_line_how_to_go_on(folder, monkeypatch):
    left = iter(range(3))

    class Model:
        @staticmethod
        def simulate(world, strategy, seed):
            if next(left, None) is None:
                raise KeyboardInterrupt
            return fake_ecosystem.simulate(world, strategy, seed)

    monkeypatch.setitem(sys.modules, "ecosystem.model", Model)
    result = compare("--futures", "1")
    assert result.exit_code == 130
    assert result.stderr == "Stopped: 3 of 6 runs are in out; the same command goes on.\n"
    fake_ecosystem.stand_in(monkeypatch)
    assert "3 runs made, 3 found" in compare("--futures", "1").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--world", "nowhere"], "unknown world 'nowhere'"),
        (["run", "--world", "gone.toml"], "No world file 'gone.toml'"),
        (["run", "--world", "tiny.toml", "--strategy", "S99"], "unknown strategy 'S99'"),
        (["run", "--years", "0"], "--years"),
        (["run", "--seed", "-1"], "--seed"),
        (["run", "--sede", "1"], "--sede"),
        (["compare", "--futures", "0"], "--futures"),
        (["compare", "--until-width", "0", "--world", "tiny.toml"], "--until-width 0"),
        (["sensitivity", "--only", "labb", "--world", "tiny.toml", "--strategy", "S2.toml",
          "--baseline", "S0.toml"], "--only labb"),
        (["compare", "--jobs", "none"], "--jobs"),
        (["compare", "--explain", "9", "--world", "tiny.toml"], "futures 0 to 8"),
        (["compare", "--frame", "equal", "--world", "tiny.toml"], "natural, equal-budget"),
        (["compare", "--frame", "equal-budget", "--budget-share", "0", "--world", "tiny.toml",
          "--strategies", "S2.toml", "--baseline", "S0.toml"], "--budget-share 0"),
        (["compare", "--world", "tiny.toml", "--strategies", "far.toml"], "Did you mean 'alpha'?"),
        (["new-world", "No"], "small letters"),
        (["show", "grid.study_slot", "--world", "tiny.toml"], "grid.study_slots"),
        (["show", "gone.toml"], "gone.toml"),
        (["app", "--port", "0"], "--port"),
        (["fly"], "fly"),
    ],
)  # fmt: skip
def test_bad_input_is_one_message_on_stderr_and_exit_code_2(folder, words, message):
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_a_strategy_twice_and_an_unusable_folder_are_refused(folder):
    names = "S0.toml,S0.toml"
    common = ["compare", "--world", "tiny.toml", "--baseline", "S0.toml", "--futures", "1"]
    assert "given twice" in call(*common, "--strategies", names).stderr
    (folder / "file").write_text("")
    result = call(*common, "--strategies", "S2.toml", "--out", "file/x")
    assert result.exit_code == 2
    assert "--out file/x" in result.stderr


def test_show_tells_unit_range_source_and_grade(folder):
    one = call("show", "grid.study_slots", "--world", "tiny.toml").output
    for word in ("3 sites", ">= 1", "1 to 6 (triangular)", "an assumption", "P013"):
        assert word in one
    assert "grid.headroom_factor" in call("show", "grid", "--world", "tiny.toml").output
    world = call("show", "tiny.toml").output
    assert "Two sites on a plain" in world
    assert "alpha" in world
    policy = call("show", "S2.toml").output
    assert "agreement_share_of_capex" in policy
    assert "0.01 " in policy


def test_lists_name_what_is_shipped(folder):
    for command in ("worlds", "strategies"):
        assert call(command).exit_code == 0


def test_version(folder):
    assert call("--version").stdout.startswith("ecosystem 0.")


def test_app_serves_where_it_is_told_to(folder, monkeypatch):
    asked = []

    class App:
        @staticmethod
        def serve(port, open_browser, host, results):
            asked.append((port, open_browser, host, str(results)))

    monkeypatch.setitem(sys.modules, "viz.app", App)
    assert call("app", "--port", "9000", "--no-open").exit_code == 0
    assert call("app", "--host", "0.0.0.0").exit_code == 0
    assert call("app", "--results", "kept").exit_code == 0
    alone = "127.0.0.1"
    assert asked == [
        (9000, False, alone, "results"),
        (8765, True, "0.0.0.0", "results"),
        (8765, True, alone, "kept"),
    ]


def test_the_console_command_reports_bad_input_without_a_traceback(tmp_path):
    """The installed entry point, in a process of its own, in a plain C locale."""
    done = subprocess.run(
        [sys.executable, "-c", "from experiments.cli import main; main()", "run", "--world", "x"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C"},
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("ecosystem: ")
    assert len(done.stderr.splitlines()) == 1


def ablate(*words: str):
    return call("ablate", "--world", "tiny.toml", "--strategies", "S0.toml,S2.toml", "--seeds", "5",
                "--jobs", "1", "--out", "out", *words)  # fmt: skip


def test_ablate_tells_what_results_owe_to_each_mechanism_and_agent(folder):
    result = ablate("--only", "crews,lab,opinion")
    assert result.exit_code == 0, result.output
    assert "Without effect on any outcome here: opinion." in result.output
    assert max(map(len, result.output.splitlines())) <= 100
    with (folder / "out" / "ablation.csv").open() as handle:
        rows = {
            (r["without"], r["strategy"]): r
            for r in csv.DictReader(handle)
            if r["outcome"] == "usable_gw_years"
        }
    # three buildings of a gigawatt, 20 weeks sooner each; two, 10 weeks sooner, by the agreement
    year = 365.25 / 7
    assert float(rows["crews", "S0"]["owed"]) == pytest.approx(-3 * 20 / year)
    assert float(rows["silent lab", "S2 - S0"]["owed"]) == pytest.approx(2 * 10 / year)
    assert float(rows["silent lab", "S0"]["owed"]) == 0
    assert rows["crews", "S2 - S0"]["low"] == rows["crews", "S2 - S0"]["high"]
    again = ablate("--only", "crews,lab,opinion")
    assert "0 runs made" in again.output + again.stderr


def test_ablate_names_what_can_be_switched_off(folder):
    result = ablate("--only", "gravity")
    assert result.exit_code == 2
    assert "--only gravity: known are" in result.stderr
    assert ablate("--strategies", ",").exit_code == 2
