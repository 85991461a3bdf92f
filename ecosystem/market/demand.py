"""Demand, rivals, adoption: who wants compute, who gets it, who leaves."""

import math

from ecosystem.market.rules import SMALLEST_RATIO, MarketRules
from ecosystem.market.training import points_of
from ecosystem.units import WEEKS_PER_YEAR


def needed_share(weeks: float, factor: float, adaptation_weeks: float) -> float:
    r"""Return the MW that the use of before a leap of software needs after it, over those before.

    Parameters
    ----------
    weeks : float
        Since the leap; before it (negative) nothing changes.
    factor : float
        Tokens per MW over those without it, > 0.
    adaptation_weeks : float
        Time in which users take up most of it, with longer answers and more tries.

    Notes
    -----
    :math:`1-(1-1/f)e^{-t/\tau}`: at first the same tokens need :math:`1/f` of the MW, later the
    same users ask for as many MW as before. What they want at the new price of a token is the
    rebound in :func:`demand_mw`.
    """
    return 1.0 if weeks < 0 else 1 - (1 - 1 / factor) * math.exp(-weeks / adaptation_weeks)


def utilisation(adopted_mw: float, inference_mw: float) -> float:
    """Return adopted demand over capacity; infinite with demand and no capacity, 0 with none."""
    if inference_mw > 0:
        return adopted_mw / inference_mw
    return math.inf if adopted_mw > 0 else 0.0


def shortfall(adopted_mw: float, served_mw: float) -> float:
    """Return the share of adopted demand that was not served, in [0, 1]."""
    return max(0.0, 1 - served_mw / adopted_mw) if adopted_mw > 0 else 0.0


def time_to_answer(latency_factor: float, shortfall: float) -> float:
    """Return the latency of an answer, the tries counted that were turned away, over its start.

    Whoever is turned away tries again: at a shortfall s an answer takes 1/(1 - s) tries. Without
    this, latency would stop at the longest wait and scarcity could grow without being felt.
    """
    return latency_factor / max(1 - shortfall, SMALLEST_RATIO)


def lab_share(capability: float, years: float, rules: MarketRules) -> float:
    r"""Return the share of demand that comes to the lab and not to its rivals, in (0, 1].

    Parameters
    ----------
    capability : float
        Of the lab's best released model [index points].
    years : float
        Time since the start.
    rules : MarketRules
        `rival_share` at the start; `rival_width`, the lead that multiplies the odds e-fold.

    Notes
    -----
    Logit in the lead over the rivals' frontier, gained since the start. That frontier is
    exogenous: :math:`(g_A + g_R)t` of effective compute by the law of :func:`capability_of_run`,
    with the same progress of algorithms and the rivals' own growth of compute :math:`g_R`.
    """
    if rules.rival_share == 0:
        return 1.0
    growth = rules.algorithmic_growth
    if rules.capability_law != "compute_null":
        growth += rules.rival_compute_growth
    lead = capability - rules.capability_start - points_of(growth * years / math.log(10), rules)
    odds = math.log(1 / rules.rival_share - 1) + lead / rules.rival_width
    return 1 / (1 + math.exp(min(-odds, 700.0)))


def rival_room_mw(years: float, rules: MarketRules) -> float:
    """Return the capacity that rivals have to spare for users whom the lab turns away [MW]."""
    return rules.rival_spare_mw * math.exp(min(rules.rival_compute_growth * years, 700.0))


def saturation(capability: float, rules: MarketRules) -> float:
    """Return F, the share of the largest demand that a capability opens, in [0, 1].

    Logistic in capability and centred so that demand at `capability_start` is `demand_start_mw`
    when price, latency and efficiency stand at their start values.
    """
    start = math.log(rules.demand_start_mw / (rules.demand_max_mw - rules.demand_start_mw))
    logit = start + (capability - rules.capability_start) / rules.demand_width
    return 1 / (1 + math.exp(min(-logit, 700.0)))


def demand_mw(
    capability: float,
    price_ratio: float,
    latency_factor: float,
    efficiency_ratio: float,
    rules: MarketRules,
) -> float:
    r"""Return inference demand in compute.

    Parameters
    ----------
    capability : float
        Of the best released model [index points].
    price_ratio, latency_factor, efficiency_ratio : float
        Price of a MW-year, latency and tokens per MW, each over its start value, > 0.
    rules : MarketRules
        Numbers of the market.

    Returns
    -------
    float
        Demand [MW], >= 0.

    Notes
    -----
    :math:`D = D_{max} F (p/p_0)^{-\varepsilon} l^{-\eta} E^{reb-1}`. Users buy tokens: at
    :math:`E` times the tokens per MW their price falls by :math:`E^{-pass}`, they buy
    :math:`E^{\varepsilon\,pass}` times as many, and the MW behind them change by
    :math:`E^{reb-1}` with :math:`reb = \varepsilon\,pass`.
    """
    return (
        rules.demand_max_mw
        * saturation(capability, rules)
        * max(price_ratio, SMALLEST_RATIO) ** -rules.price_elasticity
        * max(latency_factor, SMALLEST_RATIO) ** -rules.latency_elasticity
        * max(efficiency_ratio, SMALLEST_RATIO) ** (rules.rebound - 1)
    )


def adopt(
    adopted_mw: float,
    demand_mw: float,
    shortfall: float,
    rules: MarketRules,
    dt_weeks: float = 1.0,
    rival_room_mw: float = 0.0,
) -> float:
    r"""Return adopted demand after `dt_weeks`.

    Parameters
    ----------
    adopted_mw, demand_mw : float
        Q and D, >= 0 [MW].
    shortfall : float
        Share of Q that is not served, in [0, 1].
    rules : MarketRules
        Innovation b, imitation q, exit e, churn theta and churn to rivals phi, per year.
    dt_weeks : float
        Step, at most one week.
    rival_room_mw : float
        Room R that rivals have for those who are turned away [MW].

    Returns
    -------
    float
        Adopted demand [MW], >= 0; growth never carries it past `demand_mw`.

    Notes
    -----
    :math:`\dot Q = (b + qQ/D)(D-Q)^+ - e(Q-D)^+ - \theta U - \varphi\min(U, R)` with
    :math:`U = shortfall\,Q`, explicit Euler. The first term is the diffusion model of [1]_ with a
    moving ceiling.

    References
    ----------
    .. [1] F. M. Bass, Management Science 15(5), 1969. doi:10.1287/mnsc.15.5.215
    """
    gap = demand_mw - adopted_mw
    if gap > 0:
        imitation = rules.imitation_per_year * adopted_mw / demand_mw
        rate = (rules.innovation_per_year + imitation) * gap
    else:
        rate = rules.exit_per_year * gap
    turned_away = shortfall * adopted_mw
    rate -= rules.churn_per_year * turned_away
    rate -= rules.rival_churn_per_year * min(turned_away, rival_room_mw)
    return adopted_mw + rate * dt_weeks / WEEKS_PER_YEAR
