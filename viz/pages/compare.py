"""Compare strategies: ask, watch, read the answer; results on disk open here too."""

import asyncio
from collections.abc import Callable
from hashlib import sha256
from html import escape
from typing import NamedTuple
from uuid import uuid4

import solara
from reacton import use_effect, use_state
from reacton.core import Element
from solara.core import component
from solara.tasks import use_task

from ecosystem.errors import EcosystemError, InputError
from ecosystem.scenario import Strategy, load_world
from ecosystem.units import WEEKS_PER_YEAR
from experiments.design import Experiment, code_digest
from viz.components import Panel, Waiting
from viz.controls import Chooser
from viz.desk import Desk
from viz.jobs import Job, Office, Request, read_request
from viz.shelf import Entry, Shown, inside, listed, sensitivities, shown
from viz.state import Catalogue, Choice
from viz.svg import number
from viz.tables import table_html
from viz.underway import Underway

KEY = "compare"
_FIRST = ("S0", "S2", "S3", "placebo")
_FRAMES = {"natural": "own cost", "equal-budget": "equal budget"}
_ORDER = ("answer", "ladder", "choice", "people", "delay", "risk", "depends")
"""Sections that come first, those of an overview before those for later; the others follow."""
_WIDE = ("answer", "people", "assumptions", "reproduce")


class Order:
    """What a tab is about to ask for; it stays while another page is open."""

    def __init__(self, desk: Desk) -> None:
        known = desk.catalogue.strategies
        chosen = [key for key in _FIRST if key in known] or list(known)[:2]
        self.catalogue = desk.catalogue
        self.tab = uuid4().hex
        self.last: dict[str, str] = {}
        self.world = solara.reactive(_known_world(desk))
        self.strategies = solara.reactive(tuple(chosen))
        self.baseline = solara.reactive(chosen[0])
        self.futures = solara.reactive(8)
        self.seed = solara.reactive(0)
        self.years = solara.reactive(10.0)
        self.frame = solara.reactive("natural")
        self.share = solara.reactive(0.3)
        self.asked = solara.reactive(0)
        self.problem = solara.reactive("")

    def toggle(self, key: str, wanted: bool) -> None:
        """Take a strategy in or out; the baseline is always in."""
        rest = tuple(k for k in self.strategies.peek() if k != key)
        self.strategies.set((*rest, key) if wanted else rest)

    def against(self, key: str) -> None:
        """Choose the baseline."""
        self.baseline.set(key)
        if key not in self.strategies.peek():
            self.strategies.set((*self.strategies.peek(), key))

    def plan(self) -> "Plan":
        """Return what is chosen now; strategies in the order of the catalogue."""
        chosen = {*self.strategies.peek(), self.baseline.peek()}
        return Plan(
            self.world.peek(),
            tuple(key for key in self.catalogue.strategies if key in chosen),
            self.baseline.peek(),
            self.futures.peek(),
            self.seed.peek(),
            self.years.peek(),
            self.frame.peek(),
            self.share.peek() / 100,
        )


class Plan(NamedTuple):
    """What was chosen when Run was pressed: plain values, as threads know no reactive ones."""

    world: str
    strategies: tuple[str, ...]
    baseline: str
    futures: int
    seed: int
    years: float
    frame: str
    share: float

    def request(self, catalogue: Catalogue) -> Request:
        """Read world and strategies; only what the catalogue lists.

        Raises
        ------
        InputError
            If it does not list one, or a value is wrong.
        """
        if self.world not in catalogue.worlds:
            raise InputError(f"There is no world {self.world!r} here.")
        experiment = Experiment(
            load_world(self.world),
            tuple(map(catalogue.strategy, self.strategies)),
            self.baseline,
            self.futures,
            self.seed,
            max(1, round(self.years * WEEKS_PER_YEAR)),
        )
        return Request(experiment, self._command(catalogue), self.frame, self.share)

    def _command(self, catalogue: Catalogue) -> str:
        files = [f"{key}.toml" if key in catalogue.own else key for key in self.strategies]
        command = (
            f"ecosystem compare --world {self.world} --strategies {','.join(files)} "
            f"--baseline {self.baseline} --futures {self.futures} --seed {self.seed} "
            f"--years {self.years:g}"
        )
        if self.frame == "equal-budget":
            command += f" --frame equal-budget --budget-share {self.share:g}"
        return command


def _known_world(desk: Desk) -> str:
    """Return the world that is live, if there is such a one."""
    live = desk.session.latest.choice.world
    return live if live in desk.catalogue.worlds else desk.catalogue.first().world


def order_of(desk: Desk) -> Order:
    """Return what a tab is about to ask for."""
    order = desk.kept.get(KEY)
    if not isinstance(order, Order):
        order = desk.kept[KEY] = Order(desk)
    return order


def compare_page(office: Callable[[], Office]) -> Callable[[Desk], Element]:
    """Return the page for an office."""

    @component
    def ComparePage(desk: Desk) -> None:  # noqa: N802
        order, at = order_of(desk), office()
        _, set_changes = use_state(0)

        def changed() -> None:
            """Look at the jobs again: one was asked for, or has ended."""
            set_changes(lambda count: count + 1)

        link = desk.link.value
        name = link.get("folder", "")

        def back() -> None:
            """Open again what was open when another page was opened."""
            if not desk.link.peek():
                desk.link.set(order.last)

        use_effect(back, [])
        use_effect(lambda: setattr(order, "last", link), [link])
        mine, here = at.of_tab(order.tab), at.job(name)
        _Ask(desk, order, at, mine is not None, changed)
        if mine is not None and mine is not here:
            _Elsewhere(desk, at, mine, changed)
        if here is not None and here.live:
            with solara.Div(classes=["eco-card", "eco-run"]):
                solara.HTML("h3", "Under way")
                Underway(at, here, changed)
        elif name:
            _Result(desk, order, at, name, link.get("baseline", ""), changed)
        else:
            _Shelf(desk, at)

    return ComparePage


@component
def _Ask(  # noqa: N802
    desk: Desk, order: Order, office: Office, busy: bool, changed: Callable[[], None]
) -> None:
    """Choose what to compare, and begin."""
    catalogue, asked = desk.catalogue, order.asked.value
    chosen = {*order.strategies.value, order.baseline.value}

    async def ask() -> None:
        if asked:
            await _begin(desk, order, office)
            changed()

    task = use_task(ask, dependencies=[asked])
    with solara.Div(classes=["eco-card", "eco-ask"]):
        with solara.Row(classes=["eco-fields"]):
            Chooser("World", catalogue.worlds, order.world.value, order.world.set)
            Chooser("Baseline", catalogue.strategies, order.baseline.value, order.against)
            solara.InputInt("Futures", order.futures.value, on_value=_whole(order.futures))
            solara.InputFloat("Years", order.years.value, on_value=_some(order.years))
            solara.InputInt("Seed", order.seed.value, on_value=_whole(order.seed))
            Chooser("Frame", _FRAMES, order.frame.value, order.frame.set)
            if order.frame.value == "equal-budget":
                solara.InputFloat(
                    "Budget, % of campus capex", order.share.value, on_value=_some(order.share)
                )
        with solara.Div(classes=["eco-picks"], attributes={"role": "group"}):
            for key, title in catalogue.strategies.items():
                solara.Checkbox(
                    label=f"{key} · {title}",
                    value=key in chosen,
                    on_value=lambda wanted, key=key: order.toggle(key, wanted),
                    disabled=key == order.baseline.value,
                )
        with solara.Row(classes=["eco-go"]):
            runs = len(chosen) * (order.futures.value + 1)
            solara.Button(
                "Run",
                icon_name="mdi-play",
                on_click=lambda: order.asked.set(asked + 1),
                disabled=busy or task.pending or len(chosen) < 2,
                color="primary",
            )
            solara.HTML("span", _plan(len(chosen), order.futures.value, runs), classes=["eco-plan"])
        if order.problem.value:
            solara.Error(order.problem.value)


def _plan(strategies: int, futures: int, runs: int) -> str:
    if strategies < 2:
        return "Choose at least one strategy besides the baseline."
    text = f"{strategies} strategies × ({futures} futures + the central one) = {runs:,} runs"
    if futures < 5:
        text += ". Intervals need 5 futures."
    return text


def _whole(value: "solara.Reactive[int]") -> Callable[[int | None], None]:
    return lambda given: None if given is None else value.set(given)


def _some(value: "solara.Reactive[float]") -> Callable[[float | None], None]:
    return lambda given: None if given is None else value.set(given)


async def _begin(desk: Desk, order: Order, office: Office) -> None:
    """Ask the office, and open what it makes."""
    order.problem.set("")
    try:
        request = await asyncio.to_thread(order.plan().request, desk.catalogue)
        job = await asyncio.to_thread(office.ask, request, order.tab)
    except EcosystemError as error:
        order.problem.set(str(error))
        return
    desk.link.set({"folder": job.name})


@component
def _Elsewhere(  # noqa: N802
    desk: Desk, office: Office, job: Job, on_end: Callable[[], None]
) -> None:
    """Show what this tab has under way while another comparison is open."""
    with solara.Row(classes=["eco-card", "eco-elsewhere"]):
        Underway(office, job, on_end)
        solara.Button(
            "Look", on_click=lambda: desk.link.set({"folder": job.name}), text=True, small=True
        )


@component
def _Shelf(desk: Desk, office: Office) -> None:  # noqa: N802
    """List the comparisons on disk."""
    looking = use_task(lambda: listed(office.root), dependencies=[])
    with solara.Div(classes=["eco-card", "eco-shelf"]):
        solara.HTML("h3", "Results on disk <span>below the results folder, latest first</span>")
        if looking.value is None:
            Waiting("Looking for comparisons …")
        elif not looking.value:
            solara.HTML(
                "p",
                "None yet. Choose strategies above and press Run, or run "
                "<code>ecosystem compare</code> in a terminal.",
            )
        else:
            for entry in looking.value:
                _Line(desk, entry)
    _Beside(desk, office)


@component
def _Beside(desk: Desk, office: Office) -> None:  # noqa: N802
    """Show tables of sensitivity on disk, and the way to the expectations."""
    looking = use_task(lambda: sensitivities(office.root), dependencies=[])
    with solara.Div(classes=["eco-card", "eco-shelf"]):
        solara.HTML("h3", "Sensitivity on disk <span>simulated</span>")
        if not looking.value:
            solara.HTML("p", "None yet. Run <code>ecosystem sensitivity</code> in a terminal.")
        for table in looking.value or []:
            more = f" {table.left_out} further rows are in the file." if table.left_out else ""
            caption = f"{table.name}: {table.method}.{more}"
            cells = [[_short(cell) for cell in row] for row in table.rows]
            solara.HTML("div", table_html(caption, table.head, cells))
        with solara.Row(classes=["eco-open"]):
            solara.HTML("span", "Expectations E1 to E12, held or failed:")
            solara.Button(
                "Open Evidence",
                on_click=lambda: desk.go("evidence", part="expectations"),
                outlined=True,
                small=True,
            )


def _short(cell: str) -> str:
    """Return a fraction with three digits, and anything else as it is."""
    try:
        return cell if cell.isdigit() else number(float(cell))
    except ValueError:
        return cell


@component
def _Line(desk: Desk, entry: Entry) -> None:  # noqa: N802
    against = ", ".join(entry.strategies[1:])
    frame = " · equal budget" if entry.frame == "equal-budget" else ""
    state = "" if entry.finished else " · not finished"
    with solara.Row(classes=["eco-line"]):
        solara.Button(
            entry.name,
            on_click=lambda: desk.link.set({"folder": entry.name}),
            text=True,
            small=True,
        )
        solara.HTML(
            "span",
            f"<b>{escape(entry.title)}</b> {escape(against)} against {escape(entry.strategies[0])} "
            f"· {entry.futures} futures · {entry.weeks} weeks{frame}{state} "
            f"<time>{entry.changed:%Y-%m-%d %H:%M}</time>",
        )


@component
def _Result(  # noqa: N802
    desk: Desk,
    order: Order,
    office: Office,
    name: str,
    baseline: str,
    changed: Callable[[], None],
) -> None:
    """Show one comparison, finished or not."""
    job = office.job(name)
    reading = use_task(
        lambda: (name, _read(office, name, baseline)),
        dependencies=[name, baseline, job],
        raise_error=False,
    )
    # While another baseline is worked out the last one stays; another folder's does not.
    of, told = reading.latest or ("", None)
    with solara.Row(classes=["eco-open"]):
        solara.Button(
            "All results",
            icon_name="mdi-arrow-left",
            on_click=lambda: desk.link.set({}),
            text=True,
            small=True,
        )
        solara.HTML("span", escape(name), classes=["eco-name"])
    if job is not None and job.progress.phase in ("cancelled", "failed"):
        _Unfinished(desk, order, office, name, job.progress.message, changed)
    elif reading.error:  # unforeseen: Solara has logged it
        why = f"{type(reading.exception).__name__}: {reading.exception}"
        _Unfinished(desk, order, office, name, why, changed)
    elif told is None or of != name:
        Waiting("Reading the runs and comparing them …")
    elif isinstance(told, EcosystemError):
        _Unfinished(desk, order, office, name, str(told), changed)
    else:
        _Told(desk, name, told, fresh=reading.finished)


def _read(office: Office, name: str, baseline: str) -> Shown | EcosystemError:
    """Read a comparison, or return what to say of why it cannot be read."""
    try:
        return shown(office.root, name, baseline)
    except EcosystemError as error:
        return error


@component
def _Unfinished(  # noqa: N802
    desk: Desk, order: Order, office: Office, name: str, why: str, changed: Callable[[], None]
) -> None:
    """Say why there is no answer, and offer to go on where that is possible."""

    def find() -> Request | None:
        try:
            return read_request(inside(office.root, name))
        except InputError:
            return None

    found = use_task(find, dependencies=[name])

    def go_on(request: Request) -> None:
        try:
            job = office.ask(request, order.tab)
        except InputError as error:
            order.problem.set(str(error))
            return
        desk.link.set({"folder": job.name})
        changed()

    with solara.Div(classes=["eco-card", "eco-error"]):
        solara.HTML("div", f"<h3>No answer yet</h3><p>{escape(why)}</p>")
        with solara.Row():
            if found.value is not None:
                request = found.value
                solara.Button("Go on", on_click=lambda: go_on(request), color="primary")
            solara.Button("All results", on_click=lambda: desk.link.set({}), outlined=True)


@component
def _Told(desk: Desk, name: str, told: Shown, fresh: bool) -> None:  # noqa: N802
    """Show what a comparison says, section by section."""
    experiment = told.of.experiment
    base = experiment.baseline
    with solara.Row(classes=["eco-against"]):
        solara.HTML("span", "Against")
        for strategy in experiment.strategies:
            here = strategy.key == base
            solara.Button(
                strategy.key,
                on_click=lambda key=strategy.key: desk.link.set({"folder": name, "baseline": key}),
                color="primary" if here else None,
                outlined=not here,
                small=True,
                attributes={"aria-pressed": str(here).lower(), "title": strategy.name},
            )
        solara.HTML("span", escape(_made(told)), classes=["eco-made"])
    if not fresh:
        solara.ProgressLinear(True)
    pick = _picker(desk, told)
    with solara.Div(classes=["eco-said"]):
        for anchor, title, html in sorted(told.sections, key=_place):
            classes = ["eco-card", f"eco-s-{anchor}", *(["eco-wide"] if anchor in _WIDE else [])]
            with solara.Div(classes=classes):
                Panel(svg=f"<h2>{escape(title)}</h2>{html}", event_pick=pick)


def _place(section: tuple[str, str, str]) -> int:
    return _ORDER.index(section[0]) if section[0] in _ORDER else len(_ORDER)


def _made(told: Shown) -> str:
    e = told.of.experiment
    weeks = e.weeks or e.world.weeks
    text = f"{e.world.title}: {e.futures} futures of {weeks} weeks, seed {e.seed}. Simulated."
    if told.of.code != code_digest():
        text += " Made by other code than runs here now."
    return text


def _picker(desk: Desk, told: Shown) -> Callable[[str], None]:
    """Return what shows a strategy's central run live."""
    experiment = told.of.experiment
    known = {s.key: s for s in experiment.strategies if s.key in told.live}

    def pick(key: str) -> None:
        if key in known:
            name = _adopted(desk, known[key])
            desk.live(Choice(experiment.world.name, name, experiment.seed))

    return pick


def _adopted(desk: Desk, strategy: Strategy) -> str:
    """Return the key by which this tab runs a strategy, which may be scaled to a budget."""
    catalogue, key = desk.catalogue, strategy.key
    if key in catalogue.strategies and catalogue.strategy(key) == strategy:
        return key
    digest = sha256(strategy.model_dump_json().encode()).hexdigest()[:4]
    own = strategy.with_("key", f"{key}-{digest}").with_("name", f"{strategy.name}, as compared")
    catalogue.adopt(own)
    return own.key
