"""Numbers of the laboratory, its financiers and its market."""

from typing import Literal

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


class Lab(Parameters):
    """The AI laboratory: plans, partners, split of its compute."""

    friction: float = par(
        0.06,
        "1",
        "Interface friction per partner link",
        "docs/odd.md",
        "C",
        (0.0, 0.15),
        ge=0,
        lt=0.5,
    )
    pipeline_weight: float = par(
        0.7,
        "1",
        "Share of the pipeline that the plan remembers (1 = no supply-line neglect)",
        "Sterman 1989",
        "C",
        (0.4, 1.0),
        ge=0,
        le=1,
    )
    choice_sharpness: float = par(
        4,
        "1",
        "Softmax sharpness of site choice on scores in [0, 1]",
        "assumption",
        "C",
        (2, 8),
        ge=0,
    )
    starts_per_quarter: int = par(
        2, "sites", "New sites that the lab can open in a quarter", "P205, M141", "C", (1, 4), ge=0
    )
    training_share_2025: float = par(
        0.62,
        "1",
        "Share of compute for research and training at the start",
        "share_rd_2024, share_rd_2025",
        "A",
        (0.55, 0.7),
        ge=0,
        le=1,
    )
    training_share_floor: float = par(
        0.30,
        "1",
        "Share that it falls to",
        "share_rd_2024, share_rd_2025",
        "C",
        (0.2, 0.45),
        ge=0,
        le=0.9,
    )
    training_share_fall_per_year: float = par(
        0.12, "1/yr", "Speed of that fall", "share_rd_2024, share_rd_2025", "B", (0.06, 0.18), ge=0
    )
    patience_weeks: float = par(
        104,
        "week",
        "Lateness at which a phase that has not begun building is given up",
        "M147, M148",
        "C",
        (78, 156),
        gt=0,
    )

    shed_below: float = par(
        0.4,
        "1",
        "Expected utilisation of what there will be below which the lab cancels and resells",
        "assumption",
        "C",
        (0.25, 0.55),
        ge=0,
        le=1,
    )
    partner_choice: Literal["free", "as_listed"] = par(
        "free",
        "1",
        "Whether the lab chooses cloud and builder of a later site, or takes those of sites.csv",
        "docs/odd.md",
        "B",
    )
    consortium_most: int = par(
        3,
        "partners",
        "Clouds and landlords who share a site that is too large for one, at most",
        "assumption",
        "C",
        (1, 4),
        ge=1,
        le=16,
    )
    own_integration: float = par(
        0.8,
        "1",
        "Integration of data centre, network and hardware where the lab builds itself",
        "assumption",
        "C",
        (0.5, 1.0),
        ge=0,
        le=1,
    )
    plan_years: float = par(
        3,
        "yr",
        "Horizon of the capacity plan: the time from announcement to power",
        "P142, P198",
        "B",
        (2, 4),
        gt=0,
        le=15,
    )
    contract_weeks: float = par(
        6, "week", "From announcement to a signed capacity contract", "practice", "C", (0, 26), ge=0
    )
    handover_weeks: float = par(
        2,
        "week",
        "From commissioning to use: acceptance by the tenant",
        "practice",
        "C",
        (0, 6),
        ge=0,
    )


class Market(Parameters):
    """Capability to demand to price to revenue."""

    capability_start: float = par(
        140,
        "ECI points",
        "Capability index of the best model at the start",
        "scaling_laws.csv",
        "B",
        (135, 145),
    )
    capability_per_decade: float = par(
        9.63,
        "ECI points",
        "Index points per tenfold training compute",
        "formulas section 4",
        "B",
        (7.5, 11.6),
        ge=0,
    )
    start_run_flop: float = par(
        2e26,
        "FLOP",
        "Training compute of that model",
        "scaling_laws.csv",
        "B",
        (6.6e25, 3.8e26),
        "lognormal",
        gt=0,
    )
    algorithmic_growth: float = par(
        1.3,
        "1/yr",
        "Log growth of algorithmic efficiency",
        "ho2024_rate, epoch2026_algprog",
        "B",
        (0.6, 2.3),
        ge=0,
    )
    demand_max_mw: float = par(
        100_000,
        "MW",
        "Inference demand at saturation",
        "assumption",
        "C",
        (30_000, 250_000),
        "lognormal",
        gt=0,
    )
    demand_start_mw: float = par(
        600, "MW", "Inference demand at the start", "gw_2024, share_rd_2024", "C", (400, 850), gt=0
    )
    demand_width: float = par(
        7.5,
        "ECI points",
        "Width of the demand logistic; the loop gain is capability_per_decade / (2.3 width)",
        "docs/odd.md",
        "C",
        (6, 12),
        gt=0,
    )
    price_start_usd_per_mw_year: float = par(
        24e6,
        "USD/(MW yr)",
        "Revenue per served inference MW-year at the start",
        "rev_per_gw_2024, share_rd_2025",
        "B",
        (18e6, 30e6),
        gt=0,
    )
    price_elasticity: float = par(
        1.11, "1", "Own-price elasticity of demand", "elas_nber", "B", (0.8, 1.8), ge=0, le=5
    )
    latency_elasticity: float = par(
        0.15, "1", "Elasticity of demand to latency", "assumption", "C", (0.05, 0.4), ge=0
    )
    pass_through: float = par(
        0.8,
        "1",
        "Share of efficiency gains passed on in the price of a token",
        "price_trend",
        "C",
        (0.4, 1.0),
        ge=0,
        le=1.2,
    )
    scarcity: float = par(
        0.4, "1", "Response of the price to utilisation", "assumption", "C", (0.1, 1.5), ge=0
    )
    target_utilisation: float = par(
        0.65,
        "1",
        "Utilisation at which the price rests",
        "formulas section 5",
        "C",
        (0.5, 0.8),
        gt=0,
        lt=1,
    )
    price_floor: float = par(
        0.5, "1", "Lowest price over its start", "assumption", "C", (0.3, 0.7), gt=0
    )
    price_cap: float = par(
        1.5, "1", "Highest price over its start", "assumption", "C", (1.2, 2.5), ge=1
    )
    price_weeks: float = par(
        8, "week", "Time constant of the price", "assumption", "C", (6, 16), ge=6
    )
    innovation_per_year: float = par(
        0.8, "1/yr", "Adoption without others' example", "Bass 1969", "C", (0.3, 1.4), ge=0
    )
    imitation_per_year: float = par(
        3.0, "1/yr", "Adoption by others' example", "Bass 1969", "C", (1.5, 4.5), ge=0
    )
    adaptation_weeks: float = par(
        26,
        "week",
        "Time in which users take up most of a leap in software: the same use then asks for as "
        "many MW as before",
        "assumption",
        "C",
        (8, 52),
        gt=0,
    )
    exit_per_year: float = par(
        1.0, "1/yr", "Speed at which excess use leaves", "assumption", "C", (0.5, 2), ge=0
    )
    churn_per_year: float = par(
        0.5, "1/yr", "Use lost per unit of shortfall", "assumption", "C", (0.1, 1.5), ge=0
    )
    run_weeks: float = par(
        20,
        "week",
        "Length of a frontier training run",
        "train_duration_growth",
        "C",
        (13, 39),
        ge=4,
    )
    final_run_share: float = par(
        0.15,
        "1",
        "Share of training compute in the final run",
        "final_run_share",
        "B",
        (0.1, 0.3),
        gt=0,
        le=1,
    )
    release_lag_weeks: float = par(
        13, "week", "From the end of a run to its release", "assumption", "C", (6, 26), ge=0
    )
    release_spare_share: float = par(
        0.5,
        "1",
        "Share of that lag that idle inference capacity saves, at most",
        "assumption",
        "C",
        (0.0, 0.8),
        ge=0,
        le=1,
    )
    rival_share: float = par(
        0.3,
        "1",
        "Share of demand that goes to rivals at the start",
        "anth_arr_2025, oai_arr_cfo_2025",
        "C",
        (0.1, 0.5),
        ge=0,
        lt=1,
    )
    rival_width: float = par(
        12,
        "ECI points",
        "Lead over the rivals' frontier that multiplies the odds of being chosen by 2.7",
        "assumption",
        "C",
        (6, 30),
        gt=0,
    )
    rival_compute_growth: float = par(
        0.5,
        "1/yr",
        "Log growth of the compute of rivals, in training and in serving",
        "nvidia_stock_growth",
        "C",
        (0.2, 0.85),
        ge=0,
    )
    rival_spare_mw: float = par(
        80,
        "MW",
        "Inference capacity that rivals have to spare for users turned away, at the start",
        "h100e_2025",
        "C",
        (0, 250),
        ge=0,
    )
    rival_churn_per_year: float = par(
        1.0,
        "1/yr",
        "Speed at which users turned away go to rivals with room",
        "adoption_decay",
        "C",
        (0.2, 2.5),
        ge=0,
    )
    split_step_per_quarter: float = par(
        0.038,
        "1",
        "Share of compute that moves between training and serving in a quarter, at most",
        "share_rd_2024, share_rd_2025",
        "B",
        (0.02, 0.06),
        ge=0,
        le=1,
    )
    training_share_most: float = par(
        0.714,
        "1",
        "Largest share of compute that trains: the largest observed",
        "share_rd_2024",
        "A",
        ge=0,
        le=1,
    )
    split_rule: Literal["need", "trend"] = par(
        "need",
        "1",
        "How the lab divides its compute: by what serving needs, or by the trend of 2024-25",
        "docs/odd.md",
        "B",
    )
    saturation_decades: float = par(
        4.0,
        "decades",
        "Decades of effective compute after which the saturating law has yielded 63% of its total",
        "assumption",
        "C",
        (2.0, 8.0),
        gt=0,
    )
    capability_law: Literal["log", "saturating", "compute_null"] = par(
        "log", "1", "How compute becomes capability; compute_null: not at all", "docs/odd.md", "B"
    )
