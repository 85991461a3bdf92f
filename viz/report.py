"""The report of a comparison: one HTML file without a network, in the order an analyst reads."""

from datetime import date
from html import escape
from importlib.resources import files
from pathlib import Path

from ecosystem.results import replace_file
from experiments.conclude import Report
from experiments.dependence import FEWEST
from experiments.discover import discovered, search_in
from experiments.reopen import Reopened
from experiments.store import read
from viz.palette import stylesheet
from viz.sections import SECTIONS, Material, material_of

FILE = "report.html"


def write_report(folder: Path, of: Reopened, said: Report, today: date) -> Path:
    """Write ``report.html`` beside the results of a comparison and return its path.

    Parameters
    ----------
    folder : Path
        Of the finished comparison.
    of : Reopened
    said : Report
        From :func:`experiments.conclude.write_answer`.
    today : date
        Printed as the date of the report.
    """
    e = of.experiment
    if e.futures >= FEWEST and discovered(folder, e.baseline) is None:
        search_in(folder, e, read(folder, "outcomes"))
    material = material_of(folder, of, said)
    path = folder / FILE
    replace_file(path, _page(material, today).encode("utf-8"))
    return path


def _page(m: Material, today: date) -> str:
    world = m.experiment.world
    title = f"{world.title}: strategies against {m.experiment.baseline}"
    body = [_head(m, title, today)]
    for anchor, name, html in SECTIONS:
        body.append(f'<section id="{anchor}"><h2>{escape(name)}</h2>{html(m)}</section>')
    style = stylesheet() + (files("viz") / "report.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f'<body><main class="eco"><div class="sheet">{"".join(body)}</div></main></body></html>\n'
    )


def _head(m: Material, title: str, today: date) -> str:
    e, world = m.experiment, m.experiment.world
    kinds = {
        "real": "Real sites, sizes, dates and records; people, decisions and the future are "
        "simulated.",
        "fictional": "An invented world: every place in it is made up.",
        "counterfactual": "A counterfactual world: parts of its history are changed.",
    }
    links = "".join(f'<a href="#{a}">{escape(n)}</a>' for a, n, _ in SECTIONS)
    weeks = e.weeks or world.weeks
    return (
        f"<h1>{escape(title)}</h1>"
        f'<p class="meta">{today.isoformat()} · {len(e.strategies)} strategies on the same '
        f"{e.futures} sampled futures of {weeks} weeks from {world.start} · seed {e.seed}. "
        f"{kinds[world.kind]} An exploration of what follows from stated assumptions, not a "
        f"forecast.</p><nav>{links}</nav>"
    )
