"""The runs behind ``ecosystem validate society``, each made once, and what is measured on them."""

from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import date
from functools import cache
from multiprocessing import get_context

import numpy as np
from scipy.stats import qmc

from ecosystem.institutions.tariffs import annual_cost_usd, bill_change_usd_per_mwh
from ecosystem.national import (
    CENSUS,
    END_OF_FIT,
    START,
    National,
    SocietyTarget,
    load_society_targets,
    national_world,
    organised_share,
    stage_of,
)
from ecosystem.numbers import Numbers
from ecosystem.parameters import cards
from ecosystem.scenario import load_strategy, load_world
from ecosystem.society.mood import mood_at
from ecosystem.society.opinion import Influence
from ecosystem.units import HOURS_PER_YEAR, MW_PER_GW, WEEKS_PER_YEAR, FloatArray, week_of
from experiments.breakeven import BreakEven, Question, break_evens
from experiments.compare import MIN_FUTURES
from experiments.history_matching import Figures, Job, Matched, match, prior, run_many

SEEDS = 6
FORECASTS = 24
UNTIL = date(2026, 7, 6)
EACH = float(National().thin)
MULTIPLIERS = (0.0, 0.75, 1.5)
MOODS = np.linspace(0.4, -0.8, 25)
GRID = (
    "full_cost_share",
    "grid_cost_usd_per_mw",
    "fixed_cost_margin_usd_per_mwh",
    "capacity_price_push_usd_per_mwh",
)
PROCESSES = 2


@cache
def bills() -> dict[str, FloatArray]:
    """Return the change of others' rate by a GW [USD/MWh] in each region, over the ranges."""
    known = {card.path: card for card in cards(Numbers().grid)}
    low, high = np.array([known[name].sample for name in GRID], dtype=float).T
    drawn = low + qmc.LatinHypercube(len(GRID), rng=0).random(1_000) * (high - low)
    share, cost, margin, push = drawn.T
    numbers = Numbers()
    load_mwh = MW_PER_GW * numbers.cluster.availability * HOURS_PER_YEAR
    found: dict[str, FloatArray] = {}
    for region in load_world("stargate").regions:
        others = region.residential_mwh_per_year
        found[region.key] = bill_change_usd_per_mwh(
            annual_cost_usd(cost * MW_PER_GW, numbers.capital.discount_per_year, 40.0),
            load_mwh,
            others,
            full_cost_share=share,
            price_rise_usd_per_mwh=push * region.tight,
            exposed_mwh=others,
            margin_usd_per_mwh=margin,
        )
    return found


@cache
def workers() -> Executor:
    """Return two processes, which end with this one."""
    return ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"))


@cache
def nation() -> list[Figures]:
    """Return the default nation to mid-2026, some seeds."""
    jobs = [Job(prior().default, UNTIL, seed) for seed in range(SEEDS)]
    return run_many(jobs, workers())


@cache
def matched() -> Matched:
    """Return the samples and which of them are plausible."""
    return match(pool=workers())


def plausible() -> list[Figures]:
    """Return the courses of the plausible samples."""
    m = matched()
    return [f for f, ok in zip(m.figures, m.plausible, strict=True) if ok]


@cache
def forecast() -> dict[str, list[Figures]]:
    """Return plausible samples to mid-2026, with the mood as observed and as it was."""
    m = matched()
    chosen = m.values[m.plausible]
    chosen = chosen[:: max(len(chosen) // FORECASTS, 1)][:FORECASTS]
    return {
        "observed": run_many([Job(x, UNTIL) for x in chosen], workers()),
        "frozen": run_many([Job(x, UNTIL, 0, END_OF_FIT) for x in chosen], workers()),
    }


def target(what: str) -> SocietyTarget:
    """Return a published figure by its name."""
    return next(row for row in load_society_targets() if row.what == what)


def _over(a: float, b: float) -> float:
    return a / b if b else float("nan")


def measure(what: str, f: Figures) -> float:
    """Return a figure of one course of events, counts in projects of the nation."""
    values = {
        "contested_share": _over(f.contested, f.planned),
        "cancelled_2023": EACH * f.cancelled[0],
        "cancelled_2024": EACH * f.cancelled[1],
        "cancelled_2025": EACH * f.cancelled[2],
        "cancelled_late_2025": _over(f.cancelled_late[2], f.cancelled[2]),
        "denied_opposed": _over(f.opposed_denied, f.opposed),
        "denied_quiet": _over(f.quiet_denied, f.quiet),
        "denied_gigawatt": _over(f.gigawatt_denied, f.gigawatt),
        "sued_opposed": _over(f.sued, f.fought),
        "cancelled_sustained": _over(f.sustained_cancelled, f.sustained),
        "delay_months": _delay(f),
        "cancellation_hazard_2025": _over(f.cancelled[2], f.years[2]),
        "moratoria_2025q4": _over(f.moratoria[3], f.free_years[3]),
    }
    if len(f.fights) > 4:
        values |= {
            "cancelled_2026q1": EACH * f.cancelled_quarter[4],
            "fights_2026q1": EACH * f.fights[4],
            "cancellation_hazard_2026q1": _over(f.cancelled_quarter[4], f.host_years[4]),
            "moratoria_2026h1": _over(sum(f.moratoria[4:6]), sum(f.free_years[4:6])),
        }
    return float(values[what])


def _delay(f: Figures) -> float:
    """Return the median months lost by fought projects that lost any."""
    lost = np.array([w for w in f.delays if w > 0])
    return float(np.median(lost)) * 12 / WEEKS_PER_YEAR if len(lost) else float("nan")


def published(row: SocietyTarget) -> tuple[float, float, float]:
    """Return low, central and high of a figure: as published, or by its count (95%)."""
    if row.what.startswith("moratoria"):  # per county-year
        years = row.of * (4 if "2025" in row.what else 6) / 12
        spread = 1.96 * np.sqrt(row.cases)
        return ((row.cases - spread) / years, row.cases / years, (row.cases + spread) / years)
    if row.of:
        p, n, z = row.cases / row.of, row.of, 1.96
        middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - half) / (1 + z * z / n), p, (middle + half) / (1 + z * z / n)
    if row.cases:
        spread = 1.96 * np.sqrt(row.cases)
        return max(row.cases - spread, 0.0), row.cases, row.cases + spread
    return row.low, row.value, row.high


def quantiles(what: str, found: Sequence[Figures]) -> FloatArray:
    """Return 5%, median and 95% of a figure over courses in which it can be measured."""
    values = np.array([measure(what, f) for f in found])
    values = values[np.isfinite(values)]
    if len(values) < MIN_FUTURES:
        return np.full(3, np.nan)
    return np.quantile(values, (0.05, 0.5, 0.95))


SHOWN = {
    "contested_share": "contested, Jan 2026",
    "cancelled_2023": "cancelled 2023",
    "cancelled_2024": "cancelled 2024",
    "cancelled_2025": "cancelled 2025",
    "cancelled_late_2025": "of these after June",
    "denied_opposed": "denied if opposed",
    "denied_quiet": "denied if not",
    "denied_gigawatt": "denied if opposed, GW",
    "sued_opposed": "sued if opposed",
    "cancelled_sustained": "cancelled after 6 months of it",
    "delay_months": "delay where there is one",
    "cancellation_hazard_2025": "cancelled a year, 2025",
    "moratoria_2025q4": "moratoria a host-year, Q4",
}
FORECAST = {
    "cancelled_2026q1": "cancelled in Q1",
    "fights_2026q1": "new fights in Q1",
    "cancellation_hazard_2026q1": "cancelled a year, in Q1",
    "moratoria_2026h1": "moratoria a host-year, H1",
}


def unit_of(what: str) -> str:
    """Return the unit of a figure."""
    if what in ("cancelled_late_2025", "cancelled_sustained"):
        return "1"
    if what.startswith(("cancelled_", "fights")):
        return "projects"
    return {"delay_": "months", "cancel": "1/yr", "morato": "1/yr"}.get(what[:6], "1")


@cache
def folds() -> dict[str, FloatArray]:
    """Return the contested share against mood: down and up again, default nation and world."""
    there_and_back = np.concatenate([MOODS, MOODS[::-1]])
    return {
        "nation": organised_share(stage_of(national_world(CENSUS)), there_and_back),
        "default world": organised_share(stage_of(load_world("stargate")), there_and_back),
    }


def census_mood() -> float:
    """Return the mood on the day of the census, from the polls before and after it."""
    series = National().mood
    weeks = np.array([week_of(d, START) for d in series.dates])
    return float(mood_at(week_of(CENSUS, START), weeks, np.array(series.values), 0.0, 1.0))


@cache
def variants() -> dict[str, dict[str, FloatArray]]:
    """Return the contested share against mood by rule of opinion, under S0, S7 and S2."""
    stages = {
        "S0": stage_of(national_world(CENSUS)),
        "open": stage_of(national_world(CENSUS), "S7"),
        "agreed": stage_of(national_world(CENSUS), "S2"),
    }
    return {
        rule.value: {name: organised_share(stage, MOODS, rule) for name, stage in stages.items()}
        for rule in Influence
    }


@cache
def breaks() -> dict[str, BreakEven]:
    """Return the break-even effects of engagement, agreement and training."""
    base = load_strategy("S0")
    questions = {
        "engagement (S7)": Question(load_strategy("S7"), "engagement"),
        "agreement (S2)": Question(load_strategy("S2"), "agreement"),
        "training (S3)": Question(load_strategy("S3"), "training"),
    }
    found = break_evens(
        load_world("stargate"),
        base,
        list(questions.values()),
        count=MIN_FUTURES,
        multipliers=MULTIPLIERS,
        pool=workers(),
    )
    return dict(zip(questions, found, strict=True))
