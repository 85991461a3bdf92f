"""The browser app: its pages, served by this very process.

`Page` is what Solara shows; `serve` opens it. A page of another catalogue comes from `app_of`.
"""

import atexit
import errno
import logging
import os
import socket
import sys
import threading
import time
import warnings
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path

import solara
import uvicorn
from reacton import use_effect, use_memo
from reacton.core import Element
from solara.core import component
from solara.lab.components.theming import ThemeToggle
from solara.routing import use_router
from solara.server import settings
from solara.tasks import use_task

from ecosystem.errors import InputError
from viz.components import Address, Beat, Waiting
from viz.desk import Desk, PageOf
from viz.errands import close_errands
from viz.guard import Guard
from viz.jobs import choose_results, server_office
from viz.pages.compare import compare_page
from viz.pages.evidence import EvidencePage
from viz.pages.site import SitePage
from viz.pages.workshop import workshop_page
from viz.pages.world import WorldPage
from viz.palette import stylesheet
from viz.state import Catalogue, shipped_catalogue

HOST = "127.0.0.1"
"""The app is for this computer alone: it runs a model for whoever can reach it."""

_WARNING = """\
Warning: --host {host} lets whoever can reach this computer run the model on it and write to the
results folder; there is no password. Stop it when you are done (Ctrl+C)."""

_PATIENCE_S = 3.0
"""How long a server that was stopped waits for work that is under way."""

_LAYOUT = (files("viz") / "page.css").read_text(encoding="utf-8")
_LOG = logging.getLogger(__name__)


PAGES = (
    PageOf("world", "World", WorldPage),
    PageOf("compare", "Compare", compare_page(server_office)),
    PageOf("site", "Explain a site", SitePage),
    PageOf("workshop", "Workshop", workshop_page(server_office)),
    PageOf("evidence", "Evidence", EvidencePage),
)
"""In the order of the navigation."""


def app_of(
    catalogue: Callable[[], Catalogue], pages: Sequence[PageOf] = PAGES
) -> Callable[[], Element]:
    """Return the app for the worlds of a catalogue; it is read once for each tab."""
    by_key = {page.key: page for page in pages}

    @component
    def Page() -> None:  # noqa: N802
        solara.Title("AI-compute ecosystem")
        solara.Style(stylesheet() + _LAYOUT)
        with solara.Div(classes=["eco"]):
            reading = use_task(lambda: catalogue(), dependencies=[], raise_error=False)
            if reading.error:
                _LOG.error("cannot read the catalogue", exc_info=reading.exception)
                solara.Error(f"{reading.exception} Put this right, then reload the page.")
            elif reading.value is None:
                Waiting("Reading worlds and strategies …")
            elif not (reading.value.worlds and reading.value.strategies):
                solara.Error("No world or no strategy is installed. Reinstall the package.")
            else:
                _Tab(reading.value, by_key)

    return Page


@component
def _Tab(catalogue: Catalogue, pages: Mapping[str, PageOf]) -> None:  # noqa: N802
    router = use_router()
    desk = use_memo(
        lambda: Desk(catalogue, router.search, pages, _watcher()),
        dependencies=[],
    )
    use_effect(lambda: desk.session.leave, [])
    if len(pages) > 1:
        _Navigation(desk, pages)
    pages[desk.page.value].show(desk)
    _Engine(desk)


@component
def _Navigation(desk: Desk, pages: Mapping[str, PageOf]) -> None:  # noqa: N802
    with solara.Row(classes=["eco-pages"]):
        for page in pages.values():
            here = desk.page.value == page.key
            solara.Button(
                page.name,
                on_click=lambda key=page.key: desk.go(key),
                text=True,
                classes=["eco-page", "eco-here"] if here else ["eco-page"],
            )
        ThemeToggle()


@component
def _Engine(desk: Desk) -> None:  # noqa: N802
    """Build and play the live world, whichever page is open, and keep the address."""
    session = desk.session
    order, playing, _ = session.order.value, session.playing.value, session.number.value

    async def build() -> None:
        await session.build(order)

    async def play() -> None:
        await (session.play() if playing else session.settle())

    use_task(build, dependencies=[order])
    use_task(play, dependencies=[playing])
    use_effect(desk.watch, [])
    Beat(frame=session.latest.number, event_painted=session.painted)
    _Address(desk)


@component
def _Address(desk: Desk) -> None:  # noqa: N802
    Address(query=desk.address.value)


def _watcher() -> Callable[[], bool]:
    """Return a function that tells whether a browser still shows the page of this context."""
    try:
        from solara.server.kernel_context import PageStatus, get_current_context

        context = get_current_context()
    except RuntimeError:  # no server: a script or a test renders the page
        return lambda: True

    def connected() -> bool:
        pages = tuple(context.page_status.values())
        return not pages or PageStatus.CONNECTED in pages

    return connected


Page = app_of(shipped_catalogue)


def serve(
    port: int,
    open_browser: bool,
    page: str = "viz.app",
    host: str = HOST,
    results: Path = Path("results"),
) -> None:
    """Serve the app from this process until it is interrupted.

    Parameters
    ----------
    port : int
        Port on this computer, 1 to 65535.
    open_browser : bool
        Whether to open the page in the browser once it can be reached.
    page : str
        Module that holds the ``Page``.
    host : str
        Address to listen on. Any but this computer alone is warned of.
    results : Path
        Folder below which comparisons are read and made.

    Raises
    ------
    InputError
        If the port is out of range or taken, or there is no such address here.
    """
    listener, url, alone = open_door(host, port)
    choose_results(results)
    os.environ["SOLARA_APP"] = page  # Solara reads it when its server module is imported
    # Solara warns on every page that its cookie could not be set inside a foreign frame.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none require https")
    settings.main.mode = "production"
    settings.telemetry.mixpanel_enable = False
    settings.theme.show_banner = False
    settings.theme.title = "AI-compute ecosystem"
    settings.kernel.cull_timeout = "10m"
    from solara.server.starlette import app as pages  # reads its settings when it is imported

    config = uvicorn.Config(
        Guard(pages, alone),
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    # Reacton looks for pandas.DataFrame wherever pandas is being imported, and a page that is
    # rendered meanwhile would break: it is imported before anybody can ask for one. So is the
    # model: imported while the first page is made, it would take the processor away from that.
    import_module("pandas")
    import_module("ecosystem.model")
    server = _Server(config, url, open_browser)
    # The server has shut down in good order by the time that it passes the interrupt on.
    try:
        with listener, suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    finally:
        _close()
    atexit.register(_leave)


def _leave() -> None:
    """End at once: DuckDB complains on the console where a thread, such as Solara's, still runs."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _close() -> None:
    close_errands()
    server_office().close()


def _end_anyway() -> None:
    """End after a while: what a page has worked out in a thread cannot be interrupted."""
    time.sleep(_PATIENCE_S)
    _close()
    os._exit(0)


def open_door(host: str, port: int) -> tuple[socket.socket, str, bool]:
    """Listen; return the socket, the address to open, and whether this computer alone can reach it.

    That others can is warned of.
    """
    listener = _listen(host, port)
    address = ip_address(listener.getsockname()[0])
    if not address.is_loopback:
        print(_WARNING.format(host=host), file=sys.stderr, flush=True)
    here = address.is_loopback or address.is_unspecified
    return listener, f"http://{'localhost' if here else host}:{port}", address.is_loopback


class _Server(uvicorn.Server):
    """A server that says where it is once it can be reached."""

    def __init__(self, config: uvicorn.Config, url: str, open_browser: bool) -> None:
        super().__init__(config)
        self._url = url
        self._open_browser = open_browser

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the person and the browser."""
        await super().startup(sockets=sockets)
        print(f"The live world is at {self._url}  (Ctrl+C stops it)", flush=True)
        if self._open_browser:
            threading.Thread(target=webbrowser.open, args=(self._url,), daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving; a person who asked for it does not wait for work that nobody will see."""
        await super().shutdown(sockets=sockets)
        threading.Thread(target=_end_anyway, daemon=True).start()


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a port, or say which port to take instead."""
    if not 1 <= port <= 65535:
        raise InputError(f"--port {port}: must be 1 to 65535.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise InputError(_no_address(host)) from error
    listener = socket.socket(family, kind)
    if os.name == "posix":  # elsewhere it would let two programs share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = "is taken" if error.errno == errno.EADDRINUSE else "needs more rights"
            way = f"Stop what uses it, or give another, e.g. --port {_free_port()}."
            raise InputError(f"--port {port} {why} on this computer. {way}") from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise InputError(_no_address(host)) from error
        raise
    listener.listen()
    return listener


def _no_address(host: str) -> str:
    return (
        f"--host {host}: this computer has no such address. Leave it out for this computer alone, "
        "or give 0.0.0.0 for all its addresses."
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
