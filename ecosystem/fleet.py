"""From buildings to hardware: what is usable, and of which generation."""

import numpy as np

from ecosystem.delivery.activities import Activity
from ecosystem.delivery.progress import Progress
from ecosystem.layout import Layout
from ecosystem.units import WEEKS_PER_YEAR, FloatArray, IntArray


def generation_of_phase(layout: Layout, progress: Progress, week: int) -> IntArray:
    """Return the hardware generation of each phase, shape (P,).

    Racks are the newest on the market when they were due for delivery; at the end of their life
    they are renewed in the same megawatts.
    """
    ordered = progress.start_week[:, Activity.CHIPS]
    delivered = np.nan_to_num(ordered, nan=float(week)) + layout.base_weeks[Activity.CHIPS]
    commissioned = progress.finish_week[:, Activity.COMMISSIONING]
    life = layout.world.numbers.chips.chip_life_years * WEEKS_PER_YEAR
    age = np.nan_to_num(week - commissioned, nan=0.0)
    renewed = np.floor(np.maximum(age, 0.0) / life) * life
    return layout.newest(np.where(renewed > 0, commissioned + renewed, delivered))


def usable_mw(
    layout: Layout, usable: FloatArray, generation: IntArray, base_mw: FloatArray
) -> FloatArray:
    """Return facility MW by site and generation; the last row is the installed base.

    Parameters
    ----------
    layout : Layout
    usable : ndarray, shape (P,)
        Usable MW of each phase.
    generation : ndarray of int, shape (P,)
        From :func:`generation_of_phase`.
    base_mw : ndarray, shape (G,)
        Capacity rented outside the programme.

    Returns
    -------
    ndarray, shape (S + 1, G)
    """
    count, kinds = len(layout.sites), len(layout.generations)
    cell = layout.site_of_phase * kinds + generation
    own = np.bincount(cell, usable, count * kinds).reshape(count, kinds)
    return np.vstack([own, base_mw])
