"""E12: whether success with the first community of a cluster is worth more than with later ones."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from ecosystem.errors import InputError
from ecosystem.layout import Layout
from ecosystem.scenario import Strategy, Where, World, load_strategy
from ecosystem.units import FloatArray
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect
from experiments.compare import PRIMARY
from experiments.wording import three

SPREAD = {"moratoria spread": 2.0, "they do not": 1.0}
"""Factor on the rate of moratoria per neighbour with one: the upper end of its range, and none."""
NEAR_KM = 400.0
"""The upper end of the range of the distance."""
ON, OFF = SPREAD
NOBODY, FIRST, EACH = "no agreement", "agreement with the first", "with later one "


def name(offer: str, spread: str) -> str:
    """Return the name of an arm."""
    return f"{offer}, {spread}"


def cluster(world: World) -> tuple[str, tuple[str, ...]]:
    """Return the first site of a cluster and those that may follow near it.

    First is the site of the programme that was announced last, the likeliest still to be open;
    what may follow are the candidates within the world's distance of contagion.
    """
    layout = Layout.of(world)
    known = [
        (s.announced, i)
        for i, s in enumerate(layout.sites)
        if s.role == "programme" and s.announced
    ]
    _, first = max(known)
    near = [
        s.key
        for i, s in enumerate(layout.sites)
        if s.role == "candidate" and layout.neighbours[first, i]
    ]
    return layout.sites[first].key, tuple(near)


def arms(world: World) -> Sequence[Arm]:
    """Return agreements with nobody, the first and each later one, with and without spread."""
    wide = world.with_values({"numbers.regulators.neighbour_km": NEAR_KM})
    first, later = cluster(wide)
    if not later:
        raise InputError(
            f"E12: world {world.name!r} has no candidate within {NEAR_KM:g} km of {first!r}, so "
            "nothing can spread there. Choose another world, e.g. --world fictional."
        )
    plain, agreed = load_strategy("S0"), load_strategy("S2")

    def only(key: str) -> Strategy:
        return agreed.model_copy(update={"where": Where(only=(key,))})

    offers = {NOBODY: plain, FIRST: only(first)} | {EACH + key: only(key) for key in later}
    return [
        Arm(
            name(offer, spread),
            world,
            policy,
            {
                "numbers.regulators.contagion": SPREAD[spread],
                "numbers.regulators.neighbour_km": NEAR_KM,
            },
        )
        for spread, (offer, policy) in product(SPREAD, offers.items())
    ]


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare what an agreement gains at the first and at later communities, with and without."""
    later = sorted({a.rpartition(",")[0] for a in seen.outcomes if a.startswith(EACH)})

    def compute(offer: str, spread: str) -> FloatArray:
        return seen.gap(name(offer, spread), name(NOBODY, spread), PRIMARY)

    def spared(offer: str, spread: str) -> FloatArray:
        with_it, without = (
            seen.series(name(key, spread), "moratoria").sum(axis=1) for key in (offer, NOBODY)
        )
        return np.asarray(without - with_it, float)

    def lead(gain: Callable[[str, str], FloatArray], spread: str) -> FloatArray:
        """Return how much more the first agreement gains than a later one on average."""
        return gain(FIRST, spread) - np.mean([gain(offer, spread) for offer in later], axis=0)

    unit, weeks = "GW yr", "community weeks"
    first = expect("the first agreement spares moratoria", spared(FIRST, ON), 1, weeks)
    # a moratorium is rare: where the median is 0 the mean tells whether there was one at all
    mean = three(float(np.nanmean(spared(FIRST, ON))), sign=True)
    total = three(float(np.nanmean(seen.series(name(NOBODY, ON), "moratoria").sum(axis=1))))
    return (
        first._replace(shown=f"{first.shown}; mean {mean}, of {total} without any agreement"),
        expect("it spares more of them than a later one", lead(spared, ON), 1, weeks),
        expect(
            "that lead is larger where moratoria spread",
            lead(spared, ON) - lead(spared, OFF),
            1,
            weeks,
        ),
        expect("it gains more compute than a later one", lead(compute, ON), 1, unit),
        expect(
            "that lead too is larger where moratoria spread",
            lead(compute, ON) - lead(compute, OFF),
            1,
            unit,
        ),
    )


ENTRY = Entry(
    key="E12",
    title="Contagion of moratoria",
    question="Where moratoria spread among neighbours, is success with the first community worth "
    "more than with a later one?",
    expectation="Early success in the first community of a cluster is worth more.",
    design="S2 at one site alone, the first of a cluster or one that may follow near it (their "
    "mean), against S0; a moratorium doubles the rate of those near it or leaves it as it is "
    f"(regulators.contagion {SPREAD[ON]:g} and {SPREAD[OFF]:g}, within {NEAR_KM:g} km). First is "
    "the site of the programme that was announced last. Moratoria count where there is a project.",
    arms=arms,
    judge=judge,
)
