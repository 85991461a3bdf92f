"""Mechanisms switched off and agents who are silent: each matters, and only where it is used."""

from functools import cache

import numpy as np
import pytest
from whole_worlds import REAL, S0, STRATEGIES, changed_columns, world

from ecosystem.errors import InputError
from ecosystem.model import KINDS, Ecosystem, simulate
from ecosystem.nulls import NULLS, nulled
from ecosystem.results import RunResult
from ecosystem.scenario import Strategy, World
from experiments.ablate import SILENT, Variant, variants
from experiments.outcomes import OUTCOMES

# A world in which every mechanism is used, and a strategy that pulls most levers: many sites at
# once, some of them denied, studies and hearings that queue, campaigns that spread.
VALUES = {
    "society.mood_later": -0.6,
    "society.diffusion": 0.3,
    "regulators.deny_base": -1.0,
    "regulators.moratorium_per_year": 0.5,
    "regulators.contagion": 2.0,
    "regulators.neighbour_km": 5_000.0,
    "regulators.litigation_per_year": 0.5,
    "regulators.hearings_per_week": 0.01,
    "chips.outage_per_year": 2.0,
    "chips.longest_wait_weeks": 52.0,
    "disruptions.equipment_per_year": 2.0,
    "disruptions.grid_gear_per_year": 2.0,
    "disruptions.switching_weeks": 0.0,
    "chips.chip_life_years": 3.0,
    "grid.study_slots": 1,
    "delivery.study_weeks": 100.0,
    "lab.starts_per_quarter": 10,
    "society.cap_breach_per_year": 0.5,
}
# What is scarce in no such world is made so for its own null.
MANY = {
    "regulators.withdrawals_per_year": 0.0,
    "regulators.preventive_per_year": 0.0,
    "regulators.moratorium_per_year": 0.0,
    "capital.equity_factor": 100.0,
}
"""So that sites of the lab's choice are built."""
SCARCE = {
    "hearing_staff": MANY,
    "forecast": MANY,
    "commitments": {"capital.commitment_cover": 0.1},
    "refusal": {"capital.refuse_below": 0.75},
    "speculation": {**MANY, "grid.study_slots": 2, "grid.headroom_factor": 100.0},
    "grid_headroom": {**MANY, "grid.headroom_factor": 0.1},
    "speculative_holds": {"grid.headroom_factor": 0.5, "grid.upgrade_factor": 0.2},
    "equipment": {"equipment.slots_mw": 6_000.0},
    "chips": {"chips.mw_per_week": 10.0},
    "labour": {"workforce.pool_factor": 0.3},
    "crews": {"contractors.crew_factor": 0.3},
    "land": {"land.stock_factor": 0.05},
    "shedding": {"market.capability_law": "saturating", "market.saturation_decades": 1.0},
    "exit_fees": {
        "market.capability_law": "saturating",
        "market.saturation_decades": 1.0,
        "capital.cancel_fee_years": 1.0,
    },
    "payout": {"capital.payout_above_years": 0.1},
    "take_or_pay": {"lab.handover_weeks": 6.0},
    "patience": {"lab.patience_weeks": 40.0},
    "chip_rivals": {"chips.mw_per_week": 120.0},
    "chip_ramps": {"chips.mw_per_week": 120.0},
    "chip_expansion": {"chips.mw_per_week": 120.0},
    "chip_priority": {"chips.mw_per_week": 120.0},
    "silent chips": {"chips.mw_per_week": 120.0},
    "silent equipment": {"equipment.slots_mw": 3_000.0},
}
LEVERS = {"academy_seats_per_year": 2_000, "deposit_usd_per_mw": 500_000}
SEEDS = (1, 2)


def busy(name: str = "") -> World:
    return world(416, VALUES | SCARCE.get(name, {}), start_week=60)


def strategy() -> Strategy:
    levers = STRATEGIES["S9"].levers.model_copy(update=LEVERS)
    return STRATEGIES["S9"].model_copy(update={"levers": levers})


def values(result: RunResult) -> dict[str, float]:
    return {outcome.name: outcome.measure(result) for outcome in OUTCOMES}


@cache
def whole(seed: int, scarce: str) -> dict[str, float]:
    return values(simulate(busy(scarce), strategy(), seed))


@pytest.mark.slow
@pytest.mark.parametrize("variant", variants(KINDS), ids=lambda v: v.name)
def test_every_agent_type_and_every_mechanism_changes_an_outcome(variant: Variant) -> None:
    name = variant.name if variant.name in SCARCE else ""
    for seed in SEEDS:  # what is rare need not come in every seed
        base = whole(seed, name)
        lacking = values(simulate(busy(name), strategy(), seed, **dict(variant.options)))
        if any(
            not np.isclose(base[key], lacking[key], rtol=1e-9, atol=0, equal_nan=True)
            for key in lacking
        ):
            return
    pytest.fail(f"{variant.name} changes nothing")


UNUSED = {
    "contagion": {
        "regulators.moratorium_per_year": 0.0,
        "regulators.preventive_per_year": 0.0,
    },
    "litigation": {"society.opinion_to_act": 1.0},
    "moratoria": {"society.opinion_to_act": 1.0, "regulators.preventive_per_year": 0.0},
    "withdrawals": {"society.opinion_to_act": 1.0},
    "resiting": {"regulators.withdrawals_per_year": 0.0},
    "preventive_moratoria": {"society.mood_later": 0.05, "society.lean_sd": 0.0},
    "diffusion": {"society.opinion_to_act": 1.0},
    "training": {},
    "speculation": {},
    "speculative_holds": {},
    "chip_outages": {"chips.outage_depth": 0.0},
}


@pytest.mark.parametrize("name", sorted(UNUSED))
def test_the_null_of_an_unused_mechanism_changes_nothing(name: str) -> None:
    small = world(160, UNUSED[name])
    with_it, without = simulate(small, S0, 1), simulate(small, S0, 1, nulls=[name])
    assert changed_columns(with_it, without) == set()
    assert with_it.digest() == without.digest()


def test_nothing_switched_off_is_the_world_itself() -> None:
    small = world(60)
    assert nulled(small, []) is small
    assert simulate(small, S0, 1).digest() == simulate(small, S0, 1, nulls=(), silent=()).digest()


def test_a_world_without_conflict_has_no_conflict() -> None:
    hard = busy()
    calm = Ecosystem(hard, S0, 1, nulls=["denial", "litigation", "moratoria"]).run()
    kinds = set(calm.tables["events"]["kind"].tolist())
    assert not kinds & {"denied", "stayed", "lawsuit", "moratorium", "settled"}
    loud = set(Ecosystem(hard, S0, 1).run().tables["events"]["kind"].tolist())
    assert {"moratorium", "denied"} & loud


def test_plenty_of_a_stock_leaves_no_delay_by_it() -> None:
    # crews are a want of labour, too
    for cause, names in {"equipment": ["equipment"], "labour": ["labour", "crews"]}.items():
        hard = busy(cause)
        lost = simulate(hard, S0, 1, nulls=names).series(f"lost_gw_weeks_{cause}")
        base = simulate(hard, S0, 1).series(f"lost_gw_weeks_{cause}")
        assert base.sum() > 10
        assert lost.sum() < 0.02 * base.sum()


def test_the_silent_decide_nothing() -> None:
    model = Ecosystem(world(60), S0, 1, silent=["community", "lab"])
    asked = {actor.kind for week in range(52) for actor in model.due(week)}
    assert asked == set(KINDS) - {"community", "lab"}
    assert {actor.kind for actor in model.actors} == set(KINDS)


@pytest.mark.slow
def test_conservation_holds_without_any_mechanism_or_agent() -> None:
    for variant in variants(KINDS):
        Ecosystem(world(110), S0, 1, audit=True, **dict(variant.options)).run()


@pytest.mark.parametrize(("option", "word"), [("nulls", "mechanism"), ("silent", "agent")])
def test_an_unknown_name_lists_what_is_known(option: str, word: str) -> None:
    with pytest.raises(InputError, match=f"(?i){word}.*known are"):
        Ecosystem(REAL, S0, **{option: ["no_such"]})


def test_variants_are_chosen_by_name() -> None:
    assert [v.name for v in variants(KINDS, ["opinion", "community"])] == [
        f"{SILENT}community",
        "opinion",
    ]
    assert [v.name for v in variants(KINDS, ["chips"])] == ["chips"]
    assert len(variants(KINDS)) == len(KINDS) + len(NULLS)
    with pytest.raises(InputError, match="--only no_such"):
        variants(KINDS, ["no_such"])
