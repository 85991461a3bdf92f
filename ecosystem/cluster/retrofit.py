"""Fitting a hall to racks that it was not built for: what fits, how long it takes, what it costs.

A hall delivers its power and coolant in positions of so many kilowatts. A denser rack either takes
several positions, at once and for nothing but with power left over in each, or its position is
rebuilt: busways, coolant distribution and manifolds for the power that is missing. The transformers
and the plant outside the hall stay as they are, so the hall never holds more than its IT power.
"""

from dataclasses import dataclass

import numpy as np

from ecosystem.cluster.facility import racks, retrofit_racks
from ecosystem.cluster.hardware import Generations
from ecosystem.units import ArrayLike, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Retrofit:
    """What a retrofit gives and takes, arrays that broadcast alike.

    Attributes
    ----------
    racks : ndarray
        Racks that the hall then holds.
    it_mw : ndarray
        IT power that they draw, at most that of the hall [MW].
    weeks : ndarray
        Weeks of work in the hall, 0 where nothing is rebuilt.
    cost_usd : ndarray
        Cost of that work without the racks [USD].
    """

    racks: FloatArray
    it_mw: FloatArray
    weeks: FloatArray
    cost_usd: FloatArray


def retrofit(
    positions: ArrayLike,
    hall_mw: ArrayLike,
    position_kw: ArrayLike,
    rack_kw: ArrayLike,
    rebuilt: ArrayLike,
    fitout_weeks: ArrayLike,
    fitout_usd_per_mw: ArrayLike,
) -> Retrofit:
    """Return what fitting racks of `rack_kw` into a hall takes.

    Parameters
    ----------
    positions, hall_mw, position_kw : float or ndarray
        Rack positions, IT power [MW], and what busways and loops deliver to a position [kW].
    rack_kw : float or ndarray
        Power of the new racks [kW].
    rebuilt : float or ndarray
        Share of the hall whose positions are rebuilt for them, 0 to 1.
    fitout_weeks, fitout_usd_per_mw : float or ndarray
        What the mechanical and electrical fit-out of such a hall takes when it is new.

    Notes
    -----
    Of a fit-out, the part is repeated by which the new rack draws more than its position
    delivers, 1 - position/rack; a rack that draws no more goes in as it is. That part, and that
    crews go through the hall row by row, are assumptions: no retrofit has been published with
    both densities, its weeks and its cost.
    """
    missing = np.maximum(1.0 - np.asarray(position_kw) / rack_kw, 0.0)
    work = missing * rebuilt
    whole = np.minimum(positions, racks(hall_mw, rack_kw))
    held = retrofit_racks(positions, hall_mw, position_kw, rack_kw)
    held = held + rebuilt * (whole - held)
    return Retrofit(
        racks=held,
        it_mw=held * rack_kw / 1e3,
        weeks=np.asarray(fitout_weeks * work),
        cost_usd=np.asarray(fitout_usd_per_mw * hall_mw * work),
    )


def retrofit_between(
    generations: Generations,
    rebuilt: ArrayLike,
    fitout_weeks: ArrayLike,
    fitout_usd_per_mw: ArrayLike,
) -> Retrofit:
    """Return the same for one IT MW of every hall and generation, arrays of shape (G, G).

    Row: the generation that a hall was built for, all its positions filled at its rack power.
    Column: the generation that goes in.
    """
    built = generations.rack_kw[:, None]
    return retrofit(
        racks(1.0, built),
        1.0,
        built,
        generations.rack_kw[None, :],
        rebuilt,
        fitout_weeks,
        fitout_usd_per_mw,
    )
