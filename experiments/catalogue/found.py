"""What the catalogue found when it was last run for ``docs/catalogue.md``: verdicts as data.

``python -m experiments.catalogue.found docs/catalogue.md`` takes the page's figures over, with
the date of the day, after the page has been made anew.
"""

import json
import re
import sys
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

FILE = "found.toml"
COMMAND = "ecosystem experiment all"
_ROW = re.compile(r"^\| (E\d+) \| (.*?) \| \*\*(\w+)\*\* \| (.*) \|$", re.M)
_PART = re.compile(r"\*(\w+)\*: (.*)", re.S)
_SETTING = re.compile(r"^(.*?), (\d+) sampled futures", re.M)


class Part(NamedTuple):
    """One part of an expectation: held, failed or undecided, and the words of the finding."""

    verdict: str
    text: str


class Verdict(NamedTuple):
    """What came of one entry."""

    key: str
    verdict: str
    parts: tuple[Part, ...]


class Found(NamedTuple):
    """When and by which command the verdicts were found, in which setting."""

    day: date
    command: str
    world: str
    futures: int
    verdicts: tuple[Verdict, ...]


@cache
def found() -> Found:
    """Return the shipped verdicts."""
    text = (files("experiments.catalogue") / FILE).read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    verdicts = tuple(
        Verdict(row["key"], row["verdict"], tuple(Part(*part) for part in row["parts"]))
        for row in raw["found"]
    )
    return Found(raw["day"], raw["command"], raw["world"], raw["futures"], verdicts)


def of_page(page: str, day: date) -> Found:
    """Return the verdicts that a page tells, see ``docs/catalogue.md``."""
    setting = _SETTING.search(page)
    if setting is None:
        raise ValueError("The page names no world and no number of futures.")
    verdicts = tuple(
        Verdict(key, verdict, tuple(_part(part) for part in parts.split("<br>")))
        for key, _, verdict, parts in _ROW.findall(page)
    )
    return Found(day, COMMAND, setting[1].lower(), int(setting[2]), verdicts)


def _part(text: str) -> Part:
    match = _PART.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"No verdict in {text!r}.")
    return Part(match[1], match[2])


def as_toml(found: Found) -> str:
    """Return verdicts as the shipped file has them."""
    lines = [
        "# What docs/catalogue.md tells, for the page Evidence; see found.py.",
        f"day = {found.day}",
        f"command = {json.dumps(found.command)}",
        f"world = {json.dumps(found.world)}",
        f"futures = {found.futures}",
    ]
    for verdict in found.verdicts:
        lines += ["", "[[found]]", f'key = "{verdict.key}"', f'verdict = "{verdict.verdict}"']
        parts = ",\n".join(f"  {json.dumps(list(p), ensure_ascii=False)}" for p in verdict.parts)
        lines.append(f"parts = [\n{parts},\n]")
    return "\n".join(lines) + "\n"


def main(page: str, day: date) -> None:
    """Take over what a page tells."""
    text = as_toml(of_page(Path(page).read_text(encoding="utf-8"), day))
    Path(__file__).with_name(FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], date.today())
