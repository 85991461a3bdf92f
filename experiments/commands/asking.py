"""Commands that put a question to many runs: catalogue, sweep, ablate, knockout."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ecosystem.errors import InputError
from experiments.commands.completing import catalogue_keys, strategy_lists
from experiments.commands.options import (
    Jobs,
    Out,
    Scheduler,
    Seed,
    Seeds,
    StrategyName,
    WorldName,
    Years,
)
from experiments.commands.running import make_folder, names_in, run_counted, weeks_in, workers_of


def ablate(
    world: WorldName = "stargate",
    strategies: Annotated[
        str,
        typer.Option(
            "--strategies",
            "--strategy",
            help="Ids or files; the first is compared.",
            autocompletion=strategy_lists,
        ),
    ] = "S0,S2",
    seeds: Seeds = 5,
    only: Annotated[
        str, typer.Option(help="Mechanisms or kinds of agents, with commas between; else all.")
    ] = "",
    years: Years = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    out: Out = Path("results/ablate"),
) -> None:
    """Switch off each mechanism, silence each kind of agent: say what results owe to it."""
    from ecosystem.model import KINDS
    from ecosystem.scenario import load_strategy, load_world
    from experiments.ablate import (
        ablation,
        ablation_text,
        failures_text,
        owed,
        variants,
        write_owed,
    )

    chosen, weeks = load_world(world), weeks_in(years)
    policies = tuple(load_strategy(name) for name in names_in(strategies))
    if not policies:
        raise InputError("--strategies names none.")
    without = variants(KINDS, names_in(only))
    runs = ablation(chosen, policies, seeds, seed, weeks, without)
    make_folder(out)
    specs = [spec for group in runs.values() for spec in group]
    about = {"world": chosen.name, "seeds": seeds, "seed": seed, "without": [*runs]}
    run_counted(specs, workers_of(jobs, scheduler), out, about)
    if failed := failures_text(out):
        typer.echo(failed, err=True)
    rows = owed(out, runs, seed)
    write_owed(out / "ablation.csv", rows)
    title = (
        f"{chosen.title}: {len(without)} worlds without something, {seeds} seeds, "
        f"{weeks or chosen.weeks} weeks, central numbers. All of it simulated."
    )
    typer.echo(ablation_text(rows, without, title))
    typer.echo(f"\nFiles: {out}/ablation.csv, manifest.json")


def knockout(
    world: WorldName = "stargate",
    strategy: StrategyName = "S0",
    seeds: Seeds = 5,
    only: Annotated[
        str, typer.Option(help="Nodes, such as chips or cloud:oracle, with commas between.")
    ] = "",
    start: Annotated[
        str, typer.Option(metavar="DATE", help="First day; by default the start of strategies.")
    ] = "",
    weeks: Annotated[
        float | None, typer.Option(min=0.1, help="Length of the outage; by default for good.")
    ] = None,
    years: Years = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    out: Out = Path("results/knockout"),
) -> None:
    """Take each maker, cloud, builder and grid out: say what that costs, and what HHI misses."""
    from ecosystem.scenario import load_strategy, load_world, vendor_nodes
    from experiments.ablate import failures_text
    from experiments.knockout import knockouts, losses, losses_text, write_losses

    chosen, policy, length = load_world(world), load_strategy(strategy), weeks_in(years)
    nodes = names_in(only) or list(vendor_nodes(chosen))
    runs = knockouts(chosen, policy, nodes, _day(start), weeks, seeds, seed, length)
    make_folder(out)
    specs = [spec for group in runs.values() for spec in group]
    about = {"world": chosen.name, "seeds": seeds, "seed": seed, "out": nodes, "weeks": weeks}
    run_counted(specs, workers_of(jobs, scheduler), out, about)
    if failed := failures_text(out):
        typer.echo(failed, err=True)
    rows = losses(out, runs, chosen, seed)
    write_losses(out / "knockout.csv", rows)
    begins = start or chosen.strategy_start.isoformat()
    title = (
        f"{chosen.title}: {len(nodes)} nodes out from {begins} on"
        f"{f' for {weeks:g} weeks' if weeks else ', for good'}; {policy.key}, {seeds} seeds, "
        f"{length or chosen.weeks} weeks, central numbers. All of it simulated."
    )
    typer.echo(losses_text(rows, title))
    typer.echo(f"\nFiles: {out}/knockout.csv, manifest.json")


def _day(text: str) -> date | None:
    """Read what stands at --start."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(f"--start {text}: a day is written like 2028-03-01.") from error


def catalogue(
    out: Annotated[
        Path, typer.Option(help="Folder in which earlier verdicts are looked for.")
    ] = Path("results/catalogue"),
) -> None:
    """List the experiments with their expectations, and the verdicts found so far."""
    from experiments.catalogue.telling import catalogue_text

    typer.echo(catalogue_text(out))
    typer.echo("\nRun one: ecosystem experiment E1; all of them: ecosystem experiment all")


def experiment(
    keys: Annotated[
        str,
        typer.Argument(
            metavar="KEY",
            help="E1 and so on, with commas between; or all.",
            autocompletion=catalogue_keys,
        ),
    ],
    world: WorldName = "stargate",
    futures: Annotated[
        int, typer.Option(min=1, max=100_000, help="Sampled futures; verdicts need 5.")
    ] = 12,
    years: Years = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    out: Out = Path("results/catalogue"),
) -> None:
    """Put a question of the catalogue to the model, and say whether what was expected held."""
    from ecosystem.scenario import load_world
    from experiments import catalogue as entries
    from experiments.catalogue.engine import keep, seen, specs
    from experiments.catalogue.telling import experiment_text, write_experiment

    chosen = load_world(world)
    wanted = list(entries.ENTRIES) if keys.strip().lower() == "all" else names_in(keys)
    for entry in [entries.entry(key) for key in wanted]:
        runs = specs(entry.arms(chosen), chosen, futures, seed, weeks_in(years))
        folder = out / entry.key
        make_folder(folder)
        flat = [spec for group in runs.values() for spec in group]
        about = {"experiment": entry.key, "world": chosen.name, "futures": futures, "seed": seed}
        run_counted(flat, workers_of(jobs, scheduler), folder, about, keep=keep)
        found = seen(folder, runs)
        findings = entry.judge(found)
        title = (
            f"{entry.key} {entry.title}. {chosen.title}; {futures} futures, the same for all; "
            "all of it simulated."
        )
        text = experiment_text(entry, found, findings, title)
        write_experiment(folder, entry, found, findings, text)
        typer.echo(f"{text}\n\nFiles: {folder}/answer.md, findings.csv, arms.csv\n")


def sweep(
    file: Annotated[Path, typer.Argument(help="TOML: title, strategies, [vary] and [set].")],
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    out: Out = Path("results/sweep"),
) -> None:
    """Run your own experiment: strategies over every combination of the numbers that you name."""
    from experiments.catalogue.engine import keep, seen, specs
    from experiments.sweep import cells, load_plan, sweep_text, write_cells

    plan = load_plan(file)
    asked = plan.plan
    runs = specs(plan.arms, plan.world, asked.futures, asked.seed, weeks_in(asked.years))
    make_folder(out)
    flat = [spec for group in runs.values() for spec in group]
    run_counted(
        flat, workers_of(jobs, scheduler), out, {"sweep": asked.model_dump(mode="json")}, keep=keep
    )
    found = cells(plan, seen(out, runs))
    write_cells(out / "sweep.csv", plan, found)
    typer.echo(f"{sweep_text(plan, found)}\n\nFiles: {out}/sweep.csv, manifest.json")
