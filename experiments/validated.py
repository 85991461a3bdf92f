"""What the last validation found: read from the tables and plots of ``docs/validation.md``."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent
_PAGES = (_HERE / "validation.md", _HERE.parent / "docs" / "validation.md")
"""In an installed package, and in a checkout."""
_IMAGES = (_HERE / "img", _HERE.parent / "docs" / "img")
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


class Published(NamedTuple):
    """All that the page says of one subject, but for how it was done.

    Attributes
    ----------
    subject : str
    rows : tuple of tuple of str
        Area, check, value, limit, unit, ok.
    figures : tuple of (str, str)
        What a plot shows, and its file, see :func:`figure`.
    misfits : tuple of str
        What does not fit, item by item.
    """

    subject: str
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[tuple[str, str], ...]
    misfits: tuple[str, ...]


class Dated(NamedTuple):
    """A dated observation beside the model's figure; `id` is its source, "" where none is named."""

    area: str
    what: str
    day: str
    observed: str
    model: str
    unit: str
    id: str


@cache
def validated() -> tuple[Validated, ...]:
    """Return the subjects of the published tables; empty where the page is not installed."""
    found = _TABLE.findall(_page())
    return tuple(_subject(title.strip(), table) for title, table in found)


@cache
def published() -> tuple[Published, ...]:
    """Return every subject with table, plots and what does not fit; none if not installed."""
    page = _page()
    parts = re.split(r"^## ", page, flags=re.M)[1:]
    return tuple(
        Published(
            part.splitlines()[0].strip(),
            tuple(tuple(row) for row in _rows(found[2])),
            tuple((said, name) for said, name in _PLOT.findall(part)),
            tuple(_plain(item) for item in _misfits(part)),
        )
        for part in parts
        if (found := _TABLE.search(f"## {part}"))
    )


def figure(name: str) -> str:
    """Return a plot of the page as SVG; an unknown one raises :class:`FileNotFoundError`."""
    path = next((folder / name for folder in _IMAGES if (folder / name).is_file()), None)
    if path is None or Path(name).name != name:
        raise FileNotFoundError(name)
    return path.read_text(encoding="utf-8")


@cache
def dated() -> tuple[Dated, ...]:
    """Return the rows that set a dated observation beside the model's figure."""
    found: list[Dated] = []
    for subject in published():
        for area, check, value, _, unit, _ in subject.rows:
            if at := _ON_A_DAY.fullmatch(check):
                what, day, observed, source = at.groups()
                found.append(Dated(area, what, day, observed, value, unit, source or ""))
            elif at := _IN_A_MONTH.fullmatch(check):
                what, day, observed, got = at.groups()
                found.append(Dated(area, what, day, observed, got, _UNITS.get(what, ""), ""))
    return tuple(found)


_PLOT = re.compile(r"^!\[([^\]]+)\]\(img/([^)]+)\)", re.M)
_ON_A_DAY = re.compile(r"(.+) on (\d{4}-\d\d-\d\d), ([\d.]+) observed(?: \((\w+)\))?")
_IN_A_MONTH = re.compile(r"(.+) (\d{4}-\d\d): ([\d.]+), got (.+)")
_UNITS = {
    "revenue": "bn USD/yr",
    "users": "million",
    "messages": "million/day",
    "tokens": "10^12/day",
    "price": "USD/Mtok",
    "capability": "ECI points",
    "R&D share": "1",
    "compute spending": "bn USD",
}
"""As in ``flywheel_targets.csv``."""


def _misfits(part: str) -> list[str]:
    """Return the items below `What does not fit`."""
    found = re.search(r"^(?:### )?What does not(?: fit|:)\n(.*?)(?=^### |\Z)", part, re.M | re.S)
    items = re.split(r"^- ", found[1], flags=re.M)[1:] if found else []
    return [" ".join(re.split(r"\n\s*\n", item)[0].split()) for item in items]


def _plain(text: str) -> str:
    """Return Markdown without its marks."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return re.sub(r"\*\*|`|(?<!\w)\*|\*(?!\w)", "", text)


def _page() -> str:
    page = next((path for path in _PAGES if path.is_file()), None)
    return page.read_text(encoding="utf-8") if page else ""


def _rows(table: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in table.strip().splitlines()[2:]
    ]


def _subject(title: str, table: str) -> Validated:
    rows = _rows(table)
    missed = tuple(
        f"{area}: {check} {value} (aim {limit.strip('()')}{'' if unit == '1' else ' ' + unit})"
        for area, check, value, limit, unit, ok in rows
        if ok == "aim missed"
    )
    kept, broken = (sum(row[5] == word for row in rows) for word in ("yes", "NO"))
    return Validated(title, kept + broken, kept, missed)
