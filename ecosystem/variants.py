"""How a site is built: what the options that it was announced with do to its work.

Equipment may be made ahead of its order, a hall may turn out to be built for other racks than those
that come. Both are known only as the site goes on; what is decided once, at the announcement, is
in :meth:`ecosystem.works.Works.adopt`.
"""

import numpy as np

from ecosystem.cluster.retrofit import retrofit_between
from ecosystem.delivery.activities import IS, Activity
from ecosystem.delivery.progress import Opened, Progress
from ecosystem.layout import Layout
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
    refit_usd : float
        Cost of the refits that began in the last week.
    """

    def __init__(self, layout: Layout) -> None:
        phases = layout.phases
        self.layout = layout
        self.reserved_weeks = np.zeros(phases)
        self.credit_weeks = np.zeros(phases)
        self.hall = np.full(phases, NONE)
        self.refit_weeks = np.zeros(phases)
        self.refit_usd = 0.0
        numbers = layout.world.numbers
        self._retrofit = retrofit_between(  # all positions are rebuilt: no megawatt is lost
            layout.generations,
            1.0,
            numbers.delivery.mep_weeks,
            numbers.options.fitout_usd_per_it_mw,
        )
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
        self.credit_weeks[phases] += share

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
        self.refit_usd = 0.0
        rows = opened.rows[IS[Activity.RACKS][opened.cols]]
        fresh = rows[~self._fitted[rows]]
        if not fresh.size:
            return
        self._fitted[fresh] = True
        layout = self.layout
        foresight = layout.world.numbers.options.hall_foresight_weeks
        designed = layout.newest(progress.start_week[fresh, Activity.SITEWORK] + foresight)
        hall = np.where(self.hall[fresh] == NONE, designed, self.hall[fresh])
        self.refit_weeks[fresh] = self._retrofit.weeks[hall, generation[fresh]]
        progress.duration_weeks[fresh, Activity.RACKS] += self.refit_weeks[fresh]
        cost = self._retrofit.cost_usd[hall, generation[fresh]] * layout.phase_it_mw[fresh]
        self.refit_usd = float(np.add.reduce(cost))
