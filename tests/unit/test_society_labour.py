"""Labour pools, against a head-by-head simulation and closed forms."""

import numpy as np
import pytest

from ecosystem.model import Ecosystem
from ecosystem.numbers import Workforce
from ecosystem.scenario import Levers, Strategy, load_world
from ecosystem.schooling import SEATS_BY_CRAFT
from ecosystem.society.labour import (
    Apprentices,
    apprentice_fte,
    apprentice_step,
    offered_hours,
    prepared_completion,
    ration,
    start_apprentices,
    traveller_step,
    unmet_share,
    wage_step,
)
from ecosystem.units import WEEKS_PER_YEAR

SHAPE = (2, 4)
WEEKS = 247


def empty_school(weeks: int = WEEKS) -> Apprentices:
    return start_apprentices(np.zeros(SHAPE), weeks, 0.38)


def test_recursions_equal_a_sweep_over_all_classes() -> None:
    weeks, completion = 30, 0.4
    draws = np.random.default_rng(0).uniform(0, 20, (80, *SHAPE))
    state = empty_school(weeks)
    classes: list[tuple[int, np.ndarray]] = []  # week of entry, heads left
    stay = completion ** (1 / weeks)
    for week, intake in enumerate(draws):
        trained = apprentice_step(state, intake, completion)
        state = trained.apprentices
        classes = [(entry, heads * stay) for entry, heads in classes]
        done = sum((h for e, h in classes if week - e == weeks), np.zeros(SHAPE))
        classes = [(e, h) for e, h in classes if week - e < weeks] + [(week, intake)]
        np.testing.assert_allclose(trained.graduates, done)
        np.testing.assert_allclose(state.heads, sum(h for _, h in classes))
        fte = sum(h * (0.4 + 0.5 * (week - e) / weeks) for e, h in classes)
        np.testing.assert_allclose(apprentice_fte(state, 0.4), fte)


def test_heads_are_conserved_and_the_completion_share_is_exact() -> None:
    completion = Workforce().completion
    state = empty_school()
    entered = graduated = dropped = np.zeros(SHAPE)
    for week in range(WEEKS + 300):
        intake = np.full(SHAPE, 9.5 if week < 200 else 0.0)
        trained = apprentice_step(state, intake, completion)
        state = trained.apprentices
        entered = entered + intake
        graduated = graduated + trained.graduates
        dropped = dropped + trained.dropouts
        np.testing.assert_allclose(entered, state.heads + graduated + dropped)
    np.testing.assert_allclose(state.heads, 0.0, atol=1e-9)
    np.testing.assert_allclose(graduated / (graduated + dropped), completion)


def test_a_steady_school_stays_steady() -> None:
    state = start_apprentices(np.full(SHAPE, 2.0), WEEKS, 0.5)
    trained = apprentice_step(state, np.full(SHAPE, 2.0), 0.5)
    np.testing.assert_allclose(trained.graduates, 1.0)
    np.testing.assert_allclose(trained.apprentices.heads, state.heads)
    np.testing.assert_allclose(trained.apprentices.head_weeks, state.head_weeks)


@pytest.mark.parametrize("completion", [0.0, 1.0])
def test_nobody_or_everybody_completes(completion: float) -> None:
    state = start_apprentices(np.full(SHAPE, 3.0), 20, completion)
    trained = apprentice_step(state, np.full(SHAPE, 3.0), completion)
    np.testing.assert_allclose(trained.graduates, 3.0 * completion)
    np.testing.assert_allclose(trained.dropouts, 3.0 * (1.0 - completion))


@pytest.mark.parametrize("completion", [0.38, 0.56, 1.0])
def test_an_academy_of_500_seats_a_year_after_two_years(completion: float) -> None:
    """Against the integral of survival times productivity over age: 408, 442 and 506 FTE."""
    state = empty_school()
    weeks = round(2 * WEEKS_PER_YEAR)
    for _ in range(weeks):
        state = apprentice_step(state, np.full(SHAPE, 500 / WEEKS_PER_YEAR), completion).apprentices
    age = np.linspace(0, weeks, 200_001)
    worth = completion ** (age / WEEKS) * (0.4 + 0.5 * age / WEEKS)
    integral = 500 / WEEKS_PER_YEAR * np.trapezoid(worth, age)
    assert integral == pytest.approx({0.38: 408, 0.56: 442, 1.0: 506}[completion], abs=3)
    fte = apprentice_fte(state, Workforce().apprentice_start_productivity)
    np.testing.assert_allclose(fte, integral, rtol=0.01)


def test_preparation_raises_the_odds_of_completing() -> None:
    """0.38 at an odds ratio of 1.3 is 0.494 / 1.114 (P137 on P131)."""
    assert prepared_completion(0.38, 1.3) == pytest.approx(0.494 / 1.114)
    assert prepared_completion(0.38, 1.0) == pytest.approx(0.38)
    assert [prepared_completion(c, 1.8) for c in (0.0, 1.0)] == [0.0, 1.0]


SEATS = 100.0


def trained_by(weeks: int, **levers: float) -> Ecosystem:
    """Return the fictional world after some weeks of a policy that trains from week 0 on."""
    world = load_world("fictional")
    world = world.with_("weeks", weeks).with_("strategy_start", world.start)
    strategy = Strategy(key="x", name="", description="", levers=Levers(**levers))
    model = Ecosystem(world, strategy, 0)
    model.run()
    return model


def test_the_prepared_enter_a_school_of_their_own_with_their_own_survival() -> None:
    """Heads, graduates-to-be and worth of both classes against survival in closed form."""
    n, weeks = Workforce(), 60
    model = trained_by(weeks, academy_seats_per_year=SEATS, pre_apprenticeship_seats_per_year=50.0)
    layout, labour = model.layout, model.labour
    region = layout.region_of_site[layout.announced_week <= 0][0]
    by_craft = SEATS_BY_CRAFT / WEEKS_PER_YEAR
    prepared = 50.0 * n.pre_apprentice_completion
    better = 1.3 * n.completion / (1.3 * n.completion + 1 - n.completion)
    length = round(n.apprentice_weeks)

    def left(heads: float, completion: float, ages: np.ndarray) -> np.ndarray:
        return heads * by_craft * (completion ** (ages / length)).sum()

    young, old = np.arange(weeks - n.pre_apprentice_weeks), np.arange(weeks)
    np.testing.assert_allclose(labour.prepared.heads[region], left(prepared, better, young))
    filled = left(SEATS - prepared, n.completion, young)
    filled = filled + left(SEATS, n.completion, old[len(young) :])
    np.testing.assert_allclose(labour.apprentices.heads[region], filled)
    rise = (n.apprentice_end_productivity - 0.43) / length
    worth = (prepared * better ** (young / length) * (0.43 + rise * young)).sum() * by_craft
    fte = apprentice_fte(labour.prepared, 0.4 + n.pre_apprentice_head_start)
    np.testing.assert_allclose(fte[region], worth)


def test_preparation_leads_nowhere_without_an_apprenticeship() -> None:
    alone = trained_by(40, pre_apprenticeship_seats_per_year=500.0)
    assert alone.labour.prepared.heads.sum() == 0.0
    few = trained_by(40, academy_seats_per_year=10.0, pre_apprenticeship_seats_per_year=500.0)
    ready = 40 - Workforce().pre_apprentice_weeks
    entered = few.labour.prepared.entered.sum(axis=(0, 2))
    assert entered.max() == pytest.approx(10.0 * ready / WEEKS_PER_YEAR)


def test_offered_hours_add_up_heads() -> None:
    hours = offered_hours(np.full(SHAPE, 100.0), np.full(SHAPE, 20.0), np.full(SHAPE, 5.0), 48)
    np.testing.assert_allclose(hours, 6000)


def test_ration_is_even_and_safe_at_zero() -> None:
    offered = np.array([50.0, 100.0, 0.0, 0.0, 10.0])
    required = np.array([100.0, 50.0, 10.0, 0.0, 0.0])
    np.testing.assert_allclose(ration(offered, required), [0.5, 1.0, 0.0, 1.0, 1.0])
    np.testing.assert_allclose(unmet_share(offered, required), [0.5, 0.0, 1.0, 0.0, 0.0])


def test_wage_settles_where_rise_and_return_balance() -> None:
    numbers = Workforce()
    wage = np.ones(3)
    offered, required = np.array([80.0, 100.0, 150.0]), np.full(3, 100.0)
    for _ in range(3000):
        wage = wage_step(
            wage,
            offered,
            required,
            wage_response=numbers.wage_response,
            wage_return=numbers.wage_return,
        )
    ratio = numbers.wage_response / numbers.wage_return
    np.testing.assert_allclose(wage, [np.exp(0.2 * ratio), 1.0, 1.0])


def test_travellers_come_for_the_premium_and_leave_when_idle() -> None:
    def step(wage: float, offered: float, required: float) -> float:
        one = np.ones(1)
        after = traveller_step(
            100 * one,
            1000 * one,
            wage * one,
            offered * one,
            required * one,
            traveller_response=0.02,
            traveller_exit=0.03,
        )
        return float(after[0])

    assert step(1.25, 100, 120) == pytest.approx(105)
    assert step(1.0, 100, 100) == pytest.approx(100)
    assert step(1.0, 100, 40) == pytest.approx(100 * (1 - 0.03 * 0.6))
    assert step(0.9, 100, 0) == pytest.approx(97)
