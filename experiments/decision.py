"""Choosing under deep uncertainty: regret, bad futures, good enough, trade-offs, time to a goal.

All from the outcomes of strategies on the same futures; the central future, which is no draw from
the sample, does not count.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from ecosystem.results import Table
from ecosystem.units import BoolArray, FloatArray
from experiments.compare import CENTRAL, COST, PRIMARY
from experiments.outcomes import OUTCOMES

WORST = 0.1
"""Share of futures that count as bad ones."""

BETTER: Mapping[str, int] = {outcome.name: outcome.better for outcome in OUTCOMES}

TRADED = (PRIMARY, "benefit_usd_per_household", "losing", COST)
"""What the Pareto set weighs: compute, local benefit, households who lose, money."""


class Criterion(NamedTuple):
    """What is good enough: an outcome at least, or at most, as good as a limit.

    Attributes
    ----------
    outcome : str
        With a better side.
    limit : float or None
        None: as good as the baseline in the same future.
    """

    outcome: str
    limit: float | None


GOOD_ENOUGH = (
    Criterion(PRIMARY, None),
    Criterion("secured_then_cancelled", 0.10),
    Criterion("losing", 0.25),
)
"""No less compute than the baseline, at most a tenth of the secured MW cancelled, at most a quarter
of host households losing: a convention of the report, not a finding."""


class Standing(NamedTuple):
    """How a strategy stands in one outcome over futures.

    Attributes
    ----------
    strategy : str
    median, p10, cvar : float
        Over futures; `p10` is the tenth percentile from the bad side, `cvar` the mean of the worst
        tenth of futures (at least one).
    best : float
        Share of futures in which it is the best; a tie counts in equal parts.
    mean_regret, max_regret : float
        Distance to the best strategy of the same future.
    n : int
        Futures in which all strategies could be measured.
    """

    strategy: str
    median: float
    p10: float
    cvar: float
    best: float
    mean_regret: float
    max_regret: float
    n: int


def values_of(outcomes: Table, name: str) -> tuple[list[str], FloatArray]:
    """Return an outcome by strategy and sampled future, NaN where a run failed.

    Parameters
    ----------
    outcomes : table
        As :func:`experiments.store.read` returns it.
    name : str
        Of an outcome.

    Returns
    -------
    strategies : list of str
        In order of appearance.
    values : ndarray, shape (strategies, futures)
    """
    keys = list(dict.fromkeys(str(key) for key in outcomes["strategy"]))
    futures = sorted({int(f) for f in outcomes["future"]} - {CENTRAL})
    place = {f: i for i, f in enumerate(futures)}
    values = np.full((len(keys), len(futures)), np.nan)
    for key, future, value in zip(
        outcomes["strategy"], outcomes["future"], outcomes[name], strict=True
    ):
        if int(future) in place:
            values[keys.index(str(key)), place[int(future)]] = value
    return keys, values


def standings(outcomes: Table, name: str = PRIMARY) -> list[Standing]:
    """Return how every strategy stands in an outcome that has a better side.

    Futures in which a strategy could not be measured are left out for all: regret needs the whole
    field.
    """
    keys, values = values_of(outcomes, name)
    values = values[:, ~np.isnan(values).any(axis=0)]
    sign = BETTER[name] or 1
    good = sign * values
    n = good.shape[1]
    if not n:
        nan = float("nan")
        return [Standing(key, nan, nan, nan, nan, nan, nan, 0) for key in keys]
    top = good.max(axis=0)
    at_top = np.isclose(good, top, rtol=1e-9, atol=0.0)
    best = (at_top / at_top.sum(axis=0)).mean(axis=1)
    regret = top - good
    ranked = np.sort(good, axis=1)
    bad = ranked[:, : max(1, ceil(WORST * n))].mean(axis=1)
    tenth = np.percentile(good, 100 * WORST, axis=1)
    return [
        Standing(
            key,
            float(np.median(values[i])),
            float(sign * tenth[i]),
            float(sign * bad[i]),
            float(best[i]),
            float(regret[i].mean()),
            float(regret[i].max()),
            n,
        )
        for i, key in enumerate(keys)
    ]


def satisficing(
    outcomes: Table, baseline: str, criteria: Sequence[Criterion] = GOOD_ENOUGH
) -> dict[str, float]:
    """Return the share of futures in which each strategy is good enough on all criteria at once.

    A future in which one of them cannot be measured counts as not good enough, but for criteria
    that nobody could measure there.
    """
    keys: list[str] = []
    enough: BoolArray | None = None
    for criterion in criteria:
        keys, values = values_of(outcomes, criterion.outcome)
        sign = BETTER[criterion.outcome] or 1
        limit = values[keys.index(baseline)] if criterion.limit is None else criterion.limit
        slack = 1e-9 * np.abs(np.asarray(limit))
        met = (sign * values >= sign * np.asarray(limit) - slack) | np.isnan(values).all(axis=0)
        enough = met if enough is None else enough & met
    if enough is None or not enough.shape[1]:
        return dict.fromkeys(keys, float("nan"))
    return {key: float(share) for key, share in zip(keys, enough.mean(axis=1), strict=True)}


def pareto(outcomes: Table, baseline: str, names: Sequence[str] = TRADED) -> list[str]:
    """Return the strategies that no other beats in one respect without losing in another.

    Respects are medians over futures of the paired differences to the baseline.
    """
    keys: list[str] = []
    columns: list[FloatArray] = []
    for name in names:
        keys, values = values_of(outcomes, name)
        gaps = values - values[keys.index(baseline)]
        middle = [np.median(g[~np.isnan(g)]) if (~np.isnan(g)).any() else np.nan for g in gaps]
        columns.append((BETTER[name] or 1) * np.array(middle))
    good = np.stack(columns, axis=1)
    return [
        key
        for i, key in enumerate(keys)
        if not np.isnan(good[i]).any()
        and not any(
            (good[j] >= good[i]).all() and (good[j] > good[i]).any()
            for j in range(len(keys))
            if j != i
        )
    ]


def reached_by(outcomes: Table, gw: int) -> dict[str, FloatArray]:
    """Return the weeks at which each strategy reaches a goal, sorted, one per future.

    Not reached is infinite: every run has the same horizon, so that the share reached by a week
    is the number of times up to it over all (the Kaplan-Meier estimate with one time of
    censoring).
    """
    keys, weeks = values_of(outcomes, f"weeks_to_{gw}gw")
    # a run that failed and one that does not get there both lack a time; the former has no outcome
    _, horizon = values_of(outcomes, "horizon_weeks")
    return {
        key: np.sort(np.where(np.isnan(weeks[i]), np.inf, weeks[i])[~np.isnan(horizon[i])])
        for i, key in enumerate(keys)
    }
