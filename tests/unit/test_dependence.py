"""What a difference depends on: found where it does, and not called clear where it does not."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from experiments.dependence import dependences


def sample(futures: int, numbers: int) -> tuple[list[dict[str, float]], "np.ndarray"]:
    """Return futures of independent uniform numbers, as mappings and as an array."""
    drawn = np.random.default_rng(7).random((futures, numbers))
    return [{f"n{i}": float(v) for i, v in enumerate(row)} for row in drawn], drawn


def test_the_number_behind_a_difference_is_found_and_its_correlation_is_spearmans() -> None:
    values, drawn = sample(40, 200)
    difference = np.exp(3 * drawn[:, 17]) + 0.1 * drawn[:, 3]
    first = dependences(values, difference)[0]
    assert first.path == "n17"
    assert first.clear
    assert first.rho == pytest.approx(spearmanr(drawn[:, 17], difference)[0])


def test_among_many_numbers_chance_is_not_called_a_cause() -> None:
    values, _ = sample(40, 200)
    noise = np.random.default_rng(8).random(40)
    found = dependences(values, noise)
    assert abs(found[0].rho) > 0.3  # the largest of two hundred looks like something
    assert not found[0].clear


def test_few_futures_and_no_difference_say_nothing() -> None:
    values, drawn = sample(40, 5)
    assert dependences(values[:10], drawn[:10, 0]) == []
    assert dependences(values, np.zeros(40)) == []


def test_failed_futures_are_left_out() -> None:
    values, drawn = sample(40, 5)
    difference = drawn[:, 2].copy()
    difference[:10] = np.nan
    assert dependences(values, difference)[0].rho == pytest.approx(1.0)
