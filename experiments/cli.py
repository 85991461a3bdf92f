"""The console command ``ecosystem``. What a command needs is imported when it runs."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ecosystem.errors import EcosystemError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from experiments.design import Experiment, RunSpec
    from experiments.runner import Progress, Tally

BAD_INPUT = 2
FRAMES = ("natural", "equal-budget")
INTERRUPTED = 130


class _Commands(TyperGroup):
    """Commands that report what the user can mend in one message, without a traceback."""

    def invoke(self, ctx: Any) -> Any:  # Typer brings its own copy of Click's types
        try:
            return super().invoke(ctx)
        except EcosystemError as error:
            typer.echo(f"ecosystem: {error}", err=True)
            raise typer.Exit(BAD_INPUT if isinstance(error, InputError) else 1) from error


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Agent-based model of the AI-compute build-out, to compare community-investment "
    "strategies.",
)

WorldName = Annotated[
    str, typer.Option("--world", help="Name of a world (see: ecosystem worlds) or a TOML file.")
]
Years = Annotated[
    float | None,
    typer.Option(min=0.1, max=50, help="Length of a run; by default the world's own."),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of all random streams.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"ecosystem {version('ai-compute-ecosystem')}")
        raise typer.Exit()


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


@app.command()
def run(
    world: WorldName = "stargate",
    strategy: Annotated[
        str, typer.Option(help="Id of a strategy (see: ecosystem strategies) or a TOML file.")
    ] = "S0",
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
        _folder(out)
    result = simulate(chosen, policy, seed, _weeks(years), explained=True)
    title = (
        f"{chosen.title}. {policy.key} {policy.name}; seed {seed}; {len(result.series('week'))} "
        f"weeks from {chosen.start}. All of it simulated."
    )
    typer.echo(f"{run_text(result, title)}\n\n{run_gains(result)}")
    if out is not None:
        save_run(result, chosen, policy, out)
        typer.echo(f"\nTables and manifest.json: {out}")


@app.command()
def compare(
    world: WorldName = "stargate",
    strategies: Annotated[
        str, typer.Option(help="Ids or TOML files, with commas between.")
    ] = "S0,S2,S3,placebo",
    baseline: Annotated[str, typer.Option(help="The strategy to compare with.")] = "S0",
    futures: Annotated[
        int,
        typer.Option(
            min=1,
            max=100_000,
            help="Sampled futures, the same for all strategies; intervals need 5. "
            "The central future is run besides.",
        ),
    ] = 8,
    until_width: Annotated[
        float | None,
        typer.Option(
            help="Double the futures until the 90% interval of every strategy's paired difference "
            "in usable GW-years is at most so wide [GW yr]; earlier futures stay as they are.",
        ),
    ] = None,
    futures_most: Annotated[
        int, typer.Option(min=1, max=100_000, help="With --until-width: never more than these.")
    ] = 256,
    years: Years = None,
    frame: Annotated[
        str,
        typer.Option(
            help="natural: every strategy costs what it costs; equal-budget: spending levers are "
            "scaled until all cost the same, and what one cannot absorb is printed."
        ),
    ] = "natural",
    budget_share: Annotated[
        float, typer.Option(help="Equal budget, as a share of campus capex (present values).")
    ] = 0.003,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Processes; by default one per core.")
    ] = None,
    seed: Seed = 0,
    explain: Annotated[
        int, typer.Option(min=0, help="Future in which to explain the difference; 0 is central.")
    ] = 0,
    break_even: Annotated[
        bool,
        typer.Option(
            "--break-even",
            help="Find the break-even effects by runs with each effect set to five values, instead "
            "of estimating them from the futures; five times the runs, or more.",
        ),
    ] = False,
    opinion_rules: Annotated[
        bool,
        typer.Option(
            "--opinion-rules",
            help="Compare under every rule of opinion, and say which conclusions depend on it; "
            "four times the runs.",
        ),
    ] = False,
    out: Annotated[
        Path, typer.Option(help="Folder for results; the same command goes on from what is there.")
    ] = Path("results/compare"),
) -> None:
    """Compare strategies on the same futures, with intervals, and say why they differ."""
    from ecosystem.scenario import load_strategy, load_world
    from experiments.design import Experiment

    if explain > futures:
        raise InputError(f"--explain {explain}: there are futures 0 to {futures}.")
    if frame not in FRAMES:
        raise InputError(f"--frame {frame}: it is one of {', '.join(FRAMES)}.")
    if until_width is not None and not until_width > 0:
        raise InputError(f"--until-width {until_width:g}: a width in GW yr is above 0.")
    policies = [load_strategy(name) for name in _names(strategies)]
    first = load_strategy(baseline.strip())
    if first.key not in [policy.key for policy in policies]:
        policies.insert(0, first)
    experiment = Experiment(
        load_world(world), tuple(policies), first.key, futures, seed, _weeks(years)
    )
    _folder(out)
    command = (
        f"ecosystem compare --world {world} --strategies {strategies} --baseline {baseline} "
        f"--futures {futures} --seed {seed}" + (f" --years {years:g}" if years else "")
    )
    money = ""
    if frame == "equal-budget":
        command += f" --frame {frame} --budget-share {budget_share:g}"
        experiment, money = _at_budget(experiment, budget_share, jobs or _cores(), out)
    command += " --break-even" * break_even + " --opinion-rules" * opinion_rules
    if until_width is None:
        _run_counted(experiment.specs(), jobs or _cores(), out, _about(experiment, command))
    else:
        command += f" --until-width {until_width:g} --futures-most {futures_most}"
        experiment, stopped = _until(
            experiment, until_width, futures_most, jobs or _cores(), out, command
        )
        typer.echo(stopped + "\n")
    exact = _exact(experiment, jobs or _cores()) if break_even else []
    rules = _under_rules(experiment, jobs or _cores(), out, command) if opinion_rules else ""
    _conclude(experiment, explain, out, command, money, exact, rules)


@app.command()
def ablate(
    world: WorldName = "stargate",
    strategies: Annotated[
        str, typer.Option("--strategies", "--strategy", help="Ids or files; the first is compared.")
    ] = "S0,S2",
    seeds: Annotated[
        int, typer.Option(min=1, max=10_000, help="Seeds, the same for all; intervals need 5.")
    ] = 5,
    only: Annotated[
        str, typer.Option(help="Mechanisms or kinds of agents, with commas between; else all.")
    ] = "",
    years: Years = None,
    seed: Seed = 0,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Processes; by default one per core.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for results; the same command goes on from what is there.")
    ] = Path("results/ablate"),
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

    chosen, weeks = load_world(world), _weeks(years)
    policies = tuple(load_strategy(name) for name in _names(strategies))
    if not policies:
        raise InputError("--strategies names none.")
    without = variants(KINDS, _names(only))
    runs = ablation(chosen, policies, seeds, seed, weeks, without)
    _folder(out)
    specs = [spec for group in runs.values() for spec in group]
    about = {"world": chosen.name, "seeds": seeds, "seed": seed, "without": [*runs]}
    _run_counted(specs, jobs or _cores(), out, about)
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


@app.command()
def knockout(
    world: WorldName = "stargate",
    strategy: Annotated[
        str, typer.Option(help="Id of a strategy (see: ecosystem strategies) or a TOML file.")
    ] = "S0",
    seeds: Annotated[
        int, typer.Option(min=1, max=10_000, help="Seeds, the same for all; intervals need 5.")
    ] = 5,
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
    jobs: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Processes; by default one per core.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for results; the same command goes on from what is there.")
    ] = Path("results/knockout"),
) -> None:
    """Take each maker, cloud, builder and grid out: say what that costs, and what HHI misses."""
    from ecosystem.scenario import load_strategy, load_world, vendor_nodes
    from experiments.ablate import failures_text
    from experiments.knockout import knockouts, losses, losses_text, write_losses

    chosen, policy, length = load_world(world), load_strategy(strategy), _weeks(years)
    nodes = _names(only) or list(vendor_nodes(chosen))
    runs = knockouts(chosen, policy, nodes, _day(start), weeks, seeds, seed, length)
    _folder(out)
    specs = [spec for group in runs.values() for spec in group]
    about = {"world": chosen.name, "seeds": seeds, "seed": seed, "out": nodes, "weeks": weeks}
    _run_counted(specs, jobs or _cores(), out, about)
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


def _day(text: str) -> "date | None":
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(f"--start {text}: a day is written like 2028-03-01.") from error


@app.command()
def catalogue(
    out: Annotated[
        Path, typer.Option(help="Folder in which earlier verdicts are looked for.")
    ] = Path("results/catalogue"),
) -> None:
    """List the experiments with their expectations, and the verdicts found so far."""
    from experiments.catalogue.telling import catalogue_text

    typer.echo(catalogue_text(out))
    typer.echo("\nRun one: ecosystem experiment E1; all of them: ecosystem experiment all")


@app.command()
def experiment(
    keys: Annotated[
        str, typer.Argument(metavar="KEY", help="E1 and so on, with commas between; or all.")
    ],
    world: WorldName = "stargate",
    futures: Annotated[
        int, typer.Option(min=1, max=100_000, help="Sampled futures; verdicts need 5.")
    ] = 12,
    years: Years = None,
    seed: Seed = 0,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Processes; by default one per core.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for results; the same command goes on from what is there.")
    ] = Path("results/catalogue"),
) -> None:
    """Put a question of the catalogue to the model, and say whether what was expected held."""
    from ecosystem.scenario import load_world
    from experiments import catalogue as entries
    from experiments.catalogue.engine import keep, seen, specs
    from experiments.catalogue.telling import experiment_text, write_experiment

    chosen = load_world(world)
    wanted = list(entries.ENTRIES) if keys.strip().lower() == "all" else _names(keys)
    for entry in [entries.entry(key) for key in wanted]:
        runs = specs(entry.arms(chosen), chosen, futures, seed, _weeks(years))
        folder = out / entry.key
        _folder(folder)
        flat = [spec for group in runs.values() for spec in group]
        about = {"experiment": entry.key, "world": chosen.name, "futures": futures, "seed": seed}
        _run_counted(flat, jobs or _cores(), folder, about, keep=keep)
        found = seen(folder, runs)
        findings = entry.judge(found)
        title = (
            f"{entry.key} {entry.title}. {chosen.title}; {futures} futures, the same for all; "
            "all of it simulated."
        )
        text = experiment_text(entry, found, findings, title)
        write_experiment(folder, entry, found, findings, text)
        typer.echo(f"{text}\n\nFiles: {folder}/answer.md, findings.csv, arms.csv\n")


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(help="TOML: title, strategies, [vary] and [set].")],
    jobs: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Processes; by default one per core.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for results; the same command goes on from what is there.")
    ] = Path("results/sweep"),
) -> None:
    """Run your own experiment: strategies over every combination of the numbers that you name."""
    from experiments.catalogue.engine import keep, seen, specs
    from experiments.sweep import cells, load_plan, sweep_text, write_cells

    plan = load_plan(file)
    asked = plan.plan
    runs = specs(plan.arms, plan.world, asked.futures, asked.seed, _weeks(asked.years))
    _folder(out)
    flat = [spec for group in runs.values() for spec in group]
    _run_counted(flat, jobs or _cores(), out, {"sweep": asked.model_dump(mode="json")}, keep=keep)
    found = cells(plan, seen(out, runs))
    write_cells(out / "sweep.csv", plan, found)
    typer.echo(f"{sweep_text(plan, found)}\n\nFiles: {out}/sweep.csv, manifest.json")


@app.command()
def sensitivity(
    world: WorldName = "stargate",
    strategy: Annotated[
        str, typer.Option(help="Id of a strategy (see: ecosystem strategies) or a TOML file.")
    ] = "S2",
    baseline: Annotated[str, typer.Option(help="The strategy to compare with.")] = "S0",
    walks: Annotated[
        int, typer.Option(min=1, max=10_000, help="Walks in which all groups move; intervals: 5.")
    ] = 8,
    replicates: Annotated[
        int, typer.Option(min=1, max=1_000, help="Seeds in each walk; noise needs 2.")
    ] = 2,
    alone: Annotated[
        bool,
        typer.Option("--alone", help="Move every number by itself, not a section's together."),
    ] = False,
    only: Annotated[
        str,
        typer.Option(help="Sections or numbers to move, such as lab,grid.study_slots; else all."),
    ] = "",
    years: Years = None,
    seed: Seed = 0,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Processes; by default one per core.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for results; the same command goes on from what is there.")
    ] = Path("results/sensitivity"),
) -> None:
    """Find the numbers that matter: elementary effects (Morris), beside the noise of chance."""
    from ecosystem.scenario import load_strategy, load_world
    from experiments.ablate import failures_text
    from experiments.catalogue.engine import keep
    from experiments.sensitivity import screened, screening, screening_text, write_screened

    policies = {p.key: p for p in map(load_strategy, (baseline.strip(), strategy.strip()))}
    plan = screening(
        load_world(world),
        [*policies.values()],
        walks,
        replicates,
        alone=alone,
        only=_names(only),
        seed=seed,
        weeks=_weeks(years),
    )
    _folder(out)
    about = {"sensitivity": plan.walks.groups, "world": plan.world.name, "seed": seed}
    _run_counted(plan.runs, jobs or _cores(), out, about, keep=keep)
    if failed := failures_text(out):
        typer.echo(failed, err=True)
    found = screened(out, plan)
    write_screened(out / "sensitivity.csv", found)
    typer.echo(f"{screening_text(plan, found)}\n\nFiles: {out}/sensitivity.csv, manifest.json")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


@app.command()
def explain(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="[RUN] SITE",
            help="Key of a site; before it, if you like, the folder of a run: "
            "ecosystem run --out RUN.",
        ),
    ],
    world: WorldName = "stargate",
    strategy: Annotated[
        str, typer.Option(help="Id of a strategy (see: ecosystem strategies) or a TOML file.")
    ] = "S0",
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
    jobs: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Processes; by default one per core.")
    ] = None,
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
        weeks=_weeks(years),
        at=at,
        relax=relax,
        everywhere=everywhere,
        seeds=seeds,
        futures=futures,
        jobs=jobs or _cores(),
        folder=out,
    )
    if question.many:
        _folder(out)
    typer.echo(tell(question, _progress, _run_counted))


@app.command()
def replay(
    manifest: Annotated[
        Path, typer.Argument(help="manifest.json, or the folder of a run or of a comparison.")
    ],
    strategy: Annotated[
        str | None, typer.Option(help="Of a comparison; by default its baseline.")
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


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="Folder of a run: ecosystem run --out A.")],
    b: Annotated[Path, typer.Argument(help="Folder of another.")],
) -> None:
    """Say what changed between two saved runs, and why the results moved."""
    from experiments.replay import diff as apart
    from experiments.replay import folder_of

    typer.echo(apart(folder_of(a), folder_of(b)))


@app.command()
def worlds() -> None:
    """List the worlds that come with the package."""
    from ecosystem.scenario import load_world, shipped
    from experiments.summary import grid

    rows = [
        [w.name, w.kind, str(len(w.sites)), f"{w.start} + {w.weeks} weeks", w.title]
        for w in map(load_world, shipped("worlds"))
    ]
    typer.echo(grid(["name", "kind", "sites", "time", "title"], rows, left=(0, 1, 3, 4)))


@app.command(name="new-world")
def new_world(
    name: Annotated[str, typer.Argument(help="Name of the world and of its folder.")],
) -> None:
    """Write a folder with a world, its tables and a strategy to fill in; it runs as it is."""
    from ecosystem.scenario import write_template

    files = write_template(name)
    typer.echo("Written: " + ", ".join(map(str, files)))
    typer.echo(f"Try it: ecosystem run --world {name}/{name}.toml")
    typer.echo(f"Then read {name}/{name}.toml, which says what to fill in and where.")


@app.command()
def strategies() -> None:
    """List the strategies that come with the package, with the levers they set."""
    from ecosystem.scenario import load_strategy, shipped
    from experiments.show import levers_set
    from experiments.summary import grid

    rows = [
        [s.key, s.name, levers_set(s) or "no lever beyond S0"]
        for s in map(load_strategy, shipped("strategies"))
    ]
    typer.echo(grid(["id", "name", "levers"], rows, left=(0, 1, 2)))


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(help="A world, a strategy, or a number's path such as grid.study_slots."),
    ],
    world: WorldName = "stargate",
) -> None:
    """Show a world, a strategy or a number with unit, range, source and grade."""
    from experiments.show import shown

    typer.echo(shown(name, world))


@app.command()
def validate(
    what: Annotated[
        str, typer.Argument(help="What to validate; without it, a list of what there is.")
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder for the table and the plots.")] = Path(
        "results/validate"
    ),
) -> None:
    """Compare the model with what was observed; exit code 1 when a promise is broken."""
    from experiments.summary import paragraph
    from experiments.validate import subjects_text, suite, table_text, write

    if not what:
        typer.echo(subjects_text())
        return
    subject = suite(what)
    _folder(out)
    found = subject.checks()
    parts = [table_text(found), *map(paragraph, subject.notes())]
    typer.echo("\n\n".join(parts))
    typer.echo("\nFiles: " + ", ".join(map(str, write(what, found, subject, out))))
    if any(check.failed for check in found):
        raise typer.Exit(1)


@app.command(name="app")
def browse(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Local port.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> None:
    """Open the live world in the browser."""
    from viz.app import serve

    serve(port, not no_open)


@contextmanager
def _progress(word: str) -> "Iterator[Progress]":
    """Show a progress bar on a terminal; yield who is told ``(done, in all)``."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(word),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as progress:
        bar = progress.add_task(word, total=None, rate="")

        def on_done(count: int, total: int) -> None:
            speed = progress.tasks[bar].finished_speed or progress.tasks[bar].speed
            rate = f"{speed:.1f} {word}/s" if speed else ""
            progress.update(bar, completed=count, total=total, rate=rate)

        yield on_done


def _run_counted(
    specs: "list[RunSpec]", jobs: int, out: Path, about: dict[str, Any], **options: Any
) -> None:
    """Carry out the runs and say how many there were to make."""
    tally = _run_all(specs, jobs, out, about, **options)
    typer.echo(f"{tally.made} runs made, {tally.found} found in {out}.", err=True)


def _run_all(
    specs: "list[RunSpec]", jobs: int, out: Path, about: dict[str, Any], **options: Any
) -> "Tally":
    """Carry out the runs behind a progress bar; Ctrl-C ends with a word on how to go on."""
    from concurrent.futures.process import BrokenProcessPool

    from experiments.runner import run_all
    from experiments.store import stored

    with _progress("runs") as on_done:
        try:
            return run_all(specs, jobs, on_done, out, about=about, **options)
        except KeyboardInterrupt:
            cause, way_out, code = "Stopped", "the same command goes on", INTERRUPTED
        except BrokenProcessPool:
            cause = "A process died, perhaps for want of memory"
            way_out, code = f"the same command with fewer --jobs than {jobs} goes on", 1
    done = len(stored(out, (spec.run for spec in specs)))
    typer.echo(f"{cause}: {done} of {len(specs)} runs are in {out}; {way_out}.", err=True)
    raise typer.Exit(code)


def _at_budget(
    experiment: "Experiment", share: float, jobs: int, out: Path
) -> "tuple[Experiment, str]":
    """Return the experiment with strategies scaled to one budget, and what to say of it."""
    from dataclasses import replace

    from experiments.budget import budget_text, equal_budget, write_budget

    first = next(s for s in experiment.strategies if s.key == experiment.baseline)
    found = equal_budget(
        experiment.world,
        experiment.strategies,
        first,
        share,
        experiment.seed,
        experiment.weeks,
        jobs,
    )
    write_budget(out, found)
    scaled = {b.strategy.key: b.strategy for b in found}
    policies = tuple(scaled.get(s.key, s) for s in experiment.strategies)
    return replace(experiment, strategies=policies), budget_text(found, share)


def _until(
    experiment: "Experiment", width: float, most: int, jobs: int, out: Path, command: str
) -> "tuple[Experiment, str]":
    """Double the futures until the intervals are narrow or `most` forbids it; say which."""
    from experiments.precision import width_text, widths
    from experiments.store import read

    while True:
        _run_counted(experiment.specs(), jobs, out, _about(experiment, command))
        found = widths(read(out, "outcomes"), experiment.baseline, experiment.seed)
        if max(found.values(), default=0.0) <= width or 2 * experiment.futures > most:
            return experiment, width_text(found, width, experiment.futures)
        experiment = experiment.doubled()


def _exact(experiment: "Experiment", jobs: int) -> list[dict[str, object]]:
    """Return break-even effects found by further runs."""
    from experiments.breakeven_report import count_runs, exact
    from experiments.runner import pool_of

    typer.echo(f"{count_runs(experiment)} more runs for the break-even effects.", err=True)
    with pool_of(jobs) as pool:
        return exact(experiment, pool)


def _under_rules(experiment: "Experiment", jobs: int, out: Path, command: str) -> str:
    """Carry out the comparison under the other rules of opinion and say what depends on them."""
    from experiments.compare import compare
    from experiments.opinion_rules import rules_table, rules_text, variants, write_rules
    from experiments.store import read

    folders = {experiment.world.numbers.society.opinion_rule: out}
    for rule, other in variants(experiment).items():
        folders[rule] = out / "opinion_rules" / rule
        _folder(folders[rule])
        _run_counted(other.specs(), jobs, folders[rule], _about(other, command))
    found = {
        rule: compare(read(folder, "outcomes"), experiment.baseline, experiment.seed)
        for rule, folder in folders.items()
    }
    write_rules(out / "opinion_rules.csv", rules_table(found, experiment.baseline))
    return rules_text(found, experiment.baseline)


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

    from experiments.conclude import write_answer
    from experiments.reopen import reopen
    from experiments.summary import comparison_text, cost_text, paragraph
    from viz.report import write_report

    report = write_answer(experiment, future, out, command, money, exact, rules)
    page = write_report(out, reopen(out), report, date.today())
    for line in report.failures:
        typer.echo(paragraph(line), err=True)
    parts = [
        money,
        "\n".join(map(paragraph, report.sentences)),
        comparison_text(report.rows, experiment.baseline),
        "\n".join(cost_text(report.rows)),
        report.reduction,
        report.break_even,
        report.rules,
        report.gains,
        "\n".join(map(paragraph, report.why)),
        f"Report to send on: {page}\n"
        + paragraph(
            f"Files: {out}/answer.md, comparison.csv, differences.csv, break_even.csv, why.csv, "
            "parties.csv, manifest.json"
        ),
    ]
    typer.echo("\n\n".join(part for part in parts if part))


def _about(experiment: "Experiment", command: str) -> dict[str, Any]:
    from ecosystem.results import versions
    from experiments.design import code_digest

    return {
        "command": command,
        "world": experiment.world.model_dump(mode="json"),
        "strategies": [s.model_dump(mode="json") for s in experiment.strategies],
        "baseline": experiment.baseline,
        "futures": experiment.futures,
        "seed": experiment.seed,
        "weeks": experiment.weeks or experiment.world.weeks,
        "doublings": experiment.doublings,
        "versions": versions(),
        "code": code_digest(),
    }


def _weeks(years: float | None) -> int | None:
    from ecosystem.units import WEEKS_PER_YEAR

    return None if years is None else max(1, round(years * WEEKS_PER_YEAR))


def _folder(path: Path) -> None:
    """Make the folder now: no run should be lost for want of a place to put it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {path}: {error.strerror}.") from error


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """Run the console command."""
    app(prog_name="ecosystem")
