"""What all agents share: a key on the partnership graph and a rhythm of decisions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mesa import Agent

from ecosystem.state import Order, Snapshot

if TYPE_CHECKING:
    from mesa import Model

type Card = tuple[tuple[str, str], ...]


class Actor(Agent):
    """An agent who senses a snapshot and wishes for something; settlement decides.

    Attributes
    ----------
    key : str
        Node of the partnership graph, e.g. ``"utility:ercot"``.
    kind : str
        Type of agent in one word.
    every_weeks : int
        Weeks between decisions.
    """

    kind: ClassVar[str]
    every_weeks: ClassVar[int] = 1

    def __init__(self, model: "Model[Any, Any]", name: str, label: str) -> None:
        super().__init__(model)
        self.key = f"{self.kind}:{name}" if name else self.kind
        self.label = label

    def decide(self, now: Snapshot) -> Sequence[Order]:
        """Return wishes, from the snapshot and own memory alone."""
        raise NotImplementedError

    def card(self, now: Snapshot) -> Card:
        """Return what this agent has and wants, in words and units."""
        raise NotImplementedError


def crews_of(crews: float, now: Snapshot) -> int:
    """Return the phases that a contractor can build at once."""
    return max(1, round(crews * now.numbers.contractors.crew_factor))


def credibility(now: Snapshot, partner: str) -> float:
    """Return what a partner makes of the lab's promises, over what it did at the start, <= 1."""
    standing = now.partnerships.mean_strength(partner, "contract")
    return min(1.0, standing / now.numbers.capital.opening_standing)
