"""Training: what academies and courses add to the craft hours of a region."""

from dataclasses import replace

import numpy as np

from ecosystem.society.labour import apprentice_fte, apprentice_step, offered_hours
from ecosystem.state import Labour, Offer, Snapshot
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray

SEATS_BY_CRAFT = np.array([0.45, 0.20, 0.30, 0.05])
"""In proportion to journey workers (regions.csv)."""


def training_regions(now: Snapshot) -> BoolArray:
    """Return the regions in which a site is live, shape (R,): there academies run."""
    layout = now.layout
    return np.bincount(layout.region_of_site, now.sites.live, len(layout.world.regions)) > 0


def train(labour: Labour, now: Snapshot, offer: Offer, worked_hours: FloatArray) -> Labour:
    """Age apprentices and courses by a week and return the pools with next week's hours.

    Parameters
    ----------
    labour : Labour
        After this week's wages and travellers.
    now : Snapshot
    offer : Offer
        Says what hours were asked for.
    worked_hours : ndarray, shape (R, 4)
        Craft hours worked for all builders.
    """
    n, levers = now.numbers.workforce, now.levers
    apprentices, journeymen = labour.apprentices, labour.journeymen
    upskilled = labour.upskilled * (1 - 1 / n.course_stay_weeks)
    seats = np.zeros(journeymen.shape)
    if now.policy:
        schools = training_regions(now)[:, None] * SEATS_BY_CRAFT / WEEKS_PER_YEAR
        seats = levers.academy_seats_per_year * schools
        if now.week >= now.policy_week + n.course_weeks:
            done = levers.upskilling_seats_per_year * n.course_completion
            upskilled = upskilled + done * schools
    if seats.any() or apprentices.heads.any():
        step = apprentice_step(apprentices, seats, n.completion)
        apprentices = step.apprentices
        journeymen = journeymen + n.training_effect * step.graduates
    trained = upskilled * n.course_productivity + apprentice_fte(
        apprentices, n.apprentice_start_productivity, n.apprentice_end_productivity
    )
    hours = offered_hours(
        journeymen, labour.travellers, n.training_effect * trained, n.hours_per_worker_week
    )
    return replace(
        labour,
        journeymen=journeymen,
        apprentices=apprentices,
        upskilled=upskilled,
        offered_hours=np.maximum(hours, 0.0),
        required_hours=offer.required_hours,
        worked_hours=worked_hours,
    )
