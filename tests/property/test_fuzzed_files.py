"""Damaged and absurd files: each loads to a world that runs, or is refused in one line."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecosystem.errors import InputError
from ecosystem.model import simulate
from ecosystem.observables import WEEKLY
from ecosystem.scenario import DATA, load_strategy, load_world

TEMPLATE = DATA / "template"
FILES = {p.name: p.read_text(encoding="utf-8").replace("{name}", "x") for p in TEMPLATE.iterdir()}
SHIPPED = [p.read_text(encoding="utf-8") for p in sorted((DATA / "strategies").glob("S*.toml"))]
NUMBERS = ["0", "-1", "1e308", "-1e308", "1e-300", "nan", "inf", "-inf", "9" * 30]
OTHERS = ["", "true", '"x"', "[]", "{}", "[[]]", "[1]", "'''", "\x00", "é", '"../x"', "<b>"]
DATES = ["2025-01-06", "9999-12-31", "0001-01-01"]
JUNK = st.sampled_from(NUMBERS + OTHERS + DATES)
PLACES = st.floats(0, 1, exclude_max=True)


@contextmanager
def folder(files: dict[str, str]) -> Iterator[Path]:
    """Lend a folder with these files; Hypothesis runs many examples in one test."""
    path = Path(mkdtemp())
    try:
        for name, text in files.items():
            (path / name).write_text(text, encoding="utf-8", newline="")
        yield path
    finally:
        rmtree(path)


def scratched(text: str, at: float, length: int, junk: str) -> str:
    """Put `junk` over some letters."""
    start = int(at * len(text))
    return text[:start] + junk + text[start + length :]


def revalued(text: str, at: float, junk: str) -> str:
    """Put `junk` in the place of the value of a line ``key = value``."""
    lines = text.split("\n")
    keyed = [i for i, line in enumerate(lines) if re.match(r"\w+ = ", line)]
    row = keyed[int(at * len(keyed))]
    lines[row] = f"{lines[row].partition(' = ')[0]} = {junk}"
    return "\n".join(lines)


def recelled(text: str, at: float, junk: str) -> str:
    """Put `junk` in the place of a cell."""
    cells = text.split(",")
    cells[int(at * len(cells))] = junk.replace(",", ";")
    return ",".join(cells)


def loaded[T](load: Callable[[Path], T], path: Path) -> T | None:
    """Load, or see that what is wrong is said in a line that names the file."""
    try:
        return load(path)
    except InputError as error:
        said = str(error)
        assert 20 < len(said) < 1_500, said
        assert path.parent.name in said or path.name in said, said
        return None


def runs(path: Path) -> bool:
    """Load the world; if it is one, run it for a while under audit."""
    world = loaded(load_world, path / "world.toml")
    if world is None:
        return False
    weeks = min(world.weeks, 20)
    result = simulate(world.with_("weeks", weeks), load_strategy("S2"), 1, audit=True)
    for name in WEEKLY:
        assert np.isfinite(result.series(name)).all(), name
    return True


fuzz = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@fuzz
@given(
    st.sampled_from(["world.toml", "sites.csv", "regions.csv"]), PLACES, st.integers(0, 40), JUNK
)
def test_a_scratched_world_is_refused_in_a_line_or_runs(
    name: str, at: float, length: int, junk: str
) -> None:
    files = FILES | {name: scratched(FILES[name], at, length, junk)}
    with folder(files) as path:
        runs(path)


@fuzz
@example(0.25, "[]")  # no sites at all
@given(PLACES, JUNK)
def test_any_value_of_a_world_is_refused_in_a_line_or_runs(at: float, junk: str) -> None:
    files = FILES | {"world.toml": revalued(FILES["world.toml"], at, junk)}
    with folder(files) as path:
        runs(path)


@fuzz
@given(st.sampled_from(["sites.csv", "regions.csv"]), PLACES, JUNK)
def test_any_cell_of_a_table_is_refused_in_a_line_or_runs(name: str, at: float, junk: str) -> None:
    files = FILES | {name: recelled(FILES[name], at, junk)}
    with folder(files) as path:
        runs(path)


@fuzz
@given(st.sampled_from(SHIPPED), PLACES, st.integers(0, 40), JUNK, st.booleans())
def test_a_damaged_strategy_is_refused_in_a_line_or_loads(
    text: str, at: float, length: int, junk: str, whole: bool
) -> None:
    damaged = revalued(text, at, junk) if whole else scratched(text, at, length, junk)
    with folder({"mine.toml": damaged}) as path:
        loaded(load_strategy, path / "mine.toml")


def test_the_untouched_template_runs() -> None:
    """Else the fuzzing above would never see a run."""
    with folder(FILES) as path:
        assert runs(path)


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"\x00" * 100, b"", b"= 1", b"[" * 3_000])
def test_bytes_that_are_no_text_are_refused(raw: bytes, tmp_path: Path) -> None:
    for load in (load_world, load_strategy):
        (tmp_path / "mine.toml").write_bytes(raw)
        with pytest.raises(InputError, match=r"mine\.toml"):
            load(tmp_path / "mine.toml")
