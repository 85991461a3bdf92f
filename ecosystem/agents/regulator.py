"""Permitting authorities."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ecosystem.agents.base import Actor, Card
from ecosystem.institutions.permits import Venue
from ecosystem.orders import HoldHearing, Order
from ecosystem.state import Snapshot
from ecosystem.units import BoolArray, IntArray
from ecosystem.venues import UPSTREAM

if TYPE_CHECKING:
    from mesa import Model


DESKS = (Venue.ZONING, *UPSTREAM)


class Regulator(Actor):
    """Authorities of a state: zoning, air, water, lines, state land, each with its own staff.

    Senses: which applications are complete and not blocked by redesign or moratorium. Decides:
    which each authority hears this week, in the order of filing. The outcome depends on the
    mobilised shares and on where opponents fight, and is settled by chance.
    """

    kind = "regulator"

    def __init__(self, model: "Model[Any, Any]", name: str, label: str, sites: IntArray) -> None:
        super().__init__(model, name, label)
        self.sites = sites
        self.capacity = np.ones(len(DESKS))
        self.last_week = -1

    @classmethod
    def called(cls, now: Snapshot) -> bool:
        """Return whether any case can be heard."""
        return now.hearings_due

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the hearings of the week."""
        if not now.hearings_due:
            return []
        cases = now.docket[self.sites]
        if not np.count_nonzero(cases):
            return []
        n = now.numbers.regulators
        staff = np.full(len(DESKS), n.decisions_per_week)
        staff[Venue.ZONING] = n.hearings_per_week
        self.capacity = np.minimum(2.0, self.capacity + (now.week - self.last_week) * staff)
        self.last_week = now.week
        docket = zip(DESKS, cases.T, strict=True)
        return [order for venue, ready in docket for order in self._hear(now, venue, ready)]

    def _hear(self, now: Snapshot, venue: Venue, ready: BoolArray) -> list[Order]:
        """Return the hearings of one authority, as many as its staff allows."""
        waiting = self.sites[ready]
        slots = int(self.capacity[venue])
        if not (len(waiting) and slots):
            return []
        order = np.lexsort((waiting, now.filed_week[waiting]))[:slots]
        self.capacity[venue] -= len(order)
        return [HoldHearing(int(site), int(venue)) for site in waiting[order]]

    def card(self, now: Snapshot) -> Card:
        """Return the docket."""
        live = self.sites[now.sites.live[self.sites]]
        return (
            ("sites in its area", f"{len(live)}"),
            ("approved", f"{int(now.sites.approved[live].sum())}"),
            ("wants to hear", f"{int(now.hearable[self.sites].sum())} that are ready"),
            ("before state venues", f"{int(np.isin(now.sites.before_states, live).sum())}"),
            ("denials so far", f"{int(now.sites.denials[self.sites].sum())}"),
            ("moratoria in force", f"{int((now.sites.moratorium_until[live] > now.week).sum())}"),
        )
