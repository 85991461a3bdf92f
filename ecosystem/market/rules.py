"""The rules of the market: what does not change within a run."""

from dataclasses import dataclass
from typing import Literal

from ecosystem.errors import InputError
from ecosystem.units import WEEKS_PER_YEAR

type CapabilityLaw = Literal["log", "saturating", "compute_null"]
EULER_LIMIT = 0.2
SHORTFALL_TOLERANCE = 0.01
SMALLEST_RATIO = 1e-9


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
