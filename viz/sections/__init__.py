"""What there is to say of a comparison, section by section, as HTML: for the report and the app.

Every figure has its table behind it, and every table can be saved as CSV.
"""

from collections.abc import Callable
from typing import NamedTuple

from viz.sections.choices import choice, depends, flips, million_buys, risk
from viz.sections.grounds import assumptions, reproduce, validation
from viz.sections.material import Material, material_of
from viz.sections.results import answer, delay, ladder, people

__all__ = ["SECTIONS", "Material", "Section", "material_of"]


class Section(NamedTuple):
    """A section: its anchor in the page, its heading, and what it says."""

    anchor: str
    name: str
    html: Callable[[Material], str]


SECTIONS = (
    Section("answer", "Answer", answer),
    Section("ladder", "What gets built", ladder),
    Section("people", "Who gains and who loses", people),
    Section("delay", "Delay by cause", delay),
    Section("risk", "Risk", risk),
    Section("choice", "Regret and trade-offs", choice),
    Section("million", "What a million buys", million_buys),
    Section("depends", "What the answer depends on", depends),
    Section("flips", "Where it flips", flips),
    Section("validation", "Validation in brief", validation),
    Section("assumptions", "Assumptions and sources", assumptions),
    Section("reproduce", "Reproduce", reproduce),
)
