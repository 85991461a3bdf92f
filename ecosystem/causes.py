"""Why sites are late, as tables: slips by cause, what binds now, what one more week costs.

The plan of a building is its plan as announced (`Works.planned_finish`), here and in all other
tables. For every building

``reached - planned = plan moved + own work + sum of Shapley weeks``.

`plan moved` is 0 unless other buildings of the site were given up: those that stood behind them
in the queue for sitework start anew from that day, in the plan of the replay too, so that what
held the site back until then shows as `plan moved` at them and under its causes at the others.
`own work` is
work that took longer than its median; talks that a strategy adds to the engagement are planned.
What is not in use when the run ends counts up to then: it is `reached` at the earliest if
nothing holds it back from there on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecosystem.availability import BUILDING, FUNDED, INTERFACES, OUTDOORS, PERMITS
from ecosystem.delivery.activities import POWER_OPTIONS, Activity, Cause, required
from ecosystem.delivery.attribution import Game, replay
from ecosystem.delivery.critical_path import CRITICAL_WEEKS, Schedule, remaining_cpm
from ecosystem.delivery.progress import open_rows
from ecosystem.delivery.record import Runs
from ecosystem.errors import InputError
from ecosystem.layout import Layout
from ecosystem.results import Table
from ecosystem.state import Sites
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem
    from ecosystem.works import Works

type Relaxed = tuple[str, str | None]

NAMES = tuple(cause.name.lower() for cause in Cause)
OWN, MOVED, GIVEN_UP = "own work", "plan moved", "given up"
FIRST_POWER, COMPLETION = "first power", "completion"


def _reach() -> BoolArray:
    """Return the activities that each cause can hold back, shape (8, A)."""
    reach = np.zeros((len(Cause), len(Activity)), dtype=bool)
    reach[Cause.COMMUNITY] = PERMITS
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
"""What one more week of a cause would stop; a court order and a chip shock reach further."""


def relaxed(layout: Layout, relax: Iterable[Relaxed]) -> BoolArray | None:
    """Return which cause is to hold nothing back at which site, shape (S, 8); None for nothing.

    Raises
    ------
    InputError
        If there is no such cause, or the programme cannot build at such a site.
    """
    table = np.zeros((len(layout.sites), len(Cause)), dtype=bool)
    for name, site in relax:
        if name not in NAMES:
            raise InputError(f"No cause {name!r} to relax; known are {', '.join(NAMES)}.")
        if site is not None and site not in layout.index:
            known = ", ".join(layout.index)
            raise InputError(f"Site {site!r} cannot be relaxed; known are {known}.")
        table[slice(None) if site is None else layout.index[site], NAMES.index(name)] = True
    return table if table.any() else None


def without_hearings(sites: Sites, free: BoolArray | None) -> Sites:
    """Approve sites that no community holds back, so that nobody hears what was never in doubt."""
    if free is None:
        return sites
    unheld = free[:, Cause.COMMUNITY]
    return replace(
        sites,
        approved=sites.approved | unheld,
        open_venues=sites.open_venues & ~unheld[:, None],
    )


def tables(model: "Ecosystem") -> dict[str, Table]:
    """Explain the delays of all sites announced so far.

    Returns
    -------
    dict of str to table
        ``campuses`` (one row per announced site: partners and facts), ``records`` (dated facts
        that the run was given), ``slips`` (site, phase),
        ``attribution`` (site, phase, cause), ``milestones`` and ``milestone_causes`` (first power
        and completion), ``lost_capacity`` (site, cause: GW-years lost before the end of the run),
        ``floats`` (open activities with their slack), ``one_more_week`` (site, cause).

    Notes
    -----
    Computed on demand, some 10 ms a site; nothing in the model changes.
    """
    study = _Study.of(model)
    found = [_Slips.of(study, site) for site in study.announced.tolist()]
    return {
        "campuses": _campuses(study),
        "records": _records(study),
        "slips": _slips(study, found),
        "attribution": _attribution(study, found),
        "milestones": _milestones(study, found),
        "milestone_causes": _milestone_causes(study, found),
        "lost_capacity": _lost_capacity(study, found),
        **_pressure(study),
    }


@dataclass(frozen=True, slots=True)
class _Study:
    """What all tables look at: the works, their record, the forecast of what is left."""

    layout: Layout
    works: "Works"
    week: int
    announced: IntArray
    announced_week: FloatArray
    active: BoolArray
    runs: Runs
    schedule: Schedule
    price_usd_per_gw_week: float

    @classmethod
    def of(cls, model: "Ecosystem") -> "_Study":
        works, week = model.works, model.week
        active = works.active(model.sites, week)
        price = model.economy.market.price_usd_per_mw_year
        return cls(
            layout=model.layout,
            works=works,
            week=week,
            announced=np.flatnonzero(model.sites.announced_week <= week),
            announced_week=model.sites.announced_week,
            active=active,
            runs=works.log.runs(),
            schedule=remaining_cpm(works.network, works.progress, works.not_before, active, week),
            price_usd_per_gw_week=price * MW_PER_GW / WEEKS_PER_YEAR,
        )

    def key(self, site: int) -> str:
        return self.layout.sites[site].key


class _Milestone(NamedTuple):
    """One date of a site: planned, unhindered and reached week, and the eight causes' shares."""

    name: str
    planned: float
    moved: float
    unhindered: float
    reached: float
    censored: bool
    shares: FloatArray


@dataclass(frozen=True, slots=True)
class _Slips:
    """The replayed p phases of one site; `shares` and `capped` have shape (3, 8, p), (8, p)."""

    site: int
    game: Game
    planned: FloatArray
    cancelled: BoolArray
    shares: FloatArray
    capped: FloatArray
    milestones: tuple[_Milestone, ...]

    @classmethod
    def of(cls, study: _Study, site: int) -> "_Slips":
        works = study.works
        lead = int(study.layout.lead_of_site[site])
        game = replay(
            works.network, works.progress, study.runs, works.not_before, works.planned, lead
        )
        planned, cancelled = works.planned_finish[game.phases], works.cancelled[game.phases]
        within = game.shares(np.minimum(game.finish, study.week)).shapley
        return cls(
            site=site,
            game=game,
            planned=planned,
            cancelled=cancelled,
            shares=np.stack(game.shares(game.finish)),
            capped=within,
            milestones=_reached(game, planned, ~cancelled),
        )


def _reached(game: Game, planned: FloatArray, kept: BoolArray) -> tuple[_Milestone, ...]:
    """Return first and last building: games of their own, for who is first may change."""
    if not kept.any():
        return ()
    found: list[_Milestone] = []
    for name, pick in ((FIRST_POWER, np.min), (COMPLETION, np.max)):
        finish, plan = pick(game.finish[:, kept], axis=1), float(pick(planned[kept]))
        waiting = game.censored[kept]
        found.append(
            _Milestone(
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


def _words(values: Iterable[str]) -> np.ndarray:
    return np.array(list(values), dtype=object)


def _joined(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate(parts) if parts else np.zeros(0)


def _campuses(study: _Study) -> Table:
    """Return who builds, runs, feeds and permits each announced site."""
    world = study.layout.world
    cloud = {c.key: c.name for c in world.clouds}
    builder = {c.key: c.name for c in world.contractors}
    region = {r.key: r.name for r in world.regions}
    sites = [study.layout.sites[i] for i in study.announced]
    return {
        "site": _words(s.key for s in sites),
        "name": _words(s.name for s in sites),
        "role": _words(s.role for s in sites),
        "place": _words(", ".join(filter(None, (s.county, s.state, s.country))) for s in sites),
        "region": _words(region[s.region] for s in sites),
        "developer": _words(builder[s.developer] for s in sites),
        "cloud": _words(cloud[s.cloud] for s in sites),
        "power": _words(s.power for s in sites),
        "cooling": _words(s.cooling for s in sites),
        "mw": np.array([s.facility_mw for s in sites]),
        "it_mw": np.array([s.it_mw for s in sites]),
        "phases": np.array([s.phases for s in sites], dtype=np.int64),
        "announced_week": study.announced_week[study.announced],
        "on_record_until_week": study.layout.on_record_until[study.announced],
    }


def _records(study: _Study) -> Table:
    """Return the dated facts about the announced sites that the run was given."""
    keys = {study.key(site) for site in study.announced}
    records = [r for r in study.layout.world.records if r.site in keys]
    names = ("site", "activity", "status", "grade", "source")
    return {
        "day": _words(r.date.isoformat() for r in records),
        **{name: _words(getattr(r, name) for r in records) for name in names},
        "first_phase": np.array([r.first_phase for r in records], dtype=np.int64),
        "last_phase": np.array([r.last_phase for r in records], dtype=np.int64),
    }


def _slips(study: _Study, found: list[_Slips]) -> Table:
    """Return one row per building of the announced sites."""
    works, layout = study.works, study.layout
    phases = np.concatenate([s.game.phases for s in found] or [np.zeros(0, dtype=np.int64)])
    begun, done = works.progress.start_week, works.progress.finish_week
    planned = _joined([s.planned for s in found])
    moved = _joined([s.game.plan_finish - s.planned for s in found])
    own = _joined([s.game.finish[0] - s.game.plan_finish for s in found])
    reached = _joined([s.game.finish[-1] for s in found])
    bound = _bindings(study, phases)
    return {
        "site": _words(study.key(s) for s in layout.site_of_phase[phases]),
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
        "bound_activity": _words(activity for activity, _, _ in bound),
        "bound_cause": _words(cause for _, cause, _ in bound),
        "bound_weeks": np.array([weeks for _, _, weeks in bound]),
    }


def _attribution(study: _Study, found: list[_Slips]) -> Table:
    """Return one row per building and cause."""
    layout = study.layout
    phases = np.concatenate([s.game.phases for s in found] or [np.zeros(0, dtype=np.int64)])
    phase = np.repeat(phases, len(NAMES))
    three = [_joined([s.shares[i].T.ravel() for s in found]) for i in range(3)]
    return {
        "site": _words(study.key(s) for s in layout.site_of_phase[phase]),
        "phase": layout.number[phase] + 1,
        "mw": layout.phase_mw[phase],
        "cause": _words(NAMES * len(phases)),
        **dict(zip(("shapley_weeks", "but_for_weeks", "first_in_weeks"), three, strict=True)),
    }


def _milestones(study: _Study, found: list[_Slips]) -> Table:
    """Return one row per site and milestone; sites given up altogether have none."""
    rows = [(s.site, m) for s in found for m in s.milestones]
    planned, reached = (np.array([getattr(m, n) for _, m in rows]) for n in ("planned", "reached"))
    return {
        "site": _words(study.key(site) for site, _ in rows),
        "milestone": _words(m.name for _, m in rows),
        "planned_week": planned,
        "reached_week": reached,
        "censored": np.array([m.censored for _, m in rows], dtype=bool),
        "plan_moved_weeks": np.array([m.moved for _, m in rows]),
        "own_work_weeks": np.array([m.unhindered - m.planned - m.moved for _, m in rows]),
        "slip_weeks": reached - planned,
    }


def _milestone_causes(study: _Study, found: list[_Slips]) -> Table:
    """Return one row per site, milestone and cause."""
    rows = [(s.site, m) for s in found for m in s.milestones]
    three = [_joined([m.shares[i] for _, m in rows]) for i in range(3)]
    return {
        "site": _words(study.key(site) for site, _ in rows for _ in NAMES),
        "milestone": _words(m.name for _, m in rows for _ in NAMES),
        "cause": _words(NAMES * len(rows)),
        **dict(zip(("shapley_weeks", "but_for_weeks", "first_in_weeks"), three, strict=True)),
    }


def _lost_capacity(study: _Study, found: list[_Slips]) -> Table:
    """Return the GW-years that each cause kept from use before the end of the run.

    The game of :func:`ecosystem.delivery.attribution.shapley` is played for weeks before the
    end, so that the rows of a site sum to what it lost. A building given up loses all its weeks
    from its plan on to `given up`; the reason is among the events.
    """
    names = (*NAMES, OWN, MOVED, GIVEN_UP)
    parts: list[FloatArray] = []
    for slips in found:
        game, kept = slips.game, ~slips.cancelled
        gw_years = study.layout.phase_mw[game.phases] / MW_PER_GW / WEEKS_PER_YEAR
        planned, replanned, unhindered = (
            np.minimum(weeks, study.week)
            for weeks in (slips.planned, game.plan_finish, game.finish[0])
        )
        own, moved = unhindered - replanned, replanned - planned
        gone = study.week - planned
        weeks = np.vstack([slips.capped * kept, own * kept, moved * kept, gone * ~kept])
        parts.append(weeks @ gw_years)
    return {
        "site": _words(study.key(s.site) for s in found for _ in names),
        "cause": _words(names * len(found)),
        "gw_years": _joined(parts),
    }


def _bindings(study: _Study, phases: IntArray) -> list[tuple[str, str, float]]:
    """Return what cost each phase most along its driving path: activity, cause, weeks.

    The driving path goes back from commissioning by the predecessor that finished last. Weeks
    on different activities add up over no one; the largest single hold is named.
    """
    works = study.works
    progress, schedule = works.progress, study.schedule
    start = np.where(np.isnan(progress.start_week), schedule.early_start, progress.start_week)
    finish = np.where(np.isnan(progress.finish_week), schedule.early_finish, progress.finish_week)
    held = _held_weeks(study)
    over = np.where(progress.history, 0.0, progress.duration_weeks - works.planned)
    cost = np.concatenate([held, over[..., None]], axis=2)
    names = (*NAMES, OWN)
    found: list[tuple[str, str, float]] = []
    for phase in phases.tolist():
        path = _driving_path(study, phase, start, finish)
        weeks = np.array([cost[at] for at in path])
        step, what = np.unravel_index(int(weeks.argmax()), weeks.shape)
        most = float(weeks[step, what])
        if most < 1.0:
            found.append(("", "", 0.0))
        else:
            found.append((Activity(path[step][1]).name.lower(), names[int(what)], most))
    return found


def _held_weeks(study: _Study) -> FloatArray:
    """Return the weeks that each activity was held back by its scarcest cause, (P, A, 8)."""
    runs = study.runs
    held = np.zeros((*study.works.network.used.shape, len(Cause)))
    least = runs.availability.argmin(axis=1) if len(runs.rows) else np.zeros(0, dtype=np.int64)
    loss = runs.weeks * (1.0 - runs.availability.min(axis=1, initial=1.0))
    np.add.at(held, (runs.rows, runs.cols, least), loss)
    return held


def _driving_path(
    study: _Study, phase: int, start: FloatArray, finish: FloatArray
) -> list[tuple[int, int]]:
    """Return (phase, activity) pairs from commissioning back to what nothing simulated drove."""
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


def _owner(study: _Study, row: int, activity: int) -> tuple[int, int]:
    network = study.works.network
    return (int(network.lead[row]) if network.shared[activity] else row, int(activity))


def _pressure(study: _Study) -> dict[str, Table]:
    """Return the slack of all open activities, and what one more week of each cause costs."""
    works, week = study.works, study.week
    # on a copy: asking what is open dates the start of what is new
    rows, cols, _, _ = open_rows(
        works.network, works.progress.copy(), works.not_before, study.active, week
    )
    layout, live = study.layout, np.isin(study.layout.site_of_phase[rows], study.announced)
    rows, cols = rows[live], cols[live]
    slack = study.schedule.site_float_weeks[rows, cols]
    scarcest = _last_hold(study, rows, cols)
    left = works.progress.duration_weeks[rows, cols] - works.progress.worked_weeks[rows, cols]
    floats: Table = {
        "site": _words(study.key(s) for s in layout.site_of_phase[rows]),
        "phase": layout.number[rows] + 1,
        "activity": _words(Activity(a).name.lower() for a in cols),
        "work_left_weeks": left,
        "float_weeks": slack,
        "critical": slack <= CRITICAL_WEEKS,
        "held_by": scarcest,
    }
    return {"floats": floats, "one_more_week": _one_more_week(study, rows, cols)}


def _last_hold(study: _Study, rows: IntArray, cols: IntArray) -> np.ndarray:
    """Return the cause that held each activity back most in the last week; "" for none."""
    runs = study.runs
    last = np.flatnonzero(runs.first_week + runs.weeks == study.week)
    held = {
        (int(runs.rows[i]), int(runs.cols[i])): NAMES[int(runs.availability[i].argmin())]
        for i in last
        if runs.availability[i].min() < 1
    }
    return _words(held.get(at, "") for at in zip(rows.tolist(), cols.tolist(), strict=True))


def _one_more_week(study: _Study, rows: IntArray, cols: IntArray) -> Table:
    """Return what it costs a site if a cause stops all open work that it can stop for a week.

    Weeks of delay of every building times its GW, by the forecast of what is left; float gates
    it. USD are at the price of a served MW-week of the last week, as if all of it were served:
    an upper bound.
    """
    works, layout = study.works, study.layout
    count, causes = len(layout.sites), len(Cause)
    gw_weeks, stopped = np.zeros((count, causes)), np.zeros((count, causes), dtype=np.int64)
    coming = study.active & np.isnan(works.progress.finish_week[:, Activity.COMMISSIONING])
    gw = layout.phase_mw / MW_PER_GW * coming
    for cause in Cause:
        hit = REACH[cause, cols]
        stopped[:, cause] = np.bincount(layout.site_of_phase[rows[hit]], minlength=count)
        progress = works.progress.copy()
        progress.duration_weeks[rows[hit], cols[hit]] += 1.0
        later = remaining_cpm(
            works.network, progress, works.not_before, study.active, study.week
        ).finish
        late = np.where(coming, later - study.schedule.finish, 0.0)
        gw_weeks[:, cause] = np.bincount(layout.site_of_phase, late * gw, count)
    chosen = study.announced
    return {
        "site": _words(study.key(s) for s in chosen for _ in NAMES),
        "cause": _words(NAMES * len(chosen)),
        "open_activities": stopped[chosen].ravel(),
        "gw_weeks": gw_weeks[chosen].ravel(),
        "usd": gw_weeks[chosen].ravel() * study.price_usd_per_gw_week,
    }
