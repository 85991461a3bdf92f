"""Numbers of group ``lab``."""

from typing import Literal

from ecosystem.parameters import Parameters, par


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
