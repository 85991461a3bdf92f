"""E7: what one site adds to capability."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from ecosystem.scenario import World, load_strategy
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect, expect_near

SITE = "abilene"
ALL, WITHOUT = "with Abilene", "without Abilene"
NULL_ALL, NULL_WITHOUT = "with Abilene, compute does nothing", "without, compute does nothing"
FIRST, LAST = date(2026, 1, 5), date(2028, 12, 25)


def arms(world: World) -> Sequence[Arm]:
    """Return the world with and without the site, and both where compute does nothing."""
    policy, without = load_strategy("S0"), world.without_site(SITE)
    null = {"numbers.market.capability_law": "compute_null"}
    return (
        Arm(ALL, world, policy),
        Arm(WITHOUT, without, policy),
        Arm(NULL_ALL, world, policy, null),
        Arm(NULL_WITHOUT, without, policy, null),
    )


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare the loss of capability with the loss of compute, over 2026 to 2028."""
    span = slice(seen.week_of(FIRST), seen.week_of(LAST))

    def mean(arm: str, name: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        return seen.series(arm, name)[:, span].mean(axis=1)

    start = seen.series(ALL, "capability")[:, 0]
    with_it, without = mean(ALL, "capability"), mean(WITHOUT, "capability")
    lost = (with_it - without) / np.maximum(with_it - start, 1e-9)
    compute = 1 - mean(WITHOUT, "training_flop_per_s") / mean(ALL, "training_flop_per_s")
    null = mean(NULL_ALL, "capability") - mean(NULL_WITHOUT, "capability")
    claim = "the share of progress lost is smaller than that of compute"
    smaller = expect(claim, lost - compute, -1)
    shares = f"{np.median(lost):.1%} of progress against {np.median(compute):.1%} of compute"
    return (
        expect("without the site models are less capable", with_it - without, 1, "points"),
        smaller._replace(shown=f"{smaller.shown}: {shares}"),
        expect_near("where compute does nothing the site does nothing", null, 1e-9, "points"),
    )


ENTRY = Entry(
    key="E7",
    title="Capability without Abilene",
    question="How much does capability owe to the site that was built first?",
    expectation="Removing Abilene delays capability less than in proportion, since the rest of "
    "the base trains too, and not at all where compute does nothing.",
    design=f"S0 with and without the site, under the usual law and under compute_null; means over "
    f"{FIRST.year} to {LAST.year}. Lost progress is the fall of the index over its rise since the "
    "start; lost compute that of the training rate.",
    arms=arms,
    judge=judge,
)
