import numpy as np
import pytest

from ecosystem.cluster.hardware import load_generations
from ecosystem.errors import InputError

GOOD = (
    "key,name,available,accelerators_per_rack,rack_kw,allin_kw_per_accelerator,bf16_pflops,"
    "fp8_pflops,fp4_pflops,hbm_gb,hbm_tbps,scaleup_tbps,scaleup_domain,scaleout_gbps,"
    "rack_price_usd,tdp_w,matmul_bf16_tflops,matmul_fp8_tflops\n"
    "x,X,2025-01-01,8,10,1.5,1,2,,80,3,0.9,8,400,,700,800,\n"
)


def test_shipped_table_holds_the_systems_of_the_programme():
    g = load_generations()
    assert {"h100", "gb200", "gb300", "rubin", "rubin_ultra"} <= set(g.key)
    gb200 = g.index("gb200")
    assert g.peak_flop_per_s("fp8")[gb200] == 4.9e15
    # 2.10 kW all-in is 476,190 accelerators per utility GW
    assert 1e6 / g.allin_kw_per_accelerator[gb200] == pytest.approx(476_190, abs=1)


def test_rack_power_never_exceeds_all_in_power():
    g = load_generations()
    assert np.all(g.rack_kw / g.accelerators_per_rack <= g.allin_kw_per_accelerator)


def test_select_keeps_the_order_asked_for():
    g = load_generations().select("rubin", "h100")
    assert g.key == ("rubin", "h100")
    assert len(g) == 2
    assert g.fp8_pflops.tolist() == [17.5, 1.979]


def test_unknown_generation_is_refused():
    with pytest.raises(InputError, match="Unknown generation 'h1000'; known are h100"):
        load_generations().select("h1000")


def test_precision_that_a_chip_lacks_is_refused():
    with pytest.raises(InputError, match="No dense fp4 peak is known for h100"):
        load_generations().select("h100", "gb200").peak_flop_per_s("fp4")
    with pytest.raises(InputError, match="Unknown precision"):
        load_generations().peak_flop_per_s("int8")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("10,1.5", "-10,1.5", "rack_kw must be above 0, not '-10'"),
        ("10,1.5", "nan,1.5", "rack_kw must be above 0"),
        ("10,1.5", ",1.5", "rack_kw must be above 0"),
        ("2025-01-01", "soon", "available must be YYYY-MM-DD"),
        ("x,X", ",X", "needs a key of its own"),
        ("rack_kw", "rack", "rack_kw must be above 0"),
    ],
)
def test_bad_table_is_refused(tmp_path, old, new, message):
    path = tmp_path / "hardware.csv"
    path.write_text(GOOD, encoding="utf-8")
    assert load_generations(path).key == ("x",)
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_generations(path)


def test_matmul_rate_is_the_measured_one_or_the_usual_share():
    g = load_generations().select("gb200", "rubin")
    assert g.matmul_flop_per_s("fp8") == pytest.approx([3615.6e12, 0.745 * 17.5e15])
    assert g.matmul_flop_per_s("fp4")[0] == pytest.approx(2 * 3615.6e12)


def test_joined_tables_keep_both():
    g = load_generations()
    both = g.select("h100").join(g.select("gb200", "rubin"))
    assert both.key == ("h100", "gb200", "rubin")
    assert both.fp8_pflops.tolist() == [1.979, 4.9, 17.5]
