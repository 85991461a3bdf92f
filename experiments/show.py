"""Worlds, strategies and numbers as the console shows them: unit, range, source, grade."""

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
from experiments.summary import console, grid
from experiments.wording import three


def show(name: str, world: str) -> None:
    """Print a world, a strategy, or the numbers of `world` whose path is or begins with `name`.

    Raises
    ------
    InputError
        If `name` is none of them.
    """
    lower = name.lower()
    if lower in map(str.lower, shipped("worlds")):
        _show_world(load_world(name))
    elif lower in map(str.lower, shipped("strategies")):
        _show_strategy(load_strategy(name))
    elif name.endswith(".toml"):
        _show_file(name)
    else:
        _show_numbers(name, load_world(world))


def levers_set(strategy: Strategy) -> str:
    """Return the levers in which a strategy differs from S0, with values and units."""
    usual = Levers()
    return ", ".join(
        f"{card.path} {_value(card)}"
        for card in cards(strategy.levers)
        if card.value != getattr(usual, card.path)
    )


def _show_file(name: str) -> None:
    """Show a TOML file as a world, or if it has levers as a strategy."""
    import tomllib

    try:
        raw = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{name}: cannot be read as TOML: {error}") from error
    if "levers" in raw or "extends" in raw:
        _show_strategy(load_strategy(name))
    else:
        _show_world(load_world(name))


def _show_world(world: World) -> None:
    out = console()
    out.print(f"{world.name}: {world.title} ({world.kind})")
    out.print(
        f"{world.start} + {world.weeks} weeks; strategies act from {world.strategy_start}; "
        f"{len(world.records)} dated records"
    )
    rows = [
        [s.key, s.role, s.region, three(s.facility_mw), three(s.it_mw), str(s.phases), s.source]
        for s in world.sites
    ]
    heads = ["site", "role", "region", "facility MW", "IT MW", "phases", "source"]
    table = grid("Sites", heads, rows, left=3)
    table.columns[-1].justify = "left"
    out.print(table)
    out.print(_numbers("Numbers (ecosystem show PATH tells more)", list(cards(world))))


def _show_strategy(strategy: Strategy) -> None:
    out = console()
    out.print(f"{strategy.key}: {strategy.name}")
    out.print(strategy.description)
    if strategy.source:
        out.print(f"Source: {strategy.source}")
    start = strategy.start or "the date that the world sets"
    out.print(f"Acts from {start}")
    rows = [
        [card.path, _value(card), card.limits, card.grade, card.meaning, card.source]
        for card in cards(strategy.levers)
    ]
    heads = ["lever", "value", "limits", "grade", "meaning", "source"]
    out.print(grid("Levers", heads, rows, left=6))


def _show_numbers(name: str, world: World) -> None:
    path = name.removeprefix("numbers.")
    found = [
        card
        for card in cards(world)
        if f"{_short(card)}.".startswith(f"{path}.") or _short(card).endswith(f".{path}")
    ]
    if not found:
        raise InputError(_nothing(name, world))
    out = console()
    if len(found) > 1:
        out.print(_numbers(f"{path} in world {world.name}", found))
        return
    card = found[0]
    lines = {
        "meaning": card.meaning,
        "value": _value(card),
        "limits": card.limits or "none",
        "sampled": _range(card),
        "grade": f"{card.grade} ({_GRADES[card.grade]})",
        "source": card.source,
        "world": world.name,
    }
    out.print(f"{_short(card)}")
    for word, text in lines.items():
        out.print(f"  {word:8} {text}")


_GRADES = {
    "A": "a traceable primary source",
    "B": "press or secondary source",
    "C": "an assumption",
}


def _numbers(title: str, found: list[Card]) -> object:
    rows = [[_short(c), _value(c), _range(c), c.grade, c.source] for c in found]
    return grid(title, ["number", "value", "sampled", "grade", "source"], rows, left=5)


def _short(card: Card) -> str:
    return card.path.removeprefix("numbers.")


def _value(card: Card) -> str:
    value = card.value
    text = three(float(value)) if isinstance(value, int | float) else str(value)
    return text if card.unit == "1" else f"{text} {card.unit}"


def _range(card: Card) -> str:
    if card.sample is None:
        return "no"
    low, high = card.sample
    ends = "5% to 95%, " if card.shape == "lognormal" else ""
    return f"{three(low)} to {three(high)} ({ends}{card.shape})"


def _nothing(name: str, world: World) -> str:
    from difflib import get_close_matches

    numbers = [_short(card) for card in cards(world)]
    known = [*shipped("worlds"), *shipped("strategies"), *numbers]
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"show: no world, strategy or number {name!r}.{hint} Try: ecosystem worlds"
