"""Discovery in a comparison: questions, words, the honest none, and what is kept beside it."""

import csv
from pathlib import Path

import numpy as np
import pytest
from fake_ecosystem import simulate, strategy, tiny_world
from typer.testing import CliRunner

from ecosystem.scenario import uncertain
from experiments.cli import app
from experiments.compare import PRIMARY
from experiments.comparison import about
from experiments.dependence import FEWEST
from experiments.design import Experiment
from experiments.discover import (
    Asked,
    Limit,
    box_words,
    discover,
    discover_text,
    discovered,
    questions,
    search_in,
)
from experiments.ranks import FAILURES
from experiments.runner import run_all
from experiments.store import read

PAIR = (strategy("S0"), strategy("S2", agreement_share_of_capex=0.01))


def table(compute, **columns):
    n = len(compute[0])
    keys = [f"S{i}" for i in range(len(compute))]
    found = {
        "strategy": np.repeat(keys, n).astype(object),
        "future": np.tile(np.arange(1, n + 1), len(keys)),
        PRIMARY: np.ravel(compute).astype(float),
    }
    zeros = {criterion.outcome: np.zeros(len(keys) * n) for criterion in FAILURES}
    return found | zeros | {name: np.ravel(v).astype(float) for name, v in columns.items()}


def test_questions_are_asked_once_for_strategies_that_agree():
    late = [[0, 1, 1], [0, 1, 1], [1, 0, np.nan]]
    asked = questions(table([[3, 3, 3], [3, 2, 3], [5, 1, 1]], late_mw=late), "S0")
    by = {(one.what, one.strategies): one for one in asked}
    less = "less usable compute than S0"
    assert by[less, ("S1",)].hits.tolist() == [False, True, False]
    assert by[less, ("S2",)].hits.tolist() == [False, True, True]
    over = next(what for what, keys in by if keys == ("S0", "S1") and "late" in what)
    assert by[over, ("S0", "S1")].hits.tolist() == [False, True, True]
    other = by[over, ("S2",)]
    assert (other.hits.tolist(), other.known.tolist()) == (
        [True, False, False],
        [True, True, False],
    )
    flip = next(one for one in asked if not one.strategies)
    assert "S0" in flip.what  # 3 on the mean; S2 is better once
    assert flip.hits.tolist() == [True, False, False]


def test_a_planted_cause_is_told_in_its_unit_and_noise_is_told_as_none():
    world = tiny_world()
    sample = Experiment(world, PAIR, "S0", futures=60, seed=4).sample()[1:]
    cards = {card.path: card for card in uncertain(world)}
    path = next(iter(cards))
    values = np.array([future[path] for future in sample])
    middle = float(np.median(values))
    everywhere = np.ones(60, bool)
    noise = np.random.default_rng(3).random(60) < 0.4
    asked = [
        Asked("it happens", ("S2",), values > middle, everywhere),
        Asked("it is noise", ("S2",), noise, everywhere),
        Asked("it is rare", ("S2",), np.arange(60) < 2, everywhere),
    ]
    planted, vain, rare = found = discover(world, sample, asked, seed=1, shuffles=40)
    assert [limit.path for limit in planted.limits] == [path]
    (limit,) = planted.limits
    assert limit.low == pytest.approx(middle, rel=0.05)
    assert np.isinf(limit.high)
    assert planted.counts == (30, 30, 30, 60)
    assert planted.p <= 0.05
    assert (vain.limits, vain.searched) == ((), True)
    assert vain.p > 0.05
    assert not rare.searched
    text = discover_text(found, 60)
    assert max(map(len, text.splitlines())) <= 100
    text = " ".join(text.split())
    assert f"{path.removeprefix('numbers.')} above" in text
    assert "30 of the 30 futures there (100%), 30 of 60 over all (50%)" in text
    assert "None found" in text
    assert "Not searched" in text
    assert "too few" in discover_text(found, FEWEST - 1)
    # numbers named beforehand are the only ones that a box may restrict
    (alone,) = discover(world, sample, asked[:1], only=[[*cards][1]], seed=1, shuffles=20)
    assert path not in [limit.path for limit in alone.limits]


def test_limits_are_told_with_their_unit():
    inf = np.inf
    told = [
        Limit("numbers.grid.weeks", "week", "", low, high, 0.0, 1.0).words
        for low, high in ((-inf, 20.0), (10.0, inf), (10.0, 20.0))
    ]
    assert told == [
        "grid.weeks below 20.0 week",
        "grid.weeks above 10.0 week",
        "grid.weeks between 10.0 and 20.0 week",
    ]


def test_the_command_searches_a_folder_and_what_it_finds_is_kept(tmp_path: Path):
    question = Experiment(tiny_world(), PAIR, "S0", futures=FEWEST, seed=2)
    told = about(question, "a test")
    run_all(question.specs(), 1, lambda *_: None, tmp_path, about=told, simulate=simulate)
    found = search_in(tmp_path, question, read(tmp_path, "outcomes"))
    again = discovered(tmp_path, "S0")
    assert again is not None
    assert [one.asked.words for one in again] == [one.asked.words for one in found]
    assert [one.p for one in again if one.searched] == [one.p for one in found if one.searched]
    assert [box_words(one) for one in again if one.limits] == [
        box_words(one) for one in found if one.limits
    ]
    assert discovered(tmp_path, "S2") is None
    done = CliRunner().invoke(app, ["discover", str(tmp_path), "--strategies", "S2"])
    assert done.exit_code == 0, done.output
    with (tmp_path / "discover.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    assert all("S2" in row["strategies"].split() for row in rows)
    for words, message in (
        (["--strategies", "S9"], "the comparison has S0, S2"),
        (["--limits", "late_mw=2"], "write a name and a share"),
        (["--limits", "late=0.2"], "names are"),
    ):
        refused = CliRunner().invoke(app, ["discover", str(tmp_path), *words])
        assert (refused.exit_code, message in refused.output) == (2, True), refused.output
    none = CliRunner().invoke(app, ["discover", str(tmp_path / "none")])
    assert none.exit_code == 2
