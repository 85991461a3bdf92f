import os
import sys
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import dask
import fake_ecosystem
import faulty
import pytest
from distributed import KilledWorker, LocalCluster
from fake_ecosystem import simulate
from test_runner import quiet, same, specs
from typer.testing import CliRunner

from ecosystem.errors import InputError
from experiments import cluster as module
from experiments.cli import app
from experiments.cluster import Token, cluster
from experiments.runner import Cancelled, run_all
from experiments.store import FolderError
from experiments.workers import LostError

HERE = "127.0.0.1:0"


@pytest.fixture(scope="module")
def address():
    """A scheduler and two workers, which are threads here: they start at once."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        dashboard_address=HERE,
    ) as local:
        yield local.scheduler_address


def made(folder: Path, address: str, todo, **options) -> None:
    with cluster(address, folder) as lent:
        assert lent.workers == 2
        run_all(todo, lent.workers, quiet, folder, executor=lent.executor, **options)


def test_a_cluster_makes_the_same_results_bit_by_bit(tmp_path, address):
    todo = specs()
    made(tmp_path / "cluster", address, todo, simulate=simulate)
    run_all(todo, 1, quiet, tmp_path / "here", simulate=simulate)
    same(tmp_path / "cluster", tmp_path / "here")
    # other chunks: 9 runs of one strategy, then the rest
    made(tmp_path / "parts", address, todo[::2], simulate=simulate)
    made(tmp_path / "parts", address, todo, simulate=simulate)
    same(tmp_path / "parts", tmp_path / "here")
    assert not list((tmp_path / "parts").glob(".token*"))


def test_what_a_cluster_has_in_hand_is_stored_when_cancelled(tmp_path, address):
    todo, heard = specs(futures=29), []

    def hear(done: int, total: int) -> None:
        heard.append(done)

    with pytest.raises(Cancelled), cluster(address, tmp_path) as lent:
        run_all(todo, lent.workers, hear, tmp_path, simulate=simulate, executor=lent.executor,
                cancelled=lambda: heard[-1] > 0)  # fmt: skip
    assert 0 < heard[-1] < 60
    assert run_all(todo, 1, quiet, tmp_path, simulate=simulate).found == heard[-1]


def test_the_command_takes_a_cluster(tmp_path, address, monkeypatch):
    (tmp_path / "tiny.toml").write_text(fake_ecosystem.WORLD)
    for key in ("S0", "S2"):
        text = f'key = "{key}"\nname = "{key}"\ndescription = "made up"\n'
        (tmp_path / f"{key}.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    fake_ecosystem.stand_in(monkeypatch)
    words = ["compare", "--world", "tiny.toml", "--strategies", "S0.toml,S2.toml", "--baseline",
             "S0.toml", "--futures", "2", "--scheduler", address, "--out", "out"]  # fmt: skip
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "6 runs made, 0 found in out." in result.stderr


@pytest.mark.parametrize("command", ["compare", "sweep", "experiment", "sensitivity"])
def test_commands_say_that_nobody_answers(tmp_path, command, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_S", 0.3)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.toml").write_text('title = "t"\nstrategies = ["S0"]\nfutures = 1\n')
    with (tmp_path / "plan.toml").open("a") as handle:
        handle.write('[vary]\n"numbers.lab.friction" = [0.0, 0.1]\n')
    given = {"sweep": ["plan.toml"], "experiment": ["E1"]}.get(command, [])
    words = [command, *given, "--scheduler", "tcp://127.0.0.1:1", "--out", "out"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2, result.output
    assert "tcp://127.0.0.1:1: no Dask scheduler answered within 0.3 s" in result.stderr
    assert "Traceback" not in result.output


def test_a_place_that_is_no_address_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_S", 0.3)
    with pytest.raises(InputError, match="tcp://host:port"), cluster("nonsense", tmp_path):
        pass


def test_a_scheduler_without_workers_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_S", 0.3)
    with (
        LocalCluster(
            n_workers=0, processes=False, protocol="tcp://", dashboard_address=HERE
        ) as local,
        pytest.raises(InputError, match="it has no workers; start some with: dask worker tcp://"),
        cluster(local.scheduler_address, tmp_path),
    ):
        pass


def test_without_dask_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="uv sync --extra cluster"), cluster("tcp://a:1", tmp_path):
        pass


def test_a_worker_says_why_it_cannot_make_runs_for_us(tmp_path):
    token = Token(tmp_path / ".token.1", module.code_digest(), module.versions())
    assert "does not see" in token.refusal()
    token.file.touch()
    assert token.refusal() == ""
    assert not list(tmp_path.glob(".try*"))
    assert "other code" in token._replace(code="other").refusal()
    assert (
        "another version of numpy"
        in token._replace(versions={**token.versions, "numpy": "1"}).refusal()
    )
    with pytest.raises(FolderError, match=r"^The worker on .* has other code"):
        module._checked(token._replace(code="other"), int)


def test_a_worker_that_cannot_write_is_told_before_any_run(tmp_path, address, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module.tempfile, "mkstemp", refuse)
    with pytest.raises(InputError, match=r"cannot write into .*: Permission denied"):
        made(tmp_path, address, specs(futures=1), simulate=simulate)
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_what_fails_in_a_cluster_is_told_in_our_words():
    died, lost, own = Future(), Future(), Future()
    died.set_exception(KilledWorker("chunk", SimpleNamespace(address="tcp://w:1"), 3))
    lost.cancel()
    own.set_exception(FolderError("full"))
    for inner, kind, words in (
        (died, LostError, "Workers of the cluster died over one chunk.*tcp://w:1"),
        (lost, LostError, "scheduler was lost"),
        (own, FolderError, "full"),
    ):
        outer = Future()
        module._pass_on(outer, inner)
        with pytest.raises(kind, match=words):
            outer.result()


@pytest.mark.slow
def test_a_cluster_that_is_lost_ends_with_one_message_and_the_runs_go_on_here(tmp_path):
    todo = specs(futures=29)
    local = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=HERE)

    def stop(done: int, total: int) -> None:
        if done:
            local.close()

    with (
        pytest.raises(LostError, match="of 60 runs are kept") as raised,
        cluster(local.scheduler_address, tmp_path) as lent,
    ):
        run_all(todo, 2, stop, tmp_path, simulate=simulate, executor=lent.executor)
    assert "scheduler was lost. In flight: S" in str(raised.value)
    assert 0 < run_all(todo, 1, quiet, tmp_path, simulate=simulate).found < 60
    run_all(todo, 1, quiet, tmp_path / "whole", simulate=simulate)
    same(tmp_path, tmp_path / "whole")


@pytest.mark.slow
def test_a_worker_of_a_cluster_that_dies_once_costs_no_run(tmp_path, monkeypatch):
    mark = tmp_path / "mark"
    mark.touch()
    monkeypatch.setenv(faulty.MARK, str(mark))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=HERE
    ) as local:
        made(tmp_path / "hit", local.scheduler_address, faulty.specs(), simulate=faulty.mortal)
    assert not mark.exists()
    run_all(faulty.specs(), 1, quiet, tmp_path / "whole", simulate=simulate)
    same(tmp_path / "hit", tmp_path / "whole")


@pytest.mark.slow
def test_a_run_that_kills_every_worker_of_a_cluster_is_named_and_the_rest_kept(tmp_path):
    todo = faulty.specs()
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=HERE
        ) as local,
        pytest.raises(LostError, match="of 60 runs are kept") as raised,
    ):
        made(tmp_path, local.scheduler_address, todo, simulate=faulty.deadly)
    assert "Workers of the cluster died over one chunk" in str(raised.value)
    assert "S2" in str(raised.value)
    tally = run_all(todo, 1, quiet, tmp_path, simulate=simulate)
    assert tally.found + tally.made == 60
    run_all(todo, 1, quiet, tmp_path / "whole", simulate=simulate)
    same(tmp_path, tmp_path / "whole")
