import numpy as np
import pytest

from ecosystem.errors import ResultsError
from experiments.store import finish, read, sound_parts, write_part


def table(*runs: str, start: float = 0.0):
    return {
        "run": np.array(runs, dtype=object),
        "value": start + np.arange(len(runs), dtype=float),
        "text": np.array(["é|," + run for run in runs], dtype=object),
    }


def test_rows_come_in_the_order_of_the_experiment_and_within_a_run_as_written(tmp_path):
    write_part(tmp_path, "p1", ["a", "c"], {"t": table("c", "c", "a")})
    write_part(tmp_path, "p0", ["b"], {"t": table("b", start=10)})
    finish(tmp_path, ["a", "b", "c"], {"note": 1})
    found = read(tmp_path, "t")
    assert found["run"].tolist() == ["a", "b", "c", "c"]
    assert found["value"].tolist() == [2, 10, 0, 1]
    assert found["text"][1] == "é|,b"
    assert read(tmp_path, "t", ["c"])["value"].tolist() == [0, 1]
    assert read(tmp_path, "t", [])["value"].tolist() == []


def test_runs_that_the_experiment_does_not_name_are_not_read(tmp_path):
    write_part(tmp_path, "p", ["a", "b"], {"t": table("a", "b")})
    finish(tmp_path, ["b"], {})
    assert read(tmp_path, "t")["run"].tolist() == ["b"]


def test_nan_is_nan_again(tmp_path):
    columns = {"run": np.array(["a", "a"], dtype=object), "x": np.array([np.nan, 1.0])}
    write_part(tmp_path, "p", ["a"], {"t": columns})
    finish(tmp_path, ["a"], {})
    np.testing.assert_array_equal(read(tmp_path, "t")["x"], [np.nan, 1.0])


@pytest.mark.parametrize("change", [lambda p: p.unlink(), lambda p: p.write_bytes(b"PAR1")])
def test_a_damaged_part_is_named_and_not_sound(tmp_path, change):
    write_part(tmp_path, "p", ["a"], {"t": table("a")})
    finish(tmp_path, ["a"], {})
    assert sound_parts(tmp_path)["p"].runs == ["a"]
    change(tmp_path / "parts" / "p.t.parquet")
    assert sound_parts(tmp_path) == {}
    with pytest.raises(ResultsError, match=r"p\.t\.parquet is missing or damaged"):
        read(tmp_path, "t")


@pytest.mark.parametrize("text", ["", "[1]", '{"runs": 3, "files": {}}', "{}"])
def test_a_part_with_an_unreadable_note_is_not_sound(tmp_path, text):
    write_part(tmp_path, "p", ["a"], {"t": table("a")})
    (tmp_path / "parts" / "p.json").write_text(text)
    assert sound_parts(tmp_path) == {}


def test_a_missing_run_manifest_or_table_is_named(tmp_path):
    with pytest.raises(ResultsError, match="manifest"):
        read(tmp_path, "t")
    write_part(tmp_path, "p", ["a"], {"t": table("a")})
    with pytest.raises(ResultsError, match="1 runs are missing"):
        finish(tmp_path, ["a", "b"], {})
    finish(tmp_path, ["a"], {})
    with pytest.raises(ResultsError, match=r"no table 'u'\. Known: t"):
        read(tmp_path, "u")
