"""The live world in a real browser: branch, jump, cards by keyboard, files, every page."""

import csv
import io
import xml.etree.ElementTree as ET

import pytest
from browsing import START_S, Tab, wait_until
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

WORLD = "?world=fictional&strategy=S0&seed=7&week={week}"


def choose(tab: Tab, label: str, option: str) -> None:
    """Choose from a list as a person does."""
    tab.page.locator(f".v-select:has(label:text-is('{label}'))").click()
    tab.page.get_by_role("option", name=option).click()


def still(tab: Tab) -> bool:
    """Tell whether the world stands for long enough that a busy browser has caught up."""
    week = tab.week()
    tab.page.wait_for_timeout(2_500)
    return tab.week() == week


def branch_from_here(tab: Tab, strategy: str) -> None:
    tab.click("Branch from here")
    choose(tab, "Strategy of the branch", strategy)
    choose(tab, "Change a lever", "Openness")


@pytest.mark.slow
def test_branch_play_and_take_away(tab: Tab, url: str):
    tab.open(f"{url}/{WORLD.format(week=60)}")
    branch_from_here(tab, "S9 ·")
    openness = tab.page.get_by_label("Openness")
    openness.fill("7")
    openness.press("Enter")
    tab.page.wait_for_selector(".eco-refused")
    assert "must be >= 0, <= 1" in tab.page.inner_text(".eco-refused")
    assert tab.page.get_by_role("button", name="Branch now").is_disabled()
    openness.fill("0.9")
    openness.press("Enter")
    wait_until(lambda: tab.page.locator(".eco-refused").count() == 0)
    tab.click("Branch now")
    wait_until(lambda: "S9, Openness 0.9" in tab.page.inner_text(".eco-branching"), START_S)
    choose(tab, "Speed", "full speed")
    tab.click("Play")
    wait_until(lambda: tab.week() > 150, START_S)
    tab.click("Pause")
    wait_until(lambda: still(tab), START_S)  # a frame may have been on its way
    wait_until(lambda: f"week={tab.week()}" in tab.page.url)
    assert tab.page.locator(".eco-ladder path.was").count() >= 2, "the original stays, dashed"
    table = tab.page.inner_text(".eco-differences table")
    assert "Usable since the branch" in table
    assert "Support of hosts (simulated)" in table
    here, week = tab.drawing(".eco-map"), tab.week()
    tab.click("original")
    wait_until(lambda: tab.drawing(".eco-map") != here)
    wait_until(lambda: "branch=60" in tab.page.url)
    assert "levers=openness" in tab.page.url
    tab.page.reload()
    tab.page.wait_for_selector(".eco-differences table", timeout=START_S * 1000)
    assert tab.week() == week
    assert tab.page.inner_text(".eco-differences table") == table, "the address leads back"

    rows = list(csv.DictReader(io.StringIO(tab.download("Weekly table as CSV"))))
    assert {row["run"] for row in rows} == {"original", "branch"}
    assert len(rows) == 2 * week
    assert rows[0]["usable_mw"] == rows[week]["usable_mw"]
    for figure in ("Map", "What binds", "Ladder", "Flywheel", "Graph"):
        assert ET.fromstring(tab.download(f"{figure} as SVG")).tag.endswith("svg")
    tab.click("End branch")
    wait_until(lambda: tab.page.locator(".eco-differences").count() == 0)
    wait_until(lambda: "branch=" not in tab.page.url)
    assert tab.week() == week


@pytest.mark.slow
def test_jump_by_slider_and_by_date(tab: Tab, url: str):
    tab.open(f"{url}/{WORLD.format(week=0)}")
    slider = tab.page.get_by_label("Week", exact=True)
    slider.focus()
    slider.press("PageUp")
    wait_until(lambda: tab.week() > 0)
    forward = tab.week()
    slider.press("ArrowLeft")
    wait_until(lambda: tab.week() == forward - 1)
    tab.page.get_by_label("Date").fill("2027-01-04")
    wait_until(lambda: "2027-W01" in tab.page.inner_text(".eco-clock"))
    slider.press("Home")
    wait_until(lambda: tab.week() == 0)


@pytest.mark.slow
def test_a_card_is_reached_by_keyboard_and_kept_in_the_link(tab: Tab, url: str):
    tab.open(f"{url}/{WORLD.format(week=80)}")
    lab = tab.page.locator('.eco-graph [data-key="lab"]')
    lab.focus()
    lab.press("Enter")
    wait_until(lambda: "AI lab" in tab.page.inner_text(".eco-agent"))
    said = tab.page.inner_text(".eco-agent")
    for word in ("wants to open", "Owes", "Decided lately"):
        assert word in said
    wait_until(lambda: "card=lab" in tab.page.url)
    tab.page.reload()
    wait_until(lambda: tab.page.locator(".eco-agent").count() > 0, START_S)
    wait_until(lambda: "AI lab" in tab.page.inner_text(".eco-agent"))


HOSTILE = "%3Cimg src=x onerror=document.title='taken'%3E"


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        f"world={HOSTILE}",
        f"strategy={HOSTILE}",
        f"branch=0&to={HOSTILE}",
        f"branch=0&levers={HOSTILE}:1",
        f"card={HOSTILE}&seed={HOSTILE}&page={HOSTILE}",
        f"page=site&site={HOSTILE}",
        f"page=compare&folder={HOSTILE}&baseline={HOSTILE}",
        f"page=workshop&draft={HOSTILE}&in={HOSTILE}&own={HOSTILE}",
        f"page=evidence&q={HOSTILE}&search={HOSTILE}",
    ],
)
def test_a_script_in_a_link_is_text(tab: Tab, url: str, query: str):
    tab.page.goto(f"{url}/?{query}")
    tab.page.wait_for_selector(".eco-card, .v-alert", timeout=START_S * 1000)
    tab.page.wait_for_timeout(700)
    assert tab.page.locator("img[src=x]").count() == 0
    assert tab.page.title() != "taken"


@pytest.mark.slow
def test_every_page_stays_here_and_fits_1280_pixels(browser: Browser, url: str):
    tab = Tab(browser, width=1280)
    tab.open(f"{url}/{WORLD.format(week=60)}")
    names = [b.inner_text() for b in tab.page.locator(".eco-page").all()]
    assert len(names) >= 4
    for name in names:
        tab.page.locator(".eco-page", has_text=name).click()
        tab.page.wait_for_selector(f".eco-here >> text={name}")
        tab.page.wait_for_timeout(500)
        assert tab.overflow() <= 0, name
    tab.close()
