"""What ``ecosystem explain`` is asked, and how it finds the answer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ecosystem.errors import InputError
from ecosystem.results import RunResult
from ecosystem.scenario import Strategy, World, load_strategy, load_world
from experiments.ensemble import ensemble_text, explained, gather, keep, replications
from experiments.runner import Progress, simulate
from experiments.story import story
from experiments.telling import cause_named, site_named, week_asked
from experiments.whatif import ranking_text, relax_each, relax_text, relaxed_dates

ALL = "all"

type Watch = Callable[[str], AbstractContextManager[Progress]]
type RunAll = Callable[..., object]
type _Run = tuple[World, Strategy, int, int | None]


@dataclass(frozen=True, slots=True)
class Question:
    """The options of ``ecosystem explain``.

    Attributes
    ----------
    what : list of str
        Key of a site; before it perhaps the folder of a run.
    world, strategy : str
        Names or files.
    seed : int
    weeks : int or None
        Length of a run; None for the world's own.
    at : str or None
        Day on which to stop and look.
    relax : str or None
        Cause that is to hold nothing back, or `ALL`: each of them in turn.
    everywhere : bool
        Relax at all sites.
    seeds, futures : int
        Size of an ensemble, by chance alone or with the uncertain numbers drawn too; or 0.
    jobs : int
        Processes.
    folder : Path
        Where an ensemble is kept.
    """

    what: list[str]
    world: str
    strategy: str
    seed: int
    weeks: int | None
    at: str | None
    relax: str | None
    everywhere: bool
    seeds: int
    futures: int
    jobs: int
    folder: Path

    @property
    def many(self) -> bool:
        """Whether it asks for an ensemble."""
        return bool(self.seeds or self.futures)

    def check(self) -> None:
        """Refuse what does not go together.

        Raises
        ------
        InputError
            With the way out.
        """
        if len(self.what) > 2:
            raise InputError(f"explain takes [RUN] SITE, not {' '.join(self.what)}.")
        if self.everywhere and self.relax is None:
            raise InputError("--everywhere needs --relax CAUSE.")
        given = {
            "--at": self.at is not None,
            "--relax": self.relax is not None,
            "--seeds": self.seeds > 0,
            "--futures": self.futures > 0,
        }
        asked = [name for name, is_given in given.items() if is_given]
        if len(asked) > 1:
            raise InputError(f"{' and '.join(asked)}: one question at a time.")
        if asked and len(self.what) == 2:
            raise InputError(
                f"{asked[0]} makes the run again: give SITE with --world, --strategy, --seed."
            )


def tell(q: Question, watch: Watch, run_all: RunAll) -> str:
    """Answer a question about a site.

    Parameters
    ----------
    q : Question
    watch : callable
        Given a word for what is counted, a context in which progress is shown.
    run_all : callable
        :func:`experiments.runner.run_all` with progress: given specs, jobs, folder, a dict for
        the manifest, and keywords.

    Raises
    ------
    InputError
        If the question makes no sense, or the run has no such site.
    """
    q.check()
    if len(q.what) == 2:
        return story(RunResult.load(Path(q.what[0])), q.what[1])
    world = load_world(q.world)
    site = site_named(world, q.what[0])
    run = (world, load_strategy(q.strategy), q.seed, q.weeks)
    if q.many:
        return _ensemble(q, run, site, run_all)
    if q.relax is not None:
        return _relaxed(q, run, site, watch)
    until = None if q.at is None else week_asked(q.at, world, q.weeks)
    return story(simulate(*run, explained=True, until=until), site, so_far=until is not None)


def _relaxed(q: Question, run: _Run, site: str, watch: Watch) -> str:
    """Set the world beside worlds in which a cause holds nothing back."""
    where = None if q.everywhere else site
    if q.relax != ALL:
        cause = cause_named(str(q.relax))
        base, free = simulate(*run, explained=True), relaxed_dates(*run, cause, where)
        return relax_text(base, free, site, cause, q.everywhere)
    base = simulate(*run, explained=True)
    with watch("worlds") as on_done:
        each = relax_each(*run, where, q.jobs, on_done)
    return ranking_text(base, each, site, q.everywhere)


def _ensemble(q: Question, run: _Run, site: str, run_all: RunAll) -> str:
    """Make the replications and say what they say of the site."""
    world, strategy, seed, weeks = run
    specs = replications(world, strategy, q.seeds, q.futures, seed, weeks)
    run_all(specs, q.jobs, q.folder, {}, simulate=explained, keep=keep)
    what = (
        f"{q.futures} futures, in each of which the uncertain numbers are drawn"
        if q.futures
        else f"{q.seeds} replications, seeds {seed} to {seed + q.seeds - 1}: the same numbers, "
        "other chance"
    )
    title = (
        f"{site} in world {world.name}, strategy {strategy.key}, {weeks or world.weeks} weeks "
        f"from {world.start}: {what}. All of it simulated, not a forecast."
    )
    found = gather(q.folder, [spec.run for spec in specs], site, world.start)
    return ensemble_text(found, title)
