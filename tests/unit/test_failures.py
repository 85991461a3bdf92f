"""Failure in each definition, on tables worked out by hand and on runs."""

import numpy as np
import pytest

from ecosystem.delivery.failure import REASONS
from ecosystem.model import Ecosystem
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from experiments import failures

WORLD = load_world("stargate")
S0 = load_strategy("S0")
NAN = float("nan")


def made_up(**columns) -> RunResult:
    n = len(next(iter(columns.values())))
    table = {
        "site": np.array(["a"] * n, dtype=object),
        "mw": np.full(n, 100.0),
        "secured": np.ones(n, dtype=bool),
        "cancelled_week": np.full(n, NAN),
        "reason": np.array([""] * n, dtype=object),
        "late_weeks": np.zeros(n),
        "due": np.ones(n, dtype=bool),
        "usable": np.ones(n, dtype=bool),
    }
    kinds = {name: column.dtype for name, column in table.items()}
    table |= {name: np.array(values, dtype=kinds[name]) for name, values in columns.items()}
    return RunResult({}, {"failures": table})


def test_only_what_was_secured_counts_as_cancelled_afterwards():
    run = made_up(
        secured=[True, True, False, False],
        cancelled_week=[50.0, NAN, 10.0, NAN],
        mw=[150.0, 150.0, 500.0, 70.0],
    )
    assert failures.secured_then_cancelled(run) == pytest.approx(150 / 300)
    assert np.isnan(failures.secured_then_cancelled(made_up(secured=[False])))


def test_very_late_is_more_than_104_weeks_and_never_what_was_given_up():
    run = made_up(late_weeks=[104.0, 104.1, NAN, 300.0, 0.0], due=[True, True, True, True, False])
    assert failures.late_phases(run) == 2
    assert failures.late_share(run) == pytest.approx(2 / 4)
    assert np.isnan(failures.late_share(made_up(due=[False])))


def test_a_site_is_short_only_if_half_of_it_was_due():
    run = made_up(
        site=["half", "half", "short", "short", "early", "early", "early"],
        due=[True, True, True, False, False, False, True],
        usable=[True, False, False, False, False, False, False],
    )
    assert failures.short_sites(run) == (["half", "short"], ["short"])
    assert failures.short_share(run) == pytest.approx(1 / 2)


@pytest.fixture(scope="module")
def hasty() -> Ecosystem:
    """A lab without patience, communities that are often denied, and little cash."""
    world = WORLD.with_("numbers.lab.patience_weeks", 26).with_(
        "numbers.regulators.withdraw_share", 0.8
    )
    model = Ecosystem(world.with_("numbers.regulators.deny_base", 1.0), S0, seed=5)
    model.run()
    return model


def test_every_building_given_up_has_a_reason_and_only_those(hasty):
    table = hasty.result().tables["failures"]
    gone = np.isfinite(table["cancelled_week"])
    assert gone.any()
    assert set(table["reason"][gone]) <= set(REASONS)
    assert (table["reason"][~gone] == "").all()
    assert "denial" in table["reason"][gone]
    assert len(set(table["reason"][gone])) > 1
    assert np.isnan(table["late_weeks"][gone]).all()
    assert np.isfinite(table["late_weeks"][~gone]).all()


def test_what_was_secured_is_what_the_ladder_showed(hasty):
    result = hasty.result()
    table, ladder = result.tables["failures"], result.tables["sites"]
    rungs = ("secured", "permitted", "building", "energised", "commissioned", "usable")
    for site in set(table["site"]):
        mine = ladder["site"] == site
        beyond = np.sum([ladder[f"{rung}_mw"][mine] for rung in rungs], axis=0)
        own = table["site"] == site
        # buildings given up had been secured, or what stands was: the ladder's highest mark
        assert table["mw"][own] @ table["secured"][own] == pytest.approx(beyond.max(), abs=1e-6)


def test_the_cause_of_a_late_building_is_its_largest_loss(hasty):
    table, phases = hasty.result().tables["failures"], hasty.result().tables["phases"]
    at = {(s, p): i for i, (s, p) in enumerate(zip(phases["site"], phases["phase"], strict=True))}
    late = np.flatnonzero(table["late_weeks"] > 10)
    assert len(late) > 20
    for i in late:
        row = at[table["site"][i], table["phase"][i]]
        lost = {n[11:]: phases[n][row] for n in phases if n.startswith("lost_weeks_")}
        lost["own work"] = table["late_weeks"][i] - sum(lost.values())
        assert lost[table["cause"][i]] == max(lost.values())


def test_a_lab_without_cash_gives_up_for_want_of_capital():
    poor = WORLD.with_("numbers.capital.opening_cash_usd", 1e6).with_(
        "numbers.capital.equity_usd_per_year", 0.0
    )
    model = Ecosystem(poor.with_("weeks", 200), S0, seed=0)
    model.run()
    table = model.result().tables["failures"]
    assert (table["reason"][np.isfinite(table["cancelled_week"])] == "capital").all()
    assert failures.given_up_mw(model.result(), "capital") > 0
