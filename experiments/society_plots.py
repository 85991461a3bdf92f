"""The plots of ``ecosystem validate society``."""

from collections.abc import Sequence

import numpy as np

from ecosystem.national import CENSUS, START
from ecosystem.units import WEEKS_PER_YEAR, FloatArray, week_of
from experiments.history_matching import Figures
from experiments.society_runs import MOODS, folds, forecast, nation, quantiles, target, variants
from viz.evidence import COLOURS, Axis, Series, plot


def plots() -> dict[str, str]:
    """Return all plots by file name."""
    return {
        "contested.svg": contested_plot(),
        "cancelled.svg": cancelled_plot(),
        "fold.svg": fold_plot(),
        "opinion_rules.svg": rules_plot(),
    }


def _band(found: Sequence[Figures]) -> FloatArray:
    return np.quantile(np.array([f.share for f in found]), (0.05, 0.5, 0.95), axis=0)


def contested_plot() -> str:
    """Return the contested share over time, forecast from 2026 on."""
    band, frozen = _band(forecast()["observed"]), _band(forecast()["frozen"])
    default = _band(nation())[1]
    year = 2023 + 4 * np.arange(band.shape[1]) / WEEKS_PER_YEAR
    late = year >= 2026
    x, y = Axis("year", 2023.0, 2026.6), Axis("share of planned projects with a campaign", 0.0, 1.0)
    row = target("contested_share")
    at = np.array([2023 + week_of(CENSUS, START) / WEEKS_PER_YEAR])
    found = [
        Series("fitted, 5-95%", year, band[0], "line", "#bbbbbb"),
        Series("", year, band[2], "line", "#bbbbbb"),
        Series("fitted, median", year, band[1], "line"),
        Series("frozen mood", year[late], frozen[1][late], "line", COLOURS[2]),
        Series("default numbers", year, default, "dash"),
        Series("counted", at, np.array([row.cases / row.of]), "dot", COLOURS[1]),
    ]
    return plot("Contested projects: fitted to 2025, 2026 given the mood", x, y, found)


def cancelled_plot() -> str:
    """Return cancellations a year, and in the first quarter of 2026."""
    observed, frozen = forecast()["observed"], forecast()["frozen"]
    names = ("cancelled_2023", "cancelled_2024", "cancelled_2025", "cancelled_2026q1")
    at = np.array([2023.5, 2024.5, 2025.5, 2026.125])
    floor = 0.5
    got = np.array([quantiles(n, observed) for n in names])
    seen = np.array([target(n).cases for n in names])
    x, y = (
        Axis("year", 2023.0, 2026.6),
        Axis("projects cancelled (0.5: none)", floor, 200.0, log=True),
    )
    clipped = np.clip(got, floor, y.high)
    found = [
        Series("", np.array([a, a]), row[[0, 2]], "line", "#bbbbbb")
        for a, row in zip(at, clipped, strict=True)
    ]
    still = np.clip(quantiles(names[-1], frozen)[1:2], floor, y.high)
    base = np.clip([quantiles(n, nation())[1] for n in names], floor, y.high)
    found += [
        Series("fitted, median", at, clipped[:, 1]),
        Series("frozen mood", at[-1:] + 0.06, still, "ring", COLOURS[2]),
        Series("default numbers", at - 0.06, base, "ring", COLOURS[4]),
        Series("counted", at + 0.03, seen, "dot", COLOURS[1]),
    ]
    return plot("Cancelled under a campaign: years, and one quarter of 2026", x, y, found)


def fold_plot() -> str:
    """Return the contested share against mood, down and up."""
    x = Axis("national net support", -0.8, 0.4)
    y = Axis("share of hosts with a campaign, all announced", 0.0, 1.0)
    found: list[Series] = []
    for i, (name, share) in enumerate(folds().items()):
        down, up = share[: len(MOODS)], share[len(MOODS) :]
        found.append(Series(f"{name}, falling", MOODS, down, "line", COLOURS[i]))
        found.append(Series(f"{name}, rising", MOODS[::-1], up, "ring", COLOURS[i]))
    return plot("The fold: contested share against mood", x, y, found)


def rules_plot() -> str:
    """Return the contested share against mood by rule of opinion."""
    x = Axis("national net support", -0.8, 0.4)
    y = Axis("share of hosts with a campaign, all announced", 0.0, 1.0)
    found: list[Series] = []
    for i, (rule, share) in enumerate(variants().items()):
        name = rule.replace("_", " ")
        found.append(Series(name, MOODS, share["S0"], "line", COLOURS[i]))
        found.append(Series("with agreement", MOODS, share["agreed"], "ring", COLOURS[i]))
    return plot("The same by rule of opinion", x, y, found)
