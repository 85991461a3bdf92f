"""Grid utilities."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ecosystem.agents.base import Actor, Card
from ecosystem.delivery.activities import Activity
from ecosystem.institutions.tariffs import requests_kept
from ecosystem.state import GrantHeadroom, Order, Snapshot, StartStudy
from ecosystem.units import IntArray

if TYPE_CHECKING:
    from mesa import Model


class Utility(Actor):
    """Studies load requests in queue order and commits firm headroom to them.

    Senses: own queue, studies under way, headroom that upgrades have added. Decides: which
    studies start and which requests get firm capacity, first come, first served: a large request
    at the head of the queue holds up those behind it. Requests of others take a share of its
    study work; where a deposit drives the speculative ones away, the programme's wait less.
    """

    kind = "utility"

    def __init__(
        self, model: "Model[Any, Any]", name: str, label: str, index: int, sites: IntArray
    ) -> None:
        super().__init__(model, name, label)
        self.index = index
        self.sites = sites

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the studies to start and the headroom to grant."""
        if not now.grid_queued:
            return []
        s, own = now.sites, self.sites
        orders: list[Order] = []
        waiting = own[now.unstudied[own]]
        if len(waiting):
            lead = now.layout.lead_of_site[own]
            studied = now.progress.finish_week[lead, Activity.STUDY] <= now.week
            busy = int((s.study_started[own] & s.live[own] & ~studied).sum())
            first = waiting[np.lexsort((waiting, now.study_week[waiting]))]
            free = max(0, self.study_slots(now) - busy)
            orders += [StartStudy(int(site)) for site in first[:free]]
        queue = own[now.unconnected[own]]
        if len(queue):
            first = queue[np.lexsort((queue, now.headroom_week[queue]))]
            firm_mw = now.layout.site_mw[first] * ~s.non_firm[first]
            room = now.vendors.headroom_mw[self.index] - np.cumsum(firm_mw)
            # who accepts curtailment needs no firm capacity and passes those who wait for it
            served = (room >= 0) | s.non_firm[first]
            orders += [GrantHeadroom(int(site)) for site in first[served]]
        return orders

    def study_slots(self, now: Snapshot) -> int:
        """Return the studies run at once for the programme; a deposit drives others away."""
        n = now.numbers.grid
        asked = now.levers.deposit_usd_per_mw[self.sites] * now.sites.live[self.sites]
        kept = requests_kept(
            asked.max(initial=0.0), n.speculative_share, n.deposit_scale_usd_per_mw
        )
        others = n.other_requests_share
        return round(n.study_slots * float(1 - others * kept) / (1 - others))

    def card(self, now: Snapshot) -> Card:
        """Return queue and headroom."""
        s, own = now.sites, self.sites
        queue = s.live[own] & (now.study_week[own] <= now.week) & ~s.headroom_granted[own]
        return (
            ("firm headroom left", f"{now.vendors.headroom_mw[self.index]:,.0f} MW"),
            ("requests in the queue", f"{int(queue.sum())}"),
            ("requested", f"{now.layout.site_mw[own][queue].sum():,.0f} MW"),
            ("studies at once", f"{self.study_slots(now)}"),
        )
