"""What campaigns and a mood do before anybody decides: withdrawals, preventive moratoria."""

from dataclasses import replace

import numpy as np
import pytest
from whole_worlds import REAL, S0, world

from ecosystem.docket import Docket, Wishes
from ecosystem.institutions.permits import moratorium_rate
from ecosystem.model import Ecosystem, simulate
from ecosystem.orders import CallMoratorium, Press
from ecosystem.scenario import load_world
from ecosystem.state import Snapshot
from ecosystem.streams import Streams
from ecosystem.units import WEEKS_PER_YEAR

FICTIONAL = load_world("fictional")


def contested(**numbers: float) -> Snapshot:
    """Return the fictional world with a campaign everywhere, nothing approved, nobody back."""
    numbers = {"resite_share": 0.0, "deny_gigawatt": 0.0, **numbers}
    values = {f"numbers.regulators.{name}": value for name, value in numbers.items()}
    now = Ecosystem(FICTIONAL.with_values(values), S0).snapshot()
    count = len(now.layout.sites)
    every, none = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    sites = replace(now.sites, live=every, approved=none, announced_week=np.zeros(count))
    return replace(now, sites=sites, society=replace(now.society, organised=every))


def withdrawn(now: Snapshot, seed: int, months: int) -> np.ndarray:
    """Return the month in which each site was withdrawn, NaN where it was not."""
    count = len(now.layout.sites)
    gone, streams = np.full(count, np.nan), Streams(seed)
    for month in range(months):
        docket = Docket(replace(now, week=4 * month), streams)
        docket.wear_down(Wishes([Press(i) for i in range(count) if np.isnan(gone[i])]))
        gone[docket.sites().withdrawn] = month
    return gone


def test_campaigns_wear_developers_down_at_the_stated_hazard() -> None:
    """Survival of a constant hazard: exp(-rate t), 13 months of four weeks."""
    rate, months, now = 0.6, 13, contested(withdrawals_per_year=0.6)
    gone = np.array([withdrawn(now, seed, months) for seed in range(40)])
    expected = -np.expm1(-rate * 4 * months / WEEKS_PER_YEAR)
    spread = np.sqrt(expected * (1 - expected) / gone.size)
    assert np.isfinite(gone).mean() == pytest.approx(expected, abs=3.5 * spread)


def test_who_is_decided_or_on_record_is_not_worn_down() -> None:
    now = contested(withdrawals_per_year=1e3)
    approved = now.sites.live.copy()
    approved[0] = False
    decided = replace(now, sites=replace(now.sites, approved=approved))
    gone = withdrawn(decided, 0, 1)
    assert np.flatnonzero(np.isfinite(gone)).tolist() == [0]
    real = Ecosystem(REAL, S0).snapshot()
    recorded = np.flatnonzero(real.layout.on_record_until > 0)
    docket = Docket(real, Streams(0))
    docket.wear_down(Wishes([Press(int(i)) for i in recorded]))
    docket.pause(Wishes([CallMoratorium(int(i)) for i in recorded]))
    assert docket.sites() is real.sites


def test_a_withdrawal_tells_who_and_why() -> None:
    now = contested(withdrawals_per_year=1e3)
    docket = Docket(now, Streams(0))
    docket.wear_down(Wishes([Press(3)]))
    (news,) = docket.news
    developer = now.layout.sites[3].developer
    assert (news.kind, news.site, news.agent) == ("withdrawn", 3, f"contractor:{developer}")
    assert not docket.sites().live[3]


def test_who_comes_back_waits_is_left_alone_and_may_be_driven_off_again() -> None:
    now = contested(withdrawals_per_year=1e3, resite_share=1.0, resite_weeks=30.0)
    docket = Docket(now, Streams(0))
    docket.wear_down(Wishes([Press(3)]))
    (news,) = docket.news
    assert news.kind == "resited"
    moved = docket.sites()
    assert moved.live[3]
    assert not moved.withdrawn[3]
    assert moved.redesign_until[3] == now.week + 30
    waiting = Docket(replace(now, week=29, sites=moved), Streams(0))
    waiting.wear_down(Wishes([Press(3)]))
    assert waiting.news == []
    filed = Docket(replace(now, week=30, sites=moved), Streams(0))
    filed.wear_down(Wishes([Press(3)]))
    assert [n.kind for n in filed.news] == ["resited"]


def test_half_of_what_is_withdrawn_comes_back() -> None:
    now = contested(withdrawals_per_year=1e3, resite_share=0.5)
    gone = np.array([withdrawn(now, seed, 1) for seed in range(60)])
    spread = np.sqrt(0.25 / gone.size)
    assert np.isfinite(gone).mean() == pytest.approx(0.5, abs=3.5 * spread)


def test_a_gigawatt_is_withdrawn_more_seldom() -> None:
    now = contested(withdrawals_per_year=0.6, deny_gigawatt=-1.0)
    large = np.ones(len(now.layout.sites), dtype=bool)
    now.layout.__dict__["gigawatt"] = large  # a cached property
    gone = np.array([withdrawn(now, seed, 13) for seed in range(40)])
    expected = -np.expm1(-0.6 * np.exp(-1.0) * 52 / WEEKS_PER_YEAR)
    spread = np.sqrt(expected * (1 - expected) / gone.size)
    assert np.isfinite(gone).mean() == pytest.approx(expected, abs=3.5 * spread)


def test_more_withdrawals_more_given_up_under_a_campaign_and_the_reason_says_so() -> None:
    hostile = {"society.mood_later": -0.6, "society.mood_weeks": 4.0}
    numbers = {"regulators.withdrawals_per_year": 5.0, "regulators.resite_share": 0.2}
    many = world(364, {**hostile, **numbers}, start_week=100)
    result = simulate(many, S0, 1)
    table = result.tables["failures"]
    ours = table["reason"] == "campaign"
    assert ours.any()
    assert np.isfinite(table["cancelled_week"][ours]).all()
    events = result.tables["events"]
    told = set(events["site"][events["kind"] == "withdrawn"])
    assert set(table["site"][ours]) <= told
    none = simulate(many, S0, 1, nulls=["withdrawals"]).tables["failures"]
    assert not (none["reason"] == "campaign").any()


def test_preventive_moratoria_follow_opinion_and_neighbours() -> None:
    """A quarter a year per unit against; a campaign adds a tenth, two neighbours 1.3 squared."""
    rate = moratorium_rate(
        np.array([False, False, True, True]),
        np.array([0, 0, 0, 2]),
        0.1,
        1.3,
        against=np.array([0.0, 0.4, 0.4, 0.4]),
        preventive_per_year=0.25,
    )
    np.testing.assert_allclose(rate, [0.0, 0.1, 0.2, 0.2 * 1.69])


def test_every_neighbour_under_a_moratorium_adds_to_the_rate() -> None:
    now = contested(moratorium_per_year=0.1, contagion=2.0, preventive_per_year=0.0)
    neighbours = now.layout.neighbours
    paused = np.where(np.arange(len(neighbours)) < 5, 1e9, -1e9)
    docket = Docket(replace(now, sites=replace(now.sites, moratorium_until=paused)), Streams(0))
    counted = neighbours[:, :5].sum(axis=1)
    assert counted.max() >= 2
    np.testing.assert_allclose(docket.moratorium_rate(), 0.1 * 2.0**counted)


def test_a_place_without_a_project_can_call_one_and_the_lab_stays_away() -> None:
    angry = {"society.mood_later": -0.6, "society.mood_weeks": 4.0}
    model = Ecosystem(world(200, {**angry, "regulators.preventive_per_year": 20.0}), S0, 1)
    model.run()
    events = model.result().tables["events"]
    called = events["kind"] == "moratorium"
    assert any("no project" in text for text in events["text"][called])
    weeks = events["week"]
    assert weeks[called].min() >= model.layout.history_week
    for site in set(events["site"][(events["kind"] == "announced")].tolist()):
        before = called & (events["site"] == site)
        week = weeks[(events["kind"] == "announced") & (events["site"] == site)][0]
        length = model.world.numbers.regulators.moratorium_weeks
        assert not ((weeks[before] < week) & (week < weeks[before] + length)).any()
    calm = simulate(model.world, S0, 1, nulls=["preventive_moratoria"]).tables["events"]
    assert not any("no project" in text for text in calm["text"])
