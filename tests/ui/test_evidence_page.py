"""The page Evidence without a browser: its parts, the search, links, and what it admits."""

import asyncio
from collections.abc import Callable
from typing import Any

import ipyvuetify
import pytest
import solara
from fake_world import fake_catalogue
from solara.widgets import HTML

from ecosystem.parameters import Card, cards
from ecosystem.scenario import load_world
from experiments.validated import published
from viz.desk import Desk
from viz.downloads import csv_of
from viz.pages.evidence import (
    LIMITS,
    PARTS,
    PER_PAGE,
    EvidencePage,
    card_columns,
    card_html,
    matching,
    otherwise,
    source_html,
)
from viz.state import Catalogue, shipped_catalogue

EVERY = tuple(cards(load_world("stargate")))


class Shown:
    def __init__(self, query: str, catalogue: Callable[[], Catalogue]) -> None:
        self.desk = Desk(catalogue(), query, {"evidence": EvidencePage})
        box = solara.AppLayout(children=[EvidencePage(self.desk)])
        _, self.rendered = solara.render(box, handle_error=False)

    def html(self) -> str:
        return " ".join(str(w.unsafe_innerHTML) for w in self.rendered.find(HTML).widgets)

    def click(self, label: str) -> None:
        buttons = self.rendered.find(ipyvuetify.Btn).widgets
        next(b for b in buttons if label in b.children).click()

    def field(self, label: str) -> Any:
        kinds = (ipyvuetify.Select, ipyvuetify.TextField)
        return next(w for kind in kinds for w in self.rendered.find(kind).widgets
                    if w.label == label)  # fmt: skip


def on_page(
    test: Callable[[Shown], None],
    query: str = "?page=evidence",
    catalogue: Callable[[], Catalogue] = shipped_catalogue,
) -> None:
    async def run() -> None:
        shown = Shown(query, catalogue)
        try:
            test(shown)
        finally:
            shown.rendered.close()

    asyncio.run(run())


def test_every_part_opens_and_says_that_people_are_simulated():
    def test(shown: Shown) -> None:
        told = {
            "Validation": "promises kept",
            "Dated milestones": "not fitted",
            "Expectations": "E12",
            "Numbers": "Every number of world stargate",
            "Limits": "It forecasts nothing",
        }
        assert list(told) == list(PARTS.values())
        for name, word in told.items():
            shown.click(name)
            assert word in shown.html(), name
            assert "are simulated from archetypes" in shown.html()

    on_page(test)


def test_every_published_check_stands_on_the_page():
    def test(shown: Shown) -> None:
        html = shown.html()
        for subject in published():
            assert f"All {len(subject.rows)} checks" in html
            assert len(subject.figures) >= 2
        assert html.count("<img ") == sum(len(s.figures) for s in published())
        # their style would reach the whole page
        assert "<style>" not in html

    on_page(test)


def test_search_grade_and_room_narrow_the_cards_and_stand_in_the_link():
    def test(shown: Shown) -> None:
        assert shown.html().count("<article") == PER_PAGE
        shown.click("Next")
        assert shown.desk.link.value == {"part": "numbers", "sheet": "1"}
        assert "sheet 2 of" in shown.html()
        shown.field("Grade").v_model = "A"
        many = sum(c.grade == "A" for c in EVERY)
        assert shown.html().count("<article") == many
        assert shown.desk.link.value == {"part": "numbers", "grade": "A"}

    on_page(test, "?page=evidence&part=numbers")

    def found(shown: Shown) -> None:
        assert "lab.friction" in shown.html()
        assert shown.html().count("<article") < 10

    on_page(found, "?page=evidence&part=numbers&q=friction")

    def nothing(shown: Shown) -> None:
        assert "Nothing is called so" in shown.html()

    on_page(nothing, "?page=evidence&part=numbers&q=unobtainium")


def test_numbers_of_a_world_that_is_not_listed_are_not_read():
    def test(shown: Shown) -> None:
        assert "There is no world" in shown.html()
        assert "<article" not in shown.html()

    on_page(test, "?page=evidence&part=numbers&world=/etc/passwd", fake_catalogue)


def test_matching_finds_all_words_anywhere():
    assert matching(EVERY) == list(EVERY)
    assert {c.path for c in matching(EVERY, "interconnect build")} == {
        c.path
        for c in EVERY
        if all(
            word in f"{c.path} {c.meaning} {c.unit} {c.source}".lower()
            for word in ("interconnect", "build")
        )
    }
    assert all(c.path.startswith("numbers.grid.") for c in matching(EVERY, room="grid"))
    # by what a source is, not only by its id
    assert any(c.source.startswith("P041") for c in matching(EVERY, "michaelbommarito"))


def test_a_card_tells_unit_value_range_distribution_grade_and_source():
    card = next(c for c in EVERY if c.path == "numbers.delivery.permit_weeks")
    html = card_html(card)
    for word in ("30 week", "13 to 52 (triangular)", ">B</span>", "P041", "must be &gt;= 1"):
        assert word in html, word
    assert 'rel="noopener noreferrer"' in html
    assert csv_of(card_columns([card])).splitlines()[1].startswith("numbers.delivery.permit_weeks")


def test_nothing_from_a_card_is_taken_for_markup_or_for_a_script():
    nasty = Card("numbers.x", 1.0, "<b>", "<i>", "<script>", "C", (0, 1), "uniform", "<u>")
    html = card_html(nasty)
    assert not any(mark in html for mark in ("<script", "<i>", "<u>", "<b></b>"))
    assert source_html("nobody knows") == ""


@pytest.mark.parametrize("word", ["forecasts nothing", "simulated", "assumptions", "no evidence"])
def test_limits_are_in_plain_words(word: str):
    assert any(word in limit for limit in LIMITS)


def test_rows_that_come_out_otherwise_are_found():
    told = published()[0].rows
    assert otherwise(told, told) == []
    changed = (*told[3][:2], "99", *told[3][3:])
    assert otherwise([*told[:3], changed], told) == [changed]
    assert otherwise([["a", "|ln| x", "1"]], [["a", "ln x", "1"]]) == []
