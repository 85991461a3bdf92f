from dataclasses import replace

import numpy as np
import pytest

from ecosystem import fleet
from ecosystem.delivery.ladder import Rung
from ecosystem.layout import Layout
from ecosystem.model import Ecosystem
from ecosystem.scenario import load_strategy, load_world
from ecosystem.streams import Streams

WORLD = load_world("stargate")


def layout_with(**climate):
    world = WORLD
    for name, value in climate.items():
        world = world.with_(f"numbers.climate.{name}", value)
    return Layout.of(world)


CALM = {"drought_per_year": 0.0, "frost_per_winter": 0.0}


def running(layout, seed):
    none = np.zeros(len(layout.sites), dtype=bool)
    return fleet.Stops.of(layout, Streams(seed)).running(layout, layout.closed_loop, none)


def test_without_drought_and_frost_everything_runs():
    assert running(layout_with(**CALM), 1).all()


def test_endless_drought_stops_a_quarter_of_dry_evaporative_sites_and_nothing_else():
    layout = layout_with(
        **CALM | {"drought_per_year": 300, "drought_weeks": 1e4, "drought_water_share": 0.75}
    )
    dry = (layout.closed_loop == 0) & (layout.water_stress >= 0.4)
    assert 0 < dry.sum() < len(dry)
    stopped = np.zeros(len(layout.sites))
    phases = np.bincount(layout.site_of_phase)
    for seed in range(200):
        down = ~running(layout, seed)[-1]
        stopped += np.bincount(layout.site_of_phase, down, len(phases)) / phases / 200
    assert stopped[~dry].max() == 0.0
    assert stopped[dry] == pytest.approx(0.25, abs=0.02)


def test_frost_stops_closed_loops_in_winter_only_and_not_in_the_gulf():
    layout = layout_with(
        **CALM | {"frost_per_winter": 3e3, "frost_hours": 1e4, "frost_exposed_share": 1.0}
    )
    runs = running(layout, 0)
    gulf, loops = layout.index["uae"], layout.closed_loop[layout.site_of_phase] > 0
    assert runs[:, layout.site_of_phase == gulf].all()
    assert runs[:, ~loops].all()
    first = [layout.day(week).month for week in range(len(runs))]
    january = runs[[i for i, month in enumerate(first) if month == 1]]
    assert not january[:, loops & (layout.site_of_phase != gulf)].any()
    before = runs[: layout.world.weeks][: first.index(1)]
    assert before.all()  # no frost before the first winter


def test_stopped_buildings_are_commissioned_and_not_usable():
    state = np.array([Rung.BUILDING, Rung.USABLE, Rung.USABLE, Rung.CANCELLED])
    got = fleet.after_curtailment(state, np.array([False, False, True, False]))
    assert got.tolist() == [Rung.BUILDING, Rung.COMMISSIONED, Rung.USABLE, Rung.CANCELLED]


def test_a_run_books_curtailed_buildings_as_commissioned():
    world = WORLD.with_("weeks", 160)
    model = Ecosystem(world, load_strategy("S0"), 0, audit=True)
    late = np.arange(160)[:, None] >= 150
    shares = {name: np.where(late, 0.0, getattr(model.stops, name)) for name in ("dry", "cold")}
    model.stops = replace(model.stops, **shares)
    model._cool_and_curtail()
    table = model.run().tables["weekly"]
    assert table["usable_mw"][149] > 0
    assert table["usable_mw"][150] == 0
    assert table["commissioned_mw"][150] >= table["usable_mw"][149]
