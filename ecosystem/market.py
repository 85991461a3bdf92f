"""Capability to demand to price to revenue to capital: the flywheel.

Demand is counted in compute (MW of facility power that users would keep busy), not in tokens, so
that efficiency gains fake neither growth nor collapse. The market owns no efficiency and no
latency: both come from the cluster core as ratios to the start, and so does the number of tokens
per MW.

Functions of the week take and return Python floats: one world has one market, and ``math`` on
floats is ten times faster than NumPy on single numbers. Loop gains and capital take arrays too.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from ecosystem.errors import InputError
from ecosystem.units import SECONDS_PER_WEEK, WEEKS_PER_YEAR, ArrayLike

type CapabilityLaw = Literal["log", "saturating", "compute_null"]
type Regime = Literal[
    "decline", "finance_driven", "delivery_limited", "demand_saturated", "overbuild"
]

EULER_LIMIT = 0.2
SHORTFALL_TOLERANCE = 0.01
_SMALLEST_RATIO = 1e-9


@dataclass(frozen=True, slots=True)
class MarketRules:
    """Numbers of the market, with the names, units and sources of group ``market``.

    Parameters
    ----------
    saturation_decades : float
        Decades of effective compute after which the saturating law has yielded 63% of its total.
    capability_law : {"log", "saturating", "compute_null"}
        How effective compute becomes capability; see :func:`capability_of_run`.

    Raises
    ------
    InputError
        If a rate is too fast for weekly steps, or bounds contradict each other.
    """

    capability_start: float
    capability_per_decade: float
    start_run_flop: float
    algorithmic_growth: float
    demand_max_mw: float
    demand_start_mw: float
    demand_width: float
    price_start_usd_per_mw_year: float
    price_elasticity: float
    latency_elasticity: float
    pass_through: float
    scarcity: float
    target_utilisation: float
    price_floor: float
    price_cap: float
    price_weeks: float
    innovation_per_year: float
    imitation_per_year: float
    exit_per_year: float
    churn_per_year: float
    run_weeks: float
    final_run_share: float
    release_lag_weeks: float
    release_spare_share: float = 0.0
    rival_share: float = 0.0
    rival_width: float = 12.0
    rival_compute_growth: float = 0.0
    rival_spare_mw: float = 0.0
    rival_churn_per_year: float = 0.0
    saturation_decades: float = 4.0
    capability_law: CapabilityLaw = "log"

    def __post_init__(self) -> None:
        rates = {
            "innovation_per_year + imitation_per_year": (
                (self.innovation_per_year + self.imitation_per_year) / WEEKS_PER_YEAR
            ),
            "exit_per_year + churn_per_year + rival_churn_per_year": (
                (self.exit_per_year + self.churn_per_year + self.rival_churn_per_year)
                / WEEKS_PER_YEAR
            ),
            "1 / price_weeks": 1 / self.price_weeks,
        }
        faults = [
            f"market.{name} is {rate:.3g} per week; weekly steps need < {EULER_LIMIT}. Lower it."
            for name, rate in rates.items()
            if not rate < EULER_LIMIT
        ]
        if not self.demand_start_mw < self.demand_max_mw:
            faults.append("market.demand_start_mw must be below demand_max_mw. Raise the latter.")
        if not 0 < self.price_floor <= 1 <= self.price_cap:
            faults.append("market.price_floor and price_cap must enclose 1: floor <= 1 <= cap.")
        if not 0 <= self.rival_share < 1:
            faults.append("market.rival_share must leave the lab some demand: 0 <= share < 1.")
        if not self.run_weeks >= 1:
            faults.append("market.run_weeks must be at least one week. Raise it.")
        if faults:
            raise InputError("\n".join(faults))

    @property
    def rebound(self) -> float:
        """Rebound exponent: price elasticity times the share of efficiency that users see."""
        return self.price_elasticity * self.pass_through


class TrainingRun(NamedTuple):
    """The frontier run in progress, the finished runs that wait, and the best model released.

    Parameters
    ----------
    flop : float
        Compute in the run so far.
    weeks_left : float
        Weeks until it ends.
    started_week : float
        Week in which it began: its algorithms are of that date.
    pending : tuple of (float, float)
        Release week and capability of finished runs, oldest first.
    released_capability : float
        Best model that users can have; never falls.
    """

    flop: float
    weeks_left: float
    started_week: float
    pending: tuple[tuple[float, float], ...]
    released_capability: float


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
    """

    inference_mw: float
    served_mw: float
    latency_factor: float
    efficiency_ratio: float
    training_flop_per_s: float


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
        What the cluster did in the week with ``market.adopted_mw`` to serve.
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
    years = week / WEEKS_PER_YEAR
    rho = utilisation(adopted, flow.inference_mw)
    short = shortfall(adopted, flow.served_mw)
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
    return latency_factor / max(1 - shortfall, _SMALLEST_RATIO)


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
    lead = capability - rules.capability_start - _points(growth * years / math.log(10), rules)
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
        * max(price_ratio, _SMALLEST_RATIO) ** -rules.price_elasticity
        * max(latency_factor, _SMALLEST_RATIO) ** -rules.latency_elasticity
        * max(efficiency_ratio, _SMALLEST_RATIO) ** (rules.rebound - 1)
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


def price_target(utilisation: float, rules: MarketRules) -> float:
    """Return the list price that a utilisation calls for [USD/(MW yr)], inside its band."""
    # Bounded before exp, so that utilisation may be infinite.
    pull = max(_price_pull(utilisation, rules), math.log(rules.price_floor))
    return rules.price_start_usd_per_mw_year * math.exp(min(pull, math.log(rules.price_cap)))


def price_at_bound(utilisation: float, rules: MarketRules) -> bool:
    """Return whether the price that a utilisation calls for lies on the edge of its band."""
    pull = _price_pull(utilisation, rules)
    return not math.log(rules.price_floor) < pull < math.log(rules.price_cap)


def _price_pull(utilisation: float, rules: MarketRules) -> float:
    """Return the log of the unbounded target over the start price."""
    # Without scarcity pricing an infinite utilisation would give 0 * inf.
    return rules.scarcity * (utilisation - rules.target_utilisation) if rules.scarcity else 0.0


def price_step(
    price_usd_per_mw_year: float, utilisation: float, rules: MarketRules, dt_weeks: float = 1.0
) -> float:
    r"""Return the price after `dt_weeks` of adjustment [USD/(MW yr)].

    Notes
    -----
    :math:`p \leftarrow p + (\mathrm{clip}(p_0 e^{\beta(\rho-\rho^*)}) - p)\,\Delta t/\tau`.
    A step is a mean of price and target: a price inside the band stays inside.
    """
    gap = price_target(utilisation, rules) - price_usd_per_mw_year
    return price_usd_per_mw_year + gap * dt_weeks / rules.price_weeks


def revenue_usd(price_usd_per_mw_year: float, served_mw: float) -> float:
    """Return the revenue of one week [USD]."""
    return price_usd_per_mw_year * served_mw / WEEKS_PER_YEAR


def price_usd_per_mtok(price_usd_per_mw_year: float, tokens_per_s_per_mw: float) -> float:
    """Return the price of a million tokens [USD]; NaN where a MW yields no token."""
    tokens_per_mw_year = tokens_per_s_per_mw * SECONDS_PER_WEEK * WEEKS_PER_YEAR
    return price_usd_per_mw_year / tokens_per_mw_year * 1e6 if tokens_per_mw_year > 0 else math.nan


def capability_of_run(run_flop: float, started_week: float, rules: MarketRules) -> float:
    r"""Return the capability index of the model that a training run yields.

    Parameters
    ----------
    run_flop : float
        Compute of the run, >= 0 [FLOP].
    started_week : float
        Week in which it began.
    rules : MarketRules
        Slope, reference run, algorithmic growth, law.

    Returns
    -------
    float
        Index points; rises with compute unless the law is ``compute_null``.

    Notes
    -----
    :math:`x = \log_{10}(CA/C_0A_0)` decades of effective compute [1]_ add :math:`s\,x` points
    (``log``) or :math:`s\,X(1-e^{-x/X})` (``saturating``, same slope at 0, X =
    `saturation_decades`); under ``compute_null`` the run's size does nothing, :math:`C = C_0`.
    A is taken at the start of a run, when its recipe is frozen. The model on sale at week 0
    began `run_weeks` + `release_lag_weeks` earlier: that is the date of :math:`A_0`, so that
    algorithmic progress neither jumps nor pauses at the first release.

    References
    ----------
    .. [1] A. Ho et al., Algorithmic progress in language models, 2024. arXiv:2403.05812
    """
    years = (started_week + rules.run_weeks + rules.release_lag_weeks) / WEEKS_PER_YEAR
    decades = rules.algorithmic_growth * years / math.log(10)
    if rules.capability_law != "compute_null":
        decades += math.log10(max(run_flop, 1.0) / rules.start_run_flop)
    return rules.capability_start + _points(decades, rules)


def _points(decades: float, rules: MarketRules) -> float:
    """Return the index points that decades of effective compute add, by the law of the rules."""
    if rules.capability_law == "saturating" and decades > 0:
        most = rules.saturation_decades
        decades = -most * math.expm1(-decades / most)
    return rules.capability_per_decade * decades


def local_slope(capability: float, rules: MarketRules) -> float:
    """Return the points that the next decade of the lab's compute would add at a capability."""
    if rules.capability_law == "compute_null":
        return 0.0
    slope = rules.capability_per_decade
    if rules.capability_law == "saturating" and capability > rules.capability_start:
        gained = (capability - rules.capability_start) / (slope * rules.saturation_decades)
        slope *= max(0.0, 1 - gained)
    return slope


def training_share(
    share: float,
    adopted_mw: float,
    inference_mw: float,
    target_utilisation: float,
    step: float,
    bounds: tuple[float, float],
) -> float:
    """Return the share of compute that trains from now on, decided each quarter by need.

    Parameters
    ----------
    share : float
        Share that trains now, in [0, 1].
    adopted_mw, inference_mw : float
        Demand in use, and the capacity that the other share of compute serves it with [MW].
    target_utilisation : float
        Use over capacity at which serving is comfortable.
    step : float
        Largest move of a quarter.
    bounds : (float, float)
        Shares below and above which training does not go.

    Returns
    -------
    float
        Compute moves to serving while use is above its target over capacity, and back to training
        while it is below; by no more than labs were seen to move in a quarter.
    """
    if inference_mw > 0 and share < 1:
        wanted = 1 - adopted_mw / (target_utilisation * inference_mw) * (1 - share)
    else:
        wanted = 0.0 if adopted_mw > 0 else share
    least, most = bounds
    return max(least, min(share + min(max(wanted - share, -step), step), most))


def train(
    run: TrainingRun,
    training_flop_per_s: float,
    rules: MarketRules,
    week: float,
    dt_weeks: float = 1.0,
    spare: float = 0.0,
) -> TrainingRun:
    """Return training after `dt_weeks`: runs follow one another without a gap.

    Parameters
    ----------
    run : TrainingRun
        State at `week`.
    training_flop_per_s : float
        Useful training rate of the fleet, >= 0; the final run gets `final_run_share` of it.
    rules : MarketRules
        Length of a run, lag to its release, law of capability.
    week, dt_weeks : float
        Start and length of the step, in weeks; at most one week long.
    spare : float
        Share of inference capacity that idles, in [0, 1]: it tunes, tests and launches a finished
        model sooner, by up to `release_spare_share` of the lag.

    Returns
    -------
    TrainingRun
        A run that ends within the step shares it with the next one, so that run lengths need
        not be whole weeks.
    """
    rate = rules.final_run_share * training_flop_per_s * SECONDS_PER_WEEK
    end = week + dt_weeks
    flop, left, started, pending, best = run
    if left <= dt_weeks:
        flop += rate * left
        lag = rules.release_lag_weeks * (1 - rules.release_spare_share * spare)
        pending = (*pending, (week + left + lag, capability_of_run(flop, started, rules)))
        started = week + left
        flop, left = 0.0, left + rules.run_weeks
        flop = rate * (end - started)
    else:
        flop += rate * dt_weeks
    if pending and min(pending)[0] <= end:
        best = max(best, *(index for due, index in pending if due <= end))
        pending = tuple(waiting for waiting in pending if waiting[0] > end)
    return TrainingRun(flop, left - dt_weeks, started, pending, best)


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
