"""E2: what half as many tokens again per megawatt do to scarcity when the megawatts stay."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from ecosystem.scenario import World, load_strategy
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect, expect_near

STEP = date(2028, 1, 3)
FACTOR = 1.5
FIRST_WEEKS, LATER_WEEKS = 26, (91, 117)
REBOUND = {"rebound 0.5": (1.0, 0.5), "rebound 1": (1.0, 1.0), "rebound 1.5": (1.5, 1.0)}
"""Price elasticity and pass-through of each."""
FIXED = {"numbers.lab.starts_per_quarter": 0, "numbers.lab.shed_below": 0.0}
TOLERANCE = 0.02
"""Shortfall that counts as nothing."""


def arms(world: World) -> Sequence[Arm]:
    """Return the world with and without the step, at three rebounds, no further starts in any."""
    policy, stepped = load_strategy("S0"), world.with_software_step(STEP, FACTOR)
    found: list[Arm] = []
    for name, (elasticity, through) in REBOUND.items():
        numbers = FIXED | {
            "numbers.market.price_elasticity": elasticity,
            "numbers.market.pass_through": through,
        }
        found.append(Arm(name, world, policy, numbers))
        found.append(Arm(f"{name}, step", stepped, policy, numbers))
    return found


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare the shortfall in the first half year after the step and two years later."""
    at = seen.week_of(STEP)

    def gap(name: str, first: int, last: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        change = seen.series(f"{name}, step", "shortfall") - seen.series(name, "shortfall")
        return change[:, at + first : at + last].mean(axis=1)

    findings = [
        expect(f"{name}: the shortfall falls at first", gap(name, 0, FIRST_WEEKS), -1)
        for name in REBOUND
    ]
    findings += [
        expect_near(f"{name}: it is back two years later", gap(name, *LATER_WEEKS), TOLERANCE)
        if name == "rebound 1"
        else expect(f"{name}: it is back or larger two years later", gap(name, *LATER_WEEKS), 1,
                    than=-TOLERANCE)
        for name in ("rebound 1", "rebound 1.5")
    ]  # fmt: skip
    low = gap("rebound 0.5", *LATER_WEEKS)
    findings.append(expect("rebound 0.5: it is not back two years later", low, -1, than=-TOLERANCE))
    return findings


ENTRY = Entry(
    key="E2",
    title="Half as many tokens again from the same megawatts",
    question="Does a leap of efficiency end scarcity when capacity stays as it is?",
    expectation="+50% efficiency cuts the shortfall at first, and it returns within two years "
    "where the rebound is 1 or more.",
    design=f"Tokens per MW times {FACTOR:g} from {STEP} on, no starts, nothing shed; rebound "
    f"(price elasticity times pass-through) 0.5, 1 and 1.5. At first: {FIRST_WEEKS} weeks; later: "
    f"weeks {LATER_WEEKS[0]} to {LATER_WEEKS[1]}; a shortfall within {TOLERANCE:g} of that without "
    "the step is back.",
    arms=arms,
    judge=judge,
)
