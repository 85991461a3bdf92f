"""What results owe to each mechanism and to each type of agent: the world with and without it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.errors import InputError
from ecosystem.nulls import NULLS
from ecosystem.results import Table
from ecosystem.scenario import Strategy, World
from ecosystem.units import FloatArray
from experiments.compare import gap, interval, write_csv
from experiments.design import Experiment, RunSpec
from experiments.outcomes import OUTCOMES
from experiments.store import read
from experiments.summary import grid, paragraph
from experiments.wording import three

SILENT = "silent "
WHOLE = "everything"
PRIMARY = "usable_gw_years"
_OTHERS: Mapping[str, tuple[str, float]] = {
    "secured_then_cancelled": ("cancelled %", 100.0),
    "late_mw": ("late %", 100.0),
    "short_sites": ("short %", 100.0),
    "mean_support": ("support", 1.0),
    "bill_change_usd_per_household_year": ("bill USD/yr", 1.0),
    "benefit_usd_per_household": ("benefit kUSD", 1e-3),
    "losing": ("losing %", 100.0),
}
HEADLINE = (PRIMARY, *_OTHERS)


class Variant(NamedTuple):
    """A world without something: its name, what that means, options of the model."""

    name: str
    meaning: str
    options: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """What one outcome owes to what a variant lacks: the whole world less the world without it.

    Attributes
    ----------
    without : str
        A mechanism, or a type of agent that is silent.
    strategy : str
        Key of a strategy, or ``"S2 - S0"`` for what the difference of two owes.
    whole : float
        Median over seeds with everything.
    owed, low, high : float
        Median over seeds of the paired difference, with its 90% interval (NaN below five seeds).
    n : int
        Seeds in which both could be measured.
    identical : bool
        Whether nothing differs in any seed.
    """

    without: str
    strategy: str
    outcome: str
    unit: str
    whole: float
    owed: float
    low: float
    high: float
    n: int
    identical: bool


def variants(kinds: Iterable[str], only: Sequence[str] = ()) -> list[Variant]:
    """Return the worlds to run: each type of agent silent, each mechanism off.

    Parameters
    ----------
    kinds : iterable of str
        Types of agents.
    only : sequence of str, optional
        Names of mechanisms, or of types of agents; by default all of both.
    """
    agents = [
        Variant(SILENT + kind, f"no {kind} decides anything", (("silent", (kind,)),))
        for kind in kinds
    ]
    known = [*agents, *(Variant(k, null.meaning, (("nulls", (k,)),)) for k, null in NULLS.items())]
    names = {name for v in known for name in (v.name, v.name.removeprefix(SILENT))}
    for name in only:
        if name not in names:
            raise InputError(f"--only {name}: known are {', '.join(sorted(names))}.")
    # a name that is both, such as chips, means the mechanism; the agent is "silent chips"
    return [
        v
        for v in known
        if not only
        or v.name in only
        or (v.name.removeprefix(SILENT) in only and v.name.removeprefix(SILENT) not in NULLS)
    ]


def ablation(
    world: World,
    strategies: tuple[Strategy, ...],
    seeds: int,
    seed: int,
    weeks: int | None,
    without: Sequence[Variant],
) -> dict[str, list[RunSpec]]:
    """Return the runs by variant, the whole world first; the same seeds in each."""
    first = Experiment(world, strategies, strategies[0].key, 1, seed, weeks).specs()
    central = [spec for spec in first if spec.future == 0]
    base = [
        replace(spec, future=i, seed=seed + i, run=_named(spec.run, i))
        for i in range(seeds)
        for spec in central
    ]
    runs = {WHOLE: base}
    for variant in without:
        runs[variant.name] = [
            replace(spec, run=_named(spec.run, variant.options), options=variant.options)
            for spec in base
        ]
    return runs


def _named(*inputs: object) -> str:
    return sha256(json.dumps(inputs).encode()).hexdigest()[:16]


def owed(folder: Path, runs: Mapping[str, Sequence[RunSpec]], seed: int = 0) -> list[Owed]:
    """Return what every outcome owes to what each variant lacks, from finished runs.

    Parameters
    ----------
    folder : Path
    runs : mapping of str to sequence of RunSpec
        From :func:`ablation`.
    seed : int
        Of the bootstrap over seeds.
    """
    stored = read(folder, "outcomes")
    place = {str(run): i for i, run in enumerate(stored["run"])}
    keys = list(dict.fromkeys(spec.strategy.key for spec in runs[WHOLE]))
    base = _values(runs[WHOLE], stored, place)
    found: list[Owed] = []
    for name, specs in runs.items():
        if name == WHOLE:
            continue
        mine = _values(specs, stored, place)
        for outcome in OUTCOMES:
            with_all = {key: base[key][outcome.name] for key in keys}
            lacking = {key: mine[key][outcome.name] for key in keys}
            for key in keys[1:]:
                pair = f"{key} - {keys[0]}"
                with_all[pair] = with_all[key] - with_all[keys[0]]
                lacking[pair] = lacking[key] - lacking[keys[0]]
            found += [
                _owed(name, key, outcome.name, outcome.unit, with_all[key], lacking[key], seed)
                for key in with_all
            ]
    return found


def _values(
    specs: Sequence[RunSpec], stored: Table, place: Mapping[str, int]
) -> dict[str, dict[str, FloatArray]]:
    """Return outcomes by strategy and name, seed by seed; NaN where a run failed."""
    rows: dict[str, list[int]] = {}
    for spec in specs:
        rows.setdefault(spec.strategy.key, []).append(place.get(spec.run, -1))
    return {
        key: {
            outcome.name: np.where(np.array(at) < 0, np.nan, stored[outcome.name][at])
            for outcome in OUTCOMES
        }
        for key, at in rows.items()
    }


def _owed(
    name: str,
    strategy: str,
    outcome: str,
    unit: str,
    whole: FloatArray,
    lacking: FloatArray,
    seed: int,
) -> Owed:
    both = np.isfinite(whole) & np.isfinite(lacking)
    gaps = np.array([gap(a, b) for a, b in zip(whole[both], lacking[both], strict=True)])
    same = np.array_equal(np.isnan(whole), np.isnan(lacking)) and not gaps.any()
    low, high = interval(gaps, "median", seed)
    return Owed(
        name,
        strategy,
        outcome,
        unit,
        float(np.median(whole[np.isfinite(whole)])) if np.isfinite(whole).any() else float("nan"),
        float(np.median(gaps)) if len(gaps) else float("nan"),
        low,
        high,
        int(both.sum()),
        bool(same),
    )


def write_owed(path: Path, rows: Sequence[Owed]) -> None:
    """Write what is owed as CSV."""
    write_csv(path, [asdict(row) for row in rows], [field.name for field in fields(Owed)])


def ablation_text(rows: Sequence[Owed], without: Sequence[Variant], title: str) -> str:
    """Lay out what the headline results owe to each mechanism and type of agent."""
    of = {(row.without, row.strategy, row.outcome): row for row in rows}
    keys = list(dict.fromkeys(row.strategy for row in rows))
    base, pairs = keys[0], [key for key in keys if " - " in key]
    names = [variant.name for variant in without]

    def size(name: str) -> tuple[bool, float]:
        return name.startswith(SILENT), -abs(of[name, base, PRIMARY].owed)

    names.sort(key=size)
    shown = [base, *pairs]
    whole = ", ".join(f"{key} {three(of[names[0], key, PRIMARY].whole)}" for key in shown)
    first = grid(
        ["without", *(f"{key} owes it" for key in shown)],
        [[name, *(_interval_text(of[name, key, PRIMARY]) for key in shown)] for name in names],
    )
    second = grid(
        ["without", *(word for word, _ in _OTHERS.values())],
        [
            [name, *(_short(of[name, base, o], f) for o, (_, f) in _OTHERS.items())]
            for name in names
        ],
    )
    idle = [n for n in names if all(row.identical for row in rows if row.without == n)]
    parts = [
        paragraph(title),
        "Usable compute, GW yr: the world with everything less the world without it (the same\n"
        f"seeds), median and 90% interval; * leaves out 0. With everything: {whole}\n" + first,
        f"Other results under {base}: what they owe to it, medians; * where the interval leaves\n"
        "out 0\n" + second,
    ]
    if idle:
        parts.append(paragraph(f"Without effect on any outcome here: {', '.join(idle)}."))
    parts.append(
        paragraph(
            "A positive number is what the result gains by the mechanism, a negative one what the "
            "mechanism costs it. Mechanisms act together, so the numbers need not add up. Silent "
            "agents leave what they decide as it opened: crews at work, supply as it was."
        )
    )
    return "\n\n".join(parts)


def failures_text(folder: Path) -> str:
    """Say which runs failed and are left out, with their seed; empty if none did."""
    runs = read(folder, "runs")
    failed = np.flatnonzero(runs["status"] != "ok")
    if not len(failed):
        return ""
    return f"{len(failed)} of {len(runs['run'])} runs failed; the first: {runs['error'][failed[0]]}"


def _clear(row: Owed) -> bool:
    return row.low > 0 or row.high < 0


def _interval_text(row: Owed) -> str:
    if row.identical:
        return "nothing"
    text = three(row.owed, sign=True)
    if np.isfinite(row.low):
        text += f" [{three(row.low, sign=True)}, {three(row.high, sign=True)}]"
    return text + ("*" if _clear(row) else " ")


def _short(row: Owed, factor: float) -> str:
    if row.identical:
        return "0 "
    return three(factor * row.owed, sign=True) + ("*" if _clear(row) else " ")
