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


@pytest.mark.parametrize(("mean", "swing", "limit"), [(15, 12, 18), (5, 20, 0), (24, 6, 30)])
def test_warm_share_equals_counting_the_hours(mean, swing, limit):
    hours = mean + swing * np.cos(2 * np.pi * (np.arange(8760) + 0.5) / 8760)
    got = facility.warm_share(mean, swing, limit)
    assert got == pytest.approx((hours > limit).mean(), abs=2e-4)


def test_warm_share_at_the_ends():
    assert facility.warm_share(30.0, np.array([0.0, 5.0]), 20.0).tolist() == [1.0, 1.0]
    assert facility.warm_share(10.0, np.array([0.0, 5.0]), 20.0).tolist() == [0.0, 0.0]
    assert facility.warm_share(20.0, 5.0, 20.0) == pytest.approx(0.5)


def test_a_warm_climate_costs_chillers_or_water():
    """A quarter of the year at a COP of 5 is the 0.05 of closed loops; towers all year are 1.8."""
    assert facility.chiller_pue(0.25, 5.0) == pytest.approx(0.05)
    assert facility.evaporative_wue(1.0, 5.0) == pytest.approx(1.85, abs=0.005)
    assert facility.evaporative_wue(0.5, 2.0) == pytest.approx(1.48, abs=0.005)


def test_all_electricity_leaves_as_heat_and_towers_evaporate_theirs():
    energy = facility.energy_mwh_per_week(100.0, 1.2, 1.4)
    water = facility.water_m3_per_week(100.0, facility.evaporative_wue(1.0, 5.0))
    warm, vapour = facility.heat_mwh_per_week(energy, water, 5.0)
    assert warm + vapour == pytest.approx(energy)
    assert vapour == pytest.approx(100 * 168)  # the IT heat
    dry, none = facility.heat_mwh_per_week(energy, 0.0, 5.0)
    assert (dry, none) == (energy, 0.0)
    assert facility.heat_mwh_per_week(1.0, 1e9, 5.0)[0] == 0.0
