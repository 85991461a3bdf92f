"""Copies of a running world: exact, independent, and free to go on otherwise."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from ecosystem.branching import Histories, Trunk, branch, first_week, side_by_side
from ecosystem.errors import InputError
from ecosystem.model import Ecosystem, simulate
from ecosystem.scenario import Strategy, World, load_strategy, load_world

WEEKS, START = 44, 18
STRATEGIES = ("S0", "S2", "S8", "hybrid", "placebo")


@pytest.fixture(scope="module")
def world() -> World:
    """Return a short world of invented sites, in which strategies act from week 18 on."""
    full = load_world("fictional")
    changes = {"weeks": WEEKS, "strategy_start": full.start + timedelta(weeks=START)}
    return full.model_validate({**dict(full), **changes})


@pytest.fixture(scope="module")
def whole(world: World) -> dict[str, str]:
    """Return the digest of every strategy's run from the start."""
    return {key: simulate(world, load_strategy(key), 3).digest() for key in STRATEGIES}


def grown(world: World, key: str, weeks: int) -> Ecosystem:
    """Return a world that has lived for some weeks."""
    model = Ecosystem(world, load_strategy(key), 3)
    while model.week < weeks:
        model.step()
    return model


@pytest.mark.parametrize("week", [0, START, 31])
def test_a_copy_lives_as_the_model_would_and_leaves_it_alone(
    world: World, whole: dict[str, str], week: int
) -> None:
    model = grown(world, "S8", week)
    copy = branch(model)
    assert copy.run().digest() == whole["S8"]
    assert model.week == week
    assert model.run().digest() == whole["S8"]


def test_a_copy_has_mesa_clock_and_agents_of_its_own(world: World) -> None:
    model = grown(world, "S0", 10)
    copy = branch(model)
    copy.step()
    assert (model.week, copy.week) == (10, 11)
    assert copy.time == model.time + 1
    assert {id(agent) for agent in copy.agents}.isdisjoint(id(agent) for agent in model.agents)
    assert all(agent.model is copy for agent in copy.agents)


def test_explained_tables_of_a_copy_are_those_of_the_whole_run(world: World) -> None:
    expected = simulate(world, load_strategy("S2"), 3, explained=True).digest()
    assert branch(grown(world, "S2", 30)).run(explained=True).digest() == expected


def test_strategies_that_share_a_history_end_as_if_each_ran_alone(
    world: World, whole: dict[str, str]
) -> None:
    trunk = Trunk(world, 3)
    assert {key: trunk.run(load_strategy(key)).digest() for key in STRATEGIES} == whole
    assert len(set(whole.values())) == len(STRATEGIES)


def test_the_history_is_lived_through_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lived: list[int] = []
    original = Ecosystem._stages

    def counted(model: Ecosystem) -> Iterator[None]:
        lived.append(model.week)
        return original(model)

    monkeypatch.setattr(Ecosystem, "_stages", counted)
    trunk = Trunk(world, 3)
    for key in ("S0", "S2", "S8"):
        trunk.run(load_strategy(key))
    assert sum(week < START for week in lived) == START
    assert sum(week >= START for week in lived) == 3 * (WEEKS - START)


def test_who_acts_sooner_or_brings_partners_runs_from_the_start(world: World) -> None:
    sooner = load_strategy("S2").model_copy(update={"start": world.start + timedelta(weeks=4)})
    content = {**load_strategy("S0").model_dump(), "governance": {"partners": 3}}
    partnered = Strategy.model_validate(content)
    trunk = Trunk(world, 3)
    trunk.run(load_strategy("S0"))
    for strategy in (sooner, partnered):
        assert trunk.model(strategy).week == 0
        assert trunk.run(strategy).digest() == simulate(world, strategy, 3).digest()
    with pytest.raises(InputError, match="other partners"):
        branch(grown(world, "S0", 2), partnered)


def test_a_run_that_ends_before_any_strategy_acts(world: World) -> None:
    strategy = load_strategy("S2")
    expected = simulate(world, strategy, 3, until=10).digest()
    assert Trunk(world, 3).run(strategy, until=10).digest() == expected


@pytest.mark.parametrize("key", ["S2", "S3", "S8"])
def test_a_strategy_that_differs_in_its_name_alone_goes_on_as_it_was(
    world: World, key: str
) -> None:
    strategy = load_strategy(key)
    renamed = strategy.model_copy(update={"key": "other", "name": "Other"})
    kept, branched = grown(world, key, 31), branch(grown(world, key, 31), renamed)
    assert branched.strategy.key == "other"
    for name, values in kept.run().tables["weekly"].items():
        assert np.array_equal(values, branched.run().tables["weekly"][name], equal_nan=True), name


def test_what_was_met_or_offered_before_still_counts(world: World) -> None:
    asked = {**dict(load_strategy("S2")), "condition": {"support_below": 0.2}}
    model = grown(world, "S0", 20)
    agreed = branch(model, Strategy.model_validate(asked))
    while agreed.week < 30:
        agreed.step()
    opener = Strategy.model_validate(
        {**asked, "key": "open", "levers": agreed.strategy.levers.with_("openness", 0.95)}
    )
    met = agreed.policy.in_force(30, agreed.sites, agreed.society)
    after = branch(agreed, opener)
    levers = after.policy.in_force(30, after.sites, after.society)
    assert np.isfinite(met.since).any()
    assert np.array_equal(levers.since, met.since), "talks and courses go on"
    assert set(levers.openness[np.isfinite(met.since)]) == {0.95}
    richer = opener.levers.with_("agreement_share_of_capex", 0.02)
    anew = branch(agreed, Strategy.model_validate({**dict(opener), "levers": richer}))
    since = anew.policy.in_force(30, anew.sites, anew.society).since
    assert set(since[np.isfinite(since)]) == {30}, "another agreement is talked over anew"


def test_another_strategy_acts_from_the_week_of_the_branch_on(world: World) -> None:
    strategy = load_strategy("S2").model_copy(update={"start": world.start})
    assert first_week(world, strategy) == 0
    copy = branch(grown(world, "S0", 24), strategy)
    assert copy.policy.week == 24
    before, after = simulate(world, load_strategy("S0"), 3), copy.run()
    assert after.manifest["strategy"] == "S2"
    spent = after.series("strategy_cost_usd") - before.series("strategy_cost_usd")
    assert not np.any(spent[:24])
    assert np.any(spent[24:] > 0)
    for name in ("usable_mw", "cash_usd", "mean_support"):
        assert np.array_equal(before.series(name)[:24], after.series(name)[:24])


def test_runs_that_come_one_after_another_are_those_of_each_alone(
    world: World, whole: dict[str, str]
) -> None:
    histories, other = Histories(), world.model_copy(deep=True)
    for key in ("S0", "S2", "S8"):
        assert histories.run(world, load_strategy(key), 3).digest() == whole[key]
    assert histories.run(other, load_strategy("S0"), 3).digest() == whole["S0"]
    many: tuple[dict[str, Any], ...] = ({"nulls": ("labour",)}, {"silent": ("community",)})
    for options in many:
        expected = simulate(world, load_strategy("S2"), 3, until=20, **options)
        found = histories.run(world, load_strategy("S2"), 3, 20, **options)
        assert found.digest() != whole["S2"]
        assert np.array_equal(found.series("cash_usd"), expected.series("cash_usd")[:20])


def test_runs_that_come_one_after_another_are_explained_as_each_alone(world: World):
    histories = Histories()
    for key in ("S0", "S2"):
        for until in (None, 30):
            told = histories.run(world, load_strategy(key), 3, explained=True, until=until)
            alone = simulate(world, load_strategy(key), 3, explained=True, until=until)
            assert "ribbon" in told.tables
            assert told.digest() == alone.digest()


def test_models_that_live_side_by_side_live_as_each_would_alone(
    world: World, whole: dict[str, str]
) -> None:
    models = [grown(world, key, 7) for key in STRATEGIES]
    assert side_by_side(models) == [None] * len(models)
    for key, model in zip(STRATEGIES, models, strict=True):
        assert (model.week, model.time) == (WEEKS, WEEKS)
        assert model.result().digest() == whole[key]


def test_who_raises_stops_and_the_others_live_on(
    world: World, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    models, fault = [grown(world, key, 7) for key in ("S0", "S2", "S8")], ValueError("broken")

    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(models[1].treasury, "post", broken)
    assert side_by_side(models) == [None, fault, None]
    assert models[1].week == 7
    assert [models[i].result().digest() for i in (0, 2)] == [whole["S0"], whole["S8"]]


def test_expected_runs_are_made_at_the_first_and_are_those_of_each_alone(
    world: World, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    histories, strategies = Histories(), {key: load_strategy(key) for key in STRATEGIES}
    sooner = strategies["S2"].model_copy(update={"start": world.start + timedelta(weeks=4)})
    histories.expect(world, [*strategies.values(), sooner], 3)
    assert histories.run(world, strategies["S8"], 3).digest() == whole["S8"]
    assert histories.run(world, load_strategy("S2"), 3).digest() == whole["S2"], "not announced"
    monkeypatch.setattr(Ecosystem, "_stages", None)  # no week is lived through any more
    for key in ("placebo", "S0"):
        assert histories.run(world, strategies[key], 3).digest() == whole[key]
    told = histories.run(world, sooner, 3)
    monkeypatch.undo()
    assert told.digest() == simulate(world, sooner, 3).digest()
    assert histories.run(world, strategies["S0"], 4).digest() != whole["S0"], "another seed"
