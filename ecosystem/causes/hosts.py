"""Host communities over time: what groups of simulated households thought, what was promised."""

from typing import TYPE_CHECKING

import numpy as np

from ecosystem.causes.study import words
from ecosystem.people import PLACES, TERCILES
from ecosystem.results import Table
from ecosystem.units import FloatArray

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem

EVERYBODY = "all"
SPREAD = (0.1, 0.5, 0.9)
"""Quantiles of opinion within a group."""
KEPT, BROKEN, OPEN = "kept", "broken", "open"


def opinions(model: "Ecosystem") -> Table:
    """Return the opinion of household groups at every announced site, every four weeks.

    Returns
    -------
    table
        One row per ``community``, group and ``week``: ``tercile`` and ``place`` (both ``all``
        for the whole community), ``share`` of households, ``mean`` opinion in [-1, 1], its
        ``low``, ``median`` and ``high`` (10, 50, 90% of the group's households) and ``against``,
        the share below 0. People are simulated.
    """
    announced = np.isfinite(model.sites.announced_week).nonzero()[0]
    months = model.recorder.opinion
    weeks = np.array([week for week, _, _ in months], dtype=np.int64)
    parts: list[Table] = []
    for site in announced.tolist() if months else []:
        people = months[0][1].households
        opinion = np.stack([society.opinion[site] for _, society, _ in months])
        key = model.layout.sites[site].key
        weight, near, tercile = people.weight[site], people.near[site], people.tercile[site]
        everybody = np.ones(len(weight), dtype=bool)
        groups = [(EVERYBODY, EVERYBODY, everybody)]
        groups += [
            (name, place, (tercile == t) & (near == bool(p)))
            for t, name in enumerate(TERCILES)
            for p, place in enumerate(PLACES)
        ]
        for name, place, of in groups:
            if weight[of].sum() > 0:
                told = _group(opinion[:, of], weight[of])
                share = np.full(len(weeks), weight[of].sum())
                said = {"community": key, "tercile": name, "place": place}
                who = {column: words([word] * len(weeks)) for column, word in said.items()}
                parts.append({**who, "week": weeks, "share": share, **told})
    if not parts:
        return {name: np.zeros(0) for name in _OPINIONS}
    return {name: np.concatenate([part[name] for part in parts]) for name in _OPINIONS}


_OPINIONS = (
    "community", "tercile", "place", "week", "share", "mean", "low", "median", "high", "against",
)  # fmt: skip


def _group(opinion: FloatArray, weight: FloatArray) -> Table:
    """Return mean, quantiles and the share against; `opinion` has shape (weeks, households)."""
    weight = weight / weight.sum()
    order = opinion.argsort(axis=1)
    ranked = np.take_along_axis(opinion, order, axis=1)
    below = weight[order].cumsum(axis=1)
    at = [(below < share - 1e-9).sum(axis=1).clip(max=len(weight) - 1) for share in SPREAD]
    low, median, high = (ranked[np.arange(len(ranked)), i] for i in at)
    return {
        "mean": opinion @ weight,
        "low": low,
        "median": median,
        "high": high,
        "against": (opinion < 0) @ weight,
    }


def promises(model: "Ecosystem") -> Table:
    """Return what every host community was promised: ``promise``, ``due_week``, ``outcome``.

    Returns
    -------
    table
        One row per ``community`` and promise, in order of the week in which it is due; outcome is
        `kept`, `broken`, or `open` where it was not due by the end, or void since the site was
        withdrawn.
    """
    partners = model.relations.partnerships
    rows: list[tuple[str, float, str, str]] = []
    for number in partners.edges("commitment").tolist():
        edge = partners.edge(number)
        kind, _, key = edge.target.partition(":")
        if kind == "community":
            kept = partners.kept(number)
            outcome = OPEN if kept is None else KEPT if kept else BROKEN
            terms = edge.attributes
            rows.append((key, float(terms["due_week"]), str(terms["promise"]), outcome))
    rows.sort()
    return {
        "community": words(row[0] for row in rows),
        "due_week": np.array([row[1] for row in rows], dtype=float),
        "promise": words(row[2] for row in rows),
        "outcome": words(row[3] for row in rows),
    }
