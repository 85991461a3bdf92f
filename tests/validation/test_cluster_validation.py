"""The core against published measurements, with the tolerances that the project promises."""

import re
from pathlib import Path

import numpy as np
import pytest

from ecosystem.cluster import calibration, serving_calibration, validation
from ecosystem.cluster.calibration import BOUNDS, load_runs
from ecosystem.cluster.decode import ServingConstants
from ecosystem.cluster.frontier import frontier_of, left_out_log_errors, log_linear_errors
from ecosystem.cluster.serving_calibration import (
    DEEPSEEK_V4_PRO,
    FREE,
    FREE_SECOND,
    SECOND,
    fit_serving,
    left_out_serving_errors,
    load_serving_runs,
)
from ecosystem.cluster.training import FITTED, TrainingConstants
from experiments.validate import table_markdown, table_text
from experiments.validate_cluster import plots


@pytest.fixture(scope="module")
def every_check():
    return validation.checks()


def test_every_limit_is_kept(every_check):
    broken = [f"{c.area}: {c.name} = {c.value:.3g} > {c.limit}" for c in every_check if c.failed]
    assert not broken


def test_the_promised_limits_are_the_ones_checked(every_check):
    limits = {(c.area, c.name): c.limit for c in every_check}
    assert limits["training", "error: median"] == 5
    assert limits["training", "error: 90th percentile"] == 14
    assert limits["training", "error: largest"] == 21
    assert limits["training", "error, series left out: median"] == 10
    assert limits["training", "error, series left out: 90th percentile"] == 20
    assert limits["serving", "throughput error, left out: median"] == 15
    assert limits["serving", "throughput error, left out: largest"] == 30
    assert limits["training", "Selene 2022, eight points: mean error"] == 5
    assert limits["second model", "throughput error, left out: median"] == 15
    assert limits["second model", "user speed error, left out: largest"] == 30
    assert limits["frontier", "largest |ln| error, left out"] == 0.25
    promised = {(c.area, c.name) for c in every_check if c.promised}
    assert ("training", "Selene 2022, eight points: mean error") in promised


def test_the_table_fits_the_console(every_check):
    assert max(map(len, table_text(every_check).splitlines())) <= 100


def test_fifty_six_runs_and_at_most_nine_constants():
    assert len(load_runs().name) == 56
    assert len(TrainingConstants.__slots__) <= 9
    assert set(BOUNDS) <= set(TrainingConstants.__slots__)


def test_names_of_series_do_not_reach_a_prediction():
    runs = load_runs()
    blind = calibration.Runs(
        name=("?",) * 56,
        series=("?",) * 56,
        generation=("?",) * 56,
        jobs=runs.jobs,
        flop_per_s=runs.flop_per_s,
    )
    assert calibration.relative_errors(blind).tolist() == calibration.relative_errors(runs).tolist()


def test_a_wrong_core_is_caught():
    off = calibration.replace(FITTED, elementwise_bytes=800.0, speed_spread=0.0)
    errors = np.abs(calibration.relative_errors(load_runs(), off))
    assert np.median(errors) > 0.05


def test_shipped_training_constants_are_the_fit():
    fitted = calibration.fit(load_runs())
    for name in BOUNDS:
        assert getattr(FITTED, name) == pytest.approx(getattr(fitted, name), rel=0.05), name


def test_shipped_serving_constants_are_the_fit():
    fitted = fit_serving(load_serving_runs())
    for name in FREE:
        shipped = getattr(serving_calibration.FITTED, name)
        assert shipped == pytest.approx(getattr(fitted, name), rel=0.05), name


def test_shipped_constants_of_the_second_model_are_the_fit():
    runs = load_serving_runs("second")
    fitted = fit_serving(runs, SECOND, DEEPSEEK_V4_PRO, FREE_SECOND)
    for name in ServingConstants.__slots__:
        shipped = getattr(SECOND, name)
        assert shipped == pytest.approx(getattr(fitted, name), rel=0.02), name
        if name not in FREE_SECOND:
            assert shipped == getattr(serving_calibration.FITTED, name), name


def test_the_second_model_has_the_parameters_that_are_published():
    assert DEEPSEEK_V4_PRO.active_parameters == pytest.approx(49e9, rel=0.002)
    total = DEEPSEEK_V4_PRO.shared_parameters + DEEPSEEK_V4_PRO.routed_parameters
    assert total == pytest.approx(1.6e12, rel=0.002)


def test_runs_held_out_are_in_no_fit():
    uses = ("calibrate", "second", "held_out", "held_out_second")
    names = [load_serving_runs(use).name for use in uses]
    assert [len(found) for found in names] == [9, 8, 11, 6]
    assert len(set().union(*names)) == 34
    assert not set(load_runs().name) & set(load_runs("selene").name)


def test_serving_left_one_out():
    errors = np.abs(left_out_serving_errors(load_serving_runs()))
    assert np.median(errors, axis=1).max() < 0.15
    assert errors.max() < 0.30


def test_frontier_is_monotone_and_better_than_a_line():
    runs = load_serving_runs()
    made = frontier_of(runs.user_tokens_per_s, runs.tokens_per_s)
    assert len(made.tokens_per_s) == 9
    assert np.all(np.diff(made.at(np.linspace(5, 300, 400))) < 0)
    assert np.abs(left_out_log_errors(made)).max() < 0.25
    assert np.abs(log_linear_errors(made, leave_out=True)).max() > 0.5


def test_points_to_draw_match_the_runs():
    series, measured, predicted = validation.training_points()
    assert len(series) == measured.size == predicted.size == 56
    users, seen, got = validation.serving_points()
    assert seen.shape == got.shape == (2, users.size)
    speed, rate = validation.frontier_points(50)
    assert speed.size == rate.size == 50


DOCS = Path(__file__).parents[2] / "docs"


def part(text):
    """Return the part of the document that is about the compute core."""
    return text.split("## The compute core")[1].split("## Delivery")[0]


def rounded(text):
    """Return a printed figure with the half of its last digit that rounding may hide."""
    return float(text), abs(float(text)) * 0.02 + 1e-12


def test_the_documented_table_is_current(every_check):
    text = part((DOCS / "validation.md").read_text(encoding="utf-8"))
    table = text.split("<!-- table")[1].split("<!-- end of table")[0]
    shown = [line.strip("| ").split(" | ") for line in table.splitlines() if line[:1] == "|"][2:]
    rows = [row.strip("| ").split(" | ") for row in table_markdown(every_check).splitlines()[2:]]
    assert [(r[:2], r[3:]) for r in shown] == [(r[:2], r[3:]) for r in rows]
    for there, here in zip(shown, rows, strict=True):
        value, margin = rounded(there[2])
        assert float(here[2]) == pytest.approx(value, abs=margin), there


def test_the_documented_constants_are_those_in_use():
    text = part((DOCS / "validation.md").read_text(encoding="utf-8"))
    cells = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    shown = {cell[1].strip(" `"): float(cell[2]) for cell in cells}
    assert shown == {name: getattr(FITTED, name) for name in TrainingConstants.__slots__}
    by_hand = {cell[1].strip(" `") for cell in cells if "set by hand" in cell[4]}
    assert by_hand == set(shown) - set(BOUNDS)


def test_the_documented_serving_constants_are_those_in_use():
    text = part((DOCS / "validation.md").read_text(encoding="utf-8"))
    cells = [line.split("|") for line in text.splitlines() if line.startswith("| *")]
    assert [cell[1].strip(" *") for cell in cells] == list(ServingConstants.__slots__)
    for name, first, second in ((c[1].strip(" *"), c[2].split(), c[3].split()) for c in cells):
        unit = 1e-3 if "ms" in first else 1.0
        one, two = getattr(serving_calibration.FITTED, name), getattr(SECOND, name)
        assert float(first[0]) * unit == pytest.approx(one), name
        assert two == pytest.approx(one if second[0] == "the" else float(second[0]) * unit), name


def test_the_documented_plots_are_current():
    for name, drawn in plots().items():
        kept = (DOCS / "img" / name).read_text(encoding="utf-8")
        labels, circles = (
            [re.findall(pattern, svg) for svg in (kept, drawn)]
            for pattern in (r"<text[^>]*>([^<]*)", r'cx="([\d.]+)" cy="([\d.]+)"')
        )
        assert labels[0] == labels[1], name
        at = [np.array(found, dtype=float) for found in circles]
        assert at[0] == pytest.approx(at[1], abs=1.0), name
