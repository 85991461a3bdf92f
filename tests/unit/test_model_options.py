"""The options of a site in the whole model: each moves what it should, and costs what it costs."""

from typing import Any

import numpy as np
import pytest
from whole_worlds import S0, world

from ecosystem.delivery.activities import Activity
from ecosystem.model import Ecosystem
from ecosystem.scenario import Strategy

WEEKS, START = 170, 26
# Nothing is short, so that what an option does to the work itself shows undiluted.
PLENTY = {
    "equipment.slots_mw": 60_000.0,
    "chips.mw_per_week": 5_000.0,
    "workforce.pool_factor": 10.0,
    "contractors.crew_factor": 2.0,
    "grid.headroom_factor": 40.0,
    "land.stock_factor": 10.0,
}


def chosen(**levers: float) -> Strategy:
    return S0.model_validate({**dict(S0), "levers": {**dict(S0.levers), **levers}})


def lived(values: dict[str, Any] | None = None, weeks: int = WEEKS, **levers: float) -> Ecosystem:
    model = Ecosystem(world(weeks, values or PLENTY, START), chosen(**levers), 0, audit=True)
    model.run()
    return model


@pytest.fixture(scope="module")
def usual() -> Ecosystem:
    return lived()


def new_sites(model: Ecosystem) -> np.ndarray:
    return np.flatnonzero(model.layout.candidate & np.isfinite(model.sites.announced_week))


def planned_weeks(model: Ecosystem, site: int) -> float:
    own = model.layout.site_of_phase == site
    return float(model.works.planned_finish[own].min() - model.sites.announced_week[site])


def test_equipment_made_ahead_comes_off_the_work_down_to_a_floor(usual: Ecosystem) -> None:
    reserved = lived(equipment_reserved_weeks=52.0)
    site = int(new_sites(reserved)[0])
    assert site == new_sites(usual)[0]
    own = reserved.layout.site_of_phase == site
    weeks = [m.works.progress.duration_weeks[own, Activity.EQUIPMENT] for m in (usual, reserved)]
    floor = reserved.world.numbers.options.reserved_floor_share
    started = np.isfinite(reserved.works.progress.start_week[own, Activity.EQUIPMENT])
    assert started.any()
    assert (weeks[1] < weeks[0])[started].all()
    assert (weeks[1] >= floor * weeks[0] - 1e-9).all()
    # made ahead for as long as the order was open and not placed, and no longer
    waited = reserved.works.progress.start_week[own, Activity.EQUIPMENT]
    waited = waited - reserved.sites.announced_week[site]
    assert (weeks[0] - weeks[1] <= np.ceil(waited) + 1e-9)[started].all()
    assert planned_weeks(reserved, site) <= planned_weeks(usual, site)
    fee = reserved.recorder.ledger_table(reserved.treasury.ledger)
    paid = fee["amount"][(fee["purpose"] == "deposit") & (fee["payer"] == "lab")]
    assert paid.sum() > 0


def test_slots_held_for_what_is_made_ahead_are_not_there_for_others() -> None:
    scarce = {**PLENTY, "equipment.slots_mw": 9_000.0}
    early = [lived(scarce, 120, equipment_reserved_weeks=w) for w in (0.0, 104.0)]
    old = ~early[0].layout.candidate[early[0].layout.site_of_phase]
    finish = [m.works.progress.finish_week[old, Activity.EQUIPMENT] for m in early]
    later = np.nan_to_num(finish[1], nan=999.0) >= np.nan_to_num(finish[0], nan=999.0) - 1e-9
    assert later.all()


def test_non_firm_sites_connect_without_headroom_and_are_curtailed_in_peak_months() -> None:
    tight = {**PLENTY, "grid.headroom_factor": 0.05, "grid.upgrade_factor": 0.1}
    tight["options.non_firm_curtailment"] = 0.1
    firm, flexible = lived(tight), lived(tight, non_firm=1.0)
    sites = new_sites(flexible)
    on_grid = sites[flexible.layout.grid_only[sites]]
    assert on_grid.size
    assert (
        flexible.sites.headroom_granted[on_grid].sum() > firm.sites.headroom_granted[on_grid].sum()
    )
    site = int(on_grid[0])
    mine = flexible.layout.site_of_phase == site
    month = np.array([flexible.layout.day(week).month for week in range(WEEKS)])
    down = ~flexible.phases_run[:, mine] & firm.phases_run[:, mine]
    assert down[np.isin(month, (1, 7, 8))].any()
    assert not down[~np.isin(month, (1, 7, 8))].any()


def test_fuel_cells_power_a_site_of_the_grid_before_its_connection(usual: Ecosystem) -> None:
    cells = lived(on_site_fuel_cells=1.0)
    site = next(int(s) for s in new_sites(cells) if cells.layout.grid_only[s])
    lead = cells.layout.lead_of_site[site]
    assert not usual.works.network.accepts[lead, 1]
    assert cells.works.network.accepts[lead].all()
    done = cells.works.progress.finish_week[lead]
    assert not done[Activity.INTERCONNECT] <= done[Activity.BRIDGE]
    bridged, planned = planned_weeks(cells, site), planned_weeks(usual, site)
    assert bridged < planned
    table = cells.recorder.ledger_table(cells.treasury.ledger)
    assert table["amount"][(table["purpose"] == "campus") & (table["payer"] == "lab")].sum() > 0


def test_a_closed_loop_takes_longer_to_design_and_saves_water(usual: Ecosystem) -> None:
    closed = lived(closed_loop=1.0)
    evaporative = [s for s in new_sites(usual) if not usual.layout.closed_loop[s]]
    assert evaporative
    own = usual.layout.site_of_phase == evaporative[0]
    more = closed.works.planned[own, Activity.DESIGN] - usual.works.planned[own, Activity.DESIGN]
    np.testing.assert_allclose(more, closed.world.numbers.options.closed_loop_design_weeks)
    assert closed.sites.closed_loop[evaporative].all()
    water = [m.result().series("water_m3").sum() for m in (usual, closed)]
    assert water[1] <= water[0]


def test_a_repeated_design_is_quicker_to_draw_and_made_for_older_racks() -> None:
    # who pays, who builds and who withdraws must not differ between the two
    same = {
        **PLENTY,
        "lab.partner_choice": "as_listed",
        "capital.equity_factor": 100.0,
        "regulators.withdrawals_per_year": 0.0,
        "regulators.preventive_per_year": 0.0,
    }
    repeated = lived(same, repeat_design=1.0, weeks=220)
    usual = lived(same, weeks=220)
    sites = [
        s
        for s in new_sites(repeated)
        if repeated.works.variants.hall[repeated.layout.lead_of_site[s]] >= 0
    ]
    assert sites
    own = repeated.layout.site_of_phase == sites[0]
    ratio = repeated.works.planned[own, Activity.DESIGN] / usual.works.planned[own, Activity.DESIGN]
    np.testing.assert_allclose(ratio, repeated.world.numbers.options.repeated_design_share)
    assert repeated.works.variants.refit_weeks.sum() > usual.works.variants.refit_weeks.sum()
    table = repeated.recorder.ledger_table(repeated.treasury.ledger)
    assert table["amount"][table["purpose"] == "redesign"].sum() > 0


def test_a_hall_designed_for_the_racks_that_come_needs_no_refit() -> None:
    foreseen = lived({**PLENTY, "options.hall_foresight_weeks": 104.0})
    blind = lived({**PLENTY, "options.hall_foresight_weeks": 0.0})
    assert foreseen.works.variants.refit_weeks.sum() < blind.works.variants.refit_weeks.sum()


def test_sites_that_find_no_crew_change_builder_and_pay_the_old_one() -> None:
    # one builder has next to no crews: his sites wait, and go to others
    usual = world(WEEKS, {"options.switch_after_weeks": 26.0}, START)
    firms = tuple(
        f.with_("crews", 0.5 if f.key == "vantage" else f.crews) for f in usual.contractors
    )
    poor = usual.model_validate({**dict(usual), "contractors": firms})
    model = Ecosystem(poor, S0, 0, audit=True)
    model.run()
    events = model.recorder.tables(model.week)["events"]
    assert (events["kind"] == "switched").any()
    moved = model.vendors.builder != model.layout.contractor_of_site[model.layout.site_of_phase]
    assert moved.any()
    table = model.recorder.ledger_table(model.treasury.ledger)
    assert table["amount"][table["purpose"] == "damages"].sum() > 0


def test_land_is_bought_in_turn_dearer_as_it_runs_out_and_sites_wait_for_rezoning() -> None:
    scarce = lived({**PLENTY, "land.stock_factor": 0.15, "land.rezoned_share_per_year": 0.02})
    plenty = lived(PLENTY)
    waiting = new_sites(scarce)[~scarce.sites.land_granted[new_sites(scarce)]]
    assert waiting.size
    assert plenty.sites.land_granted[new_sites(plenty)].all()
    assert (scarce.vendors.land_ha >= 0).all()
    lead = scarce.layout.lead_of_site[waiting]
    assert np.isnan(scarce.works.progress.finish_week[lead, Activity.LAND]).all()


@pytest.mark.parametrize("rule", ["critical_first", "fifo"])
@pytest.mark.parametrize("stock", ["workforce", "equipment", "chips"])
def test_each_stock_can_be_rationed_by_each_rule(stock: str, rule: str) -> None:
    tight = {"workforce.pool_factor": 0.5, "equipment.slots_mw": 8_500.0, "chips.mw_per_week": 15.0}
    runs = [
        Ecosystem(world(130, {**tight, **more}, START), S0, 0, audit=True)
        for more in ({f"{stock}.rationing": "equal_share"}, {f"{stock}.rationing": rule})
    ]
    usable = [model.run().series("building_mw") for model in runs]
    finish = [model.works.progress.finish_week for model in runs]
    assert not np.array_equal(finish[0], finish[1], equal_nan=True)
    assert all(np.isfinite(u).all() for u in usable)
