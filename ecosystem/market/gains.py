"""Gains of the loops, growth in balance, and the regime of a week. Arrays are taken, too."""

import math
from typing import Literal

import numpy as np

from ecosystem.market.rules import SHORTFALL_TOLERANCE, MarketRules
from ecosystem.units import ArrayLike

type Regime = Literal[
    "decline", "finance_driven", "delivery_limited", "demand_saturated", "overbuild"
]


def gamma_demand(
    capability_per_decade: ArrayLike, demand_width: ArrayLike, saturation: ArrayLike = 0.0
) -> ArrayLike:
    r"""Return the gain of the demand loop, :math:`\Gamma_D = s(1-F)/(w\ln 10)`.

    Relative growth of demand per relative growth of effective compute. At 1 or more growth is
    faster than exponential until F saturates or delivery binds. Arguments broadcast.
    """
    return capability_per_decade * (1 - saturation) / (demand_width * math.log(10))


def gamma_rivals(
    capability_per_decade: ArrayLike, rival_width: ArrayLike, rival_share: ArrayLike
) -> ArrayLike:
    r"""Return what business taken from rivals adds to the loop, :math:`s\,\sigma_R/(w_R\ln 10)`.

    Growth of the lab's share per relative growth of its effective compute, the rivals' frontier
    given. Arguments broadcast.
    """
    return capability_per_decade * rival_share / (rival_width * math.log(10))


def gamma_cash(
    margin: ArrayLike,
    revenue_usd_per_mw_year: ArrayLike,
    capex_usd_per_mw: ArrayLike,
    depreciation_per_year: ArrayLike,
    growth_per_year: ArrayLike,
) -> ArrayLike:
    r"""Return the gain of the cash loop, :math:`\Gamma_\$ = mR/[capex(\delta+g)]`.

    The share of the investment behind growth g that the margin on revenue pays; below 1 the
    rest is outside money. Arguments broadcast; :math:`\delta + g > 0`.
    """
    spending = capex_usd_per_mw * (depreciation_per_year + growth_per_year)
    return margin * revenue_usd_per_mw_year / spending


def balanced_growth(
    gamma: ArrayLike,
    algorithmic_growth: ArrayLike,
    hardware_growth: ArrayLike = 0.0,
    efficiency_growth: ArrayLike = 0.0,
    rebound: ArrayLike = 1.0,
) -> ArrayLike:
    r"""Return the log growth per year of demand when nothing but demand limits capacity.

    Parameters
    ----------
    gamma : float or ndarray
        Gain of the demand loop.
    algorithmic_growth, hardware_growth, efficiency_growth : float or ndarray
        Log growth per year of algorithms, training FLOP per MW and tokens per MW.
    rebound : float or ndarray
        Rebound exponent.

    Returns
    -------
    float or ndarray
        :math:`g = [\Gamma_D(g_A+g_H)+(reb-1)g_{Eff}]/(1-\Gamma_D)`, valid while F << 1;
        infinite, with the sign of the numerator, from :math:`\Gamma_D = 1` on.
    """
    push = gamma * (algorithmic_growth + hardware_growth) + (rebound - 1) * efficiency_growth
    gain = np.asarray(gamma, dtype=float)
    room = np.where(gain < 1, 1 - gain, 1.0)
    return np.where(gain < 1, push / room, np.sign(push) * np.where(push == 0, 0.0, np.inf))[()]


def regime(
    utilisation: float,
    shortfall: float,
    saturation: float,
    demand_growth_per_year: float,
    room_usd_per_year: float,
    rules: MarketRules,
    shortfall_tolerance: float = SHORTFALL_TOLERANCE,
) -> Regime:
    """Name what limits growth now.

    Parameters
    ----------
    utilisation, shortfall, saturation : float
        Adopted demand over capacity; share not served; F.
    demand_growth_per_year : float
        Log growth of adopted demand.
    room_usd_per_year : float
        Commitment room; see :func:`ecosystem.institutions.finance.commitment_room`.
    rules : MarketRules
        Numbers of the market.
    shortfall_tolerance : float
        Shortfall below which capacity counts as sufficient.

    Returns
    -------
    Regime
        First that holds: ``overbuild``, utilisation below half its target; ``decline``, demand
        falls although it is served; ``delivery_limited``, demand waits while money is there (only
        here can faster delivery add GW); ``finance_driven``, demand waits for money;
        ``demand_saturated``, F above one half; else ``finance_driven``: capacity is sufficient
        and grows as fast as it is financed.
    """
    if utilisation < rules.target_utilisation / 2:
        return "overbuild"
    if shortfall > shortfall_tolerance:
        return "delivery_limited" if room_usd_per_year > 0 else "finance_driven"
    if demand_growth_per_year < 0:
        return "decline"
    return "demand_saturated" if saturation > 0.5 else "finance_driven"
