"""Worlds that part: a copy of a running world goes on under another strategy.

Until a strategy may act, its run is that of any other in the same world with the same seed. Runs
of several strategies therefore live through that history once, and part when the first may act.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from math import ceil
from typing import Any

from ecosystem.errors import InputError
from ecosystem.model import Ecosystem, uncollected
from ecosystem.results import RunResult
from ecosystem.scenario import Strategy, World
from ecosystem.units import week_of


def branch(model: Ecosystem, strategy: Strategy | None = None) -> Ecosystem:
    """Return an independent copy of a running world, which goes on from the same week.

    Parameters
    ----------
    model : Ecosystem
        Between two weeks; it is not changed.
    strategy : Strategy, optional
        In force in the copy from its start on, if that is past from this week on. By default the
        model's own goes on: such a copy lives as the model itself would, bit for bit.

    Raises
    ------
    InputError
        If the strategy brings other partners than the model has: it belongs to another world.
    """
    if strategy is not None and partners(model.world, strategy) != partners(
        model.world, model.strategy
    ):
        raise InputError(
            f"Strategy {strategy.key!r} brings other partners than a run of "
            f"{model.strategy.key!r} has; a running world cannot change them. Start a new run."
        )
    copy = deepcopy(model, {id(part): part for part in _read_only(model)})
    if strategy is not None and strategy != model.strategy:
        copy.strategy = strategy
        copy.policy = copy.policy.followed_by(copy.layout, strategy, copy.week)
        copy.treasury.forget_sponsored()
    return copy


def partners(world: World, strategy: Strategy) -> int:
    """Return the equal partners whom a strategy brings into a world; 0 leaves those of the world.

    Only runs with as many of them share a history.
    """
    return (strategy.governance or world.governance).partners


def first_week(world: World, strategy: Strategy) -> int:
    """Return the week in which a strategy may first act; before it all live one history."""
    return max(ceil(week_of(strategy.start or world.strategy_start, world.start)), 0)


def _read_only(model: Ecosystem) -> Iterator[object]:
    """Yield what a model never writes to, which copies share.

    Of what is shared every part that is looked up elsewhere is named too: that an array is the
    same one tells the model that nothing has changed.
    """
    yield from (model.world, model.layout, *vars(model.layout).values())
    yield from (model.streams, model.weather, model.stops, model.relations.partnerships)
    yield from (model.society.households, model.concerns.weights, model.concerns.heard)
    yield from (society for _, society, _ in model.recorder.opinion)
    yield from model.recorder.events


class Trunk:
    """One world and seed whose runs share their history.

    Parameters
    ----------
    world : World
        With the numbers of a future, if it is one.
    seed : int
    **options
        As for :class:`Ecosystem`.

    Notes
    -----
    The first run says how far the history goes. A strategy that may act sooner, or that brings
    other partners, is run from the start. Every result is the one of :func:`simulate`, bit for bit.
    """

    def __init__(self, world: World, seed: int = 0, **options: Any) -> None:
        self.world = world
        self.seed = seed
        self._options: dict[str, Any] = {
            name: tuple(value) if isinstance(value, Iterable) else value
            for name, value in options.items()
        }
        self._grown: Ecosystem | None = None

    def run(
        self, strategy: Strategy, *, explained: bool = False, until: int | None = None
    ) -> RunResult:
        """Run a strategy to the end, or to week `until`, as :meth:`Ecosystem.run` does."""
        return self.model(strategy, until).run(explained=explained, until=until)

    def alone(
        self, strategy: Strategy, *, explained: bool = False, until: int | None = None
    ) -> RunResult:
        """Run a strategy from the start, without a copy of the history."""
        return self._new(strategy).run(explained=explained, until=until)

    def model(self, strategy: Strategy, until: int | None = None) -> Ecosystem:
        """Return a world that is about to live under a strategy, from `until` at the latest."""
        week = first_week(self.world, strategy)
        week = min(week, self.world.weeks if until is None else until)
        if self._grown is None:
            model = self._new(strategy)
            with uncollected():
                while model.week < week:
                    model.step()
            self._grown = model
        grown = self._grown
        alike = partners(self.world, strategy) == partners(self.world, grown.strategy)
        if grown.week > week or not alike:
            return self._new(strategy)
        return branch(grown, strategy)

    def _new(self, strategy: Strategy) -> Ecosystem:
        return Ecosystem(self.world, strategy, self.seed, **self._options)


class Histories:
    """Runs one after another, of which those of the same world and seed share their history.

    The history of the last world alone is kept, and only once it is known that several strategies
    come for one world: a single run pays for no copy.
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._world: World | None = None
        self._trunk: Trunk | None = None
        self._several = False

    def run(
        self,
        world: World,
        strategy: Strategy,
        seed: int = 0,
        weeks: int | None = None,
        *,
        explained: bool = False,
        until: int | None = None,
        **options: Any,
    ) -> RunResult:
        """Run a strategy; keywords as for :func:`simulate`.

        Parameters
        ----------
        world : World
            The same object as in the run before, where it is the same world.
        strategy : Strategy
        seed : int
        weeks : int, optional
            Length of the run instead of that of the world.
        """
        key = (seed, weeks, sorted(options.items()))
        again = world is self._world and key == self._key
        self._several |= again
        if not again:
            self._key, self._world, self._trunk = key, world, None
        if self._trunk is None:
            length = world if weeks is None else world.with_("weeks", weeks)
            self._trunk = Trunk(length, seed, **options)
        run = self._trunk.run if self._several else self._trunk.alone
        return run(strategy, explained=explained, until=until)
