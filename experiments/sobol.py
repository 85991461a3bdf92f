"""Shares of an outcome's variance: how much each group of numbers, and chance, accounts for.

First-order and total indices of Sobol' (1993) by the estimators of Saltelli et al. (2010) and
Jansen (1999). The seed is a group like any other, so that the share of chance has a name and no
index of a number contains noise that is not its own.
"""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from scipy.stats import qmc

from ecosystem.units import FloatArray, IntArray

CHANCE = "chance"
"""The group that holds the seed alone."""
FEWEST_ROWS = 16
"""Rows below which there is no interval: resamples of a handful claim too much."""
_BITS = 30
_RESAMPLES = 2_000
_LEVEL = (2.5, 97.5)


class Design(NamedTuple):
    """Two independent samples, and who belongs together.

    Attributes
    ----------
    groups : tuple of str
        Of numbers, in order of appearance; :data:`CHANCE` is the last.
    member : ndarray, shape (K,)
        Index of the group of each number.
    a, b : ndarray, shape (N, K)
        On [0, 1).
    """

    groups: tuple[str, ...]
    member: IntArray
    a: FloatArray
    b: FloatArray

    def points(self) -> FloatArray:
        """Return the points of each row, shape (N, G + 2, K): A, B, and A with a group from B."""
        mixed = [np.where(self.member == g, self.b, self.a) for g in range(len(self.groups))]
        return np.stack([self.a, self.b, *mixed], axis=1)

    def second_seed(self) -> IntArray:
        """Return which points run with the second seed of their row, shape (G + 2,)."""
        return np.array([0, 1, *(int(name == CHANCE) for name in self.groups)])


class Index(NamedTuple):
    """What a group does to the variance, with 95% intervals from a bootstrap over rows.

    Intervals are NaN with fewer than sixteen rows.

    Attributes
    ----------
    group : str
    first, first_low, first_high : float
        Share that would go if its numbers were known; an estimate may lie below 0.
    total, total_low, total_high : float
        Share that would stay if all others were known: with interactions.
    """

    group: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float

    @property
    def clear(self) -> bool:
        """Whether the interval of the first-order index leaves out 0."""
        return self.first_low > 0


def design(paths: Sequence[str], group_of: Sequence[str], rows: int, seed: int) -> Design:
    """Draw two samples from one scrambled Sobol' sequence.

    Parameters
    ----------
    paths, group_of : sequence of str, length K
        The numbers, those that matter most first: early dimensions are the most even ones.
    rows : int
        N, a power of two.
    seed : int
        Of the scrambling: a digital shift of each number's own, keyed by its path.

    Notes
    -----
    Every number takes two neighbouring dimensions, so that one added at the end leaves the others'
    samples alone. Dimensions drawn by name would do so always; they integrate worse than a Latin
    hypercube, since some pairs of dimensions are uneven.
    """
    groups = (*dict.fromkeys(group_of), CHANCE)
    exponent = int(np.log2(rows))
    sequence = qmc.Sobol(2 * len(paths), scramble=False, bits=_BITS).random_base2(exponent)
    digits = (sequence * 2**_BITS).astype(np.int64)
    for i, path in enumerate(paths):
        rng = np.random.default_rng([seed, crc32(path.encode())])
        digits[:, 2 * i : 2 * i + 2] ^= rng.integers(0, 2**_BITS, 2)
    shares = (digits + 0.5) / 2**_BITS
    member = np.array([groups.index(name) for name in group_of], np.int64)
    return Design(groups, member, shares[:, ::2], shares[:, 1::2])


def indices(
    groups: Sequence[str], values: FloatArray, seed: int = 0
) -> tuple[list[Index], float, int]:
    """Return the indices of every group, the largest total first.

    Parameters
    ----------
    groups : sequence of str, length G
    values : ndarray, shape (N, G + 2, R)
        The outcome at the points of every row, by replicate; rows with a NaN are left out.
    seed : int
        Of the bootstrap.

    Returns
    -------
    indices : list of Index
    deviation : float
        Standard deviation of the outcome over numbers and chance.
    rows : int
        Rows that count.
    """
    values = values[~np.isnan(values).any(axis=(1, 2))]
    n, nan = len(values), float("nan")
    if n < 2 or not np.ptp(values[:, :2]):
        return [Index(name, nan, nan, nan, nan, nan, nan) for name in groups], 0.0 if n else nan, n
    values = values - values[:, :2].mean()  # a large mean would drown the products
    a, b, mixed = values[:, 0], values[:, 1], values[:, 2:]
    first = (b[:, None] * (mixed - a[:, None])).mean(axis=2)
    total = ((a[:, None] - mixed) ** 2).mean(axis=2) / 2
    level, square = values[:, :2].mean(axis=(1, 2)), (values[:, :2] ** 2).mean(axis=(1, 2))
    drawn = np.random.default_rng([seed, n]).multinomial(n, np.full(n, 1 / n), _RESAMPLES) / n
    spread = drawn @ square - (drawn @ level) ** 2
    spread = np.where(spread > 0, spread, np.nan)[:, None]
    first_low, first_high = np.nanpercentile(drawn @ first / spread, _LEVEL, axis=0).tolist()
    total_low, total_high = np.nanpercentile(drawn @ total / spread, _LEVEL, axis=0).tolist()
    if n < FEWEST_ROWS:
        first_low = first_high = total_low = total_high = [nan] * len(groups)
    variance = float(square.mean() - level.mean() ** 2)
    found = [
        Index(
            name,
            float(first[:, g].mean()) / variance,
            first_low[g],
            first_high[g],
            float(total[:, g].mean()) / variance,
            total_low[g],
            total_high[g],
        )
        for g, name in enumerate(groups)
    ]
    return sorted(found, key=lambda index: -index.total), float(np.sqrt(variance)), n
