"""What ``ecosystem validate`` checks: the model's parts against published measurements."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecosystem.cluster import validation
from ecosystem.cluster.frontier import log_linear
from ecosystem.cluster.validation import Check
from ecosystem.errors import InputError
from experiments.summary import grid, paragraph
from viz.evidence import COLOURS, Axis, Series, diagonal, plot, spanning

SUBJECTS = {"cluster": "the compute core: training, reliability, capability, serving"}
HEAD = ("area", "check", "value", "limit", "unit", "ok")


def subjects_text() -> str:
    """List what there is to validate."""
    rows = list(SUBJECTS.items())
    return grid(("name", "what"), rows, left=(0, 1)) + "\n\necosystem validate NAME [--out DIR]"


def check_subject(name: str) -> None:
    """Refuse a subject that does not exist."""
    if name not in SUBJECTS:
        known = ", ".join(SUBJECTS)
        raise InputError(f"Nothing to validate is called '{name}'; known are {known}.")


def rows_of(checks: Sequence[Check]) -> list[list[str]]:
    """Return the cells of the table, one row per check, in the order of `HEAD`."""
    return [[c.area, c.name, _figure(c.value), _limit(c), c.unit, _verdict(c)] for c in checks]


def table_text(checks: Sequence[Check]) -> str:
    """Return the table for a console of 100 columns, with what its words mean and a sum."""
    promised = [c for c in checks if c.promised and np.isfinite(c.limit)]
    broken = [c for c in checks if c.failed]
    missed = [c for c in checks if not c.promised and not c.ok]
    notes = (
        f"{len(promised) - len(broken)} of {len(promised)} promises are kept. A limit in brackets "
        f"is an aim: missing it is reported and does not count; {len(missed)} "
        f"{'is' if len(missed) == 1 else 'are'} missed. Rows without a limit are for information."
    )
    return grid(HEAD, rows_of(checks), left=(0, 1, 4, 5)) + "\n\n" + paragraph(notes)


def table_markdown(checks: Sequence[Check]) -> str:
    """Return the same table in Markdown."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---|---|--:|--:|---|---|"]
    cells = ([row[0], row[1].replace("|ln|", "ln"), *row[2:]] for row in rows_of(checks))
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in cells)]) + "\n"


def write(checks: Sequence[Check], out: Path) -> list[Path]:
    """Write the table, as CSV and Markdown, and the plots; return the files."""
    files = {"cluster.md": table_markdown(checks), **plots()}
    for name, content in files.items():
        (out / name).write_text(content, encoding="utf-8")
    with (out / "cluster.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow((*HEAD[:-1], "promised", "ok"))
        for c in checks:
            writer.writerow((c.area, c.name, c.value, c.limit, c.unit, c.promised, c.ok))
    return [out / name for name in ("cluster.csv", *files)]


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


def _figure(value: float) -> str:
    return f"{value:.1e}" if 0 < value < 1e-3 else f"{value:.3g}"


def _limit(check: Check) -> str:
    if not np.isfinite(check.limit):
        return "-"
    limit = f"{check.limit:.0e}" if check.limit < 1e-3 else f"{check.limit:g}"
    return limit if check.promised else f"({limit})"


def _verdict(check: Check) -> str:
    if not np.isfinite(check.limit) and check.ok:
        return "-"
    if check.ok:
        return "yes" if check.promised else "aim met"
    return "NO" if check.promised else "aim missed"
