"""The Compare page as a person meets it: ask, work elsewhere meanwhile, read, share, cancel."""

import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import START_S, Server, Tab, serving, wait_until
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKING_S = 240
ANSWERED_S = 0.3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a results folder of its own; it is silent to its end, jobs or not."""
    with serving(tmp_path_factory.mktemp("compare")) as server:
        yield server


def set_field(page: Page, name: str, value: str) -> None:
    field = page.get_by_role("textbox", name=name)
    field.fill(value)
    field.press("Enter")


def ask(tab: Tab, url: str, futures: int, years: int) -> None:
    """Ask for S0 against S2 in the fictional world."""
    tab.open(f"{url}/?world=fictional&strategy=S0&seed=0&page=compare", ".eco-shelf")
    page = tab.page
    set_field(page, "Futures", str(futures))
    set_field(page, "Years", str(years))
    for name in ("S3", "placebo"):
        page.locator(".eco-picks label", has_text=f"{name} ·").click()
    runs = 2 * (futures + 1)
    wait_until(lambda: f"2 strategies × ({futures} futures" in page.inner_text(".eco-plan"))
    wait_until(lambda: f"{runs} runs" in page.inner_text(".eco-plan"))
    tab.click("Run")
    page.wait_for_selector(".eco-run", timeout=START_S * 1000)
    wait_until(lambda: "folder=app" in page.url)


def steps(tab: Tab, count: int = 8) -> float:
    """Open the live world, step it, and come back; return the median time until a step shows."""
    tab.click("World")
    tab.page.wait_for_selector(".eco-clock")
    took = []
    for _ in range(count):
        week, began = tab.week(), time.perf_counter()
        tab.click("Step")
        wait_until(lambda week=week: tab.week() == week + 1)
        took.append(time.perf_counter() - began)
    tab.click("Compare")
    tab.page.wait_for_selector(".eco-ask")
    return statistics.median(took)


def test_ask_work_elsewhere_and_read_the_answer(browser: Browser, server: Server):
    tab = Tab(browser)
    page = tab.page
    tab.open(f"{server.url}/?world=fictional", ".eco-ladder svg")
    alone = steps(tab)
    ask(tab, server.url, futures=14, years=8)
    wait_until(lambda: "of 30 runs" in page.inner_text(".eco-run"), MAKING_S)
    meanwhile = steps(tab)
    wait_until(lambda: page.locator(".eco-run").count() == 1)  # again, after the rest
    assert page.locator(".eco-said").count() == 0, "it still runs"
    # A machine that others keep busy answers later without any comparison, too.
    assert meanwhile <= max(ANSWERED_S, 2 * alone)
    page.wait_for_selector(".eco-said", timeout=MAKING_S * 1000)
    assert "Usable compute against S0" in page.inner_html(".eco-s-answer")
    assert len(page.locator(".eco-s-answer .lead").all()) == 3
    page.locator(".eco-against button", has_text="S2").click()
    wait_until(lambda: "Usable compute against S2" in page.inner_html(".eco-s-answer"))
    wait_until(lambda: "baseline=S2" in page.url)
    assert tab.overflow() <= 0
    with page.expect_download() as got:
        page.locator(".eco-s-choice a", has_text="SVG").first.click()
    assert Path(got.value.path()).read_text().startswith("<?xml")
    shared = page.url
    other = Tab(browser, "dark", 1280)
    other.open(shared, ".eco-said")
    assert "Usable compute against S2" in other.page.inner_html(".eco-s-answer"), (
        "the link leads here"
    )
    wait_until(lambda: other.page.locator(".v-application.theme--dark").count() > 0)
    assert other.overflow() <= 0
    point = other.page.locator('.eco-s-choice [data-key="S2"]').first
    point.focus()
    point.press("Enter")
    other.page.wait_for_selector(".eco-ladder svg", timeout=START_S * 1000)
    wait_until(lambda: "strategy=S2" in other.page.url)
    other.close()
    tab.close()


def test_cancel_keeps_what_is_made_and_going_on_ends_it(browser: Browser, server: Server):
    tab = Tab(browser)
    page = tab.page
    ask(tab, server.url, futures=10, years=4)
    wait_until(lambda: "runs/s" in page.inner_text(".eco-run"), MAKING_S)
    tab.click("Cancel")
    page.wait_for_selector(".eco-error", timeout=MAKING_S * 1000)
    told = page.inner_text(".eco-error")
    assert "runs are kept; asking again goes on there" in told
    kept = int(told.split(" of 22 runs")[0].split()[-1])
    assert 0 < kept < 22
    tab.click("Go on")
    page.wait_for_selector(".eco-run", timeout=START_S * 1000)
    wait_until(lambda: "of 22 runs" in page.inner_text(".eco-run"), MAKING_S)
    assert int(page.inner_text(".eco-told").split()[0]) >= kept
    page.wait_for_selector(".eco-said", timeout=MAKING_S * 1000)
    tab.close()


def test_a_link_to_elsewhere_reads_nothing(browser: Browser, server: Server, tmp_path: Path):
    tab = Tab(browser)
    for folder in ("../..", "/etc", "app/../../x", "<script>alert(1)</script>"):
        tab.page.goto(f"{server.url}/?page=compare&folder={folder}")
        tab.page.wait_for_selector(".eco-error", timeout=START_S * 1000)
        assert "no folder below the results folder" in tab.page.inner_text(".eco-error")
    tab.close()


def test_a_server_that_stops_leaves_no_process_and_a_job_that_can_go_on(
    browser: Browser, tmp_path: Path
):
    with serving(tmp_path) as server:
        tab = Tab(browser)
        ask(tab, server.url, futures=20, years=4)
        wait_until(lambda: "runs/s" in tab.page.inner_text(".eco-run"), MAKING_S)
        tab.context.close()
        children = set(_children(server.process.pid))
        assert children
    for pid in children:
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists())
    (folder,) = (tmp_path / "results" / "app").iterdir()
    assert (folder / "asked.json").is_file()
    assert list((folder / "parts").glob("*.json")), "what was made is kept"
    assert not (folder / "manifest.json").exists()
    shutil.rmtree(folder)


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]
