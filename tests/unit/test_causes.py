"""Slips that add up on real runs, and worlds in which a cause is taken away."""

import numpy as np
import pytest

from ecosystem.causes import NAMES, tables
from ecosystem.causes.pressure import one_more_week, one_week_less
from ecosystem.causes.study import Study
from ecosystem.delivery.activities import Activity, Cause
from ecosystem.errors import InputError
from ecosystem.model import Ecosystem, simulate
from ecosystem.scenario import load_strategy, load_world

WORLD = load_world("stargate")
S0 = load_strategy("S0")


@pytest.fixture(scope="module")
def ended() -> Ecosystem:
    """A run of ten years; the lab's impatience has it give up buildings."""
    model = Ecosystem(WORLD.with_("numbers.lab.patience_weeks", 26), S0, seed=2)
    model.run()
    return model


@pytest.fixture(scope="module")
def midway() -> Ecosystem:
    model = Ecosystem(WORLD.with_("weeks", 90), S0, seed=0)
    model.run()
    return model


def total_by_row(shares, keys):
    """Sum Shapley weeks over the eight causes of each row of the other table."""
    assert len(shares["cause"]) == 8 * keys
    assert shares["cause"][:8].tolist() == list(NAMES)
    return shares["shapley_weeks"].reshape(keys, 8).sum(axis=1)


@pytest.mark.parametrize("which", ["ended", "midway"])
def test_every_slip_is_plan_moved_and_own_work_and_causes(which, request):
    found = tables(request.getfixturevalue(which))
    for rows, shares, plan in (
        ("slips", "attribution", "planned_finish_week"),
        ("milestones", "milestone_causes", "planned_week"),
    ):
        t = found[rows]
        told = t["plan_moved_weeks"] + t["own_work_weeks"]
        told += total_by_row(found[shares], len(t["site"]))
        assert np.abs(t["reached_week"] - t[plan] - told).max() < 1e-6
        assert np.abs(t["slip_weeks"] - told).max() < 1e-6
        assert np.abs(told).max() > 5  # something slipped


@pytest.mark.parametrize("which", ["ended", "midway"])
def test_the_replay_ends_when_the_run_did(which, request):
    model = request.getfixturevalue(which)
    t = tables(model)["slips"]
    done = ~t["censored"]
    assert done.any()
    assert t["reached_week"][done] == pytest.approx(t["finish_week"][done], abs=1e-6)
    waiting = ~done & np.isnan(t["cancelled_week"])
    assert waiting.any()
    assert (t["reached_week"][waiting] >= model.week - 1e-6).all()


def test_the_plan_is_that_of_the_announcement_and_moves_only_behind_buildings_given_up(ended):
    found = tables(ended)
    t = found["slips"]
    planned = ended.works.planned_finish[np.isfinite(ended.works.planned_finish)]
    assert sorted(t["planned_finish_week"]) == pytest.approx(sorted(planned))
    given_up = {s for s, w in zip(t["site"], t["cancelled_week"], strict=True) if np.isfinite(w)}
    assert given_up
    moved = {s for s, w in zip(t["site"], t["plan_moved_weeks"], strict=True) if abs(w) > 1e-6}
    assert moved <= given_up
    assert moved


def test_lost_capacity_sums_to_what_the_plans_promised_before_the_end(ended):
    found = tables(ended)
    t, lost = found["slips"], found["lost_capacity"]
    end = ended.week - ended.world.numbers.lab.handover_weeks
    gone = np.isfinite(t["cancelled_week"])
    until = np.where(gone, end, np.minimum(t["reached_week"], end))
    weeks = until - np.minimum(t["planned_finish_week"], end)
    expected = (weeks * t["mw"]).sum() / 1000 / (365.25 / 7)
    assert lost["gw_years"].sum() == pytest.approx(expected)
    assert lost["gw_years"][lost["cause"] == "given up"].sum() > 0


def test_first_power_and_completion_are_the_first_and_last_building(ended):
    found = tables(ended)
    t, m = found["slips"], found["milestones"]
    for site in set(m["site"]):
        mine = (t["site"] == site) & ~np.isfinite(t["cancelled_week"])
        weeks = t["reached_week"][mine]
        assert m["reached_week"][m["site"] == site].tolist() == [weeks.min(), weeks.max()]


def test_asking_for_the_tables_changes_nothing():
    def run(asks: bool) -> Ecosystem:
        model = Ecosystem(WORLD.with_("weeks", 60), S0, seed=1)
        while model.week < model.weeks:
            model.step()
            if asks and model.week % 10 == 0:
                tables(model)
        return model

    assert run(asks=True).result().digest() == run(asks=False).result().digest()


def test_one_more_week_costs_the_capacity_that_waits_and_float_takes_the_rest(midway):
    found = tables(midway)
    floats, cost = found["floats"], found["one_more_week"]
    assert (floats["float_weeks"] >= -1e-9).all()
    coming = found["slips"]["censored"]
    for site in set(cost["site"]):
        gw = found["slips"]["mw"][(found["slips"]["site"] == site) & coming].sum() / 1000
        mine = cost["site"] == site
        assert (cost["gw_weeks"][mine] >= -1e-9).all()
        assert (cost["gw_weeks"][mine][cost["open_activities"][mine] == 0] == 0).all()
        assert gw > 0 or not cost["gw_weeks"][mine].any()
    slack = (floats["site"] == "shackelford") & (floats["activity"] == "chips")
    assert slack.any()
    assert (floats["float_weeks"][slack] > 1).all()
    assert cost["gw_weeks"][(cost["site"] == "shackelford") & (cost["cause"] == "chips")] == 0
    price = midway.economy.market.price_usd_per_mw_year * 1000 / (365.25 / 7)
    assert cost["usd"] == pytest.approx(cost["gw_weeks"] * price)


def test_one_week_less_is_never_worth_more_than_one_more_week_costs(midway):
    study = Study.of(midway)
    more, less = one_more_week(study), one_week_less(study)
    assert (less["gw_weeks"] >= 0).all()
    assert (less["gw_weeks"] <= more["gw_weeks"] + 1e-6).all()
    assert (less["gw_weeks"] > 0).any()
    assert (less["gw_weeks"] < more["gw_weeks"] - 0.01).any()  # what binds next takes the rest
    assert (less["open_activities"] == more["open_activities"]).all()
    # where a cause reaches all that is open and critical, all of a site comes a week earlier
    slips = tables(midway)["slips"]
    for site in set(less["site"]):
        waiting = (slips["site"] == site) & slips["censored"] & np.isnan(slips["cancelled_week"])
        assert (
            less["gw_weeks"][less["site"] == site].max() <= slips["mw"][waiting].sum() / 1e3 + 1e-6
        )


def test_nothing_announced_gives_empty_tables():
    model = Ecosystem(WORLD, S0, seed=0)
    found = tables(model)
    assert not any(len(column) for table in found.values() for column in table.values())


def test_relaxing_what_does_not_bind_changes_nothing():
    short = WORLD.with_("weeks", 120)
    base = simulate(short, S0, seed=0, explained=True)
    capital = base.tables["attribution"]
    assert not capital["shapley_weeks"][capital["cause"] == "capital"].any()
    free = simulate(short, S0, seed=0, explained=True, relax=[("capital", None)])
    assert free.digest() == base.digest()


def test_relaxing_nothing_is_the_world_as_it_is():
    assert Ecosystem(WORLD, S0, relax=[]).relaxed is None


def test_a_site_alone_is_earlier_without_what_binds_it():
    # Alone, nobody else can take what it leaves: the replay and the new run must agree.
    alone = WORLD
    for site in WORLD.sites:
        if site.role in ("programme", "candidate") and site.key != "saline":
            alone = alone.without_site(site.key)
    base = simulate(alone, S0, seed=0, explained=True)
    rows = base.tables["milestone_causes"]
    but_for = {c: rows["but_for_weeks"][rows["cause"] == c] for c in NAMES}
    worst = max(NAMES, key=lambda c: but_for[c].min())
    assert but_for[worst].min() > 1
    free = simulate(alone, S0, seed=0, explained=True, relax=[(worst, "saline")])
    before, after = (r.tables["milestones"]["reached_week"] for r in (base, free))
    assert (after < before - 1).all()
    assert before - after == pytest.approx(but_for[worst], rel=0.25)


def test_a_community_that_is_relaxed_is_not_heard_and_holds_nothing_back():
    model = Ecosystem(WORLD, S0, seed=0, relax=[("community", "arizona")])
    assert model.sites.approved[model.layout.index["arizona"]]
    model.run()
    found = tables(model)["attribution"]
    mine = (found["site"] == "arizona") & (found["cause"] == "community")
    assert mine.any()
    assert not found["first_in_weeks"][mine].any()
    events = model.result().tables["events"]
    heard = (events["site"] == "arizona") & np.isin(events["kind"], ["approved", "denied"])
    assert not heard.any()


def test_what_is_relaxed_is_offered_in_full():
    model = Ecosystem(WORLD.with_("weeks", 60), S0, seed=0, relax=[("labour", "abilene")])
    model.run()
    runs = model.works.log.runs()
    site = model.layout.site_of_phase[runs.rows] == model.layout.index["abilene"]
    assert (runs.availability[site, Cause.LABOUR] == 1).all()
    assert (runs.availability[~site, Cause.LABOUR] < 1).any()
    assert Activity.MEP in runs.cols[site]


@pytest.mark.parametrize("relax", [("labor", None), ("labour", "atlantis")])
def test_a_wrong_name_is_refused(relax):
    with pytest.raises(InputError, match="known are"):
        Ecosystem(WORLD, S0, relax=[relax])
