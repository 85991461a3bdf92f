"""Craft labour of a region: wages and travellers ahead, what academies and courses add."""

from typing import NamedTuple

import numpy as np

from ecosystem.deals import Offer
from ecosystem.latest import Until
from ecosystem.layout import Layout
from ecosystem.numbers import Workforce
from ecosystem.policy import InForce, regional
from ecosystem.society.labour import (
    Training,
    apprentice_fte,
    apprentice_step,
    offered_hours,
    prepared_completion,
    traveller_step,
    wage_step,
)
from ecosystem.state import Labour, Outlook, Snapshot
from ecosystem.units import WEEKS_PER_YEAR, ZERO, BoolArray, FloatArray

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


class Academies:
    """Ages apprentices and courses; who enters them is kept while levers and sites are the same."""

    __slots__ = ("_intakes",)

    def __init__(self) -> None:
        self._intakes = Until(_intakes)

    def train(self, labour: Labour, now: Snapshot, offer: Offer) -> Labour:
        """Age apprentices and courses by a week and return the pools with next week's hours.

        Parameters
        ----------
        labour : Labour
            After this week's wages and travellers.
        now : Snapshot
        offer : Offer
            Says what hours were asked for.
        """
        n, journeymen = now.numbers.workforce, labour.journeymen
        if now.week and _at_rest(labour, now):  # nobody trains and nobody came or left
            return labour._replace(required_hours=offer.required_hours)
        upskilled = labour.upskilled
        if "upskilling_seats_per_year" in now.levers.used or np.count_nonzero(upskilled):
            upskilled = _courses(upskilled, now)
        trained = upskilled * n.course_productivity
        schools = {"apprentices": labour.apprentices, "prepared": labour.prepared}
        entering = self._intakes(now.week, now.layout, now.levers, now.sites.live)
        for (name, school), intake in zip(schools.items(), entering, strict=True):
            if intake.per_week is None and not np.count_nonzero(school.heads):
                continue
            entrants = np.zeros(1) if intake.per_week is None else intake.per_week
            step: Training = apprentice_step(school, entrants, intake.completion)
            schools[name] = step.apprentices
            journeymen = journeymen + n.training_effect * step.graduates
            trained = trained + apprentice_fte(
                step.apprentices, intake.start_productivity, n.apprentice_end_productivity
            )
        hours = offered_hours(
            journeymen, labour.travellers, n.training_effect * trained, n.hours_per_worker_week
        )
        return Labour(
            journeymen=journeymen,
            travellers=labour.travellers,
            wage_ratio=labour.wage_ratio,
            **schools,
            upskilled=upskilled,
            offered_hours=np.maximum(hours, ZERO),
            required_hours=offer.required_hours,
        )


def _courses(upskilled: FloatArray, now: Snapshot) -> FloatArray:
    """Return who has been through a course and stays in the trade, shape (R, 4)."""
    n, levers = now.numbers.workforce, now.levers
    staying = upskilled * (1 - 1 / n.course_stay_weeks)
    if "upskilling_seats_per_year" not in levers.used:
        return staying
    over = now.week >= levers.since + n.course_weeks
    seats = regional(now.layout, levers.upskilling_seats_per_year * over, now.sites.live)
    return staying + (seats * n.course_completion)[:, None] * (SEATS_BY_CRAFT / WEEKS_PER_YEAR)


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
    """Who enters a school: heads a week by region and craft, shape (R, 4); how they fare."""

    per_week: FloatArray | None
    completion: float
    start_productivity: float


def _intakes(
    week: int, layout: Layout, levers: InForce, live: BoolArray
) -> tuple[tuple[_Intake, _Intake], float]:
    """Return those who enter unprepared, and those out of a preparation; and until when.

    The prepared take up seats of academies, as far as there are any: a preparation that leads to
    no apprenticeship adds nobody.
    """
    n, until = layout.world.numbers.workforce, np.inf
    start, completion = n.apprentice_start_productivity, n.completion
    seats: FloatArray | None = None
    placed: FloatArray | None = None
    if "academy_seats_per_year" in levers.used:
        seats = levers.by_region("academy_seats_per_year", layout, live)
        if "pre_apprenticeship_seats_per_year" in levers.used:
            ends = levers.since + n.pre_apprentice_weeks
            ready = regional(
                layout, levers.pre_apprenticeship_seats_per_year * (week >= ends), live
            )
            placed = np.minimum(ready * n.pre_apprentice_completion, seats)
            seats = seats - placed
            until = float(np.minimum.reduce(ends[ends > week], initial=np.inf))
    better = prepared_completion(completion, n.pre_apprentice_odds)
    ahead = min(start + n.pre_apprentice_head_start, n.apprentice_end_productivity)
    first = _Intake(_per_week(seats), completion, start)
    return (first, _Intake(_per_week(placed), better, ahead)), until


def _per_week(seats_per_year: FloatArray | None) -> FloatArray | None:
    """Return who enters by region and craft, shape (R, 4), given the seats of regions, (R,)."""
    if seats_per_year is None:
        return None
    return seats_per_year[:, None] * (SEATS_BY_CRAFT / WEEKS_PER_YEAR)
