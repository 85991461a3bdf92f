"""Which conclusions of a ranking depend on the rule by which opinions form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ecosystem.society.opinion import Influence
from experiments.compare import PRIMARY, Row, write_csv
from experiments.design import Experiment
from experiments.summary import grid, paragraph
from experiments.wording import between, three

_RULE = "numbers.society.opinion_rule"


def variants(experiment: Experiment) -> dict[str, Experiment]:
    """Return the same comparison under each other rule of opinion, by name."""
    usual = experiment.world.numbers.society.opinion_rule
    return {
        rule.value: replace(experiment, world=experiment.world.with_values({_RULE: rule.value}))
        for rule in Influence
        if rule.value != usual
    }


def rules_table(found: Mapping[str, Sequence[Row]], baseline: str) -> list[dict[str, object]]:
    """Return the primary difference of every strategy under every rule; one dict each."""
    return [
        {
            "rule": rule,
            "strategy": row.strategy,
            "difference": row.diff,
            "low": row.diff_low,
            "high": row.diff_high,
            "verdict": row.verdict,
            "rank": rank,
        }
        for rule, rows in found.items()
        for rank, row in enumerate(_ranked(rows, baseline), start=1)
    ]


def _ranked(rows: Sequence[Row], baseline: str) -> list[Row]:
    """Return the rows of the primary outcome but for the baseline, the best first."""
    own = [row for row in rows if row.outcome == PRIMARY and row.strategy != baseline]
    return sorted(own, key=lambda row: (-row.diff, row.strategy))


def write_rules(path: Path, table: Sequence[Mapping[str, object]]) -> None:
    """Write the table as CSV."""
    columns = ("rule", "strategy", "difference", "low", "high", "verdict", "rank")
    write_csv(path, table, columns)


def rules_text(found: Mapping[str, Sequence[Row]], baseline: str) -> str:
    """Tell the difference under each rule, and what depends on the rule.

    Parameters
    ----------
    found : mapping of rule to rows
        From :func:`experiments.compare.compare`; the usual rule first.
    baseline : str
    """
    by_rule = {
        rule: {r.strategy: r for r in _ranked(rows, baseline)} for rule, rows in found.items()
    }
    usual, *_ = by_rule
    cells: list[list[str]] = []
    moved: list[str] = []
    for strategy in by_rule[usual]:
        rows = [of[strategy] for of in by_rule.values() if strategy in of]
        verdicts = [row.verdict for row in rows]
        cells.append([strategy, *map(_cell, rows)])
        if len(set(verdicts)) > 1:
            says = ", ".join(
                f"{rule.replace('_', ' ')}: {row.verdict}"
                for rule, row in zip(by_rule, rows, strict=True)
            )
            moved.append(f"{strategy} ({says})")
    orders = {rule: list(of) for rule, of in by_rule.items()}
    other = [rule for rule in orders if orders[rule] != orders[usual]]
    lines = [
        f"Whether it is more, less or unclear depends on the rule for: {'; '.join(moved)}."
        if moved
        else "Under every rule each strategy comes out as more, less or unclear alike.",
        "The order by the median difference is another under: "
        + "; ".join(f"{r.replace('_', ' ')} ({', '.join(orders[r])})" for r in other)
        + f"; it is {', '.join(orders[usual])} under {usual.replace('_', ' ')}."
        if other
        else "The order by the median difference is the same under every rule.",
    ]
    head = ["strategy", *(rule.replace("_", " ") for rule in by_rule)]
    title = f"Usable GW-years over {baseline} by rule of opinion, median and 90% interval"
    return "\n".join([title, grid(head, cells), *map(paragraph, lines)])


def _cell(row: Row) -> str:
    interval = between(row.diff_low, row.diff_high)
    return three(row.diff, sign=True) + (f" ({interval})" if interval else "")
