"""Fills the tables of a run, week by week, in preallocated arrays."""

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from ecosystem.delivery.activities import Cause
from ecosystem.delivery.ladder import Rung
from ecosystem.layout import Layout
from ecosystem.observables import WEEKLY
from ecosystem.results import Table
from ecosystem.state import News, Society
from ecosystem.units import FloatArray, IntArray
from ecosystem.view import Event

RUNGS = tuple(r.name.lower() for r in Rung)
CAUSES = tuple(c.name.lower() for c in Cause)
OPINION_WEEKS = 4


@dataclass(slots=True)
class Recorder:
    """What happened so far."""

    layout: Layout
    weekly: FloatArray
    ladder: FloatArray
    usable_it: FloatArray
    binding: IntArray
    opinion: list[tuple[int, Society, FloatArray]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @classmethod
    def of(cls, layout: Layout) -> "Recorder":
        """Return an empty recorder."""
        weeks, sites = layout.world.weeks, len(layout.sites)
        return cls(
            layout=layout,
            weekly=np.full((weeks, len(WEEKLY)), np.nan),
            ladder=np.zeros((weeks, sites, len(Rung))),
            usable_it=np.zeros((weeks, sites)),
            binding=np.full((weeks, sites), -1),
        )

    def tell(self, week: int, news: tuple[News, ...]) -> None:
        """Keep the events of a week."""
        day = self.layout.world.start + timedelta(weeks=week)
        for item in news:
            site = self.layout.sites[item.site].key if item.site >= 0 else ""
            self.events.append(Event(week, day, item.kind, site, item.agent, item.text))

    def tables(self, weeks: int) -> dict[str, Table]:
        """Return the tables of the first `weeks` weeks."""
        week = np.arange(weeks)
        keys = np.array([s.key for s in self.layout.sites], dtype=object)
        count = len(keys)
        weekly: Table = {"week": week}
        weekly |= {name: self.weekly[:weeks, i] for i, name in enumerate(WEEKLY)}
        causes = np.array([*CAUSES, ""], dtype=object)
        sites: Table = {"week": np.repeat(week, count), "site": np.tile(keys, weeks)}
        for rung in Rung:
            sites[f"{RUNGS[rung]}_mw"] = self.ladder[:weeks, :, rung].ravel()
        sites["usable_it_mw"] = self.usable_it[:weeks].ravel()
        sites["binding_cause"] = causes[self.binding[:weeks].ravel()]
        for name, value in (("support", "support"), ("opposition", "opposing")):
            monthly = np.array([getattr(s, value) for _, s, _ in self.opinion])
            at = np.minimum(week // OPINION_WEEKS, max(len(monthly) - 1, 0))
            sites[name] = monthly[at].ravel() if len(monthly) else np.full(weeks * count, np.nan)
        return {
            "weekly": weekly,
            "sites": sites,
            "communities": self._communities(keys),
            "events": self._events(),
        }

    def _communities(self, keys: np.ndarray) -> Table:
        months = [(w, s, b) for w, s, b in self.opinion]
        count = len(keys)

        def column(name: str) -> np.ndarray:
            parts = [getattr(s, name) for _, s, _ in months]
            return np.concatenate(parts) if parts else np.zeros(0)

        return {
            "week": np.repeat(np.array([w for w, _, _ in months], dtype=np.int64), count),
            "community": np.tile(keys, len(months)),
            "support": column("support"),
            "opposition": column("opposing"),
            "supporters": column("supporting"),
            "organised": column("organised"),
            "trust": column("trust"),
            "licence": column("licence"),
            "benefit_usd_per_household": (
                np.concatenate([b for _, _, b in months]) if months else np.zeros(0)
            ),
        }

    def _events(self) -> Table:
        columns = ("kind", "site", "agent", "text")
        table: Table = {
            "week": np.array([e.week for e in self.events], dtype=np.int64),
            "day": np.array([e.day.isoformat() for e in self.events], dtype=object),
        }
        for name in columns:
            table[name] = np.array([getattr(e, name) for e in self.events], dtype=object)
        return table
