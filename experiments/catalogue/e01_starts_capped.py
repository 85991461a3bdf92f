"""E1: what suffers first when nothing more is started."""

from collections.abc import Sequence

import numpy as np

from ecosystem.scenario import World, load_strategy
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect, first_week

FREE, CAPPED = "starts as wanted", "no starts"
TIGHTER = 0.02
"""Rise of price or latency that counts as one."""
DULLER = 0.5
"""Fall of the capability index that counts as one [points]."""


def arms(world: World) -> Sequence[Arm]:
    """Return the world as it is, and one in which the lab opens no further site."""
    policy = load_strategy("S0")
    return (
        Arm(FREE, world, policy),
        Arm(CAPPED, world, policy, {"numbers.lab.starts_per_quarter": 0}),
    )


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare level and date of what scarcity does to price, latency and capability."""

    def change(name: str) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        return seen.series(CAPPED, name) / seen.series(FREE, name) - 1

    price, latency = change("price_usd_per_mw_year"), change("latency_s")
    duller = seen.series(FREE, "capability") - seen.series(CAPPED, "capability")
    weeks = {
        "price": first_week(price >= TIGHTER),
        "latency": first_week(latency >= TIGHTER),
        "capability": first_week(duller >= DULLER),
    }
    last = slice(-52, None)
    return (
        expect("the price is higher in the last year", price[:, last].mean(axis=1), 1),
        expect("latency is higher in the last year", latency[:, last].mean(axis=1), 1),
        expect("capability is lower in the last year", duller[:, last].mean(axis=1), 1, "points"),
        expect(
            "price rises before capability falls", weeks["price"] - weeks["capability"], -1, "week"
        ),
        expect(
            "latency rises before capability falls",
            weeks["latency"] - weeks["capability"],
            -1,
            "week",
        ),
    )


ENTRY = Entry(
    key="E1",
    title="Starts are capped",
    question="What suffers first when the lab opens no further site: price, latency or capability?",
    expectation="Capping starts raises price and latency before it lowers capability.",
    design=f"S0 with and without further starts (lab.starts_per_quarter 0). A rise is "
    f"{TIGHTER:.0%} of price or latency, a fall {DULLER:g} index points; what never comes counts "
    "with the horizon.",
    arms=arms,
    judge=judge,
)
