"""What a run costs: beside Mesa alone, by size, with its story told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from os import environ
from statistics import median
from time import thread_time

import mesa

from ecosystem.model import Ecosystem, simulate
from ecosystem.scenario import Strategy, World, load_strategy, load_world
from ecosystem.sized import sized_world
from experiments.bench.reference import least_s, slowness
from experiments.bench.row import Row, exponent_row, number

RUN_S = 0.72
CONSTRUCTION_S = 0.05
"""Limits on the machine of :mod:`experiments.bench.reference`, a third to spare for what its
workload lacks."""
SITES, CANDIDATES = 9, 12
"""Of the default world; larger ones have as many times more of both."""


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

    def live(self, weeks: int) -> None:
        """Ask everybody so many weeks."""
        for _ in range(weeks):
            self.step()


@cache
def _usual() -> tuple[World, Strategy]:
    """Return the default world and its baseline, after a short run that fills caches."""
    world, strategy = load_world("stargate"), load_strategy("S0")
    Ecosystem(world.with_("weeks", 60), strategy).run()
    return world, strategy


@contextmanager
def unaudited() -> Iterator[None]:
    """Measure runs as users make them, also where every run is audited."""
    before = environ.pop("ECOSYSTEM_AUDIT", None)
    try:
        yield
    finally:
        if before is not None:
            environ["ECOSYSTEM_AUDIT"] = before


def run_rows(repeats: int) -> list[Row]:
    """Return what the default world takes to build and to run, beside Mesa alone."""
    (world, strategy), built, ran, empty = _usual(), [], [], []
    agents, factors = 0, [slowness()]
    with unaudited():
        for _ in range(repeats):
            begin = thread_time()
            model = Ecosystem(world, strategy)
            middle = thread_time()
            model.run()
            built.append(middle - begin)
            ran.append(thread_time() - middle)
            agents = len(model.actors)
            idle = Empty(agents)
            empty.append(least_s(partial(idle.live, world.weeks), 1))
            factors.append(slowness())
    times, factor = min(ran) / min(empty), median(factors)
    beside = f"Mesa with {agents} idle agents: {number(min(empty))} s; {number(times)} times that"
    return [
        Row(
            "run",
            f"a run: default world, {world.weeks} weeks, S0",
            min(ran),
            "s",
            beside,
            high=RUN_S * factor,
        ),
        Row(
            "build",
            "building that world",
            min(built) * 1e3,
            "ms",
            high=CONSTRUCTION_S * factor * 1e3,
        ),
    ]


def _seconds(worlds: Sequence[World], repeats: int) -> list[float]:
    """Return the least time in which each world was built and run; they take turns."""
    strategy = _usual()[1]
    spent: list[list[float]] = [[] for _ in worlds]
    with unaudited():
        for _ in range(repeats):
            for world, tries in zip(worlds, spent, strict=True):
                tries.append(least_s(lambda world=world: Ecosystem(world, strategy).run(), 1))
    return [min(tries) for tries in spent]


def of_sites(factors: Sequence[int], weeks: int) -> tuple[list[int], list[World]]:
    """Return numbers of sites, each with a host community, and worlds with so many of them."""
    worlds = [sized_world(n * SITES, n * CANDIDATES, weeks=weeks) for n in factors]
    return [n * (SITES + CANDIDATES) for n in factors], worlds


def sites_row(factors: Sequence[int], weeks: int, repeats: int) -> Row:
    """Return the exponent of cost in sites, each with its host community."""
    sizes, worlds = of_sites(factors, weeks)
    what = f"cost in sites, one host community each, {weeks} weeks"
    return exponent_row("sites", what, "sites", sizes, _seconds(worlds, repeats))


def weeks_row(weeks: Sequence[int], repeats: int) -> Row:
    """Return the exponent of cost in weeks."""
    world = _usual()[0]
    worlds = [world.with_("weeks", count) for count in weeks]
    return exponent_row("weeks", "cost in weeks", "weeks", weeks, _seconds(worlds, repeats))


def households_row(households: Sequence[int], weeks: int, repeats: int) -> Row:
    """Return the exponent of cost in households drawn for each host community."""
    worlds = [sized_world(SITES, CANDIDATES, weeks=weeks, archetypes=n) for n in households]
    what = f"cost in households per community, {weeks} weeks"
    return exponent_row("households", what, "households", households, _seconds(worlds, repeats))


def attribution_row(weeks: int, repeats: int) -> Row:
    """Return what it adds to a run to tell why every site is late."""
    (world, strategy), plain, told = _usual(), [], []
    world = world.with_("weeks", weeks)
    with unaudited():
        for _ in range(repeats):
            plain.append(least_s(lambda: simulate(world, strategy), 1))
            told.append(least_s(lambda: simulate(world, strategy, explained=True), 1))
    more = min(told) - min(plain)
    return Row(
        "attribution",
        f"attribution: why each site is late, {weeks} weeks",
        more,
        "s",
        f"a run without it: {number(min(plain))} s; {number(more / min(plain))} times that more",
    )


def attributions_row(factors: Sequence[int], weeks: int, repeats: int) -> Row:
    """Return the exponent in sites of the cost of a run that tells why each site is late."""
    strategy = _usual()[1]
    sizes, worlds = of_sites(factors, weeks)
    with unaudited():
        seconds = [
            least_s(partial(simulate, world, strategy, explained=True), repeats) for world in worlds
        ]
    what = f"cost in sites of a run with attribution, {weeks} weeks"
    return exponent_row("attribution_sites", what, "sites", sizes, seconds)
