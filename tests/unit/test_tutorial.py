"""The tutorial: its blocks run, and make the runs that the commands would make."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli import app

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCKS = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)
COMMON = ["--world", "fictional", "--futures", "2", "--years", "1.15", "--jobs", "1"]


def test_the_tutorial_does_what_the_commands_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one_run, compare, flips, numbers, experiment = BLOCKS
    scope: dict[str, object] = {}
    for block in (one_run, compare, flips, numbers, experiment):
        lines = [line for line in block.splitlines() if line.strip()]
        assert sum(not line.startswith(("from ", "import ")) for line in lines) <= 10
        exec(compile(block, str(TUTORIAL), "exec"), scope)
    told = (tmp_path / "results/compare/comparison.csv").read_text()
    done = CliRunner().invoke(app, ["compare", "--strategies", "S0,S2", *COMMON])
    assert done.exit_code == 0, done.output
    assert "0 runs made, 6 found" in done.output
    assert (tmp_path / "results/compare/comparison.csv").read_text() == told
    words = ["sensitivity", "--method", "sobol", "--rows", "2", "--only", "lab.friction"]
    done = CliRunner().invoke(app, [*words, *(w for w in COMMON if w not in ("--futures", "2"))])
    assert done.exit_code == 0, done.output
    assert "0 runs made, 16 found" in done.output
    done = CliRunner().invoke(app, ["experiment", "E11", *COMMON])
    assert done.exit_code == 0, done.output
    assert "0 runs made, 4 found" in done.output
