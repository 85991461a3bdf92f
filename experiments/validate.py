"""What ``ecosystem validate`` checks: the model's parts against what was observed.

A subject is a module with the functions of `Suite`; it is imported when asked for.
"""

import csv
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from ecosystem.checks import Check
from ecosystem.errors import InputError
from experiments.summary import grid, paragraph

SUBJECTS = {
    "cluster": "the compute core: training, reliability, capability, serving",
    "society": "hosts, permits, training, bills: a synthetic nation, the fold, break-even effects",
    "delivery": "sites: clearing to power, ramp, forecast slip, the ladder at dated points",
    "flywheel": "the market: closed forms, users, tokens, prices at dates not fitted, 2026",
}
HEAD = ("area", "check", "value", "limit", "unit", "ok")


class Suite(Protocol):
    """What a module ``experiments.validate_NAME`` offers."""

    def checks(self) -> list[Check]:
        """Return every figure with its limit."""
        ...

    def notes(self) -> list[str]:
        """Return paragraphs below the table: what was fitted, on how much."""
        ...

    def plots(self) -> dict[str, str]:
        """Return drawings by file name."""
        ...

    def tables(self) -> dict[str, str]:
        """Return further tables, as CSV, by file name."""
        ...


def subjects_text() -> str:
    """List what there is to validate."""
    rows = list(SUBJECTS.items())
    return grid(("name", "what"), rows, left=(0, 1)) + "\n\necosystem validate NAME [--out DIR]"


def suite(name: str) -> Suite:
    """Return the checks of a subject; refuse one that does not exist."""
    if name not in SUBJECTS:
        known = ", ".join(SUBJECTS)
        raise InputError(f"Nothing to validate is called '{name}'; known are {known}.")
    return cast(Suite, import_module(f"experiments.validate_{name}"))


def rows_of(checks: Sequence[Check]) -> list[list[str]]:
    """Return the cells of the table, one row per check, in the order of `HEAD`."""
    return [[c.area, c.name, _figure(c.value), _limit(c), c.unit, _verdict(c)] for c in checks]


def checked(name: str) -> list[list[str]]:
    """Make the checks of a subject and return their rows; for a process of its own."""
    return rows_of(suite(name).checks())


def table_text(checks: Sequence[Check]) -> str:
    """Return the table for a console of 100 columns, with what its words mean and a sum."""
    promised = [c for c in checks if c.promised and np.isfinite(c.limit)]
    broken = [c for c in checks if c.failed]
    missed = [c for c in checks if not c.promised and not c.ok]
    notes = (
        f"{len(promised) - len(broken)} of {len(promised)} promises are kept. A limit in brackets "
        f"is an aim: missing it is reported and does not count; {len(missed)} "
        f"{'is' if len(missed) == 1 else 'are'} missed. Rows without a limit are for information."
    )
    return grid(HEAD, rows_of(checks), left=(0, 1, 4, 5)) + "\n\n" + paragraph(notes)


def table_markdown(checks: Sequence[Check]) -> str:
    """Return the same table in Markdown."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---|---|--:|--:|---|---|"]
    cells = ([row[0], row[1].replace("|ln|", "ln"), *row[2:]] for row in rows_of(checks))
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in cells)]) + "\n"


def write(name: str, checks: Sequence[Check], subject: Suite, out: Path) -> list[Path]:
    """Write the table, as CSV and Markdown, and what goes with it; return the files."""
    files = {f"{name}.md": table_markdown(checks), **subject.tables(), **subject.plots()}
    for file, content in files.items():
        (out / file).write_text(content, encoding="utf-8", newline="")
    with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow((*HEAD[:-1], "promised", "ok"))
        for c in checks:
            writer.writerow((c.area, c.name, c.value, c.limit, c.unit, c.promised, c.ok))
    return [out / file for file in (f"{name}.csv", *files)]


def _figure(value: float) -> str:
    return f"{value:.1e}" if 0 < value < 1e-3 else f"{value:.3g}"


def _limit(check: Check) -> str:
    if not np.isfinite(check.limit):
        return "-"
    limit = f"{check.limit:.0e}" if 0 < check.limit < 1e-3 else f"{check.limit:g}"
    return limit if check.promised else f"({limit})"


def _verdict(check: Check) -> str:
    if not np.isfinite(check.limit) and check.ok:
        return "-"
    if check.ok:
        return "yes" if check.promised else "aim met"
    return "NO" if check.promised else "aim missed"
