"""What each lever of a strategy acts on and how it is priced: what people read, as data.

The levers themselves, with unit, bounds, source and grade, are declared in
:class:`ecosystem.scenario.Levers`; a test holds the two together. The model reads nothing here.
"""

from typing import NamedTuple

OWN_WORK = "own work"
"""What a delay is put down to where none of the eight causes binds."""


class Mechanism(NamedTuple):
    """A part of the model through which levers act.

    Attributes
    ----------
    words, section : str
        What happens, and the section of ``docs/odd.md`` that has the rule.
    causes : tuple of str
        Causes of delay that depend on it, for better or worse.
    """

    words: str
    section: str
    causes: tuple[str, ...]


class Acts(NamedTuple):
    """How one lever acts.

    Attributes
    ----------
    group : str
        Key of :data:`GROUPS`.
    label : str
        Its name in words.
    through : tuple of str
        Keys of :data:`MECHANISMS`.
    price : str
        Who pays for what; without money, what it costs instead.
    priced_by : tuple of str
        Paths below ``numbers`` of the world that the price multiplies.
    """

    group: str
    label: str
    through: tuple[str, ...]
    price: str
    priced_by: tuple[str, ...] = ()


GROUPS = {
    "engage": "Engage",
    "agree": "Agree",
    "train": "Train",
    "hire": "Hire",
    "bills": "Protect bills",
    "water": "Water",
    "power": "Power and connection",
    "order": "Order ahead",
    "adapt": "Adapt",
    "control": "Control",
}
"""Groups of levers, in the order in which people read them."""

MECHANISMS = {
    "fairness": Mechanism("Trust and opinion, by how fair the process is", "7.7", ("community",)),
    "engagement": Mechanism(
        "Weeks of talks before filing, which are contact and take time",
        "7.7",
        ("community", OWN_WORK),
    ),
    "promise": Mechanism(
        "A signed promise: credibility, caps on water and noise", "7.7", ("community",)
    ),
    "hearing": Mechanism("The hearing, and suits after it", "7.8", ("community",)),
    "gift": Mechanism(
        "Cash to hosts, which works against where trust is low", "7.7", ("community",)
    ),
    "crafts": Mechanism("Craft hours on offer in the region", "7.9", ("labour",)),
    "residents": Mechanism("Jobs and wages of residents", "7.7", ("community",)),
    "learners": Mechanism("Hours of crews who are new to the work", "7.16", ("labour", OWN_WORK)),
    "bills": Mechanism("Bills of other customers, and fear about them", "7.8", ("community",)),
    "queue": Mechanism(
        "Requests of others in the study queue, and what they hold", "7.8", ("grid",)
    ),
    "firm": Mechanism("Firm headroom that a site waits for", "7.8", ("grid",)),
    "bridge": Mechanism(
        "Power on site before the grid, with its air permit", "7.1", ("grid", "community")
    ),
    "thirst": Mechanism("Water that a site draws, and its permit", "7.8a", ("community",)),
    "commissioning": Mechanism("Design and commissioning of the cooling loop", "7.1", (OWN_WORK,)),
    "slot": Mechanism("Place with makers of long-lead equipment", "7.1", ("equipment",)),
    "racks": Mechanism("Place with the chip maker", "7.10a", ("chips",)),
    "debt": Mechanism("Money borrowed until goods come", "7.10a", ("capital",)),
    "drawings": Mechanism("Design that is repeated; halls for older racks", "7.1", (OWN_WORK,)),
    "offer": Mechanism("When and where the offer is made", "7.16", ("community",)),
    "redesign": Mechanism("Redesign before the hearing", "7.16", ("community", OWN_WORK)),
    "leave": Mechanism("Sites that the lab leaves", "7.16", ("community",)),
    "nothing": Mechanism("Nothing: what it costs is all that it does", "7.16", ()),
}
"""Parts of the model, from the community's side to the builder's."""

_BY_AGREEMENT = ("local.agreement_years",)
_OWN_TIME = "No money: it takes time."
_TERMS = "No money of its own: it is a term of the agreement."
_RULE = "No money of its own: it says when the offer is made."

ACTS = {
    "openness": Acts(
        "engage",
        "Openness",
        ("fairness",),
        "Lab to vendors, a share of campus capex over the first years",
        ("local.openness_cost_share", "local.openness_years"),
    ),
    "engagement_extra_weeks": Acts("engage", "More weeks of talks", ("engagement",), _OWN_TIME),
    "agreement_share_of_capex": Acts(
        "agree",
        "Agreement, money",
        ("promise", "hearing"),
        "Lab to host households, this share of campus capex over the years of the agreement",
        _BY_AGREEMENT,
    ),
    "agreement_binding": Acts("agree", "Agreement, bindingness", ("promise", "hearing"), _TERMS),
    "agreement_weeks": Acts("agree", "Agreement, negotiation", ("engagement",), _OWN_TIME),
    "cash_usd_per_household_year": Acts(
        "agree",
        "Cash, one-sided",
        ("gift",),
        "Lab to every host household, each year while the project lives",
    ),
    "academy_seats_per_year": Acts(
        "train",
        "Academy seats",
        ("crafts",),
        "Lab to workers, for each seat",
        ("workforce.trainee_cost_usd",),
    ),
    "upskilling_seats_per_year": Acts(
        "train",
        "Short courses",
        ("crafts",),
        "Lab to workers, for each seat",
        ("workforce.course_cost_usd",),
    ),
    "pre_apprenticeship_seats_per_year": Acts(
        "train",
        "Pre-apprenticeship seats",
        ("crafts",),
        "Lab to workers, for each seat",
        ("workforce.pre_apprentice_cost_usd",),
    ),
    "local_hire_added": Acts(
        "hire",
        "Local hire beyond the usual",
        ("residents", "learners"),
        "Lab to host households, a premium on the wages of those hired",
        ("local.local_hire_premium", "local.craft_wage_usd_per_h"),
    ),
    "rate_protection": Acts(
        "bills",
        "Rate protection",
        ("bills",),
        "Lab to utilities, what the usual tariff leaves to other customers",
        ("grid.full_cost_share", "grid.grid_cost_usd_per_mw"),
    ),
    "take_or_pay_share": Acts(
        "bills",
        "Take or pay",
        ("bills",),
        "Lab to utilities, the demand charge on contracted demand that is not drawn",
        ("grid.demand_charge_usd_per_mw_year",),
    ),
    "deposit_usd_per_mw": Acts(
        "bills",
        "Deposit for a study",
        ("queue",),
        "Lab to financiers, interest until the connection",
        ("capital.discount_per_year",),
    ),
    "closed_loop": Acts(
        "water",
        "Closed-loop cooling",
        ("thirst", "commissioning"),
        "Lab to vendors, a share of campus capex, where the site would have evaporated",
        ("options.closed_loop_premium",),
    ),
    "on_site_engines": Acts(
        "power",
        "Engines on site",
        ("bridge",),
        "Lab to vendors, USD 2.6 M a MW, less what the plan had",
    ),
    "on_site_fuel_cells": Acts(
        "power",
        "Fuel cells on site",
        ("bridge",),
        "Lab to vendors, above the price of engines, less what the plan had",
        ("options.fuel_cells_usd_per_mw",),
    ),
    "non_firm": Acts(
        "power",
        "Non-firm connection",
        ("firm",),
        "No money: hours of curtailment",
        ("options.non_firm_curtailment",),
    ),
    "equipment_reserved_weeks": Acts(
        "order",
        "Equipment made ahead",
        ("slot",),
        "Lab to vendors, a yearly fee for what is made ahead",
        ("options.reservation_usd_per_mw_year",),
    ),
    "repeat_design": Acts(
        "order",
        "Repeated design",
        ("drawings",),
        "No price of its own: refits where racks outgrow the hall",
        ("options.fitout_usd_per_it_mw",),
    ),
    "chips_prepaid_share": Acts(
        "order",
        "Racks prepaid",
        ("racks", "debt"),
        "Lab to financiers, interest until the racks come",
        ("capital.it_usd_per_mw", "capital.discount_per_year"),
    ),
    "offer_step": Acts("adapt", "Step of the offer", ("offer",), _RULE),
    "offer_below_support": Acts("adapt", "Offer below support of", ("offer",), _RULE),
    "redesign_at_opposing": Acts(
        "adapt",
        "Redesign from opposition of",
        ("redesign",),
        "Lab to vendors, a share of campus capex, once a site",
        ("local.redesign_cost_share",),
    ),
    "exit_after_denials": Acts("adapt", "Leave after", ("leave",), "The site."),
    "placebo_share_of_capex": Acts(
        "control",
        "Placebo",
        ("nothing",),
        "Lab to vendors, this share of campus capex over the years of an agreement",
        _BY_AGREEMENT,
    ),
}
"""By the name of the lever, in the order of the groups."""
