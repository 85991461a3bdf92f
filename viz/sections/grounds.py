"""Sections on what it rests on: validation, assumptions, how to make it again."""

from html import escape

from ecosystem.parameters import cards
from experiments.precision import HEAD, MEANING, cells, reductions
from experiments.validated import validated
from experiments.wording import between, three
from viz.sections.html import behind, table_html
from viz.sections.material import Material

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


def validation(m: Material) -> str:
    """Return how the model fits what was observed, in brief."""
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
    table = table_html("The model against what was observed", head, rows, "")
    return f'{table}<p class="note">{note}</p>'


def assumptions(m: Material) -> str:
    """Return every number with its source."""
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
    numbers = behind(head, body, "assumptions", "Numbers of this world")
    return (
        f"<p>The strategies:</p><ul>{strategies}</ul><p>{len(every)} numbers, each with unit, "
        f"range and source:</p><ul>{lines}</ul>{numbers}<p class='note'>{ATTRIBUTION}</p>"
    )


def reproduce(m: Material) -> str:
    """Return how to make it again."""
    found = reductions(m.outcomes, m.experiment.baseline, m.experiment.seed)
    versions = ", ".join(f"{name} {version}" for name, version in m.of.versions.items())
    return (
        f"<pre>{escape(m.of.command)}</pre><p class='note'>Equal inputs give equal results bit for "
        f"bit, whatever the number of processes. Code {escape(m.of.code[:16])}; "
        f"{escape(versions)}. Every run lies beside this file: manifest.json names them, "
        "comparison.csv and differences.csv hold all outcomes.</p>"
        + table_html("Common futures against separate ones", HEAD, cells(found), MEANING)
    )
