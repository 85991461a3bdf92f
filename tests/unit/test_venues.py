"""Several venues: which a site needs, what one holds, and that together they deny as one would."""

from dataclasses import replace

import numpy as np
import pytest
from whole_worlds import REAL, S0, world

from ecosystem.delivery.activities import Activity
from ecosystem.docket import Docket
from ecosystem.institutions.permits import (
    Venue,
    base_hazard,
    campaign_hazard,
    hazard_of,
)
from ecosystem.layout import Layout
from ecosystem.model import Ecosystem
from ecosystem.venues import UPSTREAM, Design, held, needed, open_at_start

LAYOUT = Layout.of(REAL)
AIR, WATER, LINE, LAND = range(4)


def design(layout: Layout = LAYOUT) -> Design:
    return Design(layout.plant, layout.closed_loop, np.zeros(len(layout.sites), dtype=bool))


def passing(base: float, full: float, upstream: int, zoning: float, m: float, u: float) -> float:
    """Return the chance to pass all venues: every history of a campaign, weighted."""
    open_venues = list(range(upstream + 1))

    def go(venue: int, at: int, moves: int) -> float:
        if venue > upstream:
            return 1.0
        hazard = float(base_hazard(hazard_of(base), venue, upstream, zoning))
        further = at < upstream
        if at != venue:  # opponents have given up
            return np.exp(-hazard) * go(venue + 1, at, moves)
        force = float(hazard_of(full) - hazard_of(base))
        hazard += float(campaign_hazard(force, moves, further, m, u))
        stays = go(venue + 1, -1, moves)
        return np.exp(-hazard) * ((1 - u) * stays + u * go(venue + 1, venue + 1, moves + 1))

    return go(open_venues[0], 0, 0)


@pytest.mark.parametrize("upstream", range(5))
@pytest.mark.parametrize(("base", "full"), [(0.12, 0.12), (0.12, 0.31), (0.0, 0.5)])
@pytest.mark.parametrize(("m", "u"), [(0.3, 0.6), (0.1, 1.0), (0.4, 0.9), (0.0, 0.3)])
def test_several_venues_deny_as_often_as_one(
    upstream: int, base: float, full: float, m: float, u: float
) -> None:
    assert passing(base, full, upstream, 0.7, m, u) == pytest.approx(1 - full, abs=1e-12)


def test_a_campaign_spends_all_its_force_where_nothing_is_left_upstream() -> None:
    assert float(campaign_hazard(0.4, 0, False, 0.3, 0.6)) == pytest.approx(0.4)
    assert float(campaign_hazard(0.4, 0, True, 0.3, 0.6)) == pytest.approx(0.28)
    # one that moves on has more than it kept back: others gave up
    assert float(campaign_hazard(0.4, 1, False, 0.3, 0.6)) > 0.12


def test_power_cooling_and_route_say_which_venues_a_site_needs() -> None:
    needs = dict(zip((s.key for s in LAYOUT.sites), needed(LAYOUT, design()), strict=True))
    np.testing.assert_array_equal(needs["panhandle"], [True, False, False, False])
    np.testing.assert_array_equal(needs["central_texas"], [False, True, True, False])
    np.testing.assert_array_equal(needs["arizona"], [False, True, True, True])
    np.testing.assert_array_equal(needs["lordstown"], False)
    # non-firm service takes no new line, a closed loop no water
    everybody = np.ones(len(LAYOUT.sites), dtype=bool)
    loop = design()._replace(non_firm=everybody, closed_loop=everybody.astype(float))
    assert not needed(LAYOUT, loop)[:, [WATER, LINE]].any()


def test_what_is_on_record_needs_no_decision() -> None:
    opened = open_at_start(LAYOUT, needed(LAYOUT, design()))
    by_site = dict(zip((s.key for s in LAYOUT.sites), opened, strict=True))
    assert not by_site["abilene"].any()  # engines run, the line is being built
    assert not by_site["saline"].any()
    assert by_site["port_washington"][LINE]  # revoked in August 2026, to be filed again
    assert by_site["dona_ana"][LAND]


def test_a_venue_holds_up_what_it_decides_about_and_nothing_else() -> None:
    model = Ecosystem(world(8), S0, seed=0)
    sites = model.sites
    cases = np.zeros(sites.open_venues.shape, dtype=bool)
    at, engines = (LAYOUT.index[key] for key in ("arizona", "wyoming"))
    cases[at, [WATER, LINE]] = cases[engines, [AIR, LAND]] = True
    table = held(sites, cases, week=0)
    assert set(np.flatnonzero(table[at])) == {Activity.PERMIT, Activity.INTERCONNECT}
    assert set(np.flatnonzero(table[engines])) == {Activity.AIR_PERMIT, Activity.BRIDGE}
    assert table.sum() == 4
    settled = np.full(sites.venue_until.shape, -np.inf)
    settled[at, LAND] = 5.0
    later = replace(sites, venue_until=settled)
    nothing = np.zeros_like(cases)
    assert set(np.flatnonzero(held(later, nothing, 4)[at])) == {Activity.INTERCONNECT}
    assert not held(later, nothing, 5).any()


def events(values: dict[str, float | str], weeks: int = 300) -> list[tuple[str, str]]:
    changed = world(weeks, {}, start_week=52).with_values(
        {f"numbers.{path}": value for path, value in values.items()}  # type: ignore[dict-item]
    )
    model = Ecosystem(changed, S0, seed=3, audit=True)
    while model.week < weeks:
        model.step()
    return [(event.kind, event.text) for event in model.recorder.events]


def test_denials_upstream_cost_a_redesign_or_the_site() -> None:
    told = events({"regulators.deny_base": 1.5, "regulators.zoning_share": 0.0})
    kinds = {kind for kind, text in told if "denied: " in text and "zoning" not in text}
    assert {"denied", "withdrawn", "settled"} >= kinds
    assert len(kinds) >= 2


def test_opponents_who_lose_turn_upstream() -> None:
    hostile = {"society.mood_later": -0.6, "society.organise_on": 0.06}
    told = [text for kind, text in events({**hostile, "regulators.upstream_shift": 1.0})]
    assert any(text.startswith("opponents turn to") for text in told)


def test_one_venue_is_a_setting() -> None:
    told = [text for _, text in events({"regulators.venues": "zoning_only"}, 200)]
    assert not any("air permit" in text or "line approval" in text for text in told)


def test_all_venues_together_deny_what_the_formula_says() -> None:
    model = Ecosystem(world(150, start_week=52), S0, seed=0)
    while model.week < 150:
        model.step()
    now = model.last_snapshot
    assert now is not None
    quiet = replace(now.society, opposing=np.zeros_like(now.society.opposing))
    now = replace(now, society=quiet)
    docket = Docket(now, model.streams)
    site = model.layout.index["mississippi"]  # engines and a line
    passed = [1 - docket.denial(site, Venue(v)) for v in (0, *UPSTREAM[:1], Venue.TRANSMISSION)]
    alone = world(150, start_week=52).with_values({"numbers.regulators.venues": "zoning_only"})  # type: ignore[dict-item]
    single = Docket(replace(now, numbers=alone.numbers, layout=Layout.of(alone)), model.streams)
    assert np.prod(passed) == pytest.approx(1 - single.denial(site, Venue.ZONING))
