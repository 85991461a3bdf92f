import struct

import numpy as np
import pytest
from fake_ecosystem import simulate, strategy, tiny_world

from ecosystem.errors import InputError, ResultsError
from ecosystem.results import RunResult


@pytest.fixture
def result() -> RunResult:
    return simulate(tiny_world(), strategy("S0"), seed=1, weeks=90)


def test_a_saved_run_comes_back_bit_for_bit(result, tmp_path):
    result.save(tmp_path / "run")
    back = RunResult.load(tmp_path / "run")
    assert back.digest() == result.digest()
    assert back.manifest == result.manifest
    for name, columns in result.tables.items():
        assert list(back.tables[name]) == list(columns)


def test_a_series_that_is_none_is_refused_with_the_nearest(result):
    with pytest.raises(InputError, match=r"'usable_wm'. Did you mean 'usable_mw'\?"):
        result.series("usable_wm")
    with pytest.raises(InputError, match="There are week"):
        result.series("xyz")


def test_an_empty_table_comes_back_empty(result, tmp_path):
    result.tables["events"] = {
        "week": np.array([], dtype=np.int64),
        "text": np.array([], dtype=object),
    }
    result.save(tmp_path)
    assert len(RunResult.load(tmp_path).tables["events"]["text"]) == 0


def test_the_digest_sees_the_last_bit_of_a_value_but_not_which_nan_it_is(result):
    before = result.digest()
    column = result.tables["weekly"]["capability"]
    column[3] = np.nextafter(column[3], 1)
    assert result.digest() != before
    column[3] = np.nan
    quiet = result.digest()
    column[3] = struct.unpack("<d", struct.pack("<Q", 0xFFF8_0000_0000_0001))[0]
    assert result.digest() == quiet


def test_a_damaged_file_and_a_missing_manifest_are_named(result, tmp_path):
    with pytest.raises(ResultsError, match=r"no readable manifest\.json"):
        RunResult.load(tmp_path)
    result.save(tmp_path)
    path = tmp_path / "weekly.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ResultsError, match=r"weekly\.parquet is missing or damaged"):
        RunResult.load(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ResultsError, match="not one of a run"):
        RunResult.load(tmp_path)


def test_saving_leaves_no_temporary_file(result, tmp_path):
    result.save(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"manifest.json", *(f"{name}.parquet" for name in result.tables)}
