"""Worked numbers and published figures that the closed forms of the cluster core must give."""

import pytest

from ecosystem.cluster import capability as cap
from ecosystem.cluster import reliability as r
from ecosystem.cluster import serving
from ecosystem.cluster.training import run_flop

HOUR = 3600.0

CHECKPOINTS = [  # write s, MTTF s, restart s, Young s, Daly s, exact, first order
    (60.0, 3.00 * HOUR, 300.0, 1138, 1099, 0.874, 0.867),
    (2.5, 3.09 * HOUR, 180.0, 236, 234, 0.963, 0.963),
    (300.0, 1.80 * HOUR, 600.0, 1973, 1779, 0.662, 0.604),
    (60.0, 0.225 * HOUR, 300.0, 312, 273, 0.458, 0.245),
]


@pytest.mark.parametrize(("w", "m", "restart", "young", "daly", "exact", "first"), CHECKPOINTS)
def test_checkpoint_table(w, m, restart, young, daly, exact, first):
    assert r.young_s(w, m) == pytest.approx(young, rel=0.01)
    assert r.daly_s(w, m) == pytest.approx(daly, rel=0.01)
    assert r.efficiency_exact(r.daly_s(w, m), w, restart, m) == pytest.approx(exact, rel=0.01)
    assert r.efficiency_first_order(r.young_s(w, m), w, restart, m) == pytest.approx(
        first, rel=0.01
    )
    nodes = 86_400.0 / m / 1e-3
    assert r.goodput(nodes, 1e-3, w, restart) == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize(("nodes", "hours"), [(2048, 1.80), (16_384, 0.225)])
def test_mean_time_to_failure_of_kokolis(nodes, hours):
    assert r.mttf_s(nodes, 6.5e-3) / HOUR == pytest.approx(hours, rel=0.01)


@pytest.mark.parametrize(
    ("nodes", "interval", "write", "restart", "share"),
    [
        (256, 3600, 300, 600, 0.880),
        (512, 3600, 300, 600, 0.838),
        (2048, 3600, 300, 600, 0.582),
        (2048, 600, 30, 300, 0.864),
    ],
)
def test_effective_training_time_of_kokolis(nodes, interval, write, restart, share):
    assert r.ettr(nodes, 6.5e-3, interval, write, restart) == pytest.approx(share, rel=0.01)


LAWS = [  # law, L(70B, 1.4T), L(405B, 15.6T), N, D, D/N at 5.76e23, D/N at 3.8e25
    (cap.HOFFMANN, 1.9366, 1.8190, 3.22e10, 2.98e12, 92.6, 139),
    (cap.HOFFMANN_TEX, 1.9208, 1.8119, 4.03e10, 2.38e12, 59.1, 85),
    (cap.BESIROGLU, 1.9739, 1.8926, 7.23e10, 1.33e12, 18.4, 16.5),
]


@pytest.mark.parametrize(("law", "small", "large", "n", "d", "ratio", "later"), LAWS)
def test_chinchilla_table(law, small, large, n, d, ratio, later):
    assert law.loss(70e9, 1.4e12) == pytest.approx(small, abs=5e-5)
    assert law.loss(405e9, 15.6e12) == pytest.approx(large, abs=5e-5)
    parameters, tokens = law.optimum(5.76e23)
    assert parameters == pytest.approx(n, rel=2e-3)
    assert tokens == pytest.approx(d, rel=3e-3)
    assert tokens / parameters == pytest.approx(ratio, abs=0.06)
    parameters, tokens = law.optimum(3.8e25)
    assert tokens / parameters == pytest.approx(later, rel=0.01)


@pytest.mark.parametrize(
    ("parameters", "tokens", "flop"), [(405e9, 15.6e12, 3.8e25), (175e9, 3e11, 3.14e23)]
)
def test_run_flop(parameters, tokens, flop):
    assert run_flop(parameters, tokens) == pytest.approx(flop, rel=0.01)


@pytest.mark.parametrize(
    ("servers", "offered", "waits"),
    [(1, 0.8, 0.8), (3, 2.5, 0.7022), (5, 2.5, 0.1304), (10, 8, 0.4092), (100, 90, 0.2169)],
)
def test_erlang_c_table(servers, offered, waits):
    assert serving.erlang_c(servers, float(offered)) == pytest.approx(waits, abs=5e-5)


@pytest.mark.parametrize(("servers", "rho", "wait"), [(10, 0.8, 0.2194), (100, 0.9, 0.0249)])
def test_sakasegawa_table(servers, rho, wait):
    assert serving.sakasegawa_wait(rho, servers, 1.0) == pytest.approx(wait, abs=5e-5)
