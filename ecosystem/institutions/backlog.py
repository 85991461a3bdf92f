"""Makers of long-lead equipment: backlog, lead time and expansion."""

from typing import NamedTuple

import numpy as np

from ecosystem.units import ArrayLike, FloatArray


class Plant(NamedTuple):
    """Production of M makers, shape (M,) each.

    Attributes
    ----------
    capacity : ndarray
        What can be in production at once [MW] (or MW a week, where `waiting` is too).
    due_week : ndarray
        Week in which the expansion under way is ready; NaN where there is none.
    """

    capacity: FloatArray
    due_week: FloatArray


def expand(
    plant: Plant,
    waiting: ArrayLike,
    week: float,
    *,
    backlog_trigger: float,
    expansion_weeks: float,
    expansion_step: float,
) -> Plant:
    """Finish an expansion that is due and decide on the next, one at a time.

    Parameters
    ----------
    plant : Plant
        State before.
    waiting : float or ndarray, shape (M,)
        Orders that found no capacity, in its unit.
    week : float
        Model week.
    backlog_trigger : float
        Waiting orders over capacity beyond which a maker expands.
    expansion_weeks : float
        From decision to capacity.
    expansion_step : float
        Share of capacity that an expansion adds.
    """
    ready = plant.due_week <= week
    capacity = np.where(ready, plant.capacity * (1.0 + expansion_step), plant.capacity)
    idle = ready | np.isnan(plant.due_week)
    decides = idle & (np.asarray(waiting) > backlog_trigger * capacity)
    due = np.where(idle, np.nan, plant.due_week)
    return Plant(capacity, np.where(decides, week + expansion_weeks, due))
