"""Published serving measurements against the serving model: read, compare, fit.

Everything here is for validation and for finding the constants; a simulation never imports it.
"""

# SciPy ships no stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

import csv
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np
from scipy.optimize import least_squares

from ecosystem.cluster.decode import (
    DEEPSEEK_R1,
    FITTED,
    ServedModel,
    ServingConstants,
    closed_loop,
)
from ecosystem.cluster.hardware import load_generations
from ecosystem.units import FloatArray, IntArray

FREE = ("step_s", "bandwidth_share", "compute_share", "admitted_share")

# 1.6e12 parameters of which 49e9 are active; nothing else about it is published, so shared and
# routed parameters, experts and cache are set as in DeepSeek-R1.
DEEPSEEK_V4_PRO = ServedModel(21.9e9, 1_578e9, 256.0, 4.4, 0.5625, 35_136.0)


@dataclass(frozen=True, slots=True, eq=False)
class ServingRuns:
    """Measured serving points, arrays of shape (K,); NaN where a source does not say."""

    name: tuple[str, ...]
    concurrency: FloatArray
    prefill_accelerators: FloatArray
    decode_accelerators: FloatArray
    tokens_in: FloatArray
    tokens_out: FloatArray
    hbm_bytes_per_s: FloatArray
    peak_flop_per_s: FloatArray
    user_tokens_per_s: FloatArray
    tokens_per_s: FloatArray

    def take(self, rows: IntArray) -> "ServingRuns":
        """Return the runs at `rows`."""
        return ServingRuns(
            tuple(self.name[i] for i in rows),
            self.concurrency[rows],
            self.prefill_accelerators[rows],
            self.decode_accelerators[rows],
            self.tokens_in[rows],
            self.tokens_out[rows],
            self.hbm_bytes_per_s[rows],
            self.peak_flop_per_s[rows],
            self.user_tokens_per_s[rows],
            self.tokens_per_s[rows],
        )


def load_serving_runs(use: str = "calibrate") -> ServingRuns:
    """Read measured points marked with `use`: calibrate, second (another model) or context."""
    text = (files("ecosystem") / "data" / "serving_runs.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["use"] == use]
    known = load_generations()
    chips = [known.select(row["generation"]) for row in rows]
    peaks = [
        chip.peak_flop_per_s("fp4" if row["bits"] == "4" else "fp8")[0]
        for chip, row in zip(chips, rows, strict=True)
    ]

    def column(name: str) -> FloatArray:
        return np.array([float(row[name] or "nan") for row in rows])

    return ServingRuns(
        name=tuple(row["id"] for row in rows),
        concurrency=column("concurrency"),
        prefill_accelerators=column("prefill_accelerators"),
        decode_accelerators=column("decode_accelerators"),
        tokens_in=column("tokens_in"),
        tokens_out=column("tokens_out"),
        hbm_bytes_per_s=np.array([float(chip.hbm_tbps[0]) * 1e12 for chip in chips]),
        peak_flop_per_s=np.array(peaks),
        user_tokens_per_s=column("tokens_per_s_per_user"),
        tokens_per_s=column("tokens_per_s_per_accelerator"),
    )


def serving_log_errors(
    runs: ServingRuns,
    constants: ServingConstants = FITTED,
    model: ServedModel = DEEPSEEK_R1,
) -> FloatArray:
    """Return ln(predicted/measured) of user speed and of throughput, shape (2, K)."""
    got = closed_loop(
        runs.concurrency,
        runs.prefill_accelerators,
        runs.decode_accelerators,
        float(runs.tokens_in[0]),
        float(runs.tokens_out[0]),
        model,
        runs.hbm_bytes_per_s,
        runs.peak_flop_per_s,
        constants,
    )
    return np.log(np.array(got) / np.array([runs.user_tokens_per_s, runs.tokens_per_s]))


def fit_serving(runs: ServingRuns, start: ServingConstants = FITTED) -> ServingConstants:
    """Return the constants that fit `runs`: least squares on log ratios of speed and throughput."""

    def constants_at(logs: FloatArray) -> ServingConstants:
        return replace(start, **dict(zip(FREE, map(float, np.exp(logs)), strict=True)))

    def residuals(logs: FloatArray) -> FloatArray:
        return serving_log_errors(runs, constants_at(logs)).ravel()

    found = least_squares(
        residuals,
        np.log([getattr(start, name) for name in FREE]),
        diff_step=1e-3,
        max_nfev=60,
    )
    return constants_at(found.x)


def left_out_serving_errors(runs: ServingRuns) -> FloatArray:
    """Return predicted over measured less one for each point left out of the fit, (2, K)."""
    count = len(runs.name)
    errors = np.empty((2, count))
    for i in range(count):
        constants = fit_serving(runs.take(np.flatnonzero(np.arange(count) != i)))
        errors[:, i] = serving_log_errors(runs.take(np.array([i])), constants)[:, 0]
    return np.expm1(errors)


def best_throughput(
    user_tokens_per_s: FloatArray,
    runs: ServingRuns,
    model: ServedModel,
    constants: ServingConstants = FITTED,
) -> FloatArray:
    """Return what the serving model holds possible at a user speed, over pools and concurrency.

    Decode pools of 8 to 64 accelerators, prefill pools of an eighth of them to twice as many.
    The first run's hardware and request length.
    """
    decode = np.array([8.0, 16.0, 32.0, 64.0])[:, None, None]
    prefill = decode * np.array([0.125, 0.25, 0.5, 1.0, 2.0])[None, :, None]
    concurrency = np.geomspace(1.0, 65_536.0, 120)[None, None, :]
    shape = np.broadcast_shapes(decode.shape, prefill.shape, concurrency.shape)
    pools = [np.broadcast_to(x, shape).ravel() for x in (concurrency, prefill, decode)]
    speed, rate = closed_loop(
        pools[0],
        pools[1],
        pools[2],
        float(runs.tokens_in[0]),
        float(runs.tokens_out[0]),
        model,
        float(runs.hbm_bytes_per_s[0]),
        float(runs.peak_flop_per_s[0]),
        constants,
    )
    fast = speed[None, :] >= user_tokens_per_s[:, None]
    return np.where(fast, rate[None, :], 0.0).max(axis=1)
