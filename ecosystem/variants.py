"""How a site is built: what the options that it was announced with do to its work.

Equipment may be made ahead of its order, a hall may turn out to be built for other racks than those
that come. Both are known only as the site goes on; what is decided once, at the announcement, is
in :meth:`ecosystem.works.Works.adopt`.
"""

from collections.abc import Sequence

import numpy as np

from ecosystem.delivery.activities import IS, Activity
from ecosystem.delivery.progress import Opened, Progress
from ecosystem.layout import Layout
from ecosystem.orders import AwaitGeneration
from ecosystem.units import FloatArray, IntArray

NONE = -1


class Variants:
    """Reservations and halls of the P phases.

    Attributes
    ----------
    reserved_weeks : ndarray, shape (P,)
        Weeks of equipment lead that are to be bought ahead.
    credit_weeks : ndarray, shape (P,)
        Weeks that have been made ahead so far.
    hall : ndarray of int, shape (P,)
        Generation that a repeated design was made for; -1 where halls are designed afresh.
    refit_weeks : ndarray, shape (P,)
        Work to fit a hall to racks that it was not built for.
    refit_usd : ndarray, shape (S,)
        Cost of the refits that began in the last week.
    awaited_weeks : ndarray, shape (P,)
        Weeks by which the order of racks was put off for the next generation.
    """

    def __init__(self, layout: Layout) -> None:
        phases = layout.phases
        self.layout = layout
        self.reserved_weeks = np.zeros(phases)
        self.credit_weeks = np.zeros(phases)
        self.hall = np.full(phases, NONE)
        self.refit_weeks = np.zeros(phases)
        self.refit_usd = layout.no_usd
        self.awaited_weeks = np.zeros(phases)
        self._awaiting: dict[int, float] = {}
        self._fitted = np.zeros(phases, dtype=bool)
        self._reserving: IntArray = np.zeros(0, dtype=np.int64)

    def reserve(self, phases: IntArray, weeks: float) -> None:
        """Order equipment of `phases` that many weeks ahead."""
        self.reserved_weeks[phases] = weeks
        self._reserving = np.flatnonzero(self.reserved_weeks > self.credit_weeks)

    def reserving(self, progress: Progress, opened: Opened) -> IntArray:
        """Return the phases whose equipment is being made ahead, shape (n,).

        What was made ahead comes off the work of equipment that is ordered now (in place).
        """
        if not self._reserving.size:
            return self._reserving
        ordered = opened.rows[IS[Activity.EQUIPMENT][opened.cols]]
        ordered = ordered[self.credit_weeks[ordered] > 0]
        if ordered.size:
            floor = self.layout.world.numbers.options.reserved_floor_share
            lead = progress.duration_weeks[ordered, Activity.EQUIPMENT]
            left = np.maximum(lead - self.credit_weeks[ordered], floor * lead)
            progress.duration_weeks[ordered, Activity.EQUIPMENT] = left
            self.credit_weeks[ordered] = 0.0
        waiting = np.isnan(progress.start_week[self._reserving, Activity.EQUIPMENT])
        wanted = self.credit_weeks[self._reserving] < self.reserved_weeks[self._reserving]
        self._reserving = self._reserving[waiting]
        return self._reserving[wanted[waiting]]

    def credit(self, phases: IntArray, share: FloatArray) -> None:
        """Count a week of production ahead, as far as there were slots."""
        if phases.size:
            self.credit_weeks[phases] += share

    def agree_to_wait(self, orders: Sequence[AwaitGeneration]) -> None:
        """Keep until which week orders of racks are put off once they come up."""
        if orders:
            self._awaiting |= dict(orders)

    def put_off(self, progress: Progress, opened: Opened) -> None:
        """Let orders that come up now wait for the next generation, as was decided (in place).

        The wait counts as work of the order, so that plans and replays know it as such.
        """
        if not self._awaiting:
            return
        ordered = set(opened.rows[opened.cols == Activity.CHIPS].tolist())
        for phase in sorted(ordered & self._awaiting.keys()):
            until = self._awaiting.pop(phase)
            wait = max(until - float(progress.start_week[phase, Activity.CHIPS]), 0.0)
            progress.duration_weeks[phase, Activity.CHIPS] += wait
            self.awaited_weeks[phase] = wait

    def found_later(self, start_week: FloatArray, week: int) -> FloatArray:
        """Return the work that was added after a week to what then had not begun, shape (P, A).

        `start_week`: of every activity by now, shape (P, A).
        """
        added = np.zeros_like(start_week)
        for activity, weeks in (
            (Activity.CHIPS, self.awaited_weeks),
            (Activity.RACKS, self.refit_weeks),
        ):
            # what begins within a week is found as that week opens
            added[:, activity] = np.where(start_week[:, activity] <= week - 1, 0.0, weeks)
        return added

    def refit(self, progress: Progress, opened: Opened, generation: IntArray) -> None:
        """Add the refit of halls whose racks begin to be placed and draw more than was planned.

        Parameters
        ----------
        progress : Progress
            Its duration of rack placing grows (in place).
        opened : Opened
        generation : ndarray of int, shape (P,)
            Of the racks that came.
        """
        self.refit_usd = self.layout.no_usd
        rows = opened.rows[IS[Activity.RACKS][opened.cols]]
        fresh = rows[~self._fitted[rows]]
        if not fresh.size:
            return
        self._fitted[fresh] = True
        layout = self.layout
        foresight = layout.world.numbers.options.hall_foresight_weeks
        designed = layout.newest(progress.start_week[fresh, Activity.SITEWORK] + foresight)
        hall = np.where(self.hall[fresh] == NONE, designed, self.hall[fresh])
        self.refit_weeks[fresh] = layout.refit_weeks[hall, generation[fresh]]
        progress.duration_weeks[fresh, Activity.RACKS] += self.refit_weeks[fresh]
        cost = layout.refit_usd_per_mw[hall, generation[fresh]] * layout.phase_it_mw[fresh]
        self.refit_usd = np.bincount(layout.site_of_phase[fresh], cost, len(layout.sites))
