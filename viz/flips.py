"""Where a finding flips, and what money buys: blocks of a report, from tables that exist."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from ecosystem.results import Table
from experiments.compare import PRIMARY
from experiments.decision import standings
from experiments.dependence import FEWEST
from experiments.design import Experiment
from experiments.discover import Found, Limit, box_words, method, too_few
from experiments.margin import NOTE, Margin, bought_rows, bought_words
from experiments.ranks import FAILURES, Ranked, failing, failure_words, ranks
from experiments.wording import between, three
from viz.figures import WIDTH, Range, forest, spanning
from viz.svg import drawing, text

_NAME = 84.0
_CELL = 26.0


class Block(NamedTuple):
    """A part of a section: words, a drawing, a table; each may be missing.

    Attributes
    ----------
    words : str
        A paragraph before the rest.
    svg : str
    head, rows
        Of the table: behind the drawing if there is one, folded if it has a name.
    note : str
        Under the table.
    name : str
        Of the CSV file of a folded table.
    base : bool
        Whether the first row is that of the baseline.
    caption : str
        Of a table that stands behind no drawing; else the drawing's title is taken.
    """

    words: str = ""
    svg: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    note: str = ""
    name: str = ""
    base: bool = False
    caption: str = ""


def ranking(experiment: Experiment, outcomes: Table, keys: Sequence[str]) -> list[Block]:
    """Return how often each strategy holds each rank, and what choosing it may cost."""
    found = sorted(ranks(outcomes, seed=experiment.seed), key=lambda r: keys.index(r.strategy))
    regret = {s.strategy: s for s in standings(outcomes)}
    if not found or not found[0].n:
        return [Block("No future in which all strategies could be measured.")]
    first = max(found, key=lambda r: r.resampled[0])
    title = f"{first.strategy} comes first in {_percent(first.futures[0])} of futures"
    note = "share of futures in each rank by usable compute, ties in equal parts"
    cells = [[r.strategy, *map(_percent, r.futures)] for r in found]
    head = ["strategy", *(str(i + 1) for i in range(len(found)))]
    figure = Block("", _grid(title, found, note), head, cells, "", "ranks")
    rows = [
        [
            r.strategy,
            _percent(r.futures[0]),
            _percent(r.resampled[0]),
            _percent(r.resampled[-1]),
            three(regret[r.strategy].mean_regret),
            three(regret[r.strategy].max_regret),
        ]
        for r in found
    ]
    head = ["Strategy", "First in futures", "First on the mean", "Last on the mean"]
    head += ["Mean regret, GW yr", "Largest regret, GW yr"]
    note = (
        f"{found[0].n} futures. First in futures: how often it is the best of one future. On the "
        "mean: how often its mean over futures is the first or the last in 2,000 resamples of "
        "them, that is, what another sample of as many futures might have said. Regret: usable "
        "compute short of the best strategy of the same future."
    )
    return [
        figure,
        Block(head=head, rows=rows, note=note, base=True, caption="First, last, and regret"),
    ]


def chances_of_failure(experiment: Experiment, outcomes: Table, keys: Sequence[str]) -> Block:
    """Return how often each strategy fails, in each definition."""
    found = {(f.strategy, f.outcome): f for f in failing(outcomes, seed=experiment.seed)}
    names = [criterion.outcome for criterion in FAILURES]
    rows = [
        [key, *(_share(found[key, n].share, found[key, n].low, found[key, n].high) for n in names)]
        for key in keys
    ]
    head = ["Strategy", *map(failure_words, FAILURES)]
    note = (
        "Share of futures in which the run counts as failed, with 90% interval (Wilson). Three "
        "definitions, never added up; the limits are a convention, not a finding."
    )
    return Block(head=head, rows=rows, note=note, base=True, caption="How often each fails")


def million(found: Sequence[Margin]) -> list[Block]:
    """Return what a million buys, by strategy."""
    if not found:
        return [Block("Nothing to compare.")]
    rows = [
        Range(
            one.strategy if one.million == "average" else f"{one.strategy}, next",
            one.value,
            one.low,
            one.high,
            one.verdict in ("more", "less"),
        )
        for one in found
        if one.outcome == PRIMARY and one.value == one.value
    ]
    parts = [Block(bought_words(found))]
    head, cells = bought_rows(found)
    if rows:
        svg = forest(
            "Usable compute for each million of extra cost",
            "MW yr per USD million",
            rows,
            "mean gain by mean cost over futures, 90% interval; filled where it leaves out 0",
        )
        told = [[r.name, *map(three, (r.middle, r.low, r.high))] for r in rows]
        parts.append(Block("", svg, ["strategy", "MW yr", "low", "high"], told, "", "million"))
    return [*parts, Block(head=head, rows=cells, note=NOTE, caption="What a million buys")]


def boxes(found: Sequence[Found] | None, experiment: Experiment) -> list[Block]:
    """Return the boxes in words, with a drawing each, and what was searched for in vain."""
    if experiment.futures < FEWEST:
        return [Block(too_few(experiment.futures))]
    if found is None:
        return [Block("Not searched yet: ecosystem discover, with the folder of the comparison.")]
    with_box = [one for one in found if one.limits]
    searched = [one for one in found if one.searched]
    parts = [Block(_lead(len(with_box), len(searched)))]
    sample = experiment.sample()[1:]
    for i, one in enumerate(with_box, start=1):
        parts.append(Block(f"{one.asked.words}. {box_words(one)}; p = {one.p:.3f}."))
        if len(one.limits) > 1:
            a, b = one.limits[:2]
            points = [
                [str(f), three(v[a.path]), three(v[b.path]), "yes" if hit else "no"]
                for f, (v, hit) in enumerate(zip(sample, one.asked.hits, strict=True), start=1)
            ]
            head = ["future", _axis(a), _axis(b), "happens"]
            parts.append(Block("", _scatter(one, sample), head, points, "", f"box_{i}"))
        head = ["Number", "In the box", "Quasi-p", "Found again", "Meaning"]
        rows = [
            [x.short, x.range, f"{x.quasi_p:.2g}", f"{x.again:.0%}", x.meaning] for x in one.limits
        ]
        parts.append(Block(head=head, rows=rows, caption=f"Limits of box {i}"))
    rows = [
        [
            one.asked.words,
            f"{one.counts[2]} of {one.counts[3]}",
            f"{one.p:.2f}" if one.searched else "-",
            "none found" if one.searched else "too few of one kind",
        ]
        for one in found
        if not one.limits
    ]
    if rows:
        head = ["Searched for", "Cases", "p", ""]
        words = "Searched for, and none found:" if with_box else ""
        parts.append(Block(words, "", head, rows, "", "searched", caption="Searched in vain"))
    return [*parts, Block(note=method(experiment.futures, len(searched)))]


def _lead(boxes: int, searched: int) -> str:
    """Say in a sentence what came of the search."""
    if not searched:
        return "Nothing to search: in too few futures it happens, or it happens in nearly all."
    if not boxes:
        return (
            f"None found. For none of {searched} questions (a strategy fails, has less compute, or "
            "another comes first) is there a range of numbers that stands out from what chance "
            "yields among so many. That is no proof that none matters: more futures may show it."
        )
    return (
        f"For {boxes} of {searched} questions there is a range of numbers in which it happens more "
        "often than chance explains."
    )


def _share(share: float, low: float, high: float) -> str:
    told = between(100 * low, 100 * high)
    return _percent(share) + (f" ({told})" if told else "")


def _percent(share: float) -> str:
    return f"{share:.0%}" if share == share else "-"


def _grid(title: str, found: Sequence[Ranked], note: str) -> str:
    """Draw shares of ranks as shades with their numbers."""
    many = len(found)
    wide, top = min((WIDTH - _NAME - 20) / many, 90.0), 66.0
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    for rank in range(many):
        body.append(text(_NAME + wide * (rank + 0.5), top - 8, str(rank + 1), "soft mid small"))
    for i, row in enumerate(found):
        y = top + _CELL * i
        body.append(text(8, y + 17, row.strategy, "strong-text"))
        for rank, share in enumerate(row.futures.tolist()):
            x = _NAME + wide * rank
            body.append(
                f'<rect class="dot-clear" style="stroke:none;opacity:{0.05 + 0.6 * share:.3f}" '
                f'x="{x:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{_CELL - 2:.1f}"/>'
            )
            shown = f"{share:.0%}" if share >= 0.005 else ""
            body.append(text(x + wide / 2 - 1, y + 16, shown, "mid small"))
    return drawing(WIDTH, top + _CELL * many + 10, title, "".join(body))


def _scatter(one: Found, sample: Sequence[dict[str, float]]) -> str:
    """Draw the futures over the two strongest numbers of a box; filled where it happens."""
    a, b = one.limits[:2]
    left, top, wide, tall = 70.0, 54.0, WIDTH - 110, 250.0
    over = np.array([[float(future[limit.path]) for limit in (a, b)] for future in sample])
    x, y = spanning(over[:, 0], left, wide), spanning(over[:, 1], top + tall, -tall)
    title = f"Where it happens: {a.short} and {b.short}"
    note = "each point a future; filled: it happens; shaded: the box"
    body = [text(8, 18, title, "title"), text(8, 34, note, "soft")]
    ends = [
        np.clip(end, axis.low, axis.high)
        for axis, limit in ((x, a), (y, b))
        for end in (limit.low, limit.high)
    ]
    x0, x1 = x.at(ends[0]), x.at(ends[1])
    y1, y0 = y.at(ends[2]), y.at(ends[3])
    body.append(
        f'<rect class="band80" x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" '
        f'height="{y1 - y0:.1f}"/>'
    )
    body.append(f'<path class="axis" d="M{left:g} {top:g}v{tall:g}h{wide:g}"/>')
    for value, label in x.ticks(5):
        body.append(text(x.at(value), top + tall + 14, label, "soft mid small"))
    for value, label in y.ticks(4):
        body.append(text(left - 5, y.at(value) + 3.5, label, "soft end small"))
    for at, hit, known in zip(over, one.asked.hits, one.asked.known, strict=True):
        if known:
            css = "dot-clear" if hit else "dot-open"
            body.append(
                f'<circle class="{css}" cx="{x.at(at[0]):.1f}" cy="{y.at(at[1]):.1f}" r="4"/>'
            )
    body.append(text(left + wide / 2, top + tall + 32, _axis(a), "soft mid small"))
    body.append(text(left, top - 6, _axis(b), "soft small"))
    return drawing(WIDTH, top + tall + 42, title, "".join(body))


def _axis(limit: Limit) -> str:
    return limit.short if limit.unit == "1" else f"{limit.short}, {limit.unit}"


def words_html(words: str) -> str:
    """Return a paragraph; the words of a command in it are set as code."""
    told = escape(words)
    for command in ("ecosystem compare --futures 100", "ecosystem discover"):
        told = told.replace(command, f"<code>{command}</code>")
    return f"<p>{told}</p>"
