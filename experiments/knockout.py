"""What the build-out loses when a node of the partnership graph is out, against its concentration.

A node's share of its input class and the concentration of that class (HHI) come from the graph;
what its outage costs comes from running the world again, with and without it, by the same seeds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np

from ecosystem.errors import InputError
from ecosystem.layout import Layout
from ecosystem.partnerships import Partnerships, hhi
from ecosystem.relations import opening_edges
from ecosystem.scenario import Strategy, World, vendor_nodes
from ecosystem.units import FloatArray
from experiments.compare import gap, interval, write_csv
from experiments.design import Experiment, RunSpec
from experiments.store import read
from experiments.summary import grid, paragraph
from experiments.wording import three

ALL_THERE = "all there"
OUTCOME = "usable_gw_years"
CONCENTRATED = 0.18
"""HHI above which a market counts as highly concentrated (US merger guidelines of 2023)."""
WORTH_TELLING = 0.02
"""Share of usable GW-years from which on a loss counts as one."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """How much a world depends on a node, by the graph alone.

    Attributes
    ----------
    node, input_class : str
        Key on the graph, and what it delivers.
    share : float
        Its share of what is delivered of this class, by MW that may be built.
    hhi : float
        Concentration of the class, in (0, 1].
    """

    node: str
    input_class: str
    share: float
    hhi: float


@dataclass(frozen=True, slots=True)
class Loss:
    """What the outage of a node costs.

    Attributes
    ----------
    lost, low, high : float
        Usable GW-years with all nodes less those without it: median over seeds of the paired
        difference, with its 90% interval (NaN below five seeds).
    lost_share : float
        That over the median with all nodes.
    worst : float
        Largest loss of any seed.
    n : int
        Seeds in which both runs worked.
    """

    node: str
    input_class: str
    share: float
    hhi: float
    lost: float
    low: float
    high: float
    lost_share: float
    worst: float
    n: int


def dependences(world: World) -> list[Dependence]:
    """Return how much a world depends on each node that can be out, read off the graph."""
    n = world.numbers.capital
    graph = Partnerships.of(
        opening_edges(Layout.of(world)), n.reputation_half_life_weeks, n.miss_penalty
    ).graph
    delivered: dict[str, dict[str, float]] = {}
    for source, _, terms in graph.edges(data=True):
        if terms["kind"] == "supply":
            held = delivered.setdefault(terms["supply_class"], {})
            held[source] = held.get(source, 0.0) + terms["slots"]
    found: list[Dependence] = []
    for name, held in delivered.items():
        whole, index = sum(held.values()), hhi(np.array(list(held.values())))
        found += [Dependence(node, name, mw / whole, index) for node, mw in held.items()]
    known = list(vendor_nodes(world))
    return sorted(found, key=lambda d: known.index(d.node))


def knockouts(
    world: World,
    strategy: Strategy,
    nodes: Sequence[str],
    start: date | None,
    outage_weeks: float | None,
    seeds: int,
    seed: int,
    weeks: int | None,
) -> dict[str, list[RunSpec]]:
    """Return the runs by node that is out, those with all nodes first; the same seeds in each.

    Raises
    ------
    InputError
        If there is no such node, or the outage begins after the last week.
    """
    length = weeks or world.weeks
    if (begins := start or world.strategy_start) and not (
        0 <= (begins - world.start).days < 7 * length
    ):
        raise InputError(
            f"An outage from {begins} lies outside the run of {length} weeks from {world.start}. "
            "Give an earlier --start, or more --years."
        )
    first = Experiment(world, (strategy,), strategy.key, 1, seed, weeks).specs()[0]
    runs: dict[str, list[RunSpec]] = {}
    for node in (ALL_THERE, *nodes):
        there = node == ALL_THERE
        changed = world if there else world.with_outage(node, start, outage_weeks)
        name = [first.run, *([] if there else [node, str(start), outage_weeks])]
        runs[node] = [
            replace(first, world=changed, future=i, seed=seed + i, run=_named(*name, i))
            for i in range(seeds)
        ]
    return runs


def _named(*inputs: object) -> str:
    return sha256(json.dumps(inputs).encode()).hexdigest()[:16]


def losses(
    folder: Path, runs: Mapping[str, Sequence[RunSpec]], world: World, seed: int = 0
) -> list[Loss]:
    """Return what each outage costs, from finished runs, the dearest first.

    Parameters
    ----------
    folder : Path
    runs : mapping of str to sequence of RunSpec
        From :func:`knockouts`.
    world : World
        With all nodes there.
    seed : int
        Of the bootstrap over seeds.
    """
    stored = read(folder, "outcomes")
    value = dict(zip(map(str, stored["run"]), stored[OUTCOME].tolist(), strict=True))
    whole = _values(runs[ALL_THERE], value)
    known = {d.node: d for d in dependences(world)}
    found: list[Loss] = []
    for node, specs in runs.items():
        if node == ALL_THERE:
            continue
        without = _values(specs, value)
        both = np.isfinite(whole) & np.isfinite(without)
        gaps = np.array([gap(a, b) for a, b in zip(whole[both], without[both], strict=True)])
        low, high = interval(gaps, "median", seed)
        lost = float(np.median(gaps)) if len(gaps) else float("nan")
        base = float(np.median(whole[both])) if len(gaps) else float("nan")
        place = known.get(node, Dependence(node, "nothing here", 0.0, float("nan")))
        found.append(
            Loss(
                node=node,
                input_class=place.input_class,
                share=place.share,
                hhi=place.hhi,
                lost=lost,
                low=low,
                high=high,
                lost_share=lost / base if base > 0 else float("nan"),
                worst=float(gaps.max()) if len(gaps) else float("nan"),
                n=int(both.sum()),
            )
        )
    return sorted(found, key=lambda loss: (-loss.lost, loss.node))


def _values(specs: Sequence[RunSpec], value: Mapping[str, float]) -> FloatArray:
    return np.array([value.get(spec.run, np.nan) for spec in specs])


def write_losses(path: Path, rows: Sequence[Loss]) -> None:
    """Write the losses as CSV."""
    write_csv(path, [asdict(row) for row in rows], [field.name for field in fields(Loss)])


def losses_text(rows: Sequence[Loss], title: str) -> str:
    """Lay out what each outage costs beside the concentration of its class."""
    table = grid(
        ["out", "delivers", "share", "HHI", "GW yr lost", "90% interval", "of all", "worst"],
        [
            [
                row.node,
                row.input_class,
                f"{row.share:.0%}",
                f"{row.hhi:.2f}" if np.isfinite(row.hhi) else "-",
                three(row.lost),
                _interval(row),
                f"{row.lost_share:.1%}",
                three(row.worst),
            ]
            for row in rows
        ],
        left=(0, 1),
    )
    told = "\n".join(paragraph(line) for line in missed_by_hhi(rows))
    note = paragraph(
        "Share and HHI are read off the partnership graph, by megawatts that may be built; 1.00 is "
        f"a single source, above {CONCENTRATED:g} a market counts as highly concentrated. The loss "
        "comes from running the world again without the node, by the same seeds; losses overlap "
        "and do not add up. Negative: others got what it would have taken."
    )
    return "\n\n".join([paragraph(title), table, told, note])


def _interval(row: Loss) -> str:
    if not np.isfinite(row.low):
        return "needs 5 seeds"
    return f"{three(row.low)} to {three(row.high)}"


def missed_by_hhi(rows: Sequence[Loss]) -> list[str]:
    """Say where the concentration of a class does not tell what its nodes cost."""
    dearest: dict[str, Loss] = {}
    for row in rows:
        if np.isfinite(row.hhi) and np.isfinite(row.lost):
            best = dearest.get(row.input_class)
            if best is None or row.lost > best.lost:
                dearest[row.input_class] = row
    said: list[str] = []
    for row in dearest.values():
        cheap = [
            other
            for other in dearest.values()
            if other.hhi > row.hhi + 1e-9 and other.lost < row.lost
        ]
        if row.lost_share >= WORTH_TELLING and cheap:
            least = min(cheap, key=lambda other: other.lost)
            said.append(
                f"HHI misses {row.node}: {row.input_class} has {row.hhi:.2f}, yet its outage costs "
                f"{row.lost_share:.1%} of all usable GW-years, more than that of {least.node} "
                f"({least.lost_share:.1%}) in {least.input_class}, at {least.hhi:.2f}."
            )
    alike = {row.hhi: [] for row in dearest.values()}
    for row in dearest.values():
        alike[row.hhi].append(row)
    for index, group in alike.items():
        if len(group) > 1:
            most, least = max(group, key=lambda r: r.lost), min(group, key=lambda r: r.lost)
            if most.lost_share - least.lost_share >= WORTH_TELLING:
                said.append(
                    f"HHI cannot tell {most.node} from {least.node}: {index:.2f} for both, but "
                    f"{most.lost_share:.1%} lost against {least.lost_share:.1%}."
                )
    return said or ["Here HHI orders the classes as the losses do."]
