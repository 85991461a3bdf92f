"""Commands that ask what a result depends on: ``sensitivity`` and ``discover``."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ecosystem.errors import InputError
from experiments.commands.options import (
    Baseline,
    Jobs,
    Scheduler,
    Seed,
    StrategyName,
    WorldName,
    Years,
)
from experiments.commands.running import make_folder, names_in, run_counted, weeks_in, workers_of

METHODS = ("morris", "sobol", "one-at-a-time")
_FOLDERS = {"morris": "sensitivity", "sobol": "sobol", "one-at-a-time": "tornado"}
_REPLICATES = {"morris": 2, "sobol": 1, "one-at-a-time": 5}


Method = Annotated[
    str,
    typer.Option(
        help="morris: screening by elementary effects; sobol: shares of the variance, chance "
        "among them; one-at-a-time: each number low and high, the others central."
    ),
]
Walks = Annotated[
    int,
    typer.Option(
        min=1, max=10_000, help="morris: walks in which all groups move; intervals need 5."
    ),
]
Rows = Annotated[
    int,
    typer.Option(
        min=2, max=65_536, help="sobol: rows of the design, a power of two; intervals: 16."
    ),
]
Replicates = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1_000,
        help="Seeds at every point: morris 2 (noise needs 2), sobol 1, one-at-a-time 5 "
        "(intervals need 5).",
    ),
]
Alone = Annotated[
    bool,
    typer.Option("--alone", help="Move every number by itself, not a section's together."),
]
Moved = Annotated[
    str,
    typer.Option(help="Sections or numbers to move, such as lab,grid.study_slots; else all."),
]
Strongest = Annotated[
    int,
    typer.Option(
        min=0,
        max=1_000,
        help="The strongest of an earlier screening; sobol: each a group, all others one.",
    ),
]
Screened = Annotated[Path, typer.Option(help="With --top: the table of that screening.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        help="Folder for results; the same command goes on from what is there. By default "
        "results/sensitivity, results/sobol or results/tornado."
    ),
]


def sensitivity(
    world: WorldName = "stargate",
    strategy: StrategyName = "S2",
    baseline: Baseline = "S0",
    method: Method = "morris",
    walks: Walks = 8,
    rows: Rows = 32,
    replicates: Replicates = None,
    alone: Alone = False,
    only: Moved = "",
    top: Strongest = 0,
    screening: Screened = Path("results/sensitivity/sensitivity.csv"),
    years: Years = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    out: Folder = None,
) -> None:
    """Find the numbers that matter, beside the noise of chance: screen, shares, one at a time."""
    from ecosystem.scenario import load_strategy, load_world
    from experiments.ablate import failures_text
    from experiments.catalogue.engine import keep
    from experiments.sensitivity import screening as screen
    from experiments.sensitivity import strongest, tell_screened
    from experiments.tornado import tell_bars, turned
    from experiments.variance import shares, tell_shared

    if method not in METHODS:
        raise InputError(f"--method {method}: it is one of {', '.join(METHODS)}.")
    if top and (method == "morris" or only):
        what = "--method morris" if method == "morris" else "--only"
        raise InputError(f"--top {top} does not go with {what}: it takes what a screening found.")
    policies = {p.key: p for p in map(load_strategy, (baseline.strip(), strategy.strip()))}
    first = strongest(screening, top) if top else []
    common: dict[str, Any] = {"only": names_in(only), "seed": seed, "weeks": weeks_in(years)}
    seeds = replicates or _REPLICATES[method]
    pair = load_world(world), [*policies.values()]
    if method == "morris":
        walked = screen(*pair, walks, seeds, alone=alone, **common)
        runs, tell = walked.runs, partial(tell_screened, of=walked)
    elif method == "sobol":
        drawn = shares(*pair, rows, seeds, alone=alone, top=first, **common)
        runs, tell = drawn.runs, partial(tell_shared, of=drawn)
    else:
        single = turned(*pair, seeds, **{**common, "only": first or common["only"]})
        runs, tell = single.runs, partial(tell_bars, of=single)
    folder = Path("results") / _FOLDERS[method] if out is None else out
    make_folder(folder)
    typer.echo(f"{len(runs)} runs.", err=True)
    about = {"sensitivity": method, "world": pair[0].name, "seed": seed}
    run_counted(runs, workers_of(jobs, scheduler), folder, about, keep=keep)
    if failed := failures_text(folder):
        typer.echo(failed, err=True)
    typer.echo(tell(folder))


def discover(
    folder: Annotated[
        Path, typer.Argument(metavar="[RUN]", help="Folder of a comparison; no run is made.")
    ] = Path("results/compare"),
    strategies: Annotated[
        str, typer.Option(help="Only what happens to these strategies, with commas between.")
    ] = "",
    only: Annotated[
        str,
        typer.Option(
            help="Sections or numbers that a box may restrict, such as lab,grid.study_slots; "
            "fewer, named beforehand, leave chance less to offer."
        ),
    ] = "",
    limits: Annotated[
        str,
        typer.Option(
            help="Other limits of failure, such as late_mw=0.2,short_sites=0.5; by default "
            "secured_then_cancelled=0.1, late_mw=0.1, short_sites=0.25."
        ),
    ] = "",
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of shuffles; by default the comparison's.")
    ] = None,
) -> None:
    """Find where in the assumptions a strategy fails, loses, or another comes first (PRIM)."""
    from experiments.design import code_digest
    from experiments.discover import discover as search
    from experiments.discover import discover_text, questions, write_discovered
    from experiments.ranks import with_limits
    from experiments.reopen import reopen
    from experiments.store import read

    of = reopen(folder)
    if of.code != code_digest():
        raise InputError(
            f"{folder} was made by another version of the model, whose sampled numbers are not "
            "known here. Run the comparison again."
        )
    e = of.experiment
    asked = questions(read(folder, "outcomes"), e.baseline, with_limits(_limits(limits)))
    if wanted := names_in(strategies):
        known = [s.key for s in e.strategies]
        for key in wanted:
            if key not in known:
                raise InputError(f"--strategies {key}: the comparison has {', '.join(known)}.")
        asked = [one for one in asked if set(one.strategies) & set(wanted)]
    found = search(e.world, e.sample()[1:], asked, e.seed if seed is None else seed, names_in(only))
    typer.echo(discover_text(found, e.futures))
    usual = not (wanted or only or limits or seed is not None)
    write_discovered(folder, found, e.baseline if usual else None)
    typer.echo(f"\nFiles: {folder}/discover.csv, discover_steps.csv")


def _limits(text: str) -> dict[str, float]:
    """Read limits of failure, such as ``late_mw=0.2``."""
    from experiments.ranks import FAILURES

    known, found = [criterion.outcome for criterion in FAILURES], dict[str, float]()
    for part in names_in(text):
        name, _, value = part.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = float("nan")
        if name not in known or not 0 <= found[name] <= 1:
            raise InputError(
                f"--limits {part}: write a name and a share, such as late_mw=0.2; names are "
                f"{', '.join(known)}."
            )
    return found
