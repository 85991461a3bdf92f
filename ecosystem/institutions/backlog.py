"""Makers who cannot serve everybody: who gets what, backlog, ramps and expansion."""

from collections.abc import Sequence
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


def allocate(
    capacity: float, orders: Sequence[float], priority: Sequence[float]
) -> tuple[float, ...]:
    """Share out a week's output among customers in proportion to order times priority.

    Parameters
    ----------
    capacity : float
        What there is, >= 0.
    orders : sequence of float
        What each customer asks for, in the same unit, >= 0.
    priority : sequence of float
        Weight of each, > 0.

    Returns
    -------
    tuple of float
        At most what each asked for; the sum is the lesser of capacity and orders. What a
        customer does not need goes to the others in the same proportion.

    Notes
    -----
    A handful of customers, so plain numbers are faster than arrays.
    """
    if sum(orders) <= capacity:
        return tuple(orders)
    given = [0.0] * len(orders)
    open_ones: list[int] = [i for i, order in enumerate(orders) if order > 0]
    while open_ones:
        weight = sum(orders[i] * priority[i] for i in open_ones)
        full = [i for i in open_ones if capacity * priority[i] >= weight]
        if not full:
            for i in open_ones:
                given[i] = capacity * orders[i] * priority[i] / weight
            break
        for i in full:
            given[i] = orders[i]
            capacity -= orders[i]
        open_ones = [i for i in open_ones if i not in full]
    return tuple(given)


def ramp(weeks_since: ArrayLike, ramp_weeks: float, start_share: float) -> FloatArray:
    """Return output over full output, `weeks_since` a product's first deliveries.

    It rises linearly from `start_share` to 1 over `ramp_weeks`.
    """
    grown = np.clip(np.asarray(weeks_since, dtype=float) / ramp_weeks, 0.0, 1.0)
    return start_share + (1.0 - start_share) * grown
