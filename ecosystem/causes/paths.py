"""What drove every date: the chain of activities back from commissioning, and all bars."""

import numpy as np

from ecosystem import opening
from ecosystem.causes.slips import Slips
from ecosystem.causes.study import ACTIVITY_NAMES, NAMES, OWN, Study, activity_words, words
from ecosystem.delivery.activities import POWER_OPTIONS, Activity, Cause, required
from ecosystem.delivery.critical_path import remaining_forward
from ecosystem.results import Table
from ecosystem.units import BoolArray, FloatArray, IntArray

type Step = tuple[int, int]


def longest_holds(study: Study, phases: IntArray) -> Table:
    """Return what held each phase longest along its driving path: activity, cause, weeks.

    Waits on different activities add up over no one; the largest single one is named. A wait
    this long need not have cost as much: something beside it may have been almost as late.
    """
    works = study.works
    held = _held_weeks(study)
    over = np.where(works.progress.history, 0.0, works.progress.duration_weeks - works.planned)
    cost = np.concatenate([held, over[..., None]], axis=2)
    names = (*NAMES, OWN)
    times = spans(study)
    found: list[tuple[str, str, float]] = []
    for phase in phases.tolist():
        path = driving_path(study, phase, *times)
        weeks = np.array([cost[at] for at in path])
        step, what = np.unravel_index(int(weeks.argmax()), weeks.shape)
        most = float(weeks[step, what])
        if most < 1.0:
            found.append(("", "", 0.0))
        else:
            found.append((ACTIVITY_NAMES[path[step][1]], names[int(what)], most))
    return {
        "bound_activity": words(activity for activity, _, _ in found),
        "bound_cause": words(cause for _, cause, _ in found),
        "bound_weeks": np.array([weeks for _, _, weeks in found]),
    }


def spans(study: Study) -> tuple[FloatArray, FloatArray]:
    """Return starts and finishes as they came, and as expected where they have not."""
    progress, schedule = study.works.progress, study.schedule
    start = np.where(np.isnan(progress.start_week), schedule.early_start, progress.start_week)
    finish = np.where(np.isnan(progress.finish_week), schedule.early_finish, progress.finish_week)
    return start, finish


def _held_weeks(study: Study) -> FloatArray:
    """Return the weeks that each activity was held back by its scarcest cause, (P, A, 8)."""
    runs = study.runs
    held = np.zeros((*study.works.network.used.shape, len(Cause)))
    least = runs.availability.argmin(axis=1) if len(runs.rows) else np.zeros(0, dtype=np.int64)
    loss = runs.weeks * (1.0 - runs.availability.min(axis=1, initial=1.0))
    np.add.at(held, (runs.rows, runs.cols, least), loss)
    return held


def driving_path(study: Study, phase: int, start: FloatArray, finish: FloatArray) -> list[Step]:
    """Return (phase, activity) pairs from commissioning back to what nothing simulated drove.

    From every activity the path goes to the predecessor that finished last.

    Parameters
    ----------
    study : Study
    phase : int
    start, finish : ndarray, shape (P, A)
        As they came, or as expected.
    """
    network, progress = study.works.network, study.works.progress
    at = (phase, int(Activity.COMMISSIONING))
    path = [at]
    while True:
        row, a = at
        if progress.history[row, a] or np.isfinite(progress.inherited_weeks[row, a]):
            return path
        befores = [_owner(study, row, u) for u in required()[a] if network.used[row, u]]
        if a == Activity.ENERGISE:
            options = np.array([int(option) for option in POWER_OPTIONS])[network.accepts[row]]
            befores.append(min((_owner(study, row, u) for u in options), key=lambda o: finish[o]))
        if a == Activity.SITEWORK and network.previous[row] >= 0:
            befores.append((int(network.previous[row]), a))
        if not befores:
            return path
        at = max(befores, key=lambda before: finish[before])
        # a date on record, not what came before, let it start
        if finish[at] < start[row, a] - 1.0:
            return path
        path.append(at)


def _owner(study: Study, row: int, activity: int) -> Step:
    network = study.works.network
    return (int(network.lead[row]) if network.shared[activity] else row, int(activity))


def gantt(study: Study, found: list[Slips]) -> Table:
    """Return the bars of every activity of the sites: planned, and as they came.

    One row per phase and activity that the phase carries out; what is done once for the whole
    site stands at its first phase, with ``shared``. ``expected_finish_week`` is the forecast of
    what is not done, if nothing holds it back; ``drives_first_power`` and ``drives_completion``
    mark the driving path of the first and of the last building.
    """
    works, layout = study.works, study.layout
    rows, cols = np.nonzero(works.network.works & study.shown(np.arange(layout.phases))[:, None])
    planned_start, planned_finish = planned_bars(study)
    start, finish = spans(study)
    first, last = drivers(study, found)
    gone = works.cancelled[rows]
    begun, done = works.progress.start_week[rows, cols], works.progress.finish_week[rows, cols]
    return {
        "site": study.keys(layout.site_of_phase[rows]),
        "phase": layout.number[rows] + 1,
        "activity": activity_words(cols),
        "shared": works.network.shared[cols],
        "planned_start_week": planned_start[rows, cols],
        "planned_finish_week": planned_finish[rows, cols],
        "start_week": begun,
        "finish_week": done,
        "expected_start_week": np.where(gone & np.isnan(begun), np.nan, start[rows, cols]),
        "expected_finish_week": np.where(gone & np.isnan(done), np.nan, finish[rows, cols]),
        "cancelled_week": works.cancelled_week[rows],
        "drives_first_power": first[rows, cols],
        "drives_completion": last[rows, cols],
    }


def planned_bars(study: Study) -> tuple[FloatArray, FloatArray]:
    """Return the starts and finishes of the plans as announced, shape (P, A); NaN before."""
    works, layout = study.works, study.layout
    plan, limits = works.plan, opening.history(layout, works.plan.duration_weeks)[1]
    network = study.network_as_announced()
    starts, finishes = np.full((2, *plan.start_week.shape), np.nan)
    recorded = np.isfinite(layout.announced_week)
    # a chosen site is planned from the Monday after the decision on, as in `Ecosystem`
    planned_on = np.where(
        recorded, np.maximum(np.floor(study.announced_week), 0.0), study.announced_week + 1
    )
    for week in np.unique(planned_on[study.announced]).tolist():
        own = study.announced[planned_on[study.announced] == week]
        rows = np.isin(layout.site_of_phase, own)
        bars = remaining_forward(network, plan, limits, week)
        starts[rows], finishes[rows] = (np.stack(ends, axis=1)[rows] for ends in bars)
    begun, done = np.isfinite(plan.start_week), np.isfinite(plan.finish_week)
    starts[begun] = plan.start_week[begun]
    finishes[done] = plan.finish_week[done]
    unused = ~network.used
    starts[unused], finishes[unused] = np.nan, np.nan
    return starts, finishes


def drivers(study: Study, found: list[Slips]) -> tuple[BoolArray, BoolArray]:
    """Return what lies on the driving path to first power, and to completion, shape (P, A)."""
    times = spans(study)
    marked = np.zeros((2, *study.works.network.used.shape), dtype=bool)
    for slips in found:
        phases = slips.game.phases[~slips.cancelled]
        if not len(phases):
            continue
        finish = slips.game.finish[-1][~slips.cancelled]
        for mark, at in zip(marked, (finish.argmin(), finish.argmax()), strict=True):
            path = driving_path(study, int(phases[at]), *times)
            mark[tuple(np.array(path).T)] = True
    return marked[0], marked[1]
