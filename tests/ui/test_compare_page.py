"""The Compare page without a browser, and the comparisons on disk that it opens."""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipyvuetify
import pytest
import solara
from solara.widgets import HTML
from test_jobs import WORLD, Held, request, threads, until

from ecosystem.errors import InputError, ResultsError
from ecosystem.scenario import load_strategy
from experiments.design import Experiment
from viz import jobs
from viz.desk import Desk, PageOf
from viz.jobs import Office, Request
from viz.pages.compare import compare_page, order_of
from viz.shelf import inside, listed, shown
from viz.state import Catalogue

STRATEGIES = ("S0", "S2", "placebo")
PATIENCE_S = 60.0


def catalogue() -> Catalogue:
    def build(choice):
        raise InputError("no live world here")

    titles = {key: load_strategy(key).name for key in STRATEGIES}
    return Catalogue({"fictional": "An invented <b>country"}, titles, build)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder with one small comparison in ``app``, made by an office."""
    root = tmp_path_factory.mktemp("results")
    office = Office(root, threads)
    policies = tuple(load_strategy(key) for key in STRATEGIES)
    asked = Request(Experiment(WORLD, policies, "S0", 1, 0, 30), "ecosystem compare <i>")
    job = office.ask(asked, "a")
    until(lambda: not job.live, 180)
    assert job.progress.phase == "done", job.progress.message
    job.folder.rename(root / "app" / "made")
    return root


# On disk


def test_a_folder_is_found_by_its_name_and_nothing_else_is(results: Path, tmp_path: Path):
    assert inside(results, "app/made") == (results / "app" / "made").resolve()
    outside = tmp_path / "secret"
    shutil.copytree(results / "app" / "made", outside)
    link = results / "linked"
    link.symlink_to(outside)
    wrong = ("", ".", "..", "../secret", "app/../../secret", str(outside), "/etc", "linked", "a\0b")
    for name in (*wrong, "app\\made", "nowhere", "app/made/manifest.json"):
        with pytest.raises(InputError, match="no folder below the results folder"):
            inside(results, name)
        with pytest.raises(InputError) as refused:
            shown(results, name)
        assert str(outside.parent) not in str(refused.value) or name == str(outside)
    assert [entry.name for entry in listed(results)] == ["app/made"], "links are not followed"
    link.unlink()


def test_links_inside_a_folder_lead_nowhere(results: Path, tmp_path: Path):
    folder = results / "app" / "linked"
    shutil.copytree(results / "app" / "made", folder)
    outside = tmp_path / "manifest.json"
    shutil.move(folder / "manifest.json", outside)
    (folder / "manifest.json").symlink_to(outside)
    with pytest.raises(InputError, match="link to elsewhere"):
        shown(results, "app/linked")
    assert "app/linked" not in [entry.name for entry in listed(results)]
    (folder / "manifest.json").unlink()
    said = json.loads(outside.read_text())
    said["files"]["../../made/parts/x.runs.parquet"] = "0"
    (folder / "manifest.json").write_text(json.dumps(said))
    with pytest.raises(ResultsError, match="names a file elsewhere"):
        shown(results, "app/linked")
    shutil.rmtree(folder)


def test_the_list_tells_finished_from_unfinished_and_skips_the_rest(results: Path):
    made = listed(results)[0]
    assert (made.strategies, made.futures, made.finished) == (STRATEGIES, 1, True)
    half = results / "app" / "half"
    half.mkdir()
    shutil.copy(results / "app" / "made" / "asked.json", half)
    other = results / "other"
    other.mkdir()
    (other / "manifest.json").write_text('{"files": {}}')
    found = {entry.name: entry.finished for entry in listed(results)}
    assert found == {"app/made": True, "app/half": False}
    shutil.rmtree(half)
    shutil.rmtree(other)
    assert listed(results / "nowhere") == []


def test_any_strategy_can_be_the_baseline(results: Path):
    usual, turned = shown(results, "app/made"), shown(results, "app/made", "S2")
    assert usual.material.keys == ["S0", "S2", "placebo"]
    assert turned.material.keys == ["S2", "S0", "placebo"]
    name = "usable_gw_years"
    there, back = usual.material.row("S2", name), turned.material.row("S0", name)
    assert back.diff == -there.diff
    assert back.value == usual.material.row("S0", name).value
    with pytest.raises(InputError, match="this comparison has S0, S2, placebo"):
        shown(results, "app/made", "S9")


def test_points_can_be_picked_where_the_world_is_as_shipped(results: Path):
    told = shown(results, "app/made")
    assert told.live == set(STRATEGIES)
    choice = next(html for anchor, _, html in told.sections if anchor == "choice")
    assert choice.count('class="pick"') == 3
    assert "&lt;i&gt;" in next(html for anchor, _, html in told.sections if anchor == "reproduce")


# On the page


class Shown:
    """A rendered page, in the words that a person would use about it."""

    def __init__(self, office: Office, query: str) -> None:
        show = compare_page(lambda: office)
        self.desk = Desk(catalogue(), query, {"compare": PageOf("compare", "Compare", show)})
        page = solara.AppLayout(children=[show(self.desk)])
        _, self.rendered = solara.render(page, handle_error=False)

    def buttons(self, label: str) -> list[Any]:
        return [b for b in self.rendered.find(ipyvuetify.Btn).widgets if label in b.children]

    def press(self, label: str) -> None:
        (button,) = self.buttons(label)
        assert not button.disabled
        button.click()

    def text(self) -> str:
        words = [str(w.unsafe_innerHTML) for w in self.rendered.find(HTML).widgets]
        every = self.rendered.find(ipyvuetify.VuetifyTemplate).widgets
        return " ".join([*words, *(w.svg for w in every if "svg" in w.keys)])

    async def sees(self, word: str) -> None:
        await self.until(lambda: word in self.text())

    async def until(self, condition: Callable[[], bool]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while not condition():
            assert asyncio.get_running_loop().time() < end, f"still not so: {self.text()[:400]}"
            await asyncio.sleep(0.01)


def on_page(office: Office, query: str, test: Callable[[Shown], Any]) -> None:
    async def run() -> None:
        page = Shown(office, query)
        try:
            await test(page)
        finally:
            page.rendered.close()

    asyncio.run(run())


@pytest.fixture
def office(results: Path) -> Iterator[Office]:
    office = Office(results, threads)
    yield office
    office.close()


def test_an_empty_folder_says_what_to_do(tmp_path: Path):
    async def test(page: Shown) -> None:
        await page.sees("None yet. Choose strategies above and press Run")

    on_page(Office(tmp_path, threads), "?page=compare", test)


def test_sensitivity_on_disk_is_shown_as_text_and_a_link_out_is_not_followed(tmp_path: Path):
    for name in ("mine", "linked"):
        (tmp_path / "results" / name).mkdir(parents=True)
        (tmp_path / "results" / name / "manifest.json").write_text("{}")
    rows = "number,effect,rank\n" + "<b>grid</b>,0.123456,7\n" * 30
    (tmp_path / "results" / "mine" / "sensitivity.csv").write_text(rows)
    (tmp_path / "secret.csv").write_text("number,effect\nsecret,1\n")
    (tmp_path / "results" / "linked" / "sobol.csv").symlink_to(tmp_path / "secret.csv")

    async def test(page: Shown) -> None:
        await page.sees("mine/sensitivity.csv: elementary effects (Morris)")
        await page.sees("5 further rows are in the file")
        html = page.text()
        assert "&lt;b&gt;grid&lt;/b&gt;" in html
        assert "0.123" in html
        assert "0.123456" not in html
        assert "secret" not in html
        page.press("Open Evidence")
        assert (page.desk.page.value, page.desk.link.value) == (
            "evidence",
            {"part": "expectations"},
        )

    on_page(Office(tmp_path / "results", threads), "?page=compare", test)


def test_a_result_opens_by_its_button_and_turns_to_another_baseline(office: Office):
    async def test(page: Shown) -> None:
        await page.until(lambda: bool(page.buttons("app/made")))
        page.press("app/made")
        await page.sees("Usable compute against S0")
        assert "page=compare&folder=app%2Fmade" in page.desk.query()
        page.press("S2")
        await page.sees("Usable compute against S2")
        assert "folder=app%2Fmade&baseline=S2" in page.desk.query()
        page.press("All results")
        await page.sees("Results on disk")

    on_page(office, "?page=compare", test)


def test_a_link_opens_the_same_view_and_a_point_its_run(office: Office):
    async def test(page: Shown) -> None:
        await page.sees("Usable compute against placebo")
        every = page.rendered.find(ipyvuetify.VuetifyTemplate).widgets
        drawn = next(w for w in every if "svg" in w.keys and 'data-key="S2"' in w.svg)
        drawn.vue_pick("S2")
        assert page.desk.page.value == "world"
        assert page.desk.session.latest.choice[:3] == ("fictional", "S2", 0)

    on_page(office, "?page=compare&folder=app/made&baseline=placebo", test)


@pytest.mark.parametrize("folder", ["../..", "/etc", "nowhere", "%3Cscript%3E"])
def test_a_wrong_link_is_refused_in_words(office: Office, folder: str):
    async def test(page: Shown) -> None:
        await page.sees("is no folder below the results folder")
        assert "<script>" not in page.text()
        page.buttons("All results")[0].click()
        await page.sees("Results on disk")

    on_page(office, f"?page=compare&folder={folder}", test)


def test_what_is_chosen_is_what_is_asked_for(office: Office):
    async def test(page: Shown) -> None:
        order = order_of(page.desk)
        order.futures.set(3)
        order.years.set(0.5)
        order.toggle("placebo", False)
        order.against("S2")
        asked = await asyncio.to_thread(order.plan().request, page.desk.catalogue)
        experiment = asked.experiment
        assert [s.key for s in experiment.strategies] == ["S0", "S2"]
        assert (experiment.baseline, experiment.futures, experiment.weeks) == ("S2", 3, 26)
        assert asked.command == (
            "ecosystem compare --world fictional --strategies S0,S2 --baseline S2 --futures 3 "
            "--seed 0 --years 0.5"
        )
        with pytest.raises(InputError, match="no world"):
            order.plan()._replace(world="/etc/passwd").request(page.desk.catalogue)
        with pytest.raises(InputError, match="no strategy"):
            order.plan()._replace(strategies=("S0", "x.toml")).request(page.desk.catalogue)

    on_page(office, "?page=compare", test)


def test_too_much_is_refused_on_the_page(office: Office):
    async def test(page: Shown) -> None:
        order_of(page.desk).futures.set(500)
        page.press("Run")
        alerts = lambda: page.rendered.find(ipyvuetify.Alert).widgets  # noqa: E731
        await page.until(lambda: any("from the app 1 to 128" in str(a.children) for a in alerts()))

    on_page(office, "?page=compare", test)


def test_what_was_cancelled_goes_on_and_the_page_follows_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    held = Held()
    monkeypatch.setattr(jobs, "run_all", held)
    monkeypatch.setattr(jobs, "conclude", lambda *_: None)
    office = Office(tmp_path, threads)
    job = office.ask(request(), "another tab")
    until(lambda: job.progress.total == 8)
    office.cancel(job)
    until(lambda: not job.live)

    async def test(page: Shown) -> None:
        await page.sees("0 of 8 runs are kept; asking again goes on there.")
        await page.until(lambda: bool(page.buttons("Go on")))
        page.press("Go on")
        await page.until(lambda: len(page.buttons("Cancel")) == 1)
        await page.sees("0 of 8 runs")
        held.go.release(4)
        await page.sees("4 of 8 runs")
        held.go.release(4)
        await page.sees("is not finished, or holds no comparison")  # these runs were none

    on_page(office, f"?page=compare&folder={job.name}", test)
    office.close()
