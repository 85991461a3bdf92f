"""The brief of the validation agrees with the published tables."""

from pathlib import Path

import pytest

from experiments.validated import dated, figure, published, validated

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


def test_the_page_tells_subjects_with_plots_and_what_does_not_fit():
    told = {p.subject: p for p in published()}
    assert list(told) == [v.subject for v in validated()]
    for subject in told.values():
        assert all(len(row) == 6 for row in subject.rows)
        assert subject.misfits
        assert not any("**" in item or "`" in item for item in subject.misfits)
        for said, name in subject.figures:
            assert said
            assert figure(name).startswith("<svg")


def test_dated_rows_have_an_observation_and_the_models_figure():
    rows = dated()
    secured = [r for r in rows if r.what == "secured"]
    assert [r.id for r in secured] == ["M138", "M139", "M144", "M150"]
    assert {r.area for r in rows} >= {"ladder", "held out", "fit", "forecast"}
    assert all(float(r.observed) > 0 and r.model and r.unit for r in rows)


@pytest.mark.parametrize("name", ["nowhere.svg", "../validation.md", "../img/ramp.svg"])
def test_only_plots_of_the_page_are_read(name: str):
    with pytest.raises(FileNotFoundError):
        figure(name)
