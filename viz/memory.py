"""Memory of a server that runs for days: what a replaced world held goes back at once."""

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache


def tidy() -> None:
    """Collect what nobody can reach, and give free memory back where the C library knows how.

    A world is a knot of references, which Python collects only now and then: 15 MB for every reset.
    What is free then stays with the thread that asked for it, and any of several may.
    """
    gc.collect()
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    """Return ``malloc_trim`` of glibc, or what does nothing elsewhere."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        return trim
    return lambda _: None
