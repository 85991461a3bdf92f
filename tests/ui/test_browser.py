"""The app as a person meets it: the real server, a real browser, no way out to the network."""

import socket
import time

import pytest
from browsing import START_S, Tab, wait_until
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


def test_step_and_play_move_the_week_and_the_ladder(tab: Tab, url: str):
    tab.open(url)
    assert tab.week() == 0
    tab.click("Step")
    wait_until(lambda: tab.week() == 1)
    before = tab.drawing(".eco-ladder")
    tab.click("Play")
    wait_until(lambda: tab.week() >= 30)
    tab.click("Pause")
    expect(tab.page.get_by_role("button", name="Play")).to_be_visible()
    assert tab.drawing(".eco-ladder") != before
    assert "GW usable of" in tab.page.inner_text(".eco-ladder")
    held = tab.week()
    time.sleep(0.4)
    assert tab.week() == held
    wait_until(lambda: f"week={held}" in tab.page.url)
    tab.page.reload()
    tab.page.wait_for_selector(".eco-ladder svg", timeout=START_S * 1000)
    assert tab.week() == held, "the address leads back"
    tab.click("Reset")
    wait_until(lambda: tab.week() == 0)


def test_an_agent_opens_its_card_while_the_world_plays(tab: Tab, url: str):
    tab.open(url)
    tab.click("Play")
    wait_until(lambda: tab.week() >= 3)
    tab.page.locator('.eco-graph [data-key="lab"]').dispatch_event("pointerdown")
    wait_until(lambda: "AI lab" in tab.page.inner_text(".eco-agent"))
    tab.click("Pause")


def test_two_tabs_are_two_worlds(tab: Tab, browser: Browser, url: str):
    other = Tab(browser)
    tab.open(url)
    other.open(url)
    tab.click("Step")
    wait_until(lambda: tab.week() == 1)
    assert other.week() == 0
    other.close()


def test_a_wrong_address_says_what_is_wrong_and_leads_back(tab: Tab, browser: Browser, url: str):
    tab.page.goto(f"{url}/?world=nowhere&strategy=S0&seed=1")
    tab.page.wait_for_selector(".eco-error", timeout=START_S * 1000)
    assert "nowhere" in tab.page.inner_text(".eco-error")
    tab.click("Back to the first world")
    tab.page.wait_for_selector(".eco-ladder svg")
    assert tab.week() == 0


def test_dark_where_the_person_prefers_it(browser: Browser, url: str):
    shade = "getComputedStyle(document.querySelector('.eco-ladder')).backgroundColor"
    colours = []
    for scheme in ("light", "dark"):
        tab = Tab(browser, scheme)
        tab.open(url)
        wait_until(lambda: tab.page.locator(f".theme--{scheme}").count() > 0)  # noqa: B023
        colours.append(tab.page.evaluate(shade))
        tab.close()
    assert colours == ["rgb(255, 255, 255)", "rgb(26, 32, 39)"]


def test_a_taken_port_is_one_clear_line():
    from ecosystem.errors import InputError
    from viz.app import serve

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=rf"--port {port} is taken .*e\.g\. --port \d+"):
            serve(port, False)
    with pytest.raises(InputError, match="must be 1 to 65535"):
        serve(70_000, False)
