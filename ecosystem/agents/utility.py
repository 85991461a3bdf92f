"""Grid utilities."""

from math import floor, inf
from typing import TYPE_CHECKING, Any

import numpy as np

from ecosystem.agents.base import Actor, Card
from ecosystem.institutions.queues import fifo_grant, start_studies
from ecosystem.institutions.tariffs import requests_kept
from ecosystem.latest import Latest
from ecosystem.numbers import Numbers
from ecosystem.orders import GrantHeadroom, Order, StartStudy
from ecosystem.state import Snapshot
from ecosystem.units import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from mesa import Model


MONTH_WEEKS = 4


def slots(now: Snapshot) -> int:
    """Return the studies that a utility runs at once, for the programme and for others."""
    n = now.numbers.grid
    return round(n.study_slots / (1 - n.other_requests_share))


def _stays(number: int, share: float) -> bool:
    """Return whether a request is among the share that stays, taken evenly from the queue."""
    return floor((number + 1) * share) > floor(number * share)


def _kept(numbers: Numbers, deposit: FloatArray, live: BoolArray, own: IntArray) -> float:
    """Return the share of requests of others that stay at the deposit asked for at own sites."""
    n, asked = numbers.grid, float((deposit[own] * live[own]).max(initial=0.0))
    return float(requests_kept(asked, n.speculative_share, n.deposit_scale_usd_per_mw))


class Utility(Actor):
    """Studies load requests in queue order and commits firm headroom to them.

    Senses: own queue, studies under way, headroom that upgrades have added. Decides: which
    studies start and which requests get firm capacity, first come, first served: a large request
    at the head of the queue holds up those behind it. Requests of others, many of them
    speculative, stand in the same queue; a deposit keeps some of them away.

    Attributes
    ----------
    waiting : list of float
        Weeks in which requests of others came that wait for a study.
    others_until : list of float
        Weeks in which studies for others end.
    kept : float
        Share of others who stay in the queue at the deposit that was last asked for.
    """

    kind = "utility"

    def __init__(
        self, model: "Model[Any, Any]", name: str, label: str, index: int, sites: IntArray
    ) -> None:
        super().__init__(model, name, label)
        self.index = index
        self.sites = sites
        self.waiting: list[float] = []
        self.others_until: list[float] = []
        self.kept = 1.0
        self._next_request: float | None = None
        self._kept = Latest(_kept)

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the studies to start and the headroom to grant."""
        due = self._next_request
        if due is None or due <= now.week or "deposit_usd_per_mw" in now.levers.used:
            self._take_requests(now)
        if not (now.grid_queued or self.waiting):
            return []
        orders: list[Order] = []
        # where nobody of the programme asks, others are taken up every four weeks
        if now.week % MONTH_WEEKS == 0 or now.study_asked:
            orders += self._study(now)
        return orders + self._connect(now) if now.grid_queued else orders

    def _connect(self, now: Snapshot) -> list[Order]:
        """Grant firm capacity, first come, first served."""
        queue = self.sites[now.unconnected[self.sites]]
        if not len(queue):
            return []
        non_firm, room = now.sites.non_firm[queue], now.vendors.headroom_mw[self.index]
        need = now.layout.site_mw[queue] * ~non_firm
        if np.minimum.reduce(need) > room:
            return []
        # who accepts curtailment needs no firm capacity and passes those who wait for it
        alike = np.zeros(len(queue), dtype=np.int64)
        served = non_firm | fifo_grant(np.array([room]), alike, need, now.headroom_week[queue])
        return [GrantHeadroom(int(site)) for site in queue[served]]

    def _study(self, now: Snapshot) -> list[Order]:
        """Begin the studies for which there is room, the programme's and those of others."""
        asking = self.sites[now.unstudied[self.sites]]
        if not (len(asking) or self.waiting):
            return []
        self.others_until = [week for week in self.others_until if week > now.week]
        busy = np.count_nonzero(now.under_study[self.sites]) + len(self.others_until)
        room = slots(now)
        if busy >= room:
            return []
        end = now.week + now.numbers.delivery.study_weeks
        if not len(asking):  # others stand in the order in which they came
            begun = self.waiting[: room - busy]
            self.others_until += [end] * len(begun)
            self.waiting = self.waiting[len(begun) :]
            return []
        begins = start_studies(
            np.array([room]),
            np.array([busy]),
            np.zeros(len(asking) + len(self.waiting), dtype=np.int64),
            np.append(now.study_week[asking], self.waiting),
        )
        begun = begins[len(asking) :].tolist()
        self.others_until += [end] * sum(begun)
        self.waiting = [week for week, done in zip(self.waiting, begun, strict=True) if not done]
        return [StartStudy(int(site)) for site in asking[begins[: len(asking)]]]

    def _take_requests(self, now: Snapshot) -> None:
        """Let others ask for studies, evenly, as often as keeps their share of them busy.

        Who would have to post a deposit that he does not want to post leaves the queue at once.
        """
        if self._next_request is None:
            self._open(now)
        if "deposit_usd_per_mw" in now.levers.used:
            deposit = now.levers.deposit_usd_per_mw
            kept = self._kept(now.numbers, deposit, now.sites.live, self.sites)
            self._thin_out(min(1.0, kept / self.kept) if self.kept else 1.0)
            self.kept = kept
        while self._next_request is not None and self._next_request <= now.week:
            self.waiting.append(self._next_request)
            self._next_request += self._gap(now)

    def _open(self, now: Snapshot) -> None:
        """Begin with as many studies for others as there are in the long run, at all stages."""
        gap = self._gap(now)
        weeks = now.numbers.delivery.study_weeks
        self._next_request = now.week + gap
        under_way = int(weeks / gap)
        self.others_until = [now.week + gap * (i + 1) for i in range(under_way)]

    def _thin_out(self, share: float) -> None:
        """Let all but a share of those leave who wait or are under study, evenly."""
        if share == 1.0:
            return
        for queue in (self.waiting, self.others_until):
            queue[:] = [week for i, week in enumerate(queue) if _stays(i, share)]

    def _gap(self, now: Snapshot) -> float:
        """Return the weeks between requests of others."""
        share = now.numbers.grid.other_requests_share * self.kept
        per_week = share * slots(now) / now.numbers.delivery.study_weeks
        return 1.0 / per_week if per_week > 0 else inf

    def card(self, now: Snapshot) -> Card:
        """Return queue and headroom."""
        s, own = now.sites, self.sites
        queue = s.live[own] & (now.study_week[own] <= now.week) & ~s.headroom_granted[own]
        return (
            ("firm headroom left", f"{now.vendors.headroom_mw[self.index]:,.0f} MW"),
            ("held by speculation", f"{now.vendors.held_mw[self.index]:,.0f} MW"),
            ("requests in the queue", f"{int(queue.sum())}"),
            ("requested", f"{now.layout.site_mw[own][queue].sum():,.0f} MW"),
            ("wants to study", f"{slots(now)} requests at once"),
            ("studies for others", f"{sum(week > now.week for week in self.others_until)}"),
            ("others waiting for a study", f"{len(self.waiting)}"),
        )
