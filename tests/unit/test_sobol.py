"""Shares of variance: against closed forms, and with chance as a group of its own."""

from pathlib import Path

import numpy as np
import pytest
from fake_ecosystem import simulate, strategy, tiny_world

from ecosystem.errors import InputError
from experiments.runner import run_all
from experiments.sobol import CHANCE, design, indices
from experiments.variance import REST, shared, shares, shares_text, write_shared

PAIR = (strategy("S0"), strategy("S2", agreement_share_of_capex=0.01))


def ishigami(points):
    x, y, z = np.moveaxis(np.pi * (2 * points - 1), -1, 0)
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def of(groups, values, seed=0):
    return {index.group: index for index in indices(groups, values, seed)[0]}


def test_ishigami_has_its_closed_form_indices():
    """Variance 1/2 + a^2/8 + b pi^4/5 + b^2 pi^8/18 with a = 7, b = 0.1 (Ishigami, Homma 1990)."""
    plan = design(["x", "y", "z"], ["x", "y", "z"], 2048, seed=1)
    found, deviation, rows = indices(plan.groups, ishigami(plan.points())[..., None])
    b, pi4, pi8 = 0.1, np.pi**4, np.pi**8
    whole = 0.5 + 49 / 8 + b * pi4 / 5 + b**2 * pi8 / 18
    x, y, xz = 0.5 * (1 + b * pi4 / 5) ** 2, 49 / 8, b**2 * pi8 * (1 / 18 - 1 / 50)
    assert rows == 2048
    assert deviation**2 == pytest.approx(whole, rel=0.02)
    by = {index.group: index for index in found}
    for name, first, total in (("x", x, x + xz), ("y", y, y), ("z", 0.0, xz), (CHANCE, 0, 0)):
        assert by[name].first == pytest.approx(first / whole, abs=0.03)
        assert by[name].total == pytest.approx(total / whole, abs=0.03)
    assert by[CHANCE].total == 0.0
    assert [index.group for index in found] == ["x", "y", "z", CHANCE]


def test_the_g_function_in_groups_has_its_closed_form_indices():
    """Product of (|4x - 2| + a) / (1 + a): variances of factors 1 / (3 (1 + a)^2) (Sobol' 1993)."""
    a = np.array([0.0, 1.0, 4.5, 9.0])
    part = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + part) - 1
    strong, weak = np.prod(1 + part[:2]) - 1, np.prod(1 + part[2:]) - 1
    plan = design(list("pqrs"), ["strong", "strong", "weak", "weak"], 2048, seed=2)
    g = np.prod((np.abs(4 * plan.points() - 2) + a) / (1 + a), axis=-1)
    by = of(plan.groups, g[..., None])
    assert by["strong"].first == pytest.approx(strong / whole, abs=0.03)
    assert by["strong"].total == pytest.approx(strong * (1 + weak) / whole, abs=0.03)
    assert by["weak"].first == pytest.approx(weak / whole, abs=0.03)
    assert by["weak"].total == pytest.approx(weak * (1 + strong) / whole, abs=0.03)


def test_chance_has_its_own_share_and_numbers_none_of_it():
    """x + 0.5 noise, and noise that is larger where y is: 1/12, 1/48 and the product's share."""
    plan = design(["x", "y"], ["x", "y"], 2048, seed=3)
    noise = np.random.default_rng(4).random((2048, 2))[:, plan.second_seed()] - 0.5
    x, y = np.moveaxis(plan.points(), -1, 0)
    plain = of(plan.groups, (x + 0.5 * noise)[..., None])
    assert plain["x"].first == pytest.approx(0.8, abs=0.04)
    assert plain[CHANCE].first == pytest.approx(0.2, abs=0.04)
    assert plain[CHANCE].total == pytest.approx(0.2, abs=0.04)
    assert plain["y"].total == 0.0
    mixed = of(plan.groups, ((y - 0.5) * noise)[..., None])
    for name in ("y", CHANCE):
        assert mixed[name].first == pytest.approx(0.0, abs=0.08)
        assert mixed[name].total == pytest.approx(1.0, abs=0.08)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = 0
    for seed in range(40):
        plan = design(["x", "y"], ["x", "y"], 64, seed)
        noise = np.random.default_rng([9, seed]).random((64, 2))[:, plan.second_seed()] - 0.5
        by = of(plan.groups, (plan.points() @ [1.0, 0.5] + noise)[..., None], seed)
        truth = 1 / (1 + 0.25 + 1)
        held += by[CHANCE].total_low <= truth <= by[CHANCE].total_high
    assert 33 <= held <= 40


def test_the_design_is_even_and_a_number_added_at_the_end_disturbs_nobody():
    few = design(["p", "q"], ["p", "q"], 32, seed=5)
    more = design(["p", "q", "r"], ["p", "q", "q"], 32, seed=5)
    assert (more.a[:, :2] == few.a).all()
    assert (more.b[:, :2] == few.b).all()
    for sample in (more.a, more.b):
        assert all(sorted(np.floor(32 * column).astype(int)) == [*range(32)] for column in sample.T)
    assert (more.a != more.b).any(axis=0).all()
    assert not (design(["p"], ["p"], 32, seed=6).a == few.a[:, :1]).any()


def test_failed_runs_leave_out_their_row_and_what_never_varies_has_no_shares():
    plan = design(["x", "y"], ["x", "y"], 64, seed=7)
    values = plan.points().sum(axis=-1)[..., None]
    whole = of(plan.groups, values)
    values[3, 1] = np.nan
    found, _, rows = indices(plan.groups, values)
    assert rows == 63
    assert found[0].first == pytest.approx(whole[found[0].group].first, abs=0.2)
    few = indices(plan.groups, values[4:12])[0][0]
    assert np.isfinite(few.total)
    assert np.isnan(few.total_low)
    assert not few.clear
    flat, deviation, _ = indices(plan.groups, np.ones((8, 5, 1)))
    assert deviation == 0.0
    assert all(np.isnan(index.first) for index in flat)


def test_what_a_made_up_model_depends_on_has_the_variance(tmp_path: Path):
    only = ("delivery.shell_weeks", "delivery.study_weeks")
    plan = shares(tiny_world(), PAIR, 16, 1, only=only, top=only[:1], seed=1)
    assert plan.design.groups == ("delivery.shell_weeks", REST, CHANCE)
    assert len(plan.runs) == len({s.run for s in plan.runs}) == 16 * 5 * 2
    seeds = np.array([s.seed for s in plan.runs]).reshape(16, 5, 1, 2)
    assert (seeds[..., 0] == seeds[..., 1]).all()  # strategies are paired
    assert (seeds[:, [0, 2, 3]] == seeds[:, :1]).all()
    assert (seeds[:, [1, 4]] == seeds[:, 1:2]).all()
    assert len(np.unique(seeds)) == 16 * 2
    run_all(plan.runs, 1, lambda done, total: None, tmp_path, simulate=simulate)
    level, gap = shared(tmp_path, plan)
    by = {index.group: index for index in level.indices}
    assert by["delivery.shell_weeks"].total_low > 0  # the rest is the seed's, by construction
    assert by[CHANCE].total_low > 0
    assert by[REST].total == 0.0
    assert "chance alone" in shares_text(plan, [level, gap])
    write_shared(tmp_path / "sobol.csv", [level, gap])
    assert len((tmp_path / "sobol.csv").read_text().splitlines()) == 1 + 2 * 3


def test_rows_are_a_power_of_two():
    with pytest.raises(InputError, match="power of two"):
        shares(tiny_world(), PAIR, 24)
