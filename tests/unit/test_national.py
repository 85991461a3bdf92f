"""The synthetic nation: it is the model's own society, and it counts what it says."""

from datetime import date

import numpy as np
import pytest

from ecosystem.national import (
    CENSUS,
    END_OF_FIT,
    START,
    Nation,
    National,
    frozen_mood,
    load_society_targets,
    national_world,
    organised_share,
    stage_of,
)
from ecosystem.units import week_of
from experiments.history_matching import (
    Figures,
    Job,
    Matched,
    figures,
    hypercube,
    implausibility,
    matched,
    prior,
    run,
    run_many,
    sample_world,
    targets,
)

SMALL = National(planned=120, thin=2)
HOSTILE = SMALL.with_("host_lean", -0.4)


@pytest.fixture(scope="module")
def course():
    return Nation(national_world(date(2026, 7, 6), HOSTILE)).run()


def test_as_many_projects_as_were_planned_and_older_ones_stay_the_same():
    early, late = national_world(CENSUS, SMALL), national_world(date(2026, 7, 6), SMALL)
    assert len(early.sites) == 60
    assert late.sites[:60] == early.sites
    assert all(site.announced <= CENSUS for site in early.sites)
    assert {site.region for site in late.sites} <= {r.key for r in late.regions}


def test_the_same_seed_gives_the_same_course():
    world = national_world(date(2025, 6, 1), SMALL)
    one, two = Nation(world, 3).run(), Nation(world, 3).run()
    assert np.array_equal(one.opposing, two.opposing)
    assert np.array_equal(one.hearings, two.hearings)


def test_no_hearing_before_its_time_and_no_life_after_withdrawal(course):
    months = course.hearings[:, 0].astype(int)
    projects = course.hearings[:, 1].astype(int)
    assert (course.weeks[months] >= course.announced[projects]).all()
    for project in np.flatnonzero(np.isfinite(course.withdrawn)):
        after = course.weeks >= course.withdrawn[project]
        assert not course.live[after, project].any()
    assert np.isfinite(course.withdrawn).any()


def test_without_mood_or_fear_nobody_organises():
    world = national_world(CENSUS, SMALL.with_("host_lean", 0.3)).with_values(
        {"numbers.society.worst_case_level": 0.0, "numbers.society.lean_sd": 0.0}
    )
    assert not Nation(world).run().organised.any()


def test_figures_are_counts_of_the_course(course):
    f = figures(course, 0.3)
    census = course.month(CENSUS)
    assert f.contested == course.organised[census].sum() <= f.planned == course.live[census].sum()
    assert sum(f.years) == pytest.approx(course.live.sum() * 4 * 7 / 365.25)
    zoning = course.hearings[:, 5] == 0
    assert f.opposed + f.quiet == zoning.sum()
    assert f.chance == pytest.approx(course.hearings[:, 4].sum())
    assert f.fought == course.organised.any(axis=0).sum()
    assert len(f.fights) == 6


def test_frozen_mood_holds_and_leaves_the_past_alone():
    world = national_world(date(2026, 7, 6), SMALL)
    frozen = frozen_mood(world, END_OF_FIT)
    nation, still = Nation(world).run(), Nation(frozen).run()
    past = nation.weeks < week_of(END_OF_FIT, START)
    assert np.array_equal(nation.opposing[past], still.opposing[past])
    assert frozen.mood.values[-1] == frozen.numbers.society.mood_later


def test_worse_mood_contests_more_and_openness_less():
    moods = np.array([0.3, -0.1, -0.3, -0.6])
    world = national_world(CENSUS, SMALL)
    usual = organised_share(stage_of(world), moods)
    assert (np.diff(usual) >= 0).all()
    assert usual[-1] > usual[0]
    assert (organised_share(stage_of(world, "S7"), moods) <= usual).all()
    null = world.with_values({"numbers.society.engagement_effect": 0.0})
    assert np.array_equal(organised_share(stage_of(null, "S7"), moods), usual)


def test_published_figures_are_read_and_only_those_to_2025_are_fitted():
    rows = load_society_targets()
    fitted = [row for row in rows if row.use == "fit"]
    assert len(fitted) == 6
    assert all(row.until <= CENSUS for row in fitted)
    assert {row.use for row in rows} == {"fit", "check", "forecast"}
    forecast = [row for row in rows if row.use == "forecast"]
    assert all(row.until > CENSUS for row in forecast)
    assert [t.what for t in targets(3.0)] == [row.what for row in fitted]


def ideal() -> Figures:
    f = run(prior().default)
    return f._replace(
        contested=33, planned=257, cancelled=(0.6, 1.9, 8.2), cancelled_late=(0, 0, 6.9)
    )


def test_what_agrees_is_plausible_and_what_does_not_is_not():
    good = ideal()
    bad = good._replace(cancelled=(0.6, 1.9, 0.2), cancelled_late=(0, 0, 0.1))
    far = implausibility([good, bad], 3.0)
    assert far[0].max() < 1
    assert far[1].max() > 3
    assert matched(good, 3.0)["cancelled_2025"] == pytest.approx(np.log(25.1))


def test_a_number_that_is_known_has_a_narrow_range():
    values = hypercube(64)
    kept = values[:, 0] < np.quantile(values[:, 0], 0.25)
    m = Matched(values, [], np.zeros((64, 1)), kept, 64)
    spread = m.spread()
    assert spread[0] < 0.4
    assert np.median(spread[1:]) > 0.7


def test_hypercube_lies_within_the_labelled_ranges():
    values, space = hypercube(32), prior()
    assert (values >= space.low).all()
    assert (values <= space.high).all()
    inside = (space.low <= space.default) & (space.default <= space.high)
    assert inside.all()


def test_a_sample_is_set_in_the_world():
    values = prior().default.copy()
    values[prior().names.index("regulators.withdraw_share")] = 0.5
    values[prior().names.index("host_lean")] = -0.2
    world = sample_world(values)
    assert world.numbers.regulators.withdraw_share == 0.5
    assert {site.predisposition for site in world.sites} == {-0.2}


def test_processes_do_not_change_the_result():
    jobs = [Job(values) for values in hypercube(4)]
    assert run_many(jobs) == [run(*job) for job in jobs]
