"""Tables as HTML, with a caption and headers that screen readers can use; all text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from viz.svg import number


def table_html(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], words: Sequence[int] = (0,)
) -> str:
    """Return a table.

    Parameters
    ----------
    caption : str
    head : sequence of str
    rows : iterable of sequence of str
        The first cell of a row is its header.
    words : sequence of int
        Columns that hold words and not numbers.
    """
    sides = ["eco-words" if i in words else "eco-figure" for i in range(len(head))]
    top = "".join(
        f'<th scope="col" class="{side}">{escape(word)}</th>'
        for word, side in zip(head, sides, strict=True)
    )
    body = "".join(_row(row, sides) for row in rows)
    return (
        f'<table class="eco-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(row: Sequence[str], sides: Sequence[str]) -> str:
    first, *rest = zip(row, sides, strict=True)
    cells = "".join(f'<td class="{side}">{escape(cell)}</td>' for cell, side in rest)
    return f'<tr><th scope="row" class="{first[1]}">{escape(first[0])}</th>{cells}</tr>'


def usd(value: float) -> str:
    """Return an amount in the unit that suits its size, e.g. ``222 M USD``."""
    size, unit = next(
        (s, u) for s, u in ((1e9, "bn USD"), (1e6, "M USD"), (0.0, "USD")) if abs(value) >= s
    )
    return f"{number(value / size if size else value)} {unit}"
