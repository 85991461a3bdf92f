"""The blocks of the tutorial and of the analysis run, and make the runs that the commands make."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli import app

DOCS = Path(__file__).parents[2] / "docs"
COMMON = ["--world", "fictional", "--futures", "2", "--years", "1.15", "--jobs", "1"]


def live(page: str) -> None:
    """Run the blocks of a page, one after the other; each is short enough to be read."""
    scope: dict[str, object] = {}
    text = (DOCS / page).read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        lines = [line for line in block.splitlines() if line.strip()]
        assert sum(not line.startswith(("from ", "import ")) for line in lines) <= 10
        exec(compile(block, page, "exec"), scope)


def test_the_pages_do_what_the_commands_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    live("tutorial.md")
    said = capsys.readouterr().out
    assert "after 60 weeks" in said
    assert "under S2" in said
    assert "usable compute" in said
    told = (tmp_path / "results/compare/comparison.csv").read_text()
    done = CliRunner().invoke(app, ["compare", "--strategies", "S0,S2", *COMMON])
    assert done.exit_code == 0, done.output
    assert "0 runs made, 6 found" in done.output
    assert (tmp_path / "results/compare/comparison.csv").read_text() == told
    live("analysis.md")
    words = ["sensitivity", "--method", "sobol", "--rows", "2", "--only", "lab.friction"]
    done = CliRunner().invoke(app, [*words, *(w for w in COMMON if w not in ("--futures", "2"))])
    assert done.exit_code == 0, done.output
    assert "0 runs made, 16 found" in done.output
    done = CliRunner().invoke(app, ["experiment", "E11", *COMMON])
    assert done.exit_code == 0, done.output
    assert "0 runs made, 4 found" in done.output
