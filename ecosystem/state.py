"""The read-only world that every agent senses, what agents wish for, and what they get.

Arrays are indexed by site (S), phase (P), region (R), craft (4) or household (H). A community
shares its index with the site that it hosts. All of a week's decisions are taken on one
`Snapshot`; a part that changes is replaced by a new one, never written to.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ecosystem.delivery.progress import Progress
from ecosystem.layout import Layout
from ecosystem.numbers import Numbers
from ecosystem.partnerships import Partnerships
from ecosystem.scenario import Levers
from ecosystem.society.households import Households
from ecosystem.units import BoolArray, FloatArray, IntArray

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Sites:
    """Where each site stands with institutions and partners; arrays of shape (S,).

    Weeks are NaN until the thing has happened; an ``until`` week lies in the past when nothing
    blocks.
    """

    announced_week: FloatArray
    withdrawn: BoolArray
    filed_week: FloatArray
    approved: BoolArray
    denials: IntArray
    redesign_until: FloatArray
    stay_until: FloatArray
    moratorium_until: FloatArray
    study_week: FloatArray
    study_started: BoolArray
    headroom_week: FloatArray
    headroom_granted: BoolArray
    agreement_week: FloatArray
    strategy_week: FloatArray
    funded: BoolArray

    def live(self) -> BoolArray:
        """Return the sites that are announced and not withdrawn."""
        return ~self.withdrawn & ~self.announced_week.__ne__(self.announced_week)


@dataclass(frozen=True, slots=True)
class Society:
    """Opinion, trust and mobilisation of the host communities."""

    households: Households
    opinion: FloatArray
    trust: FloatArray
    opposing: FloatArray
    supporting: FloatArray
    organised: BoolArray
    support: FloatArray
    licence: IntArray
    mood: float


@dataclass(frozen=True, slots=True)
class Labour:
    """Craft pools, shape (R, 4); `apprentices` and `courses` have an age axis in front."""

    journeymen: FloatArray
    travellers: FloatArray
    apprentices: FloatArray
    wage_ratio: FloatArray
    offered_hours: FloatArray
    required_hours: FloatArray
    worked_hours: FloatArray


@dataclass(frozen=True, slots=True)
class Vendors:
    """What the makers can supply."""

    equipment_slots_mw: float
    equipment_waiting_mw: float
    equipment_expansions: tuple[tuple[int, float], ...]
    chips_mw_per_week: float
    headroom_mw: FloatArray


@dataclass(frozen=True, slots=True)
class Economy:
    """The lab's market and money at the start of the week."""

    capability: float
    demand_mw: float
    adopted_mw: float
    inference_mw: float
    utilisation: float
    price_usd_per_mw_year: float
    latency_factor: float
    efficiency_ratio: float
    training_share: float
    revenue_usd_per_year: float
    revenue_growth_per_year: float
    cash_usd: float
    equity_usd_per_week: float
    capacity_mw: float
    pipeline_mw: float


@dataclass(frozen=True, slots=True)
class Shocks:
    """What nature and accident do this week; 1 means nothing."""

    chips: float
    weather: FloatArray


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The world at the start of a week."""

    week: int
    day: date
    policy: bool
    numbers: Numbers
    levers: Levers
    layout: Layout
    sites: Sites
    progress: Progress
    state: IntArray
    gate: BoolArray
    society: Society
    labour: Labour
    vendors: Vendors
    economy: Economy
    shocks: Shocks
    partnerships: Partnerships
    crews: FloatArray
    rows: IntArray
    cols: IntArray


class HoldHearing(NamedTuple):
    """A regulator hears a site's application."""

    site: int


class CallMoratorium(NamedTuple):
    """An organised community petitions for a moratorium."""

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
    """The chip maker's rack capacity for this week."""

    mw: float


class ExpandEquipment(NamedTuple):
    """An equipment maker decides to add capacity."""

    slots_mw: float


class Staff(NamedTuple):
    """A contractor mans phases, up to his crews."""

    phases: tuple[int, ...]


class Bid(NamedTuple):
    """A cloud provider offers to build that many more megawatts."""

    cloud: int
    mw: float


class Announce(NamedTuple):
    """The lab opens a site."""

    site: int


class GiveUp(NamedTuple):
    """The lab gives a phase back."""

    phase: int
    reason: str


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
    | Sue
    | Accept
    | StartStudy
    | GrantHeadroom
    | SetWage
    | Recruit
    | SupplyChips
    | ExpandEquipment
    | Staff
    | Bid
    | Announce
    | GiveUp
    | Split
    | Invest
    | Fund
)


@dataclass(slots=True)
class Deals:
    """Who gets what this week: the outcome of settlement.

    Attributes
    ----------
    rows, cols : ndarray of int, shape (n,)
        The open activities.
    availability : ndarray, shape (n, 8)
        What each cause offered to each of them; progress is the minimum.
    rate : ndarray, shape (n,)
        That minimum.
    required_hours, worked_hours : ndarray, shape (R, 4)
        Craft hours.
    """

    sites: Sites
    labour: Labour
    vendors: Vendors
    crews: FloatArray
    rows: IntArray
    cols: IntArray
    availability: FloatArray
    rate: FloatArray
    given_up: list[tuple[int, str]] = field(default_factory=list)
    training_share: float | None = None
    equity_usd_per_week: float | None = None
    breaches: list[int] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)
    news: list[tuple[str, int, str, str]] = field(default_factory=list)
