"""What common futures save, on numbers worked by hand; when a comparison has enough."""

import numpy as np
import pytest

from experiments.precision import reduction, reduction_text, reductions, width_text, widths

BASE = np.array([0.0, 1.0, 2.0, 3.0, 4.0])


def outcomes(**columns):
    """The outcomes of strategies over futures, a central one first that must not count."""
    rows = [(k, i, v) for k, vs in columns.items() for i, v in enumerate([999.0, *vs])]
    return {
        "strategy": np.array([r[0] for r in rows], dtype=object),
        "future": np.array([r[1] for r in rows]),
        "usable_gw_years": np.array([r[2] for r in rows]),
    }


def test_the_factor_by_hand():
    # Variances 2.5 and 10, of the difference x - 2x 2.5: (2.5 + 10) / 2.5.
    assert reduction(2 * BASE, BASE) == pytest.approx(5)
    # Opposite courses make common futures a loss: 5 / var(-2x) = 5 / 10.
    assert reduction(-BASE, BASE) == pytest.approx(0.5)
    # 1 is what independent runs give: gaps 1, -1, 1, -1 vary by 4/3, each side by 2/3.
    one, other = np.array([0.5, -0.5, 0.5, -0.5]), np.array([0.5, 0.5, -0.5, -0.5])
    assert reduction(one, other) == pytest.approx(1)


def test_independent_futures_save_nothing():
    own, base = np.random.default_rng(0).normal(0, 1, (2, 20_000))
    assert reduction(own, base) == pytest.approx(1, rel=0.05)


def test_what_is_undefined_is_said():
    table = outcomes(
        S0=BASE,
        same=BASE,
        shifted=BASE + 0.1,
        double=2 * BASE,
        few=[0, 1, 2, 3, np.nan],
    )
    found = {r.strategy: r for r in reductions(table, "S0")}
    assert list(found) == ["same", "shifted", "double", "few"]
    assert np.isinf(found["same"].factor)
    assert np.isinf(found["shifted"].factor)  # 0.1 is not exact in binary: rounding is no variance
    assert found["double"].factor == pytest.approx(5)
    assert found["double"].low <= 5 <= found["double"].high
    assert found["double"].correlation == pytest.approx(1)
    assert found["few"].n == 4
    assert found["few"].factor != found["few"].factor
    flat = reductions(outcomes(S0=np.ones(5), S1=np.ones(5)), "S0")[0]
    assert flat.factor != flat.factor
    text = reduction_text([*found.values(), flat])
    for word in ("always the same", "5.00", "4 futures are too few", "nothing varies"):
        assert word in text
    assert max(map(len, text.splitlines())) <= 100
    assert reductions(table, "none") == []
    assert reduction_text([]) == ""


def test_widths_are_those_of_the_paired_median():
    table = outcomes(S0=BASE, same=BASE, double=2 * BASE, few=[0, 1, 2, 3, np.nan])
    found = widths(table, "S0")
    assert found["same"] == 0
    assert 2 <= found["double"] <= 4  # the gaps are 0 to 4
    assert np.isinf(found["few"])
    assert "at most 5 GW yr wide" in width_text({"double": 4.0}, 5, 8)
    assert "double 4.00" in width_text({"same": 0.0, "double": 4.0}, 3, 8)
