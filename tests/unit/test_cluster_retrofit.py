import numpy as np
import pytest

from ecosystem.cluster.hardware import load_generations
from ecosystem.cluster.retrofit import retrofit, retrofit_between

HALL = (100.0, 14.0, 140.0)  # 100 positions of 140 kW
FITOUT = (26.0, 7e6)


def test_a_rack_that_draws_no_more_goes_in_as_it_is():
    got = retrofit(*HALL, np.array([100.0, 140.0]), 1.0, *FITOUT)
    assert got.racks == pytest.approx([100.0, 100.0])
    assert got.it_mw == pytest.approx([10.0, 14.0])
    assert got.weeks.tolist() == got.cost_usd.tolist() == [0.0, 0.0]


def test_a_denser_rack_by_hand():
    """210 kW in positions of 140: two each and a quarter of the power idle, or a third of the work.

    Rebuilt, 14 MW hold 66.7 racks; the missing third of busways and loops takes 26/3 weeks and a
    third of 14 x 7 million USD.
    """
    as_is, half, whole = (retrofit(*HALL, 210.0, share, *FITOUT) for share in (0.0, 0.5, 1.0))
    assert (as_is.racks, as_is.it_mw, as_is.weeks, as_is.cost_usd) == (50.0, 10.5, 0.0, 0.0)
    assert whole.racks == pytest.approx(14e3 / 210)
    assert whole.it_mw == pytest.approx(14.0)
    assert whole.weeks == pytest.approx(26 / 3)
    assert whole.cost_usd == pytest.approx(14 * 7e6 / 3)
    assert half.racks == pytest.approx((as_is.racks + whole.racks) / 2)
    assert half.weeks == pytest.approx(whole.weeks / 2)


def counted(positions, hall_mw, position_kw, rack_kw):
    """Put racks into a hall one at a time, each on as many positions as its power needs."""
    free, spare_kw, held = positions, hall_mw * 1e3, 0
    taken = max(1, -(-rack_kw // position_kw))
    while free >= taken and spare_kw >= rack_kw - 1e-9:
        free, spare_kw, held = free - taken, spare_kw - rack_kw, held + 1
    return held


@pytest.mark.parametrize(
    ("position", "rack"), [(132, 210), (132, 600), (40, 132), (210, 132), (135, 135)]
)
def test_racks_equal_filling_a_hall_one_by_one(position, rack):
    got = retrofit(1_000.0, position, float(position), float(rack), 0.0, *FITOUT)
    assert got.racks == pytest.approx(counted(1_000, position, position, rack), abs=1.0)


def test_between_generations_per_megawatt():
    g = load_generations().select("h100", "gb200", "rubin")
    got = retrofit_between(g, 1.0, *FITOUT)
    assert got.racks.shape == got.weeks.shape == (3, 3)
    assert np.diag(got.weeks).tolist() == [0.0, 0.0, 0.0]
    assert np.diag(got.it_mw) == pytest.approx([1.0, 1.0, 1.0])
    assert got.weeks[1, 2] == pytest.approx(26 * (1 - 132 / 210))
    assert got.cost_usd[1, 2] == pytest.approx(7e6 * (1 - 132 / 210))
    assert np.all(got.weeks[np.tril_indices(3)] == 0)  # older racks draw less
    # a rack below its position leaves power unused: the floor binds
    assert got.it_mw[2, 1] == pytest.approx(132 / 210)
    assert np.all(got.it_mw <= 1 + 1e-12)
    assert np.all(retrofit_between(g, 0.0, *FITOUT).it_mw <= got.it_mw + 1e-12)
