"""The whole model: every megawatt has one place, and every slip its causes."""

from types import SimpleNamespace

import numpy as np
import pytest
from whole_worlds import REAL, S0, S2, world

from ecosystem.delivery.activities import Activity
from ecosystem.delivery.attribution import attribute
from ecosystem.delivery.ladder import Rung
from ecosystem.model import Ecosystem, simulate
from ecosystem.results import RunResult
from ecosystem.units import FloatArray


@pytest.fixture(scope="module")
def lived() -> SimpleNamespace:
    """Return one run of S2 over 300 weeks, with the state of every phase in every week."""
    model = Ecosystem(world(300), S2, 0, audit=True)
    states, announced = [], []
    while model.week < model.weeks:
        model.step()
        now = model.last_snapshot
        assert now is not None
        states.append(now.state)
        announced.append(now.sites.announced_week <= now.week + 1)
    return SimpleNamespace(
        model=model,
        states=np.array(states),
        announced=np.array(announced),
        result=model.result(),
    )


def total_mw(result: RunResult) -> FloatArray:
    """Return megawatts on all rungs by week."""
    return np.sum([result.series(f"{rung.name.lower()}_mw") for rung in Rung], axis=0)


def test_every_announced_megawatt_stands_on_one_rung(lived: SimpleNamespace) -> None:
    layout, result = lived.model.layout, lived.result
    rungs = total_mw(result)
    np.testing.assert_allclose(rungs, lived.announced @ layout.site_mw, rtol=1e-12)
    assert (np.diff(rungs) >= -1e-6).all()
    assert rungs[-1] > 10_000


def test_comparators_and_refused_sites_never_count(lived: SimpleNamespace) -> None:
    ours = {s.key for s in REAL.sites if s.role in ("programme", "candidate")}
    assert set(lived.result.tables["sites"]["site"]) == ours
    assert set(lived.result.tables["phases"]["site"]) == ours


def test_rivals_take_labour_and_add_no_megawatt() -> None:
    small = world(40)
    sites = tuple(s for s in small.sites if s.role in ("programme", "candidate"))
    alone = small.model_validate({**dict(small), "sites": sites})
    ours, theirs = simulate(small, S0, 0), simulate(alone, S0, 0)
    np.testing.assert_array_equal(total_mw(ours), total_mw(theirs))
    required = [r.series("labour_hours_required").sum() for r in (ours, theirs)]
    assert required[0] > required[1]


def test_buildings_climb_the_ladder_or_leave_it(lived: SimpleNamespace) -> None:
    before, after = lived.states[:-1], lived.states[1:]
    stopped = (before == Rung.USABLE) & (after == Rung.COMMISSIONED)
    assert (after >= before)[~stopped].all()
    # drought and frost stop buildings for a while
    np.testing.assert_array_equal(stopped, (before == Rung.USABLE) & ~lived.model.phases_run[1:])
    usable = lived.result.series("usable_mw")
    handed_over = usable + lived.result.series("commissioned_mw")
    finish = lived.model.works.progress.finish_week[:, Activity.COMMISSIONING]
    weeks = np.arange(lived.model.weeks)[:, None]
    done = ((finish <= weeks) * lived.model.layout.phase_mw).sum(axis=1)
    np.testing.assert_allclose(handed_over, done, rtol=1e-12)
    assert (usable <= done + 1e-6).all()


def test_what_is_commissioned_becomes_usable_after_handover(lived: SimpleNamespace) -> None:
    weeks = lived.model.world.numbers.lab.handover_weeks
    finish = lived.model.works.progress.finish_week[:, Activity.COMMISSIONING]
    for phase in np.flatnonzero(finish + weeks + 1 < lived.model.weeks):
        due = int(np.ceil(finish[phase] + weeks))
        usable = lived.states[:, phase] == Rung.USABLE
        assert not usable[:due].any()
        np.testing.assert_array_equal(usable[due:], lived.model.phases_run[due:, phase])


def test_a_replay_under_all_causes_ends_when_the_run_did(lived: SimpleNamespace) -> None:
    works, layout = lived.model.works, lived.model.layout
    runs = works.log.runs()
    finished = 0
    for lead in layout.lead_of_site.tolist():
        found = attribute(
            works.network, works.progress, runs, works.not_before, works.planned, lead
        )
        actual = works.progress.finish_week[found.phases, Activity.COMMISSIONING]
        done = ~found.censored
        np.testing.assert_allclose(found.finish[done], actual[done], atol=1e-6)
        parts = found.own_work_weeks + found.cause_weeks.sum(axis=1)
        np.testing.assert_allclose(found.finish - found.plan_finish, parts, atol=1e-6)
        finished += int(done.any())
    assert finished >= 8
