"""Ten years of the default world, beside Mesa alone with as many agents that do nothing."""

from statistics import median
from time import thread_time

import mesa
import pytest
from reference import slowness, typical_s, workload

from ecosystem.model import Ecosystem
from ecosystem.scenario import load_strategy, load_world

CONSTRUCTION_S = 0.05
RUN_S = 0.72
"""Limits on the machine of reference.py, with a third to spare for what its workload lacks."""
REPEATS = 7
"""The least of them counts: what else runs on the machine only ever adds time."""


class Idle(mesa.Agent):
    """An agent who decides nothing."""

    def decide(self) -> None:
        """Do nothing."""


class Empty(mesa.Model):
    """As many agents as the ecosystem has; each is asked every week."""

    def __init__(self, agents: int) -> None:
        super().__init__(rng=0)
        Idle.create_agents(self, agents)

    def step(self) -> None:
        """Ask everybody."""
        self.agents.do("decide")


@pytest.mark.bench
def test_ten_years_take_less_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECOSYSTEM_AUDIT", raising=False)
    world, strategy = load_world("stargate"), load_strategy("S0")
    model = Ecosystem(world, strategy, 0)  # the first one fills caches
    built, ran, empty = [], [], []
    factors = [slowness()]
    for _ in range(REPEATS):
        begin = thread_time()
        model = Ecosystem(world, strategy, 0)
        middle = thread_time()
        model.run()
        built.append(middle - begin)
        ran.append(thread_time() - middle)
        idle = Empty(len(model.actors))
        begin = thread_time()
        for _ in range(world.weeks):
            idle.step()
        empty.append(thread_time() - begin)
        factors.append(slowness())
    assert not model.audited
    factor = median(factors)
    workload_s = typical_s(workload, calls=40)
    print(
        f"\n{world.weeks} weeks, {len(model.actors)} agents, {model.layout.phases} buildings: "
        f"built in {min(built) * 1e3:.0f} ms, run in {min(ran):.3f} s; "
        f"Mesa alone {min(empty):.3f} s, {min(ran) / min(empty):.1f} times less; "
        f"machine slower by {factor:.2f}; {min(ran) / workload_s:,.0f} times the fixed work"
    )
    assert min(built) <= CONSTRUCTION_S * factor
    assert min(ran) <= RUN_S * factor
