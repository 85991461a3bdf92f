"""The catalogue: runs of an entry, verdicts, words."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ecosystem.errors import InputError
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from experiments import catalogue
from experiments.catalogue.e04_equal_shocks import apart
from experiments.catalogue.e08_slow_levers import gained
from experiments.catalogue.e12_contagion import cluster
from experiments.catalogue.engine import Arm, grid_wait_weeks, keep, seen, specs
from experiments.catalogue.judging import (
    Finding,
    crossing,
    expect,
    expect_near,
    first_week,
    overall,
)
from experiments.cli import app
from experiments.runner import run_all, simulate

WEEKS = 75
EIGHT = np.array([0.1, 0.2, 0.15, 0.3, 0.25, 0.1, 0.2, 0.4])


def test_an_expectation_holds_beyond_its_bound_and_fails_on_the_other_side() -> None:
    assert expect("more", EIGHT, 1).verdict == "held"
    assert expect("less", EIGHT, -1).verdict == "failed"
    assert expect("less", -EIGHT, -1).verdict == "held"
    assert expect("more than a half", EIGHT, 1, than=0.5).verdict == "failed"
    assert expect("more", EIGHT - 0.2, 1).verdict == "undecided"


def test_no_difference_at_all_is_not_more() -> None:
    assert expect("more", np.zeros(8), 1).verdict == "failed"
    assert expect("less", np.zeros(8), -1).verdict == "failed"


def test_fewer_than_five_futures_decide_nothing() -> None:
    assert expect("more", EIGHT[:4], 1).verdict == "undecided"
    assert expect("more", np.append(EIGHT[:4], [np.nan] * 4), 1).verdict == "undecided"


def test_nothing_is_what_lies_within_the_tolerance() -> None:
    assert expect_near("none", np.zeros(8), 0.01).verdict == "held"
    assert expect_near("none", EIGHT, 0.05).verdict == "failed"
    assert expect_near("none", EIGHT, 0.2).verdict == "undecided"


def test_one_failed_part_fails_the_expectation() -> None:
    held, failed, open_ = (Finding("", v, "") for v in ("held", "failed", "undecided"))
    assert overall([held, held]) == "held"
    assert overall([held, open_]) == "undecided"
    assert overall([held, open_, failed]) == "failed"


def test_what_never_comes_counts_with_the_horizon() -> None:
    reached = np.array([[False, True, False], [False, False, False]])
    assert first_week(reached).tolist() == [1.0, 3.0]


def test_a_curve_crosses_where_it_turns_from_a_loss() -> None:
    at = np.array([0.0, 1.0, 3.0])
    assert crossing(at, np.array([-1.0, -1.0, 1.0])) == pytest.approx(2.0)
    assert np.isnan(crossing(at, np.array([1.0, 1.0, 2.0])))
    assert np.isnan(crossing(at, np.array([-3.0, -2.0, -1.0])))


def test_equal_shocks_are_not_apart_and_unequal_ones_are() -> None:
    noise = np.random.default_rng(3).normal(size=(6, 40))
    assert (noise.max(axis=0) - noise.min(axis=0)).min() > 0  # what a naive spread would find
    assert expect("apart", apart(noise), 1).verdict != "held"
    assert apart(noise).mean() < 0.5
    unequal = noise * 0.1 + np.arange(6.0)[:, None]
    assert apart(unequal) == pytest.approx(unequal[5] - unequal[0])


def test_a_failed_run_leaves_the_other_shocks_comparable() -> None:
    lost = np.array([[1.0, 1.0, np.nan, 1.0], [3.0, 4.0, 5.0, 6.0]])
    assert apart(lost) == pytest.approx([2.0, 3.0, np.nan, 5.0], nan_ok=True)


def test_gains_are_relative_within_a_span_and_unknown_beyond_the_run() -> None:
    with_it, without = np.array([[1.0, 3.0, 6.0]]), np.array([[1.0, 2.0, 4.0]])
    assert gained(with_it, without, 0, 1) == pytest.approx([0.0])
    assert gained(with_it, without, 1, None) == pytest.approx([0.5])
    assert np.isnan(gained(with_it, without, 3, None)).all()


def test_a_cluster_is_the_last_announced_site_and_the_candidates_near_it() -> None:
    world = load_world("fictional").with_values({"numbers.regulators.neighbour_km": 200.0})
    first, near = cluster(world)
    assert first == "copper_flat"
    assert set(near) == {"juniper_wells", "mesa_verano", "quartz_pass"}
    assert cluster(world.with_values({"numbers.regulators.neighbour_km": 1.0})) == (first, ())


def test_a_world_without_a_cluster_is_refused() -> None:
    world = load_world("fictional")
    alone = world.model_copy(
        update={"sites": tuple(s for s in world.sites if s.role != "candidate")}
    )
    with pytest.raises(InputError, match="E12: world 'fictional' has no candidate"):
        catalogue.entry("E12").arms(alone)


def test_the_wait_for_the_grid_is_that_of_sites_chosen_later() -> None:
    rows = [
        ("announced", "old", 0, "600 MW, recorded"),
        ("announced", "new", 10, "600 MW"),
        ("announced", "never", 10, "600 MW"),
        ("headroom", "old", 90, ""),
        ("headroom", "new", 40, ""),
    ]
    columns = zip(("kind", "site", "week", "text"), zip(*rows, strict=True), strict=True)
    events = {name: np.array(column, dtype=object) for name, column in columns}
    assert grid_wait_weeks(RunResult({}, {"events": events})) == 30.0
    kept = {name: column[:3] for name, column in events.items()}
    assert np.isnan(grid_wait_weeks(RunResult({}, {"events": kept})))


@pytest.mark.parametrize("entry", catalogue.ENTRIES.values(), ids=list(catalogue.ENTRIES))
def test_every_entry_is_whole_and_its_arms_can_be_built(entry: catalogue.Entry) -> None:
    arms = entry.arms(load_world("stargate"))
    names = [arm.name for arm in arms]
    assert len(names) == len(set(names)) >= 2
    for arm in arms:
        arm.world.with_values(arm.values)
    assert all((entry.title, entry.question, entry.expectation, entry.design))


def test_an_unknown_entry_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="No experiment 'E99'"):
        catalogue.entry("E99")


def test_arms_share_futures_and_what_an_arm_sets_holds_in_all_of_them() -> None:
    world, policy = load_world("stargate"), load_strategy("S0")
    path = "numbers.lab.friction"
    runs = specs((Arm("a", world, policy), Arm("b", world, policy, {path: 0.0})), world, 3, 0, 10)
    for a, b in zip(runs["a"], runs["b"], strict=True):
        assert (a.seed, a.future) == (b.seed, b.future)
        assert dict(b.values) == {**dict(a.values), path: 0.0}
        assert a.run != b.run


def test_a_chunk_of_two_worlds_with_the_same_numbers_runs_both(tmp_path: Path) -> None:
    world, policy = load_world("stargate"), load_strategy("S0")
    arms = (Arm("all", world, policy), Arm("one less", world.without_site("abilene"), policy))
    runs = specs(arms, world, 1, 0, WEEKS)
    run_all([s for g in runs.values() for s in g], 1, lambda done, total: None, tmp_path, keep=keep)
    found = seen(tmp_path, runs)
    for arm in arms:
        alone = simulate(arm.world.with_values(dict(runs[arm.name][0].values)), policy, 1, WEEKS)
        assert found.series(arm.name, "usable_mw")[0].tolist() == alone.series("usable_mw").tolist()
    assert (found.series("all", "usable_mw") > found.series("one less", "usable_mw")).any()


def test_an_experiment_runs_from_the_console_and_leaves_its_verdict(tmp_path: Path) -> None:
    out = ["--out", str(tmp_path)]
    options = ["--futures", "1", "--years", "1.1", "--jobs", "1"]
    done = CliRunner().invoke(app, ["experiment", "e1", *options, *out])
    assert done.exit_code == 0, done.output
    verdict = json.loads((tmp_path / "E1" / "verdict.json").read_text())
    assert verdict["verdict"] == "undecided"  # one future decides nothing
    assert {"findings.csv", "arms.csv", "answer.md"} <= {
        p.name for p in (tmp_path / "E1").iterdir()
    }
    listed = CliRunner().invoke(app, ["catalogue", *out])
    assert "undecided" in listed.output
    assert "not run here" in listed.output
    unknown = CliRunner().invoke(app, ["experiment", "E0", *out])
    assert unknown.exit_code == 2
