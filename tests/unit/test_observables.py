import numpy as np
import pytest

from ecosystem import observables
from ecosystem.errors import InputError
from ecosystem.observables import COLUMN, LADDER, OBSERVABLES, WEEKLY, Fold, Observable, fold


def series(how: Fold) -> Observable:
    return Observable("x", "1", "an example", how)


def test_names_are_unique_and_in_the_order_of_their_columns() -> None:
    assert len(set(WEEKLY)) == len(WEEKLY) == len(OBSERVABLES)
    assert [WEEKLY[COLUMN[name]] for name in WEEKLY] == list(WEEKLY)
    assert [WEEKLY[column] for column in observables.LADDER_COLUMNS] == list(LADDER)
    assert [WEEKLY[column] for column in observables.LOST_COLUMNS] == [
        f"lost_gw_weeks_{cause}" for cause in observables.CAUSES
    ]


def test_every_observable_says_what_it_is() -> None:
    for one in OBSERVABLES:
        assert one.unit
        assert one.meaning
        assert observables.observable(one.name) is one


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(InputError, match="usable_gw"):
        observables.observable("usable_gw")


@pytest.mark.parametrize(
    ("how", "expected"), [("last", 0.0), ("mean", 1.5), ("sum", 6.0), ("max", 5.0), ("share", 0.5)]
)
def test_folds(how: Fold, expected: float) -> None:
    assert fold(series(how), np.array([5.0, 1.0, 0.0, 0.0])) == expected


@pytest.mark.parametrize(
    ("how", "expected"), [("last", 1.0), ("mean", 3.0), ("sum", 6.0), ("max", 5.0), ("share", 1.0)]
)
def test_weeks_without_a_value_do_not_count(how: Fold, expected: float) -> None:
    found = fold(series(how), np.array([np.nan, 5.0, 1.0, np.nan]))
    assert found == expected


@pytest.mark.parametrize("how", ["last", "mean", "sum", "max", "share"])
def test_many_runs_fold_at_once_and_none_stays_none(how: Fold) -> None:
    runs = np.array([[1.0, 2.0], [np.nan, np.nan], [-4.0, -3.0]])
    found = fold(series(how), runs)
    assert found.shape == (3,)
    assert np.isnan(found[1])
    for row in (0, 2):
        assert found[row] == fold(series(how), runs[row])


def test_the_maximum_of_negative_values_is_negative() -> None:
    assert fold(series("max"), np.array([-4.0, -3.0])) == -3.0


def test_reached_counts_later_states_but_not_what_was_cancelled() -> None:
    rows = np.full((2, len(WEEKLY)), 1_000.0)
    for power, name in enumerate(LADDER):
        rows[0, COLUMN[name]] = 2.0**power
    assert observables.reached_mw(rows, "announced_mw")[0] == 127
    assert observables.reached_mw(rows, "secured_mw")[0] == 126
    assert observables.reached_mw(rows, "usable_mw").tolist() == [64, 1_000]
    with pytest.raises(InputError, match="cancelled_mw"):
        observables.reached_mw(rows, "cancelled_mw")
