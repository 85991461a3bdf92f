"""Sections on what came out: answer, what gets built, who gains and pays, delay by cause."""

from html import escape

import numpy as np

from ecosystem.units import MW_PER_GW, FloatArray
from experiments.compare import COST, PRIMARY, Row
from experiments.people import PLACES, TERCILES, cell_name, net_by_account
from experiments.wording import three
from viz.figures import Fan, Range, fans, forest, stacked_causes
from viz.palette import CAUSES, LADDER
from viz.sections.html import figure_html, table_html
from viz.sections.material import (
    GOAL_GW,
    QUANTILES,
    Material,
    course,
    name_of,
    title,
    value_and_change,
)


def answer(m: Material) -> str:
    """Return the answer in sentences, over the table of strategies."""
    e = m.experiment
    rows = [m.row(key, PRIMARY) for key in m.keys if key != e.baseline]
    lines = "".join(f'<p class="lead">{escape(s)}</p>' for s in m.said.sentences)
    failures = "".join(f"<p>{escape(line)}</p>" for line in m.said.failures)
    chart = forest(
        f"Usable compute against {e.baseline}",
        "difference over the run, GW yr",
        [
            Range(r.strategy, r.diff, r.diff_low, r.diff_high, r.verdict in ("more", "less"))
            for r in rows
        ],
        "paired median over futures, 90% interval; filled where it leaves out 0",
    )
    names = [PRIMARY, "usable_gw_2030", f"reached_{GOAL_GW}gw", "secured_then_cancelled"]
    names += ["benefit_usd_per_household", "losing", COST]
    head = ["Strategy", *(title(m, name) for name in names)]
    body = [
        [f"{key} {name_of(m, key)}", *(value_and_change(m.row(key, name)) for name in names)]
        for key in m.keys
    ]
    note = (
        f"{e.baseline}: median over futures. Others: median of the paired differences to it, with "
        "its 90% interval, * where that leaves out 0 (one in ten does by chance), and in brackets "
        "the median of the level. Levels vary more between futures than strategies do within one: "
        "read the differences."
    )
    limits = (
        "<p class='note'>Limits: what people think and decide at real places is simulated from "
        "archetypes. Effects of engagement, agreements and training have no published causal "
        "estimate and are sampled from harmful to strong. Every assumption has its range in the "
        "report, under Assumptions and sources, and in the app on page Evidence.</p>"
    )
    figure = figure_html(chart, ["strategy", *_DIFF], [_diff_cells(r) for r in rows], "difference")
    table = table_html("The answer in figures", head, body, note, base=True)
    return lines + failures + figure + table + _one_budget(m) + limits


def _one_budget(m: Material) -> str:
    """Say what each strategy made of a common budget, if there was one."""
    if not m.budget:
        return ""
    head = ["Strategy", "Scale of its levers", "At own cost", "Budget", "Spent", "Unspent"]
    body = [[key, *(three(float(cell)) for cell in cells)] for key, *cells in m.budget]
    note = (
        "USD, present values beyond the baseline, solved in the central future; in others the same "
        "levers cost what they cost there. Scale: factor on all spending levers, each up to its "
        "bound. Unspent: what a strategy cannot absorb; below 0, what it costs more."
    )
    return "<h3>At equal budget</h3>" + table_html("What strategies make of it", head, body, note)


_DIFF = ("median", "low", "high", "difference", "difference low", "difference high", "verdict")


def _diff_cells(row: Row) -> list[str]:
    numbers = (row.value, row.low, row.high, row.diff, row.diff_low, row.diff_high)
    return [row.strategy, *map(three, numbers), row.verdict]


def ladder(m: Material) -> str:
    """Return what gets built when: fans of the ladder."""
    panels: list[Fan] = []
    cells: list[list[str]] = []
    base: FloatArray | None = None
    for key in m.keys:
        years, values = course(m, key, "usable_mw")
        spread = np.percentile(values / MW_PER_GW, QUANTILES, axis=0)
        panels.append(Fan(key, years, spread, base))
        base = spread[2] if base is None else base
        for i, year in enumerate(years):
            cells.append([key, f"{year:.2f}", *map(three, spread[:, i].tolist())])
    finals = {p.name: p.quantiles[2, -1] for p in panels}
    best = max(finals, key=lambda key: finals[key])
    title = f"Usable compute: {three(finals[m.keys[0]])} GW at the end under {m.keys[0]}"
    if finals[best] > finals[m.keys[0]]:
        title += f", most under {best} ({three(finals[best])})"
    chart = fans(
        title,
        panels,
        f"facility GW in use: median, 50% and 80% of futures; dashed: median of {m.keys[0]}",
    )
    head = ["strategy", "year", *(f"{q:g}%" for q in QUANTILES)]
    text = figure_html(chart, head, cells, "usable_gw")
    rows = []
    for key in m.keys:
        ends = [course(m, key, f"{state}_mw")[1][:, -1] / MW_PER_GW for state in LADDER[1:]]
        rows.append([key, *(three(float(np.median(v))) for v in ends)])
    note = "Facility GW in exactly that state at the end of the run, median over futures."
    return text + table_html(
        "Where the megawatts end", ["Strategy", *LADDER[1:]], rows, note, base=True
    )


def people(m: Material) -> str:
    """Return who gains and who loses among host households."""
    base = m.experiment.baseline
    head = ["Strategy", "Income", *(f"{place} a site" for place in PLACES)]
    body = [
        [
            key if tercile == TERCILES[0] else "",
            tercile,
            *(value_and_change(m.row(key, cell_name(tercile, place))) for place in PLACES),
        ]
        for key in m.keys
        for tercile in TERCILES
    ]
    note = (
        f"Net benefit of a host household to date, USD (simulated). {base}: median over futures; "
        "others: paired change with its 90% interval, in brackets the level."
    )
    text = table_html("Net benefit of a host household", head, body, note)
    names = ["losing", "worst_decile_usd", "bill_change_usd_per_household_year", "tax_usd"]
    names += ["local_job_years", "promises_kept", "water_m3", "co2_t"]
    rows = [[key, *(value_and_change(m.row(key, n)) for n in names)] for key in m.keys]
    titles = [title(m, n) for n in names]
    text += table_html("What hosts get and bear", ["Strategy", *titles], rows, "", base=True)
    return text + _parties(m)


def _parties(m: Material) -> str:
    if m.experiment.baseline not in m.parties:
        return "<p>The run of the baseline in the central future failed: nothing to compare.</p>"
    net = {key: net_by_account(table) for key, table in m.parties.items()}
    base = net[m.experiment.baseline]
    keys = [key for key in m.keys if key in net]
    rows = [
        [account, *(three(net[k][account] - (base[account] if k != keys[0] else 0.0), sign=True)
                    for k in keys)]
        for account in base
        if any(net[key][account] for key in keys)
    ]  # fmt: skip
    head = ["Account", *(k if k == keys[0] else f"{k} − {keys[0]}" for k in keys)]
    note = "USD received less paid in the central future; every column sums to 0."
    return "<h3>What someone gains someone pays</h3>" + table_html("Net receipts", head, rows, note)


def delay(m: Material) -> str:
    """Return the weeks lost by cause."""
    rows = {
        key: {cause: m.row(key, f"lost_gw_weeks_{cause}").value for cause in CAUSES}
        for key in m.keys
    }
    first = rows[m.keys[0]]
    most = max(first, key=lambda cause: first[cause])
    total = sum(first.values())
    share = first[most] / total if total else 0.0
    title = f"Under {m.keys[0]} {CAUSES[most]} costs most: {share:.0%} of what is lost"
    note = "GW-weeks kept from use by what bound the work in that week; medians over futures"
    chart = stacked_causes(title, "GW weeks", rows, note)
    cells = [
        [key, *(value_and_change(m.row(key, f"lost_gw_weeks_{cause}")) for cause in CAUSES)]
        for key in m.keys
    ]
    why = ""
    if m.said.why:
        told = escape("\n".join(m.said.why))
        why = "<details><summary>Where the differences come from, in one future: sites and first "
        why += f"events</summary><pre>{told}</pre></details>"
    return figure_html(chart, ["strategy", *CAUSES], cells, "delay_by_cause") + why
