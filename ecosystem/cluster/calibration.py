"""Published training runs against the training model: read, compare, fit.

Everything here is for validation and for finding the constants; a simulation never imports it.
"""

# SciPy ships no stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

import csv
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from ecosystem.cluster.hardware import every_generation
from ecosystem.cluster.layout import PRECISION, Space, hardware_of, search_space
from ecosystem.cluster.training import FITTED, Jobs, TrainingConstants
from ecosystem.units import FloatArray, IntArray

# What a fit may move, and between what; the three others are set by hand.
BOUNDS: dict[str, tuple[float, float]] = {
    "elementwise_bytes": (20.0, 1200.0),
    "steady_share": (0.5, 1.0),
    "hidden_share": (0.0, 0.97),
    "speed_spread": (0.0, 0.15),
    "flop_per_joule": (1e12, 5e12),
    "energy_exponent": (0.2, 1.0),
}
STATED = (
    "accelerators",
    "batch",
    "sequence",
    "parameters",
    "layers",
    "width",
    "head_width",
    "kv_share",
    "overlap",
    "parallel_block",
    "fused",
    "sequence_parallel",
    "recompute",
    "sharded",
    "bits",
)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Published runs, K of them: what was run and what was measured.

    Attributes
    ----------
    name, series, generation : tuple of str
        Row id, publication with system and software, hardware; for reports and for leaving a
        series out, never for a prediction.
    jobs : Jobs
        Inputs; NaN where the publication does not say.
    flop_per_s : ndarray, shape (K,)
        Measured useful FLOP/s per accelerator, converted to 6 N D.
    """

    name: tuple[str, ...]
    series: tuple[str, ...]
    generation: tuple[str, ...]
    jobs: Jobs
    flop_per_s: FloatArray

    def take(self, rows: IntArray) -> "Runs":
        """Return the runs at `rows`."""
        return Runs(
            name=tuple(self.name[i] for i in rows),
            series=tuple(self.series[i] for i in rows),
            generation=tuple(self.generation[i] for i in rows),
            jobs=self.jobs.take(rows),
            flop_per_s=self.flop_per_s[rows],
        )


def load_runs(use: str = "calibrate") -> Runs:
    """Read published runs of dense pretraining marked with `use`: calibrate or context."""
    text = (files("ecosystem") / "data" / "training_runs.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["use"] == use]
    known = every_generation()
    chips = [
        hardware_of(known.select(row["generation"]), PRECISION[int(row["bits"])]) for row in rows
    ]
    columns: dict[str, Any] = {
        name: np.array([float(row[name] or "nan") for row in rows]) for name in STATED
    }
    columns |= {name: np.array([chip[name] for chip in chips]) for name in chips[0]}
    return Runs(
        name=tuple(row["id"] for row in rows),
        series=tuple(row["series"] for row in rows),
        generation=tuple(row["generation"] for row in rows),
        jobs=Jobs(**columns),
        flop_per_s=np.array([float(row["tflop_per_s"]) for row in rows]) * 1e12,
    )


def relative_errors(runs: Runs, constants: TrainingConstants = FITTED) -> FloatArray:
    """Return predicted over measured throughput less one, shape (K,)."""
    return search_space(runs.jobs, constants).flop_per_s(constants) / runs.flop_per_s - 1.0


def flat_share_errors(runs: Runs) -> FloatArray:
    """Return errors of the baseline with one constant: a flat share of the matmul ceiling."""
    share = runs.flop_per_s / runs.jobs.matmul_flop_per_s
    return np.median(share) / share - 1.0


def fit(runs: Runs, start: TrainingConstants = FITTED) -> TrainingConstants:
    """Return the constants that fit `runs`, from `start`: robust least squares on log ratios."""
    space = search_space(runs.jobs, start)
    low, high = (np.array([bound[i] for bound in BOUNDS.values()]) for i in (0, 1))

    def constants_at(unit: FloatArray) -> TrainingConstants:
        values = low + (high - low) * unit
        return replace(start, **dict(zip(BOUNDS, map(float, values), strict=True)))

    def residuals(unit: FloatArray) -> FloatArray:
        return np.log(space.flop_per_s(constants_at(unit)) / runs.flop_per_s)

    first = np.array([getattr(start, name) for name in BOUNDS])
    found = least_squares(
        residuals,
        np.clip((first - low) / (high - low), 0.01, 0.99),
        bounds=(0.0, 1.0),
        diff_step=0.01,
        loss="soft_l1",
        f_scale=0.05,
        max_nfev=40,
    )
    return constants_at(found.x)


def left_out_errors(runs: Runs, groups: tuple[str, ...]) -> FloatArray:
    """Return the errors of each run when its group was kept out of the fit, shape (K,)."""
    labels = np.array(groups)
    errors = np.empty(len(labels))
    for group in np.unique(labels):
        out = np.flatnonzero(labels == group)
        constants = fit(runs.take(np.flatnonzero(labels != group)))
        errors[out] = relative_errors(runs.take(out), constants)
    return errors


def layout_of(space: Space, constants: TrainingConstants = FITTED) -> list[dict[str, float]]:
    """Return the layout that the search prefers for each job, one mapping per job."""
    how = space.how.take(space.best(constants))
    names = [field.name for field in fields(how)]
    columns = np.array([getattr(how, name) for name in names]).T
    return [dict(zip(names, map(float, row), strict=True)) for row in columns]


def scaling_points(
    runs: Runs, constants: TrainingConstants = FITTED
) -> list[tuple[str, FloatArray, FloatArray]]:
    """Return series, measured and predicted efficiency of each strong-scaling experiment.

    Runs of one experiment against the smallest of them, which is left out.
    """
    predicted = search_space(runs.jobs, constants).flop_per_s(constants)
    found: list[tuple[str, FloatArray, FloatArray]] = []
    for series, (least, *members) in _scaling_groups(runs):
        at = np.array(members)
        seen = runs.flop_per_s[at] / runs.flop_per_s[least]
        found.append((series, seen, predicted[at] / predicted[least]))
    return found


def scaling_errors(runs: Runs, constants: TrainingConstants = FITTED) -> list[tuple[str, float]]:
    """Return, per strong-scaling experiment, its largest error in points of 100."""
    return [
        (series, float(np.abs(got - seen).max() * 100.0))
        for series, seen, got in scaling_points(runs, constants)
    ]


def _scaling_groups(runs: Runs) -> list[tuple[str, list[int]]]:
    """Return rows of each experiment, smallest first: one series, model and way of sharding.

    A batch more than three times the smallest starts another experiment.
    """
    groups: dict[tuple[str, float, bool, float], list[int]] = {}
    job = runs.jobs
    for i in np.argsort(job.batch, kind="stable"):
        if np.isnan(job.batch[i]):
            continue
        kind = (runs.series[i], float(job.parameters[i]), bool(job.sharded[i] == 1.0))
        least = [
            batch for *known, batch in groups if (*known,) == kind and job.batch[i] <= 3 * batch
        ]
        batch = least[0] if least else float(job.batch[i])
        groups.setdefault((*kind, batch), []).append(int(i))
    found = [
        (series, sorted(members, key=lambda i: job.accelerators[i]))
        for (series, *_), members in groups.items()
    ]
    return [(series, members) for series, members in found if len(members) > 1]
