"""Price in answer to scarcity, and what it brings in."""

import math

from ecosystem.market.rules import MarketRules
from ecosystem.units import SECONDS_PER_WEEK, WEEKS_PER_YEAR


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
