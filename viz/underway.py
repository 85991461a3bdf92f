"""How far a comparison in the background is, with a way to end it."""

import asyncio
from collections.abc import Callable

import solara
from reacton import use_state
from solara.core import component
from solara.tasks import use_task

from viz.jobs import Job, Office
from viz.svg import number

_EVERY_S = 0.25


@component
def Underway(  # noqa: N802
    office: Office, job: Job, on_end: Callable[[], None] = lambda: None
) -> None:
    """Show a job until it ends; `on_end` is called once then, in the tab's own context.

    Parameters
    ----------
    office : Office
        That took the job.
    job : Job
    on_end : callable
    """
    _, set_told = use_state(job.progress)

    async def watch() -> None:
        while job.live:
            set_told(job.progress)
            await asyncio.sleep(_EVERY_S)
        set_told(job.progress)
        on_end()

    use_task(watch, dependencies=[job])
    told = job.progress
    share = told.done / told.total if told.total else 0.0
    with solara.Div(classes=["eco-underway"], attributes={"role": "status"}):
        bar = f'<progress max="1" value="{share:.3f}" aria-label="runs done"></progress>'
        solara.HTML("span", bar)
        solara.HTML("span", words(job, office.ahead(job)), classes=["eco-told"])
        if job.live:
            solara.Button(
                "Cancel",
                icon_name="mdi-close",
                on_click=lambda: office.cancel(job),
                disabled=job.stopping,
                outlined=True,
                small=True,
            )


def words(job: Job, ahead: int) -> str:
    """Say how far a job is, as plain text without anything that a user wrote."""
    told = job.progress
    if job.stopping:
        return "Cancelled: runs in hand are finished and kept …"
    if told.phase == "waiting":
        others = "one comparison is" if ahead == 1 else f"{ahead} comparisons are"
        return f"Waits: {others} ahead of it. It begins by itself."
    if told.phase == "budget":
        return "Solving how far each strategy goes for the same money …"
    if told.phase == "concluding":
        return f"All {told.total} runs are made. Writing the answer and the report …"
    if told.phase == "running":
        text = f"{told.done} of {told.total} runs"
        if told.rate_per_s == told.rate_per_s:
            text += f" · {number(told.rate_per_s)} runs/s · {clock(told.left_s)} left"
        return text
    return "Done." if told.phase == "done" else ""


def clock(seconds: float) -> str:
    """Return a length of time as people read it, e.g. ``1:05``."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
