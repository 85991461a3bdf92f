"""What a worker process of the app does first. Imports little: each process imports it."""

import os
import threading
from multiprocessing import connection, parent_process
from signal import SIG_IGN, SIGINT, signal

_NICENESS = 10


def set_up() -> None:
    """Give way to the page, leave Ctrl-C to the server, and end when the server is gone."""
    signal(SIGINT, SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
