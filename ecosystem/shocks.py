"""Nature and accident: storms that stop outdoor work, outages of makers, alone or together."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecosystem.deals import News
from ecosystem.institutions.permits import hazard_probability
from ecosystem.layout import Layout
from ecosystem.state import MAKER_NAMES, MAKERS, Shocks
from ecosystem.streams import Streams
from ecosystem.units import BoolArray, FloatArray, IntArray

QUARTER_WEEKS = 13


class Hazard(NamedTuple):
    """Outages of one maker: rate [1/yr], mean length [week], share of output lost."""

    per_year: float
    weeks: float
    depth: float


class Strike(NamedTuple):
    """An outage that begins: when, whose (a place in `MAKERS`), how long, what it takes."""

    week: int
    maker: int
    weeks: float
    depth: float
    common: bool


@dataclass(frozen=True, slots=True)
class Weather:
    """The shocks of a whole run, drawn in advance.

    Attributes
    ----------
    outdoors : ndarray, shape (weeks, R)
        Share of each week that storms leave for outdoor work.
    lost : ndarray, shape (weeks, 3)
        Share of the output of each of `MAKERS` that outages take.
    since : ndarray of int, shape (weeks, 3)
        Weeks for which the maker has been out without a break.
    strikes : tuple of Strike
        Outages as they begin.
    choice, partners : ndarray, shape (quarters, S), (quarters, S, B + builders)
        Draws behind the lab's taste.
    calm : list of bool
        Weeks in which nothing is disrupted.
    struck : frozenset of int
        Weeks in which an outage begins.
    usual : dict of int to Shocks
        What all calm weeks of a quarter have in common, by quarter.
    """

    outdoors: FloatArray
    lost: FloatArray
    since: IntArray
    strikes: tuple[Strike, ...]
    choice: FloatArray
    partners: FloatArray
    calm: list[bool]
    struck: frozenset[int]
    usual: dict[int, Shocks]

    @classmethod
    def of(cls, layout: Layout, streams: Streams) -> "Weather":
        """Draw the shocks of a world: they strike at a rate and last exponentially long."""
        world, weeks = layout.world, layout.world.weeks
        build, regions = world.numbers.contractors, len(world.regions)
        storm = time_lost(
            drawn(streams, "storm", weeks, regions),
            drawn(streams, "storm length", weeks, regions),
            build.storm_per_year,
            build.storm_weeks,
        )
        lost, since, strikes = _outages(layout, streams)
        quarters = range(-(-weeks // QUARTER_WEEKS))
        sites, outdoors = len(layout.sites), 1 - storm
        firms = [f"taste for cloud {i}" for i in range(len(world.clouds))]
        firms += [f"taste for builder {i}" for i in range(len(world.contractors))]
        return cls(
            outdoors=outdoors,
            lost=lost,
            since=since,
            strikes=strikes,
            choice=np.array([streams.rows("choice", quarter, sites) for quarter in quarters]),
            partners=np.array(
                [[streams.rows(firm, q, sites) for firm in firms] for q in quarters]
            ).swapaxes(1, 2),
            calm=(~lost.any(axis=1) & (outdoors.min(axis=1) == 1)).tolist(),
            struck=frozenset(strike.week for strike in strikes),
            usual={},
        )

    def shocks(self, week: int) -> Shocks:
        """Return the shocks of a week."""
        quarter = week // QUARTER_WEEKS
        if self.calm[week] and quarter in self.usual:
            return self.usual[quarter]
        shocks = Shocks(
            lost=self.lost[week],
            since=self.since[week],
            out=0.0 if self.calm[week] else float(np.count_nonzero(self.lost[week])),
            weather=self.outdoors[week],
            choice=self.choice[quarter],
            partners=self.partners[quarter],
            calm=self.calm[week],
        )
        if shocks.calm:
            self.usual[quarter] = shocks
        return shocks

    def news(self, week: int) -> list[News]:
        """Return what to tell of the makers who are struck in a week."""
        if week not in self.struck:
            return []
        return [
            News("disruption", -1, MAKERS[strike.maker], _told(strike))
            for strike in self.strikes
            if strike.week == week
        ]


def _told(strike: Strike) -> str:
    name, why = MAKER_NAMES[strike.maker], " by a common cause" if strike.common else ""
    return f"{name}: {strike.depth:.0%} of output is lost for {strike.weeks:.0f} weeks{why}"


def hazards(layout: Layout) -> tuple[Hazard, ...]:
    """Return the outages of each of `MAKERS`."""
    chips, others = layout.world.numbers.chips, layout.world.numbers.disruptions
    return (
        Hazard(chips.outage_per_year, chips.outage_weeks, chips.outage_depth),
        Hazard(others.equipment_per_year, others.equipment_weeks, others.equipment_depth),
        Hazard(others.grid_gear_per_year, others.grid_gear_weeks, others.grid_gear_depth),
    )


def _outages(layout: Layout, streams: Streams) -> tuple[FloatArray, IntArray, tuple[Strike, ...]]:
    """Draw the outages of all makers.

    A marked Poisson process with a common cause (the beta factor of reliability engineering): of
    each maker's outages the common share comes from events that strike makers together. They
    come at that share of the largest rate, and hit a maker with the chance of its rate over the
    largest; so how often each is out does not depend on the share, only how often together.
    While records say what befell sites nobody is struck.
    """
    weeks, makers = layout.world.weeks, hazards(layout)
    shared = layout.world.numbers.disruptions.common_share
    alone = drawn(streams, "outage", weeks, len(makers))
    alone_length = drawn(streams, "outage length", weeks, len(makers))
    cause = drawn(streams, "common cause", weeks, len(makers) + 2)
    together, length, marks = cause[:, 0], cause[:, 1], cause[:, 2:]
    largest = max(hazard.per_year for hazard in makers)
    common = together < float(hazard_probability(shared * largest, 1))
    free = np.arange(weeks) >= layout.week(layout.world.history_until or layout.world.start)
    lost, since = np.zeros((weeks, len(makers))), np.zeros((weeks, len(makers)), dtype=np.int64)
    strikes: list[Strike] = []
    for k, hazard in enumerate(makers):
        chance = float(hazard_probability((1 - shared) * hazard.per_year, 1))
        own = free & (alone[:, k] < chance)
        hit = free & common & (marks[:, k] * largest < hazard.per_year)
        lasts = np.maximum(
            np.where(own, -hazard.weeks * np.log1p(-alone_length[:, k]), 0.0),
            np.where(hit, -hazard.weeks * np.log1p(-length), 0.0),
        )
        out = _share_of_week(own | hit, lasts)
        lost[:, k], since[:, k] = hazard.depth * out, _weeks_since(out > 0)
        if hazard.depth > 0:
            strikes += [
                Strike(int(week), k, float(lasts[week]), hazard.depth, bool(hit[week]))
                for week in np.flatnonzero(own | hit)
            ]
    return lost, since, tuple(sorted(strikes))


def drawn(streams: Streams, stream: str, weeks: int, slots: int) -> FloatArray:
    """Return the draws of a stream for a whole run, shape (weeks, slots)."""
    return np.array([streams.rows(stream, week, slots) for week in range(weeks)])


def time_lost(
    strikes: FloatArray, lengths: FloatArray, rate_per_year: float, mean_weeks: float
) -> FloatArray:
    """Return the share of each week that a shock takes, shape of `strikes`, (weeks, n).

    A shock that ends within a week takes its part of it; shocks overlap without adding up.
    """
    struck = strikes < float(hazard_probability(rate_per_year, 1))
    return _share_of_week(struck, -mean_weeks * np.log1p(-lengths))


def _share_of_week(struck: BoolArray, lasts_weeks: FloatArray) -> FloatArray:
    """Return the share of each week that is lost, time first, from when shocks strike."""
    week = np.arange(len(struck), dtype=float).reshape(-1, *[1] * (struck.ndim - 1))
    until = np.where(struck, week + lasts_weeks, -np.inf)
    return np.clip(np.maximum.accumulate(until, axis=0) - week, 0.0, 1.0)


def _weeks_since(out: BoolArray) -> IntArray:
    """Return for how many weeks before each one there has been an outage without a break."""
    week = np.arange(len(out))
    well = np.maximum.accumulate(np.where(out, -1, week))
    return np.where(out, week - well - 1, 0)
