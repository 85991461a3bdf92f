"""What a run leaves behind: tidy tables and a manifest, saved as Parquet and JSON."""

import json
import os
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from ecosystem.errors import InputError, ResultsError

if TYPE_CHECKING:
    import duckdb

type Table = dict[str, NDArray[Any]]

PACKAGE = "ai-compute-ecosystem"


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run.

    Attributes
    ----------
    manifest : dict
        World, strategy, seed, weeks, start, versions: enough to replay the run.
    tables : dict of str to table
        ``weekly`` (one row a week), ``sites`` (site and week), ``communities`` (community and
        every fourth week), ``phases`` (one row per building), ``ledger``, ``events``. A table is
        a dict of equally long columns.
    """

    manifest: dict[str, Any]
    tables: dict[str, Table] = field(repr=False)

    def series(self, name: str) -> NDArray[np.float64]:
        """Return one column of the weekly table; a name that is none raises InputError."""
        weekly = self.tables["weekly"]
        if name not in weekly:
            near = get_close_matches(name, weekly, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(weekly)}."
            raise InputError(f"No weekly series {name!r}. {hint}")
        return weekly[name]

    def digest(self) -> str:
        """Return the SHA-256 of all values: equal digests mean equal runs, bit for bit.

        Only the bits of NaN, of which there are many, do not count.
        """
        seen = sha256()
        for table, columns in sorted(self.tables.items()):
            for name, values in sorted(columns.items()):
                seen.update(f"{table}.{name}".encode())
                if values.dtype.kind == "f":
                    values = np.where(np.isnan(values), values.dtype.type(np.nan), values)
                plain = values.dtype.kind in "biufM"
                seen.update(values.tobytes() if plain else "\0".join(map(str, values)).encode())
        return seen.hexdigest()

    def save(self, folder: Path) -> None:
        """Write the tables and, last of all, ``manifest.json``; each file appears whole."""
        folder.mkdir(parents=True, exist_ok=True)
        checksums = {
            name: write_table(columns, folder / f"{name}.parquet")
            for name, columns in self.tables.items()
        }
        manifest = {**self.manifest, "digest": self.digest(), "files": checksums}
        replace_file(folder / "manifest.json", json.dumps(manifest, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a saved run.

        Raises
        ------
        ResultsError
            If a file is missing or is not what the manifest says; the file is named.
        """
        manifest = read_manifest(folder, "files", "digest")
        tables: dict[str, Table] = {}
        for name, checksum in manifest.pop("files").items():
            path = folder / f"{name}.parquet"
            check_file(path, checksum)
            tables[name] = read_table(path)
        manifest.pop("digest")
        return cls(manifest, tables)


@cache
def versions() -> dict[str, str]:
    """Return the versions that a replay needs to know."""
    known = {name: version(name) for name in ("mesa", "numpy", "networkx", "scipy")}
    return {PACKAGE: version(PACKAGE), "python": platform.python_version(), **known}


def cursor() -> "duckdb.DuckDBPyConnection":
    """Return a cursor on this process's DuckDB; opening one anew takes 20 ms, DuckDB itself 0.3 s.

    It uses one thread: several processes write at the same time.
    """
    return _database().cursor()


@cache
def _database() -> "duckdb.DuckDBPyConnection":
    import duckdb

    return duckdb.connect(config={"threads": 1})


def write_table(columns: Table, path: Path) -> str:
    """Write one table as Parquet under a temporary name, then rename it; return its SHA-256."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.")
    os.close(handle)
    try:
        with cursor() as connection:
            # DuckDB reads a dict of NumPy arrays as a table, by the name of the variable.
            connection.sql("SELECT * FROM columns").write_parquet(name, compression="zstd")
        checksum = _sum_of(Path(name))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return checksum


def read_table(path: Path) -> Table:
    """Read a Parquet file that :func:`write_table` wrote."""
    with cursor() as connection:
        return plain_columns(connection.read_parquet(str(path)).fetchnumpy())


def plain_columns(columns: Mapping[str, Any]) -> Table:
    """Give NaN back where DuckDB stored NULL for it."""
    return {
        name: values.filled(np.nan) if isinstance(values, np.ma.MaskedArray) else values
        for name, values in columns.items()
    }


def check_file(path: Path, checksum: str) -> None:
    """Raise a ResultsError that names the file if it is not what was written."""
    if not path.is_file() or _sum_of(path) != checksum:
        raise ResultsError(f"{path} is missing or damaged; run the same command again.")


def _sum_of(path: Path) -> str:
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()


def read_manifest(folder: Path, *keys: str) -> dict[str, Any]:
    """Read ``manifest.json``; raise a ResultsError that names the folder if a key is not there."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{folder}: no readable manifest.json: {error}") from error
    if not isinstance(manifest, dict) or not set(keys) <= set(manifest):
        raise ResultsError(f"{folder}: manifest.json is not one of a run or an experiment.")
    return manifest


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, then rename it; no half file is left behind."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
