"""The cluster core against published measurements: every check with its tolerance.

`checks` is what ``ecosystem validate cluster`` prints; `training_points`, `serving_points` and
`frontier_points` are what it draws. Nothing here is imported by a simulation.
"""

from dataclasses import replace
from math import factorial

import numpy as np

from ecosystem.checks import Check
from ecosystem.cluster import capability, reliability, serving
from ecosystem.cluster.calibration import (
    Runs,
    fit,
    flat_share_errors,
    left_out_errors,
    load_runs,
    relative_errors,
    scaling_errors,
    scaling_points,
)
from ecosystem.cluster.frontier import (
    Frontier,
    frontier_of,
    left_out_log_errors,
    log_linear_errors,
)
from ecosystem.cluster.serving_calibration import (
    DEEPSEEK_V4_PRO,
    FREE_SECOND,
    SECOND,
    ServingRuns,
    left_out_serving_errors,
    load_serving_runs,
    serving_log_errors,
)
from ecosystem.units import FloatArray

# write s, MTTF h, restart s: efficiency at the best interval
GOODPUT_TABLE = (
    (60.0, 3.00, 300.0, 0.874),
    (2.5, 3.09, 180.0, 0.963),
    (300.0, 1.80, 600.0, 0.662),
    (60.0, 0.225, 300.0, 0.458),
)
# law, loss at (70e9, 1.4e12) and (405e9, 15.6e12)
LOSS_TABLE = (
    (capability.HOFFMANN, 1.9366, 1.8190),
    (capability.HOFFMANN_TEX, 1.9208, 1.8119),
    (capability.BESIROGLU, 1.9739, 1.8926),
)
ERLANG_TABLE = ((1, 0.8, 0.8), (3, 2.5, 0.7022), (10, 8.0, 0.4092), (1000, 950.0, 0.0683))
# Series whose software is not of one kind are reported with a wider limit.
LOOSE = ("megascale megatronlm", "megatron21 t2")


def checks(leave_out: bool = True) -> list[Check]:
    """Return every check; without `leave_out` the ones that refit (about 10 s) are skipped."""
    found = training_checks(leave_out) + serving_checks(leave_out)
    return found + scaling_checks() + closed_form_checks()


def training_checks(leave_out: bool = True) -> list[Check]:
    """Return errors of training throughput on 56 published runs, and on runs never fitted."""
    runs = load_runs()
    errors = np.abs(relative_errors(runs)) * 100.0
    flat = float(np.median(np.abs(flat_share_errors(runs)))) * 100.0
    found = [
        *_spread("training", "error", errors, (5.0, 14.0, 21.0)),
        Check("training", "median over that of a flat share", _median(errors) / flat, 0.5, "1"),
    ]
    fresh = np.abs(relative_errors(load_runs("context"))) * 100.0
    found += _spread("training", "error on runs outside the fit", fresh, (np.inf, np.inf, np.inf))
    selene = np.abs(relative_errors(load_runs("selene"))) * 100.0
    mean = float(selene.mean())
    found.append(Check("training", "Selene 2022, eight points: mean error", mean, 5.0, "%"))
    if leave_out:
        left = np.abs(left_out_errors(runs, runs.series)) * 100.0
        found += _spread("training", "error, series left out", left, (10.0, 20.0, np.inf))
        found += _blind_checks(runs)
    return found


def _blind_checks(runs: Runs) -> list[Check]:
    """Return errors when nothing is told about how well software hides communication.

    Overlap and parallel blocks are stated by publications, but each holds for whole series; this
    says how much the model owes to them.
    """
    count = len(runs.name)
    jobs = replace(runs.jobs, overlap=np.ones(count), parallel_block=np.zeros(count))
    blind = replace(runs, jobs=jobs)
    errors = np.abs(relative_errors(blind, fit(blind))) * 100.0
    return _spread("training", "error without overlap inputs", errors, (np.inf, np.inf, np.inf))


def scaling_checks() -> list[Check]:
    """Return the largest error of strong-scaling efficiency by series."""
    worst: dict[str, float] = {}
    for series, points in scaling_errors(load_runs()):
        worst[series] = max(points, worst.get(series, 0.0))
    return [
        Check("strong scaling", series, points, 12.0 if series in LOOSE else 5.0, "points")
        for series, points in worst.items()
    ]


def serving_checks(leave_out: bool = True) -> list[Check]:
    """Return errors of serving: given concurrency and pools, and along the frontier."""
    runs = load_serving_runs()
    bars = (15.0, 30.0)
    found = _serving_spread("serving", "", np.expm1(serving_log_errors(runs)), bars)
    if leave_out:
        found += _serving_spread("serving", ", left out", left_out_serving_errors(runs), bars)
    other = np.expm1(serving_log_errors(load_serving_runs("held_out")))
    found += _serving_spread("serving", " on B200, not fitted", other)
    return found + _frontier_checks("frontier", "", runs, True) + _second_model_checks(leave_out)


def _second_model_checks(leave_out: bool) -> list[Check]:
    """Return errors for DeepSeek-V4-Pro: constants of the first model, then three of its own."""
    runs, area, bars = load_serving_runs("second"), "second model", (15.0, 30.0)
    moved = np.expm1(serving_log_errors(runs, model=DEEPSEEK_V4_PRO))
    found = _serving_spread(area, ", not fitted", moved)
    own = np.expm1(serving_log_errors(runs, SECOND, DEEPSEEK_V4_PRO))
    found += _serving_spread(area, "", own, bars)
    if leave_out:
        left = left_out_serving_errors(runs, SECOND, DEEPSEEK_V4_PRO, FREE_SECOND)
        found += _serving_spread(area, ", left out", left, bars)
    newer = load_serving_runs("held_out_second")
    other = np.expm1(serving_log_errors(newer, SECOND, DEEPSEEK_V4_PRO))
    found += _serving_spread(area, " on GB300, not fitted", other)
    return found + _frontier_checks(area, "frontier, ", runs, False)


def _frontier_checks(area: str, what: str, runs: ServingRuns, promised: bool) -> list[Check]:
    """Return errors of points of a frontier that were left out, and those over a line's."""
    measured = frontier_of(runs.user_tokens_per_s, runs.tokens_per_s)
    errors = np.abs(left_out_log_errors(measured))
    line = np.abs(log_linear_errors(measured, leave_out=True))
    largest, over = float(errors.max()), _ratio(errors, line)
    return [
        Check(area, f"{what}largest |ln| error, left out", largest, 0.25, "1", promised),
        Check(area, f"{what}mean |ln| error over a line's", over, 1.0, "1", promised),
    ]


def closed_form_checks() -> list[Check]:
    """Return errors of the published worked numbers."""
    goodput = 0.0
    for write, hours, restart, share in GOODPUT_TABLE:
        mttf = hours * 3600.0
        interval = reliability.daly_s(write, mttf)
        got = float(reliability.efficiency_exact(interval, write, restart, mttf))
        goodput = max(goodput, abs(got / share - 1.0) * 100.0)
    loss = max(
        max(abs(law.loss(70e9, 1.4e12) - small), abs(law.loss(405e9, 15.6e12) - large))
        for law, small, large in LOSS_TABLE
    )
    waits = max(abs(float(serving.erlang_c(c, a)) - p) for c, a, p in ERLANG_TABLE)
    direct = max(
        abs(float(serving.erlang_c(c, share * c)) - _erlang_c_directly(c, share * c))
        for c in (1, 2, 5, 20, 100)
        for share in (0.1, 0.5, 0.9, 0.99)
    )
    return [
        Check("goodput", "largest error of the worked table", goodput, 1.0, "%"),
        Check("loss", "largest error of the worked table", float(loss), 5e-5, "nats"),
        Check("queueing", "largest error of the worked table", waits, 5e-5, "1"),
        Check("queueing", "largest difference from a direct solution", direct, 1e-9, "1"),
    ]


def _erlang_c_directly(servers: int, offered: float) -> float:
    """Return the probability to wait from the stationary distribution of M/M/c, summed up."""
    terms = [offered**k / factorial(k) for k in range(servers)]
    waiting = offered**servers / factorial(servers) * servers / (servers - offered)
    return waiting / (sum(terms) + waiting)


def training_points(use: str = "calibrate") -> tuple[tuple[str, ...], FloatArray, FloatArray]:
    """Return generation, measured and predicted FLOP/s per accelerator: calibrate or selene."""
    runs = load_runs(use)
    return runs.generation, runs.flop_per_s, runs.flop_per_s * (1.0 + relative_errors(runs))


def serving_points(use: str = "calibrate") -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return concurrency, and speed and throughput (2, K) measured and predicted.

    `use` as in :func:`load_serving_runs`, of points with pools.
    """
    runs = load_serving_runs(use)
    measured = np.array([runs.user_tokens_per_s, runs.tokens_per_s])
    second = use in ("second", "held_out_second")
    errors = (
        serving_log_errors(runs, SECOND, DEEPSEEK_V4_PRO) if second else serving_log_errors(runs)
    )
    return runs.concurrency, measured, measured * np.exp(errors)


def strong_scaling_points() -> tuple[tuple[str, ...], FloatArray, FloatArray]:
    """Return series, measured and predicted efficiency of the larger runs of each experiment."""
    points = scaling_points(load_runs())
    series = tuple(name for name, seen, _ in points for _ in seen)
    return (
        series,
        np.concatenate([seen for _, seen, _ in points]),
        np.concatenate([got for *_, got in points]),
    )


def measured_frontier(use: str = "calibrate") -> Frontier:
    """Return the frontier of the measured points of a model: calibrate or second."""
    runs = load_serving_runs(use)
    return frontier_of(runs.user_tokens_per_s, runs.tokens_per_s)


def frontier_points(points: int = 100, use: str = "calibrate") -> tuple[FloatArray, FloatArray]:
    """Return user speed and throughput along the frontier."""
    measured = measured_frontier(use)
    slowest, fastest = (float(measured.user_tokens_per_s[i]) for i in (0, -1))
    speed = slowest + (fastest - slowest) * np.linspace(0.0, 1.0, points)
    return speed, measured.at(speed)


def _spread(
    area: str, name: str, errors: FloatArray, limits: tuple[float, float, float]
) -> list[Check]:
    """Return median, 90th percentile and largest of `errors` in per cent."""
    figures = (
        ("median", _median(errors)),
        ("90th percentile", float(np.quantile(errors, 0.9))),
        ("largest", float(errors.max())),
    )
    return [
        Check(area, f"{name}: {figure}", value, limit, "%")
        for (figure, value), limit in zip(figures, limits, strict=True)
    ]


def _serving_spread(
    area: str,
    what: str,
    errors: FloatArray,
    limits: tuple[float, float] = (np.inf, np.inf),
) -> list[Check]:
    """Return median and largest of relative errors of user speed and throughput, shape (2, K)."""
    speed, rate = np.abs(errors) * 100.0
    return [
        Check(area, f"{name} error{what}: {figure}", value, limit, "%")
        for name, found in (("throughput", rate), ("user speed", speed))
        for figure, value, limit in (
            ("median", _median(found), limits[0]),
            ("largest", float(found.max()), limits[1]),
        )
    ]


def _median(values: FloatArray) -> float:
    return float(np.median(values))


def _ratio(values: FloatArray, baseline: FloatArray) -> float:
    return float(values.mean() / baseline.mean())
