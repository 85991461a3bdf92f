"""A running world and, where somebody branched it, the same world under another strategy.

Original and branch have the same world, seed and past, and stand in the same week; from the week
of the branch on another strategy acts in one of them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, Self

from ecosystem.errors import InputError
from ecosystem.parameters import cards
from ecosystem.scenario import Levers, Strategy
from ecosystem.view import View


class Running(Protocol):
    """A world that runs: what the page needs of ``ecosystem.model.Ecosystem``."""

    @property
    def week(self) -> int:
        """Weeks since the start."""
        ...

    @property
    def weeks(self) -> int:
        """Length of the horizon."""
        ...

    def step(self) -> None:
        """Advance by one week."""
        ...

    def view(self) -> View:
        """Return the world as it stands; nothing in it changes afterwards."""
        ...


class Branch(NamedTuple):
    """What acts in a branch: a strategy with some levers changed, from a week on."""

    week: int
    strategy: str
    levers: tuple[tuple[str, float], ...] = ()


class Choice(NamedTuple):
    """What to run, from which week on to look at it, and what branches from it."""

    world: str
    strategy: str
    seed: int
    week: int = 0
    branch: Branch | None = None

    @property
    def origin(self) -> Self:
        """The choice without its week and its branch."""
        return self._replace(week=0, branch=None)


def with_levers(strategy: Strategy, levers: tuple[tuple[str, float], ...]) -> Strategy:
    """Return a strategy in which some levers have other values.

    Raises
    ------
    InputError
        If there is no such lever, or a value is beyond its bounds.
    """
    limits = {card.path: card.limits for card in cards(Levers())}
    changed = strategy.levers
    for name, value in levers:
        if name not in limits:
            raise InputError(f"There is no lever {name!r}. Known are {', '.join(limits)}.")
        try:
            changed = changed.with_(name, value)
        except ValueError as error:
            raise InputError(f"Lever {name} = {value:g}: must be {limits[name]}.") from error
    return strategy.model_validate({**dict(strategy), "levers": changed})


def part(model: Any, strategy: Strategy) -> Any:
    """Return a copy of a running world in which another strategy acts from this week on."""
    from ecosystem.branching import branch  # Mesa takes a second to import

    return branch(model, strategy)


class Fork:
    """The original of a choice and, from its week on, its branch if it has one.

    Parameters
    ----------
    choice : Choice
    original : Running
        The world of the choice, no further than its week.
    offer : Strategy or None
        What acts in the branch.
    parted : callable
        As :func:`part`.
    """

    def __init__(
        self,
        choice: Choice,
        original: Running,
        offer: Strategy | None = None,
        parted: Callable[[Running, Strategy], Running] = part,
    ) -> None:
        self.choice = choice
        self.original = original
        self.branch: Running | None = None
        self._offer = offer
        self._parted = parted
        if offer and choice.branch and choice.branch.week < original.week:
            raise ValueError("the original is past the week of the branch")
        self._part()

    @property
    def week(self) -> int:
        """Weeks since the start."""
        return self.original.week

    @property
    def weeks(self) -> int:
        """Length of the horizon."""
        return self.original.weeks

    def catch_up(self, goes_on: Callable[[], bool]) -> None:
        """Run to the week of the choice, or until `goes_on` returns False."""
        end = min(self.choice.week, self.weeks)
        while self.week < end and goes_on():
            self.step()

    def step(self) -> None:
        """Advance both by one week."""
        self.original.step()
        if self.branch:
            self.branch.step()
        else:
            self._part()

    def _part(self) -> None:
        """Part once the week of the branch has come."""
        asked = self.choice.branch
        if asked and self._offer and self.week == asked.week:
            self.branch = self._parted(self.original, self._offer)

    def views(self) -> tuple[View, View | None]:
        """Return the original, and the branch once there is one."""
        return self.original.view(), self.branch.view() if self.branch else None
