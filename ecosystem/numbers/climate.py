"""Numbers of group ``climate``."""

from ecosystem.parameters import Parameters, par


class Climate(Parameters):
    """Drought and frost at sites in use."""

    drought_per_year: float = par(
        0.12,
        "1/yr",
        "Droughts that ration industry, per basin",
        "assumption",
        "C",
        (0.04, 0.3),
        ge=0,
    )
    drought_weeks: float = par(
        20, "week", "Mean length of such a drought", "assumption", "C", (8, 40), gt=0
    )
    drought_stress: float = par(
        0.4,
        "1",
        "Water stress of a site from which droughts ration it (high, as WRI Aqueduct counts)",
        "assumption",
        "C",
        (0.2, 0.6),
        ge=0,
        le=1,
    )
    drought_water_share: float = par(
        0.75,
        "1",
        "Water that a drought leaves to industry, over its need; severe stages of contingency "
        "plans cut 20 to 30%",
        "assumption",
        "C",
        (0.5, 0.9),
        ge=0,
        le=1,
    )
    frost_per_winter: float = par(
        1.0,
        "1/yr",
        "Freezes that stop cooling lines without protection, per region and winter",
        "assumption",
        "C",
        (0.2, 3),
        ge=0,
    )
    frost_hours: float = par(
        48, "h", "Mean length of such a freeze", "assumption", "C", (12, 120), gt=0
    )
    frost_exposed_share: float = par(
        0.1,
        "1",
        "Share of closed-loop load whose lines have neither glycol nor heat tracing",
        "assumption",
        "C",
        (0.02, 0.4),
        ge=0,
        le=1,
    )
