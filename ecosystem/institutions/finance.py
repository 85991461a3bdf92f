"""Balance sheets, leases and what a planner may sign: pure functions on arrays.

Owners are those who build and let: clouds, landlords, and the lab itself where it builds.
"""

from math import exp
from typing import NamedTuple

import numpy as np

from ecosystem.units import WEEKS_PER_YEAR, ArrayLike, BoolArray, FloatArray

STRETCHED = 1.5
"""Leverage over its limit beyond which lenders ask no more: nobody lends there anyway."""


class Terms(NamedTuple):
    """What lenders ask.

    Attributes
    ----------
    loan_to_cost : ndarray, shape (B,)
        Share of book value that they lend to each owner.
    leverage_limit : float
        Debt over book value from which on they take all that an owner has left.
    base_rate, spread_at_limit : float
        Real interest without debt, and what the limit adds to it [1/yr].
    debt_years : float
        Time in which debt is paid back.
    """

    loan_to_cost: FloatArray
    leverage_limit: float
    base_rate: float
    spread_at_limit: float
    debt_years: float


class Activity(NamedTuple):
    """What an owner earned and built over a period [USD], shape (B,) each.

    `earned` is rent and fees less running cost; `built` is capital expenditure; `worn` is
    depreciation; `sold` left the books for money and `lost` without any.
    """

    earned: FloatArray
    built: FloatArray
    worn: FloatArray
    sold: FloatArray
    lost: FloatArray


class Closing(NamedTuple):
    """Books at the end of a period and how they came about [USD], shape (B,) each.

    `assets`, `debt` and `ready` (equity that an owner's backers would still put in) are stocks;
    ``earned + sold + drawn + called = built + interest + repaid + distributed``.
    """

    assets: FloatArray
    debt: FloatArray
    ready: FloatArray
    interest: FloatArray
    drawn: FloatArray
    called: FloatArray
    repaid: FloatArray
    distributed: FloatArray


def leverage(debt_usd: FloatArray, assets_usd: FloatArray) -> FloatArray:
    """Return debt over book value; 0 where there is neither."""
    return np.where(debt_usd > 0, debt_usd / np.maximum(assets_usd, 1.0), 0.0)


def borrowing_rate(debt_usd: FloatArray, assets_usd: FloatArray, terms: Terms) -> FloatArray:
    """Return the real rate of interest, which rises with the square of leverage [1/yr]."""
    stretch = np.minimum(leverage(debt_usd, assets_usd) / terms.leverage_limit, STRETCHED)
    return terms.base_rate + terms.spread_at_limit * stretch**2


def close_books(
    assets_usd: FloatArray,
    debt_usd: FloatArray,
    ready_usd: FloatArray,
    activity: Activity,
    terms: Terms,
    reinvested_share: FloatArray,
    years: float,
) -> Closing:
    """Finance a period: debt up to the usual share of book value, then the backers' equity.

    Parameters
    ----------
    assets_usd, debt_usd, ready_usd : ndarray, shape (B,)
        Book value, debt, and equity that could be called, at the start.
    activity : Activity
    terms : Terms
    reinvested_share : ndarray, shape (B,)
        Share of what is distributed that backers would put in again.
    years : float
        Length of the period.

    Returns
    -------
    Closing
        Owners keep no cash: what is left goes to their backers, what is short is called or
        borrowed. Where backers give no more, lenders carry the rest and leverage passes its limit.
    """
    assets = assets_usd + activity.built - activity.worn - activity.sold - activity.lost
    assets = np.maximum(assets, 0.0)
    interest = debt_usd * borrowing_rate(debt_usd, assets_usd, terms) * years
    left = activity.earned + activity.sold - interest - activity.built
    short, surplus = np.maximum(-left, 0.0), np.maximum(left, 0.0)
    agreed = np.minimum(np.maximum(terms.loan_to_cost * assets - debt_usd, 0.0), short)
    called = np.minimum(short - agreed, np.maximum(ready_usd, 0.0))
    drawn = short - called
    due = np.maximum(
        debt_usd * min(years / terms.debt_years, 1.0), debt_usd - terms.leverage_limit * assets
    )
    repaid = np.minimum(due, surplus)
    distributed = surplus - repaid
    return Closing(
        assets=assets,
        debt=debt_usd + drawn - repaid,
        ready=ready_usd - called + reinvested_share * distributed,
        interest=interest,
        drawn=drawn,
        called=called,
        repaid=repaid,
        distributed=distributed,
    )


def means_usd(
    equity_usd: FloatArray, assets_usd: FloatArray, debt_usd: FloatArray, terms: Terms
) -> FloatArray:
    r"""Return what each owner can spend on building, at the usual leverage [USD].

    Book value that all equity, paid in and still to be had, carries, less the book value that
    there is: :math:`(E + A - D)/(1-\lambda) - A`; negative where debt is too high already.

    Parameters
    ----------
    equity_usd : ndarray, shape (B,)
        Equity that backers would still put in.
    assets_usd, debt_usd : ndarray, shape (B,)
    terms : Terms
    """
    return (equity_usd + assets_usd - debt_usd) / (1 - terms.loan_to_cost) - assets_usd


def exit_fee_usd(
    rent_usd_per_year: FloatArray,
    begun: BoolArray,
    free: BoolArray,
    left_years: FloatArray,
    take_or_pay_share: float,
    cancel_years: float,
    relet_years: float,
) -> FloatArray:
    """Return what leaving a lease costs the tenant, by building [USD].

    Parameters
    ----------
    rent_usd_per_year : ndarray, shape (n,)
    begun : ndarray of bool, shape (n,)
        Whether building has begun. Before, the lease is cancelled for some time's rent; after,
        the tenant owes take-or-pay until another one has moved in.
    free : ndarray of bool, shape (n,)
        Whether the landlord has missed his own milestone, so that leaving costs nothing.
    left_years : ndarray, shape (n,)
        What is left of the term.
    take_or_pay_share, cancel_years, relet_years : float
        Share of rent that is owed without use; rent for a cancellation; time to find a tenant.
    """
    years = np.where(begun, take_or_pay_share * relet_years, cancel_years)
    return np.where(free, 0.0, rent_usd_per_year * np.minimum(years, np.maximum(left_years, 0.0)))


def expected_growth(
    expected_per_year: float,
    observed_per_year: float,
    memory_weeks: float,
    growth_most_per_year: float,
) -> float:
    """Return expected log growth a week later: adaptive expectations within bounds [1/yr].

    Both what is seen and what is expected stay between minus and plus `growth_most_per_year`; one
    quarter's jump moves the expectation by a part of it only (Nerlove 1958).
    """
    seen = min(max(observed_per_year, -growth_most_per_year), growth_most_per_year)
    return expected_per_year + (seen - expected_per_year) / max(memory_weeks, 1.0)


def expected_utilisation(
    use_mw: ArrayLike,
    growth_per_year: ArrayLike,
    years: ArrayLike,
    inference_mw: ArrayLike,
) -> ArrayLike:
    """Return expected use over what will be there for inference, capacity and pipeline."""
    return use_mw * np.exp(growth_per_year * years) / np.maximum(inference_mw, 1e-9)


def surplus_usd(cash_usd: float, outlay_usd_per_year: float, kept_years: float) -> float:
    """Return cash beyond so many years of outlays [USD], >= 0."""
    return max(cash_usd - kept_years * outlay_usd_per_year, 0.0)


def expected_revenue(
    revenue_usd_per_year: float,
    growth_per_year: float,
    growth_expected_max: float,
    expectation_years: float,
) -> float:
    r"""Return revenue extrapolated as planners do, :math:`R\,e^{\min(g, g_{max})h}` [USD/yr]."""
    growth = min(growth_per_year, growth_expected_max)
    return revenue_usd_per_year * exp(growth * expectation_years)


def commitment_room(
    expected_usd_per_year: ArrayLike,
    committed_mw: ArrayLike,
    lease_usd_per_mw_year: ArrayLike,
    commitment_cover: ArrayLike,
) -> ArrayLike:
    """Return the yearly rent that may still be signed [USD/yr]; negative when over-committed.

    Parameters
    ----------
    expected_usd_per_year : float or ndarray
        Expected revenue.
    committed_mw : float or ndarray
        Capacity rented plus capacity in the pipeline [MW].
    lease_usd_per_mw_year, commitment_cover : float or ndarray
        Rent; commitments allowed per unit of expected revenue.
    """
    return commitment_cover * expected_usd_per_year - committed_mw * lease_usd_per_mw_year


def equity_per_week(
    equity_usd_per_year: ArrayLike,
    equity_growth_per_year: ArrayLike,
    credibility: ArrayLike,
    years: ArrayLike,
) -> ArrayLike:
    """Return the equity that investors give in a week [USD].

    Parameters
    ----------
    equity_usd_per_year, equity_growth_per_year : float or ndarray
        Offer at full credibility at year 0, and its log growth.
    credibility : float or ndarray
        Reputation for dates kept, in [0, 1].
    years : float or ndarray
        Time since year 0.
    """
    offer = equity_usd_per_year * np.exp(equity_growth_per_year * years)
    return offer * credibility / WEEKS_PER_YEAR


def desired_starts(
    desired_mw: ArrayLike, capacity_mw: ArrayLike, pipeline_mw: ArrayLike, weight: ArrayLike
) -> ArrayLike:
    """Return the capacity that a planner would start [MW], >= 0.

    Parameters
    ----------
    desired_mw, capacity_mw, pipeline_mw : float or ndarray
        Goal, capacity in use, capacity started and not yet in use [MW].
    weight : float or ndarray
        Share of the pipeline that the planner remembers, in [0, 1]; less than 1 is supply-line
        neglect and overbuilds [1]_.

    References
    ----------
    .. [1] J. D. Sterman, Management Science 35(3), 1989. doi:10.1287/mnsc.35.3.321
    """
    return np.maximum(0.0, desired_mw - capacity_mw - weight * pipeline_mw)
