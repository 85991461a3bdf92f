from dataclasses import asdict, replace

import numpy as np
import pytest

from ecosystem.cluster import serving
from ecosystem.cluster.chain import ClusterRules, run_cluster
from ecosystem.cluster.hardware import load_generations
from ecosystem.cluster.layout import critical_batch_tokens, mfu_curve
from ecosystem.errors import InputError
from ecosystem.numbers import Cluster

RULES = replace(ClusterRules(**Cluster().model_dump()), integration=1.0)
GENERATIONS = load_generations().select("gb200", "rubin")
NOW = (np.array([[1180.0, 0.0]]), np.array([1.0]))


def test_one_campus_by_hand():
    rules = replace(RULES, facility_to_it=1.35, closed_loop_pue=0.05, availability=1.0)
    flows = run_cluster(*NOW, 400.0, 0.5, GENERATIONS, rules)
    it_mw = 1180 / 1.35  # the design ratio is that of a closed loop, its fans included
    accelerators = it_mw / 0.132 * 72
    assert flows.accelerators == pytest.approx([accelerators, 0.0])
    assert flows.it_mw == pytest.approx([it_mw])
    assert flows.racks == pytest.approx([accelerators / 72])
    curve = mfu_curve(load_generations(), "gb200")
    mfu = rules.mfu * curve.at(100_000.0) / curve.at(2_048.0)
    assert flows.mfu == pytest.approx(float(mfu), rel=0.01)
    flop = accelerators * 0.5 * 4.9e15 * flows.mfu * flows.goodput
    assert flows.training_flop_per_s == pytest.approx(flop)
    tokens = accelerators / 1180 * 7698 * rules.fleet_factor
    assert flows.tokens_per_s_per_mw == pytest.approx(tokens)
    assert flows.inference_mw == pytest.approx(590.0)
    assert flows.served_mw == pytest.approx(400.0)
    assert flows.tokens_per_s == pytest.approx(400 * tokens)
    assert flows.energy_mwh == pytest.approx([it_mw * 168 * 1.25])
    assert flows.water_m3 == pytest.approx([it_mw * 168 * 0.003])


def test_an_evaporative_campus_fits_more_racks_behind_its_substation():
    rules = replace(RULES, facility_to_it=1.35, closed_loop_pue=0.05, availability=1.0)
    flows = run_cluster(NOW[0], np.zeros(1), 400.0, 0.5, GENERATIONS, rules)
    it_mw = 1180 / 1.30
    assert flows.it_mw == pytest.approx([it_mw])
    assert flows.energy_mwh == pytest.approx([it_mw * 168 * 1.20])
    assert flows.water_m3 == pytest.approx([it_mw * 168 * rules.wue_evaporative_l_per_kwh])


def test_goodput_of_the_default_rules_is_that_of_the_largest_job():
    flows = run_cluster(*NOW, 0.0, 0.5, GENERATIONS, RULES)
    small = run_cluster(NOW[0] / 100, NOW[1], 0.0, 0.5, GENERATIONS, RULES)
    assert small.goodput > flows.goodput
    assert run_cluster(NOW[0] * 9, NOW[1], 0.0, 0.5, GENERATIONS, RULES).goodput == flows.goodput


def test_an_empty_fleet_is_finite_and_turns_everyone_away():
    flows = run_cluster(np.zeros((0, 2)), np.zeros(0), 10.0, 0.5, GENERATIONS, RULES)
    assert flows.shortfall == 1.0
    assert flows.tokens_per_s == 0.0
    assert flows.latency_s == RULES.service_s + RULES.patience_s
    full = run_cluster(*NOW, 10.0, 0.5, GENERATIONS, RULES)
    assert flows.tokens_per_s_per_mw == pytest.approx(full.tokens_per_s_per_mw)


def test_a_newer_generation_serves_and_trains_more_per_megawatt():
    old = run_cluster(*NOW, 400.0, 0.5, GENERATIONS, RULES)
    new = run_cluster(NOW[0][:, ::-1], NOW[1], 400.0, 0.5, GENERATIONS, RULES)
    assert new.tokens_per_s_per_mw > 1.5 * old.tokens_per_s_per_mw
    assert new.training_flop_per_s > 1.5 * old.training_flop_per_s


def test_without_the_serving_core_there_are_no_tokens(monkeypatch):
    monkeypatch.setattr(serving, "benchmark_tokens_per_s", lambda g: np.zeros(len(g)))
    rules = replace(RULES, patience_s=61.0)  # not the cached one
    assert run_cluster(*NOW, 400.0, 0.5, GENERATIONS, rules).tokens_per_s == 0.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("facility_to_it", 0.9),
        ("mfu", 1.1),
        ("mfu", np.nan),
        ("checkpoint_s", 0.0),
        ("peak_to_mean", 2.5),
        ("service_s", np.inf),
        ("restart_s", -1.0),
    ],
)
def test_bad_rules_are_refused(name, value):
    with pytest.raises(InputError, match=name):
        ClusterRules(**(asdict(RULES) | {name: value}))


def test_integration_raises_mfu_and_lowers_latency():
    whole = run_cluster(*NOW, 400.0, 0.5, GENERATIONS, RULES)
    loose = run_cluster(*NOW, 400.0, 0.5, GENERATIONS, replace(RULES, integration=0.3))
    assert loose.mfu < 0.95 * whole.mfu
    assert loose.latency_s > 1.05 * whole.latency_s
    assert loose.tokens_per_s_per_mw < whole.tokens_per_s_per_mw


def test_a_small_job_has_the_mfu_of_the_parameter():
    rules = replace(RULES, job_accelerators=2048)
    flows = run_cluster(*NOW, 0.0, 0.5, GENERATIONS, rules)
    assert flows.mfu == pytest.approx(rules.mfu)


def test_integration_is_weighted_by_megawatts():
    mw = np.array([[900.0, 0.0], [300.0, 0.0]])
    closed = np.ones(2)
    given = np.array([0.4, 0.8])
    rules = replace(RULES, job_accelerators=2_048)
    sites = run_cluster(mw, closed, 400.0, 0.5, GENERATIONS, rules, given)
    whole = run_cluster(mw, closed, 400.0, 0.5, GENERATIONS, replace(rules, integration=0.5))
    assert sites.tokens_per_s == pytest.approx(whole.tokens_per_s)
    assert sites.latency_s == pytest.approx(whole.latency_s)


def test_a_job_runs_where_it_is_best_integrated_of_the_sites_that_hold_it():
    mw, closed = np.array([[900.0, 0.0], [300.0, 0.0]]), np.ones(2)
    given = np.array([0.4, 0.8])

    def mfu(job: float, integration: float, each: np.ndarray | None = None) -> float:
        rules = replace(RULES, job_accelerators=job, integration=integration, inter_site_gbps=1e-6)
        return run_cluster(mw, closed, 0.0, 0.9, GENERATIONS, rules, each).mfu

    small, large = 2_048.0, 200_000.0
    assert mfu(small, 1.0, given) == pytest.approx(mfu(small, 0.8))
    assert mfu(large, 1.0, given) == pytest.approx(mfu(large, 0.4))  # the smaller site is too small
    assert mfu(small, 1.0, given) > mfu(small, 0.4)


def test_one_job_runs_at_one_site_when_links_are_thin():
    rules = replace(RULES, inter_site_gbps=1e-6)
    mw = np.full((4, 2), [20.0, 0.0])
    apart = run_cluster(mw, np.ones(4), 0.0, 0.8, GENERATIONS, rules)
    alone = run_cluster(mw[:1], np.ones(1), 0.0, 1.0, GENERATIONS, rules)
    assert apart.training_flop_per_s == pytest.approx(alone.training_flop_per_s)
    assert (apart.mfu, apart.goodput) == (alone.mfu, alone.goodput)


def test_thick_links_make_four_sites_one():
    mw = np.full((4, 2), [20.0, 0.0])
    rules = replace(RULES, inter_site_gbps=1e12)
    apart = run_cluster(mw, np.ones(4), 0.0, 0.8, GENERATIONS, rules)
    one = run_cluster(mw.sum(0, keepdims=True), np.ones(1), 0.0, 0.8, GENERATIONS, rules)
    assert apart.training_flop_per_s == pytest.approx(one.training_flop_per_s)


def test_links_between_cost_what_the_exchange_takes_beyond_the_step():
    mw = np.full((2, 2), [60.0, 0.0])
    peak = 4.9e15
    size = float(np.sum(mw)) / RULES.facility_to_it / 0.132 * 72 * RULES.availability * 0.9
    gbps = 3e4
    parameters = np.sqrt(size * peak * 0.35 * 90 * 86_400 / 120)
    # 8 bytes x 1/2 of the gradients over the link, behind a step of the critical batch
    exchange = 8 * parameters * 0.5 * 8 / (gbps * 1e9)
    step = 6 * parameters * float(critical_batch_tokens(parameters)) / (size * peak * 0.35)
    assert 0.6 < step / exchange < 1.0  # paid, and still better than one site
    rules = replace(RULES, inter_site_gbps=gbps)
    apart = run_cluster(mw, np.ones(2), 0.0, 0.9, GENERATIONS, rules)
    one = run_cluster(mw.sum(0, keepdims=True), np.ones(1), 0.0, 0.9, GENERATIONS, rules)
    assert apart.training_flop_per_s / one.training_flop_per_s == pytest.approx(step / exchange)


def test_a_cold_climate_spares_chillers_and_towers():
    mw, closed = np.full((2, 2), 50.0), np.array([1.0, 0.0])
    rules = replace(RULES, closed_loop_pue=0.08)
    usual = run_cluster(mw, closed, 0.0, 0.5, GENERATIONS, rules)
    same, cold, half = (
        run_cluster(mw, closed, 0.0, 0.5, GENERATIONS, rules, None, np.full(2, warmth))
        for warmth in (1.0, 0.0, 0.5)
    )
    assert same.energy_mwh.tolist() == usual.energy_mwh.tolist()
    assert same.water_m3.tolist() == usual.water_m3.tolist()
    saved = usual.it_mw[0] * rules.availability * 168 * 0.08
    assert usual.energy_mwh[0] - cold.energy_mwh[0] == pytest.approx(saved)
    assert cold.energy_mwh[1] == usual.energy_mwh[1]
    assert cold.water_m3[1] == 0.0
    assert half.water_m3[1] == pytest.approx(usual.water_m3[1] / 2)
