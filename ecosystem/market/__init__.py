"""Capability to demand to price to revenue to capital: the flywheel.

Demand is counted in compute (MW of facility power that users would keep busy), not in tokens, so
that efficiency gains fake neither growth nor collapse. The market owns no efficiency and no
latency: both come from the cluster core as ratios to the start, and so does the number of tokens
per MW.

Functions of the week take and return Python floats: one world has one market, and ``math`` on
floats is ten times faster than NumPy on single numbers. Loop gains and capital take arrays too.
"""

from ecosystem.market.demand import (
    adopt,
    demand_mw,
    lab_share,
    needed_share,
    rival_room_mw,
    saturation,
    shortfall,
    time_to_answer,
    utilisation,
)
from ecosystem.market.gains import (
    Regime,
    balanced_growth,
    gamma_cash,
    gamma_demand,
    gamma_rivals,
    regime,
)
from ecosystem.market.price import (
    price_at_bound,
    price_step,
    price_target,
    price_usd_per_mtok,
    revenue_usd,
)
from ecosystem.market.rules import EULER_LIMIT, SHORTFALL_TOLERANCE, CapabilityLaw, MarketRules
from ecosystem.market.training import (
    TrainingRun,
    capability_of_run,
    local_slope,
    train,
    training_share,
)
from ecosystem.market.week import Flow, Market, clear, opening

__all__ = [
    "EULER_LIMIT",
    "SHORTFALL_TOLERANCE",
    "CapabilityLaw",
    "Flow",
    "Market",
    "MarketRules",
    "Regime",
    "TrainingRun",
    "adopt",
    "balanced_growth",
    "capability_of_run",
    "clear",
    "demand_mw",
    "gamma_cash",
    "gamma_demand",
    "gamma_rivals",
    "lab_share",
    "local_slope",
    "needed_share",
    "opening",
    "price_at_bound",
    "price_step",
    "price_target",
    "price_usd_per_mtok",
    "regime",
    "revenue_usd",
    "rival_room_mw",
    "saturation",
    "shortfall",
    "time_to_answer",
    "train",
    "training_share",
    "utilisation",
]
