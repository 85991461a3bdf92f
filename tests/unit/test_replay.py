"""A stored run once more, and two runs side by side."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ecosystem.scenario import load_strategy, load_world
from experiments.cli import app
from experiments.design import Experiment, code_digest
from experiments.replay import save_run
from experiments.runner import run_all, simulate

WEEKS = 120


def told(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    return done.exit_code, " ".join(done.output.split())  # lines are wrapped


def saved(folder: Path, strategy: str = "S0", seed: int = 0, **values: float) -> Path:
    world = load_world("fictional").with_values({f"numbers.{k}": v for k, v in values.items()})
    policy = load_strategy(strategy)
    save_run(simulate(world, policy, seed, WEEKS), world, policy, folder)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("run"))


def test_a_saved_run_is_made_again_bit_for_bit(run: Path) -> None:
    assert told("replay", run)[0] == 0
    code, text = told("replay", run / "manifest.json")
    assert code == 0
    assert "Identical bit for bit: fictional, S0, seed 0, 120 weeks" in text


def test_a_run_of_another_seed_under_the_same_manifest_is_found_out(tmp_path: Path) -> None:
    folder = saved(tmp_path / "run", seed=3)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "seed": 4}))
    code, text = told("replay", folder)
    assert code == 1
    assert "differs from what is stored" in text
    assert "this is a fault" in text  # code and versions are the same
    assert "weekly." in text


def test_changed_code_and_versions_are_named(tmp_path: Path) -> None:
    folder = saved(tmp_path / "run", seed=3)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["seed"], manifest["inputs"]["code"] = 4, "other"
    manifest["versions"]["numpy"] = "1.0"
    path.write_text(json.dumps(manifest))
    _, text = told("replay", folder)
    assert "code or tables have changed" in text
    assert "numpy 1.0 then" in text


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    folder = saved(tmp_path / "run")
    (folder / "weekly.parquet").write_bytes(b"x")
    code, text = told("replay", folder)
    assert code == 1
    assert "weekly.parquet is missing or damaged" in text


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    code, text = told("replay", tmp_path)
    assert code == 2
    assert "no manifest.json" in text


def test_a_run_of_a_comparison_is_made_again(tmp_path: Path) -> None:
    policies = (load_strategy("S0"), load_strategy("S2"))
    question = Experiment(load_world("fictional"), policies, "S0", futures=1, weeks=WEEKS)
    about = {
        "command": "ecosystem compare",
        "world": question.world.model_dump(mode="json"),
        "strategies": [s.model_dump(mode="json") for s in policies],
        "baseline": "S0",
        "futures": 1,
        "seed": 0,
        "weeks": WEEKS,
        "versions": {},
        "code": code_digest(),
    }
    run_all(question.specs(), 1, lambda done, total: None, tmp_path, about=about)
    code, text = told("replay", tmp_path, "--strategy", "S2", "--future", "1")
    assert code == 0, text
    assert "Identical bit for bit: fictional, S2, future 1" in text
    code, text = told("replay", tmp_path, "--strategy", "S9")
    assert code == 2
    assert "There are S0, S2, futures 0 to 1" in text


def test_two_runs_tell_what_changed_and_how_results_moved(run: Path, tmp_path: Path) -> None:
    other = saved(tmp_path / "b", "S2", seed=1, **{"delivery.shell_weeks": 40})
    code, text = told("diff", run, other)
    assert code == 0, text
    assert "seed: 0 -> 1" in text
    assert "strategy: S0 -> S2" in text
    assert "-> 40.0 week" in text
    assert "lever agreement_binding" in text
    assert "How the results moved" in text
    assert "B against A in these runs" in text


def test_a_run_beside_itself_differs_in_nothing(run: Path) -> None:
    _, text = told("diff", run, run)
    assert "nothing: the same inputs" in text
    assert "identical bit for bit" in text
