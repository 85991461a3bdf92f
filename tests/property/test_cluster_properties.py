from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecosystem.cluster import reliability, serving
from ecosystem.cluster.chain import ClusterRules, run_cluster
from ecosystem.cluster.hardware import load_generations
from ecosystem.numbers import Cluster

RULES = ClusterRules(**Cluster().model_dump())
GENERATIONS = load_generations().select("h100", "gb200", "rubin")
MEGAWATTS = arrays(np.float64, (4, 3), elements=st.floats(0, 1e5))
SHARES = arrays(np.float64, (4,), elements=st.floats(0, 1))
DEMAND = st.one_of(st.just(0.0), st.floats(0, 1e30))


@given(MEGAWATTS, SHARES, DEMAND, st.floats(0, 1))
def test_flows_are_finite_non_negative_and_conserve(mw, closed, demand, share):
    flows = run_cluster(mw, closed, demand, share, GENERATIONS, RULES)
    for field in fields(flows):
        value = np.asarray(getattr(flows, field.name))
        assert np.all(np.isfinite(value)), field.name
        assert np.all(value >= 0), field.name
    assert flows.served_mw <= min(demand, flows.inference_mw)
    assert 0 <= flows.utilisation <= 1
    assert 0 <= flows.shortfall <= 1
    assert flows.load <= 100
    assert 1 <= flows.latency_factor <= 1 + RULES.patience_s / RULES.service_s + 1e-9
    assert np.all(flows.it_mw <= mw.sum(1) * (1 + 1e-12) + 1e-300)
    assert np.all(flows.energy_mwh <= mw.sum(1) * 168 * (1 + 1e-12) + 1e-300)


@given(MEGAWATTS, SHARES, DEMAND, st.floats(0, 1), st.integers(0, 3), st.integers(0, 2))
def test_more_megawatts_never_do_less(mw, closed, demand, share, site, generation):
    more = mw.copy()
    more[site, generation] += 100.0
    before = run_cluster(mw, closed, demand, share, GENERATIONS, RULES)
    after = run_cluster(more, closed, demand, share, GENERATIONS, RULES)
    slack = 1 + 1e-9
    assert np.all(after.it_mw * slack >= before.it_mw)
    assert np.all(after.accelerators * slack >= before.accelerators)
    assert after.served_mw * slack >= before.served_mw
    assert after.latency_factor <= before.latency_factor * slack
    assert after.shortfall <= before.shortfall + 1e-9


@given(MEGAWATTS, SHARES, st.floats(0, 1))
def test_sites_add_up(mw, closed, share):
    whole = run_cluster(mw, closed, 100.0, share, GENERATIONS, RULES)
    parts = [
        run_cluster(mw[[i]], closed[[i]], 100.0, share, GENERATIONS, RULES) for i in range(len(mw))
    ]
    assert np.allclose(sum(p.accelerators for p in parts), whole.accelerators)
    assert np.allclose(sum(p.inference_mw for p in parts), whole.inference_mw)


@given(st.floats(0, 1e9), st.floats(1, 2))
def test_served_share_is_monotone_and_bounded(load, peak):
    here, above = serving.served_share(np.array([load, load * 1.1 + 1e-3]), peak)
    assert 0 <= here <= min(load, 1) + 1e-12
    assert above >= here - 1e-9


@given(st.floats(0, 1e12), st.floats(1e-6, 1), st.floats(0.1, 1e4), st.floats(0, 1e4))
def test_goodput_is_a_share_and_falls_with_nodes(nodes, rate, write, restart):
    here, above = reliability.goodput(np.array([nodes, 2 * nodes]), rate, write, restart)
    assert 0 <= above <= here <= 1
