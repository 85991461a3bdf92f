"""Numbers of group ``land``."""

from ecosystem.parameters import Parameters, par


class Land(Parameters):
    """Zoned land within reach of power: a regional stock with a price."""

    ha_per_mw: float = par(
        0.4, "ha/MW", "Land of a campus per facility MW", "assumption", "C", (0.15, 0.8), gt=0
    )
    stock_factor: float = par(
        1.0, "1", "Multiplier on the zoned land of every region", "assumption", "C", (0.5, 2), gt=0
    )
    rezoned_share_per_year: float = par(
        0.1,
        "1/yr",
        "Land rezoned a year over the stock at the start, where no host is organised against it",
        "assumption",
        "C",
        (0.02, 0.25),
        ge=0,
    )
    usd_per_ha: float = par(
        60_000,
        "USD/ha",
        "Price of zoned land while plenty is left",
        "assumption",
        "C",
        (15_000, 250_000),
        ge=0,
    )
    price_exponent: float = par(
        1.0,
        "1",
        "Rise of the price with scarcity: (stock / land left) to this power",
        "assumption",
        "C",
        (0, 2),
        ge=0,
    )
    price_cap: float = par(
        10, "1", "Most that the price rises by", "assumption", "C", (4, 20), ge=1
    )
