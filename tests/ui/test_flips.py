"""Blocks of the report on ranks, boxes and the million: what stands in them is what was found."""

import numpy as np
import pytest

from ecosystem.scenario import load_strategy, load_world
from experiments.compare import COST, PRIMARY
from experiments.design import Experiment
from experiments.discover import Asked, Found, Limit
from experiments.margin import averages
from experiments.outcomes import OUTCOMES
from viz.flips import boxes, chances_of_failure, million, ranking, words_html

KEYS = ["S0", "S2"]


@pytest.fixture(scope="module")
def question() -> Experiment:
    policies = tuple(load_strategy(key) for key in KEYS)
    return Experiment(load_world("fictional"), policies, "S0", futures=24)


def table(n: int = 24):
    gain = np.linspace(0.5, 1.5, n)
    found = {outcome.name: np.zeros(2 * n) for outcome in OUTCOMES} | {
        "strategy": np.repeat(KEYS, n).astype(object),
        "future": np.tile(np.arange(1, n + 1), 2),
        "horizon_weeks": np.full(2 * n, 520.0),
    }
    found[PRIMARY][n:], found[COST][n:] = gain, 1e9
    found["late_mw"][:12] = 0.5
    return found


def searched(question: Experiment, limits: int) -> Found:
    sample = question.sample()[1:]
    paths = [*sample[0]][:limits]
    hits = np.arange(24) < 6
    told = tuple(Limit(path, "week", "A <meaning>", 1.0, np.inf, 1e-4, 0.9) for path in paths)
    asked = Asked("less usable compute than S0", ("S2",), hits, np.ones(24, bool))
    inside = np.arange(24) < 8
    return Found(asked, 0.01, 0.005, told, inside, np.array([[24, 6], [8, 6]]))


def test_ranks_say_who_is_first_and_what_choosing_costs(question: Experiment) -> None:
    figure, rows = ranking(question, table(), KEYS)
    assert "S2 comes first in 100% of futures" in figure.svg
    assert [row[0] for row in figure.rows] == KEYS
    s0, s2 = rows.rows
    assert s0 == ["S0", "0%", "0%", "100%", "1.00", "1.50"]
    assert s2 == ["S2", "100%", "100%", "0%", "0", "0"]


def test_failures_stand_under_their_definition(question: Experiment) -> None:
    block = chances_of_failure(question, table(), KEYS)
    late = next(i for i, name in enumerate(block.head) if "late" in name)
    assert "over 10%" in block.head[late]
    assert block.rows[0][late].startswith("50% (")
    assert block.rows[1][late].startswith("0% (")


def test_a_million_leads_with_what_it_buys() -> None:
    words, figure, rows = million(averages(table(), "S0"))
    assert words.words == "The average million buys usable compute with S2."
    assert "Usable compute for each million" in figure.svg
    assert rows.rows[0][3].startswith("+1.00 (")  # one MW year for a million
    assert million([]) == [words._replace(words="Nothing to compare.")]


@pytest.mark.parametrize("limits", [1, 2])
def test_a_box_is_told_drawn_and_counted(question: Experiment, limits: int) -> None:
    lead, told, *rest = boxes([searched(question, limits)], question)
    assert lead.words.startswith("For 1 of 1 questions")
    assert "6 of the 8 futures there (75%), 6 of 24 over all (25%)" in told.words
    assert "p = 0.010" in told.words
    drawn = [block for block in rest if block.svg]
    assert len(drawn) == limits - 1
    for block in drawn:
        assert block.svg.count("<circle") == 24
        assert block.svg.count('class="dot-clear"') == 6
    (numbers,) = (block for block in rest if block.head and block.head[0] == "Number")
    assert [row[1] for row in numbers.rows] == ["above 1.00 week"] * limits


def test_nothing_found_nothing_searched_and_too_few_are_told_apart(question: Experiment) -> None:
    one = searched(question, 1)
    assert boxes([one._replace(limits=())], question)[0].words.startswith("None found")
    assert boxes([one._replace(limits=(), p=np.nan)], question)[0].words.startswith("Nothing to")
    assert "<code>ecosystem discover</code>" in words_html(boxes(None, question)[0].words)
    few = Experiment(question.world, question.strategies, "S0", futures=8)
    assert "too few" in boxes(None, few)[0].words
