"""How fast the app is for who looks at it: first view, frames, weeks. On an idle machine."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))

from browsing import FLAGS, START_S, Server, Tab, chromium, serving, wait_until

from experiments.bench.reference import slowness

pytestmark = [pytest.mark.bench, pytest.mark.browser]

FIRST_VIEW_S = 3.0
FRAMES_PER_S = 10.0
WEEKS_PER_S = 200.0
"""Limits on the machine of experiments/bench/reference.py; a slower one gets as much longer."""

_COUNT = """seconds => new Promise(done => {
  let frames = 0;
  const beat = document.querySelector('.eco-beat');
  const seen = new MutationObserver(() => { frames += 1; });
  seen.observe(beat, {attributes: true, attributeFilter: ['data-frame']});
  setTimeout(() => { seen.disconnect(); done(frames / seconds); }, 1000 * seconds);
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def tab(browser: Browser) -> Tab:
    return Tab(browser)


def speed(tab: Tab, name: str) -> None:
    tab.page.locator(".v-select:has(label:text-is('Speed'))").click()
    tab.page.get_by_role("option", name=name).click()


def test_the_first_useful_view(server: Server, tab: Tab) -> None:
    began = time.perf_counter()
    tab.open(server.url)
    took = time.perf_counter() - began
    factor = slowness()
    print(f"first view {took:.2f} s; machine slower by {factor:.2f}")
    tab.close()
    assert took <= FIRST_VIEW_S * factor


def test_frames_at_weekly_steps(server: Server, tab: Tab) -> None:
    tab.open(server.url)
    speed(tab, "13 weeks/s")
    tab.click("Play")
    wait_until(lambda: tab.week() > 5)
    rate = tab.page.evaluate(_COUNT, 8)
    factor = slowness()
    print(f"{rate:.1f} frames/s; machine slower by {factor:.2f}")
    tab.close()
    assert rate >= FRAMES_PER_S / factor


def test_weeks_at_full_speed(server: Server, tab: Tab) -> None:
    rates = []
    tab.open(server.url)
    speed(tab, "full speed")
    for _ in range(3):
        weeks = int(tab.page.inner_text(".eco-clock span").split()[3])
        began = time.perf_counter()
        tab.click("Play")
        tab.page.wait_for_function(
            f"document.querySelector('.eco-clock span').innerText === 'week {weeks} of {weeks}'",
            timeout=1000 * START_S,
        )
        rates.append(weeks / (time.perf_counter() - began))
        tab.click("Reset")
        wait_until(lambda: tab.week() == 0, START_S)
    print("weeks/s:", ", ".join(f"{rate:.0f}" for rate in rates))
    tab.close()
    assert max(rates) >= WEEKS_PER_S / slowness()  # noise only slows down
