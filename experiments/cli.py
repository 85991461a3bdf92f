"""The console command ``ecosystem``. What a command needs is imported when it runs."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ecosystem.errors import EcosystemError, InputError
from experiments.commands.asking import ablate, catalogue, experiment, knockout, sweep
from experiments.commands.benching import bench
from experiments.commands.comparing import compare
from experiments.commands.insight import discover, sensitivity
from experiments.commands.looking import browse, new_world, show, strategies, validate, worlds
from experiments.commands.single import diff, explain, replay, run

BAD_INPUT = 2
COMMANDS = {  # in the order in which help lists them
    "run": run,
    "compare": compare,
    "ablate": ablate,
    "knockout": knockout,
    "catalogue": catalogue,
    "experiment": experiment,
    "sweep": sweep,
    "sensitivity": sensitivity,
    "discover": discover,
    "explain": explain,
    "replay": replay,
    "diff": diff,
    "worlds": worlds,
    "new-world": new_world,
    "strategies": strategies,
    "show": show,
    "validate": validate,
    "bench": bench,
    "app": browse,
}


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
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Agent-based model of the AI-compute build-out, to compare community-investment "
    "strategies.",
)


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


for name, function in COMMANDS.items():
    app.command(name)(function)


def main() -> None:
    """Run the console command."""
    app(prog_name="ecosystem")
