import json
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fake_ecosystem import fragile, simulate, strategy, tiny_world

from ecosystem.errors import ResultsError
from ecosystem.scenario import load_strategy, load_world
from experiments import runner
from experiments.design import Experiment
from experiments.runner import Cancelled, run_all
from experiments.store import read, stored

TABLES = ("runs", "outcomes", "yearly", "sites", "phases", "events")


def specs(futures=3, strategies=("S0", "S2"), weeks=150):
    policies = {
        "S0": strategy("S0"),
        "S2": strategy("S2", agreement_share_of_capex=0.01),
    }
    chosen = tuple(policies[key] for key in strategies)
    return Experiment(tiny_world(), chosen, chosen[0].key, futures, weeks=weeks).specs()


def same(a: Path, b: Path) -> None:
    for name in TABLES:
        one, other = read(a, name), read(b, name)
        assert list(one) == list(other)
        for column in one:
            np.testing.assert_array_equal(one[column], other[column], err_msg=f"{name}.{column}")
            assert one[column].dtype == other[column].dtype


def quiet(done: int, total: int) -> None:
    pass


def test_results_are_the_same_for_one_process_two_processes_and_a_given_executor(tmp_path):
    todo = specs()
    tally = run_all(todo, 1, quiet, tmp_path / "one", simulate=simulate)
    assert (tally.made, tally.found, tally.total) == (8, 0, 8)
    run_all(todo, 2, quiet, tmp_path / "two", simulate=simulate)
    with ThreadPoolExecutor(3) as pool:
        run_all(todo, 7, quiet, tmp_path / "given", simulate=simulate, executor=pool)
    same(tmp_path / "one", tmp_path / "two")
    same(tmp_path / "one", tmp_path / "given")
    outcomes = read(tmp_path / "two", "outcomes")
    assert outcomes["run"].tolist() == [spec.run for spec in todo]


def test_of_a_hundred_runs_in_which_nine_raise_91_are_kept_and_nine_recorded(tmp_path):
    todo = specs(futures=99, strategies=("S0",), weeks=60)
    run_all(todo, 1, quiet, tmp_path, simulate=fragile)
    runs = read(tmp_path, "runs")
    failed = runs["status"] == "failed"
    assert failed.sum() == 9
    assert len(read(tmp_path, "outcomes")["run"]) == 91
    assert runs["seed"][failed].tolist() == list(range(3, 100, 11))
    assert "ValueError: seed 3 cannot be run (fake_ecosystem.py:" in runs["error"][3]
    assert set(runs["error"][~failed]) == {""}


class Interrupt:
    """A model that is interrupted when it is asked for one run too many."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, world, strategy, seed, weeks=None):
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return simulate(world, strategy, seed, weeks)


def test_an_interrupted_experiment_goes_on_where_it_was(tmp_path):
    todo = specs(futures=5)
    heard = []
    with pytest.raises(KeyboardInterrupt):
        run_all(todo, 1, lambda *at: heard.append(at), tmp_path / "a", simulate=Interrupt(7))
    assert heard[-1] == (6, 12)
    with pytest.raises(ResultsError, match="manifest"):
        read(tmp_path / "a", "outcomes")
    tally = run_all(todo, 1, quiet, tmp_path / "a", simulate=Interrupt(6))
    assert (tally.made, tally.found) == (6, 6)
    run_all(todo, 1, quiet, tmp_path / "b", simulate=simulate)
    same(tmp_path / "a", tmp_path / "b")


def test_an_interruption_of_processes_keeps_finished_chunks(tmp_path):
    todo = specs(futures=5)

    def stop_after_four(done: int, total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all(todo, 2, stop_after_four, tmp_path, simulate=simulate)
    tally = run_all(todo, 1, quiet, tmp_path, simulate=simulate)
    assert tally.found >= 4
    assert tally.found + tally.made == 12


def test_a_cancelled_experiment_keeps_what_was_in_flight_and_goes_on(tmp_path):
    todo = specs(futures=29)
    asked, heard, raised = threading.Event(), [], []

    def hear(done: int, total: int) -> None:
        heard.append((done, total))
        if done:
            asked.set()

    def in_background() -> None:
        try:
            run_all(todo, 2, hear, tmp_path, simulate=simulate, cancelled=asked.is_set)
        except Cancelled as error:
            raised.append(str(error))

    thread = threading.Thread(target=in_background)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert multiprocessing.active_children() == []
    done, total = heard[-1]
    assert total == 60
    assert 0 < done <= (2 + 4) * 6  # chunks of six: those landed, and two ahead of each process
    assert len(stored(tmp_path, [spec.run for spec in todo])) == done
    assert raised == [
        f"{tmp_path}: cancelled; {done} of 60 runs are kept, and the same again goes on from there."
    ]
    assert run_all(todo, 1, quiet, tmp_path, simulate=simulate).found == done
    run_all(todo, 1, quiet, tmp_path / "whole", simulate=simulate)
    same(tmp_path, tmp_path / "whole")


def test_cancelling_before_the_start_makes_nothing_and_after_the_end_changes_nothing(tmp_path):
    todo = specs(futures=1)
    with pytest.raises(Cancelled, match="0 of 4 runs"):
        run_all(todo, 1, quiet, tmp_path, simulate=Interrupt(0), cancelled=lambda: True)
    run_all(todo, 1, quiet, tmp_path, simulate=simulate)
    tally = run_all(todo, 2, quiet, tmp_path, simulate=Interrupt(0), cancelled=lambda: True)
    assert tally.found == 4


class Counting(ThreadPoolExecutor):
    """Threads that note how many tasks were ever open at once."""

    most = open = 0

    def submit(self, fn, /, *args, **kwargs):
        future = super().submit(fn, *args, **kwargs)
        self.open += 1
        self.most = max(self.most, self.open)
        future.add_done_callback(self.closed)
        return future

    def closed(self, future) -> None:
        self.open -= 1


def test_only_a_few_chunks_per_worker_are_handed_out_at_a_time(tmp_path):
    with Counting(2) as pool:
        run_all(specs(futures=59, weeks=60), 2, quiet, tmp_path, simulate=simulate, executor=pool)
        assert 2 <= pool.most <= 4
        pool.submit(int)  # it stays open


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_bit,
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
    ],
    ids=["flipped", "truncated", "emptied", "removed"],
)
def test_nothing_is_made_twice_but_what_is_damaged(tmp_path, damage):
    todo = specs()
    run_all(todo, 1, quiet, tmp_path, simulate=simulate)
    assert run_all(todo, 2, quiet, tmp_path, simulate=Interrupt(0)).made == 0
    broken = sorted((tmp_path / "parts").glob("*.phases.parquet"))[0]
    damage(broken)
    with pytest.raises(ResultsError, match=broken.name):
        read(tmp_path, "phases")
    lost = json.loads((tmp_path / "parts" / f"{broken.name[:16]}.json").read_text())["runs"]
    tally = run_all(todo, 1, quiet, tmp_path, simulate=simulate)
    assert (tally.made, tally.damaged) == (len(lost), (broken.name,))
    assert run_all(todo, 1, quiet, tmp_path, simulate=Interrupt(0)).damaged == ()
    run_all(todo, 1, quiet, tmp_path / "fresh", simulate=simulate)
    same(tmp_path, tmp_path / "fresh")


def test_parts_of_another_experiment_are_removed_at_the_end(tmp_path):
    run_all(specs(futures=2), 1, quiet, tmp_path, simulate=simulate)
    before = set((tmp_path / "parts").iterdir())
    run_all(specs(futures=2, weeks=100), 1, quiet, tmp_path, simulate=simulate)
    assert not before & set((tmp_path / "parts").iterdir())


def test_a_result_without_a_column_is_a_failed_run(tmp_path):
    def incomplete(world, strategy, seed, weeks=None):
        result = simulate(world, strategy, seed, weeks)
        if strategy.key == "S2":
            del result.tables["weekly"]["usable_mw"]
        return result

    run_all(specs(futures=1), 1, quiet, tmp_path, simulate=incomplete)
    runs = read(tmp_path, "runs")
    assert runs["status"].tolist() == ["ok", "failed"] * 2
    assert "usable_mw" in runs["error"][1]


def test_the_real_model_runs_explained_and_stops_early():
    world, policy = load_world("fictional"), load_strategy("S0")
    assert "slips" in runner.simulate(world, policy, 0, 9, explained=True).tables
    stopped = runner.simulate(world, policy, 0, 9, explained=True, until=4)
    assert len(stopped.series("week")) == 4
