import numpy as np
import pytest

from ecosystem.cluster import reliability as r


def simulated_efficiency(interval, write, restart, mttf, segments, seed):
    """Play segments of work with a checkpoint each; a failure repeats the segment.

    Memoryless failures: attempts until one outlives the segment are geometric, each failed one
    costs its time to failure; restarts repeat until one succeeds, in the same way.
    """
    rng = np.random.default_rng(seed)

    def time_to_outlive(length, n):
        spent, alive = np.zeros(n), np.arange(n)
        failures = np.zeros(n)
        while alive.size:
            life = rng.exponential(mttf, alive.size)
            spent[alive] += np.minimum(life, length)
            alive = alive[life < length]
            failures[alive] += 1
        return spent, failures

    spent, failures = time_to_outlive(interval + write, segments)
    total = int(failures.sum())
    down, _ = time_to_outlive(restart, total)
    return segments * interval / (spent.sum() + down.sum())


@pytest.mark.parametrize(
    ("interval", "write", "restart", "mttf"),
    [(1138.0, 60.0, 300.0, 10_800.0), (1972.0, 300.0, 600.0, 6_480.0), (312.0, 60.0, 300.0, 810.0)],
)
def test_exact_efficiency_equals_simulation(interval, write, restart, mttf):
    simulated = simulated_efficiency(interval, write, restart, mttf, 400_000, seed=7)
    assert r.efficiency_exact(interval, write, restart, mttf) == pytest.approx(simulated, rel=5e-3)


def test_young_interval_is_the_minimum_of_first_order_loss():
    tau = np.linspace(10, 5000, 200_000)
    best = tau[np.argmax(r.efficiency_first_order(tau, 60.0, 300.0, 10_800.0))]
    assert r.young_s(60.0, 10_800.0) == pytest.approx(best, rel=1e-3)


def test_daly_interval_is_close_to_the_best_of_the_exact_law():
    tau = np.linspace(10, 5000, 200_000)
    efficiency = r.efficiency_exact(tau, 300.0, 600.0, 6_480.0)
    daly = r.daly_s(300.0, 6_480.0)
    assert daly == pytest.approx(tau[np.argmax(efficiency)], rel=1e-2)
    assert r.efficiency_exact(daly, 300.0, 600.0, 6_480.0) > efficiency.max() * (1 - 1e-5)


def test_daly_interval_is_the_mttf_when_writing_takes_too_long():
    assert r.daly_s(100.0, np.array([50.0, 40.0])).tolist() == [50.0, 40.0]


def test_no_nodes_never_fail():
    assert r.goodput(0.0, 3.8e-3, 30.0, 300.0) == pytest.approx(1.0, abs=1e-4)
    assert r.goodput(10.0, 0.0, 30.0, 300.0) == pytest.approx(1.0, abs=1e-4)


def test_absurd_jobs_make_no_progress_and_no_warning():
    assert r.goodput(1e15, 1.0, 30.0, 300.0) == pytest.approx(0.0, abs=1e-12)


def simulated_fleet(racks, trays, failures_per_day, repair_days, days, rng):
    """Rack-level Monte Carlo, an hour at a time: trays fail and return; a rack needs all trays."""
    down = np.zeros((racks, trays))
    whole, under_repair = [], []
    for _ in range(int(days * 24)):
        fails = (down <= 0) & (rng.random(down.shape) < -np.expm1(-failures_per_day / 24))
        down = np.maximum(down - 1, 0)
        down[fails] = rng.exponential(repair_days * 24, fails.sum())
        whole.append((down <= 0).all(axis=1).mean())
        under_repair.append((down > 0).sum())
    return np.array(whole), np.array(under_repair)


def test_availability_and_stalls_equal_a_rack_level_simulation():
    rate, repair, trays = 0.004, 2.0, 18
    whole, under_repair = simulated_fleet(200, trays, rate, repair, 400, np.random.default_rng(11))
    settled = slice(24 * 20, None)
    expected = r.domain_availability(rate, trays, repair)
    assert whole[settled].mean() == pytest.approx(expected, abs=0.02)
    for spares in (20, 28, 36):
        stalled = (under_repair[settled] > spares).mean()
        got = r.stall_probability(spares, 200 * trays, rate, repair)
        assert got == pytest.approx(stalled, abs=0.06)


def test_spares_end_stalls():
    assert r.stall_probability(0, 100.0, 0.0, 2.0) == 0.0
    assert r.stall_probability(200, 100.0, 0.1, 2.0) == pytest.approx(0.0, abs=1e-12)
    assert r.stall_probability(0, 100.0, 0.1, 2.0) == pytest.approx(1 - np.exp(-20.0))


@pytest.mark.parametrize("mean", [0.5, 20.0, 400.0, 4_000.0])
def test_spares_are_the_fewest_that_keep_the_promise(mean):
    counted = np.random.default_rng(3).poisson(mean, 400_000)
    for stall in (0.5, 0.1, 0.01):
        spares = r.spares_for(stall, mean, 1.0, 1.0)
        assert r.stall_probability(spares, mean, 1.0, 1.0) <= stall
        if spares > 0:
            assert r.stall_probability(spares - 1, mean, 1.0, 1.0) > stall
        assert (counted > spares).mean() == pytest.approx(
            r.stall_probability(spares, mean, 1.0, 1.0), abs=0.004
        )


def test_spares_of_many_jobs_at_once():
    units = np.array([0.0, 1_000.0, 100_000.0])
    spares = r.spares_for(0.01, units, 0.004, 2.0)
    assert spares.tolist() == [0.0, 15.0, 867.0]
    # a large pool needs a smaller share: the law of large numbers
    assert 867 / 800 < 15 / 8


def test_free_checkpoints_lose_only_restarts():
    mttf = r.mttf_s(100.0, 3.8e-3)
    assert r.goodput(100.0, 3.8e-3, 0.0, 300.0) == pytest.approx(np.exp(-300.0 / mttf))
    assert r.efficiency_first_order(0.0, 1.0, 300.0, mttf) == 0.0
    assert r.ettr(100.0, 3.8e-3, 0.0, 1.0, 300.0) == pytest.approx(0.0, abs=1e-9)
