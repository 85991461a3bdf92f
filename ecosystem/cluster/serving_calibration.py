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

# 1.6e12 parameters, 49e9 active, 6 of 384 experts (api-docs.deepseek.com/news/news260424 and the
# source of the points): hence 1,575.6e9 in experts and 24.4e9 shared. FP4 in blocks of 32 with a
# scale of one byte. Its maker gives a tenth of the cache of V3.2, which keeps what DeepSeek-R1
# does; that is said of a million tokens and taken for shorter contexts too.
DEEPSEEK_V4_PRO = ServedModel(24.4e9, 1_575.6e9, 384.0, 6.0, 0.53125, 3_513.6)
# Measured with other software, which speculates nothing: what belongs to software and model is
# fitted anew, arithmetic and admission are kept.
FREE_SECOND = ("step_s", "bandwidth_share", "prefill_share")
SECOND = replace(FITTED, step_s=4.31e-3, bandwidth_share=0.470, prefill_share=0.111)


@dataclass(frozen=True, slots=True, eq=False)
class ServingRuns:
    """Measured serving points, arrays of shape (K,); NaN where a source does not say."""

    name: tuple[str, ...]
    concurrency: FloatArray
    prefill_accelerators: FloatArray
    decode_accelerators: FloatArray
    decode_workers: FloatArray
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
            self.decode_workers[rows],
            self.tokens_in[rows],
            self.tokens_out[rows],
            self.hbm_bytes_per_s[rows],
            self.peak_flop_per_s[rows],
            self.user_tokens_per_s[rows],
            self.tokens_per_s[rows],
        )


def load_serving_runs(use: str = "calibrate") -> ServingRuns:
    """Read measured points marked with `use`.

    calibrate, second (another model), held_out and held_out_second (the same two on another
    chip), or context.
    """
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
        decode_workers=column("decode_workers"),
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
        runs.decode_workers,
    )
    return np.log(np.array(got) / np.array([runs.user_tokens_per_s, runs.tokens_per_s]))


def fit_serving(
    runs: ServingRuns,
    start: ServingConstants = FITTED,
    model: ServedModel = DEEPSEEK_R1,
    free: tuple[str, ...] = FREE,
) -> ServingConstants:
    """Return `start` with `free` constants that fit `runs`.

    Least squares on log ratios of speed and throughput.
    """

    def constants_at(logs: FloatArray) -> ServingConstants:
        return replace(start, **dict(zip(free, map(float, np.exp(logs)), strict=True)))

    def residuals(logs: FloatArray) -> FloatArray:
        return serving_log_errors(runs, constants_at(logs), model).ravel()

    found = least_squares(
        residuals,
        np.log([getattr(start, name) for name in free]),
        diff_step=1e-3,
        max_nfev=60,
    )
    return constants_at(found.x)


def left_out_serving_errors(
    runs: ServingRuns,
    start: ServingConstants = FITTED,
    model: ServedModel = DEEPSEEK_R1,
    free: tuple[str, ...] = FREE,
) -> FloatArray:
    """Return predicted over measured less one for each point left out of the fit, (2, K)."""
    count = len(runs.name)
    errors = np.empty((2, count))
    for i in range(count):
        others = runs.take(np.flatnonzero(np.arange(count) != i))
        constants = fit_serving(others, start, model, free)
        one = runs.take(np.array([i]))
        errors[:, i] = serving_log_errors(one, constants, model)[:, 0]
    return np.expm1(errors)
