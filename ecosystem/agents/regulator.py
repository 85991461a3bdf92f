"""Permitting authorities."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ecosystem.agents.base import Actor, Card
from ecosystem.state import HoldHearing, Order, Snapshot
from ecosystem.units import IntArray

if TYPE_CHECKING:
    from mesa import Model


class Regulator(Actor):
    """Hears applications in the order of filing, as fast as its staff allows.

    Senses: which applications are complete and not blocked by redesign or moratorium. Decides:
    which to hear this week. The outcome depends on the mobilised shares and is settled by chance.
    """

    kind = "regulator"

    def __init__(self, model: "Model[Any, Any]", name: str, label: str, sites: IntArray) -> None:
        super().__init__(model, name, label)
        self.sites = sites
        self.capacity = 1.0
        self.rested_weeks = 0

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the hearings of the week."""
        self.rested_weeks += 1
        if not now.hearings_due:
            return []
        for _ in range(self.rested_weeks):  # in most weeks nobody can be heard
            self.capacity = min(2.0, self.capacity + now.numbers.regulators.hearings_per_week)
        self.rested_weeks = 0
        waiting = self.sites[now.hearable[self.sites]]
        slots = int(self.capacity)
        if not (len(waiting) and slots):
            return []
        order = np.lexsort((waiting, now.filed_week[waiting]))[:slots]
        self.capacity -= len(order)
        return [HoldHearing(int(site)) for site in waiting[order]]

    def card(self, now: Snapshot) -> Card:
        """Return the docket."""
        live = self.sites[now.sites.live[self.sites]]
        return (
            ("sites in its area", f"{len(live)}"),
            ("approved", f"{int(now.sites.approved[live].sum())}"),
            ("ready for a hearing", f"{int(now.hearable[self.sites].sum())}"),
            ("denials so far", f"{int(now.sites.denials[self.sites].sum())}"),
            ("moratoria in force", f"{int((now.sites.moratorium_until[live] > now.week).sum())}"),
        )
