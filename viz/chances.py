"""The longer questions about a site: its dates over many seeds, and a world without a cause."""

from collections.abc import Callable
from concurrent.futures import as_completed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from ecosystem.observables import CAUSES
from ecosystem.results import RunResult
from ecosystem.units import WEEKS_PER_YEAR, date_of
from experiments.ensemble import MILESTONES, Ensemble, explained, gather, keep, replications
from experiments.runner import run_all
from experiments.whatif import Sites, relaxed_dates
from viz.cases import Case, explain_run, look_at
from viz.errands import Errand
from viz.figures import reached
from viz.state import Catalogue, Choice

SEEDS = (10, 20, 50, 100)
"""How many replications can be asked for."""
_BAND = (0.1, 0.5, 0.9)


def chances_of(case: Case, site: str, seeds: int, errand: Errand[Ensemble]) -> Ensemble:
    """Make the run again with other seeds and say what that says of a site.

    Raises
    ------
    InputError
        If no replication opened the site.
    experiments.runner.Cancelled
        If it was stopped.
    """
    first = case.choice.seed
    specs = replications(case.world, case.strategy, seeds, 0, first, None)
    with TemporaryDirectory(prefix="ecosystem-") as name, errand.lend() as workers:
        folder = Path(name)
        run_all(
            specs,
            workers.processes,
            errand.report,
            folder,
            simulate=explained,
            keep=keep,
            executor=workers.executor,
            cancelled=errand.stopped,
        )
        return gather(folder, [spec.run for spec in specs], site, case.start)


def relaxed(case: Case, site: str, errand: Errand[dict[str, Sites]]) -> dict[str, Sites]:
    """Make the run again eight times, each time with one cause that holds nothing back here."""
    run = (case.world, case.strategy, case.choice.seed, None)
    found: dict[str, Sites] = {}
    errand.report(0, len(CAUSES))
    with errand.lend() as workers:
        submit = workers.executor.submit
        waiting = {submit(relaxed_dates, *run, cause, site): cause for cause in CAUSES}
        for future in as_completed(waiting):
            found[waiting[future]] = future.result()
            errand.report(len(found), len(CAUSES))
    return {cause: found[cause] for cause in CAUSES}


class Tools(NamedTuple):
    """How the page gets what it shows; tests give others."""

    explain: Callable[[Catalogue, Choice], Case] = explain_run
    look: Callable[[Catalogue, Choice, int], RunResult] = look_at
    chances: Callable[[Case, str, int, Errand[Ensemble]], Ensemble] = chances_of
    relax: Callable[[Case, str, Errand[dict[str, Sites]]], dict[str, Sites]] = relaxed


def chance_figure(case: Case, e: Ensemble) -> str:
    """Draw the chance of first power, and of completion, by date."""
    year = case.start.year + (case.start.timetuple().tm_yday - 1) / 365.25
    times = {name: np.sort(e.reached[name]) for name in MILESTONES}
    late = [w for weeks in times.values() for w in weeks if np.isfinite(w)]
    early = min(late, default=0.0)
    shift = min(0.0, early)
    if shift:  # what was reached before the run began
        times = {name: weeks - shift for name, weeks in times.items()}
    return reached(
        f"Chance of being there by a date, {e.runs} simulated seeds",
        times,
        case.weeks - shift,
        year + shift / WEEKS_PER_YEAR,
        "share of replications; dashed: first power. Same numbers, other chance; not a forecast",
    )


def chance_rows(case: Case, e: Ensemble) -> list[list[str]]:
    """Return plan, 10, 50 and 90% date and the share not in time, by milestone."""
    rows: list[list[str]] = []
    for name in MILESTONES:
        weeks = e.reached[name]
        if not len(weeks):
            continue
        cells = [_month(case, _quantile(weeks, q)) for q in _BAND]
        late = f"{np.isinf(weeks).mean():.0%}"
        rows.append([name, _month(case, _quantile(e.planned[name], 0.5)), *cells, late])
    return rows


def bound_rows(e: Ensemble) -> list[list[str]]:
    """Return by cause the weeks that it cost over the replications, median and 80% of them."""
    words = sorted({word for name, word in e.shares if word != "slip"})
    rows: list[tuple[float, list[str]]] = []
    for word in words:
        cells, size = [word], 0.0
        for name in MILESTONES:
            low, mid, high = (_quantile(e.shares[name, word], q) for q in _BAND)
            cells.append(f"{mid:.1f} [{low:.1f}, {high:.1f}]".replace("-", "−"))
            size = max(size, abs(mid), abs(low), abs(high))
        cells.append(f"{e.bound[word]:.0%}" if word in e.bound else "–")
        if size >= 0.05:
            rows.append((-abs(float(_quantile(e.shares["completion", word], 0.5))), cells))
    return [cells for _, cells in sorted(rows)]


def _quantile(weeks: "np.ndarray[tuple[int], np.dtype[np.float64]]", q: float) -> float:
    # an order statistic: weeks not reached are infinite
    return float(np.quantile(weeks, q, method="inverted_cdf")) if len(weeks) else np.nan


def _month(case: Case, week: float) -> str:
    return f"{date_of(week, case.start):%Y-%m}" if np.isfinite(week) else "later"
