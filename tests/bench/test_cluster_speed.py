import timeit
from functools import partial
from time import process_time

import numpy as np
import pytest

from ecosystem.cluster.chain import ClusterRules, run_cluster
from ecosystem.cluster.hardware import load_generations
from ecosystem.cluster.many import run_many
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
        lambda: run_cluster(mw, closed, 5000.0, 0.5, generations, rules),
        number=100,
        repeat=50,
        timer=process_time,
    )
    assert min(runs) / 100 < 60e-6


def seconds(count, generations, rules):
    rng = np.random.default_rng(0)
    mw, load = rng.random(count) * 2000, rng.random(count) * 1.2
    generation, share = rng.integers(0, len(generations), count), rng.random(count)
    run = partial(run_many, mw, generation, share, load, generations, rules)
    return min(timeit.repeat(run, number=1, repeat=20, timer=process_time))


@pytest.mark.bench
def test_the_full_chain_runs_a_million_clusters_a_second_and_is_linear():
    generations, rules = load_generations(), ClusterRules(**Cluster().model_dump())
    large = seconds(100_000, generations, rules)
    assert large < 0.1
    # never worse than in proportion: 1,000 times the clusters, at most 1,000 times the time
    assert large < 1000 * seconds(100, generations, rules)
    assert large < 20 * seconds(10_000, generations, rules)
