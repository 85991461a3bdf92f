"""``bench``: what the model, experiments and the app cost on this machine."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ecosystem.errors import InputError
from experiments.bench.names import NAMES
from experiments.commands.completing import measurement_lists
from experiments.commands.running import names_in, progress


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="Smaller sizes, fewer repeats: half a minute.")
    ] = False,
    only: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help=f"Some of {', '.join(NAMES)}, with commas.",
            autocompletion=measurement_lists,
        ),
    ] = "",
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write figures and machine there as JSON.")
    ] = None,
) -> None:
    """Measure what runs, sizes, storage, a frame of the app and memory cost here.

    Other work on the machine adds to what is measured. Limits are those of the tests.
    """
    if json is not None:
        _writable(json)
    from experiments.bench import suite
    from experiments.bench.row import table

    names, rows = suite.chosen(names_in(only)), []
    with progress("measurements") as on_done:
        on_done(0, len(names))
        for done, name in enumerate(names, 1):
            rows += suite.measured(name, quick)
            on_done(done, len(names))
    facts = suite.machine()
    typer.echo(f"{table(rows)}\n\n{suite.machine_text(facts)}")
    if json is not None:
        suite.write_json(json, rows, facts)
        typer.echo(f"Figures and machine: {json}")


def _writable(path: Path) -> None:
    """Refuse a file that cannot be written before minutes are spent on what goes into it."""
    if path.is_dir():
        raise InputError(f"--json {path}: this is a folder; name a file.")
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"--json {path}: there is no folder {str(folder)!r}.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise InputError(f"--json {path}: it may not be written.")
