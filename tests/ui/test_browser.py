"""The app as a person meets it: the real server, a real browser, no way out to the network."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = pytest.mark.browser

START_S = 60
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Says on stderr whenever the server itself opens a connection beyond this machine.
SERVER = """
import sys
def watch(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = str(args[1][0])
        if not host.startswith("127.") and host not in ("::1", "localhost"):
            print("LEFT THE MACHINE:", args[1], file=sys.stderr, flush=True)
sys.addaudithook(watch)
from viz.app import serve
serve(int(sys.argv[1]), False)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs one of {', '.join(names)}.")
        pytest.skip(f"no browser: install one of {', '.join(names)}")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "stderr.txt"
    command = [sys.executable, "-c", SERVER, str(port)]
    environment = {**os.environ, "HOME": str(log.parent)}
    with log.open("w") as errors:
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env=environment, text=True
        )
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert f"http://localhost:{port}" in line, log.read_text()
            yield f"http://localhost:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)
                raise
            finally:
                server.stdout.close()
    assert log.read_text() == "", "the server is silent when all is well"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


class Tab:
    """A tab, with everything that it complained about or asked for elsewhere."""

    def __init__(self, browser: Browser, scheme: str = "light") -> None:
        self.context = browser.new_context(
            viewport={"width": 1440, "height": 1000}, color_scheme=scheme
        )
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("request", self._asked)

    def _asked(self, request) -> None:
        if not request.url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:")):
            self.strangers.append(request.url)

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector(".eco-ladder svg", timeout=START_S * 1000)

    def week(self) -> int:
        return int(self.page.inner_text(".eco-clock span").split()[1])

    def click(self, label: str) -> None:
        self.page.get_by_role("button", name=label).click()

    def drawing(self, css: str) -> str:
        return self.page.inner_html(css)

    def close(self) -> None:
        self.context.close()
        assert self.errors == []
        assert self.strangers == []


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    tab = Tab(browser)
    yield tab
    tab.close()


def wait_until(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


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
