"""Society against published counts, with what the project promises, and the page that says so."""

import re
from pathlib import Path

import numpy as np
import pytest

from experiments import society_runs, validate_society
from experiments.history_matching import CUTOFF, implausibility
from experiments.validate import rows_of, table_markdown, table_text

DOCS = Path(__file__).parents[2] / "docs"
WORLD = ("break-even", "fold")
"""Areas that the whole model computes: any change of it moves them a little."""


@pytest.fixture(scope="module")
def every_check():
    return validate_society.checks()


@pytest.fixture(scope="module")
def page():
    return (DOCS / "validation.md").read_text(encoding="utf-8").split("## Society")[1]


def test_rules_and_queues_keep_their_promises():
    found = validate_society.oracle_checks()
    assert not [c.name for c in found if c.failed]
    assert sum(c.promised and np.isfinite(c.limit) for c in found) >= 9


def test_bills_can_move_either_way_and_tight_regions_rise_most():
    found = {key: float(np.median(v)) for key, v in society_runs.bills().items()}
    assert found["pjm"] == max(found.values())
    assert not [c for c in validate_society.bill_checks() if c.failed]


def test_academy_and_deposits():
    found = validate_society.training_figures() + validate_society.deposit_checks()
    assert not [c.name for c in found if c.failed]


@pytest.mark.slow
def test_every_promise_is_kept(every_check):
    broken = [f"{c.area}: {c.name} = {c.value:.3g} > {c.limit}" for c in every_check if c.failed]
    assert not broken


@pytest.mark.slow
def test_the_table_fits_the_console(every_check):
    assert max(map(len, table_text(every_check).splitlines())) <= 100


@pytest.mark.slow
def test_a_society_without_opposition_is_caught(every_check):
    """Samples in which nobody organises are implausible, and the fit has no set."""
    m = society_runs.matched()
    none = (0.0,) * 3
    calm = [f._replace(contested=0, cancelled=none, cancelled_late=none) for f in m.figures]
    far = implausibility(calm, society_runs.EACH)
    assert (far.max(axis=1) > CUTOFF).all()


@pytest.mark.slow
def test_the_documented_table_is_current(every_check, page):
    table = page.split("<!-- table of society")[1].split("<!-- end of table")[0]
    shown = [line.strip("| ").split(" | ") for line in table.splitlines() if line[:1] == "|"][2:]
    rows = [row.strip("| ").split(" | ") for row in table_markdown(every_check).splitlines()[2:]]
    assert [r[0] for r in shown] == [r[0] for r in rows]
    for there, here in zip(shown, rows, strict=True):
        if there[0] not in WORLD:
            assert there[1] == here[1]
            assert float(here[2]) == pytest.approx(float(there[2]), rel=0.05, abs=0.02), there
    assert len(rows_of(every_check)) == len(rows)


@pytest.mark.slow
def test_the_documented_plots_are_current(every_check):
    assert every_check
    for name, drawn in validate_society.plots().items():
        kept = (DOCS / "img" / name).read_text(encoding="utf-8")
        labels = [re.findall(r"<text[^>]*>([^<]*)", svg) for svg in (kept, drawn)]
        assert labels[0] == labels[1], name
