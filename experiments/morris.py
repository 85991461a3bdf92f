"""Elementary effects: which of many numbers matter, by steps of one at a time.

The method of Morris (1991) with groups and mean absolute effects (Campolongo, Cariboni and
Saltelli 2007).
"""

from collections.abc import Sequence
from math import pi, sqrt
from typing import NamedTuple
from zlib import crc32

import numpy as np

from ecosystem.units import FloatArray, IntArray
from experiments.compare import interval

LEVELS = 4
STEP = LEVELS / (2 * (LEVELS - 1))
"""Length of a step: with four levels 2/3 of the range, so that all levels are met equally often."""
_ROUNDING = 1e-9


class Walks(NamedTuple):
    """Points at which a model is to be run.

    Attributes
    ----------
    groups : tuple of str
        What moves in one step, in the order of `effects`.
    points : ndarray, shape (T, G + 1, K)
        By walk, step and number, on [0, 1].
    moved : ndarray, shape (T, G)
        Which group moves in each step.
    up : ndarray, shape (T, G)
        By group: 1 or -1 as its number moves up or down; NaN where it has several.
    """

    groups: tuple[str, ...]
    points: FloatArray
    moved: IntArray
    up: FloatArray


class Effect(NamedTuple):
    """What a group of numbers does to an outcome, in the outcome's unit per full range.

    Attributes
    ----------
    group : str
    mean : float
        Of the elementary effects; NaN for several numbers, whose directions are mixed.
    strength : float
        Mean absolute effect (mu*), with its 90% interval over walks, NaN with fewer than five.
    spread : float
        Standard deviation of the effects (sigma): large beside `strength` where the effect depends
        on other numbers or bends.
    noise : float
        The `strength` that chance alone would show with this scatter between seeds; NaN with one
        replicate.
    n : int
        Walks in which the effect could be measured.
    """

    group: str
    mean: float
    strength: float
    low: float
    high: float
    spread: float
    noise: float
    n: int

    @property
    def clear(self) -> bool:
        """Whether the interval of the strength leaves out what chance alone would show."""
        return self.low > self.noise


def walks(paths: Sequence[str], group_of: Sequence[str], count: int, seed: int) -> Walks:
    """Draw walks in which every group moves once, all of its numbers together.

    Parameters
    ----------
    paths, group_of : sequence of str, length K
        The numbers and the groups that they belong to.
    count : int
        Walks T, >= 1.
    seed : int
        Every number has its own stream, keyed by its path, as in :mod:`experiments.design`.
    """
    groups = tuple(dict.fromkeys(group_of))
    member = np.array([groups.index(name) for name in group_of])
    order = np.random.default_rng([seed, crc32(b"order of groups")])
    moved = np.stack([order.permutation(len(groups)) for _ in range(count)])
    low, up = np.empty((count, len(paths))), np.empty((count, len(paths)))
    for i, path in enumerate(paths):
        rng = np.random.default_rng([seed, crc32(path.encode())])
        low[:, i] = rng.integers(0, LEVELS // 2, count) / (LEVELS - 1)
        up[:, i] = rng.choice([-1.0, 1.0], count)
    step_of = np.argsort(moved, axis=1)[:, member]  # (T, K): the step in which a number moves
    after = np.arange(len(groups) + 1)[None, :, None] > step_of[:, None, :]
    points = low[:, None, :] + STEP * (after == (up > 0)[:, None, :])
    alone = np.bincount(member) == 1
    first = [int(np.flatnonzero(member == g)[0]) for g in range(len(groups))]
    return Walks(groups, points, moved, np.where(alone, up[:, first], np.nan))


def effects(of: Walks, values: FloatArray, seed: int = 0) -> list[Effect]:
    """Return the effect of every group, the strongest first.

    Parameters
    ----------
    of : Walks
    values : ndarray, shape (T, G + 1, R)
        The outcome at every point, by replicate: equal seeds along a walk, others in the next
        replicate. NaN where a run failed.
    seed : int
        Of the bootstrap over walks.
    """
    steps = np.diff(values, axis=1) / STEP
    # What only the order of additions made is no effect.
    steps[np.abs(steps) < _ROUNDING * np.nanmax(np.abs(values), initial=0.0)] = 0.0
    place = np.argsort(of.moved, axis=1)
    by_group = np.take_along_axis(steps, place[:, :, None], axis=1)
    found = [_effect(name, by_group[:, g], of.up[:, g], seed) for g, name in enumerate(of.groups)]
    return sorted(found, key=lambda e: (e.strength != e.strength, -e.strength))


def _effect(name: str, steps: FloatArray, up: FloatArray, seed: int) -> Effect:
    """Summarise the steps of one group, shape (T, R)."""
    known = ~np.isnan(steps).any(axis=1)
    steps, up = steps[known], up[known]
    n, replicates = steps.shape
    nan = float("nan")
    if not n:
        return Effect(name, nan, nan, nan, nan, nan, nan, 0)
    each = steps.mean(axis=1)
    low, high = interval(np.abs(each), "restricted mean", seed)
    noise = nan
    if replicates > 1:  # mean of |x| of a normal x around 0 is sqrt(2 / pi) of its deviation
        noise = sqrt(2 / pi * float(steps.var(axis=1, ddof=1).mean()) / replicates)
    return Effect(
        name,
        float((each * up).mean()),
        float(np.abs(each).mean()),
        low,
        high,
        float((each if np.isnan(up).any() else each * up).std(ddof=1)) if n > 1 else nan,
        noise,
        n,
    )
