"""Failure of a run in each of its definitions, counted from its table ``failures``."""

import numpy as np

from ecosystem.delivery.failure import LATE_WEEKS, REASONS, short_of_half
from ecosystem.results import RunResult
from ecosystem.units import BoolArray

WORDS: dict[str, str] = dict(
    zip(
        REASONS,
        (
            "permit denied",
            "withdrawn under a campaign",
            "moratorium",
            "litigation",
            "no capital",
            "too late",
            "too little use expected",
            "other reasons",
        ),
        strict=True,
    )
)
"""Reasons for giving up, as people read them."""


def secured_then_cancelled(result: RunResult) -> float:
    """Return the share of MW once secured that was cancelled later; NaN if none was secured."""
    t = result.tables["failures"]
    secured = float(t["mw"] @ t["secured"])
    cancelled = float(t["mw"] @ (t["secured"] & _gone(result)))
    return cancelled / secured if secured > 0 else float("nan")


def late_phases(result: RunResult) -> float:
    """Count the buildings not given up that are more than 104 weeks behind their plan.

    One still unfinished counts as soon as the run itself has lasted that long.
    """
    return float(np.count_nonzero(very_late(result)))


def late_share(result: RunResult) -> float:
    """Return the share of MW due by plan that is more than 104 weeks late; NaN if none is due.

    What was given up is due, but not late.
    """
    t = result.tables["failures"]
    due = float(t["mw"] @ t["due"])
    return float(t["mw"] @ (very_late(result) & t["due"])) / due if due > 0 else float("nan")


def short_share(result: RunResult) -> float:
    """Return the share of sites with less than half in use, of those that should have more."""
    ought, short = short_sites(result)
    return len(short) / len(ought) if ought else float("nan")


def short_sites(result: RunResult) -> tuple[list[str], list[str]]:
    """Return the sites that by plan should be half in use at the end, and which are not."""
    t = result.tables["failures"]
    names, index = np.unique(t["site"].astype(str), return_inverse=True)
    ought, short = short_of_half(index, t["mw"], t["due"], t["usable"])
    return names[ought].tolist(), names[short].tolist()


def given_up_mw(result: RunResult, reason: str) -> float:
    """Return the MW given up for a reason."""
    t = result.tables["failures"]
    return float(t["mw"] @ (t["reason"] == reason))


def very_late(result: RunResult) -> BoolArray:
    """Return which buildings are more than 104 weeks late; those given up have no date."""
    return result.tables["failures"]["late_weeks"] > LATE_WEEKS


def _gone(result: RunResult) -> BoolArray:
    return np.isfinite(result.tables["failures"]["cancelled_week"])
