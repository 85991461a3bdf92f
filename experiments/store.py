"""Many runs in one folder: Parquet parts that appear whole, and a manifest that vouches.

``parts/<part>.<table>.parquet`` holds one table of one chunk of runs; ``parts/<part>.json``,
written last, lists the chunk's runs and the checksums. ``manifest.json`` names the files that
belong to the finished experiment and the order of its runs. All tables start with column ``run``.
"""

import json
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any, NamedTuple

import numpy as np

from ecosystem.errors import ResultsError
from ecosystem.results import (
    Table,
    check_file,
    cursor,
    plain_columns,
    read_manifest,
    replace_file,
    write_table,
)

_MANY_PARTS = 64
"""More parts than these are merged: opening a file takes longer than reading a few runs."""
_RUNS_PER_MERGED_PART = 2_000
_STALE_S = 3_600


class FolderError(ResultsError):
    """A folder of results cannot be written, or another process is at work in it."""


class Part(NamedTuple):
    """What the note of a part says.

    Attributes
    ----------
    runs : list of str
    files : dict of str to str
        Checksums by file name.
    """

    runs: list[str]
    files: dict[str, str]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder for this process, so that no two of them plan and tidy it at once.

    The lock is the system's: it ends with the process, however that ends. Where a file system has
    none, two processes do some work twice, and neither harms the other's parts: they appear whole.

    Raises
    ------
    FolderError
        If another process holds the folder; it is named.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise FolderError(
                f"{folder} is in use by {handle.read().strip() or 'another process'}: wait for it, "
                "or choose another folder (--out)."
            ) from error
        except OSError:  # a file system without locks
            yield
            return
        handle.truncate(0)
        handle.write(f"process {os.getpid()} on {platform.node()}")
        handle.flush()
        yield


def write_part(folder: Path, part: str, runs: Sequence[str], tables: dict[str, Table]) -> None:
    """Write the tables of a chunk of runs; the part counts once its JSON file is there.

    Raises
    ------
    FolderError
        If the folder cannot be written; no half file is left.
    """
    with _writing(folder):
        parts = folder / "parts"
        parts.mkdir(parents=True, exist_ok=True)
        checksums = {}
        for name, columns in tables.items():
            path = parts / f"{part}.{name}.parquet"
            checksums[path.name] = write_table(columns, path)
        note = {"runs": list(runs), "files": checksums}
        replace_file(parts / f"{part}.json", json.dumps(note, indent=1).encode())


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Say in which folder it was that something could not be written."""
    from duckdb import IOException

    try:
        yield
    except (OSError, IOException) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise FolderError(f"{folder} cannot be written: {reason}") from error


class Stock(NamedTuple):
    """What a folder holds.

    Attributes
    ----------
    parts : dict of str to Part
        Those whose files are all there and undamaged.
    damaged : list of str
        Files of the others that are not what was written, or are not there.
    """

    parts: dict[str, Part]
    damaged: list[str]


def stock(folder: Path) -> Stock:
    """Look through a folder; every file is checked against its checksum."""
    found = Stock({}, [])
    for path in sorted((folder / "parts").glob("*.json")):
        bad = path
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            part = Part(list(note["runs"]), dict(note["files"]))
            for name, checksum in part.files.items():
                bad = path.parent / name
                check_file(bad, checksum)
            found.parts[path.stem] = part
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ResultsError):
            found.damaged.append(bad.name)  # its runs are made again
    return found


def stored(folder: Path, runs: Iterable[str]) -> set[str]:
    """Return those of `runs` that lie in a sound part."""
    return {run for part in stock(folder).parts.values() for run in part.runs} & set(runs)


def finish(folder: Path, runs: Sequence[str], about: dict[str, Any]) -> None:
    """Write ``manifest.json`` over all sound parts, and remove parts that no run needs.

    Many small parts are merged, and so are parts that share runs, as those of two processes may.

    Parameters
    ----------
    folder : Path
    runs : sequence of str
        The runs of the experiment in order, each of them in a sound part.
    about : dict
        What else the manifest says: experiment, versions.

    Raises
    ------
    ResultsError
        If runs are missing.
    FolderError
        If the folder cannot be written.
    """
    place = {run: i for i, run in enumerate(runs)}
    kept = {
        name: part
        for name, part in stock(folder).parts.items()
        if not place.keys().isdisjoint(part.runs)
    }
    held = sum(len(part.runs) for part in kept.values())
    different = {run for part in kept.values() for run in part.runs}
    missing = place.keys() - different
    if missing:
        raise ResultsError(
            f"{folder}: {len(missing)} runs are missing; run the same command again."
        )
    with _writing(folder):
        if len(kept) > _MANY_PARTS or held > len(different):
            kept = _merged(folder, kept, place)
        files = {name: sum_ for part in kept.values() for name, sum_ in part.files.items()}
        manifest = {**about, "runs": list(runs), "files": files}
        replace_file(folder / "manifest.json", json.dumps(manifest, indent=1).encode())
    _tidy(folder / "parts", kept)


def _tidy(parts: Path, kept: dict[str, Part]) -> None:
    """Remove parts that are not kept, and what processes left that were killed while writing."""
    for path in parts.iterdir():
        if not path.name.startswith("."):
            if path.name.split(".")[0] not in kept:
                path.unlink()
        else:
            with suppress(OSError):  # gone in the meantime
                if time() - path.stat().st_mtime > _STALE_S:
                    path.unlink()


def _merged(folder: Path, parts: dict[str, Part], place: dict[str, int]) -> dict[str, Part]:
    """Write the wanted runs of parts as few large ones, each run once; return their notes."""
    merged: dict[str, Part] = {}
    taken: set[str] = set()
    for group in _groups(parts, place):
        owner: dict[str, str] = {}
        for name in group:
            mine = [run for run in parts[name].runs if run in place and run not in taken]
            owner |= dict.fromkeys(mine, name)
            taken.update(mine)
        runs = sorted(owner, key=place.__getitem__)
        if not runs:
            continue
        tables = {
            table: _rows(paths, runs, [_path(folder, owner[run], table) for run in runs])
            for table, paths in _paths(folder, [parts[name] for name in group]).items()
        }
        part = sha256("".join(["merged", *runs]).encode()).hexdigest()[:16]
        write_part(folder, part, runs, tables)
        note = json.loads((folder / "parts" / f"{part}.json").read_text(encoding="utf-8"))
        merged[part] = Part(note["runs"], note["files"])
    return merged


def _groups(parts: dict[str, Part], place: dict[str, int]) -> Iterator[list[str]]:
    """Gather parts in the order of their runs until there are enough for a large one."""
    group: list[str] = []
    size = 0
    for name in sorted(
        parts, key=lambda name: min(place.get(r, len(place)) for r in parts[name].runs)
    ):
        group.append(name)
        size += len(parts[name].runs)
        if size >= _RUNS_PER_MERGED_PART:
            yield group
            group, size = [], 0
    if group:
        yield group


def _paths(folder: Path, parts: Iterable[Part]) -> dict[str, list[str]]:
    """Return the files of parts by table."""
    paths: dict[str, list[str]] = {}
    for part in parts:
        for name in part.files:
            paths.setdefault(name.split(".")[1], []).append(str(folder / "parts" / name))
    return paths


def _path(folder: Path, part: str, table: str) -> str:
    return str(folder / "parts" / f"{part}.{table}.parquet")


def read(
    folder: Path,
    table: str,
    runs: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> Table:
    """Read one table of a finished experiment, run by run in its order.

    Parameters
    ----------
    folder : Path
    table : str
        ``runs``, ``outcomes``, ``yearly``, ``sites``, ``phases`` or ``events``.
    runs : sequence of str, optional
        Only these; by default all.
    columns : sequence of str, optional
        Only these; by default all. Of many runs a few columns are read much sooner.

    Returns
    -------
    dict of str to ndarray
        Equally long columns. The order does not depend on how the runs were spread.

    Raises
    ------
    ResultsError
        If there is no manifest or no such table, or a part is missing or damaged; it is named.
    """
    manifest = read_manifest(folder, "files", "runs")
    files: list[str] = []
    for name, checksum in manifest["files"].items():
        if name.split(".")[1] == table:
            check_file(folder / "parts" / name, checksum)
            files.append(str(folder / "parts" / name))
    if not files:
        known = sorted({name.split(".")[1] for name in manifest["files"]})
        raise ResultsError(f"{folder}: no table {table!r}. Known: {', '.join(known)}.")
    if columns is not None:
        unknown = sorted(set(columns) - set(_columns(files[0])))
        if unknown:
            raise ResultsError(f"{folder}: table {table!r} has no column {unknown[0]!r}.")
    names = list(manifest["runs"] if runs is None else runs)
    return _rows(files, names, columns=columns)


def _columns(file: str) -> list[str]:
    with cursor() as connection:
        return connection.read_parquet(file).columns


def _rows(
    files: list[str],
    runs: Sequence[str],
    owners: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> Table:
    """Read the rows of runs, run by run in this order; each from its owner if files share runs."""
    wanted = {"run": np.array(runs, dtype=object), "position": np.arange(len(runs))}
    keys = "run"
    if owners is not None:
        wanted["filename"] = np.array(owners, dtype=object)
        keys = "run, filename"
    chosen = ", ".join(f'part."{name}"' for name in columns or ())
    query = f"""
        SELECT {chosen or "part.* EXCLUDE (filename, file_row_number)"}
        FROM read_parquet(?, filename=true, file_row_number=true, union_by_name=true) part
        JOIN wanted USING ({keys}) ORDER BY position, file_row_number
    """
    with cursor() as connection:
        connection.register("wanted", wanted)
        return plain_columns(connection.execute(query, [files]).fetchnumpy())
