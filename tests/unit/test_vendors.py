"""Who gets racks, who is struck together, what a world lacks when a vendor is out."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from whole_worlds import REAL, S0, changed_columns, world

from ecosystem.agents.base import racks_due
from ecosystem.delivery.activities import Activity, Cause
from ecosystem.errors import InputError
from ecosystem.layout import Layout
from ecosystem.model import Ecosystem, simulate
from ecosystem.outages import Outages, Tied
from ecosystem.scenario import load_world, vendor_nodes
from ecosystem.shocks import Weather
from ecosystem.streams import Streams

SCARCE = {"chips.mw_per_week": 60.0, "chips.rival_mw_per_week": 60.0}
EARLY = 60


def with_levers(**levers: float):
    return S0.model_validate({**dict(S0), "levers": {**dict(S0.levers), **levers}})


def struck(values: dict[str, float], seed: int, weeks: int = 520) -> Weather:
    # without a history on record, so that makers are struck from the first week on
    free = world(weeks, values).with_("history_until", None)
    return Weather.of(Layout.of(free), Streams(seed))


# racks


def test_racks_that_come_are_at_most_what_the_maker_delivers() -> None:
    model = Ecosystem(world(150, SCARCE, EARLY), S0, 0)
    mw, short, previous = model.layout.phase_mw, 0, model.works.progress.worked_weeks.copy()
    for _ in range(150):
        model.step()
        now, done = model.last_snapshot, model.works.progress.worked_weeks
        share = (done - previous)[:, Activity.CHIPS] / model.works.progress.duration_weeks[
            :, Activity.CHIPS
        ]
        came = float(mw @ np.maximum(share, 0.0))
        previous = done.copy()
        assert came <= model.vendors.chips_mw_per_week + 1e-6
        assert model.vendors.rival_chips_mw >= 0
        short += model.vendors.chips_waiting_mw > 0
        assert now is not None
    assert short > 20, "racks were short, or this tests nothing"


def racks_by(week: int, values: dict[str, float], **levers: float) -> tuple[float, float]:
    """Return MW of racks that came by a week, and the money paid to borrow for them."""
    chosen = world(week, SCARCE | values, EARLY)
    model = Ecosystem(chosen, with_levers(**levers), 0)
    result = model.run()
    done = np.isfinite(model.works.progress.finish_week[:, Activity.CHIPS])
    ledger = result.tables["ledger"]
    paid = float(ledger["amount"][ledger["purpose"] == "prepayment"].sum())
    return float(model.layout.phase_mw[done].sum()), paid


def test_orders_paid_for_in_advance_come_sooner_and_cost_interest() -> None:
    usual, nothing = racks_by(140, {})
    sooner, interest = racks_by(140, {"chips.priority_of_prepayment": 5.0}, chips_prepaid_share=1.0)
    assert nothing == 0
    assert sooner > usual
    assert interest > 0
    # where the maker takes no notice it costs the same kind of money and brings nothing
    same, wasted = racks_by(140, {"chips.priority_of_prepayment": 0.0}, chips_prepaid_share=1.0)
    assert same == usual
    assert wasted > 0


def test_the_maker_ramps_each_generation_and_expands_with_its_backlog() -> None:
    layout = Layout.of(world(520))
    supply, chips = layout.chips_mw_per_week, layout.world.numbers.chips
    launch = int(np.ceil(layout.week(date(2027, 10, 1))))
    assert supply[launch] < 0.85 * supply[launch - 1]
    full = launch + int(chips.ramp_weeks) + 1
    growth = (1 + chips.growth_per_year) ** (7 * (full - launch + 1) / 365.25)
    assert supply[full] == pytest.approx(supply[launch - 1] * growth, rel=1e-2)

    short = world(200, {**SCARCE, "chips.expansion_weeks": 20.0, "chips.rival_mw_per_week": 90.0})
    grown = Ecosystem(short, S0, 0)
    grown.run()
    assert float(grown.vendors.chips.capacity) > 1
    fixed = Ecosystem(short, S0, 0, nulls=["chip_expansion"])
    fixed.run()
    assert float(fixed.vendors.chips.capacity) == 1
    assert grown.vendors.rival_chips_mw < fixed.vendors.rival_chips_mw


# which generation


def test_no_order_is_put_off_for_longer_than_the_lab_would_wait() -> None:
    longest = 40.0
    model = Ecosystem(world(240, {"chips.longest_wait_weeks": longest}, EARLY), S0, 0)
    model.run()
    waited = model.works.variants.awaited_weeks
    assert 13 < waited.max() <= longest
    # nothing on record is touched: who waited ordered after its history
    ordered = model.works.progress.start_week[:, Activity.CHIPS]
    recorded = model.layout.on_record_until[model.layout.site_of_phase]
    assert (ordered[waited > 0] > recorded[waited > 0]).all()


def test_a_lab_that_may_not_wait_takes_what_is_on_sale() -> None:
    never = simulate(world(190, {}, EARLY), S0, 0, nulls=["waiting"])
    bound = simulate(world(190, {"chips.generation_freedom": 0.0}, EARLY), S0, 0)
    assert bound.digest() == never.digest()
    assert never.tables["phases"]["awaited_weeks"].max() == 0


def test_slack_is_what_the_hall_takes_longer_than_the_racks() -> None:
    model = Ecosystem(world(140), S0, 0)
    for _ in range(131):
        model.step()
    now = model.snapshot()
    due = racks_due(now)
    assert len(due.phases)
    progress = now.progress
    for phase, order, slack in zip(due.phases, due.order_week, due.slack_weeks, strict=True):
        assert np.isnan(progress.start_week[phase, Activity.CHIPS])
        assert now.week <= order < now.week + 13
        left = np.maximum(progress.duration_weeks - progress.worked_weeks, 0.0)[phase]
        ready = max(order + left[Activity.SHELL], now.week + left[Activity.EQUIPMENT])
        came = order + left[Activity.CHIPS]
        assert slack == pytest.approx(max(ready + left[Activity.MEP] - came, 0.0))


def test_the_fleet_by_generation_adds_up() -> None:
    result = simulate(world(182), S0, 0)
    table, usable = result.tables["generations"], result.series("usable_mw")
    for week in np.unique(table["week"])[::4]:
        at = table["week"] == week
        # what is usable at the start of a week is what was so at the end of the week before
        assert table["programme_mw"][at].sum() == pytest.approx(usable[week], rel=0.35, abs=400)
        later = table["available"][at] > (REAL.start + timedelta(weeks=int(week))).isoformat()
        assert table["programme_mw"][at][later].sum() == 0
    newest = table["generation"][table["programme_mw"] > 0]
    assert len(set(newest)) >= 3


# makers struck alone and together


ALIKE = {
    "chips.outage_per_year": 2.0,
    "disruptions.equipment_per_year": 2.0,
    "disruptions.grid_gear_per_year": 2.0,
}


def test_a_common_cause_strikes_all_together_or_none() -> None:
    apart = struck({**ALIKE, "disruptions.common_share": 0.0}, 1)
    assert apart.strikes
    assert not any(strike.common for strike in apart.strikes)
    together = struck({**ALIKE, "disruptions.common_share": 1.0}, 1)
    assert together.strikes
    assert all(strike.common for strike in together.strikes)
    weeks = {strike.week for strike in together.strikes}
    assert len(together.strikes) == 3 * len(weeks)  # equal rates: each event hits all three
    out = together.lost > 0
    assert (out.all(axis=1) | ~out.any(axis=1)).mean() > 0.97  # lengths differ by maker


@pytest.mark.parametrize("shared", [0.0, 0.5, 1.0])
def test_how_often_a_maker_is_struck_does_not_depend_on_the_common_share(shared: float) -> None:
    rates = {**ALIKE, "disruptions.grid_gear_per_year": 0.5, "disruptions.common_share": shared}
    counts = np.zeros(3)
    for seed in range(6):
        for strike in struck(rates, seed).strikes:
            counts[strike.maker] += 1
    years = 6 * 520 * 7 / 365.25
    assert counts[:2] / years == pytest.approx(2.0, rel=0.2)
    assert counts[2] / years == pytest.approx(0.5, rel=0.45)


def test_nobody_is_struck_while_records_say_what_happened() -> None:
    often = world(160, {**ALIKE, "chips.outage_per_year": 20.0})
    weather = Weather.of(Layout.of(often), Streams(0))
    free = Layout.of(often).week(often.history_until)
    assert weather.strikes
    assert min(strike.week for strike in weather.strikes) >= free
    assert not weather.lost[: int(free)].any()


def test_disruptions_are_told_by_the_name_of_the_maker() -> None:
    often = dict.fromkeys(ALIKE, 10.0)
    result = simulate(world(110, often), S0, 0)
    events = result.tables["events"]
    told = events["agent"][events["kind"] == "disruption"]
    assert set(told) >= {"chips", "equipment", "grid_gear"}


def test_others_take_over_a_share_after_the_switching_weeks() -> None:
    model = Ecosystem(world(140), S0, 0)
    for _ in range(131):
        model.step()
    now, layout = model.snapshot(), model.layout

    def offered(since: int) -> np.ndarray:
        hit = now.shocks._replace(lost=np.array([0.8, 0, 0]), since=np.array([since, 0, 0]))
        from ecosystem.availability import _disruption

        hit = hit._replace(weather=np.ones_like(hit.weather))
        rows = np.arange(layout.phases)
        cols = np.full(layout.phases, Activity.CHIPS)
        return _disruption(hit, layout, layout.listed_owners, rows, cols)

    assert offered(0) == pytest.approx(0.2)
    late = offered(10_000)
    others = layout.substitutability(layout.listed_owners)
    assert late == pytest.approx(1 - 0.8 * (1 - others))
    deep = others.argmin()
    clouds = REAL.clouds
    assert clouds[layout.cloud_of_phase[deep]].integration == max(c.integration for c in clouds)
    weeks = layout.switching_weeks(layout.listed_owners)
    assert weeks[deep] == weeks.max()


# a node that is out


def test_a_world_in_which_nobody_is_out_is_the_world_itself() -> None:
    small = world(130, start_week=EARLY)
    whole = simulate(small, S0, 1)
    assert simulate(small, S0, 1, without=()).digest() == whole.digest()
    after = small.with_outage("chips", small.start + timedelta(weeks=131))
    assert changed_columns(simulate(after, S0, 1), whole) == set()
    # a grid on which nothing is connected is missed by nobody
    assert changed_columns(simulate(small, S0, 1, without=["utility:uae"]), whole) == set()


def test_nothing_is_lost_where_others_stand_in_at_once_for_all() -> None:
    easy = {
        "disruptions.substitutability": 1.0,
        "disruptions.lock_in": 0.0,
        "disruptions.switching_weeks": 0.0,
        "disruptions.integration_switching_weeks": 0.0,
    }
    small = world(110, easy, EARLY)
    without = simulate(small, S0, 1, without=["chips", "equipment", "grid_gear", "cloud:oracle"])
    assert changed_columns(without, simulate(small, S0, 1)) == set()


def test_without_substitutes_no_rack_comes_while_the_maker_is_out() -> None:
    hard = world(200, {"disruptions.substitutability": 0.0}, 100)
    model = Ecosystem(hard, S0, 1, without=["chips"])
    model.run()
    finish = model.works.progress.finish_week[:, Activity.CHIPS]
    assert (finish[np.isfinite(finish)] <= 101).all()
    lost = model.works.lost_weeks[:, Cause.DISRUPTION]
    assert lost.max() > 20

    back = Ecosystem(hard.with_outage("chips", weeks=20.0), S0, 1)
    back.run()
    finish = back.works.progress.finish_week[:, Activity.CHIPS]
    assert not ((finish > 101) & (finish < 120)).any()
    assert (finish >= 120).any(), "it goes on afterwards"


def test_a_cloud_that_is_out_runs_nothing_until_others_take_over() -> None:
    chosen = world(170, {"disruptions.integration_switching_weeks": 0.0}, 100)
    model = Ecosystem(chosen, S0, 1, without=["cloud:oracle"])
    result, whole = model.run(), simulate(chosen, S0, 1)
    usable, base = result.series("usable_mw"), whole.series("usable_mw")
    assert base[101] > 500
    np.testing.assert_array_equal(usable[:100], base[:100])
    assert usable[101] == 0
    assert 0 <= usable[150] < base[150]


def test_the_buildings_of_a_builder_who_is_out_go_to_others() -> None:
    chosen = world(160, {}, 100)
    model = Ecosystem(chosen, S0, 1, without=["contractor:vantage"])
    before = int(model.layout.contractor_of_site[model.layout.index["shackelford"]])
    result = model.run()
    events = result.tables["events"]
    moved = events["site"][(events["kind"] == "switched") & (events["week"] >= 100)]
    assert len(moved)
    assert not any(
        model.world.contractors[b].key == "vantage"
        for b in model.vendors.builder[
            np.isin(model.layout.site_of_phase, [model.layout.index[str(site)] for site in moved])
        ][-1:]
    )
    assert model.world.contractors[before].key == "vantage"


def test_outages_are_part_of_a_world_file(tmp_path) -> None:
    text = 'name = "x"\n[[outages]]\nnode = "cloud:oracle"\nstart = 2028-01-03\nweeks = 26\n'
    source = load_world_text().replace('name = "stargate"', "", 1)
    path = tmp_path / "x.toml"
    path.write_text(text.split("[[")[0] + source + "[[" + text.split("[[")[1], encoding="utf-8")
    found = load_world(path).outages
    assert [(o.node, o.start, o.weeks) for o in found] == [("cloud:oracle", date(2028, 1, 3), 26)]
    path.write_text(path.read_text().replace("cloud:oracle", "cloud:oracel"), encoding="utf-8")
    with pytest.raises(InputError, match="Did you mean 'cloud:oracle'"):
        load_world(path)


def load_world_text() -> str:
    from ecosystem.scenario import DATA

    return (DATA / "worlds" / "stargate.toml").read_text(encoding="utf-8")


def test_an_unknown_node_lists_what_is_known() -> None:
    with pytest.raises(InputError, match=r"known are chips, .*utility:ercot"):
        Ecosystem(REAL, S0, without=["lab"])
    assert list(vendor_nodes(REAL))[:3] == ["chips", "equipment", "grid_gear"]


def test_integration_costs_substitutes() -> None:
    tied = replace_clouds(REAL, 1.0)
    loose = replace_clouds(REAL, 0.0)
    deep, shallow = Layout.of(tied), Layout.of(loose)
    numbers = REAL.numbers.disruptions
    owners = deep.listed_owners
    assert shallow.substitutability(owners) == pytest.approx(numbers.substitutability)
    locked = numbers.substitutability * (1 - numbers.lock_in)
    assert deep.substitutability(owners) == pytest.approx(locked)
    assert (deep.switching_weeks(owners) > shallow.switching_weeks(owners)).all()


def test_of_a_shared_site_only_the_part_of_who_is_out_stands_still() -> None:
    clouds = [cloud.key for cloud in REAL.clouds]
    layout = Layout.of(REAL.with_outage(f"cloud:{clouds[0]}", weeks=20))
    outages = Outages.of(layout)
    assert outages is not None
    half = np.zeros_like(layout.listed_owners)
    half[:, :2] = 0.5
    builder = layout.contractor_of_site[layout.site_of_phase]
    week = math.ceil(layout.week(REAL.strategy_start))
    rows, cols = np.arange(layout.phases), np.full(layout.phases, Activity.SHELL)
    left = outages.left(week, Tied(half, builder), rows, cols)
    assert left == pytest.approx(0.5)
    whole = np.zeros_like(half)
    whole[:, 1] = 1.0  # chosen instead of the one of sites.csv, and not out
    assert outages.left(week, Tied(whole, builder), rows, cols) == pytest.approx(1.0)
    assert outages.running_share(week + 1, half)[week] == pytest.approx(0.5)
    assert outages.running_share(week + 1, whole)[week] == pytest.approx(1.0)


def replace_clouds(chosen, integration: float):
    clouds = tuple(c.model_copy(update={"integration": integration}) for c in chosen.clouds)
    return chosen.model_validate({**dict(chosen), "clouds": clouds})


def test_what_holds_in_the_layout_stands_on_the_graph() -> None:
    model = Ecosystem(REAL, S0, 0)
    ties, owners = model.relations.partnerships, model.layout.listed_owners
    for cloud in REAL.clouds:
        edge = ties.edge(int(ties.between("chips", f"cloud:{cloud.key}", "supply")[0]))
        at = np.array([c.key for c in REAL.clouds])[model.layout.cloud_of_phase] == cloud.key
        terms = edge.attributes
        assert terms["substitutability"] == pytest.approx(
            model.layout.substitutability(owners)[at][0]
        )
        assert terms["switching_weeks"] == pytest.approx(
            model.layout.switching_weeks(owners)[at][0]
        )
        assert terms["slots"] == pytest.approx(model.layout.phase_mw[at].sum())
