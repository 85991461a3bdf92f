"""On which uncertain numbers a difference between strategies depends, as far as a sample tells."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from ecosystem.units import FloatArray

FEWEST = 20
"""Futures below which nothing is said: with hundreds of numbers chance alone looks like a cause."""
_SHUFFLES = 500
_LEVEL = 95.0


class Dependence(NamedTuple):
    """A number, and the rank correlation of a difference with it over futures.

    Attributes
    ----------
    path : str
    rho : float
        Spearman's, -1 to 1.
    chance : float
        What the largest absolute correlation of all numbers reaches in one of twenty samples when
        the difference depends on none of them: smaller ones are no evidence.
    """

    path: str
    rho: float
    chance: float

    @property
    def clear(self) -> bool:
        """Whether it stands out from what chance yields among so many numbers."""
        return abs(self.rho) > self.chance


def dependences(
    values: Sequence[Mapping[str, object]], difference: FloatArray, seed: int = 0
) -> list[Dependence]:
    """Rank the sampled numbers by how a paired difference goes with them.

    Parameters
    ----------
    values : sequence of mapping, length F
        The numbers of every sampled future, all with the same paths.
    difference : ndarray, shape (F,)
        Of two strategies, future by future; NaN where a run failed.
    seed : int
        Of the shuffles that say what chance yields.

    Returns
    -------
    list of Dependence
        Strongest first; empty with fewer than 20 futures, or when nothing differs.
    """
    known = ~np.isnan(difference)
    if known.sum() < FEWEST or not np.ptp(difference[known]):
        return []
    paths = [path for path, value in values[0].items() if isinstance(value, int | float)]
    sample = np.array([[float(str(v[path])) for path in paths] for v in values])[known]
    varied = np.ptp(sample, axis=0) > 0
    paths = [path for path, moves in zip(paths, varied, strict=True) if moves]
    numbers = _ranks(sample[:, varied])
    gaps = _ranks(difference[known][:, None])[:, 0]
    rng = np.random.default_rng(seed)
    shuffled = np.stack([rng.permutation(gaps) for _ in range(_SHUFFLES)])
    chance = float(np.percentile(np.abs(shuffled @ numbers).max(axis=1), _LEVEL))
    rho = gaps @ numbers
    order = np.argsort(-np.abs(rho), kind="stable")
    return [Dependence(paths[i], float(rho[i]), chance) for i in order]


def _ranks(columns: FloatArray) -> FloatArray:
    """Return ranks by column, centred and of length 1, so that products are correlations."""
    ranks = rankdata(columns, axis=0)
    ranks -= ranks.mean(axis=0)
    return ranks / np.linalg.norm(ranks, axis=0)
