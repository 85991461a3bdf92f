"""The page without a browser: what its buttons and choices do, and what it says."""

import asyncio
from collections.abc import Callable
from typing import Any

import ipyvuetify
import pytest
import solara
from fake_world import FakeWorld, fake_catalogue
from solara.widgets import HTML

from ecosystem.errors import InputError
from viz.app import app_of
from viz.components import card_html, events_html
from viz.state import Catalogue, Choice

PATIENCE_S = 10.0


class Shown:
    """A rendered page, in the words that a person would use about it."""

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        page = solara.AppLayout(children=[app_of(catalogue)()])
        _, self.rendered = solara.render(page, handle_error=False)

    def button(self, label: str) -> Any:
        found = [b for b in self.rendered.find(ipyvuetify.Btn).widgets if label in b.children]
        assert len(found) <= 1
        return found[0] if found else None

    def can(self, label: str) -> bool:
        button = self.button(label)
        return button is not None and not button.disabled

    def field(self, label: str) -> Any:
        kinds = (ipyvuetify.Select, ipyvuetify.TextField)
        every = [w for kind in kinds for w in self.rendered.find(kind).widgets]
        return next((w for w in every if w.label == label), None)

    def choose(self, label: str, start: str) -> None:
        field = self.field(label)
        field.v_model = next(item for item in field.items if item.startswith(start))

    def html(self) -> str:
        return " ".join(str(w.unsafe_innerHTML) for w in self.rendered.find(HTML).widgets)

    def drawings(self) -> list[Any]:
        every = self.rendered.find(ipyvuetify.VuetifyTemplate).widgets
        return [widget for widget in every if "svg" in widget.keys]

    def drawing(self, word: str) -> Any:
        return next(widget for widget in self.drawings() if word in widget.svg)

    async def until(self, condition: Callable[[], bool]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while not condition():
            assert asyncio.get_running_loop().time() < end, f"still not so: {self.html()[:300]}"
            await asyncio.sleep(0.01)

    async def at_week(self, week: int) -> None:
        """Wait for the clock and for the last part of the page, which another thread renders."""
        await self.until(
            lambda: f"week {week} of 120" in self.html() and "Real sites" in self.html()
        )
        await self.until(lambda: len(self.drawings()) == 6)


def on_page(
    test: Callable[[Shown], Any], catalogue: Callable[[], Catalogue] = fake_catalogue
) -> None:
    """Run a test in an event loop, as the page's tasks need one, and close the page after it."""

    async def run() -> None:
        shown = Shown(catalogue)
        try:
            await test(shown)
        finally:
            shown.rendered.close()

    asyncio.run(run())


def test_the_first_view_shows_every_part_and_how_to_begin():
    async def test(shown: Shown) -> None:
        await shown.at_week(0)
        assert shown.can("Play")
        assert shown.can("Step")
        for part in ("Capacity ladder", "relations", "Sites that deliver", "Nothing is under way"):
            await shown.until(lambda: any(part in w.svg for w in shown.drawings()))  # noqa: B023
        await shown.until(lambda: "Press play or step" in shown.html())
        assert "simulated" in shown.html()

    on_page(test)


def test_step_moves_the_week_the_ladder_and_the_events():
    async def test(shown: Shown) -> None:
        await shown.at_week(0)
        before = shown.drawing("Capacity ladder").svg
        for week in (1, 2, 3):
            shown.button("Step").click()
            await shown.at_week(week)
        await shown.until(lambda: shown.drawing("Capacity ladder").svg != before)
        await shown.until(lambda: "hearing, approved" in shown.html())
        assert "<simulated>" not in shown.html(), "text of events is escaped"

    on_page(test)


def test_play_runs_to_the_end_pause_holds_it_and_reset_begins_again():
    async def test(shown: Shown) -> None:
        await shown.at_week(0)
        shown.choose("Speed", "52")
        shown.button("Play").click()
        await shown.until(lambda: shown.button("Pause") is not None)
        await shown.until(lambda: "week 0 of" not in shown.html())
        shown.button("Pause").click()
        await shown.until(lambda: shown.button("Play") is not None)
        await asyncio.sleep(0.15)  # one frame may have been on its way
        held = shown.html()
        await asyncio.sleep(0.3)
        assert shown.html() == held
        shown.choose("Speed", "full")
        shown.button("Play").click()
        await shown.at_week(120)
        await shown.until(lambda: shown.button("Play") is not None)
        assert not shown.can("Play")
        assert not shown.can("Step")
        shown.button("Reset").click()
        await shown.at_week(0)
        assert shown.can("Play")

    on_page(test)


def test_reset_and_step_are_safe_while_it_plays():
    async def test(shown: Shown) -> None:
        await shown.at_week(0)
        shown.choose("Speed", "full")
        shown.button("Play").click()
        shown.button("Reset").click()
        await shown.at_week(0)
        await shown.until(lambda: shown.can("Play"))
        shown.button("Play").click()
        await shown.until(lambda: "week 0 of" not in shown.html())
        shown.button("Step").click()
        await shown.until(lambda: shown.button("Play") is not None)

    on_page(test)


def test_another_strategy_world_or_seed_begins_again():
    async def test(shown: Shown) -> None:
        await shown.at_week(0)
        shown.button("Step").click()
        await shown.at_week(1)
        shown.choose("Strategy", "S2")
        await shown.at_week(0)
        assert shown.field("Strategy").v_model.startswith("S2")
        shown.button("Step").click()
        await shown.at_week(1)
        shown.field("Seed").v_model = "7"
        shown.field("Seed").fire_event("keyup.enter")
        await shown.at_week(0)
        assert shown.field("Seed").v_model == "7"
        assert shown.field("Strategy").v_model.startswith("S2")
        shown.choose("World", "breaks")
        await shown.until(lambda: shown.field("World").v_model.startswith("breaks"))

    on_page(test)


def test_a_world_that_breaks_says_so_and_leads_back():
    async def test(shown: Shown) -> None:
        await shown.at_week(0)
        shown.choose("World", "breaks")
        await shown.until(lambda: shown.can("Play"))
        shown.choose("Speed", "full")
        shown.button("Play").click()
        await shown.until(lambda: "broke on purpose" in shown.html())
        assert not shown.can("Play")
        shown.button("Back to the first world").click()
        await shown.at_week(0)
        assert shown.field("World").v_model.startswith("calm")

    on_page(test)


def test_clicking_a_site_or_an_agent_opens_its_card():
    async def test(shown: Shown) -> None:
        await shown.at_week(0)
        await shown.until(lambda: "Click an agent" in shown.html())
        shown.drawing("relations").vue_pick("lab")
        await shown.until(lambda: "AI lab" in shown.html())
        shown.drawing("Sites that deliver").vue_pick("site:abilene")
        await shown.until(lambda: "Stargate Abilene" in shown.html())
        shown.drawing("relations").vue_pick("")
        await shown.until(lambda: "Click an agent" in shown.html())

    on_page(test)


def test_two_tabs_do_not_share_a_world():
    async def test(shown: Shown) -> None:
        other = Shown(fake_catalogue)
        try:
            await shown.at_week(0)
            await other.at_week(0)
            shown.button("Step").click()
            await shown.at_week(1)
            assert "week 0 of 120" in other.html()
        finally:
            other.rendered.close()

    on_page(test)


def test_leaving_the_page_stops_the_work():
    steps: list[int] = []

    class Counted(FakeWorld):
        def step(self) -> None:
            steps.append(self.week)
            super().step()

    def endless(choice: Choice) -> FakeWorld:
        return Counted(choice, weeks=100_000)

    async def test(shown: Shown) -> None:
        await shown.until(lambda: shown.can("Play"))
        shown.button("Play").click()
        await shown.until(lambda: len(steps) > 2)

    on_page(test, lambda: Catalogue({"calm": ""}, {"S0": ""}, endless))

    async def settled() -> tuple[int, int]:
        await asyncio.sleep(0.3)
        before = len(steps)
        await asyncio.sleep(0.3)
        return before, len(steps)

    before, after = asyncio.run(settled())
    assert before == after


@pytest.mark.parametrize("empty", [True, False])
def test_without_worlds_it_says_what_to_do(empty):
    def catalogue() -> Catalogue:
        if empty:
            return Catalogue({}, {}, FakeWorld)
        raise InputError("worlds/mine.toml: cannot be read as TOML.")

    word = "Reinstall" if empty else "worlds/mine.toml: cannot be read as TOML."

    async def test(shown: Shown) -> None:
        def said() -> bool:
            alerts = shown.rendered.find(ipyvuetify.Alert).widgets
            return any(word in str(alert.children) for alert in alerts)

        await shown.until(said)

    on_page(test, catalogue)


def test_cards_escape_what_the_model_says():
    world = FakeWorld(Choice("calm", "S0", 0))
    world.step()
    view = world.view()
    assert "&lt;more&gt; &amp; better" in card_html(view, "lab")
    assert "Candidate &lt;Wyoming&gt;" in card_html(view, "site:wyoming")
    assert "Click" in card_html(view, "site:gone")
    events = events_html(view.events, {"abilene": "Stargate <Abilene>"})
    assert "&lt;simulated&gt;" in events
    assert "<b>&lt;Abilene&gt;</b>" in events
