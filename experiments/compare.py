"""Strategies on the same futures: paired differences, and how sure they are."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ecosystem.results import Table
from ecosystem.units import FloatArray, IntArray
from experiments.outcomes import OUTCOMES

type Verdict = Literal["identical", "more", "less", "unclear", "too few futures"]

PRIMARY = "usable_gw_years"
COST = "strategy_cost_usd"
COST_OF_GAIN = "cost_usd_per_gw_year_gained"
CENTRAL = 0
# The range of five draws covers their median with 1 - 2 / 2**5 = 94%; of four, only 88%.
MIN_FUTURES = 5
_RESAMPLES = 2_000
_ROUNDING = 1e-9
_LEVEL = (5.0, 95.0)
_Z90 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome of one strategy, and its paired difference to the baseline.

    Attributes
    ----------
    statistic : {"median", "share", "restricted mean", "ratio"}
        What `value` is over the sampled futures. A time to a milestone is a restricted mean: runs
        that do not get there count with the horizon. Its companion ``reached_…`` is the share
        of runs that do.
    value, low, high : float
        With its 90% interval; NaN where there is none (fewer than five futures).
    diff, diff_low, diff_high : float
        The same of the differences to the baseline in each future; NaN for the baseline.
    p_better, p_equal : float
        Share of futures in which the strategy does better (NaN where neither more nor less is
        better), and in which both agree to nine digits.
    n : int
        Futures in which the strategy and the baseline could both be measured.
    """

    strategy: str
    outcome: str
    unit: str
    statistic: str
    value: float
    low: float
    high: float
    diff: float
    diff_low: float
    diff_high: float
    p_better: float
    p_equal: float
    n: int

    @property
    def verdict(self) -> Verdict:
        """What the interval of the difference allows to say."""
        if self.n and self.p_equal == 1:
            return "identical"
        if not np.isfinite(self.diff_low):
            return "too few futures"
        if self.diff_low > 0:
            return "more"
        return "less" if self.diff_high < 0 else "unclear"


@dataclass(frozen=True, slots=True)
class _Measure:
    """An outcome as it is compared, with its values by strategy and future."""

    outcome: str
    unit: str
    statistic: str
    better: int
    values: dict[str, dict[int, float]]


def compare(outcomes: Table, baseline: str, seed: int = 0) -> list[Row]:
    """Compare all strategies of an experiment with one of them, future by future.

    Parameters
    ----------
    outcomes : table
        As :func:`experiments.store.read` returns it. The central future (number 0) is no draw
        from the sample and does not count here.
    baseline : str
        Key of a strategy in it.
    seed : int
        Of the bootstrap over futures.

    Returns
    -------
    list of Row
        Strategy by strategy in order of appearance, outcome by outcome.
    """
    strategies = list(dict.fromkeys(str(key) for key in outcomes["strategy"]))
    measures = list(_measures(outcomes))
    rows: list[Row] = []
    for strategy in strategies:
        rows += [_row(strategy, measure, baseline, seed) for measure in measures]
        rows += [_cost_of_gain(strategy, measures, baseline, seed)]
    return rows


def differences(outcomes: Table, baseline: str) -> list[dict[str, Any]]:
    """Return every paired difference, one dict per strategy, outcome and future (0 too)."""
    found: list[dict[str, Any]] = []
    for measure in _measures(outcomes, sampled_only=False):
        base = measure.values.get(baseline, {})
        for strategy, values in measure.values.items():
            for future in sorted(values.keys() & base.keys()):
                if strategy != baseline:
                    found.append(
                        {
                            "strategy": strategy,
                            "future": future,
                            "outcome": measure.outcome,
                            "unit": measure.unit,
                            "baseline_value": base[future],
                            "value": values[future],
                            "difference": gap(values[future], base[future]),
                        }
                    )
    return found


def _measures(outcomes: Table, sampled_only: bool = True) -> Iterable[_Measure]:
    """Yield what is compared; a time becomes a share reached and a time up to the horizon."""
    for outcome in OUTCOMES:
        raw = outcomes[outcome.name]
        if outcome.kind == "value":
            statistic = "median"
            shown = raw
        else:
            reached = (~np.isnan(raw)).astype(np.float64)
            values = _by_future(outcomes, reached, sampled_only)
            name = outcome.name.replace("weeks_to", "reached")
            yield _Measure(name, "1", "share", 1, values)
            statistic = "restricted mean"
            shown = np.where(np.isnan(raw), outcomes["horizon_weeks"], raw)
        values = _by_future(outcomes, shown, sampled_only)
        yield _Measure(outcome.name, outcome.unit, statistic, outcome.better, values)


def _by_future(
    outcomes: Table, values: FloatArray, sampled_only: bool
) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for strategy, future, value in zip(
        outcomes["strategy"], outcomes["future"], values, strict=True
    ):
        column = found.setdefault(str(strategy), {})
        if not np.isnan(value) and not (sampled_only and future == CENTRAL):
            column[int(future)] = float(value)
    return found


def _row(strategy: str, measure: _Measure, baseline: str, seed: int) -> Row:
    own, base = measure.values[strategy], measure.values[baseline]
    values = np.array([own[future] for future in sorted(own)])
    low, high = interval(values, measure.statistic, seed)
    diff = diff_low = diff_high = better = equal = float("nan")
    pairs = sorted(own.keys() & base.keys())
    if strategy != baseline and pairs:
        gaps = np.array([gap(own[future], base[future]) for future in pairs])
        # The mean is the statistic of a share of yes and no, so of their differences too.
        statistic = "median" if measure.statistic == "median" else "restricted mean"
        diff = float(_statistic(gaps, statistic))
        diff_low, diff_high = interval(gaps, statistic, seed)
        equal = float((gaps == 0).mean())
        better = float((gaps * measure.better > 0).mean()) if measure.better else float("nan")
    return Row(
        strategy,
        measure.outcome,
        measure.unit,
        measure.statistic,
        float(_statistic(values, measure.statistic)) if len(values) else float("nan"),
        low,
        high,
        diff,
        diff_low,
        diff_high,
        better,
        equal,
        len(pairs),
    )


def _cost_of_gain(strategy: str, measures: list[_Measure], baseline: str, seed: int) -> Row:
    """Return extra cost over extra GW-years, a ratio of means, where there is a clear gain."""
    cost, gain = (next(m for m in measures if m.outcome == name) for name in (COST, PRIMARY))
    nan = float("nan")
    ratio, low, high, pairs = nan, nan, nan, []
    if strategy != baseline:
        pairs = sorted(
            gain.values[strategy].keys()
            & gain.values[baseline].keys()
            & cost.values[strategy].keys()
            & cost.values[baseline].keys()
        )
        spent, won = (
            np.array([m.values[strategy][f] - m.values[baseline][f] for f in pairs])
            for m in (cost, gain)
        )
        if interval(won, "median", seed)[0] > 0:
            sample = resamples(len(pairs), seed)
            means = won[sample].mean(axis=1)
            if won.mean() > 0 and (means > 0).all():  # else the ratio has no meaning
                ratio = float(spent.mean() / won.mean())
                low, high = (
                    float(q) for q in np.percentile(spent[sample].mean(axis=1) / means, _LEVEL)
                )
    return Row(
        strategy,
        COST_OF_GAIN,
        "USD/(GW yr)",
        "ratio",
        ratio,
        low,
        high,
        nan,
        nan,
        nan,
        nan,
        nan,
        len(pairs),
    )


def gap(value: float, base: float) -> float:
    """Return the difference, 0 where only the order of additions made one."""
    gap = value - base
    return gap if abs(gap) > _ROUNDING * max(abs(value), abs(base)) else 0.0


def _statistic(values: FloatArray, statistic: str) -> FloatArray:
    return np.median(values, axis=-1) if statistic == "median" else values.mean(axis=-1)


def interval(values: FloatArray, statistic: str, seed: int) -> tuple[float, float]:
    """Return the 90% interval over futures: percentile bootstrap, Wilson's for a share."""
    n = len(values)
    if n < MIN_FUTURES:
        return float("nan"), float("nan")
    if statistic == "share":  # resampling n equal answers would claim certainty
        p, z2 = float(values.mean()), _Z90**2
        middle, half = p + z2 / (2 * n), _Z90 * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return (
            max(0.0, float((middle - half) / (1 + z2 / n))),
            min(1.0, float((middle + half) / (1 + z2 / n))),
        )
    if (values == values[0]).all():  # as every resample: common where a strategy does not touch it
        return float(values[0]), float(values[0])
    low, high = np.percentile(_statistic(values[resamples(n, seed)], statistic), _LEVEL)
    return float(low), float(high)


@cache
def resamples(n: int, seed: int) -> IntArray:
    """Return which of `n` futures each resample of the bootstrap holds, shape (resamples, n)."""
    return np.random.default_rng([seed, n]).integers(0, n, (_RESAMPLES, n))


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write rows as CSV; NaN becomes an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: "" if value != value else value for key, value in row.items()} for row in rows
        )


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write comparison rows as CSV."""
    write_csv(path, [asdict(row) for row in rows], [field.name for field in fields(Row)])
