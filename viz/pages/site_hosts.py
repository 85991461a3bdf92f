"""The host community of a site: what it thought, was promised and received; what happened."""

from html import escape

import numpy as np
import solara
from solara.core import component

from experiments.story import happened
from viz.cases import Case, axis_of, heard, site_table, voices
from viz.community import community
from viz.components import Panel
from viz.downloads import Download, csv_of, svg_file
from viz.svg import number
from viz.tables import table_html, usd


@component
def Community(case: Case, key: str) -> None:  # noqa: N802
    """Show what the simulated community thought, was promised and received."""
    found = voices(case, key)
    with solara.Div(classes=["eco-card"]):
        if found is None:
            solara.HTML("h3", "The community <span>simulated</span>")
            solara.HTML("p", "No opinion was recorded: the run ended before its first month.")
            return
        axis = axis_of(case, [float(found.week[0]), float(found.week[-1])])
        drawn = community(
            "The simulated host community: what groups of households think, and do",
            "Archetypes, not an observation of the people there. Lines: mean opinion of income "
            "terciles, near the site and far; vertical lines: hearings, courts, agreements.",
            found,
            axis,
            heard(case, key),
        )
        Panel(svg=drawn)
        with solara.Row(classes=["eco-files"]):
            Download("Community as SVG", f"{key}_community.svg", lambda: svg_file(drawn))
            Download(
                "Opinion by group as CSV",
                f"{key}_opinion.csv",
                lambda: csv_of(site_table(case.opinions, key, "community")),
            )
            Download(
                "Trust, licence, mobilisation as CSV",
                f"{key}_community.csv",
                lambda: csv_of(site_table(case.result.tables["communities"], key, "community")),
            )
        with solara.Div(classes=["eco-grid"]):
            solara.HTML("div", _promised(case, key))
            solara.HTML("div", _received(case, key))
        with solara.Row(classes=["eco-files"]):
            Download(
                "Promises as CSV",
                f"{key}_promises.csv",
                lambda: csv_of(site_table(case.promises, key, "community")),
            )
            Download(
                "Benefit by group as CSV",
                f"{key}_benefit.csv",
                lambda: csv_of(site_table(case.result.tables["groups"], key, "community")),
            )


def _promised(case: Case, key: str) -> str:
    table = site_table(case.promises, key, "community")
    rows = [
        [str(promise), f"{case.day(float(due)):%Y-%m}", str(outcome)]
        for due, promise, outcome in zip(
            table["due_week"], table["promise"], table["outcome"], strict=True
        )
    ]
    if not rows:
        return (
            "<h3>Promises <span>simulated</span></h3><p>Nothing was promised to it in this run.</p>"
        )
    kept, broken = (sum(row[2] == word for row in rows) for word in ("kept", "broken"))
    caption = (
        f"Promises to the community (simulated): {kept} kept, {broken} broken, "
        f"{len(rows) - kept - broken} open, or void since the site was withdrawn"
    )
    return table_html(caption, ("promise", "due", "outcome"), rows, words=(0, 1, 2))


def _received(case: Case, key: str) -> str:
    table = case.result.tables["hosts"]
    at = int(np.flatnonzero(table["community"] == key)[0])
    of = {name: float(values[at]) for name, values in table.items() if values.dtype.kind == "f"}
    groups = case.result.tables["groups"]
    mine = groups["community"] == key
    homes = groups["households"][mine]
    each = np.divide(groups["benefit_usd"][mine], homes, out=np.zeros(len(homes)), where=homes > 0)
    total = float(groups["benefit_usd"][mine].sum())
    mean = total / max(float(homes.sum()), 1.0)
    rows = [
        ["net benefit of its households", f"{usd(total)}, {usd(mean)} each"],
        ["from the worst to the best group",
         f"{usd(float(each.min()))} to {usd(float(each.max()))} a household"],
        ["local taxes after abatement", usd(of["tax_usd"])],
        ["change of a household's bill, at the end",
         f"{usd(of['bill_usd_per_household_year'])}/yr"],
        ["craft work by residents",
         f"{number(of['craft_job_years_local'])} of {number(of['craft_job_years'])} job-years"],
        ["permanent work by residents",
         f"{number(of['permanent_job_years_local'])} of {number(of['permanent_job_years'])} "
         "job-years"],
        ["water drawn", f"{number(of['water_m3'])} m³"],
        ["heard, times a year", number(of["contacts_per_year"])],
    ]  # fmt: skip
    caption = "What it received and gave up to the end of the run (simulated)"
    return table_html(caption, ("", "amount"), rows, words=(0, 1))


@component
def Happened(case: Case, key: str) -> None:  # noqa: N802
    """List records and events of the site by date."""
    told = happened(case.result, key)
    rows = "".join(f"<li><time>{escape(day)}</time> {escape(text)}</li>" for day, text in told)
    head = (
        "<h3>What happened <span>facts on record, that the run was given, and simulated "
        "events</span></h3>"
    )
    with solara.Div(classes=["eco-card"]):
        solara.HTML(
            "div",
            f"{head}<ol>{rows}</ol>" if rows else f"{head}<p>Nothing.</p>",
            classes=["eco-events", "eco-site-events"],
            attributes={"tabindex": "0"},
        )
        with solara.Row(classes=["eco-files"]):
            Download(
                "Events as CSV",
                f"{key}_events.csv",
                lambda: csv_of({"day": [d for d, _ in told], "event": [t for _, t in told]}),
            )
