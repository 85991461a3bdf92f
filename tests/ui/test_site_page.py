"""The page about a site without a browser: what it shows, and what its buttons do."""

import asyncio
import re
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import ipyvuetify
import numpy as np
import pytest
import solara
from fake_world import fake_catalogue
from solara.widgets import HTML

from ecosystem.errors import InputError
from ecosystem.model import Ecosystem
from ecosystem.scenario import load_strategy, load_world
from experiments.ensemble import Ensemble
from viz import cases
from viz.chances import Tools
from viz.desk import Desk, PageOf
from viz.errands import Errand
from viz.pages.site import site_page
from viz.state import Catalogue, Choice

WEEKS = 120
CHOICE = Choice("stargate", "S0", 0)
PATIENCE_S = 20.0


def build(choice: Choice) -> Ecosystem:
    return Ecosystem(
        load_world(choice.world).with_("weeks", WEEKS),
        load_strategy(choice.strategy),
        seed=choice.seed,
    )


def catalogue() -> Catalogue:
    return Catalogue({"stargate": "Stargate"}, {"S0": "Baseline", "S2": "Agreement"}, build)


@cache
def case() -> cases.Case:
    return cases.explain_run(catalogue(), CHOICE)


def ensemble() -> Ensemble:
    weeks = np.array([40.0, 60.0, np.inf])
    both = ("first power", "completion")
    return Ensemble(
        site="saline",
        start=case().start,
        runs=3,
        opened=3,
        reached=dict.fromkeys(both, weeks),
        planned=dict.fromkeys(both, weeks),
        shares={(m, c): np.array([1.0, 2.0, 3.0]) for m in both for c in ("grid", "own work")},
        criticality={},
        bound={"grid": 0.25},
        failed={},
    )


@cache
def looked(week: int):
    return cases.look_at(catalogue(), CHOICE, week)


TOOLS = Tools(
    explain=lambda _catalogue, _choice: case(),
    look=lambda _catalogue, _choice, week: looked(70),
    chances=lambda _case, _site, _seeds, _errand: ensemble(),
    relax=lambda case, _site, _errand: {"grid": {}, "labour": {}},
)


class Shown:
    """The rendered page of a desk."""

    def __init__(self, tools: Tools = TOOLS, query: str = "?page=site&site=saline") -> None:
        page = site_page(tools)
        self.desk = Desk(catalogue(), query, {"site": PageOf("site", "Site", page)})
        box = solara.AppLayout(children=[page(self.desk)])
        _, self.rendered = solara.render(box, handle_error=False)

    def html(self) -> str:
        return " ".join(str(w.unsafe_innerHTML) for w in self.rendered.find(HTML).widgets)

    def svgs(self) -> list[Any]:
        every = self.rendered.find(ipyvuetify.VuetifyTemplate).widgets
        return [widget for widget in every if "svg" in widget.keys]

    def drawing(self, word: str) -> Any:
        return next((widget for widget in self.svgs() if word in widget.svg), None)

    def click(self, label: str) -> None:
        buttons = self.rendered.find(ipyvuetify.Btn).widgets
        next(b for b in buttons if label in b.children).click()

    async def until(self, condition: Callable[[], Any]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while not condition():
            assert asyncio.get_running_loop().time() < end, f"still not so: {self.html()[:400]}"
            await asyncio.sleep(0.01)


def on_page(test: Callable[[Shown], Any], **options: Any) -> None:
    async def run() -> None:
        shown = Shown(**options)
        try:
            await test(shown)
        finally:
            shown.rendered.close()

    asyncio.run(run())


def test_it_says_who_when_why_and_what_the_hosts_think():
    async def test(shown: Shown) -> None:
        await shown.until(lambda: "What happened" in shown.html())
        html = shown.html()
        for word in ("Stargate Michigan", "Plan against outcome", "owner", "by plan"):
            assert word in html
        for word in ("Buildings, from cleared", "what bound", "First power", "Completion"):
            assert shown.drawing(word) is not None, word
        people = shown.drawing("social licence")
        assert "Archetypes, not an observation" in people.svg
        assert "Promises to the community (simulated)" in html
        await shown.until(lambda: "…" not in _cells(shown.html()))
        assert "GW-years lost" in shown.html()

    on_page(test)


def _cells(html: str) -> str:
    return html.split("Causes of delay", 1)[1].split("</table>", 1)[0]


def test_a_row_opens_the_activities_of_a_building_and_the_link_says_so():
    async def test(shown: Shown) -> None:
        await shown.until(lambda: shown.drawing("Buildings, from cleared"))
        panel = shown.drawing("Buildings, from cleared")
        panel._handle_custom_msg({"event": "pick", "data": "building:2"}, [])
        await shown.until(lambda: shown.drawing("Building 2: its activities"))
        assert shown.desk.link.value == {"site": "saline", "building": "2"}
        assert "interconnect" in shown.drawing("Building 2: its activities").svg
        shown.drawing("Buildings, from cleared")._handle_custom_msg(
            {"event": "pick", "data": "building:2"}, []
        )
        await shown.until(lambda: not shown.drawing("Building 2: its activities"))

    on_page(test)


@pytest.mark.parametrize(
    ("site", "word"),
    [
        ("hyperion", "site: it is in the world by its recorded dates"),
        ("prince_william", "was refused"),
        ("indiana", "was not opened in this run"),
    ],
)
def test_where_there_is_nothing_to_explain_it_says_so_plainly(site: str, word: str):
    async def test(shown: Shown) -> None:
        await shown.until(lambda: word in shown.html())
        assert shown.svgs() == []

    on_page(test, query=f"?page=site&site={site}")


def test_an_unknown_site_and_a_world_that_cannot_be_run_lead_on():
    def fails(_catalogue: Catalogue, _choice: Choice) -> cases.Case:
        raise InputError("no <such> world")

    async def unknown(shown: Shown) -> None:
        def alerts() -> list[Any]:
            return shown.rendered.find(ipyvuetify.Alert).widgets

        await shown.until(alerts)
        assert "has no site 'atlantis'" in str(alerts()[0].children)

    async def broken(shown: Shown) -> None:
        await shown.until(lambda: "no &lt;such&gt; world" in shown.html())
        shown.click("Open the live world")
        assert shown.desk.page.value == "world"

    on_page(unknown, query="?page=site&site=atlantis")
    on_page(broken, tools=TOOLS._replace(explain=fails))


def test_another_site_is_one_choice_away():
    async def test(shown: Shown) -> None:
        await shown.until(lambda: "Stargate Michigan" in shown.html())
        fields = shown.rendered.find(ipyvuetify.Select).widgets
        field = next(f for f in fields if f.label == "Site")
        field.v_model = next(item for item in field.items if item.startswith("abilene"))
        await shown.until(lambda: "Stargate Abilene" in shown.html())
        assert shown.desk.link.value == {"site": "abilene"}

    on_page(test)


def test_without_a_link_it_is_the_site_that_lost_most():
    async def test(shown: Shown) -> None:
        name = case().site(cases.costliest(case())).name
        await shown.until(lambda: name in shown.html())

    on_page(test, query="?page=site")


def test_chances_and_worlds_without_a_cause_come_at_the_press_of_a_button():
    async def test(shown: Shown) -> None:
        await shown.until(lambda: "How sure" in shown.html())
        shown.click("Chance of first power by date")
        await shown.until(lambda: "Slip by cause, median" in shown.html())
        assert "opened in 3 of 3 replications" in shown.html()
        assert "later" in shown.html()  # a tenth of the seeds does not get there
        shown.click("Make the world again without each cause")
        await shown.until(lambda: "that holds nothing back at" in shown.html())

    on_page(test)


def test_work_in_the_background_can_be_stopped_and_tried_again():
    def slow(_case: cases.Case, _site: str, _seeds: int, errand: Errand[Ensemble]) -> Ensemble:
        errand.report(1, 20)
        while not errand.stopped():
            threading.Event().wait(0.01)
        raise InputError("cancelled")

    async def test(shown: Shown) -> None:
        await shown.until(lambda: "How sure" in shown.html())
        shown.click("Chance of first power by date")
        await shown.until(lambda: "1 of 20 runs" in shown.html())
        shown.click("Stop")
        await shown.until(lambda: "Stopped. Press the button to try again." in shown.html())

    on_page(test, tools=TOOLS._replace(chances=slow))


def test_an_errand_whose_tab_is_gone_stops_and_an_error_becomes_words():
    there = threading.Event()
    waits = Errand(lambda errand: _wait(errand), lambda: not there.is_set()).start()
    assert not waits.over
    there.set()
    waits.close()
    assert waits.over
    assert waits.error == "Stopped."
    failed = Errand(lambda _: 1 // 0).start()
    failed.close()
    assert failed.value is None


def _wait(errand: Errand[int]) -> int:
    while not errand.stopped():
        threading.Event().wait(0.01)
    raise InputError("cancelled")


def test_only_what_the_catalogue_lists_is_run():
    for choice in (CHOICE._replace(world="/etc/passwd"), CHOICE._replace(strategy="nowhere.toml")):
        with pytest.raises(InputError, match="There is no"):
            cases.explain_run(catalogue(), choice)
    with pytest.raises(InputError, match="keeps no record"):
        cases.explain_run(fake_catalogue(), Choice("calm", "S0", 0))


def test_bars_agree_with_the_tables():
    slips = case().rows("slips", "saline")
    bars = cases.building_bars(case(), "saline")
    assert len(bars) == len(slips)
    for bar, slip in zip(bars, slips, strict=True):
        assert bar.planned == (slip["planned_start_week"], slip["planned_finish_week"])
        if not np.isfinite(slip["cancelled_week"]):
            assert bar.actual[1] == slip["reached_week"]
            assert bar.float_until == max(s["reached_week"] for s in slips)
    activities = {bar.name for bar in cases.activity_bars(case(), "saline", 2)}
    assert {"mep", "shell", "interconnect (site)", "commissioning"} <= activities


def test_free_float_ends_where_something_that_needs_it_begins():
    rows = {r["activity"]: r for r in case().rows("gantt", "abilene") if r["phase"] == 1}
    bars = {bar.name: bar for bar in cases.activity_bars(case(), "abilene", 1)}
    until = bars["shell"].float_until
    assert until == rows["mep"]["expected_start_week"]


def test_the_waterfall_sums_to_the_slip():
    for milestone in cases.MILESTONES:
        way = cases.fall(case(), "abilene", milestone)
        assert way is not None
        assert sum(s.weeks for s in way.steps) == pytest.approx(way.slip_weeks, abs=0.3)
        assert re.fullmatch(r"\d{4}-\d\d", way.planned)


def test_a_branch_is_explained_with_its_own_strategy_from_its_week_on():
    from viz.fork import Branch

    branched = CHOICE._replace(branch=Branch(60, "S2"))
    told = cases.explain_run(catalogue(), branched)
    assert told.strategy.key == "S2"
    assert told.result.manifest["weeks"] == WEEKS
    before = told.result.series("announced_mw")[:60]
    assert (before == case().result.series("announced_mw")[:60]).all()
