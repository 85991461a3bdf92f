"""Worlds, strategies and numbers as the console shows them: unit, range, source, grade."""

import tomllib
from difflib import get_close_matches
from pathlib import Path

from ecosystem.errors import InputError
from ecosystem.parameters import Card, cards
from ecosystem.scenario import (
    Levers,
    Strategy,
    World,
    load_strategy,
    load_world,
    shipped,
)
from experiments.summary import grid, paragraph

_GRADES = {
    "A": "a traceable primary source",
    "B": "press or secondary source",
    "C": "an assumption",
}


def shown(name: str, world: str) -> str:
    """Describe a world, a strategy, or the numbers of `world` whose path is or begins with `name`.

    Raises
    ------
    InputError
        If `name` is none of them.
    """
    lower = name.lower()
    if lower in map(str.lower, shipped("worlds")):
        return _world(load_world(name))
    if lower in map(str.lower, shipped("strategies")):
        return _strategy(load_strategy(name))
    if name.endswith(".toml"):
        return _file(name)
    return _numbers(name, load_world(world))


def levers_set(strategy: Strategy) -> str:
    """Return the levers in which a strategy differs from S0, with values and units."""
    usual = Levers()
    return ", ".join(
        f"{card.path} {value_of(card)}"
        for card in cards(strategy.levers)
        if card.value != getattr(usual, card.path)
    )


def _file(name: str) -> str:
    """Describe a TOML file: a strategy if it has levers or extends one, else a world."""
    try:
        raw = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{name}: cannot be read as TOML: {error}") from error
    if "levers" in raw or "extends" in raw:
        return _strategy(load_strategy(name))
    return _world(load_world(name))


def _world(world: World) -> str:
    rows = [
        [s.key, s.role, s.region, f"{s.facility_mw:,g}", f"{s.it_mw:,g}", str(s.phases), s.source]
        for s in world.sites
    ]
    heads = ["site", "role", "region", "facility MW", "IT MW", "phases", "source"]
    about = (
        f"{world.start} + {world.weeks} weeks; strategies act from {world.strategy_start}; "
        f"{len(world.records)} dated records"
    )
    parts = [
        f"{world.name}: {world.title} ({world.kind})\n{about}",
        grid(heads, rows, left=(0, 1, 2, 6)),
        "Numbers (ecosystem show PATH tells more)\n" + _cards(list(cards(world))),
    ]
    return "\n\n".join(parts)


def _strategy(strategy: Strategy) -> str:
    lines = [f"{strategy.key}: {strategy.name}", paragraph(strategy.description)]
    if strategy.source:
        lines.append(paragraph(f"Source: {strategy.source}"))
    lines.append(f"{_acts(strategy)}\n")
    rows = [
        [card.path, value_of(card), card.limits, card.grade, f"{card.meaning} [{card.source}]"]
        for card in cards(strategy.levers)
    ]
    heads = ["lever", "value", "limits", "grade", "meaning [source]"]
    return "\n".join([*lines, grid(heads, rows, left=(0, 1, 2, 3, 4))])


def _acts(strategy: Strategy) -> str:
    """Say when, where and on what condition a strategy acts."""
    text = f"Acts from {strategy.start or 'the date that the world sets'}"
    text += f" until {strategy.until}" if strategy.until else ""
    for name in ("after_announcement", "where", "condition"):
        said = getattr(strategy, name).model_dump(exclude_defaults=True)
        if said:
            values = (v if isinstance(v, str | int | float) else list(v) for v in said.values())
            pairs = (f"{key} {value}" for key, value in zip(said, values, strict=True))
            text += f"; {name.replace('_', ' ')}: {', '.join(pairs)}"
    return paragraph(f"{text}.")


def _numbers(name: str, world: World) -> str:
    path = name.removeprefix("numbers.")
    found = [
        card
        for card in cards(world)
        if f"{_short(card)}.".startswith(f"{path}.") or _short(card).endswith(f".{path}")
    ]
    if not found:
        raise InputError(_nothing(name, world))
    if len(found) > 1:
        return f"{path} in world {world.name}\n{_cards(found)}"
    card = found[0]
    lines = {
        "meaning": card.meaning,
        "value": value_of(card),
        "limits": card.limits or "none",
        "sampled": range_of(card),
        "grade": f"{card.grade} ({_GRADES[card.grade]})",
        "source": card.source,
        "world": world.name,
    }
    return "\n".join([_short(card), *(f"  {word:8} {text}" for word, text in lines.items())])


def _cards(found: list[Card]) -> str:
    rows = [[_short(c), value_of(c), range_of(c), c.grade, c.source] for c in found]
    return grid(["number", "value", "sampled", "grade", "source"], rows, left=(0, 1, 2, 3, 4))


def _short(card: Card) -> str:
    return card.path.removeprefix("numbers.")


def value_of(card: Card) -> str:
    """Return the value of a number with its unit."""
    value = card.value
    text = f"{value:,.6g}" if isinstance(value, int | float) else str(value)
    return text if card.unit == "1" else f"{text} {card.unit}"


def range_of(card: Card) -> str:
    """Return between which values a number is sampled, and how."""
    if card.sample is None:
        return "no"
    low, high = card.sample
    ends = "5% to 95%, " if card.shape == "lognormal" else ""
    return f"{low:,.6g} to {high:,.6g} ({ends}{card.shape})"


def _nothing(name: str, world: World) -> str:
    numbers = [_short(card) for card in cards(world)]
    known = [*shipped("worlds"), *shipped("strategies"), *numbers]
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"show: no world, strategy or number {name!r}.{hint} Try: ecosystem worlds"
