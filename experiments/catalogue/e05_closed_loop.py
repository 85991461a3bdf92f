"""E5: where closed-loop cooling pays in compute."""

from collections.abc import Sequence

import numpy as np

from ecosystem.scenario import World, load_strategy
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, crossing, expect

DROUGHTS = (0.0, 0.3, 1.0, 3.0)
"""Droughts a year at the driest places."""
TOWERS, CLOSED = "S0", "S5"


def name(strategy: str, droughts: float) -> str:
    """Return the name of an arm."""
    return f"{strategy}, {droughts:g} droughts a year"


def arms(world: World) -> Sequence[Arm]:
    """Return towers and closed loops at rising water stress."""
    return [
        Arm(
            name(key, droughts),
            world,
            load_strategy(key),
            {"numbers.climate.drought_per_year": droughts},
        )
        for droughts in DROUGHTS
        for key in (TOWERS, CLOSED)
    ]


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare usable compute and water at every level of stress."""
    gain = np.stack(
        [seen.gap(name(CLOSED, d), name(TOWERS, d), "usable_gw_years") for d in DROUGHTS]
    )
    saved = -seen.gap(name(CLOSED, DROUGHTS[1]), name(TOWERS, DROUGHTS[1]), "water_m3")
    turn = crossing(np.array(DROUGHTS), np.median(gain, axis=1))
    where = f"at {turn:.2f} droughts a year" if turn == turn else "nowhere in this range"
    dry = expect("with many droughts closed loops gain usable compute", gain[-1], 1, "GW yr")
    return (
        expect("closed loops save water", saved, 1, "m3"),
        expect("without droughts closed loops gain nothing", gain[0], -1, "GW yr", than=1e-9),
        dry._replace(shown=f"{dry.shown}; the median turns {where}"),
    )


ENTRY = Entry(
    key="E5",
    title="Closed loop and water stress",
    question="From which water stress on does closed-loop cooling win usable compute?",
    expectation="Closed loop wins on GW-years only above a water-stress threshold.",
    design="S5 against S0 at 0, 0.3, 1 and 3 droughts a year (climate.drought_per_year); "
    "the threshold is where the median gain turns from a loss.",
    arms=arms,
    judge=judge,
)
