"""Branch, jump and take away, on the page without a browser."""

import asyncio
from collections.abc import Callable
from typing import Any

import ipyvuetify
import numpy as np
import pytest
import solara
from fake_world import FakeWorld, fake_catalogue, part
from solara.widgets import HTML

from ecosystem.scenario import load_strategy
from viz.app import app_of
from viz.charts import Beside, flywheel_chart, ladder_chart
from viz.components import card_html, charts, events_csv, relations_csv, sites_csv, weekly_csv
from viz.differences import differences, differences_csv, differences_html, only_one, only_one_html
from viz.fork import Branch, Choice, Fork
from viz.state import Frame

PATIENCE_S = 30.0
FIRST = Choice("calm", "S0", 0)
FORKED = FIRST._replace(week=60, branch=Branch(20, "S2"))


def shown(choice: Choice = FORKED) -> Frame:
    fork = Fork(choice, FakeWorld(choice.origin), load_strategy("S2"), part)
    fork.catch_up(lambda: True)
    view, branch = fork.views()
    return Frame(1, choice, view, branch, fork.weeks, loading=False)


class Page:
    """The rendered app, by the words of a person."""

    def __init__(self) -> None:
        page = solara.AppLayout(children=[app_of(fake_catalogue)()])
        _, self.rendered = solara.render(page, handle_error=False)

    def widget(self, kind: Any, fits: Callable[[Any], bool]) -> Any:
        return next((w for w in self.rendered.find(kind).widgets if fits(w)), None)

    def button(self, label: str) -> Any:
        return self.widget(ipyvuetify.Btn, lambda w: label in w.children)

    def choose(self, label: str, start: str) -> None:
        field = self.widget(ipyvuetify.Select, lambda w: w.label == label)
        field.v_model = next(item for item in field.items if item.startswith(start))

    def html(self) -> str:
        return " ".join(str(w.unsafe_innerHTML) for w in self.rendered.find(HTML).widgets)

    def when(self) -> Any:
        return self.widget(ipyvuetify.VuetifyTemplate, lambda w: "weeks" in w.keys)

    async def until(self, condition: Callable[[], Any]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while not condition():
            assert asyncio.get_running_loop().time() < end, self.html()[:600]
            await asyncio.sleep(0.01)


def on_page(test: Callable[[Page], Any]) -> None:
    async def run() -> None:
        page = Page()
        try:
            await page.until(lambda: "week 0 of" in page.html() and page.when())
            await test(page)
        finally:
            page.rendered.close()

    asyncio.run(run())


def test_a_person_branches_sees_both_and_ends_it():
    async def test(page: Page) -> None:
        page.when().vue_jump(20)
        await page.until(lambda: "week 20 of" in page.html())
        page.button("Branch from here").click()
        await page.until(lambda: page.button("Branch now"))
        page.choose("Strategy of the branch", "S2")
        page.choose("Change a lever", "Openness")
        lever = lambda: page.widget(ipyvuetify.TextField, lambda w: w.label == "Openness")  # noqa: E731
        await page.until(lever)
        lever().v_model = "3"
        lever().fire_event("keyup.enter")
        await page.until(lambda: "must be &gt;= 0, &lt;= 1" in page.html())
        assert page.button("Branch now").disabled
        lever().v_model = "0.8"
        lever().fire_event("keyup.enter")
        await page.until(lambda: not page.button("Branch now").disabled)
        page.button("Branch now").click()
        await page.until(lambda: "S2, Openness 0.8" in page.html())
        assert "Branch since 2025-W22" in page.html()
        await page.until(lambda: "Usable since the branch" in page.html())
        page.button("Step").click()
        await page.until(lambda: "week 21 of" in page.html())
        page.button("original").click()
        await page.until(lambda: page.button("original").attributes["aria-pressed"] == "true")
        page.button("End branch").click()
        await page.until(lambda: "Usable since the branch" not in page.html())
        await page.until(lambda: "week 21 of" in page.html())

    on_page(test)


def test_going_back_before_the_branch_says_so():
    async def test(page: Page) -> None:
        page.when().vue_jump(10)
        await page.until(lambda: "week 10 of" in page.html())
        page.button("Branch from here").click()
        await page.until(lambda: page.button("Branch now"))
        page.button("Branch now").click()
        await page.until(lambda: "Solid: branch" in page.html())
        page.when().vue_jump(5)
        await page.until(lambda: "Play on to see it begin" in page.html())

    on_page(test)


def test_charts_show_the_original_dashed_and_only_where_there_is_a_branch():
    frame = shown()
    for drawing in charts(frame):
        assert 'class="was"' in drawing
        assert 'class="fork"' in drawing
    for drawing in charts(shown(FIRST._replace(week=60))):
        assert 'class="was"' not in drawing
    same = Beside(frame.view.weekly, 20)
    start = frame.view.day
    plain = ladder_chart(frame.view.weekly, start, 120, original=same)
    assert ladder_chart(frame.branch.weekly, start, 120, original=same) != plain
    assert flywheel_chart(frame.view.weekly, start, 120, original=same).count('"was"') == 6


def test_differences_are_branch_minus_original_by_hand():
    frame = shown()
    rows = {row.name: row for row in differences(frame.view.weekly, frame.branch.weekly, 20)}
    was, now = (v.weekly["usable_mw"] for v in (frame.view, frame.branch))
    assert rows["Usable"].change == pytest.approx((now[-1] - was[-1]) / 1e3)
    since = rows["Usable since the branch"]
    assert since.change == pytest.approx((now[20:].sum() - was[20:].sum()) / 1e3 / (365.25 / 7))
    assert rows["Price"].change == 0.0
    same = differences(frame.view.weekly, frame.view.weekly, 20)
    assert all(row.change == 0 or np.isnan(row.change) for row in same)
    table = differences_html(list(rows.values()))
    assert "<caption>" in table
    assert 'scope="row"' in table
    assert differences_csv(list(rows.values())).startswith("name,unit,original,branch,change\n")


def test_only_what_one_of_the_two_had_is_listed_and_escaped():
    frame = shown()
    assert only_one(frame.view, frame.view, 20) == []
    assert "same happened in both" in only_one_html([], {})
    ours = only_one(frame.view, frame.branch, 20)
    assert ours == [], "the fake world has the same events in both"
    event = frame.view.events[0]
    told = only_one_html([("branch", event)], {event.site: "<b>"})
    assert "&lt;simulated&gt;" in told
    assert "&lt;b&gt;" in told


def test_tables_to_take_away_have_every_row():
    frame = shown()
    assert len(weekly_csv(frame).splitlines()) == 1 + 2 * 60
    view = frame.view
    assert len(sites_csv(view).splitlines()) == 1 + len(view.sites)
    assert "support_simulated" in sites_csv(view)
    assert len(relations_csv(view).splitlines()) == 1 + len(view.edges)
    assert len(events_csv(view.events).splitlines()) == 1 + len(view.events)


def test_a_card_tells_promises_and_latest_decisions():
    view = shown().view
    assert "Nothing that made an event so far" in card_html(view, "capital")
    lab = card_html(view, "lab")
    assert "1 open; 0 kept, 1 broken so far" in lab
    assert "(overdue) first &lt;power&gt;" in lab
    assert "announces" in lab
