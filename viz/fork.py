"""A running world and, where somebody branched it, the same world under another strategy.

Original and branch have the same world, seed and past, and stand in the same week; from the week
of the branch on another strategy acts in one of them.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol, Self

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

    def adopt(self, strategy: Strategy) -> None:
        """Let another strategy act from this week on."""
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


class Fork:
    """The original of a choice and its branch, if it has one.

    Parameters
    ----------
    choice : Choice
    build : callable
        Returns the world of a choice at week 0.
    offer : Strategy or None
        What acts in the branch.
    original : Running or None
        A world of the same origin that already runs, no further than the week of the choice.
    """

    def __init__(
        self,
        choice: Choice,
        build: Callable[[Choice], Running],
        offer: Strategy | None = None,
        original: Running | None = None,
    ) -> None:
        self.choice = choice
        self.original = original or build(choice.origin)
        self.branch = build(choice.origin) if choice.branch else None
        self._offer = offer

    @property
    def week(self) -> int:
        """Weeks since the start."""
        return self.original.week

    @property
    def weeks(self) -> int:
        """Length of the horizon."""
        return self.original.weeks

    def catch_up(self, goes_on: Callable[[], bool]) -> None:
        """Run both to the week of the choice, or until `goes_on` returns False."""
        end = min(self.choice.week, self.weeks)
        while self.original.week < end and goes_on():
            self.original.step()
        while self.branch and self.branch.week < end and goes_on():
            self._turn(self.branch)
            self.branch.step()
        if self.branch:
            self._turn(self.branch)

    def step(self) -> None:
        """Advance both by one week."""
        self.original.step()
        if self.branch:
            self.branch.step()
            self._turn(self.branch)

    def _turn(self, branch: Running) -> None:
        """Let the other strategy act once the week of the branch has come."""
        asked = self.choice.branch
        if asked and self._offer and branch.week == asked.week:
            branch.adopt(self._offer)

    def views(self) -> tuple[View, View | None]:
        """Return the original, and the branch once there is a difference to see."""
        asked = self.choice.branch
        branched = self.branch if asked and self.week >= asked.week else None
        return self.original.view(), branched.view() if branched else None
