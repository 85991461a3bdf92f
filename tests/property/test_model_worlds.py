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
from ecosystem.scenario import Levers, Strategy, World, load_strategy, load_world
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
@pytest.mark.parametrize("key", ["S0", "S2", "S3", "placebo"])
def test_ten_years_of_sampled_worlds(number: int, key: str) -> None:
    world = REAL.with_values(SAMPLE[number])
    result = simulate(world, load_strategy(key), number, audit=True)
    assert all(np.isfinite(result.series(name)).all() for name in WEEKLY)
