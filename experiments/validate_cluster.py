"""``ecosystem validate cluster``: the compute core against published measurements."""

from collections.abc import Sequence

import numpy as np

from ecosystem.checks import Check
from ecosystem.cluster import validation
from ecosystem.cluster.frontier import log_linear
from viz.evidence import COLOURS, Series, diagonal, plot, spanning


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
        "serving.svg": serving_plot(),
        "frontier.svg": frontier_plot(),
    }


def training_plot() -> str:
    """Return predicted against measured throughput of the fitted training runs."""
    generation, seen, got = validation.training_points()
    seen, got = seen / 1e12, got / 1e12
    x = spanning(np.append(seen, got), "measured, TFLOP/s per accelerator (6ND)", log=True)
    y = x._replace(label="predicted, TFLOP/s per accelerator")
    found = [diagonal(x, 1.0, name="equal"), diagonal(x, 1.14), diagonal(x, 0.86, name="±14%")]
    found += _by_name(generation, seen, got)
    return plot(f"Training throughput of {len(seen)} published runs", x, y, found)


def scaling_plot() -> str:
    """Return predicted against measured efficiency of strong scaling."""
    _, seen, got = validation.strong_scaling_points()
    x = spanning(np.append(seen, got), "measured, share of the smallest run's throughput")
    y = x._replace(label="predicted share")
    found = [
        diagonal(x, 1.0, name="equal"),
        diagonal(x, 1.0, 0.05),
        diagonal(x, 1.0, -0.05, name="±5 points"),
        Series("larger runs", seen, got),
    ]
    return plot("Strong scaling: throughput per accelerator in larger runs", x, y, found)


def serving_plot() -> str:
    """Return throughput against user speed, measured and predicted, point by point."""
    _, seen, got = validation.serving_points()
    x = spanning(np.append(seen[0], got[0]), "tokens/s of a user", log=True)
    y = spanning(np.append(seen[1], got[1]), "tokens/s per accelerator", log=True)
    pairs = np.stack((seen, got), axis=2)
    found = [Series("", a, b, "line", "#bbbbbb") for a, b in zip(pairs[0], pairs[1], strict=True)]
    found.append(Series("measured", seen[0], seen[1]))
    found.append(Series("predicted", got[0], got[1], "ring", COLOURS[1]))
    return plot("DeepSeek-R1 on GB200, given concurrency and pools", x, y, found)


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


def _by_name(names: Sequence[str], x: np.ndarray, y: np.ndarray) -> list[Series]:
    """Return one series per name, in order of appearance."""
    label = np.array(names)
    return [
        Series(name, x[label == name], y[label == name], "dot", COLOURS[i % len(COLOURS)])
        for i, name in enumerate(dict.fromkeys(names))
    ]
