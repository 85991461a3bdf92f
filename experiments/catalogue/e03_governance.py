"""E3: partners against a lab that builds itself."""

from collections.abc import Sequence

import numpy as np

from ecosystem.scenario import Governance, World, load_strategy
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import (
    Finding,
    crossing,
    expect,
    expect_drawn,
    spread_gap,
)
from experiments.compare import PRIMARY

PARTNERS = (1, 3, 6)
FRICTION = (0.0, 0.06, 0.15, 0.3)
USUAL = (3, 0.06)
OWN = "centralised"


def name(partners: int, friction: float) -> str:
    """Return the name of an arm."""
    return f"{partners} partner{'s' if partners > 1 else ''}, friction {friction:g}"


def arms(world: World) -> Sequence[Arm]:
    """Return a lab that builds itself, and partnerships of every size and friction."""
    policy = load_strategy("S0")

    def governed(mode: Governance) -> World:
        return world.model_copy(update={"governance": mode})

    found = [Arm(OWN, governed(Governance(mode="centralised")), policy)]
    found += [
        Arm(
            name(partners, friction),
            governed(Governance(mode="partnership", partners=partners)),
            policy,
            {"numbers.lab.friction": friction},
        )
        for partners in PARTNERS
        for friction in FRICTION
    ]
    return found


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare compute, the spread of sites and the spread over futures; find where it flips."""
    usual = name(*USUAL)
    gains = {
        k: [float(np.nanmedian(seen.gap(name(k, f), OWN, PRIMARY))) for f in FRICTION]
        for k in PARTNERS
    }
    turns = {k: crossing(np.array(FRICTION), -np.array(gain)) for k, gain in gains.items()}
    where = ", ".join(
        f"{k}: {f'at friction {at:.2f}' if at == at else 'nowhere up to ' + str(FRICTION[-1])}"
        for k, at in turns.items()
    )
    most = name(USUAL[0], FRICTION[-1])
    flip = expect("at the largest friction it is slower", seen.gap(most, OWN, PRIMARY), -1, "GW yr")
    return (
        expect(
            "a partnership builds more than a lab alone", seen.gap(usual, OWN, PRIMARY), 1, "GW yr"
        ),
        expect(
            "its sites are less predictable, one by one",
            seen.gap(usual, OWN, "site_slip_sd_weeks"),
            1,
            "week",
        ),
        expect_drawn(
            "all of it together is more predictable (spread of ln GW-years over futures)",
            spread_gap(seen.outcome(usual, PRIMARY), seen.outcome(OWN, PRIMARY)),
            -1,
        ),
        flip._replace(shown=f"{flip.shown}; medians cross, by partners, {where}"),
    )


ENTRY = Entry(
    key="E3",
    title="Partnership against control",
    question="Is a partnership faster than a lab that builds itself, and at which friction not?",
    expectation="Partnership is faster yet less predictable per site, more predictable as a "
    "portfolio, and flips above some friction.",
    design="Governance of sites chosen later: centralised, or 1, 3 and 6 equal partners with the "
    "same equity in all, at interface friction 0, 0.06, 0.15 and 0.3 per link; compared at 3 "
    "partners and 0.06. Spread of sites: standard deviation of their slip against plan.",
    arms=arms,
    judge=judge,
)
