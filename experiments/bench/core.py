"""How many clusters a second the core works out."""

from collections.abc import Sequence

import numpy as np

from ecosystem.cluster.chain import ClusterRules
from ecosystem.cluster.hardware import load_generations
from ecosystem.cluster.many import run_many
from ecosystem.numbers import Cluster
from experiments.bench.reference import slowness, typical_s
from experiments.bench.row import Row, exponent_row

CLUSTERS_PER_S = 1e6
"""Limit on the machine of :mod:`experiments.bench.reference`."""
LARGEST = 100_000


def seconds(count: int, calls: int) -> float:
    """Return the time of the full chain for `count` clusters of all kinds."""
    generations, rules = load_generations(), ClusterRules(**Cluster().model_dump())
    rng = np.random.default_rng(0)
    mw, load = rng.random(count) * 2000, rng.random(count) * 1.2
    generation, share = rng.integers(0, len(generations), count), rng.random(count)

    def work() -> None:
        run_many(mw, generation, share, load, generations, rules)

    work()
    return typical_s(work, calls, repeats=5)


def cluster_rows(counts: Sequence[int], repeats: int) -> list[Row]:
    """Return the speed of the core at its largest size, and the exponent of cost in clusters."""
    # the machine may slow down between two measurements; the least disturbed pair counts
    pairs = [(slowness(), seconds(LARGEST, 1)) for _ in range(repeats)]
    factor, spent = min(pairs, key=lambda pair: pair[1] / pair[0])
    few = [min(seconds(count, 20) for _ in range(repeats)) for count in counts]
    least = min(spent for _, spent in pairs)
    return [
        Row(
            "clusters",
            "cluster core, from megawatts to tokens",
            LARGEST / spent,
            "clusters/s",
            f"{LARGEST:,} at once, on one core",
            low=CLUSTERS_PER_S / factor,
        ),
        exponent_row(
            "cluster_size", "cost in clusters", "clusters", [*counts, LARGEST], [*few, least]
        ),
    ]
