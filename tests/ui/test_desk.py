"""What the pages of a tab share: which is open, and the link that leads back to it."""

import asyncio
from urllib.parse import parse_qsl

import ipyvuetify
import solara
from fake_world import fake_catalogue
from reacton.core import Element
from solara.core import component
from solara.widgets import HTML

from viz.app import PAGES, app_of
from viz.desk import Desk, PageOf


@component
def Other(desk: Desk) -> Element:  # noqa: N802
    return solara.HTML("p", f"asked for {desk.link.value.get('site', 'nothing')}")


PAIR = (*PAGES, PageOf("site", "Explain a site", Other))
KEYS = {page.key: page for page in PAIR}


def fresh(query: str) -> Desk:
    return Desk(fake_catalogue(), query, KEYS)


def test_a_link_leads_back_to_page_site_and_live_world():
    desk = fresh("?world=stargate&strategy=S0&seed=7&week=30&page=site&site=abilene")
    assert desk.page.value == "site"
    assert desk.link.value == {"site": "abilene"}
    assert dict(parse_qsl(desk.query().lstrip("?"))) == {
        "world": "stargate",
        "strategy": "S0",
        "seed": "7",
        "week": "30",
        "page": "site",
        "site": "abilene",
    }


def test_an_unknown_page_is_the_first_one():
    assert fresh("?page=elsewhere").page.value == "world"


def test_going_elsewhere_pauses_the_world():
    desk = fresh("")
    desk.session.playing.set(True)
    desk.go("site", site="abilene")
    assert not desk.session.playing.value
    assert "page=site&site=abilene" in desk.query()


def test_the_navigation_opens_pages():
    async def run() -> None:
        page = solara.AppLayout(children=[app_of(fake_catalogue, PAIR)()])
        _, rendered = solara.render(page, handle_error=False)
        try:
            for _ in range(500):
                buttons = {
                    str(w.children[0]): w
                    for w in rendered.find(ipyvuetify.Btn).widgets
                    if w.children
                }
                if "Explain a site" in buttons:
                    break
                await asyncio.sleep(0.01)
            buttons["Explain a site"].click()
            for _ in range(500):
                shown = [w.unsafe_innerHTML for w in rendered.find(HTML).widgets]
                if "asked for nothing" in shown:
                    return
                await asyncio.sleep(0.01)
            raise AssertionError(f"the page did not open: {shown}")
        finally:
            rendered.close()

    asyncio.run(run())


def test_the_address_follows_what_is_open_but_not_every_week_that_plays():
    desk = fresh("")
    end = desk.watch()
    desk.go("site", site="abilene")
    assert desk.address.value.endswith("page=site&site=abilene")
    desk.link.set({"site": "abilene", "building": "2"})
    assert desk.address.value.endswith("page=site&site=abilene&building=2")
    desk.session.playing.set(True)
    desk.link.set({"site": "milam"})
    assert desk.address.value.endswith("building=2")
    desk.session.playing.set(False)
    assert desk.address.value.endswith("page=site&site=milam")
    end()
    desk.go("world")
    assert desk.address.value.endswith("page=site&site=milam")
