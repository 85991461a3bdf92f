"""What the graph says of a node, what its outage costs, and where the first misleads."""

from datetime import date

import numpy as np
import pytest
from whole_worlds import REAL, S0, world

from ecosystem.errors import InputError
from ecosystem.scenario import vendor_nodes
from experiments.knockout import (
    ALL_THERE,
    Loss,
    dependences,
    knockouts,
    losses,
    losses_text,
    missed_by_hhi,
    write_losses,
)
from experiments.runner import run_all


def test_concentration_is_that_of_the_megawatts_by_hand() -> None:
    found = {d.node: d for d in dependences(REAL)}
    assert set(found) == set(vendor_nodes(REAL))
    built = [s for s in REAL.sites if s.role in ("programme", "candidate")]
    whole = sum(s.facility_mw for s in built)
    by_cloud = {c.key: sum(s.facility_mw for s in built if s.cloud == c.key) for c in REAL.clouds}
    for key, mw in by_cloud.items():
        assert found[f"cloud:{key}"].share == pytest.approx(mw / whole)
    by_hand = sum((mw / whole) ** 2 for mw in by_cloud.values())
    assert found["cloud:oracle"].hhi == pytest.approx(by_hand)
    for single in ("chips", "equipment", "grid_gear"):
        assert (found[single].share, found[single].hhi) == (1.0, 1.0)


def test_an_unused_node_costs_nothing_and_a_needed_one_does(tmp_path) -> None:
    small = world(150, {}, start_week=40)
    runs = knockouts(small, S0, ["utility:uae", "chips"], None, None, 1, 0, None)
    specs = [spec for group in runs.values() for spec in group]
    assert len({spec.run for spec in specs}) == 3
    assert {spec.seed for spec in specs} == {0}
    run_all(specs, 1, lambda done, total: None, tmp_path)
    rows = {row.node: row for row in losses(tmp_path, runs, small)}
    assert rows["utility:uae"].lost == 0
    assert rows["chips"].lost > 0
    assert rows["chips"].lost_share <= 1
    assert np.isnan(rows["chips"].low), "one seed gives no interval"
    text = losses_text([*rows.values()], "A title.")
    assert "needs 5 seeds" in text
    assert "chips" in text
    write_losses(tmp_path / "knockout.csv", [*rows.values()])
    assert (tmp_path / "knockout.csv").read_text().startswith("node,input_class,share,hhi,lost")


def loss(node: str, input_class: str, hhi: float, lost: float) -> Loss:
    return Loss(node, input_class, 1.0, hhi, lost, lost, lost, lost / 100, lost, 5)


def test_the_text_says_when_hhi_misses_a_bottleneck() -> None:
    dear, cheap = loss("utility:a", "connection", 0.2, 30.0), loss("chips", "racks", 1.0, 5.0)
    (told,) = missed_by_hhi([dear, cheap])
    assert told.startswith("HHI misses utility:a")
    assert "chips" in told
    (alike,) = missed_by_hhi([loss("equipment", "gear", 1.0, 40.0), cheap])
    assert alike.startswith("HHI cannot tell equipment from chips")
    fits = missed_by_hhi([loss("chips", "racks", 1.0, 30.0), loss("utility:a", "grid", 0.2, 5.0)])
    assert fits == ["Here HHI orders the classes as the losses do."]


def test_runs_of_a_node_differ_from_those_with_all_by_the_world_alone() -> None:
    runs = knockouts(REAL, S0, ["chips"], date(2028, 1, 3), 26.0, 2, 7, 300)
    for whole, without in zip(runs[ALL_THERE], runs["chips"], strict=True):
        assert whole.seed == without.seed
        assert whole.world.outages == ()
        (outage,) = without.world.outages
        assert (outage.node, outage.start, outage.weeks) == ("chips", date(2028, 1, 3), 26.0)


def test_bad_input_says_what_to_do() -> None:
    with pytest.raises(InputError, match="known are chips"):
        knockouts(REAL, S0, ["no_such"], None, None, 1, 0, None)
    with pytest.raises(InputError, match="earlier --start"):
        knockouts(REAL, S0, ["chips"], date(2050, 1, 3), None, 1, 0, None)
