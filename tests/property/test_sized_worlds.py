"""Worlds of any size live under audit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecosystem.model import simulate
from ecosystem.observables import WEEKLY
from ecosystem.scenario import load_strategy
from ecosystem.sized import sized_world


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.integers(1, 60),
    st.integers(0, 60),
    st.integers(1, 120),
    st.integers(30, 400),
    st.sampled_from(["stargate", "fictional"]),
    st.sampled_from(["S0", "S8", "S9"]),
)
def test_a_world_of_any_size_conserves_and_stays_finite(
    sites: int, candidates: int, weeks: int, archetypes: int, base: str, strategy: str
) -> None:
    world = sized_world(sites, candidates, weeks=weeks, archetypes=archetypes, base=base)
    result = simulate(world, load_strategy(strategy), sites, audit=True)
    assert len(result.series("week")) == weeks
    assert all(np.isfinite(result.series(name)).all() for name in WEEKLY)
