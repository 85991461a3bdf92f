"""Dated observations of real buildings: what was known at clearing, what came of it.

From Epoch AI, *Frontier Data Centers* (CC BY 4.0); see ``data/README.md``. Nothing here is imported
by a simulation.
"""

import csv
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Literal, NamedTuple

from ecosystem.errors import InputError

AS_OF = date(2026, 5, 28)
"""Date of the observations: what was not in operation then is censored."""

type Tenure = Literal["self", "leased"]
type Reuse = Literal["none", "power", "shell"]
type Source = Literal["grid", "bridge", "islanded"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a site when its land is cleared.

    Attributes
    ----------
    site : str
        Name; says nothing to a prediction.
    builder : str
        Who runs the works: the owner of a self-built site, the developer of a leased one. Other
        sites of the same builder inform a prediction. Unknown: "".
    tenure : {"self", "leased"}
        Built by its user, or by a developer.
    reuse : {"none", "power", "shell"}
        What stands already: nothing; a grid connection; a building with its power and switchgear,
        so that nothing but the fit-out is left (a retrofit).
    power : {"grid", "bridge", "islanded"}
        What may energise the first building, as in `sites.csv`.
    campus_mw : float
        Facility power of the whole campus as planned [MW].
    buildings : int
        How many buildings that is.
    together : int
        Buildings begun at the same time at the start.
    """

    site: str = ""
    builder: str = ""
    tenure: Tenure = "self"
    reuse: Reuse = "none"
    power: Source = "grid"
    campus_mw: float = 1000.0
    buildings: int = 8
    together: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.together <= self.buildings:
            raise InputError(
                f"Site '{self.site}' begins {self.together} of {self.buildings} buildings "
                "together; give at least one, and no more than there are."
            )


class Stage(NamedTuple):
    """Buildings and facility MW in operation some weeks after the first observation."""

    weeks: float
    buildings: float
    facility_mw: float


@dataclass(frozen=True, slots=True)
class Buildout:
    """One site as observed.

    Attributes
    ----------
    facts : Facts
    cleared : date or None
        When land clearing (or, in a retrofit, work) began; None if observation began later.
    weeks : float
        From clearing to the first building in operation, or to `AS_OF` if there is none.
    complete : bool
        Whether a first building is in operation.
    watched_weeks : float
        From clearing, or from the first observation, to `AS_OF`.
    roof_after, roof_by : float
        Weeks after clearing between which the first roof was finished; 0 and inf: not observed.
    stages : tuple of Stage
        Realised observations with power, weeks counted from clearing, or from the first of them.
    """

    facts: Facts
    cleared: date | None
    weeks: float
    complete: bool
    watched_weeks: float
    roof_after: float
    roof_by: float
    stages: tuple[Stage, ...]

    @property
    def new(self) -> bool:
        """Whether a building had to be built."""
        return self.facts.reuse != "shell"


def load_buildouts() -> list[Buildout]:
    """Return the sites observed."""
    seen: dict[str, list[dict[str, str]]] = {}
    for row in _rows("buildouts.csv"):
        seen.setdefault(row["site"], []).append(row)
    return [_buildout(row, seen[row["site"]]) for row in _rows("buildout_sites.csv")]


def load_targets() -> list[dict[str, str]]:
    """Return the published figures beside which a hindcast is put, with source ids."""
    return _rows("delivery_targets.csv")


def _rows(name: str) -> list[dict[str, str]]:
    with (files("ecosystem") / "data" / name).open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def _buildout(row: dict[str, str], seen: list[dict[str, str]]) -> Buildout:
    real = [r for r in seen if r["status"] == "realised"]
    powered = [r for r in real if float(r["facility_mw"]) > 0]
    first = date.fromisoformat(real[0]["date"])
    cleared = None if powered[:1] == real[:1] or not row["campus_mw"] else first
    end = date.fromisoformat(powered[0]["date"]) if powered else AS_OF
    stages = [
        Stage(_weeks(first, r["date"]), float(r["buildings_operational"]), float(r["facility_mw"]))
        for r in powered
    ]
    return Buildout(
        facts=_facts(row),
        cleared=cleared,
        weeks=(end - first).days / 7,
        complete=bool(powered),
        watched_weeks=(AS_OF - first).days / 7,
        roof_after=_weeks(first, row["roof_after"]) if row["roof_after"] else 0.0,
        roof_by=_weeks(first, row["roof_by"]) if row["roof_by"] else float("inf"),
        stages=tuple(stages),
    )


def _facts(row: dict[str, str]) -> Facts:
    tenure: Tenure = "self" if row["tenure"] == "self" else "leased"
    reuse: Reuse = "shell" if row["reuse"] == "shell" else "none"
    if row["reuse"] == "power":
        reuse = "power"
    power: Source = "grid"
    if row["power"] != "grid":
        power = "bridge" if row["power"] == "bridge" else "islanded"
    return Facts(
        site=row["site"],
        builder=row["builder"],
        tenure=tenure,
        reuse=reuse,
        power=power,
        campus_mw=float(row["campus_mw"] or "nan"),
        buildings=int(row["buildings"]),
        together=int(row["together"]),
    )


def _weeks(first: date, day: str) -> float:
    return (date.fromisoformat(day) - first).days / 7
