"""The page of all numbers, docs/parameters.md: ``python -m experiments.parameters_page``."""

import csv
from collections.abc import Iterator
from inspect import getdoc

from ecosystem.parameters import Card, Parameters, cards
from ecosystem.scenario import DATA, Levers, load_world
from experiments.show import range_of, value_of

WORLD = "stargate"
_HEAD = """# Numbers

Every number of the model, as the default world (`{world}`) has it: {count} numbers, {sampled} of
them sampled in every future. Grade A: a traceable primary source; B: press or secondary; C: an
assumption. `ecosystem show PATH` tells the same of a number in any world; a world file sets it
under `[numbers]`, an experiment under `[vary]` or `[set]`. Made by `python -m
experiments.parameters_page`; a test keeps it current.
"""


def page() -> str:
    """Return docs/parameters.md."""
    world = load_world(WORLD)
    found = list(cards(world.numbers))
    sampled = sum(card.sample is not None for card in found)
    parts = [_HEAD.format(world=WORLD, count=len(found), sampled=sampled)]
    for path, group in _groups(world.numbers):
        own = [card for card in cards(group) if "." not in card.path]
        if own:
            parts.append(_section(path, group, own))
    parts.append(_section("levers", Levers(), list(cards(Levers()))))
    return "\n".join([*parts, _sources()])


def _groups(group: Parameters, path: str = "") -> Iterator[tuple[str, Parameters]]:
    """Yield a group of numbers and all below it, with their dotted paths."""
    yield path, group
    for name in type(group).model_fields:
        inner = getattr(group, name)
        if isinstance(inner, Parameters):
            yield from _groups(inner, f"{path}.{name}" if path else name)


def _section(path: str, group: Parameters, found: list[Card]) -> str:
    about = (getdoc(type(group)) or "").split("\n\n")[0].replace("\n", " ")
    rows = [
        [
            f"`{card.path}`",
            card.meaning,
            value_of(card),
            card.limits.replace("<", "&lt;").replace(">", "&gt;"),
            range_of(card),
            card.grade,
            card.source,
        ]
        for card in found
    ]
    heads = ["number", "meaning", "value", "limits", "sampled", "grade", "source"]
    return f"## {path}\n\n{about}\n\n{_table(heads, rows)}\n"


def _sources() -> str:
    with (DATA / "sources.csv").open(encoding="utf-8", newline="") as handle:
        rows = [
            [row["id"], row["what"], row["publisher"], row["date"], row["grade"], row["url"]]
            for row in csv.DictReader(handle)
        ]
    heads = ["id", "what", "publisher", "date", "grade", "address"]
    return f"## Sources\n\n{_table(heads, rows)}"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    cells = ([cell.replace("|", r"\|").replace("\n", " ") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


if __name__ == "__main__":
    print(page())
