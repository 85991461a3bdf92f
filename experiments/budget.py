"""Strategies at equal budget: how far each one's spending levers go for the same money."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from math import isclose
from pathlib import Path

import numpy as np

from ecosystem.errors import InputError
from ecosystem.results import RunResult
from ecosystem.scenario import SPENDING, Strategy, World, upper_bound
from ecosystem.units import WEEKS_PER_YEAR, FloatArray, week_of
from experiments.compare import write_csv
from experiments.runner import simulate
from experiments.summary import grid
from experiments.wording import three
from experiments.workers import pool_of

TOLERANCE = 0.005
"""Of the budget, within which a scale counts as found."""
_TRIES = 24


@dataclass(frozen=True, slots=True)
class Budgeted:
    """A strategy as far as a budget reaches; money as net present value beyond the baseline [USD].

    Attributes
    ----------
    strategy : Strategy
        With its spending levers scaled.
    scale : float
        Factor on them, each up to its bound.
    natural, spent, budget : float
        What the strategy costs as it is written, what it costs now, what it was given.
    """

    strategy: Strategy
    scale: float
    natural: float
    spent: float
    budget: float

    @property
    def unspent(self) -> float:
        """What it could not absorb; negative where it costs more with nothing left to scale."""
        left = self.budget - self.spent
        return 0.0 if abs(left) <= TOLERANCE * self.budget else left


def present_value(result: RunResult, world: World) -> float:
    """Return the net present value of what a run's strategy cost, at the start of policy [USD]."""
    return _discounted(result.series("strategy_cost_usd"), result.series("week"), world)


def capex_present_value(result: RunResult, world: World) -> float:
    """Return the net present value of campus capex from the year in which policy starts [USD].

    Buildings and power on site, without IT; the ledger's years, each discounted from its middle.
    """
    ledger, year = result.tables["ledger"], world.strategy_start.year
    names = ("period", "purpose", "payer", "amount")
    rows = zip(*(ledger[name] for name in names), strict=True)
    capex = [
        (int(period), float(usd))
        for period, purpose, payer, usd in rows
        if (purpose, payer) == ("campus", "partners") and int(period) >= year
    ]
    first = week_of(world.start.replace(month=1, day=1), world.start)
    middle = [first + WEEKS_PER_YEAR * (p - world.start.year + 0.5) for p, _ in capex]
    return _discounted(np.array([a for _, a in capex]), np.array(middle), world)


def _discounted(usd: FloatArray, week: FloatArray, world: World) -> float:
    years = (week - week_of(world.strategy_start, world.start)) / WEEKS_PER_YEAR
    return float((usd / (1 + world.numbers.capital.discount_per_year) ** years).sum())


def equal_budget(
    world: World,
    strategies: Sequence[Strategy],
    baseline: Strategy,
    share: float,
    seed: int = 0,
    weeks: int | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
) -> list[Budgeted]:
    """Give every strategy but the baseline the same money.

    Parameters
    ----------
    world : World
        The central future, in which the scales are solved.
    strategies : sequence of Strategy
    baseline : Strategy
        Gets nothing; budgets count beyond what it costs.
    share : float
        Of the net present value of the baseline's campus capex, > 0. A strategy gets it times
        its ``of_budget``.
    seed, weeks : int
        As in :class:`experiments.design.Experiment`.
    jobs : int
        Processes; the result does not depend on it.
    executor : Executor, optional
        Makes all runs instead of this process and its own; it stays open.

    Returns
    -------
    list of Budgeted
        In the order of `strategies`.

    Notes
    -----
    One factor scales all levers of :data:`ecosystem.scenario.SPENDING`, each up to its bound. It
    is found between 0 and the factor at which all are at their bounds by false position (the
    Illinois variant, which always keeps a bracket), to 0.5% of the budget; no draw is involved.
    """
    if not 0 < share <= 1:
        raise InputError(f"--budget-share {share:g}: it must lie above 0 and not above 1.")
    measure = partial(_of_baseline, world, baseline, seed, weeks)
    base, capex = executor.submit(measure).result() if executor else measure()
    if capex <= 0:
        raise InputError(
            f"World {world.name!r} builds nothing under {baseline.key} after strategies start: "
            "there is no capex of which a budget could be a share. Let it run longer."
        )
    solve = partial(_solve, world, seed, weeks, base, share * capex)
    others = [strategy for strategy in strategies if strategy.key != baseline.key]
    if executor is None and (jobs == 1 or len(others) < 2):
        return [solve(strategy) for strategy in others]
    with nullcontext(executor) if executor else pool_of(min(jobs, len(others))) as pool:
        return list(pool.map(solve, others))


def _of_baseline(
    world: World, baseline: Strategy, seed: int, weeks: int | None
) -> tuple[float, float]:
    """Return present values of what the baseline costs, and of its campus capex [USD]."""
    result = simulate(world, baseline, seed, weeks)
    return present_value(result, world), capex_present_value(result, world)


def _solve(
    world: World, seed: int, weeks: int | None, base: float, common: float, strategy: Strategy
) -> Budgeted:
    """Find the factor at which a strategy spends its budget, as far as it can."""
    budget = common * strategy.of_budget
    known: dict[float, float] = {}

    def spent(scale: float) -> float:
        if scale not in known:
            run = simulate(world, strategy.scaled(scale), seed, weeks)
            known[scale] = present_value(run, world) - base
        return known[scale]

    natural, top = spent(1.0), _largest_scale(strategy)
    scale = 1.0 if top == 0 else _root(lambda s: spent(s) - budget, top, TOLERANCE * budget)
    return Budgeted(strategy.scaled(scale), scale, natural, spent(scale), budget)


def _largest_scale(strategy: Strategy) -> float:
    """Return the factor at which all spending levers are at their bounds; 0 without any."""
    values = {name: getattr(strategy.levers, name) for name in SPENDING}
    return max((upper_bound(name) / v for name, v in values.items() if v > 0), default=0.0)


def _root(gap: Callable[[float], float], top: float, tolerance: float) -> float:
    """Return where a rising function is 0 in [0, top], or the end at which it is nearest."""
    low, high = 0.0, top
    below, above = gap(low), gap(high)
    if below >= -tolerance:
        return low
    if above <= tolerance:
        return high
    best, error, side = high, abs(above), 0
    for _ in range(_TRIES):
        middle = high - above * (high - low) / (above - below)
        value = gap(middle)
        if abs(value) < error:
            best, error = middle, abs(value)
        if error <= tolerance or isclose(low, high):
            break
        if value > 0:  # an end that stays twice counts half, or the other would creep
            below = below / 2 if side > 0 else below
            high, above, side = middle, value, 1
        else:
            above = above / 2 if side < 0 else above
            low, below, side = middle, value, -1
    return best


def write_budget(folder: Path, found: Sequence[Budgeted]) -> None:
    """Write ``budget.csv`` into a folder."""
    rows = [
        {
            "strategy": b.strategy.key,
            "scale": b.scale,
            "natural_usd": b.natural,
            "budget_usd": b.budget,
            "spent_usd": b.spent,
            "unspent_usd": b.unspent,
        }
        for b in found
    ]
    write_csv(folder / "budget.csv", rows, list(rows[0]) if rows else ["strategy"])


def budget_text(found: Sequence[Budgeted], share: float) -> str:
    """Say what each strategy makes of its budget, and which are over it."""
    over = [b for b in found if b.unspent < 0]
    rows = [
        [
            b.strategy.key,
            f"{b.scale:.3g}",
            *(three(usd) for usd in (b.natural, b.budget, b.spent, b.unspent)),
        ]
        for b in found
    ]
    head = ["strategy", "scale", "natural", "budget", "spent", "unspent"]
    text = (
        f"At equal budget: {share:.3%} of the net present value of campus capex, in USD beyond\n"
        "the baseline, solved in the central future; in others the same levers cost what they\n"
        "cost there. Scale: factor on all spending levers, each up to its bound. Unspent: what a\n"
        "strategy cannot absorb; below 0, what it costs more with nothing left to scale.\n"
        + grid(head, rows)
    )
    if over:
        enough = 1.01 * max(share * b.spent / b.budget for b in over)
        text += (
            f"\nOver the budget: {', '.join(b.strategy.key for b in over)}. "
            f"They fit into --budget-share {enough:.2g} and more."
        )
    return text
