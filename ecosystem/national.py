"""A synthetic nation of several hundred projects, to hold published counts against.

Published counts of opposition are national. They are compared here with hazards in a world of as
many projects as were planned, each with a host community of the model's households. Communities,
hearings, lawsuits and moratoria are the model's own (`living`, `agents.community`, `settle`); what
one lab's programme shares (crews, chips, cash, the grid's headroom) is left out, because hundreds
of projects of hundreds of developers do not share it, and because a run of the whole model takes
ten times as long. Every project has a host and an authority of its own; it is held up by
hearings, courts and moratoria only.

The people are simulated from archetypes; no real place is meant.
"""

import csv
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import NamedTuple, cast

import numpy as np
from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs]

from ecosystem import living, opening
from ecosystem.agents.community import Community
from ecosystem.docket import Docket, Wishes
from ecosystem.hosting import Hosted
from ecosystem.institutions import permits
from ecosystem.institutions.permits import Venue
from ecosystem.layout import Layout
from ecosystem.model import Ecosystem
from ecosystem.orders import HoldHearing, Order
from ecosystem.parameters import Parameters, par
from ecosystem.policy import Policy
from ecosystem.scenario import DATA, DatedSeries, Site, World, load_strategy, load_world
from ecosystem.society import mobilisation, opinion
from ecosystem.society.impacts import Delivered
from ecosystem.society.mood import mood_at
from ecosystem.society.opinion import Influence
from ecosystem.state import Sites, Snapshot, Society
from ecosystem.streams import Streams
from ecosystem.units import (
    WEEKS_PER_YEAR,
    BoolArray,
    FloatArray,
    IntArray,
    date_of,
    week_of,
)
from ecosystem.venues import UPSTREAM

START = date(2023, 1, 2)
CENSUS = date(2026, 1, 13)
END_OF_FIT = date(2026, 1, 1)
MONTH = 4
SPREAD = 0.4
"""Log spread of the time from announcement to a hearing."""


class National(Parameters):
    """What is assumed of the nation's projects beside the numbers of a world."""

    planned: int = par(770, "projects", "Projects planned in January 2026", "P074", "B", ge=30)
    thin: int = par(
        3, "1", "Projects that each simulated one stands for", "computing time", "B", ge=1
    )
    growth_per_year: float = par(
        0.8,
        "1/yr",
        "Log growth of projects announced by a date; requests in ERCOT grew by 1.3 in 11 months",
        "M094-M095",
        "C",
        (0.4, 1.2),
        ge=0.1,
    )
    host_lean: float = par(
        0.0,
        "1",
        "Standing opinion of host communities, over the nation's",
        "assumption",
        "C",
        (-0.4, 0.3),
        ge=-1,
        le=1,
    )
    mood_2023: float = par(
        0.30,
        "1",
        "National net support at the end of 2023: Virginia's fall to April 2026, set back from the "
        "national poll of that time",
        "M156, M163, M165",
        "C",
        (0.1, 0.5),
        ge=-1,
        le=1,
    )
    small: float = par(
        0.44, "1", "Share of projects below 300 MW, of 68 with a size", "P053", "B", ge=0, le=1
    )
    large: float = par(0.21, "1", "Share of a gigawatt or more", "P053", "B", ge=0, le=1)
    water_closed: float = par(
        0.5, "1", "Share with closed-loop cooling", "assumption", "C", (0.3, 0.8), ge=0, le=1
    )

    @property
    def mood(self) -> DatedSeries:
        """National polls, and before them an assumption."""
        return DatedSeries(
            dates=(date(2023, 12, 31), date(2025, 8, 15), date(2026, 2, 15), date(2026, 6, 1)),
            values=(self.mood_2023, 0.02, -0.24, -0.47),
            source="M156, M157, M160, M165",
            observed_until=date(2026, 6, 1),
        )


HOUSEHOLDS = 20_000
"""Of a host community: what a site has where nothing is known; matters for an agreement's money."""
BOXES = {
    "ercot": (27.5, 34.5, -103.0, -95.0),
    "pjm": (37.0, 41.8, -86.0, -75.0),
    "miso": (38.0, 45.5, -95.0, -83.0),
    "wecc": (33.0, 46.0, -119.0, -104.5),
    "serc": (31.5, 36.5, -90.0, -79.0),
}
"""Latitudes and longitudes that stand for a region."""
STRESS = {"ercot": 0.6, "pjm": 0.2, "miso": 0.2, "wecc": 0.8, "serc": 0.25}
"""Water stress of a region: what its sites and candidates have in the default world, roughly."""
CLASSES_MW = ((50.0, 300.0), (300.0, 1_000.0), (1_000.0, 2_500.0))


def national_world(until: date, national: National | None = None) -> World:
    """Return the world of all projects announced by a date.

    Parameters
    ----------
    until : date
        Also the end of the simulation.
    national : National, optional
    """
    n = national or National()
    base = load_world("stargate")
    sites = _projects(until, n, base)
    weeks = int(week_of(until, START)) + 1
    return World.model_validate(
        {
            **dict(base),
            "name": "national",
            "title": "A synthetic nation of data-centre projects",
            "kind": "fictional",
            "start": START,
            "weeks": weeks,
            "strategy_start": until,
            "history_until": None,
            "sites": sites,
            "records": (),
            "mood": n.mood,
            "numbers": base.numbers.with_(
                # as many neighbours within reach as if nothing had been thinned out
                "regulators.neighbour_km",
                base.numbers.regulators.neighbour_km * float(np.sqrt(n.thin)),
            )
            # what is proposed again nearby is counted as cancelled there, and as another project
            .with_("regulators.resite_share", 0.0),
        }
    )


def _projects(until: date, n: National, base: World) -> tuple[Site, ...]:
    """Return the projects in order of their dates; more of them leave the first ones alone."""
    known = n.planned / n.thin
    years = week_of(until, CENSUS) / WEEKS_PER_YEAR
    count = int(known * np.exp(n.growth_per_year * years))
    rank = (np.arange(count) + 0.5) / known
    weeks = week_of(CENSUS, START) + WEEKS_PER_YEAR * np.log(rank) / n.growth_per_year
    chance = np.stack([Streams(0).rows("nation", i, count) for i in range(6)])
    weight = {r.key: r.electrical for r in base.regions if r.key in BOXES}
    edge = np.cumsum(list(weight.values())) / sum(weight.values())
    region = np.searchsorted(edge, chance[0])
    kind = np.searchsorted([n.small, 1 - n.large], chance[1])
    low, high = np.array(CLASSES_MW)[kind].T
    mw = low * (high / low) ** chance[2]
    keys = list(weight)
    found: list[Site] = []
    for i in range(count):
        key = keys[region[i]]
        south, north, west, east = BOXES[key]
        found.append(
            Site(
                key=f"p{i:04d}",
                name=f"Project {i + 1}",
                role="programme",
                developer=base.contractors[0].key,
                cloud=base.clouds[0].key,
                region=key,
                state=key.upper(),
                lat=south + (north - south) * float(chance[3, i]),
                lon=west + (east - west) * float(chance[4, i]),
                facility_mw=float(mw[i]),
                it_mw=float(mw[i]) / 1.3,
                phases=1,
                phases_at_start=1,
                plant="engines",
                interconnect_weeks=None,
                state_land=False,
                households=HOUSEHOLDS,
                announced=date_of(weeks[i], START),
                cooling="closed" if chance[5, i] < n.water_closed else "evaporative",
                predisposition=n.host_lean,
                water_stress=STRESS[key],
                source="national",
            )
        )
    return tuple(found)


class SocietyTarget(NamedTuple):
    """A published figure: as a value with an interval, or as a count (of so many).

    Attributes
    ----------
    ident, what : str
        Source and name.
    low, value, high : float
        NaN where not published.
    cases, of : float
        Counted, and out of how many; 0 where not published.
    until : date
        Last day that it covers.
    use : str
        ``fit``, ``check`` (pooled over periods, or of another definition) or ``forecast``.
    note : str
    """

    ident: str
    what: str
    low: float
    value: float
    high: float
    cases: float
    of: float
    until: date
    use: str
    note: str


@cache
def load_society_targets() -> tuple[SocietyTarget, ...]:
    """Return the published figures."""
    found: list[SocietyTarget] = []
    with (DATA / "society_targets.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            value, low, high = (float(row[k] or "nan") for k in ("value", "low", "high"))
            count, of = (float(row[k] or 0) for k in ("count", "of"))
            until = date.fromisoformat(row["until"])
            found.append(
                SocietyTarget(
                    row["id"],
                    row["what"],
                    low,
                    value,
                    high,
                    count,
                    of,
                    until,
                    row["use"],
                    row["note"],
                )
            )
    return tuple(found)


@dataclass(frozen=True)
class Course:
    """What befell C projects over T months.

    Attributes
    ----------
    weeks : ndarray, shape (T,)
        Week of each month.
    live, organised : ndarray of bool, shape (T, C)
        Announced and not withdrawn; a campaign stands.
    opposing : ndarray, shape (T, C)
        Mobilised share of households.
    gigawatt : ndarray of bool, shape (C,)
    announced, approved, withdrawn : ndarray, shape (C,)
        Weeks; NaN where it did not happen.
    lost_weeks : ndarray, shape (C,)
        Weeks in which a hearing, a moratorium or a court held the project up.
    hearings : ndarray, shape (n, 7)
        Month, project, whether a campaign stood, whether the venue denied it, the probability
        that it would, the venue, and the probability that any venue would by
        :func:`~.institutions.permits.denial_probability`.
    suits, moratoria : ndarray of int, shape (n, 2)
        Month and project.
    calls : ndarray, shape (T, 2)
        Moratoria to be expected, and hosts that could call one: without one, and without a
        project or with one that nobody has approved.
    """

    weeks: IntArray
    live: BoolArray
    organised: BoolArray
    opposing: FloatArray
    gigawatt: BoolArray
    announced: FloatArray
    approved: FloatArray
    withdrawn: FloatArray
    lost_weeks: FloatArray
    hearings: FloatArray
    suits: IntArray
    moratoria: IntArray
    calls: FloatArray

    def month(self, day: date) -> int:
        """Return the last month that begins by a day."""
        return int(np.searchsorted(self.weeks, week_of(day, START), side="right")) - 1


class Nation:
    """The projects of a national world and their hosts, month by month.

    Parameters
    ----------
    world : World
        From :func:`national_world`, its numbers as they should be.
    seed : int
        Of chance.
    streams : Streams, optional
        Of the same seed; one that is used again saves the drawing.
    """

    def __init__(self, world: World, seed: int = 0, streams: Streams | None = None) -> None:
        self.world = world
        self.streams = streams or Streams(seed)
        self.layout = layout = Layout.of(world)
        template, self.communities = _template(len(layout.sites))
        d, count = world.numbers.delivery, len(layout.sites)
        before = d.land_weeks + d.engagement_weeks
        usual = before + world.numbers.regulators.hearing_at * d.permit_weeks
        pace = np.exp(SPREAD * ndtri(self.streams.rows("pace", 0, count)))
        self.talks = layout.announced_week + d.land_weeks * pace
        self.filed = layout.announced_week + before * pace
        self.left = (usual - before) * pace
        past = layout.announced_week + usual * pace < 0
        sites = opening.sites(layout)
        self.sites = replace(sites, approved=past, open_venues=sites.open_venues & ~past[:, None])
        self.society = living.settle_in(layout, self.streams)
        pairs = np.argwhere(np.triu(layout.neighbours))
        heard = mobilisation.heard_by(pairs, np.ones(len(pairs)), len(layout.sites))
        self.concerns = living.Concerns.of(layout, self.society.households, heard)
        self.now = replace(
            template,
            numbers=world.numbers,
            layout=layout,
            society=self.society,
            sites=self.sites,
        )
        nothing = np.zeros(count)
        self.hosted = Hosted(Delivered(*[nothing] * 8), np.ones(count, dtype=bool), MONTH)

    def run(self) -> Course:
        """Live through all months of the world."""
        weeks = np.arange(0, self.world.weeks, MONTH)
        count = len(self.layout.sites)
        live, organised = np.zeros((2, len(weeks), count), dtype=bool)
        opposing = np.zeros((len(weeks), count))
        approved = np.where(self.sites.approved, 0.0, np.nan)
        withdrawn, lost = np.full(count, np.nan), np.zeros(count)
        hearings: list[tuple[float, ...]] = []
        suits: list[tuple[int, int]] = []
        moratoria: list[tuple[int, int]] = []
        called = np.zeros((len(weeks), 2))
        for month, week in enumerate(weeks.tolist()):
            now = self._open(week)
            held = self._held_up(now)
            lost += MONTH * held
            docket = Docket(now, self.streams)
            hearings += [(month, *row) for row in self._hear(now, docket)]
            called[month] = self._fight(now, docket)
            after = docket.sites()
            suits += [(month, n.site) for n in docket.news if n.kind in ("lawsuit", "stayed")]
            paused = (after.moratorium_until > now.sites.moratorium_until).nonzero()[0]
            moratoria += [(month, i) for i in paused.tolist()]
            passed = after.approved & ~after.open_venues.any(axis=1)
            approved[passed & np.isnan(approved)] = week
            withdrawn[after.withdrawn & ~now.sites.withdrawn] = week
            self.left = np.where(week >= self.filed, self.left - MONTH * ~held, self.left)
            self._live(now, after, docket)
            live[month], organised[month] = after.live, self.society.organised
            opposing[month] = self.society.opposing
        return Course(
            weeks=weeks,
            live=live,
            organised=organised & live,
            opposing=opposing,
            gigawatt=self.layout.gigawatt,
            announced=self.layout.announced_week,
            approved=approved,
            withdrawn=withdrawn,
            lost_weeks=lost,
            hearings=np.array(hearings, dtype=float).reshape(-1, 7),
            suits=np.array(suits, dtype=np.int64).reshape(-1, 2),
            moratoria=np.array(moratoria, dtype=np.int64).reshape(-1, 2),
            calls=called,
        )

    def _open(self, week: int) -> Snapshot:
        """Announce what is due and return the world at the start of the month."""
        sites, come = self.sites, self.layout.announced_week <= week
        sites = replace(
            sites,
            announced_week=np.where(come, self.layout.announced_week, np.nan),
            live=come & ~sites.withdrawn,
        )
        gate = sites.unapproved & (week >= self.filed) & (self.left <= 0)
        cases = sites.open_venues & (sites.live & sites.approved)[:, None]
        return replace(
            self.now, week=week, society=self.society, sites=sites, gate=gate, upstream=cases
        )

    def _held_up(self, now: Snapshot) -> BoolArray:
        """Return the projects that redesign, wait out a moratorium or are stopped by a court."""
        sites, week = now.sites, now.week
        paused = (sites.moratorium_until > week) & ~sites.approved
        redesigned = (sites.redesign_until > week) | (sites.venue_until > week).any(axis=1)
        return sites.live & (paused | redesigned | (sites.stay_until > week))

    def _hear(self, now: Snapshot, docket: Docket) -> list[tuple[float, ...]]:
        """Hold all hearings that are due, zoning first; other venues sit a month after it."""
        due = [(i, (Venue.ZONING, *UPSTREAM)[v]) for v, i in np.argwhere(now.docket.T).tolist()]
        whole, rows = denial_chance(now), list[tuple[float, ...]]()
        for i, venue in due:
            before = docket.sites()
            if before.withdrawn[i]:
                continue
            denials = int(before.denials[i])  # the docket writes to its own copy
            chance = docket.denial(i, venue)
            docket.hear(Wishes([HoldHearing(i, int(venue))]))
            denied = docket.sites().denials[i] > denials
            rows.append((i, now.society.organised[i], denied, chance, venue, whole[i]))
        return rows

    def _fight(self, now: Snapshot, docket: Docket) -> tuple[float, float]:
        """Let hosts decide as the model's do, and settle suits, withdrawals and moratoria.

        Returns how many moratoria were to be expected, and how many hosts could call one.
        """
        orders: list[Order] = []
        free = ~now.sites.approved & (now.sites.moratorium_until <= now.week)
        asking = now.society.organised | free & (now.society.support < 0)
        for i in asking.nonzero()[0].tolist():
            orders += self.communities[i].decide(now)
        wishes = Wishes(orders)
        docket.sue(wishes)
        docket.wear_down(wishes)
        docket.pause(wishes)
        rate = permits.hazard_probability(docket.moratorium_rate(), MONTH)
        return float(rate[free].sum()), float(free.sum())

    def _live(self, now: Snapshot, after: Sites, docket: Docket) -> None:
        """Let the hosts talk for a month."""
        talking = (self.talks <= now.week) & (now.week < self.filed) & now.sites.live
        contacts = docket.contacts + talking
        self.society: Society = living.live(
            now, contacts, docket.breaches, self.concerns, self.hosted
        )
        self.sites = after


def denial_chance(now: Snapshot) -> FloatArray:
    """Return the probability that a hearing now would deny each project, shape (C,)."""
    n, society = now.numbers.regulators, now.society
    return permits.denial_probability(
        society.opposing,
        society.supporting,
        0.0,
        now.layout.gigawatt,
        deny_base=n.deny_base,
        deny_opposition=n.deny_opposition,
        deny_support=n.deny_support,
        deny_negotiated=n.deny_negotiated,
        deny_gigawatt=n.deny_gigawatt,
    )


@cache
def _template(count: int) -> tuple[Snapshot, list[Community]]:
    """Return a snapshot and host agents for so many projects; whatever differs is put in anew."""
    world = national_world(CENSUS, National(planned=max(count, 30), thin=1))
    world = world.with_("sites", world.sites[:count]).with_("weeks", 1)
    model = Ecosystem(world, load_strategy("S0"))
    hosts = [cast(Community, actor) for actor in model.actors if isinstance(actor, Community)]
    return model.snapshot(), hosts


class Stage(NamedTuple):
    """A world in which all projects are announced and none is decided, and what hosts weigh."""

    now: Snapshot
    concerns: living.Concerns


def stage_of(world: World, strategy: str = "S0", seed: int = 0) -> Stage:
    """Set the stage under the levers of a strategy; its agreements, if it has any, are signed."""
    nation = Nation(world, seed)
    policy = Policy(nation.layout, load_strategy(strategy))
    count = len(nation.layout.sites)
    sites = replace(
        nation.now.sites, announced_week=np.zeros(count), live=np.ones(count, dtype=bool)
    )
    week = max(int(policy.week), 0) + 1
    levers = policy.in_force(week, sites, nation.society)
    signed = levers.agreement_share_of_capex > 0
    sites = replace(
        sites,
        agreement_week=np.where(signed, week, np.nan),
        agreed_share=levers.agreement_share_of_capex,
        agreed_binding=levers.agreement_binding,
    )
    return Stage(replace(nation.now, week=week, levers=levers, sites=sites), nation.concerns)


def organised_share(
    stage: Stage,
    moods: FloatArray,
    influence: Influence = Influence.FRIEDKIN_JOHNSEN,
    *,
    rounds: int = 13,
) -> FloatArray:
    """Return the share of hosts with a campaign when national mood goes through `moods`.

    Parameters
    ----------
    stage : Stage
        From :func:`stage_of`.
    moods : ndarray, shape (M,)
        Net support, one after the other: each begins with the campaigns of the one before, so
        that a path down and up again shows hysteresis.
    influence : Influence
        Rule of opinion. Under all rules talk begins with what households think by themselves;
        under DeGroot they then listen to one another alone.
    rounds : int
        Months of talk in each mood.

    Returns
    -------
    ndarray, shape (M,)
    """
    now, concerns = stage
    n, people = now.numbers.society, now.society.households
    signed = now.sites.agreement_week <= now.week
    binding = now.sites.agreed_binding * n.agreement_effect * signed
    promised, feared = living.impacts(now, concerns)
    believed = opinion.credibility(
        np.full(len(signed), n.trust_start), binding, n.binding_credibility
    )
    told = opinion.perceived_impact(promised, feared, believed)
    added = now.levers.openness - living.OPENNESS_S0
    open_to = living.OPENNESS_S0 + n.engagement_effect * added
    acting = mobilisation.Mobilised(np.zeros(len(signed)), np.zeros(len(signed)))
    campaign = np.zeros(len(signed), dtype=bool)
    shares: list[float] = []
    for level in moods.tolist():
        anchors = opinion.anchor(
            people.predisposition,
            concerns.weights,
            told,
            open_to,
            mood=level,
            impact_weight=n.impact_weight,
            fairness_weight=n.fairness_weight,
        )
        held = anchors
        for _ in range(rounds):
            held = opinion.opinion_step(
                held,
                anchors,
                people.susceptibility,
                people.neighbours,
                influence=influence,
                confidence=n.confidence,
            )
        example = n.diffusion * (concerns.heard @ acting.opposing)
        acting = mobilisation.mobilise(
            people, held, acting, opinion_to_act=n.opinion_to_act, example=example
        )
        campaign = mobilisation.organised(campaign, acting.opposing, n.organise_on, n.organise_off)
        shares.append(float(campaign.mean()))
    return np.array(shares)


def frozen_mood(world: World, day: date) -> World:
    """Return the world with a mood that stays what it was on a day."""
    at = week_of(day, world.start)
    n = world.numbers.society
    weeks = np.array([week_of(d, world.start) for d in world.mood.dates])
    values = np.array(world.mood.values)
    then = float(mood_at(at, weeks, values, n.mood_later, n.mood_weeks))
    kept = [(d, v) for d, v in zip(world.mood.dates, world.mood.values, strict=True) if d < day]
    mood = DatedSeries(
        dates=(*(d for d, _ in kept), day),
        values=(*(v for _, v in kept), then),
        source=world.mood.source,
        observed_until=day,
    )
    return world.with_("mood", mood).with_values({"numbers.society.mood_later": then})
