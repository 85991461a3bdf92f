"""The whole model: seeds, order, newcomers."""

import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from whole_worlds import (
    S0,
    S2,
    world,
)

from ecosystem.model import Ecosystem, simulate
from ecosystem.scenario import Site


def test_the_same_seed_gives_the_same_bits_and_another_one_does_not() -> None:
    small = world(60, start_week=8)
    runs = [simulate(small, S2, seed).digest() for seed in (3, 3, 4)]
    assert runs[0] == runs[1] != runs[2]


def test_another_process_gives_the_same_bits() -> None:
    code = (
        "from ecosystem.model import simulate\n"
        "from ecosystem.scenario import load_strategy, load_world\n"
        "world = load_world('stargate').with_values({'weeks': 60})\n"
        "print(simulate(world, load_strategy('S2'), 3).digest())"
    )
    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert other.stdout.strip() == simulate(world(60), S2, 3).digest()


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_the_order_in_which_agents_are_asked_does_not_matter(order: str) -> None:
    small, chance = world(156, start_week=13), random.Random(1)
    model = Ecosystem(small, S2, 0)
    asked = model.due

    def due(week: int) -> list[Any]:
        actors = list(asked(week))
        if order == "shuffled":
            chance.shuffle(actors)
        else:
            actors.reverse()
        return actors

    model.due = due  # type: ignore[method-assign]
    assert model.run().digest() == simulate(small, S2, 0).digest()


def test_another_site_leaves_the_draws_of_all_others_alone() -> None:
    small = world(60)
    candidate = next(s for s in small.sites if s.role == "candidate")
    new = candidate.model_copy(update={"key": "newcomer", "phases": 100})
    larger = small.model_validate({**dict(small), "sites": (*small.sites, Site(**dict(new)))})
    alone, beside = Ecosystem(small, S0, 5), Ecosystem(larger, S0, 5)
    sites, phases = len(alone.layout.sites), alone.layout.phases
    assert len(beside.layout.sites) == sites + 1
    for trait in ("weight", "predisposition", "susceptibility", "threshold", "neighbours", "owner"):
        ours, theirs = (getattr(m.society.households, trait) for m in (alone, beside))
        np.testing.assert_array_equal(ours, theirs[:sites], err_msg=trait)
    ours, theirs = (m.works.progress.duration_weeks for m in (alone, beside))
    np.testing.assert_array_equal(ours, theirs[:phases])
    np.testing.assert_array_equal(alone.weather.outdoors, beside.weather.outdoors)
    np.testing.assert_array_equal(alone.weather.lost, beside.weather.lost)
    assert alone.weather.strikes == beside.weather.strikes
    np.testing.assert_array_equal(alone.weather.choice, beside.weather.choice[:, :sites])
    np.testing.assert_array_equal(alone.phases_run, beside.phases_run[:, :phases])
    for stream in (
        "hearing",
        "after_denial",
        "lawsuit",
        "injunction",
        "stay",
        "moratorium",
        "gives up",
    ):
        for event in (0, 7, 130):
            ours, theirs = (
                m.streams.rows(stream, event, len(m.layout.sites)) for m in (alone, beside)
            )
            np.testing.assert_array_equal(ours, theirs[:sites], err_msg=stream)
