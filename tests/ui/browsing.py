"""The real server and a real browser, for tests that press the buttons of the app.

Fixtures `browser`, `url` and `tab` are in conftest.py. `serving` starts a server of one's own.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

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
WATCHED = """
import sys
def watch(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = str(args[1][0])
        if not host.startswith("127.") and host not in ("::1", "localhost"):
            print("LEFT THE MACHINE:", args[1], file=sys.stderr, flush=True)
sys.addaudithook(watch)
"""
SERVE = "from viz.app import serve\nserve(int(sys.argv[1]), False)\n"


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


class Server:
    """A running server: its address and its process."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.process = process

    def memory_mb(self) -> float:
        """Return the memory that the server holds (resident set), MB; Linux only."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def serving(folder: Path, code: str = SERVE, arguments: Sequence[str] = ()) -> Iterator[Server]:
    """Serve the app from another process; it must be silent and gone in the end.

    `code` gets the port as ``sys.argv[1]`` and `arguments` after it; `folder` is its home and
    working folder.
    """
    port, log = free_port(), folder / "stderr.txt"
    command = [sys.executable, "-c", WATCHED + code, str(port), *arguments]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "HOME": str(folder)},
            cwd=folder,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert f":{port}" in line, log.read_text()
            yield Server(f"http://localhost:{port}", process)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
                raise
            finally:
                process.stdout.close()
    assert log.read_text() == "", "the server is silent when all is well"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


class Tab:
    """A tab, with everything that it complained about or asked for elsewhere."""

    def __init__(self, browser: Browser, scheme: str = "light", width: int = 1440) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 1000}, color_scheme=scheme
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

    def open(self, url: str, shows: str = ".eco-ladder svg") -> None:
        self.page.goto(url)
        self.page.wait_for_selector(shows, timeout=START_S * 1000)

    def week(self) -> int:
        return int(self.page.inner_text(".eco-clock span").split()[1])

    def click(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).click()

    def drawing(self, css: str) -> str:
        return self.page.inner_html(css)

    def overflow(self) -> int:
        """Return the pixels by which the page is wider than its window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))

    def download(self, label: str) -> str:
        """Press a download button and return the text of the file."""
        with self.page.expect_download() as got:
            self.click(label)
        return Path(got.value.path()).read_text(encoding="utf-8")

    def close(self) -> None:
        self.context.close()
        assert self.errors == []
        assert self.strangers == []


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
