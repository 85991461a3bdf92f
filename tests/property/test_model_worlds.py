"""The whole model in sampled worlds, under sampled strategies: every run is audited."""

from datetime import timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecosystem.delivery.ladder import Rung
from ecosystem.model import Ecosystem, simulate
from ecosystem.observables import WEEKLY
from ecosystem.scenario import Levers, Strategy, World, load_strategy, load_world, shipped
from experiments.design import futures

REAL = load_world("stargate")
# Policy from week 13 on, so that short runs see it.
EARLY = REAL.model_validate(
    {**dict(REAL), "strategy_start": REAL.start + timedelta(weeks=13), "weeks": 78}
)
SAMPLE = futures(EARLY, 24, 11)

numbers = st.integers(1, 24)
seeds = st.integers(0, 2**32)


@st.composite
def strategies(draw: st.DrawFn) -> Strategy:
    """Draw levers within their bounds."""
    values = {}
    for name, field in Levers.model_fields.items():
        low, high = (
            next(getattr(m, side) for m in field.metadata if hasattr(m, side))
            for side in ("ge", "le")
        )
        values[name] = draw(st.sampled_from([field.default, high]) | st.floats(low, high))
    return Strategy(key="drawn", name="Drawn", description="", levers=Levers(**values))


def future(number: int) -> World:
    """Return a sampled world."""
    return EARLY.with_values(SAMPLE[number])


@settings(max_examples=10)
@given(numbers, seeds, strategies())
def test_any_world_under_any_strategy_conserves_and_stays_finite(
    number: int, seed: int, strategy: Strategy
) -> None:
    result = simulate(future(number), strategy, seed, audit=True)
    for name in WEEKLY:
        assert np.isfinite(result.series(name)).all(), name
    for rung in Rung:
        assert (result.series(f"{rung.name.lower()}_mw") >= 0).all()
    assert ((result.series("goodput") >= 0) & (result.series("goodput") <= 1)).all()
    assert (np.abs(result.series("mean_support")) <= 1).all()


FICTIONAL = load_world("fictional").with_("weeks", 60)
FICTIONAL_SAMPLE = futures(FICTIONAL, 24, 7)


@st.composite
def narrow(draw: st.DrawFn) -> Strategy:
    """Draw levers, and when, where and on what condition they act."""
    weeks = st.integers(0, 40)
    key = st.sampled_from([site.key for site in FICTIONAL.sites])
    first = draw(weeks)
    parts = {
        "where": {"only": draw(st.lists(key, max_size=4, unique=True))},
        "after_announcement": {"from_week": first, "until_week": first + 1 + draw(weeks)},
        "condition": {"support_below": draw(st.floats(-1, 1)), "denials": draw(st.integers(0, 1))},
        "until": FICTIONAL.start + timedelta(weeks=2 + draw(weeks)),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(parts))))
    whole = draw(strategies())
    return Strategy.model_validate({**dict(whole), **{name: parts[name] for name in chosen}})


@settings(max_examples=15)
@given(numbers, seeds, strategies() | narrow())
def test_any_lever_anywhere_keeps_the_audit_of_the_fictional_world(
    number: int, seed: int, strategy: Strategy
) -> None:
    result = simulate(FICTIONAL.with_values(FICTIONAL_SAMPLE[number]), strategy, seed, audit=True)
    assert all(np.isfinite(result.series(name)).all() for name in WEEKLY)


@settings(max_examples=5)
@given(numbers, seeds, strategies())
def test_order_of_agents_never_matters(number: int, seed: int, strategy: Strategy) -> None:
    small, chance = future(number), Random(seed)
    model = Ecosystem(small, strategy, seed)
    asked = model.due

    def due(week: int) -> list:
        actors = list(asked(week))
        chance.shuffle(actors)
        return actors

    model.due = due  # type: ignore[method-assign]
    assert model.run().digest() == simulate(small, strategy, seed).digest()


@settings(max_examples=5)
@given(numbers, seeds, strategies())
def test_before_its_start_no_strategy_shows(number: int, seed: int, strategy: Strategy) -> None:
    small = future(number)
    ours = simulate(small, load_strategy("S0"), seed)
    theirs = simulate(small, strategy, seed)
    for name in WEEKLY:
        np.testing.assert_array_equal(ours.series(name)[:13], theirs.series(name)[:13])


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("key", shipped("strategies"))
def test_ten_years_of_sampled_worlds(number: int, key: str) -> None:
    world = REAL.with_values(SAMPLE[number])
    result = simulate(world, load_strategy(key), number, audit=True)
    assert all(np.isfinite(result.series(name)).all() for name in WEEKLY)
