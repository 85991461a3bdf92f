"""The rules of opinion, mobilisation and training against solutions found without them."""

from typing import NamedTuple

import numpy as np

from ecosystem.checks import Check
from ecosystem.society.labour import (
    Apprentices,
    apprentice_fte,
    apprentice_step,
    start_apprentices,
)
from ecosystem.society.mobilisation import cascade
from ecosystem.society.opinion import Influence, opinion_fixed_point, opinion_step
from ecosystem.units import WEEKS_PER_YEAR, FloatArray, IntArray

# Friedkin and Johnsen, Advances in Group Processes 16, 1999: four persons, one of whom listens to
# nobody; weights in thousandths.
FJ_WEIGHTS = ((220, 120, 360, 300), (147, 215, 344, 294), (0, 0, 1000, 0), (90, 178, 446, 286))
FJ_START = (25.0, 25.0, 75.0, 85.0)
FJ_END = (60.0, 60.0, 75.0, 75.0)
# DeGroot, J. Am. Stat. Assoc. 69, 1974: weights in quarters; consensus (1/3, 2/3).
DEGROOT_WEIGHTS = ((2, 2), (1, 3))
DEGROOT_SHARES = (1 / 3, 2 / 3)


def listening(counts: tuple[tuple[int, ...], ...]) -> IntArray:
    """Return neighbours that are named as often as `counts` say, shape (1, H, k)."""
    rows = [np.repeat(np.arange(len(row)), row) for row in counts]
    return np.array(rows, dtype=np.int64)[None]


def opinion_checks(draws: FloatArray) -> list[Check]:
    """Hold the rules of opinion against linear solves and published examples.

    Parameters
    ----------
    draws : ndarray, shape (8, C, H)
        Uniform draws: opinion, susceptibility and six neighbours.
    """
    anchors, susceptibility = 2 * draws[0] - 1, draws[1]
    communities, size = anchors.shape
    jump = 1 + np.floor(draws[2:] * (size - 1)).astype(np.int64)
    seat = np.arange(size, dtype=np.int64)
    first = size * np.arange(communities, dtype=np.int64)[:, None]
    neighbours: IntArray = np.moveaxis((seat + jump) % size + first, 0, -1)
    held = anchors
    for _ in range(400):
        held = opinion_step(held, anchors, susceptibility, neighbours)
    solved = opinion_fixed_point(anchors, susceptibility, neighbours)
    deaf = opinion_step(held, anchors, np.ones_like(anchors), neighbours)
    degroot = opinion_step(held, anchors, susceptibility, neighbours, influence=Influence.DEGROOT)
    area = "opinion"
    return [
        Check(area, "Friedkin-Johnsen against a linear solve", _gap(held, solved), 1e-9, "1"),
        Check(area, "the four persons of 1999: error", fj_error(), 0.5, "points"),
        Check(area, "susceptibility 1 against DeGroot", _gap(deaf, degroot), 1e-12, "1"),
        Check(area, "DeGroot's consensus of 1974: error", degroot_error(), 1e-9, "1"),
    ]


def _gap(a: FloatArray, b: FloatArray) -> float:
    return float(np.max(np.abs(a - b)))


def fj_error() -> float:
    """Return the largest error in the published example of Friedkin and Johnsen [points]."""
    start = np.array([FJ_START])
    listens = 1 - np.diag(FJ_WEIGHTS)[None] / 1000
    return _gap(opinion_fixed_point(start, listens, listening(FJ_WEIGHTS)), np.array([FJ_END]))


def degroot_error() -> float:
    """Return the largest error in DeGroot's example, by iteration."""
    held, neighbours = np.array([[1.0, 0.0]]), listening(DEGROOT_WEIGHTS)
    for _ in range(100):
        held = opinion_step(held, held, np.ones_like(held), neighbours, influence=Influence.DEGROOT)
    return float(np.max(np.abs(held - DEGROOT_SHARES[0])))


def mobilisation_checks() -> list[Check]:
    """Hold the cascade against Granovetter's hundred people of 1978."""
    threshold, weight = np.arange(100)[None] / 100.0, np.full((1, 100), 0.01)
    willing = np.ones((1, 100), dtype=bool)
    riot = cascade(willing, threshold, weight + 1e-12)
    moved = threshold.copy()
    moved[0, 1] = 0.02
    alone = cascade(willing, moved, weight + 1e-12)
    area = "mobilisation"
    return [
        Check(area, "Granovetter: all hundred riot", abs(float(riot[0]) - 1.0), 1e-9, "1"),
        Check(
            area,
            "one threshold moved: one alone",
            abs(float(alone[0]) - 0.01),
            1e-9,
            "1",
        ),
    ]


class School(NamedTuple):
    """Apprentices from the opening of a school, heads at the end of a period."""

    state: Apprentices
    graduates: float
    dropouts: float


def school(intake_per_year: float, years: float, weeks: int, completion: float) -> School:
    """Return what a constant intake leads to after some years."""
    intake = np.full((1, 1), intake_per_year / WEEKS_PER_YEAR)
    state, graduates, dropouts = start_apprentices(np.zeros((1, 1)), weeks, completion), 0.0, 0.0
    for _ in range(round(years * WEEKS_PER_YEAR)):
        state, done, left = apprentice_step(state, intake, completion)
        graduates, dropouts = graduates + float(done[0, 0]), dropouts + float(left[0, 0])
    return School(state, graduates, dropouts)


def academy_fte(years: float, weeks: int, completion: float, start: float, end: float) -> float:
    """Return the journey workers that an academy of 500 seats a year is worth after some years."""
    return float(apprentice_fte(school(500.0, years, weeks, completion).state, start, end)[0, 0])


def censored(completed: float, cancelled: float, weeks: int) -> tuple[float, float]:
    """Return the completion and the years of intake that show such shares of all who entered.

    Parameters
    ----------
    completed, cancelled : float
        Shares at the end of a study, in (0, 1); the rest is still active.
    weeks : int
        Length of the apprenticeship.

    Returns
    -------
    completion : float
        Of all who enter, if everyone were followed to the end.
    years : float
        Of a constant intake before the count.

    Notes
    -----
    Who cancels is counted sooner than who completes: among cases resolved so far completion is
    too low. With a constant rate of dropout the shares after y years of constant intake are in
    closed form; both unknowns are found by bisection.
    """

    def shares(completion: float, years: float) -> tuple[float, float]:
        length = weeks / WEEKS_PER_YEAR
        done = completion * max(years - length, 0.0) / years
        rate = -np.log(completion) / length
        training = -np.expm1(-rate * min(years, length)) / rate / years
        return float(done), float(training)

    def years_with(completion: float) -> float:
        low, high = weeks / WEEKS_PER_YEAR, 60.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (
                (middle, high)
                if shares(completion, middle)[1] > 1 - completed - cancelled
                else (low, middle)
            )
        return low

    low, high = 0.05, 0.95
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if shares(middle, years_with(middle))[0] < completed else (low, middle)
        )
    return low, years_with(low)


def training_checks(weeks: int, completion: float) -> list[Check]:
    """Hold the school against survival in closed form, with the model's own length and share."""
    years = 2.0
    young = school(500.0, years, weeks, completion).state
    ages = np.arange(round(years * WEEKS_PER_YEAR))
    exact = 500 / WEEKS_PER_YEAR * (completion ** (ages / weeks)).sum()
    old = school(500.0, 40.0, weeks, completion)
    of_resolved = old.graduates / (old.graduates + old.dropouts)
    # dropouts of those still in training come on top of those of finished classes
    begun = 40.0 - weeks / WEEKS_PER_YEAR
    of_entrants = old.graduates / (500.0 * begun)
    area = "training"
    return [
        Check(
            area,
            "heads against survival: error",
            abs(float(young.heads[0, 0]) / exact - 1),
            1e-9,
            "1",
        ),
        Check(
            area,
            "graduates over finished classes: error",
            abs(of_entrants / completion - 1),
            0.01,
            "1",
        ),
        Check(
            area,
            "of resolved cases, 40 years of intake",
            of_resolved,
            float("inf"),
            "1",
        ),
    ]
