"""What drove buildings week by week; what hosts thought and were promised; beside the tables."""

import numpy as np
import pytest

from ecosystem.causes.course import courses
from ecosystem.causes.hosts import opinions, promises
from ecosystem.causes.ribbon import FULL_PACE, ON_RECORD
from ecosystem.model import Ecosystem
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world


@pytest.fixture(scope="module")
def model() -> Ecosystem:
    built = Ecosystem(load_world("stargate").with_("weeks", 130), load_strategy("S2"), seed=1)
    built.run()
    return built


@pytest.fixture(scope="module")
def result(model: Ecosystem) -> RunResult:
    return model.result(explained=True)


def test_the_course_of_a_building_is_whole_and_ends_when_it_was_reached(model, result):
    course, slips = courses(model), result.tables["slips"]
    seen = 0
    for i in np.flatnonzero(np.isnan(slips["cancelled_week"])):
        mine = (course["site"] == slips["site"][i]) & (course["phase"] == slips["phase"][i])
        first, last = course["first_week"][mine], course["last_week"][mine]
        assert (last > first).all()
        gap = first[1:] - last[:-1]
        assert ((gap > -1e-6) & (gap < 0.06)).all()  # no overlap, and no gap of half a day
        # a forecast begins what is not begun on the next Monday, the replay at once
        within = 1.0 if slips["censored"][i] else 1e-6
        assert last[-1] == pytest.approx(slips["reached_week"][i], abs=within)
        assert (course["expected"][mine] == (last > model.week)).all()
        seen += 1
    assert seen > 50


def test_what_held_a_building_is_what_offered_least(model, result):
    course, offers = courses(model), result.tables["offers"]
    allowed = np.stack([offers[cause] for cause in CAUSES], axis=1)
    held = np.flatnonzero(~np.isin(course["cause"].astype(str), ["", ON_RECORD]))
    assert len(held) > 100
    for i in held[::7]:
        middle = (course["first_week"][i] + course["last_week"][i]) / 2
        line = (
            (offers["site"] == course["site"][i])
            & (offers["phase"] == course["driver_phase"][i])
            & (offers["activity"] == course["activity"][i])
            & (offers["first_week"] <= middle)
            & (middle < offers["first_week"] + offers["weeks"])
        )
        assert line.sum() == 1
        assert CAUSES[int(allowed[line][0].argmin())] == course["cause"][i]
        assert allowed[line].min() < FULL_PACE
        assert 0 < course["lost_weeks"][i] <= course["last_week"][i] - course["first_week"][i]


def test_groups_average_to_the_support_that_the_run_recorded(model, result):
    told, recorded = opinions(model), result.tables["communities"]
    for site in ("abilene", "saline"):
        mine = told["community"] == site
        whole = mine & (told["tercile"] == "all")
        support = recorded["support"][recorded["community"] == site]
        assert told["mean"][whole] == pytest.approx(support, abs=1e-9)
        groups = mine & (told["tercile"] != "all")
        weeks = len(support)
        share = told["share"][groups].reshape(-1, weeks)
        assert share.sum(axis=0) == pytest.approx(1.0)
        mean = (told["mean"][groups].reshape(-1, weeks) * share).sum(axis=0)
        assert mean == pytest.approx(support, abs=1e-9)
        low, middle, high = (told[n][whole] for n in ("low", "median", "high"))
        assert (low <= middle).all()
        assert (middle <= high).all()
        assert (high - low).max() > 0.1


def test_quantiles_leave_a_tenth_of_the_households_below(model):
    told = opinions(model)
    week, society, _ = model.recorder.opinion[20]
    site = model.layout.index["saline"]
    opinion, weight = society.opinion[site], society.households.weight[site]
    row = (told["community"] == "saline") & (told["tercile"] == "all") & (told["week"] == week)
    for name, share in (("low", 0.1), ("median", 0.5), ("high", 0.9)):
        value = float(told[name][row][0])
        assert weight[opinion < value].sum() < share + 1e-9 <= weight[opinion <= value].sum() + 2e-9
    assert told["against"][row][0] == pytest.approx(weight[opinion < 0].sum())


def test_promises_are_those_that_the_hosts_table_counts(model, result):
    told, hosts = promises(model), result.tables["hosts"]
    assert len(told["promise"]) > 10
    for i, key in enumerate(hosts["community"]):
        mine = told["outcome"][told["community"] == key]
        assert (mine == "kept").sum() == hosts["promises_kept"][i]
        assert (mine == "broken").sum() == hosts["promises_broken"][i]


def test_nobody_is_told_of_before_the_first_week():
    fresh = Ecosystem(load_world("stargate"), load_strategy("S0"), seed=0)
    assert len(opinions(fresh)["week"]) == 0
    assert len(courses(fresh)["site"]) == 0
