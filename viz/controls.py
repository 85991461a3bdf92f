"""What drives a tab's world: choices, play, pause, step, reset, speed, and what to do on error."""

from collections.abc import Callable
from datetime import timedelta
from html import escape

import solara
from solara.core import component

from ecosystem.units import iso_week
from viz.state import MAX_SEED, SPEEDS, Frame, Session


@component
def Controls(session: Session, frame: Frame) -> None:  # noqa: N802
    """Choose what runs and drive it."""
    choice, catalogue = frame.choice, session.catalogue
    playing, ready = session.playing.value, frame.view is not None and not frame.error
    idle = not ready or frame.loading
    with solara.Row(classes=["eco-controls"]):
        Chooser("World", catalogue.worlds, choice.world, lambda w: _other(session, world=w))
        Chooser(
            "Strategy", catalogue.strategies, choice.strategy, lambda s: _other(session, strategy=s)
        )
        solara.InputInt("Seed", choice.seed, on_value=lambda seed: _seed(session, seed))
        solara.Button(
            "Pause" if playing else "Play",
            icon_name="mdi-pause" if playing else "mdi-play",
            on_click=session.toggle,
            disabled=idle or frame.over,
            color="primary",
            classes=["eco-play"],
        )
        solara.Button(
            "Step",
            icon_name="mdi-skip-next",
            on_click=session.step,
            disabled=idle or frame.over,
            outlined=True,
            classes=["eco-step"],
        )
        solara.Button(
            "Reset",
            icon_name="mdi-restart",
            on_click=session.reset,
            disabled=frame.loading,
            outlined=True,
            classes=["eco-reset"],
        )
        solara.Select("Speed", list(SPEEDS), session.speed)
        Clock(frame)
        if frame.view:
            start = frame.view.day - timedelta(weeks=frame.view.week)
            When(
                week=frame.view.week,
                weeks=frame.weeks,
                start=start.isoformat(),
                event_jump=session.jump,
            )


@solara.component_vue("vue/when.vue")
def When(week: int, weeks: int, start: str, event_jump: Callable[[int], None]) -> None:  # noqa: N802
    """Show the week and let a person go to another, by slider or by date."""


@component
def Chooser(  # noqa: N802
    label: str, names: dict[str, str], key: str, on_key: Callable[[str], None]
) -> None:
    """Choose one key of several by its name; an unknown key is shown as it is."""
    shown = {k: k if k == name else f"{k} · {name}" for k, name in names.items()}
    keys = {text: k for k, text in shown.items()}
    values = list(keys) if key in shown else [*keys, key]
    solara.Select(
        label, values, shown.get(key, key), on_value=lambda text: on_key(keys.get(text, text))
    )


def _other(session: Session, **changes: str) -> None:
    session.choose(session.latest.choice._replace(week=0, branch=None, **changes))


def _seed(session: Session, seed: int | None) -> None:
    if seed is not None and 0 <= seed <= MAX_SEED and seed != session.latest.choice.seed:
        session.choose(session.latest.choice._replace(week=0, seed=seed))


@component
def Clock(frame: Frame) -> None:  # noqa: N802
    """Show the week."""
    if frame.view is None:
        content, title = "–", "no world yet"
    else:
        view = frame.view
        title = f"{view.day:%d %B %Y}"
        content = f"<b>{iso_week(view.day)}</b><br><span>week {view.week} of {frame.weeks}</span>"
    solara.HTML("div", content, classes=["eco-clock"], attributes={"title": title})


@component
def Problem(frame: Frame, on_reset: Callable[[], None], on_first: Callable[[], None]) -> None:  # noqa: N802
    """Say what went wrong and what to do."""
    with solara.Div(classes=["eco-card", "eco-error"]):
        solara.HTML("div", f"<h3>This world cannot be shown</h3><p>{escape(frame.error)}</p>")
        solara.HTML(
            "p", "Start it again, choose another world, strategy or seed above, or go back."
        )
        with solara.Row():
            solara.Button("Start again", on_click=on_reset, color="primary")
            solara.Button("Back to the first world", on_click=on_first, outlined=True)
