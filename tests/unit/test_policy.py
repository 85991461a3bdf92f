"""Which levers act where and when; what a strategy file may say of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecosystem import living, opening
from ecosystem.errors import InputError
from ecosystem.layout import Layout
from ecosystem.policy import Policy, hours_ratio, local_hire_added, protection
from ecosystem.scenario import (
    RULES,
    SPENDING,
    Levers,
    Strategy,
    load_strategy,
    load_world,
    targets,
    upper_bound,
)
from ecosystem.streams import Streams
from experiments.show import shown

WORLD = load_world("fictional")
LAYOUT = Layout.of(WORLD)
KEYS = list(LAYOUT.index)
SITES = opening.sites(LAYOUT)
SOCIETY = living.settle_in(LAYOUT, Streams(0))
ALL_LIVE = replace(
    SITES, live=np.ones(len(KEYS), dtype=bool), announced_week=np.full(len(KEYS), 4.0)
)


def strategy(**parts) -> Strategy:
    parts = {"levers": {"cash_usd_per_household_year": 100.0}, **parts}
    return Strategy.model_validate({"key": "x", "name": "X", "description": "", **parts})


def paying(policy: Policy, week: int, sites=ALL_LIVE, society=SOCIETY) -> list[str]:
    """Return the sites where cash is in force."""
    cash = policy.in_force(week, sites, society).cash_usd_per_household_year
    return [key for key, usd in zip(KEYS, cash, strict=True) if usd > 0]


def test_without_more_it_acts_everywhere_from_the_start_on() -> None:
    policy = Policy(LAYOUT, strategy())
    assert policy.week == 1
    assert paying(policy, 0) == []
    assert paying(policy, 1) == KEYS


@pytest.mark.parametrize(
    ("where", "chosen"),
    [
        ({"only": ["millbrook", "fenwick"]}, {"millbrook", "fenwick"}),
        ({"region": ["lake_plain"], "max_gw": 0.6}, {"fenwick"}),
        ({"state": ["RB"], "role": ["programme"]}, {"copper_flat"}),
        ({"min_gw": 1.1}, {"alder_ridge", "juniper_wells"}),
        ({"min_gw": 1.0, "max_gw": 1.1}, {"port_ellery"}),
    ],
)
def test_where_chooses_the_sites_that_fit_every_line(where: dict, chosen: set[str]) -> None:
    policy = Policy(LAYOUT, strategy(where=where))
    assert set(paying(policy, 10)) == chosen


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"only": ["milbrook"]}, "unknown site 'milbrook'. Did you mean 'millbrook'?"),
        ({"region": ["lake_plains"]}, "unknown region 'lake_plains'. Did you mean 'lake_plain'?"),
        ({"state": ["ZZ"]}, "unknown state 'ZZ'. Known: LP, RB, TC."),
        ({"min_gw": 5.0}, "no site of world 'fictional' fits all of [where]"),
    ],
)
def test_a_place_that_the_world_lacks_is_refused(where: dict, said: str) -> None:
    with pytest.raises(InputError, match=r"strategy 'x'") as caught:
        targets(strategy(where=where), WORLD)
    assert said in str(caught.value)


def test_until_ends_it_and_weeks_count_from_the_announcement() -> None:
    ends = Policy(LAYOUT, strategy(until="2025-03-03"))
    assert [bool(paying(ends, week)) for week in (5, 7, 8)] == [True, True, False]
    later = Policy(LAYOUT, strategy(after_announcement={"from_week": 6, "until_week": 20}))
    assert [bool(paying(later, week)) for week in (9, 10, 23, 24)] == [False, True, True, False]


def test_what_is_not_yet_announced_is_at_its_week_0() -> None:
    """So that levers that act with the announcement act there, unless they begin later."""
    assert paying(Policy(LAYOUT, strategy(after_announcement={"until_week": 5})), 9, SITES) == KEYS
    assert paying(Policy(LAYOUT, strategy(after_announcement={"from_week": 1})), 9, SITES) == []


CONDITIONS = [
    ({"support_below": -0.2}, "support", -0.3, -0.1),
    ({"trust_below": 0.4}, "trust", 0.3, 0.5),
    ({"opposing_above": 0.1}, "opposing", 0.2, 0.0),
    ({"organised": True}, "organised", True, False),
]


@pytest.mark.parametrize(
    ("condition", "name", "met", "unmet"), CONDITIONS, ids=[c[1] for c in CONDITIONS]
)
def test_what_a_condition_has_begun_goes_on(condition, name, met, unmet) -> None:
    policy = Policy(LAYOUT, strategy(condition=condition))
    calm = np.full(len(KEYS), unmet)
    stirred = calm.copy()
    stirred[0] = met
    before, then = (replace(SOCIETY, **{name: values}) for values in (calm, stirred))
    assert paying(policy, 10, society=before) == []
    assert paying(policy, 11, society=then) == KEYS[:1]
    assert paying(policy, 12, society=before) == KEYS[:1]
    since = policy.in_force(13, ALL_LIVE, before).since
    assert since[0] == 11
    assert np.isinf(since[1:]).all()


def test_denials_are_a_condition_too() -> None:
    policy = Policy(LAYOUT, strategy(condition={"denials": 1}))
    denied = replace(ALL_LIVE, denials=np.arange(len(KEYS)))
    assert paying(policy, 10, denied) == KEYS[1:]


def test_an_adaptive_offer_lies_between_s0_and_the_whole() -> None:
    levers = {"openness": 0.9, "cash_usd_per_household_year": 100.0, "offer_step": 0.5}
    policy = Policy(LAYOUT, strategy(levers=levers))
    level = np.linspace(0, 1, len(KEYS))
    found = policy.in_force(10, replace(ALL_LIVE, offer_level=level), SOCIETY)
    np.testing.assert_allclose(found.openness, 0.3 + 0.6 * level)
    np.testing.assert_allclose(found.cash_usd_per_household_year, 100 * level)
    assert (found.openness[0], found.openness[-1]) == (0.3, 0.9)
    assert (found.offer_step == 0.5).all(), "rules are no part of the offer"


def test_every_lever_is_in_force_by_site() -> None:
    drawn = {name: upper_bound(name) for name in Levers.model_fields if name not in RULES}
    found = Policy(LAYOUT, strategy(levers=drawn)).in_force(5, ALL_LIVE, SOCIETY)
    for name, value in drawn.items():
        assert getattr(found, name).tolist() == [value] * len(KEYS)


def test_local_hire_is_limited_by_residents_in_the_trades() -> None:
    """600 MW peak at 1,800 workers; 24,000 households have 1,440 in the trades, 3 times reached."""
    found = Policy(LAYOUT, strategy(levers={"local_hire_added": 0.5}))
    levers = found.in_force(5, ALL_LIVE, SOCIETY)
    added = dict(zip(KEYS, local_hire_added(LAYOUT, levers), strict=True))
    assert added["millbrook"] == pytest.approx(0.5)
    assert added["quartz_pass"] == pytest.approx(3_000 * 0.06 * 3 / 1_500 - 0.25)
    assert added["copper_flat"] == pytest.approx(6_000 * 0.06 * 3 / 2_700 - 0.25)
    slower = dict(zip(KEYS, hours_ratio(LAYOUT, levers), strict=True))
    assert slower["millbrook"] == pytest.approx(1 + 0.5 * (1 / 0.9 - 1))


def test_a_tariff_protects_nobody_from_what_is_off_the_grid() -> None:
    levers = Policy(LAYOUT, strategy(levers={"rate_protection": 1.0}))
    found = protection(LAYOUT, levers.in_force(5, ALL_LIVE, SOCIETY))
    assert found.tolist() == (~LAYOUT.islanded).astype(float).tolist()


def test_scaled_moves_what_costs_money_and_keeps_bounds() -> None:
    levers = {"agreement_share_of_capex": 0.02, "agreement_weeks": 8, "openness": 0.5}
    twice = strategy(levers=levers).scaled(2.0).levers
    assert twice.agreement_share_of_capex == upper_bound("agreement_share_of_capex") == 0.03
    assert (twice.agreement_weeks, twice.openness) == (8, 0.5)
    assert strategy(levers=levers).scaled(0.0).levers == Levers(agreement_weeks=8, openness=0.5)


def test_what_costs_money_is_declared_and_bounded() -> None:
    assert set(SPENDING) | set(RULES) <= set(Levers.model_fields)
    assert not set(SPENDING) & set(RULES)
    assert all(getattr(Levers(), name) == 0 for name in SPENDING)


WHOLE = """
extends = "S2"
key = "mine"
name = "Mine"
description = "All that a file may say."
start = 2026-01-05
until = 2030-01-07
[levers]
openness = 0.7
[where]
region = ["lake_plain"]
min_gw = 0.5
[after_announcement]
from_week = 4
[condition]
support_below = 0.1
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_extends_takes_over_times_places_and_conditions(tmp_path: Path) -> None:
    first = load_strategy(write(tmp_path, "mine", WHOLE))
    assert first.levers.agreement_binding == load_strategy("S2").levers.agreement_binding
    names = 'extends = "mine"\nkey = "next"\nname = "Next"\ndescription = "d"\n'
    text = names + "of_budget = 0.5\n[where]\nmin_gw = 0.8\n[levers]\nopenness = 0.6\n"
    second = load_strategy(write(tmp_path, "next", text))
    assert (second.start, second.until) == (first.start, first.until)
    assert (second.where.region, second.where.min_gw) == (("lake_plain",), 0.8)
    assert second.after_announcement == first.after_announcement
    assert second.condition == first.condition
    assert second.levers == first.levers.with_("openness", 0.6)
    assert (first.of_budget, second.of_budget) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("min_gw = 0.5", "min_wg = 0.5", "Did you mean 'min_gw'?"),
        ("min_gw = 0.5", 'role = ["candidat"]', "'programme' or 'candidate'"),
        ("support_below = 0.1", "suport_below = 0.1", "Did you mean 'support_below'?"),
        ("support_below = 0.1", "support_below = 2", "less than or equal to 1"),
        ("from_week = 4", "from_weeks = 4", "Did you mean 'from_week'?"),
        ("from_week = 4", "from_week = 4\nuntil_week = 4", "from_week must come before"),
        ("[condition]", "[conditions]", "Did you mean 'condition'?"),
        ("until = 2030-01-07", "until = 2025-01-06", "must come before until"),
        ("until = 2030-01-07", "untill = 2030-01-07", "Did you mean 'until'?"),
    ],
)
def test_a_mistake_names_what_was_meant(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = write(tmp_path, "mine", WHOLE.replace(old, new))
    with pytest.raises(InputError) as caught:
        load_strategy(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_show_says_when_where_and_on_what_condition(tmp_path: Path) -> None:
    text = " ".join(shown(str(write(tmp_path, "mine", WHOLE)), "fictional").split())
    assert "Acts from 2026-01-05 until 2030-01-07" in text
    assert "after announcement: from_week 4.0; where: region ['lake_plain'], min_gw 0.5" in text
    assert "condition: support_below 0.1." in text
