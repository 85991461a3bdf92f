"""The weekly series of the model: name, unit, meaning, and how a series folds into one number.

The model fills one preallocated row a week in the order of :data:`WEEKLY`; nothing outside this
module knows that order but through :data:`COLUMN`.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ecosystem.errors import InputError
from ecosystem.units import FloatArray

type Fold = Literal["last", "mean", "sum", "max", "share"]


@dataclass(frozen=True, slots=True)
class Observable:
    """One weekly output.

    Parameters
    ----------
    name, unit, meaning : str
        What a reader of a chart or table sees; `name` ends in the unit where there is one.
    fold : {"last", "mean", "sum", "max", "share"}
        How a series becomes one number; ``share`` is the share of weeks in which it is above 0.
    """

    name: str
    unit: str
    meaning: str
    fold: Fold


CAUSES = (
    "community",
    "grid",
    "equipment",
    "chips",
    "labour",
    "capital",
    "disruption",
    "coordination",
)

LADDER = (
    "announced_mw",
    "secured_mw",
    "permitted_mw",
    "building_mw",
    "energised_mw",
    "commissioned_mw",
    "usable_mw",
)
"""States of a megawatt in order; a column holds the MW in exactly that state."""

OBSERVABLES: tuple[Observable, ...] = (
    Observable("announced_mw", "MW", "announced, no land and contract yet", "last"),
    Observable("secured_mw", "MW", "land and a capacity contract, not permitted", "last"),
    Observable("permitted_mw", "MW", "permitted, building not begun", "last"),
    Observable("building_mw", "MW", "under construction, without power", "last"),
    Observable("energised_mw", "MW", "with power, not commissioned", "last"),
    Observable("commissioned_mw", "MW", "commissioned, not in use", "last"),
    Observable("usable_mw", "MW", "in use, facility power", "last"),
    Observable("cancelled_mw", "MW", "given up", "last"),
    Observable("usable_it_mw", "MW", "in use, IT power", "last"),
    Observable("installed_base_mw", "MW", "rented outside the programme", "last"),
    Observable("capability", "index points", "best released model", "last"),
    Observable("demand_mw", "MW", "inference demand that use moves towards", "mean"),
    Observable("adopted_mw", "MW", "inference demand in use, served or not", "mean"),
    Observable("inference_mw", "MW", "capacity for inference", "mean"),
    Observable("served_mw", "MW", "inference demand served", "mean"),
    Observable("utilisation", "1", "adopted demand over inference capacity", "mean"),
    Observable("latency_s", "s", "mean time to an answer", "mean"),
    Observable("shortfall", "1", "share of adopted demand not served", "mean"),
    Observable("price_usd_per_mw_year", "USD/(MW yr)", "price of a served MW-year", "mean"),
    Observable("price_usd_per_mtok", "USD/Mtok", "price of a million tokens", "mean"),
    Observable("tokens_per_s", "1/s", "tokens served", "mean"),
    Observable("training_flop_per_s", "FLOP/s", "useful training rate", "mean"),
    Observable("goodput", "1", "share of time in which training progresses", "mean"),
    Observable("training_share", "1", "share of compute for training", "mean"),
    Observable("revenue_usd", "USD", "revenue of the week", "sum"),
    Observable("lease_usd", "USD", "rent of the week", "sum"),
    Observable("cash_usd", "USD", "cash of the lab", "last"),
    Observable("equity_usd", "USD", "equity raised in the week", "sum"),
    Observable("payout_usd", "USD", "bought back or paid out by the lab in the week", "sum"),
    Observable("idle_lease_usd", "USD", "rent of the week owed without use", "sum"),
    Observable("commitments_usd_per_year", "USD/yr", "rent of capacity and pipeline", "last"),
    Observable("room_usd_per_year", "USD/yr", "rent that the lab could still sign for", "last"),
    Observable("rival_share", "1", "share of demand that goes to rivals", "mean"),
    Observable(
        "commitment_cover",
        "1",
        "rent of capacity and pipeline over the revenue that the lab expects",
        "last",
    ),
    Observable("owed_usd", "USD", "rent of the programme over what is left of its terms", "last"),
    Observable("debt_usd", "USD", "debt of all who own sites", "last"),
    Observable("leverage", "1", "that debt over book value", "last"),
    Observable("borrowing_rate", "1/yr", "real interest on that debt", "mean"),
    Observable("partners_capex_usd", "USD", "built by partners, a week's part of a quarter", "sum"),
    Observable("own_capex_usd", "USD", "built by the lab itself, likewise", "sum"),
    Observable("own_debt_usd", "USD", "debt on what the lab builds itself", "last"),
    Observable("resold_mw", "MW", "given to other tenants so far", "last"),
    Observable("unfunded_mw", "MW", "sites whose construction financiers refuse", "last"),
    Observable("energy_mwh", "MWh", "electricity used in the week", "sum"),
    Observable("co2_t", "t", "CO2 of the electricity used in the week", "sum"),
    Observable("water_m3", "m3", "water withdrawn in the week", "sum"),
    Observable("labour_hours_required", "h", "craft hours that open work wants", "sum"),
    Observable("labour_hours_worked", "h", "craft hours worked", "sum"),
    Observable("craft_wage_ratio", "1", "craft wage over its start", "mean"),
    Observable("mean_support", "1", "mean opinion of host communities, -1 to 1", "mean"),
    Observable("organised_communities", "communities", "with an organised opposition", "max"),
    Observable("moratoria", "communities", "under a moratorium", "max"),
    Observable("strategy_cost_usd", "USD", "spent on the strategy in the week", "sum"),
    Observable(
        "bill_change_usd_per_household_year",
        "USD/yr",
        "change of a household's electricity bill by the programme",
        "mean",
    ),
    Observable("local_benefit_usd", "USD", "net benefit of host communities in the week", "sum"),
    *(
        Observable(
            f"lost_gw_weeks_{cause}",
            "GW week",
            f"capacity kept from use in the week by {cause}",
            "sum",
        )
        for cause in CAUSES
    ),
    Observable("chips_backlog_weeks", "week", "orders of racks over weekly deliveries", "mean"),
    Observable("chips_short_mw", "MW", "racks that the lab asked for and did not get", "mean"),
    Observable("chips_priority", "1", "the lab's with the chip maker, over others'", "mean"),
    Observable("equipment_waiting_mw", "MW", "long-lead equipment without a slot", "mean"),
    Observable("makers_out", "makers", "struck by an outage", "share"),
    Observable("rationed", "0 or 1", "some adopted demand was not served", "share"),
    Observable("price_at_bound", "0 or 1", "list price at its floor or cap", "share"),
    Observable("guarded", "count", "numerical guards that acted in the week", "share"),
)

WEEKLY: tuple[str, ...] = tuple(observable.name for observable in OBSERVABLES)
COLUMN: dict[str, int] = {name: column for column, name in enumerate(WEEKLY)}
LADDER_COLUMNS = tuple(COLUMN[name] for name in LADDER)
LOST_COLUMNS = tuple(COLUMN[f"lost_gw_weeks_{cause}"] for cause in CAUSES)


def observable(name: str) -> Observable:
    """Return an observable by name; an unknown name raises :class:`InputError`."""
    if name not in COLUMN:
        raise InputError(f"Unknown observable {name!r}; known are {', '.join(WEEKLY)}.")
    return OBSERVABLES[COLUMN[name]]


def fold(observable: Observable, series: FloatArray) -> NDArray[Any]:
    """Fold series over time.

    Parameters
    ----------
    observable : Observable
        Says how.
    series : ndarray, shape (..., weeks)
        Time last, at least one week; NaN marks weeks without a value.

    Returns
    -------
    ndarray, shape (...,)
        ``last`` value that exists, mean, sum or maximum over weeks with a value, or share of them
        above 0; NaN where no week has one.
    """
    there = ~np.isnan(series)
    weeks = there.sum(axis=-1)
    filled = np.where(there, series, 0.0)
    if observable.fold == "last":
        position = series.shape[-1] - 1 - np.argmax(there[..., ::-1], axis=-1)
        value = np.take_along_axis(filled, position[..., None], axis=-1)[..., 0]
    elif observable.fold == "max":
        value = np.max(series, axis=-1, where=there, initial=-np.inf)
    elif observable.fold == "sum":
        value = filled.sum(axis=-1)
    else:
        counted = filled > 0 if observable.fold == "share" else filled
        value = counted.sum(axis=-1) / np.maximum(weeks, 1)
    return np.where(weeks > 0, value, np.nan)


def reached_mw(rows: FloatArray, state: str) -> FloatArray:
    """Return the MW that have reached a state of the ladder or a later one, cancelled ones not.

    Parameters
    ----------
    rows : ndarray, shape (..., len(WEEKLY))
        Weekly rows.
    state : str
        One of :data:`LADDER`.

    Returns
    -------
    ndarray, shape (...,)
        Cumulative MW; the columns themselves are disjoint, so it is their sum from there on.
    """
    if state not in LADDER:
        raise InputError(f"Unknown state {state!r} of the ladder; known are {', '.join(LADDER)}.")
    return rows[..., LADDER_COLUMNS[LADDER.index(state) :]].sum(axis=-1)
