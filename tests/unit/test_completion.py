"""Completion in the shell: commands, options, and names of what is shipped."""

import pytest
from typer.testing import CliRunner

from ecosystem.scenario import load_world, shipped
from experiments.catalogue import ENTRIES
from experiments.cli import COMMANDS, app
from experiments.validate import SUBJECTS


def offered(line: str) -> list[str]:
    """Return what bash would offer at the end of a line; a blank at the end begins a word."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    done = CliRunner().invoke(
        app, [], env={"_ECOSYSTEM_COMPLETE": "complete_bash", **words}, prog_name="ecosystem"
    )
    assert done.exit_code == 0
    return done.stdout.split()


SITES = [s.key for s in load_world("stargate").sites if s.role in ("programme", "candidate")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ecosystem ", list(COMMANDS)),
        ("ecosystem compare --fr", ["--frame"]),
        ("ecosystem compare --world ", shipped("worlds")),
        ("ecosystem run --strategy S9", ["S9", "S9half"]),
        ("ecosystem compare --strategies S0,S9", ["S0,S9", "S0,S9half"]),
        ("ecosystem ablate --strategies S0,S0", []),
        ("ecosystem compare --strategies mine", []),
        ("ecosystem explain ", SITES),
        ("ecosystem experiment ", [*ENTRIES, "all"]),
        ("ecosystem validate ", sorted(SUBJECTS)),
        ("ecosystem show pla", ["placebo"]),
    ],
)
def test_a_shell_is_offered(line: str, words: list[str]):
    assert offered(line) == words


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_every_shell(shell: str):
    env = {"_ECOSYSTEM_COMPLETE": f"source_{shell}"}
    done = CliRunner().invoke(app, [], env=env, prog_name="ecosystem")
    assert done.exit_code == 0
    assert f"_ECOSYSTEM_COMPLETE=complete_{shell}" in done.stdout


def test_help_tells_how_to_install_it():
    assert "--install-completion" in CliRunner().invoke(app, ["--help"]).stdout
