"""Why two runs of one future differ: sites, causes, and the first events that only one has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from ecosystem.observables import CAUSES
from ecosystem.results import Table

type Tables = Mapping[str, Table]
type EventKey = tuple[str, str, str, str, str]

COLUMNS = (
    "site",
    "usable_gw_years_diff",
    "usable_mw_diff",
    "cancelled_mw_diff",
    "finish_diff_weeks",
    "mw_only_a",
    "mw_only_b",
    "own_work_diff_weeks",
    *(f"lost_{cause}_diff_weeks" for cause in CAUSES),
    "main_cause",
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where the difference between two runs of one future comes from.

    Attributes
    ----------
    sites : list of dict
        One per site with any difference, the largest first: ``usable_gw_years_diff``;
        ``finish_diff_weeks``, ``own_work_diff_weeks`` and ``lost_<cause>_diff_weeks``,
        averages by MW over the phases that both runs finish; ``mw_only_a``, ``mw_only_b``
        (finished in one run only), ``cancelled_mw_diff``, ``main_cause``. Differences are b - a.
    first_a, first_b : list of tuple (day, kind, site, agent, text)
        The first events that only run a, and only run b, has.
    """

    sites: list[dict[str, Any]]
    first_a: list[EventKey]
    first_b: list[EventKey]

    @property
    def identical(self) -> bool:
        """Whether nothing differs: no site and no event."""
        return not (self.sites or self.first_a or self.first_b)


def explain(a: Tables, b: Tables, events: int = 5) -> Explanation:
    """Find the sites, causes and events that make two runs of one future differ.

    Parameters
    ----------
    a, b : mapping of table
        Tables ``sites``, ``phases`` and ``events`` of a run as
        :func:`experiments.outcomes.reduce` leaves them; `a` is the baseline.
    events : int
        How many events of each run to name.
    """
    phases_a, phases_b = _phases(a), _phases(b)
    totals_a, totals_b = _site_rows(a), _site_rows(b)
    sites: list[dict[str, Any]] = []
    for site in dict.fromkeys([*totals_a, *totals_b]):
        keys = [key for key in phases_a | phases_b if key[0] == site]
        row = {"site": site, **_total_diffs(totals_a.get(site, {}), totals_b.get(site, {}))}
        row |= _phase_diffs(
            [phases_a.get(key) for key in keys], [phases_b.get(key) for key in keys]
        )
        if any(isinstance(value, float) and abs(value) > 0 for value in row.values()):
            sites.append(row)
    sites.sort(key=lambda row: (-abs(row["usable_gw_years_diff"]), row["site"]))
    events_a, events_b = Counter(_events(a)), Counter(_events(b))
    return Explanation(
        sites,
        list(islice((events_a - events_b).elements(), events)),
        list(islice((events_b - events_a).elements(), events)),
    )


def _records(table: Table) -> list[dict[str, Any]]:
    names = list(table)
    return [dict(zip(names, row, strict=True)) for row in zip(*table.values(), strict=True)]


def _phases(tables: Tables) -> dict[tuple[str, int], dict[str, Any]]:
    return {(str(p["site"]), int(p["phase"])): p for p in _records(tables["phases"])}


def _site_rows(tables: Tables) -> dict[str, dict[str, Any]]:
    return {str(row["site"]): row for row in _records(tables["sites"])}


def _events(tables: Tables) -> list[EventKey]:
    columns = (tables["events"][name] for name in ("day", "kind", "site", "agent", "text"))
    return sorted(
        (
            (str(day), str(kind), str(site), str(agent), str(text))
            for day, kind, site, agent, text in zip(*columns, strict=True)
        ),
        key=lambda event: event[0],
    )


def _total_diffs(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, float]:
    return {
        # Rounding to 1e-9 GW yr or MW drops what only the order of additions made.
        f"{name}_diff": round(float(b.get(name, 0.0)) - float(a.get(name, 0.0)), 9)
        for name in ("usable_gw_years", "usable_mw", "cancelled_mw")
    }


def _phase_diffs(
    a: Sequence[Mapping[str, Any] | None], b: Sequence[Mapping[str, Any] | None]
) -> dict[str, Any]:
    """Compare the phases of one site, given in the same order; None where a run has it not."""

    def done(phase: Mapping[str, Any] | None) -> bool:
        return phase is not None and not np.isnan(phase["finish_week"])

    def mw(one: Sequence[Mapping[str, Any] | None], other: Sequence[Mapping[str, Any] | None]):
        return sum(
            float(p["mw"]) for p, q in zip(one, other, strict=True) if p and done(p) and not done(q)
        )

    row: dict[str, Any] = {"mw_only_a": float(mw(a, b)), "mw_only_b": float(mw(b, a))}
    both = [(p, q) for p, q in zip(a, b, strict=True) if p and q and done(p) and done(q)]
    weight = sum(float(q["mw"]) for _, q in both)

    def mean_diff(column: str) -> float:
        if weight <= 0:
            return float("nan")
        return sum(float(q["mw"]) * float(q[column] - p[column]) for p, q in both) / weight

    row["finish_diff_weeks"] = mean_diff("finish_week")
    row["own_work_diff_weeks"] = mean_diff("own_work_weeks")
    lost = {cause: mean_diff(f"lost_weeks_{cause}") for cause in CAUSES}
    row |= {f"lost_{cause}_diff_weeks": value for cause, value in lost.items()}
    row["main_cause"] = _main_cause(lost, row["finish_diff_weeks"])
    return row


def _main_cause(lost: Mapping[str, float], finish_diff: float) -> str:
    """Name the cause that moved most in the direction in which the finish moved."""
    if not np.isfinite(finish_diff) or finish_diff == 0:
        return ""
    cause = max(lost, key=lambda name: lost[name] * np.sign(finish_diff))
    return cause if lost[cause] * finish_diff > 0 else ""
