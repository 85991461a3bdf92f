"""What the page about a site is made of: an explained run, and its tables as data for drawings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ecosystem.errors import InputError
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult, Table
from ecosystem.scenario import Site, Strategy, World
from ecosystem.units import date_of
from experiments.failures import WORDS
from experiments.telling import Row, plain, rows_of, weeks_late
from viz.community import Group, Voices
from viz.fork import part, with_levers
from viz.gantt import LEFT, RIGHT, WIDTH, Bar, Part
from viz.ribbon import Stretch
from viz.state import Catalogue, Choice
from viz.timeline import Timeline, around
from viz.waterfall import Step

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem

MILESTONES = ("first power", "completion")
HEARD = ("approved", "denied", "settled", "resited", "withdrawn", "moratorium", "stayed", "lawsuit")
"""Kinds of events in which a community, its council or a court speaks; `agreement` beside them."""
_ROUTINE = ("commissioned",)


@dataclass(frozen=True, slots=True)
class Case:
    """An explained run.

    Attributes
    ----------
    choice : Choice
    world, strategy : World, Strategy
    result : RunResult
        With the tables of :mod:`ecosystem.causes`.
    courses, opinions, promises : table
        Of :mod:`ecosystem.causes.course` and :mod:`ecosystem.causes.hosts`.
    """

    choice: Choice
    world: World
    strategy: Strategy
    result: RunResult
    courses: Table
    opinions: Table
    promises: Table

    @property
    def start(self) -> date:
        """First day of the run."""
        return self.world.start

    @property
    def weeks(self) -> int:
        """Length of the run."""
        return int(self.result.manifest["weeks"])

    def day(self, week: float) -> date:
        """Return the day on which a week begins."""
        return date_of(float(week), self.start)

    def site(self, key: str) -> Site:
        """Return a site of the world; an unknown one raises :class:`InputError`."""
        found = next((site for site in self.world.sites if site.key == key), None)
        if found is None:
            raise InputError(f"World {self.world.name} has no site {key!r}. Choose one above.")
        return found

    def rows(self, table: str, site: str) -> list[Row]:
        """Return the rows of a table that are about a site."""
        return rows_of(self.result.tables[table], site)


def explain_run(catalogue: Catalogue, choice: Choice) -> Case:
    """Run a choice to the end of its horizon and explain it; takes a second or two.

    Raises
    ------
    InputError
        If the world cannot be run, or is none that can be explained.
    """
    from ecosystem.causes.course import courses
    from ecosystem.causes.hosts import opinions, promises

    model = _model(catalogue, choice)
    result = model.run(explained=True)
    return Case(
        choice,
        model.world,
        model.strategy,
        result,
        courses(model),
        opinions(model),
        promises(model),
    )


def look_at(catalogue: Catalogue, choice: Choice, week: int) -> RunResult:
    """Run a choice up to a week and explain how things stood.

    Beside the tables of :mod:`ecosystem.causes` it has ``one_week_less``.
    """
    from ecosystem.causes.pressure import one_week_less
    from ecosystem.causes.study import Study

    model = _model(catalogue, choice, week)
    result = model.run(explained=True, until=week)
    result.tables["one_week_less"] = one_week_less(Study.of(model))
    return result


def _model(catalogue: Catalogue, choice: Choice, until: int | None = None) -> "Ecosystem":
    """Return the world of a choice: at week 0, or as its branch in the week of that."""
    from ecosystem.model import Ecosystem

    model = catalogue.fork(choice.origin).original  # it refuses what the catalogue does not list
    if not isinstance(model, Ecosystem):
        raise InputError(f"World {choice.world} keeps no record that could be explained.")
    branch = choice.branch
    if branch is None or (until is not None and until <= branch.week):
        return model
    while model.week < min(branch.week, model.weeks):
        model.step()
    return part(model, with_levers(catalogue.strategy(branch.strategy), branch.levers))


class Standing(NamedTuple):
    """Whether there is something to explain about a site, and what is plain about it."""

    explained: bool
    text: str


def standing(case: Case, key: str) -> Standing:
    """Say how a site stands in the whole run, in plain words."""
    site = case.site(key)
    if site.role == "comparator":
        dates = (("announced", site.announced), ("building from", site.build_start))
        said = [f"{word} {day}" for word, day in (*dates, ("in use", site.build_end)) if day]
        return Standing(
            False,
            f"{site.name} is a rival's site: it is in the world by its recorded dates "
            f"({', '.join(said) or 'none'}), takes crews, slots and grid, and nothing about it is "
            "simulated. There is no delay to explain. Choose a site of the programme.",
        )
    if site.role == "refused":
        return Standing(
            False,
            f"{site.name} was refused: it is on record for comparison and in no run. "
            "Choose a site of the programme.",
        )
    slips = case.rows("slips", key)
    if not slips:
        return Standing(
            False,
            f"{site.name} was not opened in this run: under {case.strategy.name} the lab chose "
            f"other sites up to {case.day(case.weeks)}. Another seed or strategy may open it.",
        )
    return Standing(True, _fate(case, key, slips))


def _fate(case: Case, key: str, slips: list[Row]) -> str:
    total = len(slips)
    gone = [s for s in slips if np.isfinite(s["cancelled_week"])]
    used = [s for s in slips if not s["censored"]]
    before = [s for s in used if s["finish_week"] <= 0]
    if len(before) == total:
        return f"All {total} buildings were finished before the run began, on {case.start}."
    if len(gone) == total:
        last = max(s["cancelled_week"] for s in gone)
        why = _reasons(case, key)
        when = f"the last in {_month(case, last)}"
        return f"Cancelled: all {total} buildings were given up, {when}: {why}."
    text = f"{len(used)} of {total} buildings are in use by the end of the run"
    text += f", {len(gone)} were given up ({_reasons(case, key)})" if gone else ""
    text += f", {len(before)} were finished before it began" if before else ""
    return f"{text}."


def _reasons(case: Case, key: str) -> str:
    """Return why buildings of a site were given up, in words, each once."""
    told = [str(r["reason"]) for r in case.rows("failures", key) if r["reason"]]
    return ", ".join(dict.fromkeys(WORDS.get(reason, reason) for reason in told))


def costliest(case: Case) -> str:
    """Return the site that lost most use before the end of the run; the first one if none did."""
    lost: dict[str, float] = {}
    table = case.result.tables["lost_capacity"]
    for site, gw_years in zip(table["site"], table["gw_years"], strict=True):
        lost[str(site)] = lost.get(str(site), 0.0) + float(gw_years)
    return max(lost, key=lambda key: lost[key]) if lost else case.world.sites[0].key


class Progress(NamedTuple):
    """How many buildings of a site stand in a week, and by plan should; facility MW alike."""

    done: int
    planned: int
    total: int
    done_mw: float
    planned_mw: float


def progress(case: Case, key: str, week: float) -> Progress:
    """Set the plan of a site against what stands in a week."""
    slips = case.rows("slips", key)
    done = [s for s in slips if s["finish_week"] <= week]
    planned = [s for s in slips if s["planned_finish_week"] <= week]
    return Progress(
        len(done),
        len(planned),
        len(slips),
        sum(float(s["mw"]) for s in done),
        sum(float(s["mw"]) for s in planned),
    )


def building_bars(case: Case, key: str) -> list[Bar]:
    """Return a bar for every building: from cleared ground to use."""
    slips = case.rows("slips", key)
    kept = [s["reached_week"] for s in slips if not np.isfinite(s["cancelled_week"])]
    complete = max(kept, default=np.nan)
    parts = _courses(case, key)
    return [_building(case, s, parts.get(int(s["phase"]), []), float(complete)) for s in slips]


def _courses(case: Case, key: str) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {}
    for row in rows_of(case.courses, key):
        what = plain(row["activity"])
        if row["driver_phase"] != row["phase"]:
            what += f" (building {row['driver_phase']})"
        weeks = float(row["last_week"] - row["first_week"])
        part = Part(
            float(row["first_week"]),
            float(row["last_week"]),
            what,
            str(row["cause"]),
            float(row["lost_weeks"]) / weeks if weeks else 0.0,
        )
        found.setdefault(int(row["phase"]), []).append(part)
    return found


def _building(case: Case, s: Row, parts: Sequence[Part], complete: float) -> Bar:
    gone = float(s["cancelled_week"])
    cancelled = bool(np.isfinite(gone))
    planned = (float(s["planned_start_week"]), float(s["planned_finish_week"]))
    begun = float(s["start_week"])
    reached = gone if cancelled else float(s["reached_week"])
    if np.isnan(begun) and not cancelled:
        begun = min(float(case.weeks), reached)
    return Bar(
        key=f"building:{s['phase']}",
        name=f"#{s['phase']} · {s['mw']:,.0f} MW",
        told=_told(case, s),
        planned=planned,
        actual=(begun, reached),
        parts=[] if cancelled else parts,
        float_until=np.nan if cancelled else complete,
        gone=gone,
        expected_from=float(case.weeks) if s["censored"] else np.inf,
    )


def _told(case: Case, s: Row) -> str:
    if np.isfinite(s["cancelled_week"]):
        return f"given up {_month(case, s['cancelled_week'])}"
    reached = _month(case, s["reached_week"])
    if s["censored"]:
        reached = f"not before {reached}"
    late = weeks_late(s["slip_weeks"]).replace("-", "−")
    mostly = f"; {s['main_cause']} {s['main_weeks']:.0f}" if s["main_weeks"] >= 0.5 else ""
    return f"{reached}, {late}{mostly}"


def activity_bars(case: Case, key: str, building: int) -> list[Bar]:
    """Return a bar for every activity that a building needs, those of the whole site included."""
    rows = [
        r for r in case.rows("gantt", key) if r["phase"] == building or (r["shared"] and building)
    ]
    ends = {str(r["activity"]): float(r["expected_finish_week"]) for r in rows}
    begins = {str(r["activity"]): float(r["expected_start_week"]) for r in rows}
    complete = max((r["reached_week"] for r in case.rows("slips", key)), default=np.nan)
    held = _offers(case, key, building)
    bars: list[Bar] = []
    for row in sorted(rows, key=lambda r: (r["expected_start_week"], r["expected_finish_week"])):
        name = str(row["activity"])
        until = _free_until(name, ends, begins, float(complete))
        bars.append(_activity(case, row, held.get(name, []), until))
    return bars


def _activity(case: Case, row: Row, parts: Sequence[Part], until: float) -> Bar:
    low, high = float(row["expected_start_week"]), float(row["expected_finish_week"])
    gone = float(row["cancelled_week"])
    done = bool(np.isfinite(row["finish_week"]))
    said = [f"{_month(case, low)} to {_month(case, high)}"] if np.isfinite(high) else ["not begun"]
    drives = [m for m in MILESTONES if row[f"drives_{m.replace(' ', '_')}"]]
    said += [f"drives {drives[0] if len(drives) == 1 else 'both dates'}"] if drives else []
    if np.isfinite(gone) and not done:
        high = gone if np.isfinite(low) else np.nan
    return Bar(
        key="",
        name=plain(str(row["activity"])) + (" (site)" if row["shared"] else ""),
        told="; ".join(said),
        planned=(float(row["planned_start_week"]), float(row["planned_finish_week"])),
        actual=(low, high),
        parts=parts,
        float_until=np.nan if np.isfinite(gone) else until,
        gone=np.nan if done else gone,
        expected_from=np.inf if done else float(case.weeks),
    )


def _free_until(
    name: str, ends: dict[str, float], begins: dict[str, float], complete: float
) -> float:
    """Return until when an activity could have ended without holding up what came after it.

    Free float as built: the start of the first activity of the same building that needs it; of
    commissioning, the completion of the site. Of two ways to power the later one held up nothing.
    """
    from ecosystem.delivery.activities import Activity, template  # networkx takes a second

    activity = Activity[name.upper()]
    if activity == Activity.COMMISSIONING:
        return complete
    followers = [begins.get(a.name.lower(), np.nan) for a in template().successors(activity)]
    later = [week for week in followers if week >= ends[name] - 0.5]
    return min(later, default=np.nan)


def _offers(case: Case, key: str, building: int) -> dict[str, list[Part]]:
    """Return what held each activity of a building, or of the site, by activity."""
    table = case.result.tables["offers"]
    shared = {str(r["activity"]) for r in case.rows("gantt", key) if r["shared"]}
    own = (table["phase"] == building) | np.isin(table["activity"].astype(str), list(shared))
    at = np.flatnonzero((table["site"] == key) & own)
    allowed = np.stack([table[cause][at] for cause in CAUSES], axis=1)
    least, which = allowed.min(axis=1, initial=1.0), allowed.argmin(axis=1)
    found: dict[str, list[Part]] = {}
    for i, pace, cause in zip(at.tolist(), least.tolist(), which.tolist(), strict=True):
        if pace >= 0.99:
            continue
        first = float(table["first_week"][i])
        last = first + float(table["weeks"][i])
        name = str(table["activity"][i])
        part = Part(first, last, plain(name), CAUSES[cause], 1.0 - pace)
        found.setdefault(name, []).append(part)
    return found


def stretches(case: Case, key: str) -> list[Stretch]:
    """Return the ribbon of a site."""
    return [
        Stretch(
            float(r["first_week"]),
            float(r["weeks"]),
            str(r["milestone"]),
            str(r["activity"]),
            str(r["cause"]),
            float(r["lost_weeks"]),
            float(r["late_weeks"]),
        )
        for r in case.rows("ribbon", key)
    ]


class Fall(NamedTuple):
    """The way of a milestone from its plan to its date."""

    planned: str
    actual: str
    slip_weeks: float
    steps: tuple[Step, ...]


_SMALL_WEEKS = 0.05


def fall(case: Case, key: str, milestone: str) -> Fall | None:
    """Return the waterfall of a milestone; None where all buildings were given up."""
    rows = [r for r in case.rows("milestones", key) if r["milestone"] == milestone]
    if not rows:
        return None
    m = rows[0]
    causes = [
        Step(
            str(r["cause"]),
            float(r["shapley_weeks"]),
            float(r["but_for_weeks"]),
            float(r["first_in_weeks"]),
        )
        for r in case.rows("milestone_causes", key)
        if r["milestone"] == milestone
    ]
    causes = [s for s in causes if max(map(abs, s[1:])) >= _SMALL_WEEKS]
    causes.sort(key=lambda s: -abs(s.weeks))
    steps = [Step("own work", float(m["own_work_weeks"])), *causes]
    if abs(m["plan_moved_weeks"]) >= _SMALL_WEEKS:
        steps.insert(0, Step("plan moved", float(m["plan_moved_weeks"])))
    actual = _month(case, m["reached_week"])
    return Fall(
        _month(case, m["planned_week"]),
        f"not before {actual}" if m["censored"] else actual,
        float(m["slip_weeks"]),
        tuple(steps),
    )


def voices(case: Case, key: str) -> Voices | None:
    """Return what a community thought and did from the announcement on; None if nothing is kept."""
    table = case.result.tables["communities"]
    announced = float(case.rows("campuses", key)[0]["announced_week"])
    at = np.flatnonzero((table["community"] == key) & (table["week"] >= announced - 4))
    opinions = case.opinions
    mine = (opinions["community"] == key) & (opinions["week"] >= announced - 4)
    everybody = np.flatnonzero(mine & (opinions["tercile"] == "all"))
    if not len(at) or len(everybody) != len(at):
        return None
    groups: list[Group] = []
    for place in ("near", "far"):
        for tercile in ("low", "middle", "high"):
            of = mine & (opinions["tercile"] == tercile) & (opinions["place"] == place)
            if of.any():
                groups.append(Group(tercile, place, opinions["mean"][of].astype(float)))
    return Voices(
        week=table["week"][at].astype(float),
        mean=opinions["mean"][everybody].astype(float),
        low=opinions["low"][everybody].astype(float),
        high=opinions["high"][everybody].astype(float),
        groups=groups,
        against=table["opposition"][at].astype(float),
        supporting=table["supporters"][at].astype(float),
        organised=table["organised"][at].astype(bool),
        trust=table["trust"][at].astype(float),
        licence=table["licence"][at].astype(float),
    )


def heard(case: Case, key: str) -> list[tuple[float, str]]:
    """Return hearings, suits, stops and agreements as weeks with a word."""
    kinds = (*HEARD, "agreement")
    return [
        (float(e["week"]), str(e["kind"])) for e in case.rows("events", key) if e["kind"] in kinds
    ]


def site_table(table: Table, key: str, column: str = "site") -> dict[str, Iterable[Any]]:
    """Return the rows of a table that are about a site, for a download."""
    at = np.flatnonzero(table[column] == key)
    return {name: values[at].tolist() for name, values in table.items()}


def _month(case: Case, week: float) -> str:
    return f"{case.day(week):%Y-%m}" if np.isfinite(week) else "–"


def axis_of(case: Case, weeks: Sequence[float]) -> Timeline:
    """Return the timeline that all drawings of a site share the width of."""
    return around(case.start, list(weeks), LEFT, WIDTH - LEFT - RIGHT)
