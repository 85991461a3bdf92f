"""Small parts of SVG drawings: numbers as people read them, scales, paths, text."""

import math
from collections.abc import Sequence
from html import escape, unescape
from typing import NamedTuple

import numpy as np

from ecosystem.units import FloatArray

MAX_POINTS = 200


class Box(NamedTuple):
    """A plotting area and what its edges mean: x in [0, x_max], y in [0, y_max]."""

    left: float
    top: float
    width: float
    height: float
    x_max: float
    y_max: float
    y_min: float = 0.0

    def x(self, value: float) -> float:
        """Return the pixel column of a value."""
        return self.left + self.width * value / self.x_max

    def y(self, value: float) -> float:
        """Return the pixel row of a value; up is more."""
        return self.top + self.height * (self.y_max - value) / (self.y_max - self.y_min)


def number(value: float) -> str:
    """Return a value with three significant digits and thousands separated; a dash for NaN."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    if abs(rounded) >= 10 ** (3 - digits):
        digits -= 1
    return f"{rounded:,.{max(0, digits)}f}".replace("-", "−")


def signed_percent(ratio: float) -> str:
    """Return a relative change, e.g. ``+12%``; a dash where it is unknown."""
    if not math.isfinite(ratio):
        return "–"
    return f"{ratio:+.0%}".replace("-", "−")


def nice_step(span: float, count: int = 4) -> float:
    """Return a round distance (1, 2 or 5 times a power of ten) for about `count` ticks."""
    raw = max(span, 1e-12) / count
    power = 10.0 ** math.floor(math.log10(raw))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))


def tick(value: float, step: float) -> str:
    """Return the label of a tick, with as many decimals as the distance between ticks needs."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{decimals}f}".replace("-", "−")


def thinned(length: int) -> np.ndarray:
    """Return at most about `MAX_POINTS` indices into a series, the last one always among them."""
    step = max(1, math.ceil(length / MAX_POINTS))
    kept = np.arange(0, length, step)
    return kept if length == 0 or kept[-1] == length - 1 else np.append(kept, length - 1)


def line_path(box: Box, weeks: Sequence[int] | np.ndarray, values: FloatArray) -> str:
    """Return the ``d`` of a line; it breaks where a value is not finite."""
    parts: list[str] = []
    pen_up = True
    for week, value in zip(weeks, values, strict=True):
        if not math.isfinite(value):
            pen_up = True
            continue
        parts.append(f"{'M' if pen_up else 'L'}{box.x(week):.1f} {box.y(value):.1f}")
        pen_up = False
    return "".join(parts)


def area_path(box: Box, weeks: np.ndarray, low: FloatArray, high: FloatArray) -> str:
    """Return the ``d`` of the band between two lines of finite values."""
    xs = (box.left + box.width * weeks / box.x_max).round(1)
    scale = box.height / (box.y_max - box.y_min)
    tops = (box.top + (box.y_max - high) * scale).round(1)
    bottoms = (box.top + (box.y_max - low) * scale).round(1)
    there, back = np.stack((xs, tops), 1), np.stack((xs, bottoms), 1)[::-1]
    corners = np.concatenate((there, back)).tolist()
    return "M" + "L".join(f"{x} {y}" for x, y in corners) + "Z"


def text(x: float, y: float, content: str, css: str = "") -> str:
    """Return a line of text, escaped."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}">{escape(content)}</text>'


def drawing(width: float, height: float, title: str, body: str) -> str:
    """Return a complete, scalable drawing that screen readers announce by its title."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(title)}">{body}</svg>'
    )


def title_of(svg: str) -> str:
    """Return the title by which a drawing of :func:`drawing` is announced."""
    return unescape(svg.partition('aria-label="')[2].partition('"')[0])


def standalone(svg: str, style: str) -> str:
    """Return a drawing as a file of its own, with the style sheet that it needs."""
    head, rest = svg.split(">", 1)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head} class="eco"><style>{style}</style>{rest}\n'
    )


def shortened(label: str, letters: int) -> str:
    """Return a label that fits, with an ellipsis where it was cut."""
    return label if len(label) <= letters else label[: letters - 1].rstrip() + "…"
