"""The strategy workshop: set levers within their bounds, see price and effect, save, run."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, cast

import solara
from reacton import use_effect, use_memo, use_ref, use_state
from reacton.core import Element
from solara.core import component
from solara.tasks import use_task

from ecosystem.errors import EcosystemError, InputError
from ecosystem.scenario import Strategy, World, load_strategy, shipped
from experiments.design import Experiment
from viz.components import Panel
from viz.controls import Chooser
from viz.desk import Desk
from viz.downloads import Download, csv_of, svg_file
from viz.effects import budget_chart, budget_note, effects_chart
from viz.jobs import Job, Office, Request
from viz.levers import (
    LARGEST_FILE,
    Checked,
    begin,
    check,
    groups_of,
    lever_table,
    moved,
    pack,
    read,
    toml_of,
    unpack,
    with_value,
)
from viz.pages.compare import order_of
from viz.pricing import Price, Pricer, price, world_of
from viz.shelf import shown
from viz.underway import Underway

KEY = "workshop"
BUDGET_SHARE = 0.003
"""Of campus capex: the common budget that ``ecosystem compare --frame equal-budget`` takes."""
TRIAL_FUTURES = 8
"""Futures of a run against S0; intervals need 5."""
_PATIENCE_S = 0.5
"""How long a person must have stopped editing before the strategy is priced."""
_FIRST = "S2"
_LOG = logging.getLogger(__name__)


class Workshop:
    """What a tab's workshop holds; it is there again when the page is opened the next time.

    Attributes
    ----------
    draft : solara.Reactive of dict
        See :mod:`viz.levers`; replaced as a whole.
    world : solara.Reactive of str
        Name of the world in which the draft is priced and checked.
    said : solara.Reactive of str
        What there is to say about the file or link that was opened last.
    opened : solara.Reactive of int
        How many drafts have been opened: another one is another form.
    tried, job, problem : solara.Reactive
        What was last asked to be run against S0, with a count; what carries it out; why it cannot.
    asked : int
        The count that was passed on last.
    """

    def __init__(self, world: str, link: Mapping[str, str]) -> None:
        self.draft: solara.Reactive[dict[str, Any]] = solara.reactive(begin(_FIRST))
        self.world = solara.reactive(link.get("in") or world)
        self.said = solara.reactive("")
        self.opened = solara.reactive(0)
        self.tried: solara.Reactive[tuple[Request | None, int]] = solara.reactive((None, 0))
        self.job: solara.Reactive[Job | None] = solara.reactive(cast("Job | None", None))
        self.problem = solara.reactive("")
        self.asked = 0
        if packed := link.get("draft"):
            self.open(lambda: read(unpack(packed), "this address"))

    def open(self, draft: Callable[[], dict[str, Any]]) -> None:
        """Go on with another draft; if it is wrong, say so and keep the one that is there."""
        try:
            self.draft.set(draft())
            self.said.set("")
            self.opened.set(self.opened.peek() + 1)
        except InputError as error:
            self.said.set(str(error))

    def take(self, file: Mapping[str, Any]) -> None:
        """Go on with the file that a person gave: text, never code and never a path."""
        name, size = str(file.get("name", "file"))[:80], file.get("size", 0)
        if isinstance(size, int) and size > LARGEST_FILE:
            kb = LARGEST_FILE // 1024
            self.said.set(f"{name}: larger than {kb} kB, so no strategy. Nothing was loaded.")
            return
        self.open(lambda: read(str(file.get("text", "")), name))

    def edit(self, change: Mapping[str, Any]) -> None:
        """Set one thing."""
        self.draft.set(with_value(self.draft.peek(), str(change["path"]), change["value"]))


def workshop_page(office: Callable[[], Office], price: Pricer = price) -> Callable[[Desk], Element]:
    """Return the page for an office, which runs strategies against S0."""

    @component
    def WorkshopPage(desk: Desk) -> None:  # noqa: N802
        _Page(desk, office(), price)

    return WorkshopPage


@component
def _Page(desk: Desk, office: Office, price: Pricer) -> None:  # noqa: N802
    shop = use_memo(lambda: _workshop(desk), dependencies=[])
    draft, name, seed = shop.draft.value, shop.world.value, desk.session.latest.choice.seed
    try:
        world = world_of(name)
    except InputError as error:
        _Choices(desk, shop)
        solara.Error(f"{error} Choose another world above.")
        return
    checked = use_memo(lambda: check(draft, world), dependencies=[draft, name])
    text = toml_of(draft)
    packed = pack(text) if checked.strategy else ""
    use_effect(lambda: _address(desk, packed, name), [packed, name])
    _Choices(desk, shop)
    if shop.said.value:
        with solara.Div(classes=["eco-card", "eco-wrong"]):
            solara.HTML("div", _lines(shop.said.value.splitlines()), attributes={"role": "alert"})
    with solara.Div(classes=["eco-shop"]):
        with solara.Div(classes=["eco-card"]):
            _Form(shop, world)
        with solara.Div(classes=["eco-shop-side"]):
            _Verdict(desk, shop, checked)
            _Trial(desk, shop, office)
            _Budget(shop, checked, seed, price)
            _Effects(checked)
            _File(shop, text, checked.strategy is not None, bool(packed))


def _workshop(desk: Desk) -> Workshop:
    if KEY not in desk.kept:
        desk.kept[KEY] = Workshop(desk.session.latest.choice.world, desk.link.peek())
    return desk.kept[KEY]


def _address(desk: Desk, packed: str, world: str) -> None:
    """Let the address lead back to the draft; one that is not valid leaves it as it was."""
    if packed:
        desk.link.set({"draft": packed, "in": world})


@component
def _Choices(desk: Desk, shop: Workshop) -> None:  # noqa: N802
    draft = shop.draft.value
    bases = use_memo(lambda: {k: load_strategy(k).name for k in shipped("strategies")}, [])
    with solara.Row(classes=["eco-controls", "eco-shop-top"]):
        Chooser(
            "Begin from",
            bases,
            str(draft.get("extends", "a file of its own")),
            lambda key: shop.open(lambda: begin(key)),
        )
        Chooser("Priced in world", desk.catalogue.worlds, shop.world.value, shop.world.set)
        for path, label in (("key", "Key"), ("name", "Name")):
            solara.InputText(
                label,
                str(draft.get(path, "")),
                on_value=lambda value, path=path: shop.edit({"path": path, "value": value}),
                continuous_update=True,
                classes=[f"eco-{path}"],
            )


@solara.component_vue("../vue/levers.vue")
def _Levers(  # noqa: N802
    groups: list[dict[str, Any]], event_set: Callable[[dict[str, Any]], None]
) -> None: ...


@solara.component_vue("../vue/upload.vue")
def _Upload(  # noqa: N802
    label: str, accept: str, largest: int, event_given: Callable[[dict[str, Any]], None]
) -> None: ...


@component
def _Form(shop: Workshop, world: World) -> None:  # noqa: N802
    found = groups_of(shop.draft.value, world)
    groups = [{**g._asdict(), "rows": [row._asdict() for row in g.rows]} for g in found]
    note = "grade A: primary source, B: secondary, C: assumption"
    solara.HTML("h3", f"Levers and terms <span>{note}</span>")
    _Levers(groups=groups, event_set=shop.edit).key(f"form {shop.opened.value} {world.name}")
    with solara.Div(classes=["eco-files"]):
        name = f"{shop.draft.value['key'] or 'strategy'}_levers.csv"
        Download("Levers as CSV", name, lambda: csv_of(lever_table(found)))


@component
def _Verdict(desk: Desk, shop: Workshop, checked: Checked) -> None:  # noqa: N802
    valid = checked.strategy is not None
    classes = ["eco-card", "eco-verdict", *([] if valid else ["eco-wrong"])]
    with solara.Div(classes=classes):
        solara.HTML("div", _verdict(checked), attributes={"role": "status"})
        with solara.Row(classes=["eco-acts"]):
            solara.Button(
                "See it live",
                icon_name="mdi-play",
                on_click=lambda: _live(desk, shop, checked),
                disabled=not valid,
                outlined=True,
            )
            solara.Button(
                "Run against S0",
                icon_name="mdi-compare",
                on_click=lambda: _try(desk, shop, checked),
                disabled=not valid,
                color="primary",
            )


def _try(desk: Desk, shop: Workshop, checked: Checked) -> None:
    """Ask for the strategy as it stands; :func:`_Trial` passes it on."""
    if checked.strategy is not None:
        seed = desk.session.latest.choice.seed
        count = shop.tried.peek()[1] + 1  # the same may be asked for again
        shop.tried.set((_request(checked.strategy, shop.world.peek(), seed), count))


def _request(strategy: Strategy, world: str, seed: int) -> Request:
    experiment = Experiment(
        world_of(world), (load_strategy("S0"), strategy), "S0", TRIAL_FUTURES, seed
    )
    command = (
        f"ecosystem compare --world {world} --strategies S0,{strategy.key}.toml "
        f"--futures {TRIAL_FUTURES} --seed {seed}"
    )
    return Request(experiment, command)


@component
def _Trial(desk: Desk, shop: Workshop, office: Office) -> None:  # noqa: N802
    """Run what was asked for against S0 in the background, and say what came of it."""
    (request, count), job = shop.tried.value, shop.job.value

    async def ask() -> None:
        if request is None or shop.asked == count:  # nothing, or this page was away
            return
        shop.asked = count
        shop.problem.set("")
        try:
            shop.job.set(await asyncio.to_thread(office.ask, request, order_of(desk).tab))
        except EcosystemError as error:
            shop.problem.set(str(error))

    use_task(ask, dependencies=[count])
    _, set_ended = use_state(0)
    if shop.problem.value:
        solara.Error(shop.problem.value)
    if job is None:
        return
    told = job.request.experiment
    against = f"{told.strategies[-1].key} against S0 in {told.world.name}"
    with solara.Div(classes=["eco-card", "eco-trial"]):
        note = f"{told.futures} futures and the central one; simulated"
        solara.HTML("h3", f"{escape(against)} <span>{note}</span>")
        if job.live:
            Underway(office, job, lambda: set_ended(job.progress.done + 1))
        elif job.progress.phase == "done":
            _Outcome(desk, shop, office, job)
        else:
            solara.HTML("p", escape(job.progress.message), attributes={"role": "alert"})


@component
def _Outcome(desk: Desk, shop: Workshop, office: Office, job: Job) -> None:  # noqa: N802
    """Show the answer of a finished comparison, as the report has it."""
    reading = use_task(lambda: shown(office.root, job.name), dependencies=[job], raise_error=False)
    if reading.error:
        solara.HTML("p", f"It cannot be read: {escape(str(reading.exception))}")
    elif reading.value is None:
        solara.ProgressLinear(True)
    else:
        Panel(svg=next(html for anchor, _, html in reading.value.sections if anchor == "answer"))
        with solara.Row(classes=["eco-acts"]):
            solara.Button(
                "Open in Compare",
                on_click=lambda: desk.go("compare", folder=job.name, baseline="S0"),
                outlined=True,
                small=True,
            )


def _live(desk: Desk, shop: Workshop, checked: Checked) -> None:
    if checked.strategy is not None:
        desk.catalogue.adopt(checked.strategy)
        choice = desk.session.latest.choice
        desk.live(choice._replace(world=shop.world.peek(), strategy=checked.strategy.key, week=0))


def _verdict(checked: Checked) -> str:
    if checked.strategy is None:
        head = f"<h3>Not valid <span>{len(checked.problems)} to put right</span></h3>"
        return head + _lines(checked.problems)
    where = f"It may act at {checked.acts_at} of {checked.sites} sites"
    return f"<h3>Valid</h3><p>{where} that are or may be built here.</p>"


def _lines(lines: tuple[str, ...] | list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


@component
def _Budget(shop: Workshop, checked: Checked, seed: int, price: Pricer) -> None:  # noqa: N802
    strategy, world = checked.strategy, shop.world.value

    latest = use_ref(threading.Event())

    async def run() -> Price | str | None:
        latest.current.set()  # whoever edits on wants no price of what was there before
        left = latest.current = threading.Event()
        if strategy is None:
            return None
        try:
            await asyncio.sleep(_PATIENCE_S)
            return await asyncio.to_thread(price, world, strategy, seed, BUDGET_SHARE, left.is_set)
        except Exception as error:
            if not isinstance(error, EcosystemError):
                _LOG.error("price of %s in %s", strategy.key, world, exc_info=error)
            return f"It cannot be priced: {error or type(error).__name__}"

    use_effect(lambda: lambda: latest.current.set(), [])
    task = use_task(run, dependencies=[strategy, world, seed])
    found = None if task.pending else cast("Price | str | None", task.value)
    last = use_ref(cast("Price | None", None))
    if isinstance(found, Price):
        last.current = found
    with solara.Div(classes=["eco-card", "eco-budget"]):
        if strategy is None:
            solara.HTML("p", "There is a price once the strategy is valid.")
        elif isinstance(found, Price):
            _Priced(found, strategy.key, world, seed)
        elif found is not None:
            solara.HTML("p", escape(found))
        else:
            if last.current:  # so that nothing jumps while somebody edits
                with solara.Div(classes=["eco-stale"]):
                    Panel(svg=budget_chart(last.current, BUDGET_SHARE))
            solara.HTML("p", f"Pricing {escape(strategy.key)}: one run of {escape(world)} …")
            solara.ProgressLinear(True)


@component
def _Priced(found: Price, key: str, world: str, seed: int) -> None:  # noqa: N802
    drawn = budget_chart(found, BUDGET_SHARE)
    Panel(svg=drawn)
    how = (
        f"{budget_note(found)} Source: one run of the central future of {world} (seed {seed}) and "
        "one of S0, at natural cost; other futures cost otherwise."
    )
    solara.HTML("p", escape(how))
    with solara.Div(classes=["eco-files"]):
        Download("Price as SVG", f"{key}_price.svg", lambda: svg_file(drawn))


@component
def _Effects(checked: Checked) -> None:  # noqa: N802
    if checked.strategy is None:
        return
    key, drawn = checked.strategy.key, effects_chart(moved(checked.strategy))
    with solara.Div(classes=["eco-card"]):
        Panel(svg=drawn)
        with solara.Div(classes=["eco-files"]):
            Download("Effects as SVG", f"{key}_effects.svg", lambda: svg_file(drawn))


@component
def _File(shop: Workshop, text: str, valid: bool, linked: bool) -> None:  # noqa: N802
    with solara.Div(classes=["eco-card"]):
        solara.HTML("h3", "The file <span>as ecosystem compare --strategies reads it</span>")
        solara.HTML("pre", escape(text), classes=["eco-toml"], attributes={"tabindex": "0"})
        with solara.Div(classes=["eco-files"]):
            _Upload(
                label="Load a TOML file",
                accept=".toml,text/plain",
                largest=LARGEST_FILE,
                event_given=shop.take,
            )
            Download("Save as TOML", f"{shop.draft.value['key'] or 'strategy'}.toml", lambda: text)
        if valid and not linked:
            solara.HTML("p", "Too long for an address: save the file to share it.")
