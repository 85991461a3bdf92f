"""E6: what integration with one vendor is worth, and what it costs when the vendor is out."""

from collections.abc import Sequence
from datetime import date

from ecosystem.scenario import World, load_strategy
from ecosystem.units import FloatArray
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect

DEPTHS = (0.0, 1.0)
"""Integration of all clouds with their hardware."""
FROM, WEEKS = date(2029, 1, 1), 104
LOOSE, TIGHT = DEPTHS
THERE, OUT = "all there", "chip maker out"


def name(depth: float, what: str) -> str:
    """Return the name of an arm."""
    return f"integration {depth:g}, {what}"


def integrated(world: World, depth: float) -> World:
    """Return the world with all clouds at one depth of integration."""
    clouds = tuple(cloud.model_copy(update={"integration": depth}) for cloud in world.clouds)
    return world.model_validate({**dict(world), "clouds": clouds})


def arms(world: World) -> Sequence[Arm]:
    """Return worlds of loose and tight integration, with and without the outage."""
    found: list[Arm] = []
    for depth in DEPTHS:
        chosen, strategy = integrated(world, depth), load_strategy("S0")
        found.append(Arm(name(depth, THERE), chosen, strategy))
        without = chosen.with_outage("chips", FROM, WEEKS)
        found.append(Arm(name(depth, OUT), without, strategy))
    return found


def trained(seen: Seen, depth: float, what: str) -> FloatArray:
    """Return the mean useful training rate of an arm, by future [FLOP/s]."""
    rate: FloatArray = seen.series(name(depth, what), "training_flop_per_s").mean(axis=1)
    return rate


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare what integration gains where the vendor is there and where it is out."""
    there = trained(seen, TIGHT, THERE) / trained(seen, LOOSE, THERE) - 1
    out = trained(seen, TIGHT, OUT) / trained(seen, LOOSE, OUT) - 1

    def lost(depth: float) -> FloatArray:
        return -seen.gap(name(depth, OUT), name(depth, THERE), "usable_gw_years")

    return (
        expect("integration raises useful training compute while all are there", there, 1),
        expect(
            "the outage costs more usable compute where integration is deep",
            lost(TIGHT) - lost(LOOSE),
            1,
            "GW yr",
        ),
        expect("in the outage integration leaves less useful training compute", out, -1),
    )


ENTRY = Entry(
    key="E6",
    title="Integration and the outage of a vendor",
    question="Is deep integration with one vendor worth its risk?",
    expectation="Single-vendor integration raises the median and worsens CVaR.",
    design="All clouds at integration 0 and 1, with the chip maker there and out for two years "
    "from 2029 on. The outage is the bad tail: were it to come in one future of five, the mean "
    "of the worst fifth (CVaR) would be that of the futures with it, so CVaR is worse if "
    "integration leaves less there.",
    arms=arms,
    judge=judge,
)
