"""Comparisons in the background: any tab asks, processes of their own carry them out.

An :class:`Office` belongs to one server. What it makes lies below its results folder, in a folder
named by a digest of what was asked: the same request again goes on from what is there.
"""

import json
import logging
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ecosystem.errors import EcosystemError, InputError
from ecosystem.results import replace_file
from experiments.comparison import FRAMES, about, at_budget
from experiments.conclude import write_answer
from experiments.design import Experiment
from experiments.reopen import reopen
from experiments.runner import Cancelled, run_all
from viz.report import write_report
from viz.worker import set_up

ASKED = "asked.json"
"""Beside the runs from the start: what was asked, so that an unfinished comparison can go on."""

MADE_HERE = "app"
"""Folder below the results folder for what the app makes."""

MOST_STRATEGIES, MOST_FUTURES, MOST_WEEKS, MOST_SEED = 20, 128, 1_040, 1_000_000_000
AT_ONCE = 2
"""Comparisons that run at a time on one server."""
MOST_WAITING = 16

_PATIENCE_S = 10.0
_LOG = logging.getLogger(__name__)

type Phase = Literal["waiting", "budget", "running", "concluding", "done", "cancelled", "failed"]
ENDED: tuple[Phase, ...] = ("done", "cancelled", "failed")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    experiment : Experiment
        Strategies as they are written.
    command : str
        Of the console that makes the same.
    frame : {"natural", "equal-budget"}
    budget_share : float
        Of campus capex, at equal budget.
    """

    experiment: Experiment
    command: str
    frame: str = "natural"
    budget_share: float = 0.003

    def check(self) -> None:
        """Refuse what is too much for a server, or wrong."""
        e = self.experiment
        weeks = e.weeks or e.world.weeks
        _within("strategies", len(e.strategies), 2, MOST_STRATEGIES)
        _within("futures", e.futures, 1, MOST_FUTURES)
        _within("weeks", weeks, 1, MOST_WEEKS)
        _within("seed", e.seed, 0, MOST_SEED)
        if self.frame not in FRAMES:
            raise InputError(f"frame {self.frame!r}: it is one of {', '.join(FRAMES)}.")
        if not 0 < self.budget_share <= 1:
            raise InputError(f"budget share {self.budget_share:g}: above 0, and not above 1.")

    @property
    def about(self) -> dict[str, Any]:
        """What is written beside the runs."""
        said = about(self.experiment, self.command)
        return {**said, "frame": self.frame, "budget_share": self.budget_share}

    @property
    def name(self) -> str:
        """Name of its folder below the results folder: equal for equal requests of equal code."""
        e = self.experiment
        inputs = {key: value for key, value in self.about.items() if key != "command"}
        if self.frame == "natural":
            del inputs["budget_share"]
        digest = sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:10]
        world = re.sub(r"[^A-Za-z0-9_-]+", "-", e.world.name)
        return f"{MADE_HERE}/{world}-{len(e.strategies)}x{e.futures}-{digest}"


def _within(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InputError(
            f"{what} = {value:,}: from the app {least} to {most:,}. The command `ecosystem "
            "compare` takes more."
        )


def read_request(folder: Path) -> Request:
    """Return what was asked for in a folder.

    Raises
    ------
    InputError
        If it holds no request, or one of another version.
    """
    from ecosystem.scenario import Strategy, World

    try:
        said = json.loads((folder / ASKED).read_text(encoding="utf-8"))
        experiment = Experiment(
            World.model_validate(said["world"]),
            tuple(Strategy.model_validate(s) for s in said["strategies"]),
            said["baseline"],
            said["futures"],
            said["seed"],
            said["weeks"],
            said["doublings"],
        )
        return Request(experiment, said["command"], said["frame"], said["budget_share"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder.name}: what was asked there cannot be read ({type(error).__name__}). "
            "Ask for the comparison again."
        ) from error


class Progress(NamedTuple):
    """How far a comparison is; replaced as a whole.

    Attributes
    ----------
    phase : str
    done, total : int
        Runs; those found from before are done.
    rate_per_s, left_s : float
        Runs per second since work began, and seconds to go at that rate; NaN until known.
    message : str
        What went wrong, or what is kept.
    """

    phase: Phase
    done: int = 0
    total: int = 0
    rate_per_s: float = float("nan")
    left_s: float = float("nan")
    message: str = ""


class Workers(NamedTuple):
    """Processes lent to one job: where to submit, how many they are, how to end them at once."""

    executor: Executor
    processes: int
    stop: Callable[[], None]


@dataclass(eq=False)
class Job:
    """A comparison that was asked for.

    Attributes
    ----------
    request : Request
    name : str
        Of its folder below the results folder.
    folder : Path
    tab : str
        Who asked.
    progress : Progress
        The latest; any thread may read it.
    """

    request: Request
    name: str
    folder: Path
    tab: str
    progress: Progress = field(default_factory=lambda: Progress("waiting"))
    _stop: threading.Event = field(default_factory=threading.Event)
    _workers: Workers | None = None
    _began: tuple[float, int] | None = None
    _found: int | None = None

    @property
    def live(self) -> bool:
        """Whether it waits or works."""
        return self.progress.phase not in ENDED

    @property
    def stopping(self) -> bool:
        """Whether it was cancelled and has not ended yet."""
        return self._stop.is_set() and self.live

    def cancel(self) -> None:
        """End it: runs in hand are finished and kept; what keeps nothing ends at once."""
        self._stop.set()
        if self._workers and self.progress.phase in ("budget", "concluding"):
            self._workers.stop()

    def carry_out(self, lend: Callable[[], AbstractContextManager[Workers]]) -> None:
        """Make the runs and the report; never raises."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            said = json.dumps(self.request.about, indent=1).encode()
            replace_file(self.folder / ASKED, said)
            with lend() as workers:
                self._workers = workers
                self._work(workers)
            self._say("done")
        except BaseException as error:
            self._ended(error)
        finally:
            self._workers = None

    def _work(self, workers: Workers) -> None:
        experiment, money = self.request.experiment, ""
        if self.request.frame == "equal-budget":
            self._say("budget")
            share, pool = self.request.budget_share, workers.executor
            experiment, money = at_budget(experiment, share, workers.processes, self.folder, pool)
        self._say("running")
        run_all(
            experiment.specs(),
            workers.processes,
            self._counted,
            self.folder,
            about=about(experiment, self.request.command),
            executor=workers.executor,
            cancelled=self._stop.is_set,
        )
        self._say("concluding")
        command = self.request.command
        workers.executor.submit(conclude, experiment, self.folder, command, money).result()

    def _counted(self, done: int, total: int) -> None:
        now, rate = time.monotonic(), float("nan")
        if self._found is None:
            self._found = done
        elif self._began is None:
            self._began = now, done  # the first chunk pays for starting processes
        else:
            since, first = self._began
            rate = (done - first) / (now - since)
        self.progress = Progress("running", done, total, rate, (total - done) / rate)

    def _say(self, phase: Phase, message: str = "") -> None:
        nothing = float("nan")
        self.progress = self.progress._replace(
            phase=phase, message=message, rate_per_s=nothing, left_s=nothing
        )

    def _ended(self, error: BaseException) -> None:
        done, total = self.progress.done, self.progress.total
        if isinstance(error, Cancelled | CancelledError) or self._stop.is_set():
            kept = f"{done} of {total} runs are kept; asking again goes on there."
            self._say("cancelled", kept if total else "Nothing was made yet.")
        elif isinstance(error, BrokenProcessPool):
            why = "A process died, perhaps for want of memory"
            self._say("failed", f"{why}; {done} of {total} runs are kept. Ask for it again.")
        else:
            if not isinstance(error, EcosystemError | OSError):
                _LOG.error("comparison %s", self.name, exc_info=error)
            self._say("failed", f"{error or type(error).__name__}")


def conclude(experiment: Experiment, folder: Path, command: str, money: str) -> None:
    """Write answer and report of finished runs; a worker does it, as it keeps a core busy."""
    said = write_answer(experiment, 0, folder, command, money)
    write_report(folder, reopen(folder), said, date.today())


class Office:
    """What takes requests and carries them out, a few at a time.

    Parameters
    ----------
    root : Path
        Results folder. Made when something is written into it.
    lend : callable
        Returns a context that lends workers to one job.
    at_once : int
        Jobs that work at a time; the others wait in the order in which they were asked for.
    """

    def __init__(
        self,
        root: Path,
        lend: "Callable[[], AbstractContextManager[Workers]] | None" = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self.root = root.absolute()
        self._lend = lend or own_processes
        self._at_once = at_once
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._threads: dict[Job, threading.Thread] = {}
        self._closed = False

    def ask(self, request: Request, tab: str) -> Job:
        """Take a request; if the same is under way already, return that.

        Raises
        ------
        InputError
            If it is too much, the tab has another one under way, or too many wait.
        """
        request.check()
        name = request.name
        with self._lock:
            if self._closed:
                raise InputError("The server is stopping: start it again, then ask again.")
            known = self._jobs.get(name)
            if known and known.live:
                return known
            if any(job.live and job.tab == tab for job in self._jobs.values()):
                raise InputError(
                    "This tab has a comparison under way: wait for it, cancel it, or open another "
                    "tab."
                )
            if len(self._waiting) >= MOST_WAITING:
                raise InputError(f"{MOST_WAITING} comparisons wait already. Try again later.")
            job = Job(request, name, self.root / name, tab)
            self._jobs[name] = job
            self._waiting.append(job)
            self._begin()
        return job

    def job(self, name: str) -> Job | None:
        """Return the latest job in a folder, if this server has had one."""
        return self._jobs.get(name)

    def of_tab(self, tab: str) -> Job | None:
        """Return what a tab has under way."""
        with self._lock:
            return next((j for j in self._jobs.values() if j.live and j.tab == tab), None)

    def ahead(self, job: Job) -> int:
        """Return how many others must end before a job that waits begins."""
        with self._lock:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def cancel(self, job: Job) -> None:
        """End a job, begun or not."""
        job.cancel()
        with self._lock:
            if job in self._waiting:
                self._waiting.remove(job)
                job.progress = Progress("cancelled", message="It had not begun.")

    def close(self) -> None:
        """End all jobs and processes; what was stored stays."""
        with self._lock:
            self._closed = True
            waiting, threads = list(self._waiting), dict(self._threads)
        for job in waiting:
            self.cancel(job)
        for job in threads:
            job.cancel()
            if job._workers:
                job._workers.stop()
        for thread in threads.values():
            thread.join(_PATIENCE_S)

    def _begin(self) -> None:
        """Begin what may begin; the caller holds the lock."""
        while self._waiting and len(self._threads) < self._at_once and not self._closed:
            job = self._waiting.popleft()
            thread = threading.Thread(target=self._carry_out, args=(job,), daemon=True)
            self._threads[job] = thread
            thread.start()

    def _carry_out(self, job: Job) -> None:
        try:
            job.carry_out(self._lend)
        finally:
            with self._lock:
                del self._threads[job]
                self._begin()


class _Tracked(SpawnContext):
    """Starts processes and remembers them, so that they can be ended at once."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[SpawnProcess] = []

    def Process(self, *args: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        """Return a process that is not started yet."""
        process = SpawnProcess(*args, **options)
        self.made.append(process)
        return process


@contextmanager
def own_processes() -> Iterator[Workers]:
    """Lend one process per core; they give way to the page, and end with it."""
    context, count = _Tracked(), _cores()

    def stop() -> None:
        for process in context.made:
            if process.is_alive():
                process.terminate()

    pool = ProcessPoolExecutor(count, mp_context=context, initializer=set_up)
    try:
        yield Workers(pool, count, stop)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_chosen = Path("results")


def choose_results(root: Path) -> None:
    """Say where the server's results lie; before the first :func:`server_office`."""
    global _chosen
    _chosen = root


@cache
def server_office() -> Office:
    """Return the office of this server."""
    return Office(_chosen)
