"""The live world for long and for many: memory, errors, five tabs at once."""

import os
import time
from pathlib import Path

import pytest
from browsing import START_S, Tab, serving, wait_until
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOAK_S = float(os.environ.get("ECOSYSTEM_SOAK_S", "300"))
WARM_S = 60.0
WARM_RUNS = 4
GROWTH = 1.10


def at_full_speed(tab: Tab, url: str, query: str = "") -> None:
    tab.open(f"{url}/{query}")
    tab.page.locator(".v-select:has(label:text-is('Speed'))").click()
    tab.page.get_by_role("option", name="full speed").click()


def play_on(tab: Tab, until: float, at_least: int = 0) -> int:
    """Play at full speed, and from the start again at each end; return how often it ended."""
    rounds = 0
    while time.monotonic() < until or rounds < at_least:
        if tab.page.get_by_role("button", name="Play", exact=True).is_enabled():
            tab.click("Play")
        over = "week {0} of {0}"
        total = int(tab.page.inner_text(".eco-clock span").split()[3])
        end = over.format(total)
        tab.page.wait_for_function(
            f"document.querySelector('.eco-clock span').innerText === '{end}'", timeout=120_000
        )
        rounds += 1
        tab.click("Reset")
        wait_until(lambda: tab.week() == 0, START_S)
    return rounds


def heap_mb(tab: Tab) -> float:
    """Return what the page's scripts hold after a collection, MB."""
    session = tab.context.new_cdp_session(tab.page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return used


@pytest.mark.parametrize("query", ["", "?branch=110&to=S9&levers=openness:0.9"])
def test_five_minutes_at_full_speed_neither_break_nor_grow(
    browser: Browser, tmp_path: Path, query: str
):
    half = SOAK_S / 2  # the plain world and a branched one share the five minutes
    with serving(tmp_path) as server:
        tab = Tab(browser)
        at_full_speed(tab, server.url, query)
        play_on(tab, time.monotonic() + min(WARM_S, half / 2), at_least=WARM_RUNS)
        server_mb, page_mb = server.memory_mb(), heap_mb(tab)
        rounds = play_on(tab, time.monotonic() + half)
        grown_server, grown_page = server.memory_mb() / server_mb, heap_mb(tab) / page_mb
        print(
            f"{rounds} runs; server {server_mb:.0f} MB x {grown_server:.3f}; "
            f"page {page_mb:.0f} MB x {grown_page:.3f}"
        )
        assert rounds >= 3
        assert grown_server <= GROWTH
        assert grown_page <= GROWTH
        tab.close()


def test_five_tabs_do_not_disturb_one_another(browser: Browser, url: str):
    tabs = [Tab(browser) for _ in range(5)]
    alone = Tab(browser)
    alone.open(f"{url}/?world=fictional&strategy=S0&seed=4&week=40")
    expected = alone.page.inner_text(".eco-ladder")
    alone.close()
    for seed, tab in enumerate(tabs):
        tab.open(f"{url}/?world=fictional&strategy=S0&seed={seed}&week=10")
    for tab in tabs[:4]:
        tab.click("Play")
    fifth = tabs[4]
    for week in range(11, 41):  # by single steps, while the four others play
        fifth.click("Step")
        wait_until(lambda: fifth.week() == week, START_S)  # noqa: B023
    for tab in tabs[:4]:
        tab.click("Pause")
        assert tab.week() > 10
    assert fifth.page.inner_text(".eco-ladder") == expected
    assert len({tab.page.inner_text(".eco-ladder") for tab in tabs}) == 5
    for tab in tabs:
        tab.close()
