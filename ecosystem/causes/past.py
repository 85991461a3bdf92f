"""How delivery stood in an earlier week, worked out from the record of a run.

With hindsight about the work itself: how long it would turn out, and how it would be powered,
counts as known from the beginning, but not that racks would be waited for or a hall refitted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ecosystem import opening
from ecosystem.causes.study import Study
from ecosystem.delivery.activities import ACTIVITIES, Activity, Network, without
from ecosystem.delivery.critical_path import Forecast, remaining_forecast
from ecosystem.delivery.progress import Progress
from ecosystem.delivery.record import Offers, decode
from ecosystem.units import BoolArray, FloatArray


class Then(NamedTuple):
    """Delivery at the start of a week: what was known, and what was left to do."""

    week: int
    network: Network
    progress: Progress
    not_before: FloatArray
    active: BoolArray

    def forecast(self) -> Forecast:
        """Return when what was left could be done if nothing held it back from then on."""
        return remaining_forecast(self.network, self.progress, self.not_before, self.week)


@dataclass(slots=True)
class Past:
    """The earlier weeks of one run, in order of time."""

    study: Study
    offers: Offers
    work: FloatArray

    @classmethod
    def of(cls, study: Study) -> "Past":
        """Return the past of a study."""
        offers, progress = decode(study.runs), study.works.progress
        at = offers.rows * ACTIVITIES + offers.cols
        first = np.flatnonzero(np.diff(at, prepend=-1))
        rows, cols = offers.rows[first], offers.cols[first]
        # the first span of work reaches back to the day on which it could begin
        fresh = np.isnan(progress.inherited_weeks[rows, cols])
        span = np.ones(len(at))
        span[first] += fresh * (offers.week[first] - progress.start_week[rows, cols])
        work = offers.availability.min(axis=1, initial=1.0) * span
        by_week = np.argsort(offers.week, kind="stable")
        week, rows, cols, allowed = offers
        sorted_ = Offers(week[by_week], rows[by_week], cols[by_week], allowed[by_week])
        return cls(study, sorted_, work[by_week])

    def weeks(self, every: int) -> Iterator[Then]:
        """Yield how things stood in weeks 0, `every`, 2 `every`, ... before the study's."""
        works = self.study.works
        final, worked = works.progress, np.nan_to_num(works.progress.inherited_weeks)
        limits = opening.history(self.study.layout, final.duration_weeks)[1]
        network = self.study.network_as_announced()
        done, withdrawn = 0, -1
        for week in range(0, self.study.week, every):
            until = int(np.searchsorted(self.offers.week, week))
            new = slice(done, until)
            np.add.at(worked, (self.offers.rows[new], self.offers.cols[new]), self.work[new])
            network, limits = self._without(network, limits, withdrawn, week)
            done, withdrawn = until, week
            known = final.duration_weeks - works.variants.found_later(final.start_week, week)
            then = _at(replace(final, duration_weeks=known), worked, week)
            yield Then(week, network, then, limits, self._active(week))

    def _active(self, week: int) -> BoolArray:
        works, layout = self.study.works, self.study.layout
        announced = (self.study.announced_week < week)[layout.site_of_phase]
        begun = (layout.active_week <= week)[layout.site_of_phase]
        return (announced | begun) & ~(works.cancelled_week < week)

    def _without(
        self, network: Network, limits: FloatArray, since: int, week: int
    ) -> tuple[Network, FloatArray]:
        """Take out the phases given up in weeks `since` <= w < `week`, as `progress.withdraw`."""
        works = self.study.works
        sitework = Activity.SITEWORK
        given_up = np.unique(works.cancelled_week[works.cancelled_week < week])
        for w in given_up[given_up >= since].tolist():
            gone = np.flatnonzero(works.cancelled_week == w)
            finished = works.progress.finish_week[gone, sitework] <= w + 1
            waiting = ~(works.progress.start_week[:, sitework] <= w)
            after = without(network, gone[~finished], waiting)
            freed = after.previous != network.previous
            limits = limits.copy()
            limits[freed, sitework] = np.maximum(limits[freed, sitework], w)
            network = after
        return network, limits


def _at(final: Progress, worked: FloatArray, week: int) -> Progress:
    """Return the progress at the start of a week, as far as a forecast needs it."""
    # what is on record is known from the beginning
    begun = final.history | (final.start_week <= week)
    done = final.history | (final.finish_week <= week)
    work = np.where(done, final.duration_weeks, np.minimum(worked, final.duration_weeks))
    return replace(
        final,
        worked_weeks=work,
        start_week=np.where(begun, final.start_week, np.nan),
        finish_week=np.where(done, final.finish_week, np.nan),
    )
