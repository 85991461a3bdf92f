"""The most memory that this process has held."""

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_mib() -> float:
    """Return the highest resident memory of this process so far [MiB].

    Linux tells it of the program itself; what ``getrusage`` tells there counts the process that
    started it. Where neither is told, on Windows, this raises :class:`ImportError`.
    """
    if _STATUS.exists():
        lines = dict(line.split(":", 1) for line in _STATUS.read_text("utf-8").splitlines())
        return float(lines["VmHWM"].split()[0]) / 2**10
    from resource import RUSAGE_SELF, getrusage

    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
    return getrusage(RUSAGE_SELF).ru_maxrss / unit
