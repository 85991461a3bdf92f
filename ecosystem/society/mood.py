"""National mood: observed up to a date, a sampled scenario afterwards."""

import numpy as np

from ecosystem.units import ArrayLike, FloatArray


def mood_at(
    week: ArrayLike,
    observed_weeks: FloatArray,
    observed_mood: FloatArray,
    mood_later: float,
    mood_weeks: float,
) -> FloatArray:
    """Return national net support: interpolated between polls, then drifting to `mood_later`.

    Parameters
    ----------
    week : float or ndarray, shape (...,)
        Model week.
    observed_weeks, observed_mood : ndarray, shape (n,)
        Weeks of the polls, ascending, and net support in [-1, 1]. Before the first poll its value
        holds.
    mood_later : float
        Net support in the long run, in [-1, 1].
    mood_weeks : float
        Time constant of the exponential drift.

    Returns
    -------
    ndarray, shape (...,)
        Net support in [-1, 1].
    """
    elapsed = np.maximum(np.asarray(week) - observed_weeks[-1], 0.0)
    held = mood_frozen(week, observed_weeks, observed_mood, np.inf)
    return held + (mood_later - observed_mood[-1]) * -np.expm1(-elapsed / mood_weeks)


def mood_frozen(
    week: ArrayLike, observed_weeks: FloatArray, observed_mood: FloatArray, freeze_week: float
) -> FloatArray:
    """Return the mood as observed until `freeze_week` and unchanged since, shape of `week`."""
    return np.asarray(np.interp(np.minimum(week, freeze_week), observed_weeks, observed_mood))
