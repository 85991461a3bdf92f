import numpy as np
import pytest

from ecosystem.delivery.activities import Activity, Power, build_network
from ecosystem.delivery.ladder import Rung, ladder_mw, ladder_state
from ecosystem.delivery.progress import advance, begin, open_rows

NET = build_network(np.array([1, 1, 2]), np.array([Power.GRID, Power.GRID, Power.ISLANDED]))
NONE, ALL = np.zeros(3, dtype=bool), np.ones(3, dtype=bool)
MW = np.array([100.0, 150.0, 200.0])


@pytest.mark.parametrize(
    ("started", "finished", "rung"),
    [
        ((), (), Rung.ANNOUNCED),
        ((), ("LAND",), Rung.SECURED),
        ((), ("LAND", "PERMIT"), Rung.PERMITTED),
        (("SITEWORK",), ("LAND", "PERMIT"), Rung.BUILDING),
        ((), ("ENERGISE",), Rung.ENERGISED),
        ((), ("COMMISSIONING",), Rung.COMMISSIONED),
    ],
)
def test_each_condition_lifts_a_phase_to_its_rung(started, finished, rung):
    start, finish = (np.full(NET.used.shape, np.nan) for _ in range(2))
    for name in started:
        start[2, Activity[name]] = -1.0
    for name in finished:
        finish[2, Activity[name]] = -1.0
    progress = begin(NET, np.ones(NET.used.shape), start, finish)
    assert ladder_state(progress, ALL, NONE, NONE)[2] == rung


def test_land_without_a_contract_is_only_announced():
    finish = np.full(NET.used.shape, np.nan)
    finish[:, Activity.LAND] = -1.0
    progress = begin(NET, np.ones(NET.used.shape), None, finish)
    state = ladder_state(progress, np.array([True, False, True]), ALL, NONE)
    assert state.tolist() == [Rung.SECURED, Rung.ANNOUNCED, Rung.SECURED]


def test_cancelled_wins_over_everything():
    finish = np.full(NET.used.shape, -1.0)
    progress = begin(NET, np.ones(NET.used.shape), None, finish)
    state = ladder_state(progress, ALL, ALL, np.array([False, True, False]))
    assert state.tolist() == [Rung.USABLE, Rung.CANCELLED, Rung.USABLE]


def test_no_phase_goes_back_and_every_megawatt_stands_on_one_rung():
    progress = begin(NET, np.full(NET.used.shape, 2.3))
    rng = np.random.default_rng(4)
    last, seen = np.zeros(3, dtype=int), set()
    for week in range(90):
        opened = open_rows(NET, progress, np.full(NET.used.shape, -np.inf), ALL, week)
        advance(NET, progress, opened, rng.random(len(opened.rows)), week)
        state = ladder_state(progress, ALL, ALL, NONE)
        assert (state >= last).all()
        mw = ladder_mw(state, MW)
        assert mw.shape == (len(Rung),)
        assert mw.sum() == pytest.approx(MW.sum())
        assert all(mw[rung] == MW[state == rung].sum() for rung in Rung)
        last = state
        seen |= set(state.tolist())
    assert (last == Rung.USABLE).all()
    assert {Rung.ANNOUNCED, Rung.SECURED, Rung.PERMITTED, Rung.BUILDING} <= seen
