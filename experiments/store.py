"""Many runs in one folder: Parquet parts that appear whole, and a manifest that vouches.

``parts/<part>.<table>.parquet`` holds one table of one chunk of runs; ``parts/<part>.json``,
written last, lists the chunk's runs and the checksums. ``manifest.json`` names the files that
belong to the finished experiment and the order of its runs. All tables start with column ``run``.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

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


def write_part(folder: Path, part: str, runs: Sequence[str], tables: dict[str, Table]) -> None:
    """Write the tables of a chunk of runs; the part counts once its JSON file is there."""
    parts = folder / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    checksums = {}
    for name, columns in tables.items():
        path = parts / f"{part}.{name}.parquet"
        checksums[path.name] = write_table(columns, path)
    note = {"runs": list(runs), "files": checksums}
    replace_file(parts / f"{part}.json", json.dumps(note, indent=1).encode())


def sound_parts(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the notes of the parts whose files are all there and undamaged, by part."""
    sound: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / "parts").glob("*.json")):
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            for name, checksum in note["files"].items():
                check_file(path.parent / name, checksum)
            sound[path.stem] = {"runs": list(note["runs"]), "files": note["files"]}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ResultsError):
            continue  # not sound: its runs are made again
    return sound


def stored(folder: Path, runs: Iterable[str]) -> set[str]:
    """Return those of `runs` that lie in a sound part."""
    return {run for note in sound_parts(folder).values() for run in note["runs"]} & set(runs)


def finish(folder: Path, runs: Sequence[str], about: dict[str, Any]) -> None:
    """Write ``manifest.json`` over all sound parts, and remove parts that no run needs.

    Parameters
    ----------
    folder : Path
    runs : sequence of str
        The runs of the experiment in order, each of them in a sound part.
    about : dict
        What else the manifest says: experiment, versions.
    """
    wanted = set(runs)
    parts = sound_parts(folder)
    kept = {part: note for part, note in parts.items() if wanted & set(note["runs"])}
    missing = wanted - {run for note in kept.values() for run in note["runs"]}
    if missing:
        raise ResultsError(
            f"{folder}: {len(missing)} runs are missing; run the same command again."
        )
    files = {name: sum_ for note in kept.values() for name, sum_ in note["files"].items()}
    manifest = {**about, "runs": list(runs), "files": files}
    replace_file(folder / "manifest.json", json.dumps(manifest, indent=1).encode())
    for path in (folder / "parts").iterdir():
        if not path.name.startswith(".") and path.name.split(".")[0] not in kept:
            path.unlink()


def read(folder: Path, table: str, runs: Sequence[str] | None = None) -> Table:
    """Read one table of a finished experiment, run by run in its order.

    Parameters
    ----------
    folder : Path
    table : str
        ``runs``, ``outcomes``, ``yearly``, ``sites``, ``phases`` or ``events``.
    runs : sequence of str, optional
        Only these; by default all.

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
    names = list(manifest["runs"] if runs is None else runs)
    wanted = {"run": np.array(names, dtype=object), "position": np.arange(len(names))}
    query = """
        SELECT part.* EXCLUDE (file_row_number)
        FROM read_parquet(?, file_row_number=true, union_by_name=true) part
        JOIN wanted USING (run) ORDER BY position, file_row_number
    """
    with cursor() as connection:
        connection.register("wanted", wanted)
        return plain_columns(connection.execute(query, [files]).fetchnumpy())
