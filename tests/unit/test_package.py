"""The package as it is installed: built, unpacked elsewhere, and used without the checkout."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from viz.sections.grounds import ATTRIBUTION

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
import ecosystem, experiments, viz
place = sys.argv.pop(1)
assert all(m.__file__.startswith(place) for m in (ecosystem, experiments, viz)), ecosystem.__file__
from experiments.cli import main
main()
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    place = tmp_path_factory.mktemp("site")
    with ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(place)
    return place


def use(place: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the console command of the unpacked wheel in a folder of its own."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    command = [sys.executable, "-c", PROGRAM, str(place), *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--version"], "ecosystem 0.1"),
        (["worlds"], "stargate"),
        (["strategies"], "S9half"),
        (["show", "grid.study_slots"], "grade"),
        (["run", "--years", "1"], "usable"),
        (["new-world", "my_county"], "my_county"),
        (["catalogue"], "E12"),
        (["bench", "--quick", "--only", "cluster"], "clusters/s"),
        (["compare", "--futures", "1", "--years", "2", "--strategies", "S0,S2"], "report.html"),
    ],
)
def test_the_wheel_works_outside_the_checkout(
    unpacked: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    done = use(unpacked, tmp_path, *words)
    assert (done.returncode, said in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.slow
def test_bad_input_ends_with_2_and_one_message(unpacked: Path, tmp_path: Path) -> None:
    done = use(unpacked, tmp_path, "run", "--world", "atlantis")
    assert done.returncode == 2
    assert "atlantis" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_source_archive_holds_what_a_build_and_its_tests_need(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in ("pyproject.toml", "README.md", "LICENSE", "uv.lock", "docs/validation.md"):
        assert name in names
    assert {"ecosystem/data/worlds/stargate.toml", "tests/golden/reference.json"} <= names
    assert not [n for n in names if n.startswith(("results/", ".venv/", ".uv/"))]


def test_the_citation_has_what_its_format_requires():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(cited)
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] in ("software", "dataset")
    assert (str(cited["version"]), cited["license"]) == (project["version"], project["license"])
    for work in (cited, *cited["references"]):
        assert work["title"]
        assert work["type"] in ("software", "data", "article")
        assert work["authors"]
        for author in work["authors"]:
            assert "name" in author or "family-names" in author
        assert re.fullmatch(r"10\.\d{4,}/\S+", work.get("doi", "10.0000/none"))
        assert work.get("url", "https://").startswith("https://")


@pytest.mark.parametrize("page", ["README.md", "ecosystem/data/README.md", "CITATION.cff"])
def test_who_lent_data_is_named_with_its_terms(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    for owner in ("Epoch AI", "datacentertracker.org"):
        place = text.index(owner)
        assert re.search(r"CC[ -]BY[ -]4\.0", text[place : place + 400]), owner


def test_the_report_names_who_lent_data():
    for words in ("Epoch AI", "Frontier Data Centers", "datacentertracker.org", "CC BY 4.0"):
        assert words in ATTRIBUTION


@pytest.mark.slow
def test_the_wheel_says_that_it_is_typed(unpacked: Path) -> None:
    for package in ("ecosystem", "experiments", "viz"):
        assert (unpacked / package / "py.typed").is_file()
