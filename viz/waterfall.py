"""From the planned to the actual date, cause by cause, each with its bracket: data to SVG."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from viz.figures import Scale
from viz.palette import CAUSES, cause_label
from viz.svg import drawing, nice_step, text, tick

WIDTH = 590.0
_LEFT, _RIGHT, _TOP, _ROW = 150.0, 128.0, 60.0, 22.0


class Step(NamedTuple):
    """One step of the way.

    Attributes
    ----------
    name : str
        A cause, or `own work`, `plan moved`.
    weeks : float
        Its exact share of the slip.
    but_for, first_in : float
        What would be saved without it; what it would cost alone. NaN where there is no bracket.
    """

    name: str
    weeks: float
    but_for: float = np.nan
    first_in: float = np.nan


def waterfall(title: str, note: str, planned: str, actual: str, steps: Sequence[Step]) -> str:
    """Draw floating bars from the planned date, at 0 weeks, to the actual one.

    The whisker of a bar spans from what would be saved but for the cause to what it would cost
    alone, both from where the bar starts.
    """
    starts = np.concatenate([[0.0], np.cumsum([s.weeks for s in steps])])
    brackets = [
        start + value
        for start, s in zip(starts, steps, strict=False)
        for value in (s.but_for, s.first_in)
        if np.isfinite(value)
    ]
    values = [*starts, *brackets, 0.0]
    step = nice_step(max(max(values) - min(values), 4.0), 5)
    low, high = min(values), max(values)
    room = 0.04 * (high - low + 1)
    x = Scale(float(low - room), float(high + room), _LEFT, WIDTH - _LEFT - _RIGHT)
    bottom = _TOP + _ROW * (len(steps) + 2)
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    first, last = int(np.ceil(x.low / step)), int(np.floor(x.high / step))
    for value in (i * step for i in range(first, last + 1)):
        body.append(f'<path class="grid" d="M{x.at(value):.1f} {_TOP - 6:g}V{bottom:g}"/>')
        body.append(text(x.at(value), bottom + 13, tick(value, step), "soft mid small"))
    body.append(text(_LEFT, bottom + 28, "weeks after the plan", "soft small"))
    body.append(_date("planned", planned, x.at(0.0), _TOP))
    for i, (start, one) in enumerate(zip(starts, steps, strict=False)):
        body.append(_step(one, float(start), x, _TOP + _ROW * (i + 1)))
    end = float(starts[-1])
    body.append(_date("actual", actual, x.at(end), _TOP + _ROW * (len(steps) + 1)))
    total = f"{end:+.1f} weeks".replace("-", "−")
    body.append(
        text(WIDTH - _RIGHT + 8, _TOP + _ROW * (len(steps) + 1.5) + 4, total, "strong-text")
    )
    return drawing(WIDTH, bottom + 36, title, "".join(body))


def _date(word: str, day: str, x: float, top: float) -> str:
    y = top + _ROW / 2
    near_end = x > WIDTH - _RIGHT - 80
    label = text(
        x - 8 if near_end else x + 8, y + 4, day, "end strong-text" if near_end else "strong-text"
    )
    mark = f'<path class="milestone" d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6Z"/>'
    return text(8, y + 4, word, "strong-text") + mark + label


def _step(one: Step, start: float, x: Scale, top: float) -> str:
    y = top + _ROW / 2
    ends = sorted((x.at(start), x.at(start + one.weeks)))
    css = f"c-{one.name}" if one.name in CAUSES else "built"
    name = cause_label(one.name) if one.name in CAUSES else one.name
    signed = f"{one.weeks:+.1f}".replace("-", "−")
    said = f"{name}: {signed} weeks of the slip"
    bracket = told = ""
    if np.isfinite(one.but_for) and np.isfinite(one.first_in):
        low, high = sorted((one.but_for, one.first_in))
        said += f"; {one.but_for:.1f} saved without it, {one.first_in:.1f} if it were alone"
        told = f"  [{low:.1f}, {high:.1f}]".replace("-", "−")
        left, right = x.at(start + low), x.at(start + high)
        bracket = (
            f'<path class="casing" d="M{left:.1f} {y:.1f}H{right:.1f}"/>'
            f'<path class="whisker" d="M{left:.1f} {y - 4:.1f}v8m0 -4H{right:.1f}m0 -4v8"/>'
        )
    return (
        f"<g><title>{escape(said)}</title>{text(8, y + 4, name)}"
        f'<rect class="{css}" x="{ends[0]:.1f}" y="{y - 8:.1f}" '
        f'width="{max(ends[1] - ends[0], 1.0):.1f}" height="16"/>{bracket}'
        f"{text(WIDTH - _RIGHT + 8, y + 4, signed + told, 'small')}</g>"
    )
