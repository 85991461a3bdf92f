"""Who gains, who loses, who pays: tables of a run and what is made of them."""

import numpy as np
import pytest
from fake_ecosystem import simulate as fake
from fake_ecosystem import strategy, tiny_world
from whole_worlds import REAL, S0, S2, world

from ecosystem.model import Ecosystem
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy
from experiments import people
from experiments.gains import run_gains
from experiments.outcomes import reduce

WEEKS = 197
"""The books of hosts close every four weeks, in week 196 too."""


@pytest.fixture(scope="module")
def model() -> Ecosystem:
    made = Ecosystem(world(WEEKS), S2, 1, audit=True)
    made.run()
    return made


@pytest.fixture(scope="module")
def whole(model: Ecosystem) -> RunResult:
    return model.result()


def test_the_matrix_adds_up_to_the_households_of_the_ledger(model: Ecosystem, whole: RunResult):
    groups = whole.tables["groups"]
    booked = model.treasury.ledger.balance()["households"]
    assert groups["benefit_usd"].sum() == pytest.approx(booked, rel=1e-9)
    sums = [people.cell(whole, t, p) for t in people.TERCILES for p in people.PLACES]
    weights = [
        groups["households"][(groups["tercile"] == t) & (groups["place"] == p)].sum()
        for t in people.TERCILES
        for p in people.PLACES
    ]
    assert np.dot(sums, weights) == pytest.approx(booked, rel=1e-9)
    communities = whole.tables["communities"]
    last = communities["week"] == communities["week"].max()
    for key, per_household in zip(
        communities["community"][last],
        communities["benefit_usd_per_household"][last],
        strict=True,
    ):
        mine = groups["community"] == key
        if mine.any():
            got = people.per_household(groups, mine, "benefit_usd")
            assert got == pytest.approx(per_household, rel=1e-9)


def test_what_someone_gains_someone_pays(model: Ecosystem, whole: RunResult):
    paid = people.parties(whole.tables["ledger"])
    net = people.net_by_account(paid)
    assert abs(sum(net.values())) <= 1e-9 * paid["usd"].sum()
    for account, balance in model.treasury.ledger.balance().items():
        assert net[account] == pytest.approx(balance, rel=1e-9, abs=1e-9 * paid["usd"].sum())
    assert net["households"] != 0


def test_those_near_a_site_bear_the_nuisance_and_earners_the_pay():
    still = {"local.nuisance_usd_per_household_year": 0.0}
    loud, quiet = (Ecosystem(world(160, v), S0).run() for v in (None, still))
    for tercile in people.TERCILES:
        assert people.cell(loud, tercile, "near") < people.cell(loud, tercile, "far")
        near, far = people.cell(quiet, tercile, "near"), people.cell(quiet, tercile, "far")
        assert near == pytest.approx(far, rel=1e-9)
    even = {**still, "local.pay_low_share": 1 / 3, "local.pay_middle_share": 1 / 3}
    alike = Ecosystem(world(160, even), S0).run()
    # where pay is spread evenly, only rents tell the terciles apart
    spread, base = (
        people.cell(r, "middle", "far") - people.cell(r, "high", "far") for r in (quiet, alike)
    )
    assert spread > base


def test_the_rest_of_a_region_pays_the_same_change_of_bills(whole: RunResult):
    ledger = whole.tables["ledger"]
    mine = (ledger["purpose"] == "bill_change") & (ledger["payer"] == "ratepayers")
    assert ledger["amount"][mine].sum() > 0
    bills = people.bills_by_region(whole.tables["hosts"])
    assert set(bills) <= {region.key for region in REAL.regions}
    assert max(bills.values()) > 0


def test_sums_of_sites_are_those_of_the_ledger(model: Ecosystem, whole: RunResult):
    hosts = whole.tables["hosts"]
    booked = model.treasury.ledger.total("tax", payee="local_government")
    assert people.tax_usd(whole) == pytest.approx(booked, rel=1e-9)
    assert 0 < people.local_job_years(whole) < people.job_years(whole)
    assert hosts["water_m3"].sum() == pytest.approx(whole.series("water_m3").sum(), rel=1e-9)
    assert people.promises_kept(whole) <= 1
    assert ((hosts["contacts_per_year"] >= 0) & (hosts["contacts_per_year"] <= 13)).all()


def test_open_talks_are_counted_as_voice():
    small = world(200)
    usual, more = (Ecosystem(small, load_strategy(key)).run() for key in ("S0", "S7"))
    assert people.openness(more) > people.openness(usual)


def test_losers_and_worst_groups_of_known_tables():
    result = fake(tiny_world(), strategy("S0"), seed=1)
    assert people.share_losing(result) == pytest.approx(60 / 1200)
    assert people.share_losing_year(result) == pytest.approx(60 / 1200)
    assert people.worst_decile(result) == pytest.approx(-10)
    assert people.cell(result, "low", "near") == pytest.approx(-2.5)
    assert people.cell(result, "low", "far") == pytest.approx(5)
    assert people.promises_kept(result) == 0.75
    assert people.opposed_hosts(result) == 0.5
    (veto,) = people.vetoes(result.tables["hosts"], result.tables["groups"])
    assert (veto.community, veto.support) == ("alpha", -0.2)
    assert veto.losing == ("low near", "middle near", "high near")
    assert people.net_by_account(people.parties(result.tables["ledger"]))["households"] == 1


def test_the_text_names_who_would_say_no(whole: RunResult):
    text = run_gains(whole)
    assert "host communities would veto" in text
    assert "sum" in text.splitlines()[-1]
    assert max(map(len, text.splitlines())) <= 100
    assert set(reduce(whole)) >= {"groups", "hosts", "parties"}
