"""Worlds and strategies for tests of the whole model."""

from datetime import timedelta
from functools import cache

import numpy as np

from ecosystem.model import simulate
from ecosystem.observables import WEEKLY
from ecosystem.results import RunResult
from ecosystem.scenario import World, load_strategy, load_world, shipped

REAL = load_world("stargate")
SHIPPED = {key: load_strategy(key) for key in shipped("strategies")}
STRATEGIES = {key: s for key, s in SHIPPED.items() if s.governance is None}
S0, S2, S3, PLACEBO = (STRATEGIES[key] for key in ("S0", "S2", "S3", "placebo"))
# Money and what it buys: what a strategy without effect may still change.
SPENT = {"cash_usd", "strategy_cost_usd"}
RECEIVED = SPENT | {"local_benefit_usd"}


def world(weeks: int, values: dict[str, float] | None = None, start_week: int = 104) -> World:
    """Return the default world, `weeks` long, with other numbers and another start of policy."""
    day = REAL.start + timedelta(weeks=start_week)
    changed = REAL.model_validate({**dict(REAL), "weeks": weeks, "strategy_start": day})
    return changed.with_values({f"numbers.{path}": v for path, v in (values or {}).items()})


def under_s0(world: World, seed: int = 0) -> RunResult:
    """Return a run under S0, made once for all tests of a process."""
    return _under_s0(world.model_dump_json(), seed)


@cache
def _under_s0(text: str, seed: int) -> RunResult:
    return simulate(World.model_validate_json(text), S0, seed)


def changed_columns(a: RunResult, b: RunResult, until: int | None = None) -> set[str]:
    """Return the weekly columns in which two runs differ by a single bit."""
    return {
        name
        for name in WEEKLY
        if not np.array_equal(a.series(name)[:until], b.series(name)[:until], equal_nan=True)
    }
