"""What every building came to, and why: what failure is counted by."""

from typing import TYPE_CHECKING

import numpy as np

from ecosystem.causes.study import NAMES, OWN, words
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.ladder import Rung
from ecosystem.results import Table
from ecosystem.units import FloatArray

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem


def failure_table(model: "Ecosystem") -> Table:
    """Return one row per building announced so far, from what a run keeps anyway.

    Returns
    -------
    table
        ``site``, ``phase``, ``mw``; ``secured`` whether it ever was (land and a contract);
        ``cancelled_week``; ``reason``, one of `delivery.failure.REASONS`, "" where it was not
        given up; ``late_weeks`` behind its plan, so far where it is not commissioned, NaN where
        it was given up; ``cause`` that cost it most by the running account of weeks lost, `own
        work` where that cost more than any; ``due`` whether by its plan it would be in use by
        now; ``usable`` whether it is.
    """
    works, layout, sites, week = model.works, model.layout, model.sites, model.week
    announced = (sites.announced_week <= week)[layout.site_of_phase].nonzero()[0]
    lab = layout.world.numbers.lab
    finish = works.progress.finish_week[announced]
    signed = sites.announced_week[layout.site_of_phase[announced]] + lab.contract_weeks
    cancelled = works.cancelled_week[announced]
    gone = np.isfinite(cancelled)
    secured_week = np.maximum(finish[:, Activity.LAND], signed)
    commissioned = finish[:, Activity.COMMISSIONING]
    until = np.where(gone, cancelled, np.where(np.isnan(commissioned), week, commissioned))
    late = until - works.planned_finish[announced]
    handed_over = works.planned_finish[announced] + lab.handover_weeks <= week
    cause = _costliest(works.lost_weeks[announced], np.where(gone, _waited(model, announced), late))
    site = [layout.sites[s].key for s in layout.site_of_phase[announced]]
    return {
        "site": words(site),
        "phase": layout.number[announced] + 1,
        "mw": layout.phase_mw[announced],
        "secured": secured_week <= np.where(gone, cancelled, week),
        "cancelled_week": cancelled,
        "reason": _reasons(model, site, works.reason[announced], cancelled, cause),
        "late_weeks": np.where(gone, np.nan, late),
        "cause": cause,
        "due": handed_over,
        "usable": works.state(sites, week)[announced] == Rung.USABLE,
    }


def _waited(model: "Ecosystem", phases: np.ndarray) -> FloatArray:
    """Return how late the start of phases given up was when they were, in weeks."""
    return model.works.cancelled_week[phases] - model.works.planned_start[phases]


def _costliest(lost: FloatArray, late: FloatArray) -> np.ndarray:
    """Return the cause with most weeks lost; own work where what is left of the delay is more."""
    own = late - lost.sum(axis=1)
    best = lost.argmax(axis=1)
    most = lost.max(axis=1, initial=0.0)
    names = (*NAMES, OWN, "")
    nothing = np.maximum(own, most) <= 0
    pick = np.where(nothing, len(NAMES) + 1, np.where(own > most, len(NAMES), best))
    return words(names[i] for i in pick)


def _reasons(
    model: "Ecosystem",
    site: list[str],
    told: np.ndarray,
    cancelled: FloatArray,
    cause: np.ndarray,
) -> np.ndarray:
    """Return why buildings were given up, one of `REASONS` each."""
    happened = {
        kind: [(e.site, e.week) for e in model.recorder.events if e.kind == kind]
        for kind in ("moratorium", "stayed", "denied")
    }

    def before(kind: str, i: int) -> bool:
        return any(s == site[i] and week <= cancelled[i] for s, week in happened[kind])

    def reason(i: int) -> str:
        text = str(told[i])
        if text.startswith("denied"):
            return "denial"
        if text.startswith("withdrawn"):
            return "campaign"
        if "cash" in text or ("late" in text and cause[i] == "capital"):
            return "capital"
        if "less use" in text:
            return "demand"
        if "late" not in text:
            return "other"
        if cause[i] != "community":
            return "late"
        kinds = {"moratorium": "moratorium", "stayed": "litigation", "denied": "denial"}
        return next((name for kind, name in kinds.items() if before(kind, i)), "late")

    return words(reason(i) if np.isfinite(w) else "" for i, w in enumerate(cancelled))
