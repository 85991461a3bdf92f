"""The course of every building: what drove it from week to week, along its driving path."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecosystem.causes.paths import driving_path, spans
from ecosystem.causes.ribbon import FULL_PACE, ON_RECORD
from ecosystem.causes.study import ACTIVITY_NAMES, NAMES, Study, words
from ecosystem.delivery.activities import ACTIVITIES
from ecosystem.delivery.record import Runs
from ecosystem.results import Table
from ecosystem.units import FloatArray

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem

_SHORTEST_WEEKS = 0.05


class Stretch(NamedTuple):
    """Weeks of a building in which one activity drove it and one cause, or none, held that."""

    first_week: float
    last_week: float
    phase: int
    activity: int
    cause: str
    lost_weeks: float = 0.0


def courses(model: "Ecosystem") -> Table:
    """Return what drove each building of the announced sites, stretch by stretch.

    Returns
    -------
    table
        One row per site, phase and stretch of time, back to where the record of the run begins:
        ``first_week``, ``last_week``, ``driver_phase`` and ``activity`` (what of the driving path
        was under way: the predecessor that finished last, see
        :func:`ecosystem.causes.paths.driving_path`), ``cause`` that held it back most, "" where
        it went at full pace, `date on record` where nothing of the path was under way,
        ``lost_weeks`` that it took of them, and ``expected`` for what ends after the run.

    Notes
    -----
    Computed on demand; nothing in the model changes.
    """
    study = Study.of(model)
    network, layout = study.works.network, study.layout
    shown = np.flatnonzero(study.shown(np.arange(layout.phases)) & ~study.works.cancelled)
    ends, lines = spans(study), _lines(study.runs, network.used.shape[0])
    rows = [(p, s) for p in shown.tolist() for s in _course(study, p, ends, lines)]
    last = np.array([s.last_week for _, s in rows])
    return {
        "site": words(study.key(int(layout.site_of_phase[p])) for p, _ in rows),
        "phase": np.array([layout.number[p] + 1 for p, _ in rows], dtype=np.int64),
        "first_week": np.array([s.first_week for _, s in rows]),
        "last_week": last,
        "driver_phase": np.array([layout.number[s.phase] + 1 for _, s in rows], dtype=np.int64),
        "activity": words(ACTIVITY_NAMES[s.activity] for _, s in rows),
        "cause": words(s.cause for _, s in rows),
        "lost_weeks": np.array([s.lost_weeks for _, s in rows]),
        "expected": last > study.week,
    }


def _lines(runs: Runs, phases: int) -> np.ndarray:
    """Return where in the record each phase and activity begins, shape (P * A + 1,)."""
    at = runs.rows * ACTIVITIES + runs.cols
    return np.searchsorted(at, np.arange(phases * ACTIVITIES + 1))


def _course(
    study: Study, phase: int, ends: tuple[FloatArray, FloatArray], lines: np.ndarray
) -> list[Stretch]:
    start, finish = ends
    found: list[Stretch] = []
    until = -np.inf
    for at in reversed(driving_path(study, phase, start, finish)):
        begun, done = float(start[at]), float(finish[at])
        if np.isfinite(until) and begun - until > _SHORTEST_WEEKS:
            found.append(Stretch(until, begun, *at, ON_RECORD))
        first = int(at[0]) * ACTIVITIES + int(at[1])
        found += _held(study.runs, slice(lines[first], lines[first + 1]), at, begun, done)
        until = max(until, done)
    return found


def _held(runs: Runs, own: slice, at: tuple[int, int], begun: float, done: float) -> list[Stretch]:
    """Cut the time of one activity where what held it changes."""
    found: list[Stretch] = []

    def add(low: float, high: float, cause: str, lost: float = 0.0) -> None:
        low, high = max(low, begun), min(high, done)
        if high <= low:
            return
        lost *= high - low
        last = found[-1] if found else None
        if last and last.cause == cause and last.last_week >= low:
            found[-1] = last._replace(last_week=high, lost_weeks=last.lost_weeks + lost)
        else:
            found.append(Stretch(low, high, *at, cause, lost))

    until = begun
    lines = zip(runs.first_week[own], runs.weeks[own], runs.availability[own], strict=True)
    for first, weeks, allowed in lines:
        pace, end = float(allowed.min()), float(first + weeks)
        add(until, float(first), "")
        held = pace < FULL_PACE
        add(float(first), end, NAMES[int(allowed.argmin())] if held else "", (1 - pace) * held)
        until = max(until, end)
    add(until, done, "")
    return found
