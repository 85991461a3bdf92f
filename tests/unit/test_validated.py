"""The brief of the validation agrees with the published tables."""

from pathlib import Path

from experiments.validated import validated

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"


def test_every_published_table_is_in_the_brief() -> None:
    found = validated()
    assert len(found) == PAGE.read_text(encoding="utf-8").count("<!-- end of table -->") >= 3
    assert all(0 < one.kept <= one.promises for one in found)


def test_promises_and_missed_aims_are_told_apart() -> None:
    found = validated()
    page = PAGE.read_text(encoding="utf-8")
    assert sum(len(one.missed) for one in found) == page.count("| aim missed |") > 0
    assert sum(one.kept for one in found) == page.count("| yes |")
    assert sum(one.promises - one.kept for one in found) == page.count("| NO |")
