"""What bound each site when: the ribbon over time, and the slack of its activities.

Every four weeks the schedule of what was left is worked out as it stood then, against the
milestone next to come: first power until the first building is in use, completion afterwards.
"""

from dataclasses import dataclass

import numpy as np

from ecosystem.causes.past import Past, Then
from ecosystem.causes.slips import COMPLETION, FIRST_POWER
from ecosystem.causes.study import NAMES, Study, activity_words
from ecosystem.delivery.activities import ACTIVITIES, Activity
from ecosystem.delivery.critical_path import CRITICAL_WEEKS, site_slack
from ecosystem.delivery.record import Offers
from ecosystem.results import Table
from ecosystem.units import BoolArray, FloatArray, IntArray

EVERY_WEEKS = 4
ON_RECORD = "date on record"
"""What binds where no critical work is open: a start that a record forbids before its date."""
FULL_PACE = 0.99
"""Work that goes at least this fast counts as held by nothing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How the n sites under way stood in one week.

    Attributes
    ----------
    week : int
    sites : ndarray of int, shape (n,)
    target : ndarray of int, shape (n,)
        Phase whose commissioning is the milestone next to come.
    forecast_week, planned_week : ndarray, shape (n,)
        Of that milestone.
    completing : ndarray of bool, shape (n,)
        Whether that is completion.
    slack : ndarray, shape (P, A)
        Weeks that what is left could wait without moving it; NaN for what is done.
    """

    week: int
    sites: IntArray
    target: IntArray
    forecast_week: FloatArray
    planned_week: FloatArray
    completing: BoolArray
    slack: FloatArray


@dataclass(frozen=True, slots=True)
class Bound:
    """What bound each site in each week; arrays of shape (S, W).

    Attributes
    ----------
    told : ndarray of bool
        Weeks in which a site was under way; the rest means nothing elsewhere.
    completing : ndarray of bool
        Whether the milestone next to come is completion.
    phase, activity : ndarray of int
        Slowest of the critical work that was open; -1 where none was.
    cause : ndarray of int
        What held it; -1 where it went at full pace.
    lost_weeks : ndarray
        Share of the week that it lost.
    spare_weeks : ndarray
        Least slack of what else was left: how far the binding work could be shortened.
    late_weeks : ndarray
        Forecast of the milestone less its plan, as of the last look.
    """

    told: BoolArray
    completing: BoolArray
    phase: IntArray
    activity: IntArray
    cause: IntArray
    lost_weeks: FloatArray
    spare_weeks: FloatArray
    late_weeks: FloatArray

    @classmethod
    def empty(cls, sites: int, weeks: int) -> "Bound":
        """Return what can be filled."""
        shape = (sites, weeks)
        flags = (np.zeros(shape, dtype=bool) for _ in range(2))
        none = (np.full(shape, -1, dtype=np.int64) for _ in range(3))
        return cls(*flags, *none, *(np.zeros(shape) for _ in range(3)))


def samples(study: Study, past: Past) -> list[Sample]:
    """Return how all sites stood every four weeks."""
    return [_sample(study, then) for then in past.weeks(EVERY_WEEKS)]


def _sample(study: Study, then: Then) -> Sample:
    works, layout = study.works, study.layout
    forecast, ends = then.forecast(), Activity.COMMISSIONING
    finish, done = forecast.finishes[ends], forecast.done[:, ends]
    first, count = layout.lead_of_site, len(layout.sites)
    coming = then.active & ~done & study.shown(np.arange(layout.phases))
    completing = np.logical_or.reduceat(then.active & done, first)
    late = np.where(coming, finish, -np.inf)
    soon = np.where(coming, finish, np.inf)
    pick = np.where(completing, np.maximum.reduceat(late, first), np.minimum.reduceat(soon, first))
    wanted = coming & (finish == pick[layout.site_of_phase])
    # of equals one is enough
    wanted[wanted.nonzero()[0]] = np.diff(layout.site_of_phase[wanted], prepend=-1) != 0
    target = np.full(count, -1)
    target[layout.site_of_phase[wanted]] = np.flatnonzero(wanted)
    plan = works.planned_finish
    kept = then.active & np.isfinite(plan)
    planned = np.where(
        completing,
        np.maximum.reduceat(np.where(kept, plan, -np.inf), first),
        np.minimum.reduceat(np.where(kept, plan, np.inf), first),
    )
    announced = np.flatnonzero((target >= 0) & (study.announced_week < then.week + EVERY_WEEKS))
    return Sample(
        week=then.week,
        sites=announced,
        target=target[announced],
        forecast_week=pick[announced],
        planned_week=planned[announced],
        completing=completing[announced],
        slack=site_slack(then.network, forecast, wanted),
    )


def bound(study: Study, past: Past, found: list[Sample]) -> Bound:
    """Return what bound every site in every week that it was under way."""
    offers, works = past.offers, study.works
    b = Bound.empty(len(study.layout.sites), study.week)
    slack, until = np.full(len(offers.week), np.inf), np.full(b.told.shape, np.inf)
    reached = works.progress.finish_week[:, Activity.COMMISSIONING]
    reached = np.fmin(reached, works.cancelled_week)
    for sample in found:
        first, last = sample.week, min(sample.week + EVERY_WEEKS, study.week)
        start, end = np.searchsorted(offers.week, [first, last]).tolist()
        slack[start:end] = sample.slack[offers.rows[start:end], offers.cols[start:end]]
        at = (sample.sites, slice(first, last))
        b.told[at] = True
        b.completing[at] = sample.completing[:, None]
        b.spare_weeks[at] = _spare(study, sample)[:, None]
        b.late_weeks[at] = (sample.forecast_week - sample.planned_week)[:, None]
        until[at] = reached[sample.target][:, None]
    _fill(study, offers, np.flatnonzero(slack <= CRITICAL_WEEKS), b)
    week = np.arange(study.week)
    # once it is reached, or given up, the next sample tells of the next milestone
    over = (b.activity < 0) & (week >= until)
    b.told[(week < np.ceil(study.announced_week)[:, None]) | over] = False
    return b


def _fill(study: Study, offers: Offers, lines: IntArray, b: Bound) -> None:
    """Enter the slowest of the critical work that was open, in place."""
    rate = offers.availability.min(axis=1, initial=1.0)
    # the slowest last, so that it is what stays
    lines = lines[np.argsort(-rate[lines], kind="stable")]
    rows, rate, least = offers.rows[lines], rate[lines], offers.availability[lines].argmin(axis=1)
    at = (study.layout.site_of_phase[rows], offers.week[lines])
    b.phase[at], b.activity[at], b.lost_weeks[at] = rows, offers.cols[lines], 1.0 - rate
    b.cause[at] = np.where(rate < FULL_PACE, least, -1)


def _spare(study: Study, sample: Sample) -> FloatArray:
    """Return the least slack of each site off its critical path; inf where all is on it."""
    slack = np.where(sample.slack > CRITICAL_WEEKS, sample.slack, np.inf)
    slack[~study.works.network.works] = np.inf
    least = np.minimum.reduceat(slack.min(axis=1), study.layout.lead_of_site)
    return least[sample.sites]


def tables(study: Study) -> dict[str, Table]:
    """Return ``ribbon`` and ``slack``."""
    past = Past.of(study)
    found = samples(study, past)
    return {"ribbon": _ribbon(study, bound(study, past, found)), "slack": _slack(study, found)}


def _ribbon(study: Study, b: Bound) -> Table:
    """Return one row per site and stretch of weeks in which the same bound it.

    ``late_weeks`` is the forecast of the milestone less its plan, at the start of the stretch.
    """
    site, week = np.nonzero(b.told)
    at = (site, week)
    same = np.stack([site, b.phase[at], b.activity[at], b.cause[at], b.completing[at]])
    fresh = np.ones(len(site), dtype=bool)
    fresh[1:] = (same[:, 1:] != same[:, :-1]).any(axis=0) | (week[1:] != week[:-1] + 1)
    lines = np.flatnonzero(fresh)
    first = (site[lines], week[lines])
    activity, number = b.activity[first], study.layout.number[b.phase[first]] + 1
    names = np.array([*NAMES, ""], dtype=object)
    return {
        "site": study.keys(site[lines]),
        "first_week": week[lines],
        "weeks": np.diff(np.append(lines, len(site))),
        "milestone": np.where(b.completing[first], COMPLETION, FIRST_POWER).astype(object),
        "phase": np.where(activity < 0, 0, number),
        "activity": np.where(activity < 0, "", activity_words(np.maximum(activity, 0))),
        "cause": np.where(activity < 0, ON_RECORD, names[b.cause[first]]),
        "lost_weeks": np.add.reduceat(b.lost_weeks[at], lines) if len(lines) else np.zeros(0),
        "spare_weeks": b.spare_weeks[first],
        "late_weeks": b.late_weeks[first],
    }


def _slack(study: Study, found: list[Sample]) -> Table:
    """Return the least slack of every activity that is left at a site, every four weeks."""
    layout = study.layout
    works = study.works.network.works
    columns: list[tuple[np.ndarray, ...]] = []
    for sample in found:
        slack = np.where(works & np.isfinite(sample.slack), sample.slack, np.inf)
        least = np.minimum.reduceat(slack, layout.lead_of_site, axis=0)[sample.sites]
        at, cols = np.nonzero(np.isfinite(least))
        week = np.full(len(at), sample.week)
        columns.append((sample.sites[at], week, cols, least[at, cols]))
    empty = tuple(np.zeros(0, dtype=np.int64) for _ in range(3))
    joined = zip(*columns, strict=True) if columns else zip(*[(*empty, np.zeros(0))], strict=True)
    site, week, cols, weeks = (np.concatenate(column) for column in joined)
    order = np.argsort(site * ACTIVITIES + cols, kind="stable")
    return {
        "site": study.keys(site[order]),
        "week": week[order],
        "activity": activity_words(cols[order]),
        "slack_weeks": weeks[order],
    }
