"""Bars of buildings or activities over time: the plan, what came, what held it, what float is left.

Pure functions of data to SVG. Causes are told by colour and, on hover, in words; how much of a
stretch was lost shows as the height of its colour.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from viz.palette import CAUSES, cause_key, cause_label
from viz.svg import drawing, text
from viz.timeline import Timeline

WIDTH, LEFT, RIGHT = 1180.0, 178.0, 210.0
TOP, ROW, BAR = 58.0, 23.0, 14.0
RECORD = "date on record"
_LEAST_SHARE = 0.25
"""A held stretch is coloured over at least this share of the height, so that it can be seen."""


class Part(NamedTuple):
    """A stretch of a bar: what was under way, which cause held it, which share of it was lost."""

    first: float
    last: float
    what: str
    cause: str
    lost_share: float


class Bar(NamedTuple):
    """One row.

    Attributes
    ----------
    key, name, told : str
        Of what is picked with it ("" for nothing); before, and after the bar.
    planned, actual : tuple of float
        First and last week; NaN where there is none.
    parts : sequence of Part
        Of the actual bar.
    float_until : float
        Until when it could have ended without delaying what the tail is measured against.
    gone : float
        Week in which it was given up; NaN if it was not.
    expected_from : float
        From when on the bar is a forecast: work still to be done when the run ended.
    """

    key: str
    name: str
    told: str
    planned: tuple[float, float]
    actual: tuple[float, float]
    parts: Sequence[Part] = ()
    float_until: float = np.nan
    gone: float = np.nan
    expected_from: float = np.inf


def gantt(
    title: str, note: str, bars: Sequence[Bar], time: Timeline, marks: Sequence[tuple[float, str]],
    picked: str = "",
) -> str:  # fmt: skip
    """Draw bars on a timeline that starts at `LEFT`; `marks` are weeks to point out, with words."""
    bottom = TOP + ROW * max(len(bars), 1)
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft"), time.axis(TOP - 6, bottom)]
    for week, word in marks:
        if time.shows(week):
            body.append(f'<path class="now" d="M{time.x(week):.1f} {TOP - 10:g}V{bottom:g}"/>')
            body.append(text(time.x(week) + 3, TOP - 8, word, "soft small halo"))
    body += [_row(bar, time, TOP + ROW * i, bar.key == picked != "") for i, bar in enumerate(bars)]
    shown = {cause_key(part.cause) for bar in bars for part in bar.parts}
    body.append(_legend(bottom + 34, shown))
    return drawing(WIDTH, bottom + 44, title, "".join(body))


def _row(bar: Bar, time: Timeline, top: float, picked: bool) -> str:
    y = top + (ROW - BAR) / 2
    body = [text(8, y + 11, bar.name, "strong-text" if picked else "")]
    body.append(text(time.left + time.width + 10, y + 11, bar.told, "small"))
    low, high = bar.actual
    if np.isfinite(low) and np.isfinite(high):
        body += _actual(bar, time, y)
    planned = bar.planned
    if np.isfinite(planned[0]) and np.isfinite(planned[1]):
        said = f"planned {time.month(planned[0])} to {time.month(planned[1])}"
        body.append(_rect(time, planned, y, BAR, "plan", said))
    if np.isfinite(bar.float_until) and bar.float_until > high:
        said = f"float: {bar.float_until - high:.0f} weeks"
        body.append(_rect(time, (high, bar.float_until), y + BAR / 2 - 1.5, 3, "tail", said))
    if np.isfinite(bar.gone):
        body.append(text(time.x(bar.gone) - 3, y + 11, "✕", "strong-text halo"))
    content = "".join(body)
    if not bar.key:
        return content
    # a click anywhere in the row opens it
    area = f'<rect class="lane" x="2" y="{top:.1f}" width="{WIDTH - 4:g}" height="{ROW:g}"/>'
    css = "pick picked-row" if picked else "pick"
    said = escape(f"{bar.name}: {bar.told}. Show its activities")
    return (
        f'<g class="{css}" data-key="{escape(bar.key)}" tabindex="0" role="button" '
        f'aria-label="{said}">{area}{content}</g>'
    )


def _actual(bar: Bar, time: Timeline, y: float) -> list[str]:
    """Draw what was built, what held it, and what is still to come."""
    low, high = bar.actual
    done = min(high, max(bar.expected_from, low))
    parts = [_rect(time, (low, done), y + 2, BAR - 4, "built", f"from {time.month(low)}")]
    if high > done:
        words = f"expected, if nothing more holds it back, by {time.month(high)}"
        parts.append(_rect(time, (done, high), y + 2, BAR - 4, "expected", words))
    for part in bar.parts:
        if part.cause and part.last > low:
            parts.append(_part(part, time, y, low))
    return parts


def _part(part: Part, time: Timeline, y: float, low: float) -> str:
    span = (max(part.first, low), part.last)
    said = f"{time.week_name(span[0])} to {time.week_name(span[1])}, {part.what}: "
    if part.cause == RECORD:
        return _rect(time, span, y + 2, BAR - 4, "waits", f"{said}waits for a date on record")
    tall = (BAR - 4) * max(part.lost_share, _LEAST_SHARE)
    said += f"held by {cause_label(part.cause)}, {part.lost_share:.0%} of the time lost"
    return _rect(time, span, y + BAR - 2 - tall, tall, f"c-{cause_key(part.cause)}", said)


def _rect(
    time: Timeline, span: tuple[float, float], y: float, tall: float, css: str, said: str
) -> str:
    left, right = time.x(span[0]), time.x(span[1])
    return (
        f'<rect class="{css}" x="{left:.1f}" y="{y:.1f}" width="{max(right - left, 0.8):.1f}" '
        f'height="{tall:.1f}"><title>{escape(said)}</title></rect>'
    )


def _legend(y: float, causes: set[str]) -> str:
    """Name the marks, and the causes that appear."""
    x, parts = 8.0, list[str]()
    marks = [("plan", "planned"), ("built", "as it came"), ("expected", "still to come")]
    marks += [("tail", "float")]
    marks += [(f"c-{cause}", word) for cause, word in CAUSES.items() if cause in causes]
    for css, word in marks:
        tall = 3 if css == "tail" else 10
        parts.append(
            f'<rect class="{css}" x="{x:.1f}" y="{y - 4 - tall / 2:.1f}" width="16" '
            f'height="{tall}"/>'
        )
        parts.append(text(x + 21, y, word, "small"))
        x += 34 + 5.6 * len(word)
    return "".join(parts)
