"""Where a project can be stopped after its zoning: venues that a site needs, what they hold."""

from typing import NamedTuple

import numpy as np

from ecosystem.delivery.activities import ACTIVITIES, Activity
from ecosystem.delivery.progress import Progress
from ecosystem.institutions.permits import Venue
from ecosystem.layout import Layout
from ecosystem.state import Sites
from ecosystem.units import BoolArray, FloatArray, IntArray

UPSTREAM = tuple(v for v in Venue if Venue.ZONING < v < Venue.EXHAUSTED)
"""Venues beyond zoning, in the order of the last axis of arrays (S, 4)."""
NAMES = {
    Venue.ZONING: "zoning",
    Venue.AIR: "air permit",
    Venue.WATER: "water permit",
    Venue.TRANSMISSION: "line approval",
    Venue.STATE_LAND: "right of way over state land",
}


CAME_UP = np.array([Activity.AIR_PERMIT, Activity.PERMIT, Activity.INTERCONNECT, Activity.BRIDGE])
"""The work that a venue decides about; applications for the first two must have been written."""


class Design(NamedTuple):
    """What of a site's design decides where it needs permission, shape (S,) each."""

    plant: IntArray
    closed_loop: FloatArray
    non_firm: BoolArray


def needed(layout: Layout, design: Design) -> BoolArray:
    """Return the venues that each site needs beyond zoning, shape (S, 4).

    Air: power on site. Water: evaporative cooling. Transmission: a firm grid connection of a size
    that takes a new line. State land: a route of line or pipe over it.
    """
    n = layout.world.numbers.regulators
    if n.venues == "zoning_only":
        return np.zeros((len(layout.sites), len(UPSTREAM)), dtype=bool)
    line = (layout.site_mw >= n.transmission_mw) & ~layout.islanded & ~design.non_firm
    return np.stack(
        [design.plant >= 0, design.closed_loop == 0, line, layout.over_state_land], axis=1
    )


def open_at_start(layout: Layout, needs: BoolArray) -> BoolArray:
    """Return the venues whose decision is not on record, shape (S, 4).

    What a venue lets through and has started on record, it has let through.
    """
    lead = layout.lead_of_site
    begun = np.isfinite(layout.started[lead]) | np.isfinite(layout.finished[lead])
    air = np.isfinite(layout.finished[lead, Activity.AIR_PERMIT]) | begun[:, Activity.BRIDGE]
    water = np.isfinite(layout.finished[lead, Activity.PERMIT])
    line = begun[:, Activity.INTERCONNECT]
    land = line | begun[:, Activity.BRIDGE]
    return needs & ~np.stack([air, water, line, land], axis=1)


def ready(
    layout: Layout, sites: Sites, progress: Progress, at: IntArray, hearing_at: float
) -> BoolArray:
    """Return which venues could decide about sites, shape (n, 4): their work has come that far.

    Parameters
    ----------
    layout, sites : Layout, Sites
    progress : Progress
    at : ndarray of int, shape (n,)
        The sites.
    hearing_at : float
        Share of the work on an application after which it is complete.
    """
    flat = layout.lead_of_site[at] * ACTIVITIES + CAME_UP[:, None]
    came_up = ~np.isnan(progress.start_week.ravel()[flat])
    air, water, line, plant = came_up
    work = progress.duration_weeks.ravel()[flat[:2]]
    written = progress.worked_weeks.ravel()[flat[:2]] >= hearing_at * work
    land = np.where(sites.plant[at] >= 0, plant, line)
    return np.array([air & written[0], water & written[1], line, land]).T


def docket(layout: Layout, sites: Sites, progress: Progress, week: int) -> BoolArray | None:
    """Return the cases before venues beyond zoning, shape (S, 4); None where nothing is held up.

    None is before its zoning: states wait for local consent.
    """
    at = sites.before_states
    if not at.size:
        return _none_unless_worked_off(sites, week)
    cases = np.zeros(sites.open_venues.shape, dtype=bool)
    share = layout.world.numbers.regulators.hearing_at
    cases[at] = ready(layout, sites, progress, at, share) & sites.open_venues[at]
    return cases if np.count_nonzero(cases) else _none_unless_worked_off(sites, week)


def _none_unless_worked_off(sites: Sites, week: int) -> BoolArray | None:
    """Return no cases, as an array where what was settled still holds up work."""
    settled = sites.last_denial_until > week
    return np.zeros(sites.open_venues.shape, dtype=bool) if settled else None


def held(sites: Sites, cases: BoolArray, week: int) -> BoolArray:
    """Return the activities that a venue beyond zoning holds up at each site, shape (S, A)."""
    stopped = cases & sites.open_venues | (sites.venue_until > week)
    table = np.zeros((len(stopped), len(Activity)), dtype=bool)
    air, water, line, land = stopped.T
    powered = sites.plant >= 0
    table[:, Activity.AIR_PERMIT] = air
    table[:, Activity.PERMIT] = water
    table[:, Activity.INTERCONNECT] = line | land & ~powered
    table[:, Activity.BRIDGE] = land & powered
    return table
