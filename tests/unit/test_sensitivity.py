"""Elementary effects of a world's numbers: planned, run and laid out."""

import csv
from pathlib import Path

import numpy as np
import pytest
from fake_ecosystem import simulate, strategy, tiny_world
from typer.testing import CliRunner

from ecosystem.scenario import uncertain
from experiments.cli import app
from experiments.runner import run_all
from experiments.sensitivity import screened, screening, screening_text

PAIR = (strategy("S0"), strategy("S2", agreement_share_of_capex=0.01))


def test_seeds_are_the_same_along_a_walk_and_numbers_stay_within_their_tails():
    world = tiny_world()
    plan = screening(world, PAIR, 2, 3, only=("lab", "grid.study_slots"), seed=10)
    points = plan.design.points.shape[1]
    assert points == 1 + 2
    assert len(plan.runs) == 2 * points * 3 * 2
    assert len({s.run for s in plan.runs}) == len({s.key for s in plan.runs}) == len(plan.runs)
    assert {s.seed for s in plan.runs[: points * 6]} == {11, 12, 13}
    assert {s.seed for s in plan.runs[points * 6 :]} == {14, 15, 16}
    paths = {path for path, _ in plan.runs[0].values}
    assert "numbers.grid.study_slots" in paths
    assert all(".lab." in p or "study_slots" in p for p in paths)
    cards = {card.path: card for card in uncertain(world)}
    for spec in plan.runs:
        for path, value in spec.values:
            assert cards[path].shape == "lognormal" or (
                cards[path].sample[0] <= value <= cards[path].sample[1]
            )


def test_what_a_made_up_model_depends_on_is_found(tmp_path: Path):
    """It depends on the weeks of a shell alone; what an agreement gains depends on nothing."""
    names = ("delivery.shell_weeks", "delivery.study_weeks", "lab.friction")
    known = [c.path.removeprefix("numbers.") for c in uncertain(tiny_world())]
    only = [name for name in names if name in known]
    assert "delivery.shell_weeks" in only
    assert len(only) > 1
    plan = screening(tiny_world(), PAIR, 6, 2, alone=True, only=only)
    run_all(plan.runs, 1, lambda done, total: None, tmp_path, simulate=simulate)
    level, gap = screened(tmp_path, plan)
    first, *others = level.effects
    assert first.group == "delivery.shell_weeks"
    assert first.mean < 0  # a longer shell is less use of it
    assert first.clear
    assert {e.strength for e in others} == {0.0}
    assert level.seed_sd > 0
    assert max(e.strength for e in gap.effects) < 0.1 * first.strength
    assert "delivery.shell_weeks" in screening_text(plan, [level, gap])


def test_it_runs_from_the_console(tmp_path: Path):
    words = ["sensitivity", "--world", "fictional", "--only", "lab", "--walks", "1"]
    words += ["--replicates", "1", "--years", "0.5", "--jobs", "1", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "4 runs made" in done.output
    assert max(map(len, done.output.splitlines()[:-1])) <= 100
    with (tmp_path / "sensitivity.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    assert [(r["quantity"], r["group"]) for r in rows] == [("level", "lab"), ("difference", "lab")]
    assert all(np.isfinite(float(r["strength"])) for r in rows)


def test_each_method_runs_from_the_console(tmp_path: Path):
    common = ["sensitivity", "--world", "fictional", "--years", "0.2", "--jobs", "1"]
    words = [*common, "--method", "one-at-a-time", "--only", "lab.friction", "--replicates", "1"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "t")])
    assert done.exit_code == 0, done.output
    assert "6 runs made" in done.output
    assert (tmp_path / "t" / "tornado.csv").is_file()
    words = [*common, "--method", "sobol", "--rows", "2", "--only", "lab.friction"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "s")])
    assert done.exit_code == 0, done.output
    assert "16 runs made" in done.output
    assert "chance" in (tmp_path / "s" / "sobol.csv").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "fast"], "one of morris, sobol, one-at-a-time"),
        (["--top", "3"], "does not go with --method morris"),
        (["--method", "sobol", "--top", "3", "--screening", "none.csv"], "no screening"),
        (["--method", "sobol", "--rows", "24"], "power of two"),
    ],
)
def test_what_does_not_go_together_is_refused(words, message):
    done = CliRunner().invoke(app, ["sensitivity", *words])
    assert (done.exit_code, message in done.output) == (2, True), done.output
