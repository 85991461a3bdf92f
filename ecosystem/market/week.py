"""A week of the market: what comes in, what stands, and how one becomes the other."""

import math
from typing import NamedTuple

from ecosystem.market.demand import (
    adopt,
    demand_mw,
    lab_share,
    rival_room_mw,
    shortfall,
    time_to_answer,
    utilisation,
)
from ecosystem.market.price import price_step, revenue_usd
from ecosystem.market.rules import MarketRules
from ecosystem.market.training import TrainingRun, train
from ecosystem.units import SECONDS_PER_WEEK, WEEKS_PER_YEAR


class Flow(NamedTuple):
    """What the cluster core hands to the market for one week.

    Parameters
    ----------
    inference_mw, served_mw : float
        Capacity for inference, and what of the adopted demand it served, >= 0 [MW].
    latency_factor, efficiency_ratio : float
        Latency and tokens per MW over their start values, > 0.
    training_flop_per_s : float
        Useful training rate of the whole fleet (goodput counted), >= 0 [FLOP/s].
    needed_share : float
        MW that the use of today needs over what it is wont to; see :func:`needed_share`.
    """

    inference_mw: float
    served_mw: float
    latency_factor: float
    efficiency_ratio: float
    training_flop_per_s: float
    needed_share: float = 1.0


class Market(NamedTuple):
    """State of the market, with what the week that led to it showed.

    Parameters
    ----------
    adopted_mw : float
        Demand that is in use, served or not [MW].
    price_usd_per_mw_year : float
        Price of a served MW-year.
    run : TrainingRun
        Training in progress and the best released model.
    demand_mw : float
        Demand that the adopted one moves towards.
    revenue_usd : float
        Revenue of the week.
    utilisation, shortfall : float
        Adopted demand over inference capacity; share of it that was not served.
    rival_share : float
        Share of demand that goes to rivals.
    """

    adopted_mw: float
    price_usd_per_mw_year: float
    run: TrainingRun
    demand_mw: float
    revenue_usd: float
    utilisation: float
    shortfall: float
    rival_share: float = 0.0


def opening(
    rules: MarketRules, training_flop_per_s: float = 0.0, inference_mw: float = math.inf
) -> Market:
    """Return the market at week 0: use that can be served, start price, a run half done.

    Parameters
    ----------
    rules : MarketRules
    training_flop_per_s : float
        Useful training rate of the fleet, at which the first half of the run went [FLOP/s].
    inference_mw : float
        Capacity for inference [MW]. Demand beyond it waits: nobody is used to what nobody got.
    """
    half = rules.run_weeks / 2
    flop = rules.final_run_share * training_flop_per_s * SECONDS_PER_WEEK * half
    run = TrainingRun(flop, half, -half, (), rules.capability_start)
    demand, price = rules.demand_start_mw, rules.price_start_usd_per_mw_year
    used = min(demand, inference_mw)
    return Market(used, price, run, demand, 0.0, utilisation(used, inference_mw), 0.0)


def clear(market: Market, flow: Flow, rules: MarketRules, week: float) -> Market:
    """Advance the market by one week.

    Parameters
    ----------
    market : Market
        Start-of-week state.
    flow : Flow
        What the cluster did in the week with ``market.adopted_mw``, times what of it is needed,
        to serve.
    rules : MarketRules
        Numbers of the market.
    week : float
        Start of the week, counted from the start of the world.

    Returns
    -------
    Market
        State at the end of the week. Safe with no capacity and with no demand.
    """
    adopted, price = market.adopted_mw, market.price_usd_per_mw_year
    years, needed_mw = week / WEEKS_PER_YEAR, adopted * flow.needed_share
    rho = utilisation(needed_mw, flow.inference_mw)
    short = shortfall(needed_mw, flow.served_mw)
    share = lab_share(market.run.released_capability, years, rules)
    demand = demand_mw(
        market.run.released_capability,
        price / rules.price_start_usd_per_mw_year,
        time_to_answer(flow.latency_factor, short),
        flow.efficiency_ratio,
        rules,
    )
    demand *= share / (1 - rules.rival_share)
    spare = max(0.0, 1 - rho)
    return Market(
        adopt(adopted, demand, short, rules, rival_room_mw=rival_room_mw(years, rules)),
        price_step(price, rho, rules),
        train(market.run, flow.training_flop_per_s, rules, week, spare=spare),
        demand,
        revenue_usd(price, flow.served_mw),
        rho,
        short,
        1 - share,
    )
