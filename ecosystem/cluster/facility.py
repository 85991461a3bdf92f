"""From facility megawatts to racks, and what they draw and drink.

Two ratios differ and both matter. The *design ratio* is facility over IT power at nameplate: it
says how much IT fits behind a substation. *PUE* is facility over IT energy over a year: it says
what the meter reads. The meter cannot read more than nameplate, so PUE is capped by the ratio.
"""

import numpy as np

from ecosystem.units import HOURS_PER_WEEK, ArrayLike, FloatArray

LITRES_PER_KWH = 3.6 / 2.43  # evaporated by a kWh of heat; water at 30 C takes 2.43 MJ/kg


def blend(closed_loop: ArrayLike, evaporative: ArrayLike, closed: ArrayLike) -> FloatArray:
    """Return the mean of a quantity over halls with evaporative and closed-loop cooling.

    Parameters
    ----------
    closed_loop : float or ndarray
        Share of halls on closed loops, 0 to 1.
    evaporative, closed : float or ndarray
        The quantity under either, broadcast against `closed_loop`.
    """
    return np.asarray(evaporative + closed_loop * (closed - evaporative))


def it_mw(facility_mw: ArrayLike, design_ratio: ArrayLike) -> FloatArray:
    """Return IT MW behind `facility_mw` at facility/IT `design_ratio` >= 1 (nameplate)."""
    return np.asarray(facility_mw / design_ratio)


def facility_mw(it: ArrayLike, design_ratio: ArrayLike) -> FloatArray:
    """Return facility MW that `it` MW of IT need; the inverse of `it_mw`."""
    return np.asarray(it * design_ratio)


def racks(it: ArrayLike, rack_kw: ArrayLike) -> FloatArray:
    """Return racks (not rounded: a hall is a sum of rows) that `it` MW power at `rack_kw`."""
    return np.asarray(it * 1e3 / rack_kw)


def accelerators(it: ArrayLike, rack_kw: ArrayLike, per_rack: ArrayLike) -> FloatArray:
    """Return accelerators that `it` MW power, `per_rack` in each rack of `rack_kw`."""
    return racks(it, rack_kw) * per_rack


def energy_mwh_per_week(it: ArrayLike, pue: ArrayLike, design_ratio: ArrayLike) -> FloatArray:
    """Return facility energy [MWh/week] of `it` MW that run all week.

    Accelerators that wait for requests are counted as busy: fleets fill idle time with batch
    work, and what they would save is not published.
    """
    return it * np.minimum(pue, design_ratio) * HOURS_PER_WEEK


def water_m3_per_week(it: ArrayLike, wue_l_per_kwh: ArrayLike) -> FloatArray:
    """Return water drawn on site [m3/week] by `it` MW that run all week.

    WUE is litres per IT kWh (The Green Grid, white paper 35, 2011); 1 L/kWh is 1 m3/MWh.
    """
    return np.asarray(it * HOURS_PER_WEEK * wue_l_per_kwh)


def warm_share(mean_c: ArrayLike, swing_c: ArrayLike, limit_c: ArrayLike) -> FloatArray:
    """Return the share of a year in which the air is warmer than `limit_c`, 0 to 1.

    Air of `mean_c` that swings by `swing_c` either way over the year: above the limit for
    arccos((limit - mean)/swing)/pi of it. Below the limit cold air cools alone.
    """
    swing = np.maximum(swing_c, 1e-9)
    return np.arccos(np.clip((limit_c - np.asarray(mean_c)) / swing, -1.0, 1.0)) / np.pi


def chiller_pue(warm: ArrayLike, cop: ArrayLike) -> FloatArray:
    """Return what chillers that run for the share `warm` of a year add to PUE.

    They remove the IT heat at a coefficient of performance `cop` (5 to 7, water-cooled).
    """
    return np.asarray(warm / np.asarray(cop, dtype=np.float64))


def evaporative_wue(warm: ArrayLike, cycles: ArrayLike) -> FloatArray:
    """Return litres per IT kWh of towers that run for the share `warm` of a year.

    A kilowatt-hour of heat evaporates 3.6/2.43 = 1.48 litres (latent heat at 30 C); blowdown at
    `cycles` of concentration > 1 adds 1/(cycles - 1) of that. All year at 5 cycles: 1.85.
    """
    return LITRES_PER_KWH * warm * (1.0 + 1.0 / (np.asarray(cycles, dtype=np.float64) - 1.0))


def heat_mwh_per_week(
    energy_mwh: ArrayLike, water_m3: ArrayLike, cycles: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return heat that leaves with warm air or water, and with vapour [MWh/week].

    All electricity ends as heat; what evaporates of the water drawn takes its latent heat along.
    """
    evaporated = water_m3 * (1.0 - 1.0 / np.asarray(cycles, dtype=np.float64))
    latent = np.minimum(evaporated / LITRES_PER_KWH, energy_mwh)
    return energy_mwh - latent, latent


def retrofit_racks(
    positions: ArrayLike, hall_mw: ArrayLike, position_kw: ArrayLike, rack_kw: ArrayLike
) -> FloatArray:
    """Return racks of `rack_kw` that fit a hall built for `positions` racks of `position_kw`.

    Bound by floor, by the hall's IT power, and by what busways and coolant loops deliver: a
    denser rack takes as many positions as its power needs.
    """
    taken = np.maximum(np.ceil(np.asarray(rack_kw) / position_kw), 1.0)
    return np.minimum(positions / taken, racks(hall_mw, rack_kw))


def water_limited_share(available_m3: ArrayLike, needed_m3: ArrayLike) -> FloatArray:
    """Return the share of load that can run when drought rules allow `available_m3` a week."""
    short = needed_m3 > np.asarray(available_m3)
    return np.where(short, available_m3 / np.where(short, needed_m3, 1.0), 1.0)


def freeze_limited_share(frost_hours: ArrayLike, exposed_share: ArrayLike) -> FloatArray:
    """Return the share of a week that runs when frost stops `exposed_share` of the load.

    `frost_hours` are those of the week, 0 to 168, in which lines without glycol or heat tracing
    must be drained.
    """
    return np.asarray(1.0 - exposed_share * frost_hours / HOURS_PER_WEEK)
