"""Commands that show what there is, check it, or open it: lists, validation, the app."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.completing import shown_names, validated_parts
from experiments.commands.options import WorldName
from experiments.commands.running import make_folder


def worlds() -> None:
    """List the worlds that come with the package."""
    from ecosystem.scenario import load_world, shipped
    from experiments.summary import grid

    rows = [
        [w.name, w.kind, str(len(w.sites)), f"{w.start} + {w.weeks} weeks", w.title]
        for w in map(load_world, shipped("worlds"))
    ]
    typer.echo(grid(["name", "kind", "sites", "time", "title"], rows, left=(0, 1, 3, 4)))


def new_world(
    name: Annotated[str, typer.Argument(help="Name of the world and of its folder.")],
) -> None:
    """Write a folder with a world, its tables and a strategy to fill in; it runs as it is."""
    from ecosystem.scenario import write_template

    files = write_template(name)
    typer.echo("Written: " + ", ".join(map(str, files)))
    typer.echo(f"Try it: ecosystem run --world {name}/{name}.toml")
    typer.echo(f"Then read {name}/{name}.toml, which says what to fill in and where.")


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


def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A world, a strategy, or a number's path such as grid.study_slots.",
            autocompletion=shown_names,
        ),
    ],
    world: WorldName = "stargate",
) -> None:
    """Show a world, a strategy or a number with unit, range, source and grade."""
    from experiments.show import shown

    typer.echo(shown(name, world))


def validate(
    what: Annotated[
        str,
        typer.Argument(
            help="What to validate; without it, a list of what there is.",
            autocompletion=validated_parts,
        ),
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
    make_folder(out)
    found = subject.checks()
    parts = [table_text(found), *map(paragraph, subject.notes())]
    typer.echo("\n\n".join(parts))
    typer.echo("\nFiles: " + ", ".join(map(str, write(what, found, subject, out))))
    if any(check.failed for check in found):
        raise typer.Exit(1)


def browse(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Local port.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    host: Annotated[
        str, typer.Option(help="Address to listen on; by default only this computer can reach it.")
    ] = "127.0.0.1",
    results: Annotated[
        Path, typer.Option(help="Folder whose comparisons open, and in which new ones are made.")
    ] = Path("results"),
) -> None:
    """Open the app in the browser: the live world, comparisons, sites, strategies."""
    from viz.app import serve

    serve(port, not no_open, host=host, results=results)
