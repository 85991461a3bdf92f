from dataclasses import replace

import numpy as np
import pytest

from ecosystem.cluster import layout, training
from ecosystem.cluster.hardware import load_generations
from ecosystem.cluster.training import FITTED, Jobs, Layouts
from ecosystem.errors import InputError

G = load_generations()


def one(*values):
    return np.array(values, dtype=np.float64)


def simple(**changes):
    """A job whose links, memory, power and spread cost nothing: pure matrix multiplication."""
    fields = {
        "accelerators": 1.0,
        "batch": 8.0,
        "sequence": 1_000.0,
        "parameters": 1e9,
        "layers": 10.0,
        "width": 1e-9,
        "head_width": 128.0,
        "kv_share": 1.0,
        "overlap": 0.0,
        "parallel_block": 0.0,
        "fused": 1.0,
        "sequence_parallel": 1.0,
        "recompute": 0.0,
        "sharded": np.nan,
        "bits": 8.0,
        "matmul_flop_per_s": 1e15,
        "attention_flop_per_s": 1e15,
        "tdp_w": 1e9,
        "hbm_bytes": 1e12,
        "hbm_bytes_per_s": 1e30,
        "scaleup_bytes_per_s": 1e30,
        "domain": 8.0,
        "scaleout_bytes_per_s": 1e30,
    } | changes
    return Jobs(**{name: one(value) for name, value in fields.items()})


def plain(**changes):
    fields = {
        "tensor": 1.0,
        "pipeline": 1.0,
        "micro": 1.0,
        "chunks": 1.0,
        "sharded": 0.0,
        "recompute": 0.0,
        "microbatches": 8.0,
        "batch": 8.0,
    } | changes
    return Layouts(**{name: one(value) for name, value in fields.items()})


BARE = replace(FITTED, steady_share=1.0, step_overhead_s=0.0, speed_spread=0.0, link_share=1.0)


def test_pure_matmul_runs_at_the_matmul_rate():
    rate = training.flop_per_s_per_accelerator(simple(), plain(), BARE)
    assert rate == pytest.approx(1e15)


def test_power_limits_the_matmul_rate():
    slow = simple(tdp_w=100.0)
    rate = training.flop_per_s_per_accelerator(slow, plain(), replace(BARE, flop_per_joule=2e12))
    assert rate == pytest.approx(2e14)


def test_recomputation_costs_a_third_more():
    again = training.flop_per_s_per_accelerator(simple(), plain(recompute=1.0), BARE)
    assert again == pytest.approx(0.75e15)


@pytest.mark.parametrize(
    ("stages", "microbatches", "chunks"), [(16, 128, 1), (16, 16, 1), (8, 32, 4)]
)
def test_bubble_is_that_of_narayanan(stages, microbatches, chunks):
    jobs = simple(accelerators=float(stages), layers=128.0, batch=float(microbatches))
    how = plain(
        pipeline=float(stages),
        chunks=float(chunks),
        microbatches=float(microbatches),
        batch=float(microbatches),
    )
    rate = training.flop_per_s_per_accelerator(jobs, how, BARE)
    bubble = (stages - 1) / (microbatches * chunks)
    assert rate == pytest.approx(1e15 / (1 + bubble), rel=1e-6)


def test_flat_gradient_reduction_is_a_ring():
    """Worked example: 405e9 parameters, TP 8 x PP 16, 128 replicas, 50 GB/s, 2-byte gradients.

    2 (n - 1)/n S/B of 6.33 GB is 0.251 s; 4-byte gradients and 2-byte weights are 1.5 of it.
    """
    jobs = simple(
        accelerators=16_384.0,
        parameters=405e9,
        layers=128.0,
        scaleup_bytes_per_s=1e30,
        scaleout_bytes_per_s=50e9,
        matmul_flop_per_s=1e30,
        tdp_w=1e30,
    )
    how = plain(tensor=8.0, pipeline=16.0, micro=1e-9)
    step = training.step_s(jobs, how, BARE)
    assert step == pytest.approx(0.251 * 1.5, rel=0.005)


def test_hierarchical_reduction_sends_a_share_beyond_the_domain():
    slow = {"scaleout_bytes_per_s": 1e10, "matmul_flop_per_s": 1e30, "tdp_w": 1e30}
    how = plain(micro=1e-12)
    wide = training.step_s(simple(accelerators=64.0, domain=32.0, **slow), how, BARE)
    narrow = training.step_s(simple(accelerators=64.0, domain=1.0, **slow), how, BARE)
    # 6 bytes x 1e9 over 1e10 B/s: (1 - 1/64) all the way, against (1 - 1/2)/32
    assert narrow == pytest.approx(0.6 * 63 / 64, rel=1e-6)
    assert wide == pytest.approx(0.6 * 0.5 / 32, rel=1e-6)


def test_one_site_pays_nothing_and_a_thin_link_limits_two():
    assert training.multi_site_efficiency(1.0, 1e12, 10.0, 100.0) == 1.0
    # 2 x 1/2 of 4 TB over 400 Gb/s are 80 s
    assert training.multi_site_efficiency(2.0, 1e12, 10.0, 400.0) == pytest.approx(10 / 80)


def brute_force(jobs):
    """Try every layout one at a time, with the memory and divisibility rules written out."""
    best = 0.0
    for t, p, b, v, z, r in layout.GRID.T:
        n, batch = jobs.accelerators[0], jobs.batch[0]
        replicas = n / (t * p * max(1 / b, 1))
        if z or replicas < 1 or replicas != int(replicas) or t > jobs.domain[0]:
            continue
        if p * v > jobs.layers[0] or batch < replicas * max(b, 1):
            continue
        m = np.ceil(batch / (replicas * max(b, 1)))
        flying = min(m, p) * (1 + (p - 1) / (p * v) if v > 1 else 1)
        unit = b * jobs.sequence[0] * jobs.width[0] / t
        kept = unit * jobs.layers[0] / p * flying * (2 if r else 34) + (34 * unit if r else 0)
        held = jobs.parameters[0] * (4 / (t * p) + 12 / n) + kept
        if held > FITTED.memory_share * jobs.hbm_bytes[0]:
            continue
        how = Layouts(*(one(x) for x in (t, p, b, v, z, r, m, batch)))
        best = max(best, float(training.flop_per_s_per_accelerator(jobs, how, FITTED)[0]))
    return best


@pytest.mark.parametrize(("key", "size", "batch"), [("h100", 512, 1152.0), ("gb200", 256, 448.0)])
def test_search_equals_brute_force(key, size, batch):
    jobs = replace(layout.jobs_on(G, key, one(size)), batch=one(batch))
    found = layout.search_space(jobs)
    assert found.flop_per_s()[0] == pytest.approx(brute_force(jobs), rel=1e-12)
    at = found.best()
    assert found.how.take(at).batch[0] == batch


def test_a_model_that_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"4\.05e\+11 parameters does not fit 8 accelerators"):
        layout.search_space(layout.jobs_on(G, "h100", one(8)))


def test_bad_jobs_are_refused():
    with pytest.raises(InputError, match="at least one accelerator"):
        layout.jobs_on(G, "h100", one(np.nan))
    with pytest.raises(InputError, match="Training in 5 bits"):
        layout.jobs_on(G, "h100", one(512), bits=5)
    with pytest.raises(InputError, match="No dense fp4 peak is known for h100"):
        layout.jobs_on(G, "h100", one(512), bits=4)


def test_software_that_overlaps_is_faster():
    hidden, bare = (
        layout.search_space(layout.jobs_on(G, "gb200", one(2048), overlap=o)).flop_per_s()[0]
        for o in (1.0, 0.0)
    )
    assert hidden > 1.05 * bare


def test_four_bits_gain_what_was_measured_and_not_what_the_peak_says():
    eight, four = (
        layout.search_space(layout.jobs_on(G, "gb200", one(256), bits=b)).flop_per_s()[0]
        for b in (8, 4)
    )
    assert 1.3 < four / eight < 1.55  # measured 1.36 to 1.43, peaks 2


def test_mfu_falls_with_size_and_is_held_at_the_ends():
    curve = layout.mfu_curve(G, "gb200")
    assert np.all(np.diff(curve.mfu[1]) < 0)
    assert curve.at(1.0) == curve.at(1024.0)
    assert curve.at(1e9) == curve.at(2.0**20)
    assert 0.3 < curve.at(16_384.0) < 0.4
    middle = 0.5 * (curve.at(4096.0, 0.0) + curve.at(4096.0, 1.0))
    assert curve.at(4096.0, 0.5) == pytest.approx(middle)


def test_critical_batch_of_published_runs():
    # GPT-3 used 3.2e6 tokens, Llama 3 405B 16e6
    assert 3e6 < layout.critical_batch_tokens(175e9) < 16e6
    assert 3e6 < layout.critical_batch_tokens(405e9) < 16e6
    assert layout.batch_penalty(layout.critical_batch_tokens(1e11), 1e11) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("fused", "recompute", "passes"), [(0, 0, 4), (0, 1, 4), (1, 0, 3.5), (1, 1, 3.5 * 4 / 3)]
)
def test_forward_passes_of_attention(fused, recompute, passes):
    """Unfused scores are recomputed once, alone or with the rest; fused ones in the kernel."""
    jobs = simple(width=1_000.0, fused=fused, matmul_flop_per_s=1e30, tdp_w=1e30)
    seconds = training.layer_s(jobs, plain(recompute=recompute), BARE)
    assert seconds == pytest.approx(2 * 1_000.0 * 1_000.0 * 1_000.0 * passes / 1e15)


def test_sequence_parallelism_shards_the_rest_of_the_activations():
    still = {"attention_flop_per_s": 1e40, "matmul_flop_per_s": 1e40, "tdp_w": 1e40}
    memory = {"width": 1_000.0, "hbm_bytes_per_s": 1e12, "fused": 0.0, **still}
    before, after = (
        training.layer_s(simple(sequence_parallel=on, **memory), plain(tensor=8.0), BARE)
        for on in (0.0, 1.0)
    )
    scores = 4 / 3 * 5 * 1_000 / 128  # bytes per token and unit of width
    assert before / after == pytest.approx((34 + 70 + scores) / (34 + scores))
    each = FITTED.elementwise_bytes * 1_000.0 * 1_000.0 / 8 / 1e12
    assert after == pytest.approx(each * (34 + scores) / 34)


def test_a_step_waits_for_the_slowest_of_those_that_reduce_a_gradient():
    """Expected largest of r normal speeds, counted; stages of a pipeline buffer each other."""
    rng = np.random.default_rng(1)
    spread = replace(BARE, speed_spread=0.05)
    for replicas in (16, 256):
        jobs = simple(accelerators=float(replicas))
        slower = training.step_s(jobs, plain(), spread) / training.step_s(jobs, plain(), BARE)
        counted = 1 + 0.05 * rng.normal(size=(4_000, replicas)).max(axis=1).mean()
        assert slower == pytest.approx(counted, rel=0.03)
    piped = simple(accelerators=16.0, layers=16.0)
    how = plain(pipeline=16.0)
    assert training.step_s(piped, how, spread) == training.step_s(piped, how, BARE)


def test_a_steady_share_slows_everything_but_the_fixed_time():
    half = replace(BARE, steady_share=0.5, step_overhead_s=0.25)
    whole = replace(half, steady_share=1.0)
    fast, slow = (training.step_s(simple(), plain(), c)[0] for c in (whole, half))
    assert slow - 0.25 == pytest.approx(2 * (fast - 0.25))


def test_links_of_nothing_between_sites_leave_nothing():
    assert training.multi_site_efficiency(2.0, 1e12, 10.0, 0.0) == pytest.approx(0.0, abs=1e-12)
    assert training.multi_site_efficiency(1.0, 1e12, 0.0, 0.0) == 1.0
