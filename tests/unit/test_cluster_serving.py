import math

import numpy as np
import pytest

from ecosystem.cluster import serving
from ecosystem.cluster.hardware import load_generations


def direct_erlang_c(servers, offered):
    """The sum of Erlang's formula, in logarithms."""
    rho = offered / servers
    terms = [k * math.log(offered) - math.lgamma(k + 1) for k in range(servers + 1)]
    top = max(terms)
    below = sum(math.exp(t - top) for t in terms[:-1])
    last = math.exp(terms[-1] - top) / (1 - rho)
    return last / (below + last)


@pytest.mark.parametrize(
    ("servers", "offered"), [(1, 0.8), (3, 2.5), (5, 2.5), (10, 8.0), (100, 90.0), (1000, 950.0)]
)
def test_erlang_c_equals_the_direct_sum(servers, offered):
    direct = direct_erlang_c(servers, offered)
    assert serving.erlang_c(servers, offered) == pytest.approx(direct, rel=1e-9)


def test_erlang_c_at_the_ends():
    got = serving.erlang_c(5, np.array([0.0, 5.0, 50.0, 1e9]))
    assert got.tolist() == [0.0, 1.0, 1.0, 1.0]


def test_sakasegawa_is_exact_for_one_server():
    rho = np.array([0.0, 0.1, 0.5, 0.9, 0.99])
    assert serving.sakasegawa_wait(rho, 1.0, 1.0) == pytest.approx(rho / (1 - rho), rel=1e-12)
    # Pollaczek-Khinchine for constant service: half of it
    assert serving.sakasegawa_wait(rho, 1.0, 0.0) == pytest.approx(rho / (1 - rho) / 2, rel=1e-12)


@pytest.mark.parametrize("points", [50_000])
@pytest.mark.parametrize("peak", [1.0, 1.2, 1.6, 2.0])
@pytest.mark.parametrize("load", [0.0, 0.3, 0.7, 0.9, 1.0, 1.1, 2.0, 50.0])
def test_served_share_equals_numerical_integration(load, peak, points):
    day = serving.daily_profile(peak, points)
    assert serving.served_share(load, peak) == pytest.approx(
        np.minimum(load * day, 1.0).mean(), abs=1e-7
    )


@pytest.mark.parametrize("load", [0.5, 0.7, 0.75, 0.85, 1.0, 1.5])
def test_twelve_points_of_the_day_are_enough(load):
    def factor(points):
        day = serving.daily_profile(1.4, points)
        return 1 + float(serving.mean_wait(load * day, 64.0, 2.0, 7.5) @ day) / points

    assert factor(12) == pytest.approx(factor(5000), rel=0.06)


def test_profile_has_the_mean_and_peak_asked_for():
    day = serving.daily_profile(1.4)
    assert day.mean() == pytest.approx(1.0)
    assert serving.daily_profile(1.4, 10_000).max() == pytest.approx(1.4, abs=1e-6)


def test_benchmark_rates():
    g = load_generations()
    rate = dict(zip(g.key, serving.benchmark_tokens_per_s(g), strict=True))
    per_mw = rate["gb200"] * 1e3 / g.allin_kw_per_accelerator[g.index("gb200")]
    assert per_mw == pytest.approx(3.67e6, rel=2e-3)
    # best throughput of DeepSeek-R1 by system over GB200's (InferenceX, early 2026)
    measured = {"gb300": 18_321 / 15_003, "h200": 2_315.7 / 15_003, "h100": 1_375.9 / 15_003}
    measured["b200"] = 13_429.7 / 14_952.0
    for key, ratio in measured.items():
        assert rate[key] / rate["gb200"] == pytest.approx(ratio, rel=0.08), key
    assert rate["rubin_ultra"] > rate["rubin"] > rate["gb300"] > rate["gb200"] > rate["h100"]


def test_square_root_staffing_equals_erlang_c():
    servers = serving.staffed_servers(1000.0, 1.0)
    assert servers == pytest.approx(1031.6, abs=0.1)
    exact = serving.erlang_c(1032, 1000.0)
    limit = serving.halfin_whitt_wait_probability(np.array([1.0]))
    assert limit[0] == pytest.approx(0.2234, abs=5e-5)
    assert exact == pytest.approx(limit[0], abs=0.01)


def test_cost_and_power_of_tokens():
    # published: 0.08 USD per million tokens at 2.21 USD/h
    assert serving.usd_per_mtok(2.21, 7_698.0) == pytest.approx(0.0797, abs=1e-4)
    assert serving.tokens_per_s_per_mw(7_698.0, 2.1) == pytest.approx(3.67e6, rel=2e-3)


def test_first_token_waits_for_queue_and_prefill():
    assert serving.time_to_first_token_s(0.5, 1000.0, 20_000.0, 0.01) == pytest.approx(0.56)


def test_nothing_served_and_no_prefill_stay_finite():
    assert np.isfinite(serving.usd_per_mtok(2.21, 0.0))
    assert np.isfinite(serving.time_to_first_token_s(0.0, 1000.0, 0.0, 0.01))


def test_served_share_of_one_number_is_that_of_an_array():
    loads = np.linspace(0.0, 4.0, 41)
    together = serving.served_share(loads, 1.4)
    assert together.tolist() == [float(serving.served_share(load, 1.4)) for load in loads.tolist()]
