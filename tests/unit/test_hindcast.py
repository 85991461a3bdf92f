"""The hindcast: data as observed, draws of the network, likelihood, fit and scores."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from ecosystem.buildouts import Buildout, Facts, load_buildouts, load_targets
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.critical_path import forward
from ecosystem.errors import InputError
from ecosystem.hindcast import (
    LEASED_MEDIAN_MONTHS,
    WEEKS_PER_MONTH,
    Constants,
    Fit,
    fill_fit,
    fit,
    log_likelihood,
    predict,
    ramps,
    site_work,
)
from ecosystem.numbers import Delivery
from ecosystem.scenario import DATA
from experiments.hindcast_scores import binomial_interval, crps, survival

SURE = tuple(tuple(1e-18 * (i == j) for j in range(5)) for i in range(5))
TRUE = Constants(1.2, 1.4, 1.1, 0.8, 0.3, 20.0, 0.5)
STILL = Constants(1.2, 1.4, 1.1, 1e-9, 1e-9, 20.0, 1e-9)
RECORDS = load_buildouts()


def record(facts, weeks, complete=True, roof=(0.0, np.inf)):
    day = next(r.cleared for r in RECORDS if r.cleared)
    return Buildout(facts, day, weeks, complete, weeks, *roof, stages=())


# Data ----------------------------------------------------------------------------------------


def test_sites_as_observed():
    dated = [r for r in RECORDS if r.cleared]
    assert (len(RECORDS), len(dated), sum(r.complete for r in dated)) == (33, 30, 16)
    assert sum(r.complete for r in dated if r.new) == 13
    abilene = next(r for r in RECORDS if r.facts.site == "OpenAI Stargate Abilene")
    assert abilene.weeks / WEEKS_PER_MONTH == pytest.approx(15.9, abs=0.05)
    assert [s.facility_mw for s in abilene.stages][-1] == 590


def test_modelled_columns_of_the_source_are_not_shipped():
    with (DATA / "buildouts.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert not set(rows[0]) & {"capital_cost_usd_bn_2025", "h100_equivalents"}
    assert {row["site"] for row in rows} == {r.facts.site for r in RECORDS}
    assert len(rows) == 173


def test_targets_name_their_sources():
    with (DATA / "sources.csv").open(encoding="utf-8") as handle:
        known = {row["id"] for row in csv.DictReader(handle)}
    targets = load_targets()
    assert {row["id"] for row in targets} <= known
    leased = next(row for row in targets if row["id"] == "P143")
    assert float(leased["value"]) == LEASED_MEDIAN_MONTHS


def test_a_campus_begins_with_some_of_its_buildings():
    with pytest.raises(InputError, match="begins 3 of 2 buildings"):
        Facts(buildings=2, together=3)


# Draws ---------------------------------------------------------------------------------------


def test_without_spread_a_site_takes_its_critical_path():
    grid = predict(Facts(tenure="self"), 50, fitted=Fit(STILL, SURE), records=[])
    # connection 87, energisation 5.3, commissioning 5.3
    assert grid.first_weeks == pytest.approx(87 * 1.4 + 10.6 * 1.2)
    bridge = Facts(tenure="leased", power="bridge")
    # equipment 61, fit-out 20, racks 8, commissioning 5.3
    drawn = predict(bridge, 50, fitted=Fit(STILL, SURE), records=[])
    assert drawn.first_weeks == pytest.approx(61 * 1.1 + 33.3 * 1.2)
    drawn = predict(Facts(reuse="shell"), 50, fitted=Fit(STILL, SURE), records=[])
    assert drawn.first_weeks == pytest.approx(33.3 * 1.2)


def test_later_buildings_follow_in_equal_steps():
    facts = Facts(campus_mw=800.0, buildings=6, together=2)
    drawn = predict(facts, 10, fitted=Fit(STILL, SURE), records=[])
    after = drawn.finish_weeks - drawn.first_weeks[:, None]
    step = 20.0 * WEEKS_PER_MONTH / 2
    assert after == pytest.approx(np.tile(np.repeat([0, step, 2 * step], 2), (10, 1)), abs=1e-5)
    first = float(drawn.first_weeks[0])
    at = drawn.mw_at(np.array([first - 1, first + 1, first + step + 1, 1e4]))
    assert at[0] == pytest.approx([0, 800 / 3, 1600 / 3, 800])


def test_same_seed_same_draws():
    facts = Facts(builder="Google")
    one, two = (predict(facts, 120, seed=3).finish_weeks for _ in range(2))
    assert one.tobytes() == two.tobytes()
    assert not np.array_equal(one, predict(facts, 120, seed=4).finish_weeks)
    assert one.shape == (120, 8)


def test_the_name_and_the_own_record_of_a_site_say_nothing():
    facts = next(r.facts for r in RECORDS if r.facts.site == "Vantage TX1")
    rest = [r for r in RECORDS if r.facts.site != "Vantage TX1"]
    with_own = predict(facts, 200, records=RECORDS).first_weeks
    assert with_own.tobytes() == predict(facts, 200, records=rest).first_weeks.tobytes()
    renamed = predict(replace(facts, site="Elsewhere"), 200, records=rest).first_weeks
    assert with_own.tobytes() == renamed.tobytes()


def test_other_sites_of_a_builder_inform():
    slow, fast = (
        predict(Facts(builder=name, power="grid"), 800).first_weeks for name in ("Meta", "Google")
    )
    unknown = predict(Facts(builder="Nobody", power="grid"), 800).first_weeks
    assert np.median(slow) > 1.3 * np.median(fast)
    assert np.std(np.log(fast)) < 0.5 * np.std(np.log(unknown))


# Likelihood and fit --------------------------------------------------------------------------


def test_likelihood_of_a_wait_is_the_share_of_draws_beyond_it():
    facts = Facts(site="X", builder="B", buildings=1, together=1)
    drawn = predict(facts, 80_000, fitted=Fit(TRUE, SURE), records=[]).first_weeks
    for weeks in (90.0, 120.0, 170.0):
        beyond = log_likelihood(TRUE, [record(facts, weeks, complete=False)], summary=False)
        assert np.exp(beyond) == pytest.approx((drawn > weeks).mean(), abs=0.02)
        here = log_likelihood(TRUE, [record(facts, weeks)], summary=False)
        near = (np.abs(drawn - weeks) < 2.0).mean() / 4.0
        assert np.exp(here) / weeks == pytest.approx(near, abs=0.001)


def test_a_roof_between_two_images_counts_with_the_wait():
    facts = Facts(site="X", builder="B", buildings=1, together=1)
    network, weeks = site_work(facts, 40_000, [5], TRUE, [])
    finishes = forward(network, weeks)[1]
    roof, power = finishes[Activity.SHELL], finishes[Activity.COMMISSIONING]
    seen = record(facts, 110.0, complete=False, roof=(25.0, 33.0))
    got = np.exp(log_likelihood(TRUE, [seen], summary=False))
    assert got == pytest.approx(((power > 110) & (roof > 25) & (roof <= 33)).mean(), abs=0.01)


def test_fit_finds_the_constants_that_made_the_sites():
    rng = np.random.default_rng(11)
    kinds = [Facts(power="grid"), Facts(power="bridge"), Facts(tenure="leased", power="grid")]
    kinds += [Facts(reuse="shell"), Facts(tenure="leased", power="bridge")]
    made = []
    for b in range(16):
        factor = np.exp(TRUE.builder_spread * rng.standard_normal())
        for k in rng.choice(len(kinds), 4):
            facts = replace(kinds[k], site=f"{b}.{k}", builder=f"builder {b}", together=1)
            free = replace(TRUE, builder_spread=1e-9)
            network, weeks = site_work(replace(facts, buildings=1), 1, [int(b), int(k)], free, [])
            took = factor * float(forward(network, weeks)[1][Activity.COMMISSIONING][0])
            limit = rng.uniform(60, 260)
            made.append(record(facts, min(took, limit), complete=took <= limit))
    got = fit(made, start=replace(TRUE, building=1.0, self_wait=1.0), summary=False)
    errors = np.log(
        [
            got.constants.building / 1.2,
            got.constants.self_wait / 1.4,
            got.constants.leased_wait / 1.1,
        ]
    )
    scale = np.sqrt(np.diag(got.covariance))
    assert (np.abs(errors) < 2.5 * scale[:3]).all()
    assert scale[:3].max() < 0.15
    assert got.constants.builder_spread == pytest.approx(0.3, abs=0.15)
    assert got.constants.work_spread == pytest.approx(0.8, abs=0.3)


def test_a_published_median_pulls_leased_sites_towards_it():
    free, pulled = (fit(RECORDS, summary=summary).constants for summary in (False, True))
    assert pulled.leased_wait < free.leased_wait


# Ramp and scores -----------------------------------------------------------------------------


def test_ramps_of_gigawatt_campuses_are_those_published():
    pace = {r.record.facts.site: r.mw_per_month for r in ramps(RECORDS)}
    assert pace["OpenAI Stargate Abilene"] == pytest.approx(56, abs=1)  # P147
    assert len(pace) == 16
    assert sum(r.added == 0 for r in ramps(RECORDS)) == 5
    months, spread = fill_fit(RECORDS)
    assert 12 < months < 24
    assert 0.4 < spread < 1.0


def test_crps_of_a_uniform_distribution():
    draws = (np.arange(20_000) + 0.5) / 20_000
    # x^3/3 + (1 - x)^3/3, Gneiting and Raftery 2007
    for seen in (0.0, 0.3, 1.0):
        assert crps(draws, seen) == pytest.approx((seen**3 + (1 - seen) ** 3) / 3, abs=1e-6)
    assert crps(np.array([2.0]), 5.0) == 3.0


def test_exact_interval_of_a_share():
    # Clopper and Pearson: eight of ten
    assert binomial_interval(8, 10) == pytest.approx((0.4439, 0.9748), abs=2e-4)
    assert binomial_interval(10, 10)[1] == 1.0
    assert binomial_interval(0, 10)[0] == 0.0


def test_kaplan_and_meier():
    # 6, 6, 6, 6+, 7, 9+, 10 weeks of the treated in Freireich et al. 1963, beginning
    times = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1)]
    sites = [record(Facts(), float(w), complete=bool(c)) for w, c in times]
    _, share = survival(sites)
    assert share[2] == pytest.approx(1 - 3 / 7)
    assert share[4] == pytest.approx((4 / 7) * (2 / 3))
    assert share[-1] == 0.0


def test_medians_follow_the_numbers_of_the_model():
    longer = Delivery().with_("interconnect_weeks", 110.0)
    was, now = (
        predict(Facts(power="grid"), 10, fitted=Fit(STILL, SURE), records=[], numbers=n)
        for n in (Delivery(), longer)
    )
    assert now.first_weeks - was.first_weeks == pytest.approx(23 * 1.4)
