"""The report: whole, self-contained, and true to the tables that it is written from."""

import base64
import csv
import re
from datetime import date
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Browser

from ecosystem.errors import InputError, ResultsError
from ecosystem.scenario import load_strategy, load_world
from experiments.compare import PRIMARY
from experiments.conclude import Report, write_answer
from experiments.design import Experiment, code_digest
from experiments.reopen import Reopened, reopen
from experiments.runner import run_all
from experiments.wording import three
from viz.figures import Fan, Range, Scale, Spot, fans, forest, reached, stacked_causes, tradeoff
from viz.report import write_report

VOID = {"meta", "br", "path", "rect", "circle"}


class Reader(HTMLParser):
    """Checks that tags are closed in order; collects links, sections and tables."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.links: list[str] = []
        self.sections: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        known = dict(attrs)
        self.links += [known["href"]] if "href" in known else []
        self.sources += [known[k] for k in ("src", "srcset") if k in known]
        self.sections += [known["id"]] if tag == "section" else []
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        pass

    def handle_endtag(self, tag) -> None:
        assert self.stack.pop() == tag


class Made:
    """A small comparison with its report."""

    def __init__(self, folder: Path) -> None:
        policies = tuple(load_strategy(key) for key in ("S0", "S2", "placebo"))
        question = Experiment(load_world("fictional"), policies, "S0", futures=5, weeks=150)
        about = {
            "command": "ecosystem compare <b>",
            "world": question.world.model_dump(mode="json"),
            "strategies": [s.model_dump(mode="json") for s in policies],
            "baseline": "S0",
            "futures": 5,
            "seed": 0,
            "weeks": 150,
            "versions": {"python": "3"},
            "code": code_digest(),
        }
        run_all(question.specs(), 1, lambda done, total: None, folder, about=about)
        self.said: Report = write_answer(question, 0, folder, about["command"])
        self.of: Reopened = reopen(folder)
        self.path = write_report(folder, self.of, self.said, date(2026, 11, 25))
        self.html = self.path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("compare"))


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(made: Made) -> None:
    reader = Reader()
    reader.feed(made.html)
    assert reader.stack == []
    assert reader.sources == []
    assert all(link.startswith(("#", "data:text/csv", "data:image/svg")) for link in reader.links)
    assert "url(" not in made.html.replace("url(#hatch)", "")
    assert [link[1:] for link in reader.links if link.startswith("#")] == reader.sections
    assert len(reader.sections) == 12


def test_the_answer_and_its_figures_are_those_of_the_comparison(made: Made) -> None:
    for sentence in made.said.sentences:
        assert sentence in made.html
    row = next(r for r in made.said.rows if (r.strategy, r.outcome) == ("S2", PRIMARY))
    assert three(row.diff, sign=True) in made.html
    assert "identical" in made.html  # the placebo


def saved(html: str, ending: str) -> list[tuple[str, str]]:
    """Names and contents of the files that the page's links hold."""
    links = re.findall(rf'download="(\w+)\.{ending}"[^>]* href="data:[^;]+;base64,([^"]+)"', html)
    return [(name, base64.b64decode(data).decode()) for name, data in links]


def test_every_figure_has_its_table_as_csv(made: Made) -> None:
    found = saved(made.html, "csv")
    names = [name for name, _ in found]
    assert len(names) == len(set(names)) == made.html.count("<figure>") + 1  # and the assumptions
    for _, data in found:
        rows = list(csv.reader(StringIO(data)))
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1


def test_every_figure_can_be_saved_as_a_drawing_that_stands_alone(made: Made) -> None:
    found = saved(made.html, "svg")
    assert len({name for name, _ in found}) == len(found) == made.html.count("<figure>")
    for _, drawn in found:
        assert ElementTree.fromstring(drawn.encode()).tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in drawn, "drawing programs know no variables"


def test_every_table_has_a_caption_of_its_own(made: Made) -> None:
    tables = re.findall(r"<table[^>]*>(.*?)</table>", made.html, re.DOTALL)
    captions = [re.match(r"<caption>([^<]+)</caption><thead>", table) for table in tables]
    assert len(tables) > 15
    assert all(captions)
    assert len({found[1] for found in captions if found}) == len(tables)


def test_who_lent_data_is_named(made: Made) -> None:
    assert made.html.count("Epoch AI, Frontier Data Centers") == 1


def test_what_users_write_is_text_and_never_code(made: Made) -> None:
    assert "ecosystem compare &lt;b&gt;" in made.html


def test_an_invented_world_is_called_so_and_few_futures_claim_no_causes(made: Made) -> None:
    assert "every place in it is made up" in made.html
    assert "5 futures are too few" in made.html


def test_a_folder_without_a_comparison_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no comparison"):
        reopen(tmp_path)
    (tmp_path / "manifest.json").write_text('{"files": {}, "runs": []}')
    with pytest.raises(InputError, match="other results"):
        reopen(tmp_path)
    (tmp_path / "manifest.json").write_text('{"files": {}, "runs": [], "strategies": []}')
    with pytest.raises(ResultsError, match="another version"):
        reopen(tmp_path)


@pytest.mark.browser
def test_a_browser_shows_it_without_a_network(made: Made, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1400})
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda m: m.type in ("error", "warning") and faults.append(m.text))
    page.goto(made.path.as_uri())
    assert page.locator("figure svg").count() == made.html.count("<figure>")
    assert all(box["height"] > 40 for box in (f.bounding_box() for f in page.locator("svg").all()))
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 1000, "nothing sticks out of the page"
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []


def test_a_forest_fills_what_is_clear_and_tells_the_interval() -> None:
    rows = [Range("S2", 1.0, 0.5, 1.5, True), Range("S3", 0.1, -1.0, 1.2, False)]
    drawn = forest("t", "GW yr", [*rows, Range("S4", np.nan, np.nan, np.nan, False)])
    assert drawn.count("dot-clear") == 1
    assert drawn.count("dot-open") == 1
    assert "[0.500, 1.50]" in drawn


def test_bars_are_as_long_as_what_they_show() -> None:
    drawn = stacked_causes("t", "GW weeks", {"S0": {"grid": 30.0, "labour": 10.0}, "S2": {}})
    bar = r'class="c-(\w+)" x="[\d.]+" y="54.0" height="17" width="([\d.]+)"'
    width = {cause: float(long) for cause, long in re.findall(bar, drawn)}
    assert width["grid"] == pytest.approx(3 * width["labour"], rel=0.01)
    assert width["chips"] == 0


def test_share_reached_climbs_a_step_for_each_future() -> None:
    times = {"S0": np.array([100.0, 200.0, np.inf, np.inf]), "S2": np.array([50.0] * 4)}
    drawn = reached("t", times, 520, 2025.0)
    first = re.findall(r'class="l1" d="([^"]+)"', drawn)[0]
    levels = [float(v) for v in re.findall(r"V([\d.]+)", first)]
    assert len(levels) == 2  # two of four get there
    top, bottom = 62.0, 62.0 + 84.0
    assert levels[-1] == pytest.approx((top + bottom) / 2)


def test_a_fan_and_a_trade_off_survive_gaps_and_one_strategy() -> None:
    years = np.array([2025.0, 2026.0])
    flat = Fan("S0", years, np.zeros((5, 2)), None)
    assert fans("t", [flat]).count("band80") == 1
    at_once = Fan("S0", years[:1], np.ones((5, 1)), None)  # runs that end in their first year
    assert fans("t", [at_once]).count("band80") == 1
    nan = float("nan")
    spots = [Spot("S0", (0, 0, 0), (0, 0, 0), True), Spot("S2", (nan, 1, nan), (0, 1, 2), False)]
    assert tradeoff("t", "x", "y", spots).count("whisker") == 3


def test_an_axis_maps_its_ends_to_its_ends() -> None:
    scale = Scale(-1.0, 3.0, 100.0, 200.0)
    assert (scale.at(-1.0), scale.at(3.0)) == (100.0, 300.0)
    assert [label for _, label in scale.ticks()] == ["−1", "0", "1", "2", "3"]
