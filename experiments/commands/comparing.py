"""The command ``compare``: strategies on the same futures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ecosystem.errors import InputError
from experiments.commands.options import (
    Baseline,
    Jobs,
    Out,
    Scheduler,
    Seed,
    StrategyNames,
    WorldName,
    Years,
)
from experiments.commands.running import (
    Workers,
    make_folder,
    names_in,
    run_counted,
    weeks_in,
    workers_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from experiments.design import Experiment, Sampler


Futures = Annotated[
    int,
    typer.Option(
        min=1,
        max=100_000,
        help="Sampled futures, the same for all strategies; intervals need 5. "
        "The central future is run besides.",
    ),
]
Width = Annotated[
    float | None,
    typer.Option(
        help="Double the futures until the 90% interval of every strategy's paired difference "
        "in usable GW-years is at most so wide [GW yr]; earlier futures stay as they are.",
    ),
]
Most = Annotated[
    int, typer.Option(min=1, max=100_000, help="With --until-width: never more than these.")
]
SampledBy = Annotated[
    str,
    typer.Option(
        "--sampler",
        help="latin-hypercube, or sobol: a sequence that needs a power of two of futures.",
    ),
]
Frame = Annotated[
    str,
    typer.Option(
        help="natural: every strategy costs what it costs; equal-budget: spending levers are "
        "scaled until all cost the same, and what one cannot absorb is printed."
    ),
]
Share = Annotated[
    float, typer.Option(help="Equal budget, as a share of campus capex (present values).")
]
Explained = Annotated[
    int, typer.Option(min=0, help="Future in which to explain the difference; 0 is central.")
]
Exact = Annotated[
    bool,
    typer.Option(
        "--break-even",
        help="Find the break-even effects by runs with each effect set to five values, instead "
        "of estimating them from the futures; five times the runs, or more.",
    ),
]
Rules = Annotated[
    bool,
    typer.Option(
        "--opinion-rules",
        help="Compare under every rule of opinion, and say which conclusions depend on it; "
        "four times the runs.",
    ),
]
Marginal = Annotated[
    bool,
    typer.Option(
        "--marginal",
        help="Run every strategy again with spending levers (at equal budget: the budget) 1.25 "
        "times as large, and say what the next million buys; twice the runs.",
    ),
]


def compare(
    world: WorldName = "stargate",
    strategies: StrategyNames = "S0,S2,S3,placebo",
    baseline: Baseline = "S0",
    futures: Futures = 8,
    until_width: Width = None,
    futures_most: Most = 256,
    sampler: SampledBy = "latin-hypercube",
    years: Years = None,
    frame: Frame = "natural",
    budget_share: Share = 0.003,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    seed: Seed = 0,
    explain: Explained = 0,
    break_even: Exact = False,
    opinion_rules: Rules = False,
    marginal: Marginal = False,
    out: Out = Path("results/compare"),
) -> None:
    """Compare strategies on the same futures, with intervals, and say why they differ."""
    from experiments.comparison import about, at_budget

    _check(explain, futures, frame, until_width)
    experiment = _experiment(world, strategies, baseline, futures, seed, years, sampler)
    make_folder(out)
    command = (
        f"ecosystem compare --world {world} --strategies {strategies} --baseline {baseline} "
        f"--futures {futures} --seed {seed}"
        + (f" --years {years:g}" if years else "")
        + (f" --sampler {sampler}" if sampler != "latin-hypercube" else "")
    )
    money, workers = "", workers_of(jobs, scheduler)
    if frame == "equal-budget":
        command += f" --frame {frame} --budget-share {budget_share:g}"
        experiment, money = at_budget(experiment, budget_share, workers.jobs, out)
    command += " --break-even" * break_even + " --opinion-rules" * opinion_rules
    if until_width is None:
        run_counted(experiment.specs(), workers, out, about(experiment, command))
    else:
        command += f" --until-width {until_width:g} --futures-most {futures_most}"
        experiment, stopped = _until(experiment, until_width, futures_most, workers, out, command)
        typer.echo(stopped + "\n")
    exact = _exact(experiment, workers, out) if break_even else []
    rules = _under_rules(experiment, workers, out, command) if opinion_rules else ""
    if marginal:
        share = budget_share if frame == "equal-budget" else None
        command += _larger(experiment, share, workers, out)
    _conclude(experiment, explain, out, command, money, exact, rules)


def _check(explain: int, futures: int, frame: str, until_width: float | None) -> None:
    """Refuse options that do not go together."""
    from experiments.comparison import FRAMES

    if explain > futures:
        raise InputError(f"--explain {explain}: there are futures 0 to {futures}.")
    if frame not in FRAMES:
        raise InputError(f"--frame {frame}: it is one of {', '.join(FRAMES)}.")
    if until_width is not None and not until_width > 0:
        raise InputError(f"--until-width {until_width:g}: a width in GW yr is above 0.")


def _experiment(
    world: str,
    strategies: str,
    baseline: str,
    futures: int,
    seed: int,
    years: float | None,
    sampler: str,
) -> "Experiment":
    """Load what is compared; the baseline comes first if it is not among the strategies."""
    from ecosystem.scenario import load_strategy, load_world
    from experiments.design import Experiment

    policies = [load_strategy(name) for name in names_in(strategies)]
    first = load_strategy(baseline.strip())
    if first.key not in [policy.key for policy in policies]:
        policies.insert(0, first)
    return Experiment(
        load_world(world),
        tuple(policies),
        first.key,
        futures,
        seed,
        weeks_in(years),
        sampler=cast("Sampler", sampler),  # checked by Experiment
    )


def _until(
    experiment: "Experiment", width: float, most: int, workers: Workers, out: Path, command: str
) -> "tuple[Experiment, str]":
    """Double the futures until the intervals are narrow or `most` forbids it; say which."""
    from experiments.comparison import about
    from experiments.precision import width_text, widths
    from experiments.store import read

    while True:
        run_counted(experiment.specs(), workers, out, about(experiment, command))
        found = widths(read(out, "outcomes"), experiment.baseline, experiment.seed)
        if max(found.values(), default=0.0) <= width or 2 * experiment.futures > most:
            return experiment, width_text(found, width, experiment.futures)
        experiment = experiment.doubled()


def _exact(experiment: "Experiment", workers: Workers, out: Path) -> list[dict[str, object]]:
    """Return break-even effects found by further runs."""
    from experiments.breakeven_report import count_runs, exact
    from experiments.workers import pool_of

    typer.echo(f"{count_runs(experiment)} more runs for the break-even effects.", err=True)
    with workers.lent(out) as (executor, jobs):
        if executor is not None:
            return exact(experiment, executor)
        with pool_of(jobs) as pool:
            return exact(experiment, pool)


def _under_rules(experiment: "Experiment", workers: Workers, out: Path, command: str) -> str:
    """Carry out the comparison under the other rules of opinion and say what depends on them."""
    from experiments.compare import compare
    from experiments.comparison import about
    from experiments.opinion_rules import rules_table, rules_text, variants, write_rules
    from experiments.store import read

    folders = {experiment.world.numbers.society.opinion_rule: out}
    for rule, other in variants(experiment).items():
        folders[rule] = out / "opinion_rules" / rule
        make_folder(folders[rule])
        run_counted(other.specs(), workers, folders[rule], about(other, command))
    found = {
        rule: compare(read(folder, "outcomes"), experiment.baseline, experiment.seed)
        for rule, folder in folders.items()
    }
    write_rules(out / "opinion_rules.csv", rules_table(found, experiment.baseline))
    return rules_text(found, experiment.baseline)


def _larger(experiment: "Experiment", share: float | None, workers: Workers, out: Path) -> str:
    """Run the strategies with a step more of money; return the option for the command."""
    from experiments.comparison import about
    from experiments.margin import FOLDER, stepped
    from experiments.reopen import runs_digest

    larger = stepped(experiment, share, jobs=workers.jobs)
    if larger is None:
        typer.echo("--marginal: no strategy spends more with larger levers.", err=True)
    else:
        make_folder(out / FOLDER)
        told = about(larger, "ecosystem compare --marginal") | {"margin_of": runs_digest(out)}
        run_counted(larger.specs(), workers, out / FOLDER, told)
    return " --marginal"


def _conclude(
    experiment: "Experiment",
    future: int,
    out: Path,
    command: str,
    money: str = "",
    exact: "Sequence[dict[str, object]]" = (),
    rules: str = "",
) -> None:
    """Compare, explain, print and write what the stored runs say."""
    from datetime import date

    from experiments.conclude import names_text, write_answer
    from experiments.margin import bought, bought_text, write_bought
    from experiments.reopen import reopen
    from experiments.store import read
    from experiments.summary import comparison_text, cost_text, paragraph
    from viz.report import write_report

    report = write_answer(experiment, future, out, command, money, exact, rules)
    page = write_report(out, reopen(out), report, date.today())
    million = bought(out, experiment, read(out, "outcomes"))
    write_bought(out / "marginal.csv", million)
    for line in report.failures:
        typer.echo(paragraph(line), err=True)
    parts = [
        money,
        "\n".join(map(paragraph, (*report.sentences, names_text(experiment)))),
        comparison_text(report.rows, experiment.baseline),
        "\n".join(cost_text(report.rows)),
        bought_text(million),
        report.reduction,
        report.break_even,
        report.rules,
        report.gains,
        "\n".join(map(paragraph, report.why)),
        f"Report to send on: {page}\n"
        + paragraph(
            f"Files: {out}/answer.md, comparison.csv, differences.csv, break_even.csv, why.csv, "
            "parties.csv, marginal.csv, manifest.json"
        ),
    ]
    typer.echo("\n\n".join(part for part in parts if part))
