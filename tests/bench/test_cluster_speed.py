import timeit

import numpy as np
import pytest

from ecosystem.cluster.chain import ClusterRules, run_cluster
from ecosystem.cluster.hardware import load_generations
from ecosystem.numbers import Cluster


@pytest.mark.bench
def test_a_week_of_the_fleet_costs_under_60_microseconds():
    generations = load_generations().select(
        "h100", "h200", "gb200", "gb300", "rubin", "rubin_ultra"
    )
    rules = ClusterRules(**Cluster().model_dump())
    mw = np.full((30, 6), 50.0)
    closed = np.linspace(0, 1, 30)
    runs = timeit.repeat(
        lambda: run_cluster(mw, closed, 5000.0, 0.5, generations, rules), number=100, repeat=50
    )
    assert min(runs) / 100 < 60e-6
