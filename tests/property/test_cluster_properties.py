from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecosystem.cluster import decode, layout, reliability, serving
from ecosystem.cluster.chain import ClusterRules, run_cluster
from ecosystem.cluster.hardware import load_generations
from ecosystem.cluster.many import run_many
from ecosystem.numbers import Cluster

RULES = ClusterRules(**Cluster().model_dump())
GENERATIONS = load_generations().select("h100", "gb200", "rubin")
MEGAWATTS = arrays(np.float64, (4, 3), elements=st.floats(0, 1e5))
SHARES = arrays(np.float64, (4,), elements=st.floats(0, 1))
DEMAND = st.one_of(st.just(0.0), st.floats(0, 1e30))


@given(MEGAWATTS, SHARES, DEMAND, st.floats(0, 1))
def test_flows_are_finite_non_negative_and_conserve(mw, closed, demand, share):
    flows = run_cluster(mw, closed, demand, share, GENERATIONS, RULES)
    for name in flows._fields:
        value = np.asarray(getattr(flows, name))
        assert np.all(np.isfinite(value)), name
        assert np.all(value >= 0), name
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


@given(
    st.sampled_from(["h100", "b200", "gb200", "gb300", "rubin"]),
    st.integers(9, 17),
    st.floats(0, 1),
)
def test_a_best_layout_keeps_the_ceilings(key, doublings, overlap):
    table = load_generations()
    jobs = layout.jobs_on(table, key, np.array([2.0**doublings]), overlap=overlap)
    space = layout.search_space(jobs)
    rate = space.flop_per_s()
    assert 0 < rate[0] <= min(jobs.matmul_flop_per_s[0], table.select(key).fp8_pflops[0] * 1e15)
    how = space.how.take(space.best())
    assert how.tensor[0] <= jobs.domain[0]
    assert how.pipeline[0] * how.chunks[0] <= jobs.layers[0]
    replicas = 2.0**doublings / (how.tensor[0] * how.pipeline[0] * max(1 / how.micro[0], 1))
    assert replicas == int(replicas)
    assert how.batch[0] == how.microbatches[0] * replicas * max(how.micro[0], 1)


@given(st.floats(1, 1e5), st.floats(1, 64), st.floats(1, 64))
def test_serving_conserves_and_is_bounded(users, prefill, pool):
    speed, rate = decode.closed_loop(
        np.array([users, 2 * users]),
        np.array([prefill, prefill]),
        np.array([pool, pool]),
        1024.0,
        1024.0,
        decode.DEEPSEEK_R1,
        8e12,
        9.8e15,
    )
    assert np.all((speed > 0) & (speed <= 1 / decode.FITTED.step_s))
    requests = rate * (prefill + pool) / 2048.0
    assert np.all(requests * 1024.0 / speed <= np.array([users, 2 * users]) * (1 + 1e-9))
    assert speed[1] <= speed[0] * (1 + 1e-9)
    assert rate[1] >= rate[0] * (1 - 1e-9)


@given(
    st.floats(0, 1e5),
    st.integers(0, 2),
    st.floats(0, 1),
    st.one_of(st.just(0.0), st.floats(0, 1e9)),
)
def test_many_clusters_are_finite_and_non_negative(mw, generation, share, load):
    got = run_many(np.array([mw]), np.array([generation]), share, load, GENERATIONS, RULES)
    for field in fields(got):
        value = getattr(got, field.name)
        assert np.all(np.isfinite(value) & (value >= 0)), field.name
