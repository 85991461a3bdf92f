"""What a shell may complete: names read off the package's files, without loading the model."""

import csv
from collections.abc import Sequence
from pathlib import Path

from experiments.bench.names import NAMES

_DATA = Path(__file__).parents[2] / "ecosystem" / "data"
_CATALOGUE = Path(__file__).parents[1] / "catalogue"


def world_names(incomplete: str) -> list[str]:
    """Return shipped worlds that begin like what is typed; where none does, shells offer files."""
    return _begin(incomplete, _shipped("worlds"))


def strategy_names(incomplete: str) -> list[str]:
    """Return shipped strategies that begin like what is typed."""
    return _begin(incomplete, _shipped("strategies"))


def strategy_lists(incomplete: str) -> list[str]:
    """Complete the last name of a list with commas; names that stand in it are not offered."""
    return _begin_last(incomplete, _shipped("strategies"))


def measurement_lists(incomplete: str) -> list[str]:
    """Complete the last name of a list of measurements of ``bench``."""
    return _begin_last(incomplete, NAMES)


def site_keys(incomplete: str) -> list[str]:
    """Return the sites of the default world that can be explained."""
    with (_DATA / "sites.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return _begin(
        incomplete, [row["key"] for row in rows if row["role"] in ("programme", "candidate")]
    )


def catalogue_keys(incomplete: str) -> list[str]:
    """Return the questions of the catalogue."""
    numbers = sorted(int(path.stem[1:3]) for path in _CATALOGUE.glob("e[0-9][0-9]_*.py"))
    return _begin(incomplete, [*(f"E{number}" for number in numbers), "all"])


def validated_parts(incomplete: str) -> list[str]:
    """Return what can be validated."""
    parts = Path(__file__).parents[1].glob("validate_*.py")
    return _begin(incomplete, sorted(path.stem.removeprefix("validate_") for path in parts))


def shown_names(incomplete: str) -> list[str]:
    """Return shipped worlds and strategies."""
    return _begin(incomplete, [*_shipped("worlds"), *_shipped("strategies")])


def _shipped(folder: str) -> list[str]:
    return sorted(path.stem for path in (_DATA / folder).glob("*.toml"))


def _begin_last(incomplete: str, names: Sequence[str]) -> list[str]:
    *before, last = incomplete.split(",")
    head = "".join(f"{name}," for name in before)
    return [head + name for name in _begin(last, names) if name not in before]


def _begin(incomplete: str, names: Sequence[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
