"""What a million buys: compute, time and training work for each million spent on a strategy.

Two ways, both from paired runs. The *average* million: gain over the baseline by extra cost over
it. The *next* million, the true margin: every strategy is run again with its spending levers, or at
equal budget its budget, a step larger; gain by cost between the two.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from ecosystem.errors import EcosystemError
from ecosystem.results import Table, read_manifest
from ecosystem.scenario import SPENDING
from ecosystem.units import FloatArray
from experiments.budget import equal_budget
from experiments.compare import COST, MIN_FUTURES, PRIMARY, gap, resamples, write_csv
from experiments.decision import values_of
from experiments.design import Experiment
from experiments.outcomes import MILESTONES_GW
from experiments.reopen import runs_digest
from experiments.store import read
from experiments.summary import grid, paragraph
from experiments.wording import between, three

type Verdict = Literal["more", "less", "unclear", "identical", "no extra cost", "too few futures"]

STEP = 1.25
"""Times the spending levers, or the budget, for the next million."""
FOLDER = "marginal"
"""Where the runs with the step lie, beside those of the comparison."""
GOAL_GW = 10
_MILLION = 1e6
_DAYS_PER_WEEK = 7.0
_MW_PER_GW = 1e3
_LEVEL = (5.0, 95.0)


class Bought(NamedTuple):
    """One thing that money may buy: an outcome, its sign and the factor to the unit told."""

    outcome: str
    meaning: str
    unit: str
    factor: float


BOUGHT = (
    Bought(PRIMARY, "usable compute", "MW yr", _MW_PER_GW),
    Bought(f"weeks_to_{GOAL_GW}gw", f"time to {GOAL_GW} GW saved", "days", -_DAYS_PER_WEEK),
    Bought("training_flop", "training work", "1e24 FLOP", 1e-24),
)


class Margin(NamedTuple):
    """What a million buys of one thing.

    Attributes
    ----------
    strategy : str
    million : {"average", "next"}
    outcome, unit : str
    value, low, high : float
        Per USD million of extra cost, mean gain by mean cost over futures, with 90% interval; NaN
        without an extra cost that is clearly above 0, or with fewer than five futures.
    gain, cost : float
        Means over futures, in the unit told and in USD.
    same : bool
        Whether nothing is gained or lost in any future.
    n : int
        Futures in which both could be measured.
    """

    strategy: str
    million: Literal["average", "next"]
    outcome: str
    unit: str
    value: float
    low: float
    high: float
    gain: float
    cost: float
    same: bool
    n: int

    @property
    def verdict(self) -> Verdict:
        """What the interval allows to say."""
        if self.n < MIN_FUTURES:
            return "too few futures"
        if self.same:
            return "identical"
        if self.value != self.value:
            return "no extra cost"
        if self.low > 0:
            return "more"
        return "less" if self.high < 0 else "unclear"

    @property
    def words(self) -> str:
        """The value with its interval, or why there is none."""
        if self.value != self.value or self.same:
            return self.verdict
        told = f"{three(self.value, sign=True)} ({three(self.low, sign=True)} to "
        told += f"{three(self.high, sign=True)})"
        return f"{told}*" if self.verdict in ("more", "less") else f"unclear {told}"


def per_million(gain: FloatArray, cost: FloatArray, seed: int = 0) -> tuple[float, float, float]:
    r"""Return the gain for each million of cost, with its 90% interval.

    Parameters
    ----------
    gain, cost : ndarray, shape (F,)
        Paired differences, future by future; `cost` in USD.
    seed : int
        Of the bootstrap over futures.

    Notes
    -----
    Ratio of means, :math:`10^6\,\overline{\Delta g}/\overline{\Delta c}`: what the money buys over
    all futures, not the mean of ratios, which a future that costs nearly nothing would rule. Each
    resample draws gains and costs together. Where the mean cost is not above 0 in 95% of resamples
    the ratio has no meaning: NaN.
    """
    nan, n = float("nan"), len(gain)
    if n < MIN_FUTURES:
        return nan, nan, nan
    picked = resamples(n, seed)
    spent = cost[picked].mean(axis=1)
    if not np.percentile(spent, _LEVEL[0]) > 0:
        return nan, nan, nan
    dear = spent > 0
    many = _MILLION * gain[picked].mean(axis=1)[dear] / spent[dear]
    low, high = np.percentile(many, _LEVEL).tolist()
    return _MILLION * float(gain.mean() / cost.mean()), low, high


def averages(outcomes: Table, baseline: str, seed: int = 0) -> list[Margin]:
    """Return what the average million of every strategy buys, against the baseline."""
    keys, _ = values_of(outcomes, COST)
    return [
        _margin(key, "average", thing, outcomes, key, outcomes, baseline, seed)
        for key in keys
        if key != baseline
        for thing in BOUGHT
    ]


def margins(larger: Table, outcomes: Table, seed: int = 0) -> list[Margin]:
    """Return what the next million buys: runs with a step against those without."""
    keys, _ = values_of(larger, COST)
    return [
        _margin(key, "next", thing, larger, key, outcomes, key, seed)
        for key in keys
        for thing in BOUGHT
    ]


def _margin(
    strategy: str,
    million: Literal["average", "next"],
    thing: Bought,
    more: Table,
    key: str,
    less: Table,
    base: str,
    seed: int,
) -> Margin:
    gain, cost = (
        _gaps(more, key, less, base, name, factor)
        for name, factor in ((thing.outcome, thing.factor), (COST, 1.0))
    )
    known = ~np.isnan(gain) & ~np.isnan(cost)
    gain, cost = gain[known], cost[known]
    value, low, high = per_million(gain, cost, seed)
    return Margin(
        strategy,
        million,
        thing.outcome,
        thing.unit,
        value,
        low,
        high,
        float(gain.mean()) if len(gain) else float("nan"),
        float(cost.mean()) if len(cost) else float("nan"),
        not gain.any(),
        len(gain),
    )


def _gaps(more: Table, key: str, less: Table, base: str, name: str, factor: float) -> FloatArray:
    """Return the differences of one outcome, future by future."""
    a, b = _by_future(more, key, name), _by_future(less, base, name)
    shared = sorted(a.keys() & b.keys())
    return np.array([factor * gap(a[future], b[future]) for future in shared])


def _by_future(outcomes: Table, key: str, name: str) -> dict[int, float]:
    """Return an outcome of a strategy by sampled future; a time not reached is the horizon."""
    mine = (outcomes["strategy"].astype(str) == key) & (outcomes["future"] > 0)
    values = outcomes[name][mine]
    if name in {f"weeks_to_{gw}gw" for gw in MILESTONES_GW}:
        values = np.where(np.isnan(values), outcomes["horizon_weeks"][mine], values)
    pairs = zip(outcomes["future"][mine].tolist(), values.tolist(), strict=True)
    return {int(future): float(value) for future, value in pairs}


def stepped(
    experiment: Experiment, share: float | None = None, step: float = STEP, jobs: int = 1
) -> Experiment | None:
    """Return the experiment with every strategy that spends a step larger; None if none does.

    Parameters
    ----------
    experiment : Experiment
    share : float, optional
        At equal budget: the budget as a share of campus capex. Strategies then get the larger
        budget; otherwise their spending levers are scaled, each up to its bound.
    step : float
        Above 1.
    jobs : int
        Processes for finding the scales.
    """
    first = next(s for s in experiment.strategies if s.key == experiment.baseline)
    others = [s for s in experiment.strategies if s.key != first.key]
    others = [s for s in others if any(getattr(s.levers, name) > 0 for name in SPENDING)]
    if share is None:
        larger = [strategy.scaled(step) for strategy in others]
    else:
        found = equal_budget(
            experiment.world,
            [first, *others],
            first,
            min(share * step, 1.0),
            experiment.seed,
            experiment.weeks,
            jobs,
        )
        larger = [one.strategy for one in found]
    moved = [new for new, old in zip(larger, others, strict=True) if new != old]
    if not moved:
        return None
    return replace(experiment, strategies=tuple(moved), baseline=moved[0].key)


def bought(folder: Path, experiment: Experiment, outcomes: Table) -> list[Margin]:
    """Return what a million buys in a comparison: on average, and the next one if that was run.

    Parameters
    ----------
    folder : Path
        Of the comparison; its subfolder :data:`FOLDER` holds the runs with the step, if any.
    experiment : Experiment
    outcomes : table
        Of its runs.
    """
    found = averages(outcomes, experiment.baseline, experiment.seed)
    try:
        about = read_manifest(folder / FOLDER, "margin_of")
    except EcosystemError:
        return found
    if about["margin_of"] == runs_digest(folder):
        found += margins(read(folder / FOLDER, "outcomes"), outcomes, experiment.seed)
    return found


def bought_rows(found: Sequence[Margin]) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a table: a row per strategy and million."""
    head = ["Strategy", "Million", "Extra cost, USD M"]
    head += [f"{thing.meaning}, {thing.unit}" for thing in BOUGHT]
    rows: dict[tuple[str, str], list[str]] = {}
    for one in _ordered(found):
        start = [one.strategy, one.million, three(one.cost / _MILLION, sign=True)]
        rows.setdefault((one.strategy, one.million), start).append(one.words)
    return head, [*rows.values()]


NOTE = (
    "For each USD million of extra cost, undiscounted: mean gain by mean cost over the same "
    "futures, with 90% interval; * where it leaves out 0, else unclear. Average: against the "
    f"baseline. Next: spending levers, or at equal budget the budget, {STEP:g} times as large "
    f"(--marginal). A run that does not reach {GOAL_GW} GW counts with the horizon. Means count "
    "the few futures in which much changes, the medians of the answer do not: the two can point "
    "apart."
)


def bought_words(found: Sequence[Margin]) -> str:
    """Say for which strategies a million buys more usable compute, less, or nobody knows."""
    said: list[str] = []
    for million, name in (("average", "The average million"), ("next", "The next million")):
        mine = [one for one in found if one.million == million and one.outcome == PRIMARY]
        by: dict[str, list[str]] = {}
        for one in mine:
            by.setdefault(one.verdict, []).append(one.strategy)
        words = {
            "more": "buys usable compute with",
            "less": "costs usable compute with",
            "unclear": "is unclear with",
            "identical": "changes nothing with",
            "no extra cost": "has no meaning, for want of an extra cost, with",
            "too few futures": "cannot be told, for want of futures, with",
        }
        parts = [f"{words[verdict]} {', '.join(by[verdict])}" for verdict in words if verdict in by]
        said += [f"{name} {'; '.join(parts)}."] if parts else []
    return " ".join(said)


def bought_text(found: Sequence[Margin]) -> str:
    """Lay out what a million buys; empty if nothing was compared."""
    if not found:
        return ""
    meaning = {thing.outcome: thing.meaning for thing in BOUGHT}
    rows = [
        [
            one.strategy if one.outcome == BOUGHT[0].outcome else "",
            one.million if one.outcome == BOUGHT[0].outcome else "",
            three(one.cost / _MILLION, sign=True) if one.outcome == BOUGHT[0].outcome else "",
            f"{meaning[one.outcome]}, {one.unit}",
            three(one.value, sign=True),
            between(one.low, one.high, sign=True) or "-",
            one.verdict,
        ]
        for one in _ordered(found)
    ]
    head = ["", "million", "cost, M", "what it buys", "per million", "90% interval", "verdict"]
    words = paragraph(f"What a million buys. {bought_words(found)} {NOTE}")
    return f"{words}\n{grid(head, rows, (0, 1, 3, 6))}"


def _ordered(found: Sequence[Margin]) -> list[Margin]:
    """Return rows by strategy; the average million first."""
    order = [one.strategy for one in found]
    return sorted(found, key=lambda one: order.index(one.strategy))


def write_bought(path: Path, found: Sequence[Margin]) -> None:
    """Write a row per strategy, million and thing bought."""
    rows = [{**one._asdict(), "verdict": one.verdict} for one in found]
    write_csv(path, rows, [*Margin._fields, "verdict"])
