"""How a number is declared: unit, meaning, source, grade, bounds and distribution.

A typo, a value out of range or a missing source fails when a world is loaded, not in week 300.
The groups themselves live in :mod:`ecosystem.numbers`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

type Grade = Literal["A", "B", "C"]
FAR = 1_000.0
"""How many times the largest value that its declaration names a number may be, by default."""

type Shape = Literal["uniform", "triangular", "lognormal"]


def par(
    default: Any,
    unit: str,
    meaning: str,
    source: str,
    grade: Grade,
    sample: tuple[float, float] | None = None,
    shape: Shape = "triangular",
    **bounds: Any,
) -> Any:
    """Declare one sourced parameter.

    Parameters
    ----------
    default : Any
        Central value.
    unit, meaning, source : str
        What a reader of the parameter card sees.
    grade : {"A", "B", "C"}
        A traceable primary source; B press or secondary; C assumption (then `sample` is due).
    sample : tuple of float, optional
        Low and high end from which futures are drawn: the ends for a uniform or triangular
        distribution, the 5% and 95% quantiles for a lognormal one.
    shape : {"uniform", "triangular", "lognormal"}
        Distribution between them; the triangle has its mode at `default`.
    **bounds
        Hard limits for Pydantic (``ge``, ``gt``, ``le``, ``lt``). Where there is none, a number
        may go :data:`FAR` times as far as its largest value here: beyond lies a slip of the pen.
    """
    if isinstance(default, int | float) and not isinstance(default, bool):
        furthest = FAR * max(abs(value) for value in (default, *(sample or ())))
        if furthest and not bounds.keys() & {"le", "lt"}:
            bounds["le"] = furthest
        if furthest and not bounds.keys() & {"ge", "gt"}:
            bounds["ge"] = -furthest
    extra = {"unit": unit, "source": source, "grade": grade, "sample": sample, "shape": shape}
    return Field(default, description=meaning, json_schema_extra=extra, **bounds)


class Parameters(BaseModel):
    """A closed, frozen group of parameters."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )

    def with_(self, path: str, value: object) -> Self:
        """Return a revalidated copy; ``model_copy(update=...)`` would skip validation.

        Parameters
        ----------
        path : str
            Dotted path, e.g. ``"grid.study_slots"``.
        value : object
            New value of the leaf.
        """
        head, _, rest = path.partition(".")
        if head not in type(self).model_fields:
            raise KeyError(head)
        value = getattr(self, head).with_(rest, value) if rest else value
        return type(self).model_validate({**dict(self), head: value})

    def merged(self, changes: dict[str, Any], prefix: str = "") -> Self:
        """Return a copy with nested changes, each group validated once.

        Raises
        ------
        KeyError
            With the dotted path of a name that is not there.
        """
        values = dict(self)
        for name, change in changes.items():
            path = f"{prefix}{name}"
            if name not in type(self).model_fields:
                raise KeyError(path)
            if isinstance(change, dict):
                if not isinstance(values[name], Parameters):
                    raise KeyError(_first_leaf(path, change))
                change = values[name].merged(change, f"{path}.")
            values[name] = change
        return type(self).model_validate(values)


def _first_leaf(path: str, change: Any) -> str:
    """Return the dotted path of the first value in nested changes."""
    while isinstance(change, dict):
        name, change = next(iter(change.items()))
        path = f"{path}.{name}"
    return path


@dataclass(frozen=True, slots=True)
class Card:
    """What there is to know about one parameter."""

    path: str
    value: Any
    unit: str
    meaning: str
    source: str
    grade: str
    sample: tuple[float, float] | None
    shape: Shape
    limits: str


def cards(group: Parameters, prefix: str = "") -> Iterator[Card]:
    """Yield a card for every parameter in `group` and the groups below it."""
    for name, info in type(group).model_fields.items():
        value = getattr(group, name)
        path = f"{prefix}{name}"
        if isinstance(value, Parameters):
            yield from cards(value, f"{path}.")
        elif isinstance(extra := info.json_schema_extra, dict) and "unit" in extra:
            known: dict[str, Any] = dict(extra)
            yield Card(
                path=path,
                value=value,
                meaning=info.description or "",
                limits=_limits(info.metadata),
                **known,
            )


def _limits(metadata: list[Any]) -> str:
    """Write Pydantic's bounds as people do: ``>= 0, <= 1``."""
    words = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    found = ((sign, getattr(m, word, None)) for m in metadata for word, sign in words.items())
    return ", ".join(f"{sign} {limit:g}" for sign, limit in found if limit is not None)
