"""What binds at one moment: the slack of open work, and what one more week of a cause costs."""

import numpy as np

from ecosystem.availability import BUILDING, FUNDED, INTERFACES, OUTDOORS, PERMITS
from ecosystem.causes.study import NAMES, Study, activity_words, words
from ecosystem.delivery.activities import Activity, Cause
from ecosystem.delivery.critical_path import CRITICAL_WEEKS, remaining_cpm
from ecosystem.delivery.progress import open_rows
from ecosystem.results import Table
from ecosystem.units import MW_PER_GW, BoolArray, FloatArray, IntArray


def _reach() -> BoolArray:
    """Return the activities that each cause can hold back, shape (8, A)."""
    reach = np.zeros((len(Cause), len(Activity)), dtype=bool)
    reach[Cause.COMMUNITY] = PERMITS
    reach[Cause.COMMUNITY, [Activity.LAND, Activity.INTERCONNECT, Activity.BRIDGE]] = True
    reach[Cause.GRID, [Activity.STUDY, Activity.INTERCONNECT]] = True
    reach[Cause.EQUIPMENT, Activity.EQUIPMENT] = True
    reach[Cause.CHIPS, Activity.CHIPS] = True
    reach[Cause.LABOUR] = BUILDING
    reach[Cause.LABOUR, [Activity.INTERCONNECT, Activity.BRIDGE]] = True
    reach[Cause.CAPITAL] = FUNDED
    reach[Cause.DISRUPTION] = OUTDOORS
    reach[Cause.COORDINATION] = INTERFACES
    return reach


REACH = _reach()
"""What one more week of a cause would stop; a court, a chip shock, a new builder reach further."""


def _open(study: Study) -> tuple[IntArray, IntArray]:
    """Return phases and activities of the open work of the sites to be explained."""
    works = study.works
    # on a copy: asking what is open dates the start of what is new
    rows, cols, _, _ = open_rows(
        works.network, works.progress.copy(), works.not_before, study.active, study.week
    )
    shown = study.shown(rows)
    return rows[shown], cols[shown]


def floats(study: Study) -> Table:
    """Return all open activities with their slack and what held them last."""
    works, layout = study.works, study.layout
    rows, cols = _open(study)
    slack = study.schedule.site_float_weeks[rows, cols]
    left = works.progress.duration_weeks[rows, cols] - works.progress.worked_weeks[rows, cols]
    return {
        "site": study.keys(layout.site_of_phase[rows]),
        "phase": layout.number[rows] + 1,
        "activity": activity_words(cols),
        "work_left_weeks": left,
        "float_weeks": slack,
        "critical": slack <= CRITICAL_WEEKS,
        "held_by": _last_hold(study, rows, cols),
    }


def _last_hold(study: Study, rows: IntArray, cols: IntArray) -> np.ndarray:
    """Return the cause that held each activity back most in the last week; "" for none."""
    runs = study.runs
    last = np.flatnonzero(runs.first_week + runs.weeks == study.week)
    held = {
        (int(runs.rows[i]), int(runs.cols[i])): NAMES[int(runs.availability[i].argmin())]
        for i in last
        if runs.availability[i].min() < 1
    }
    return words(held.get(at, "") for at in zip(rows.tolist(), cols.tolist(), strict=True))


def one_more_week(study: Study) -> Table:
    """Return what it costs a site if a cause stops all open work that it can stop for a week.

    Weeks of delay of every building times its GW, by the forecast of what is left; float gates
    it. USD are at the price of a served MW-week of the last week, as if all of it were served:
    an upper bound.
    """
    gw_weeks, stopped = _moved(study, 1.0)
    chosen = study.announced
    return {
        "site": words(study.key(s) for s in chosen for _ in NAMES),
        "cause": words(NAMES * len(chosen)),
        "open_activities": stopped[chosen].ravel(),
        "gw_weeks": gw_weeks[chosen].ravel(),
        "usd": gw_weeks[chosen].ravel() * study.price_usd_per_gw_week,
    }


def one_week_less(study: Study) -> Table:
    """Return what a site gains if all open work that a cause can stop is a week further.

    Columns as of :func:`one_more_week`. It is never more than what one more week costs: what
    becomes critical next takes the rest.
    """
    gw_weeks, stopped = _moved(study, -1.0)
    chosen = study.announced
    gained = np.maximum(-gw_weeks[chosen].ravel(), 0.0)
    return {
        "site": words(study.key(s) for s in chosen for _ in NAMES),
        "cause": words(NAMES * len(chosen)),
        "open_activities": stopped[chosen].ravel(),
        "gw_weeks": gained,
        "usd": gained * study.price_usd_per_gw_week,
    }


def _moved(study: Study, weeks: float) -> tuple[FloatArray, IntArray]:
    """Return GW-weeks later, and how many open activities have `weeks` more, both (S, 8)."""
    works, layout = study.works, study.layout
    rows, cols = _open(study)
    count, causes = len(layout.sites), len(Cause)
    gw_weeks, stopped = np.zeros((count, causes)), np.zeros((count, causes), dtype=np.int64)
    coming = study.active & np.isnan(works.progress.finish_week[:, Activity.COMMISSIONING])
    gw = layout.phase_mw / MW_PER_GW * coming
    for cause in Cause:
        hit = REACH[cause, cols]
        at = (rows[hit], cols[hit])
        stopped[:, cause] = np.bincount(layout.site_of_phase[at[0]], minlength=count)
        progress = works.progress.copy()
        # what is left cannot fall below nothing
        least = progress.worked_weeks[at]
        progress.duration_weeks[at] = np.maximum(progress.duration_weeks[at] + weeks, least)
        later = remaining_cpm(
            works.network, progress, works.not_before, study.active, study.week
        ).finish
        late = np.where(coming, later - study.schedule.finish, 0.0)
        gw_weeks[:, cause] = np.bincount(layout.site_of_phase, late * gw, count)
    return gw_weeks, stopped
