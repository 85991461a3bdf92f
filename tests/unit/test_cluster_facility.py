import numpy as np
import pytest

from ecosystem.cluster import facility


def test_megawatts_become_racks_and_accelerators():
    # 1,180 MW of facility at 1.40 hold 6,385 racks of 132 kW, 459,740 accelerators; the published
    # figure for that campus is "over 450,000"
    it = facility.it_mw(1180.0, 1.40)
    assert facility.racks(it, 132.0) == pytest.approx(6385.28, abs=0.01)
    assert facility.accelerators(it, 132.0, 72.0) == pytest.approx(459_740, abs=1)
    assert facility.facility_mw(it, 1.40) == pytest.approx(1180.0)


def test_energy_is_it_times_pue_times_hours():
    assert facility.energy_mwh_per_week(100.0, 1.2, 1.4) == pytest.approx(100 * 1.2 * 168)


def test_meter_never_reads_more_than_nameplate():
    assert facility.energy_mwh_per_week(100.0, 1.5, 1.3) == pytest.approx(130 * 168)


def test_a_litre_per_kwh_is_a_cubic_metre_per_mwh():
    assert facility.water_m3_per_week(1.0, 1.8) == pytest.approx(168 * 1.8)


def test_blend_is_linear_between_the_two_coolings():
    share = np.array([0.0, 0.25, 1.0])
    assert facility.blend(share, 2.0, 0.4) == pytest.approx([2.0, 1.6, 0.4])


def test_a_denser_rack_takes_positions_by_its_power():
    # hall of 100 positions at 140 kW (14 MW): a 210 kW rack takes two, a 100 kW rack one
    assert facility.retrofit_racks(100.0, 14.0, 140.0, 210.0) == 50.0
    assert facility.retrofit_racks(100.0, 14.0, 140.0, 140.0) == pytest.approx(100.0)
    assert facility.retrofit_racks(100.0, 14.0, 140.0, 100.0) == 100.0
    assert facility.retrofit_racks(100.0, 7.0, 140.0, 140.0) == pytest.approx(50.0)


def test_drought_and_frost_limit_load():
    got = facility.water_limited_share(np.array([10.0, 50.0, 0.0, 0.0]), [20.0, 50.0, 10.0, 0.0])
    assert got.tolist() == [0.5, 1.0, 0.0, 1.0]
    assert facility.freeze_limited_share(84.0, 0.5) == 0.75
