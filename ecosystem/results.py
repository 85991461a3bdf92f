"""What a run leaves behind: tidy tables and a manifest, saved as Parquet and JSON."""

import json
import os
import platform
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ecosystem.errors import ResultsError

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
        """Return one column of the weekly table."""
        return self.tables["weekly"][name]

    def digest(self) -> str:
        """Return the SHA-256 of all values: equal digests mean bit-identical runs."""
        seen = sha256()
        for table, columns in sorted(self.tables.items()):
            for name, values in sorted(columns.items()):
                seen.update(f"{table}.{name}".encode())
                plain = values.dtype.kind in "biufM"
                seen.update(values.tobytes() if plain else "\0".join(map(str, values)).encode())
        return seen.hexdigest()

    def save(self, folder: Path) -> None:
        """Write the tables and, last of all, ``manifest.json``; each file appears whole."""
        folder.mkdir(parents=True, exist_ok=True)
        checksums = {
            name: _write(columns, folder / f"{name}.parquet")
            for name, columns in self.tables.items()
        }
        manifest = {**self.manifest, "digest": self.digest(), "files": checksums}
        _replace(folder / "manifest.json", json.dumps(manifest, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a saved run.

        Raises
        ------
        ResultsError
            If a file is missing or is not what the manifest says; the file is named.
        """
        import duckdb

        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            files = manifest.pop("files")
        except (OSError, ValueError, KeyError) as error:
            raise ResultsError(f"{folder}: no readable manifest.json: {error}") from error
        tables: dict[str, Table] = {}
        for name, checksum in files.items():
            path = folder / f"{name}.parquet"
            if not path.is_file() or sha256(path.read_bytes()).hexdigest() != checksum:
                raise ResultsError(f"{path} is missing or damaged; run the same command again.")
            with duckdb.connect() as connection:
                relation = connection.read_parquet(str(path))
                tables[name] = {key: _plain(value) for key, value in relation.fetchnumpy().items()}
        manifest.pop("digest")
        return cls(manifest, tables)


def versions() -> dict[str, str]:
    """Return the versions that a replay needs to know."""
    known = {name: version(name) for name in ("mesa", "numpy", "networkx", "scipy")}
    return {PACKAGE: version(PACKAGE), "python": platform.python_version(), **known}


def _write(columns: Table, path: Path) -> str:
    """Write one table as Parquet under a temporary name, then rename it; return its SHA-256."""
    import duckdb

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.")
    os.close(handle)
    try:
        with duckdb.connect() as connection:
            # DuckDB reads a dict of NumPy arrays as a table, by the name of the variable.
            connection.sql("SELECT * FROM columns").write_parquet(name, compression="zstd")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256(path.read_bytes()).hexdigest()


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Give NaN back where DuckDB stored NULL for it."""
    return values.filled(np.nan) if isinstance(values, np.ma.MaskedArray) else values


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)
