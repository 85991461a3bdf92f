"""Explain a site as a person meets it: open it from the map, pick, read, take away, look longer."""

import pytest
from browsing import START_S, Tab, wait_until
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SHOWS = ".eco-stack .eco-card svg"


def test_from_the_map_to_the_explanation_into_a_building_and_back(tab: Tab, url: str):
    tab.open(url)
    tab.page.locator('.eco-map [data-key="site:abilene"]').first.dispatch_event("pointerdown")
    tab.click("Explain this site")
    tab.page.wait_for_selector(SHOWS, timeout=START_S * 1000)
    wait_until(lambda: "page=site&site=abilene" in tab.page.url)
    assert "Stargate Abilene" in tab.page.inner_text(".eco-site-head")
    row = tab.page.locator('[data-key="building:2"]')
    row.focus()
    row.press("Enter")
    tab.page.get_by_text("Building 2: its activities, and those").wait_for()
    wait_until(lambda: "building=2" in tab.page.url)
    buildings = tab.download("Buildings as CSV").splitlines()
    assert buildings[0].startswith("site,phase,mw,planned_start_week")
    assert len(buildings) == 9
    tab.click("Open the live world")
    tab.page.wait_for_selector(".eco-ladder svg")


def test_a_link_leads_back_on_a_narrow_page_and_drawings_can_be_taken_away(browser: Browser, url):
    tab = Tab(browser, width=1280)
    tab.open(f"{url}/?page=site&site=port_washington&building=3", SHOWS)
    tab.page.get_by_text("Building 3: its activities, and those").wait_for()
    assert tab.overflow() == 0
    svg = tab.download("Completion as SVG")
    assert svg.startswith("<?xml")
    assert "var(--" not in svg
    assert tab.download("Opinion by group as CSV").count("near") > 100
    tab.close()


@pytest.mark.slow
def test_longer_questions_are_answered_while_the_page_stays_quick(tab: Tab, url: str):
    tab.open(f"{url}/?page=site&site=abilene", SHOWS)
    tab.click("Make the world again without each cause")
    tab.page.get_by_text("of 8 runs").wait_for()
    tab.page.locator('[data-key="building:1"]').first.dispatch_event("pointerdown")
    tab.page.get_by_text("Building 1: its activities, and those").wait_for(timeout=5_000)
    tab.page.get_by_text("with one cause that holds nothing back").wait_for(timeout=300_000)
    tab.click("Chance of first power by date")
    tab.page.get_by_text("of 20 runs").wait_for()
    tab.page.get_by_text("Slip by cause, median").wait_for(timeout=300_000)
