"""The same inputs give the same bits in every process, with one worker or two, on every Python."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("digests.py")
OTHER = "3.13" if sys.version_info[:2] == (3, 12) else "3.12"

pytestmark = pytest.mark.slow


@cache
def digests(python: str = sys.executable, hash_seed: str = "0", jobs: int = 1) -> dict[str, str]:
    """Return the digests that a process of its own finds."""
    done = subprocess.run(
        [python, "-W", "error", str(SCRIPT), str(jobs)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def missing(what: str) -> None:
    """Skip where something is not there; in CI it has to be."""
    if os.environ.get("CI"):
        pytest.fail(f"CI needs {what}.")
    pytest.skip(f"no {what}")


@pytest.fixture(scope="session")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Another Python with the locked libraries, in a folder of its own."""
    uv = shutil.which("uv") or shutil.which(str(ROOT / ".uv/bin/uv"))
    if uv is None:
        missing("uv")
    # pyenv's python3.13 answers for one of its versions only if it is told for which
    environment = {**os.environ, "PYENV_VERSION": OTHER}
    environment.pop("VIRTUAL_ENV", None)

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(uv), *words], cwd=ROOT, env=environment, capture_output=True, text=True
        )

    found = call("python", "find", OTHER)
    python = OTHER if found.returncode else found.stdout.strip()  # uv fetches it where it may
    environment["UV_PROJECT_ENVIRONMENT"] = place = str(tmp_path_factory.mktemp("other") / "venv")
    synced = call("sync", "--frozen", "--no-dev", "--python", python)
    if synced.returncode:
        missing(f"Python {OTHER} with the locked libraries: {synced.stderr.strip()}")
    return str(Path(place) / "bin" / "python")


def test_digests_tell_runs_apart() -> None:
    assert len(set(digests().values())) == len(digests()) == 4


@pytest.mark.parametrize("hash_seed", ["1", "4294967295"])
def test_the_order_of_sets_and_dictionaries_never_shows(hash_seed: str) -> None:
    assert digests(hash_seed=hash_seed) == digests()


def test_two_workers_make_what_one_makes() -> None:
    assert digests(hash_seed="random", jobs=2) == digests()


def test_another_python_makes_the_same_bits(other_python: str) -> None:
    asked = [other_python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    assert subprocess.check_output(asked, text=True).strip() == OTHER
    assert digests(other_python) == digests()
