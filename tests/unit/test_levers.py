"""What levers act on, as people read it: it agrees with levers, numbers and document."""

import re
from pathlib import Path

import pytest

from ecosystem.delivery.activities import Cause
from ecosystem.layout import ENGINES_USD_PER_MW
from ecosystem.levers import ACTS, GROUPS, MECHANISMS, OWN_WORK
from ecosystem.model import simulate
from ecosystem.numbers import Numbers
from ecosystem.parameters import cards
from ecosystem.scenario import RULES, SPENDING, Levers, Strategy, load_world, upper_bound

ODD = (Path(__file__).parents[2] / "docs" / "odd.md").read_text(encoding="utf-8")
CAUSES = {cause.name.lower() for cause in Cause} | {OWN_WORK}


def test_every_lever_says_what_it_acts_on_and_nothing_else_does():
    assert set(ACTS) == set(Levers.model_fields)
    assert {acts.group for acts in ACTS.values()} == set(GROUPS)
    groups = [acts.group for acts in ACTS.values()]
    assert list(dict.fromkeys(groups)) == list(GROUPS), "in the order of the groups"


def test_every_mechanism_is_used_ends_in_causes_and_has_its_rule_in_the_document():
    assert {key for acts in ACTS.values() for key in acts.through} == set(MECHANISMS)
    for key, mechanism in MECHANISMS.items():
        assert set(mechanism.causes) <= CAUSES
        assert bool(mechanism.causes) == (key != "nothing")
        assert re.search(rf"^### {re.escape(mechanism.section)} ", ODD, re.MULTILINE), key


def test_the_placebo_alone_acts_on_nothing():
    idle = [name for name, acts in ACTS.items() if acts.through == ("nothing",)]
    assert idle == ["placebo_share_of_capex"]


@pytest.mark.parametrize("lever", ACTS)
def test_prices_name_numbers_that_exist(lever):
    numbers = {card.path for card in cards(Numbers())}
    assert set(ACTS[lever].priced_by) <= numbers
    if lever in SPENDING:
        assert not ACTS[lever].price.startswith("No ")
    if lever in RULES:
        assert ACTS[lever].group == "adapt"


def test_the_price_of_engines_is_that_of_the_model():
    assert f"USD {ENGINES_USD_PER_MW / 1e6:g} M a MW" in ACTS["on_site_engines"].price


@pytest.mark.parametrize("lever", Levers.model_fields)
def test_the_document_tells_every_lever(lever):
    """By its name, or by the name of its family, such as ``agreement_*``."""
    named = set(re.findall(r"`([a-z_]+\*?)`", ODD))
    family = {name for name in named if name.endswith("*")}
    assert lever in named or any(lever.startswith(name[:-1]) for name in family)


VALUES = {
    "openness": 0.9,
    "cash_usd_per_household_year": 400,
    "agreement_share_of_capex": 0.003,
    "placebo_share_of_capex": 0.003,
    "deposit_usd_per_mw": 50_000,
    "redesign_at_opposing": 0.05,
    "offer_below_support": 0.2,
    "exit_after_denials": 1,
}
"""Where half of the range would be no sensible offer."""


def spent_usd(levers: Levers) -> float:
    world = load_world("fictional").with_("weeks", 260)
    strategy = Strategy(key="x", name="x", description="x", levers=levers)
    return float(simulate(world, strategy).series("strategy_cost_usd").sum())


@pytest.fixture(scope="module")
def usual_usd() -> float:
    return spent_usd(Levers())


@pytest.mark.slow  # a run of five years for every lever
@pytest.mark.parametrize("lever", ACTS)
def test_a_lever_costs_money_exactly_where_its_price_says_so(lever, usual_usd):
    value = VALUES.get(lever, upper_bound(lever) / 2)
    extra_usd = spent_usd(Levers().with_(lever, value)) - usual_usd
    if ACTS[lever].price.startswith("Lab to "):
        assert extra_usd > 0
    else:
        assert extra_usd == 0
