"""Comparisons in the background: bounds, queue, cancelling, going on, and what stays on disk."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ecosystem.errors import InputError
from ecosystem.scenario import load_strategy, load_world
from experiments.design import Experiment
from experiments.runner import Cancelled
from viz import jobs
from viz.jobs import MOST_FUTURES, MOST_WAITING, Job, Office, Request, Workers, read_request
from viz.underway import clock, words

PATIENCE_S = 20.0
WORLD = load_world("fictional")
PAIR = (load_strategy("S0"), load_strategy("S2"))


def request(seed: int = 0, **changes: object) -> Request:
    asked = Request(Experiment(WORLD, PAIR, "S0", 3, seed, 20), "ecosystem compare")
    return replace(asked, **changes)


@contextmanager
def threads() -> Iterator[Workers]:
    with ThreadPoolExecutor(1) as pool:
        yield Workers(pool, 1, lambda: pool.shutdown(wait=False, cancel_futures=True))


def until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


class Held:
    """Stands in for the runs: they are made one by one, each when it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go = threading.Semaphore(0)
        self.raises: Exception | None = None

    def __call__(self, specs, count, on_done, folder, *, about, executor, cancelled) -> None:
        self.begun.append(folder.name)
        on_done(0, len(specs))
        for done in range(1, len(specs) + 1):
            while not self.go.acquire(timeout=0.01):
                if cancelled():
                    raise Cancelled("cancelled")
            if self.raises:
                raise self.raises
            on_done(done, len(specs))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    fake = Held()
    monkeypatch.setattr(jobs, "run_all", fake)
    monkeypatch.setattr(jobs, "conclude", lambda *_: None)
    return fake


@pytest.fixture
def office(tmp_path: Path, held: Held) -> Iterator[Office]:
    office = Office(tmp_path / "results", threads)
    yield office
    office.close()


def test_a_job_is_counted_and_ends_in_its_folder(office: Office, held: Held):
    job = office.ask(request(), "a")
    until(lambda: job.progress.total == 8)
    held.go.release(3)
    until(lambda: job.progress.done == 3)
    assert job.progress.rate_per_s > 0
    assert job.progress.left_s == pytest.approx(5 / job.progress.rate_per_s)
    held.go.release(5)
    until(lambda: job.progress.phase == "done")
    assert job.folder == office.root / job.name
    assert read_request(job.folder) == request()


def test_equal_requests_have_one_folder_and_others_their_own(tmp_path: Path):
    names = {
        request().name,
        request(command="other words").name,
        request(budget_share=0.5).name,  # of no account at own cost
    }
    assert len(names) == 1
    others = {request(1).name, request(frame="equal-budget").name}
    assert len(names | others) == 3


def test_the_same_request_from_another_tab_joins_the_job(office: Office):
    assert office.ask(request(), "a") is office.ask(request(), "b")


def test_a_tab_has_one_at_a_time_and_the_server_two(office: Office, held: Held):
    first = office.ask(request(0), "a")
    with pytest.raises(InputError, match="This tab has a comparison under way"):
        office.ask(request(1), "a")
    office.ask(request(1), "b")
    third, fourth = office.ask(request(2), "c"), office.ask(request(3), "d")
    until(lambda: len(held.begun) == 2)
    assert (office.ahead(first), office.ahead(third), office.ahead(fourth)) == (0, 1, 2)
    assert "one comparison is ahead" in words(third, office.ahead(third))
    held.go.release(8 + 7)  # whichever ends first makes room
    until(lambda: len(held.begun) == 3)
    assert third.name.endswith(held.begun[2])
    assert fourth.progress.phase == "waiting"


def test_the_queue_has_an_end(office: Office):
    for seed in range(2 + MOST_WAITING):
        office.ask(request(seed), str(seed))
    with pytest.raises(InputError, match="wait already"):
        office.ask(request(99), "z")


def test_cancelling_ends_what_waits_and_what_runs(office: Office, held: Held):
    running = [office.ask(request(seed), str(seed)) for seed in (0, 1)]
    waiting = office.ask(request(2), "2")
    until(lambda: len(held.begun) == 2)
    office.cancel(waiting)
    assert waiting.progress.phase == "cancelled"
    assert "had not begun" in waiting.progress.message
    office.cancel(running[0])
    until(lambda: running[0].progress.phase == "cancelled")
    assert "asking again goes on" in running[0].progress.message
    assert office.of_tab("0") is None, "the tab may ask again"
    assert running[1].live


def test_closing_ends_everything(office: Office, held: Held):
    every = [office.ask(request(seed), str(seed)) for seed in (0, 1, 2)]
    until(lambda: len(held.begun) == 2)
    office.close()
    assert [job.progress.phase for job in every] == ["cancelled"] * 3
    with pytest.raises(InputError, match="stopping"):
        office.ask(request(5), "x")


def test_a_process_that_dies_is_told_with_the_way_out(office: Office, held: Held):
    held.raises = BrokenProcessPool("died")
    held.go.release()
    job = office.ask(request(), "a")
    until(lambda: not job.live)
    assert job.progress.phase == "failed"
    assert "want of memory" in job.progress.message


def test_what_fails_unforeseen_is_told_and_frees_its_place(
    office: Office, held: Held, caplog: pytest.LogCaptureFixture
):
    held.raises = ZeroDivisionError("of its own")
    held.go.release()
    job = office.ask(request(), "a")
    until(lambda: not job.live)
    assert job.progress.message == "of its own"
    assert "ZeroDivisionError" in caplog.text
    until(lambda: office.ask(request(1), "a").progress.total == 8)


@pytest.mark.parametrize(
    ("wrong", "limit"),
    [
        ({"futures": MOST_FUTURES + 1}, "futures = 129: from the app 1 to 128"),
        ({"weeks": 1_041}, "weeks = 1,041: from the app 1 to 1,040"),
        ({"seed": -1}, "seed = -1"),
        ({"seed": 2_000_000_000}, "seed = 2,000,000,000"),
        ({"strategies": PAIR[:1]}, "strategies = 1: from the app 2 to 20"),
    ],
)
def test_what_is_too_much_is_refused_with_its_limit(office: Office, wrong: dict, limit: str):
    asked = request()
    with pytest.raises(InputError, match=limit):
        office.ask(replace(asked, experiment=replace(asked.experiment, **wrong)), "a")
    with pytest.raises(InputError, match="budget share"):
        office.ask(replace(asked, budget_share=2.0), "a")
    with pytest.raises(InputError, match="frame"):
        office.ask(replace(asked, frame="free"), "a")


def test_a_request_of_another_version_is_no_request(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read"):
        read_request(tmp_path)
    (tmp_path / jobs.ASKED).write_text(json.dumps({"world": {}}))
    with pytest.raises(InputError, match="Ask for the comparison again"):
        read_request(tmp_path)


def test_time_is_told_as_people_read_it():
    assert [clock(s) for s in (0.2, 65, 3_600)] == ["0:00", "1:05", "1:00:00"]


def test_words_for_every_phase(tmp_path: Path):
    job = Job(request(), "n", tmp_path, "a")
    told = {}
    for phase in ("waiting", "budget", "running", "concluding", "done"):
        job.progress = jobs.Progress(phase, 4, 8, 2.0, 2.0)
        told[phase] = words(job, 2)
    assert told["running"] == "4 of 8 runs · 2.00 runs/s · 0:02 left"
    assert "2 comparisons are ahead" in told["waiting"]
    assert len(set(told.values())) == 5


def test_at_equal_budget_scaled_strategies_are_run(
    office: Office, held: Held, monkeypatch: pytest.MonkeyPatch
):
    scaled = PAIR[1].scaled(0.5)

    def at_budget(experiment, share, count, folder, pool):
        assert (share, experiment.strategies) == (0.002, PAIR)
        return replace(experiment, strategies=(PAIR[0], scaled)), "what it made of it"

    concluded: list[tuple] = []
    monkeypatch.setattr(jobs, "at_budget", at_budget)
    monkeypatch.setattr(jobs, "conclude", lambda *told: concluded.append(told))
    held.go.release(8)
    job = office.ask(request(frame="equal-budget", budget_share=0.002), "a")
    until(lambda: not job.live)
    assert job.progress.phase == "done"
    ((experiment, folder, command, money),) = concluded
    assert experiment.strategies == (PAIR[0], scaled)
    assert (folder, command, money) == (job.folder, "ecosystem compare", "what it made of it")
    assert read_request(folder).experiment.strategies == PAIR, "what was asked, not what was scaled"
