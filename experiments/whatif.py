"""The same world with a cause that holds nothing back: who is earlier, and who is not."""

from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from math import inf, nan
from typing import NamedTuple

import numpy as np

from ecosystem.observables import CAUSES
from ecosystem.results import RunResult
from ecosystem.scenario import Strategy, World
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR
from experiments.runner import simulate
from experiments.summary import grid, paragraph
from experiments.telling import end_of, rows_of
from experiments.wording import three
from experiments.workers import pool_of

# Smaller differences between two runs are not shown [week, GW-year].
_SHIFT_WEEKS, _SHIFT_GW_YEARS = 0.1, 0.005


class Dates(NamedTuple):
    """Weeks of a site, NaN where all was given up, inf where not reached; GW-years in use."""

    announced: float
    first_power: float
    completion: float
    gw_years: float


class Worth(NamedTuple):
    """GW-years in use gained: at a site, at others opened at the same time, and where not."""

    here: float
    shared: float
    plans: float
    whole: float


type Sites = dict[str, Dates]


def dates(result: RunResult) -> Sites:
    """Return what a what-if question compares of a run, by site."""
    slips, end = result.tables["slips"], result.manifest["weeks"]
    used = np.nan_to_num(end - slips["finish_week"]) * slips["mw"] / MW_PER_GW / WEEKS_PER_YEAR
    found: Sites = {}
    campuses = result.tables["campuses"]
    for site, announced in zip(campuses["site"], campuses["announced_week"], strict=True):
        weeks = {
            row["milestone"]: inf if row["censored"] else float(row["reached_week"])
            for row in rows_of(result.tables["milestones"], site)
        }
        found[str(site)] = Dates(
            float(announced),
            weeks.get("first power", nan),
            weeks.get("completion", nan),
            float(used[slips["site"] == site].sum()),
        )
    return found


def relax_text(base: RunResult, free: Sites, site: str, cause: str, everywhere: bool) -> str:
    """Compare a world with the same world in which a cause holds nothing back.

    Parameters
    ----------
    base : RunResult
        The world as it is, explained.
    free : dict of str to Dates
        Of the same world, strategy and seed with the cause relaxed.
    site, cause : str
        Where, unless `everywhere`, and what.
    everywhere : bool
    """
    where = "everywhere" if everywhere else f"at {site}"
    before = dates(base)
    keys = [site, *(key for key in dict.fromkeys([*before, *free]) if key != site)]
    rows = [[key, *_changes(before.get(key), free.get(key))] for key in keys]
    moved = [row for row in rows if row[0] == site or any(cell != "same" for cell in row[1:])]
    others = len(moved) - 1
    text = (
        f"The same world and random numbers, but {cause} holds nothing back {where}. Weeks are "
        "relaxed less as it was: negative is earlier. Other sites move too, and not always for "
        "the better: they share crews, slots, chips and the lab's plans."
    )
    head = ["site", "announced", "first power", "completion", "GW-years in use"]
    worth = _worth(before, free, site)
    total = (
        f"{others} other site{'s' * (others != 1)} moved (by {_SHIFT_WEEKS} weeks or "
        f"{_SHIFT_GW_YEARS} GW-years, or more); all sites together: "
        f"{three(worth.whole, sign=True)} GW-years in use before {end_of(base)}: "
        f"{three(worth.here, sign=True)} at {site}, {three(worth.shared, sign=True)} at others "
        f"opened at the same time, {three(worth.plans, sign=True)} where the lab opened at another."
    )
    last = f"{paragraph(total)}\n{paragraph(_replayed(base, site, cause))}".rstrip()
    return "\n\n".join([paragraph(text), grid(head, moved), last])


def relaxed_dates(
    world: World,
    strategy: Strategy,
    seed: int,
    weeks: int | None,
    cause: str,
    site: str | None,
) -> Sites:
    """Return the dates of a world in which a cause holds nothing back at a site, or anywhere."""
    return dates(simulate(world, strategy, seed, weeks, explained=True, relax=[(cause, site)]))


def relax_each(
    world: World,
    strategy: Strategy,
    seed: int,
    weeks: int | None,
    site: str | None,
    jobs: int,
    on_done: Callable[[int, int], None],
) -> dict[str, Sites]:
    """Relax every cause by itself, in parallel.

    Parameters
    ----------
    world, strategy, seed, weeks
        As for :func:`experiments.runner.simulate`.
    site : str, optional
        Where; None for everywhere.
    jobs : int
        Processes.
    on_done : callable
        Told ``(runs done, runs in all)``.

    Returns
    -------
    dict of str to dict
        By cause, the dates of all sites.
    """
    on_done(0, len(CAUSES))
    args = (world, strategy, seed, weeks)
    found: dict[str, Sites] = {}
    if jobs == 1:
        for cause in CAUSES:
            found[cause] = relaxed_dates(*args, cause, site)
            on_done(len(found), len(CAUSES))
        return found
    with pool_of(min(jobs, len(CAUSES))) as pool:
        waiting = {pool.submit(relaxed_dates, *args, cause, site): cause for cause in CAUSES}
        for future in as_completed(waiting):
            found[waiting[future]] = future.result()
            on_done(len(found), len(CAUSES))
    return {cause: found[cause] for cause in CAUSES}


def ranking_text(base: RunResult, free: dict[str, Sites], site: str, everywhere: bool) -> str:
    """Rank the causes by what it is worth to be rid of each, in the same world made again.

    Parameters
    ----------
    base : RunResult
        The world as it is, explained.
    free : dict of str to dict of str to Dates
        By cause, the dates of all sites with it relaxed.
    site : str
    everywhere : bool
        Whether it was relaxed at all sites.
    """
    rows = ranking(base, free, site)
    where = "everywhere" if everywhere else f"at {site}"
    text = (
        f"What it is worth if one cause holds nothing back {where}: the same world and random "
        f"numbers made again for each. Change of {site}'s dates in weeks (negative is earlier), "
        "beside it what the replay of the site alone promised, and GW-years in use gained before "
        f"{end_of(base)} (negative: lost): here; at other sites opened at the same time, which "
        "share crews, slots and chips; at sites that the lab then opens at another time; in all."
    )
    head = ["cause", "first power", "completion", "replay", "replay", "here", "sharing", "lab's"]
    told = grid([*head, "in all"], [cells for _, _, cells in rows])
    return "\n\n".join([paragraph(text), told, paragraph(reading(rows, site))])


def ranking(
    base: RunResult, free: dict[str, Sites], site: str
) -> list[tuple[str, Worth, list[str]]]:
    """Return the causes by what it is worth to be rid of each, the most first.

    Parameters
    ----------
    base, free, site
        As for :func:`ranking_text`.

    Returns
    -------
    list of (str, Worth, list of str)
        Cause, worth, and a row: cause; change of first power and completion; what the replay of
        the site alone promised of both; GW-years gained here, at others that share with it, where
        the lab opened at another time, in all.
    """
    before = dates(base)
    found: list[tuple[str, Worth, list[str]]] = []
    for cause, after in free.items():
        worth = _worth(before, after, site)
        cells = [
            cause,
            *_changes(before.get(site), after.get(site))[1:3],
            *_promised(base, site, cause),
            *(_gained(gain) for gain in worth),
        ]
        found.append((cause, worth, cells))
    return sorted(found, key=lambda row: (-row[1].here, -row[1].whole))


def reading(rows: Sequence[tuple[str, Worth, list[str]]], site: str) -> str:
    """Say in a sentence or two what a ranking says."""
    cause, worth, _ = rows[0]
    if worth.here < _SHIFT_GW_YEARS:
        return f"No cause by itself costs {site} anything that relaxing it would return."
    lines = [
        f"Worth most here: no {cause} delay, {three(worth.here)} GW-years more in use at {site}."
    ]
    if losing := [cause for cause, worth, _ in rows if worth.shared <= -_SHIFT_GW_YEARS]:
        lines.append(
            f"Other sites lose when {site} is rid of {' or '.join(losing)}: it then takes sooner "
            "what they share."
        )
    return " ".join(lines)


def _promised(base: RunResult, site: str, cause: str) -> list[str]:
    """Return what the replay of the site alone promised for first power and completion."""
    rows = rows_of(base.tables["milestone_causes"], site)
    weeks = {r["milestone"]: float(r["but_for_weeks"]) for r in rows if r["cause"] == cause}
    return [
        _shift(-weeks[name]) if name in weeks else "-" for name in ("first power", "completion")
    ]


def _worth(before: Sites, after: Sites, site: str) -> Worth:
    """Return the GW-years in use gained at a site and at the others."""
    here = shared = plans = 0.0
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        gain = (new.gw_years if new else 0.0) - (old.gw_years if old else 0.0)
        if key == site:
            here += gain
        elif old and new and old.announced == new.announced:
            shared += gain
        else:
            plans += gain
    return Worth(here, shared, plans, here + shared + plans)


def _gained(gain: float) -> str:
    return "same" if abs(gain) < _SHIFT_GW_YEARS else three(gain, sign=True)


def _replayed(base: RunResult, site: str, cause: str) -> str:
    """Say what the replay of the site alone had promised."""
    rows = [r for r in rows_of(base.tables["milestone_causes"], site) if r["cause"] == cause]
    if not rows:
        return ""
    told = ", ".join(f"{r['milestone']} {_shift(-float(r['but_for_weeks']))}" for r in rows)
    return f"The replay of {site} alone, but for {cause} and all else as it was: {told}."


def _changes(before: Dates | None, after: Dates | None) -> list[str]:
    if before is None and after is None:
        return ["not opened", "-", "-", "-"]
    if before is None or after is None:
        return ["not opened" if after is None else "opened", "-", "-", "-"]
    weeks = [_moved(old, new) for old, new in zip(before[:3], after[:3], strict=True)]
    return [*weeks, _gained(after.gw_years - before.gw_years)]


def _moved(old: float, new: float) -> str:
    """Say how a date moved; what is not finished, or given up, has none."""
    if np.isnan(old) or np.isnan(new):
        return "same" if np.isnan(old) and np.isnan(new) else "built" if new == new else "given up"
    if np.isinf(old) or np.isinf(new):
        return "same" if old == new else "in time now" if np.isinf(old) else "too late now"
    return _shift(new - old)


def _shift(weeks: float) -> str:
    return "same" if abs(weeks) < _SHIFT_WEEKS else f"{weeks:+.1f}"
