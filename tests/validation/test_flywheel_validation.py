"""The market against 2023 to 2026, with what the project promises, and the page that says so."""

import re
from pathlib import Path

import numpy as np
import pytest

from ecosystem.layout import Layout
from ecosystem.model import simulate
from ecosystem.scenario import load_strategy, load_world
from experiments import market_matching as matching
from experiments import validate_flywheel
from experiments.market_matching import compared, first_of
from experiments.validate import table_markdown, table_text

DOCS = Path(__file__).parents[2] / "docs"
KEPT = ("closed form", "numerics", "takeoff")
"""Areas that only the rules and the default world decide; others move with any change."""


@pytest.fixture(scope="module")
def every_check():
    return validate_flywheel.checks()


@pytest.fixture(scope="module")
def page():
    return (DOCS / "validation.md").read_text(encoding="utf-8").split("## Flywheel")[1]


def test_rules_and_printed_equations_keep_their_promises():
    found = validate_flywheel.oracle_checks()
    assert not [c.name for c in found if c.failed]
    assert sum(c.promised and np.isfinite(c.limit) for c in found) == 9


def test_figures_of_2026_are_forecast_and_what_is_fitted_ends_with_2024():
    for row in compared():
        assert (row.use == "forecast") == (row.day.year >= 2026), row
        assert row.use != "fit" or row.day.year <= 2024, row
    assert {row.what for row in compared() if row.use == "fit"} == {"users", "revenue"}


def test_the_history_world_has_the_hardware_and_the_capacity_of_its_time():
    layout = Layout.of(load_world("history"))
    keys = list(layout.generations.key)
    first, last = (
        layout.installed_base_mw[0],
        layout.base_mw[matching.row_on(first_of("users").day)],
    )
    assert first[keys.index("a100")] == pytest.approx(60, rel=0.02)
    assert first.sum() == pytest.approx(first[keys.index("a100")], rel=0.03)
    assert 60 < last < 110
    for id_, mw in (("gw_2023", 200), ("gw_2024", 600), ("gw_2025", 1_900 - 295)):
        row = next(r for r in matching.load_flywheel_targets() if r.id == id_)
        assert layout.base_mw[matching.row_on(row.day)] == pytest.approx(mw, rel=0.02)


def test_no_policy_acts_in_history():
    world = load_world("history")
    free, bound = (simulate(world, load_strategy(key)) for key in ("S0", "S2"))
    assert free.digest() == bound.digest()
    course = matching.course(free)
    for row, got in zip(compared(), course.predicted, strict=True):
        if row.what in ("users", "revenue"):  # fitted or not; intervals are the slow tests' matter
            assert got == pytest.approx(row.value, rel=0.5), row
    assert course.predicted == matching.run().predicted


def test_implausibility_is_the_distance_in_standard_deviations():
    rows = [r for r in compared() if r.use == "fit" and r is not first_of("users")]
    right = [row.value for row in compared()]
    off = [
        row.value * (np.exp(3 * matching.DISCREPANCY) if row is rows[0] else 1.0)
        for row in compared()
    ]
    none = (0.0,)
    found = matching.implausibility(
        [matching.Course(tuple(p), none, none, none, none) for p in (right, off)]
    )
    assert found[0] == pytest.approx(0, abs=1e-12)
    assert found[1] == pytest.approx([3.0, *[0.0] * (len(rows) - 1)], abs=1e-9)


def test_samples_fill_their_ranges():
    values = matching.hypercube(40)
    low, high = matching.ranges().T
    assert (values >= low - 1e-9).all()
    assert (values <= high * (1 + 1e-9)).all()
    wide = matching.NUMBERS.index("market.demand_start_mw")
    middle = np.sqrt(low[wide] * high[wide])  # sampled evenly in the logarithm
    assert (values[:, wide] < middle).sum() == 20


@pytest.mark.slow
def test_every_promise_is_kept(every_check):
    broken = [f"{c.area}: {c.name} = {c.value:.3g} > {c.limit}" for c in every_check if c.failed]
    assert not broken


@pytest.mark.slow
def test_the_table_fits_the_console(every_check):
    assert max(map(len, table_text(every_check).splitlines())) <= 100


@pytest.mark.slow
def test_a_market_without_users_is_caught(every_check):
    """Samples whose use never grows are implausible."""
    m = validate_flywheel.matched()
    at = [i for i, row in enumerate(compared()) if row.what == "users"]
    idle = [
        f._replace(predicted=tuple(50.0 if i in at else p for i, p in enumerate(f.predicted)))
        for f in m.found
    ]
    assert (matching.implausibility(idle).max(axis=1) > matching.CUTOFF).all()


@pytest.mark.slow
def test_the_documented_table_is_current(every_check, page):
    table = page.split("<!-- table of flywheel")[1].split("<!-- end of table")[0]
    shown = [line.strip("| ").split(" | ") for line in table.splitlines() if line[:1] == "|"][2:]
    rows = [row.strip("| ").split(" | ") for row in table_markdown(every_check).splitlines()[2:]]
    assert [r[0] for r in shown] == [r[0] for r in rows]
    for there, here in zip(shown, rows, strict=True):
        assert there[1].split(", got")[0] == here[1].split(", got")[0]
        close = 0.02 if there[0] in KEPT else 0.15
        assert float(here[2]) == pytest.approx(float(there[2]), rel=0.1, abs=close), there


@pytest.mark.slow
def test_the_documented_plots_are_current(every_check):
    assert every_check
    for name, drawn in validate_flywheel.plots().items():
        kept = (DOCS / "img" / name).read_text(encoding="utf-8")
        labels = [re.findall(r"<text[^>]*>([^<]*)", svg) for svg in (kept, drawn)]
        assert labels[0] == labels[1], name
