"""The break-even effect beside a ranking: estimated from its futures, or found by more runs."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.breakeven import (
    EFFECTS,
    MEASURES,
    MULTIPLIERS,
    Estimate,
    Question,
    effects_of,
    estimate,
    from_gains,
    gains,
)
from experiments.compare import write_csv
from experiments.design import Experiment
from experiments.summary import grid, paragraph

_WORDS = {"usable_gw_years": "usable GW-years", "lab_result_usd": "money (lab)"}
_COLUMNS = (
    "strategy",
    "effect",
    "outcome",
    "method",
    "found",
    "at",
    "low",
    "high",
    "gain_without_effect",
    "slope",
    "futures",
    "text",
)


class Line(NamedTuple):
    """What is told of one strategy and one of its effects: words by measure."""

    strategy: str
    effect: str
    words: Mapping[str, str]


def estimated(
    experiment: Experiment, differences: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """Estimate every break-even from the differences of a comparison; one row each.

    Parameters
    ----------
    experiment : Experiment
    differences : sequence of dict
        From :func:`experiments.compare.differences`; the central future does not count.
    """
    sampled = experiment.sample()
    rows: list[dict[str, object]] = []
    for strategy in experiment.strategies:
        if strategy.key == experiment.baseline:
            continue
        for effect in effects_of(strategy):
            for outcome in MEASURES:
                mine = [
                    (sampled[int(str(d["future"]))][EFFECTS[effect]], float(str(d["difference"])))
                    for d in differences
                    if (d["strategy"], d["outcome"]) == (strategy.key, outcome) and d["future"]
                ]
                pairs = np.array(mine, dtype=float).reshape(-1, 2)
                found = estimate(pairs[:, 0], pairs[:, 1])
                rows.append(_row(strategy.key, effect, outcome, found))
    return rows


def _row(strategy: str, effect: str, outcome: str, found: Estimate) -> dict[str, object]:
    return {
        "strategy": strategy,
        "effect": effect,
        "outcome": outcome,
        "method": "estimate",
        "found": found.found,
        "at": found.at,
        "low": found.low,
        "high": found.high,
        "gain_without_effect": found.without,
        "slope": found.slope,
        "futures": found.futures,
        "text": found.text,
    }


def exact(experiment: Experiment, pool: Executor | None = None) -> list[dict[str, object]]:
    """Find every break-even by runs with the effect set, on the futures of the comparison."""
    first = next(s for s in experiment.strategies if s.key == experiment.baseline)
    others = [s for s in experiment.strategies if s.key != experiment.baseline]
    questions = [Question(s, effect) for s in others for effect in effects_of(s)]
    if not questions:
        return []
    found = gains(
        experiment.world,
        first,
        questions,
        count=experiment.futures,
        seed=experiment.seed,
        weeks=experiment.weeks,
        doublings=experiment.doublings,
        sampler=experiment.sampler,
        pool=pool,
    )
    at = np.array(MULTIPLIERS)
    rows: list[dict[str, object]] = []
    for number, question in enumerate(questions):
        for outcome in MEASURES:
            b = from_gains(at, found[outcome][number], experiment.seed)
            rows.append(
                {
                    "strategy": question.strategy.key,
                    "effect": question.effect,
                    "outcome": outcome,
                    "method": "exact",
                    "found": _found(b.at) if b.identified else "not identified",
                    "at": b.at if np.isfinite(b.at) else float("nan"),
                    "low": b.low if np.isfinite(b.low) else float("nan"),
                    "high": b.high if np.isfinite(b.high) else float("nan"),
                    "gain_without_effect": float(b.gain[:, 1].mean()),
                    "slope": float(np.polyfit(at, b.gain.mean(axis=0), 1)[0]),
                    "futures": experiment.futures,
                    "text": b.text,
                }
            )
    return rows


def _found(at: float) -> str:
    if np.isnan(at):
        return "no difference"
    return "at" if np.isfinite(at) else ("loses" if at > 0 else "gains")


def count_runs(experiment: Experiment) -> int:
    """Return how many runs `exact` takes."""
    others = [s for s in experiment.strategies if s.key != experiment.baseline]
    questions = sum(len(effects_of(s)) for s in others)
    return experiment.futures * (1 + questions * len(MULTIPLIERS)) if questions else 0


def write_break_evens(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write one row per strategy, effect, outcome and method."""
    write_csv(path, rows, _COLUMNS)


def break_even_text(rows: Sequence[Mapping[str, object]], baseline: str) -> str:
    """Say at which multiple of each assumed effect each strategy equals the baseline."""
    if not rows:
        return ""
    told: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        key = (str(row["strategy"]), str(row["effect"]))
        told.setdefault(key, {})[str(row["outcome"])] = str(row["text"])
    exactly = rows[0]["method"] == "exact"
    cells = [[*key, *(words[name] for name in MEASURES)] for key, words in told.items()]
    table = grid(["strategy", "effect", *(_WORDS[n] for n in MEASURES)], cells, left=(0, 1, 2, 3))
    how = (
        "Found by runs with the effect set to five values in each future; not identified: the "
        "interval leaves no effect out."
        if exactly
        else "Estimated: a line through the futures of this comparison, in which all else differs, "
        "too. Not identified: its 90% band leaves no effect out. Exactly, with more runs: "
        "--break-even."
    )
    note = (
        f"Break-even effect: the multiple of its assumed effect at which a strategy equals "
        f"{baseline} (0: none; 1: as assumed), with 90% interval cut to the range. {how}"
    )
    return f"{paragraph(note)}\n{table}"
