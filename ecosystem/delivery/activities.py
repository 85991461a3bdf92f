"""What one phase (a building) of a site has to do, in which order, and how long that takes.

Base durations are irreducible work only. Waiting for a queue, a slot, a hearing, a redesign or
a lawsuit is availability below one of its cause (see `progress` and `attribution`); otherwise
the grid and the equipment makers would be blamed for work that nobody could have hurried.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from ecosystem.errors import InputError
from ecosystem.units import BoolArray, FloatArray, IntArray


class Activity(IntEnum):
    """Columns of every (phase, activity) array."""

    LAND = 0
    ENGAGEMENT = 1
    STUDY = 2
    DESIGN = 3
    PERMIT = 4
    INTERCONNECT = 5
    AIR_PERMIT = 6
    BRIDGE = 7
    EQUIPMENT = 8
    CHIPS = 9
    FIBRE = 10
    SITEWORK = 11
    SHELL = 12
    MEP = 13
    ENERGISE = 14
    RACKS = 15
    COMMISSIONING = 16


class Cause(IntEnum):
    """What can hold an activity back: columns of every availability array."""

    COMMUNITY = 0
    GRID = 1
    EQUIPMENT = 2
    CHIPS = 3
    LABOUR = 4
    CAPITAL = 5
    DISRUPTION = 6
    COORDINATION = 7


class Power(IntEnum):
    """Which sources may energise a phase; with two, whichever comes first."""

    GRID = 0
    BRIDGE_THEN_GRID = 1
    ISLANDED = 2


CAUSES = tuple(Cause)
ACTIVITIES = len(Activity)
IS = np.eye(ACTIVITIES, dtype=bool)
"""Row by row, which activity is which: ``IS[a][cols]`` is quicker than ``cols == a``."""

# Done once per site, by its lead phase, for all its phases.
SHARED = (
    Activity.LAND,
    Activity.ENGAGEMENT,
    Activity.STUDY,
    Activity.PERMIT,
    Activity.INTERCONNECT,
    Activity.AIR_PERMIT,
    Activity.BRIDGE,
    Activity.FIBRE,
)

_AFTER: dict[Activity, tuple[Activity, ...]] = {
    Activity.ENGAGEMENT: (Activity.LAND,),
    Activity.STUDY: (Activity.LAND,),
    Activity.DESIGN: (Activity.LAND,),
    Activity.PERMIT: (Activity.LAND, Activity.ENGAGEMENT),
    Activity.INTERCONNECT: (Activity.STUDY, Activity.PERMIT),
    Activity.AIR_PERMIT: (Activity.LAND, Activity.ENGAGEMENT),
    Activity.BRIDGE: (Activity.AIR_PERMIT, Activity.DESIGN, Activity.PERMIT),
    Activity.EQUIPMENT: (Activity.DESIGN,),
    Activity.CHIPS: (Activity.SITEWORK,),
    Activity.FIBRE: (Activity.PERMIT,),
    Activity.SITEWORK: (Activity.PERMIT, Activity.DESIGN),
    Activity.SHELL: (Activity.SITEWORK,),
    Activity.MEP: (Activity.SHELL, Activity.EQUIPMENT),
    Activity.ENERGISE: (Activity.MEP,),
    Activity.RACKS: (Activity.MEP, Activity.CHIPS),
    Activity.COMMISSIONING: (Activity.ENERGISE, Activity.RACKS, Activity.FIBRE),
}

# Energisation waits for the first of these that the phase accepts.
POWER_OPTIONS = (Activity.INTERCONNECT, Activity.BRIDGE)


def template() -> "nx.DiGraph[Activity]":
    """Return the precedence of one phase.

    Returns
    -------
    networkx.DiGraph
        Nodes are `Activity`; an edge u -> v means that v needs u. Its attribute ``any_of`` is
        true where one such predecessor suffices (the power options of energisation).
    """
    graph: nx.DiGraph[Activity] = nx.DiGraph()
    graph.add_nodes_from(Activity)
    for after, befores in _AFTER.items():
        graph.add_edges_from(((before, after) for before in befores), any_of=False)
    graph.add_edges_from(((option, Activity.ENERGISE) for option in POWER_OPTIONS), any_of=True)
    return graph


@cache
def order() -> tuple[int, ...]:
    """Return the activities as integers so that every predecessor comes first."""
    return tuple(int(a) for a in nx.lexicographical_topological_sort(template(), key=int))


@cache
def required() -> tuple[tuple[int, ...], ...]:
    """Return, per activity, the predecessors that it needs all of."""
    graph = template()
    return tuple(
        tuple(int(u) for u in graph.predecessors(v) if not graph.edges[u, v]["any_of"])
        for v in Activity
    )


@dataclass(frozen=True, slots=True)
class Network:
    """The phases of all sites and how they hang together (P phases, A activities).

    Attributes
    ----------
    site : ndarray of int, shape (P,)
        Number of the site that a phase belongs to.
    lead : ndarray of int, shape (P,)
        Index of the phase that does the shared work of this phase's site.
    previous : ndarray of int, shape (P,)
        Phase whose sitework comes before this phase's; -1 where none does.
    predecessors : ndarray of bool, shape (A, A)
        ``[v, u]`` is true where v needs u; the power options are not among them.
    shared, wide : ndarray of bool, shape (A,)
        Activities that the lead phase does for the whole site; the same with sitework, for which
        other phases wait, too.
    used : ndarray of bool, shape (P, A)
        Activities that a phase's site needs at all.
    works : ndarray of bool, shape (P, A)
        Activities that this phase itself carries out.
    for_site : ndarray of bool, shape (P, A)
        Work of the lead phase that the whole site needs: what is shared, and its design,
        without which no bridge can be built. It goes on while any phase of the site does.
    accepts : ndarray of bool, shape (P, 2)
        Whether the phase may be energised by the grid connection, by the bridge.
    levels : tuple of ndarray of int
        Phases by position in their sitework sequence, first ones first.
    before : ndarray of int, shape (3, P, A)
        Flat indices ``phase * A + activity`` of what each activity needs all of, the sitework
        of the previous phase included; P * A where there is nothing (more) to wait for.
    powers : ndarray of int, shape (P, 2)
        Flat indices of the power options; P * A + 1 for one that the phase does not accept.
    by_site : ndarray of int, shape (P,)
        Phases, those of one site side by side.
    site_first, site_size : ndarray of int, shape (P,)
        Where in `by_site` the phases of each phase's site begin, and how many there are.
    """

    site: IntArray
    lead: IntArray
    previous: IntArray
    predecessors: BoolArray
    shared: BoolArray
    wide: BoolArray
    used: BoolArray
    works: BoolArray
    for_site: BoolArray
    accepts: BoolArray
    levels: tuple[IntArray, ...]
    before: IntArray
    powers: IntArray
    by_site: IntArray
    site_first: IntArray
    site_size: IntArray

    @property
    def phases(self) -> int:
        """Number of phases P."""
        return len(self.site)

    def mates(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Return every pair (position in `rows`, phase of the same site)."""
        size = self.site_size[rows]
        which = np.repeat(np.arange(len(rows)), size)
        offset = np.arange(len(which)) - (np.cumsum(size) - size - self.site_first[rows])[which]
        return which, self.by_site[offset]

    def members(self, lead: int) -> IntArray:
        """Return the phases of the site that phase `lead` leads, in order."""
        return np.flatnonzero(self.lead == lead)


def build_network(
    site: NDArray[np.integer],
    power: NDArray[np.integer],
    previous: NDArray[np.integer] | None = None,
) -> Network:
    """Connect phases to sites.

    Parameters
    ----------
    site : ndarray of int, shape (P,)
        Site number of each phase; the first phase listed of a site leads it.
    power : ndarray of int, shape (P,)
        `Power` of each phase.
    previous : ndarray of int, shape (P,), optional
        Phase whose sitework comes before, -1 where none. Default: phases of a site follow one
        another in the order listed.

    Returns
    -------
    Network

    Raises
    ------
    InputError
        If a phase follows itself, directly or not, or a phase of another site.
    """
    site = np.asarray(site, dtype=np.int64)
    _, first, inverse, size = np.unique(
        site, return_index=True, return_inverse=True, return_counts=True
    )
    lead = first[inverse].astype(np.int64)
    before = _in_turn(lead) if previous is None else np.asarray(previous, dtype=np.int64)
    accepts = np.stack([power != Power.ISLANDED, power != Power.GRID], axis=1)
    predecessors = np.zeros((ACTIVITIES, ACTIVITIES), dtype=bool)
    for after, befores in enumerate(required()):
        predecessors[after, list(befores)] = True
    shared = np.zeros(ACTIVITIES, dtype=bool)
    shared[list(SHARED)] = True
    wide = shared.copy()
    wide[Activity.SITEWORK] = True
    used = _used(lead, accepts)
    leads = lead == np.arange(len(site))
    common = shared.copy()
    common[Activity.DESIGN] = True
    phase = np.arange(len(site))[:, None]
    powers = np.where(accepts, phase * ACTIVITIES + np.array(POWER_OPTIONS), used.size + 1)
    return Network(
        site=site,
        lead=lead,
        previous=before,
        predecessors=predecessors,
        shared=shared,
        wide=wide,
        used=used,
        works=used & (~shared | leads[:, None]),
        for_site=used & common & leads[:, None],
        accepts=accepts,
        levels=_levels(before, lead),
        before=_before(before, used),
        powers=powers,
        by_site=np.argsort(inverse, kind="stable"),
        site_first=(np.cumsum(size) - size)[inverse],
        site_size=size[inverse],
    )


def _before(previous: IntArray, used: BoolArray) -> IntArray:
    nothing = used.size
    table = np.full((3, *used.shape), nothing, dtype=np.int64)
    phase = np.arange(len(used))
    for after, befores in enumerate(required()):
        for i, u in enumerate(befores):
            table[i, :, after] = np.where(used[:, u], phase * ACTIVITIES + u, nothing)
    turn = np.where(previous < 0, nothing, previous * ACTIVITIES + Activity.SITEWORK)
    table[2, :, Activity.SITEWORK] = turn
    return table


def power_of(accepts: BoolArray) -> IntArray:
    """Return the `Power` of phases that accept a grid connection, a bridge: shape (P, 2)."""
    grid, bridge = accepts.T
    return np.where(grid, np.where(bridge, Power.BRIDGE_THEN_GRID, Power.GRID), Power.ISLANDED)


def with_bridge(network: Network, phases: IntArray) -> Network:
    """Return the network in which `phases`, all those of a site, may be powered on site, too."""
    accepts = network.accepts.copy()
    accepts[phases, 1] = True
    return build_network(network.site, power_of(accepts), network.previous)


def without(network: Network, phases: IntArray, waiting: BoolArray) -> Network:
    """Return the network in which nobody waits for the sitework of `phases` any more.

    Those of the phases `waiting`, shape (P,), who followed one of them follow whom it followed.
    """
    gone = np.zeros(network.phases + 1, dtype=bool)
    gone[phases] = True
    previous = network.previous
    while (passed := waiting & gone[previous]).any():
        previous = np.where(passed, previous[previous], previous)
    return replace(
        network,
        previous=previous,
        levels=_levels(previous, network.lead),
        before=_before(previous, network.used),
    )


def _in_turn(lead: IntArray) -> IntArray:
    previous = np.full(len(lead), -1, dtype=np.int64)
    for first in np.unique(lead):
        members = np.flatnonzero(lead == first)
        previous[members[1:]] = members[:-1]
    return previous


def _used(lead: IntArray, accepts: BoolArray) -> BoolArray:
    # The lead phase builds what any phase of its site can use, even if it cannot use it itself.
    site_accepts = np.zeros_like(accepts)
    np.logical_or.at(site_accepts, lead, accepts)
    grid, bridge = site_accepts[lead].T
    used = np.ones((len(lead), ACTIVITIES), dtype=bool)
    used[:, [Activity.STUDY, Activity.INTERCONNECT]] = grid[:, None]
    used[:, [Activity.AIR_PERMIT, Activity.BRIDGE]] = bridge[:, None]
    return used


def _levels(previous: IntArray, lead: IntArray) -> tuple[IntArray, ...]:
    follows = previous >= 0
    foreign = np.flatnonzero(follows & (lead[previous] != lead))
    if foreign.size:
        raise InputError(
            f"Phases {foreign.tolist()} follow the sitework of a phase of another site. "
            "Give `previous` a phase of the same site, or -1."
        )
    levels = [np.flatnonzero(~follows)]
    placed = len(levels[0])
    while placed < len(previous):
        level = np.flatnonzero(follows & np.isin(previous, levels[-1]))
        if not level.size:
            raise InputError(
                "The sitework sequence `previous` runs in a circle. Let one phase of it be -1."
            )
        levels.append(level)
        placed += len(level)
    return tuple(levels)


def planned_weeks(
    network: Network, base_weeks: FloatArray, later_phase_share: float | FloatArray
) -> FloatArray:
    """Return the median work of every activity: what a plan would say.

    Parameters
    ----------
    network : Network
    base_weeks : ndarray, shape (A,) or (P, A)
        Median work of a first phase [week], >= 0.
    later_phase_share : float or ndarray, shape (P,)
        Share of the design work that phases after the lead still need, in [0, 1].

    Returns
    -------
    ndarray, shape (P, A)
        Weeks of work at full availability. A shared activity shows its lead phase's value.
    """
    weeks = np.broadcast_to(base_weeks, network.used.shape).astype(np.float64)
    later = network.lead != np.arange(network.phases)
    weeks[:, Activity.DESIGN] *= np.where(later, later_phase_share, 1.0)
    weeks[:, network.shared] = weeks[network.lead][:, network.shared]
    return weeks


def durations(
    network: Network,
    base_weeks: FloatArray,
    later_phase_share: float | FloatArray,
    sigmas: tuple[float, float, float],
    z_activity: FloatArray,
    z_site: FloatArray,
    z_region: FloatArray,
) -> FloatArray:
    r"""Return the work that each activity turns out to need.

    Parameters
    ----------
    network : Network
    base_weeks, later_phase_share
        As for `planned_weeks`.
    sigmas : tuple of float
        Log standard deviations of one activity, of a site, of a region, each >= 0.
    z_activity : ndarray, shape (P, A)
        Standard normal draws.
    z_site, z_region : ndarray, shape (P,)
        Standard normal draws, equal for the phases of one site and of one region.

    Returns
    -------
    ndarray, shape (P, A)
        Weeks of work at full availability, lognormal with median `planned_weeks`:
        :math:`d = m\,\exp(\sigma_a z_a + \sigma_s z_s + \sigma_r z_r)`.

    Notes
    -----
    The factors in common matter: independent draws average out along a path and understate
    both the spread of the finish and the merge bias [1]_.

    References
    ----------
    .. [1] S. E. Elmaghraby, On criticality and sensitivity in activity networks, Eur. J. Oper.
       Res. 127(2), 2000.
    """
    sigma_activity, sigma_site, sigma_region = sigmas
    common = sigma_site * z_site + sigma_region * z_region
    z = sigma_activity * z_activity + common[:, None]
    z[:, network.shared] = z[network.lead][:, network.shared]
    return planned_weeks(network, base_weeks, later_phase_share) * np.exp(z)
