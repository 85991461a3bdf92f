"""Figures, tables and links that save them, as HTML."""

import csv
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from io import StringIO

from viz.flips import Block, words_html
from viz.palette import plain_stylesheet
from viz.sections.material import Cells
from viz.svg import standalone, title_of


def blocks_html(blocks: Iterable[Block]) -> str:
    """Return words, drawings and tables; a table stands behind its drawing."""
    text = ""
    for block in blocks:
        text += words_html(block.words) if block.words else ""
        if block.svg:
            text += figure_html(block.svg, block.head, block.rows, block.name)
        elif block.name:
            text += behind(block.head, block.rows, block.name, block.caption)
        elif block.rows:
            text += table_html(block.caption, block.head, block.rows, block.note, base=block.base)
        elif block.note:
            text += f'<p class="note">{escape(block.note)}</p>'
    return text


def figure_html(svg: str, head: Sequence[str], rows: Cells, name: str) -> str:
    """Return a drawing with its table behind it."""
    return f"<figure>{svg}</figure>{behind(head, rows, name, title_of(svg), svg)}"


def behind(head: Sequence[str], rows: Cells, name: str, caption: str, svg: str = "") -> str:
    """Return the folded table behind a figure, with links that save both."""
    sheet = StringIO()
    csv.writer(sheet, lineterminator="\n").writerows([head, *rows])
    save = _save(f"{name}.csv", "CSV", "text/csv", sheet.getvalue())
    if svg:
        save += _save(f"{name}.svg", "SVG", "image/svg+xml", standalone(svg, plain_stylesheet()))
    return f"<details><summary>Table</summary>{table_html(caption, head, rows, '')}</details>{save}"


def _save(name: str, word: str, kind: str, content: str) -> str:
    """Return a link that saves a file that it holds itself."""
    data = b64encode(content.encode()).decode()
    file = escape(name)
    return (
        f'<a class="get" download="{file}" title="Save {file}" '
        f'href="data:{kind};base64,{data}">{word}</a>'
    )


def table_html(
    caption: str, head: Sequence[str], rows: Cells, note: str, *, base: bool = False
) -> str:
    """Return a table; `base` marks the first row, that of the baseline."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = []
    for i, (first, *rest) in enumerate(rows):
        css = ' class="base"' if base and i == 0 else ""
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        lines.append(f'<tr{css}><th scope="row">{escape(first)}</th>{cells}</tr>')
    text = f'<div class="wide"><table><caption>{escape(caption)}</caption>'
    text += f"<thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    return text + (f'<p class="note">{escape(note)}</p>' if note else "")
