"""Nature and accident: storms that stop outdoor work, disruptions of the chip supply."""

from dataclasses import dataclass
from math import log

import numpy as np

from ecosystem.institutions.permits import hazard_probability
from ecosystem.numbers import Numbers
from ecosystem.state import Shocks
from ecosystem.streams import Streams
from ecosystem.units import FloatArray


@dataclass(frozen=True, slots=True)
class Weather:
    """Until when a storm stops each region, shape (R,), and a disruption the chip maker."""

    storm_until: FloatArray
    outage_until: float

    @classmethod
    def calm(cls, regions: int) -> "Weather":
        """Return a world without any shock under way."""
        return cls(np.full(regions, -np.inf), -np.inf)

    def next(self, week: int, numbers: Numbers, streams: Streams) -> "Weather":
        """Return the shocks of a week: new ones strike at a rate and last exponentially long."""
        build, chips = numbers.contractors, numbers.chips
        regions = len(self.storm_until)
        strike = streams.rows("storm", week, regions) < float(
            hazard_probability(build.storm_per_year, 1)
        )
        storm = self.storm_until
        if strike.any():
            length = -build.storm_weeks * np.log1p(-streams.rows("storm length", week, regions))
            storm = np.where(strike, np.maximum(storm, week + length), storm)
        outage = self.outage_until
        if streams.one("outage", week) < float(hazard_probability(chips.outage_per_year, 1)):
            length = -chips.outage_weeks * log(1 - streams.one("outage length", week))
            outage = max(outage, week + length)
        return Weather(storm, outage)

    def shocks(self, week: int, numbers: Numbers, choice: FloatArray) -> Shocks:
        """Return what the shocks leave of supply and of outdoor work this week."""
        # a storm that ends within the week takes its share of it
        weather = 1 - np.clip(self.storm_until - week, 0, 1)
        lost = min(max(self.outage_until - week, 0.0), 1.0) * numbers.chips.outage_depth
        return Shocks(1 - lost, weather, choice)
