"""Nature and accident: storms that stop outdoor work, disruptions of the chip supply."""

from dataclasses import dataclass

import numpy as np

from ecosystem.institutions.permits import hazard_probability
from ecosystem.layout import Layout
from ecosystem.state import Shocks
from ecosystem.streams import Streams
from ecosystem.units import FloatArray

QUARTER_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Weather:
    """The shocks of a whole run, drawn in advance.

    Attributes
    ----------
    outdoors : ndarray, shape (weeks, R)
        Share of each week that storms leave for outdoor work.
    chips : ndarray, shape (weeks,)
        Share of the chip supply that disruptions leave.
    choice, partners : ndarray, shape (quarters, S), (quarters, S, B + builders)
        Draws behind the lab's taste.
    calm : list of bool
        Weeks in which nothing is disrupted.
    """

    outdoors: FloatArray
    chips: FloatArray
    choice: FloatArray
    partners: FloatArray
    calm: list[bool]

    @classmethod
    def of(cls, layout: Layout, streams: Streams) -> "Weather":
        """Draw the shocks of a world: they strike at a rate and last exponentially long."""
        world, weeks = layout.world, layout.world.weeks
        build, chips = world.numbers.contractors, world.numbers.chips
        regions = len(world.regions)

        storm = time_lost(
            drawn(streams, "storm", weeks, regions),
            drawn(streams, "storm length", weeks, regions),
            build.storm_per_year,
            build.storm_weeks,
        )
        outage = time_lost(
            drawn(streams, "outage", weeks, 1),
            drawn(streams, "outage length", weeks, 1),
            chips.outage_per_year,
            chips.outage_weeks,
        )
        quarters = range(-(-weeks // QUARTER_WEEKS))
        sites = len(layout.sites)
        firms = [f"taste for cloud {i}" for i in range(len(world.clouds))]
        firms += [f"taste for builder {i}" for i in range(len(world.contractors))]
        left, outdoors = 1 - outage[:, 0] * chips.outage_depth, 1 - storm
        return cls(
            outdoors=outdoors,
            chips=left,
            choice=np.array([streams.rows("choice", quarter, sites) for quarter in quarters]),
            partners=np.array(
                [[streams.rows(firm, q, sites) for firm in firms] for q in quarters]
            ).swapaxes(1, 2),
            calm=((left == 1) & (outdoors.min(axis=1) == 1)).tolist(),
        )

    def shocks(self, week: int) -> Shocks:
        """Return the shocks of a week."""
        return Shocks(
            chips=float(self.chips[week]),
            weather=self.outdoors[week],
            choice=self.choice[week // QUARTER_WEEKS],
            partners=self.partners[week // QUARTER_WEEKS],
            calm=self.calm[week],
        )


def drawn(streams: Streams, stream: str, weeks: int, slots: int) -> FloatArray:
    """Return the draws of a stream for a whole run, shape (weeks, slots)."""
    return np.array([streams.rows(stream, week, slots) for week in range(weeks)])


def time_lost(
    strikes: FloatArray, lengths: FloatArray, rate_per_year: float, mean_weeks: float
) -> FloatArray:
    """Return the share of each week that a shock takes, shape of `strikes`, (weeks, n).

    A shock that ends within a week takes its part of it; shocks overlap without adding up.
    """
    week = np.arange(len(strikes))[:, None]
    struck = strikes < float(hazard_probability(rate_per_year, 1))
    until = np.where(struck, week - mean_weeks * np.log1p(-lengths), -np.inf)
    return np.clip(np.maximum.accumulate(until, axis=0) - week.astype(float), 0.0, 1.0)
