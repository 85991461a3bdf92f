"""A tiny world and a made-up model with known answers, importable by worker processes."""

import sys
import tomllib
from datetime import date, timedelta
from threading import local

import numpy as np

from ecosystem.observables import CAUSES
from ecosystem.results import RunResult, Table
from ecosystem.scenario import Levers, Strategy, World
from experiments import runner
from experiments.outcomes import LADDER

KINDS = ("community", "lab")
PHASES = (("alpha", 1), ("alpha", 2), ("beta", 1))
WORLD = """
name = "tiny"
title = "Two sites on a plain"
kind = "fictional"
start = 2025-01-06
weeks = 260
strategy_start = 2025-06-02

[[sites]]
key = "alpha"
name = "Alpha"
role = "programme"
developer = "builder"
cloud = "cloud"
region = "plain"
state = "TX"
lat = 32
lon = -99
facility_mw = 2000
it_mw = 1500
phases = 2
source = "made up"

[[sites]]
key = "beta"
name = "Beta"
role = "programme"
developer = "builder"
cloud = "cloud"
region = "plain"
state = "TX"
lat = 33
lon = -98
facility_mw = 1000
it_mw = 750
phases = 1
source = "made up"

[[regions]]
key = "plain"
name = "Plain"
headroom_mw = 1000
headroom_mw_per_year = 300
electrical = 5000
mechanical = 4000
civil = 4000
commissioning = 500
wage_usd_per_h = 40
households = 1e6
residential_mwh_per_year = 1.2e7
tight = 0.5
source = "made up"

[[clouds]]
key = "cloud"
name = "Cloud"
equity_usd = 11.6e9
integration = 0.5
margin = 0.1
source = "made up"

[[contractors]]
key = "builder"
name = "Builder"
crews = 3
source = "made up"

[installed_base_mw]
dates = [2025-01-01, 2026-01-01]
values = [100, 200]
source = "made up"
observed_until = 2026-01-01

[mood]
dates = [2025-01-01, 2026-01-01]
values = [0.0, 0.1]
source = "made up"
observed_until = 2026-01-01
"""

MONEY = (
    *("cash_usd", "lease_usd", "equity_usd", "payout_usd", "partners_capex_usd", "own_capex_usd"),
    *("debt_usd", "leverage", "commitment_cover", "resold_mw", "unfunded_mw"),
)


def tiny_world(**changes) -> World:
    """Return a world of two sites that is valid and has all numbers."""
    return World.model_validate({**tomllib.loads(WORLD), **changes})


def strategy(key: str, **levers) -> Strategy:
    """Return a strategy with these levers."""
    return Strategy(
        key=key,
        name=f"Strategy {key}",
        description="made up",
        source="made up",
        levers=Levers(**levers),
    )


def simulate(
    world: World,
    strategy: Strategy,
    seed: int,
    weeks: int | None = None,
    audit: bool = False,
    explained: bool = False,
    nulls: tuple[str, ...] = (),
    silent: tuple[str, ...] = (),
) -> RunResult:
    """Finish phase i at week 60 + 40 i + noise(seed), less 10 weeks at alpha per 1% of agreement.

    Without crews all is done 20 weeks sooner; a silent lab makes an agreement worth nothing.
    The placebo lever costs and changes nothing. The noise depends on the seed alone, so that the
    paired difference is known although each run varies by many weeks.
    """
    weeks = world.weeks if weeks is None else weeks
    noise = np.random.default_rng(seed).normal(0, 8, len(PHASES))
    noise += world.numbers.delivery.shell_weeks - 24
    gain = 1000 * strategy.levers.agreement_share_of_capex * ("lab" not in silent)
    finish = np.round(60 + 40 * np.arange(len(PHASES)) + noise) - 20 * ("crews" in nulls)
    finish[:2] -= gain
    return RunResult(
        manifest={
            "world": world.name,
            "strategy": strategy.key,
            "seed": seed,
            "weeks": weeks,
            "start": world.start.isoformat(),
        },
        tables={
            "weekly": _weekly(finish, weeks, strategy),
            "phases": _phases(finish, weeks, gain),
            "failures": _failures(finish, weeks),
            "sites": _sites(finish, weeks),
            "communities": _communities(weeks),
            "events": _events(finish, weeks, world.start),
            "ledger": {
                "period": np.array(["2025"], dtype=object),
                "unit": np.array(["USD"], dtype=object),
                "purpose": np.array(["cash"], dtype=object),
                "payer": np.array(["lab"], dtype=object),
                "payee": np.array(["households"], dtype=object),
                "amount": np.array([1.0]),
            },
            "groups": _groups(),
            "hosts": _hosts(),
        },
    )


def fragile(
    world: World, strategy: Strategy, seed: int, weeks: int | None = None, audit: bool = False
) -> RunResult:
    """Raise for nine seeds of a hundred, else be the fake model."""
    if seed % 11 == 3:
        raise ValueError(f"seed {seed}\ncannot be run")
    return simulate(world, strategy, seed, weeks)


def _weekly(finish: np.ndarray, weeks: int, strategy: Strategy) -> Table:
    week = np.arange(weeks)
    usable = 1000.0 * (week[:, None] >= finish).sum(axis=1)
    names = [
        "installed_base_mw",
        "capability",
        "demand_mw",
        "served_mw",
        "utilisation",
        "latency_s",
        "price_usd_per_mtok",
        "rationed",
        "price_at_bound",
        "mean_support",
        "bill_change_usd_per_household_year",
        "water_m3",
        "energy_mwh",
        "co2_t",
    ]
    spending = strategy.levers.placebo_share_of_capex + strategy.levers.agreement_share_of_capex
    return {
        "week": week,
        **{f"{state}_mw": np.zeros(weeks) for state in LADDER},
        "building_mw": 3000.0 - usable,
        "usable_mw": usable,
        "usable_it_mw": 0.75 * usable,
        **{name: np.full(weeks, 0.5) for name in names},
        "revenue_usd": usable * 1e5,
        "training_flop_per_s": usable * 1e15,
        **dict.fromkeys(MONEY, usable * 10000.0),
        "strategy_cost_usd": np.full(weeks, 1e9 * spending),
        **{f"lost_gw_weeks_{cause}": np.zeros(weeks) for cause in CAUSES},
        "lost_gw_weeks_community": np.maximum(0.0, 3.0 - usable / 1000),
    }


def _phases(finish: np.ndarray, weeks: int, gain: float) -> Table:
    n = len(PHASES)
    done = finish < weeks
    lost = np.full(n, 30.0)
    lost[:2] -= gain
    return {
        "site": np.array([site for site, _ in PHASES], dtype=object),
        "phase": np.array([phase for _, phase in PHASES]),
        "mw": np.full(n, 1000.0),
        "it_mw": np.full(n, 750.0),
        "state": np.where(done, "usable", "building").astype(object),
        "announced_week": np.zeros(n),
        "planned_finish_week": np.full(n, 30.0),
        "finish_week": np.where(done, finish, np.nan),
        "cancelled_week": np.full(n, np.nan),
        "reason": np.array([""] * n, dtype=object),
        "own_work_weeks": finish - lost,
        **{f"lost_weeks_{cause}": np.zeros(n) for cause in CAUSES},
        "lost_weeks_community": lost,
    }


def _failures(finish: np.ndarray, weeks: int) -> Table:
    n = len(PHASES)
    return {
        "site": np.array([site for site, _ in PHASES], dtype=object),
        "phase": np.array([phase for _, phase in PHASES]),
        "mw": np.full(n, 1000.0),
        "secured": np.ones(n, dtype=bool),
        "cancelled_week": np.full(n, np.nan),
        "reason": np.array([""] * n, dtype=object),
        "late_weeks": np.minimum(finish, weeks) - 30.0,
        "cause": np.array(["community"] * n, dtype=object),
        "due": np.full(n, weeks > 30),
        "usable": finish < weeks,
    }


def _sites(finish: np.ndarray, weeks: int) -> Table:
    sites = ("alpha", "beta")
    week = np.repeat(np.arange(weeks), len(sites))
    total = np.array([2000.0, 1000.0])
    ready = (np.arange(weeks)[:, None] >= finish) * 1000.0
    usable = np.stack([ready[:, :2].sum(axis=1), ready[:, 2]], axis=1)
    zero = np.zeros(week.size)
    return {
        "week": week,
        "site": np.array(sites * weeks, dtype=object),
        **{f"{state}_mw": zero for state in LADDER},
        "building_mw": (total - usable).ravel(),
        "usable_mw": usable.ravel(),
        "usable_it_mw": 0.75 * usable.ravel(),
        "binding_cause": np.array(["community"] * week.size, dtype=object),
        "support": np.full(week.size, 0.5),
        "opposition": np.full(week.size, 0.2),
    }


def _communities(weeks: int) -> Table:
    week = np.repeat(np.arange(0, weeks, 4), 2)
    return {
        "week": week,
        "community": np.array(["alpha", "beta"] * (week.size // 2), dtype=object),
        "benefit_usd_per_household": week * np.where(np.arange(week.size) % 2, 1.0, 3.0),
    }


def _groups() -> Table:
    """Two communities of 600 households; of one in ten, near alpha, each has lost 10 dollars."""
    place = np.array(["far", "near"] * 6, dtype=object)
    households = np.where(place == "near", 20.0, 180.0)
    lost = (place == "near") & (np.arange(12) < 6)
    return {
        "community": np.repeat(np.array(["alpha", "beta"], dtype=object), 6),
        "tercile": np.tile(np.repeat(np.array(["low", "middle", "high"], dtype=object), 2), 2),
        "place": place,
        "households": households,
        "benefit_usd": np.where(lost, -10.0, 5.0) * households,
        "benefit_usd_year": np.where(lost, -2.0, 1.0) * households,
    }


def _hosts() -> Table:
    names = ("craft_job_years", "craft_job_years_local", "permanent_job_years")
    names += ("permanent_job_years_local", "tax_usd", "water_m3", "contacts_per_year", "openness")
    return {
        "community": np.array(["alpha", "beta"], dtype=object),
        "region": np.array(["plain", "plain"], dtype=object),
        "support": np.array([-0.2, 0.3]),
        "mood": np.array([-0.1, -0.1]),
        "bill_usd_per_household_year": np.array([4.0, 4.0]),
        **{name: np.array([1.0, 2.0]) for name in names},
        "promises_kept": np.array([1.0, 2.0]),
        "promises_broken": np.array([1.0, 0.0]),
    }


def _events(finish: np.ndarray, weeks: int, start: date) -> Table:
    rows = [
        (int(at), start + timedelta(weeks=int(at)), "finished", site, "builder", f"phase {phase}")
        for at, (site, phase) in sorted(zip(finish, PHASES, strict=True))
        if at < weeks
    ]
    days = [day.isoformat() for _, day, *_ in rows]
    texts = zip(*[row[2:] for row in rows], strict=True) if rows else ((), (), (), ())
    kind, site, agent, text = (np.array(list(column), dtype=object) for column in texts)
    return {
        "week": np.array([row[0] for row in rows], dtype=np.int64),
        "day": np.array(days, dtype=object),
        "kind": kind,
        "site": site,
        "agent": agent,
        "text": text,
    }


class Histories:
    """Stands for ``ecosystem.branching.Histories``: every run lives through its own history."""

    def expect(self, *arguments, **options) -> None:
        """Do nothing: runs are made as they are asked for."""

    def run(self, world, strategy, seed, weeks=None, **options) -> RunResult:
        world = world if weeks is None else world.with_("weeks", weeks)
        return sys.modules["ecosystem.model"].simulate(world, strategy, seed, **options)


def stand_in(monkeypatch) -> None:
    """Let the made-up model stand for the real one in this process."""
    monkeypatch.setitem(sys.modules, "ecosystem.model", sys.modules[__name__])
    monkeypatch.setitem(sys.modules, "ecosystem.branching", sys.modules[__name__])
    monkeypatch.setattr(runner, "_own", local())
