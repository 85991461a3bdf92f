"""Opinion, mobilisation, training and queues against published examples and closed forms."""

import numpy as np
import pytest

from ecosystem.institutions.validation import erlang_c, study_waits
from ecosystem.numbers import Workforce
from ecosystem.society.validation import (
    FJ_END,
    FJ_START,
    FJ_WEIGHTS,
    academy_fte,
    censored,
    degroot_error,
    fj_error,
    mobilisation_checks,
    opinion_checks,
    school,
    training_checks,
)
from ecosystem.units import WEEKS_PER_YEAR


def test_the_four_persons_of_friedkin_and_johnsen_are_solved_by_hand():
    """The published (60, 60, 75, 75) is what their weights give, without any code of ours."""
    weights = np.array(FJ_WEIGHTS) / 1000
    listens = np.diag(1 - np.diag(weights))
    end = np.linalg.solve(np.eye(4) - listens @ weights, (np.eye(4) - listens) @ FJ_START)
    assert end == pytest.approx(FJ_END, abs=0.5)
    assert fj_error() == pytest.approx(np.abs(end - FJ_END).max(), abs=1e-9)


def test_degroots_consensus():
    assert degroot_error() < 1e-9


def test_all_rules_keep_their_limits():
    draws = np.random.default_rng(3).random((8, 4, 40))
    found = opinion_checks(draws) + mobilisation_checks() + training_checks(247, 0.38)
    assert not [c.name for c in found if c.failed]


def kiefer_wolfowitz(servers, gaps, studies):
    """Waits of a first-come-first-served queue by the workload of each server."""
    load, waits = np.zeros(servers), []
    for i, (gap, study) in enumerate(zip(gaps, studies, strict=True)):
        load = np.maximum(load - (gap if i else 0.0), 0.0)
        waits.append(load[0])
        load[0] += study
        load = np.sort(load)
    return np.array(waits)


@pytest.mark.parametrize("servers", [1, 3])
def test_studies_wait_as_a_first_come_first_served_queue(servers):
    rng = np.random.default_rng(servers)
    gaps, studies = rng.exponential(1 / (0.8 * servers), 400), rng.exponential(1.0, 400)
    exact = kiefer_wolfowitz(servers, gaps, studies)
    found = study_waits(servers, gaps, studies)
    assert found.mean == pytest.approx(exact.mean())
    assert found.share == pytest.approx((exact > 0).mean())


def test_erlang_c_of_one_server_and_a_published_value():
    assert erlang_c(1, 0.7).share == pytest.approx(0.7)
    assert erlang_c(1, 0.7).mean == pytest.approx(0.7 / 0.3)
    assert erlang_c(2, 1.0).share == pytest.approx(1 / 3)


def test_what_the_designed_output_of_an_academy_takes():
    n = Workforce()
    ends = n.apprentice_start_productivity, n.apprentice_end_productivity
    assert academy_fte(2.0, 247, 0.38, *ends) == pytest.approx(408, abs=1)
    assert academy_fte(2.0, 208, 0.62, *ends) == pytest.approx(460, abs=1)


def test_a_censored_count_is_reproduced_by_a_school():
    completed, cancelled = 0.248, 0.401
    completion, years = censored(completed, cancelled, 247)
    found = school(1_000.0, years, 247, completion)
    entered = 1_000.0 * round(years * WEEKS_PER_YEAR) / WEEKS_PER_YEAR
    assert found.graduates / entered == pytest.approx(completed, abs=0.005)
    assert found.dropouts / entered == pytest.approx(cancelled, abs=0.005)
    assert completion > completed / (completed + cancelled)
