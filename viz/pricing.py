"""What a strategy costs at natural cost, from a run of the central world; it can be stopped."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from ecosystem.results import RunResult
from ecosystem.scenario import Strategy, World, load_strategy, load_world
from experiments.budget import capex_present_value, present_value

_WORLDS_KEPT = 16


class Price(NamedTuple):
    """What a strategy costs beyond S0, in one run.

    Attributes
    ----------
    spent_usd : float
        Present value at the start of strategies, beyond S0.
    capex_usd : float
        Present value of campus capex under S0 from then on.
    budget_usd : float
        What the strategy would get at equal budget.
    scales : bool
        Whether it has levers that a budget scales.
    """

    spent_usd: float
    capex_usd: float
    budget_usd: float
    scales: bool

    @property
    def share(self) -> float:
        """Spending over campus capex."""
        return self.spent_usd / self.capex_usd if self.capex_usd > 0 else float("nan")


type Pricer = Callable[[str, Strategy, int, float, Callable[[], bool]], Price | None]
"""Something with the arguments of :func:`price`."""


@lru_cache(maxsize=_WORLDS_KEPT)
def world_of(name: str) -> World:
    """Return a shipped world by name; it is read once."""
    return load_world(name)


def price(
    name: str, strategy: Strategy, seed: int, share: float, stopped: Callable[[], bool]
) -> Price | None:
    """Run a strategy in the central future of a world and price it beyond S0.

    Parameters
    ----------
    name : str
        Of a shipped world.
    strategy : Strategy
    seed : int
    share : float
        Of campus capex, which is the common budget.
    stopped : callable
        Asked every week; once it says yes there is no price. Any thread may call this function.
    """
    world = world_of(name)
    if stopped():
        return None
    base_usd, capex_usd = _baseline(name, seed)
    result = _run(world, strategy, seed, stopped)
    if result is None:
        return None
    return Price(
        present_value(result, world) - base_usd,
        capex_usd,
        share * capex_usd * strategy.of_budget,
        strategy.scaled(0.0) != strategy,
    )


@lru_cache(maxsize=_WORLDS_KEPT)
def _baseline(name: str, seed: int) -> tuple[float, float]:
    """Return what S0 costs and the capex under it, as present values [USD]."""
    world = world_of(name)
    result = _run(world, load_strategy("S0"), seed, lambda: False)
    assert result is not None
    return present_value(result, world), capex_present_value(result, world)


def _run(
    world: World, strategy: Strategy, seed: int, stopped: Callable[[], bool]
) -> RunResult | None:
    from ecosystem.model import Ecosystem  # Mesa takes a second to import

    model = Ecosystem(world, strategy, seed=seed)
    while model.week < model.weeks:
        if stopped():
            return None
        model.step()
    return model.result()
