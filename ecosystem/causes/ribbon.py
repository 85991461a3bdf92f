"""What bound each site when: the ribbon over time, and the slack of its activities.

Every four weeks the schedule of what was left is worked out as it stood then, against the
milestone next to come: first power until the first building is in use, completion afterwards.
"""

from dataclasses import dataclass

import numpy as np

from ecosystem.causes.past import Past, Then
from ecosystem.causes.study import NAMES, Study, activity_words, words
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
    """What bound the sites in every week, one entry per site and week, in order of both.

    `phase` and `activity` are -1 where nothing critical was open, `cause` where work went at
    full pace. `lost_weeks` is the share of the week that was lost, `spare_weeks` the slack of
    what else was left, the most pressing first: how far the binding work could be shortened.
    """

    site: IntArray
    week: IntArray
    phase: IntArray
    activity: IntArray
    cause: IntArray
    lost_weeks: FloatArray
    spare_weeks: FloatArray
    late_weeks: FloatArray
    completing: BoolArray


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
    parts = [_bound_in(study, past.offers, sample) for sample in found]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else []
    if not columns:
        none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        columns = [none] * 5 + [nothing] * 3 + [none.astype(bool)]
    order = np.lexsort((columns[1], columns[0]))
    return Bound(*(column[order] for column in columns))


def _bound_in(study: Study, offers: Offers, sample: Sample) -> tuple[np.ndarray, ...]:
    """Return the columns of `Bound` for the weeks of one sample."""
    last = min(sample.week + EVERY_WEEKS, study.week)
    start, end = np.searchsorted(offers.week, [sample.week, last])
    weeks, rows, cols, availability = (column[start:end] for column in offers)
    slack = sample.slack[rows, cols]
    site_of_phase = study.layout.site_of_phase
    place = np.full(len(study.layout.sites), -1)
    place[sample.sites] = np.arange(len(sample.sites))
    length, n = last - sample.week, len(sample.sites)
    shape = (n, length)
    phase, activity, cause = (np.full(shape, -1) for _ in range(3))
    lost = np.zeros(shape)
    rate = availability.min(axis=1, initial=1.0)
    mine = (slack <= CRITICAL_WEEKS) & (place[site_of_phase[rows]] >= 0)
    # the slowest last, so that it is what stays
    lines = np.flatnonzero(mine)
    lines = lines[np.argsort(-rate[lines], kind="stable")]
    at = (place[site_of_phase[rows[lines]]], weeks[lines] - sample.week)
    phase[at], activity[at], lost[at] = rows[lines], cols[lines], 1.0 - rate[lines]
    cause[at] = np.where(rate[lines] < FULL_PACE, availability[lines].argmin(axis=1), -1)
    week = np.broadcast_to(sample.week + np.arange(length), shape)
    wide = [
        np.broadcast_to(column[:, None], shape)
        for column in (
            _spare(study, sample),
            sample.forecast_week - sample.planned_week,
            sample.completing,
        )
    ]
    site = np.broadcast_to(sample.sites[:, None], shape)
    since = np.ceil(study.announced_week[site])
    # once it is reached, or given up, the next sample tells of the next milestone
    works = study.works
    reached = works.progress.finish_week[sample.target, Activity.COMMISSIONING]
    until = np.fmin(reached, works.cancelled_week[sample.target])
    told = (week >= since) & ~((activity < 0) & (week >= until[:, None]))
    columns = (site, week, phase, activity, cause, lost, *wide)
    return tuple(column[told] for column in columns)


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
    same = np.stack([b.site, b.phase, b.activity, b.cause, b.completing])
    fresh = np.ones(len(b.site), dtype=bool)
    fresh[1:] = (same[:, 1:] != same[:, :-1]).any(axis=0) | (b.week[1:] != b.week[:-1] + 1)
    at = np.flatnonzero(fresh)
    activity, number = b.activity[at], study.layout.number[b.phase[at]] + 1
    names = (*NAMES, "")
    return {
        "site": study.keys(b.site[at]),
        "first_week": b.week[at],
        "weeks": np.diff(np.append(at, len(b.site))),
        "milestone": words("completion" if c else "first power" for c in b.completing[at]),
        "phase": np.where(activity < 0, 0, number),
        "activity": np.where(activity < 0, "", activity_words(np.maximum(activity, 0))),
        "cause": words(
            ON_RECORD if a < 0 else names[c] for a, c in zip(activity, b.cause[at], strict=True)
        ),
        "lost_weeks": np.add.reduceat(b.lost_weeks, at) if len(at) else np.zeros(0),
        "spare_weeks": b.spare_weeks[at],
        "late_weeks": b.late_weeks[at],
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
