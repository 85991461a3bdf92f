"""E8: levers that come late, turn around, or pull where nothing is held."""

from collections.abc import Sequence

import numpy as np

from ecosystem.nulls import NULLS
from ecosystem.scenario import World, load_strategy
from ecosystem.units import WEEKS_PER_YEAR, FloatArray
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect, expect_near
from experiments.compare import PRIMARY

EARLY_YEARS, LATE_YEARS = 3, 5
TRUST = 0.3
NOTHING = 0.005
"""Change of usable compute that counts as none."""
PLAIN, ACADEMY = "S0", "S3"
PLAIN_LOW, CASH_LOW = "S0, low trust", "S1, low trust"
PLAIN_SHORT, ENGAGED_SHORT = "S0, equipment short", "S7, equipment short"
LOW_TRUST = {**NULLS["trust"].values, **NULLS["promises"].values, "society.trust_start": TRUST}
SHORT = {"equipment.slots_mw": 8_500, "equipment.rival_slots_mw": 6_000}
"""The scarce ends of both ranges."""


def arms(world: World) -> Sequence[Arm]:
    """Return each lever with the world in which it is said to do nothing, and S0 beside it."""

    def arm(name: str, numbers: "dict[str, float | str]") -> Arm:
        values = {f"numbers.{path}": value for path, value in numbers.items()}
        return Arm(name, world, load_strategy(name.partition(",")[0]), values)

    return (
        arm(PLAIN, {}),
        arm(ACADEMY, {}),
        arm(PLAIN_LOW, LOW_TRUST),
        arm(CASH_LOW, LOW_TRUST),
        arm(PLAIN_SHORT, {**SHORT}),
        arm(ENGAGED_SHORT, {**SHORT}),
    )


def gained(
    with_it: FloatArray, without: FloatArray, first: int | None, last: int | None
) -> FloatArray:
    """Return the relative gain of compute in a span of weeks, by future, shape (F,).

    Parameters
    ----------
    with_it, without : ndarray, shape (F, W)
    first, last : int or None
        Of the span, as in a slice. Where it holds no week the gain is not known.
    """
    if not with_it[:, first:last].size:
        return np.full(len(with_it), np.nan)
    gain: FloatArray = with_it[:, first:last].sum(axis=1) / without[:, first:last].sum(axis=1) - 1
    return gain


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare the academy by years, cash at low trust, and early talks where equipment binds."""
    since, year = seen.week_of(seen.strategy_start), round(WEEKS_PER_YEAR)
    school = (seen.series(ACADEMY, "usable_mw"), seen.series(PLAIN, "usable_mw"))
    engaged = seen.outcome(ENGAGED_SHORT, PRIMARY) / seen.outcome(PLAIN_SHORT, PRIMARY) - 1
    held = {
        cause: seen.outcome(PLAIN_SHORT, f"lost_gw_weeks_{cause}")
        for cause in ("equipment", "community")
    }
    return (
        expect_near(
            f"within {EARLY_YEARS} years the academy changes nothing",
            gained(*school, since, since + EARLY_YEARS * year),
            NOTHING,
        ),
        expect(
            f"after {LATE_YEARS} years the academy gains compute",
            gained(*school, since + LATE_YEARS * year, None),
            1,
        ),
        expect(
            f"at trust {TRUST:g} cash wins no support",
            seen.gap(CASH_LOW, PLAIN_LOW, "mean_support"),
            -1,
            than=1e-9,
        ),
        expect(
            f"at trust {TRUST:g} cash wins no compute",
            seen.gap(CASH_LOW, PLAIN_LOW, PRIMARY) / seen.outcome(PLAIN_LOW, PRIMARY),
            -1,
            than=NOTHING,
        ),
        expect(
            "where equipment is short it costs more than communities do",
            held["equipment"] - held["community"],
            1,
            "GW week",
        ),
        expect("where equipment is short early talks gain no compute", engaged, -1, than=NOTHING),
    )


ENTRY = Entry(
    key="E8",
    title="Levers that come late or pull in vain",
    question="When is an academy felt, what does cash do where trust is low, and do early talks "
    "save time where equipment is what one waits for?",
    expectation="The academy does about nothing within 3 years and gains after 5; one-sided cash "
    "gains nothing at trust below 1/2; early engagement has no schedule value where equipment "
    "binds.",
    design=f"S3 against S0 by years since strategies began; S1 against S0 with trust held at "
    f"{TRUST:g}; S7 against S0 with slots for equipment at the scarce ends of their ranges. A "
    f"change of compute within {NOTHING:.1%} is nothing.",
    arms=arms,
    judge=judge,
)
