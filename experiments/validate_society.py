"""``ecosystem validate society``: hosts, permits, training and bills against published figures."""

import csv
from io import StringIO

import numpy as np

from ecosystem.checks import Check
from ecosystem.institutions.tariffs import requests_kept
from ecosystem.institutions.validation import erlang_c, study_waits
from ecosystem.national import load_society_targets
from ecosystem.numbers import Numbers
from ecosystem.society.validation import (
    academy_fte,
    censored,
    mobilisation_checks,
    opinion_checks,
    training_checks,
)
from ecosystem.units import FloatArray
from experiments.history_matching import CUTOFF, implausibility, prior
from experiments.society_plots import plots
from experiments.society_runs import (
    EACH,
    FORECAST,
    MOODS,
    SHOWN,
    bills,
    breaks,
    census_mood,
    folds,
    forecast,
    matched,
    nation,
    plausible,
    published,
    quantiles,
    target,
    unit_of,
    variants,
)

__all__ = ["checks", "notes", "plots", "tables"]
NONE = float("inf")
UNIDENTIFIED = 0.8


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
