"""What commands share: carrying out runs behind a progress bar, and reading what users write."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ecosystem.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor

    from experiments.design import RunSpec
    from experiments.runner import Progress, Tally

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Workers:
    """Who makes the runs: processes here, or a Dask cluster if there is an address.

    Attributes
    ----------
    jobs : int
        Processes here.
    scheduler : str or None
        Address of the cluster.
    """

    jobs: int
    scheduler: str | None = None

    @contextmanager
    def lent(self, folder: Path) -> "Iterator[tuple[Executor | None, int]]":
        """Lend the cluster's executor, or none for processes here; and the number of workers."""
        if self.scheduler is None:
            yield None, self.jobs
            return
        from experiments.cluster import cluster

        with cluster(self.scheduler, folder) as lent:
            yield lent


def workers_of(jobs: int | None, scheduler: str | None = None) -> Workers:
    """Return who makes the runs, by the options of a command."""
    return Workers(jobs or cores(), scheduler)


def run_counted(
    specs: "Sequence[RunSpec]", workers: Workers, out: Path, about: dict[str, Any], **options: Any
) -> None:
    """Carry out the runs and say how many there were to make."""
    tally = carry_out(specs, workers, out, about, **options)
    if tally.damaged:
        more = f" and {len(tally.damaged) - 1} more" if tally.damaged[1:] else ""
        bad = f"{out}/parts/{tally.damaged[0]}{more}"
        typer.echo(f"Missing or damaged: {bad}; the runs were made again.", err=True)
    typer.echo(f"{tally.made} runs made, {tally.found} found in {out}.", err=True)


def carry_out(
    specs: "Sequence[RunSpec]", workers: Workers, out: Path, about: dict[str, Any], **options: Any
) -> "Tally":
    """Carry out the runs behind a progress bar; Ctrl-C ends with a word on how to go on."""
    from experiments.runner import run_all
    from experiments.store import stored

    with workers.lent(out) as (executor, jobs), progress("runs") as on_done:
        try:
            return run_all(specs, jobs, on_done, out, about=about, executor=executor, **options)
        except KeyboardInterrupt:
            pass
    done = len(stored(out, (spec.run for spec in specs)))
    typer.echo(
        f"Stopped: {done} of {len(specs)} runs are in {out}; the same command goes on.", err=True
    )
    raise typer.Exit(INTERRUPTED)


@contextmanager
def progress(word: str) -> "Iterator[Progress]":
    """Show a progress bar on a terminal; yield who is told ``(done, in all)``."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(word),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as shown:
        bar = shown.add_task(word, total=None, rate="")

        def on_done(count: int, total: int) -> None:
            speed = shown.tasks[bar].finished_speed or shown.tasks[bar].speed
            rate = f"{speed:.1f} {word}/s" if speed else ""
            shown.update(bar, completed=count, total=total, rate=rate)

        yield on_done


def names_in(text: str) -> list[str]:
    """Return the names in a list with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def weeks_in(years: float | None) -> int | None:
    """Return the length of a run in weeks; None for the world's own."""
    from ecosystem.units import WEEKS_PER_YEAR

    return None if years is None else max(1, round(years * WEEKS_PER_YEAR))


def make_folder(path: Path) -> None:
    """Make the folder now: no run should be lost for want of a place to put it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {path}: {error.strerror}.") from error


def cores() -> int:
    """Return how many cores this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
