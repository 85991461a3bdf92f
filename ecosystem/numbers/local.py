"""Numbers of group ``local``."""

from ecosystem.parameters import Parameters, par


class Local(Parameters):
    """What a site means for its hosts: jobs, taxes, water, money."""

    permanent_jobs_per_mw: float = par(
        0.32, "1/MW", "Permanent jobs per facility MW", "P187", "B", (0.17, 0.77), "lognormal", ge=0
    )
    local_hire_share: float = par(
        0.25,
        "1",
        "Share of craft hours worked by residents",
        "P124",
        "B",
        (0.15, 0.4),
        ge=0.01,
        le=1,
    )
    tax_usd_per_mw_year: float = par(
        60_000,
        "USD/(MW yr)",
        "Local tax after abatement",
        "P189, P190, P191",
        "C",
        (5_000, 190_000),
        ge=0,
    )
    craft_wage_usd_per_h: float = par(
        42, "USD/h", "Craft wage with benefits at the start", "P125, P126", "B", (33, 60), gt=0
    )
    alternative_wage_share: float = par(
        0.75,
        "1",
        "What a resident would have earned otherwise, over the craft wage",
        "P135",
        "C",
        (0.5, 0.95),
        ge=0,
        le=1,
    )
    nuisance_usd_per_household_year: float = par(
        60,
        "USD/yr",
        "Loss by noise, traffic and air of a household next to a site per GW",
        "P087",
        "C",
        (10, 250),
        ge=0,
    )
    water_usd_per_m3: float = par(
        1.5, "USD/m3", "Local value of a cubic metre of water", "assumption", "C", (0.5, 5), ge=0
    )

    agreement_years: float = par(
        10, "yr", "Years over which an agreement pays", "P104, P107", "C", (5, 30), gt=0
    )
    openness_cost_share: float = par(
        0.001,
        "1",
        "Cost of a fully open process over campus capex",
        "P096",
        "C",
        (0.0005, 0.003),
        ge=0,
    )

    openness_years: float = par(
        2, "yr", "Years after announcement over which engagement is paid", "P101", "C", (1, 3), gt=0
    )
    rent_response: float = par(
        1.0,
        "1",
        "Rise of rents over the rise of demand for homes by workers who lodge; 0 = none",
        "assumption",
        "C",
        (0.3, 2.0),
        ge=0,
    )
    rent_rise_most: float = par(
        0.5,
        "1",
        "Most that rents rise before camps are built",
        "assumption",
        "C",
        (0.2, 1.0),
        ge=0,
    )
    rent_usd_per_year: float = par(
        12_000, "USD/yr", "Rent of a home", "assumption", "C", (8_000, 18_000), ge=0
    )
    low_income_renter_share: float = par(
        0.55,
        "1",
        "Renters in the lowest income tercile; the other two share the rest alike",
        "assumption",
        "C",
        (0.4, 0.7),
        ge=0,
        le=1,
    )
    lodging_share: float = par(
        0.4,
        "1",
        "Workers of the region who do not live near a site and take lodging there",
        "assumption",
        "C",
        (0.2, 0.7),
        ge=0,
        le=1,
    )
    announced_jobs_factor: float = par(
        1.2,
        "1",
        "Permanent jobs that are promised over those that come",
        "P187; size: assumption",
        "C",
        (1.0, 2.0),
        ge=1,
    )

    commuting_factor: float = par(
        3.0,
        "1",
        "Residents in the trades within daily reach of a site, over those of its host community",
        "assumption",
        "C",
        (1.0, 8.0),
        ge=0,
    )
    local_hire_premium: float = par(
        0.1,
        "1",
        "Pay and training of residents hired beyond the usual share, over the craft wage",
        "P126; assumption",
        "C",
        (0.0, 0.25),
        ge=0,
    )
    pay_low_share: float = par(
        0.2,
        "1",
        "Part of what residents earn at a site that goes to the lowest income tercile: journey "
        "workers earn too much to be in it, helpers and cleaners do not",
        "P125; split: assumption",
        "C",
        (0.1, 0.33),
        ge=0,
        le=0.5,
    )
    pay_middle_share: float = par(
        0.5,
        "1",
        "Part of it that goes to the middle tercile; the rest goes to the highest",
        "P125; split: assumption",
        "C",
        (0.33, 0.6),
        ge=0,
        le=1,
    )
    redesign_cost_share: float = par(
        0.005,
        "1",
        "Cost of a redesign over campus capex",
        "assumption",
        "C",
        (0.002, 0.02),
        ge=0,
    )
