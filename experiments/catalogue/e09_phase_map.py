"""E9: where the flywheel is limited by what, and where money for hosts can add compute."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from ecosystem.scenario import World, load_strategy
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, Verdict
from experiments.compare import PRIMARY, interval
from experiments.wording import three

WIDTH = (5.0, 7.5, 12.0)
"""Width of the demand logistic: the loop gain is the slope of capability over 2.3 times it."""
COVER = (0.4, 0.8, 1.2)
HANDS = (0.6, 1.5)
"""Craft workers over those of today, the pace of delivery."""
PLAIN, SPENDING = "S0", "S9"
LIMITED = 0.25
"""Share of weeks limited by delivery from which on a world counts as such."""
NOTHING = 0.005
"""Change of usable GW-years that counts as none."""


def name(strategy: str, width: float, cover: float, hands: float) -> str:
    """Return the name of an arm."""
    return f"{strategy}, width {width:g}, cover {cover:g}, hands {hands:g}"


def arms(world: World) -> Sequence[Arm]:
    """Return both strategies over the map."""
    policies = [load_strategy(key) for key in (PLAIN, SPENDING)]
    return [
        Arm(
            name(policy.key, width, cover, hands),
            world,
            policy,
            {
                "numbers.market.demand_width": width,
                "numbers.capital.commitment_cover": cover,
                "numbers.workforce.pool_factor": hands,
            },
        )
        for width, cover, hands in product(WIDTH, COVER, HANDS)
        for policy in policies
    ]


def judge(seen: Seen) -> Sequence[Finding]:
    """Say of every point of the map how much delivery limits it and what spending changes."""
    limited: list[str] = []
    free: list[str] = []
    moved_in: list[bool] = []
    moved_out: list[bool] = []
    for point in product(WIDTH, COVER, HANDS):
        base = name(PLAIN, *point)
        share = float(np.nanmedian(seen.outcome(base, "delivery_limited")))
        gap = seen.gap(name(SPENDING, *point), base, PRIMARY) / seen.outcome(base, PRIMARY)
        low, high = interval(gap[~np.isnan(gap)], "median", 0)
        where = "/".join(f"{v:g}" for v in point)
        told = f"{where} ({share:.0%} limited): {three(100 * float(np.nanmedian(gap)), sign=True)}%"
        if share >= LIMITED:
            limited.append(told)
            moved_in.append(low > NOTHING or high < -NOTHING)
        else:
            free.append(told)
            moved_out.append(low > NOTHING or high < -NOTHING)
    outside = "no such world on the map"
    verdict: Verdict = "undecided"
    if free:
        outside = f"moved in {sum(moved_out)} of {len(free)}: " + "; ".join(free)
        verdict = "failed" if any(moved_out) else "held"
    inside = f"moved in {sum(moved_in)} of {len(limited)}: " + "; ".join(limited)
    within: Verdict = "undecided" if not limited else "held" if any(moved_in) else "failed"
    return (
        Finding("outside the delivery-limited regime spending moves no GW", verdict, outside),
        Finding("within it spending moves GW somewhere, up or down", within, inside),
    )


ENTRY = Entry(
    key="E9",
    title="Phase map of the flywheel",
    question="Where can money for host communities add compute at all?",
    expectation="Community spend leaves GW unchanged outside the delivery-limited regime.",
    design=f"{SPENDING} against {PLAIN} over demand width {WIDTH}, commitment cover {COVER} and "
    f"craft workers {HANDS}. Delivery-limited: at least {LIMITED:.0%} of weeks. Moved: the 90% "
    f"interval of the paired change lies beyond {NOTHING:.1%} of usable GW-years.",
    arms=arms,
    judge=judge,
)
