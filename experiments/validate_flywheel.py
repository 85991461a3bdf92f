"""``ecosystem validate flywheel``: the market against closed forms and against 2023 to 2026."""

import csv
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from io import StringIO
from math import log
from multiprocessing import get_context

import numpy as np

from ecosystem.checks import Check
from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world
from ecosystem.units import WEEKS_PER_YEAR, FloatArray
from experiments import market_oracles as toys
from experiments import takeoff
from experiments.market_matching import (
    CUTOFF,
    NUMBERS,
    SAMPLES,
    Course,
    FlywheelTarget,
    Matched,
    compared,
    first_of,
    history,
    load_flywheel_targets,
    match,
    ranges,
    row_on,
    run,
)
from viz.evidence import COLOURS, Axis, Series, plot

NONE = float("inf")
UNIDENTIFIED = 0.8
PROCESSES = 2
PUBLISHED_PER_MW = (10.0, 10.0, 10.5)
"""Revenue per MW-year at the ends of 2023 to 2025, million USD: 2, 6 and 20 bn over 0.2, 0.6 and
1.9 GW (rev_per_gw; gw_2025, oai_arr_cfo_2025)."""
NEAR = 0.25
AIMS = {
    "users": 0.4,
    "messages": 0.4,
    "revenue": 0.4,
    "tokens": 0.7,
    "price": 0.7,
    "capability": 5.0,
    "training_share": 0.1,
}
"""How near a figure should be: the logarithm of a factor (1.5 and 2), or a difference."""
PLAIN = ("capability", "training_share")
WORDS = {
    "training_share": "R&D share",
    "compute_spend": "compute spending",
    "capability": "capability",
}


def checks() -> list[Check]:
    """Return every figure with its limit."""
    return [
        *oracle_checks(),
        *identity_checks(),
        *fit_checks(),
        *held_out_checks(),
        *forecast_checks(),
        *takeoff_checks(),
    ]


def notes() -> list[str]:
    """Return what was fitted, what stays open and how to read the rest."""
    m = matched()
    spread = m.spread()
    order = np.argsort(spread)
    names = [name.split(".")[1] for name in NUMBERS]
    known = [f"{names[i]} {spread[i]:.2f}" for i in order if spread[i] < UNIDENTIFIED]
    open_ = [names[i] for i in order if spread[i] >= UNIDENTIFIED]
    list_price, average = average_revenue()
    return [
        f"Fitted to users and revenue up to the end of 2024: {int(m.plausible.sum())} of "
        f"{len(m.values)} samples of {len(NUMBERS)} numbers are not implausible (all figures "
        f"within {CUTOFF:g} standard deviations). 90% range over that of the prior, where it is "
        f"below {UNIDENTIFIED:g}: {', '.join(known) or 'none'}.",
        f"Unidentified by these figures: {', '.join(open_)}.",
        "Identity: revenue is price times served capacity, and what is rented is put in. Growth of "
        "revenue with capacity is therefore no prediction. Users are no state of the model: their "
        "growth is that of use in MW.",
        "A list price is no average: published revenue over published tokens of February 2024 was "
        f"about USD {average:.0f} a million, at list prices of USD {list_price:.0f}. The model's "
        "price is such an average. Its tokens per MW rise with hardware alone, not with leaner "
        "models, so that it falls later than list prices did.",
        "The training share of the default falls a year before the observed one: the rule serves "
        "users as soon as they are there, while the lab went on training.",
        "Beside the Full Takeoff Model, on the spending of the default world: its hardware gets "
        "cheaper with research, without power, chips or sites in between, so that its stock grows "
        "faster; its algorithms gain less than the measured trend that they follow here, which no "
        "effort moves. It has no users, no price and no revenue: spending is a share of world "
        "product. Automation feeds back into its output; here demand saturates at a number that is "
        "assumed.",
    ]


def oracle_checks() -> list[Check]:
    """Return the rules against solutions found without them."""
    outside, finite = toys.absurd_decade()
    c = takeoff.Constants()
    printed = max(
        abs(float(takeoff.improved(1.0, 2.0, returns, 1.0, np.inf)) / seen - 1)
        for returns, seen in ((c.hardware_returns, 36.8), (c.software_returns, 2.38))
    )
    worn = abs(float(takeoff.stocked(1.0, 0.0, 1.0, c.depreciation, 1.0)) - 0.8)
    area = "closed form"
    return [
        Check(area, "unconstrained growth: largest error", 100 * toys.growth_error(), 3, "%"),
        Check(area, "growth without the loop: error", 100 * toys.null_growth_error(), 3, "%"),
        Check(area, "adoption against Bass: largest error", 100 * toys.bass_error(), 1, "%"),
        Check(
            area, "compute-null: capability moved by compute", toys.null_spread(), 1e-9, "points"
        ),
        Check(
            "numerics", "half the step: use, GW-years, price", 100 * toys.halving_error(), 2, "%"
        ),
        Check("numerics", "absurd demand: price out of its band", outside, 1e-9, "1"),
        Check("numerics", "absurd demand: not finite", float(not finite), 0, "1"),
        Check("takeoff", "doubled research, as printed: error", 100 * printed, 1, "%"),
        Check("takeoff", "no investment, as printed: error", worn, 1e-9, "1"),
    ]


@cache
def default() -> Course:
    """Return the history world as it is."""
    return run()


@cache
def matched() -> Matched:
    """Return the samples and how far they are from what is fitted."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        return match(SAMPLES, pool)


@cache
def bands() -> FloatArray:
    """Return 5%, median and 95% of the plausible samples for each figure, shape (3, figures)."""
    m = matched()
    kept = [f.predicted for f, ok in zip(m.found, m.plausible, strict=True) if ok]
    return np.quantile(np.array(kept), (0.05, 0.5, 0.95), axis=0)


def identity_checks() -> list[Check]:
    """Return revenue per MW-year, and what of it the samples say without being fitted."""
    m, area = matched(), "identity"
    rows = [
        Check(area, f"revenue per MW-year, end of {year}: {seen:g}", got / 1e6, NONE, "M USD")
        for year, seen, got in zip(
            (2023, 2024, 2025), PUBLISHED_PER_MW, default().per_mw, strict=True
        )
    ]
    every = np.array([f.per_mw for f in m.found]) / 1e6
    near = np.abs(every / PUBLISHED_PER_MW - 1) < NEAR
    price = np.log(m.values[:, NUMBERS.index("market.price_start_usd_per_mw_year")])
    alone = float(np.corrcoef(price, np.log(np.maximum(every[:, 1], 1e-9)))[0, 1] ** 2)
    return [
        *rows,
        Check(area, "samples within 25% at all three ends", float(near.all(1).mean()), NONE, "1"),
        Check(area, "variance of 2024 by the start price alone", alone, NONE, "1"),
    ]


def fit_checks() -> list[Check]:
    """Return how far the default is from what samples are fitted to."""
    m, area = matched(), "fit"
    fitted = [r for r in compared() if r.use == "fit" and r is not first_of("users")]
    at = [compared().index(row) for row in fitted]
    rows = [
        Check(
            area,
            f"{_name(row)}: {row.value:g}, got {_short(default().predicted[i])}",
            _off(row, default().predicted[i]),
            AIMS[row.what],
            "ln",
            promised=False,
        )
        for row, i in zip(fitted, at, strict=True)
    ]
    return [*rows, Check(area, "plausible samples", float(m.plausible.mean()), NONE, "1")]


def _name(row: FlywheelTarget) -> str:
    return f"{WORDS.get(row.what, row.what)} {row.day:%Y-%m}"


def _off(row: FlywheelTarget, got: float) -> float:
    """Return how far a prediction is off, as a logarithm or as a difference."""
    return abs(got - row.value) if row.what in PLAIN else abs(log(got / row.value))


def _described(row: FlywheelTarget) -> str:
    i = compared().index(row)
    low, _, high = bands()[:, i]
    got, low, high = map(_short, (default().predicted[i], low, high))
    return f"{_name(row)}: {row.value:.4g}, got {got} ({low}-{high})"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def held_out_checks() -> list[Check]:
    """Return every figure that was not fitted beside the default and the plausible samples."""
    rows: list[Check] = []
    inside: dict[str, list[bool]] = {}
    for what in AIMS:
        for row in compared():
            if row.what != what or row.use != "test" or row is first_of("messages"):
                continue
            i = compared().index(row)
            unit = {"capability": "points", "training_share": "1"}.get(what, "ln")
            off = _off(row, default().predicted[i])
            rows.append(Check("held out", _described(row), off, AIMS[what], unit, promised=False))
            low, _, high = bands()[:, i]
            inside.setdefault(what, []).append(bool(low <= row.value <= high))
    for what, found in inside.items():
        name = f"{WORDS.get(what, what)}: share within 5-95%"
        rows.append(Check("coverage", name, float(np.mean(found)), NONE, "1"))
    return rows


def forecast_checks() -> list[Check]:
    """Return the figures of 2026, of which nothing was fitted."""
    found = [row for row in compared() if row.use == "forecast"]
    return [
        Check(
            "forecast", _described(r), _off(r, default().predicted[compared().index(r)]), NONE, "ln"
        )
        for r in found
    ]


def average_revenue() -> tuple[float, float]:
    """Return the list price, and published revenue over tokens, in February 2024 [USD/Mtok]."""
    rows = {row.id: row for row in load_flywheel_targets()}
    tokens = rows["tok_2024_02"]
    before, after = rows["oai_arr_cfo_2023"], rows["oai_arr_2024-06-12"]
    share = (tokens.day - before.day) / (after.day - before.day)
    revenue = before.value * (after.value / before.value) ** share * 1e9
    listed = rows["price_gpt-4_turbo_blended_3to1"].value
    return listed, revenue / (tokens.value * 1e6 * 365.25)


@cache
def world_run() -> RunResult:
    """Return the central run of the default world."""
    return simulate(load_world("stargate"), load_strategy("S0"))


@cache
def common_case() -> dict[str, float]:
    """Return ours and the takeoff model's progress on the same spending, decades a year.

    The default world gives the spending on compute of each year and the share of compute in a run;
    research input of the takeoff model grows as that spending does.
    """
    result, world = world_run(), load_world("stargate")
    n = world.numbers.market
    years = len(result.series("week")) // 52
    by_year = {
        name: result.series(name)[: 52 * years].reshape(years, 52).mean(axis=1)
        for name in ("lease_usd", "training_flop_per_s", "training_share")
    }
    mw = (result.series("usable_mw") + result.series("installed_base_mw"))[: 52 * years]
    mw = mw.reshape(years, 52).mean(axis=1)
    spending = by_year["lease_usd"] * WEEKS_PER_YEAR
    share = by_year["training_share"] * n.final_run_share
    span = years - 1
    growth = log(spending[-1] / spending[0]) / span
    theirs = takeoff.path(spending, share, growth)
    trained = by_year["training_flop_per_s"]
    per_mw = trained / (mw * by_year["training_share"])

    def pace(series: FloatArray) -> float:
        return float(np.log10(series[-1] / series[0])) / span

    return {
        "spending, both": pace(spending),
        "ours: compute in a run": pace(trained),
        "ours: FLOP/s per MW that trains": pace(per_mw),
        "ours: algorithms": n.algorithmic_growth / log(10),
        "ours: effective compute of a run": pace(trained) + n.algorithmic_growth / log(10),
        "theirs: stock of hardware": pace(theirs.stock),
        "theirs: FLOP per USD": pace(theirs.flop_per_usd),
        "theirs: algorithms": pace(theirs.algorithms),
        "theirs: effective compute of a run": pace(theirs.run),
    }


def takeoff_checks() -> list[Check]:
    """Return both models on the spending of the default world."""
    return [Check("takeoff", name, value, NONE, "dec./yr") for name, value in common_case().items()]


def plots() -> dict[str, str]:
    """Return all plots by file name."""
    return {"flywheel_users.svg": users_plot(), "flywheel_price.svg": price_plot()}


def _years(count: int) -> FloatArray:
    return history().start.year + 13 * np.arange(count) / WEEKS_PER_YEAR


def _seen(what: str, *uses: str) -> tuple[FloatArray, FloatArray]:
    rows = [row for row in compared() if row.what == what and row.use in uses]
    at = [history().start.year + row_on(row.day) / WEEKS_PER_YEAR for row in rows]
    return np.array(at), np.array([row.value for row in rows])


def _courses(name: str, scale: float) -> list[Series]:
    m = matched()
    kept = np.array([getattr(f, name) for f, ok in zip(m.found, m.plausible, strict=True) if ok])
    low, middle, high = np.quantile(scale * kept, (0.05, 0.5, 0.95), axis=0)
    x = _years(len(middle))
    return [
        Series("plausible, 5-95%", x, low, "line", "#bbbbbb"),
        Series("", x, high, "line", "#bbbbbb"),
        Series("plausible, median", x, middle, "line"),
        Series("default numbers", x, scale * np.array(getattr(default(), name)), "dash"),
    ]


def users_plot() -> str:
    """Return users, fitted up to 2024, with use in MW in their stead."""
    lines = _courses("users", first_of("users").value)
    found = [
        *lines,
        Series("fitted", *_seen("users", "fit"), "dot", COLOURS[1]),
        Series("not fitted", *_seen("users", "test"), "ring", COLOURS[1]),
    ]
    x, y = Axis("year", 2023.0, 2027.0), Axis("weekly users, million", 10.0, 6_000.0, True)
    return plot("Users of 2023-25, by the growth of use in MW", x, y, found)


def price_plot() -> str:
    """Return the price of tokens, nowhere fitted, beside list prices of flagships."""
    found = [
        *_courses("price", 1.0),
        Series("list price", *_seen("price", "test"), "ring", COLOURS[1]),
    ]
    x, y = Axis("year", 2023.0, 2027.0), Axis("USD per million tokens", 1.0, 300.0, True)
    return plot("Revenue per token, and list prices", x, y, found)


def tables() -> dict[str, str]:
    """Return every figure and every number with its intervals, as CSV."""
    low, middle, high = bands()
    figures = [
        [
            *(r.id, r.what, r.day.isoformat(), r.unit, r.use, r.value),
            *(default().predicted[i], low[i], middle[i], high[i]),
        ]
        for i, r in enumerate(compared())
    ]
    m = matched()
    kept = np.quantile(m.values[m.plausible], (0.05, 0.5, 0.95), axis=0).T
    numbers = [[name, *ranges()[i], *kept[i], m.spread()[i]] for i, name in enumerate(NUMBERS)]
    head = ("id", "what", "day", "unit", "use", "published", "default", "low", "median", "high")
    return {
        "flywheel_figures.csv": _csv(head, figures),
        "flywheel_numbers.csv": _csv(
            ("number", "from", "to", "low", "median", "high", "spread"), numbers
        ),
    }


def _csv(head: tuple[str, ...], rows: list[list[object]]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
