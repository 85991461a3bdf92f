"""The full chain for many hypothetical clusters in one call, any leading shape."""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from ecosystem.cluster import facility, reliability, serving
from ecosystem.cluster.chain import MEASURED_AT, ClusterRules, core_of
from ecosystem.cluster.hardware import Generations
from ecosystem.cluster.layout import CURVE_SIZES, mfu_curve
from ecosystem.errors import InputError
from ecosystem.units import ArrayLike, FloatArray, IntArray

CHUNK = 8_192  # clusters whose arrays stay in cache together


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """What each cluster does; all arrays have the shape of the input.

    Attributes
    ----------
    it_mw, racks, accelerators : ndarray
        IT power, racks, installed accelerators.
    mfu, goodput : ndarray
        Of the one job that all training accelerators run, up to the largest job of the rules.
    training_flop_per_s, tokens_per_s : ndarray
        Useful training FLOP/s; tokens/s served at the daily mean.
    """

    it_mw: FloatArray
    racks: FloatArray
    accelerators: FloatArray
    mfu: FloatArray
    goodput: FloatArray
    training_flop_per_s: FloatArray
    tokens_per_s: FloatArray


def run_many(
    facility_mw: FloatArray,
    generation: IntArray,
    training_share: ArrayLike,
    load: ArrayLike,
    generations: Generations,
    rules: ClusterRules,
) -> Clusters:
    """Run the chain MW, racks, MFU, goodput, FLOP, tokens/s for each cluster.

    Parameters
    ----------
    facility_mw : ndarray, any shape
        Usable facility power.
    generation : ndarray of int
        Index into `generations`, broadcast against `facility_mw` like the rest.
    training_share : float or ndarray
        Share of accelerators that train, 0 to 1.
    load : float or ndarray
        Mean inference demand over capacity, >= 0.

    Raises
    ------
    InputError
        On a negative or NaN input or an index that no generation has.
    """
    given = np.broadcast_arrays(facility_mw, generation, training_share, load)
    shape = given[0].shape
    flat = [x.reshape(-1) for x in given]
    _check(flat[0], flat[1], flat[2], flat[3], len(generations))
    tables = _tables(generations, rules)
    count = flat[0].size
    out = np.empty((len(fields(Clusters)), count))
    for first in range(0, count, CHUNK):
        part = slice(first, first + CHUNK)
        _chain(
            flat[0][part], flat[1][part], flat[2][part], flat[3][part], tables, rules, out[:, part]
        )
    return Clusters(*(row.reshape(shape) for row in out))


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """Per generation: racks and accelerators per IT MW, FLOP/s, tokens/s, MFU by size."""

    racks_per_mw: FloatArray
    accelerators_per_mw: FloatArray
    peak_flop_per_s: FloatArray
    tokens_per_s: FloatArray
    mfu: FloatArray


@lru_cache(maxsize=64)
def _tables(generations: Generations, rules: ClusterRules) -> _Tables:
    core = core_of(rules, generations)
    curves = [mfu_curve(generations, key) for key in generations.key]
    reference = float(mfu_curve(generations, generations.key[0]).at(MEASURED_AT))
    if serving.REFERENCE in generations.key:
        reference = float(mfu_curve(generations, serving.REFERENCE).at(MEASURED_AT))
    mfu = [curve.at(CURVE_SIZES, rules.integration) * (rules.mfu / reference) for curve in curves]
    return _Tables(
        racks_per_mw=core.racks_per_mw,
        accelerators_per_mw=core.accelerators_per_mw,
        peak_flop_per_s=core.peak_flop_per_s,
        tokens_per_s=core.tokens_per_s * core.speed_at(rules.integration),
        mfu=np.array(mfu),
    )


def _check(
    mw: FloatArray, generation: IntArray, share: FloatArray, load: FloatArray, count: int
) -> None:
    """Refuse what no cluster can be; NaN fails every comparison."""
    if not (mw >= 0.0).all() or not np.isfinite(mw).all():
        raise InputError(f"Facility MW must be finite and >= 0; the least is {mw.min()}.")
    if not ((share >= 0.0) & (share <= 1.0)).all():
        raise InputError("Training share must lie between 0 and 1.")
    if not (load >= 0.0).all():
        raise InputError("Load must be >= 0.")
    if mw.size and not (generation.min() >= 0 and generation.max() < count):
        raise InputError(f"Generation must be an index from 0 to {count - 1}.")


def _chain(
    mw: FloatArray,
    generation: IntArray,
    share: FloatArray,
    load: FloatArray,
    tables: _Tables,
    rules: ClusterRules,
    out: FloatArray,
) -> None:
    """Fill `out`, one row per field of `Clusters`."""
    it = facility.it_mw(mw, rules.facility_to_it)
    accelerators = it * tables.accelerators_per_mw[generation]
    up = accelerators * rules.availability
    training = up * share
    job = np.minimum(training, rules.job_accelerators)
    # the curve is sampled at powers of two
    position = np.clip(
        np.log2(np.maximum(job, CURVE_SIZES[0]) / CURVE_SIZES[0]), 0.0, len(CURVE_SIZES) - 1.001
    )
    left = position.astype(np.int64)
    rest = position - left
    mfu = tables.mfu[generation, left] * (1.0 - rest) + tables.mfu[generation, left + 1] * rest
    goodput = reliability.goodput(
        job / reliability.NODE_ACCELERATORS,
        rules.node_failures_per_day,
        rules.checkpoint_s,
        rules.restart_s,
    )
    served = serving.served_share(np.minimum(load, 1e6), rules.peak_to_mean)
    out[0] = it
    out[1] = it * tables.racks_per_mw[generation]
    out[2] = accelerators
    out[3] = mfu
    out[4] = goodput
    out[5] = training * tables.peak_flop_per_s[generation] * mfu * goodput
    out[6] = (up - training) * tables.tokens_per_s[generation] * served
