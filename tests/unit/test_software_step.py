"""A leap of software: the same tokens from fewer megawatts, until users have taken it up."""

from datetime import date
from math import exp

import numpy as np
import pytest

from ecosystem.errors import InputError
from ecosystem.market import needed_share
from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import World, load_strategy, load_world

DAY = date(2025, 9, 1)
WEEKS = 60
WORLD = load_world("stargate")


def run(world: World) -> RunResult:
    return simulate(world, load_strategy("S0"), until=WEEKS)


@pytest.fixture(scope="module")
def plain() -> RunResult:
    return run(WORLD)


def test_before_it_nothing_changes_and_at_first_the_same_tokens_need_less() -> None:
    assert needed_share(-1.0, 1.5, 26.0) == 1.0
    assert needed_share(0.0, 1.5, 26.0) == pytest.approx(1 / 1.5)
    assert needed_share(26.0, 1.5, 26.0) == pytest.approx(1 - (1 / 3) * exp(-1))
    assert needed_share(1e6, 1.5, 26.0) == pytest.approx(1.0)
    assert needed_share(5.0, 1.0, 26.0) == 1.0


def test_a_step_of_one_is_no_step(plain: RunResult) -> None:
    assert run(WORLD.with_software_step(DAY, 1.0)).digest() == plain.digest()


def test_tokens_per_megawatt_leap_on_the_day_and_use_presses_less(plain: RunResult) -> None:
    leapt = run(WORLD.with_software_step(DAY, 1.5))
    week = (DAY - WORLD.start).days // 7
    for name in ("adopted_mw", "shortfall", "latency_s", "tokens_per_s"):
        np.testing.assert_array_equal(leapt.series(name)[:week], plain.series(name)[:week])
    ratio = leapt.series("utilisation")[week] / plain.series("utilisation")[week]
    assert ratio == pytest.approx(1 / 1.5)
    assert leapt.series("latency_s")[week] < plain.series("latency_s")[week]
    per_mw = [r.series("tokens_per_s")[week] / r.series("served_mw")[week] for r in (leapt, plain)]
    assert per_mw[0] / per_mw[1] == pytest.approx(1.5)


@pytest.mark.parametrize("factor", [0.0, -1.0, 50.0])
def test_an_impossible_leap_is_refused(factor: float) -> None:
    with pytest.raises((InputError, ValueError), match="factor"):
        WORLD.with_software_step(DAY, factor)
