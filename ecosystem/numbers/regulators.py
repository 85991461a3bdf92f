"""Numbers of group ``regulators``."""

from typing import Literal

from ecosystem.parameters import Parameters, par


class Regulators(Parameters):
    """Permits, hearings, litigation, moratoria."""

    hearings_per_week: float = par(
        0.25,
        "1/week",
        "Hearings that one authority can hold",
        "practice",
        "C",
        (0.1, 0.5),
        gt=0,
        le=1_000,
    )
    deny_base: float = par(
        -2.0,
        "log-odds",
        "Denial at a hearing without opposition or support",
        "P052",
        "B",
        (-2.9, -1.4),
    )
    deny_opposition: float = par(
        5.4,
        "log-odds",
        "Effect of the mobilised opposing share; set to P051 at the share mobilised at contested "
        "hearings",
        "P051",
        "C",
        (2, 6),
        ge=0,
    )
    deny_support: float = par(
        2.0, "log-odds", "Effect of the mobilised supporting share", "P051", "C", (0.5, 4), ge=0
    )
    deny_negotiated: float = par(
        0.6, "log-odds", "Effect of a negotiated agreement", "P099", "C", (0, 1.4), ge=0
    )
    deny_gigawatt: float = par(
        -0.8,
        "log-odds",
        "Effect of a site of a gigawatt or more",
        "P053",
        "B",
        (-1.6, 0.3),
        ge=-5,
        le=5,
    )
    venues: Literal["zoning_only", "several"] = par(
        "several",
        "1",
        "Whether air, water, transmission and state land can stop a site too",
        "docs/odd.md",
        "B",
    )
    decisions_per_week: float = par(
        0.5,
        "1/week",
        "Cases that one authority beyond zoning can decide",
        "practice",
        "C",
        (0.2, 1.0),
        gt=0,
        le=1_000,
    )
    zoning_share: float = par(
        0.7,
        "1",
        "Part of the risk of a denial without opposition that zoning carries, before others",
        "assumption",
        "C",
        (0.5, 0.9),
        ge=0,
        le=1,
    )
    upstream_force: float = par(
        0.3,
        "1",
        "Part of its force that a campaign keeps for venues upstream",
        "assumption",
        "C",
        (0.1, 0.5),
        ge=0,
        lt=1,
    )
    upstream_shift: float = par(
        0.6,
        "1",
        "Campaigns that move upstream after they lost",
        "P068",
        "C",
        (0.3, 0.9),
        gt=0,
        le=1,
    )
    transmission_mw: float = par(
        500,
        "MW",
        "Size from which a firm connection takes a new line that needs approval",
        "P015; assumption",
        "C",
        (300, 1_000),
        ge=0,
    )
    redesign_weeks: float = par(
        26,
        "week",
        "Redesign and refiling after a denial",
        "P033, P062",
        "B",
        (5, 52),
        "triangular",
        ge=0,
    )
    withdraw_share: float = par(
        0.3, "1", "Denied sites that withdraw for good", "P060, P073", "C", (0.15, 0.5), ge=0, le=1
    )
    withdrawals_per_year: float = par(
        1.0,
        "1/yr",
        "Withdrawals by the developer, per year of a campaign against a project that nobody has "
        "approved yet; fitted to cancellations up to the end of 2025",
        "M123, M124, M129, P060; docs/odd.md 7.8",
        "C",
        (0.4, 1.5),
        ge=0,
    )
    resite_share: float = par(
        0.5,
        "1",
        "Share of withdrawals under a campaign after which the project is proposed again nearby",
        "P073",
        "B",
        (0.2, 0.81),
        ge=0,
        le=1,
    )
    resite_weeks: float = par(
        39,
        "week",
        "Time from such a withdrawal until the project is filed again: other land, other design",
        "assumption",
        "C",
        (26, 78),
        ge=0,
    )
    litigation_per_year: float = par(
        0.25,
        "1/yr",
        "Lawsuits per year at an organised site while it is permitted or built",
        "P056",
        "C",
        (0.1, 0.5),
        ge=0,
    )
    injunction_share: float = par(
        0.25, "1", "Lawsuits that stop work", "P056, P057", "C", (0.1, 0.5), ge=0, le=1
    )
    stay_weeks: float = par(
        17,
        "week",
        "Median length of a stop by court",
        "P062, LBNL 2024",
        "B",
        (4, 60),
        "lognormal",
        gt=0,
    )
    moratorium_per_year: float = par(
        0.10,
        "1/yr",
        "Moratoria per year in a county with an organised campaign",
        "P064, P065",
        "C",
        (0.04, 0.25),
        ge=0,
    )
    preventive_per_year: float = par(
        0.2,
        "1/yr",
        "Moratoria per year in a county where nobody need have a project, per unit of mean opinion "
        "below zero; fitted to counts up to the end of 2025",
        "M104-M107 records; docs/odd.md 7.8",
        "C",
        (0.05, 0.5),
        ge=0,
    )
    contagion: float = par(
        1.3,
        "1",
        "Factor on that rate per neighbour with a moratorium",
        "P069",
        "C",
        (1.0, 2.0),
        ge=1,
    )
    moratorium_weeks: float = par(
        52, "week", "Length of a moratorium", "P063", "B", (17, 104), "triangular", gt=0
    )

    settle_share: float = par(
        0.3,
        "1",
        "Denied sites, of those that stay, that sue and settle at once",
        "P060, Saline consent judgment 2025",
        "C",
        (0.1, 0.5),
        ge=0,
        le=1,
    )
    settle_weeks: float = par(
        5, "week", "Time that such a settlement costs", "M175-M177", "B", (3, 16), ge=0
    )
    stay_sigma: float = par(
        0.7, "1", "Log spread of the length of a stop by court", "P062", "C", (0.5, 1.2), ge=0
    )
    hearing_at: float = par(
        0.75,
        "1",
        "Share of the permit's work that is done before the hearing",
        "assumption",
        "C",
        (0.5, 0.9),
        gt=0,
        lt=1,
    )
    neighbour_km: float = par(
        200,
        "km",
        "Distance within which a moratorium is contagious",
        "assumption",
        "C",
        (80, 400),
        gt=0,
    )
