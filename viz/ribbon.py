"""What bound a site week by week, and how late it was expected to be: data to SVG."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from viz.figures import Scale
from viz.palette import CAUSES, cause_key, cause_label
from viz.svg import drawing, nice_step, text, tick
from viz.timeline import Timeline

WIDTH, LEFT, RIGHT = 1180.0, 178.0, 210.0
_LATE_TOP, _LATE_TALL = 52.0, 76.0
_BAND_TOP, _BAND_TALL = 146.0, 34.0
_BOTTOM = _BAND_TOP + _BAND_TALL
_RECORD = "date on record"


class Stretch(NamedTuple):
    """Weeks in which the same work, held by the same cause, bound the milestone next to come.

    Attributes
    ----------
    first, weeks : float
    milestone, activity, cause : str
        `activity` is "" where no critical work was open; `cause` "" where it went at full pace.
    lost_weeks, late_weeks : float
        What it lost; how late the milestone was expected to be at its start.
    """

    first: float
    weeks: float
    milestone: str
    activity: str
    cause: str
    lost_weeks: float
    late_weeks: float


def ribbon(title: str, note: str, stretches: Sequence[Stretch], time: Timeline) -> str:
    """Draw the weeks late as expected at the time above the ribbon of what bound."""
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    body.append(time.axis(_LATE_TOP, _BOTTOM))
    body += _lateness(stretches, time)
    body.append(text(8, _BAND_TOP + 14, "what bound", "strong-text"))
    body.append(text(8, _BAND_TOP + 28, "height: time lost", "soft small"))
    body += [_stretch(stretch, time) for stretch in stretches]
    later = [s for s in stretches if s.milestone == "completion"]
    if later and later[0] is not stretches[0]:
        x = time.x(later[0].first)
        body.append(f'<path class="axis" d="M{x:.1f} {_LATE_TOP - 6:g}V{_BOTTOM:g}"/>')
        end = x > time.left + 0.7 * time.width
        said = "first building in use: from here on completion"
        css = "soft small halo end" if end else "soft small halo"
        body.append(text(x - 4 if end else x + 4, _LATE_TOP - 2, said, css))
    body.append(_legend(stretches))
    return drawing(WIDTH, _BOTTOM + 44, title, "".join(body))


def _lateness(stretches: Sequence[Stretch], time: Timeline) -> list[str]:
    known = [s for s in stretches if np.isfinite(s.late_weeks)]
    late = [s.late_weeks for s in known] + [0.0]
    step = nice_step(max(max(late) - min(late), 4.0), 3)
    low, high = np.floor(min(late) / step) * step, np.ceil(max(late) / step) * step
    y = Scale(float(low), float(max(high, low + step)), _LATE_TOP + _LATE_TALL, -_LATE_TALL)
    parts = [text(8, _LATE_TOP + 14, "weeks late,", "strong-text")]
    parts.append(text(8, _LATE_TOP + 28, "as expected then", "soft small"))
    for i in range(round((y.high - y.low) / step) + 1):
        value = y.low + i * step
        at, end = y.at(value), time.left + time.width
        parts.append(f'<path class="grid" d="M{time.left:g} {at:.1f}H{end:g}"/>')
        parts.append(text(time.left - 6, at + 3.5, tick(value, step), "soft end small"))
    path = ""
    for s in known:
        path += f"{'L' if path else 'M'}{time.x(s.first):.1f} {y.at(s.late_weeks):.1f}"
        path += f"H{time.x(s.first + s.weeks):.1f}"
    if path:
        parts.append(f'<path class="l1" d="{path}"/>')
        parts.append(text(time.x(known[-1].first + known[-1].weeks) + 5,
                          y.at(known[-1].late_weeks) + 4,
                          f"{known[-1].late_weeks:+.0f} weeks".replace("-", "−")))  # fmt: skip
    return parts


def _stretch(s: Stretch, time: Timeline) -> str:
    left, right = time.x(s.first), time.x(s.first + s.weeks)
    wide = max(right - left, 0.6)
    span = f"{time.week_name(s.first)} to {time.week_name(s.first + s.weeks)}"
    work = s.activity.replace("_", " ") or "nothing critical was open"
    said = f"{span}, towards {s.milestone}: {work}"
    css, share = "built", 1.0
    if s.cause == _RECORD:
        css, said = "waits", f"{span}: waits for a date on record"
    elif s.cause:
        share = min(max(s.lost_weeks / max(s.weeks, 1e-9), 0.2), 1.0)
        said += f", held by {cause_label(s.cause)}, {s.lost_weeks:.1f} weeks lost"
    else:
        said += ", at full pace"

    def rect(css: str, tall: float) -> str:
        return (
            f'<rect class="{css}" x="{left:.1f}" y="{_BOTTOM - tall:.1f}" width="{wide:.1f}" '
            f'height="{tall:.1f}"><title>{escape(said)}</title></rect>'
        )

    if css == "waits" or not s.cause:
        return rect(css, _BAND_TALL)
    return rect("built", _BAND_TALL) + rect(f"c-{cause_key(s.cause)}", _BAND_TALL * share)


def _legend(stretches: Sequence[Stretch]) -> str:
    shown = {cause_key(s.cause) for s in stretches if s.cause}
    marks = [("built", "full pace")]
    if any(s.cause == _RECORD for s in stretches):
        marks.append(("waits", _RECORD))
    marks += [(f"c-{cause}", word) for cause, word in CAUSES.items() if cause in shown]
    x, parts = LEFT, list[str]()
    for css, word in marks:
        parts.append(
            f'<rect class="{css}" x="{x:.1f}" y="{_BOTTOM + 25:g}" width="14" height="10"/>'
        )
        parts.append(text(x + 19, _BOTTOM + 34, word, "small"))
        x += 32 + 5.6 * len(word)
    return "".join(parts)
