"""What a run leaves for people: gains by household group, jobs, taxes, water, voice, promises.

Kept month by month beside the ledger, for the tables ``groups`` and ``hosts`` of a run; nothing in
the model reads it.
"""

from collections import deque

import numpy as np

from ecosystem.accounts import GROUPS, HOURS_OF_A_JOB, Hosts
from ecosystem.delivery.ladder import Rung
from ecosystem.hosting import Received
from ecosystem.layout import Layout
from ecosystem.partnerships import Partnerships
from ecosystem.policy import local_hire_added
from ecosystem.results import Table
from ecosystem.state import Sites, Snapshot, Society
from ecosystem.units import WEEKS_PER_YEAR, FloatArray

TERCILES = ("low", "middle", "high")
PLACES = ("far", "near")
"""In the order of the last axis of household groups (S, 3, 2)."""
MONTHS = 13
"""Periods of four weeks in a year."""


class People:
    """Running sums of a run, by site (S,).

    Attributes
    ----------
    craft_job_years, craft_job_years_local : ndarray, shape (S,)
        A job-year is 2,000 hours; local ones are worked by residents of the host community.
    permanent_job_years, permanent_job_years_local : ndarray, shape (S,)
    tax_usd, water_m3 : ndarray, shape (S,)
        Local tax after abatement; water drawn.
    contacts, openness : ndarray, shape (S,)
        Months in which a host was heard (an event counts in full, or less where it was one-sided),
        and the sum of the openness that it met in all months since the announcement.
    months : ndarray, shape (S,)
        Months since the announcement.
    """

    def __init__(self, layout: Layout) -> None:
        count = len(layout.sites)
        self.layout = layout
        self.craft_job_years = np.zeros(count)
        self.craft_job_years_local = np.zeros(count)
        self.permanent_job_years = np.zeros(count)
        self.permanent_job_years_local = np.zeros(count)
        self.tax_usd = np.zeros(count)
        self.water_m3 = np.zeros(count)
        self.contacts = np.zeros(count)
        self.openness = np.zeros(count)
        self.months = np.zeros(count)
        # what groups had gained, now and one year ago
        self._gained = deque([np.zeros((count, *GROUPS))], maxlen=MONTHS + 1)

    def month(
        self, now: Snapshot, received: Received, contacts: FloatArray, gained: FloatArray
    ) -> None:
        """Add what the last weeks brought.

        Parameters
        ----------
        now : Snapshot
        received : Received
        contacts : ndarray, shape (S,)
            Contact events since the last call.
        gained : ndarray, shape (S, 3, 2)
            Net benefit of each household group to date [USD].
        """
        n, years = now.numbers.local, received.weeks / WEEKS_PER_YEAR
        in_use = now.mw_by_rung[:, Rung.USABLE]
        residents = n.local_hire_share + local_hire_added(self.layout, now.levers)
        craft = received.hours / HOURS_OF_A_JOB
        permanent = in_use * n.permanent_jobs_per_mw * years
        self.craft_job_years += craft
        self.craft_job_years_local += craft * residents
        self.permanent_job_years += permanent
        self.permanent_job_years_local += permanent * residents
        self.tax_usd += in_use * n.tax_usd_per_mw_year * years
        self.water_m3 += received.water_m3
        live = now.sites.live
        self.contacts += np.minimum(np.maximum(contacts, 0.0), 1.0) * live
        self.openness += now.levers.openness * live
        self.months += live
        self._gained.append(gained)

    def groups(self, sites: Sites) -> Table:
        """Return one row per household group of every host community announced so far.

        Columns: ``community``, ``tercile``, ``place``, ``households``, ``benefit_usd`` (net, to
        date) and ``benefit_usd_year`` (over the last 52 weeks of the run).
        """
        layout = self.layout
        there = np.isfinite(sites.announced_week).nonzero()[0]
        count, cells = len(there), GROUPS[0] * GROUPS[1]
        households = layout.households[there, None, None] * Hosts.of(layout).everybody
        to_date, before = self._gained[-1][there], self._gained[0][there]
        keys = np.array([layout.sites[i].key for i in there], dtype=object)
        return {
            "community": np.repeat(keys, cells),
            "tercile": np.tile(np.repeat(np.array(TERCILES, dtype=object), GROUPS[1]), count),
            "place": np.tile(np.array(PLACES, dtype=object), GROUPS[0] * count),
            "households": households.ravel(),
            "benefit_usd": to_date.ravel(),
            "benefit_usd_year": (to_date - before).ravel(),
        }

    def hosts(
        self, sites: Sites, society: Society, bill_change: FloatArray, partnerships: Partnerships
    ) -> Table:
        """Return one row per host community announced so far.

        Parameters
        ----------
        sites, society : Sites, Society
            At the end of the run.
        bill_change : ndarray, shape (R,)
            Change of a household's bill at the end [USD/yr].
        partnerships : Partnerships
            Holds the promises.
        """
        layout = self.layout
        there = np.isfinite(sites.announced_week).nonzero()[0]
        kept, broken = _promises(layout, partnerships)
        months = np.maximum(self.months, 1.0)
        columns = {
            "support": society.support,
            "mood": np.full(len(layout.sites), society.mood),
            "bill_usd_per_household_year": bill_change[layout.region_of_site],
            "craft_job_years": self.craft_job_years,
            "craft_job_years_local": self.craft_job_years_local,
            "permanent_job_years": self.permanent_job_years,
            "permanent_job_years_local": self.permanent_job_years_local,
            "tax_usd": self.tax_usd,
            "water_m3": self.water_m3,
            "contacts_per_year": self.contacts / months * MONTHS,
            "openness": self.openness / months,
            "promises_kept": kept,
            "promises_broken": broken,
        }
        names = [(layout.sites[i].key, layout.sites[i].region) for i in there]
        return {
            "community": np.array([key for key, _ in names], dtype=object),
            "region": np.array([region for _, region in names], dtype=object),
            **{name: values[there].astype(float) for name, values in columns.items()},
        }


def _promises(layout: Layout, partnerships: Partnerships) -> tuple[FloatArray, FloatArray]:
    """Count promises to each host that were kept, and that were broken, shape (S,) each."""
    kept, broken = np.zeros(len(layout.sites)), np.zeros(len(layout.sites))
    for number in partnerships.edges("commitment").tolist():
        kind, _, key = partnerships.edge(number).target.partition(":")
        outcome = partnerships.kept(number)
        if kind == "community" and outcome is not None:
            (kept if outcome else broken)[layout.index[key]] += 1
    return kept, broken
