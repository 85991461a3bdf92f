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


def work_off(
    backlog: FloatArray, orders: ArrayLike, capacity_per_week: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the backlog after a week, and what was delivered; both shape (M,).

    Parameters
    ----------
    backlog, orders, capacity_per_week : ndarray, shape (M,)
        Orders on the books, new orders, and what can be made in a week, in one unit.
    """
    due = backlog + orders
    delivered = np.minimum(due, capacity_per_week)
    return due - delivered, delivered


def lead_weeks(
    backlog: ArrayLike, capacity_per_week: ArrayLike, minimum_weeks: float
) -> FloatArray:
    """Return the weeks that an order placed now takes: backlog / capacity + minimum.

    Parameters
    ----------
    backlog, capacity_per_week : float or ndarray, shape (M,)
        Orders on the books and what can be made in a week (> 0), in one unit.
    minimum_weeks : float
        Time in production of one unit.
    """
    return np.asarray(backlog) / capacity_per_week + minimum_weeks
