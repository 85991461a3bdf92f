"""The whole model: what is conserved, in short runs too, and that a breach is seen."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from whole_worlds import REAL, S0, S2, STRATEGIES, world

from ecosystem import accounts
from ecosystem.delivery.ladder import Rung
from ecosystem.errors import AuditError
from ecosystem.ledger import Ledger
from ecosystem.model import Ecosystem, simulate
from ecosystem.observables import WEEKLY
from ecosystem.recorder import Recorder
from ecosystem.works import Works


@pytest.mark.parametrize("start_week", [0, 104])
@pytest.mark.parametrize("key", sorted(STRATEGIES))
def test_nothing_is_lost_under_any_strategy(key: str, start_week: int) -> None:
    result = simulate(world(156, start_week=start_week), STRATEGIES[key], 1, audit=True)
    assert all(np.isfinite(result.series(name)).all() for name in WEEKLY)


@pytest.mark.parametrize("key", sorted(STRATEGIES))
@pytest.mark.parametrize("weeks", [1, 30])
def test_short_runs(key: str, weeks: int) -> None:
    result = simulate(world(weeks, start_week=0), STRATEGIES[key], audit=True)
    assert len(result.tables["weekly"]["week"]) == weeks
    assert all(np.isfinite(result.series(name)).all() for name in WEEKLY)


def test_a_world_in_which_nothing_is_announced() -> None:
    """Candidates only, and the policy that opens them comes after the end."""
    sites = tuple(s for s in REAL.sites if s.role == "candidate")
    empty = world(60, {"workforce.rival_share": 0.0}, start_week=60)
    empty = empty.model_validate({**dict(empty), "sites": sites, "records": ()})
    result = simulate(empty, S2, audit=True)
    for column in ("announced_mw", "usable_mw", "cancelled_mw", "strategy_cost_usd"):
        assert not result.series(column).any(), column
    assert not result.series("labour_hours_required").any()
    assert not len(result.tables["events"]["week"])
    assert result.series("revenue_usd").min() > 0, "the installed base still serves"


def forget_rent(ledger: Ledger, *arguments: Any) -> None:
    """Book what the lab earns and pays, all but the rent."""
    booked = SimpleNamespace(
        post=ledger.post,
        post_all=lambda amounts: ledger.post_all(
            {key: usd for key, usd in amounts.items() if key[0] != "lease"}
        ),
        post_each=ledger.post_each,
    )
    POST_LAB(booked, *arguments)  # type: ignore[arg-type]


POST_LAB = accounts.post_lab


def test_a_payment_that_is_not_booked_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "post_lab", forget_rent)
    with pytest.raises(AuditError, match="week 0: lab: ledger says"):
        simulate(world(2), S0, audit=True)


def test_a_megawatt_that_leaves_the_ladder_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Recorder.record

    def lossy(self: Recorder, week: Any) -> None:
        record(self, week)
        self.ladder[week.now.week, 0, Rung.BUILDING] -= 1.0

    monkeypatch.setattr(Recorder, "record", lossy)
    with pytest.raises(AuditError, match="ladder"):
        simulate(world(40), S0, audit=True)


def test_work_without_hands_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Works.work

    def hasty(self: Works, now: Any, deals: Any) -> Any:
        return 100 * work(self, now, deals)

    monkeypatch.setattr(Works, "work", hasty)
    with pytest.raises(AuditError, match=r"labour: .* h worked of"):
        simulate(world(40), S0, audit=True)


def test_money_from_nowhere_is_seen() -> None:
    model = Ecosystem(world(5), S0, 3, audit=True)
    model.step()
    model.economy = model.economy._replace(cash_usd=model.economy.cash_usd + 1e6)
    with pytest.raises(AuditError, match="week 1: lab: ledger says"):
        model.step()
