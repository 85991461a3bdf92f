from datetime import date

import numpy as np
import pytest
from fake_ecosystem import simulate, strategy, tiny_world

from ecosystem.results import RunResult
from experiments.outcomes import (
    LADDER,
    OUTCOMES,
    benefit_per_household,
    reduce,
    row_at,
    usable_gw_on,
    usable_gw_years,
    weeks_to,
    yearly,
)


def with_usable(usable: list[float]) -> RunResult:
    weekly = {"week": np.arange(len(usable)), "usable_mw": np.array(usable, dtype=float)}
    return RunResult({"start": "2025-01-06"}, {"weekly": weekly})


@pytest.fixture
def result() -> RunResult:
    return simulate(tiny_world(), strategy("S0"), seed=1)


def test_a_gigawatt_through_a_year_is_a_gigawatt_year():
    assert usable_gw_years(with_usable([1000.0] * 1461)) == pytest.approx(28.0)  # 28 years


def test_a_day_belongs_to_the_week_in_which_it_lies():
    run = with_usable([0, 1000, 2000])
    assert row_at(run, date(2025, 1, 5)) is None
    assert usable_gw_on(run, date(2025, 1, 6)) == 0
    assert usable_gw_on(run, date(2025, 1, 12)) == 0
    assert usable_gw_on(run, date(2025, 1, 13)) == 1
    assert np.isnan(usable_gw_on(run, date(2025, 1, 27)))


def test_time_to_a_milestone_is_nan_unless_it_comes():
    run = with_usable([0, 999, 1000, 500, 1000])
    assert weeks_to(run, 1) == 2
    assert np.isnan(weeks_to(run, 2))


def sites(rows: list[tuple[int, str, dict[str, float]]]) -> RunResult:
    table = {
        "week": np.array([week for week, _, _ in rows]),
        "site": np.array([site for _, site, _ in rows], dtype=object),
    }
    for state in LADDER:
        table[f"{state}_mw"] = np.array([mw.get(state, 0.0) for _, _, mw in rows])
    return RunResult({}, {"sites": table})


def test_every_host_household_counts_alike_in_the_benefit():
    groups = {"households": np.array([100.0, 900.0]), "benefit_usd": np.array([5e4, 9e4])}
    assert benefit_per_household(RunResult({}, {"groups": groups})) == pytest.approx(140.0)


def test_every_outcome_has_a_name_of_its_own_and_a_finite_value_or_a_reason(result):
    names = [outcome.name for outcome in OUTCOMES]
    assert len(set(names)) == len(names)
    row = reduce(result)["outcomes"]
    missing = {name for name in names if np.isnan(row[name][0])}
    assert missing == {"usable_gw_2030", "weeks_to_5gw", "weeks_to_10gw", "delivery_limited"}
    assert row["horizon_weeks"][0] == 260


def test_yearly_flows_add_up_and_states_are_those_of_the_day(result):
    table = yearly(result)
    days = table["date"].tolist()
    assert days == [f"{year}-01-01" for year in (2026, 2027, 2028, 2029)] + ["2029-12-31"]
    assert table["revenue_usd"].sum() == pytest.approx(result.series("revenue_usd").sum())
    for day, usable in zip(days[:-1], table["usable_mw"], strict=False):
        assert usable == 1000 * usable_gw_on(result, date.fromisoformat(day))


def test_site_totals_add_up_to_the_programme(result):
    kept = reduce(result)["sites"]
    assert kept["site"].tolist() == ["alpha", "beta"]
    assert kept["usable_gw_years"].sum() == pytest.approx(usable_gw_years(result))
    assert kept["usable_mw"].sum() == result.series("usable_mw")[-1]


def test_the_last_row_of_a_site_is_found_in_any_order():
    run = sites([(1, "a", {"usable": 7.0}), (0, "b", {}), (0, "a", {}), (1, "b", {"usable": 9.0})])
    run.tables["sites"]["support"] = np.zeros(4)
    from experiments.outcomes import _site_totals

    assert _site_totals(run.tables["sites"])["usable_mw"].tolist() == [7.0, 9.0]
