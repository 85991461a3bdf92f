"""What sections are written from: a finished comparison, and its figures in words."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.results import Table
from ecosystem.units import WEEKS_PER_YEAR, FloatArray
from experiments.compare import Row
from experiments.conclude import Report
from experiments.design import Experiment
from experiments.discover import Found, discovered
from experiments.margin import Margin, bought
from experiments.outcomes import OUTCOMES
from experiments.reopen import Reopened
from experiments.store import read
from experiments.wording import three

QUANTILES = (10.0, 25.0, 50.0, 75.0, 90.0)
GOAL_GW = 10
MEANING_OF = {outcome.name: outcome.meaning for outcome in OUTCOMES}
UNIT_OF = {outcome.name: outcome.unit for outcome in OUTCOMES}
type Cells = Sequence[Sequence[str]]


class Material(NamedTuple):
    """All that the report is written from.

    Attributes
    ----------
    of : Reopened
        The experiment.
    said : Report
        Its rows and words.
    outcomes, yearly : Table
        Of all runs.
    parties : mapping of str to Table
        Who paid whom in the central future, by strategy.
    bought : sequence of Margin
        What a million buys.
    found : list of Found or None
        Where something happens; None if that was not searched.
    budget : sequence of sequence of str
        What each strategy made of a common budget, as ``budget.csv`` has it; empty without one.
    live : frozenset of str
        Keys of strategies whose central run the page can show.
    """

    of: Reopened
    said: Report
    outcomes: Table
    yearly: Table
    parties: Mapping[str, Table]
    bought: Sequence[Margin]
    found: list[Found] | None
    budget: Cells = ()
    live: frozenset[str] = frozenset()

    @property
    def experiment(self) -> Experiment:
        """The experiment."""
        return self.of.experiment

    @property
    def keys(self) -> list[str]:
        """Keys of the strategies, the baseline first."""
        base = self.experiment.baseline
        return [base, *(s.key for s in self.experiment.strategies if s.key != base)]

    def row(self, strategy: str, outcome: str) -> Row:
        """Return the comparison of one outcome of one strategy."""
        return next(r for r in self.said.rows if (r.strategy, r.outcome) == (strategy, outcome))


def material_of(folder: Path, of: Reopened, said: Report) -> Material:
    """Read what sections are written from out of the folder of a finished comparison."""
    outcomes = read(folder, "outcomes")
    return Material(
        of,
        said,
        outcomes,
        read(folder, "yearly"),
        {key: read(folder, "parties", [run]) for key, run in of.central.items()},
        bought(folder, of.experiment, outcomes),
        discovered(folder, of.experiment.baseline),
        _rows(folder / "budget.csv"),
    )


def _rows(path: Path) -> Cells:
    """Return the rows of a CSV file without its head; none if there is no file."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))[1:]


def course(m: Material, key: str, column: str) -> tuple[FloatArray, FloatArray]:
    """Return calendar years and a state on them by sampled future, shape (F, n)."""
    table = m.yearly
    mine = (table["strategy"].astype(str) == key) & (table["future"] > 0)
    days = list(dict.fromkeys(str(day) for day in table["date"][mine]))
    years = np.array([year_of(date.fromisoformat(day)) for day in days])
    return years, np.asarray(table[column][mine], float).reshape(-1, len(days))


def year_of(day: date) -> float:
    """Return a day as a calendar year with its fraction."""
    return day.year + (day - date(day.year, 1, 1)).days / 7 / WEEKS_PER_YEAR


def ordered[T: NamedTuple](m: Material, rows: Iterable[T]) -> list[T]:
    """Return rows of strategies with the baseline first."""
    return sorted(rows, key=lambda row: m.keys.index(row[0]))


def name_of(m: Material, key: str) -> str:
    """Return the name of a strategy."""
    return next(s.name for s in m.experiment.strategies if s.key == key)


def title(m: Material, name: str) -> str:
    """Return the heading of an outcome, with its unit."""
    if name.startswith("reached_"):
        return f"{GOAL_GW} GW reached, share"
    unit = UNIT_OF[name]
    return MEANING_OF[name] if unit == "1" else f"{MEANING_OF[name]}, {unit}"


def value_and_change(row: Row) -> str:
    """Return a level; for others than the baseline their change first, which is what is sure."""
    if not np.isfinite(row.diff):
        return three(row.value)
    if row.verdict == "identical":
        return f"identical ({three(row.value)})"
    change = three(row.diff, sign=True)
    if np.isfinite(row.diff_low):
        change += f" [{three(row.diff_low, sign=True)}, {three(row.diff_high, sign=True)}]"
    mark = "*" if row.verdict in ("more", "less") else ""
    return f"{change}{mark} ({three(row.value)})"


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{share:.0%}" if share == share else "-"
