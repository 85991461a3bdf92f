"""Comparisons on disk: which there are below the results folder, and what is in one of them."""

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from ecosystem.errors import InputError, ResultsError
from ecosystem.scenario import World, load_world, shipped
from experiments.conclude import tell
from experiments.reopen import Reopened, reopen
from viz.jobs import ASKED
from viz.sections import SECTIONS, Material, material_of

_MANIFEST = "manifest.json"
_DEEPEST = 4
_MOST = 200
_KEPT = 6


class Entry(NamedTuple):
    """A comparison on disk.

    Attributes
    ----------
    name : str
        Of its folder below the results folder, with ``/``.
    title : str
        Of its world.
    strategies : tuple of str
        Keys, the baseline first.
    futures, weeks : int
    frame : str
        ``"equal-budget"`` where it says so.
    finished : bool
    changed : datetime
    """

    name: str
    title: str
    strategies: tuple[str, ...]
    futures: int
    weeks: int
    frame: str
    finished: bool
    changed: datetime


def inside(root: Path, name: str) -> Path:
    """Return the folder of a name, which must lie below the results folder, links resolved.

    Raises
    ------
    InputError
        If it does not, or there is none. It does not tell what lies elsewhere.
    """
    refused = InputError(
        f"{name[:80]!r} is no folder below the results folder. Choose one from the list."
    )
    parts = PurePosixPath(name).parts
    if not parts or "\\" in name or "\0" in name or any(p in ("..", "/") for p in parts):
        raise refused
    try:
        top = root.resolve(strict=True)
        folder = top.joinpath(*parts).resolve(strict=True)
    except (OSError, ValueError) as error:
        raise refused from error
    if not folder.is_relative_to(top) or folder == top or not folder.is_dir():
        raise refused
    return folder


def listed(root: Path) -> list[Entry]:
    """Return the comparisons below a folder, the latest first; others are left out."""
    found = [entry for folder in _folders(root) if (entry := _entry(root, folder))]
    return sorted(found, key=lambda entry: entry.changed, reverse=True)


def _folders(root: Path) -> Iterator[Path]:
    """Yield folders that may hold a comparison; links are not followed."""
    count = 0
    for at, folders, names in os.walk(root):
        depth = len(Path(at).relative_to(root).parts)
        folders[:] = sorted(f for f in folders if f != "parts" and not f.startswith("."))
        if depth >= _DEEPEST:
            folders.clear()
        if depth and (_MANIFEST in names or ASKED in names):
            count += 1
            yield Path(at)
        if count >= _MOST:
            return


def _entry(root: Path, folder: Path) -> Entry | None:
    finished = (folder / _MANIFEST).is_file()
    path = folder / (_MANIFEST if finished else ASKED)
    try:
        _own(folder, path)
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        keys = [str(s["key"]) for s in said["strategies"]]
        base = str(said["baseline"])
        return Entry(
            folder.relative_to(root).as_posix(),
            str(said["world"]["title"]),
            (base, *(key for key in keys if key != base)),
            int(said["futures"]),
            int(said["weeks"]),
            "equal-budget" if (folder / "budget.csv").is_file() else "natural",
            finished,
            datetime.fromtimestamp(path.stat().st_mtime),
        )
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return None


def _own(folder: Path, path: Path) -> None:
    """Refuse a file that a link leads out of its folder."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{folder.name}/{path.name} is a link to elsewhere: it is not read.")


class Shown(NamedTuple):
    """A comparison as the page shows it, against one baseline.

    Attributes
    ----------
    of : Reopened
    material : Material
    sections : tuple of (str, str, str)
        Anchor, heading and HTML.
    live : frozenset of str
        Keys of strategies whose central run the live world can make again: all, if the world is
        a shipped one.
    """

    of: Reopened
    material: Material
    sections: tuple[tuple[str, str, str], ...]
    live: frozenset[str]


def shown(root: Path, name: str, baseline: str = "") -> Shown:
    """Read a comparison and work out what it says against a baseline.

    Parameters
    ----------
    root : Path
        Results folder.
    name : str
        Of the comparison's folder below it.
    baseline : str
        Key of one of its strategies; by default the one that it was made with.

    Raises
    ------
    InputError
        If there is no such comparison or strategy.
    ResultsError
        If it is damaged.
    """
    folder = inside(root, name)
    manifest = folder / _MANIFEST
    if not manifest.is_file():
        raise InputError(f"{name} is not finished, or holds no comparison.")
    return _shown(folder, manifest.stat().st_mtime_ns, baseline)


@lru_cache(_KEPT)
def _shown(folder: Path, changed: int, baseline: str) -> Shown:
    _checked(folder)
    of = reopen(folder)
    keys = [s.key for s in of.experiment.strategies]
    if baseline and baseline not in keys:
        raise InputError(f"baseline {baseline!r}: this comparison has {', '.join(keys)}.")
    of = of._replace(experiment=replace(of.experiment, baseline=baseline or of.experiment.baseline))
    live = frozenset(keys) if _live_in(of.experiment.world) else frozenset[str]()
    try:
        material = material_of(folder, of, tell(of.experiment, folder).report)._replace(live=live)
        html = tuple((s.anchor, s.name, s.html(material)) for s in SECTIONS)
    except (KeyError, StopIteration) as error:  # an outcome that this version has and that had not
        raise ResultsError(
            f"{folder.name} was made by another version of the model, which lacks {error}. "
            "Run the comparison again."
        ) from error
    return Shown(of, material, html, live)


def _live_in(world: World) -> bool:
    """Return whether a world is a shipped one, unchanged."""
    return world.name in shipped("worlds") and load_world(world.name) == world


def _checked(folder: Path) -> None:
    """Refuse a folder with links that lead out of it, or whose manifest names files elsewhere."""
    for at, folders, files in os.walk(folder):
        for path in (Path(at, name) for name in (*folders, *files)):
            if path.is_symlink():
                _own(folder, path)
    try:
        said = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        names = [str(name) for name in said["files"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{folder.name}: its manifest.json cannot be read.") from error
    for name in names:
        if PurePosixPath(name).name != name or "\\" in name:
            raise ResultsError(
                f"{folder.name}: its manifest names a file elsewhere: {name[:80]!r}."
            )


class Sensitivity(NamedTuple):
    """A table of ``ecosystem sensitivity`` on disk.

    Attributes
    ----------
    name : str
        Of its file below the results folder, with ``/``.
    method : str
    head, rows : tuple
        Its cells, the first `MOST_ROWS` rows.
    left_out : int
        Further rows.
    """

    name: str
    method: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int


METHODS = {
    "sensitivity.csv": "elementary effects (Morris)",
    "sobol.csv": "shares of variance (Sobol)",
    "tornado.csv": "one number at a time",
}
"""What ``ecosystem sensitivity`` writes, by method."""
MOST_ROWS = 25
_LARGEST = 4_000_000


def sensitivities(root: Path) -> list[Sensitivity]:
    """Return the tables of sensitivity below a folder; what cannot be read is left out."""
    found: list[Sensitivity] = []
    for folder in _folders(root):
        for file, method in METHODS.items():
            path = folder / file
            try:
                if not path.is_file() or path.stat().st_size > _LARGEST:
                    continue
                _own(folder, path)
                with path.open(encoding="utf-8", newline="") as handle:
                    head, *rows = [tuple(row) for row in csv.reader(handle)]
            except (OSError, ValueError, csv.Error, InputError):
                continue
            name = path.relative_to(root).as_posix()
            shown = tuple(rows[:MOST_ROWS])
            found.append(Sensitivity(name, method, head, shown, len(rows) - len(shown)))
    return found
