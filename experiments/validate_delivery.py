"""``ecosystem validate delivery``: sites as predicted by the activity network, beside real ones."""

import csv
from datetime import date
from functools import cache
from io import StringIO

import numpy as np

from ecosystem.buildouts import AS_OF, Facts, load_buildouts, load_targets
from ecosystem.checks import Check
from ecosystem.hindcast import FITTED, WEEKS_PER_MONTH, fit, predict
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from ecosystem.units import MW_PER_GW, FloatArray, week_of
from experiments.hindcast_scores import (
    ANNOUNCED,
    SAMPLES,
    SHIPPED,
    LeftOut,
    binomial_interval,
    forecast_slip,
    gigawatt_ramp,
    left_out,
    ramps_left_out,
    survival,
)
from experiments.runner import simulate
from viz.evidence import COLOURS, Axis, Series, diagonal, plot, spanning

SEEDS, WEEKS = 4, 80
SECURED = ("secured", "permitted", "building", "energised", "commissioned", "usable")
NONE = float("inf")


def checks() -> list[Check]:
    """Return every figure with its limit."""
    return [
        *fit_checks(),
        *first_building_checks(),
        *left_out_checks(),
        *ramp_checks(),
        *slip_checks(),
        *abilene_checks(),
        *ladder_checks(),
    ]


def notes() -> list[str]:
    """Return what was fitted, on how much."""
    records = [r for r in load_buildouts() if r.cleared is not None]
    complete = sum(r.complete for r in records)
    seen = [r for r in ramps_left_out() if r.ramp.added > 0]
    roofs = sum(r.roof_after > 0 or r.roof_by < NONE for r in records)
    c = FITTED.constants
    return [
        f"Fitted: seven constants. Five (building {c.building:.2f}, self_wait "
        f"{c.self_wait:.2f}, leased_wait {c.leased_wait:.2f}, work_spread "
        f"{c.work_spread:.2f}, builder_spread {c.builder_spread:.2f}) on {len(records)} "
        f"sites, {complete} with a first building and {len(records) - complete} censored on "
        f"{AS_OF}, with {roofs} roofs dated by images and one published median (P143). Two "
        f"(fill_months {c.fill_months:.1f}, fill_spread {c.fill_spread:.2f}) on "
        f"{len(ramps_left_out())} campuses, {len(ramps_left_out()) - len(seen)} of them censored.",
        "'Left out' rows predict each site from a fit to all others. Abilene and the size of the "
        "programme were fitted in the default world: those rows show a calibration, no skill.",
    ]


def fit_checks() -> list[Check]:
    """Return what the fit says of tenure, with and without the one published median in it."""
    records = load_buildouts()
    found: list[Check] = []
    for summary, name in ((True, "all"), (False, "without P143")):
        c = fit(records, summary=summary).constants
        ratio = c.leased_wait / c.self_wait
        found.append(Check("fit", f"leased over self-built wait, {name}", ratio, NONE, "1"))
    return found


def first_building_checks() -> list[Check]:
    """Return medians from clearing to the first building, observed and predicted."""
    area, new = "first building", [s for s in left_out() if s.record.new]
    seen, got = _median_observed(new), _median_predicted(new)
    found = [
        Check(area, "new builds: complete", sum(s.record.complete for s in new), NONE, "sites"),
        Check(area, "new builds: censored", sum(not s.record.complete for s in new), NONE, "sites"),
        Check(area, "new builds: median observed, with censoring", seen, NONE, "months"),
        Check(area, "new builds: median predicted, left out", got, NONE, "months"),
        Check(area, "new builds: medians differ by", abs(got / seen - 1) * 100, 15.0, "%"),
    ]
    for name, ident, typical in (
        ("self-built", "P144", Facts(tenure="self", power="grid")),
        ("leased", "P143", Facts(tenure="leased", power="bridge")),
    ):
        drawn = float(np.median(predict(typical, SAMPLES).first_weeks)) / WEEKS_PER_MONTH
        published = _target(ident)
        found += [
            Check(area, f"{name}, unknown builder: median", drawn, NONE, "months"),
            Check(area, f"{name}: off {ident} by", abs(drawn - published), 3.0, "months", False),
        ]
    return found


def left_out_checks() -> list[Check]:
    """Return coverage and scores of sites left out of the fit."""
    area, sites = "left out", left_out()
    complete = [s for s in sites if s.record.complete]
    hits = sum(s.covers() for s in complete)
    low, high = binomial_interval(hits, len(complete))
    outside = max(low - 0.8, 0.8 - high, 0.0)
    chance = np.array([float((s.network <= s.horizon).mean()) for s in sites])
    sigmas = abs(chance.sum() - len(complete)) / float(np.sqrt((chance * (1 - chance)).sum()))
    share = hits / len(complete)
    found = [
        Check(area, f"in the 80% interval, n={len(complete)}", share, NONE, "1"),
        Check(area, "binomial 95% interval: from", low, NONE, "1"),
        Check(area, "binomial 95% interval: to", high, NONE, "1"),
        Check(area, "80% lies outside it by", outside, 0.0, "1"),
        Check(area, "predicted to be open by then", float(chance.sum()), NONE, "sites"),
        Check(area, f"from the {len(complete)} that are", sigmas, 2.0, "s.d."),
    ]
    new = [s for s in complete if s.record.new]
    for group, which, horizon in (
        (new, f"new builds, n={len(new)}", False),
        (complete, f"with retrofits, n={len(complete)}", False),
        (sites, f"all to {AS_OF}, n={len(sites)}", True),
    ):
        found += _scores(area, group, which, horizon)
    for tenure, name in (("self", "self-built"), ("leased", "leased")):
        mine = [s for s in new if s.record.facts.tenure == tenure]
        got, naive = (sum(s.score(rival) for s in mine) for rival in ("network", "naive"))
        label = f"CRPS over naive, {name} new builds, n={len(mine)}"
        found.append(Check(area, label, got / naive, NONE, "1"))
    return found


def _scores(area: str, group: list[LeftOut], which: str, horizon: bool) -> list[Check]:
    score = {
        rival: float(np.mean([s.score(rival, horizon=horizon) for s in group]))
        for rival in ("network", "naive", "past", "lognormal", "stranger")
    }
    got = score["network"]
    return [
        Check(area, f"CRPS, {which}", got, NONE, "months"),
        Check(area, "over that of the naive distribution", got / score["naive"], 1.05, "1"),
        Check(area, "over that of a fitted lognormal", got / score["lognormal"], 1.0, "1", False),
        Check(area, "over that of the builder's other sites", got / score["past"], 1.0, "1", False),
        Check(area, "over the network without other sites", got / score["stranger"], NONE, "1"),
    ]


def ramp_checks() -> list[Check]:
    """Return MW a month after the first building."""
    area, seen = "ramp", ramps_left_out()
    drawn = gigawatt_ramp()
    low, median, high = (float(q) for q in np.quantile(drawn, (0.1, 0.5, 0.9)))
    known = [float(row["value"]) for row in load_targets() if row["id"] == "P147"]
    off = abs(float(np.log(median / np.median(known))))
    hits = sum(s.covered for s in seen)
    bottom, top = binomial_interval(hits, len(seen))
    return [
        Check(area, "1.2 GW campus: 10% quantile", low, NONE, "MW/month"),
        Check(area, "1.2 GW campus: median", median, NONE, "MW/month"),
        Check(area, "1.2 GW campus: 90% quantile", high, NONE, "MW/month"),
        Check(area, "|ln| to the median of five sites (P147)", off, 0.3, "1", False),
        Check(area, f"left out: in the 80% interval, n={len(seen)}", hits / len(seen), NONE, "1"),
        Check(
            area, "80% outside its binomial interval by", max(bottom - 0.8, 0.8 - top, 0), 0.0, "1"
        ),
    ]


def slip_checks() -> list[Check]:
    """Return how far forecasts move in eight months, beside what was seen (P149)."""
    area, seen = "forecast slip", _target("P149")
    found: list[Check] = []
    beliefs = (
        (ANNOUNCED, "building work alone"),
        (SHIPPED, "shipped medians"),
        (FITTED.constants, "fitted medians"),
    )
    for belief, name in beliefs:
        slip = forecast_slip(belief)
        found += [
            Check(
                area, f"plans by {name}, n={len(slip.records)}: median", slip.median, NONE, "months"
            ),
            Check(area, f"plans by {name}: moved forward", slip.early * 100, NONE, "%"),
        ]
        if belief is SHIPPED:
            off = abs(slip.median - seen)
            found.append(Check(area, f"off the {seen:g} observed by", off, 2.0, "months", False))
    return found


@cache
def _runs() -> list[RunResult]:
    """Return the default world to mid-2026, some seeds."""
    world, strategy = load_world("stargate"), load_strategy("S0")
    return [simulate(world, strategy, seed, WEEKS) for seed in range(SEEDS)]


def _week(day: date) -> float:
    return week_of(day, load_world("stargate").start)


def _usable_it(day: date) -> float:
    row = int(_week(day))
    return float(np.median([run.series("usable_it_mw")[row] for run in _runs()]))


def abilene_checks() -> list[Check]:
    """Return the dated milestones of Abilene in the default world, whose durations they set."""
    area = "Abilene (fitted)"
    first = [
        float(np.nanmin(run.tables["phases"]["finish_week"][_at(run, "phases", "abilene")]))
        for run in _runs()
    ]
    late = float(np.median(first)) - _week(date(2025, 9, 26))
    found = [
        Check(area, "first building, median: weeks late", late, NONE, "weeks"),
        Check(area, "first building: off 2025-09-26 by", abs(late), 13.0, "weeks"),
    ]
    for day, mw, promised in ((date(2025, 12, 24), 211.0, False), (date(2026, 5, 23), 421.0, True)):
        got = _usable_it(day)
        off = abs(float(np.log(max(got, 1e-9) / mw)))
        found += [
            Check(area, f"IT power on {day}, {mw:g} observed", got, NONE, "MW"),
            Check(area, f"|ln| of it over {mw:g}", off, 0.41, "1", promised),
        ]
    return found


def ladder_checks() -> list[Check]:
    """Return secured and usable power of the programme at the dated points."""
    area = "ladder"
    found: list[Check] = []
    for row in load_targets():
        if row["what"] not in ("secured", "operating"):
            continue
        day, seen = date.fromisoformat(row["date"]), float(row["value"])
        secured, usable = _ladder(int(_week(day)))
        value = secured if row["what"] == "secured" else usable
        name = f"{row['what']} on {day}, {seen:g} observed ({row['id']})"
        found.append(Check(area, name, value, NONE, "GW"))
    secured, usable = _ladder(int(_week(date(2026, 4, 29))))
    found += [
        Check(area, "usable over secured on 2026-04-29", usable / secured, 0.1, "1"),
        Check(area, "secured off 10 GW then by", abs(secured / 10 - 1) * 100, 20.0, "%"),
    ]
    return found


def _ladder(row: int) -> tuple[float, float]:
    """Return secured or better, in the United States, and usable power [GW], median of seeds."""
    abroad = [s.key for s in load_world("stargate").sites if s.country != "US"]
    secured: list[float] = []
    usable: list[float] = []
    for run in _runs():
        sites = run.tables["sites"]
        then = (sites["week"] == row) & ~np.isin(sites["site"], abroad)
        secured.append(sum(float(sites[f"{rung}_mw"][then].sum()) for rung in SECURED))
        usable.append(float(run.series("usable_mw")[row]))
    return float(np.median(secured)) / MW_PER_GW, float(np.median(usable)) / MW_PER_GW


def _at(run: RunResult, table: str, site: str) -> np.ndarray:
    return run.tables[table]["site"] == site


def _target(ident: str) -> float:
    return next(float(row["value"]) for row in load_targets() if row["id"] == ident)


def _median_observed(sites: list[LeftOut]) -> float:
    months, share = survival([s.record for s in sites])
    return float(months[np.flatnonzero(share <= 0.5)[0]])


def _median_predicted(sites: list[LeftOut]) -> float:
    return float(np.median(np.concatenate([s.network for s in sites])))


def tables() -> dict[str, str]:
    """Return every site: what was seen and what was predicted [month]."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ("site", "builder", "tenure", "reuse", "complete", "months", "low", "median", "high")
    )
    for s in left_out():
        facts = s.record.facts
        quantiles = [f"{q:.1f}" for q in np.quantile(s.network, (0.1, 0.5, 0.9))]
        what = (facts.site, facts.builder, facts.tenure, facts.reuse, s.record.complete)
        writer.writerow((*what, f"{s.months:.1f}", *quantiles))
    return {"delivery_sites.csv": out.getvalue()}


def plots() -> dict[str, str]:
    """Return all plots by file name."""
    return {
        "first_building.svg": first_building_plot(),
        "survival.svg": survival_plot(),
        "ramp.svg": ramp_plot(),
        "ladder.svg": ladder_plot(),
    }


def first_building_plot() -> str:
    """Return predicted against seen, with the 80% interval of every site."""
    sites = left_out()
    seen = np.array([s.months for s in sites])
    low, median, high = np.array([np.quantile(s.network, (0.1, 0.5, 0.9)) for s in sites]).T
    values = np.concatenate([seen, low, high])
    x = spanning(
        values, "observed: months from clearing to the first building, or so far (rings)", log=True
    )
    y = x._replace(label="predicted without the site: median, 80% interval [months]")
    found = [diagonal(x, 1.0, name="equal")]
    found += [
        Series("", np.array([m, m]), np.array([a, b]), "line", "#bbbbbb")
        for m, a, b in zip(seen, low, high, strict=True)
    ]
    kinds = [(False, "self", "self-built"), (False, "leased", "leased"), (True, "", "retrofit")]
    for i, (retrofit, tenure, name) in enumerate(kinds):
        for complete in (True, False):
            mine = np.array(
                [
                    s.record.new != retrofit
                    and tenure in ("", s.record.facts.tenure)
                    and s.record.complete == complete
                    for s in sites
                ]
            )
            label, mark = (name, "dot") if complete else (f"{name}, not yet", "ring")
            found.append(Series(label, seen[mine], median[mine], mark, COLOURS[i]))
    return plot("Clearing to the first building: each site left out", x, y, found)


def survival_plot() -> str:
    """Return the share of new builds without power by time since clearing."""
    new = [s for s in left_out() if s.record.new]
    x, y = Axis("months since clearing", 0.0, 72.0), Axis("share of new builds without power", 0, 1)
    grid = np.linspace(0.0, 72.0, 145)
    found = [
        Series("predicted", grid, _survival(grid, [s.network for s in new]), "line"),
        Series("lognormal", grid, _survival(grid, [s.lognormal for s in new]), "dash"),
    ]
    for i, tenures in enumerate((("self", "leased"), ("self",), ("leased",)), start=1):
        months, share = survival([s.record for s in new if s.record.facts.tenure in tenures])
        steps = np.repeat(np.append(1.0, share), 2)[:-1]
        name = ("observed", "self-built alone", "leased alone")[i - 1]
        at = np.append(0.0, np.repeat(months, 2))
        found.append(Series(name, at, steps, "line", COLOURS[i]))
    return plot(f"New builds, n={len(new)}: when the first building opens", x, y, found)


def _survival(grid: FloatArray, draws: list[FloatArray]) -> FloatArray:
    return np.mean([(d[:, None] > grid).mean(axis=0) for d in draws], axis=0)


def ramp_plot() -> str:
    """Return predicted against seen MW a month after the first building."""
    seen = ramps_left_out()
    floor = 1.0
    got = np.array([[s.mw_per_month, s.low, s.median, s.high] for s in seen])
    got = np.maximum(got, floor)
    x = spanning(got, "observed: facility MW a month (1 stands for at most 1)", log=True)
    y = x._replace(label="predicted from other campuses: median, 80% interval")
    found = [diagonal(x, 1.0, name="equal")]
    found += [
        Series("", np.array([m, m]), np.array([a, b]), "line", "#bbbbbb") for m, a, _, b in got
    ]
    found.append(Series("campus", got[:, 0], got[:, 2]))
    return plot("Ramp after the first building: each campus left out", x, y, found)


def ladder_plot() -> str:
    """Return secured and usable power of the default world beside the dated points."""
    weeks = np.arange(4.0, WEEKS)
    power = np.array([_ladder(int(week)) for week in weeks])
    axis = Axis("weeks since 2025-01-06", 0.0, float(WEEKS))
    y = Axis("GW of facility power", 0.1, 20.0, log=True)
    running = power[:, 1] > y.low
    found = [
        Series("secured", weeks, power[:, 0], "line"),
        Series("usable", weeks[running], power[running, 1], "line", COLOURS[1]),
    ]
    for i, what in enumerate(("secured", "operating")):
        rows = [row for row in load_targets() if row["what"] == what]
        at = np.array([_week(date.fromisoformat(row["date"])) for row in rows])
        value = np.array([float(row["value"]) for row in rows])
        found.append(Series(f"{what}, as published", at, value, "ring", COLOURS[i]))
    return plot("Secured is not operating: the default world and the record", axis, y, found)
