"""Scaling laws: from training FLOP to loss and to an index of capability.

Loss laws are published fits. The index is one number per model in the manner of the Epoch
Capabilities Index: linear in the logarithm of effective compute. Two variants guard against
taking that line for granted: one saturates, one ignores compute altogether.
"""

from dataclasses import dataclass

import numpy as np

from ecosystem.units import ArrayLike, FloatArray


@dataclass(frozen=True, slots=True)
class LossLaw:
    """L = E + A N^-alpha + B D^-beta in nats per token; N parameters, D tokens."""

    E: float
    A: float
    B: float
    alpha: float
    beta: float

    def loss(self, parameters: ArrayLike, tokens: ArrayLike) -> ArrayLike:
        """Return loss of a dense transformer; fitted on 7e7 to 1.6e10 parameters."""
        return self.E + self.A * parameters**-self.alpha + self.B * tokens**-self.beta

    def optimum(self, flop: ArrayLike) -> tuple[ArrayLike, ArrayLike]:
        """Return parameters and tokens of least loss at C = 6 N D = `flop`.

        N = G (C/6)^a, D = (C/6)^b / G, G = (alpha A / beta B)^(1/(alpha + beta)),
        a = beta/(alpha + beta), b = 1 - a.
        """
        total = self.alpha + self.beta
        scale = (self.alpha * self.A / (self.beta * self.B)) ** (1.0 / total)
        parameters = scale * (flop / 6.0) ** (self.beta / total)
        return parameters, flop / (6.0 * parameters)


# Hoffmann et al. 2022 as printed (arXiv:2203.15556), the same before rounding, and the refit that
# reproduces the practice of about 20 tokens per parameter (both arXiv:2404.10102).
HOFFMANN = LossLaw(E=1.69, A=406.4, B=410.7, alpha=0.34, beta=0.28)
HOFFMANN_TEX = LossLaw(E=1.6934, A=406.4, B=410.7, alpha=0.3392, beta=0.2849)
BESIROGLU = LossLaw(E=1.8172, A=482.01, B=2085.43, alpha=0.3478, beta=0.3658)


def algorithmic_efficiency(years: ArrayLike, growth_per_year: ArrayLike) -> FloatArray:
    """Return the factor by which algorithms multiply compute `years` after a start.

    exp(g t); g = ln 2 / (8 months) = 1.04 per year, 95% interval 5 to 14 months (Ho et al. 2024,
    arXiv:2403.05812).
    """
    return np.exp(growth_per_year * years)


def decades(
    flop: ArrayLike, start_flop: ArrayLike, efficiency: ArrayLike, floor: float = 1e-9
) -> FloatArray:
    """Return tens of effective compute gained since the start, log10(C A / C0).

    A run of no FLOP counts as `floor` times the start, so that the logarithm is finite.
    """
    return np.log10(np.maximum(flop * efficiency / start_flop, floor))


def index_linear(gained: ArrayLike, start: ArrayLike, per_decade: ArrayLike) -> FloatArray:
    """Return the index after `gained` decades: start + s x, the line that data up to 2025 show."""
    return np.asarray(start + per_decade * gained)


def index_saturating(
    gained: ArrayLike, start: ArrayLike, per_decade: ArrayLike, headroom: ArrayLike
) -> FloatArray:
    """Return an index with the same slope at the start that never exceeds start + `headroom`.

    start + h (1 - exp(-s x / h)) for x >= 0 and the line below it. The form is ours: a variant
    to test conclusions with, not a published relation.
    """
    ahead = np.maximum(gained, 0.0)
    rise = -headroom * np.expm1(-per_decade * ahead / headroom)
    return start + rise + per_decade * np.minimum(gained, 0.0)


def index_compute_null(years: ArrayLike, start: ArrayLike, per_year: ArrayLike) -> FloatArray:
    """Return an index that follows the calendar alone: the null that compute does not matter."""
    return np.asarray(start + per_year * years)


def horizon_minutes(
    gained: ArrayLike, start_minutes: ArrayLike, decades_per_doubling: ArrayLike
) -> FloatArray:
    """Return the task length at 50% success, H0 2^(x/k).

    `decades_per_doubling` of effective compute; with 129 days per doubling (METR, since 2023)
    and 15-fold growth of effective compute a year it is about 0.42.
    """
    return start_minutes * np.exp2(gained / decades_per_doubling)
