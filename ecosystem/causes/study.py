"""What all tables of causes look at, and the tables of plain facts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ecosystem.delivery.activities import Activity, Cause, Network, build_network, power_of
from ecosystem.delivery.critical_path import Schedule, remaining_cpm
from ecosystem.delivery.record import Runs
from ecosystem.layout import Layout
from ecosystem.results import Table
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray
from ecosystem.works import Works

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem

NAMES = tuple(cause.name.lower() for cause in Cause)
ACTIVITY_NAMES = tuple(activity.name.lower() for activity in Activity)
OWN = "own work"
_ACTIVITY_WORDS = np.array(ACTIVITY_NAMES, dtype=object)


@dataclass(frozen=True, slots=True)
class Study:
    """The works, their record, the forecast of what is left, at one moment of a run.

    Attributes
    ----------
    layout, works : Layout, Works
    week : int
        The coming week.
    announced : ndarray of int
        Sites to be explained.
    announced_week : ndarray, shape (S,)
        NaN for sites not announced.
    active : ndarray of bool, shape (P,)
        Phases at work.
    runs : Runs
        What every cause allowed, in run-length code.
    schedule : Schedule
        Of what is left, if nothing holds it back from here on.
    price_usd_per_gw_week : float
        Of served capacity, in the last week.
    last_week : float
        What is commissioned later is not in use before `week`.
    """

    layout: Layout
    works: Works
    week: int
    announced: IntArray
    announced_week: FloatArray
    active: BoolArray
    runs: Runs
    schedule: Schedule
    price_usd_per_gw_week: float
    last_week: float
    of_owners: FloatArray
    of_builders: IntArray

    @property
    def owners(self) -> FloatArray:
        """Shares of owners in the sites to be explained."""
        return self.of_owners[self.announced]

    @property
    def builder(self) -> list[int]:
        """Builder of the last building of each of them."""
        last = self.layout.last_of_site[self.announced]
        return self.of_builders[last].tolist()

    @classmethod
    def of(cls, model: "Ecosystem") -> "Study":
        """Look at a model; nothing in it changes."""
        works, week = model.works, model.week
        active = works.active(model.sites, week)
        price = model.economy.market.price_usd_per_mw_year
        return cls(
            layout=model.layout,
            works=works,
            week=week,
            announced=np.flatnonzero(model.sites.announced_week <= week),
            announced_week=model.sites.announced_week,
            active=active,
            runs=works.log.runs(),
            schedule=remaining_cpm(works.network, works.progress, works.not_before, active, week),
            price_usd_per_gw_week=price * MW_PER_GW / WEEKS_PER_YEAR,
            last_week=week - model.layout.world.numbers.lab.handover_weeks,
            of_owners=model.sites.owners,
            of_builders=model.vendors.builder,
        )

    def network_as_announced(self) -> Network:
        """Return the network before anything was given up, with the power chosen since."""
        network = self.works.network
        power = power_of(network.accepts)
        return build_network(network.site, power, self.layout.network.previous)

    def only(self, site: str) -> "Study":
        """Return the study of one site; of none if it is not announced."""
        number = self.layout.index[site]
        return replace(self, announced=self.announced[self.announced == number])

    def key(self, site: int) -> str:
        """Return the key of a site."""
        return self.layout.sites[site].key

    def keys(self, sites: IntArray) -> np.ndarray:
        """Return the keys of sites."""
        return words(site.key for site in self.layout.sites)[sites]

    def shown(self, rows: IntArray) -> BoolArray:
        """Return which of these phases belong to the sites to be explained."""
        return np.isin(self.layout.site_of_phase[rows], self.announced)


def words(values: Iterable[str]) -> np.ndarray:
    """Return a column of words."""
    return np.array(list(values), dtype=object)


def activity_words(cols: IntArray) -> np.ndarray:
    """Return the names of activities."""
    return _ACTIVITY_WORDS[cols]


def joined(parts: list[FloatArray]) -> FloatArray:
    """Return one column of many, also of none."""
    return np.concatenate(parts) if parts else np.zeros(0)


def campuses(study: Study) -> Table:
    """Return who builds, runs, feeds and permits each announced site."""
    world = study.layout.world
    owners = [*(c.name for c in world.clouds), "the lab itself"]
    firms = world.contractors
    region = {r.key: r.name for r in world.regions}
    sites = [study.layout.sites[i] for i in study.announced]
    return {
        "site": words(s.key for s in sites),
        "name": words(s.name for s in sites),
        "role": words(s.role for s in sites),
        "place": words(", ".join(filter(None, (s.county, s.state, s.country))) for s in sites),
        "region": words(region[s.region] for s in sites),
        "developer": words(firms[b].name for b in study.builder),
        "cloud": words(
            " and ".join(name for name, share in zip(owners, shares, strict=True) if share > 0)
            for shares in study.owners
        ),
        "power": words(s.power for s in sites),
        "cooling": words(s.cooling for s in sites),
        "mw": np.array([s.facility_mw for s in sites]),
        "it_mw": np.array([s.it_mw for s in sites]),
        "phases": np.array([s.phases for s in sites], dtype=np.int64),
        "announced_week": study.announced_week[study.announced],
        "on_record_until_week": study.layout.on_record_until[study.announced],
    }


def records(study: Study) -> Table:
    """Return the dated facts about the announced sites that the run was given."""
    keys = {study.key(site) for site in study.announced}
    found = [r for r in study.layout.world.records if r.site in keys]
    names = ("site", "activity", "status", "grade", "source")
    return {
        "day": words(r.date.isoformat() for r in found),
        **{name: words(getattr(r, name) for r in found) for name in names},
        "first_phase": np.array([r.first_phase for r in found], dtype=np.int64),
        "last_phase": np.array([r.last_phase for r in found], dtype=np.int64),
    }


def offers(study: Study) -> Table:
    """Return what each cause allowed every open activity: one row per stretch of equal weeks."""
    runs, layout = study.runs, study.layout
    at = study.shown(runs.rows).nonzero()[0]
    rows = runs.rows[at]
    table: Table = {
        "site": study.keys(layout.site_of_phase[rows]),
        "phase": layout.number[rows] + 1,
        "activity": activity_words(runs.cols[at]),
        "first_week": runs.first_week[at],
        "weeks": runs.weeks[at],
    }
    return table | dict(zip(NAMES, runs.availability[at].T, strict=True))
