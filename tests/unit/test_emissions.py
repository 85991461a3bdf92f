"""CO2 of the grid and of power on site, as a quantity with a source and a use."""

import numpy as np
import pytest
from whole_worlds import S0, world

from ecosystem.hosting import power_of
from ecosystem.model import Ecosystem
from ecosystem.state import Snapshot


def run(weeks: int, values: dict[str, float] | None = None) -> Ecosystem:
    model = Ecosystem(world(weeks, values), S0, seed=1, audit=True)
    while model.week < weeks:
        model.step()
    return model


def snapshot(model: Ecosystem) -> Snapshot:
    assert model.last_snapshot is not None
    return model.last_snapshot


def booked(model: Ecosystem, entry: str) -> float:
    rows = model.treasury.ledger.table()
    return sum(row.amount for row in rows if row.purpose == "co2" and row.payer == entry)


def test_kinds_of_power_emit_what_they_are_said_to() -> None:
    model = run(4)
    n, at = model.world.numbers.grid, model.layout.index
    now = snapshot(model)
    power = power_of(now)
    assert power.co2_t_per_mwh[at["shackelford"]] == n.engines_co2_t_per_mwh
    assert power.co2_t_per_mwh[at["dona_ana"]] == n.fuel_cells_co2_t_per_mwh
    grid = n.grid_co2_t_per_mwh * (1 - n.grid_co2_decline_per_year) ** (3 / (365.25 / 7))
    assert power.co2_t_per_mwh[at["saline"]] == pytest.approx(grid)
    assert power.co2_t_per_mwh[-1] == pytest.approx(grid)


def test_a_bridge_is_off_once_the_connection_is_built() -> None:
    model = run(200)
    power, at = power_of(snapshot(model)), model.layout.index
    assert power.on_site[at["abilene"]] == 0.0  # a bridge, and by then the grid
    assert power.on_site[at["shackelford"]] == 1.0  # islanded for good
    assert power_of(snapshot(run(30))).on_site[at["abilene"]] == 1.0


def test_all_that_is_emitted_goes_to_the_air_and_equals_energy_times_intensity() -> None:
    model = run(104, {"grid.grid_co2_decline_per_year": 0.0})
    assert booked(model, "emitted") == booked(model, "to_air") > 0
    flat = {
        "grid.grid_co2_decline_per_year": 0.0,
        "grid.grid_co2_t_per_mwh": 0.4,
        "grid.engines_co2_t_per_mwh": 0.4,
        "grid.frame_turbines_co2_t_per_mwh": 0.4,
        "grid.fuel_cells_co2_t_per_mwh": 0.4,
    }
    model = run(104, flat)
    weekly = model.result()
    np.testing.assert_allclose(weekly.series("co2_t"), 0.4 * weekly.series("energy_mwh"))
    assert weekly.series("co2_t").sum() < booked(model, "emitted")  # others' capacity emits too


def test_power_without_carbon_emits_nothing() -> None:
    none = {f"grid.{kind}_co2_t_per_mwh": 0.0 for kind in ("grid", "engines", "fuel_cells")}
    assert booked(run(104, none), "emitted") == 0.0
