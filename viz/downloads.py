"""Files that a person can take away: a table as CSV, a drawing as SVG.

A file is made when its button is pressed, from what the page then shows, and sent over the page's
own connection: nothing is written on the server and no address serves it.
"""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import solara
from reacton import use_state
from solara.core import component

from viz.palette import plain_stylesheet
from viz.svg import standalone

_MIME = {"csv": "text/csv;charset=utf-8", "svg": "image/svg+xml;charset=utf-8"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@solara.component_vue("vue/download.vue")
def _Button(  # noqa: N802
    label: str,
    short: str,
    name: str,
    mime: str,
    content: str,
    event_fetch: Callable[[Any], None],
    event_saved: Callable[[Any], None],
) -> None: ...


@component
def Download(label: str, name: str, make: Callable[[], str], short: str = "") -> None:  # noqa: N802
    """Offer a file.

    Parameters
    ----------
    label : str
        What it is, e.g. ``"Ladder as SVG"``; read out, and shown unless there is a `short` word.
    name : str
        Name of the file; its ending says the kind (csv, svg, toml, ...).
    make : callable
        Returns the text of the file, see :func:`csv_of` and :func:`svg_file`. It is called when
        the button is pressed, on the page's own thread, so it must be quick.
    short : str
        What the button shows, where the place is narrow.
    """
    content, set_content = use_state("")
    name = safe_name(name)
    _Button(
        label=label,
        short=short,
        name=name,
        mime=_MIME.get(name.rpartition(".")[2], "text/plain;charset=utf-8"),
        content=content,
        event_fetch=lambda _: set_content(make()),
        event_saved=lambda _: set_content(""),  # it need not stay in memory
    )


def safe_name(name: str) -> str:
    """Return a file name of letters, digits, points, dashes and underscores alone."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._") or "download.txt"


def csv_of(columns: Mapping[str, Iterable[Any]]) -> str:
    """Return a table as CSV.

    Parameters
    ----------
    columns : mapping of str to iterable
        Columns by name with the unit in it, all of one length. Numbers keep their digits, NaN and
        None are empty. A text that a spreadsheet would take for a formula gets an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_cell(name) for name in columns])
    rows: Iterable[Sequence[Any]] = zip(*columns.values(), strict=True)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def svg_file(svg: str) -> str:
    """Return a drawing of the page as a file that stands alone, in the colours of the light page.

    Colours are written out, as drawing programs know no CSS variables.
    """
    return standalone(svg, plain_stylesheet())
