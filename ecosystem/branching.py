"""Worlds that part: a copy of a running world goes on under another strategy.

Until a strategy may act, its run is that of any other in the same world with the same seed. Runs
of several strategies therefore live through that history once, and part when the first may act.
"""

from collections.abc import Iterable, Iterator, Sequence
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


_OVER = object()


def side_by_side(models: Sequence[Ecosystem]) -> list[Exception | None]:
    """Let models of one world live to its end side by side, each as it would alone.

    They take each stage of a week one after another, which is a quarter quicker than one whole run
    after another: what a processor has at hand of a stage serves them all.

    Parameters
    ----------
    models : sequence of Ecosystem
        In the same week.

    Returns
    -------
    list of Exception or None
        What each raised; it stopped there, and the others went on.
    """
    raised: list[Exception | None] = [None] * len(models)
    going = dict(enumerate(models))
    while going and next(iter(going.values())).week < models[0].weeks:
        weeks = {i: model.begin() for i, model in going.items()}
        while weeks:
            over: list[int] = []
            for i, week in weeks.items():
                try:
                    if next(week, _OVER) is _OVER:
                        over.append(i)
                except Exception as error:  # a run that raises is told and left out
                    raised[i] = error
                    over.append(i)
                    del going[i]
            for i in over:
                del weeks[i]
        for model in going.values():
            model.step()  # nothing is left of the week but to move the clock on
    return raised


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

    def run_all(self, strategies: Sequence[Strategy]) -> list[RunResult | Exception]:
        """Run strategies to the end, side by side; return the result of each, or what it raised."""
        models = [self.model(strategy) for strategy in strategies]
        beside = [model for model in models if model.week == models[0].week]
        with uncollected():
            raised = dict(zip(map(id, beside), side_by_side(beside), strict=True))
        outcomes: list[RunResult | Exception] = []
        for model in models:
            try:
                outcomes.append(raised.get(id(model)) or model.run())
            except Exception as error:  # as above
                outcomes.append(error)
            vars(model).clear()  # Mesa ties model and agents in a knot, which is undone late
        return outcomes

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
        self._expected: tuple[object, ...] = ()
        self._coming: list[Strategy] = []
        self._made: list[tuple[Strategy, RunResult | Exception]] = []

    def expect(
        self,
        world: World,
        strategies: Sequence[Strategy],
        seed: int = 0,
        weeks: int | None = None,
        **options: Any,
    ) -> None:
        """Say which strategies come next for a world: they are run side by side, at the first."""
        self._expected = (world, seed, weeks, sorted(options.items()))
        self._coming, self._made = list(strategies), []

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
        expected = self._is_expected(world, key) and not explained and until is None
        self._several |= again or (expected and len(self._coming) > 1)
        if not again:
            self._key, self._world, self._trunk = key, world, None
        if self._trunk is None:
            length = world if weeks is None else world.with_("weeks", weeks)
            self._trunk = Trunk(length, seed, **options)
        if expected:
            if len(self._coming) > 1:
                self._made = list(zip(self._coming, self._trunk.run_all(self._coming), strict=True))
            self._coming = []
            for at, (made, outcome) in enumerate(self._made):
                if made is strategy:
                    del self._made[at]
                    if isinstance(outcome, Exception):
                        raise outcome
                    return outcome
        run = self._trunk.run if self._several else self._trunk.alone
        return run(strategy, explained=explained, until=until)

    def _is_expected(self, world: World, key: tuple[object, ...]) -> bool:
        """Return whether runs of a world were announced."""
        return bool(self._expected) and self._expected[0] is world and self._expected[1:] == key
