"""A strategy that is being made: what can be set, as the schema has it; TOML in and out; links.

A draft is what its TOML file says, as plain values: ``extends``, names, levers, times, places and
conditions. It is never changed in place. Nothing here knows Solara or opens a file by a name that
somebody gave.
"""

import base64
import json
import re
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple, get_args

from ecosystem.errors import InputError
from ecosystem.levers import ACTS, GROUPS
from ecosystem.parameters import cards
from ecosystem.scenario import (
    AfterAnnouncement,
    Condition,
    Governance,
    Levers,
    Strategy,
    Where,
    World,
    load_strategy,
    parse_strategy,
    shipped,
    targets,
)
from experiments.wording import three, with_unit
from viz.svg import nice_step

type Draft = Mapping[str, Any]

LARGEST_FILE = 64 * 1024
"""Bytes that a strategy's file may have."""

LONGEST_LINK = 2_000
"""Letters that a strategy may take in an address."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def begin(base: str) -> dict[str, Any]:
    """Return the draft that begins from a shipped strategy."""
    parent = load_strategy(base)
    return {
        "extends": parent.key,
        "key": f"{parent.key}_own",
        "name": f"{parent.name}, edited",
        "description": f"{parent.key} with changes of my own.",
    }


def read(text: str, where: str) -> dict[str, Any]:
    """Return the draft that a file says; it must be a whole and valid strategy.

    Raises
    ------
    InputError
        If it is too large, no TOML, or no valid strategy; in the model's own words.
    """
    if len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        raise InputError(
            f"{where}: larger than {LARGEST_FILE // 1024} kB, so no strategy. Nothing was loaded."
        )
    parse_strategy(text, where)
    return tomllib.loads(text)


def toml_of(draft: Draft) -> str:
    """Write a draft as TOML: what belongs to no group first, then group by group."""
    tables = {name: value for name, value in draft.items() if isinstance(value, Mapping)}
    lines = [f"{_bare(k)} = {_written(v)}" for k, v in draft.items() if k not in tables]
    for name, table in tables.items():
        if table:
            lines += ["", f"[{_bare(name)}]"]
            lines += [f"{_bare(k)} = {_written(v)}" for k, v in table.items()]
    return "\n".join(lines) + "\n"


def _bare(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    """Return a basic string of TOML; it escapes what JSON escapes, and DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):  # times of day, too
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return _quoted(value) if isinstance(value, str) else repr(value)


def plain(strategy: Strategy) -> dict[str, Any]:
    """Return the draft that says all of a strategy by itself, extending none."""
    return strategy.model_dump(exclude_unset=True, exclude_none=True)


class Checked(NamedTuple):
    """A draft against the rules: a strategy, or what is wrong with it, line by line."""

    strategy: Strategy | None
    problems: tuple[str, ...]
    acts_at: int = 0
    sites: int = 0


def check(draft: Draft, world: World | None) -> Checked:
    """Check a draft by the model's own loader, and against the places of a world.

    Parameters
    ----------
    draft : mapping
    world : World or None
        None leaves places unchecked.
    """
    where = "strategy"
    try:
        strategy = parse_strategy(toml_of(draft), where)
        if not _KEY.fullmatch(strategy.key):
            raise InputError(
                f"{where}: key = {strategy.key!r}: it begins with a letter and has at most 40 "
                "letters, digits, - and _."
            )
        if strategy.key.lower() in map(str.lower, shipped("strategies")):
            raise InputError(f"{where}: key = {strategy.key!r}: a shipped strategy has it.")
        chosen = [] if world is None else targets(strategy, world)
    except InputError as error:
        return Checked(None, tuple(str(error).splitlines()))
    return Checked(strategy, (), sum(chosen), len(chosen))


def pack(text: str) -> str:
    """Return a strategy's TOML for an address; empty where it would be too long."""
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return packed if len(packed) <= LONGEST_LINK else ""


def unpack(packed: str) -> str:
    """Return the TOML that an address holds.

    Raises
    ------
    InputError
        If the address is damaged.
    """
    damaged = InputError(
        "The strategy in this address is damaged or was cut off. Ask for the link again, or for "
        "the strategy's TOML file."
    )
    if len(packed) > LONGEST_LINK or not re.fullmatch(r"[A-Za-z0-9_-]+", packed):
        raise damaged
    try:
        data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        inflater = zlib.decompressobj()
        text = inflater.decompress(data, LARGEST_FILE + 1)
        if not inflater.eof or len(text) > LARGEST_FILE:  # cut off, or it would grow without end
            raise damaged
        return text.decode()
    except (ValueError, zlib.error) as error:
        raise damaged from error


def shared_strategy(packed: str) -> Strategy | None:
    """Return the strategy in an address; None if it is damaged, invalid or takes a shipped key."""
    try:
        return check(read(unpack(packed), "the address"), None).strategy
    except InputError:
        return None


class Row(NamedTuple):
    """One thing that can be set, with all that a person needs to know about it.

    Attributes
    ----------
    path, label, kind : str
        ``levers.openness``; in words; ``number``, ``date``, ``flag``, ``many`` or ``one``.
    unit, meaning, price, source, grade, limits : str
        As declared; empty where there is none.
    value : str, bool or list of str
        As the draft has it.
    base, usual : str
        What the strategy that it extends has, and S0.
    own : bool
        Whether the draft itself sets it.
    low, high, step : float or None
        Of a slider; None where there is none.
    options : list of str
        What can be chosen.
    """

    path: str
    label: str
    kind: str
    value: Any
    base: str
    own: bool
    unit: str = ""
    usual: str = ""
    meaning: str = ""
    price: str = ""
    source: str = ""
    grade: str = ""
    limits: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    options: tuple[str, ...] = ()


class Group(NamedTuple):
    """Rows under one heading."""

    key: str
    name: str
    rows: tuple[Row, ...]


def groups_of(draft: Draft, world: World) -> list[Group]:
    """Return everything that can be set, group by group, with the values of a draft."""
    base = _base(str(draft.get("extends", "")))
    prices = {card.path.removeprefix("numbers."): card for card in cards(world)}
    known = {card.path: card for card in cards(Levers())}
    found = []
    for key, name in GROUPS.items():
        rows = []
        for lever in (lever for lever, acts in ACTS.items() if acts.group == key):
            card, acts = known[lever], ACTS[lever]
            low, high = _bounds(Levers, lever)
            paid = "; ".join(_priced(prices[path]) for path in acts.priced_by)
            rows.append(
                _row(draft, base, f"levers.{lever}", acts.label, "number")._replace(
                    unit="" if card.unit == "1" else card.unit,
                    usual=_shown(card.value),
                    meaning=card.meaning,
                    price=acts.price + (f" ({paid})" if paid else ""),
                    source=card.source,
                    grade=card.grade,
                    limits=card.limits,
                    low=low,
                    high=high,
                    step=nice_step(high - low, 100),
                )
            )
        found.append(Group(key, name, tuple(rows)))
    return [*found, *_settings(draft, base, world)]


def lever_table(groups: Sequence[Group]) -> dict[str, list[str]]:
    """Return everything that can be set as a table of columns, with the values of a draft."""
    rows = [(group.name, row) for group in groups for row in group.rows]
    table = {
        "group": [name for name, _ in rows],
        "key": [row.path for _, row in rows],
        "value": [_shown(row.value) for _, row in rows],
        "begun_from": [row.base for _, row in rows],
    }
    names = ("usual", "unit", "limits", "meaning", "price", "grade", "source")
    return table | {
        "s0" if name == "usual" else name: [getattr(row, name) for _, row in rows] for name in names
    }


def _settings(draft: Draft, base: Strategy, world: World) -> list[Group]:
    """Return when, where and on what condition levers act, and who builds."""
    built = [site for site in world.sites if site.role in ("programme", "candidate")]
    options = {
        "only": tuple(site.key for site in built),
        "region": tuple(sorted({site.region for site in built})),
        "state": tuple(sorted({site.state for site in built})),
        "role": ("programme", "candidate"),
    }

    def of(group: type[Any], path: str) -> tuple[Row, ...]:
        return tuple(
            _row(draft, base, f"{path}.{name}", label, kind)._replace(
                unit=unit,
                meaning=(group.model_fields[name].description or "").removesuffix(f" [{unit}]"),
                options=options.get(name, ()),
                limits=_limits(group, name),
            )
            for name, label, kind, unit in _FIELDS[path]
        )

    starts = f"{world.strategy_start}"
    dates = (
        _row(draft, base, "start", "From", "date")._replace(
            meaning=f"First day; without it, that of the world: {starts}"
        ),
        _row(draft, base, "until", "Until", "date")._replace(meaning="Without it, for good"),
    )
    modes = get_args(Governance.model_fields["mode"].annotation)
    who = (
        _row(draft, base, "governance", "Who builds later sites", "one")._replace(
            options=modes, meaning=f"Without it, as in the world: {world.governance.mode}"
        ),
        _row(draft, base, "of_budget", "Share of the common budget", "number")._replace(
            meaning=Strategy.model_fields["of_budget"].description or "",
            limits=_limits(Strategy, "of_budget"),
        ),
    )
    return [
        Group("when", "When", (*dates, *of(AfterAnnouncement, "after_announcement"))),
        Group("where", "Where: a site must fit all", of(Where, "where")),
        Group("condition", "On what condition", of(Condition, "condition")),
        Group("governance", "Who builds, and the budget", who),
    ]


_FIELDS = {
    "after_announcement": (
        ("from_week", "From, after the announcement of a site", "number", "weeks"),
        ("until_week", "Until, after the announcement of a site", "number", "weeks"),
    ),
    "where": (
        ("role", "Role", "many", ""),
        ("region", "Grid region", "many", ""),
        ("state", "State", "many", ""),
        ("only", "Sites", "many", ""),
        ("min_gw", "Facility power, at least", "number", "GW"),
        ("max_gw", "Facility power, below", "number", "GW"),
    ),
    "condition": (
        ("support_below", "Support at most", "number", ""),
        ("trust_below", "Trust at most", "number", ""),
        ("opposing_above", "Mobilised opposition at least", "number", ""),
        ("denials", "Denials, at least", "number", ""),
        ("organised", "Opponents are organised", "flag", ""),
    ),
}
"""Name, label, kind and unit of every line of a group; a test holds it against the schema."""


@cache
def _base(key: str) -> Strategy:
    known = {name.lower(): name for name in shipped("strategies")}
    if key.lower() in known:
        return load_strategy(known[key.lower()])
    return Strategy(key="", name="", description="")


def _row(draft: Draft, base: Strategy, path: str, label: str, kind: str) -> Row:
    group, _, leaf = path.rpartition(".")
    inherited = getattr(getattr(base, group) if group else base, leaf)
    table = draft.get(group, {}) if group else draft
    own = leaf in table
    value = table[leaf] if own else inherited
    return Row(path, label, kind, _for_page(value, kind), _shown(inherited), own)


def _for_page(value: Any, kind: str) -> Any:
    if kind == "flag":
        return bool(value)
    if kind == "many":
        return [str(one) for one in value]
    return _shown(value)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Governance):
        return value.mode
    if isinstance(value, Mapping):  # governance, as a table of the file
        return str(value.get("mode", ""))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return f"{value:.10g}" if isinstance(value, int | float) else str(value)


def _priced(card: Any) -> str:
    name = card.path.rpartition(".")[2].removesuffix("_usd").replace("_", " ")
    return f"{name}: {with_unit(three(card.value), card.unit)}, grade {card.grade}"


def _bounds(group: type[Any], name: str) -> tuple[float, float]:
    found: dict[str, float] = {}
    for limit in group.model_fields[name].metadata:
        found |= {w: float(getattr(limit, w)) for w in ("ge", "le") if hasattr(limit, w)}
    return found["ge"], found["le"]


def _limits(group: type[Any], name: str) -> str:
    words = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    metadata = group.model_fields[name].metadata
    pairs = ((sign, getattr(m, word, None)) for m in metadata for word, sign in words.items())
    return ", ".join(f"{sign} {limit:g}" for sign, limit in pairs if limit is not None)


def with_value(draft: Draft, path: str, given: Any) -> dict[str, Any]:
    """Return the draft with one thing set as a person gave it.

    What is emptied, or equals what the strategy that it extends has, is left to that one. What is
    no number or no date stays as it was written: the check says what is wrong with it.

    Raises
    ------
    KeyError
        If there is no such thing to set.
    """
    group, _, leaf = path.rpartition(".")
    base = _base(str(draft.get("extends", "")))
    inherited = getattr(getattr(base, group) if group else base, leaf)
    value = _taken(path, given)
    # An empty list says: all, whatever was inherited; names are nobody else's.
    keep = leaf in NAMES or (value != "" and not _same(value, inherited))
    if leaf == "governance" and keep and isinstance(draft.get(leaf), Mapping):
        value = {**draft[leaf], "mode": value}
    table = dict(draft.get(group, {})) if group else dict(draft)
    if keep:
        table[leaf] = value
    else:
        table.pop(leaf, None)
    if not group:
        return table
    rest = {name: old for name, old in draft.items() if name != group}
    return {**rest, group: table} if table else rest


def _taken(path: str, given: Any) -> Any:
    """Return a value of the draft for what the page sent."""
    if isinstance(given, bool):
        return given
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [str(one) for one in given]
    text = str(given).strip()
    if path in NAMES or path == "governance":
        return text
    try:
        if path in ("start", "until"):
            return date.fromisoformat(text)
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    except ValueError:
        return text


NAMES = ("key", "name", "description", "source")
"""What a person writes in words."""


def _same(value: Any, inherited: Any) -> bool:
    if isinstance(value, list):
        return value == list(inherited)
    if isinstance(inherited, Governance):
        return value == inherited.mode
    return value == inherited


def moved(strategy: Strategy) -> list[str]:
    """Return the levers in which a strategy differs from S0, in the order of the groups."""
    usual = Levers()
    return [name for name in ACTS if getattr(strategy.levers, name) != getattr(usual, name)]
