import numpy as np
import pytest
from reference import slowness, typical_s

from ecosystem.cluster.chain import ClusterRules, run_cluster
from ecosystem.cluster.hardware import load_generations
from ecosystem.numbers import Cluster

LIMIT_S = 60e-6


@pytest.mark.bench
def test_a_week_of_the_fleet_costs_under_60_microseconds():
    generations = load_generations().select(
        "h100", "h200", "gb200", "gb300", "rubin", "rubin_ultra"
    )
    rules = ClusterRules(**Cluster().model_dump())
    mw = np.full((30, 6), 50.0)
    closed = np.linspace(0, 1, 30)
    # the machine may slow down between the two measurements; the least disturbed pair counts
    pairs = []
    for _ in range(5):
        factor = slowness()
        week_s = typical_s(lambda: run_cluster(mw, closed, 5000.0, 0.5, generations, rules), 200)
        pairs.append((week_s / factor, week_s, factor))
    least, week_s, factor = min(pairs)
    print(f"a week of the fleet: {week_s * 1e6:.0f} us; machine slower by {factor:.2f}")
    assert least < LIMIT_S
