"""Numbers of group ``contractors``."""

from ecosystem.parameters import Parameters, par


class Contractors(Parameters):
    """Builders: crews and weather."""

    crew_factor: float = par(
        1.0,
        "1",
        "Multiplier on the phases that a contractor builds at once",
        "P147",
        "C",
        (0.7, 1.5),
        gt=0,
    )
    learning: float = par(
        0.1,
        "1",
        "Exponent of the learning curve over repeated buildings: work falls as n^-b",
        "docs/odd.md",
        "C",
        (0.0, 0.2),
        ge=0,
        le=1,
    )
    storm_per_year: float = par(
        0.5,
        "1/yr",
        "Rate of regional stoppages (storm, freeze, wildfire)",
        "assumption",
        "C",
        (0.1, 1.2),
        ge=0,
    )
    storm_weeks: float = par(
        2, "week", "Mean length of a stoppage", "assumption", "C", (1, 4), gt=0
    )
