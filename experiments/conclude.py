"""From finished runs in a folder to the answer: tables for further work, words for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ecosystem.errors import ResultsError
from ecosystem.results import Table
from experiments.answer import answer, why
from experiments.breakeven_report import break_even_text, estimated, write_break_evens
from experiments.compare import PRIMARY, Row, compare, differences, write_csv, write_rows
from experiments.design import Experiment
from experiments.explain import COLUMNS, explain
from experiments.gains import compare_gains, write_parties
from experiments.precision import reduction_text, reductions
from experiments.store import read
from experiments.wording import between, three


@dataclass(frozen=True, slots=True)
class Report:
    """What a comparison has to say, ready to print."""

    rows: list[Row]
    sentences: tuple[str, str, str]
    why: list[str]
    gains: str
    failures: list[str]
    break_even: str = ""
    rules: str = ""
    reduction: str = ""


class Told(NamedTuple):
    """What finished runs say, and the tables behind it.

    Attributes
    ----------
    report : Report
    differences, break_evens, sites, events : list of dict
        Rows of the tables that :func:`write_answer` writes.
    runs : dict of str to str
        Runs that differences are explained by, by strategy; those that failed are not among them.
    """

    report: Report
    differences: list[dict[str, Any]]
    break_evens: list[Mapping[str, object]]
    sites: list[dict[str, object]]
    events: list[dict[str, object]]
    runs: dict[str, str]


def tell(
    experiment: Experiment,
    folder: Path,
    future: int = 0,
    exact: Sequence[Mapping[str, object]] = (),
    rules: str = "",
) -> Told:
    """Compare the finished runs in `folder`; writes nothing.

    Parameters are those of :func:`write_answer`. The baseline of `experiment` may be any of its
    strategies.

    Raises
    ------
    ResultsError
        If no run of the baseline is there, or the results are damaged.
    """
    baseline, runs = experiment.baseline, read(folder, "runs")
    failures = _failures(runs)
    made = runs["status"] == "ok"
    if not (made & (runs["strategy"] == baseline)).any():
        raise ResultsError(
            " ".join([f"No run of {baseline} is there to compare with.", *failures[1:]])
        )
    outcomes = read(folder, "outcomes")
    rows = compare(outcomes, baseline, experiment.seed)
    every = differences(outcomes, baseline)
    turns = [*estimated(experiment, every), *exact]
    here = made & (runs["future"] == future)
    told = dict(zip(map(str, runs["strategy"][here]), map(str, runs["run"][here]), strict=True))
    lines, sites, events = _explain_all(experiment, told, future, folder)
    report = Report(
        rows,
        answer(rows, baseline),
        lines,
        compare_gains(rows, baseline, folder, told, future) if baseline in told else "",
        failures,
        break_even_text(list(exact) or turns, baseline),
        rules,
        reduction_text(reductions(outcomes, baseline, experiment.seed)),
    )
    return Told(report, every, turns, sites, events, told)


def write_answer(
    experiment: Experiment,
    future: int,
    folder: Path,
    command: str,
    money: str = "",
    exact: Sequence[Mapping[str, object]] = (),
    rules: str = "",
) -> Report:
    """Compare the finished runs in `folder` and write the answer beside them.

    Writes ``comparison.csv`` (one row per strategy and outcome), ``differences.csv`` (one per
    strategy, outcome and future), ``why.csv`` and ``why_events.csv`` (sites and first events that
    differ in one future), ``parties.csv`` (who paid whom in it), ``break_even.csv`` (the effect at
    which a strategy equals the baseline) and ``answer.md``.

    Parameters
    ----------
    experiment : Experiment
    future : int
        The future in which differences are explained.
    folder : Path
    command : str
        How to make the same answer again.
    money : str
        What each strategy made of a common budget, if there was one.
    exact : sequence of dict
        From :func:`experiments.breakeven_report.exact`, if that was asked for.
    rules : str
        What depends on the rule of opinion, if that was asked.

    Raises
    ------
    ResultsError
        If no run of the baseline is there, or the results are damaged.
    """
    told = tell(experiment, folder, future, exact, rules)
    write_rows(folder / "comparison.csv", told.report.rows)
    names = ("strategy", "future", "outcome", "unit", "baseline_value", "value", "difference")
    write_csv(folder / "differences.csv", told.differences, names)
    write_break_evens(folder / "break_even.csv", told.break_evens)
    head = ("strategy", "baseline", "future")
    write_csv(folder / "why.csv", told.sites, (*head, *COLUMNS))
    columns = (*head, "only_under", "day", "kind", "site", "agent", "text")
    write_csv(folder / "why_events.csv", told.events, columns)
    if experiment.baseline in told.runs:
        write_parties(folder, experiment.baseline, told.runs)
    page = _page(told.report, experiment, command, money)
    (folder / "answer.md").write_text(page, encoding="utf-8")
    return told.report


def _failures(runs: Table) -> list[str]:
    """Return what to say of failed runs."""
    failed = [i for i, status in enumerate(runs["status"]) if status != "ok"]
    if not failed:
        return []
    first = failed[0]
    who = f"{runs['strategy'][first]}, future {runs['future'][first]}"
    return [
        f"{len(failed)} of {len(runs['run'])} runs failed and are left out, with their pairs.",
        f"The first, {who}: {runs['error'][first]}",
    ]


def _explain_all(
    experiment: Experiment, runs: Mapping[str, str], future: int, folder: Path
) -> tuple[list[str], list[dict[str, object]], list[dict[str, object]]]:
    """Explain every strategy's difference in one future: in lines, by site, by first events."""
    baseline = experiment.baseline
    sites: list[dict[str, object]] = []
    events: list[dict[str, object]] = []
    lines: list[str] = []
    for strategy in (s.key for s in experiment.strategies if s.key != baseline):
        if not {strategy, baseline} <= runs.keys():
            lines.append(f"{strategy} cannot be explained in future {future}: a run failed.")
            continue
        found = explain(_tables(folder, runs[baseline]), _tables(folder, runs[strategy]))
        lines += why(found, strategy, baseline, future)
        common = {"strategy": strategy, "baseline": baseline, "future": future}
        sites += [{**common, **row} for row in found.sites]
        for only, rows in ((baseline, found.first_a), (strategy, found.first_b)):
            names = ("day", "kind", "site", "agent", "text")
            events += [
                {**common, "only_under": only, **dict(zip(names, row, strict=True))} for row in rows
            ]
    return lines, sites, events


def _tables(folder: Path, run: str) -> dict[str, Table]:
    return {name: read(folder, name, [run]) for name in ("sites", "phases", "events")}


def names_text(experiment: Experiment) -> str:
    """Say what the short names of the strategies stand for."""
    return "; ".join(f"{policy.key}: {policy.name}" for policy in experiment.strategies) + "."


def _page(report: Report, experiment: Experiment, command: str, money: str) -> str:
    """Write the answer as Markdown."""
    weeks = experiment.weeks or experiment.world.weeks
    gains = [row for row in report.rows if row.outcome == PRIMARY]
    table = [
        f"| {row.strategy} | {three(row.value)} | {between(row.low, row.high) or '-'} "
        f"| {three(row.diff, sign=True)} | {between(row.diff_low, row.diff_high) or '-'} "
        f"| {row.verdict if row.strategy != experiment.baseline else 'baseline'} |"
        for row in gains
    ]
    lines = [
        f"# {experiment.world.title}: strategies against {experiment.baseline}",
        "",
        " ".join(report.sentences),
        "",
        names_text(experiment),
        "",
        *report.failures,
        "",
        "| Strategy | Usable GW yr, median | 90% interval | Difference | 90% interval | Verdict |",
        "|---|---|---|---|---|---|",
        *table,
        "",
        f"{experiment.futures} sampled futures of {weeks} weeks, seed {experiment.seed}; the same "
        "futures and random streams for all strategies. Intervals come from a bootstrap over "
        "futures; one in ten of them leaves out 0 by chance where there is no difference. "
        "All simulated.",
        "",
        *(["```", report.reduction, "```", ""] if report.reduction else []),
        *(["```", money, "```", ""] if money else []),
        *(["## Break-even", "", "```", report.break_even, "```", ""] if report.break_even else []),
        *(["## Rules of opinion", "", "```", report.rules, "```", ""] if report.rules else []),
        "## People",
        "",
        "```",
        report.gains,
        "```",
        "",
        "## Why",
        "",
        "```",
        *report.why,
        "```",
        "",
        f"Reproduce: `{command}`",
        "",
    ]
    return "\n".join(lines)
