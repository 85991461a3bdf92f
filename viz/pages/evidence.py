"""What the model rests on: validation, dated milestones, expectations, every number, its limits."""

import base64
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

import solara
from reacton import use_memo
from solara.core import component

from ecosystem.errors import EcosystemError
from ecosystem.parameters import Card, cards
from ecosystem.scenario import load_world
from experiments.show import range_of, value_of
from experiments.sources import Source, cited
from experiments.validate import HEAD, checked
from experiments.validated import Dated, Published, dated, figure, published
from viz.components import stance
from viz.desk import Desk
from viz.downloads import Download, csv_of
from viz.errands import Errand, use_errand
from viz.tables import table_html

if TYPE_CHECKING:
    from experiments.catalogue.found import Verdict

PARTS = {
    "validation": "Validation",
    "dated": "Dated milestones",
    "expectations": "Expectations",
    "numbers": "Numbers",
    "limits": "Limits",
}
PER_PAGE = 24
GRADES = {"A": "a traceable primary source", "B": "press or secondary", "C": "an assumption"}
_ANY = "any"

PEOPLE = (
    "People's opinions, hearings and outcomes at real places are simulated from archetypes. They "
    "are no observation of the people who live there, and no forecast of what they will decide. A "
    "refused site is a legitimate outcome."
)

LIMITS = (
    "The model explores what could follow from what. It forecasts nothing.",
    PEOPLE,
    "Most numbers are assumptions (grade C) with ranges that are sampled. Nobody has published a "
    "causal effect of community investment on data centres; here it is drawn from −0.5 to 1.5 of "
    "its usual size, so that no effect, or a harmful one, is among the futures.",
    "The dates of 2025 and 2026 were put in or fitted. That the model reproduces them is no "
    "evidence.",
    "At most real sites the permit is on record, so strategies act mainly at later, fictional "
    "sites, on opinion, on suits and on the ledger.",
    "Communities take the first offer that they trust; they do not hold out for a better one. "
    "Engagement counts only before the permit.",
    "Nobody goes bankrupt: an owner beyond his means, or a lab without cash, goes on owing.",
    "Once all candidate sites are opened the pipeline runs dry, so that losses by opposition are "
    "an upper bound from then on.",
    "Models get no leaner by themselves: tokens per MW rise with hardware alone, so that token "
    "prices fall later than list prices did.",
    "Rivals are one customer of the chip maker and a frontier of models; their sites follow their "
    "recorded dates and are not simulated.",
    "Numbers are drawn independently of one another. Where two of them hang together in the world, "
    "intervals may be too narrow or too wide.",
)


class Loaded(NamedTuple):
    """The numbers of a world, or why there are none."""

    cards: tuple[Card, ...]
    error: str = ""


@component
def EvidencePage(desk: Desk) -> None:  # noqa: N802
    """Show what the model rests on; only the numbers depend on the world that is chosen."""
    part = desk.link.value.get("part", "validation")
    part = part if part in PARTS else "validation"
    with solara.Row(classes=["eco-controls", "eco-parts"]):
        for key, name in PARTS.items():
            solara.Button(
                name,
                on_click=lambda key=key: desk.link.set({"part": key}),
                outlined=key != part,
                color="primary" if key == part else None,
                classes=["eco-part"],
            )
    with solara.Div(classes=["eco-stack"]).key(part):
        solara.HTML("p", PEOPLE, classes=["eco-caveat"])
        {
            "validation": _Validation,
            "dated": _Milestones,
            "expectations": _Expectations,
            "numbers": _Numbers,
            "limits": _Limits,
        }[part](desk)
    solara.HTML("p", stance("real"), classes=["eco-stance"])


# Validation


@component
def _Validation(desk: Desk) -> None:  # noqa: N802
    every = published()
    if not every:
        with solara.Div(classes=["eco-card"]):
            solara.HTML("p", "The validation tables are not installed. Reinstall the package.")
        return
    with solara.Div(classes=["eco-card"]):
        rows = [[s.subject, *_tally(s)] for s in every]
        head = ("part of the model", "promises kept", "promises broken", "aims met", "aims missed")
        solara.HTML("div", table_html("The model's parts against what was observed", head, rows))
        solara.HTML(
            "p",
            "A promise is a limit that a check must keep in every version; an aim is reported, met "
            "or missed. Tables and plots are those of “ecosystem validate cluster”, “delivery”, "
            "“flywheel”, “society”; tests keep them current.",
        )
    for subject in every:
        _Subject(desk, subject)


def _tally(subject: Published) -> list[str]:
    verdicts = [row[5] for row in subject.rows]
    return [str(verdicts.count(word)) for word in ("yes", "NO", "aim met", "aim missed")]


@component
def _Subject(desk: Desk, subject: Published) -> None:  # noqa: N802
    kept, broken, _, missed = _tally(subject)
    word = f"{kept} promises kept, {broken} broken; {missed} aims missed"
    rows = [[r[1], r[0], *r[2:]] for r in subject.rows]
    head = ("check", HEAD[0], *HEAD[2:])
    table = table_html(
        f"{subject.subject}: predicted against measured", head, rows, words=(0, 1, 4, 5)
    )
    misfits = "".join(f"<li>{escape(item)}</li>" for item in subject.misfits)
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", f"{escape(subject.subject)} <span>{word}</span>")
        with solara.Div(classes=["eco-figures"]):
            for said, name in subject.figures:
                _Figure(said, name)
        if misfits:
            fold = "<summary>What does not fit</summary>"
            solara.HTML("details", f"{fold}<ul>{misfits}</ul>", classes=["eco-fold"])
        fold = f"<summary>All {len(rows)} checks, with n, limits and what was fitted</summary>"
        solara.HTML("details", fold + table, classes=["eco-fold"])
        with solara.Row(classes=["eco-files"]):
            Download(
                f"{subject.subject} as CSV",
                f"validation_{subject.subject}.csv",
                lambda: csv_of({name: [r[i] for r in subject.rows] for i, name in enumerate(HEAD)}),
            )
        if subject.subject == "The compute core":
            _Again(desk, subject)


@component
def _Figure(said: str, name: str) -> None:  # noqa: N802
    # a picture of its own: the style of a plot must not reach the page
    svg = use_memo(lambda: figure(name), dependencies=[name])
    data = base64.b64encode(svg.encode()).decode()
    with solara.Div(classes=["eco-figure-box"]):
        solara.HTML(
            "div",
            f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(said)}" loading="lazy">',
        )
        with solara.Row(classes=["eco-files"]):
            solara.HTML("span", escape(said))
            Download(f"{said}, as SVG", name, lambda: svg, short="SVG")


def _again(errand: Errand[list[list[str]]]) -> list[list[str]]:
    with errand.lend() as workers:
        return workers.executor.submit(checked, "cluster").result()


@component
def _Again(desk: Desk, subject: Published) -> None:  # noqa: N802
    fresh = use_errand(
        desk.kept,
        ("validate", "cluster"),
        "Compute it again here",
        "The same checks by the code that is installed, in a process of its own; some seconds.",
        _again,
        connected=desk.session.connected,
        counted="",
    )
    if fresh is None:
        return
    other = otherwise(fresh, subject.rows)
    same = len(fresh) - len(other)
    solara.HTML("p", f"{same} of {len(fresh)} rows come out as published.")
    if other:
        caption = "Rows that come out otherwise here"
        solara.HTML("div", table_html(caption, HEAD, other, words=(0, 1, 4, 5)))


def otherwise(
    fresh: Sequence[Sequence[str]], published: Sequence[Sequence[str]]
) -> list[Sequence[str]]:
    """Return the rows that do not stand in a published table as they are."""
    told = {tuple(row) for row in published}
    return [r for r in fresh if (r[0], r[1].replace("|ln|", "ln"), *r[2:]) not in told]


# Dated milestones


_FITTED = {"fit": "fitted", "Abilene (fitted)": "fitted", "held out": "not fitted"}


@component
def _Milestones(desk: Desk) -> None:  # noqa: N802
    rows = dated()
    head = ("what", "date", "observed", "model", "unit", "fitted?", "source")
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", "What was observed on a date, and what the model says of that date")
        solara.HTML(
            "p",
            "Announcements on record were given to the runs, so that “secured” is no test of "
            "skill; of “operating” the works that came before were given, and Abilene was "
            "fitted. Rows marked “not fitted” were held back from every fit; so were “forecast” "
            "rows, whose dates lay ahead. In brackets 5 to 95% of the plausible samples.",
        )
        if not rows:
            solara.HTML("p", "The validation tables are not installed. Reinstall the package.")
            return
        solara.HTML("div", _dated_table(head, rows))
        with solara.Row(classes=["eco-files"]):
            Download(
                "Dated milestones as CSV",
                "dated_milestones.csv",
                lambda: csv_of(
                    {name: [_dated_cells(r)[i] for r in rows] for i, name in enumerate(head)}
                ),
            )
    plots = [(said, name) for s in published() for said, name in s.figures]
    shown = ("ladder.svg", "first_building.svg", "flywheel_users.svg", "flywheel_price.svg")
    with solara.Div(classes=["eco-card", "eco-figures"]):
        for said, name in plots:
            if name in shown:
                _Figure(said, name)


def _dated_cells(row: Dated) -> list[str]:
    how = _FITTED.get(row.area, row.area)
    if row.area == "ladder":
        how = "given to the run" if row.what == "secured" else "works given, outcome not"
    unit = "" if row.unit == "1" else row.unit
    return [row.what, row.day, row.observed, row.model, unit, how, row.id]


def _dated_table(head: Sequence[str], rows: Sequence[Dated]) -> str:
    table = table_html(
        "Dated observations beside the model", head, map(_dated_cells, rows), words=(0, 1, 4, 5, 6)
    )
    links = "".join(
        f"<li>{source_html(row.id)}</li>" for row in rows if row.id and source_html(row.id)
    )
    return f"{table}<p>Sources of the table:</p><ul class='eco-sources'>{links}</ul>"


# Expectations


@component
def _Expectations(desk: Desk) -> None:  # noqa: N802
    from experiments.catalogue.found import found  # late: the catalogue loads half of the model

    last = found()
    counts = {
        word: sum(v.verdict == word for v in last.verdicts)
        for word in ("held", "undecided", "failed")
    }
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", "Questions with the answer that was expected beforehand")
        said = ", ".join(f"{n} {word}" for word, n in counts.items())
        solara.HTML(
            "p",
            f"{said}. Found on {last.day} with “{escape(last.command)}”: {escape(last.world)}, "
            f"{last.futures} sampled futures, judged by the 90% interval of paired differences. "
            "An expectation that fails is a finding; nothing is tuned so that it holds. "
            "All simulated.",
        )
        solara.HTML("div", "".join(_expectation(v) for v in last.verdicts))
        with solara.Row(classes=["eco-files"]):
            Download("Verdicts as CSV", "expectations.csv", lambda: csv_of(_verdict_columns()))


def _expectation(verdict: "Verdict") -> str:
    from experiments.catalogue import ENTRIES

    entry = ENTRIES[verdict.key]
    parts = "".join(
        f'<li><b class="eco-found">{escape(p.verdict)}</b> {escape(p.text)}</li>'
        for p in verdict.parts
    )
    return (
        f'<details class="eco-fold"><summary><b>{verdict.key} {escape(entry.title)}</b> '
        f'<span class="eco-found eco-{escape(verdict.verdict)}">{escape(verdict.verdict)}</span> '
        f"{escape(entry.expectation)}</summary><p>{escape(entry.question)}</p>"
        f"<p>{escape(entry.design)}</p><ul>{parts}</ul></details>"
    )


def _verdict_columns() -> dict[str, list[str]]:
    from experiments.catalogue import ENTRIES
    from experiments.catalogue.found import found

    rows = [(v, p) for v in found().verdicts for p in v.parts]
    return {
        "key": [v.key for v, _ in rows],
        "expectation": [ENTRIES[v.key].expectation for v, _ in rows],
        "verdict": [v.verdict for v, _ in rows],
        "part_verdict": [p.verdict for _, p in rows],
        "part": [p.text for _, p in rows],
    }


# Numbers


@component
def _Numbers(desk: Desk) -> None:  # noqa: N802
    name = desk.session.order.value[0].world
    loaded = use_memo(lambda: _cards_of(name, desk), dependencies=[name])
    link = desk.link.value
    query, grade, room = link.get("q", ""), link.get("grade", _ANY), link.get("room", _ANY)

    def go(**changes: str) -> None:
        wanted = {"part": "numbers", "q": query, "grade": grade, "room": room} | changes
        desk.link.set({k: v for k, v in wanted.items() if v and v != _ANY})

    if loaded.error:
        with solara.Div(classes=["eco-card"]):
            solara.HTML("p", f"{escape(loaded.error)} Choose another world on the page World.")
        return
    rooms = list(dict.fromkeys(map(_room, loaded.cards)))
    shown = matching(loaded.cards, query, grade, room)
    last = max(0, -(-len(shown) // PER_PAGE) - 1)
    page = min(_whole(link.get("sheet", "0")), last)
    count = {g: sum(c.grade == g for c in loaded.cards) for g in GRADES}
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", f"Every number of world {escape(name)}")
        solara.HTML(
            "p",
            f"{len(loaded.cards)} numbers: {count['A']} of grade A ({GRADES['A']}), {count['B']} "
            f"of grade B ({GRADES['B']}), {count['C']} of grade C ({GRADES['C']}). A number with a "
            "range is drawn anew in every future.",
        )
        with solara.Row(classes=["eco-inline", "eco-search"]):
            solara.InputText(
                "Search name, meaning, source",
                query,
                on_value=lambda text: go(q=(text or "").strip()),
                continuous_update=False,
            )
            solara.Select("Grade", [_ANY, *GRADES], grade, on_value=lambda g: go(grade=g))
            solara.Select("Room", [_ANY, *rooms], room, on_value=lambda r: go(room=r))
            solara.HTML("span", f"{len(shown)} found")
            Download(
                "All that were found, as CSV", "numbers.csv", lambda: csv_of(card_columns(shown))
            )
        if not shown:
            solara.HTML(
                "p", "Nothing is called so. Shorten the search, or choose any grade and room."
            )
        here = shown[page * PER_PAGE : (page + 1) * PER_PAGE]
        solara.HTML("div", "".join(map(card_html, here)), classes=["eco-cards"])
        if last:
            _Pager(page, last, lambda p: go(sheet=str(p)))


@component
def _Pager(page: int, last: int, on_page: Callable[[int], None]) -> None:  # noqa: N802
    with solara.Row(classes=["eco-inline"]):
        solara.Button("Back", on_click=lambda: on_page(page - 1), disabled=page == 0, text=True)
        solara.HTML("span", f"sheet {page + 1} of {last + 1}")
        solara.Button("Next", on_click=lambda: on_page(page + 1), disabled=page == last, text=True)


def _cards_of(world: str, desk: Desk) -> Loaded:
    """Return the numbers of a world; nothing is read but what the catalogue lists."""
    if world not in desk.catalogue.worlds:
        return Loaded((), f"There is no world {world!r} here.")
    try:
        return Loaded(tuple(cards(load_world(world))))
    except EcosystemError as error:
        return Loaded((), str(error))


def _room(card: Card) -> str:
    return card.path.removeprefix("numbers.").split(".")[0]


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def matching(
    found: Sequence[Card], query: str = "", grade: str = _ANY, room: str = _ANY
) -> list[Card]:
    """Return the cards that have all words of a query somewhere, a grade and a room."""
    words = query.lower().split()
    return [
        card
        for card in found
        if grade in (_ANY, card.grade)
        and room in (_ANY, _room(card))
        and all(word in _text(card) for word in words)
    ]


def _text(card: Card) -> str:
    named = " ".join(f"{s.what} {s.publisher}" for s in cited(card.source))
    return f"{card.path} {card.meaning} {card.unit} {card.source} {named}".lower()


def card_columns(found: Sequence[Card]) -> dict[str, list[object]]:
    """Return the columns of a file with cards."""
    return {
        "number": [c.path for c in found],
        "value": [c.value for c in found],
        "unit": [c.unit for c in found],
        "meaning": [c.meaning for c in found],
        "limits": [c.limits for c in found],
        "sampled_low": [c.sample[0] if c.sample else None for c in found],
        "sampled_high": [c.sample[1] if c.sample else None for c in found],
        "distribution": [c.shape if c.sample else "" for c in found],
        "grade": [c.grade for c in found],
        "source": [c.source for c in found],
        "links": [" ".join(u for s in cited(c.source) for u in s.urls) for c in found],
    }


def card_html(card: Card) -> str:
    """Return the card of a number: what it is, its range, where it comes from."""
    sampled = f"sampled {range_of(card)}" if card.sample else "not sampled"
    limits = f"; must be {card.limits}" if card.limits else ""
    named = "".join(f"<li>{_source(s)}</li>" for s in cited(card.source))
    return (
        f'<article class="eco-number"><h4>{escape(card.path.removeprefix("numbers."))}'
        f'<span class="eco-grade eco-grade-{card.grade}" title="{GRADES[card.grade]}">'
        f"{card.grade}</span></h4><p><b>{escape(value_of(card))}</b> "
        f"{escape(sampled)}{escape(limits)}</p><p>{escape(card.meaning)}</p>"
        f"<p>Source: {escape(card.source)}</p><ul class='eco-sources'>{named}</ul></article>"
    )


def source_html(name: str) -> str:
    """Return a source by its id, with links that open elsewhere when clicked; "" if unknown."""
    return "".join(_source(s) for s in cited(name))


def _source(s: Source) -> str:
    links = " ".join(
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">'
        f"{escape(_host(url))}</a>"
        for url in s.urls
        if url.startswith(("https://", "http://"))
    )
    told = ", ".join(filter(None, (s.publisher, s.date)))
    return f"<b>{escape(s.id)}</b> {escape(s.what)} ({escape(told)}) {links}"


def _host(url: str) -> str:
    return url.split("//", 1)[1].split("/", 1)[0].removeprefix("www.")


# Limits


@component
def _Limits(desk: Desk) -> None:  # noqa: N802
    items = "".join(f"<li>{escape(item)}</li>" for item in LIMITS)
    with solara.Div(classes=["eco-card", "eco-bounds"]):
        solara.HTML("h3", "What this model cannot tell")
        solara.HTML("ul", items)
        solara.HTML(
            "p",
            "docs/odd.md, section 8, lists all that is left out; docs/validation.md tells what "
            "does not fit.",
        )
