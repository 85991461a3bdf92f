"""What a frame of the app costs before a browser gets it."""

from collections.abc import Sequence

from ecosystem.model import Ecosystem
from ecosystem.scenario import World, load_strategy, load_world
from experiments.bench.model import of_sites, unaudited
from experiments.bench.reference import slowness, typical_s
from experiments.bench.row import Row, exponent_row, number
from viz.charts import binding_chart
from viz.components import charts, events_html, held
from viz.graph import graph_drawing, place
from viz.sitemap import site_map
from viz.state import FRAME_S, Choice, Frame


def lived(world: World, week: int) -> Ecosystem:
    """Return a world in a week of its life, under S0."""
    with unaudited():
        model = Ecosystem(world, load_strategy("S0"))
        for _ in range(week):
            model.step()
    return model


def drawn(model: Ecosystem) -> int:
    """Draw a frame of the live world as the page does; return its length in characters."""
    view = model.view()
    frame = Frame(0, Choice("stargate", "S0", 0), view, weeks=model.weeks)
    names = {site.key: site.name for site in view.sites}
    parts = [
        *charts(frame),
        site_map(view.sites, ground=False),
        binding_chart(held(view.sites)),
        graph_drawing(view.agents, view.edges, place(view.agents, view.edges)),
        events_html(view.events, names),
    ]
    return sum(map(len, parts))


def frame_row(week: int, repeats: int) -> Row:
    """Return what a frame takes: the state of the world, and all that is drawn of it."""
    model = lived(load_world("stargate"), week)
    size = drawn(model)
    spent = typical_s(lambda: drawn(model), 1, repeats)
    view = typical_s(model.view, 1, repeats)
    return Row(
        "frame",
        f"a frame of the app in week {week}, without the browser",
        spent * 1e3,
        "ms",
        f"{number(size / 1e3)} kB drawn; of it the state: {number(view * 1e3)} ms",
        high=FRAME_S * 1e3 * slowness(),
    )


def frames_row(factors: Sequence[int], week: int, repeats: int) -> Row:
    """Return the exponent of the cost of a frame in sites."""
    sizes, worlds = of_sites(factors, week + 1)
    models = [lived(world, week) for world in worlds]
    seconds = [typical_s(lambda m=model: drawn(m), 1, repeats) for model in models]
    what = f"cost of a frame in sites, week {week}"
    return exponent_row("frame_sites", what, "sites", sizes, seconds)
