import csv

import numpy as np
import pytest

from experiments.compare import COST_OF_GAIN, PRIMARY, Row, compare, differences, write_rows
from experiments.outcomes import OUTCOMES


def table(values: dict[str, dict[str, list[float]]]):
    """Make an outcomes table from strategy -> outcome -> value by future (0, 1, ...)."""
    strategies = list(values)
    n = len(next(iter(values["S0"].values())))
    columns = {
        "strategy": np.array([key for _ in range(n) for key in strategies], dtype=object),
        "future": np.repeat(np.arange(n), len(strategies)),
        "horizon_weeks": np.full(n * len(strategies), 520.0),
    }
    for outcome in OUTCOMES:
        zeros = [0.0] * n
        columns[outcome.name] = np.array(
            [values[key].get(outcome.name, zeros)[i] for i in range(n) for key in strategies]
        )
    return columns


def row(rows: list[Row], strategy: str, outcome: str) -> Row:
    return next(r for r in rows if (r.strategy, r.outcome) == (strategy, outcome))


def test_paired_differences_are_exact_where_the_futures_vary_far_more():
    base = [0.0, 10.0, 90.0, 20.0, 70.0, 40.0, 50.0]
    better = [base[0] + 50] + [value + 1.5 for value in base[1:]]
    rows = compare(table({"S0": {PRIMARY: base}, "S2": {PRIMARY: better}}), "S0")
    found = row(rows, "S2", PRIMARY)
    assert (found.value, found.diff, found.n) == (46.5, 1.5, 6)  # future 0 does not count
    assert (found.diff_low, found.diff_high) == (1.5, 1.5)
    assert (found.p_better, found.p_equal, found.verdict) == (1.0, 0.0, "more")
    assert found.low < 46.5 < found.high
    baseline = row(rows, "S0", PRIMARY)
    assert baseline.value == 45.0
    assert np.isnan([baseline.diff, baseline.diff_low, baseline.p_better]).all()


def test_the_interval_of_the_median_is_that_of_its_exact_bootstrap():
    # The bootstrap of the median of 0..8 has median 4; by enumeration over the number of draws
    # below each value, its 5% and 95% quantiles are 2 and 6.
    base = [0.0] * 10
    gaps = [0.0, *range(9)]
    rows = compare(table({"S0": {PRIMARY: base}, "S2": {PRIMARY: gaps}}), "S0", seed=4)
    found = row(rows, "S2", PRIMARY)
    assert (found.diff, found.diff_low, found.diff_high) == (4.0, 2.0, 6.0)
    assert (found.p_better, found.p_equal) == (pytest.approx(8 / 9), pytest.approx(1 / 9))


def test_ties_are_apart_and_less_of_a_bad_thing_is_better():
    lost = {"S0": {"water_m3": [0, 5, 5, 5, 5, 5, 5]}, "S2": {"water_m3": [0, 4, 4, 5, 5, 6, 4]}}
    found = row(compare(table(lost), "S0"), "S2", "water_m3")
    assert found.p_better == pytest.approx(3 / 6)
    assert found.p_equal == pytest.approx(2 / 6)
    assert found.verdict == "unclear"


def test_identical_differences_are_called_identical_not_unclear():
    same = {PRIMARY: [1.0, 2.0, 3.0]}
    rows = compare(table({"S0": same, "placebo": same}), "S0")
    assert row(rows, "placebo", PRIMARY).verdict == "identical"


def test_a_difference_by_the_order_of_additions_is_none():
    base = [0.1 + 0.2, 1490.0, 1e9]
    noisy = [0.3, 1490.0 + 4e-8, 1e9]
    assert base != noisy
    rows = compare(table({"S0": {PRIMARY: [0, *base]}, "S2": {PRIMARY: [0, *noisy]}}), "S0")
    assert row(rows, "S2", PRIMARY).verdict == "identical"


def test_four_futures_give_no_interval():
    rows = compare(table({"S0": {PRIMARY: [0.0] * 5}, "S2": {PRIMARY: [9.0] * 5}}), "S0")
    found = row(rows, "S2", PRIMARY)
    assert found.diff == 9.0
    assert np.isnan([found.diff_low, found.low]).all()
    assert found.verdict == "too few futures"


def test_a_milestone_that_is_not_reached_counts_up_to_the_horizon_and_in_the_share():
    nan = np.nan
    weeks = {
        "S0": {"weeks_to_5gw": [0, 400, nan, nan, 500, nan, 300]},
        "S2": {"weeks_to_5gw": [0, 390, 510, nan, 490, nan, 290]},
    }
    rows = compare(table(weeks), "S0")
    reached, time = row(rows, "S0", "reached_5gw"), row(rows, "S0", "weeks_to_5gw")
    assert (reached.value, reached.statistic) == (0.5, "share")
    assert (time.value, time.statistic) == ((400 + 500 + 300 + 3 * 520) / 6, "restricted mean")
    assert row(rows, "S2", "reached_5gw").diff == pytest.approx(1 / 6)
    assert row(rows, "S2", "weeks_to_5gw").diff == pytest.approx(-(10 + 10 + 10 + 10) / 6)


def test_the_interval_of_a_share_is_wilsons():
    # Wilson 1927, z = 1.645: 0 of 10 gives an upper limit of z^2 / (10 + z^2) = 0.213.
    never = {"weeks_to_5gw": [np.nan] * 11}
    found = row(compare(table({"S0": never}), "S0"), "S0", "reached_5gw")
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1.6449**2 / (10 + 1.6449**2), rel=1e-4)


def test_a_future_that_one_strategy_cannot_measure_is_left_out_of_its_pairs():
    nan = np.nan
    values = {
        "S0": {PRIMARY: [0, 1, 2, 3, 4, 5, 6]},
        "S2": {PRIMARY: [0, 2, 3, nan, 5, 6, 7]},
        "S3": {PRIMARY: [0, 3, 4, 5, 6, 7, 8]},
    }
    rows = compare(table(values), "S0")
    assert (row(rows, "S2", PRIMARY).n, row(rows, "S2", PRIMARY).diff) == (5, 1.0)
    assert (row(rows, "S3", PRIMARY).n, row(rows, "S3", PRIMARY).diff) == (6, 2.0)


def test_cost_of_a_gain_is_a_ratio_of_means_and_only_there_where_the_gain_is_clear():
    values = {
        "S0": {PRIMARY: [0, *[10.0] * 6], "strategy_cost_usd": [0, *[1e9] * 6]},
        "S2": {PRIMARY: [0, *[12.0] * 6], "strategy_cost_usd": [0, *[4e9] * 6]},
        "S3": {PRIMARY: [0, 9, 11, 9, 11, 9, 11], "strategy_cost_usd": [0, *[4e9] * 6]},
    }
    rows = compare(table(values), "S0")
    found = row(rows, "S2", COST_OF_GAIN)
    assert (found.value, found.low, found.high) == (1.5e9, 1.5e9, 1.5e9)
    assert np.isnan(row(rows, "S3", COST_OF_GAIN).value)
    assert np.isnan(row(rows, "S0", COST_OF_GAIN).value)


def test_differences_name_every_pair_the_central_future_too():
    found = differences(table({"S0": {PRIMARY: [1, 2]}, "S2": {PRIMARY: [4, 6]}}), "S0")
    mine = [(d["future"], d["difference"]) for d in found if d["outcome"] == PRIMARY]
    assert mine == [(0, 3.0), (1, 4.0)]
    assert {d["strategy"] for d in found} == {"S2"}


def test_csv_leaves_cells_without_a_number_empty(tmp_path):
    write_rows(tmp_path / "c.csv", compare(table({"S0": {PRIMARY: [1.0] * 7}}), "S0"))
    with (tmp_path / "c.csv").open() as handle:
        first = next(csv.DictReader(handle))
    assert (first["strategy"], first["outcome"], first["value"]) == ("S0", PRIMARY, "1.0")
    assert first["diff"] == ""
