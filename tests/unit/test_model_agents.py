"""The whole model: every type of agent matters."""

from typing import Any

import numpy as np
import pytest
from whole_worlds import S0, S2, world

from ecosystem.delivery.ladder import Rung
from ecosystem.model import Ecosystem, simulate
from ecosystem.orders import Order
from ecosystem.results import RunResult
from ecosystem.scenario import World
from ecosystem.state import Snapshot

KINDS = sorted({actor.kind for actor in Ecosystem(world(1), S0).actors})
# Slots so few beyond those of rivals, and added so fast, that what equipment makers decide shows
# within the run.
TIGHT = {"equipment.slots_mw": 5_500.0, "equipment.expansion_weeks": 20.0}


@pytest.fixture(scope="module")
def tight() -> tuple[World, RunResult]:
    small = world(130, TIGHT, start_week=13)
    return small, simulate(small, S2, 0)


def outcomes(result: RunResult) -> dict[str, Any]:
    """Return what a run amounts to: megawatts by rung, labour, opinion; no money."""
    names = [f"{rung.name.lower()}_mw" for rung in Rung]
    names += ["labour_hours_worked", "mean_support", "capability"]
    return {name: result.series(name) for name in names}


def wish_nothing(now: Snapshot) -> list[Order]:
    """Decide nothing."""
    return []


def test_there_are_ten_types_of_agent() -> None:
    assert len(KINDS) == 10


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_agent_matters(kind: str, tight: tuple[World, RunResult]) -> None:
    small, usual = tight
    model = Ecosystem(small, S2, 0)
    for actor in model.actors:
        if actor.kind == kind:
            actor.decide = wish_nothing
    silent = outcomes(model.run())
    assert any(not np.array_equal(v, silent[k]) for k, v in outcomes(usual).items())
