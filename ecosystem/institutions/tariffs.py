"""Tariffs: what a large load does to others' bills, and what a deposit does to a queue."""

import numpy as np

from ecosystem.units import ArrayLike, FloatArray


def annual_cost_usd(capital_usd: ArrayLike, rate_per_year: float, years: float) -> FloatArray:
    """Return the constant yearly payment that repays `capital_usd` with interest.

    Parameters
    ----------
    capital_usd : float or ndarray
        Cost of the investment.
    rate_per_year : float
        Interest, >= 0.
    years : float
        Life of the asset, > 0.
    """
    if rate_per_year == 0.0:
        return np.asarray(capital_usd) / years
    return np.asarray(capital_usd) * (rate_per_year / -np.expm1(-years * np.log1p(rate_per_year)))


def bill_change_usd_per_mwh(
    incremental_cost_usd: ArrayLike,
    load_mwh: ArrayLike,
    other_mwh: ArrayLike,
    *,
    full_cost_share: ArrayLike,
    price_rise_usd_per_mwh: ArrayLike,
    exposed_mwh: ArrayLike,
    margin_usd_per_mwh: ArrayLike,
) -> FloatArray:
    r"""Return the change of all other customers' rate; either sign is possible.

    Parameters
    ----------
    incremental_cost_usd : float or ndarray, shape (G,)
        Grid cost that the load causes [USD/yr].
    load_mwh, other_mwh : float or ndarray, shape (G,)
        Energy of the load and of the other customers [MWh/yr]; the second > 0.
    full_cost_share : float or ndarray, shape (G,)
        Share of the incremental cost that the tariff puts on the load, in [0, 1].
    price_rise_usd_per_mwh : float or ndarray, shape (G,)
        Rise of the price of capacity and energy that the load causes.
    exposed_mwh : float or ndarray, shape (G,)
        Others' energy bought at that price [MWh/yr].
    margin_usd_per_mwh : float or ndarray, shape (G,)
        Contribution of the load to fixed costs that others paid before.

    Returns
    -------
    ndarray, shape (G,)
        USD per MWh of the other customers.

    Notes
    -----
    :math:`\Delta r = [(1-\kappa) C_{inc} + \Delta P\,D_{oth} - m E_{dc}] / E_{oth}`. Zero-sum: the
    numerator is what others pay more in a year.
    """
    paid_by_others = (1.0 - np.asarray(full_cost_share)) * incremental_cost_usd
    paid_by_others = paid_by_others + np.asarray(price_rise_usd_per_mwh) * exposed_mwh
    return (paid_by_others - np.asarray(margin_usd_per_mwh) * load_mwh) / other_mwh


def requests_kept(
    deposit_usd_per_mw: ArrayLike, speculative_share: float, deposit_scale_usd_per_mw: float
) -> FloatArray:
    """Return the share of requested MW that stays in a queue once it asks for a deposit.

    Parameters
    ----------
    deposit_usd_per_mw : float or ndarray
        Deposit, >= 0.
    speculative_share : float
        Share of requests that no project stands behind, in [0, 1]; all others stay.
    deposit_scale_usd_per_mw : float
        Deposit at which 1/e of the speculative requests is left.

    Notes
    -----
    The exponential is an assumption; its floor has a measured case: requests to AEP Ohio fell from
    30 to 5.6 GW when firm commitments were asked for, a speculative share of 0.81.
    """
    left = np.exp(-np.asarray(deposit_usd_per_mw) / deposit_scale_usd_per_mw)
    return 1.0 - speculative_share * (1.0 - left)
