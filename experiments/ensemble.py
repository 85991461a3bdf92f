"""One site over many replications: what is critical how often, what each cause costs, by when.

The criticality index of an activity is the share of replications in which it lies on the path
that drove the date [1]_ [2]_. It is counted on paths as built: from commissioning back by the
predecessor that finished last, waits for causes included.

References
----------
.. [1] B. M. Dodin, S. E. Elmaghraby, Approximating the criticality indices of the activities in
   PERT networks, Manage. Sci. 31(2), 1985. doi:10.1287/mnsc.31.2.207
.. [2] S. E. Elmaghraby, On criticality and sensitivity in activity networks, Eur. J. Oper. Res.
   127(2), 2000. doi:10.1016/S0377-2217(99)00483-X
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ecosystem.delivery.failure import LATE_WEEKS, short_of_half
from ecosystem.errors import InputError
from ecosystem.observables import CAUSES
from ecosystem.results import RunResult, Table, versions
from ecosystem.scenario import Strategy, World
from ecosystem.units import FloatArray, date_of, week_of
from experiments.design import Experiment, RunSpec, code_digest
from experiments.runner import simulate
from experiments.store import read
from experiments.summary import grid, paragraph
from experiments.telling import plain

MILESTONES = ("first power", "completion")
OTHERS = ("own work", "plan moved")
_BAND = (0.1, 0.9)
_Z90 = 1.645
_FEWEST = 10


def explained(
    world: World, strategy: Strategy, seed: int, weeks: int | None = None, **options: Any
) -> RunResult:
    """Run the model with the tables of :mod:`ecosystem.causes`."""
    return simulate(world, strategy, seed, weeks, explained=True, **options)


def keep(result: RunResult) -> dict[str, Table]:
    """Return what an ensemble keeps of an explained run, for all sites."""
    t = result.tables
    bars, band = t["gantt"], t["ribbon"]
    on = [(m, bars[f"drives_{m.replace(' ', '_')}"]) for m in MILESTONES]
    driving = sorted(
        {
            (site, milestone, activity)
            for milestone, drives in on
            for site, activity in zip(bars["site"][drives], bars["activity"][drives], strict=True)
        }
    )
    binds: dict[tuple[str, str], float] = {}
    for key in zip(band["site"], band["cause"], strict=True):
        binds.setdefault(key, 0.0)
    for site, cause, weeks in zip(band["site"], band["cause"], band["weeks"], strict=True):
        binds[site, cause] += float(weeks)
    names = ("site", "milestone", "activity")
    return {
        "milestones": t["milestones"],
        "milestone_causes": {n: t["milestone_causes"][n] for n in (*names[:2], "cause", _SHARE)},
        "driving": {n: _column(row[i] for row in driving) for i, n in enumerate(names)},
        "bound": {
            "site": _column(site for site, _ in binds),
            "cause": _column(cause for _, cause in binds),
            "weeks": np.array(list(binds.values()), dtype=float),
        },
        "failures": t["failures"],
        "opened": {"site": t["campuses"]["site"]},
    }


_SHARE = "shapley_weeks"


def _column(values) -> np.ndarray:
    return np.array(list(values), dtype=object)


def replications(
    world: World, strategy: Strategy, seeds: int, futures: int, seed: int, weeks: int | None
) -> list[RunSpec]:
    """Return the runs of an ensemble.

    Parameters
    ----------
    world, strategy : World, Strategy
    seeds : int
        Replications of the world as it is, with seeds `seed`, `seed` + 1, ...; or 0.
    futures : int
        Or else: futures in which the uncertain numbers are drawn too, as in a comparison.
    seed : int
    weeks : int, optional
        Length of a run.
    """
    if futures:
        sampled = Experiment(world, (strategy,), strategy.key, futures, seed, weeks).specs()[1:]
        return [replace(spec, run=_named(spec.run)) for spec in sampled]
    inputs = [code_digest(), versions(), world.model_dump_json(), strategy.model_dump_json(), weeks]
    common = json.dumps(inputs)
    return [
        RunSpec(world, strategy, i, seed + i, weeks, (), _named(f"{common}{seed + i}"))
        for i in range(seeds)
    ]


def _named(inputs: str) -> str:
    """Return a run's name: over what it is made from, and what is kept of it."""
    return sha256(f"{inputs}{_this_file()}".encode()).hexdigest()[:16]


@cache
def _this_file() -> str:
    return sha256(Path(__file__).read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Ensemble:
    """What n replications say of one site.

    Attributes
    ----------
    site : str
    start : date
    runs : int
        Replications that ran to their end.
    opened : int
        Those in which the site was opened.
    reached, planned : dict of str to ndarray
        By milestone, weeks in the replications that have one; inf where not reached in time.
    shares : dict of (milestone, cause) to ndarray
        Weeks, in the same order; `own work`, `plan moved` and `slip` beside the causes.
    criticality : dict of (activity, milestone) to float
        Share of the same replications.
    bound : dict of str to float
        Mean share of the weeks from announcement to completion in which a cause bound.
    failed : dict of str to float
        By definition, the share of replications in which the site was opened.
    """

    site: str
    start: date
    runs: int
    opened: int
    reached: dict[str, FloatArray]
    planned: dict[str, FloatArray]
    shares: dict[tuple[str, str], FloatArray]
    criticality: dict[tuple[str, str], float]
    bound: dict[str, float]
    failed: dict[str, float]


def gather(folder: Path, runs: Sequence[str], site: str, start: date) -> Ensemble:
    """Return what the stored replications `runs` say of a site.

    Raises
    ------
    InputError
        If no replication ran, or none opened the site.
    """
    status = read(folder, "runs", runs)
    done = [str(r) for r, s in zip(status["run"], status["status"], strict=True) if s == "ok"]
    if not done:
        raise InputError(f"No replication ran to its end. The first: {status['error'][0]}")
    mine = {
        name: _of(read(folder, name, done), site)
        for name in ("milestones", "milestone_causes", "driving", "bound", "failures", "opened")
    }
    opened = len(set(mine["opened"]["run"]))
    if not opened:
        raise InputError(f"Site {site!r} was opened in none of {len(done)} replications.")
    m = mine["milestones"]
    reached = np.where(m["censored"].astype(bool), np.inf, m["reached_week"])
    at = {name: m["milestone"] == name for name in MILESTONES}
    return Ensemble(
        site=site,
        start=start,
        runs=len(done),
        opened=opened,
        reached={name: reached[at[name]] for name in MILESTONES},
        planned={name: m["planned_week"][at[name]] for name in MILESTONES},
        shares=_shares(m, mine["milestone_causes"]),
        criticality=_criticality(mine["driving"], int(at["first power"].sum())),
        bound=_bound(mine["bound"]),
        failed=_failed(mine["failures"], opened),
    )


def _of(table: Table, site: str) -> Table:
    at = table["site"] == site
    return {name: column[at] for name, column in table.items()}


def _shares(m: Table, causes: Table) -> dict[tuple[str, str], FloatArray]:
    """Return the weeks by milestone and cause, replication by replication."""
    found: dict[tuple[str, str], FloatArray] = {}
    for name in MILESTONES:
        at = m["milestone"] == name
        for word in (*OTHERS, "slip"):
            found[name, word] = m[f"{word.replace(' ', '_')}_weeks"][at]
        for cause in CAUSES:
            rows = (causes["milestone"] == name) & (causes["cause"] == cause)
            found[name, cause] = causes[_SHARE][rows]
    return found


def _criticality(driving: Table, count: int) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for key in zip(driving["activity"], driving["milestone"], strict=True):
        found[key] = found.get(key, 0.0) + 1.0 / count
    return found


def _bound(table: Table) -> dict[str, float]:
    """Return the mean over replications of the share of weeks that each cause bound."""
    whole: dict[str, float] = {}
    for run, weeks in zip(table["run"], table["weeks"], strict=True):
        whole[run] = whole.get(run, 0.0) + float(weeks)
    found: dict[str, float] = {}
    for run, cause, weeks in zip(table["run"], table["cause"], table["weeks"], strict=True):
        found[cause] = found.get(cause, 0.0) + float(weeks) / whole[run] / len(whole)
    return found


def _failed(table: Table, opened: int) -> dict[str, float]:
    index = np.unique(table["run"].astype(str), return_inverse=True)[1]
    cancelled = np.isfinite(table["cancelled_week"]) & table["secured"].astype(bool)
    late = table["late_weeks"] > LATE_WEEKS
    due, usable = table["due"].astype(bool), table["usable"].astype(bool)
    ought, short = short_of_half(index, table["mw"], due, usable)
    found = {
        "a building cancelled once secured": len(set(index[cancelled].tolist())) / opened,
        f"a building more than {LATE_WEEKS} weeks late": len(set(index[late].tolist())) / opened,
    }
    if ought.any():
        found["not half in use, of those due"] = float(short.sum() / ought.sum())
    return found


def ensemble_text(e: Ensemble, title: str) -> str:
    """Tell what an ensemble says of a site, in at most 100 columns."""
    parts = [
        paragraph(title),
        "\n".join(map(paragraph, _standing(e))),
        _dates(e),
        _by_cause(e),
        _critical(e),
        _failures(e),
    ]
    return "\n\n".join(part for part in parts if part)


def _standing(e: Ensemble) -> list[str]:
    """Say in how many replications the site exists, and how sure the shares are."""
    counted = len(e.reached["first power"])
    half = 100 * _Z90 * np.sqrt(0.25 / max(counted, 1))
    lines = [
        f"Opened in {e.opened} of {e.runs} replications"
        + (f", given up whole in {e.opened - counted} of them" if counted < e.opened else "")
        + f"; what follows is over {counted}. A share of one half is known to within {half:.0f} "
        "points (90% interval)."
    ]
    if counted < _FEWEST:
        lines.append(f"Fewer than {_FEWEST}: read the bands as ranges of what was seen.")
    return lines


def _dates(e: Ensemble) -> str:
    """Lay out when milestones are planned and reached, and the chance by date."""
    rows = []
    for name in MILESTONES:
        weeks = e.reached[name]
        if not len(weeks):
            continue
        cells = [_month(e, _quantile(weeks, q)) for q in (_BAND[0], 0.5, _BAND[1])]
        plan = _month(e, _quantile(e.planned[name], 0.5))
        rows.append([name, plan, *cells, f"{100 * np.isinf(weeks).mean():.0f}%"])
    head = ["milestone", "plan, median", "10%", "median", "90%", "not in time"]
    text = "When: dates by which a share of the replications is there\n" + grid(head, rows)
    return f"{text}\n\n{_chances(e)}".rstrip()


def _chances(e: Ensemble) -> str:
    known = np.concatenate([e.reached[name] for name in MILESTONES])
    known = known[np.isfinite(known)]
    if not len(known):
        return ""
    first = date_of(float(known.min()), e.start).year
    last = date_of(float(known.max()), e.start).year + 1
    rows = []
    for year in range(first, last + 1):
        week = week_of(date(year, 1, 1), e.start)
        chance = [100 * float((e.reached[name] <= week).mean()) for name in MILESTONES]
        rows.append([f"{year}-01-01", *(f"{c:.0f}%" for c in chance)])
    return "Chance of being there by a date\n" + grid(["by", *MILESTONES], rows)


def _by_cause(e: Ensemble) -> str:
    """Lay out the weeks that each cause costs, how often most of all, and how often it binds."""
    words = (*CAUSES, *OTHERS)
    cells = {word: [_spread(e.shares[name, word]) for name in MILESTONES] for word in words}
    most = {name: _largest(e, name, words) for name in MILESTONES}
    rows = []
    for word in words:
        values = np.concatenate([e.shares[name, word] for name in MILESTONES])
        if not (np.abs(values) >= 0.05).any():
            continue
        row = [word]
        for i, name in enumerate(MILESTONES):
            row += [cells[word][i], f"{100 * most[name][word]:.0f}%"]
        rows.append([*row, f"{100 * e.bound.get(word, 0.0):.0f}%" if word in CAUSES else ""])
    rows.sort(key=lambda row: -float(np.median(e.shares["completion", row[0]])))
    rows.append(
        ["slip", _spread(e.shares["first power", "slip"]), "",
         _spread(e.shares["completion", "slip"]), "", ""]
    )  # fmt: skip
    head = ["weeks", "first power", "largest", "completion", "largest", "binds"]
    return (
        "Slip by cause in weeks (exact shares): median [10%, 90%]; how often it is the largest\n"
        "share; binds: mean share of the weeks to completion in which it held critical work\n"
        + grid(head, rows)
    )


def _largest(e: Ensemble, milestone: str, words: Sequence[str]) -> dict[str, float]:
    """Return how often each share of the slip is the largest."""
    weeks = np.stack([e.shares[milestone, word] for word in words])
    best = weeks.argmax(axis=0)[weeks.max(axis=0, initial=-np.inf) > 0]
    return {word: float((best == i).sum()) / weeks.shape[1] for i, word in enumerate(words)}


def _critical(e: Ensemble) -> str:
    activities = dict.fromkeys(activity for activity, _ in e.criticality)
    index = {a: [e.criticality.get((a, name), 0.0) for name in MILESTONES] for a in activities}
    ranked = sorted(index, key=lambda a: (-index[a][0], -index[a][1]))
    rows = [[plain(a), *(f"{100 * share:.0f}%" for share in index[a])] for a in ranked]
    return (
        "Criticality: share of replications in which an activity lies on the path that drove\n"
        "the date (of the building that came first, and last)\n"
        + grid(["activity", *MILESTONES], rows)
    )


def _failures(e: Ensemble) -> str:
    lines = [f"  {word}: {100 * share:.0f}%" for word, share in e.failed.items()]
    return "\n".join(["Failure, share of replications, by each definition", *lines])


def _quantile(weeks: FloatArray, q: float) -> float:
    """Return an order statistic: weeks not reached are infinite, and no mean of them is one."""
    return float(np.quantile(weeks, q, method="inverted_cdf"))


def _spread(weeks: FloatArray) -> str:
    if not len(weeks):
        return "-"
    low, mid, high = (_quantile(weeks, q) for q in (_BAND[0], 0.5, _BAND[1]))
    return f"{mid:.1f} [{low:.1f}, {high:.1f}]"


def _month(e: Ensemble, week: float) -> str:
    return f"{date_of(week, e.start):%Y-%m}" if np.isfinite(week) else "later"
