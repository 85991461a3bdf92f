"""The workshop without a browser: edits, messages, price, file, link, and the way to the World."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import ipyvuetify
import pytest
import solara
from fake_world import FakeWorld
from solara.widgets import HTML

from ecosystem.errors import InputError
from ecosystem.scenario import Strategy
from viz.desk import Desk, PageOf
from viz.jobs import Job, Progress, Request
from viz.levers import begin, check, pack, read, toml_of, unpack, with_value
from viz.pages import workshop
from viz.pages.compare import order_of
from viz.pages.workshop import workshop_page
from viz.pricing import Price
from viz.state import Catalogue, Choice

PATIENCE_S = 10.0
STRONG = toml_of(with_value(begin("S2"), "levers.openness", "0.9"))


def catalogue() -> Catalogue:
    own: dict[str, Any] = {}
    strategies = {"S0": "Decide, announce, defend", "S2": "Agreement"}
    worlds = {"stargate": "Stargate", "fictional": "Invented"}
    return Catalogue(worlds, strategies, lambda choice: FakeWorld(choice), own)


class Bench:
    """An office whose jobs a test carries out by hand."""

    root = Path("results")

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.refuses = ""

    def ask(self, request: Request, tab: str) -> Job:
        request.check()
        if self.refuses:
            raise InputError(self.refuses)
        self.jobs.append(Job(request, "app/trial", self.root / "app" / "trial", tab))
        self.jobs[-1].progress = Progress("running", 3, 18)
        return self.jobs[-1]

    def ahead(self, job: Job) -> int:
        return 0

    def cancel(self, job: Job) -> None:
        job.progress = Progress("cancelled", 3, 18, message="3 of 18 runs are kept.")


class Shown:
    """The workshop of a tab, in the words that a person would use about it."""

    def __init__(self, query: str = "") -> None:
        self.office = Bench()
        self.prices: list[tuple[str, Strategy]] = []
        self.stopped = False
        self.page = workshop_page(lambda: self.office, self.price)  # type: ignore[arg-type, return-value]
        pages = {key: PageOf(key, key, self.page) for key in ("world", "workshop", "compare")}
        self.desk = Desk(catalogue(), f"?page=workshop{query}", pages)
        element = solara.AppLayout(children=[self.page(self.desk)])
        _, self.rendered = solara.render(element, handle_error=False)

    def price(
        self, world: str, strategy: Strategy, seed: int, share: float, stopped: Callable[[], bool]
    ) -> Price:
        """Take the openness for the price, in hundreds of millions."""
        self.prices.append((world, strategy))
        if strategy.name == "slow":
            end = time.monotonic() + PATIENCE_S
            while not stopped() and time.monotonic() < end:
                time.sleep(0.005)
            self.stopped = stopped()
        if strategy.name == "priceless":
            raise InputError("no <such> thing")
        return Price(1e8 * strategy.levers.openness, 1e11, share * 1e11, True)

    def link(self) -> dict[str, str]:
        return dict(parse_qsl(self.desk.query().lstrip("?")))

    def widget(self, trait: str) -> Any:
        every = self.rendered.find(ipyvuetify.VuetifyTemplate).widgets
        return next((widget for widget in every if trait in widget.keys), None)

    def row(self, path: str) -> dict[str, Any]:
        form = self.widget("groups")  # none for a moment, while another one takes its place
        rows = [row for group in (form.groups if form else []) for row in group["rows"]]
        return next((row for row in rows if row["path"] == path), {"own": None, "value": None})

    def edit(self, path: str, value: Any) -> None:
        self.widget("groups").vue_set({"path": path, "value": value})

    def html(self) -> str:
        return " ".join(str(w.unsafe_innerHTML) for w in self.rendered.find(HTML).widgets)

    def drawn(self) -> str:
        every = self.rendered.find(ipyvuetify.VuetifyTemplate).widgets
        return " ".join(widget.svg for widget in every if "svg" in widget.keys)

    def button(self, label: str) -> Any:
        found = [b for b in self.rendered.find(ipyvuetify.Btn).widgets if label in b.children]
        return found[0] if found else None

    async def until(self, condition: Callable[[], Any]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while not condition():
            assert asyncio.get_running_loop().time() < end, f"still not so: {self.html()[:600]}"
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "_PATIENCE_S", 0.01)


def on_page(test: Callable[[Shown], Any], query: str = "") -> None:
    """Run a test in an event loop, as pricing needs one, and close the page after it."""

    async def run() -> None:
        shown = Shown(query)
        try:
            await test(shown)
        finally:
            shown.rendered.close()

    asyncio.run(run())


def test_an_edit_changes_file_price_and_link():
    async def test(shown: Shown) -> None:
        await shown.until(lambda: "USD 50.0 M more than S0" in shown.drawn())
        await shown.until(lambda: "4 levers act on community" in shown.drawn())
        await shown.until(lambda: "one run of the central future of stargate" in shown.html())
        shown.edit("levers.openness", "0.9")
        await shown.until(lambda: "openness = 0.9" in shown.html())
        await shown.until(lambda: shown.row("levers.openness")["own"])
        await shown.until(lambda: "USD 90.0 M more than S0" in shown.drawn())
        assert shown.prices[-1][1].levers.openness == 0.9
        await shown.until(lambda: unpack(shown.link()["draft"]) == STRONG)
        assert shown.link()["in"] == "stargate"

    on_page(test)


def test_a_broken_bound_is_said_and_nothing_wrong_is_priced_linked_or_run():
    async def test(shown: Shown) -> None:
        await shown.until(lambda: shown.prices)
        shown.edit("levers.openness", "7")
        await shown.until(lambda: "less than or equal to 1" in shown.html())
        await shown.until(lambda: shown.button("See it live").disabled)
        await shown.until(lambda: "There is a price once" in shown.html())
        await shown.until(lambda: "openness = 7" in shown.html())  # the file as it stands
        assert "openness" not in unpack(shown.link()["draft"])
        shown.edit("levers.openness", "0.9")
        await shown.until(lambda: "<h3>Valid</h3>" in shown.html())
        assert len(shown.prices) <= 2
        assert all(strategy.levers.openness <= 1 for _, strategy in shown.prices)

    on_page(test)


def test_a_link_opens_what_it_was_made_from():
    async def test(shown: Shown) -> None:
        assert "openness = 0.9" in shown.html()
        await shown.until(lambda: shown.prices and shown.prices[-1][0] == "fictional")

    on_page(test, f"&draft={pack(STRONG)}&in=fictional")


@pytest.mark.parametrize("draft", ["damaged", pack(STRONG)[:-5], "A" * 5_000])
def test_a_damaged_link_says_so_and_the_workshop_works(draft):
    async def test(shown: Shown) -> None:
        assert "damaged or was cut off" in shown.html()
        assert "<h3>Valid</h3>" in shown.html()

    on_page(test, f"&draft={draft}")


def test_an_unknown_world_in_a_link_says_what_to_do():
    async def test(shown: Shown) -> None:
        alerts = shown.rendered.find(ipyvuetify.Alert).widgets
        assert "&lt;b&gt;nowhere" not in shown.html()
        assert any("nowhere" in str(a.children) and "above" in str(a.children) for a in alerts)

    on_page(test, "&in=nowhere")


def test_files_are_loaded_or_refused_and_their_text_is_escaped():
    async def test(shown: Shown) -> None:
        load = shown.widget("largest").vue_given
        named = toml_of({**begin("S9"), "key": "mine", "name": "<script>x</script>"})
        load({"name": "mine.toml", "size": len(named), "text": named})
        await shown.until(lambda: "&lt;script&gt;" in shown.html())
        assert "<script>" not in shown.html()
        await shown.until(lambda: shown.row("levers.openness")["value"] == "0.9")
        load({"name": "<i>.toml", "size": 9, "text": "key = "})
        await shown.until(lambda: "cannot be read as TOML" in shown.html())
        assert "&lt;i&gt;.toml" in shown.html()
        await shown.until(lambda: shown.row("levers.openness")["value"] == "0.9")  # stays
        load({"name": "big.toml", "size": 70_000, "text": ""})
        await shown.until(lambda: "larger than 64 kB" in shown.html())
        load({"name": "mine.toml", "size": len(STRONG), "text": STRONG})
        await shown.until(lambda: "larger than" not in shown.html())

    on_page(test)


def test_what_is_saved_is_the_strategy_that_is_shown():
    async def test(shown: Shown) -> None:
        shown.edit("where.region", ["pjm", "miso"])
        await shown.until(lambda: "[where]" in shown.html())
        saves = [
            widget
            for widget in shown.rendered.find(ipyvuetify.VuetifyTemplate).widgets
            if "content" in widget.keys and widget.label == "Save as TOML"
        ]
        assert saves[0].name == "S2_own.toml"
        saves[0].vue_fetch(None)
        await shown.until(lambda: saves[0].content)
        saved = read(saves[0].content, "saved.toml")
        assert saved == {**begin("S2"), "where": {"region": ["pjm", "miso"]}}

    on_page(test)


def test_see_it_live_makes_it_one_of_the_strategies_of_this_tab():
    async def test(shown: Shown) -> None:
        shown.edit("levers.openness", "0.9")
        await shown.until(lambda: "openness = 0.9" in shown.html())
        await shown.until(lambda: not shown.button("See it live").disabled)
        shown.button("See it live").click()
        desk = shown.desk
        assert desk.page.value == "world"
        assert desk.session.order.value[0] == Choice("stargate", "S2_own", 0)
        assert desk.catalogue.own["S2_own"].levers.openness == 0.9
        assert "S2_own" in desk.catalogue.strategies
        assert "S2_own" not in catalogue().strategies, "another tab does not have it"
        again = Desk(catalogue(), desk.query(), {})
        assert again.catalogue.own == desk.catalogue.own, "the address holds it"
        shown.edit("key", "S2")
        await shown.until(lambda: shown.button("See it live").disabled)

    on_page(test)


def test_another_beginning_is_another_form():
    async def test(shown: Shown) -> None:
        shown.edit("levers.openness", "0.9")
        fields = shown.rendered.find(ipyvuetify.Select).widgets
        begins = next(field for field in fields if field.label == "Begin from")
        begins.v_model = next(item for item in begins.items if item.startswith("S3"))
        await shown.until(lambda: "S3_own" in shown.html())
        await shown.until(lambda: shown.row("levers.openness")["own"] is False)
        await shown.until(lambda: shown.row("levers.academy_seats_per_year")["value"] == "500")

    on_page(test)


def test_the_workshop_is_as_it_was_left():
    async def test(shown: Shown) -> None:
        shown.edit("levers.openness", "0.9")
        shown.desk.go("world")
        shown.desk.go("workshop")
        again = solara.AppLayout(children=[shown.page(shown.desk)])
        _, rendered = solara.render(again, handle_error=False)
        try:
            told = " ".join(str(w.unsafe_innerHTML) for w in rendered.find(HTML).widgets)
            assert "openness = 0.9" in told
        finally:
            rendered.close()

    on_page(test)


def test_what_cannot_be_priced_says_why():
    async def test(shown: Shown) -> None:
        shown.edit("name", "priceless")
        await shown.until(lambda: "cannot be priced: no &lt;such&gt; thing" in shown.html())

    on_page(test)


def test_run_against_s0_asks_shows_how_far_it_is_and_what_came_of_it(
    monkeypatch: pytest.MonkeyPatch,
):
    answer = SimpleNamespace(sections=(("answer", "Answer", "<p>S2_own: more, 0.1 to 0.4</p>"),))
    monkeypatch.setattr(workshop, "shown", lambda root, name: answer)

    async def test(shown: Shown) -> None:
        shown.edit("levers.openness", "0.9")
        await shown.until(lambda: "openness = 0.9" in shown.html())
        shown.button("Run against S0").click()
        await shown.until(lambda: "3 of 18 runs" in shown.html())
        job = shown.office.jobs[0]
        asked = job.request.experiment
        assert [s.key for s in asked.strategies] == ["S0", "S2_own"]
        assert asked.strategies[1].levers.openness == 0.9
        assert (asked.baseline, asked.futures, asked.world.name) == ("S0", 8, "stargate")
        assert job.request.command.endswith("--strategies S0,S2_own.toml --futures 8 --seed 0")
        job.progress = Progress("done", 18, 18)
        await shown.until(lambda: "0.1 to 0.4" in shown.drawn())
        await shown.until(lambda: shown.button("Open in Compare"))
        shown.button("Open in Compare").click()
        assert shown.desk.page.value == "compare"
        assert shown.desk.link.value == {"folder": "app/trial", "baseline": "S0"}

    on_page(test)


def test_a_run_can_be_cancelled_and_a_refusal_is_said():
    async def test(shown: Shown) -> None:
        shown.button("Run against S0").click()
        await shown.until(lambda: shown.button("Cancel"))
        shown.button("Cancel").click()
        await shown.until(lambda: "3 of 18 runs are kept" in shown.html())
        shown.office.refuses = "16 comparisons wait already."
        shown.button("Run against S0").click()

        def said() -> bool:
            alerts = shown.rendered.find(ipyvuetify.Alert).widgets
            return any("comparisons wait already" in str(alert.children) for alert in alerts)

        await shown.until(said)

    on_page(test)


def test_an_edit_stops_the_run_that_prices_what_was_there_before():
    async def test(shown: Shown) -> None:
        shown.edit("name", "slow")
        await shown.until(lambda: shown.prices and shown.prices[-1][1].name == "slow")
        await shown.until(lambda: "Pricing S2_own" in shown.html())
        shown.edit("name", "other")
        await shown.until(lambda: shown.stopped)
        await shown.until(lambda: "USD 50.0 M more than S0" in shown.drawn())

    on_page(test)


def test_a_strategy_seen_live_can_be_compared_with_others():
    desk = Desk(catalogue(), "", {})
    made = check(read(STRONG, "mine.toml"), None).strategy
    assert made is not None
    desk.catalogue.adopt(made)
    order = order_of(desk)
    order.strategies.set(("S0", "S2_own"))
    request = order.plan().request(desk.catalogue)
    assert request.experiment.strategies[1] == made
    assert "--strategies S0,S2_own.toml " in request.command
