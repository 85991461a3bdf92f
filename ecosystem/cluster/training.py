"""Training throughput of a fleet and the size of a run."""

from ecosystem.units import SECONDS_PER_WEEK, ArrayLike, FloatArray


def run_flop(parameters: ArrayLike, tokens: ArrayLike) -> ArrayLike:
    """Return training FLOP, 6 N D (Kaplan et al. 2020, arXiv:2001.08361).

    `parameters` are the active ones of a sparse model; the attention term is left out, which
    costs under 5% while the sequence is much shorter than six model widths.
    """
    return 6.0 * parameters * tokens


def fleet_flop_per_s(
    accelerators: FloatArray,
    peak_flop_per_s: FloatArray,
    mfu: ArrayLike,
    goodput: ArrayLike,
    training_share: ArrayLike,
) -> ArrayLike:
    """Return useful training FLOP/s of a mixed fleet, summed over the last axis (generations).

    Parameters
    ----------
    accelerators, peak_flop_per_s : ndarray, shape (..., G)
        Accelerators that are up, and the dense peak of one of them at the precision that `mfu`
        refers to.
    mfu, goodput, training_share : float or ndarray, shape (...)
        Model FLOP utilisation of a running job, share of time in which it progresses, share of
        accelerators that train; each 0 to 1.
    """
    return (accelerators * peak_flop_per_s).sum(-1) * (mfu * goodput * training_share)


def weekly_flop(flop_per_s: ArrayLike) -> ArrayLike:
    """Return FLOP done in a week at `flop_per_s`."""
    return flop_per_s * SECONDS_PER_WEEK
