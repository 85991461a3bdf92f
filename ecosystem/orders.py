"""What agents may wish for: one kind of order each, all together :data:`Order`."""

from typing import NamedTuple


class HoldHearing(NamedTuple):
    """An authority hears a site's application in a :class:`Venue`."""

    site: int
    venue: int


class CallMoratorium(NamedTuple):
    """A community that is organised, or against, petitions for a moratorium."""

    site: int


class Press(NamedTuple):
    """An organised community presses the developer to withdraw before anybody has approved."""

    site: int


class Sue(NamedTuple):
    """An organised community considers a lawsuit."""

    site: int


class Accept(NamedTuple):
    """A community signs the agreement that it was offered."""

    site: int


class StartStudy(NamedTuple):
    """A utility takes up a site's study."""

    site: int


class GrantHeadroom(NamedTuple):
    """A utility commits firm capacity to a site."""

    site: int


class SetWage(NamedTuple):
    """A labour pool asks for another wage, relative to its start."""

    region: int
    craft: int
    wage_ratio: float


class Recruit(NamedTuple):
    """Travellers whom a pool draws in (or lets go)."""

    region: int
    craft: int
    travellers: float


class SupplyChips(NamedTuple):
    """What the chip maker delivers a week to all customers, and the lab's priority among them."""

    mw: float
    priority: float


class ExpandChips(NamedTuple):
    """The chip maker decides to add to the capacity that it plans."""


class AwaitGeneration(NamedTuple):
    """The lab puts off the order of a phase's racks until a week, for the next generation."""

    phase: int
    until_week: float


class ExpandEquipment(NamedTuple):
    """The equipment makers decide to add capacity."""


class Staff(NamedTuple):
    """A contractor mans some of the phases that are ready, up to his crews."""

    phases: tuple[int, ...]
    idle: tuple[int, ...]


class Bid(NamedTuple):
    """A cloud provider offers to build that many more megawatts."""

    cloud: int
    mw: float


class Announce(NamedTuple):
    """The lab opens a site with partners: shares of owners, of all B + 1, and a builder."""

    site: int
    owners: tuple[float, ...]
    builder: int


class OfferMore(NamedTuple):
    """The lab moves its offer to a community to another level, from 0 to 1."""

    site: int
    level: float


class Redesign(NamedTuple):
    """The lab redesigns a site before it is told to."""

    site: int


class GiveUp(NamedTuple):
    """The lab gives a phase back, or to another tenant."""

    phase: int
    reason: str


class PayOut(NamedTuple):
    """The lab buys back shares or pays out, per week until it decides again."""

    usd_per_week: float


class SwitchBuilder(NamedTuple):
    """The lab gives the phases of a site that nobody has begun to another builder."""

    site: int
    builder: int


class Split(NamedTuple):
    """The lab divides its compute between training and serving."""

    training_share: float


class Invest(NamedTuple):
    """Financiers give equity, per week until they decide again."""

    usd_per_week: float


class Fund(NamedTuple):
    """Financiers fund a site's construction, or refuse it."""

    site: int
    granted: bool


type Order = (
    HoldHearing
    | CallMoratorium
    | Press
    | Sue
    | Accept
    | StartStudy
    | GrantHeadroom
    | SetWage
    | Recruit
    | SupplyChips
    | ExpandChips
    | AwaitGeneration
    | ExpandEquipment
    | Staff
    | Bid
    | Announce
    | OfferMore
    | Redesign
    | GiveUp
    | SwitchBuilder
    | Split
    | Invest
    | Fund
    | PayOut
)
