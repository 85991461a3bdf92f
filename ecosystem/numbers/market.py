"""Numbers of group ``market``."""

from typing import Literal

from ecosystem.parameters import Parameters, par


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
