"""What people and drawings see of a running world: an immutable view."""

from dataclasses import dataclass
from datetime import date
from math import nan

from ecosystem.units import FloatArray


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with a date."""

    week: int
    day: date
    kind: str
    site: str
    agent: str
    text: str


@dataclass(frozen=True, slots=True)
class SiteView:
    """One campus as it stands.

    Attributes
    ----------
    role : str
        programme, candidate, comparator (a rival by its recorded dates) or refused.
    state : str
        Most advanced rung of the capacity ladder; ``candidate`` before the announcement.
    ladder_mw : tuple of float
        Facility MW on each rung, in the order of the ladder; all 0 for rivals.
    support, opposition : float
        Simulated; NaN where nobody is simulated.
    """

    key: str
    name: str
    role: str
    state: str
    lat: float
    lon: float
    facility_mw: float
    ladder_mw: tuple[float, ...]
    usable_it_mw: float
    binding_cause: str
    support: float
    opposition: float
    organised: bool


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent: its card as pairs of a word and a value with its unit, its latest events first."""

    key: str
    kind: str
    label: str
    card: tuple[tuple[str, str], ...]
    lately: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class EdgeView:
    """One relation of the partnership graph.

    Attributes
    ----------
    promise, due_week : str, float
        What is promised and by when, for a commitment.
    open : bool
        Whether a commitment is neither kept nor broken yet.
    """

    source: str
    target: str
    kind: str
    strength: float
    broken: bool
    promise: str = ""
    due_week: float = nan
    open: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The whole world at the start of a week; nothing in it changes afterwards.

    Attributes
    ----------
    week, day : int, date
        Weeks since the start, and the calendar day.
    weekly : dict of str to ndarray, shape (week,)
        The weekly series so far, by the names of :mod:`ecosystem.observables`.
    sites, agents, edges : tuple
        As above; `edges` refer to agents by key.
    events : tuple of Event
        The latest events, newest first, at most 200.
    kind : str
        Of the world: ``real``, ``counterfactual``, or ``fictional``, whose places are invented.
    """

    week: int
    day: date
    weekly: dict[str, FloatArray]
    sites: tuple[SiteView, ...]
    agents: tuple[AgentView, ...]
    edges: tuple[EdgeView, ...]
    events: tuple[Event, ...]
    kind: str = "real"
