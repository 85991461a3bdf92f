"""docs/parameters.md says what the code says."""

from pathlib import Path

from experiments.parameters_page import page

PAGE = Path(__file__).parents[2] / "docs" / "parameters.md"


def test_the_page_of_numbers_is_current():
    told = "run: python -m experiments.parameters_page > docs/parameters.md"
    assert PAGE.read_text(encoding="utf-8") == page() + "\n", told
