"""Exit codes are those of docs/commands.md, and each is reached by a command."""

import re
import sys
from pathlib import Path

import fake_ecosystem
import pytest
from typer.testing import CliRunner, Result

from experiments.cli import COMMANDS, app

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def documented() -> set[int]:
    part = PAGE.read_text(encoding="utf-8").split("## Exit codes")[1].split("\n## ")[0]
    return {int(code) for code in re.findall(r"^\| (\d+) \|", part, re.MULTILINE)}


def test_every_command_stands_under_a_question():
    part = PAGE.read_text(encoding="utf-8").split("## Exit codes")[0]
    assert set(re.findall(r"`ecosystem ([a-z][a-z-]*)", part)) == set(COMMANDS)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="ecosystem")


def done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    return call("run", "--world", "tiny.toml", "--strategy", "S0.toml", "--out", "saved")


def damaged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    done(folder, monkeypatch)
    table = next((folder / "saved").glob("*.parquet"))
    table.write_bytes(table.read_bytes()[:-9])
    return call("replay", "saved")


def refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    return call("run", "--world", "atlantis")


def stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["ecosystem.model"], "simulate", interrupted)
    return done(folder, monkeypatch)


REACHED = {0: done, 1: damaged, 2: refused, 130: stopped}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tiny.toml").write_text(fake_ecosystem.WORLD)
    (tmp_path / "S0.toml").write_text('key = "S0"\nname = "S0"\ndescription = "made up"\n')
    monkeypatch.chdir(tmp_path)
    fake_ecosystem.stand_in(monkeypatch)
    return tmp_path


def test_the_page_tells_the_codes_that_there_are():
    assert documented() == set(REACHED)


@pytest.mark.parametrize("code", REACHED)
def test_a_command_reaches(code: int, folder: Path, monkeypatch: pytest.MonkeyPatch):
    result = REACHED[code](folder, monkeypatch)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert bool(result.stderr) == (code in (1, 2))


def test_no_command_at_all_shows_help_and_is_2():
    result = call()
    assert result.exit_code == 2
    assert "compare" in result.output
