"""Options that several commands take, each said once."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.completing import strategy_lists, strategy_names, world_names

WorldName = Annotated[
    str,
    typer.Option(
        "--world",
        help="Name of a world (see: ecosystem worlds) or a TOML file.",
        autocompletion=world_names,
    ),
]
StrategyName = Annotated[
    str,
    typer.Option(
        help="Id of a strategy (see: ecosystem strategies) or a TOML file.",
        autocompletion=strategy_names,
    ),
]
StrategyNames = Annotated[
    str,
    typer.Option(help="Ids or TOML files, with commas between.", autocompletion=strategy_lists),
]
Baseline = Annotated[
    str, typer.Option(help="The strategy to compare with.", autocompletion=strategy_names)
]
Years = Annotated[
    float | None,
    typer.Option(min=0.1, max=50, help="Length of a run; by default the world's own."),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of all random streams.")]
Seeds = Annotated[
    int, typer.Option(min=1, max=10_000, help="Seeds, the same for all; intervals need 5.")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, max=1_024, help="Processes; by default one per core.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="tcp://HOST:PORT",
        help="A running Dask cluster that makes the runs, instead of processes here; its workers "
        "need this package and must see the folder for results.",
    ),
]
Out = Annotated[
    Path, typer.Option(help="Folder for results; the same command goes on from what is there.")
]
