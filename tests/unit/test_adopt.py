"""Another strategy in mid-run: what was is kept, and only the new offer makes a difference."""

from datetime import date
from functools import cache

import numpy as np
import pytest
from whole_worlds import S0, S2, S3, SHIPPED, changed_columns, world

from ecosystem.errors import InputError
from ecosystem.model import Ecosystem
from ecosystem.results import RunResult
from ecosystem.scenario import Strategy

WORLD = world(weeks=100, start_week=40)
AT = 66
SEED = 3


@cache
def kept(key: str) -> RunResult:
    return run(SHIPPED[key])


def run(first: Strategy, then: Strategy | None = None, at: int = AT) -> RunResult:
    model = Ecosystem(WORLD, first, SEED)
    model.run(until=at)
    if then is not None:
        model.adopt(then)
    return model.run()


@pytest.mark.parametrize("key", ["S2", "S3", "S8"])
def test_adopting_the_same_strategy_changes_nothing(key: str) -> None:
    adopted = run(SHIPPED[key], SHIPPED[key])
    assert changed_columns(kept(key), adopted) == set()
    for name, table in kept(key).tables.items():
        for column, values in table.items():
            other = adopted.tables[name][column]
            numeric = np.asarray(values).dtype.kind == "f"
            assert np.array_equal(values, other, equal_nan=numeric), (name, column)


def test_a_condition_that_was_met_stays_met_under_the_same_strategy() -> None:
    asked = S2.model_validate({**dict(S2), "condition": {"support_below": 0.2}})
    assert changed_columns(run(asked), run(asked, asked)) == set()


def test_the_past_is_kept_and_the_future_is_another() -> None:
    branched = run(S0, S2)
    assert changed_columns(kept("S0"), branched, until=AT) == set()
    assert "strategy_cost_usd" in changed_columns(kept("S0"), branched)


def test_before_the_start_of_strategies_adopting_is_choosing() -> None:
    assert changed_columns(kept("S2"), run(S0, S2, at=30)) == set()
    assert changed_columns(kept("S0"), run(S2, S0, at=30)) == set()


def test_a_strategy_with_a_later_start_waits_for_it() -> None:
    later = S2.model_validate({**dict(S2), "start": date(2026, 10, 12)})  # week 92
    changed = run(S0, later)
    assert changed_columns(kept("S0"), changed, until=92) == set()
    assert "strategy_cost_usd" in changed_columns(kept("S0"), changed)


def test_talks_of_a_new_agreement_begin_when_it_is_offered() -> None:
    model = Ecosystem(WORLD, S3, SEED)
    model.run(until=AT)
    model.adopt(S2)
    assert set(model.policy.in_force(AT, model.sites, model.society).since) == {AT}
    opener = S2.model_validate({**dict(S2), "levers": S2.levers.with_("openness", 0.95)})
    model.run(until=AT + 20)
    model.adopt(opener)
    levers = model.policy.in_force(AT + 20, model.sites, model.society)
    assert set(levers.since) == {AT}, "the agreement on offer is the same: its time goes on"
    assert set(levers.openness) == {0.95}


def test_partners_cannot_come_in_mid_run() -> None:
    model = Ecosystem(WORLD, S0, SEED)
    split = S0.model_validate({**dict(S0), "governance": {"mode": "partnership", "partners": 3}})
    with pytest.raises(InputError, match="from the first week"):
        model.adopt(split)
