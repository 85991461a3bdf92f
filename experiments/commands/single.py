"""Commands on single runs: ``run``, ``explain``, ``replay``, ``diff``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.completing import site_keys, strategy_names
from experiments.commands.options import Jobs, Seed, StrategyName, WorldName, Years
from experiments.commands.running import (
    cores,
    make_folder,
    progress,
    run_counted,
    weeks_in,
    workers_of,
)

if TYPE_CHECKING:
    from experiments.design import RunSpec


def run(
    world: WorldName = "stargate",
    strategy: StrategyName = "S0",
    seed: Seed = 0,
    years: Years = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for all tables (Parquet) and manifest.json.")
    ] = None,
) -> None:
    """Run one world with one strategy and print what happened."""
    from ecosystem.scenario import load_strategy, load_world
    from experiments.gains import run_gains
    from experiments.replay import save_run
    from experiments.runner import simulate
    from experiments.summary import run_text

    chosen, policy = load_world(world), load_strategy(strategy)
    if out is not None:
        make_folder(out)
    result = simulate(chosen, policy, seed, weeks_in(years), explained=True)
    title = (
        f"{chosen.title}. {policy.key} {policy.name}; seed {seed}; {len(result.series('week'))} "
        f"weeks from {chosen.start}. All of it simulated."
    )
    typer.echo(f"{run_text(result, title)}\n\n{run_gains(result)}")
    if out is not None:
        save_run(result, chosen, policy, out)
        typer.echo(f"\nTables and manifest.json: {out}")


def explain(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="[RUN] SITE",
            help="Key of a site; before it, if you like, the folder of a run: "
            "ecosystem run --out RUN.",
            autocompletion=site_keys,
        ),
    ],
    world: WorldName = "stargate",
    strategy: StrategyName = "S0",
    seed: Seed = 0,
    years: Years = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Stop the run on this day: float, what binds then, what one more week costs.",
        ),
    ] = None,
    relax: Annotated[
        str | None,
        typer.Option(
            metavar="CAUSE",
            help="Make the run again with this cause holding nothing back at the site; all: with "
            "each of the eight, and rank them.",
        ),
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Relax the cause at all sites.")
    ] = False,
    seeds: Annotated[
        int,
        typer.Option(min=0, max=100_000, help="Ensemble: so many replications by chance alone."),
    ] = 0,
    futures: Annotated[
        int,
        typer.Option(
            min=0, max=100_000, help="Ensemble: so many futures, uncertain numbers drawn too."
        ),
    ] = 0,
    jobs: Jobs = None,
    out: Annotated[
        Path,
        typer.Option(help="Folder for an ensemble; the same command goes on from what is there."),
    ] = Path("results/explain"),
) -> None:
    """Tell why a site is late: events, slip by cause, what would have helped most.

    Of a saved RUN, or of a run made now with these options; with --seeds or --futures over an
    ensemble: what is critical how often, what each cause costs, the chance of power by date.
    """
    from experiments.explaining import Question, tell

    question = Question(
        what=what,
        world=world,
        strategy=strategy,
        seed=seed,
        weeks=weeks_in(years),
        at=at,
        relax=relax,
        everywhere=everywhere,
        seeds=seeds,
        futures=futures,
        jobs=jobs or cores(),
        folder=out,
    )
    if question.many:
        make_folder(out)
    typer.echo(tell(question, progress, _run_here))


def _run_here(specs: "list[RunSpec]", jobs: int, *where: Any, **options: Any) -> None:
    run_counted(specs, workers_of(jobs), *where, **options)


def replay(
    manifest: Annotated[
        Path, typer.Argument(help="manifest.json, or the folder of a run or of a comparison.")
    ],
    strategy: Annotated[
        str | None,
        typer.Option(
            help="Of a comparison; by default its baseline.", autocompletion=strategy_names
        ),
    ] = None,
    future: Annotated[int, typer.Option(min=0, help="Of a comparison; 0 is central.")] = 0,
) -> None:
    """Make a stored run again: identical bit for bit, or what differs; exit code 1 then."""
    from experiments.replay import folder_of
    from experiments.replay import replay as made_again

    found = made_again(folder_of(manifest), strategy, future)
    typer.echo(found.text)
    if not found.same:
        raise typer.Exit(1)


def diff(
    a: Annotated[Path, typer.Argument(help="Folder of a run: ecosystem run --out A.")],
    b: Annotated[Path, typer.Argument(help="Folder of another.")],
) -> None:
    """Say what changed between two saved runs, and why the results moved."""
    from experiments.replay import diff as apart
    from experiments.replay import folder_of

    typer.echo(apart(folder_of(a), folder_of(b)))
