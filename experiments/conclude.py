"""From finished runs in a folder to the answer: tables for further work, words for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecosystem.errors import ResultsError
from ecosystem.results import Table
from experiments.answer import answer, why
from experiments.breakeven_report import break_even_text, estimated, write_break_evens
from experiments.compare import PRIMARY, Row, compare, differences, write_csv, write_rows
from experiments.design import Experiment, RunSpec
from experiments.explain import COLUMNS, explain
from experiments.gains import compare_gains
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


def write_answer(
    experiment: Experiment,
    specs: Sequence[RunSpec],
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
    specs : sequence of RunSpec
        Its runs.
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
    failures, failed = _failures(folder)
    baseline = experiment.baseline
    if all(spec.run in failed for spec in specs if spec.strategy.key == baseline):
        raise ResultsError(f"No run of {baseline} is there to compare with. {failures[-1]}")
    outcomes = read(folder, "outcomes")
    rows = compare(outcomes, baseline, experiment.seed)
    write_rows(folder / "comparison.csv", rows)
    every = differences(outcomes, baseline)
    names = ("strategy", "future", "outcome", "unit", "baseline_value", "value", "difference")
    write_csv(folder / "differences.csv", every, names)
    turns = [*estimated(experiment, every), *exact]
    write_break_evens(folder / "break_even.csv", turns)
    lines = _explain_all(experiment, specs, failed, future, folder)
    told = {
        spec.strategy.key: spec.run
        for spec in specs
        if spec.future == future and spec.run not in failed
    }
    gains = compare_gains(rows, baseline, folder, told, future) if baseline in told else ""
    told_turns = break_even_text(list(exact) or turns, baseline)
    saved = reduction_text(reductions(outcomes, baseline, experiment.seed))
    said = answer(rows, baseline)
    report = Report(rows, said, lines, gains, failures, told_turns, rules, saved)
    (folder / "answer.md").write_text(_page(report, experiment, command, money), encoding="utf-8")
    return report


def _failures(folder: Path) -> tuple[list[str], set[str]]:
    """Return what to say of failed runs, and their names."""
    runs = read(folder, "runs")
    failed = [i for i, status in enumerate(runs["status"]) if status != "ok"]
    if not failed:
        return [], set()
    first = failed[0]
    who = f"{runs['strategy'][first]}, future {runs['future'][first]}"
    lines = [
        f"{len(failed)} of {len(runs['run'])} runs failed and are left out, with their pairs.",
        f"The first, {who}: {runs['error'][first]}",
    ]
    return lines, {str(runs["run"][i]) for i in failed}


def _explain_all(
    experiment: Experiment, specs: Sequence[RunSpec], failed: set[str], future: int, folder: Path
) -> list[str]:
    """Explain every strategy's difference in one future; write the tables, return the lines."""
    in_future = {s.strategy.key: s.run for s in specs if s.future == future}
    baseline = experiment.baseline
    sites: list[dict[str, object]] = []
    events: list[dict[str, object]] = []
    lines: list[str] = []
    for strategy, run in in_future.items():
        if strategy == baseline:
            continue
        if {run, in_future[baseline]} & failed:
            lines.append(f"{strategy} cannot be explained in future {future}: a run failed.")
            continue
        found = explain(_tables(folder, in_future[baseline]), _tables(folder, run))
        lines += why(found, strategy, baseline, future)
        common = {"strategy": strategy, "baseline": baseline, "future": future}
        sites += [{**common, **row} for row in found.sites]
        for only, rows in ((baseline, found.first_a), (strategy, found.first_b)):
            names = ("day", "kind", "site", "agent", "text")
            events += [
                {**common, "only_under": only, **dict(zip(names, row, strict=True))} for row in rows
            ]
    head = ("strategy", "baseline", "future")
    write_csv(folder / "why.csv", sites, (*head, *COLUMNS))
    columns = (*head, "only_under", "day", "kind", "site", "agent", "text")
    write_csv(folder / "why_events.csv", events, columns)
    return lines


def _tables(folder: Path, run: str) -> dict[str, Table]:
    return {name: read(folder, name, [run]) for name in ("sites", "phases", "events")}


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
