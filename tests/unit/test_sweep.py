"""A user's own experiment: read, refused, run and laid out."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ecosystem.errors import InputError
from experiments.catalogue.engine import Seen
from experiments.cli import app
from experiments.sweep import cells, load_plan, sweep_text

PLAN = """
title = "Friction"
world = "fictional"
strategies = ["S0", "S3"]
futures = 1
years = 1.5
outcomes = ["usable_gw_years", "strategy_cost_usd"]

[vary]
"numbers.lab.friction" = [0.0, 0.1]
"numbers.workforce.training_effect" = [0, 1]

[set]
"numbers.society.mood_later" = -0.3
"""


def plan(folder: Path, text: str = PLAN) -> Path:
    path = folder / "plan.toml"
    path.write_text(text)
    return path


def test_every_combination_meets_every_strategy(tmp_path: Path) -> None:
    sweep = load_plan(plan(tmp_path))
    assert len(sweep.arms) == 2 * 2 * 2
    assert all(arm.values["numbers.society.mood_later"] == -0.3 for arm in sweep.arms)
    assert {arm.values["numbers.lab.friction"] for arm in sweep.arms} == {0.0, 0.1}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (PLAN.replace("lab.friction", "lab.frction"), "frction"),
        (PLAN.replace("[0.0, 0.1]", "[0.0, 9.0]"), "friction"),
        (PLAN.replace('"usable_gw_years"', '"gw"'), "no outcome 'gw'"),
        (PLAN.replace('"fictional"', '"nowhere"'), "nowhere"),
        (PLAN.replace("futures = 1", "futures = 0"), "futures"),
        (PLAN.replace("futures = 1", "future = 1"), "future"),
        (PLAN.replace('"S3"', '"S33"'), "S33"),
        ("title = ", "not TOML"),
        (PLAN.replace("[0, 1]", str(list(range(1500)))), "at most 2000"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(tmp_path: Path, wrong: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        load_plan(plan(tmp_path, wrong))


def test_a_strategy_beside_the_file_is_found(tmp_path: Path) -> None:
    own = 'extends = "S3"\nkey = "mine"\nname = "m"\ndescription = "d"\n'
    (tmp_path / "mine.toml").write_text(own)
    sweep = load_plan(plan(tmp_path, PLAN.replace('"S3"', '"mine.toml"')))
    assert [s.key for s in sweep.strategies] == ["S0", "mine"]


def test_differences_are_paired_at_the_same_numbers(tmp_path: Path) -> None:
    sweep = load_plan(plan(tmp_path))
    outcomes = {}
    for i, arm in enumerate(sweep.arms):
        level = np.arange(6.0) * 100 + (5.0 if i % 2 else 0.0)  # S3 is 5 above S0 in each future
        outcomes[arm.name] = {"usable_gw_years": level, "strategy_cost_usd": np.zeros(6)}
    found = cells(sweep, Seen(sweep.world.start, sweep.world.strategy_start, outcomes, {}))
    ours = [c for c in found if c.strategy == "S3" and c.outcome == "usable_gw_years"]
    assert [(c.diff, c.low, c.high, c.n) for c in ours] == [(5.0, 5.0, 5.0, 6)] * 4
    assert "+5.00 [+5.00, +5.00]*" in sweep_text(sweep, found)


def test_it_runs_from_the_console(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = CliRunner().invoke(app, ["sweep", str(plan(tmp_path)), "--jobs", "1", "--out", out])
    assert done.exit_code == 0, done.output
    assert "training_effect" in done.output
    lines = (tmp_path / "out" / "sweep.csv").read_text().splitlines()
    assert len(lines) == 1 + 4 * 2 * 2
    assert lines[0].startswith("numbers.lab.friction,numbers.workforce.training_effect,strategy")
