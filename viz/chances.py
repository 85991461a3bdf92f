"""The longer questions about a site: its dates over many seeds, and a world without a cause."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ecosystem.errors import InputError
from ecosystem.units import WEEKS_PER_YEAR, date_of
from experiments.ensemble import MILESTONES, Ensemble, explained, gather, keep, replications
from experiments.runner import Progress, run_all
from experiments.whatif import Sites, relax_each
from viz.cases import Case
from viz.errands import Stopped
from viz.figures import reached

SEEDS = (10, 20, 50, 100)
"""How many replications can be asked for."""
JOBS = max(2, min(4, (os.cpu_count() or 2) - 1))
"""Processes of their own, so that the page stays quick."""
_BAND = (0.1, 0.5, 0.9)


def chances_of(case: Case, site: str, seeds: int, report: Progress, stopped: Stopped) -> Ensemble:
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
    with TemporaryDirectory(prefix="ecosystem-") as name:
        folder = Path(name)
        run_all(specs, JOBS, report, folder, simulate=explained, keep=keep, cancelled=stopped)
        return gather(folder, [spec.run for spec in specs], site, case.start)


def relaxed(case: Case, site: str, report: Progress, stopped: Stopped) -> dict[str, Sites]:
    """Make the run again eight times, each time with one cause that holds nothing back here."""
    if stopped():
        raise InputError("Stopped.")
    run = (case.world, case.strategy, case.choice.seed, None)
    return relax_each(*run, site, JOBS, report)


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
