"""What there is to say of a comparison, section by section, as HTML: for the report and the app.

Every figure has its table behind it, and every table can be saved as CSV.
"""

import csv
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from html import escape
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.parameters import cards
from ecosystem.results import Table
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, FloatArray
from experiments.compare import COST, PRIMARY, Row
from experiments.conclude import Report
from experiments.decision import (
    GOOD_ENOUGH,
    pareto,
    reached_by,
    satisficing,
    standings,
    values_of,
)
from experiments.dependence import FEWEST, dependences
from experiments.design import Experiment
from experiments.discover import Found, discovered
from experiments.margin import Margin, bought
from experiments.outcomes import MILESTONES_GW, OUTCOMES
from experiments.people import PLACES, TERCILES, cell_name, net_by_account
from experiments.precision import HEAD, MEANING, cells, reductions
from experiments.reopen import Reopened
from experiments.store import read
from experiments.validated import validated
from experiments.wording import between, three, with_unit
from viz.figures import Fan, Range, Spot, fans, forest, reached, stacked_causes, tradeoff
from viz.flips import Block, boxes, chances_of_failure, million, ranking, words_html
from viz.palette import CAUSES, plain_stylesheet
from viz.svg import standalone, title_of

_QUANTILES = (10.0, 25.0, 50.0, 75.0, 90.0)
_GOAL_GW = 10
_MEANING = {outcome.name: outcome.meaning for outcome in OUTCOMES}
_UNIT = {outcome.name: outcome.unit for outcome in OUTCOMES}
_GRADES = {
    "A": "traceable primary or peer-reviewed source",
    "B": "press or secondary source",
    "C": "assumption, sampled in every future",
}

ATTRIBUTION = (
    "Data under CC BY 4.0: dated observations of buildings, Epoch AI, Frontier Data Centers "
    "(https://epoch.ai/data/data-centers), cut to the columns used; counts of local opposition, "
    "datacentertracker.org (https://github.com/pricephillips/data-center-map)."
)

type Cells = Sequence[Sequence[str]]


class Material(NamedTuple):
    """All that the report is written from.

    Attributes
    ----------
    of : Reopened
        The experiment.
    said : Report
        Its rows and words.
    outcomes, yearly : Table
        Of all runs.
    parties : mapping of str to Table
        Who paid whom in the central future, by strategy.
    bought : sequence of Margin
        What a million buys.
    found : list of Found or None
        Where something happens; None if that was not searched.
    budget : sequence of sequence of str
        What each strategy made of a common budget, as ``budget.csv`` has it; empty without one.
    live : frozenset of str
        Keys of strategies whose central run the page can show.
    """

    of: Reopened
    said: Report
    outcomes: Table
    yearly: Table
    parties: Mapping[str, Table]
    bought: Sequence[Margin]
    found: list[Found] | None
    budget: Cells = ()
    live: frozenset[str] = frozenset()

    @property
    def experiment(self) -> Experiment:
        """The experiment."""
        return self.of.experiment

    @property
    def keys(self) -> list[str]:
        """Keys of the strategies, the baseline first."""
        base = self.experiment.baseline
        return [base, *(s.key for s in self.experiment.strategies if s.key != base)]

    def row(self, strategy: str, outcome: str) -> Row:
        """Return the comparison of one outcome of one strategy."""
        return next(r for r in self.said.rows if (r.strategy, r.outcome) == (strategy, outcome))


def material_of(folder: Path, of: Reopened, said: Report) -> Material:
    """Read what sections are written from out of the folder of a finished comparison."""
    outcomes = read(folder, "outcomes")
    return Material(
        of,
        said,
        outcomes,
        read(folder, "yearly"),
        {key: read(folder, "parties", [run]) for key, run in of.central.items()},
        bought(folder, of.experiment, outcomes),
        discovered(folder, of.experiment.baseline),
        _rows(folder / "budget.csv"),
    )


def _rows(path: Path) -> Cells:
    """Return the rows of a CSV file without its head; none if there is no file."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))[1:]


def _answer(m: Material) -> str:
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
    names = [PRIMARY, "usable_gw_2030", f"reached_{_GOAL_GW}gw", "secured_then_cancelled"]
    names += ["benefit_usd_per_household", "losing", COST]
    head = ["Strategy", *(_title(m, name) for name in names)]
    body = [
        [f"{key} {_name(m, key)}", *(_value_and_change(m.row(key, name)) for name in names)]
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
    figure = _figure(chart, ["strategy", *_DIFF], [_diff_cells(r) for r in rows], "difference")
    table = _table("The answer in figures", head, body, note, base=True)
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
    return "<h3>At equal budget</h3>" + _table("What strategies make of it", head, body, note)


_DIFF = ("median", "low", "high", "difference", "difference low", "difference high", "verdict")


def _diff_cells(row: Row) -> list[str]:
    numbers = (row.value, row.low, row.high, row.diff, row.diff_low, row.diff_high)
    return [row.strategy, *map(three, numbers), row.verdict]


def _ladder(m: Material) -> str:
    panels: list[Fan] = []
    cells: list[list[str]] = []
    base: FloatArray | None = None
    for key in m.keys:
        years, values = _course(m, key, "usable_mw")
        spread = np.percentile(values / MW_PER_GW, _QUANTILES, axis=0)
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
    head = ["strategy", "year", *(f"{q:g}%" for q in _QUANTILES)]
    text = _figure(chart, head, cells, "usable_gw")
    states = [
        "secured",
        "permitted",
        "building",
        "energised",
        "commissioned",
        "usable",
        "cancelled",
    ]
    rows = []
    for key in m.keys:
        ends = [_course(m, key, f"{state}_mw")[1][:, -1] / MW_PER_GW for state in states]
        rows.append([key, *(three(float(np.median(v))) for v in ends)])
    note = "Facility GW in exactly that state at the end of the run, median over futures."
    return text + _table("Where the megawatts end", ["Strategy", *states], rows, note, base=True)


def _people(m: Material) -> str:
    base = m.experiment.baseline
    head = ["Strategy", "Income", *(f"{place} a site" for place in PLACES)]
    body = [
        [
            key if tercile == TERCILES[0] else "",
            tercile,
            *(_value_and_change(m.row(key, cell_name(tercile, place))) for place in PLACES),
        ]
        for key in m.keys
        for tercile in TERCILES
    ]
    note = (
        f"Net benefit of a host household to date, USD (simulated). {base}: median over futures; "
        "others: paired change with its 90% interval, in brackets the level."
    )
    text = _table("Net benefit of a host household", head, body, note)
    names = ["losing", "worst_decile_usd", "bill_change_usd_per_household_year", "tax_usd"]
    names += ["local_job_years", "promises_kept", "water_m3", "co2_t"]
    rows = [[key, *(_value_and_change(m.row(key, n)) for n in names)] for key in m.keys]
    titles = [_title(m, n) for n in names]
    text += _table("What hosts get and bear", ["Strategy", *titles], rows, "", base=True)
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
    return "<h3>What someone gains someone pays</h3>" + _table("Net receipts", head, rows, note)


def _delay(m: Material) -> str:
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
        [key, *(_value_and_change(m.row(key, f"lost_gw_weeks_{cause}")) for cause in CAUSES)]
        for key in m.keys
    ]
    why = ""
    if m.said.why:
        told = escape("\n".join(m.said.why))
        why = "<details><summary>Where the differences come from, in one future: sites and first "
        why += f"events</summary><pre>{told}</pre></details>"
    return _figure(chart, ["strategy", *CAUSES], cells, "delay_by_cause") + why


def _risk(m: Material) -> str:
    head = ["Strategy", "Median", "10% of futures below", "Mean of the worst tenth"]
    names = ("secured_then_cancelled", "late_mw", "short_sites")
    head += [_MEANING[name] for name in names]
    body = [
        [
            s.strategy,
            *map(three, (s.median, s.p10, s.cvar)),
            *(_value_and_change(m.row(s.strategy, name)) for name in names),
        ]
        for s in _ordered(m, standings(m.outcomes))
    ]
    note = (
        "Usable compute in GW yr over futures, then three definitions of failure: cancelled after "
        "it was secured, more than 104 weeks late, less than half in use at the end."
    )
    failing = "<h3>How often it fails</h3>"
    failing += _blocks([chances_of_failure(m.experiment, m.outcomes, m.keys)])
    return _table("Poor futures and failures", head, body, note, base=True) + failing + _reaching(m)


def _reaching(m: Material) -> str:
    goal = next((gw for gw in (_GOAL_GW, *MILESTONES_GW[::-1]) if _ever(m, gw)), MILESTONES_GW[0])
    found = reached_by(m.outcomes, goal)
    times = {key: found[key] for key in m.keys}
    weeks = float(m.outcomes["horizon_weeks"].max())
    start = _year(m.experiment.world.start)
    first = times[m.keys[0]]
    share = np.isfinite(first).mean() if len(first) else float("nan")
    title = f"{goal} GW usable: reached in {share:.0%} of futures under {m.keys[0]}"
    note = f"share of futures that have reached {goal} GW by then; dashed: {m.keys[0]}"
    chart = reached(title, times, weeks, start, note)
    cells = [
        [
            key,
            _value_and_change(m.row(key, f"reached_{goal}gw")),
            _value_and_change(m.row(key, f"weeks_to_{goal}gw")),
        ]
        for key in m.keys
    ]
    head = ["strategy", "share that get there", "weeks, restricted mean"]
    text = _figure(chart, head, cells, f"time_to_{goal}gw")
    note = "Restricted mean: a run that does not get there counts with the horizon."
    return text + f"<p class='note'>{note}</p>"


def _ever(m: Material, gw: int) -> bool:
    return any(np.isfinite(times).any() for times in reached_by(m.outcomes, gw).values())


def _choice(m: Material) -> str:
    good = satisficing(m.outcomes, m.experiment.baseline)
    front = pareto(m.outcomes, m.experiment.baseline)
    head = ["Strategy", "Best in", "Mean regret", "Largest regret", "Good enough in", "Front"]
    body = [
        [
            s.strategy,
            _percent(s.best),
            with_unit(three(s.mean_regret), "GW yr"),
            with_unit(three(s.max_regret), "GW yr"),
            _percent(good[s.strategy]),
            "yes" if s.strategy in front else "-",
        ]
        for s in _ordered(m, standings(m.outcomes))
    ]
    limits = ", ".join(
        f"{_MEANING[c.outcome]} as good as {m.experiment.baseline}"
        if c.limit is None
        else f"{_MEANING[c.outcome]} within {c.limit:g}"
        for c in GOOD_ENOUGH
    )
    note = (
        "Regret: usable compute short of the best strategy of the same future. Best in: share of "
        f"futures, ties in equal parts. Good enough, all in one future: {limits} (a convention, "
        "not a finding). Front: no other is better in one of compute, local benefit, households "
        "losing and cost without being worse in another (paired medians)."
    )
    return _table("Regret over futures", head, body, note, base=True) + _tradeoff(m, front)


def _tradeoff(m: Material, front: Sequence[str]) -> str:
    def span(key: str, name: str) -> tuple[float, float, float]:
        row = m.row(key, name)
        if key == m.experiment.baseline:
            return (0.0, 0.0, 0.0)
        return (row.diff_low, row.diff, row.diff_high)

    name = "benefit_usd_per_household"
    spots = [
        Spot(key, span(key, PRIMARY), span(key, name), key in front, key in m.live)
        for key in m.keys
    ]
    chart = tradeoff(
        f"Compute against local benefit, differences to {m.experiment.baseline}",
        "usable compute, GW yr",
        "net benefit per host household, USD",
        spots,
        "paired medians with 90% intervals; filled: in the front"
        + ("; click a point to see its central run live" if m.live else ""),
    )
    cells = [
        [s.name, *map(three, s.x), *map(three, s.y), "yes" if s.front else "no"] for s in spots
    ]
    head = ["strategy", "GW yr low", "GW yr", "GW yr high", "USD low", "USD", "USD high", "front"]
    return _figure(chart, head, cells, "tradeoff")


def _depends(m: Material) -> str:
    e = m.experiment
    if e.futures < FEWEST:
        return (
            f"<p>{e.futures} futures are too few to say on which of the uncertain numbers the "
            f"difference depends: at least {FEWEST} are needed, and a hundred say more. "
            f"<code>ecosystem compare --futures 100</code></p>"
        )
    values, rows = e.sample()[1:], []
    keys, compute = values_of(m.outcomes, PRIMARY)
    meaning = {card.path: card.meaning for card in cards(e.world)}
    for key in m.keys[1:]:
        gap = compute[keys.index(key)] - compute[keys.index(e.baseline)]
        found = dependences(values, gap, e.seed)
        clear = [d for d in found if d.clear]
        shown = clear[:5] or found[:1]
        rows += [
            [
                key if i == 0 else "",
                d.path.removeprefix("numbers."),
                meaning.get(d.path, ""),
                f"{d.rho:+.2f}",
                f"{d.chance:.2f}",
                "clear" if d.clear else "no evidence",
            ]
            for i, d in enumerate(shown)
        ]
    head = ["Strategy", "Number", "Meaning", "Rank correlation", "By chance", ""]
    note = (
        f"How the difference in usable compute to {e.baseline} goes with each sampled number. By "
        "chance: what the strongest of all numbers reaches in one of twenty samples if none "
        "matters."
    )
    caption = "Numbers that the difference goes with"
    return _table(caption, head, rows, note) if rows else "<p>Nothing differs.</p>"


def _million(m: Material) -> str:
    return _blocks(million(m.bought))


def _flips(m: Material) -> str:
    text = "<h3>Which strategy comes first</h3>"
    text += _blocks(ranking(m.experiment, m.outcomes, m.keys))
    if m.said.break_even:
        text += f"<h3>At which effect</h3><pre>{escape(m.said.break_even)}</pre>"
    return f"{text}<h3>Under which assumptions</h3>{_blocks(boxes(m.found, m.experiment))}"


def _blocks(blocks: Iterable[Block]) -> str:
    """Return words, drawings and tables; a table stands behind its drawing."""
    text = ""
    for block in blocks:
        text += words_html(block.words) if block.words else ""
        if block.svg:
            text += _figure(block.svg, block.head, block.rows, block.name)
        elif block.name:
            text += _behind(block.head, block.rows, block.name, block.caption)
        elif block.rows:
            text += _table(block.caption, block.head, block.rows, block.note, base=block.base)
        elif block.note:
            text += f'<p class="note">{escape(block.note)}</p>'
    return text


def _validation(m: Material) -> str:
    rows = [
        [one.subject, f"{one.kept} of {one.promises}", "; ".join(one.missed) or "none"]
        for one in validated()
    ]
    note = (
        "From the published tables; each comes from a command: <code>ecosystem validate</code> "
        "lists them. A promise decides the exit code, an aim is reported."
    )
    if not rows:
        return f'<p class="note">{note}</p>'
    head = ["Part of the model", "Promises kept", "Aims missed"]
    table = _table("The model against what was observed", head, rows, "")
    return f'{table}<p class="note">{note}</p>'


def _assumptions(m: Material) -> str:
    every = list(cards(m.experiment.world))
    counts = {grade: sum(card.grade == grade for card in every) for grade in _GRADES}
    lines = "".join(
        f"<li>{counts[grade]} of grade {grade}: {words}</li>" for grade, words in _GRADES.items()
    )
    head = ["number", "value", "unit", "meaning", "grade", "sampled", "source"]
    body = [
        [
            card.path.removeprefix("numbers."),
            three(card.value) if isinstance(card.value, int | float) else str(card.value),
            card.unit,
            card.meaning,
            card.grade,
            between(*card.sample) if card.sample else "",
            card.source,
        ]
        for card in every
    ]
    strategies = "".join(
        f"<li><b>{escape(s.key)} {escape(s.name)}</b>: {escape(s.description)} "
        f'<span class="note">{escape(s.source)}</span></li>'
        for s in m.experiment.strategies
    )
    numbers = _behind(head, body, "assumptions", "Numbers of this world")
    return (
        f"<p>The strategies:</p><ul>{strategies}</ul><p>{len(every)} numbers, each with unit, "
        f"range and source:</p><ul>{lines}</ul>{numbers}<p class='note'>{ATTRIBUTION}</p>"
    )


def _reproduce(m: Material) -> str:
    found = reductions(m.outcomes, m.experiment.baseline, m.experiment.seed)
    versions = ", ".join(f"{name} {version}" for name, version in m.of.versions.items())
    return (
        f"<pre>{escape(m.of.command)}</pre><p class='note'>Equal inputs give equal results bit for "
        f"bit, whatever the number of processes. Code {escape(m.of.code[:16])}; "
        f"{escape(versions)}. Every run lies beside this file: manifest.json names them, "
        "comparison.csv and differences.csv hold all outcomes.</p>"
        + _table("Common futures against separate ones", HEAD, cells(found), MEANING)
    )


class Section(NamedTuple):
    """A section: its anchor in the page, its heading, and what it says."""

    anchor: str
    name: str
    html: Callable[[Material], str]


SECTIONS = (
    Section("answer", "Answer", _answer),
    Section("ladder", "What gets built", _ladder),
    Section("people", "Who gains and who loses", _people),
    Section("delay", "Delay by cause", _delay),
    Section("risk", "Risk", _risk),
    Section("choice", "Regret and trade-offs", _choice),
    Section("million", "What a million buys", _million),
    Section("depends", "What the answer depends on", _depends),
    Section("flips", "Where it flips", _flips),
    Section("validation", "Validation in brief", _validation),
    Section("assumptions", "Assumptions and sources", _assumptions),
    Section("reproduce", "Reproduce", _reproduce),
)


def _course(m: Material, key: str, column: str) -> tuple[FloatArray, FloatArray]:
    """Return calendar years and a state on them by sampled future, shape (F, n)."""
    table = m.yearly
    mine = (table["strategy"].astype(str) == key) & (table["future"] > 0)
    days = list(dict.fromkeys(str(day) for day in table["date"][mine]))
    years = np.array([_year(date.fromisoformat(day)) for day in days])
    return years, np.asarray(table[column][mine], float).reshape(-1, len(days))


def _year(day: date) -> float:
    return day.year + (day - date(day.year, 1, 1)).days / 7 / WEEKS_PER_YEAR


def _ordered[T: NamedTuple](m: Material, rows: Iterable[T]) -> list[T]:
    """Return rows of strategies with the baseline first."""
    return sorted(rows, key=lambda row: m.keys.index(row[0]))


def _name(m: Material, key: str) -> str:
    return next(s.name for s in m.experiment.strategies if s.key == key)


def _title(m: Material, name: str) -> str:
    if name.startswith("reached_"):
        return f"{_GOAL_GW} GW reached, share"
    unit = _UNIT[name]
    return _MEANING[name] if unit == "1" else f"{_MEANING[name]}, {unit}"


def _value_and_change(row: Row) -> str:
    """Return a level; for others than the baseline their change first, which is what is sure."""
    if not np.isfinite(row.diff):
        return three(row.value)
    if row.verdict == "identical":
        return f"identical ({three(row.value)})"
    change = three(row.diff, sign=True)
    if np.isfinite(row.diff_low):
        change += f" [{three(row.diff_low, sign=True)}, {three(row.diff_high, sign=True)}]"
    mark = "*" if row.verdict in ("more", "less") else ""
    return f"{change}{mark} ({three(row.value)})"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share == share else "-"


def _figure(svg: str, head: Sequence[str], rows: Cells, name: str) -> str:
    return f"<figure>{svg}</figure>{_behind(head, rows, name, title_of(svg), svg)}"


def _behind(head: Sequence[str], rows: Cells, name: str, caption: str, svg: str = "") -> str:
    """Return the folded table behind a figure, with links that save both."""
    sheet = StringIO()
    csv.writer(sheet, lineterminator="\n").writerows([head, *rows])
    save = _save(f"{name}.csv", "CSV", "text/csv", sheet.getvalue())
    if svg:
        save += _save(f"{name}.svg", "SVG", "image/svg+xml", standalone(svg, plain_stylesheet()))
    return f"<details><summary>Table</summary>{_table(caption, head, rows, '')}</details>{save}"


def _save(name: str, word: str, kind: str, content: str) -> str:
    """Return a link that saves a file that it holds itself."""
    data = b64encode(content.encode()).decode()
    file = escape(name)
    return (
        f'<a class="get" download="{file}" title="Save {file}" '
        f'href="data:{kind};base64,{data}">{word}</a>'
    )


def _table(caption: str, head: Sequence[str], rows: Cells, note: str, *, base: bool = False) -> str:
    """Return a table; `base` marks the first row, that of the baseline."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = []
    for i, (first, *rest) in enumerate(rows):
        css = ' class="base"' if base and i == 0 else ""
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        lines.append(f'<tr{css}><th scope="row">{escape(first)}</th>{cells}</tr>')
    text = f'<div class="wide"><table><caption>{escape(caption)}</caption>'
    text += f"<thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    return text + (f'<p class="note">{escape(note)}</p>' if note else "")
