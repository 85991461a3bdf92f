"""Plots of measured against predicted figures: pure functions, each a complete SVG file."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ecosystem.units import FloatArray
from viz.svg import drawing, nice_step, text, tick

WIDTH, HEIGHT = 640.0, 420.0
LEFT, TOP, RIGHT, BOTTOM = 64.0, 40.0, 150.0, 48.0
# Okabe and Ito (2008): told apart with any colour vision.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_STYLE = (
    "<style>text{font:12px sans-serif;fill:#333}.t{font-size:14px;font-weight:600}"
    ".m{text-anchor:middle}.e{text-anchor:end}.g{stroke:#ddd}.d{stroke:#777;stroke-dasharray:5 4}"
    "path{fill:none}</style>"
)


class Axis(NamedTuple):
    """What an axis shows and between which values; logarithmic where `log`.

    Labelled ``year`` it shows calendar years, whose digits are not grouped.
    """

    label: str
    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Return the place of a value along the axis, 0 to 1."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """Return round values on the axis with their labels."""
        if self.log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            values = [m * 10.0**p for p in powers for m in (1, 2, 5)]
            return [(v, f"{v:,g}") for v in values if self.low <= v <= self.high]
        step = nice_step(self.high - self.low)
        first = math.ceil(self.low / step - 1e-9)
        count = math.floor(self.high / step + 1e-9) - first + 1
        ticks = [((first + i) * step, tick((first + i) * step, step)) for i in range(count)]
        return [(v, t.replace(",", "")) for v, t in ticks] if self.label == "year" else ticks


class Series(NamedTuple):
    """Points of one kind: dots, rings, a line, or dashes; without a name, not in the legend."""

    name: str
    x: FloatArray
    y: FloatArray
    mark: Literal["dot", "ring", "line", "dash"] = "dot"
    colour: str = COLOURS[0]


def spanning(values: Sequence[float] | FloatArray, label: str, log: bool = False) -> Axis:
    """Return an axis with a little room around `values`, all above 0 if logarithmic."""
    low, high = float(np.min(values)), float(np.max(values))
    if log:
        return Axis(label, low / 1.15, high * 1.15, log)
    room = 0.06 * (high - low) or 1.0
    return Axis(label, low - room, high + room)


def plot(title: str, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """Return a drawing of `series` over two axes, with a legend."""
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    bottom = TOP + tall
    parts = [
        f'{_STYLE}<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#fff"/>',
        text(LEFT, 22, title, "t"),
    ]
    for value, label in x.ticks():
        at = LEFT + wide * x.share(value)
        parts.append(f'<path class="g" d="M{at:.1f} {TOP:g}v{tall:g}"/>')
        parts.append(text(at, bottom + 16, label, "m"))
    for value, label in y.ticks():
        at = bottom - tall * y.share(value)
        parts.append(f'<path class="g" d="M{LEFT:g} {at:.1f}h{wide:g}"/>')
        parts.append(text(LEFT - 6, at + 4, label, "e"))
    parts.append(text(LEFT + wide / 2, HEIGHT - 10, x.label, "m"))
    parts.append(text(LEFT, TOP - 4, y.label))
    for one in series:
        spots = [
            (LEFT + wide * x.share(float(a)), bottom - tall * y.share(float(b)))
            for a, b in zip(one.x, one.y, strict=True)
        ]
        parts.append(_marks(one, spots))
    named = [one for one in series if one.name]
    for row, one in enumerate(named):
        at = TOP + 8 + 18 * row
        ends = (12, 28) if one.mark in ("line", "dash") else (20,)
        parts.append(_marks(one, [(LEFT + wide + end, at) for end in ends]))
        parts.append(text(LEFT + wide + 36, at + 4, one.name))
    return drawing(WIDTH, HEIGHT, title, "".join(parts))


def diagonal(axis: Axis, factor: float = 1.0, offset: float = 0.0, name: str = "") -> Series:
    """Return the dashed line of y = `factor` x + `offset` across an axis used for x and y."""
    low = max((axis.low - offset) / factor, axis.low)
    high = min((axis.high - offset) / factor, axis.high)
    ends = np.array([low, high])
    return Series(name, ends, factor * ends + offset, "dash")


def _marks(one: Series, spots: list[tuple[float, float]]) -> str:
    if one.mark in ("line", "dash"):
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in spots)
        look = 'class="d"' if one.mark == "dash" else f'stroke="{one.colour}" stroke-width="2"'
        return f'<path {look} d="{path}"/>'
    fill = one.colour if one.mark == "dot" else "none"
    return "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{fill}" stroke="{one.colour}"/>'
        for a, b in spots
    )
