"""What a world without a partner lacks: a named node of the partnership graph that is out.

A node is out from a day on, for some weeks or for good. Until others are found
(`Layout.switching_weeks`) what it does stands still; then they take over the share of
`Layout.substitutability`. Without outages nothing of this module is called.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecosystem.delivery.activities import ACTIVITIES, Activity
from ecosystem.layout import Layout
from ecosystem.scenario import vendor_nodes
from ecosystem.units import BoolArray, FloatArray, IntArray


def _mask(*activities: Activity) -> BoolArray:
    mask = np.zeros(ACTIVITIES, dtype=bool)
    mask[list(activities)] = True
    return mask


_BUILT = _mask(
    Activity.SITEWORK,
    Activity.SHELL,
    Activity.MEP,
    Activity.ENERGISE,
    Activity.RACKS,
    Activity.COMMISSIONING,
)
_DONE_BY: dict[str, BoolArray] = {
    "chips": _mask(Activity.CHIPS),
    "equipment": _mask(Activity.EQUIPMENT),
    "grid_gear": _mask(Activity.INTERCONNECT),
    "contractor": _BUILT,
    "cloud": _BUILT | _mask(Activity.CHIPS, Activity.EQUIPMENT),
    "utility": _mask(Activity.STUDY, Activity.INTERCONNECT),
}
"""Work that stands still when a node of each kind is out."""


class _Out(NamedTuple):
    """One node that is out: its kind, its place among its kind, and when."""

    kind: str
    place: int
    start: float
    until: float


class Tied(NamedTuple):
    """Who a site depends on: shares of owners, shape (S, B + 1); builder of each phase, (P,)."""

    owners: FloatArray
    builder: IntArray


@dataclass(frozen=True, slots=True)
class Outages:
    """The nodes of a world that are out at some time; build with :meth:`of`."""

    layout: Layout
    nodes: tuple[_Out, ...]

    @classmethod
    def of(cls, layout: Layout) -> "Outages | None":
        """Return the outages of a world; None where there are none."""
        world = layout.world
        known = vendor_nodes(world)
        found = []
        for outage in world.outages:
            start = layout.week(outage.start or world.strategy_start)
            until = np.inf if outage.weeks is None else start + outage.weeks
            kind, _, _ = outage.node.partition(":")
            found.append(_Out(kind, known[outage.node], start, until))
        return cls(layout, tuple(found)) if found else None

    def contractors(self, week: int) -> list[int]:
        """Return the builders who are out in a week, by their place."""
        return [n.place for n in self._now(week) if n.kind == "contractor"]

    def left(self, week: int, who: Tied, rows: IntArray, cols: IntArray) -> FloatArray:
        """Return what outages leave of the work of open activities, shape (n,).

        Parameters
        ----------
        week : int
        who : Tied
            Who owns and builds what.
        rows, cols : ndarray of int, shape (n,)
            Phase and activity.
        """
        left = np.ones(len(rows))
        for node in self._now(week):
            at = _DONE_BY[node.kind][cols].nonzero()[0]
            missing = 1 - self._taken_over(node, week, who.owners)[rows[at]]
            left[at] *= 1 - self._part(node, who)[rows[at]] * missing
        return left

    def running_share(self, weeks: int, owners: FloatArray) -> FloatArray:
        """Return the share of each site that runs, shape (weeks, S).

        A cloud that is out runs nothing of its part of a site, a utility that is out powers no
        site that has no power of its own; others take over later. Makers and builders are not
        needed for running. `owners`: share of each site that each owner has, shape (S, B + 1).
        """
        layout = self.layout
        share = np.ones((weeks, len(layout.sites)))
        lead = layout.lead_of_site
        who = Tied(owners, np.zeros(layout.phases, dtype=np.int64))
        for node in self.nodes:
            if node.kind not in ("cloud", "utility"):
                continue
            part = self._part(node, who)[lead]
            part *= layout.grid_only if node.kind == "utility" else 1.0
            for week in range(max(0, int(np.ceil(node.start))), weeks):
                if week >= node.until:
                    break
                share[week] *= 1 - part * (1 - self._taken_over(node, week, owners)[lead])
        return share

    def _now(self, week: int) -> list[_Out]:
        return [node for node in self.nodes if node.start <= week < node.until]

    def _part(self, node: _Out, who: Tied) -> FloatArray:
        """Return the part of each phase that depends on a node, from 0 to 1, shape (P,)."""
        layout = self.layout
        if node.kind == "contractor":
            return (who.builder == node.place).astype(float)
        if node.kind == "cloud":
            return who.owners[layout.site_of_phase, node.place]
        if node.kind == "utility":
            return (layout.region_of_phase == node.place).astype(float)
        return np.ones(layout.phases)

    def _taken_over(self, node: _Out, week: int, owners: FloatArray) -> FloatArray:
        """Return what others do of its work by now, shape (P,)."""
        found = week - node.start >= self.layout.switching_weeks(owners)
        return self.layout.substitutability(owners) * found
