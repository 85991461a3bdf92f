"""What a million buys: ratios of paired means, their intervals, and when there is none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_ecosystem import simulate, strategy, tiny_world
from typer.testing import CliRunner

from experiments.cli import app
from experiments.compare import COST, PRIMARY
from experiments.design import Experiment
from experiments.margin import (
    FOLDER,
    STEP,
    averages,
    bought,
    bought_text,
    bought_words,
    per_million,
    stepped,
    write_bought,
)
from experiments.outcomes import OUTCOMES
from experiments.reopen import runs_digest
from experiments.runner import run_all
from experiments.store import read


def table(gain, cost, weeks=None):
    """Outcomes of a baseline at 0 and of a strategy that gains and costs so much by future."""
    n = len(gain)
    found = {outcome.name: np.zeros(2 * n) for outcome in OUTCOMES}
    found |= {
        "strategy": np.array(["S0"] * n + ["S2"] * n, object),
        "future": np.tile(np.arange(1, n + 1), 2),
        "horizon_weeks": np.full(2 * n, 520.0),
    }
    found[PRIMARY][n:], found[COST][n:] = gain, cost
    found["weeks_to_10gw"][:] = 300.0
    if weeks is not None:
        found["weeks_to_10gw"][n:] = weeks
    return found


def test_a_constant_return_is_found_exactly_whatever_the_futures_cost():
    cost = np.array([1e8, 2e8, 5e8, 3e8, 4e8, 7e8])
    gain = cost * 2e-9  # 2 MW years a million
    found = {m.outcome: m for m in averages(table(gain, cost, 300 - cost / 1e8), "S0")}
    compute, time = found[PRIMARY], found["weeks_to_10gw"]
    assert (compute.value, compute.low, compute.high) == pytest.approx((2.0, 2.0, 2.0))
    assert compute.verdict == "more"
    assert compute.cost == pytest.approx(cost.mean())
    assert time.value == pytest.approx(0.07)  # a week earlier for each hundred million: days
    assert found["training_flop"].verdict == "identical"


def test_not_reaching_the_goal_counts_with_the_horizon():
    cost = np.full(6, 1e8)
    found = averages(table(np.zeros(6), cost, np.full(6, np.nan)), "S0")
    time = next(m for m in found if m.outcome == "weeks_to_10gw")
    assert time.value == pytest.approx(-220 * 7 / 100)
    assert time.verdict == "less"


def test_it_is_the_ratio_of_means_and_its_interval_holds_the_truth_about_nine_times_in_ten():
    assert per_million(np.array([0, 0, 0, 0, 5.0]), np.array([1, 1, 1, 1, 6e6]))[
        0
    ] == pytest.approx(1e6 * 1.0 / 1_200_000.8)
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        cost = rng.uniform(1e8, 3e8, 40)
        _, low, high = per_million(3e-9 * cost + rng.normal(0, 0.2, 40), cost, seed)
        held += low <= 3e-3 <= high
    assert 80 <= held <= 97


def test_without_a_clear_cost_there_is_no_ratio_and_zero_in_the_interval_is_unclear():
    free = averages(table(np.arange(6.0), np.array([-1e8, 1e8, -2e8, 2e8, 0, 0])), "S0")[0]
    assert free.verdict == "no extra cost"
    assert free.words == "no extra cost"
    mixed = averages(table(np.array([-1, 1, -1, 1, -1, 1.0]), np.full(6, 1e8)), "S0")[0]
    assert mixed.verdict == "unclear"
    assert mixed.words.startswith("unclear")
    assert averages(table(np.ones(3), np.ones(3)), "S0")[0].verdict == "too few futures"


def test_the_next_million_pairs_a_step_with_the_same_futures(tmp_path: Path):
    policies = (strategy("S0"), strategy("S2", agreement_share_of_capex=0.004))
    question = Experiment(tiny_world(), policies, "S0", futures=6, seed=2)
    larger = stepped(question)
    assert larger is not None
    assert [s.key for s in larger.strategies] == ["S2"]
    assert larger.strategies[0].levers.agreement_share_of_capex == pytest.approx(STEP * 0.004)
    pairs = zip(larger.specs(), question.specs()[1::2], strict=True)
    assert all((a.seed, a.values) == (b.seed, b.values) for a, b in pairs)
    run_all(question.specs(), 1, lambda *_: None, tmp_path, simulate=simulate)
    about = {"margin_of": runs_digest(tmp_path)}
    run_all(larger.specs(), 1, lambda *_: None, tmp_path / FOLDER, about=about, simulate=simulate)
    found = bought(tmp_path, question, read(tmp_path, "outcomes"))
    assert {m.million for m in found} == {"average", "next"}
    rows = {m.million: m for m in found if m.outcome == PRIMARY}
    # the fake's cost is linear in the lever, so that a step of a quarter costs a quarter
    assert rows["next"].cost == pytest.approx((STEP - 1) * rows["average"].cost)
    # runs with a step beside another comparison do not count
    other = replace(question, seed=3)
    run_all(other.specs(), 1, lambda *_: None, tmp_path, simulate=simulate)
    assert {m.million for m in bought(tmp_path, other, read(tmp_path, "outcomes"))} == {"average"}
    assert "What a million buys" in bought_text(found)
    assert bought_words(found).count("S2") == 2
    write_bought(tmp_path / "marginal.csv", found)
    assert len((tmp_path / "marginal.csv").read_text().splitlines()) == 1 + len(found)


def test_what_spends_nothing_has_no_next_million():
    question = Experiment(tiny_world(), (strategy("S0"), strategy("S7", openness=0.9)), "S0")
    assert stepped(question) is None


@pytest.mark.slow
def test_the_next_million_from_the_console(tmp_path: Path):
    words = ["compare", "--world", "fictional", "--strategies", "S0,S2,S7", "--futures", "1"]
    words += ["--years", "0.5", "--jobs", "1", "--marginal", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "6 runs made" in done.output
    assert "2 runs made" in done.output  # S7 spends nothing that could be scaled
    rows = (tmp_path / "marginal.csv").read_text()
    assert rows.count("S2,next") == rows.count("S2,average") == rows.count("S7,average") == 3
    assert "S7,next" not in rows
    assert "--marginal" in (tmp_path / "answer.md").read_text()
