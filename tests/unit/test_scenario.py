"""Worlds and strategies: what is right loads, what is wrong says where, what and the way out."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ecosystem.errors import InputError
from ecosystem.parameters import cards
from ecosystem.scenario import (
    ACTIVITIES,
    DATA,
    Levers,
    World,
    load_strategy,
    load_world,
    shipped,
    uncertain,
)

TABLES = ("sites.csv", "regions.csv", "records.csv")


@pytest.fixture
def world_file(tmp_path: Path) -> Path:
    """Copy a shipped world with its tables, to be spoilt."""
    for table in TABLES:
        shutil.copy(DATA / table, tmp_path)
    shutil.copy(DATA / "worlds" / "stargate.toml", tmp_path / "mine.toml")
    return tmp_path / "mine.toml"


def replace(path: Path, old: str, new: str) -> None:
    """Change the only place where `old` stands."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def set_cell(path: Path, row: int, column: str, value: str) -> None:
    """Write one cell of a table; `row` counts from 0 below the header."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[row][column] = value
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def complaint(load: Callable[[], object]) -> str:
    """Return the message of the InputError that `load` raises."""
    with pytest.raises(InputError) as caught:
        load()
    return str(caught.value)


@pytest.mark.parametrize("name", shipped("worlds"))
def test_shipped_world_loads(name: str) -> None:
    world = load_world(name)
    assert world.name == name
    assert world.start < world.strategy_start


@pytest.mark.parametrize("key", shipped("strategies"))
def test_shipped_strategy_loads(key: str) -> None:
    strategy = load_strategy(key)
    assert strategy.key == key
    assert strategy.start is None, "the world's strategy_start holds"
    assert strategy.description


def test_shipped_names() -> None:
    assert "stargate" in shipped("worlds")
    assert {"S0", "S2", "S3", "placebo"} <= set(shipped("strategies"))


def test_s0_is_the_default_of_the_levers() -> None:
    assert load_strategy("S0").levers == Levers()


def test_names_are_read_in_any_case() -> None:
    assert load_strategy("s2") == load_strategy("S2")


def test_a_copy_beside_its_tables_is_the_same_world(world_file: Path) -> None:
    assert load_world(world_file) == load_world("stargate")


def test_a_table_beside_the_world_comes_first(world_file: Path) -> None:
    set_cell(world_file.parent / "sites.csv", 0, "households", "12345")
    assert load_world(world_file).sites[0].households == 12_345
    for table in TABLES:
        (world_file.parent / table).unlink()
    assert load_world(world_file) == load_world("stargate")


def test_a_world_sets_numbers_by_name(world_file: Path) -> None:
    with world_file.open("a", encoding="utf-8") as handle:
        handle.write("\n[numbers.grid]\nstudy_slots = 5\n")
    world = load_world(world_file)
    assert world.numbers.grid.study_slots == 5
    assert world.with_("numbers.grid.study_slots", 3) == load_world("stargate")


def test_without_sites_takes_site_and_records_away(world_file: Path) -> None:
    replace(world_file, 'sites = "sites.csv"', 'sites = "sites.csv"\nwithout_sites = ["abilene"]')
    world, whole = load_world(world_file), load_world("stargate")
    assert len(world.sites) == len(whole.sites) - 1
    assert all(record.site != "abilene" for record in world.records)
    assert whole.without_site("abilene") == world


WRONG_WORLD = [
    ("weeks = 520", "weks = 520", ["mine.toml", "'weks'", "'weeks'", "missing"]),
    ("weeks = 520", "weeks = 0", ["mine.toml", "weeks = 0", "greater than or equal to 1"]),
    ("weeks = 520", 'weeks = "many"', ["mine.toml", "weeks = 'many'"]),
    ("weeks = 520", "weeks = ", ["mine.toml", "TOML", "line"]),
    ('kind = "real"', 'kind = "rael"', ["mine.toml", "kind = 'rael'", "counterfactual"]),
    ("equity_usd = 18.0e9", "equity = 18.0e9", ["clouds.2.equity", "'equity_usd'"]),
    ("equity_usd = 18.0e9", "equity_usd = -1", ["clouds.2.equity_usd = -1", "or equal to 0"]),
    ('mode = "partnership"', 'mode = "state"', ["governance.mode = 'state'", "centralised"]),
    ('sites = "sites.csv"', 'sites = "sitez.csv"', ["mine.toml", "'sitez.csv'"]),
    ('sites = "sites.csv"', 'sites = "sites.csv"\nwithout_sites = ["abilen"]', ["'abilene'"]),
    ('key = "crusoe"', 'key = "cruso"', ["'abilene'", "contractor 'crusoe'", "'cruso'"]),
    ('key = "neocloud"', 'key = "other"', ["'indiana'", "unknown cloud 'neocloud'"]),
    ("values = [0.10, 0.02,", "values = [0.02,", ["mood", "equally long"]),
    ("dates = [2025-01-06, 2025-08-15,", "dates = [2025-08-15, 2025-01-06,", ["mood", "rise"]),
    ("[mood]", "[numbers.grid]\nstudy_slotz = 5\n[mood]", ["study_slotz", "'study_slots'"]),
    ("[mood]", "[numbers.gird]\nstudy_slots = 5\n[mood]", ["numbers.gird", "'grid'"]),
    ("[mood]", "[numbers.grid]\nstudy_slots = 0\n[mood]", ["numbers.grid.study_slots = 0"]),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG_WORLD, ids=[w[1] for w in WRONG_WORLD])
def test_a_wrong_world_is_explained(world_file: Path, old: str, new: str, said: list[str]) -> None:
    replace(world_file, old, new)
    message = complaint(lambda: load_world(world_file))
    for words in (str(world_file.parent), *said):
        assert words in message


def test_each_mistake_has_its_line(world_file: Path) -> None:
    replace(world_file, "weeks = 520", "weeks = 0")
    replace(world_file, 'kind = "real"', 'kind = "rael"')
    lines = complaint(lambda: load_world(world_file)).splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith(str(world_file))
        assert not line.endswith(("?.", ".."))


WRONG_CELL = [
    ("sites.csv", "facility_mw", "much", ["line 2", "facility_mw = 'much'"]),
    ("sites.csv", "predisposition", "-1.5", ["line 2", "predisposition", "equal to -1"]),
    ("sites.csv", "role", "program", ["line 2", "role = 'program'", "'programme'"]),
    ("sites.csv", "announced", "2025-13-01", ["line 2", "announced = '2025-13-01'"]),
    ("sites.csv", "facility_mw", "", ["line 2", "facility_mw is missing"]),
    ("sites.csv", "region", "ercott", ["site 'abilene'", "'ercott'", "Did you mean 'ercot'?"]),
    ("sites.csv", "developer", "cruso", ["site 'abilene'", "Did you mean 'crusoe'?"]),
    ("sites.csv", "cloud", "orcale", ["site 'abilene'", "Did you mean 'oracle'?"]),
    ("sites.csv", "phases", "0", ["site 'abilene'", "phases >= 1"]),
    ("sites.csv", "phases", "7", ["record of 'abilene'", "of 7"]),
    ("sites.csv", "key", "milam", ["site 'milam' occurs twice"]),
    ("regions.csv", "tight", "1.1", ["line 2", "tight = '1.1'", "less than or equal to 1"]),
    ("records.csv", "site", "abiline", ["unknown site 'abiline'", "Did you mean 'abilene'?"]),
    ("records.csv", "activity", "permitt", ["'abilene'", "Did you mean 'permit'?"]),
    ("records.csv", "status", "done", ["line 2", "status = 'done'", "'finished'"]),
    ("records.csv", "last_phase", "9", ["record of 'abilene'", "phases 1-9 of 8"]),
    ("records.csv", "first_phase", "9", ["record of 'abilene'", "phases 9-8 of 8"]),
]


@pytest.mark.parametrize(
    ("table", "column", "value", "said"), WRONG_CELL, ids=[f"{w[1]}={w[2]}" for w in WRONG_CELL]
)
def test_a_wrong_cell_is_explained(
    world_file: Path, table: str, column: str, value: str, said: list[str]
) -> None:
    set_cell(world_file.parent / table, 0, column, value)
    message = complaint(lambda: load_world(world_file))
    assert len(message.splitlines()) == 1
    assert not message.endswith(("?.", ".."))
    for words in (str(world_file.parent), *said):
        assert words in message


def test_a_wrong_column_is_explained(world_file: Path) -> None:
    replace(world_file.parent / "sites.csv", "facility_mw", "facilty_mw")
    message = complaint(lambda: load_world(world_file))
    assert "sites.csv, line 2: unknown key 'facilty_mw'. Did you mean 'facility_mw'?" in message


@pytest.mark.parametrize("row", ["pjm,too,short\n", "x" + "," * 40 + "\n"])
def test_a_row_of_the_wrong_length_is_explained(world_file: Path, row: str) -> None:
    with (world_file.parent / "regions.csv").open("a", encoding="utf-8") as handle:
        handle.write(row)
    message = complaint(lambda: load_world(world_file))
    assert "regions.csv, line 8" in message
    assert "header" in message


def test_a_table_that_is_not_text_is_explained(world_file: Path) -> None:
    (world_file.parent / "regions.csv").write_bytes(b"key,name\n\xff\xfe\n")
    assert "regions.csv: cannot be read as CSV" in complaint(lambda: load_world(world_file))


@pytest.mark.parametrize(
    ("load", "name", "said"),
    [
        (load_world, "stargat", ["unknown world 'stargat'", "Did you mean 'stargate'?"]),
        (load_world, "nowhere/mine.toml", ["No world file", "mine.toml"]),
        (load_strategy, "placeboo", ["unknown strategy", "Did you mean 'placebo'?"]),
        (load_strategy, "nowhere/mine.toml", ["No strategy file", "mine.toml"]),
    ],
)
def test_an_unknown_name_is_explained(
    load: Callable[[str], object], name: str, said: list[str]
) -> None:
    message = complaint(lambda: load(name))
    for words in said:
        assert words in message


def write_strategy(folder: Path, key: str, body: str) -> Path:
    """Write a strategy with its three names; `body` may extend it and set levers."""
    path = folder / f"{key}.toml"
    names = f'key = "{key}"\nname = "{key}"\ndescription = "A test."\n'
    path.write_text(names + body, encoding="utf-8")
    return path


def test_extends_takes_over_what_is_not_named(tmp_path: Path) -> None:
    write_strategy(tmp_path, "A", 'extends = "S2"\n[levers]\nopenness = 0.9\n')
    path = write_strategy(tmp_path, "B", 'extends = "A"\n[levers]\nagreement_weeks = 4\n')
    expected = load_strategy("S2").levers.with_("openness", 0.9).with_("agreement_weeks", 4)
    assert load_strategy(path).levers == expected


def test_extends_prefers_the_file_beside(tmp_path: Path) -> None:
    write_strategy(tmp_path, "S2", "[levers]\nopenness = 0.123\n")
    path = write_strategy(tmp_path, "mine", 'extends = "S2"\n')
    assert load_strategy(path).levers == Levers(openness=0.123)


@pytest.mark.parametrize("chain", [("A",), ("A", "B"), ("A", "B", "C")])
def test_extends_in_a_circle_is_refused(tmp_path: Path, chain: tuple[str, ...]) -> None:
    for key, parent in zip(chain, (*chain[1:], chain[0]), strict=True):
        write_strategy(tmp_path, key, f'extends = "{parent}"\n')
    message = complaint(lambda: load_strategy(tmp_path / "A.toml"))
    assert "A.toml: extends" in message
    assert "circle" in message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("[levers]\nopeness = 0.5\n", ["'levers.openess'", "Did you mean 'openness'?"]),
        ("[levers]\nopenness = 1.5\n", ["levers.openness = 1.5", "less than or equal to 1"]),
        ('extends = "S0"\n[levers]\nopeness = 0.5\n', ["Did you mean 'openness'?"]),
        ('extends = "S0"\nlevers = 3\n', ["levers = 3"]),
        ('extends = "placeboo"\n', ["mine.toml: extends", "Did you mean 'placebo'?"]),
        ("levrs = 3\n", ["'levrs'", "Did you mean 'levers'?"]),
        ("[levers\n", ["TOML"]),
    ],
)
def test_a_wrong_strategy_is_explained(tmp_path: Path, body: str, said: list[str]) -> None:
    path = write_strategy(tmp_path, "mine", body)
    message = complaint(lambda: load_strategy(path))
    assert len(message.splitlines()) == 1
    for words in (str(path), *said):
        assert words in message


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("stargate")


def test_with_values_sets_several(world: World) -> None:
    changed = world.with_values(
        {"numbers.grid.study_slots": 5, "installed_base_mw.after_factor": 0.8}
    )
    assert (changed.numbers.grid.study_slots, changed.installed_base_mw.after_factor) == (5, 0.8)
    assert (
        changed.with_values({"numbers.grid.study_slots": 3, "installed_base_mw.after_factor": 1})
        == world
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"numbers.grid.study_slotz": 5}, "Did you mean 'numbers.grid.study_slots'?"),
        ({"sites.0.households": 5}, "unknown parameter 'sites.0.households'"),
        ({"numbers.grid.study_slots": 0}, "study_slots = 0"),
    ],
)
def test_with_values_explains(world: World, values: dict[str, float], said: str) -> None:
    assert said in complaint(lambda: world.with_values(values))


def test_uncertain_is_what_futures_sample(world: World) -> None:
    sampled = [card.path for card in uncertain(world)]
    assert "numbers.workforce.training_effect" in sampled
    assert "installed_base_mw.after_factor" in sampled
    assert "numbers.market.capability_law" not in sampled, "a choice, not a quantity"
    assert len(sampled) == sum(card.sample is not None for card in cards(world))


def test_activities_come_from_the_durations() -> None:
    assert len(ACTIVITIES) == 17
    assert {"land", "permit", "sitework", "commissioning"} <= set(ACTIVITIES)
