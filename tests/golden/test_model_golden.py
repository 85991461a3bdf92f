"""The golden runs, and two guards: that a wrong reference fails and that nothing moves nothing."""

import copy
import json

import pytest
from golden import REFERENCE, SERIES, differing, golden_run, small_world, summary

from ecosystem.model import simulate
from ecosystem.scenario import Levers, Strategy, load_strategy

GOLDEN = json.loads(REFERENCE.read_text(encoding="utf-8"))
CALM = {
    "contractors.storm_per_year": 0.0,
    "chips.outage_per_year": 0.0,
    "climate.drought_per_year": 0.0,
    "climate.frost_per_winter": 0.0,
}


@pytest.fixture(scope="module")
def found() -> dict[str, dict]:
    return {key: golden_run(load_strategy(key)) for key in GOLDEN}


@pytest.mark.parametrize("key", sorted(GOLDEN))
def test_golden_runs_are_as_they_were(key: str, found: dict[str, dict]) -> None:
    assert differing(GOLDEN[key], found[key]) == []


@pytest.mark.parametrize("name", [*SERIES, "finish_week", "events"])
def test_a_wrong_reference_fails(name: str, found: dict[str, dict]) -> None:
    wrong = copy.deepcopy(GOLDEN["S2"])
    if name == "events":
        wrong[name]["building"] += 1
    else:
        wrong[name][-1] = wrong[name][-1] * (1 + 1e-5) + 1e-9
    assert differing(wrong, found["S2"]) == [name]


def test_a_reference_with_an_entry_more_or_less_fails(found: dict[str, dict]) -> None:
    less = {name: value for name, value in GOLDEN["S0"].items() if name != "revenue_usd"}
    assert differing(less, found["S0"]) == ["revenue_usd"]
    shorter = {**GOLDEN["S0"], "demand_mw": GOLDEN["S0"]["demand_mw"][:-1]}
    assert differing(shorter, found["S0"]) == ["demand_mw"]


def test_strategies_differ_by_more_than_the_tolerance(found: dict[str, dict]) -> None:
    assert "strategy_cost_usd" in differing(found["S0"], found["S2"])


def test_with_levers_and_shocks_off_two_ways_of_doing_nothing_agree() -> None:
    """Shocks that never come or that take nothing; levers left alone or set where they were."""
    world = small_world()
    never = world.with_values({f"numbers.{path}": rate for path, rate in CALM.items()})
    harmless = world.with_values(
        {
            "numbers.contractors.storm_per_year": 0.0,
            "numbers.chips.outage_per_year": 50.0,
            "numbers.chips.outage_depth": 0.0,
            "numbers.climate.drought_per_year": 50.0,
            "numbers.climate.drought_stress": 1.0,
            "numbers.climate.frost_per_winter": 50.0,
            "numbers.climate.frost_exposed_share": 0.0,
        }
    )
    spelt_out = Strategy(
        key="nothing",
        name="Nothing",
        description="",
        start=world.strategy_start,
        levers=Levers(**load_strategy("S0").levers.model_dump()),
    )
    ours = simulate(never, load_strategy("S0"), 0)
    theirs = simulate(harmless, spelt_out, 0)
    assert ours.digest() == theirs.digest()
    assert differing(summary(ours), summary(theirs)) == []
    assert simulate(small_world(), spelt_out, 0).digest() != ours.digest(), "shocks do matter"
