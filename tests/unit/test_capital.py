"""Owners, leases and governance in whole worlds."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from whole_worlds import S0, SHIPPED, changed_columns, world

from ecosystem import choosing
from ecosystem.agents.base import Actor
from ecosystem.agents.capital import CapitalProvider
from ecosystem.agents.cloud import CloudProvider
from ecosystem.agents.lab import AILab
from ecosystem.delivery.activities import Cause
from ecosystem.delivery.ladder import Rung
from ecosystem.model import Ecosystem, simulate
from ecosystem.orders import Announce, Bid, Fund, GiveUp, Invest
from ecosystem.results import RunResult
from ecosystem.scenario import Governance, Strategy, World, load_world
from ecosystem.settle import settle
from ecosystem.state import Snapshot

FICTIONAL = load_world("fictional")
MONEY = {"cash_usd", "payout_usd", "equity_usd", "debt_usd", "leverage", "borrowing_rate"}
MONEY |= {"own_capex_usd", "own_debt_usd", "partners_capex_usd", "commitment_cover"}


def fictional(weeks: int, **numbers: float | str) -> World:
    values = {f"numbers.{name.replace('__', '.')}": value for name, value in numbers.items()}
    return FICTIONAL.with_("weeks", weeks).with_values(values)


def with_clouds(where: World, **changes: float) -> World:
    clouds = [{**dict(cloud), **changes} for cloud in where.clouds]
    return World.model_validate({**dict(where), "clouds": clouds})


def governed(mode: str, partners: int = 0) -> Strategy:
    governance = Governance.model_validate({"mode": mode, "partners": partners})
    return S0.model_copy(update={"governance": governance})


def lived(where: World, strategy: Strategy = S0) -> Ecosystem:
    """Return a world at its end."""
    model = Ecosystem(where, strategy)
    model.run()
    return model


def actor[A: Actor](model: Ecosystem, kind: type[A]) -> A:
    return next(a for a in model.actors if isinstance(a, kind))


def with_cash(now: Snapshot, usd: float) -> Snapshot:
    return replace(now, economy=now.economy._replace(cash_usd=usd))


@cache
def plateau() -> RunResult:
    """Return a boom that ends: capability stops growing while much is being built."""
    flat = {"market.capability_law": "saturating", "market.saturation_decades": 1.0}
    return simulate(world(416, flat, 104), S0, audit=True)


def test_books_close_in_every_mode() -> None:
    for mode in ("partnership", "centralised", "hybrid"):
        result = simulate(fictional(117), governed(mode), audit=True)
        assert result.series("debt_usd")[-1] > 0
        assert (result.series("own_debt_usd")[-1] > 0) == (mode != "partnership")


def test_double_equity_is_double_concurrency() -> None:
    usual = Ecosystem(FICTIONAL, S0).vendors.cloud_room_mw
    twice = Ecosystem(fictional(520, capital__equity_factor=2.0), S0).vendors.cloud_room_mw
    assert twice == pytest.approx(2 * usual)
    # and so it is for what is under way: nothing else is short here
    plenty = {
        "lab__starts_per_quarter": 20,
        "lab__pipeline_weight": 0.0,
        "capital__commitment_cover": 1e3,
        "lab__plan_years": 10.0,
    }
    chosen = []
    for factor in (0.25, 0.5):
        model = lived(fictional(27, capital__equity_factor=factor, **plenty))
        now = model.layout.candidate & model.sites.live
        chosen.append(float(model.layout.site_mw[now].sum()))
    assert 1.5 < chosen[1] / chosen[0] < 2.5


def test_what_a_centralised_lab_can_build_follows_from_its_cash() -> None:
    model = lived(fictional(27, capital__reserve_years=0.0), governed("centralised"))
    assert model.last_snapshot is not None
    rooms = [choosing.room_mw(with_cash(model.last_snapshot, usd)) for usd in (1e11, 2e11)]
    unspent = model.economy.books.unspent_usd[-1] / model.layout.usd_per_mw
    assert rooms[1][-1] + unspent == pytest.approx(2 * (rooms[0][-1] + unspent), rel=1e-6)
    assert not rooms[0][:-1].any()


def test_without_cash_the_youngest_go_first_and_unbegun_ones_before_others() -> None:
    model = lived(world(172, {}, 104))
    now = model.last_snapshot
    assert now is not None
    orders = actor(model, AILab).decide(with_cash(now, -1.0))
    left = [order.phase for order in orders if isinstance(order, GiveUp)]
    waiting = np.flatnonzero(now.pending & ~now.begun)
    announced = now.sites.announced_week[now.layout.site_of_phase]
    assert left
    assert set(left) <= set(waiting.tolist())
    assert announced[left].min() == announced[waiting].max()
    begun = replace(
        now,
        sites=replace(now.sites, approved=np.ones_like(now.sites.approved)),
        planned_finish=np.full(now.layout.phases, now.week + 52.0),
    )
    begun.__dict__["begun"] = np.ones(now.layout.phases, dtype=bool)  # as if all had begun
    broke = with_cash(begun, -1.0)
    broke.__dict__["begun"] = begun.begun
    orders = actor(model, AILab).decide(broke)
    left = [order.phase for order in orders if isinstance(order, GiveUp)]
    assert left
    deals = settle(orders, broke, model.streams, model.supply)
    assert deals.resold[left].all()
    assert deals.lease_fees_usd.sum() > 0


def test_a_boom_that_ends_leaves_idle_capacity_that_is_cancelled_and_resold() -> None:
    bust = plateau()
    usable, resold = bust.series("usable_mw"), bust.series("resold_mw")
    assert usable.max() > 2_000
    assert usable[-1] < usable.max()
    assert resold[-1] > 0
    assert bust.series("cancelled_mw")[-1] > resold[-1]
    boom = simulate(world(300, {}, 104), S0)
    assert boom.series("resold_mw")[-1] == 0
    assert boom.series("utilisation")[-52:].mean() > 0.65
    # owners whose tenant leaves are left with their debt, the lab with rent beyond its means
    assert bust.series("leverage")[299] > boom.series("leverage")[299]
    assert bust.series("commitment_cover")[299] > 1 > boom.series("commitment_cover")[299]


def test_a_lab_that_expects_less_use_cancels_and_then_resells_no_more_than_it_must() -> None:
    model = lived(world(172, {}, 104))
    now = model.last_snapshot
    assert now is not None
    lab = actor(model, AILab)
    assert not [o for o in lab.decide(now) if isinstance(o, GiveUp)]
    gloomy = replace(now, economy=now.economy._replace(revenue_growth_per_year=-0.4))
    orders = lab.decide(gloomy)
    left = [order for order in orders if isinstance(order, GiveUp)]
    assert {order.reason for order in left} == {"less use is expected"}
    assert not [o for o in orders if isinstance(o, Announce)]
    n, e = now.numbers.lab, now.economy
    kept = e.capacity_mw + e.pipeline_mw
    kept -= float(now.layout.phase_mw[[order.phase for order in left]].sum())
    use = e.market.adopted_mw * np.exp(-0.4 * n.plan_years)
    assert use / (kept * (1 - e.training_share)) <= n.shed_below
    unbegun = now.pending & ~now.begun
    given = np.zeros_like(unbegun)
    given[[order.phase for order in left]] = True
    assert (given & unbegun).any()
    assert (unbegun <= given).all() or not (given & now.begun).any()


def test_with_equal_numbers_who_builds_changes_money_alone() -> None:
    numbers = {
        "lab__friction": 0.0,
        "lab__partner_choice": "as_listed",
        "lab__own_integration": 0.8,
        "capital__self_build_factor": 1.0,
        "capital__own_loan_to_cost": 0.63,
        "capital__opening_cash_usd": 1e13,
        "capital__payout_above_years": 1e3,
    }
    equal = with_clouds(fictional(182, **numbers), margin=0.0, integration=0.8, equity_usd=1e13)
    leased, own = (simulate(equal, governed(m)) for m in ("partnership", "centralised"))
    assert leased.series("usable_mw")[-1] > 500
    assert own.series("own_capex_usd").sum() > 0
    assert changed_columns(leased, own) <= MONEY
    np.testing.assert_array_equal(leased.series("lease_usd"), own.series("lease_usd"))


def test_a_margin_and_interfaces_make_the_difference() -> None:
    numbers = {"lab__partner_choice": "as_listed", "capital__self_build_factor": 1.0}
    rich = with_clouds(fictional(156, **numbers, capital__opening_cash_usd=1e13), equity_usd=1e13)
    models = [lived(rich, governed(mode)) for mode in ("partnership", "centralised")]
    chosen = models[0].layout.candidate & models[0].sites.live & models[1].sites.live
    assert chosen.any()
    leased, own = (m.sites.owners[chosen] @ m.layout.rent_of_owner for m in models)
    assert (leased > own).all()
    assert (models[0].coordination[chosen] <= models[1].coordination[chosen]).all()


def test_credibility_lost_is_equity_lost() -> None:
    model = lived(fictional(27))
    now = model.last_snapshot
    assert now is not None
    partners = now.partnerships
    ids = {int(i): 5.0 for i in partners.edges("contract")}
    fallen = replace(now, partnerships=partners.after(missed=ids))
    poor = [with_cash(n, 0.0) for n in (now, fallen)]
    equity = [actor(model, CapitalProvider).decide(n)[0] for n in poor]
    assert isinstance(equity[0], Invest)
    assert isinstance(equity[1], Invest)
    assert 0 < equity[1].usd_per_week < equity[0].usd_per_week
    bids = [actor(model, CloudProvider).decide(n)[0] for n in (now, fallen)]
    assert isinstance(bids[0], Bid)
    assert isinstance(bids[1], Bid)
    assert bids[1].mw < bids[0].mw


def test_equity_flows_only_to_who_wants_it() -> None:
    model = lived(fictional(27))
    now = model.last_snapshot
    assert now is not None
    [wealthy] = [
        o for o in actor(model, CapitalProvider).decide(with_cash(now, 1e13)) if type(o) is Invest
    ]
    assert wealthy.usd_per_week == 0


def test_a_site_that_its_owners_cannot_pay_for_stands_still() -> None:
    model = Ecosystem(fictional(104), S0)
    while not (model.layout.candidate & model.sites.live).any():
        model.step()
    refused = np.zeros(len(model.layout.sites), dtype=bool)
    while model.week < model.weeks:
        books = model.economy.books  # their backers have gone
        model.economy = model.economy._replace(
            books=books._replace(ready_usd=np.zeros_like(books.ready_usd))
        )
        model.step()
        assert model.last_snapshot is not None
        refused |= model.sites.unfunded
        assert not (model.last_snapshot.site_begun & model.sites.unfunded).any()
    assert refused.any()
    phases = refused[model.layout.site_of_phase]
    assert model.works.lost_weeks[phases, Cause.CAPITAL].sum() > 0
    assert not refused[~model.layout.candidate].any()


def test_sites_on_record_are_never_refused_for_want_of_equity() -> None:
    model = lived(world(92, {"capital.equity_factor": 0.01}, 104))
    now = model.last_snapshot
    assert now is not None
    refused = [o for o in actor(model, CapitalProvider).decide(now) if isinstance(o, Fund)]
    assert not refused


def test_equal_partners_share_what_all_partners_have() -> None:
    rooms = {}
    for count in (1, 4):
        model = lived(fictional(27), governed("partnership", count))
        assert model.world.clouds[-1].name == f"Partner {count} of {count}"
        room = model.economy.books.room_mw(model.layout, 1.0)[: model.layout.own]
        takes = model.layout.takes_new
        under_way = model.economy.books.unspent_usd[:-1] / model.layout.usd_per_mw
        rooms[count] = float((room + under_way)[takes].sum())
        chosen = model.layout.candidate & model.sites.live
        assert not model.sites.owners[chosen][:, :-1][:, ~takes].any()
    assert rooms[4] == pytest.approx(rooms[1], rel=0.05)


def test_a_site_goes_to_one_cloud_where_one_carries_it() -> None:
    order, room = np.array([1, 0, 2]), np.array([100.0, 300.0, 500.0, 0.0])
    assert choosing.shares(order, room, 250.0, 3).tolist() == [0, 1, 0, 0]
    assert choosing.shares(order, room, 400.0, 3).tolist() == [0, 0, 1, 0]
    assert choosing.shares(order, room, 800.0, 3) == pytest.approx([0.125, 0.375, 0.5, 0])
    assert choosing.shares(order, room, 800.0, 2).sum() < 1  # two cannot
    own_first = choosing.shares(np.array([3, 1, 0]), np.array([100.0, 300.0, 0.0, 50.0]), 250.0, 1)
    assert own_first == pytest.approx([0, 0.8, 0, 0.2])


def test_capacity_that_is_due_and_idle_is_paid_for_in_part() -> None:
    model = lived(world(60, {"lab.handover_weeks": 26.0}, 60))
    now = model.last_snapshot
    assert now is not None
    idle = now.state == Rung.COMMISSIONED
    assert idle.any()
    rent = model.treasury.register.rent(replace(now, planned_finish=np.zeros(model.layout.phases)))
    full = (
        model.layout.phase_mw
        * (now.sites.owners @ model.layout.rent_of_owner)[model.layout.site_of_phase]
    )
    share = now.numbers.capital.take_or_pay_share
    assert rent.idle == pytest.approx(share * full[idle].sum() / (365.25 / 7))
    early = replace(now, planned_finish=np.full(model.layout.phases, 1e9))
    assert model.treasury.register.rent(early).idle == 0


def test_sites_on_record_keep_their_partners() -> None:
    model = lived(world(140, {}, 104), SHIPPED["hybrid"])
    recorded = ~model.layout.candidate
    np.testing.assert_array_equal(
        model.sites.owners[recorded], model.layout.listed_owners[recorded]
    )
    lead = model.layout.lead_of_site[recorded]
    listed = model.layout.contractor_of_site[recorded]
    assert (model.vendors.builder[lead] == listed).mean() > 0.5
    chosen = model.layout.candidate & model.sites.live
    assert model.sites.owners[chosen, -1].any()
