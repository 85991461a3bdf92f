"""The verdicts shipped for the page Evidence are those of docs/catalogue.md."""

from datetime import date
from pathlib import Path

import pytest

from experiments.catalogue import ENTRIES
from experiments.catalogue.found import as_toml, found, main, of_page

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"


def test_they_agree_with_the_page():
    told = of_page(PAGE.read_text(encoding="utf-8"), found().day)
    assert told == found(), (
        "docs/catalogue.md has changed: python -m experiments.catalogue.found docs/catalogue.md"
    )


def test_every_entry_has_a_verdict_that_its_parts_allow():
    assert [v.key for v in found().verdicts] == list(ENTRIES)
    for verdict in found().verdicts:
        parts = {part.verdict for part in verdict.parts}
        assert parts <= {"held", "failed", "undecided"}
        worst = next(word for word in ("failed", "undecided", "held") if word in parts)
        assert verdict.verdict == worst


def test_the_page_counts_its_verdicts():
    verdicts = [verdict.verdict for verdict in found().verdicts]
    held, failed, undecided = (verdicts.count(word) for word in ("held", "failed", "undecided"))
    said = f"Of the {len(verdicts)} expectations {held} held, {failed} failed and {undecided} are"
    assert said in PAGE.read_text(encoding="utf-8")


def test_a_changed_figure_is_seen():
    page = PAGE.read_text(encoding="utf-8").replace("+0.0349", "+0.0350", 1)
    assert of_page(page, found().day) != found()


def test_what_is_taken_over_reads_back(tmp_path, monkeypatch):
    import experiments.catalogue.found as module

    monkeypatch.setattr(module, "__file__", str(tmp_path / "found.py"))
    main(str(PAGE), date(2027, 3, 1))
    text = (tmp_path / "found.toml").read_text(encoding="utf-8")
    assert text == as_toml(found()._replace(day=date(2027, 3, 1)))
    assert "day = 2027-03-01" in text


def test_a_page_without_verdicts_is_refused():
    with pytest.raises(ValueError, match="no world"):
        of_page("nothing here", date(2027, 3, 1))
