"""What is kept between events, or worked out for many weeks at once, equals a fresh answer."""

import numpy as np
import pytest
from whole_worlds import REAL, STRATEGIES

from ecosystem.availability import Supply
from ecosystem.model import Ecosystem

WORLDS = {
    "as it is": {},
    "troubled": {
        "regulators.deny_base": 1.0,
        "regulators.litigation_per_year": 5.0,
        "regulators.injunction_share": 0.8,
        "regulators.moratorium_per_year": 2.0,
        "options.switch_after_weeks": 6.0,
        "contractors.storm_per_year": 6.0,
    },
}
WEEKS = 200


def model(values, key="S8"):
    changed = REAL.with_values({f"numbers.{path}": value for path, value in values.items()})
    return Ecosystem(changed, STRATEGIES[key], seed=3)


@pytest.mark.parametrize("values", WORLDS.values(), ids=WORLDS)
def test_terms_kept_until_an_event_are_those_worked_out_every_week(values, monkeypatch):
    kept, events = Supply.terms, set()

    def compared(self, now, sites):
        found, afresh = kept(self, now, sites), kept(Supply(), now, sites)
        for one, other in zip(found, afresh, strict=True):
            np.testing.assert_array_equal(one, other)
        events.add(id(found.share))
        return found

    monkeypatch.setattr(Supply, "terms", compared)
    run = model(values)
    run.run(until=WEEKS)
    assert 1 < len(events) < WEEKS


def test_looking_every_week_changes_nothing_of_what_is_recorded():
    seldom, often = model(WORLDS["troubled"]), model(WORLDS["troubled"])
    seldom.run(until=WEEKS)
    for _ in range(WEEKS):
        often.step()
        assert np.isfinite(often.recorder.weekly[often.week - 1]).any()
        often.recorder.ladder, often.recorder.lost, often.works.lost_weeks  # noqa: B018
    assert seldom.recorder.lost.any()
    for name in ("weekly", "ladder", "lost", "usable_it"):
        np.testing.assert_array_equal(
            getattr(seldom.recorder, name), getattr(often.recorder, name), err_msg=name
        )
    assert seldom.result().digest() == often.result().digest()


def test_losses_by_site_add_up_to_those_of_its_buildings():
    run = model(WORLDS["as it is"])
    run.run(until=WEEKS)
    by_site = np.add.reduceat(run.works.lost_weeks, run.layout.lead_of_site, axis=0)
    np.testing.assert_allclose(run.recorder.lost.sum(axis=0), by_site)


def test_hours_asked_of_craft_work_follow_what_builders_have_learned():
    run, learned = model({"contractors.learning": 0.3}, "S0"), np.ones(())
    for _ in range(WEEKS):
        learned = run.works.learning  # of the weeks before, as are the hours at full speed
        full = run.works.hours_per_week.copy()
        run.step()
        hours = full * learned[:, None, None]
        np.testing.assert_array_equal(run.last_snapshot.craft_hours, hours)
    assert (learned < 1).any()
