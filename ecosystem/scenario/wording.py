"""Errors in what people wrote: one line with file, key, value, limit and what was meant."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def explain(error: ValidationError, where: str, model: type[BaseModel] | None = None) -> str:
    """Turn Pydantic's report into one line with file, key, value and limit."""
    lines = []
    for item in error.errors():
        path = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            known = _fields_at(model, item["loc"][:-1]) if model else []
            lines.append(unknown("key", path, known, where, leaf=str(item["loc"][-1])))
        elif item["type"] == "missing":
            lines.append(f"{where}: {path} is missing.")
        else:
            value = item["input"]
            shown = f" = {value!r}" if isinstance(value, str | int | float | bool) else ""
            message = item["msg"].removeprefix("Value error, ")
            place = f"{path}{shown}: " if path else ""
            stop = "" if message.endswith((".", "?")) else "."
            lines.append(f"{where}: {place}{message}{stop}")
    return "\n".join(lines)


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the valid keys at a place in a nested group."""
    current: Any = model
    for part in location:
        if isinstance(part, int):  # a place in a tuple of groups
            current = get_args(current)[0]
            continue
        field = getattr(current, "model_fields", {}).get(part)
        if field is None:
            return []
        current = field.annotation
    return list(getattr(current, "model_fields", {}))


def unknown(what: str, name: str, known: Iterable[str], where: str, leaf: str | None = None) -> str:
    """Say that a name is unknown, and which known one may be meant."""
    known = list(known)
    near = get_close_matches(leaf or name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}." * bool(known)
    return f"{where}: unknown {what} {name!r}.{hint}"


def check_known(what: str, name: str, known: Collection[str], where: str) -> None:
    """Raise ValueError where a name is not among the known ones."""
    if name not in known:
        raise ValueError(unknown(what, name, known, where))


def check_unique(what: str, keys: Iterable[str]) -> None:
    """Raise ValueError where a key occurs twice."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{what} {key!r} occurs twice")
        seen.add(key)
