"""Two small runs of the default world, kept as rounded numbers.

A golden run says that something changed, never that it was right before. Where a change is meant,
write the reference anew and read the difference before committing it::

    python tests/golden/golden.py && git diff tests/golden/reference.json
"""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import Strategy, World, load_strategy, load_world

REFERENCE = Path(__file__).with_name("reference.json")
DIGITS = 9
SERIES = (
    "usable_it_mw",
    "building_mw",
    "capability",
    "demand_mw",
    "revenue_usd",
    "cash_usd",
    "tokens_per_s",
    "energy_mwh",
    "labour_hours_worked",
    "craft_wage_ratio",
    "mean_support",
    "strategy_cost_usd",
    "local_benefit_usd",
    "lost_gw_weeks_labour",
)

type Golden = dict[str, Any]


def small_world() -> World:
    """Return the default world, 60 weeks long, with policy from week 8 on."""
    world = load_world("stargate")
    changes = {"weeks": 60, "strategy_start": world.start + timedelta(weeks=8)}
    return world.model_validate({**dict(world), **changes})


def summary(result: RunResult) -> Golden:
    """Return a run as series every fourth week, dates of buildings, counts of events."""
    finish = result.tables["phases"]["finish_week"]
    return {
        **{name: [rounded(v) for v in result.series(name)[::4]] for name in SERIES},
        "finish_week": [rounded(v) for v in np.sort(finish[np.isfinite(finish)])],
        "events": dict(sorted(Counter(map(str, result.tables["events"]["kind"])).items())),
    }


def rounded(value: float) -> float:
    """Return a number with a fixed count of digits."""
    return float(f"{value:.{DIGITS}g}")


def differing(expected: Golden, found: Golden, tolerance: float = 1e-6) -> list[str]:
    """Return the names of all entries that differ by more than processors may round."""
    names = sorted(expected.keys() | found.keys())
    return [name for name in names if not _same(expected.get(name), found.get(name), tolerance)]


def _same(expected: Any, found: Any, tolerance: float) -> bool:
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return bool(np.allclose(expected, found, rtol=tolerance, atol=1e-12))
    return expected == found


def golden_run(strategy: Strategy) -> Golden:
    """Return the summary of a run with seed 0."""
    return summary(simulate(small_world(), strategy, 0))


def main() -> None:
    """Write the reference anew."""
    runs = {key: golden_run(load_strategy(key)) for key in ("S0", "S2")}
    REFERENCE.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
