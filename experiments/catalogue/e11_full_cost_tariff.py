"""E11: what a tariff that leaves no grid cost to others does to bills, queues and sites."""

from collections.abc import Sequence

import numpy as np

from ecosystem.scenario import World, load_strategy
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect
from experiments.compare import PRIMARY
from experiments.failures import WORDS

USUAL, FULL = "S0", "S4"
BILL = "bill_change_usd_per_household_year"


def arms(world: World) -> Sequence[Arm]:
    """Return the usual tariff and the full-cost one."""
    return [Arm(key, world, load_strategy(key)) for key in (USUAL, FULL)]


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare bills, waits for the grid, and what is given up."""
    left = np.sum([seen.gap(FULL, USUAL, f"given_up_mw_{reason}") for reason in WORDS], axis=0)
    sites = expect("some sites leave: more is given up", left, 1, "MW")
    built = expect("", seen.gap(FULL, USUAL, PRIMARY), 1, "GW yr").shown
    return (
        expect("household bills are lower in the last year", seen.gap(FULL, USUAL, BILL), -1,
               "USD/yr"),
        expect(
            "sites wait less for firm capacity", seen.gap(FULL, USUAL, "grid_wait_weeks"), -1,
            "week",
        ),
        expect(
            "the grid holds less capacity back",
            seen.gap(FULL, USUAL, "lost_gw_weeks_grid"),
            -1,
            "GW week",
        ),
        sites._replace(shown=f"{sites.shown}; usable compute {built}"),
    )  # fmt: skip


ENTRY = Entry(
    key="E11",
    title="Full-cost tariff",
    question="Does a tariff that makes the load pay all grid cost protect bills and clear the "
    "queue, and who leaves?",
    expectation="A full-cost tariff protects bills and shortens the queue; some sites leave.",
    design="S4 (all grid cost, 85% take-or-pay, a deposit for every study) against S0. The wait is "
    "that from announcement to firm capacity, of sites that the lab chose later and that got it. "
    "Who leaves is counted among the programme's sites, not among others in the queue, whom a "
    "deposit drives away by assumption.",
    arms=arms,
    judge=judge,
)
