"""What all agents share: a key on the partnership graph and a rhythm of decisions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from mesa import Agent

from ecosystem.delivery.activities import Activity
from ecosystem.orders import Order
from ecosystem.state import Snapshot
from ecosystem.units import FloatArray, IntArray

if TYPE_CHECKING:
    from mesa import Model

QUARTER_WEEKS = 13

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

    @classmethod
    def called(cls, now: Snapshot) -> bool:
        """Return whether anybody of this kind has something to decide."""
        return True

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


class RacksDue(NamedTuple):
    """Buildings whose racks will be ordered before the lab decides again, n of them.

    `order_week` is when, `slack_weeks` how much later their hall is ready than the racks would
    come, `hall` the generation that it is built for.
    """

    phases: IntArray
    order_week: FloatArray
    slack_weeks: FloatArray
    hall: IntArray


def racks_due(now: Snapshot) -> RacksDue:
    """Return the buildings whose racks are ordered within a quarter, by what work is left.

    Racks are ordered when the ground is cleared. What others hold up later is not foreseen; what
    records or contracts of the past say is not touched.
    """
    layout, progress = now.layout, now.progress
    recorded = now.week < layout.on_record_until
    fresh = now.pending & np.isnan(progress.start_week[:, Activity.CHIPS])
    fresh &= ~recorded[layout.site_of_phase]
    begun = np.isfinite(progress.start_week[:, Activity.SITEWORK])
    ahead = layout.network.previous
    phases = (fresh & (begun | (ahead >= 0) & begun[ahead])).nonzero()[0]

    def left(rows: IntArray, activity: Activity) -> FloatArray:
        work = progress.duration_weeks[rows, activity] - progress.worked_weeks[rows, activity]
        return np.maximum(work, 0.0)

    turn = np.where(begun[phases], 0.0, left(ahead[phases], Activity.SITEWORK))
    cleared = now.week + turn + left(phases, Activity.SITEWORK)
    soon = cleared < now.week + QUARTER_WEEKS
    phases, cleared = phases[soon], cleared[soon]
    equipped = now.week + left(phases, Activity.EQUIPMENT)
    ready = np.maximum(cleared + left(phases, Activity.SHELL), equipped)
    ready += left(phases, Activity.MEP)
    start = progress.start_week[phases, Activity.SITEWORK]
    start = np.where(np.isnan(start), now.week, start)
    hall = layout.newest(start + now.numbers.options.hall_foresight_weeks)
    slack = ready - (cleared + left(phases, Activity.CHIPS))
    return RacksDue(phases, cleared, np.maximum(slack, 0.0), hall)
