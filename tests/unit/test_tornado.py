"""One number at a time: bars against what a made-up model is known to do."""

from pathlib import Path

import numpy as np
import pytest
from fake_ecosystem import simulate, strategy, tiny_world

from ecosystem.errors import InputError
from experiments.runner import run_all
from experiments.sensitivity import screened, screening, strongest, write_screened
from experiments.tornado import bars, bars_text, turned, write_bars

PAIR = (strategy("S0"), strategy("S2", agreement_share_of_capex=0.01))
ONLY = ("delivery.shell_weeks", "delivery.study_weeks")


def test_bars_are_paired_differences_to_the_centre(tmp_path: Path):
    plan = turned(tiny_world(), PAIR, 5, only=ONLY, seed=3)
    assert len(plan.runs) == len({s.run for s in plan.runs}) == (1 + 2 * 2) * 5 * 2
    assert {s.seed for s in plan.runs} == {4, 5, 6, 7, 8}
    assert plan.runs[0].values == ()
    assert all(len(s.values) == 1 for s in plan.runs[10:])
    run_all(plan.runs, 1, lambda done, total: None, tmp_path, simulate=simulate)
    found = bars(tmp_path, plan)
    level = [bar for bar in found if bar.quantity == "level"]
    assert [bar.number for bar in level] == [*ONLY]
    shell, study = level
    assert shell.at_low > 0 > shell.at_high  # a longer shell is less use of it
    assert shell.at_low_from > 0
    assert shell.clear
    assert shell.swing == max(shell.at_low, -shell.at_high)
    assert (study.at_low, study.at_high) == (0.0, 0.0)
    assert not study.clear
    text = bars_text(plan, found)
    assert "delivery.shell_weeks*" in text
    assert max(map(len, text.splitlines())) <= 100
    write_bars(tmp_path / "tornado.csv", found)
    assert len((tmp_path / "tornado.csv").read_text().splitlines()) == 1 + len(found)


def test_the_strongest_of_a_screening_are_taken_in_order(tmp_path: Path):
    plan = screening(tiny_world(), PAIR[:1], 2, 1, alone=True, only=ONLY[::-1])
    run_all(plan.runs, 1, lambda done, total: None, tmp_path, simulate=simulate)
    write_screened(tmp_path / "sensitivity.csv", screened(tmp_path, plan))
    assert strongest(tmp_path / "sensitivity.csv", 2) == [*ONLY]
    assert strongest(tmp_path / "sensitivity.csv", 1) == [ONLY[0]]
    with pytest.raises(InputError, match="no screening"):
        strongest(tmp_path / "none.csv", 3)
    assert np.isfinite(screened(tmp_path, plan)[0].effects[0].strength)
