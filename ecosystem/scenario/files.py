"""TOML and CSV in, worlds and strategies out; shipped ones, and the template of a new world."""

import csv
import re
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from ecosystem.errors import InputError
from ecosystem.scenario.places import Record, Region, Site
from ecosystem.scenario.strategy import Strategy
from ecosystem.scenario.wording import explain, unknown
from ecosystem.scenario.world import World

DATA = Path(str(files("ecosystem") / "data"))


def load_world(name: str | Path) -> World:
    """Read a world by the name of a shipped one or by the path of a TOML file.

    Raises
    ------
    InputError
        If there is no such world, or a file, key or value in it is wrong.
    """
    path = _find(name, "worlds", "world")
    raw = _read_toml(path)
    for key, model in (("sites", Site), ("regions", Region), ("records", Record)):
        if isinstance(raw.get(key), str):
            raw[key] = _read_csv(path, raw[key], model)
    without = raw.pop("without_sites", [])
    try:
        world = World.model_validate(raw)
        for key in without:
            world = world.without_site(key)
    except ValidationError as error:
        raise InputError(explain(error, str(path), World)) from error
    except ValueError as error:
        raise InputError(f"{path}: without_sites: {error}") from error
    return world


def load_strategy(name: str | Path) -> Strategy:
    """Read a strategy by the id of a shipped one (``S2``) or by the path of a TOML file.

    ``extends = "S2"`` takes levers, times, places and conditions of another strategy and changes
    those that are named.

    Raises
    ------
    InputError
        If there is no such strategy, or a key or value in it is wrong.
    """
    return _load_strategy(name, ())


_OWN = {"key", "name", "description", "source", "of_budget"}
"""What a strategy does not take over from the one that it extends."""


def parse_strategy(text: str, where: str) -> Strategy:
    """Read a strategy from the text of a TOML file; `where` names it in messages.

    By the rules of :func:`load_strategy`, but for one: ``extends`` names a shipped strategy, never
    a path, so that text from anywhere can open no file.

    Raises
    ------
    InputError
        If the text is no TOML, or a key or value in it is wrong.
    """

    def base(parent: str) -> Strategy:
        known = shipped("strategies")
        if parent.lower() not in map(str.lower, known):
            raise InputError(unknown("strategy", parent, known, f"{where}: extends"))
        return load_strategy(parent)

    return _extended(_parsed(text, where), where, base)


def _load_strategy(name: str | Path, above: tuple[Path, ...]) -> Strategy:
    path = _find(name, "strategies", "strategy", f"{above[-1]}: extends" if above else "")
    if path in above:
        raise InputError(f"{path}: extends: the strategies extend one another in a circle")

    def base(parent: str) -> Strategy:
        beside = path.parent / f"{parent}.toml"
        return _load_strategy(beside if beside.exists() else parent, (*above, path))

    return _extended(_read_toml(path), str(path), base)


def _extended(raw: dict[str, Any], where: str, base: Callable[[str], Strategy]) -> Strategy:
    """Validate what a file says, together with what it takes over from the one it extends."""
    parent = raw.pop("extends", None)
    if parent is not None:
        if not isinstance(parent, str):
            raise InputError(f'{where}: extends = {parent!r}: name a strategy, such as "S2".')
        inherited = base(parent).model_dump(exclude=_OWN, exclude_unset=True)
        for name, value in inherited.items():
            own = raw.get(name, {})
            if not isinstance(value, dict):
                raw.setdefault(name, value)
            elif isinstance(own, dict):
                raw[name] = {**value, **own}
    try:
        return Strategy.model_validate(raw)
    except ValidationError as error:
        raise InputError(explain(error, where, Strategy)) from error


def write_template(name: str) -> list[Path]:
    """Write a world to fill in, with a strategy, into a new folder `name`; return the files.

    Raises
    ------
    InputError
        If the name will not do, or the folder is already there.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(
            f"new-world {name!r}: a name has small letters, digits and _, and begins with a letter."
        )
    if name in shipped("worlds"):
        raise InputError(f"new-world {name!r}: a world of that name comes with the package.")
    folder, written = Path(name), []
    try:
        folder.mkdir()
        for source in sorted((DATA / "template").iterdir()):
            target = folder / (f"{name}.toml" if source.name == "world.toml" else source.name)
            text = source.read_text(encoding="utf-8").replace("{name}", name)
            target.write_text(text, encoding="utf-8")
            written.append(target)
    except FileExistsError as error:
        raise InputError(
            f"new-world {name!r}: the folder is already there; nothing was written. Choose another "
            "name, or remove it first."
        ) from error
    except OSError as error:
        raise InputError(f"new-world {name!r}: {error.strerror}.") from error
    return written


def shipped(folder: Literal["worlds", "strategies"]) -> list[str]:
    """Return the names of the worlds or strategies that come with the package."""
    return sorted(p.stem for p in (DATA / folder).glob("*.toml"))


def _find(
    name: str | Path, folder: Literal["worlds", "strategies"], what: str, where: str = ""
) -> Path:
    given = Path(name)
    if given.suffix == ".toml":
        if not given.is_file():
            raise InputError(f"No {what} file {str(given)!r}. Give the path of a TOML file.")
        return given.resolve()
    known = shipped(folder)
    match = {k.lower(): k for k in known}.get(str(name).lower())
    if match is None:
        raise InputError(unknown(what, str(name), known, where or "the command"))
    return DATA / folder / f"{match}.toml"


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {error}") from error
    except RecursionError as error:
        raise InputError(f"{path}: cannot be read as TOML: brackets inside brackets.") from error


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers too long, brackets too deep
        raise InputError(f"{where}: cannot be read as TOML: {error}") from error


def _read_csv(world_file: Path, name: str, model: type[BaseModel]) -> list[BaseModel]:
    """Read a table beside the world file, or else from the package's data."""
    path = next((p for p in (world_file.parent / name, DATA / name) if p.is_file()), None)
    if path is None:
        raise InputError(f"{world_file}: no table {name!r} beside it or in {DATA}.")
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as CSV: {error}") from error
    parsed = []
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise InputError(f"{path}, line {number}: {len(row)} fields do not fit the header.")
        filled = {key: value for key, value in row.items() if value != ""}
        try:
            parsed.append(model.model_validate(filled))
        except ValidationError as error:
            raise InputError(explain(error, f"{path}, line {number}", model)) from error
    return parsed
