"""``ecosystem validate society``: hosts, permits, training and bills against published figures."""

import csv
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import date
from functools import cache
from io import StringIO
from multiprocessing import get_context

import numpy as np
from scipy.stats import qmc

from ecosystem.checks import Check
from ecosystem.institutions.tariffs import (
    annual_cost_usd,
    bill_change_usd_per_mwh,
    requests_kept,
)
from ecosystem.institutions.validation import erlang_c, study_waits
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
from ecosystem.society.validation import (
    academy_fte,
    censored,
    mobilisation_checks,
    opinion_checks,
    training_checks,
)
from ecosystem.units import HOURS_PER_YEAR, MW_PER_GW, WEEKS_PER_YEAR, FloatArray, week_of
from experiments.breakeven import BreakEven, Question, break_evens
from experiments.compare import MIN_FUTURES
from experiments.history_matching import (
    CUTOFF,
    Figures,
    Job,
    Matched,
    implausibility,
    match,
    prior,
    run_many,
)
from viz.evidence import COLOURS, Axis, Series, plot

NONE = float("inf")
SEEDS, FORECASTS = 6, 24
UNTIL = date(2026, 7, 6)
UNIDENTIFIED = 0.8
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


def checks() -> list[Check]:
    """Return every figure with its limit."""
    return [
        *oracle_checks(),
        *training_figures(),
        *deposit_checks(),
        *bill_checks(),
        *nation_checks(),
        *fit_checks(),
        *forecast_checks(),
        *fold_checks(),
        *variant_checks(),
        *break_even_checks(),
    ]


def notes() -> list[str]:
    """Return what was fitted, what stays open and what a strategy would have to do."""
    m, space = matched(), prior()
    spread = m.spread()
    order = np.argsort(spread)
    known = [f"{space.names[i]} {spread[i]:.2f}" for i in order if spread[i] < UNIDENTIFIED]
    open_ = [space.names[i] for i in order if spread[i] >= UNIDENTIFIED]
    turns = "; ".join(f"{name}: {b.text}" for name, b in breaks().items())
    return [
        f"Fitted to the figures up to the end of 2025: {int(m.plausible.sum())} of "
        f"{len(m.values)} samples of {len(space.names)} numbers are not implausible (all targets "
        f"within {CUTOFF:g} standard deviations). 90% range over that of the prior, where it is "
        f"below {UNIDENTIFIED:g}: {', '.join(known) or 'none'}.",
        f"Unidentified by these figures: {', '.join(open_)}.",
        "The figures of 2026 are forecasts given the mood: with the polls of 2026, and with the "
        "mood as it was at the end of 2025. The mood itself is not forecast.",
        f"Break-even effect, in multiples of what is assumed, by usable GW-years against S0: "
        f"{turns}. At effect 0 a strategy still costs its time.",
    ]


def oracle_checks() -> list[Check]:
    """Return rules against solutions found without them."""
    rng = np.random.default_rng(0)
    numbers = Numbers().workforce
    length = round(numbers.apprentice_weeks)
    waits = study_waits(3, rng.exponential(1 / 1.5, 20_000), rng.exponential(1.0, 20_000))
    exact = erlang_c(3, 1.5)
    area = "study queue"
    return [
        *opinion_checks(rng.random((8, 5, 60))),
        *mobilisation_checks(),
        *training_checks(length, numbers.completion),
        Check(
            area,
            "M/M/3, half load: share waiting, error",
            abs(waits.share / exact.share - 1) * 100,
            10,
            "%",
        ),
        Check(
            area,
            "M/M/3, half load: mean wait, error",
            abs(waits.mean / exact.mean - 1) * 100,
            10,
            "%",
        ),
    ]


def training_figures() -> list[Check]:
    """Return what an academy yields, and what a censored count says of completion."""
    n, area = Numbers().workforce, "training"
    weeks, seen = round(n.apprentice_weeks), target("academy_fte").value
    ends = n.apprentice_start_productivity, n.apprentice_end_productivity
    got = academy_fte(2.0, weeks, n.completion, *ends)
    rows = [Check(area, f"500 seats, two years: {seen:g} designed", got, NONE, "FTE")]
    for what, share, length in (
        ("joint programmes' 56%", 0.56, weeks),
        ("nobody drops out", 1.0, weeks),
        ("62% complete, four years", 0.62, 208),
    ):
        rows.append(
            Check(area, f"the same: {what}", academy_fte(2.0, length, share, *ends), NONE, "FTE")
        )
    completed, cancelled = 0.248, 0.401
    whole, years = censored(completed, cancelled, weeks)
    return [
        *rows,
        Check(
            area,
            "designed output is off by",
            abs(got / seen - 1) * 100,
            15,
            "%",
            False,
        ),
        Check(
            area,
            "completion among resolved (P131)",
            completed / (completed + cancelled),
            NONE,
            "1",
        ),
        Check(area, "completion of all entrants behind it", whole, NONE, "1"),
        Check(area, "years of steady intake behind it", years, NONE, "years"),
    ]


def deposit_checks() -> list[Check]:
    """Return what firm commitments leave of requests, and what that does to the queue."""
    area, published = "deposits", target("request_conversion")
    rows = [
        Check(
            area,
            f"requests kept, {name} speculative",
            float(requests_kept(1e9, share, 1e6)),
            NONE,
            "1",
        )
        for name, share in (("81%", 0.81), ("57%", 0.57))
    ]
    low, high = rows[0].value, rows[1].value
    off = max(abs(low - published.low), abs(high - published.high))
    before, after = erlang_c(3, 2.7), erlang_c(3, 2.7 * low)
    return [
        *rows,
        Check(area, "off 0.19-0.43 (AEP Ohio; set by it)", off, 0.01, "1"),
        Check(area, "wait over study, 90% load", before.mean, NONE, "1"),
        Check(area, "the same after deposits", after.mean, NONE, "1"),
    ]


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


def bill_checks() -> list[Check]:
    """Return the sign of the bill effect by type of region."""
    area, found = "bills", bills()
    rows: list[Check] = []
    for key, kind in (("pjm", "tight"), ("miso", "tight"), ("wecc", "slack"), ("serc", "slack")):
        low, middle, high = np.quantile(found[key], (0.05, 0.5, 0.95))
        name = f"{key} ({kind}), by 1 GW"
        rows += [
            Check(area, f"{name}: median", float(middle), NONE, "USD/MWh"),
            Check(area, f"{name}: 5%", float(low), NONE, "USD/MWh"),
            Check(area, f"{name}: 95%", float(high), NONE, "USD/MWh"),
        ]
    falls, rises = float((found["pjm"] < 0).mean()), float((found["serc"] > 0).mean())
    both = min(falls, 1 - falls, rises, 1 - rises)
    return [
        *rows,
        Check(area, "pjm: draws with a fall (P183: rise)", falls, 0.5, "1", False),
        Check(area, "serc: draws with a rise (P185: fall)", rises, 0.5, "1", False),
        Check(area, "one sign alone, in pjm or serc", float(both == 0), 0, "1"),
    ]


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


def _seen(what: str) -> str:
    low, middle, high = published(target(what))
    return f"{middle:.3g} ({low:.2g}-{high:.2g})"


def _off(what: str, got: FloatArray) -> float:
    """Return how far the published interval lies outside that of the model."""
    low, _, high = published(target(what))
    return max(float(got[0]) - high, low - float(got[2]), 0.0)


def _row(area: str, name: str, value: float, unit: str) -> Check:
    """Return a row for information; what never happened has no rate."""
    if np.isnan(value):
        return Check(area, f"{name} (no case)", 0.0, NONE, unit)
    return Check(area, name, value, NONE, unit)


def nation_checks() -> list[Check]:
    """Return the default nation beside what was published."""
    area, found = "default", nation()
    rows = [
        _row(area, f"{name}: {_seen(what)}", float(quantiles(what, found)[1]), unit_of(what))
        for what, name in SHOWN.items()
    ]
    far = np.median(implausibility(found, EACH), axis=0).tolist()
    fitted = [row.what for row in load_society_targets() if row.use == "fit"]
    for what, distance in zip(fitted, far, strict=True):
        name = f"{SHOWN[what]}: implausibility"
        rows.append(Check(area, name, distance, CUTOFF, "s.d.", promised=False))
    drawn, expected, spread = np.sum([(f.denied, f.chance, f.chance_var) for f in found], axis=0)
    sigmas = float(abs(drawn - expected) / np.sqrt(spread))
    return [*rows, Check("hearings", "denials drawn against their chance", sigmas, 3, "s.d.")]


def fit_checks() -> list[Check]:
    """Return what the plausible samples show, and how far the published figures are from them."""
    m, area, found = matched(), "fitted", plausible()
    rows = [
        _row(area, "plausible samples", float(len(found)), "samples"),
        Check(area, "short of twenty of them by", max(20.0 - len(found), 0.0), 0, "samples"),
        _row(area, "share of the first wave", float(m.plausible[: m.first].mean()), "1"),
    ]
    for what, name in SHOWN.items():
        got, unit = quantiles(what, found), unit_of(what)
        promised = what in ("contested_share", "cancelled_2025")
        kind = "fitted" if target(what).use == "fit" else "not fitted"
        rows += [
            _row(area, f"{name}: 5%", float(got[0]), unit),
            _row(area, f"{name}: 95%", float(got[2]), unit),
            Check(area, f"{kind}: published is off by", _off(what, got), 0, unit, promised),
        ]
    spread, names = m.spread(), prior().names
    order = np.argsort(spread).tolist()
    rows += [
        _row("identified", f"{names[i]}: range / prior", float(spread[i]), "1") for i in order[:6]
    ]
    rate = m.values[m.plausible][:, names.index("regulators.withdrawals_per_year")]
    low, middle, high = np.quantile(rate, (0.05, 0.5, 0.95)).tolist()
    return [
        *rows,
        _row(
            "identified",
            f"numbers above {UNIDENTIFIED:g}",
            float((spread >= UNIDENTIFIED).sum()),
            "numbers",
        ),
        _row("identified", "withdrawals a campaign-year: 5%", low, "1/yr"),
        _row("identified", "withdrawals a campaign-year: median", middle, "1/yr"),
        _row("identified", "withdrawals a campaign-year: 95%", high, "1/yr"),
    ]


def forecast_checks() -> list[Check]:
    """Return 2026 given the mood, beside what was counted."""
    area, rows = "2026", list[Check]()
    for what, name in FORECAST.items():
        unit = unit_of(what)
        got = quantiles(what, forecast()["observed"])
        still = quantiles(what, forecast()["frozen"])
        rows += [
            _row(area, f"{name}: {_seen(what)}", float(got[1]), unit),
            _row(area, f"{name}: 5%", float(got[0]), unit),
            _row(area, f"{name}: 95%", float(got[2]), unit),
            _row(area, f"{name}, mood of 2025", float(still[1]), unit),
            Check(area, "counted is off by", _off(what, got), 0, unit, promised=False),
        ]
    return rows


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


def fold_checks() -> list[Check]:
    """Return how near the worlds are to the fold of opinion."""
    rows: list[Check] = []
    places = {"nation": census_mood(), "default world": Numbers().society.mood_later}
    for name, share in folds().items():
        area, down, up = "fold", share[: len(MOODS)], share[len(MOODS) :][::-1]
        here = places[name]
        slope = np.diff(down) / np.diff(MOODS)
        steep = int(np.argmin(slope))
        middle = float(MOODS[steep : steep + 2].mean())
        at = float(np.interp(-here, -MOODS, down))
        worse = float(np.interp(-(here - 0.1), -MOODS, down))
        rows += [
            Check(area, f"{name}: contested at mood {here:+.2f}", at, NONE, "1"),
            Check(area, f"{name}: contested 0.1 below", worse, NONE, "1"),
            Check(area, f"{name}: mood of the steepest rise", middle, NONE, "1"),
            Check(area, f"{name}: distance to it", here - middle, NONE, "1"),
            Check(
                area, f"{name}: rise there per 0.1 of mood", -0.1 * float(slope[steep]), NONE, "1"
            ),
            Check(area, f"{name}: widest gap of the way up", float((up - down).max()), NONE, "1"),
        ]
    return rows


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


def variant_checks() -> list[Check]:
    """Return which conclusions depend on the rule of opinion."""
    area, rows, here = "opinion rules", list[Check](), census_mood()
    for rule, found in variants().items():
        name = rule.replace("_", " ")
        share = {k: float(np.interp(-here, -MOODS, v)) for k, v in found.items()}
        reached = np.flatnonzero(found["S0"] >= 0.5)
        half = float(MOODS[reached[0]]) if len(reached) else float("nan")
        at_half = {
            k: float(v[reached[0]]) if len(reached) else float("nan") for k, v in found.items()
        }
        rows += [
            Check(area, f"{name}: contested at census mood", share["S0"], NONE, "1"),
            Check(area, f"{name}: half contested at mood", half, NONE, "1"),
            Check(
                area,
                f"{name}: there by openness",
                at_half["open"] - at_half["S0"],
                NONE,
                "1",
            ),
            Check(
                area,
                f"{name}: there by agreement",
                at_half["agreed"] - at_half["S0"],
                NONE,
                "1",
            ),
        ]
    return rows


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


def break_even_checks() -> list[Check]:
    """Return gains in usable GW-years by multiple of the assumed effect."""
    rows: list[Check] = []
    for name, b in breaks().items():
        mean = b.gain.mean(axis=0)
        rows += [
            Check("break-even", f"{name}: gain at effect {m:g}", float(g), NONE, "GW yr")
            for m, g in zip(b.multipliers.tolist(), mean.tolist(), strict=True)
        ]
        place = {np.inf: " at none up to 1.5", -np.inf: " at all from 0"}.get(b.at, "")
        value = b.at if np.isfinite(b.at) else 0.0
        rows.append(_row("break-even", f"{name}: equals S0{place or ' at'}", value, "1"))
    return rows


def tables() -> dict[str, str]:
    """Return every figure beside the model, and every number beside its plausible range."""
    m = matched()
    out = StringIO()
    writer = csv.writer(out)
    columns = ("source", "figure", "until", "use", "low", "value", "high", "count", "of")
    extra = ("default_low", "default", "default_high", "fitted_low", "fitted", "fitted_high")
    writer.writerow((*columns, *extra, "note"))
    for row in load_society_targets():
        cells = [float("nan")] * 6
        if row.what in SHOWN or row.what in FORECAST:
            later = plausible() if row.what in SHOWN else forecast()["observed"]
            both = (quantiles(row.what, nation()), quantiles(row.what, later))
            cells = np.concatenate(both).tolist()
        shown = [f"{v:.4g}" for v in published(row)]
        own = [f"{v:.4g}" for v in cells]
        key = (row.ident, row.what, row.until, row.use)
        writer.writerow((*key, *shown, row.cases, row.of, *own, row.note))
    numbers = StringIO()
    writer = csv.writer(numbers)
    writer.writerow(
        ("number", "low", "default", "high", "plausible_5", "median", "plausible_95", "over_prior")
    )
    space, kept = prior(), m.values[m.plausible]
    for i in np.argsort(m.spread()).tolist():
        own = np.quantile(kept[:, i], (0.05, 0.5, 0.95))
        ends = [space.low[i], space.default[i], space.high[i]]
        cells = [f"{v:.4g}" for v in (*ends, *own, m.spread()[i])]
        writer.writerow((space.names[i], *cells))
    return {"society_figures.csv": out.getvalue(), "society_numbers.csv": numbers.getvalue()}


def plots() -> dict[str, str]:
    """Return all plots by file name."""
    return {
        "contested.svg": contested_plot(),
        "cancelled.svg": cancelled_plot(),
        "fold.svg": fold_plot(),
        "opinion_rules.svg": rules_plot(),
    }


def _band(found: Sequence[Figures]) -> FloatArray:
    return np.quantile(np.array([f.share for f in found]), (0.05, 0.5, 0.95), axis=0)


def contested_plot() -> str:
    """Return the contested share over time, forecast from 2026 on."""
    band, frozen = _band(forecast()["observed"]), _band(forecast()["frozen"])
    default = _band(nation())[1]
    year = 2023 + 4 * np.arange(band.shape[1]) / WEEKS_PER_YEAR
    late = year >= 2026
    x, y = Axis("year", 2023.0, 2026.6), Axis("share of planned projects with a campaign", 0.0, 1.0)
    row = target("contested_share")
    at = np.array([2023 + week_of(CENSUS, START) / WEEKS_PER_YEAR])
    found = [
        Series("fitted, 5-95%", year, band[0], "line", "#bbbbbb"),
        Series("", year, band[2], "line", "#bbbbbb"),
        Series("fitted, median", year, band[1], "line"),
        Series("frozen mood", year[late], frozen[1][late], "line", COLOURS[2]),
        Series("default numbers", year, default, "dash"),
        Series("counted", at, np.array([row.cases / row.of]), "dot", COLOURS[1]),
    ]
    return plot("Contested projects: fitted to 2025, 2026 given the mood", x, y, found)


def cancelled_plot() -> str:
    """Return cancellations a year, and in the first quarter of 2026."""
    observed, frozen = forecast()["observed"], forecast()["frozen"]
    names = ("cancelled_2023", "cancelled_2024", "cancelled_2025", "cancelled_2026q1")
    at = np.array([2023.5, 2024.5, 2025.5, 2026.125])
    floor = 0.5
    got = np.array([quantiles(n, observed) for n in names])
    seen = np.array([target(n).cases for n in names])
    x, y = (
        Axis("year", 2023.0, 2026.6),
        Axis("projects cancelled (0.5: none)", floor, 200.0, log=True),
    )
    clipped = np.clip(got, floor, y.high)
    found = [
        Series("", np.array([a, a]), row[[0, 2]], "line", "#bbbbbb")
        for a, row in zip(at, clipped, strict=True)
    ]
    still = np.clip(quantiles(names[-1], frozen)[1:2], floor, y.high)
    base = np.clip([quantiles(n, nation())[1] for n in names], floor, y.high)
    found += [
        Series("fitted, median", at, clipped[:, 1]),
        Series("frozen mood", at[-1:] + 0.06, still, "ring", COLOURS[2]),
        Series("default numbers", at - 0.06, base, "ring", COLOURS[4]),
        Series("counted", at + 0.03, seen, "dot", COLOURS[1]),
    ]
    return plot("Cancelled under a campaign: years, and one quarter of 2026", x, y, found)


def fold_plot() -> str:
    """Return the contested share against mood, down and up."""
    x = Axis("national net support", -0.8, 0.4)
    y = Axis("share of hosts with a campaign, all announced", 0.0, 1.0)
    found: list[Series] = []
    for i, (name, share) in enumerate(folds().items()):
        down, up = share[: len(MOODS)], share[len(MOODS) :]
        found.append(Series(f"{name}, falling", MOODS, down, "line", COLOURS[i]))
        found.append(Series(f"{name}, rising", MOODS[::-1], up, "ring", COLOURS[i]))
    return plot("The fold: contested share against mood", x, y, found)


def rules_plot() -> str:
    """Return the contested share against mood by rule of opinion."""
    x = Axis("national net support", -0.8, 0.4)
    y = Axis("share of hosts with a campaign, all announced", 0.0, 1.0)
    found: list[Series] = []
    for i, (rule, share) in enumerate(variants().items()):
        name = rule.replace("_", " ")
        found.append(Series(name, MOODS, share["S0"], "line", COLOURS[i]))
        found.append(Series("with agreement", MOODS, share["agreed"], "ring", COLOURS[i]))
    return plot("The same by rule of opinion", x, y, found)
