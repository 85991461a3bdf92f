"""Evidence as a person meets it: parts, search, folds, and no request beyond this machine."""

import re

import pytest
from browsing import Tab, wait_until

pytestmark = pytest.mark.browser
SHOWS = ".eco-stack .eco-card"


def test_parts_folds_search_and_link(tab: Tab, url: str):
    tab.open(f"{url}/?page=evidence", SHOWS)
    pictures = tab.page.locator(".eco-figure-box img")
    assert pictures.count() >= 10
    wait_until(lambda: pictures.first.evaluate("image => image.naturalWidth") > 0)
    tab.page.get_by_text("What does not fit").first.click()
    assert tab.page.get_by_text("Overlap is an input").is_visible()
    tab.click("Numbers")
    field = tab.page.get_by_label("Search name, meaning, source")
    field.fill("friction")
    field.press("Enter")
    tab.page.get_by_text("lab.friction").wait_for()
    wait_until(lambda: "part=numbers&q=friction" in tab.page.url)
    tab.page.reload()
    tab.page.get_by_text("lab.friction").wait_for()
    assert re.match(r"number,value,unit", tab.download("All that were found, as CSV"))
    assert tab.overflow() == 0


def test_links_leave_the_machine_only_when_clicked(tab: Tab, url: str):
    tab.open(f"{url}/?page=evidence&part=numbers&grade=B", SHOWS)
    links = tab.page.locator(".eco-sources a")
    assert links.count() > 10
    assert links.first.get_attribute("target") == "_blank"
    assert "noopener" in (links.first.get_attribute("rel") or "")
    # that nothing was asked for elsewhere is checked when the tab is closed
