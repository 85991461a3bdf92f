"""One switch for how households hear one another, and campaigns that spread, in the whole model."""

import numpy as np
import pytest
from whole_worlds import REAL, S0, world

from ecosystem.errors import InputError
from ecosystem.model import Ecosystem


def after(weeks: int, values: dict[str, float | str]) -> Ecosystem:
    numbers = {f"numbers.{path}": value for path, value in values.items()}
    model = Ecosystem(world(weeks).with_values(numbers), S0, seed=2, audit=True)  # type: ignore[arg-type]
    while model.week < weeks:
        model.step()
    return model


def spread(model: Ecosystem) -> float:
    """Return how far households of a community differ, on average."""
    return float(model.society.opinion.std(axis=1).mean())


def test_each_rule_is_a_model_of_its_own() -> None:
    anchored = after(104, {})
    consensus = after(104, {"society.opinion_rule": "degroot"})
    bounded = after(104, {"society.opinion_rule": "bounded_confidence"})
    assert spread(consensus) < spread(anchored) / 2  # nobody holds on to an anchor
    assert not np.array_equal(anchored.society.opinion, bounded.society.opinion)


def test_under_degroot_opinion_moves_towards_consensus_whatever_happens() -> None:
    early, late = (after(weeks, {"society.opinion_rule": "degroot"}) for weeks in (4, 104))
    low, high = early.society.opinion.min(axis=1), early.society.opinion.max(axis=1)
    assert (late.society.opinion >= low[:, None]).all()
    assert (late.society.opinion <= high[:, None]).all()
    assert spread(late) < spread(early)


def test_confidence_without_bound_hears_everybody_and_itself() -> None:
    wide = after(60, {"society.opinion_rule": "bounded_confidence", "society.confidence": 2.0})
    none = after(60, {"society.opinion_rule": "bounded_confidence", "society.confidence": 0.0})
    assert not np.array_equal(wide.society.opinion, none.society.opinion)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(InputError, match="opinion_rule"):
        REAL.with_values({"numbers.society.opinion_rule": "majority"})  # type: ignore[dict-item]


def test_campaigns_spread_along_the_edges_of_the_graph() -> None:
    hostile: dict[str, float | str] = {"society.mood_later": -0.6}
    alone = after(260, {**hostile, "society.diffusion": 0.0})
    together = after(260, {**hostile, "society.diffusion": 1.0})
    linked = alone.relations.diffusion().any(axis=1)
    np.testing.assert_array_equal(linked, alone.layout.neighbours.any(axis=1))
    apart = ~linked
    more = together.society.opposing - alone.society.opposing
    assert more[linked].max() > 0.05
    np.testing.assert_array_equal(more[apart], 0.0)
