"""What hosts come to feel of a site that builds and runs; whether promises to them were kept."""

from typing import NamedTuple

import numpy as np

from ecosystem.society.households import Impact
from ecosystem.units import ONE, ArrayLike, BoolArray, FloatArray

MOST_BENEFIT = 1.5
"""More of a benefit than promised counts up to this multiple of the promise (assumption)."""


class Delivered(NamedTuple):
    """What sites brought to C host communities over a period, shape (C,) each.

    Attributes
    ----------
    jobs_kept, taxes_kept : ndarray
        Residents' jobs and local taxes over what was promised for the whole site, >= 0.
    bills_usd, water_m3 : ndarray
        Change of the cost of living, and water drawn, a household and year.
    noise_mw : ndarray
        Megawatts of engines that would be as loud and dirty as what builds and runs.
    visible_mw : ndarray
        Megawatts that stand or are being built.
    built_share, running_share : ndarray
        Share of the announced megawatts that is visible, in use, in [0, 1].
    """

    jobs_kept: FloatArray
    taxes_kept: FloatArray
    bills_usd: FloatArray
    water_m3: FloatArray
    noise_mw: FloatArray
    visible_mw: FloatArray
    built_share: FloatArray
    running_share: FloatArray


class Scales(NamedTuple):
    """What counts as a full impact (1 on the scale of impacts), > 0; see `numbers.society`."""

    money_usd: float
    water_m3: float
    noise_mw: float
    land_mw: float


def noise_mw(
    building_mw: ArrayLike,
    running_mw: ArrayLike,
    plant_mw: ArrayLike,
    plant_noise: ArrayLike,
    *,
    noise_building: float,
    noise_cooling: float,
) -> FloatArray:
    """Return the megawatts of engines that would be as loud and dirty, shape (C,).

    Parameters
    ----------
    building_mw, running_mw, plant_mw : float or ndarray, shape (C,)
        Megawatts under construction, in use, and powered by generation on site.
    plant_noise : float or ndarray, shape (C,)
        Noise and air of that generation over those of engines; fuel cells have little of both.
    noise_building, noise_cooling : float
        The same of a building site and of a running hall.
    """
    works = noise_building * np.asarray(building_mw) + noise_cooling * np.asarray(running_mw)
    return works + np.asarray(plant_noise) * plant_mw


def felt_impacts(
    delivered: Delivered,
    promised: FloatArray,
    water_stress: FloatArray,
    capped: ArrayLike,
    scales: Scales,
) -> FloatArray:
    """Return the impacts that hosts live with, on the scale of what they were told.

    Parameters
    ----------
    delivered : Delivered
        C communities.
    promised : ndarray, shape (2,) or (C, 2)
        What the full promise of jobs and of taxes would be worth, on the scale of impacts.
    water_stress : ndarray, shape (C,)
        Stress of the basin, in [0, 1].
    capped : float or ndarray, shape (C,)
        Share of water use, noise and air that caps which hold take away.
    scales : Scales

    Returns
    -------
    ndarray, shape (C, 6)
        In the order of :class:`~.households.Impact`, in [-1, 1]; negative is harm.

    Notes
    -----
    Benefits are worth their promise times what came of it; harms are quantities over the quantity
    that counts as a full impact, however they were talked about. Linear in both; an assumption.
    """
    left = 1.0 - np.asarray(capped)
    felt = np.empty((len(delivered.jobs_kept), len(Impact)))
    felt[:, Impact.JOBS] = promised[..., 0] * np.minimum(delivered.jobs_kept, MOST_BENEFIT)
    felt[:, Impact.TAXES] = promised[..., 1] * np.minimum(delivered.taxes_kept, MOST_BENEFIT)
    felt[:, Impact.BILLS] = -delivered.bills_usd / scales.money_usd
    stress = 0.5 + water_stress
    felt[:, Impact.WATER] = -delivered.water_m3 / scales.water_m3 * stress * left
    felt[:, Impact.NOISE_AIR] = -delivered.noise_mw / scales.noise_mw * left
    felt[:, Impact.LAND] = -delivered.visible_mw / scales.land_mw
    return np.minimum(np.maximum(felt, -ONE, out=felt), ONE, out=felt)


def experience_step(
    experience: FloatArray, share: FloatArray, weeks: float, experience_weeks: float
) -> FloatArray:
    r"""Return how much of what people think of a site rests on experience, in [0, 1].

    Parameters
    ----------
    experience : ndarray, shape (...,)
        Before.
    share : ndarray, broadcast against `experience`
        Share of the site that can be experienced, in [0, 1], which experience moves towards.
    weeks : float
        Length of the step.
    experience_weeks : float
        Time constant, > 0.

    Notes
    -----
    Exact over a step of any length: :math:`e \leftarrow s + (e - s)\,e^{-\Delta t/\tau}`.
    """
    return share + (experience - share) * np.exp(-weeks / experience_weeks)


def seen(built: FloatArray, running: FloatArray, hidden_share: float) -> FloatArray:
    """Return the part of each judgement that experience has taken over, shape (C, 6).

    Parameters
    ----------
    built, running : ndarray, shape (C,)
        Experience of a site that stands, and of one that runs.
    hidden_share : float
        Share of the judgement on bills and water that no experience replaces: neither can be seen.
    """
    share = np.empty((len(built), len(Impact)))
    share[:, [Impact.JOBS, Impact.NOISE_AIR, Impact.LAND]] = built[:, None]
    share[:, Impact.TAXES] = running
    share[:, [Impact.BILLS, Impact.WATER]] = ((1.0 - hidden_share) * running)[:, None]
    return share


def shortfall(delivered: ArrayLike, promised: ArrayLike, tolerance: float) -> FloatArray:
    """Return the share of a promise that is missing, 0 where no more is than people tolerate.

    Parameters
    ----------
    delivered, promised : float or ndarray, shape (n,)
        >= 0; a promise of nothing is kept.
    tolerance : float
        Missing share that still counts as kept, in [0, 1].
    """
    due = np.asarray(promised, dtype=float)
    part = np.divide(delivered, due, out=np.ones_like(due), where=due > 0)
    missing = 1.0 - np.clip(part, 0.0, 1.0)
    return np.where(missing > tolerance, missing, 0.0)


def caps_broken(
    draws: FloatArray, capped: BoolArray, cap_breach_per_year: float, years: float
) -> BoolArray:
    """Return where caps on water, noise and air are exceeded within a period, shape (C,).

    Parameters
    ----------
    draws : ndarray, shape (C,)
        Uniform draws.
    capped : ndarray of bool, shape (C,)
        Where caps are agreed and there is something that could exceed them.
    cap_breach_per_year : float
        Rate of such breaches.
    years : float
        Length of the period.
    """
    return capped & (draws < -np.expm1(-cap_breach_per_year * years))
