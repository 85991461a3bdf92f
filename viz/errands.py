"""What a page has done in the background: progress to look at, a way to stop, one result."""

import asyncio
import logging
import threading
from collections.abc import Callable, MutableMapping
from html import escape

import solara
from reacton import use_state
from solara.tasks import use_task

from ecosystem.errors import EcosystemError

_LOOK_S = 0.3
"""How often a page looks how far its errand is."""

_LOG = logging.getLogger(__name__)

type Report = Callable[[int, int], None]
type Stopped = Callable[[], bool]


class Errand[T]:
    """One piece of work in a thread of its own. It sets no reactive value: pages look at it.

    Parameters
    ----------
    work : callable
        Given a function to report ``(done, total)`` and one that tells whether to stop.
    connected : callable
        Whether anybody still waits; if not, the work is told to stop.

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
        self, work: Callable[[Report, Stopped], T], connected: Callable[[], bool] = lambda: True
    ) -> None:
        self.done = self.total = 0
        self.value: T | None = None
        self.error = ""
        self.over = False
        self._work, self._connected = work, connected
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Errand[T]":
        """Begin; return itself."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ask the work to stop; it ends when it next looks."""
        self._stop.set()

    def stopped(self) -> bool:
        """Return whether the work is to stop."""
        return self._stop.is_set() or not self._connected()

    def _report(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def _run(self) -> None:
        try:
            self.value = self._work(self._report, self.stopped)
        except EcosystemError as error:
            self.error = str(error)
        except Exception as error:
            _LOG.error("work in the background failed", exc_info=error)
            self.error = f"{type(error).__name__}: {error}"
        finally:
            self.over = True


def use_errand[T](
    shelf: MutableMapping[object, object],
    name: tuple[object, ...],
    label: str,
    about: str,
    work: Callable[[Report, Stopped], T],
    *,
    connected: Callable[[], bool] = lambda: True,
    counted: str = "runs",
    can_stop: bool = True,
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
    can_stop : bool
        Whether the work looks whether it is to stop.

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
            if can_stop:
                solara.Button("Stop", on_click=errand.stop, text=True)
        elif isinstance(errand, Errand) and errand.error:
            solara.HTML("span", escape(f"{errand.error} Press the button to try again."))
        else:
            solara.HTML("span", about)
    return errand.value if isinstance(errand, Errand) and errand.over else None
