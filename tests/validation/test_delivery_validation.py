"""Delivery against observed sites, with what the project promises, and the page that says so."""

import re
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from ecosystem.buildouts import load_buildouts
from ecosystem.hindcast import FITTED, NETWORK, Constants, fit
from experiments import validate_delivery
from experiments.validate import SUBJECTS, suite, table_markdown

DOCS = Path(__file__).parents[2] / "docs"
WORLD = ("Abilene (fitted)", "ladder")
"""Areas that the whole model computes: any change of it moves them a little."""


@pytest.fixture(scope="module")
def every_check():
    return validate_delivery.checks()


@pytest.fixture(scope="module")
def page():
    text = (DOCS / "validation.md").read_text(encoding="utf-8")
    return text.split("\n## Delivery\n")[1].split("\n## ")[0]


def test_every_subject_can_be_validated():
    for name in SUBJECTS:
        subject = suite(name)
        assert all(callable(getattr(subject, f)) for f in ("checks", "notes", "plots", "tables"))


def test_shipped_constants_are_the_fit():
    fitted = fit(load_buildouts())
    assert astuple(FITTED.constants) == pytest.approx(astuple(fitted.constants), rel=0.02)
    scale = np.sqrt(np.diag(FITTED.covariance))
    assert scale == pytest.approx(np.sqrt(np.diag(fitted.covariance)), rel=0.05)


def test_the_documented_constants_are_those_in_use(page):
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    shown = {row[1].strip(" `"): row for row in rows}
    assert list(shown) == list(Constants.__slots__)
    errors = np.sqrt(np.diag(FITTED.covariance)) * 100
    for name, row in shown.items():
        assert float(row[2]) == pytest.approx(getattr(FITTED.constants, name), rel=0.01), name
        if name in NETWORK:
            assert float(row[3]) == pytest.approx(errors[NETWORK.index(name)], abs=0.6), name


@pytest.mark.slow
def test_every_promise_is_kept(every_check):
    broken = [f"{c.area}: {c.name} = {c.value:.3g} > {c.limit}" for c in every_check if c.failed]
    assert not broken


@pytest.mark.slow
def test_the_promised_limits_are_the_ones_checked(every_check):
    limits = {(c.area, c.name): c.limit for c in every_check if c.promised}
    assert limits["first building", "new builds: medians differ by"] == 15
    assert limits["left out", "80% lies outside it by"] == 0
    assert limits["left out", "from the 16 that are"] == 2
    assert limits["left out", "over that of the naive distribution"] == 1.05
    assert limits["ramp", "80% outside its binomial interval by"] == 0
    assert limits["ladder", "usable over secured on 2026-04-29"] == 0.1
    assert sum(np.isfinite(limit) for limit in limits.values()) == 9


@pytest.mark.slow
def test_a_wrong_network_is_caught(monkeypatch):
    """Sites as long as twice the fit leave the interval, and score worse than no model."""
    from experiments import hindcast_scores

    real = hindcast_scores.predict

    def slow(*args, **kwargs):
        drawn = real(*args, **kwargs)
        return drawn._replace(first_weeks=2 * drawn.first_weeks)

    monkeypatch.setattr(hindcast_scores, "predict", slow)
    monkeypatch.setattr(hindcast_scores, "fit", lambda *_, **__: FITTED)
    monkeypatch.setattr(validate_delivery, "left_out", hindcast_scores.left_out.__wrapped__)
    found = validate_delivery.left_out_checks()
    failed = {c.name for c in found if c.failed}
    assert {"80% lies outside it by", "over that of the naive distribution"} <= failed


@pytest.mark.slow
def test_the_documented_table_is_current(every_check, page):
    table = page.split("<!-- table of delivery")[1].split("<!-- end of table")[0]
    shown = [line.strip("| ").split(" | ") for line in table.splitlines() if line[:1] == "|"][2:]
    rows = [row.strip("| ").split(" | ") for row in table_markdown(every_check).splitlines()[2:]]
    assert [r[:2] for r in shown] == [r[:2] for r in rows]
    assert [r[3:] for r in shown] == [r[3:] for r in rows]
    for there, here in zip(shown, rows, strict=True):
        if there[0] not in WORLD:
            assert float(here[2]) == pytest.approx(float(there[2]), rel=0.03, abs=0.02), there


@pytest.mark.slow
def test_the_documented_plots_are_current(every_check):
    assert every_check
    for name, drawn in validate_delivery.plots().items():
        kept = (DOCS / "img" / name).read_text(encoding="utf-8")
        labels, circles = (
            [re.findall(pattern, svg) for svg in (kept, drawn)]
            for pattern in (r"<text[^>]*>([^<]*)", r'cx="([\d.]+)" cy="([\d.]+)"')
        )
        assert labels[0] == labels[1], name
        at = [np.array(found, dtype=float) for found in circles]
        assert at[0] == pytest.approx(at[1], abs=3.0), name
