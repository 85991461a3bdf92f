"""Training throughput: the roofline of one step, and what a fleet makes of it.

A step is matrix multiplications under two roofs (what the chip multiplies at most, and what it
can power), attention, elementwise work at memory bandwidth, and communication of tensor, context,
pipeline and data parallelism. Which layout is used is searched for in
:mod:`ecosystem.cluster.layout`.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from ecosystem.units import SECONDS_PER_WEEK, ArrayLike, FloatArray, IntArray

FLASH = 7.0 / 6.0  # fused attention recomputes scores: 3.5 forward passes, not 3 (Dao 2022)
RECOMPUTE = 4.0 / 3.0  # full recomputation repeats the forward pass
ACTIVATION_BYTES = 34.0  # per token, layer and unit of width (Korthikanti et al. 2022, eq. 1)
UNSHARDED_BYTES = 10.0  # of these outside tensor parallelism without sequence parallelism
SCORE_BYTES = 5.0  # times sequence over head width, where attention is not fused
STATE_BYTES, SHARDED_BYTES = 4.0, 12.0  # 16-bit weights and gradients; optimiser, over all
GATHER_BYTES = 2.0
REDUCE_BYTES = 6.0  # gradients in 32 bits, then weights in 16
OPTIMISER_BYTES = 20.0


@dataclass(frozen=True, slots=True)
class TrainingConstants:
    """Every number of the training model that is fitted (six) or set by hand (three).

    Attributes
    ----------
    elementwise_bytes : float
        Memory traffic of normalisation, activation, residual and quantisation, forward and
        backward [bytes per token, layer and unit of width]; fitted.
    steady_share : float
        Speed of a step over what its kernels and links would give at their best rates: shapes
        that fit badly, kernel launches, waiting inside a layer; fitted.
    step_overhead_s : float
        Fixed time of an optimiser step, data loading and host work [s]; set from strong scaling
        of small models, which the fitted runs do not hold.
    link_share : float
        Share of nominal bandwidth that collectives reach; set to the best copy that was measured
        (H200, 396 of 450 GB/s).
    hidden_share : float
        Share of communication hidden behind computation by software that overlaps; fitted.
    speed_spread : float
        Relative spread of speed among accelerators; a step waits for the slowest of the r that
        reduce a gradient together, sqrt(2 ln r) spreads above the mean; fitted. Stages of a
        pipeline buffer each other. Sinha et al. 2022 (arXiv:2208.11035) measure a variation of
        8% on average between accelerators of one kind.
    flop_per_joule : float
        Sustained FP8 FLOP per joule of design power on a 4 nm process; fitted.
    energy_exponent : float
        Energy per FLOP goes with bits to this power; fitted.
    memory_share : float
        Share of memory that a layout may fill; set.
    """

    elementwise_bytes: float = 151.0
    steady_share: float = 0.760
    step_overhead_s: float = 0.04
    link_share: float = 0.88
    hidden_share: float = 0.860
    speed_spread: float = 0.054
    flop_per_joule: float = 2.60e12
    energy_exponent: float = 0.665
    memory_share: float = 0.95


FITTED = TrainingConstants()


@dataclass(frozen=True, slots=True, eq=False)
class Jobs:
    """Training jobs as arrays of shape (K,): the model, the software, the hardware.

    Attributes
    ----------
    accelerators, batch, sequence : ndarray
        Accelerators; sequences in a step, NaN to let the core choose; tokens in a sequence.
    parameters, layers, width, head_width, kv_share : ndarray
        Dense transformer; `kv_share` is key and value heads over query heads.
    overlap : ndarray
        Communication hidden behind computation, 0 (none) to 1 (as far as it goes).
    parallel_block : ndarray
        1 where attention and feed-forward share a residual branch, so that tensor parallelism
        communicates half as often.
    fused, sequence_parallel : ndarray
        1 with fused attention; with activations sharded outside tensor parallelism too; 0 for
        software from before.
    recompute, sharded : ndarray
        Full recomputation of activations; states sharded over all accelerators. 1 or 0 where
        the run states it, NaN where the core chooses.
    bits : ndarray
        16, 8 or 4.
    matmul_flop_per_s, attention_flop_per_s : ndarray
        Largest matrix multiplication rate, at `bits` and in 16 bits.
    tdp_w, hbm_bytes, hbm_bytes_per_s : ndarray
        Design power, memory and its bandwidth.
    scaleup_bytes_per_s, domain, scaleout_bytes_per_s : ndarray
        Links, one direction, in the scale-up domain and beyond; accelerators in the domain.
    """

    accelerators: FloatArray
    batch: FloatArray
    sequence: FloatArray
    parameters: FloatArray
    layers: FloatArray
    width: FloatArray
    head_width: FloatArray
    kv_share: FloatArray
    overlap: FloatArray
    parallel_block: FloatArray
    fused: FloatArray
    sequence_parallel: FloatArray
    recompute: FloatArray
    sharded: FloatArray
    bits: FloatArray
    matmul_flop_per_s: FloatArray
    attention_flop_per_s: FloatArray
    tdp_w: FloatArray
    hbm_bytes: FloatArray
    hbm_bytes_per_s: FloatArray
    scaleup_bytes_per_s: FloatArray
    domain: FloatArray
    scaleout_bytes_per_s: FloatArray

    def take(self, rows: IntArray) -> Self:
        """Return the jobs at `rows`, repeated as they are."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Layouts:
    """Ways to spread jobs over accelerators, arrays of shape (M,).

    Attributes
    ----------
    tensor, pipeline, chunks : ndarray
        Tensor and pipeline parallelism; chunks of layers that a stage holds (interleaving).
    micro : ndarray
        Sequences in a microbatch; below 1, its inverse is the degree of context parallelism.
    sharded, recompute : ndarray
        1 where states are sharded over all accelerators; where activations are recomputed.
    microbatches, batch : ndarray
        Microbatches of a replica in a step; sequences of all replicas.
    """

    tensor: FloatArray
    pipeline: FloatArray
    micro: FloatArray
    chunks: FloatArray
    sharded: FloatArray
    recompute: FloatArray
    microbatches: FloatArray
    batch: FloatArray

    def take(self, rows: IntArray) -> Self:
        """Return the layouts at `rows`."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


def layer_s(jobs: Jobs, how: Layouts, constants: TrainingConstants) -> FloatArray:
    """Return seconds of a layer, forward and backward, for one microbatch at best rates, (M,)."""
    tokens = how.micro * jobs.sequence
    again = np.where(how.recompute > 0, RECOMPUTE, 1.0)
    flop = 6.0 * jobs.parameters / jobs.layers * tokens * again
    powered = jobs.tdp_w * constants.flop_per_joule * (8.0 / jobs.bits) ** constants.energy_exponent
    matmul = flop / np.minimum(jobs.matmul_flop_per_s, powered)
    scores = 6.0 * jobs.width * jobs.sequence * tokens
    # before fused attention the scores went through memory and were never kept: they were
    # recomputed with everything else, or alone (selective recomputation, Korthikanti et al. 2022)
    fused = jobs.fused > 0
    attention = scores * np.where(fused, again * FLASH, RECOMPUTE) / jobs.attention_flop_per_s
    scores_bytes = RECOMPUTE * SCORE_BYTES * jobs.sequence / jobs.head_width
    whole = np.where(jobs.sequence_parallel > 0, 0.0, UNSHARDED_BYTES * (how.tensor - 1.0))
    passed = again * (ACTIVATION_BYTES + whole) + np.where(fused, 0.0, scores_bytes)
    moved = constants.elementwise_bytes / ACTIVATION_BYTES * passed * jobs.width * tokens
    elementwise = moved / jobs.hbm_bytes_per_s
    computing = (matmul + attention + elementwise) / how.tensor
    exposed = 1.0 - jobs.overlap * constants.hidden_share
    return computing + exposed * _layer_links_s(jobs, how, constants)


def _layer_links_s(jobs: Jobs, how: Layouts, constants: TrainingConstants) -> FloatArray:
    """Return seconds of tensor, context and pipeline communication of a layer, none hidden."""
    tokens = how.micro * jobs.sequence
    inside = jobs.scaleup_bytes_per_s * constants.link_share
    outside = jobs.scaleout_bytes_per_s * constants.link_share
    # four all-reduces of the activations, each a reduce-scatter and an all-gather
    rounds = 8.0 * np.where(how.recompute > 0, 1.5, 1.0) * (1.0 - 0.5 * jobs.parallel_block)
    tensor = rounds * 2.0 * tokens * jobs.width * (1.0 - 1.0 / how.tensor) / inside
    degree = np.maximum(1.0 / how.micro, 1.0)
    keys = 12.0 * jobs.kv_share * jobs.width / how.tensor * tokens * (degree - 1.0)
    context = keys / np.where(how.tensor * degree <= jobs.domain, inside, outside)
    sent = 8.0 * tokens * jobs.width / how.tensor / outside
    hops = how.chunks * how.pipeline / jobs.layers
    return tensor + context + np.where(how.pipeline > 1, sent * hops, 0.0)


def step_s(jobs: Jobs, how: Layouts, constants: TrainingConstants) -> FloatArray:
    """Return seconds of an optimiser step, shape (M,); `jobs` and `how` are aligned.

    Pipeline bubble (p - 1)/(m v) (Narayanan et al. 2021). Gradients are reduced hierarchically:
    in the domain first, so that each of its members sends a share beyond it. States sharded over
    all are gathered flat, at the network's speed, for every microbatch. All that hold the same
    weights (data and context parallel) wait for the slowest of them.
    """
    stage = layer_s(jobs, how, constants) * jobs.layers / how.pipeline
    work = (how.microbatches + (how.pipeline - 1.0) / how.chunks) * stage
    replicas = np.maximum(jobs.accelerators / (how.tensor * how.pipeline), 1.0)
    near = np.clip(np.floor(jobs.domain / how.tensor), 1.0, replicas)
    far = replicas / near
    per_byte = (1.0 - 1.0 / near) / jobs.scaleup_bytes_per_s
    per_byte = per_byte + (1.0 - 1.0 / far) / (near * jobs.scaleout_bytes_per_s)
    held = jobs.parameters / (how.tensor * how.pipeline)
    reduced = REDUCE_BYTES * held * per_byte
    gathered = 3.0 * GATHER_BYTES * how.microbatches * jobs.parameters / how.tensor
    gathered = gathered / jobs.scaleout_bytes_per_s
    sharded = how.sharded > 0
    links = np.where(sharded, gathered, reduced) / constants.link_share
    hidden = np.where(sharded, 1.0, jobs.overlap) * constants.hidden_share
    exposed = np.maximum(links * (1.0 - hidden), links - work)
    optimiser = OPTIMISER_BYTES * jobs.parameters / jobs.accelerators / jobs.hbm_bytes_per_s
    slowest = 1.0 + constants.speed_spread * np.sqrt(2.0 * np.log(replicas))
    best = work + exposed + optimiser
    return best * slowest / constants.steady_share + constants.step_overhead_s


def flop_per_s_per_accelerator(
    jobs: Jobs, how: Layouts, constants: TrainingConstants
) -> FloatArray:
    """Return useful FLOP/s of one accelerator, 6 N D counted, shape (M,)."""
    flop = run_flop(jobs.parameters, how.batch * jobs.sequence)
    return flop / (jobs.accelerators * step_s(jobs, how, constants))


def run_flop(parameters: ArrayLike, tokens: ArrayLike) -> FloatArray:
    """Return training FLOP, 6 N D (Kaplan et al. 2020, arXiv:2001.08361).

    `parameters` are the active ones of a sparse model; the attention term is left out, which
    costs under 5% while the sequence is much shorter than six model widths.
    """
    return np.asarray(6.0 * parameters * tokens)


def multi_site_efficiency(
    sites: ArrayLike, parameters: ArrayLike, step_s: ArrayLike, site_gbps: ArrayLike
) -> FloatArray:
    """Return throughput over that of one site when a job spans `sites`, 0 to 1.

    Each step every site exchanges its gradients, 2 (k - 1)/k of 4-byte gradients over a link of
    `site_gbps` [Gb/s] (ring); what fits behind the step is hidden, the rest is paid.
    """
    sent = 8.0 * parameters * (1.0 - 1.0 / np.maximum(sites, 1.0))
    exchange_s = sent * 8.0 / np.maximum(np.asarray(site_gbps) * 1e9, 1e-9)
    own_s = np.maximum(step_s, 1e-9)
    return np.asarray(own_s / np.maximum(own_s, exchange_s))


def fleet_flop_per_s(
    accelerators: FloatArray,
    peak_flop_per_s: FloatArray,
    mfu: ArrayLike,
    goodput: ArrayLike,
    training_share: ArrayLike,
) -> FloatArray:
    """Return useful training FLOP/s of a mixed fleet, summed over the last axis (generations).

    Parameters
    ----------
    accelerators : ndarray, shape (..., G)
        Accelerators that are up.
    peak_flop_per_s : ndarray, shape (G,)
        Dense peak of one of them at the precision that `mfu` refers to.
    mfu, goodput, training_share : float or ndarray, shape (...)
        Model FLOP utilisation of a running job, share of time in which it progresses, share of
        accelerators that train; each 0 to 1.
    """
    return np.asarray((accelerators @ peak_flop_per_s) * (mfu * goodput * training_share))


def weekly_flop(flop_per_s: ArrayLike) -> FloatArray:
    """Return FLOP done in a week at `flop_per_s`."""
    return np.asarray(flop_per_s * SECONDS_PER_WEEK)
