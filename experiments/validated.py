"""What the last validation found, in brief: read from the tables of ``docs/validation.md``."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent
_PAGES = (_HERE / "validation.md", _HERE.parent / "docs" / "validation.md")
"""In an installed package, and in a checkout."""
_TABLE = re.compile(
    r"## ([^\n]+)\n(?:(?!\n## ).)*?<!-- table.*?-->\n(.*?)<!-- end of table -->", re.S
)


class Validated(NamedTuple):
    """One subject: how many promises were kept, and which aims were missed.

    Attributes
    ----------
    subject : str
    promises, kept : int
        Checks with a limit that decides, and those of them within it.
    missed : tuple of str
        Aims that were missed, with value, limit and unit.
    """

    subject: str
    promises: int
    kept: int
    missed: tuple[str, ...]


@cache
def validated() -> tuple[Validated, ...]:
    """Return the subjects of the published tables; empty where the page is not installed."""
    page = next((path for path in _PAGES if path.is_file()), None)
    if page is None:
        return ()
    found = _TABLE.findall(page.read_text(encoding="utf-8"))
    return tuple(_subject(title.strip(), table) for title, table in found)


def _subject(title: str, table: str) -> Validated:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in table.strip().splitlines()[2:]
    ]
    missed = tuple(
        f"{area}: {check} {value} (aim {limit.strip('()')}{'' if unit == '1' else ' ' + unit})"
        for area, check, value, limit, unit, ok in rows
        if ok == "aim missed"
    )
    kept, broken = (sum(row[5] == word for row in rows) for word in ("yes", "NO"))
    return Validated(title, kept + broken, kept, missed)
