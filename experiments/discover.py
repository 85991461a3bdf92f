"""Where a finding flips: the uncertain numbers under which a strategy fails or is not the best.

From the runs of a comparison, without new ones. See :mod:`experiments.prim` for the method.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ecosystem.parameters import Card
from ecosystem.results import Table, replace_file
from ecosystem.scenario import World
from ecosystem.units import BoolArray, FloatArray, IntArray
from experiments.compare import PRIMARY, gap, write_csv
from experiments.decision import Criterion, values_of
from experiments.dependence import FEWEST
from experiments.design import Experiment
from experiments.points import chosen
from experiments.prim import LEAST, Box, Search, by_chance, peel, ranked, search
from experiments.prim import found as found_box
from experiments.ranks import FAILURES, failed, failure_words
from experiments.reopen import runs_digest
from experiments.summary import grid, paragraph
from experiments.wording import three

CHANCE = 0.05
"""Chance, over all questions, of a box as good where nothing depends on any number."""
_SHUFFLES = 200
_BATCH = 20
_ENOUGH = 10
_SPREAD = 1e-12


class Asked(NamedTuple):
    """A question whose answer is yes or no in every future.

    Attributes
    ----------
    what : str
        What happens, in words that follow the strategies: ``does worse than S0``.
    strategies : tuple of str
        Those for which it happens in the same futures; empty where it is about all of them.
    hits, known : ndarray of bool, shape (F,)
        Where it happens, and where that can be told.
    """

    what: str
    strategies: tuple[str, ...]
    hits: BoolArray
    known: BoolArray

    @property
    def words(self) -> str:
        """The question as people read it."""
        return f"{', '.join(self.strategies)}: {self.what}" if self.strategies else self.what

    @property
    def searchable(self) -> bool:
        """Whether there are enough futures of both kinds."""
        yes, n = int(self.hits[self.known].sum()), int(self.known.sum())
        return n >= FEWEST and min(yes, n - yes) >= LEAST


class Limit(NamedTuple):
    """A restriction of a box in the number's own unit; infinite where a side is open.

    Attributes
    ----------
    path, unit, meaning : str
    low, high : float
    quasi_p, again : float
        As in :class:`experiments.prim.Side`.
    """

    path: str
    unit: str
    meaning: str
    low: float
    high: float
    quasi_p: float
    again: float

    @property
    def short(self) -> str:
        """The number as people write it."""
        return self.path.removeprefix("numbers.")

    @property
    def range(self) -> str:
        """Where the number lies in the box, with its unit: ``below 2.5 studies``."""
        low, high = map(three, (self.low, self.high))
        if np.isfinite(self.low) and np.isfinite(self.high):
            told = f"between {low} and {high}"
        else:
            told = f"above {low}" if np.isfinite(self.low) else f"below {high}"
        return told if self.unit == "1" else f"{told} {self.unit}"

    @property
    def words(self) -> str:
        """The restriction as people read it: ``grid.study_slots below 2.5 studies``."""
        return f"{self.short} {self.range}"


class Found(NamedTuple):
    """What a search found.

    Attributes
    ----------
    asked : Asked
    p, alone : float
        How often shuffles of the futures yield a box as good for any of the questions, and for
        this one; NaN where there was nothing to search.
    limits : tuple of Limit
        Of the box, the strongest first; none where chance yields as good ones.
    inside : ndarray of bool, shape (F,)
        Futures in the box; all where there is none.
    steps : ndarray, shape (S, 2)
        Futures and hits left after each slice in the numbers of the box.
    """

    asked: Asked
    p: float
    alone: float
    limits: tuple[Limit, ...]
    inside: BoolArray
    steps: IntArray

    @property
    def searched(self) -> bool:
        """Whether there was something to search."""
        return self.p == self.p

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Hits in the box, futures in it, hits and futures in all."""
        hits, known = self.asked.hits, self.asked.known
        return (
            int((hits & self.inside).sum()),
            int((known & self.inside).sum()),
            int(hits.sum()),
            int(known.sum()),
        )


def questions(
    outcomes: Table, baseline: str, criteria: Sequence[Criterion] = FAILURES
) -> list[Asked]:
    """Return what can be asked of a comparison: failures, doing worse, another first place.

    Strategies for which the same happens in the same futures share a question.
    """
    keys, compute = values_of(outcomes, PRIMARY)
    asked: list[Asked] = []
    base = compute[keys.index(baseline)]
    for key, own in zip(keys, compute, strict=True):
        if key != baseline:
            known = ~np.isnan(own) & ~np.isnan(base)
            worse = [gap(a, b) < 0 for a, b in zip(own.tolist(), base.tolist(), strict=True)]
            what = f"less usable compute than {baseline}"
            asked.append(Asked(what, (key,), known & np.array(worse, bool), known))
    for criterion in criteria:
        names, fails, told = failed(outcomes, criterion)
        what = failure_words(criterion)
        asked += [Asked(what, (k,), fails[i], told[i]) for i, k in enumerate(names)]
    asked += _flip(keys, compute)
    return _merged(asked)


def _flip(keys: Sequence[str], compute: FloatArray) -> list[Asked]:
    """Ask where another strategy comes first than the one that is best on the mean."""
    known = ~np.isnan(compute).any(axis=0)
    if len(keys) < 2 or not known.any():
        return []
    first = int(compute[:, known].mean(axis=1).argmax())
    top = compute.max(axis=0)
    below = known & (top - compute[first] > 1e-9 * np.abs(top))
    return [Asked(f"another than {keys[first]} (best on the mean) comes first", (), below, known)]


def _merged(asked: Sequence[Asked]) -> list[Asked]:
    groups: dict[tuple[str, bytes, bytes], Asked] = {}
    for one in asked:
        key = (one.what, one.hits.tobytes(), one.known.tobytes())
        same = groups.get(key)
        groups[key] = one._replace(strategies=same.strategies + one.strategies) if same else one
    return list(groups.values())


def discover(
    world: World,
    sample: Sequence[Mapping[str, float]],
    asked: Sequence[Asked],
    seed: int = 0,
    only: Sequence[str] = (),
    shuffles: int = _SHUFFLES,
) -> list[Found]:
    """Search for the box of every question.

    Parameters
    ----------
    world : World
        Whose numbers were sampled.
    sample : sequence of mapping, length F
        The numbers of the sampled futures by path, without the central one.
    asked : sequence of Asked
    seed : int
        Of shuffles and resamples.
    only : sequence of str
        Sections or numbers that a box may restrict, as ``lab`` or ``grid.study_slots``: the fewer
        they are, named beforehand, the less chance has to offer.
    shuffles : int

    Returns
    -------
    list of Found
        In the order of `asked`.
    """
    found = {id(one): _none(one) for one in asked}
    search_for = [one for one in asked if one.searchable]
    if not search_for:
        return [*found.values()]
    cards = chosen(world, only)
    numbers = np.array([[float(future[card.path]) for card in cards] for future in sample])
    varied = np.ptp(numbers, axis=0) > _SPREAD
    cards = [card for card, moves in zip(cards, varied, strict=True) if moves]
    numbers = numbers[:, varied]
    searches = [search(ranked(numbers[q.known]), q.hits[q.known][None]) for q in search_for]
    scores = np.array([one.score[0] for one in searches])
    p, alone = _chances(numbers, search_for, scores, shuffles, seed)
    for i, one in enumerate(search_for):
        found[id(one)] = _none(one)._replace(p=float(p[i]), alone=float(alone[i]))
        if p[i] <= CHANCE:
            found[id(one)] = _box(found[id(one)], searches[i], numbers, cards, seed)
    return [*found.values()]


def _none(asked: Asked) -> Found:
    nan, everywhere = float("nan"), np.ones(len(asked.known), bool)
    return Found(asked, nan, nan, (), everywhere, np.empty((0, 2), np.int64))


def _chances(
    numbers: FloatArray, asked: Sequence[Asked], scores: FloatArray, shuffles: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return how often shuffles do as well, over all questions and alone.

    They stop early once that happened ten times for every question (Besag and Clifford 1991).
    """
    ranks = ranked(numbers)
    each, known = [one.hits for one in asked], [one.known for one in asked]
    as_good, by_itself, made = np.zeros(len(asked)), np.zeros(len(asked)), 0
    while made < shuffles and as_good.min() < _ENOUGH:
        chance = by_chance(ranks, each, known, min(_BATCH, shuffles - made), [seed, made])
        made += chance.shape[1]
        as_good += (chance.max(axis=0) >= scores[:, None]).sum(axis=1)
        by_itself += (chance >= scores[:, None]).sum(axis=1)
    return (1 + as_good) / (1 + made), (1 + by_itself) / (1 + made)


def _box(none: Found, best: Search, numbers: FloatArray, cards: Sequence[Card], seed: int) -> Found:
    known, hits = none.asked.known, none.asked.hits
    mine = numbers[known]
    ranks = ranked(mine)
    box = found_box(ranks, hits[known], best, seed=seed)
    if not box.sides:
        return none
    inside = np.zeros(len(known), bool)
    inside[known] = box.inside
    used = [side.column for side in box.sides]
    steps = peel(ranks.T[used][None], hits[known][None]).steps
    limits = _limits(box, mine, cards)
    return none._replace(limits=tuple(limits), inside=inside, steps=steps)


def _limits(box: Box, numbers: FloatArray, cards: Sequence[Card]) -> list[Limit]:
    """Return the sides of a box in units: half-way between the last value out and the first in."""
    limits: list[Limit] = []
    for side in box.sides:
        values, card = np.unique(numbers[:, side.column]), cards[side.column]
        low = values[side.low - 1 : side.low + 1].mean() if side.low else -np.inf
        high = values[side.high : side.high + 2].mean() if side.high < side.top else np.inf
        limits.append(
            Limit(
                card.path,
                card.unit,
                card.meaning,
                float(low),
                float(high),
                side.quasi_p,
                side.again,
            )
        )
    return limits


def box_words(one: Found) -> str:
    """Say what a box is and what it holds."""
    held, inside, yes, n = one.counts
    where = " and ".join(limit.words for limit in one.limits)
    return (
        f"{where}: {held} of the {inside} futures there ({held / inside:.0%}), {yes} of {n} over "
        f"all ({yes / n:.0%}); {held / yes:.0%} of all cases lie in the box"
    )


def discover_text(found: Sequence[Found], futures: int) -> str:
    """Lay out the boxes in words, and say what was searched for in vain."""
    if futures < FEWEST:
        return paragraph(too_few(futures))
    boxes = [one for one in found if one.limits]
    none = [one for one in found if one.searched and not one.limits]
    rare = [one for one in found if not one.searched]
    parts = [paragraph(method(futures, len(boxes) + len(none)))]
    for one in boxes:
        head = ["where", "quasi-p", "found again", "meaning"]
        rows = [[x.words, f"{x.quasi_p:.2g}", f"{x.again:.0%}", x.meaning] for x in one.limits]
        words = f"{box_words(one)}; p = {one.p:.3f} (alone {one.alone:.3f})."
        told = [paragraph(one.asked.words), paragraph(words), grid(head, rows, (0, 3))]
        parts.append("\n".join(told))
    if none:
        parts.append("None found (chance finds boxes as good):\n" + _list(none))
    if rare:
        parts.append(
            f"Not searched, since fewer than {LEAST} futures are of one kind:\n" + _list(rare)
        )
    return "\n\n".join(parts)


def too_few(futures: int) -> str:
    """Say that there are too few futures to search."""
    return (
        f"{futures} futures are too few to search: at least {FEWEST} are needed, and a hundred say "
        "more. ecosystem compare --futures 100"
    )


def method(futures: int, searched: int) -> str:
    """Say how boxes are found and what their figures mean."""
    return (
        f"Boxes in the space of the sampled numbers (PRIM), {futures} futures, {searched} "
        "questions searched. p: how often shuffled futures yield a box as good for any of the "
        "questions (alone: for that one, which counts if you asked no other); a box is shown where "
        f"p is at most {CHANCE:g}. Quasi-p: chance of as many cases without that restriction; it "
        "flatters, since the box was looked for. Found again: share of resamples of the futures in "
        "which the search restricts that number, too; below half it is weak. All simulated: a box "
        "says where in the assumptions something happens."
    )


def _list(found: Sequence[Found]) -> str:
    rows = []
    for one in found:
        yes, n = int(one.asked.hits.sum()), int(one.asked.known.sum())
        told = [f"{p:.2f}" if p == p else "-" for p in (one.p, one.alone)]
        rows.append([f"{yes} of {n}", *told, one.asked.words])
    return grid(["futures", "p", "alone", "question"], rows, (0, 3))


def write_discovered(folder: Path, found: Sequence[Found], baseline: str | None) -> None:
    """Write ``discover.csv`` (a row per restriction) and ``discover_steps.csv`` (the peeling).

    Where the usual questions were asked against a `baseline`, ``discover.json`` keeps the answers
    for :func:`discovered`; None: others were asked.
    """
    rows: list[dict[str, object]] = []
    steps: list[dict[str, object]] = []
    for one in found:
        held, inside, cases, n = one.counts
        common: dict[str, object] = {
            "question": one.asked.what,
            "strategies": " ".join(one.asked.strategies),
            "futures": n,
            "cases": cases,
            "p": one.p,
            "p_alone": one.alone,
        }
        if not one.limits:
            rows.append({**common, "found": "none" if one.searched else "not searched"})
            continue
        common |= {"mass": inside / n, "coverage": held / cases, "density": held / inside}
        for limit in one.limits:
            ends: dict[str, object] = limit._asdict()
            ends |= {k: "" for k in ("low", "high") if not np.isfinite(getattr(limit, k))}
            rows.append({**common, **ends, "found": "box"})
        steps += [{**common, "left": left, "hits": hits} for left, hits in one.steps.tolist()]
    names = ("question", "strategies", "futures", "cases", "p", "p_alone", "found", "mass")
    write_csv(folder / "discover.csv", rows, (*names, "coverage", "density", *Limit._fields))
    names = ("question", "strategies", "futures", "cases", "left", "hits")
    write_csv(folder / "discover_steps.csv", steps, names)
    if baseline is None:
        return
    kept = {
        "of": runs_digest(folder),
        "baseline": baseline,
        "found": [
            {
                "what": one.asked.what,
                "strategies": one.asked.strategies,
                "hits": one.asked.hits.tolist(),
                "known": one.asked.known.tolist(),
                "p": one.p,
                "alone": one.alone,
                "limits": one.limits,
                "inside": one.inside.tolist(),
                "steps": one.steps.tolist(),
            }
            for one in found
        ],
    }
    replace_file(folder / "discover.json", json.dumps(kept).encode())


def discovered(folder: Path, baseline: str) -> list[Found] | None:
    """Return what was found in a comparison; None if it was not searched, or was made anew."""
    try:
        kept = json.loads((folder / "discover.json").read_text(encoding="utf-8"))
        if (kept["of"], kept["baseline"]) != (runs_digest(folder), baseline):
            return None
        return [
            Found(
                Asked(
                    one["what"],
                    tuple(one["strategies"]),
                    np.array(one["hits"], bool),
                    np.array(one["known"], bool),
                ),
                one["p"],
                one["alone"],
                tuple(Limit(*limit) for limit in one["limits"]),
                np.array(one["inside"], bool),
                np.array(one["steps"], np.int64).reshape(-1, 2),
            )
            for one in kept["found"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # written by another version: it is searched again


def search_in(folder: Path, experiment: Experiment, outcomes: Table) -> list[Found]:
    """Ask the usual questions of a comparison, write what is found beside it and return it.

    Parameters
    ----------
    folder : Path
    experiment : Experiment
        Whose runs the folder holds.
    outcomes : table
        Of the runs.
    """
    asked = questions(outcomes, experiment.baseline)
    found = discover(experiment.world, experiment.sample()[1:], asked, experiment.seed)
    write_discovered(folder, found, experiment.baseline)
    return found
