"""Branch the future: which strategy, which levers, from this week on; and what came of it."""

from collections.abc import Callable
from datetime import date, timedelta
from html import escape

import solara
from reacton import use_memo, use_state
from solara.core import component

from ecosystem.errors import InputError
from ecosystem.levers import ACTS
from ecosystem.parameters import Card, cards
from ecosystem.scenario import Levers, Strategy
from ecosystem.units import iso_week
from viz.components import Files
from viz.controls import Chooser
from viz.differences import (
    differences,
    differences_csv,
    differences_html,
    only_one,
    only_one_html,
)
from viz.fork import Branch, with_levers
from viz.state import Frame, Session

type Changed = tuple[tuple[str, float], ...]
"""Levers that differ from those of the strategy, with their values."""

_LEVERS = {card.path: card for card in cards(Levers())}


@component
def Branching(session: Session, frame: Frame) -> None:  # noqa: N802
    """Offer to branch, or tell what the branch is and how to leave it."""
    opened, set_opened = use_state(False)
    branch = frame.choice.branch
    with solara.Div(classes=["eco-branching"]):
        with solara.Row(classes=["eco-branch-row"]):
            solara.Button(
                "Branch from here",
                icon_name="mdi-source-branch",
                on_click=lambda: set_opened(not opened),
                outlined=True,
                classes=["eco-branch"],
                attributes={"aria-expanded": str(opened).lower()},
            )
            if branch and frame.view:
                start = frame.view.day - timedelta(weeks=frame.view.week)
                solara.HTML("span", _told(branch, start, frame), classes=["eco-told"])
                _Shown(session)
                solara.Button("End branch", on_click=session.unbranch, text=True)
        if opened and frame.view:
            _Editor(session, frame, lambda: set_opened(False))


def _told(branch: Branch, start: date, frame: Frame) -> str:
    """Return what the branch is, as HTML."""
    day = start + timedelta(weeks=branch.week)
    levers = "".join(f", {lever_name(name)} {value:g}" for name, value in branch.levers)
    told = f"Branch since {iso_week(day)}: {branch.strategy}{levers}."
    note = "Solid: branch, dashed: original." if frame.branch else "Play on to see it begin."
    return f"<b>{escape(told)}</b> {note}"


def lever_name(lever: str) -> str:
    """Return a lever in words; one that there is not stays as it is."""
    return ACTS[lever].label if lever in ACTS else lever


@component
def _Shown(session: Session) -> None:  # noqa: N802
    """Choose which of both map, graph, card and events show."""
    with solara.Div(
        classes=["eco-shown"],
        attributes={"role": "group", "aria-label": "Map, graph, card and events show"},
    ):
        solara.HTML("span", "Map and graph show")
        for word, original in (("branch", False), ("original", True)):
            chosen = session.original.value == original
            solara.Button(
                word,
                on_click=lambda original=original: session.original.set(original),
                text=True,
                small=True,
                classes=["eco-choice", "eco-here"] if chosen else ["eco-choice"],
                attributes={"aria-pressed": str(chosen).lower()},
            )


@component
def _Editor(session: Session, frame: Frame, on_done: Callable[[], None]) -> None:  # noqa: N802
    """Choose a strategy and change levers of it."""
    catalogue = session.catalogue
    first = frame.choice.branch.strategy if frame.choice.branch else frame.choice.strategy
    strategy, set_strategy = use_state(first)
    levers, set_levers = use_state(frame.choice.branch.levers if frame.choice.branch else ())
    offer = use_memo(lambda: catalogue.strategy(strategy), [strategy])
    wrong = _wrong(offer, levers)

    def begin() -> None:
        on_done()
        session.branch(strategy, levers)

    def other(key: str) -> None:
        set_strategy(key)
        set_levers(())

    with solara.Div(classes=["eco-card", "eco-editor"]):
        solara.HTML("h3", "From this week on another strategy, or other levers, act in a branch")
        with solara.Row(classes=["eco-branch-row"]):
            Chooser("Strategy of the branch", catalogue.strategies, strategy, other)
            unused = [lever_name(k) for k in _LEVERS if k not in dict(levers)]
            solara.Select(
                "Change a lever",
                unused,
                None,
                on_value=lambda name: set_levers(_with_lever(offer.levers, levers, name)),
            )
        for name, value in levers:
            _Lever(_LEVERS[name], value, lambda new, name=name: set_levers(_set(levers, name, new)))
        if wrong:
            solara.HTML("p", escape(wrong), classes=["eco-refused"])
        with solara.Row(classes=["eco-branch-row"]):
            solara.Button("Branch now", on_click=begin, color="primary", disabled=bool(wrong))
            solara.Button("Not now", on_click=on_done, text=True)
            solara.HTML("span", _when(frame, offer.start), classes=["eco-soft"])


def _when(frame: Frame, start: date | None) -> str:
    """Say from when on the branch can differ."""
    where = f", or from {start:%d %B %Y} if that is later" if start else ""
    day = frame.view.day if frame.view else None
    return f"It acts from {day:%d %B %Y} on{where}; before strategies begin, all worlds are alike."


def _wrong(offer: Strategy, levers: Changed) -> str:
    """Return what is wrong with the levers, or nothing."""
    try:
        with_levers(offer, levers)
    except InputError as error:
        return str(error)
    return ""


def _with_lever(usual: Levers, levers: Changed, name: str | None) -> Changed:
    key = next((key for key in _LEVERS if lever_name(key) == name), None)
    return levers if key is None else (*levers, (key, float(getattr(usual, key))))


def _set(levers: Changed, name: str, value: float | None) -> Changed:
    """Return the levers with another value of one, or without it (None)."""
    changed = ((k, value if k == name else v) for k, v in levers)
    return tuple((k, v) for k, v in changed if v is not None)


@component
def _Lever(card: Card, value: float, on_value: Callable[[float | None], None]) -> None:  # noqa: N802
    """Edit one lever, with its unit, bounds and meaning."""
    unit = "" if card.unit == "1" else f" {card.unit}"
    with solara.Row(classes=["eco-branch-row", "eco-changed"]):
        solara.InputFloat(
            lever_name(card.path),
            value,
            on_value=on_value,
        )
        solara.HTML("span", f"{escape(unit)} {escape(card.limits)} · {escape(card.meaning)}")
        solara.Button("Leave as it is", on_click=lambda: on_value(None), text=True, small=True)


@component
def Differences(frame: Frame) -> None:  # noqa: N802
    """Show what the branch changed by now."""
    branch = frame.choice.branch
    if not (branch and frame.view and frame.branch):
        return
    rows = differences(frame.view.weekly, frame.branch.weekly, branch.week)
    apart = only_one(frame.view, frame.branch, branch.week)
    names = {site.key: site.name for site in frame.view.sites}
    with solara.Div(classes=["eco-grid", "eco-differences"]):
        with solara.Div(classes=["eco-card"]):
            solara.HTML("div", differences_html(rows))
            Files((("Differences", "CSV", "differences.csv", lambda: differences_csv(rows)),))
        with solara.Div(classes=["eco-card"]):
            solara.HTML("div", only_one_html(apart, names), classes=["eco-only"])
