"""How firm a ranking is, and how often a strategy fails, in each definition of failure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ecosystem.results import Table
from ecosystem.units import BoolArray, FloatArray
from experiments.compare import PRIMARY, interval, resamples
from experiments.decision import BETTER, Criterion, values_of
from experiments.outcomes import OUTCOMES

_SAME = 1e-9

FAILURES = (
    Criterion("secured_then_cancelled", 0.10),
    Criterion("late_mw", 0.10),
    Criterion("short_sites", 0.25),
)
"""When a run counts as failed, in each of three ways: over a tenth of the secured MW cancelled,
over a tenth of the MW due more than 104 weeks late, over a quarter of the sites due not half in
use. The limits are a convention of the report, no finding; the definitions are never added up."""


class Ranked(NamedTuple):
    """How often a strategy holds each rank in an outcome that has a better side.

    Attributes
    ----------
    strategy : str
    futures : ndarray, shape (S,)
        Share of futures in which it is first, second and so on; who ties shares the ranks in equal
        parts.
    resampled : ndarray, shape (S,)
        The same of the ranking by means over futures, in resamples of the futures: what another
        sample of as many futures might have said.
    n : int
        Futures in which all strategies could be measured.
    """

    strategy: str
    futures: FloatArray
    resampled: FloatArray
    n: int


class Failing(NamedTuple):
    """How often a strategy fails in one definition, with the 90% interval of the share."""

    strategy: str
    outcome: str
    limit: float
    share: float
    low: float
    high: float
    n: int


def ranks(outcomes: Table, name: str = PRIMARY, seed: int = 0) -> list[Ranked]:
    """Return how often each strategy holds each rank, in order of appearance.

    Parameters
    ----------
    outcomes : table
        As :func:`experiments.store.read` returns it; the central future does not count.
    name : str
        Of an outcome that has a better side.
    seed : int
        Of the bootstrap over futures.
    """
    keys, values = values_of(outcomes, name)
    good = (BETTER[name] or 1) * values[:, ~np.isnan(values).any(axis=0)]
    count, n = good.shape
    if not n:
        nothing = np.full(count, np.nan)
        return [Ranked(key, nothing, nothing, 0) for key in keys]
    alone = _shares(good)
    again = _shares(good[:, resamples(n, seed)].mean(axis=2))
    return [Ranked(key, alone[i], again[i], n) for i, key in enumerate(keys)]


def _shares(good: FloatArray) -> FloatArray:
    """Return by strategy and rank the share of columns, shape (S, S)."""
    gaps = good[:, None, :] - good[None, :, :]
    near = _SAME * np.maximum(np.abs(good[:, None, :]), np.abs(good[None, :, :]))
    above = (gaps < -near).sum(axis=1)  # (S, n): who is better
    tied = (np.abs(gaps) <= near).sum(axis=1)  # itself too
    place = np.arange(len(good))[None, :, None]
    held = (place >= above[:, None, :]) & (place < (above + tied)[:, None, :])
    shares: FloatArray = (held / tied[:, None, :]).mean(axis=2)
    return shares


def failed(outcomes: Table, criterion: Criterion) -> tuple[list[str], BoolArray, BoolArray]:
    """Return which runs fail in one definition, and where that can be told.

    Returns
    -------
    strategies : list of str
    fails, known : ndarray of bool, shape (strategies, futures)
    """
    keys, values = values_of(outcomes, criterion.outcome)
    sign = BETTER[criterion.outcome] or 1
    known = ~np.isnan(values)
    limit = 0.0 if criterion.limit is None else criterion.limit
    return keys, known & (sign * values < sign * limit), known


def failing(
    outcomes: Table, criteria: Sequence[Criterion] = FAILURES, seed: int = 0
) -> list[Failing]:
    """Return how often each strategy fails, by strategy and definition."""
    rows: list[Failing] = []
    for criterion in criteria:
        keys, fails, known = failed(outcomes, criterion)
        for i, key in enumerate(keys):
            mine = fails[i][known[i]].astype(np.float64)
            low, high = interval(mine, "share", seed)
            share = float(mine.mean()) if len(mine) else float("nan")
            limit = criterion.limit or 0.0
            rows.append(Failing(key, criterion.outcome, limit, share, low, high, len(mine)))
    return rows


def failure_words(criterion: Criterion) -> str:
    """Say what counts as failure: ``Secured MW cancelled, over 10%``."""
    meaning = next(o.meaning for o in OUTCOMES if o.name == criterion.outcome)
    return f"{meaning.removesuffix(', share')}, over {100 * (criterion.limit or 0.0):.3g}%"


def with_limits(limits: Mapping[str, float]) -> tuple[Criterion, ...]:
    """Return the definitions of failure with other limits than the usual ones."""
    return tuple(Criterion(c.outcome, limits.get(c.outcome, c.limit)) for c in FAILURES)
