"""Craft labour of a region: wages and travellers ahead, what academies and courses add."""

from typing import NamedTuple

import numpy as np

from ecosystem.numbers import Workforce
from ecosystem.society.labour import (
    Training,
    apprentice_fte,
    apprentice_step,
    offered_hours,
    prepared_completion,
    traveller_step,
    wage_step,
)
from ecosystem.state import Labour, Offer, Outlook, Snapshot
from ecosystem.units import WEEKS_PER_YEAR, FloatArray

SEATS = ("academy_seats_per_year", "upskilling_seats_per_year")
SEATS_BY_CRAFT = np.array([0.45, 0.20, 0.30, 0.05])
"""In proportion to journey workers (regions.csv)."""


def outlook(labour: Labour, numbers: Workforce, weeks: int) -> Outlook:
    """Return the wage and the travellers of each pool some weeks ahead, all pools at once."""
    wage = wage_step(
        labour.wage_ratio,
        labour.offered_hours,
        labour.required_hours,
        wage_response=weeks * numbers.wage_response,
        wage_return=weeks * numbers.wage_return,
    )
    travellers = traveller_step(
        labour.travellers,
        labour.journeymen,
        wage,
        labour.offered_hours,
        labour.required_hours,
        traveller_response=weeks * numbers.traveller_response,
        traveller_exit=weeks * numbers.traveller_exit,
    )
    return Outlook(wage, travellers)


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
    journeymen = labour.journeymen
    if now.week and _at_rest(labour, now):  # nobody trains and nobody came or left
        return labour._replace(required_hours=offer.required_hours, worked_hours=worked_hours)
    upskilled = labour.upskilled * (1 - 1 / n.course_stay_weeks)
    by_craft = SEATS_BY_CRAFT / WEEKS_PER_YEAR
    if "upskilling_seats_per_year" in levers.used:
        over = now.week >= levers.since + n.course_weeks
        done = now.regional(levers.upskilling_seats_per_year * over) * n.course_completion
        upskilled = upskilled + done[:, None] * by_craft
    trained = upskilled * n.course_productivity
    schools = {"apprentices": labour.apprentices, "prepared": labour.prepared}
    for (name, school), (intake, completion, start) in zip(
        schools.items(), _intakes(now), strict=True
    ):
        if intake is None and not np.count_nonzero(school.heads):
            continue
        entering = np.zeros(1) if intake is None else intake[:, None] * by_craft
        step: Training = apprentice_step(school, entering, completion)
        schools[name] = step.apprentices
        journeymen = journeymen + n.training_effect * step.graduates
        trained = trained + apprentice_fte(step.apprentices, start, n.apprentice_end_productivity)
    hours = offered_hours(
        journeymen, labour.travellers, n.training_effect * trained, n.hours_per_worker_week
    )
    return Labour(
        journeymen=journeymen,
        travellers=labour.travellers,
        wage_ratio=labour.wage_ratio,
        **schools,
        upskilled=upskilled,
        offered_hours=np.maximum(hours, 0.0),
        required_hours=offer.required_hours,
        worked_hours=worked_hours,
    )


def _at_rest(labour: Labour, now: Snapshot) -> bool:
    """Return whether the pools of this week can work as many hours as those of the last one."""
    if labour.travellers is not now.labour.travellers or not now.levers.used.isdisjoint(SEATS):
        return False
    return not (
        np.count_nonzero(labour.apprentices.heads)
        or np.count_nonzero(labour.prepared.heads)
        or np.count_nonzero(labour.upskilled)
    )


class _Intake(NamedTuple):
    """Who enters a school: heads a year by region, shape (R,); how they fare."""

    per_year: FloatArray | None
    completion: float
    start_productivity: float


def _intakes(now: Snapshot) -> tuple[_Intake, _Intake]:
    """Return those who enter unprepared, and those out of a preparation.

    The prepared take up seats of academies, as far as there are any: a preparation that leads to
    no apprenticeship adds nobody.
    """
    n, levers = now.numbers.workforce, now.levers
    start, completion = n.apprentice_start_productivity, n.completion
    seats: FloatArray | None = None
    placed: FloatArray | None = None
    if "academy_seats_per_year" in levers.used:
        seats = now.regional(levers.academy_seats_per_year)
        if "pre_apprenticeship_seats_per_year" in levers.used:
            over = now.week >= levers.since + n.pre_apprentice_weeks
            ready = now.regional(levers.pre_apprenticeship_seats_per_year * over)
            placed = np.minimum(ready * n.pre_apprentice_completion, seats)
            seats = seats - placed
    better = prepared_completion(completion, n.pre_apprentice_odds)
    ahead = min(start + n.pre_apprentice_head_start, n.apprentice_end_productivity)
    return _Intake(seats, completion, start), _Intake(placed, better, ahead)
