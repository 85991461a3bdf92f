"""A simulated host community over time: opinion by group, mobilisation, trust, licence: to SVG."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from ecosystem.units import BoolArray, FloatArray
from viz.figures import Scale
from viz.svg import drawing, text
from viz.timeline import Timeline

WIDTH, LEFT, RIGHT = 1180.0, 178.0, 210.0
LICENCE = ("withheld", "accepted", "approved", "identified")
"""Levels of the social licence, as in :class:`ecosystem.society.mobilisation.Licence`."""
_TOP = 74.0
_TALL = (150.0, 70.0, 56.0, 62.0)
_GAP = 20.0


class Group(NamedTuple):
    """Mean opinion of a household group in [-1, 1], shape (weeks,); `place` is near or far."""

    tercile: str
    place: str
    mean: FloatArray


class Voices(NamedTuple):
    """A community, every fourth week; arrays of shape (n,).

    Attributes
    ----------
    week : ndarray
    mean, low, high : ndarray
        Opinion of all households, and the 10 and 90% quantiles of households.
    groups : sequence of Group
    against, supporting : ndarray
        Mobilised shares.
    organised : ndarray of bool
    trust : ndarray
        In [0, 1].
    licence : ndarray of int
        Index into :data:`LICENCE`.
    """

    week: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    groups: Sequence[Group]
    against: FloatArray
    supporting: FloatArray
    organised: BoolArray
    trust: FloatArray
    licence: FloatArray


def community(
    title: str, note: str, voices: Voices, time: Timeline, events: Sequence[tuple[float, str]]
) -> str:
    """Draw four lanes on one timeline; `events` are weeks of hearings, suits and agreements."""
    tops = [_TOP]
    for tall in _TALL[:-1]:
        tops.append(tops[-1] + tall + _GAP)
    bottom = tops[-1] + _TALL[-1]
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft"), time.axis(_TOP, bottom)]
    body += _opinion(voices, time, tops[0], _TALL[0])
    body += _mobilised(voices, time, tops[1], _TALL[1])
    body += _trust(voices, time, tops[2], _TALL[2])
    body += _licence(voices, time, tops[3], _TALL[3])
    body += _events(events, time, bottom)
    return drawing(WIDTH, bottom + 20, title, "".join(body))


def _opinion(v: Voices, time: Timeline, top: float, tall: float) -> list[str]:
    y = Scale(-1.0, 1.0, top + tall, -tall)
    parts = _lane(time, y, "opinion", "−1 against, +1 in favour", ((-1, "−1"), (0, "0"), (1, "+1")))
    xs = [time.x(float(week)) for week in v.week]
    there = [f"{a:.1f} {y.at(float(b)):.1f}" for a, b in zip(xs, v.high, strict=True)]
    back = [f"{a:.1f} {y.at(float(b)):.1f}" for a, b in zip(xs, v.low, strict=True)][::-1]
    if xs:
        said = "80% of households lie in the band"
        band = f"M{'L'.join([*there, *back])}Z"
        parts.append(f'<path class="band80" d="{band}"><title>{said}</title></path>')
    for group in v.groups:
        css = f"o-{group.tercile} o-{group.place}"
        said = escape(f"{group.tercile} income, {group.place}: {_last(group.mean)} at the end")
        path = _line(xs, y, group.mean)
        parts.append(f'<path class="opinion {css}" d="{path}"><title>{said}</title></path>')
    parts.append(f'<path class="l1" d="{_line(xs, y, v.mean)}"/>')
    at, x = top + 10, time.left + time.width + 12
    legend = [("l1", f"all: {_last(v.mean)} at the end")]
    legend += [
        (f"opinion o-{g.tercile} o-{g.place}", f"{g.tercile} income, {g.place}: {_last(g.mean)}")
        for g in v.groups
    ]
    for i, (css, word) in enumerate(legend):
        parts.append(f'<path class="{css}" d="M{x:g} {at + 17 * i - 3:g}h22"/>')
        parts.append(text(x + 28, at + 17 * i, word, "small"))
    if xs:
        parts.append(f'<rect class="band80" x="{x:g}" y="{at + 17 * len(legend) - 8:g}" '
                     'width="22" height="10"/>')  # fmt: skip
        parts.append(text(x + 28, at + 17 * len(legend), "80% of households", "small"))
    return parts


def _mobilised(v: Voices, time: Timeline, top: float, tall: float) -> list[str]:
    most = float(np.max([v.against, v.supporting], initial=0.05)) * 1.1
    y = Scale(0.0, most, top + tall, -tall)
    parts = _lane(time, y, "mobilised", "share of households", ((0, "0%"), (most, f"{most:.0%}")))
    xs = [time.x(float(week)) for week in v.week]
    for first, last in _spans(v.organised):
        left = xs[first]
        right = xs[last] if last < len(xs) else xs[-1]
        parts.append(
            f'<rect class="organised-band" x="{left:.1f}" y="{top:.1f}" '
            f'width="{max(right - left, 1):.1f}" height="{tall:g}">'
            "<title>opposition is organised</title></rect>"
        )
    parts.append(f'<path class="against" d="{_line(xs, y, v.against)}"/>')
    parts.append(f'<path class="l1" d="{_line(xs, y, v.supporting)}"/>')
    x = time.left + time.width + 12
    now = (_percent(v.against), _percent(v.supporting))
    for i, (css, word) in enumerate(
        (("against", f"against: {now[0]} at the end"), ("l1", f"in favour: {now[1]}"))
    ):
        parts.append(f'<path class="{css}" d="M{x:g} {top + 9 + 17 * i:g}h22"/>')
        parts.append(text(x + 28, top + 12 + 17 * i, word, "small"))
    parts.append(
        f'<rect class="organised-band" x="{x:g}" y="{top + 36:g}" width="22" height="10"/>'
    )
    parts.append(text(x + 28, top + 45, "opposition organised", "small"))
    return parts


def _trust(v: Voices, time: Timeline, top: float, tall: float) -> list[str]:
    y = Scale(0.0, 1.0, top + tall, -tall)
    parts = _lane(time, y, "trust in the lab", "0 to 1", ((0, "0"), (1, "1")))
    xs = [time.x(float(week)) for week in v.week]
    parts.append(f'<path class="l1" d="{_line(xs, y, v.trust)}"/>')
    said = f"{v.trust[-1]:.2f} at the end" if len(v.trust) else ""
    parts.append(text(time.left + time.width + 12, top + 12, said, "small"))
    return parts


def _licence(v: Voices, time: Timeline, top: float, tall: float) -> list[str]:
    y = Scale(0.0, 3.0, top + tall - 6, -(tall - 12))
    marks = tuple((level, word) for level, word in enumerate(LICENCE))
    parts = _lane(time, y, "social licence", "", marks)
    path = ""
    for week, level in zip(v.week, v.licence, strict=True):
        x, at = time.x(float(week)), y.at(float(level))
        path += f"H{x:.1f}V{at:.1f}" if path else f"M{x:.1f} {at:.1f}"
    parts.append(f'<path class="it" d="{path}"/>')
    said = f"{LICENCE[int(v.licence[-1])]} at the end" if len(v.licence) else ""
    parts.append(text(time.left + time.width + 12, top + 12, said, "small"))
    return parts


def _lane(
    time: Timeline, y: Scale, name: str, unit: str, marks: Sequence[tuple[float, str]]
) -> list[str]:
    top, end = y.at(y.high), time.left + time.width
    parts = [text(8, top + 12, name, "strong-text"), text(8, top + 26, unit, "soft small")]
    for value, label in marks:
        parts.append(f'<path class="grid" d="M{time.left:g} {y.at(value):.1f}H{end:g}"/>')
        parts.append(text(time.left - 6, y.at(value) + 3.5, label, "soft end small"))
    return parts


def _events(events: Sequence[tuple[float, str]], time: Timeline, bottom: float) -> list[str]:
    """Mark events; where words would lie on one another they stand on two lines, or only hover."""
    parts: list[str] = []
    free = [0.0, 0.0]
    for week, word in sorted(events):
        if not time.shows(week):
            continue
        x = time.x(week)
        said = f"{time.week_name(week)}: {word}"
        line = f'<path class="now" d="M{x:.1f} {_TOP - 14:g}V{bottom:g}"/>'
        parts.append(f"<g><title>{escape(said)}</title>{line}</g>")
        row = next((i for i, until in enumerate(free) if x >= until), None)
        if row is not None:
            free[row] = x + 6.0 * len(word) + 10
            parts.append(text(x + 3, _TOP - 6 - 13 * row, word, "small halo"))
    return parts


def _line(xs: list[float], y: Scale, values: FloatArray) -> str:
    spots = [f"{a:.1f} {y.at(float(b)):.1f}" for a, b in zip(xs, values, strict=True)]
    return f"M{'L'.join(spots)}" if spots else ""


def _spans(flag: BoolArray) -> list[tuple[int, int]]:
    """Return where a flag is up, as first and next index."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flag.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _last(values: FloatArray) -> str:
    return f"{values[-1]:+.2f}".replace("-", "−") if len(values) else "–"


def _percent(values: FloatArray) -> str:
    return f"{values[-1]:.0%}" if len(values) else "–"
