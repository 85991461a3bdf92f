"""What many runs cost beyond the model, and how fast their results are read.

Limits hold on the machine of ``experiments/bench/reference.py`` when idle; elsewhere they are
multiplied by how slow the machine is now. Where another engine or a bare process pool is the
measure, it is timed in the same test.
"""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

import engines
import numpy as np
import pytest
from planning import Cheap

from ecosystem.scenario import load_strategy, load_world
from experiments.bench.reference import slowness, workload
from experiments.bench.row import table
from experiments.bench.runs import noisy, nothing, overhead_row
from experiments.bench.square import each_us, quiet
from experiments.design import Experiment
from experiments.runner import run_all
from experiments.store import read
from experiments.workers import pool_of

FAN_S = 0.1
FAN_RUNS = 5_000
BYTES_PER_RUN = 3_000
SHARE_OF_POSSIBLE = 0.85


@pytest.mark.bench
def test_a_run_costs_little_beyond_the_model():
    row = overhead_row(repeats=3)
    mesa = each_us(lambda runs: engines.mesa(runs, 1), 200, 2_200)
    print(f"\n{table([row])}\nMesa's batch_run in one process, not stored: {mesa:.0f} us")
    assert row.limited
    assert row.holds
    assert row.value < mesa


@pytest.mark.bench
def test_the_fan_of_5000_runs_is_there_at_once(tmp_path):
    world = Cheap.model_validate(dict(load_world("stargate")))
    policies = tuple(map(load_strategy, ("S0", "S1", "S2", "S3", "S4")))
    specs = Experiment(world, policies, "S0", FAN_RUNS // len(policies) - 1).specs()
    run_all(specs, 1, quiet, tmp_path, simulate=nothing, keep=noisy)
    spent = []
    for _ in range(5):
        begin = process_time()
        t = read(tmp_path, "yearly", columns=["strategy", "date", "usable_mw"])
        keys = np.unique(t["strategy"].astype("U") + t["date"].astype("U"), return_inverse=True)[1]
        order = np.argsort(keys, kind="stable")
        values = t["usable_mw"][order].reshape(-1, FAN_RUNS // len(policies))
        fan = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
        spent.append(process_time() - begin)
    factor = slowness()
    print(f"fan of {FAN_RUNS} runs, {values.shape[0]} points: {min(spent):.3f} s of "
          f"processor time (limit {FAN_S} s, slower by {factor:.2f})")  # fmt: skip
    assert fan.shape == (5, len(values))
    assert (np.diff(fan, axis=0) >= 0).all()
    assert min(spent) <= FAN_S * factor


def peak_bytes(folder: Path, runs: int) -> float:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("planning.py")), str(folder), str(runs)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout) * 2**20


@pytest.mark.slow
def test_a_hundred_thousand_runs_are_planned_stopped_and_resumed_in_little_memory(tmp_path):
    few, many = peak_bytes(tmp_path / "few", 10_000), peak_bytes(tmp_path / "many", 100_000)
    each = (many - few) / 90_000
    print(f"memory: {few / 2**20:.0f} MiB for 10,000 runs, {many / 2**20:.0f} MiB for 100,000: "
          f"{each:.0f} bytes a run more (limit {BYTES_PER_RUN})")  # fmt: skip
    assert each <= BYTES_PER_RUN


def burn(_: int) -> None:
    for _ in range(400):
        workload()


def possible() -> float:
    """Return how much faster two processes do plain work than one does, here and now."""
    spent = {}
    for jobs in (1, 2):
        with pool_of(jobs) as pool:
            list(pool.map(burn, range(jobs)))  # started
            begin = perf_counter()
            list(pool.map(burn, range(4)))
            spent[jobs] = perf_counter() - begin
    return spent[1] / spent[2]


@pytest.mark.bench
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
def test_two_workers_are_nearly_twice_as_fast_as_one(tmp_path):
    """Of the real model; what the machine gives two processes at best is measured beside it."""
    world, policies = load_world("stargate"), tuple(map(load_strategy, ("S0", "S2")))
    spent, first = {}, {}
    best = possible()
    for jobs in (1, 2):
        with pool_of(jobs) as pool:
            for name, futures, into in (("a", jobs, first), ("b", 11, spent)):
                specs = Experiment(world, policies, "S0", futures, weeks=260).specs()
                folder, begin = tmp_path / f"{name}{jobs}", perf_counter()
                run_all(specs, jobs, quiet, folder, executor=pool)
                into[jobs] = perf_counter() - begin
    best = max(best, possible())
    begin = perf_counter()
    run_all(specs, 2, quiet, tmp_path / "whole")
    whole = perf_counter() - begin
    print(f"{len(specs)} runs of 260 weeks: {spent[1]:.1f} s with one worker, {spent[2]:.1f} s "
          f"with two: {spent[1] / spent[2]:.2f} times; plain work: {best:.2f} times. First runs, "
          f"with imports: {first[1]:.1f} and {first[2]:.1f} s; two workers from the start: "
          f"{whole:.1f} s, {spent[1] / whole:.2f} times")  # fmt: skip
    assert spent[1] / spent[2] >= SHARE_OF_POSSIBLE * best
