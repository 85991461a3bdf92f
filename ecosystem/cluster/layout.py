"""The search for the best layout of a training job: what a careful engineer would run.

All layouts that fit are listed once; which of them is fastest depends on the constants, so a fit
lists them once and evaluates them often.
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import product
from typing import cast

import numpy as np

from ecosystem.cluster.capability import BESIROGLU
from ecosystem.cluster.hardware import Generations, Precision
from ecosystem.cluster.training import (
    ACTIVATION_BYTES,
    FITTED,
    GATHER_BYTES,
    SHARDED_BYTES,
    STATE_BYTES,
    Jobs,
    Layouts,
    TrainingConstants,
    flop_per_s_per_accelerator,
)
from ecosystem.errors import InputError
from ecosystem.units import ArrayLike, BoolArray, FloatArray, IntArray

TENSOR = (1, 2, 4, 8, 16, 32, 64)
PIPELINE = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 35, 64)
MICRO = (0.125, 0.25, 0.5, 1, 2, 4, 8)
CHUNKS = (1, 2, 4, 8)
TOKENS_PER_PARAMETER = 20.0
WIDTH_PER_LAYER = 130.0
# FP8 that GB200 sustains under its power limit over its peak. Later chips are built on other
# processes, so its energy per FLOP would be wrong for them; this share is assumed instead.
SUSTAINED_SHARE = 0.64
PRECISION: dict[int, Precision] = {16: "bf16", 8: "fp8", 4: "fp4"}


def critical_batch_tokens(parameters: ArrayLike) -> FloatArray:
    """Return the batch beyond which more tokens a step buy little [tokens].

    2e8 L^-4.76 (Kaplan et al. 2020) at the loss of a compute-optimal model (Besiroglu et al.
    2024, 20 tokens per parameter). Used where a run does not state its batch.
    """
    loss = BESIROGLU.loss(parameters, TOKENS_PER_PARAMETER * parameters)
    return np.asarray(2e8 * loss ** (-1.0 / 0.21))


def batch_penalty(batch_tokens: ArrayLike, parameters: ArrayLike) -> FloatArray:
    """Return tokens that a run needs over those at a small batch, 1 + B/B_crit.

    McCandlish et al. 2018 (arXiv:1812.06162): time to train scales worse than throughput.
    """
    return np.asarray(1.0 + batch_tokens / critical_batch_tokens(parameters))


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Layouts that fit K jobs, listed job after job.

    Attributes
    ----------
    how : Layouts
        The layouts, arrays of shape (M,).
    jobs : Jobs
        The jobs repeated to match, arrays of shape (M,).
    job, start : ndarray
        Index of the job of each layout, shape (M,); first layout of each job, shape (K,).
    """

    how: Layouts
    jobs: Jobs
    job: IntArray
    start: IntArray

    def flop_per_s(self, constants: TrainingConstants = FITTED) -> FloatArray:
        """Return useful FLOP/s per accelerator with the best layout, shape (K,)."""
        every = flop_per_s_per_accelerator(self.jobs, self.how, constants)
        return np.maximum.reduceat(every, self.start)

    def best(self, constants: TrainingConstants = FITTED) -> IntArray:
        """Return the index of the fastest layout of each job, shape (K,)."""
        every = flop_per_s_per_accelerator(self.jobs, self.how, constants)
        order = np.lexsort((-every, self.job))
        return order[self.start]


def _grid() -> FloatArray:
    """Return all combinations: tensor, pipeline, micro, chunks, sharded, recompute; (6, M)."""
    mixed = [
        (t, p, b, v, 0, r)
        for t, p, b, v, r in product(TENSOR, PIPELINE, MICRO, CHUNKS, (0, 1))
        if p > 1 or v == 1
    ]
    sharded = [(1, 1, b, 1, 1, r) for b, r in product(MICRO, (0, 1)) if b >= 1]
    return np.array(mixed + sharded, dtype=np.float64).T


GRID = _grid()


def search_space(jobs: Jobs, constants: TrainingConstants = FITTED) -> Space:
    """List the layouts that fit each job: whole replicas, enough memory, what the run states.

    Raises
    ------
    InputError
        When no layout fits a job: the model is too large for its accelerators.
    """
    found: list[Layouts] = []
    rows: list[IntArray] = []
    for row in range(len(jobs.accelerators)):
        one = jobs.take(np.array([row]))
        how, fits = _fitting(one, constants)
        at = np.flatnonzero(fits)
        if not at.size:
            raise InputError(
                f"A model of {one.parameters[0]:.3g} parameters does not fit "
                f"{one.accelerators[0]:.0f} accelerators of {one.hbm_bytes[0] / 1e9:.0f} GB."
            )
        found.append(how.take(at))
        rows.append(np.full(at.size, row, dtype=np.int64))
    job = np.concatenate(rows)
    return Space(
        how=Layouts(
            *(np.concatenate([getattr(h, f.name) for h in found]) for f in fields(Layouts))
        ),
        jobs=jobs.take(job),
        job=job,
        start=np.searchsorted(job, np.arange(len(rows))),
    )


def _fitting(one: Jobs, constants: TrainingConstants) -> tuple[Layouts, BoolArray]:
    """Return every layout of one job with its microbatches and batch, and which of them fit."""
    tensor, pipeline, micro = GRID[0], GRID[1], GRID[2]
    chunks, sharded, recompute = GRID[3], GRID[4], GRID[5]
    whole = np.maximum(micro, 1.0)
    replicas = one.accelerators / (tensor * pipeline * np.maximum(1.0 / micro, 1.0))
    fits = (replicas >= 1.0) & (np.abs(replicas - np.rint(replicas)) < 1e-6)
    fits &= (tensor <= one.domain) & (pipeline * chunks <= one.layers)
    fits &= np.isnan(one.recompute) | (recompute == one.recompute)
    # a run that does not say that it shards everything does not
    fits &= sharded == np.nan_to_num(one.sharded)
    replicas = np.maximum(replicas, 1.0)
    critical = critical_batch_tokens(one.parameters) / one.sequence
    chosen: FloatArray = np.maximum(np.rint(critical / (replicas * whole)), 1.0)
    stated = np.ceil(one.batch / (replicas * whole) - 1e-9)
    free = np.isnan(one.batch)
    batch = np.where(free, chosen * replicas * whole, one.batch)
    fits &= np.where(free, batch <= 2.0 * critical + 1.0, batch >= replicas * whole - 1e-9)
    how = Layouts(
        tensor=tensor,
        pipeline=pipeline,
        micro=micro,
        chunks=chunks,
        sharded=sharded,
        recompute=recompute,
        microbatches=np.where(free, chosen, stated),
        batch=batch,
    )
    held = _memory_bytes(one, how)
    return how, fits & (held <= constants.memory_share * one.hbm_bytes)


def _memory_bytes(jobs: Jobs, how: Layouts) -> FloatArray:
    """Return bytes on an accelerator: states, and activations of the microbatches in flight."""
    split = np.where(how.sharded > 0, jobs.accelerators, how.tensor * how.pipeline)
    states = STATE_BYTES * jobs.parameters / split + SHARDED_BYTES * jobs.parameters / (
        jobs.accelerators
    )
    layer = jobs.parameters / jobs.layers
    gathered = np.where(how.sharded > 0, 2.0 * GATHER_BYTES * layer / how.tensor, 0.0)
    interleaved = 1.0 + (how.pipeline - 1.0) / (how.pipeline * how.chunks)
    flying = np.minimum(how.microbatches, how.pipeline)
    flying = flying * np.where(how.chunks > 1, interleaved, 1.0)
    unit = how.micro * jobs.sequence * jobs.width / how.tensor
    kept = np.where(how.recompute > 0, 2.0, ACTIVATION_BYTES)
    activations = unit * jobs.layers / how.pipeline * flying * kept
    return states + gathered + activations + np.where(how.recompute > 0, ACTIVATION_BYTES, 0) * unit


def jobs_on(
    generations: Generations,
    key: str,
    accelerators: FloatArray,
    *,
    parameters: ArrayLike = 405e9,
    sequence: float = 8_192,
    bits: int = 8,
    overlap: float = 1.0,
) -> Jobs:
    """Return training jobs on one generation at several sizes, shape of `accelerators`.

    Dense models of `parameters` (a number or one per job) with grouped keys, shaped like the
    largest that has been measured: layers are width/130, parameters 12 layers width^2. Software
    is current and chooses its own batch and layout.
    """
    if bits not in PRECISION:
        raise InputError(f"Training in {bits} bits is unknown; use 16, 8 or 4.")
    one = generations.select(key)
    size = np.asarray(accelerators, dtype=np.float64)
    if not (np.isfinite(size) & (size >= 1)).all():
        raise InputError(f"A job needs at least one accelerator; got {size.tolist()}.")
    width = np.cbrt(np.asarray(parameters, dtype=np.float64) * WIDTH_PER_LAYER / 12.0)
    hardware = hardware_of(one, PRECISION[bits])
    if np.isnan(one.matmul_fp8_tflops[0]):
        peak = float(one.peak_flop_per_s(PRECISION[bits])[0])
        hardware |= {"tdp_w": np.inf, "matmul_flop_per_s": SUSTAINED_SHARE * peak}
    each: dict[str, ArrayLike] = {
        "batch": np.nan,
        "sequence": sequence,
        "parameters": parameters,
        "layers": np.rint(width / WIDTH_PER_LAYER),
        "width": width,
        "head_width": 128.0,
        "kv_share": 1.0 / 16.0,
        "overlap": overlap,
        "parallel_block": 0.0,
        "fused": 1.0,
        "sequence_parallel": 1.0,
        "recompute": np.nan,
        "sharded": np.nan,
        "bits": float(bits),
        **hardware,
    }
    return Jobs(accelerators=size, **{k: np.broadcast_to(v, size.shape) for k, v in each.items()})


@dataclass(frozen=True, slots=True, eq=False)
class MfuCurve:
    """MFU on the FP8 peak by size of a job, for interpolation in the logarithm of size.

    Attributes
    ----------
    log_size : ndarray, shape (N,)
        ln of accelerators.
    mfu : ndarray, shape (2, N)
        Row 0: no communication hidden; row 1: hidden as far as it goes.
    """

    log_size: FloatArray
    mfu: FloatArray

    def at(self, accelerators: ArrayLike, overlap: ArrayLike = 1.0) -> FloatArray:
        """Return MFU, held at the ends of the curve; linear in `overlap` between its rows."""
        size: FloatArray = np.maximum(np.asarray(accelerators, dtype=np.float64), 1.0)
        log_size: FloatArray = np.asarray(np.log(size))
        bare, hidden = (
            cast("FloatArray", np.interp(log_size, self.log_size, row)) for row in self.mfu
        )
        return np.asarray(bare + overlap * (hidden - bare))


CURVE_SIZES = np.asarray(1_024.0 * 2.0 ** np.arange(11), dtype=np.float64)
RUN_SECONDS = 90.0 * 86_400.0
USUAL_MFU = 0.35


def usual_parameters(accelerators: ArrayLike, peak_flop_per_s: ArrayLike) -> FloatArray:
    """Return the parameters of the model that a job trains: compute-optimal for 90 days.

    C = n peak MFU t = 6 N D with 20 tokens per parameter (Hoffmann et al. 2022).
    """
    flop = accelerators * peak_flop_per_s * (USUAL_MFU * RUN_SECONDS)
    return np.sqrt(flop / (6.0 * TOKENS_PER_PARAMETER))


def usual_step_s(accelerators: ArrayLike, peak_flop_per_s: ArrayLike) -> FloatArray:
    """Return the seconds of an optimiser step of that model at its critical batch, 6 N B / C."""
    parameters = usual_parameters(accelerators, peak_flop_per_s)
    flop = 6.0 * parameters * critical_batch_tokens(parameters)
    return flop / (accelerators * peak_flop_per_s * USUAL_MFU)


@lru_cache(maxsize=64)
def mfu_curve(generations: Generations, key: str) -> MfuCurve:
    """Return the curve of a generation for the model that each job would train.

    See :func:`usual_parameters`. Sizes from 1,024 to 1,048,576; below, a smaller model trains at
    the efficiency of the first.
    """
    peak = float(generations.select(key).peak_flop_per_s("fp8")[0])
    parameters = usual_parameters(CURVE_SIZES, peak)
    rows = [
        search_space(
            jobs_on(generations, key, CURVE_SIZES, parameters=parameters, overlap=hidden)
        ).flop_per_s()
        / peak
        for hidden in (0.0, 1.0)
    ]
    return MfuCurve(np.log(CURVE_SIZES), np.array(rows))


def hardware_of(one: Generations, precision: Precision) -> dict[str, float]:
    """Return the hardware fields of `Jobs` for a table of one generation."""
    return {
        "matmul_flop_per_s": float(one.matmul_flop_per_s(precision)[0]),
        "attention_flop_per_s": _attention(one),
        "tdp_w": float(one.tdp_w[0]),
        "hbm_bytes": float(one.hbm_gb[0]) * 1e9,
        "hbm_bytes_per_s": float(one.hbm_tbps[0]) * 1e12,
        "scaleup_bytes_per_s": float(one.scaleup_tbps[0]) * 0.5e12,
        "domain": float(one.scaleup_domain[0]),
        "scaleout_bytes_per_s": float(one.scaleout_gbps[0]) / 8.0 * 1e9,
    }


def _attention(one: Generations) -> float:
    """Return the 16-bit matmul rate; half of the 8-bit one where no 16-bit peak is published."""
    if np.isnan(one.bf16_pflops[0]):
        return 0.5 * float(one.matmul_flop_per_s("fp8")[0])
    return float(one.matmul_flop_per_s("bf16")[0])
