"""What a page has done in the background: progress to look at, a way to stop, one result."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from html import escape
from typing import Any, Self
from weakref import WeakSet

import solara
from reacton import use_state
from solara.tasks import use_task

from ecosystem.errors import EcosystemError, InputError
from viz.jobs import Workers, own_processes

_LOOK_S = 0.3
"""How often a page looks how far its errand is."""

_LOG = logging.getLogger(__name__)

_PATIENCE_S = 5.0
_AT_ONCE = threading.Semaphore(2)
"""Errands of one server that have processes of their own at a time; others wait."""

_open: "WeakSet[Errand[Any]]" = WeakSet()


class Errand[T]:
    """One piece of work in a thread of its own. It sets no reactive value: pages look at it.

    Parameters
    ----------
    work : callable
        Given this errand: it calls `report` and `lend`, and ends when `stopped` says so.
    connected : callable
        Whether anybody still waits; if not, the work is to stop.

    Attributes
    ----------
    done, total : int
    value : T or None
        The result, once `over`.
    error : str
        Why there is none, in words.
    over : bool
    """

    def __init__(
        self, work: "Callable[[Errand[T]], T]", connected: Callable[[], bool] = lambda: True
    ) -> None:
        self.done = self.total = 0
        self.value: T | None = None
        self.error = ""
        self.over = False
        self._work, self._connected = work, connected
        self._stop = threading.Event()
        self._workers: Workers | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> Self:
        """Begin; return itself."""
        _open.add(self)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End it: what runs in processes ends at once, as nothing of it is kept."""
        self._stop.set()
        if self._workers is not None:
            self._workers.stop()

    def close(self) -> None:
        """Stop, and wait a little until it has ended."""
        self.stop()
        self._thread.join(_PATIENCE_S)

    def stopped(self) -> bool:
        """Return whether the work is to stop."""
        return self._stop.is_set() or not self._connected()

    def report(self, done: int, total: int) -> None:
        """Say how far the work is."""
        self.done, self.total = done, total

    @contextmanager
    def lend(self) -> Iterator[Workers]:
        """Lend processes; wait while too many other errands have some.

        Raises
        ------
        InputError
            If it was stopped while it waited.
        """
        while not _AT_ONCE.acquire(timeout=_LOOK_S):
            if self.stopped():
                raise InputError("Stopped.")
        try:
            with own_processes() as workers:
                self._workers = workers
                yield workers
        finally:
            self._workers = None
            _AT_ONCE.release()

    def _run(self) -> None:
        try:
            self.value = self._work(self)
        except Exception as error:
            if self.stopped():
                self.error = "Stopped."
            elif isinstance(error, EcosystemError):
                self.error = str(error)
            else:
                _LOG.error("work in the background failed", exc_info=error)
                self.error = f"{type(error).__name__}: {error}"
        finally:
            self.over = True


def close_errands() -> None:
    """End all errands of this server and their processes."""
    for errand in list(_open):
        errand.close()


def use_errand[T](
    shelf: MutableMapping[object, object],
    name: tuple[object, ...],
    label: str,
    about: str,
    work: Callable[[Errand[T]], T],
    *,
    connected: Callable[[], bool] = lambda: True,
    counted: str = "runs",
) -> T | None:
    """Show a button that has something done, then its progress; to be called in a component.

    Parameters
    ----------
    shelf : mutable mapping
        Where the errand is kept under `name`, so that it goes on while another page is open.
    name : tuple
    label, about : str
        What the button says, and what stands beside it.
    work : callable
        As for :class:`Errand`.
    connected : callable
    counted : str
        What is counted; "" where nothing is.

    Returns
    -------
    T or None
        The result, once it is there.
    """
    _, look = use_state(0)
    errand = shelf.get(name)
    running = isinstance(errand, Errand) and not errand.over

    async def follow() -> None:
        while isinstance(errand := shelf.get(name), Errand) and not errand.over:
            await asyncio.sleep(_LOOK_S)
            look(lambda n: n + 1)
        look(lambda n: n + 1)

    use_task(follow, dependencies=[running, name])

    def start() -> None:
        shelf[name] = Errand(work, connected).start()
        look(lambda n: n + 1)

    with solara.Row(classes=["eco-inline"]):
        solara.Button(label, on_click=start, disabled=running, color="primary", outlined=True)
        if isinstance(errand, Errand) and running:
            total = max(errand.total, 1)
            solara.HTML("progress", attributes={"max": str(total), "value": str(errand.done)})
            if counted:
                solara.HTML("span", f"{errand.done} of {errand.total or '…'} {counted}")
            solara.Button("Stop", on_click=errand.stop, text=True)
        elif isinstance(errand, Errand) and errand.error:
            solara.HTML("span", escape(f"{errand.error} Press the button to try again."))
        else:
            solara.HTML("span", about)
    return errand.value if isinstance(errand, Errand) and errand.over else None
