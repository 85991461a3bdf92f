"""Workers who lodge near a site raise rents, and renters of low income bear most of it."""

import numpy as np
import pytest
from whole_worlds import S0, world

from ecosystem.accounts import Hosts
from ecosystem.layout import Layout
from ecosystem.model import Ecosystem
from ecosystem.society.labour import lodgers, rent_rise

WEEKS = 156


def run(values: dict[str, float] | None = None) -> Ecosystem:
    model = Ecosystem(world(WEEKS, values), S0, seed=1, audit=True)
    while model.week < WEEKS:
        model.step()
    return model


def test_travellers_lodge_and_some_of_the_others_do() -> None:
    assert float(lodgers(1000.0, 0.25, 0.0, 0.4)) == pytest.approx(300.0)
    assert float(lodgers(1000.0, 0.25, 1.0, 0.4)) == pytest.approx(750.0)
    assert float(lodgers(1000.0, 1.0, 1.0, 0.4)) == 0.0


def test_rents_follow_demand_up_to_the_camps() -> None:
    rise = rent_rise(np.array([0.0, 100.0, 1e6]), 10_000.0, 1.5, 0.5)
    np.testing.assert_allclose(rise, [0.0, 0.015, 0.5])


def test_renters_are_as_many_as_do_not_own_and_mostly_of_low_income() -> None:
    reference = world(4)
    hosts = Hosts.of(Layout.of(reference))
    assert hosts.renting == pytest.approx(1 - reference.numbers.society.owner_share)
    assert hosts.renters.sum() == pytest.approx(1.0)
    by_tercile = hosts.renters.sum(axis=1)
    assert by_tercile[0] > 2 * by_tercile[1]
    assert by_tercile[1] == by_tercile[2]


def test_what_renters_pay_landowners_get_and_the_low_tercile_loses_most() -> None:
    with_rents, without = run(), run({"local.rent_response": 0.0})
    assert without.treasury.ledger.total("rent") == 0.0
    paid = with_rents.treasury.ledger.total("rent", "households", "landowners")
    assert paid > 1e6
    loss = without.treasury.ledger.detail("households") - with_rents.treasury.ledger.detail(
        "households"
    )
    assert loss.sum() == pytest.approx(paid, rel=0.2)  # lives change a little with what is felt
    low, middle, high = loss.sum(axis=(0, 2))
    assert low > middle
    assert middle == pytest.approx(high)


def test_dearer_homes_are_felt_where_many_lodge() -> None:
    cheap, dear = run({"local.rent_response": 0.0}), run({"local.rent_response": 2.0})
    at = cheap.layout.index["shackelford"]  # thirteen hundred households, thousands of workers
    assert dear.treasury.received.bills_usd[at] > cheap.treasury.received.bills_usd[at]
    assert dear.society.support[at] < cheap.society.support[at]
