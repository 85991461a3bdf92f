import math
from types import SimpleNamespace

import numpy as np
import pytest

from ecosystem.accounts import Hours, post_building
from ecosystem.errors import InputError
from ecosystem.ledger import BOOKS, Ledger, Row
from ecosystem.numbers import Numbers

DETAILS = {"households": (2, 3, 2), "local_government": (2,)}


def test_a_posting_moves_money_from_payer_to_payee() -> None:
    ledger = Ledger("2025")
    ledger.post("revenue", "customers", "lab", 100.0)
    ledger.post("revenue", "customers", "lab", 20.0)
    ledger.post("lease", "lab", "partners", 50.0)
    balance = ledger.balance()
    assert (balance["customers"], balance["lab"], balance["partners"]) == (-120.0, 70.0, 50.0)
    assert sum(balance.values()) == 0
    assert ledger.check({"lab": 70.0}) == []
    assert ledger.table() == [
        Row("2025", "USD", "revenue", "customers", "lab", 120.0),
        Row("2025", "USD", "lease", "lab", "partners", 50.0),
    ]


@pytest.mark.parametrize(
    ("purpose", "payer", "payee", "amount", "word"),
    [
        ("lease", "lab", "partners", -5.0, "finite amount"),
        ("lease", "lab", "partners", math.nan, "finite amount"),
        ("lease", "lab", "partners", math.inf, "finite amount"),
        ("lease", "lab", "landlord", 5.0, "unknown account"),
        ("leese", "lab", "partners", 5.0, "unknown purpose"),
        ("lease", "lab", "lab", 5.0, "the same"),
    ],
)
@pytest.mark.parametrize("seen_before", [False, True])
def test_a_wrong_posting_is_refused_and_named(
    purpose: str, payer: str, payee: str, amount: float, word: str, seen_before: bool
) -> None:
    ledger = Ledger()
    if seen_before:
        ledger.post("lease", "lab", "partners", 1.0)
    before = ledger.balance()
    ledger.week = 14
    ledger.post(purpose, payer, payee, amount)
    assert ledger.balance() == before
    (breach,) = ledger.check()
    assert breach.startswith("week 14: ")
    for part in (purpose, payer, payee, f"{amount:,.2f}", word):
        assert part in breach


def test_all_breaches_are_listed_at_once() -> None:
    ledger = Ledger(details=DETAILS)
    ledger.post("lease", "lab", "partners", -1.0)
    ledger.post("lease", "nobody", "partners", 1.0)
    ledger.post("tax", "partners", "local_government", 7.0)
    ledger.record("water", "withdrawn", 9.0)
    ledger.record("water", "drunk", 9.0)
    ledger.record("labour", "offered", math.nan)
    breaches = ledger.check({"lab": 3.0})
    assert len(breaches) == 7
    assert any("post_each" in breach for breach in breaches)
    assert any("the model 3.00" in breach for breach in breaches)


def test_payments_by_community_reach_both_details() -> None:
    ledger = Ledger(details=DETAILS)
    tax = np.array([10.0, 30.0])
    ledger.post_each("tax", "partners", "local_government", tax)
    services = np.arange(12.0).reshape(2, 3, 2)
    ledger.post_each("services", "local_government", "households", services)
    np.testing.assert_allclose(ledger.detail("local_government"), [10 - 15, 30 - 51])
    np.testing.assert_allclose(ledger.detail("households"), services)
    assert ledger.balance()["households"] == 66.0
    assert ledger.total("services", payer="local_government") == 66.0
    assert ledger.total("services", payer="lab") == 0.0
    assert ledger.check() == []


def test_a_negative_share_of_a_community_posting_flows_back() -> None:
    ledger = Ledger(details=DETAILS)
    change = np.zeros((2, 3, 2))
    change[0], change[1] = 2.0, -1.0
    ledger.post_each("bill_change", "households", "utilities", change)
    assert ledger.total("bill_change", "households", "utilities") == 12.0
    assert ledger.total("bill_change", "utilities", "households") == 6.0
    assert ledger.balance()["utilities"] == 6.0
    np.testing.assert_allclose(ledger.detail("households"), -change)
    assert ledger.check() == []


@pytest.mark.parametrize(
    ("payer", "payee", "amounts", "word"),
    [
        ("lab", "partners", np.ones(2), "neither party"),
        ("lab", "households", np.ones(2), "do not fit"),
        ("lab", "local_government", np.ones(3), "do not fit"),
        ("lab", "local_government", np.array([1.0, np.nan]), "not finite"),
        ("lab", "local_government", np.array([np.inf, -np.inf]), "not finite"),
    ],
)
def test_a_wrong_community_posting_changes_nothing(
    payer: str, payee: str, amounts: np.ndarray, word: str
) -> None:
    ledger = Ledger(details=DETAILS)
    ledger.post_each("tax", payer, payee, amounts)
    (breach,) = ledger.check()
    assert word in breach
    assert not any(ledger.balance().values())
    assert not ledger.detail("local_government").any()


def test_books_close_when_uses_equal_sources() -> None:
    ledger = Ledger()
    ledger.record("energy", "grid", 90.0)
    ledger.record("energy", "on_site", 30.0)
    ledger.record("energy", "it", 100.0)
    ledger.record("energy", "overhead", 20.0)
    ledger.record("labour", "offered", 48.0)
    ledger.record("labour", "worked", 40.0)
    (breach,) = ledger.check()
    assert "labour" in breach
    assert "difference 8" in breach
    ledger.record("labour", "idle", 8.0)
    assert ledger.check() == []
    assert Row("all", "MWh", "energy", "on_site", "", 30.0) in ledger.table()


def test_periods_add_up_and_keep_their_faults() -> None:
    ledger = Ledger("2025")
    ledger.post("revenue", "customers", "lab", 100.0)
    ledger.record("water", "withdrawn", 5.0)
    ledger.begin("2026")
    ledger.post("revenue", "customers", "lab", 40.0)
    ledger.record("water", "withdrawn", 1.0)
    ledger.record("water", "consumed", 1.0)
    assert [(row.period, row.amount) for row in ledger.table() if row.unit == "USD"] == [
        ("2025", 100.0),
        ("2026", 40.0),
    ]
    assert ledger.balance()["lab"] == 140.0
    assert ledger.total("revenue") == 140.0
    (breach,) = ledger.check({"lab": 140.0})
    assert "period 2025: water" in breach


def test_rounding_is_no_breach_but_a_cent_in_a_million_is() -> None:
    ledger = Ledger()
    for _ in range(1_000):
        ledger.post("lease", "lab", "partners", 0.1)
    assert ledger.check({"partners": 100.0}) == []
    ledger.post("lease", "lab", "partners", 1e6)
    assert ledger.check({"partners": 1_000_100.0}) == []
    assert len(ledger.check({"partners": 1_000_100.01})) == 1


def test_details_of_an_unknown_account_are_refused() -> None:
    with pytest.raises(InputError, match="villages"):
        Ledger(details={"villages": (3,)})


def test_every_book_has_sources_and_uses_of_its_own() -> None:
    for unit, sources, uses in BOOKS.values():
        assert unit
        assert sources
        assert uses
        assert not set(sources) & set(uses)


@pytest.mark.parametrize(("over", "breaches"), [(0.0, 0), (1e-12, 0), (1e-3, 1)])
def test_where_all_are_at_work_rounding_is_no_breach_and_more_work_is(
    over: float, breaches: int
) -> None:
    """Hours worked are a sum of many; in a large world it may exceed what was offered a little."""
    offered = np.full((6, 4), 1e5)
    now = SimpleNamespace(
        numbers=Numbers(),
        labour=SimpleNamespace(offered_hours=offered, wage_ratio=np.ones((6, 4))),
        layout=SimpleNamespace(wage_usd_per_h=np.full(6, 40.0)),
    )
    flows = SimpleNamespace(energy_mwh=np.zeros(3), it_mw=np.zeros(3), water_m3=np.zeros(3))
    power = SimpleNamespace(on_site=np.zeros(2), co2_t_per_mwh=np.zeros(3))
    hours = Hours(offered * (1 + over), float(offered.sum()) * (1 + over), 0.0)
    ledger = Ledger("2025")
    post_building(ledger, now, flows, hours, power, 0.0)  # type: ignore[arg-type]
    assert len(ledger.check()) == breaches
