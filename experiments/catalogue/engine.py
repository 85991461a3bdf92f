"""How an entry of the catalogue is run: worlds that differ in one thing, on the same futures."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.results import RunResult, Table, versions
from ecosystem.scenario import Strategy, World
from ecosystem.units import FloatArray
from experiments.catalogue.judging import Finding
from experiments.design import RunSpec, code_digest, futures
from experiments.outcomes import OUTCOMES, measures
from experiments.store import read

SERIES = (
    "capability",
    "price_usd_per_mw_year",
    "latency_s",
    "shortfall",
    "utilisation",
    "demand_mw",
    "adopted_mw",
    "served_mw",
    "inference_mw",
    "usable_mw",
    "installed_base_mw",
    "training_flop_per_s",
    "cash_usd",
    "water_m3",
    "moratoria",
)
"""Weekly series that are kept of a run."""
NAMES = (*(outcome.name for outcome in OUTCOMES), "site_slip_sd_weeks", "grid_wait_weeks")
"""Outcomes that are kept: those of every comparison, and two that only the catalogue needs."""


class Arm(NamedTuple):
    """One side of an experiment.

    Attributes
    ----------
    name : str
        As readers see it.
    world, strategy : World, Strategy
    values : mapping of str to float or str
        Numbers that are set in every future, whatever the sample says.
    nulls : tuple of str
        Mechanisms that are switched off.
    """

    name: str
    world: World
    strategy: Strategy
    values: Mapping[str, float | str] = {}
    nulls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with the answer that was expected before it was asked.

    Attributes
    ----------
    key, title, question, expectation : str
    design : str
        What is varied, what is measured and when an expectation counts as held.
    arms : callable
        From a world to the sides of the experiment.
    judge : callable
        From what was seen to the findings, one for each part of the expectation.
    """

    key: str
    title: str
    question: str
    expectation: str
    design: str
    arms: Callable[[World], Sequence[Arm]]
    judge: Callable[["Seen"], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the finished runs of an entry show; futures come first in every array.

    Attributes
    ----------
    start, strategy_start : date
        First day of the runs, and from which on strategies act.
    outcomes, weekly : mapping of arm to mapping of name to ndarray, shape (F,) or (F, W)
        NaN where a run failed.
    """

    start: date
    strategy_start: date
    outcomes: Mapping[str, Mapping[str, FloatArray]]
    weekly: Mapping[str, Mapping[str, FloatArray]]

    def outcome(self, arm: str, name: str) -> FloatArray:
        """Return an outcome in every future, shape (F,)."""
        return self.outcomes[arm][name]

    def gap(self, arm: str, base: str, name: str) -> FloatArray:
        """Return the paired difference of an outcome, shape (F,)."""
        return self.outcome(arm, name) - self.outcome(base, name)

    def series(self, arm: str, name: str) -> FloatArray:
        """Return a weekly series in every future, shape (F, W)."""
        return self.weekly[arm][name]

    def week_of(self, day: date) -> int:
        """Return the week in which a day lies."""
        return (day - self.start).days // 7


def keep(result: RunResult) -> dict[str, Table]:
    """Return what the catalogue keeps of a run: its outcomes, and some weekly series."""
    weekly: Table = {"week": result.series("week")}
    weekly |= {name: result.series(name) for name in SERIES}
    more = {
        "site_slip_sd_weeks": np.array([site_slip_sd_weeks(result)]),
        "grid_wait_weeks": np.array([grid_wait_weeks(result)]),
    }
    return {"outcomes": measures(result) | more, "weekly": weekly}


def site_slip_sd_weeks(result: RunResult) -> float:
    """Return how far sites that the lab chose later spread in their slip against plan [week].

    The standard deviation over sites of the mean slip of their finished buildings; NaN with fewer
    than two such sites.
    """
    t = result.tables["phases"]
    slip = t["finish_week"] - t["planned_finish_week"]
    means = [
        float(slip[mine].mean())
        for site in sorted(chosen_later(result))
        if (mine := (t["site"].astype(str) == site) & ~np.isnan(slip)).any()
    ]
    return float(np.std(means, ddof=1)) if len(means) > 1 else float("nan")


def grid_wait_weeks(result: RunResult) -> float:
    """Return how long sites that the lab chose later waited for firm capacity [week].

    The mean weeks from announcement to the grant; a site that got none by the end does not count.
    NaN where none was given.
    """
    events = result.tables["events"]

    def weeks(kind: str) -> dict[str, float]:
        mine = events["kind"] == kind
        return dict(zip(map(str, events["site"][mine]), events["week"][mine], strict=True))

    announced, granted = weeks("announced"), weeks("headroom")
    waits = [granted[s] - announced[s] for s in sorted(chosen_later(result) & set(granted))]
    return float(np.mean(waits)) if waits else float("nan")


def chosen_later(result: RunResult) -> set[str]:
    """Return the sites that the lab announced by its own choice, not by record."""
    events = result.tables["events"]
    announced = events["kind"] == "announced"
    pairs = zip(events["site"][announced], events["text"][announced], strict=True)
    return {str(site) for site, text in pairs if "recorded" not in str(text)}


def specs(
    arms: Sequence[Arm], base: World, count: int, seed: int, weeks: int | None
) -> dict[str, list[RunSpec]]:
    """Return the runs of every arm, on the same `count` futures of `base`.

    A number that an arm sets holds in all of its futures; the central future is not run.
    """
    common = [code_digest(), versions(), "catalogue", SERIES, NAMES, weeks]
    sampled = futures(base, count, seed)
    found: dict[str, list[RunSpec]] = {}
    for arm in arms:
        options = (("nulls", arm.nulls),) if arm.nulls else ()
        who = [arm.world.model_dump_json(), arm.strategy.model_dump_json(), options]
        found[arm.name] = []
        for number in range(1, count + 1):
            values = tuple({**sampled[number], **arm.values}.items())
            inputs = [*common, *who, number, seed + number, values]
            run = sha256(json.dumps(inputs).encode()).hexdigest()[:16]
            found[arm.name].append(
                RunSpec(arm.world, arm.strategy, number, seed + number, weeks, values, run, options)
            )
    return found


def seen(folder: Path, runs: Mapping[str, Sequence[RunSpec]]) -> Seen:
    """Read finished runs, arm by arm and future by future.

    A run that failed leaves NaN in its place.
    """
    world = next(iter(runs.values()))[0].world
    outcomes, weekly = read(folder, "outcomes"), read(folder, "weekly")
    row = {str(run): i for i, run in enumerate(outcomes["run"])}
    names, firsts, counts = np.unique(
        weekly["run"].astype(str), return_index=True, return_counts=True
    )
    place = {name: slice(i, i + n) for name, i, n in zip(names, firsts, counts, strict=True)}
    length = int(counts.max())
    missing = np.full(length, np.nan)

    def values(run: str, name: str) -> float:
        return float(outcomes[name][row[run]]) if run in row else float("nan")

    def course(run: str, name: str) -> FloatArray:
        return np.asarray(weekly[name][place[run]], float) if run in place else missing

    return Seen(
        world.start,
        world.strategy_start,
        {
            arm: {name: np.array([values(s.run, name) for s in group]) for name in NAMES}
            for arm, group in runs.items()
        },
        {
            arm: {name: np.stack([course(s.run, name) for s in group]) for name in SERIES}
            for arm, group in runs.items()
        },
    )
