"""E10: does a faster pace of hardware favour many small partners."""

from collections.abc import Sequence
from itertools import product

from ecosystem.scenario import Governance, World, load_strategy
from ecosystem.units import FloatArray
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect

PACE = (52, 104)
PARTNERS = (1, 6)


def name(weeks: int, partners: int) -> str:
    """Return the name of an arm."""
    return f"{weeks} weeks, {partners} partner{'s' if partners > 1 else ''}"


def arms(world: World) -> Sequence[Arm]:
    """Return fast and slow generations with one partner and with six."""
    policy = load_strategy("S0")
    return [
        Arm(
            name(weeks, partners),
            world.model_copy(
                update={"governance": Governance(mode="partnership", partners=partners)}
            ),
            policy,
            {"numbers.chips.generation_weeks": weeks},
        )
        for weeks, partners in product(PACE, PARTNERS)
    ]


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare what many partners add at either pace."""
    fast, slow = PACE
    one, many = PARTNERS

    def added(weeks: int, series: str) -> FloatArray:
        last = slice(-104, None)
        a, b = (seen.series(name(weeks, k), series)[:, last].mean(axis=1) for k in (many, one))
        return a / b - 1

    def flops(weeks: int) -> FloatArray:
        return added(weeks, "training_flop_per_s")

    return (
        expect(
            "a faster pace yields more training compute",
            seen.series(name(fast, one), "training_flop_per_s")[:, -104:].mean(axis=1)
            / seen.series(name(slow, one), "training_flop_per_s")[:, -104:].mean(axis=1)
            - 1,
            1,
        ),
        expect("many partners gain more at a fast pace: FLOP/s", flops(fast) - flops(slow), 1),
        expect(
            "many partners gain more at a fast pace: usable MW",
            added(fast, "usable_mw") - added(slow, "usable_mw"),
            1,
        ),
    )


ENTRY = Entry(
    key="E10",
    title="Pace of generations and number of partners",
    question="Does faster hardware favour many small partners?",
    expectation="Faster hardware generations favour many small partners.",
    design="A generation every 52 or 104 weeks after the last announced one, with 1 or 6 equal "
    "partners for sites chosen later; means over the last two years. What many add over one, at a "
    "fast pace less at a slow one.",
    arms=arms,
    judge=judge,
)
