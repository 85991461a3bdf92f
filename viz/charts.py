"""Table in, drawing out: every function is pure and knows neither the model nor the page.

The same charts serve the app and reports. A title states what the drawing shows; units are on
every axis; classes, never colours (see :mod:`viz.palette`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, FloatArray, iso_week
from viz.palette import CAUSES, LADDER, cause_key, cause_label
from viz.svg import (
    Box,
    area_path,
    drawing,
    line_path,
    nice_step,
    number,
    shortened,
    signed_percent,
    text,
    thinned,
    tick,
)

WEEKS_A_YEAR = 52

type Weekly = Mapping[str, FloatArray]

_STACK = tuple(reversed(LADDER[:-1]))  # usable at the bottom, announced on top


class Held(NamedTuple):
    """One site under way: what it waits for, and the facility MW that are not yet usable."""

    name: str
    cause: str
    waiting_mw: float


class Beside(NamedTuple):
    """The original of a branch: its weekly series, and the week since which they differ."""

    weekly: Weekly
    week: int


class _Panel(NamedTuple):
    """One small multiple: its lines as series with factors to the unit shown, and its title."""

    series: dict[str, float]
    unit: str
    title: Callable[[Weekly], str]
    from_zero: bool = True


def ladder_box(
    weekly: Weekly,
    weeks: int,
    width: float = 680,
    height: float = 320,
    original: Beside | None = None,
) -> Box:
    """Return the plotting area of the ladder; its y axis is facility GW up to a round number."""
    tallest = 0.0
    for series in (weekly, original.weekly) if original else (weekly,):
        if series["announced_mw"].size:
            stacked = np.sum([series[f"{state}_mw"] for state in LADDER], axis=0)
            tallest = max(tallest, float(stacked.max()) / MW_PER_GW)
    step = nice_step(max(tallest, 1.0))
    top = step * max(1, np.ceil(tallest / step))
    return Box(44, 44, width - 44 - 138, height - 44 - 26, max(weeks, 1), float(top))


def ladder_chart(
    weekly: Weekly,
    start: date,
    weeks: int,
    width: float = 680,
    height: float = 320,
    original: Beside | None = None,
) -> str:
    """Draw the capacity ladder: facility GW by state, stacked over time, and IT GW as a line.

    Parameters
    ----------
    weekly : mapping of str to ndarray, shape (week,)
        Facility MW in exactly that state by ``<state>_mw`` for each of :data:`LADDER`, and
        ``usable_it_mw``. All of equal length; length 0 draws the invitation to press play.
    start : date
        Day of week 0.
    weeks : int
        Length of the horizon, i.e. of the x axis.
    width, height : float
        Size of the drawing in its own units.
    original : Beside or None
        What `weekly` branched from: dashed, what is usable and what is secured or further.
    """
    box = ladder_box(weekly, weeks, width, height, original)
    at = thinned(weekly["announced_mw"].size)
    note = _LADDER_NOTE + _ORIGINAL_NOTE * (original is not None)
    body = [_HATCH, text(8, 18, ladder_title(weekly, start), "title"), _subtitle(note)]
    body += _axes(box, start, "GW")
    low = np.zeros(at.size)
    for state in (*_STACK, "cancelled"):
        high = low + weekly[f"{state}_mw"][at] / MW_PER_GW
        if at.size > 1 and np.any(high > low):
            body.append(f'<path class="f-{state}" d="{area_path(box, at, low, high)}"/>')
        low = high
    if at.size:
        it_gw = weekly["usable_it_mw"][at] / MW_PER_GW
        line = line_path(box, at, it_gw)
        body.append(f'<path class="casing" d="{line}"/><path class="it" d="{line}"/>')
        body += _as_it_was(box, original)
        body.append(_now(box, int(at[-1])))
    else:
        body.append(_invitation(box))
    body.append(_ladder_legend(weekly, box.left + box.width + 10, box.top + 4))
    return drawing(width, height, ladder_title(weekly, start), "".join(body))


_LADDER_NOTE = "Capacity ladder, facility GW by state; line: usable IT GW"
_ORIGINAL_NOTE = ". Dashed: original, usable and secured"
_HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0 0V6" class="hatch"/></pattern></defs>'
)


def _as_it_was(box: Box, original: Beside | None) -> list[str]:
    """Draw what was usable, and what was secured or further, without the branch."""
    if original is None:
        return []
    usable = original.weekly["usable_mw"]
    secured = np.sum([original.weekly[f"{state}_mw"] for state in LADDER[1:-1]], axis=0)
    return [_was(box, series / MW_PER_GW) for series in (usable, secured)] + [
        _fork(box, original.week)
    ]


def _was(box: Box, series: FloatArray) -> str:
    """Draw a line of the original, dashed and legible on any ground."""
    at = thinned(series.size)
    line = line_path(box, at, series[at])
    return f'<path class="casing" d="{line}"/><path class="was" d="{line}"/>'


def _fork(box: Box, week: int) -> str:
    x = box.x(week)
    return f'<path class="fork" d="M{x:.1f} {box.top:.0f}v{box.height:.0f}"/>'


def ladder_title(weekly: Weekly, start: date) -> str:
    """Return the finding of the ladder in one line."""
    length = weekly["announced_mw"].size
    if not length:
        return "No week has passed yet"
    last = {state: float(weekly[f"{state}_mw"][-1]) / MW_PER_GW for state in LADDER}
    secured = sum(last[state] for state in LADDER[1:-1])
    day = start + timedelta(weeks=length)
    usable = f"{number(last['usable'])} GW usable of {number(secured)} secured or further"
    lost = f", {number(last['cancelled'])} cancelled" if last["cancelled"] > 0 else ""
    return f"{usable}{lost}, {iso_week(day)}"


def _ladder_legend(weekly: Weekly, x: float, y: float) -> str:
    rows = []
    for i, state in enumerate(("cancelled", *reversed(_STACK))):
        series = weekly[f"{state}_mw"]
        value = f"  {number(float(series[-1]) / MW_PER_GW)}" if series.size else ""
        rows.append(f'<rect class="f-{state}" x="{x:.0f}" y="{y + 17 * i:.0f}" width="11" ')
        rows.append('height="11" stroke="none"/>')
        rows.append(text(x + 17, y + 9.5 + 17 * i, state))
        rows.append(text(x + 126, y + 9.5 + 17 * i, value, "end"))
    row = y + 17 * len(LADDER)
    series = weekly["usable_it_mw"]
    value = number(float(series[-1]) / MW_PER_GW) if series.size else ""
    rows.append(f'<path class="it" d="M{x:.0f} {row + 6:.0f}h11"/>')
    rows.append(text(x + 17, row + 9.5, "usable, IT"))
    rows.append(text(x + 126, row + 9.5, value, "end"))
    return "".join(rows)


def flywheel_chart(
    weekly: Weekly,
    start: date,
    weeks: int,
    width: float = 680,
    height: float = 430,
    original: Beside | None = None,
) -> str:
    """Draw the flywheel as small multiples on one time axis.

    Parameters
    ----------
    weekly : mapping of str to ndarray, shape (week,)
        ``capability``, ``demand_mw``, ``adopted_mw``, ``served_mw``, ``price_usd_per_mtok``,
        ``latency_s``, ``revenue_usd`` (per week), ``commitments_usd_per_year``,
        ``room_usd_per_year`` and ``utilisation``.
    start, weeks, width, height, original
        As in :func:`ladder_chart`; dashed, the first series of each panel without the branch.
    """
    columns, rows = 2, 3
    cell_w, cell_h = width / columns, (height - 26) / rows
    title = flywheel_title(weekly)
    body = [text(8, 18, title, "title")]
    for i, panel in enumerate(_FLYWHEEL):
        left, top = cell_w * (i % columns), 26 + cell_h * (i // columns)
        cell = (left, top, cell_w, cell_h)
        body.append(_multiple(panel, weekly, start, weeks, cell, original))
    return drawing(width, height, title, "".join(body))


def flywheel_title(weekly: Weekly) -> str:
    """Return whether compute keeps up with demand, and if not what holds it back."""
    demand, served = weekly["adopted_mw"], weekly["served_mw"]
    if not demand.size or not demand[-1] > 0:
        return "The flywheel: compute, capability, demand, money"
    share = served[-1] / demand[-1]
    if share > 0.995:
        return "Compute serves all the demand there is"
    limit = "delivery" if weekly["room_usd_per_year"][-1] > 0 else "money"
    return f"Compute serves {share:.0%} of the demand of its users: {limit} limits it"


def _multiple(
    panel: _Panel,
    weekly: Weekly,
    start: date,
    weeks: int,
    cell: tuple[float, float, float, float],
    original: Beside | None = None,
) -> str:
    """Draw one small multiple in its cell (left, top, width, height)."""
    left, top, width, height = cell
    series = [weekly[name] * factor for name, factor in panel.series.items()]
    name, factor = next(iter(panel.series.items()))
    was = [original.weekly[name] * factor] if original else []
    finite = np.concatenate([line[np.isfinite(line)] for line in series + was])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    low = min(0.0, low) if panel.from_zero else low
    step = nice_step(max(high - low, abs(high) * 0.02, 1e-9), 3)
    y_min, y_max = np.floor(low / step) * step, np.ceil(high / step) * step
    y_max = y_max if y_max > y_min else y_min + step
    box = Box(left + 44, top + 22, width - 56, height - 46, max(weeks, 1), y_max, y_min)
    parts = [text(left + 8, top + 13, panel.title(weekly)), *_axes(box, start, panel.unit, step)]
    if original:
        at = thinned(was[0].size)
        parts.append(f'<path class="was" d="{line_path(box, at, was[0][at])}"/>')
        parts.append(_fork(box, original.week))
    for css, line in zip(("l1", "l2", "l3"), series, strict=False):
        at = thinned(line.size)
        parts.append(f'<path class="{css}" d="{line_path(box, at, line[at])}"/>')
    if not series[0].size:
        parts.append(_invitation(box))
    return "".join(parts)


def _last(weekly: Weekly, name: str, factor: float = 1.0) -> str:
    series = weekly[name]
    return number(float(series[-1]) * factor) if series.size else "–"


def _yearly(weekly: Weekly, name: str) -> str:
    """Return the change over the last 52 weeks in words, empty in the first year."""
    series = weekly[name]
    if series.size <= WEEKS_A_YEAR or not series[-1 - WEEKS_A_YEAR] > 0:
        return ""
    return f", {signed_percent(series[-1] / series[-1 - WEEKS_A_YEAR] - 1)} in a year"


def _capability_title(weekly: Weekly) -> str:
    series = weekly["capability"]
    if series.size <= WEEKS_A_YEAR:
        return f"Capability index {_last(weekly, 'capability')}"
    gain = number(float(series[-1] - series[-1 - WEEKS_A_YEAR]))
    return f"Capability index {_last(weekly, 'capability')}, +{gain} in a year"


def _demand_title(weekly: Weekly) -> str:
    served = _last(weekly, "served_mw", 1 / MW_PER_GW)
    return f"Served {served} GW (solid) of {_last(weekly, 'adopted_mw', 1 / MW_PER_GW)} in use"


def _use_title(weekly: Weekly) -> str:
    series = weekly["utilisation"]
    return f"Use over capacity {series[-1]:.0%}" if series.size else "Use over capacity –"


_ANNUAL_BILLIONS = WEEKS_PER_YEAR / 1e9
_FLYWHEEL = (
    _Panel({"capability": 1.0}, "index", _capability_title, from_zero=False),
    _Panel(
        dict.fromkeys(("served_mw", "adopted_mw", "demand_mw"), 1 / MW_PER_GW),
        "GW",
        _demand_title,
    ),
    _Panel(
        {"price_usd_per_mtok": 1.0},
        "USD per million tokens",
        lambda w: (
            f"Price ${_last(w, 'price_usd_per_mtok')} per Mtok{_yearly(w, 'price_usd_per_mtok')}"
        ),
    ),
    _Panel(
        {"latency_s": 1.0},
        "s",
        lambda w: f"Latency {_last(w, 'latency_s')} s{_yearly(w, 'latency_s')}",
    ),
    _Panel(
        {"revenue_usd": _ANNUAL_BILLIONS, "commitments_usd_per_year": 1e-9},
        "bn USD per year",
        lambda w: (
            f"Revenue ${_last(w, 'revenue_usd', _ANNUAL_BILLIONS)} bn a year (solid), "
            f"committed {_last(w, 'commitments_usd_per_year', 1e-9)}"
        ),
    ),
    _Panel({"utilisation": 100.0}, "% of serving capacity", _use_title),
)


def binding_title(held: Sequence[Held]) -> str:
    """Return which cause holds most of the capacity under way."""
    by_cause = _by_cause(held)
    if not by_cause:
        return "Nothing is under way: no site waits for anything"
    top = max(by_cause, key=lambda cause: sum(h.waiting_mw for h in by_cause[cause]))
    label = cause_label(top)
    verb = "sets the pace of" if top == "none" else "hold" if label[-1] == "s" else "holds"
    gw = number(sum(h.waiting_mw for h in by_cause[top]) / MW_PER_GW)
    count = len(by_cause[top])
    return f"{label.capitalize()} {verb} {gw} GW at {count} of {len(held)} sites under way"


def binding_chart(held: Sequence[Held], width: float = 680) -> str:
    """Draw what binds now: facility GW not yet usable by the cause that its site waits for.

    Parameters
    ----------
    held : sequence of Held
        Sites under way. A cause that is not in :data:`CAUSES` counts as own work.
    width : float
        Width of the drawing in its own units; its height is fixed at nine rows.
    """
    by_cause = _by_cause(held)
    totals = {c: sum(h.waiting_mw for h in by_cause.get(c, [])) for c in (*CAUSES, "none")}
    longest = max(max(totals.values()), 1e-9)
    title = binding_title(held)
    note = "Facility GW not yet usable, by what its site waits for now"
    body = [text(8, 18, title, "title"), _subtitle(note)]
    left, bar_w = 138.0, width * 0.28
    for i, (cause, total) in enumerate(totals.items()):
        y = 50 + 19 * i
        sites = by_cause.get(cause, [])
        names = ", ".join(h.name for h in sorted(sites, key=lambda h: -h.waiting_mw))
        length = bar_w * total / longest
        body.append(text(left - 8, y + 10, cause_label(cause), "end"))
        body.append(f'<rect class="c-{cause}" x="{left:.0f}" y="{y}" height="13" ')
        body.append(f'width="{max(length, 1):.1f}"/>')
        if sites:
            room = int((width - left - length - 14) / 5.6)
            label = f"{number(total / MW_PER_GW)} GW · {names}"
            body.append(text(left + length + 6, y + 10, shortened(label, room), "soft"))
    return drawing(width, 50 + 19 * len(totals), title, "".join(body))


def _by_cause(held: Sequence[Held]) -> dict[str, list[Held]]:
    grouped: dict[str, list[Held]] = {}
    for site in held:
        grouped.setdefault(cause_key(site.cause), []).append(site)
    return grouped


def _subtitle(note: str) -> str:
    return text(8, 34, note, "soft")


def _invitation(box: Box) -> str:
    return text(
        box.left + box.width / 2, box.top + box.height / 2, "Press play or step", "soft mid"
    )


def _now(box: Box, week: int) -> str:
    x = box.x(week)
    return f'<path class="now" d="M{x:.1f} {box.top:.0f}v{box.height:.0f}"/>'


def _axes(box: Box, start: date, unit: str, step: float | None = None) -> list[str]:
    """Draw horizontal grid lines with values and a year at each New Year."""
    step = step or nice_step(box.y_max - box.y_min)
    bottom = box.top + box.height
    parts = []
    for value in np.arange(box.y_min, box.y_max + step / 2, step):
        y = box.y(value)
        parts.append(f'<path class="grid" d="M{box.left:.0f} {y:.1f}h{box.width:.0f}"/>')
        parts.append(text(box.left - 5, y + 3.5, tick(float(value), step), "soft end small"))
    parts.append(text(box.left + 4, box.top + 11, unit, "soft small halo"))
    parts.append(f'<path class="axis" d="M{box.left:.0f} {bottom:.1f}h{box.width:.0f}"/>')
    years = _new_years(start, box.x_max)
    every = max(1, int(np.ceil(34 * len(years) / box.width)))
    for i, (year, week) in enumerate(years):
        x = box.x(week)
        parts.append(f'<path class="axis" d="M{x:.1f} {bottom:.1f}v3"/>')
        if i % every == 0:
            parts.append(text(x, bottom + 14, str(year), "soft mid small"))
    return parts


def _new_years(start: date, weeks: float) -> list[tuple[int, float]]:
    """Return each year of the horizon with the week of its first of January (0 at the start)."""
    end = start + timedelta(weeks=weeks)
    return [
        (year, max(0.0, (date(year, 1, 1) - start).days / 7))
        for year in range(start.year, end.year + 1)
        if (date(year, 1, 1) - start).days <= 7 * weeks
    ]
