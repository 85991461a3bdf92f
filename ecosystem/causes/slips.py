"""Slips of buildings and of milestones, and capacity lost, shared among causes exactly."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecosystem.causes.study import NAMES, OWN, Study, joined, words
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.attribution import Game, replay
from ecosystem.results import Table
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, BoolArray, FloatArray

MOVED, GIVEN_UP = "plan moved", "given up"
FIRST_POWER, COMPLETION = "first power", "completion"
_THREE = ("shapley_weeks", "but_for_weeks", "first_in_weeks")


class Milestone(NamedTuple):
    """One date of a site: planned, unhindered and reached week, and the eight causes' shares."""

    name: str
    planned: float
    moved: float
    unhindered: float
    reached: float
    censored: bool
    shares: FloatArray


@dataclass(frozen=True, slots=True)
class Slips:
    """The replayed p phases of one site; `shares` and `capped` have shape (3, 8, p), (8, p)."""

    site: int
    game: Game
    planned: FloatArray
    cancelled: BoolArray
    shares: FloatArray
    capped: FloatArray
    milestones: tuple[Milestone, ...]

    @classmethod
    def of(cls, study: Study, site: int) -> "Slips":
        """Replay one site."""
        works = study.works
        lead = int(study.layout.lead_of_site[site])
        game = replay(
            works.network, works.progress, study.runs, works.not_before, works.planned, lead
        )
        planned, cancelled = works.planned_finish[game.phases], works.cancelled[game.phases]
        within = game.shares(np.minimum(game.finish, study.last_week)).shapley
        return cls(
            site=site,
            game=game,
            planned=planned,
            cancelled=cancelled,
            shares=np.stack(game.shares(game.finish)),
            capped=within,
            milestones=_reached(game, planned, ~cancelled),
        )


def _reached(game: Game, planned: FloatArray, kept: BoolArray) -> tuple[Milestone, ...]:
    """Return first and last building: games of their own, for who is first may change."""
    if not kept.any():
        return ()
    found: list[Milestone] = []
    for name, pick in ((FIRST_POWER, np.min), (COMPLETION, np.max)):
        finish, plan = pick(game.finish[:, kept], axis=1), float(pick(planned[kept]))
        waiting = game.censored[kept]
        found.append(
            Milestone(
                name=name,
                planned=plan,
                moved=float(pick(game.plan_finish[kept])) - plan,
                unhindered=float(finish[0]),
                reached=float(finish[-1]),
                censored=bool(waiting.all() if name == FIRST_POWER else waiting.any()),
                shares=np.stack(game.shares(finish)),
            )
        )
    return tuple(found)


def slip_table(study: Study, found: list[Slips]) -> Table:
    """Return one row per building of the announced sites; its main cause is its largest share."""
    works, layout = study.works, study.layout
    phases = np.concatenate([s.game.phases for s in found] or [np.zeros(0, dtype=np.int64)])
    begun, done = works.progress.start_week, works.progress.finish_week
    planned = joined([s.planned for s in found])
    moved = joined([s.game.plan_finish - s.planned for s in found])
    own = joined([s.game.finish[0] - s.game.plan_finish for s in found])
    reached = joined([s.game.finish[-1] for s in found])
    shares = [s.shares[0] for s in found]
    weeks = np.vstack([np.hstack(shares) if shares else np.zeros((len(NAMES), 0)), own, moved])
    main = (*NAMES, OWN, MOVED)
    return {
        "site": study.keys(layout.site_of_phase[phases]),
        "phase": layout.number[phases] + 1,
        "mw": layout.phase_mw[phases],
        "planned_start_week": works.planned_start[phases],
        "start_week": begun[phases, Activity.SITEWORK],
        "planned_finish_week": planned,
        "finish_week": done[phases, Activity.COMMISSIONING],
        "reached_week": reached,
        "censored": np.isnan(done[phases, Activity.COMMISSIONING]),
        "cancelled_week": works.cancelled_week[phases],
        "plan_moved_weeks": moved,
        "own_work_weeks": own,
        "slip_weeks": reached - planned,
        "main_cause": words(main[i] for i in weeks.argmax(axis=0)),
        "main_weeks": weeks.max(axis=0, initial=-np.inf),
    }


def attribution(study: Study, found: list[Slips]) -> Table:
    """Return one row per building and cause."""
    layout = study.layout
    phases = np.concatenate([s.game.phases for s in found] or [np.zeros(0, dtype=np.int64)])
    phase = np.repeat(phases, len(NAMES))
    three = [joined([s.shares[i].T.ravel() for s in found]) for i in range(3)]
    return {
        "site": study.keys(layout.site_of_phase[phase]),
        "phase": layout.number[phase] + 1,
        "mw": layout.phase_mw[phase],
        "cause": words(NAMES * len(phases)),
        **dict(zip(_THREE, three, strict=True)),
    }


def milestones(study: Study, found: list[Slips]) -> Table:
    """Return one row per site and milestone; sites given up altogether have none."""
    rows = [(s.site, m) for s in found for m in s.milestones]
    planned, reached = (np.array([getattr(m, n) for _, m in rows]) for n in ("planned", "reached"))
    return {
        "site": words(study.key(site) for site, _ in rows),
        "milestone": words(m.name for _, m in rows),
        "planned_week": planned,
        "reached_week": reached,
        "censored": np.array([m.censored for _, m in rows], dtype=bool),
        "plan_moved_weeks": np.array([m.moved for _, m in rows]),
        "own_work_weeks": np.array([m.unhindered - m.planned - m.moved for _, m in rows]),
        "slip_weeks": reached - planned,
    }


def milestone_causes(study: Study, found: list[Slips]) -> Table:
    """Return one row per site, milestone and cause."""
    rows = [(s.site, m) for s in found for m in s.milestones]
    three = [joined([m.shares[i] for _, m in rows]) for i in range(3)]
    return {
        "site": words(study.key(site) for site, _ in rows for _ in NAMES),
        "milestone": words(m.name for _, m in rows for _ in NAMES),
        "cause": words(NAMES * len(rows)),
        **dict(zip(_THREE, three, strict=True)),
    }


def lost_capacity(study: Study, found: list[Slips]) -> Table:
    """Return the GW-years that each cause kept from use before the end of the run.

    The game of :func:`ecosystem.delivery.attribution.shapley` is played for weeks in use before
    the end, handover included, so that the rows of a site sum to what it lost. A building given
    up loses all its weeks from its plan on to `given up`; the reason is in table ``failures``.
    """
    names = (*NAMES, OWN, MOVED, GIVEN_UP)
    parts: list[FloatArray] = []
    for slips in found:
        game, kept = slips.game, ~slips.cancelled
        gw_years = study.layout.phase_mw[game.phases] / MW_PER_GW / WEEKS_PER_YEAR
        planned, replanned, unhindered = (
            np.minimum(weeks, study.last_week)
            for weeks in (slips.planned, game.plan_finish, game.finish[0])
        )
        own, moved = unhindered - replanned, replanned - planned
        gone = study.last_week - planned
        weeks = np.vstack([slips.capped * kept, own * kept, moved * kept, gone * ~kept])
        parts.append(weeks @ gw_years)
    return {
        "site": words(study.key(s.site) for s in found for _ in names),
        "cause": words(names * len(found)),
        "gw_years": joined(parts),
    }
