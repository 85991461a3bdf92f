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
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, urlencode

import solara

from ecosystem.errors import EcosystemError, InputError
from ecosystem.scenario import Strategy, load_strategy, load_world, shipped
from ecosystem.view import View

FRAME_S = 0.09
"""Shortest time between two frames: about 11 a second, which browsers draw without backlog."""

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


class Running(Protocol):
    """A world that runs: what the page needs of ``ecosystem.model.Ecosystem``."""

    @property
    def week(self) -> int:
        """Weeks since the start."""
        ...

    @property
    def weeks(self) -> int:
        """Length of the horizon."""
        ...

    def step(self) -> None:
        """Advance by one week."""
        ...

    def view(self) -> View:
        """Return the world as it stands; nothing in it changes afterwards."""
        ...


class Choice(NamedTuple):
    """What to run, and from which week on to look at it."""

    world: str
    strategy: str
    seed: int
    week: int = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be chosen (keys with their names), and how a choice becomes a running world.

    Each tab has its own. `own` holds the strategies that were made in it, which `build` knows.
    """

    worlds: dict[str, str]
    strategies: dict[str, str]
    build: Callable[[Choice], Running]
    own: dict[str, Strategy] = field(default_factory=dict)

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
    """What the page shows at one moment."""

    number: int
    choice: Choice
    view: View | None = None
    weeks: int = 0
    error: str = ""
    loading: bool = True

    @property
    def over(self) -> bool:
        """Whether the horizon is reached."""
        return self.view is not None and self.view.week >= self.weeks


def parse_query(query: str | None, first: Choice) -> Choice:
    """Return the choice that a query names; what is missing or no number stays as `first`."""
    given = dict(parse_qsl((query or "").lstrip("?")))

    def whole(name: str, otherwise: int) -> int:
        value = given.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else otherwise

    return Choice(
        given.get("world", first.world),
        given.get("strategy", first.strategy),
        whole("seed", first.seed),
        whole("week", first.week),
    )


def query_of(frame: Frame) -> str:
    """Return the query string that leads back to a frame."""
    week = frame.view.week if frame.view else frame.choice.week
    return "?" + urlencode(frame.choice._replace(week=week)._asdict())


class Session:
    """One tab's world: choose, play, pause, step, reset.

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
    number, playing, speed, order, picked : solara.Reactive
        Number of the latest frame; whether the world plays; a key of :data:`SPEEDS`; what is
        ordered, with a count; key of the agent or site whose card is open.
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
        self._lock = threading.Lock()
        self._model: Running | None = None
        self._wanted = 0
        self._left = False
        self._painted = -1

    def choose(self, choice: Choice) -> None:
        """Stop and order another world; :meth:`build` takes the order."""
        self.playing.set(False)
        with self._lock:
            self._wanted += 1
            wanted = self._wanted
            self._model = None
            self._show(choice=choice, error="", loading=True)
        self.picked.set("")
        self._publish()
        self.order.set((choice, wanted))

    def reset(self) -> None:
        """Go back to the first week of the same world."""
        self.choose(self.latest.choice._replace(week=0))

    def make(self, order: tuple[Choice, int]) -> None:
        """Build what was ordered, unless something else has been ordered since; any thread."""
        choice, count = order
        with self._lock:
            if count != self._wanted:
                return
            try:
                model = self.catalogue.build(choice)
                for _ in range(min(choice.week, model.weeks)):
                    model.step()
                self._model = model
                self._show(choice=choice, view=model.view(), weeks=model.weeks, loading=False)
            except Exception as error:
                self._fail(f"{choice.world}, {choice.strategy}, seed {choice.seed}", error)

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
            model = self._model
            if model is None:
                return
            first = model.week
            try:
                while model.week < model.weeks and model.week - first < weeks:
                    model.step()
                    if time.perf_counter() > end:
                        break
                if model.week > first:
                    self._show(view=model.view())
            except Exception as error:
                self._model = None
                self._fail(f"The run stopped in week {model.week}", error)

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

    def leave(self) -> None:
        """Stop for good: the page is gone. Sets no reactive value, as nobody would see it."""
        self._left = True
        with self._lock:
            self._wanted += 1
            self._model = None

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
