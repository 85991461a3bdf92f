from dataclasses import replace

import numpy as np
import pytest

from ecosystem.cluster import decode, frontier
from ecosystem.cluster.decode import DEEPSEEK_R1, FITTED
from ecosystem.errors import InputError


@pytest.mark.parametrize(("batch", "milliseconds"), [(4, 2.57), (256, 21.05)])
def test_roofline_of_a_30b_model(batch, milliseconds):
    """Worked example of the scaling book: 30B in int8, 819 MB of cache, 16 TPU v5e."""
    step = decode.decode_step_s(batch, 819e6, 30e9, 60e9, 16 * 8.1e11, 16 * 1.97e14)
    assert step * 1e3 == pytest.approx(milliseconds, abs=0.01)


@pytest.mark.parametrize(
    ("batch", "milliseconds"),
    [(1, 4.98), (8, 12.13), (16, 20.30), (32, 36.65), (64, 69.33), (240, 249.09)],
)
def test_roofline_of_llama_2_13b_on_eight_tpus(batch, milliseconds):
    cache = decode.kv_bytes_per_token(40, 40, 128, 2) * 8192
    assert cache == pytest.approx(6.7e9, rel=0.005)
    step = decode.decode_step_s(batch, 6.7e9, 26e9, 26e9, 8 * 8.2e11, 8 * 1.97e14)
    assert step * 1e3 == pytest.approx(milliseconds, abs=0.01)


@pytest.mark.parametrize(
    ("layers", "heads", "width", "size", "kilobytes"), [(80, 8, 128, 1, 160), (126, 8, 128, 2, 516)]
)
def test_cache_of_published_models(layers, heads, width, size, kilobytes):
    got = decode.kv_bytes_per_token(layers, heads, width, size) / 1e3
    assert got == pytest.approx(kilobytes, rel=0.03)


def test_experts_touched_equals_simulation():
    rng = np.random.default_rng(3)
    batch, trials = 20, 2000
    seen = [
        np.unique(np.concatenate([rng.permutation(256)[:8] for _ in range(batch)])).size
        for _ in range(trials)
    ]
    expected = decode.touched_parameters(DEEPSEEK_R1, batch) / DEEPSEEK_R1.routed_parameters
    assert expected == pytest.approx(np.mean(seen) / 256, rel=0.01)
    assert DEEPSEEK_R1.active_parameters == pytest.approx(37e9, rel=0.01)


def test_a_dense_model_touches_everything():
    dense = replace(DEEPSEEK_R1, experts=1.0, experts_per_token=1.0)
    assert decode.touched_parameters(dense, 1.0) == pytest.approx(dense.routed_parameters)
    assert decode.touched_parameters(dense, 0.0) == 0.0


def test_accepted_tokens_equal_simulation():
    rng = np.random.default_rng(5)
    hits = rng.random((200_000, 3)) < 0.7
    accepted = 1 + np.cumprod(hits, axis=1).sum(axis=1)
    assert decode.accepted_tokens(3.0, 0.7) == pytest.approx(accepted.mean(), rel=0.01)


def closed_loop(concurrency, prefill, pool, constants=FITTED):
    numbers = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (concurrency, prefill, pool))
    return decode.closed_loop(*numbers, 1024.0, 1024.0, DEEPSEEK_R1, 8e12, 9.8e15, constants)


def test_closed_loop_keeps_littles_law():
    speed, rate = closed_loop([4.0, 180.0, 2253.0], [4.0, 4.0, 12.0], 32.0)
    requests = rate * (np.array([4.0, 4.0, 12.0]) + 32.0) / 2048.0
    decoding = requests * 1024.0 / speed
    again = 1.0 / decode.token_s(decoding, 32.0, 1536.0, DEEPSEEK_R1, 8e12, 9.8e15)
    assert speed == pytest.approx(again, rel=1e-9)


def test_more_users_are_slower_and_serve_more():
    users = np.geomspace(1, 1e5, 60)
    speed, rate = closed_loop(users, np.full(60, 8.0), np.full(60, 32.0))
    assert np.all(np.diff(speed) < 0)
    assert np.all(np.diff(rate) > 0)
    prefill = decode.prefill_tokens_per_s(DEEPSEEK_R1, 9.8e15) * 8.0
    assert rate[-1] * 40.0 / 2.0 <= prefill


def test_frontier_passes_its_points_and_falls():
    speed = np.array([20.0, 50.0, 100.0, 200.0])
    rate = np.array([9000.0, 8000.0, 5000.0, 300.0])
    made = frontier.frontier_of(speed[[2, 0, 3, 1]], rate[[2, 0, 3, 1]])
    assert made.at(speed) == pytest.approx(rate)
    everywhere = made.at(np.linspace(0, 400, 500))
    assert np.all(np.diff(everywhere) <= 0)
    assert np.all(everywhere > 0)


def test_beaten_points_are_no_frontier():
    speed = np.array([10.0, 20.0, 15.0, 30.0])
    rate = np.array([90.0, 80.0, 70.0, 10.0])
    assert frontier.frontier_of(speed, rate).user_tokens_per_s.tolist() == [10.0, 20.0, 30.0]
    with pytest.raises(InputError, match="three points"):
        frontier.frontier_of(speed[1:3], rate[1:3])


def test_left_out_errors_of_a_straight_line_are_zero():
    speed = np.linspace(10, 100, 7)
    made = frontier.frontier_of(speed, np.exp(5 - 0.03 * speed))
    assert np.abs(frontier.left_out_log_errors(made)).max() < 1e-9
    assert np.abs(frontier.log_linear_errors(made, leave_out=True)).max() < 1e-9


def test_workers_are_pools_of_their_own():
    """Four workers with a quarter of the users and of the prefill each do four times one."""
    users, prefill = np.array([64.0, 4_000.0]), np.array([8.0, 16.0])
    chip = (1024.0, 1024.0, DEEPSEEK_R1, 8e12, 9.8e15, FITTED)
    pool = np.full(2, 32.0)
    speed, rate = decode.closed_loop(users, prefill, pool, *chip, 4.0)
    one_speed, one_rate = decode.closed_loop(users / 4, prefill / 4, pool / 4, *chip)
    assert speed == pytest.approx(one_speed)
    assert rate == pytest.approx(one_rate)
    wide_speed, _ = decode.closed_loop(users, prefill, pool, *chip)
    assert wide_speed[0] != pytest.approx(speed[0], rel=0.05)


def test_fixed_time_grows_with_the_rounds_of_a_tree():
    alone = [
        float(decode.token_s(0.0, n, 0.0, replace(DEEPSEEK_R1, shared_parameters=0.0), 1e13, 1e16))
        for n in (1.0, 2.0, 8.0, 32.0)
    ]
    assert alone == pytest.approx([FITTED.step_s * rounds for rounds in (1, 1, 3, 5)])


def test_nobody_and_no_pool_serve_nothing():
    speed, rate = closed_loop([0.0, 8.0], [8.0, 0.0], np.array([32.0, 32.0]))
    assert rate.tolist() == [0.0, 0.0]
    assert np.all(np.isfinite(speed))
