"""What a page has done in the background: progress to look at, a way to stop, one result."""

import logging
import threading
from collections.abc import Callable

from ecosystem.errors import EcosystemError

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
