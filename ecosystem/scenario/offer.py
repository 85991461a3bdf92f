"""The levers of a strategy: what it offers, with unit, bounds, cost and source."""

from ecosystem.parameters import Parameters, par
from ecosystem.scenario.places import Plant


class Levers(Parameters):
    """What a strategy can do. The defaults are S0: decide, announce, defend.

    What each acts on and how it is priced is told in :mod:`ecosystem.levers`.
    """

    openness: float = par(
        0.3,
        "1",
        "Openness of the process: disclosure, public hearings, answers. Costs 0.1% of capex at 1",
        "P088, P096; cost: assumption",
        "C",
        ge=0,
        le=1,
    )
    engagement_extra_weeks: float = par(
        0,
        "week",
        "Engagement before filing beyond the usual; its cost is its own time",
        "P101",
        "C",
        ge=0,
        le=104,
    )
    agreement_share_of_capex: float = par(
        0,
        "1",
        "Money of a negotiated community benefit agreement, as a share of campus capex",
        "P102: 0.03-0.83%",
        "B",
        ge=0,
        le=0.03,
    )
    agreement_binding: float = par(
        0,
        "1",
        "How far the agreement binds (enforceable, capped water and noise)",
        "docs/odd.md",
        "C",
        ge=0,
        le=1,
    )
    agreement_weeks: float = par(
        0,
        "week",
        "Negotiation time added to engagement",
        "P114: 1-9 months",
        "C",
        ge=0,
        le=52,
    )
    cash_usd_per_household_year: float = par(
        0,
        "USD/(household yr)",
        "One-sided cash to households of the host community",
        "docs/odd.md",
        "C",
        ge=0,
        le=5_000,
    )
    academy_seats_per_year: float = par(
        0,
        "1/yr",
        "Apprentice seats opened per year and region with a programme site",
        "P133, P138",
        "C",
        ge=0,
        le=5_000,
    )
    upskilling_seats_per_year: float = par(
        0,
        "1/yr",
        "Short courses per year and region that bring workers of other trades in",
        "P136",
        "C",
        ge=0,
        le=10_000,
    )
    pre_apprenticeship_seats_per_year: float = par(
        0,
        "1/yr",
        "Seats per year and region that prepare for an apprenticeship; who completes takes one of "
        "the academy's seats, as far as there are any",
        "P136, P137",
        "C",
        ge=0,
        le=10_000,
    )
    placebo_share_of_capex: float = par(
        0,
        "1",
        "Money that is spent and moves nothing: the control",
        "docs/odd.md",
        "C",
        ge=0,
        le=0.03,
    )
    closed_loop: float = par(
        0,
        "1",
        "Sites announced under the strategy cool in a closed loop; from 0.5 on, yes",
        "P177, P178",
        "B",
        ge=0,
        le=1,
    )
    on_site_engines: float = par(
        0,
        "1",
        "Sites announced under the strategy build engines, until the grid comes where it does; "
        "from 0.5 on, yes",
        "P026, P030",
        "B",
        ge=0,
        le=1,
    )
    on_site_fuel_cells: float = par(
        0,
        "1",
        "The same with fuel cells, before engines if both are set",
        "P028, P030",
        "B",
        ge=0,
        le=1,
    )
    non_firm: float = par(
        0,
        "1",
        "Sites announced under the strategy accept curtailment, and need no firm headroom; from "
        "0.5 on, yes",
        "Norris 2025",
        "B",
        ge=0,
        le=1,
    )
    equipment_reserved_weeks: float = par(
        0,
        "week",
        "Long-lead equipment that is ordered ahead of the design, for a fee",
        "P034, P037",
        "B",
        ge=0,
        le=156,
    )
    repeat_design: float = par(
        0,
        "1",
        "Sites announced under the strategy repeat their builder's last design: faster to draw, "
        "made for older racks; from 0.5 on, yes",
        "P200",
        "C",
        ge=0,
        le=1,
    )

    chips_prepaid_share: float = par(
        0,
        "1",
        "Share of the price of racks that is paid as they are ordered: the maker serves such "
        "orders sooner, and the money is borrowed until they come",
        "assumption",
        "C",
        ge=0,
        le=1,
    )

    @property
    def plant(self) -> Plant | None:
        """Power on site that the strategy builds; None leaves it as planned."""
        if self.on_site_fuel_cells >= 0.5:
            return "fuel_cells"
        return "engines" if self.on_site_engines >= 0.5 else None

    rate_protection: float = par(
        0,
        "1",
        "Part of the grid cost that the usual tariff leaves to other customers which the load "
        "takes on: 1 pays all of it",
        "P186",
        "C",
        ge=0,
        le=1,
    )
    take_or_pay_share: float = par(
        0,
        "1",
        "Share of contracted demand that is paid for from connection on, drawn or not",
        "P008: 0.85 in Ohio",
        "B",
        ge=0,
        le=1,
    )
    deposit_usd_per_mw: float = par(
        0,
        "USD/MW",
        "Deposit that all who ask a utility for a study post; it comes back with the connection",
        "P007",
        "C",
        ge=0,
        le=500_000,
    )
    local_hire_added: float = par(
        0,
        "1",
        "Share of craft hours and jobs for residents beyond the usual one, where there are enough",
        "P124",
        "C",
        ge=0,
        le=0.6,
    )
    offer_step: float = par(
        0,
        "1",
        "Adaptive: the offer (all levers but these four) begins at nothing and grows by this "
        "share a quarter while it is called for, and shrinks while not; 0: all of it at once",
        "assumption",
        "C",
        ge=0,
        le=1,
    )
    offer_below_support: float = par(
        0,
        "1",
        "Adaptive: mean support below which more is offered, as where opponents organise",
        "assumption",
        "C",
        ge=-1,
        le=1,
    )
    redesign_at_opposing: float = par(
        1,
        "1",
        "Adaptive: mobilised opposing share from which the lab redesigns a site, once, unasked; "
        "1: never",
        "assumption",
        "C",
        ge=0,
        le=1,
    )
    exit_after_denials: float = par(
        100,
        "denials",
        "Adaptive: denials after which the lab leaves a site; 100: never",
        "assumption",
        "C",
        ge=1,
        le=100,
    )


RULES = (
    "offer_step",
    "offer_below_support",
    "redesign_at_opposing",
    "exit_after_denials",
)
"""Levers that say how the lab adapts; they are no part of the offer."""
SPENDING = (
    "agreement_share_of_capex",
    "cash_usd_per_household_year",
    "academy_seats_per_year",
    "upskilling_seats_per_year",
    "pre_apprenticeship_seats_per_year",
    "placebo_share_of_capex",
    "rate_protection",
    "take_or_pay_share",
    "deposit_usd_per_mw",
    "local_hire_added",
    "chips_prepaid_share",
)
"""Levers that scale with money when strategies are compared at equal budget; the others say how
something is done, not how much of it, and stay."""


def upper_bound(lever: str) -> float:
    """Return the largest value that a lever may have."""
    return float(next(m.le for m in Levers.model_fields[lever].metadata if hasattr(m, "le")))
