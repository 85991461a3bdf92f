"""ecosystem new-world: what it writes runs as it is and explains itself."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ecosystem.model import simulate
from ecosystem.scenario import (
    AfterAnnouncement,
    Condition,
    Region,
    Site,
    Where,
    load_strategy,
    load_world,
)
from experiments import cli


def call(*words: str):
    return CliRunner().invoke(cli.app, list(words), prog_name="ecosystem")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_runs_as_it_is(folder: Path) -> None:
    made = call("new-world", "my_county")
    assert made.exit_code == 0
    assert "ecosystem run --world my_county/my_county.toml" in made.stdout
    world = load_world(Path("my_county/my_county.toml"))
    assert (world.name, world.kind) == ("my_county", "fictional")
    assert {site.key for site in world.sites} >= {"my_county"}
    policy = load_strategy(Path("my_county/my_strategy.toml"))
    result = simulate(world.with_("weeks", 260), policy, audit=True)
    assert result.series("usable_mw")[-1] > 0
    events = result.tables["events"]
    assert set(events["site"][events["kind"] == "agreement"]) == {"my_county"}


def test_the_numbers_that_it_suggests_are_there(folder: Path) -> None:
    call("new-world", "mine")
    path = Path("mine/mine.toml")
    text = path.read_text(encoding="utf-8").replace("# [numbers", "[numbers")
    path.write_text(text.replace("# tax_usd", "tax_usd"), encoding="utf-8")
    assert load_world(path).numbers.local.tax_usd_per_mw_year == 60_000


@pytest.mark.parametrize("model", [Site, Region])
def test_every_column_is_explained_and_there(folder: Path, model: type) -> None:
    call("new-world", "mine")
    text = Path("mine/mine.toml").read_text(encoding="utf-8")
    table = Path("mine/sites.csv" if model is Site else "mine/regions.csv")
    header = table.read_text(encoding="utf-8").splitlines()[0].split(",")
    words = set(text.replace(",", " ").replace(";", " ").split())
    for column in model.model_fields:
        assert column in words, f"{column} is not explained"
        assert column in header or not model.model_fields[column].is_required(), column


def test_every_key_of_a_strategy_is_shown(folder: Path) -> None:
    call("new-world", "mine")
    path = Path("mine/my_strategy.toml")
    text = path.read_text(encoding="utf-8")
    for group in (Where, AfterAnnouncement, Condition):
        for key in group.model_fields:
            assert f"{key} = " in text
    lines = [line.removeprefix("# ") if " = " in line or "# [" in line else line
             for line in text.splitlines()]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    whole = load_strategy(path)
    assert whole.condition.organised
    assert whole.where.max_gw == 1.0
    assert whole.until is not None


def test_nothing_is_overwritten(folder: Path) -> None:
    call("new-world", "mine")
    before = Path("mine/sites.csv").read_text(encoding="utf-8")
    Path("mine/sites.csv").write_text("precious", encoding="utf-8")
    again = call("new-world", "mine")
    assert again.exit_code == 2
    assert "already there" in again.stderr
    assert Path("mine/sites.csv").read_text(encoding="utf-8") == "precious" != before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("My County", "small letters"),
        ("../mine", "small letters"),
        ("2county", "begins with a letter"),
        ("fictional", "comes with the package"),
    ],
)
def test_a_name_that_will_not_do_is_refused(folder: Path, name: str, said: str) -> None:
    result = call("new-world", name)
    assert result.exit_code == 2
    assert said in result.stderr
    assert list(folder.iterdir()) == []
