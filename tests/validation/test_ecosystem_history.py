"""Dated facts of the programme. The model was calibrated on them, so this is no evidence."""

from datetime import date

import numpy as np
import pytest

from ecosystem.model import Ecosystem
from ecosystem.scenario import load_strategy, load_world
from ecosystem.units import week_of

SEEDS = range(9)


@pytest.fixture(scope="module")
def runs() -> list[Ecosystem]:
    world, s0 = load_world("stargate").with_("weeks", 80), load_strategy("S0")
    models = [Ecosystem(world, s0, seed) for seed in SEEDS]
    for model in models:
        model.run()
    return models


def week(day: date) -> float:
    return week_of(day, date(2025, 1, 6))


def test_abilene_opens_its_first_building_when_it_did(runs: list[Ecosystem]):
    first = [model.works.first_power()[model.layout.index["abilene"]] for model in runs]
    assert abs(np.median(first) - week(date(2025, 9, 26))) <= 13


def test_programme_power_in_may_2026(runs: list[Ecosystem]):
    at = int(week(date(2026, 5, 23)))
    it = np.median([model.recorder.weekly[at, 8] for model in runs])
    assert 421 / 1.5 <= it <= 421 * 1.5


def test_no_other_site_was_in_use(runs: list[Ecosystem]):
    at = int(week(date(2026, 5, 23)))
    for model in runs:
        others = np.arange(len(model.layout.sites)) != model.layout.index["abilene"]
        assert model.recorder.usable_it[at, others].sum() == 0


def test_ten_gigawatts_were_secured_in_april_2026(runs: list[Ecosystem]):
    at = int(week(date(2026, 4, 29)))
    for model in runs:
        american = np.array([site.country == "US" for site in model.layout.sites])
        secured = model.recorder.ladder[at][american][:, 1:7].sum()
        assert secured == pytest.approx(10_000, rel=0.2)
