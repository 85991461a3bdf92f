import os
from time import time

import numpy as np
import pytest

from ecosystem.errors import ResultsError
from experiments.store import FolderError, alone, finish, read, stock, write_part


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


def test_columns_are_read_alone_and_an_unknown_one_is_named(tmp_path):
    write_part(tmp_path, "p", ["a", "b"], {"t": table("a", "b")})
    finish(tmp_path, ["b", "a"], {})
    found = read(tmp_path, "t", columns=["value"])
    assert list(found) == ["value"]
    assert found["value"].tolist() == [1, 0]
    with pytest.raises(ResultsError, match="table 't' has no column 'valeu'"):
        read(tmp_path, "t", columns=["valeu"])


def test_nan_is_nan_again(tmp_path):
    columns = {"run": np.array(["a", "a"], dtype=object), "x": np.array([np.nan, 1.0])}
    write_part(tmp_path, "p", ["a"], {"t": columns})
    finish(tmp_path, ["a"], {})
    np.testing.assert_array_equal(read(tmp_path, "t")["x"], [np.nan, 1.0])


@pytest.mark.parametrize("change", [lambda p: p.unlink(), lambda p: p.write_bytes(b"PAR1")])
def test_a_damaged_part_is_named_and_not_sound(tmp_path, change):
    write_part(tmp_path, "p", ["a"], {"t": table("a")})
    finish(tmp_path, ["a"], {})
    assert stock(tmp_path).parts["p"].runs == ["a"]
    change(tmp_path / "parts" / "p.t.parquet")
    assert stock(tmp_path) == ({}, ["p.t.parquet"])
    with pytest.raises(ResultsError, match=r"p\.t\.parquet is missing or damaged"):
        read(tmp_path, "t")


@pytest.mark.parametrize("text", ["", "[1]", '{"runs": 3, "files": {}}', "{}"])
def test_a_part_with_an_unreadable_note_is_not_sound(tmp_path, text):
    write_part(tmp_path, "p", ["a"], {"t": table("a")})
    (tmp_path / "parts" / "p.json").write_text(text)
    assert stock(tmp_path) == ({}, ["p.json"])


def test_parts_that_share_runs_are_merged_and_each_run_is_read_once(tmp_path):
    """As when a process was killed after it had stored what another then made again."""
    write_part(tmp_path, "p0", ["a", "b"], {"t": table("a", "b", "b"), "u": table("b")})
    write_part(tmp_path, "p1", ["b", "c"], {"t": table("b", "b", "c")})
    write_part(tmp_path, "p2", ["a"], {"t": table("a")})
    finish(tmp_path, ["c", "b", "a"], {})
    found = read(tmp_path, "t")
    assert found["run"].tolist() == ["c", "b", "b", "a"]
    assert found["value"].tolist() == [2, 0, 1, 0]  # of p1, and once more a of p0
    assert len(stock(tmp_path).parts) == 1
    finish(tmp_path, ["c", "b", "a"], {})
    assert read(tmp_path, "t")["run"].tolist() == ["c", "b", "b", "a"]


def test_many_small_parts_become_few_and_read_the_same(tmp_path):
    names = [f"{i:03d}" for i in range(200)]
    for i in range(0, 200, 2):
        write_part(tmp_path, f"p{i}", names[i : i + 2], {"t": table(*names[i : i + 2], start=i)})
    before = [float(i) for i in range(200)]
    finish(tmp_path, names, {})
    assert read(tmp_path, "t")["value"].tolist() == before
    assert read(tmp_path, "t")["text"].tolist() == [f"é|,{name}" for name in names]
    assert [len(part.runs) for part in stock(tmp_path).parts.values()] == [200]
    assert len(list((tmp_path / "parts").iterdir())) == 2


def test_a_folder_is_for_one_process_at_a_time(tmp_path):
    with (
        alone(tmp_path / "new"),
        pytest.raises(FolderError, match=r"new is in use by process \d+ on .*: wait for it"),
        alone(tmp_path / "new"),
    ):
        pass
    with alone(tmp_path / "new"):
        pass


def test_what_killed_processes_left_is_removed_once_it_is_old(tmp_path):
    write_part(tmp_path, "p", ["a"], {"t": table("a")})
    for name, age_s in ((".old", 7200), (".young", 60)):
        (tmp_path / "parts" / name).touch()
        at = time() - age_s
        os.utime(tmp_path / "parts" / name, (at, at))
    finish(tmp_path, ["a"], {})
    assert {p.name for p in (tmp_path / "parts").iterdir()} == {".young", "p.json", "p.t.parquet"}


def test_a_missing_run_manifest_or_table_is_named(tmp_path):
    with pytest.raises(ResultsError, match="manifest"):
        read(tmp_path, "t")
    write_part(tmp_path, "p", ["a"], {"t": table("a")})
    with pytest.raises(ResultsError, match="1 runs are missing"):
        finish(tmp_path, ["a", "b"], {})
    finish(tmp_path, ["a"], {})
    with pytest.raises(ResultsError, match=r"no table 'u'\. Known: t"):
        read(tmp_path, "u")
