"""All measurements of ``ecosystem bench``, in order, and the machine that they were made on."""

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from math import isfinite
from os import cpu_count
from pathlib import Path
from typing import Any

from ecosystem.errors import EcosystemError, InputError
from ecosystem.results import versions
from experiments.bench import core, memory, model, runs
from experiments.bench.reference import REFERENCE_S, typical_s, workload
from experiments.bench.row import Row

type Measurement = Callable[[bool], list[Row]]


def _sizes(quick: bool) -> list[Row]:
    factors, weeks, households = (1, 2, 4, 8, 16), (130, 260, 520, 1040, 2080), (200, 800, 3_200)
    if quick:
        factors, weeks, households = (1, 4), (65, 260), (200, 1_600)
    repeats, length = (1, 26) if quick else (2, 104)
    return [
        model.sites_row(factors, length, repeats),
        model.weeks_row(weeks, repeats),
        model.households_row(households, length, repeats),
    ]


def _run(quick: bool) -> list[Row]:
    return model.run_rows(2 if quick else 7)


def _runs(quick: bool) -> list[Row]:
    if quick:
        return runs.runs_rows((500, 4_000), (2, 6), 13, 1)
    return runs.runs_rows((1_000, 4_000, 16_000), (2, 4, 8, 16), 52, 2)


def _cluster(quick: bool) -> list[Row]:
    return core.cluster_rows((100, 1_000, 10_000), 1 if quick else 3)


def _attribution(quick: bool) -> list[Row]:
    if quick:
        return [model.attribution_row(130, 1), model.attributions_row((1, 4), 26, 1)]
    return [model.attribution_row(520, 3), model.attributions_row((1, 4, 16), 104, 2)]


def _overhead(quick: bool) -> list[Row]:
    return [runs.overhead_row(1 if quick else 3)]


def _storage(quick: bool) -> list[Row]:
    return runs.storage_rows(100 if quick else 500)


def _frame(quick: bool) -> list[Row]:
    from experiments.bench import page  # the app takes seconds to load

    if quick:
        return [page.frame_row(52, 9), page.frames_row((1, 4), 13, 3)]
    return [page.frame_row(260, 9), page.frames_row((1, 4, 16), 52, 5)]


def _memory(quick: bool) -> list[Row]:
    return memory.memory_rows(*((4, 26) if quick else (40, 104)))


MEASUREMENTS: dict[str, Measurement] = {
    "run": _run,
    "sizes": _sizes,
    "runs": _runs,
    "cluster": _cluster,
    "attribution": _attribution,
    "overhead": _overhead,
    "storage": _storage,
    "frame": _frame,
    "memory": _memory,
}


def chosen(names: Sequence[str]) -> list[str]:
    """Return the measurements that are meant, in order; all where none is named.

    Raises
    ------
    InputError
        If there is no such measurement.
    """
    known = ", ".join(MEASUREMENTS)
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        raise InputError(f"--only {unknown[0]}: there is no such measurement; known are {known}.")
    return [name for name in MEASUREMENTS if not names or name in names]


def measured(name: str, quick: bool) -> list[Row]:
    """Return the figures of a measurement; one that this system cannot make is told as NaN."""
    try:
        return MEASUREMENTS[name](quick)
    except EcosystemError as error:
        return [Row(name, name, float("nan"), "", str(error))]


def machine() -> dict[str, Any]:
    """Return what figures depend on beside the code."""
    work_s = typical_s(workload, calls=40)
    return {
        **versions(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": cpu_count(),
        "reference_workload_us": work_s * 1e6,
        "times_reference": work_s / REFERENCE_S,
    }


def machine_text(facts: dict[str, Any]) -> str:
    """Return the machine in words."""
    return (
        f"Python {facts['python']}, NumPy {facts['numpy']}, {facts['system']}, {facts['cores']} "
        f"cores. Fixed work takes {facts['times_reference']:.2f} times what it took on the machine "
        "for which limits were set; where that is more than 1, limits of time are multiplied by it."
    )


def write_json(path: Path, rows: Sequence[Row], facts: dict[str, Any]) -> None:
    """Write figures and machine as JSON; limits that are not there are null.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    figures = [
        {name: value if not isinstance(value, float) or isfinite(value) else None
         for name, value in asdict(row).items()} | {"holds": row.holds if row.limited else None}
        for row in rows
    ]  # fmt: skip
    try:
        path.write_text(
            json.dumps({"machine": facts, "figures": figures}, indent=1) + "\n", "utf-8"
        )
    except OSError as error:
        raise InputError(f"--json {path}: {error.strerror}.") from error
