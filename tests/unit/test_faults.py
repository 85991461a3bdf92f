"""What happens when a process is killed, or the disk is full."""

import errno
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import faulty
import pytest
from fake_ecosystem import simulate
from test_runner import quiet, same

from ecosystem import results
from experiments.runner import run_all
from experiments.store import FolderError, stored
from experiments.workers import LostError

TESTS = Path(__file__).parent


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, str(TESTS / "faulty.py"), str(folder), *more]


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int], within_s: float = 10.0) -> bool:
    end = monotonic() + within_s
    while any(map(alive, pids)) and monotonic() < end:
        sleep(0.02)
    return not any(map(alive, pids))


def killed_at(folder: Path, runs: int) -> tuple[int, list[int]]:
    """Start the command, kill it once it has told of so many runs; return how many, and workers."""
    with subprocess.Popen(command(folder, "2"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            done, _, *pids = map(int, line.split())
            if done >= runs and pids:
                process.send_signal(signal.SIGKILL)
                return done, pids
    raise AssertionError("The command ended before it was killed.")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Results without any fault."""
    folder = tmp_path_factory.mktemp("whole")
    run_all(faulty.specs(), 1, quiet, folder, simulate=simulate)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_killed_command_leaves_no_process_and_goes_on_from_what_was_done(tmp_path, whole):
    found = [0]
    for runs in (1, 20, 40):  # killed three times
        done, pids = killed_at(tmp_path, found[-1] + 1 if runs == 1 else runs)
        assert gone(pids)
        names = [spec.run for spec in faulty.specs()]
        found.append(len(stored(tmp_path, names)))
        assert done <= found[-1] <= done + 4 * 6  # chunks of six; those in flight may be stored
    assert all(a < b for a, b in pairwise(found))
    tally = run_all(faulty.specs(), 2, quiet, tmp_path, simulate=simulate)
    assert (tally.found, tally.made, tally.damaged) == (found[-1], 60 - found[-1], ())
    same(tmp_path, whole)


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced(tmp_path, whole, monkeypatch):
    mark = tmp_path / "mark"
    mark.touch()
    monkeypatch.setenv(faulty.MARK, str(mark))
    heard = []
    tell = lambda done, total: heard.append(done)  # noqa: E731
    tally = run_all(faulty.specs(), 2, tell, tmp_path, simulate=faulty.mortal)
    assert not mark.exists()  # it did die
    assert (tally.made, tally.total, heard[-1]) == (60, 60, 60)
    assert heard == sorted(heard)
    same(tmp_path, whole)


@pytest.mark.slow
def test_when_workers_die_again_and_again_the_run_to_blame_is_named(tmp_path, whole):
    with pytest.raises(LostError) as raised:
        run_all(faulty.specs(), 2, quiet, tmp_path, simulate=faulty.deadly)
    message = str(raised.value)
    assert message.startswith("Worker processes died 3 times, perhaps for want of memory.")
    assert "more" not in message.split("In flight: ")[1].split(". In ")[0]  # few, by then
    assert "S2 in future 4" in message
    kept = len(stored(tmp_path, [spec.run for spec in faulty.specs()]))
    assert 0 < kept < 60
    assert f"In {tmp_path}, {kept} of 60 runs are kept" in message
    assert run_all(faulty.specs(), 2, quiet, tmp_path, simulate=simulate).found == kept
    same(tmp_path, whole)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_where_files_cannot_grow_the_folder_is_named_and_no_half_file_left(tmp_path, whole, jobs):
    """The limit on the size of files stands for a full disk; the first chunks came before."""
    run_all(faulty.specs()[:10], 1, quiet, tmp_path, simulate=simulate)
    limit = max(p.stat().st_size for p in (tmp_path / "parts").iterdir()) // 2
    done = subprocess.run(
        command(tmp_path, jobs, str(limit)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert f"{tmp_path} cannot be written: " in done.stderr
    assert "too large" in done.stderr
    assert "10 of 60 runs are kept, and the same again goes on from there." in done.stderr
    noted = {p.name.split(".")[0] for p in (tmp_path / "parts").glob("*.json")}
    left = {p.name for p in (tmp_path / "parts").iterdir()}
    assert not [name for name in left if name.startswith(".")]
    run_all(faulty.specs(), 1, quiet, tmp_path, simulate=simulate)
    same(tmp_path, whole)
    assert noted


def test_a_full_disk_is_told_with_what_is_kept(tmp_path, monkeypatch):
    todo = faulty.specs(futures=5)
    write, left = results.Path.write_bytes, iter(range(2))

    def full(path: Path, content: bytes) -> int:
        if next(left, None) is None:
            write(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, content)

    monkeypatch.setattr(results.Path, "write_bytes", full)
    with pytest.raises(FolderError) as raised:
        run_all(todo, 1, quiet, tmp_path, simulate=simulate)
    monkeypatch.undo()
    assert str(raised.value) == (
        f"{tmp_path} cannot be written: No space left on device; 4 of 12 runs are kept, and the "
        "same again goes on from there."
    )
    assert not list((tmp_path / "parts").glob(".*"))
    assert run_all(todo, 1, quiet, tmp_path, simulate=simulate).found == 4
    run_all(todo, 1, quiet, tmp_path / "whole", simulate=simulate)
    same(tmp_path, tmp_path / "whole")
