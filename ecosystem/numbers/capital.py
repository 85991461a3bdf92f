"""Numbers of group ``capital``."""

from ecosystem.parameters import Parameters, par


class Capital(Parameters):
    """Financiers of the lab and of its partners."""

    opening_cash_usd: float = par(
        1.7e10,
        "USD",
        "Cash of the lab at the start",
        "press, end 2024",
        "C",
        (1.0e10, 2.5e10),
        ge=0,
    )
    equity_usd_per_year: float = par(
        4.5e10,
        "USD/yr",
        "Equity that investors would give at full credibility in 2025-26",
        "commit_r122, commit_nv30",
        "C",
        (2.5e10, 8e10),
        ge=0,
    )
    equity_growth_per_year: float = par(
        0.1, "1/yr", "Growth of that amount", "assumption", "C", (-0.2, 0.35)
    )
    lease_usd_per_mw_year: float = par(
        12.5e6,
        "USD/(MW yr)",
        "Rent of powered capacity with IT",
        "formulas section 8; rent_per_gw",
        "B",
        (10e6, 17e6),
        gt=0,
    )
    commitment_cover: float = par(
        0.8,
        "1",
        "Yearly commitments allowed per unit of expected revenue",
        "commit_hsbc",
        "C",
        (0.5, 1.2),
        gt=0,
    )
    expectation_years: float = par(
        4,
        "yr",
        "Horizon over which revenue is extrapolated",
        "oai_rev_2030_target",
        "C",
        (3, 5),
        gt=0,
        le=15,
    )
    growth_expected_max: float = par(
        0.75,
        "1/yr",
        "Ceiling on the expected log growth of revenue",
        "oai_rev_2030_target",
        "B",
        (0.55, 0.95),
        gt=0,
        le=3,
    )
    miss_penalty: float = par(
        2.0,
        "1",
        "Weight of a missed milestone over a kept one in a reputation",
        "Josang & Ismail 2002",
        "C",
        (1, 5),
        ge=1,
    )
    reputation_half_life_weeks: float = par(
        104,
        "week",
        "Half-life of what partners remember",
        "Josang & Ismail 2002",
        "C",
        (52, 208),
        gt=0,
    )
    campus_usd_per_mw: float = par(
        12.7e6,
        "USD/MW",
        "Powered campus without IT, per facility MW",
        "P157",
        "B",
        (11.5e6, 15e6),
        "triangular",
        gt=0,
    )
    it_usd_per_mw: float = par(
        22e6, "USD/MW", "IT equipment, per facility MW", "P158", "B", (17e6, 27e6), gt=0
    )
    discount_per_year: float = par(
        0.08, "1/yr", "Real discount rate", "assumption", "C", (0.04, 0.12), ge=0, lt=0.5
    )
    fixed_usd_per_year: float = par(
        6e9,
        "USD/yr",
        "Research staff and other fixed cost of the lab, 2025",
        "oai_rev_2025",
        "C",
        (4e9, 9e9),
        ge=0,
    )
    fixed_growth_per_year: float = par(
        0.25,
        "1/yr",
        "Growth of that cost",
        "assumption",
        "C",
        (0.1, 0.4),
        ge=-0.5,
        le=2,
    )

    refuse_below: float = par(
        0.35,
        "1",
        "Reputation of a developer below which a site is not funded",
        "assumption",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    opening_standing: float = par(
        0.8,
        "1",
        "Strength of a relation before anything is kept or missed",
        "assumption",
        "C",
        (0.6, 0.9),
        gt=0,
        lt=1,
    )
    grace_weeks: float = par(
        13, "week", "Lateness that still counts as a promise kept", "assumption", "C", (4, 26), ge=0
    )
    other_cost_share: float = par(
        0.35,
        "1",
        "Staff, sales and other cost of the lab over revenue, at least",
        "oai_rev_2025, netloss_2024",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    runway_years: float = par(
        1.0,
        "yr",
        "Cash over yearly outlays up to which a lab that spends more than it earns raises equity",
        "assumption",
        "C",
        (0.5, 2),
        gt=0,
    )
    payout_above_years: float = par(
        1.0,
        "yr",
        "Cash over yearly outlays beyond which the lab buys back shares or pays out",
        "assumption",
        "C",
        (0.5, 2),
        gt=0,
    )
    forecast_weeks: float = par(
        52,
        "week",
        "Memory of the lab's forecast: time in which expected growth takes up most of what is seen",
        "assumption",
        "C",
        (26, 104),
        ge=1,
    )
    equity_factor: float = par(
        1.0,
        "1",
        "Multiplier on the equity that stands behind every cloud and landlord",
        "assumption",
        "C",
        (0.7, 1.5),
        gt=0,
    )
    reinvested_share: float = par(
        0.6,
        "1",
        "Share of what partners distribute that their backers would put in again",
        "assumption",
        "C",
        (0.2, 0.9),
        ge=0,
        le=1,
    )
    loan_to_cost: float = par(
        0.63,
        "1",
        "Debt that lenders give a partner over what he has built: 9.4 of 15 bn USD at Abilene",
        "abilene_loans",
        "B",
        (0.55, 0.75),
        ge=0,
        lt=1,
    )
    own_loan_to_cost: float = par(
        0.4,
        "1",
        "The same for a lab that builds itself, without a tenant of good credit",
        "assumption",
        "C",
        (0.2, 0.6),
        ge=0,
        lt=1,
    )
    leverage_limit: float = par(
        0.8,
        "1",
        "Debt over book value from which on lenders take all that an owner has left",
        "dc_project_finance",
        "B",
        (0.7, 0.9),
        gt=0,
        le=1,
    )
    debt_base_rate: float = par(
        0.04,
        "1/yr",
        "Real interest without leverage: SOFR + 250 basis points, less 2.5% inflation",
        "dc_loan_pricing",
        "B",
        (0.03, 0.055),
        ge=0,
        le=0.3,
    )
    debt_spread_at_limit: float = par(
        0.04,
        "1/yr",
        "Interest that leverage at its limit adds: GPU clouds pay 9% to 15%",
        "gpu_cloud_debt",
        "B",
        (0.02, 0.08),
        ge=0,
        le=0.5,
    )
    debt_years: float = par(
        7,
        "yr",
        "Time in which a partner pays its debt back: loans on racks run for five",
        "gpu_cloud_debt",
        "C",
        (5, 15),
        ge=1,
    )
    campus_life_years: float = par(
        20, "yr", "Depreciation of buildings and power", "practice", "C", (15, 30), ge=1
    )
    operations_usd_per_mw_year: float = par(
        1.0e6,
        "USD/(MW yr)",
        "Staff, maintenance, spares and insurance of capacity in use, without energy: 3% of its "
        "cost",
        "assumption",
        "C",
        (0.4e6, 2e6),
        ge=0,
    )
    lease_years: float = par(
        10,
        "yr",
        "Term of the lab's leases, from the day on which they are due: five years with Oracle, "
        "seven with AWS, twenty at PORTS-Pike",
        "contracts_ms, M152",
        "B",
        (5, 20),
        gt=0,
    )
    take_or_pay_share: float = par(
        0.9,
        "1",
        "Share of the rent that is owed for capacity delivered and due, used or not",
        "assumption",
        "C",
        (0.7, 1.0),
        ge=0,
        le=1,
    )
    cancel_fee_years: float = par(
        0.25,
        "yr",
        "Rent that the lab pays when it cancels a building that nobody has begun",
        "assumption",
        "C",
        (0, 1),
        ge=0,
    )
    relet_years: float = par(
        0.25,
        "yr",
        "Time until another tenant takes over a building that the lab gives up: weeks in the one "
        "known case, in a boom",
        "P199",
        "C",
        (0.04, 1.0),
        ge=0,
    )
    resale_share: float = par(
        0.8,
        "1",
        "What the next tenant's landlord pays over the book value of a building that is given up",
        "assumption",
        "C",
        (0.4, 1.0),
        ge=0,
        le=1,
    )
    reserve_years: float = par(
        0.5,
        "yr",
        "Cash over yearly outlays that a lab which builds itself does not put into building",
        "assumption",
        "C",
        (0.25, 1),
        ge=0,
    )
    self_build_factor: float = par(
        1.3,
        "1",
        "Building time of a lab that builds itself over that of a landlord; confounded in the data",
        "P201",
        "C",
        (1.0, 1.6),
        gt=0,
    )
