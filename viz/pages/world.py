"""The live world: a map, the ladder, the flywheel, the graph and what happened."""

from solara.core import component

from viz.branching import Branching, Differences
from viz.components import Waiting, World
from viz.controls import Controls, Problem
from viz.desk import Desk


@component
def WorldPage(desk: Desk) -> None:  # noqa: N802
    """Show the live world and drive it."""
    session = desk.session
    _ = session.number.value
    frame = session.latest
    Controls(session, frame)
    if frame.error:
        Problem(frame, session.reset, lambda: session.choose(desk.catalogue.first()))
    elif frame.view is None:
        Waiting(f"Building {frame.choice.world} with strategy {frame.choice.strategy} …")
    else:
        Branching(session, frame)
        Differences(frame)
        World(
            frame,
            session.picked.value,
            session.picked.set,
            session.original.value,
            on_explain=lambda site: desk.go("site", site=site),
        )
