"""Earlier weeks, worked out afterwards, are as they were when they came."""

import numpy as np
import pytest

from ecosystem.causes import Study, tables
from ecosystem.causes.past import Past
from ecosystem.causes.paths import planned_bars
from ecosystem.causes.ribbon import EVERY_WEEKS, ON_RECORD
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.critical_path import remaining_cpm, site_slack
from ecosystem.delivery.progress import open_rows
from ecosystem.model import Ecosystem
from ecosystem.scenario import load_strategy, load_world

WORLD = load_world("stargate").with_("numbers.lab.patience_weeks", 26)
S0 = load_strategy("S0")


@pytest.fixture(scope="module")
def lived() -> tuple[Ecosystem, dict[int, np.ndarray], dict[int, np.ndarray]]:
    """A run that gives up buildings; forecasts and slack as they stood every four weeks."""
    model = Ecosystem(WORLD, S0, seed=5)
    finish, slack = {}, {}
    while model.week < model.weeks:
        if model.week % EVERY_WEEKS == 0:
            model._announce_recorded()
            works = model.works
            active, now = works.active(model.sites, model.week), works.progress.copy()
            open_rows(works.network, now, works.not_before, active, model.week)
            found = remaining_cpm(works.network, now, works.not_before, active, model.week)
            finish[model.week] = np.where(active, found.finish, np.nan)
            slack[model.week] = np.where(active[:, None], found.site_float_weeks, np.nan)
        model.step()
    return model, finish, slack


def test_forecasts_and_slack_of_every_past_week_are_those_of_the_time(lived):
    model, finish, slack = lived
    assert np.isfinite(model.works.cancelled_week).any()
    seen = 0
    for then in Past.of(Study.of(model)).weeks(EVERY_WEEKS):
        site = model.layout.site_of_phase
        known = np.isfinite(finish[then.week]) & (model.sites.announced_week < then.week)[site]
        assert then.active[known].all()
        forecast = then.forecast()
        ends = forecast.finishes[Activity.COMMISSIONING]
        assert ends[known] == pytest.approx(finish[then.week][known], abs=1e-4)
        found = site_slack(then.network, forecast, then.active)[known]
        told = slack[then.week][known]
        assert np.allclose(found, told, atol=1e-4, equal_nan=True)
        seen += int(known.sum())
    assert seen > 5000


def test_planned_bars_end_where_the_plans_as_announced_do(lived):
    model, _, _ = lived
    starts, finishes = planned_bars(Study.of(model))
    planned = model.works.planned_finish
    known = np.isfinite(planned)
    assert known.any()
    assert finishes[known, Activity.COMMISSIONING] == pytest.approx(planned[known], abs=1e-9)
    begun = np.isfinite(starts[:, Activity.SITEWORK]) & known
    assert starts[begun, Activity.SITEWORK] == pytest.approx(model.works.planned_start[begun])
    ends = np.isfinite(starts) & np.isfinite(finishes)
    assert (finishes[ends] >= starts[ends] - 1e-9).all()


@pytest.mark.parametrize("plant", ["on_site_fuel_cells", "on_site_engines"])
def test_bars_and_forecasts_know_the_options_that_a_site_was_announced_with(plant):
    levers = {plant: 1.0, "equipment_reserved_weeks": 52.0, "engagement_extra_weeks": 9.0}
    strategy = S0.model_validate({**dict(S0), "levers": {**dict(S0.levers), **levers}})
    model = Ecosystem(WORLD.with_("weeks", 260), strategy, seed=5)
    model.run()
    new = np.flatnonzero(model.layout.candidate & np.isfinite(model.sites.announced_week))
    assert len(new)
    mine = np.isin(model.layout.site_of_phase, new)
    study = Study.of(model)
    finishes = planned_bars(study)[1][mine, Activity.COMMISSIONING]
    assert finishes == pytest.approx(model.works.planned_finish[mine], abs=1e-9)
    then = list(Past.of(study).weeks(EVERY_WEEKS))[-1]
    used = then.network.used
    assert (used == model.works.network.used).all()
    assert used[mine][:, Activity.BRIDGE].all()


def test_the_ribbon_has_every_week_from_announcement_to_completion_once(lived):
    model, _, _ = lived
    found = tables(model)
    ribbon, slips = found["ribbon"], found["slips"]
    campuses = found["campuses"]
    for site, since in zip(campuses["site"], campuses["announced_week"], strict=True):
        mine = ribbon["site"] == site
        first, weeks = ribbon["first_week"][mine], ribbon["weeks"][mine]
        assert (first[1:] >= (first + weeks)[:-1]).all()
        at = slips["site"] == site
        alive = at & ~np.isfinite(slips["cancelled_week"])
        if not alive.any():
            continue
        last = min(slips["reached_week"][alive].max(), model.week)
        # up to three weeks after first power, and after the binding building is given up
        assert last - np.ceil(since) - weeks.sum() < 2 * EVERY_WEEKS
        assert first.min() >= since
        assert (first + weeks).max() <= np.ceil(last) + 1
    assert (ribbon["lost_weeks"] <= ribbon["weeks"] + 1e-6).all()
    held = ~np.isin(ribbon["cause"], ["", ON_RECORD])
    assert (ribbon["lost_weeks"][held] > 0).all()
    assert set(ribbon["milestone"]) == {"first power", "completion"}


def test_what_the_ribbon_says_bound_is_what_was_offered(lived):
    model, _, _ = lived
    found = tables(model)
    ribbon, offers = found["ribbon"], found["offers"]
    rows = np.flatnonzero(~np.isin(ribbon["cause"], ["", ON_RECORD]))
    assert len(rows) > 50
    for i in rows[::7]:
        week, cause = ribbon["first_week"][i], ribbon["cause"][i]
        line = (
            (offers["site"] == ribbon["site"][i])
            & (offers["phase"] == ribbon["phase"][i])
            & (offers["activity"] == ribbon["activity"][i])
            & (offers["first_week"] <= week)
            & (week < offers["first_week"] + offers["weeks"])
        )
        assert line.sum() == 1
        names = [n for n in offers if n not in ("site", "phase", "activity", "first_week", "weeks")]
        offered = {name: offers[name][line][0] for name in names}
        assert offered[cause] == min(offered.values()) < 1


def test_one_site_alone_has_the_rows_that_it_has_among_all(lived):
    model, _, _ = lived
    whole, alone = tables(model), tables(model, "arizona")
    for name, table in alone.items():
        mine = whole[name]["site"] == "arizona"
        for column, values in table.items():
            assert len(values) == mine.sum(), (name, column)
            assert (values == whole[name][column][mine]).all() or values.dtype.kind == "f"
            if values.dtype.kind == "f":
                assert np.allclose(values, whole[name][column][mine], equal_nan=True)
