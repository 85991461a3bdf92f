"""Numbers of group ``disruptions``."""

from ecosystem.parameters import Parameters, par


class Disruptions(Parameters):
    """Outages of makers (those of chips are in `chips`), and what others can take over."""

    common_share: float = par(
        0.3,
        "1",
        "Share of a maker's outages that come from a cause which strikes several at once "
        "(typhoon, earthquake, embargo, closed port)",
        "assumption",
        "C",
        (0.0, 0.8),
        ge=0,
        le=1,
    )
    equipment_per_year: float = par(
        0.1, "1/yr", "Rate of outages of equipment makers", "assumption", "C", (0.0, 0.3), ge=0
    )
    equipment_weeks: float = par(
        8, "week", "Mean length of such an outage", "assumption", "C", (3, 16), gt=0
    )
    equipment_depth: float = par(
        0.3, "1", "Share of their output lost in it", "assumption", "C", (0.1, 0.7), ge=0, le=1
    )
    grid_gear_per_year: float = par(
        0.1,
        "1/yr",
        "Rate of outages of the makers of grid gear (breakers, large transformers)",
        "assumption",
        "C",
        (0.0, 0.3),
        ge=0,
    )
    grid_gear_weeks: float = par(
        8, "week", "Mean length of such an outage", "assumption", "C", (3, 16), gt=0
    )
    grid_gear_depth: float = par(
        0.3, "1", "Share of their output lost in it", "assumption", "C", (0.1, 0.7), ge=0, le=1
    )
    substitutability: float = par(
        0.5,
        "1",
        "Share of what a vendor delivers that others can take over when it is out, where nothing "
        "is integrated with it",
        "assumption",
        "C",
        (0.2, 0.9),
        ge=0,
        le=1,
    )
    lock_in: float = par(
        0.8,
        "1",
        "Part of that share which full integration of cloud and hardware takes away",
        "assumption",
        "C",
        (0.3, 1.0),
        ge=0,
        le=1,
    )
    switching_weeks: float = par(
        26,
        "week",
        "From the outage of a vendor to deliveries by others: qualification, contract, redesign",
        "assumption",
        "C",
        (9, 52),
        ge=0,
    )
    integration_switching_weeks: float = par(
        26,
        "week",
        "What full integration of cloud and hardware adds to that",
        "assumption",
        "C",
        (0, 78),
        ge=0,
    )
