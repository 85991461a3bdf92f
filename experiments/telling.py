"""What all stories share: rows of a site, weeks as days, names with a hint at the nearest."""

from collections.abc import Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

import numpy as np

from ecosystem.errors import InputError
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult, Table
from ecosystem.scenario import World
from ecosystem.units import date_of

type Row = dict[str, Any]


def site_named(world: World, site: str) -> str:
    """Return the key of a site that the programme builds or may build.

    Raises
    ------
    InputError
        If there is none; the nearest key is given.
    """
    known = [s.key for s in world.sites if s.role in ("programme", "candidate")]
    if site in known:
        return site
    raise InputError(f"World {world.name} has no site {site!r}. {nearest(site, known)}")


def cause_named(word: str) -> str:
    """Return the name of a cause; an unknown one raises InputError with the nearest."""
    if word.lower() in CAUSES:
        return word.lower()
    raise InputError(f"--relax {word}: no such cause. {nearest(word, CAUSES)}")


def week_asked(text: str, world: World, weeks: int | None) -> int:
    """Return the week of a run that a day given by the user lies in.

    Raises
    ------
    InputError
        If it is no day, or none within the run.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--at {text}: write a day as 2028-06-01.") from error
    first = world.start + timedelta(weeks=1)
    last = world.start + timedelta(weeks=weeks or world.weeks)
    if not first <= day <= last:
        raise InputError(f"--at {text}: the run can be looked at from {first} to {last}.")
    return (day - world.start).days // 7


def nearest(word: str, known: Sequence[str]) -> str:
    """Return a hint at the nearest known name, or all of them."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."


def rows_of(table: Table, site: str) -> list[Row]:
    """Return the rows of a table that are about a site."""
    at = np.flatnonzero(table["site"] == site)
    return [{name: column[i] for name, column in table.items()} for i in at]


def campus_of(result: RunResult, site: str, needed: Sequence[str]) -> Row:
    """Return the facts about a site of a run that has the tables `needed`.

    Raises
    ------
    InputError
        If the run has not, or the site was not opened in it; the nearest name is given.
    """
    missing = [name for name in needed if name not in result.tables]
    if missing:
        raise InputError(
            f"This run has no table {missing[0]!r}; make it again: ecosystem run --out FOLDER."
        )
    found = rows_of(result.tables["campuses"], site)
    if not found:
        known = result.tables["campuses"]["site"].tolist()
        raise InputError(f"Site {site!r} was not opened in this run. {nearest(site, known)}")
    return found[0]


def day_of(result: RunResult, week: float) -> date:
    """Return the day on which a week of a run begins."""
    return date_of(float(week), date.fromisoformat(result.manifest["start"]))


def month(result: RunResult, week: float) -> str:
    """Write a week as a month; weeks count from the start of the run."""
    return f"{day_of(result, week):%Y-%m}" if np.isfinite(week) else "-"


def end_of(result: RunResult) -> date:
    """Return the day after the last week of a run."""
    return day_of(result, result.manifest["weeks"])


def new_year(result: RunResult, week: float, later: int) -> float:
    """Return the week of the turn of the year before a week, or `later` years after that."""
    year = day_of(result, week).year + later
    return (date(year, 1, 1) - date.fromisoformat(result.manifest["start"])) / timedelta(weeks=1)


def weeks_late(value: float) -> str:
    """Write a slip: ``+14 wk``."""
    return f"{value:+.0f} wk" if abs(value) >= 0.5 else "0 wk"


def plain(name: str) -> str:
    """Write the name of an activity or a site as words."""
    return name.replace("_", " ")
