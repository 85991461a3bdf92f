"""What one tab holds: its running world behind a lock, and the latest immutable frame.

The world steps in a worker thread; the page only ever reads `Session.latest`, which is replaced as
a whole. No reactive value is set while the lock is held, so the page cannot block the world.
Nothing here is shared between tabs.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from math import isfinite
from urllib.parse import parse_qsl, urlencode

import solara

from ecosystem.errors import EcosystemError, InputError
from ecosystem.scenario import Strategy, load_strategy, load_world, shipped
from ecosystem.view import View
from viz.fork import Branch, Choice, Fork, Running, part, with_levers
from viz.memory import tidy

FRAME_S = 0.075
"""Shortest time between two frames: about 13 a second; a frame waits until the last is painted."""

BUDGET_S = 0.06
"""Longest time that the world steps for one frame; it leaves the processor to the page between."""

PATIENCE_S = 1.0
"""How long playing waits for the browser to have painted before it goes on all the same."""

SPEEDS: dict[str, float] = {
    "1 week/s": 1.0,
    "4 weeks/s": 4.0,
    "13 weeks/s": 13.0,
    "52 weeks/s": 52.0,
    "full speed": 1e6,
}
DEFAULT_SPEED = "13 weeks/s"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be chosen (keys with their names), and how a choice becomes a running world.

    Each tab has its own. `own` holds the strategies that were made in it, which `build` knows.
    """

    worlds: dict[str, str]
    strategies: dict[str, str]
    build: Callable[[Choice], Running]
    own: dict[str, Strategy] = field(default_factory=dict)
    part: Callable[[Running, Strategy], Running] = part

    def adopt(self, strategy: Strategy) -> None:
        """Let a strategy be chosen in this tab; its key is none of the shipped ones.

        Raises
        ------
        InputError
            If a shipped strategy has that key.
        """
        if strategy.key in self.strategies and strategy.key not in self.own:
            raise InputError(f"key = {strategy.key!r}: a shipped strategy has it. Choose another.")
        self.own[strategy.key] = strategy
        self.strategies[strategy.key] = strategy.name

    def strategy(self, key: str) -> Strategy:
        """Return a strategy that can be chosen; nothing is read but what the catalogue lists.

        Raises
        ------
        InputError
            If the catalogue does not list it.
        """
        if key not in self.strategies:
            raise InputError(f"There is no strategy {key!r} here.")
        return self.own.get(key) or load_strategy(key)

    def fork(self, choice: Choice, kept: Fork | None = None) -> Fork:
        """Return what a choice asks for, still at week 0, or at that of `kept` if it can go on.

        Raises
        ------
        InputError
            If there is no such world, strategy or lever.
        """
        if choice.world not in self.worlds:
            raise InputError(f"There is no world {choice.world!r} here.")
        self.strategy(choice.strategy)
        branch = choice.branch
        offer = with_levers(self.strategy(branch.strategy), branch.levers) if branch else None
        latest = min(choice.week, branch.week) if branch else choice.week
        on = kept and kept.choice.origin == choice.origin and kept.week <= latest
        original = kept.original if kept and on else self.build(choice.origin)
        return Fork(choice, original, offer, self.part)

    def first(self) -> Choice:
        """Return what a newcomer sees."""
        world = "stargate" if "stargate" in self.worlds else next(iter(self.worlds))
        strategy = "S0" if "S0" in self.strategies else next(iter(self.strategies))
        return Choice(world, strategy, 0)


def shipped_catalogue() -> Catalogue:
    """Return the worlds and strategies that come with the package, run by the real model.

    Raises
    ------
    InputError
        If a shipped file cannot be read.
    """
    worlds = {key: load_world(key).title for key in shipped("worlds")}
    strategies = {key: load_strategy(key).name for key in shipped("strategies")}
    own: dict[str, Strategy] = {}
    return Catalogue(worlds, strategies, partial(_build, own), own)


def _build(own: Mapping[str, Strategy], choice: Choice) -> Running:
    # Mesa takes a second to import: a worker thread pays it while the page already stands.
    from ecosystem.model import Ecosystem

    strategy = own.get(choice.strategy) or load_strategy(choice.strategy)
    return Ecosystem(load_world(choice.world), strategy, seed=choice.seed)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the page shows at one moment: the original, and the branch where there is one."""

    number: int
    choice: Choice
    view: View | None = None
    branch: View | None = None
    weeks: int = 0
    error: str = ""
    loading: bool = True

    @property
    def over(self) -> bool:
        """Whether the horizon is reached."""
        return self.view is not None and self.view.week >= self.weeks


KEYS = ("world", "strategy", "seed", "week", "branch", "to", "levers")
"""What an address says about the live world; the last three name its branch."""

MAX_SEED = 999_999_999
_MAX_LEVERS = 40


def parse_query(query: str | None, first: Choice) -> Choice:
    """Return the choice that a query names; what is missing or no number stays as `first`."""
    given = dict(parse_qsl((query or "").lstrip("?")))

    def whole(name: str, otherwise: int) -> int:
        value = given.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else otherwise

    world, strategy = (given.get(k, v) for k, v in zip(KEYS, first[:2], strict=False))
    at, branch = whole("branch", -1), None
    if at >= 0:
        branch = Branch(at, given.get("to", strategy), _levers(given.get("levers", "")))
    return Choice(world, strategy, whole("seed", first.seed), whole("week", first.week), branch)


def _levers(told: str) -> tuple[tuple[str, float], ...]:
    """Return levers from ``name:value,name:value``; what is no number is left out."""
    found: dict[str, float] = {}
    for lever in told.split(",")[:_MAX_LEVERS]:
        name, _, value = lever.partition(":")
        with suppress(ValueError):
            found[name] = float(value)
    return tuple((name, value) for name, value in found.items() if isfinite(value))


def query_of(frame: Frame) -> str:
    """Return the query string that leads back to a frame."""
    choice = frame.choice
    week = frame.view.week if frame.view else choice.week
    query: dict[str, str | int] = dict(zip(KEYS, (*choice[:3], week), strict=False))
    if choice.branch:
        levers = ",".join(f"{name}:{value:g}" for name, value in choice.branch.levers)
        query |= {"branch": choice.branch.week, "to": choice.branch.strategy}
        query |= {"levers": levers} if levers else {}
    return "?" + urlencode(query)


class Session:
    """One tab's world: choose, play, pause, step, reset, jump, branch.

    Reactive values are set only by what runs in the tab's own context: its event handlers and its
    tasks. `make` and `advance` set none, so that any worker thread may run them.

    Parameters
    ----------
    catalogue : Catalogue
        What can be run.
    choice : Choice
        What is run first.
    connected : callable
        Whether anybody still looks; playing pauses when it returns False.

    Attributes
    ----------
    latest : Frame
        What to show; replaced as a whole.
    number, playing, speed, order, picked, original : solara.Reactive
        Number of the latest frame; whether the world plays; a key of :data:`SPEEDS`; what is
        ordered, with a count; key of the agent or site whose card is open; whether map, graph,
        card and events show the original rather than the branch.
    """

    def __init__(
        self, catalogue: Catalogue, choice: Choice, connected: Callable[[], bool] = lambda: True
    ) -> None:
        self.catalogue = catalogue
        self.connected = connected
        self.latest = Frame(0, choice)
        self.number = solara.reactive(0)
        self.playing = solara.reactive(False)
        self.speed = solara.reactive(DEFAULT_SPEED)
        self.order: solara.Reactive[tuple[Choice, int]] = solara.reactive((choice, 0))
        self.picked = solara.reactive("")
        self.original = solara.reactive(False)
        self._lock = threading.Lock()
        self._fork: Fork | None = None
        self._kept: Fork | None = None
        self._wanted = 0
        self._left = False
        self._painted = -1

    def choose(self, choice: Choice) -> None:
        """Stop and order another world; :meth:`build` takes the order."""
        self.playing.set(False)
        elsewhere = choice.origin != self.latest.choice.origin
        with self._lock:
            self._wanted += 1
            wanted = self._wanted
            self._kept, self._fork = self._fork or self._kept, None
            self._show(choice=choice, error="", loading=True)
        if elsewhere:
            self.picked.set("")
        self._publish()
        self.order.set((choice, wanted))

    def reset(self) -> None:
        """Go back to the first week of the same world."""
        self.jump(0)

    def jump(self, week: int) -> None:
        """Go to a week of the same world: on from where it is, or back by running it anew."""
        self.choose(self.latest.choice._replace(week=week))

    def branch(self, strategy: str, levers: tuple[tuple[str, float], ...] = ()) -> None:
        """Let another strategy act from this week on, beside the original."""
        week = self.week
        self.original.set(False)
        self.choose(self.latest.choice._replace(week=week, branch=Branch(week, strategy, levers)))

    def unbranch(self) -> None:
        """Go on with the original alone."""
        self.choose(self.latest.choice._replace(week=self.week, branch=None))

    @property
    def week(self) -> int:
        """The week that is shown, or ordered."""
        view = self.latest.view
        return view.week if view and not self.latest.loading else self.latest.choice.week

    def make(self, order: tuple[Choice, int]) -> None:
        """Build what was ordered, unless something else has been ordered since; any thread."""
        choice, count = order
        with self._lock:
            if count != self._wanted:
                return
            kept, self._kept = self._kept, None
        try:
            fork = self.catalogue.fork(choice, kept)
            if kept and kept.original is not fork.original:
                kept = None
                tidy()
            fork.catch_up(lambda: count == self._wanted)
            shown = fork.views() if count == self._wanted else None
        except Exception as error:
            with self._lock:
                if count == self._wanted:
                    self._fail(f"{choice.world}, {choice.strategy}, seed {choice.seed}", error)
            return
        with self._lock:
            if shown and count == self._wanted:
                self._fork = fork
                view, branch = shown
                self._show(choice=choice, view=view, branch=branch, weeks=fork.weeks, loading=False)

    def step(self) -> None:
        """Pause and advance by one week."""
        self.playing.set(False)
        self.advance(1)
        self._publish()

    def toggle(self) -> None:
        """Play or pause."""
        self.playing.set(not self.playing.peek() and not self.latest.over)

    def advance(self, weeks: int, budget_s: float = float("inf")) -> None:
        """Step until that many weeks, the horizon or the time budget have passed; any thread."""
        end = time.perf_counter() + budget_s
        with self._lock:
            fork = self._fork
            if fork is None:
                return
            first = fork.week
            try:
                while fork.week < fork.weeks and fork.week - first < weeks:
                    fork.step()
                    if time.perf_counter() > end:
                        break
                if fork.week > first:
                    view, branch = fork.views()
                    self._show(view=view, branch=branch)
            except Exception as error:
                self._fork = None
                self._fail(f"The run stopped in week {fork.week}", error)

    async def build(self, order: tuple[Choice, int]) -> None:
        """Build what was ordered in a worker thread, then show it."""
        await asyncio.to_thread(self.make, order)
        if not self._left:
            self._publish()

    async def play(self) -> None:
        """Advance frame by frame while playing, at the chosen speed, as fast as it is painted."""
        due, then = 1.0, time.perf_counter()
        while self._goes_on():
            began = time.perf_counter()
            due, then = due + SPEEDS[self.speed.peek()] * (began - then), began
            if due >= 1:
                shown = self.latest.number
                await asyncio.to_thread(self.advance, int(due), BUDGET_S)
                due %= 1
                if self.latest.number == shown:
                    break
                self._publish()
                await self._wait_for_paint(self.latest.number)
            await asyncio.sleep(max(0.0, FRAME_S - (time.perf_counter() - began)))
        if not self._left:
            self.playing.set(False)

    async def settle(self) -> None:
        """Show where the world stands: a pause ends :meth:`play`, not a step in its thread."""
        await asyncio.to_thread(self._wait_for_step)
        if not self._left:
            self._publish()

    def _wait_for_step(self) -> None:
        with self._lock:
            return

    def leave(self) -> None:
        """Stop for good: the page is gone. Sets no reactive value, as nobody would see it."""
        self._left = True
        with self._lock:
            self._wanted += 1
            self._fork = self._kept = None

    def painted(self, number: int) -> None:
        """Take note that the browser has painted a frame."""
        self._painted = max(self._painted, int(number))

    def _goes_on(self) -> bool:
        """Return whether the next frame is wanted."""
        done = self._left or self.latest.over or self.latest.error
        return bool(self.playing.peek() and not done and self.connected())

    async def _wait_for_paint(self, number: int) -> None:
        """Wait until the browser has caught up; without a browser nobody ever paints."""
        end = time.perf_counter() + PATIENCE_S
        while 0 <= self._painted < number and time.perf_counter() < end and self.playing.peek():
            await asyncio.sleep(0.004)

    def _publish(self) -> None:
        self.number.set(self.latest.number)

    def _show(self, **changes: object) -> None:
        """Replace the latest frame; the caller holds the lock."""
        self.latest = replace(self.latest, number=self.latest.number + 1, **changes)  # type: ignore[arg-type]

    def _fail(self, what: str, error: Exception) -> None:
        """Show an error in words; what is no input error goes to the log with its traceback."""
        if not isinstance(error, EcosystemError):
            _LOG.error("%s", what, exc_info=error)
        self._show(error=f"{what}: {error or type(error).__name__}", loading=False)
