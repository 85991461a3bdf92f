"""``ecosystem validate cluster``: the compute core against published measurements."""

from collections.abc import Sequence

import numpy as np

from ecosystem.checks import Check
from ecosystem.cluster import validation
from ecosystem.cluster.frontier import log_linear
from viz.evidence import COLOURS, Axis, Series, diagonal, plot, spanning


def checks() -> list[Check]:
    """Return every figure with its limit."""
    return validation.checks()


def notes() -> list[str]:
    """Return what a reader of the table has to know besides."""
    return []


def tables() -> dict[str, str]:
    """Return further tables by file name."""
    return {}


def plots() -> dict[str, str]:
    """Return all plots by file name."""
    return {
        "training.svg": training_plot(),
        "strong_scaling.svg": scaling_plot(),
        "serving.svg": serving_plot("DeepSeek-R1", "calibrate", "GB200", "B200"),
        "serving_second.svg": serving_plot("DeepSeek-V4-Pro", "second", "GB200", "GB300"),
        "frontier.svg": frontier_plot(),
    }


def training_plot() -> str:
    """Return predicted against measured throughput of the fitted training runs, and of Selene."""
    generation, seen, got = validation.training_points()
    seen, got = seen / 1e12, got / 1e12
    fresh, guessed = (flop / 1e12 for flop in validation.training_points("selene")[1:])
    x = spanning(np.append(seen, got), "measured, TFLOP/s per accelerator (6ND)", log=True)
    y = x._replace(label="predicted, TFLOP/s per accelerator")
    found = [_equal(x), diagonal(x, 1.14), diagonal(x, 0.86, name="±14%")]
    found += _by_name(generation, seen, got)
    found.append(Series("a100, not fitted", fresh, guessed, "ring", COLOURS[-1]))
    many = len(seen) + len(fresh)
    return plot(f"Training throughput of {many} published runs", x, y, found)


def scaling_plot() -> str:
    """Return predicted against measured efficiency of strong scaling."""
    series, seen, got = validation.strong_scaling_points()
    loose = np.isin(series, validation.LOOSE)
    x = spanning(np.append(seen, got), "measured, share of the smallest run's throughput")
    y = x._replace(label="predicted share")
    found = [
        _equal(x),
        diagonal(x, 1.0, 0.05),
        diagonal(x, 1.0, -0.05, name="±5 points"),
        Series("±5 promised", seen[~loose], got[~loose]),
        Series("±12 promised", seen[loose], got[loose], "ring", COLOURS[1]),
    ]
    return plot("Strong scaling: throughput per accelerator in larger runs", x, y, found)


def serving_plot(model: str, use: str, chip: str, other: str) -> str:
    """Return throughput against user speed, measured and predicted, point by point.

    On the fitted `chip`, and on the `other` that no fit has seen.
    """
    held = "held_out" if use == "calibrate" else f"held_out_{use}"
    pairs = [validation.serving_points(name)[1:] for name in (use, held)]
    every = np.concatenate([part for pair in pairs for part in pair], axis=1)
    x = spanning(every[0], "tokens/s of a user", log=True)
    y = spanning(every[1], "tokens/s per accelerator", log=True)
    found: list[Series] = []
    for seen, got in pairs:
        ends = np.stack((seen, got), axis=2)
        found += [Series("", a, b, "line", "#bbbbbb") for a, b in zip(*ends, strict=True)]
    for name, colour, (seen, got) in zip((chip, other), COLOURS, pairs, strict=False):
        fitted = "" if name == chip else ", not fitted"
        found.append(Series(f"{name} measured", seen[0], seen[1], "dot", colour))
        found.append(Series(f"predicted{fitted}", got[0], got[1], "ring", colour))
    return plot(f"{model}, given concurrency and pools", x, y, found)


def frontier_plot() -> str:
    """Return the frontier through measured points, and a log-linear line for comparison."""
    measured = validation.measured_frontier()
    speed, rate = validation.frontier_points()
    line = log_linear(measured, speed)
    x = spanning(speed, "tokens/s of a user")
    y = spanning(np.concatenate([rate, line]), "tokens/s per accelerator", log=True)
    found = [
        Series("log-linear", speed, line, "dash"),
        Series("frontier", speed, rate, "line"),
        Series("measured", measured.user_tokens_per_s, measured.tokens_per_s, "dot", COLOURS[1]),
    ]
    return plot("Throughput against interactivity, DeepSeek-R1 on GB200", x, y, found)


def _equal(axis: Axis) -> Series:
    """Return the line on which predicted equals measured."""
    return diagonal(axis, name="equal")._replace(mark="line", colour="#999999")


def _by_name(names: Sequence[str], x: np.ndarray, y: np.ndarray) -> list[Series]:
    """Return one series per name, in order of appearance."""
    label = np.array(names)
    return [
        Series(name, x[label == name], y[label == name], "dot", COLOURS[i % len(COLOURS)])
        for i, name in enumerate(dict.fromkeys(names))
    ]
