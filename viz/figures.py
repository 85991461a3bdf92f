"""Figures of a comparison: tables in, drawings out; they know neither runs nor files."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from ecosystem.units import WEEKS_PER_YEAR, FloatArray
from viz.palette import CAUSES, cause_label
from viz.svg import drawing, nice_step, number, text, tick

WIDTH = 720.0
_NAME = 84.0
_ROW = 24.0
_SHORTEST_YEARS = 0.25


class Scale(NamedTuple):
    """A linear axis: values from `low` to `high` on pixels from `start` on."""

    low: float
    high: float
    start: float
    length: float

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.start + self.length * (value - self.low) / (self.high - self.low)

    def ticks(self, count: int = 4) -> list[tuple[float, str]]:
        """Return round values on the axis with their labels."""
        step = nice_step(self.high - self.low, count)
        first = int(np.ceil(self.low / step - 1e-9))
        last = int(np.floor(self.high / step + 1e-9))
        return [(i * step, tick(i * step, step)) for i in range(first, last + 1)]


def spanning(values: FloatArray, start: float, length: float, *, zero: bool = False) -> Scale:
    """Return an axis with a little room around finite values, from 0 on if `zero`."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    low = min(low, 0.0) if zero else low
    room = 0.06 * (high - low) or max(abs(high), 1.0) * 0.1
    return Scale(0.0 if zero and low == 0.0 else low - room, high + room, start, length)


class Fan(NamedTuple):
    """One panel of fans: quantiles over futures at each year, and a line to compare with.

    Attributes
    ----------
    name : str
    years : ndarray, shape (n,)
        Calendar years, fractions included.
    quantiles : ndarray, shape (5, n)
        10, 25, 50, 75 and 90 percent.
    reference : ndarray, shape (n,), or None
        Median of the baseline.
    """

    name: str
    years: FloatArray
    quantiles: FloatArray
    reference: FloatArray | None


def fans(title: str, panels: Sequence[Fan], note: str = "") -> str:
    """Draw a fan for each strategy as small multiples on common axes: median, 50 and 80% bands."""
    columns, tall, wide = 3, 120.0, (WIDTH - 40) / 3 - 14
    rows = -(-len(panels) // columns)
    every = np.concatenate([p.quantiles.ravel() for p in panels]) if panels else np.array([1.0])
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    for i, panel in enumerate(panels):
        left = 40 + (i % columns) * (wide + 14)
        top = 62 + (i // columns) * (tall + 42)
        y = spanning(every, top + tall, -tall, zero=True)
        first, last = float(panel.years[0]), float(panel.years[-1])
        x = Scale(first, max(last, first + _SHORTEST_YEARS), left, wide)
        body += _frame(x, y, left, top, wide, tall, labels=i % columns == 0)
        body.append(text(left, top - 6, panel.name, "strong-text"))
        for low, high, css in ((0, 4, "band80"), (1, 3, "band50")):
            body.append(_band(x, y, panel.years, panel.quantiles[low], panel.quantiles[high], css))
        if panel.reference is not None:
            body.append(f'<path class="l2" d="{_line(x, y, panel.years, panel.reference)}"/>')
        body.append(f'<path class="l1" d="{_line(x, y, panel.years, panel.quantiles[2])}"/>')
    return drawing(WIDTH, 70 + rows * (tall + 42), title, "".join(body))


class Range(NamedTuple):
    """A row of a forest plot: a middle with its interval; NaN where there is none."""

    name: str
    middle: float
    low: float
    high: float
    clear: bool


def forest(title: str, unit: str, rows: Sequence[Range], note: str = "") -> str:
    """Draw differences to a baseline with their intervals around 0; clear ones are filled."""
    left, wide = _NAME, WIDTH - _NAME - 190
    values = np.array([v for r in rows for v in (r.middle, r.low, r.high)] + [0.0])
    x, top = spanning(values, left, wide), 54.0
    tall = _ROW * max(len(rows), 1)
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    for value, label in x.ticks():
        at = x.at(value)
        body.append(f'<path class="grid" d="M{at:.1f} {top:g}v{tall:g}"/>')
        body.append(text(at, top + tall + 14, label, "soft mid small"))
    body.append(f'<path class="axis" d="M{x.at(0):.1f} {top:g}v{tall:g}"/>')
    body.append(text(left + wide / 2, top + tall + 30, unit, "soft mid small"))
    for i, row in enumerate(rows):
        y = top + _ROW * (i + 0.5)
        body.append(text(8, y + 4, row.name, "strong-text"))
        if np.isfinite(row.low) and np.isfinite(row.high):
            span = f"M{x.at(row.low):.1f} {y:.1f}H{x.at(row.high):.1f}"
            body.append(f'<path class="whisker" d="{span}"/>')
        if np.isfinite(row.middle):
            css = "dot-clear" if row.clear else "dot-open"
            body.append(f'<circle class="{css}" cx="{x.at(row.middle):.1f}" cy="{y:.1f}" r="4.5"/>')
        told = number(row.middle)
        if np.isfinite(row.low):
            told += f"  [{number(row.low)}, {number(row.high)}]"
        body.append(text(left + wide + 12, y + 4, told, "small"))
    return drawing(WIDTH, top + tall + 40, title, "".join(body))


def stacked_causes(
    title: str, unit: str, rows: Mapping[str, Mapping[str, float]], note: str = ""
) -> str:
    """Draw a bar for each strategy, stacked by cause in the order of the palette."""
    left, wide, top = _NAME, WIDTH - _NAME - 70, 54.0
    totals = {name: sum(parts.values()) for name, parts in rows.items()}
    x = Scale(0.0, max([*totals.values(), 1e-9]) * 1.02, left, wide)
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    for i, (name, parts) in enumerate(rows.items()):
        y, start = top + _ROW * i, 0.0
        body.append(text(8, y + 13, name, "strong-text"))
        for cause in CAUSES:
            size = max(parts.get(cause, 0.0), 0.0)
            body.append(
                f'<rect class="c-{cause}" x="{x.at(start):.1f}" y="{y:.1f}" height="17" '
                f'width="{max(x.at(start + size) - x.at(start), 0.0):.1f}"/>'
            )
            start += size
        body.append(text(x.at(start) + 6, y + 13, number(totals[name]), "small"))
    bottom = top + _ROW * len(rows) + 6
    body.append(text(left, bottom + 8, unit, "soft small"))
    for i, cause in enumerate(CAUSES):
        at_x, at_y = left + (i % 4) * 155, bottom + 22 + 18 * (i // 4)
        body.append(
            f'<rect class="c-{cause}" x="{at_x:g}" y="{at_y - 9:g}" width="11" height="11"/>'
        )
        body.append(text(at_x + 17, at_y, cause_label(cause), "small"))
    return drawing(WIDTH, bottom + 52, title, "".join(body))


def reached(
    title: str, times: Mapping[str, FloatArray], weeks: float, start_year: float, note: str = ""
) -> str:
    """Draw the share of futures that have reached a goal by date, one panel for each strategy.

    Parameters
    ----------
    times : mapping of str to ndarray
        Weeks, sorted; infinite where the goal is not reached. The first strategy is the baseline
        and is repeated as a dashed line.
    weeks : float
        Length of the runs.
    start_year : float
        Calendar year of week 0.
    """
    columns, tall, wide = 3, 84.0, (WIDTH - 40) / 3 - 14
    rows = -(-len(times) // columns)
    base = next(iter(times.values()), np.array([]))
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    for i, (name, found) in enumerate(times.items()):
        left = 40 + (i % columns) * (wide + 14)
        top = 62 + (i // columns) * (tall + 42)
        y = Scale(0.0, 1.0, top + tall, -tall)
        x = Scale(start_year, start_year + weeks / WEEKS_PER_YEAR, left, wide)
        body += _frame(x, y, left, top, wide, tall, labels=i % columns == 0)
        body.append(text(left, top - 6, name, "strong-text"))
        if i:
            body.append(f'<path class="l2" d="{_steps(x, y, base, weeks, start_year)}"/>')
        body.append(f'<path class="l1" d="{_steps(x, y, found, weeks, start_year)}"/>')
    return drawing(WIDTH, 70 + rows * (tall + 42), title, "".join(body))


class Spot(NamedTuple):
    """A strategy in a trade-off: where it lies, with intervals, and whether it is in the front.

    `live` says that a page can show its run: its point can be picked then.
    """

    name: str
    x: tuple[float, float, float]
    y: tuple[float, float, float]
    front: bool
    live: bool = False


def tradeoff(title: str, x_label: str, y_label: str, spots: Sequence[Spot], note: str = "") -> str:
    """Draw strategies over two outcomes: low, middle and high of each; the front is filled."""
    left, top, wide, tall = 60.0, 54.0, WIDTH - 90, 300.0
    x = spanning(np.array([v for s in spots for v in s.x] + [0.0]), left, wide)
    y = spanning(np.array([v for s in spots for v in s.y] + [0.0]), top + tall, -tall)
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    body += _frame(x, y, left, top, wide, tall, labels=True)
    body.append(f'<path class="now" d="M{x.at(0):.1f} {top:g}v{tall:g}"/>')
    body.append(f'<path class="now" d="M{left:g} {y.at(0):.1f}h{wide:g}"/>')
    labels: list[tuple[float, float, str]] = []
    dots = np.array([(x.at(s.x[1]), y.at(s.y[1])) for s in spots]).reshape(-1, 2)
    for spot in spots:
        at_x, at_y = x.at(spot.x[1]), y.at(spot.y[1])
        if all(map(np.isfinite, spot.x)):
            span = f"M{x.at(spot.x[0]):.1f} {at_y:.1f}H{x.at(spot.x[2]):.1f}"
            body.append(f'<path class="whisker" d="{span}"/>')
        if all(map(np.isfinite, spot.y)):
            span = f"M{at_x:.1f} {y.at(spot.y[0]):.1f}V{y.at(spot.y[2]):.1f}"
            body.append(f'<path class="whisker" d="{span}"/>')
        css = "dot-clear" if spot.front else "dot-open"
        mark = f'<circle class="{css} node" cx="{at_x:.1f}" cy="{at_y:.1f}" r="5"/>'
        mark += text(*_free(spot.name, at_x, at_y, labels, dots), spot.name, "strong-text halo")
        body.append(_pickable(spot.name, mark) if spot.live else mark)
    body.append(text(left + wide / 2, top + tall + 32, x_label, "soft mid small"))
    body.append(text(left, top - 6, y_label, "soft small"))
    return drawing(WIDTH, top + tall + 42, title, "".join(body))


def _free(
    name: str, x: float, y: float, labels: list[tuple[float, float, str]], dots: FloatArray
) -> tuple[float, float]:
    """Return where a point's label goes, above it or below, so that it covers nothing; note it."""

    def clear(left: float, top: float) -> bool:
        hidden = (abs(dots[:, 0] - left - 3.5 * len(name)) < 3.5 * len(name) + 4) & (
            abs(dots[:, 1] - top + 4) < 10
        )
        return not hidden.any() and all(
            top - b >= 13 or b - top >= 13 or left > a + 8 * len(other) or a > left + 8 * len(name)
            for a, b, other in labels
        )

    places = [(x + 8, y - 7 + step) for step in (0, 23, -14, 37, -28, 51)]
    found = next((place for place in places if clear(*place)), places[0])
    labels.append((*found, name))
    return found


def _pickable(key: str, mark: str) -> str:
    """Return a mark that can be picked with the pointer or the keyboard."""
    return (
        f'<g class="pick" data-key="{escape(key)}" tabindex="0" role="button" '
        f'aria-label="{escape(key)}: show its central run live">{mark}</g>'
    )


def _frame(
    x: Scale, y: Scale, left: float, top: float, wide: float, tall: float, *, labels: bool
) -> list[str]:
    parts = [f'<path class="axis" d="M{left:.1f} {top + tall:.1f}h{wide:.1f}"/>']
    for value, label in y.ticks(4):
        parts.append(f'<path class="grid" d="M{left:.1f} {y.at(value):.1f}h{wide:.1f}"/>')
        if labels:
            parts.append(text(left - 5, y.at(value) + 3.5, label, "soft end small"))
    for value, label in x.ticks(5):
        parts.append(f'<path class="axis" d="M{x.at(value):.1f} {top + tall:.1f}v3"/>')
        shown = f"{value:.0f}" if 1900 < value < 2200 else label
        parts.append(text(x.at(value), top + tall + 14, shown, "soft mid small"))
    return parts


def _line(x: Scale, y: Scale, at: FloatArray, values: FloatArray) -> str:
    spots = [(a, b) for a, b in zip(at, values, strict=True) if np.isfinite(b)]
    return "M" + "L".join(f"{x.at(a):.1f} {y.at(b):.1f}" for a, b in spots) if spots else ""


def _band(x: Scale, y: Scale, at: FloatArray, low: FloatArray, high: FloatArray, css: str) -> str:
    there = [f"{x.at(a):.1f} {y.at(b):.1f}" for a, b in zip(at, high, strict=True)]
    back = [f"{x.at(a):.1f} {y.at(b):.1f}" for a, b in zip(at, low, strict=True)][::-1]
    return f'<path class="{css}" d="M{"L".join([*there, *back])}Z"/>'


def _steps(x: Scale, y: Scale, times: FloatArray, weeks: float, start_year: float) -> str:
    path, n = f"M{x.at(start_year):.1f} {y.at(0):.1f}", len(times)
    for i, week in enumerate(times[np.isfinite(times)]):
        path += f"H{x.at(start_year + week / WEEKS_PER_YEAR):.1f}V{y.at((i + 1) / n):.1f}"
    return path + f"H{x.at(start_year + weeks / WEEKS_PER_YEAR):.1f}"
