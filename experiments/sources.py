"""Sources by id, and which of them a number names: what ``data/sources.csv`` knows."""

import csv
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# What a source may say besides an id; data/README.md explains each word.
WORDS = ("assumption", "practice", "docs/odd.md", "model.md", "formulas")
FILES = ("sites.csv", "hardware.csv", "inference_validation.csv", "scaling_laws.csv")


class Source(NamedTuple):
    """A source: what it is, who published it when, addresses, grade."""

    id: str
    what: str
    publisher: str
    date: str
    urls: tuple[str, ...]
    grade: str


@cache
def sources() -> dict[str, Source]:
    """Return all sources by id."""
    text = (files("ecosystem") / "data" / "sources.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Source(
            row["id"],
            row["what"],
            row["publisher"],
            row["date"],
            tuple(row["url"].split()),
            row["grade"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def ids_of(source: str) -> list[str]:
    """Split what a number says of its source: ``"P142-P144; cost: assumption"`` names three."""
    found: list[str] = []
    for part in source.split(";"):
        if part.strip().startswith("press"):
            continue
        for token in part.split(","):
            name, _, comment = token.strip().partition(":")
            if comment.strip() == "assumption" or name in FILES or name.startswith(WORDS):
                continue
            if found and re.fullmatch(r"(19|20)\d\d", name):
                continue  # the year of the source before it
            span = re.fullmatch(r"([A-Z])(\d+)-\1(\d+)", name)
            if span:
                numbers = range(int(span[2]), int(span[3]) + 1)
                found += [f"{span[1]}{number:03d}" for number in numbers]
            else:
                found.append(name)
    return found


def cited(source: str) -> list[Source]:
    """Return the sources that a number names, each alone or followed by a comment."""
    known = sources()
    found: list[Source] = []
    for name in ids_of(source):
        match = known.get(name) or next(
            (known[key] for key in known if name.startswith(f"{key} ")), None
        )
        if match is not None:
            found.append(match)
    return found
