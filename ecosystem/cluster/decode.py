"""Serving throughput: the roofline of a decode step, and a closed loop of users around it.

Prefill and decode run on separate accelerators. Users send a request, wait for its tokens and
send the next, so a concurrency fixes both the speed that each of them sees and the throughput.
"""

from dataclasses import dataclass

import numpy as np

from ecosystem.units import ArrayLike, FloatArray

BISECTIONS = 50
SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A language model as a server sees it; `experts` is 1 for a dense one.

    `shared_parameters` are touched by every token, `routed_parameters` by the experts chosen;
    `kv_bytes` is the cache of one token of context.
    """

    shared_parameters: float
    routed_parameters: float
    experts: float
    experts_per_token: float
    bytes_per_parameter: float
    kv_bytes: float

    @property
    def active_parameters(self) -> float:
        """Parameters that one token touches."""
        return self.shared_parameters + self.routed_parameters * (
            self.experts_per_token / self.experts
        )


# arXiv:2412.19437: 671e9 parameters, 37e9 active, 8 of 256 experts; latent attention keeps 576
# values per layer. NVFP4 weights with their scales, cache in 8 bits.
DEEPSEEK_R1 = ServedModel(16.5e9, 654.5e9, 256.0, 8.0, 0.5625, 35_136.0)


@dataclass(frozen=True, slots=True)
class ServingConstants:
    """Every number of the serving model that is fitted (four) or set by hand (two).

    Attributes
    ----------
    step_s : float
        Fixed time of a decode step, per token that users accept and per doubling of the
        accelerators of a worker: launches and collectives of all layers, which take log2(n)
        rounds on a tree, speculation included [s]; fitted.
    bandwidth_share, compute_share : float
        Shares of memory bandwidth and of the dense peak that decoding reaches; fitted.
    admitted_share : float
        Share of concurrent requests that hold a slot; the rest wait to be admitted; fitted.
    prefill_share : float
        Share of the dense peak that prefill reaches; set (0.15 to 0.45 are published).
    sharpness : float
        How sharply throughput bends from decode-bound to prefill-bound; set.
    """

    step_s: float = 9.68e-4
    bandwidth_share: float = 0.758
    compute_share: float = 0.136
    admitted_share: float = 0.851
    prefill_share: float = 0.25
    sharpness: float = 4.0


FITTED = ServingConstants()


def touched_parameters(model: ServedModel, tokens: ArrayLike) -> FloatArray:
    """Return routed parameters that a batch of `tokens` touches, P (1 - (1 - k/E)^B)."""
    missed = np.log1p(-min(model.experts_per_token / model.experts, 1.0 - 1e-12))
    return model.routed_parameters * -np.expm1(np.asarray(tokens) * missed)


def kv_bytes_per_token(
    layers: float, kv_heads: float, head_width: float, bytes_per_value: float
) -> float:
    """Return bytes of key-value cache of one token of context, 2 x bytes x H x K x L."""
    return 2.0 * bytes_per_value * kv_heads * head_width * layers


def decode_step_s(
    batch: ArrayLike,
    kv_bytes: ArrayLike,
    weight_bytes: ArrayLike,
    flop_per_token: ArrayLike,
    bytes_per_s: ArrayLike,
    flop_per_s: ArrayLike,
) -> FloatArray:
    """Return seconds of a decode step of `batch` sequences on a group of accelerators.

    B KV / W + max(B F / C, weights / W): attention reads each sequence's cache, everything else
    is bound by arithmetic or by reading the weights once (Austin et al. 2025, How to Scale Your
    Model, chapter 7). Totals over the group; `kv_bytes` of one sequence.
    """
    reading = np.asarray(batch * kv_bytes / bytes_per_s)
    return reading + np.maximum(batch * flop_per_token / flop_per_s, weight_bytes / bytes_per_s)


def accepted_tokens(draft: ArrayLike, acceptance: ArrayLike) -> FloatArray:
    """Return tokens that a step yields with `draft` speculated ones (Leviathan et al. 2023).

    (1 - a^(s + 1)) / (1 - a) for an acceptance rate a < 1.
    """
    return np.asarray((1.0 - acceptance ** (draft + 1.0)) / (1.0 - acceptance))


def prefill_tokens_per_s(
    model: ServedModel, peak_flop_per_s: ArrayLike, constants: ServingConstants = FITTED
) -> FloatArray:
    """Return input tokens/s of one accelerator; compute-bound beyond the critical batch."""
    return np.asarray(peak_flop_per_s * constants.prefill_share / (2.0 * model.active_parameters))


def token_s(
    active: ArrayLike,
    decode_accelerators: ArrayLike,
    context: ArrayLike,
    model: ServedModel,
    hbm_bytes_per_s: ArrayLike,
    peak_flop_per_s: ArrayLike,
    constants: ServingConstants = FITTED,
) -> FloatArray:
    """Return seconds per output token of a worker with `active` sequences of `context` tokens.

    Experts are spread over the decode accelerators; attention and shared weights are replicated.
    Reading weights and arithmetic add up: they alternate by layer, and measurements on large
    sparse models fit their sum better than the larger of the two.
    """
    bytes_per_s = decode_accelerators * hbm_bytes_per_s * constants.bandwidth_share
    flop_per_s = decode_accelerators * peak_flop_per_s * constants.compute_share
    weights = touched_parameters(model, active) + model.shared_parameters
    read = active * context * model.kv_bytes + weights * model.bytes_per_parameter
    computed = active * 2.0 * model.active_parameters / flop_per_s
    fixed = constants.step_s * np.log2(np.maximum(decode_accelerators, 2.0))
    return fixed + read / bytes_per_s + computed


def closed_loop(
    concurrency: FloatArray,
    prefill_accelerators: FloatArray,
    decode_accelerators: FloatArray,
    tokens_in: float,
    tokens_out: float,
    model: ServedModel,
    hbm_bytes_per_s: ArrayLike,
    peak_flop_per_s: ArrayLike,
    constants: ServingConstants = FITTED,
    workers: ArrayLike = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """Return tokens/s of each user, and tokens/s per accelerator (input and output).

    Parameters
    ----------
    concurrency : ndarray
        Users that each have one request open.
    prefill_accelerators, decode_accelerators : ndarray
        The two pools.
    tokens_in, tokens_out : float
        Length of a request and of its answer.
    workers : float or ndarray
        Groups of decode accelerators that each hold the whole model; users spread evenly.

    Notes
    -----
    Little's law closes the loop: sequences that decode = throughput x time of an answer.
    Bisection on them, since the time of an answer grows with their number.
    """
    rate = prefill_tokens_per_s(model, peak_flop_per_s, constants) / tokens_in
    most = prefill_accelerators / workers * rate
    held = np.asarray(concurrency / workers * constants.admitted_share)
    context = tokens_in + 0.5 * tokens_out

    def answer(active: FloatArray) -> tuple[FloatArray, FloatArray]:
        each = token_s(
            active,
            decode_accelerators / workers,
            context,
            model,
            hbm_bytes_per_s,
            peak_flop_per_s,
            constants,
        )
        free = held / (tokens_out * each + 1.0 / rate)
        power = constants.sharpness
        whole = (free**power + most**power) ** (1.0 / power)
        return each, free * most / np.maximum(whole, SMALLEST)

    low, high = np.zeros_like(held), held
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        each, requests = answer(middle)
        more = requests * tokens_out * each > middle
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    each, requests = answer(high)
    pool = prefill_accelerators + decode_accelerators
    return 1.0 / each, requests * workers * (tokens_in + tokens_out) / pool
