"""Mechanisms that can be switched off: each with the numbers that do it.

A null is the same world without one mechanism; it says what a result owes to that mechanism, not
how likely such a world is. A null adds no code: it is a value of declared numbers.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ecosystem.errors import InputError
from ecosystem.scenario import World

PLENTY = 1e3
"""Multiplier, or stock, with which nothing is short."""
NEVER_WEEKS = 1e5


class Null(NamedTuple):
    """What is switched off, in words, and by which numbers (below ``numbers``)."""

    meaning: str
    values: Mapping[str, float | int | str]


NULLS: Mapping[str, Null] = {
    "opinion": Null("nobody listens to neighbours", {"society.opinion_rule": "none"}),
    "impacts": Null("what a site brings moves no opinion", {"society.impact_weight": 0.0}),
    "fairness": Null("how open the process is moves no opinion", {"society.fairness_weight": 0.0}),
    "experience": Null(
        "people go on weighing words, not what they live with", {"society.experience_effect": 0.0}
    ),
    "trust": Null("trust stays as it was before first contact", {"society.trust_gain": 0.0}),
    "promises": Null("promises kept and broken move no trust", {"society.promise_effect": 0.0}),
    "mood": Null(
        "national mood stays at its last observation", {"society.mood_weeks": NEVER_WEEKS}
    ),
    "mobilisation": Null("nobody campaigns for or against", {"society.opinion_to_act": 1.0}),
    "diffusion": Null("no campaign takes heart from another", {"society.diffusion": 0.0}),
    "denial": Null(
        "no hearing denies a permit",
        {"regulators.deny_base": -700.0, "regulators.deny_opposition": 0.0},
    ),
    "hearing_staff": Null(
        "authorities hear two cases a week at once",
        {"regulators.hearings_per_week": PLENTY, "regulators.decisions_per_week": PLENTY},
    ),
    "venues": Null("only zoning can stop a site", {"regulators.venues": "zoning_only"}),
    "litigation": Null("nobody sues", {"regulators.litigation_per_year": 0.0}),
    "withdrawals": Null(
        "no developer withdraws before a decision", {"regulators.withdrawals_per_year": 0.0}
    ),
    "resiting": Null(
        "nothing withdrawn is proposed again nearby", {"regulators.resite_share": 0.0}
    ),
    "moratoria": Null(
        "no moratorium",
        {"regulators.moratorium_per_year": 0.0, "regulators.preventive_per_year": 0.0},
    ),
    "preventive_moratoria": Null(
        "no moratorium without a campaign", {"regulators.preventive_per_year": 0.0}
    ),
    "contagion": Null("moratoria do not spread", {"regulators.contagion": 1.0}),
    "grid_studies": Null(
        "every grid study starts at once",
        {"grid.study_slots": 6_000, "grid.restudy_weeks": 0.0},
    ),
    "grid_headroom": Null("firm capacity for everybody", {"grid.headroom_factor": PLENTY}),
    "other_requests": Null("nobody else asks for a grid study", {"grid.other_requests_share": 0.0}),
    "speculation": Null(
        "no speculative request in the study queue", {"grid.speculative_share": 0.0}
    ),
    "speculative_holds": Null(
        "no firm capacity is held by speculative requests", {"grid.speculative_hold_share": 0.0}
    ),
    "equipment": Null("slots for every order", {"equipment.slots_mw": 1e7}),
    "chips": Null("racks for every order", {"chips.mw_per_week": 2e5}),
    "chip_rivals": Null("nobody else orders racks", {"chips.rival_mw_per_week": 0.0}),
    "chip_ramps": Null(
        "every generation comes in full number at once", {"chips.ramp_start_share": 1.0}
    ),
    "chip_expansion": Null(
        "the chip maker adds nothing to its plan", {"chips.expansion_step": 0.0}
    ),
    "chip_priority": Null(
        "the chip maker serves all customers alike",
        {"chips.priority_of_standing": 0.0, "chips.priority_of_prepayment": 0.0},
    ),
    "generations": Null(
        "no generation of racks after the last announced one",
        {"chips.generation_weeks": NEVER_WEEKS},
    ),
    "waiting": Null("the lab takes the racks on sale", {"chips.longest_wait_weeks": 0.0}),
    "chip_outages": Null("no disruption of chip supply", {"chips.outage_per_year": 0.0}),
    "maker_outages": Null(
        "no outage of makers of equipment and of grid gear",
        {"disruptions.equipment_per_year": 0.0, "disruptions.grid_gear_per_year": 0.0},
    ),
    "common_cause": Null("makers are never struck together", {"disruptions.common_share": 0.0}),
    "substitution": Null(
        "nobody stands in for a vendor who is out", {"disruptions.substitutability": 0.0}
    ),
    "renewal": Null("accelerators last", {"chips.chip_life_years": 1_000.0}),
    "labour": Null(
        "craft workers for everybody, at the usual wage", {"workforce.pool_factor": 100.0}
    ),
    "rivals": Null(
        "rivals take neither craft workers nor equipment nor racks",
        {
            "workforce.rival_share": 0.0,
            "equipment.rival_slots_mw": 0.0,
            "chips.rival_mw_per_week": 0.0,
        },
    ),
    "training": Null("academies and courses train nobody", {"workforce.training_effect": 0.0}),
    "crews": Null("a crew for every building", {"contractors.crew_factor": PLENTY}),
    "learning": Null("builders do not learn", {"contractors.learning": 0.0}),
    "pace": Null(
        "builders whose pace is not on record build at the common one",
        {"delivery.sigma_builder": 0.0},
    ),
    "spread": Null(
        "work takes as long as planned",
        {
            "delivery.sigma_activity": 0.0,
            "delivery.sigma_site": 0.0,
            "delivery.sigma_region": 0.0,
            "options.closed_loop_sigma": 0.0,
        },
    ),
    "weather": Null(
        "no storm, drought or frost",
        {
            "contractors.storm_per_year": 0.0,
            "climate.drought_per_year": 0.0,
            "climate.frost_per_winter": 0.0,
        },
    ),
    "friction": Null("partners work as one", {"lab.friction": 0.0}),
    "reputation": Null(
        "partners forget at once what was kept and missed",
        {"capital.reputation_half_life_weeks": 1e-3},
    ),
    "refusal": Null("financiers refuse no builder", {"capital.refuse_below": 0.0}),
    "commitments": Null(
        "what the lab signs is not limited by what it earns", {"capital.commitment_cover": PLENTY}
    ),
    "balance_sheets": Null(
        "owners have all the equity that they could want", {"capital.equity_factor": PLENTY}
    ),
    "interest": Null(
        "debt costs nothing", {"capital.debt_base_rate": 0.0, "capital.debt_spread_at_limit": 0.0}
    ),
    "take_or_pay": Null(
        "the lab owes no rent for what it does not use", {"capital.take_or_pay_share": 0.0}
    ),
    "shedding": Null("the lab keeps what it will have no use for", {"lab.shed_below": 0.0}),
    "exit_fees": Null(
        "leaving a lease costs nothing",
        {"capital.cancel_fee_years": 0.0, "capital.relet_years": 0.0},
    ),
    "payout": Null("the lab keeps its cash", {"capital.payout_above_years": PLENTY}),
    "forecast": Null(
        "the lab expects what it saw in the last quarter", {"capital.forecast_weeks": 1.0}
    ),
    "partner_choice": Null(
        "later sites have the partners of the table", {"lab.partner_choice": "as_listed"}
    ),
    "land": Null("zoned land for everybody", {"land.stock_factor": PLENTY}),
    "site_choice": Null("the lab picks sites at random", {"lab.choice_sharpness": 0.0}),
    "patience": Null("nothing is given up for being late", {"lab.patience_weeks": NEVER_WEEKS}),
    "rents": Null("lodgers raise no rents", {"local.rent_response": 0.0}),
    "bills": Null(
        "sites change nobody's bill",
        {
            "grid.full_cost_share": 1.0,
            "grid.fixed_cost_margin_usd_per_mwh": 0.0,
            "grid.capacity_price_push_usd_per_mwh": 0.0,
        },
    ),
    "taxes": Null("sites pay no local tax", {"local.tax_usd_per_mw_year": 0.0}),
    "nuisance": Null(
        "neighbours bear no loss in money", {"local.nuisance_usd_per_household_year": 0.0}
    ),
    "scarcity_price": Null("price does not follow utilisation", {"market.scarcity": 0.0}),
    "latency": Null("demand does not mind waiting", {"market.latency_elasticity": 0.0}),
    "rival_models": Null(
        "no rival takes users from the lab",
        {"market.rival_share": 0.0, "market.rival_spare_mw": 0.0},
    ),
    "spare_release": Null(
        "idle inference brings no model to market sooner", {"market.release_spare_share": 0.0}
    ),
    "split": Null(
        "compute goes from training to serving as it did in 2024-25, whatever demand does",
        {"market.split_rule": "trend"},
    ),
    "capability": Null("compute makes no better models", {"market.capability_law": "compute_null"}),
}


def nulled(world: World, names: Iterable[str]) -> World:
    """Return a world without some mechanisms.

    Raises
    ------
    InputError
        If there is no such mechanism.
    """
    values: dict[str, float | int | str] = {}
    for name in names:
        if name not in NULLS:
            raise InputError(f"No mechanism {name!r} to switch off; known are {', '.join(NULLS)}.")
        values |= {f"numbers.{path}": value for path, value in NULLS[name].values.items()}
    return world.with_values(values) if values else world
