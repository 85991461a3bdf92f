"""Numbers of group ``workforce``."""

from ecosystem.parameters import Parameters, par
from ecosystem.rationing import Rule


class Workforce(Parameters):
    """Craft labour pools, region by craft."""

    hours_per_worker_week: float = par(
        48, "h/week", "Hours that one worker gives", "P121", "B", (42, 55), gt=0
    )
    pool_factor: float = par(
        1.0,
        "1",
        "Multiplier on journey workers available to data centres",
        "P115, P127",
        "C",
        (0.7, 1.4),
        gt=0,
    )
    wage_response: float = par(
        0.06,
        "1/week",
        "Relative wage rise per unit of unmet demand",
        "P126",
        "C",
        (0.02, 0.12),
        ge=0,
    )
    wage_return: float = par(
        0.06, "1/week", "Return of the wage to its base", "assumption", "C", (0.02, 0.12), ge=0
    )
    traveller_response: float = par(
        0.1,
        "1/week",
        "Travellers arriving per journey worker and unit of wage premium",
        "P121",
        "C",
        (0.04, 0.2),
        ge=0,
    )
    traveller_exit: float = par(
        0.03,
        "1/week",
        "Share of idle travellers who leave",
        "assumption",
        "C",
        (0.01, 0.08),
        ge=0,
        le=0.5,
    )
    rival_growth_per_year: float = par(
        0.08,
        "1/yr",
        "Growth of other builders' labour demand",
        "P117, P128",
        "C",
        (0.0, 0.2),
        ge=-0.5,
        le=1,
    )
    completion: float = par(
        0.49,
        "1",
        "Apprentices who complete, of all who enter; of cases resolved so far 38% had, but who "
        "leaves is counted sooner than who completes (docs/validation.md)",
        "P129, P131, P132",
        "B",
        (0.38, 0.56),
        ge=0,
        le=1,
    )
    apprentice_weeks: float = par(
        247, "week", "Length of an apprenticeship", "P129", "A", (208, 260), ge=26, le=520
    )
    apprentice_start_productivity: float = par(
        0.4,
        "1",
        "Productivity of a new apprentice",
        "docs/odd.md",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    training_effect: float = par(
        1.0,
        "1",
        "Multiplier on the productive hours that training adds; 0 = none",
        "P141",
        "C",
        (-0.5, 1.5),
        "uniform",
    )
    trainee_cost_usd: float = par(
        25_000,
        "USD",
        "Cost of one academy seat for its whole course",
        "P133, docs/odd.md section 6",
        "C",
        (15_000, 40_000),
        ge=0,
    )

    course_weeks: int = par(
        16, "week", "Length of an upskilling course", "P136", "B", (8, 26), ge=1
    )
    course_completion: float = par(
        0.8, "1", "Share of a course that completes it", "P136, P137", "C", (0.5, 0.95), ge=0, le=1
    )
    course_productivity: float = par(
        0.6,
        "1",
        "Productivity of an upskilled worker over a journey worker",
        "assumption",
        "C",
        (0.4, 0.8),
        ge=0,
        le=1,
    )
    course_stay_weeks: float = par(
        156,
        "week",
        "Mean time that an upskilled worker stays in the trade",
        "assumption",
        "C",
        (78, 312),
        gt=0,
    )
    course_cost_usd: float = par(
        6_000, "USD", "Cost of one upskilling seat", "P133, P136", "C", (3_500, 12_000), ge=0
    )

    pre_apprentice_weeks: int = par(
        10, "week", "Length of a pre-apprenticeship", "P136", "C", (6, 16), ge=1
    )
    pre_apprentice_completion: float = par(
        0.8,
        "1",
        "Share of a pre-apprenticeship that completes it and wants an apprenticeship",
        "assumption",
        "C",
        (0.5, 0.95),
        ge=0,
        le=1,
    )
    pre_apprentice_odds: float = par(
        1.3,
        "1",
        "Odds of completing an apprenticeship after a pre-apprenticeship, over those without",
        "P137",
        "C",
        (1.0, 1.8),
        gt=0,
    )
    pre_apprentice_head_start: float = par(
        0.03,
        "1",
        "Productivity that a pre-apprenticeship adds at the start of an apprenticeship",
        "docs/odd.md",
        "C",
        (0.0, 0.1),
        ge=0,
        le=1,
    )
    pre_apprentice_cost_usd: float = par(
        5_900, "USD", "Cost of one seat in it", "P133, P136", "C", (3_500, 12_000), ge=0
    )

    rival_share: float = par(
        0.35,
        "1",
        "Share of the pool that other builders employ at the start",
        "P115, P167",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    mep_electrical_share: float = par(
        0.6, "1", "Electrical share of the hours of fit-out", "P119", "C", (0.5, 0.8), ge=0, le=1
    )

    apprentice_end_productivity: float = par(
        0.9,
        "1",
        "Productivity at the end of an apprenticeship",
        "docs/odd.md",
        "C",
        (0.8, 1.0),
        ge=0,
        le=1,
    )
    rationing: Rule = par(
        "equal_share",
        "1",
        "Who gets craft hours when they are short: equal_share, critical_first or fifo",
        "docs/odd.md",
        "B",
    )

    local_hire_productivity: float = par(
        0.9,
        "1",
        "Productivity of residents hired beyond the usual share, over the others",
        "assumption",
        "C",
        (0.75, 1.0),
        gt=0,
        le=1,
    )
    peak_workers_per_mw: float = par(
        3.0,
        "1/MW",
        "Craft workers at the peak per facility MW",
        "P121; assumption",
        "C",
        (1.8, 5.4),
        gt=0,
    )
