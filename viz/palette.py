"""One visual language for the app and the report: states, causes, agents and the style sheet.

Charts name classes and never colours, so that one drawing serves the light and the dark page.
"""

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """How one type of agent or cause is shown: its word and its mark."""

    label: str
    mark: str


LADDER = (
    "announced",
    "secured",
    "permitted",
    "building",
    "energised",
    "commissioned",
    "usable",
    "cancelled",
)
"""States of a megawatt, in the order of ``SiteView.ladder_mw``."""

CAUSES: dict[str, str] = {
    "community": "community and permits",
    "grid": "grid",
    "equipment": "equipment",
    "chips": "chips",
    "labour": "labour",
    "capital": "capital",
    "disruption": "disruption",
    "coordination": "coordination",
}
"""Binding causes by key, with the words that people read."""

AGENTS: dict[str, Kind] = {
    "lab": Kind("AI lab", "star"),
    "capital": Kind("capital", "hexagon"),
    "cloud": Kind("cloud provider", "diamond"),
    "contractor": Kind("contractor", "diamond"),
    "chips": Kind("chip maker", "diamond"),
    "equipment": Kind("equipment maker", "diamond"),
    "community": Kind("community", "circle"),
    "regulator": Kind("regulator", "pentagon"),
    "utility": Kind("utility", "square"),
    "workforce": Kind("workforce", "triangle"),
}
"""Types of agent: shape and label first, colour second."""

EDGES = (
    "contract",
    "supply",
    "serves",
    "regulates",
    "hosts",
    "labour",
    "trust",
    "diffusion",
    "commitment",
)
"""Kinds of relation on the partnership graph."""

_OKABE_ITO = {
    "community": "#d55e00",
    "grid": "#0072b2",
    "equipment": "#e69f00",
    "chips": "#56b4e9",
    "labour": "#009e73",
    "capital": "#f0e442",
    "disruption": "#cc79a7",
    "coordination": "#111111",
}
_LADDER_LIGHT = ("#e3edf6", "#c6dbec", "#9dc3de", "#6ba5cc", "#3f84b8", "#1d629d", "#083f75")
_LADDER_DARK = ("#20303f", "#28435b", "#2f597c", "#3a749f", "#4f93c1", "#7bb6dc", "#b9ddf4")


def cause_key(cause: str) -> str:
    """Return the key in :data:`CAUSES` of a binding cause, or ``"none"`` where nothing binds."""
    word = cause.strip().lower()
    return word if word in CAUSES else "none"


def cause_label(cause: str) -> str:
    """Return the words for a binding cause."""
    return CAUSES.get(cause_key(cause), "own work")


def _variables(ladder: tuple[str, ...], rest: dict[str, str]) -> str:
    named = {f"l-{state}": colour for state, colour in zip(LADDER, ladder, strict=False)} | rest
    return "".join(f"--{name}:{colour};" for name, colour in named.items())


_LIGHT = {
    "page": "#f4f5f7",
    "card": "#ffffff",
    "ink": "#1b1f24",
    "soft": "#5a6470",
    "line": "#d9dee4",
    "land": "#eceff2",
    "border": "#ffffff",
    "none": "#9aa4ae",
    "dark": "#111111",
    "accent": "#1d629d",
    "shade": "#083f75",
}
_DARK = {
    "page": "#12161b",
    "card": "#1a2027",
    "ink": "#e8ecf0",
    "soft": "#a3adb8",
    "line": "#333d48",
    "land": "#28313b",
    "border": "#1a2027",
    "none": "#77828d",
    "dark": "#f2f4f6",
    "accent": "#7bb6dc",
    "shade": "#b9ddf4",
}

_RULES = """
.eco svg{display:block;width:100%;height:auto;font-family:inherit;font-size:11px}
.eco svg text{fill:var(--ink)}
.eco svg .title{font-size:14px;font-weight:600}
.eco svg .soft{fill:var(--soft)}
.eco svg .small{font-size:10px}
.eco svg .end{text-anchor:end}
.eco svg .mid{text-anchor:middle}
.eco svg .halo{paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
.eco svg .grid{stroke:var(--line);stroke-width:1;fill:none}
.eco svg .axis{stroke:var(--soft);stroke-width:1;fill:none}
.eco svg .now{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3;fill:none}
.eco svg .l1{stroke:var(--accent);stroke-width:1.8;fill:none;stroke-linejoin:round}
.eco svg .l2{stroke:var(--soft);stroke-width:1.3;fill:none;stroke-dasharray:4 3}
.eco svg .l3{stroke:var(--soft);stroke-width:1.3;fill:none;stroke-dasharray:1 2.5}
.eco svg .casing{stroke:var(--card);stroke-width:3.6;fill:none;opacity:.8}
.eco svg .it{stroke:var(--ink);stroke-width:1.3;fill:none}
.eco svg .was{stroke:var(--ink);stroke-width:1.4;fill:none;stroke-dasharray:6 3.5}
.eco svg .fork{stroke:var(--ink);stroke-width:1;fill:none;opacity:.55}
.eco svg .f-cancelled{fill:url(#hatch)}
.eco svg .hatch{stroke:var(--none);stroke-width:2}
.eco svg .land{fill:var(--land);stroke:var(--border);stroke-width:1}
.eco svg .ring{fill:none;stroke:var(--ink);stroke-width:2}
.eco svg .track{fill:none;stroke:var(--none);stroke-width:2;opacity:.35}
.eco svg .organised{fill:none;stroke:var(--c-community);stroke-width:2;stroke-dasharray:3 2.5}
.eco svg .rival{fill:none;stroke:var(--none);stroke-width:1.4}
.eco svg .maybe{font-style:italic}
.eco svg .later{fill:none;stroke:var(--none);stroke-width:1.2;stroke-dasharray:2 2}
.eco svg .node{fill:var(--card);stroke:var(--ink);stroke-width:1.4}
.eco svg .k-lab,.eco svg .k-capital{fill:var(--accent);stroke:var(--accent)}
.eco svg .pick{cursor:pointer}
.eco svg .pick:hover .node{stroke-width:2.6}
.eco svg .pick:focus{outline:none}
.eco svg .pick:focus .node{stroke:var(--c-community);stroke-width:3}
.eco svg .picked .node{fill:var(--accent);stroke:var(--accent);stroke-width:3}
.eco svg .picked text{font-weight:700}
.eco svg .edge{fill:none;stroke:var(--none);opacity:.42}
.eco svg .e-contract,.eco svg .e-commitment{stroke:var(--accent)}
.eco svg .e-supply{stroke:var(--c-equipment)}
.eco svg .e-serves{stroke:var(--c-grid)}
.eco svg .e-labour{stroke:var(--c-labour)}
.eco svg .e-trust,.eco svg .e-diffusion,.eco svg .e-hosts{stroke:var(--c-community)}
.eco svg .broken{stroke-dasharray:5 4}
.eco svg .flow{fill:none;stroke:var(--none);stroke-width:2;opacity:.6}
.eco svg .track-bar{fill:var(--land)}
.eco svg .l-bar{fill:var(--accent)}
.eco svg .faded{opacity:.13}
.eco svg .strong{opacity:.95}
.eco svg .strong-text{font-weight:600}
.eco svg .band80{fill:var(--accent);opacity:.16;stroke:none}
.eco svg .band50{fill:var(--accent);opacity:.28;stroke:none}
.eco svg .whisker{stroke:var(--ink);stroke-width:1.4;fill:none}
.eco svg .dot-clear{fill:var(--accent);stroke:var(--accent);stroke-width:1.6}
.eco svg .dot-open{fill:var(--card);stroke:var(--ink);stroke-width:1.6}
.eco svg .plan{fill:none;stroke:var(--ink);stroke-width:1.1;stroke-dasharray:3 2}
.eco svg .built{fill:var(--none);opacity:.5}
.eco svg .expected{fill:var(--none);opacity:.18;stroke:var(--none);stroke-width:1}
.eco svg .waits{fill:var(--line);stroke:var(--none);stroke-width:.6;stroke-dasharray:1 2}
.eco svg .tail{fill:var(--accent);opacity:.75}
.eco svg .lane{fill:transparent}
.eco svg .pick:hover .lane,.eco svg .picked-row .lane{fill:var(--accent);opacity:.09}
.eco svg .pick:focus .lane{stroke:var(--accent);stroke-width:1.5}
.eco svg .milestone{fill:var(--ink);stroke:var(--card);stroke-width:1}
.eco svg .opinion{fill:none;stroke-width:1.4}
.eco svg .o-low{stroke:var(--c-equipment)}
.eco svg .o-middle{stroke:var(--c-labour)}
.eco svg .o-high{stroke:var(--c-disruption)}
.eco svg .o-far{stroke-dasharray:4 2.5}
.eco svg .against{fill:none;stroke:var(--c-community);stroke-width:1.8}
.eco svg .organised-band{fill:var(--c-community);opacity:.13}
"""


def stylesheet() -> str:
    """Return the CSS of every drawing; dark inside ``.theme--dark``, light otherwise."""
    light = "".join(f"--{name}:{colour};" for name, colour in _light().items())
    causes = {f"c-{key}": colour for key, colour in _OKABE_ITO.items()}
    dark = _variables(_LADDER_DARK, _DARK | causes | {"c-coordination": _DARK["dark"]})
    return f".eco{{{light}}}.theme--dark .eco{{{dark}}}{_rules()}"


def plain_stylesheet() -> str:
    """Return the CSS of a drawing that stands alone: light, without variables or a page around."""
    colours = _light()
    rules = re.sub(r"var\(--([a-z-]+)\)", lambda found: colours[found[1]], _rules())
    rules = rules.replace(".eco svg ", "").replace(".eco svg{", "svg{")
    return f"{rules}svg{{background:{colours['card']};font-family:Helvetica,Arial,sans-serif}}"


def _light() -> dict[str, str]:
    causes = {f"c-{key}": colour for key, colour in _OKABE_ITO.items()}
    ladder = {f"l-{s}": colour for s, colour in zip(LADDER, _LADDER_LIGHT, strict=False)}
    return ladder | _LIGHT | causes


def _rules() -> str:
    fills = "".join(f".eco svg .f-{s}{{fill:var(--l-{s})}}" for s in LADDER[:-1])
    fills += "".join(f".eco svg .c-{c}{{fill:var(--c-{c})}}" for c in CAUSES)
    fills += "".join(f".eco svg .s-{c}{{stroke:var(--c-{c})}}" for c in CAUSES)
    return f"{_RULES}{fills}.eco svg .c-none{{fill:var(--none)}}"
