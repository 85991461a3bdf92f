"""The whole model: chance shared, order irrelevant, levers null at null effect, books closed."""

import random
from dataclasses import replace

import numpy as np
import pytest

from ecosystem.delivery.ladder import Rung
from ecosystem.errors import AuditError
from ecosystem.model import Ecosystem, simulate
from ecosystem.observables import LADDER
from ecosystem.results import RunResult
from ecosystem.scenario import Levers, Strategy, World, load_strategy, load_world

WEEKS = 208
MONEY = ("strategy_cost_usd", "cash_usd", "equity_usd", "local_benefit_usd")


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("stargate").with_("weeks", WEEKS)


@pytest.fixture(scope="module")
def s0(world: World) -> RunResult:
    return simulate(world, load_strategy("S0"), 3)


def strategy(**levers: float) -> Strategy:
    return Strategy(key="test", name="Test", description="", levers=Levers(**levers))


def differing(a: RunResult, b: RunResult) -> set[str]:
    one, other = a.tables["weekly"], b.tables["weekly"]
    return {name for name in one if not np.array_equal(one[name], other[name], equal_nan=True)}


def test_the_same_seed_gives_the_same_bits_and_another_does_not(world: World, s0: RunResult):
    assert simulate(world, load_strategy("S0"), 3).digest() == s0.digest()
    assert simulate(world, load_strategy("S0"), 4).digest() != s0.digest()


def test_the_order_in_which_agents_are_asked_changes_nothing(world: World, s0: RunResult):
    model = Ecosystem(world, load_strategy("S0"), 3)
    due, shuffled = model.due, random.Random(1)

    def in_any_order(week: int):
        actors = list(due(week))
        shuffled.shuffle(actors)
        return actors

    model.due = in_any_order
    assert model.run().digest() == s0.digest()


def test_strategies_share_one_history_until_they_act(world: World, s0: RunResult):
    s2 = simulate(world, load_strategy("S2"), 3)
    policy = int((world.strategy_start - world.start).days / 7)
    for name, column in s0.tables["weekly"].items():
        mine = s2.tables["weekly"][name]
        assert np.array_equal(column[:policy], mine[:policy], equal_nan=True), name
    assert differing(s0, s2) >= {"mean_support", "strategy_cost_usd"}


def test_levers_at_their_defaults_are_s0(world: World, s0: RunResult):
    assert not differing(simulate(world, strategy(), 3), s0)


def test_a_placebo_costs_money_and_moves_nothing_else(world: World, s0: RunResult):
    placebo = simulate(world, load_strategy("placebo"), 3)
    assert differing(placebo, s0) == {"strategy_cost_usd", "cash_usd"}
    assert placebo.series("strategy_cost_usd").sum() > s0.series("strategy_cost_usd").sum()


@pytest.mark.parametrize(
    ("levers", "effects"),
    [
        (
            {"openness": 0.9, "agreement_share_of_capex": 0.01, "agreement_binding": 1.0},
            ("society.agreement_effect", "society.engagement_effect"),
        ),
        (
            {"academy_seats_per_year": 2_000, "upskilling_seats_per_year": 2_000},
            ("workforce.training_effect",),
        ),
        ({"cash_usd_per_household_year": 1_000}, ("society.cash_effect",)),
    ],
)
def test_a_lever_without_effect_costs_money_alone(
    world: World, levers: dict[str, float], effects: tuple[str, ...]
):
    null = world.with_values({f"numbers.{name}": 0.0 for name in effects})
    base = simulate(null, load_strategy("S0"), 3)
    assert differing(simulate(null, strategy(**levers), 3), base) <= set(MONEY)
    assert differing(simulate(world, strategy(**levers), 3), base) - set(MONEY)


def test_a_newcomer_disturbs_nobody_elses_draws(world: World):
    last = next(s for s in world.sites if s.role == "candidate")
    newcomer = last.model_copy(update={"key": "newcomer", "name": "A newcomer"})
    larger = World.model_validate({**dict(world), "sites": (*world.sites, newcomer)})
    one, other = (Ecosystem(w, load_strategy("S0"), 3) for w in (world, larger))
    sites, phases = len(one.layout.sites), one.layout.phases
    assert len(other.layout.sites) == sites + 1
    people = one.society.households, other.society.households
    for name in ("predisposition", "susceptibility", "threshold", "tercile"):
        mine, theirs = (getattr(p, name)[:sites] for p in people)
        assert np.array_equal(mine, theirs), name
    durations = one.works.progress.duration_weeks, other.works.progress.duration_weeks[:phases]
    assert np.array_equal(*durations)
    for name in ("outdoors", "chips"):
        assert np.array_equal(getattr(one.weather, name), getattr(other.weather, name))
    assert np.array_equal(one.weather.choice, other.weather.choice[:, :sites])


def test_every_megawatt_stands_on_one_rung_and_climbs(world: World, s0: RunResult):
    columns = (*LADDER, "cancelled_mw")
    total = sum(s0.series(name) for name in columns)
    announced = np.array([s.facility_mw for s in world.sites if s.role == "programme"]).sum()
    assert (np.diff(total) >= -1e-9).all()
    assert total[100] == pytest.approx(announced)
    model = Ecosystem(world, load_strategy("S0"), 3)
    before = None
    for _ in range(WEEKS):
        model.step()
        state = model.works.state(model.sites, model.week)
        if before is not None:
            assert (state >= before)[before < Rung.CANCELLED].all()
        before = state


@pytest.mark.parametrize("fault", ["money", "ladder", "labour"])
def test_the_audit_sees_a_broken_conservation(world: World, fault: str):
    model = Ecosystem(world, load_strategy("S0"), 3, audit=True)
    for _ in range(3):
        model.step()
    if fault == "money":
        model.economy = replace(model.economy, cash_usd=model.economy.cash_usd + 1e6)
    elif fault == "ladder":
        model.layout.phase_mw[0] *= 2
    else:
        model.labour = replace(model.labour, offered_hours=model.labour.offered_hours * 0)
        model.works.hours_per_week[:] = 0.0
        model.layout.rival_hours[:] = 0.0
        post = model.treasury.post

        def too_much(*args: object) -> None:
            post(*args)
            model.treasury.worked_hours = model.treasury.worked_hours + 1.0

        model.treasury.post = too_much
    with pytest.raises(AuditError, match={"money": "lab", "ladder": "ladder"}.get(fault, fault)):
        model.step()


@pytest.mark.parametrize(
    "values",
    [
        {"chips.mw_per_week": 1e-6},
        {"grid.headroom_factor": 1e-6, "grid.upgrade_factor": 1e-6},
        {"workforce.pool_factor": 1e-6},
        {"regulators.hearings_per_week": 1e-6},
        {"regulators.hearings_per_week": 1e6, "delivery.permit_weeks": 1},
        {"equipment.slots_mw": 1e-6},
        {"capital.opening_cash_usd": 0.0, "capital.equity_usd_per_year": 0.0},
        {"market.demand_start_mw": 1e-3},
        {"market.demand_start_mw": 99_000.0},
        {"society.trust_start": 0.0, "society.organise_on": 0.0},
        {"society.trust_start": 1.0},
        {"delivery.sigma_activity": 0.0, "delivery.sigma_site": 0.0},
        {"regulators.litigation_per_year": 50.0, "regulators.moratorium_per_year": 50.0},
    ],
)
def test_extreme_worlds_keep_every_invariant(world: World, values: dict[str, float]):
    extreme = world.with_values({f"numbers.{name}": value for name, value in values.items()})
    result = simulate(extreme.with_("weeks", 156), load_strategy("S2"), 1, audit=True)
    for name, column in result.tables["weekly"].items():
        assert np.isfinite(column).all(), name
    for name in (*LADDER, "cancelled_mw", "served_mw", "revenue_usd", "energy_mwh", "water_m3"):
        assert (result.series(name) >= 0).all(), name


def test_a_world_of_one_week_runs(world: World):
    assert len(simulate(world.with_("weeks", 1), load_strategy("S3"), 0).series("week")) == 1
