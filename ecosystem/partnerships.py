"""Who depends on whom, and how much they trust one another.

One ``networkx.MultiDiGraph`` over agents holds what is static (kinds, terms, classes); what
changes every week, the reputation of each edge, lives in arrays indexed by edge. The week after
is a new :class:`Partnerships` that shares the structure.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np

from ecosystem.errors import InputError
from ecosystem.units import FloatArray, IntArray

KINDS: Mapping[str, tuple[str, ...]] = {
    "contract": ("mw", "price", "term_weeks", "damages", "exclusive"),
    "supply": ("supply_class", "slots", "lead_weeks"),
    "serves": ("tariff",),
    "regulates": ("venue",),
    "hosts": ("mw",),
    "labour": ("craft",),
    "trust": (),
    "diffusion": ("weight",),
    "commitment": ("promise", "due_week", "about"),
}
"""Edge kinds and the attributes that an edge of the kind may carry."""

_COMMON = ("substitutability", "switching_weeks")


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation as it is agreed, without its reputation.

    Parameters
    ----------
    source, target : str
        Agent keys, e.g. ``"lab"``, ``"community:abilene"``.
    kind : str
        One of :data:`KINDS`.
    attributes : mapping
        What the kind may carry, and ``substitutability`` in [0, 1] and ``switching_weeks``.
    prior : tuple of float
        Beta parameters before any experience, both > 0; memory fades towards them.
    """

    source: str
    target: str
    kind: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    prior: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        name = f"Edge {self.source!r} -> {self.target!r}"
        if self.kind not in KINDS:
            raise InputError(f"{name} has unknown kind {self.kind!r}; use one of {tuple(KINDS)}.")
        allowed = (*KINDS[self.kind], *_COMMON)
        if unknown := sorted(set(self.attributes) - set(allowed)):
            raise InputError(f"{name} ({self.kind}) has unknown {unknown}; it may have {allowed}.")
        if self.kind == "commitment" and (missing := set(allowed[:3]) - set(self.attributes)):
            raise InputError(f"{name} (commitment) lacks {sorted(missing)}; use commitment().")
        if not all(0 < part < math.inf for part in self.prior):
            raise InputError(f"{name} has prior {self.prior}; both numbers must be > 0.")


def commitment(source: str, target: str, promise: str, due_week: float, about: int) -> Edge:
    """Return a promise of `source` to `target`, due in a week.

    Parameters
    ----------
    source, target : str
        Who promises, and to whom.
    promise : str
        What, in words.
    due_week : float
        Week in which it must have been kept.
    about : int
        Edge whose reputation the outcome feeds, e.g. the contract or the trust between the two.
    """
    terms = {"promise": promise, "due_week": due_week, "about": about}
    return Edge(source, target, "commitment", terms)


_NO_IDS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Structure:
    """Edges in order of their ids, with an index that grows with them.

    Parameters
    ----------
    edges : tuple of Edge
        Terms by id.
    about : ndarray of int
        Edge whose reputation each edge feeds: itself, but for commitments.
    index : dict
        Ids by ``(kind,)``, by ``(node, kind)`` and by ``(source, target, kind)``.
    """

    edges: tuple[Edge, ...] = ()
    about: IntArray = field(default_factory=_NO_IDS.copy)
    index: Mapping[tuple[str, ...], IntArray] = field(default_factory=dict)

    @cached_property
    def graph(self) -> "nx.MultiDiGraph[str]":
        """The graph itself, built when first asked for."""
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for number, edge in enumerate(self.edges):
            graph.add_edge(edge.source, edge.target, number, kind=edge.kind, **edge.attributes)
        return nx.freeze(graph)

    def grown(self, edges: Sequence[Edge]) -> "_Structure":
        """Return a structure with more edges; a commitment must be about one that exists."""
        whole = (*self.edges, *edges)
        abouts: list[int] = []
        found: dict[tuple[str, ...], list[int]] = {}
        for number, edge in enumerate(edges, len(self.edges)):
            about = edge.attributes.get("about", number)
            if not 0 <= about < len(whole) or (
                edge.kind == "commitment" and whole[about].kind == "commitment"
            ):
                raise InputError(
                    f"Commitment {edge.source!r} -> {edge.target!r} is about edge {about}, which "
                    f"is none of the {len(whole)} edges or a commitment itself."
                )
            abouts.append(about)
            # A set: an edge from a node to itself counts once.
            for key in {
                (edge.kind,),
                (edge.source, edge.kind),
                (edge.target, edge.kind),
                (edge.source, edge.target, edge.kind),
            }:
                found.setdefault(key, []).append(number)
        index = dict(self.index)
        for key, numbers in found.items():
            index[key] = np.append(index.get(key, _NO_IDS), np.array(numbers, dtype=np.int64))
        return _Structure(whole, np.append(self.about, np.array(abouts, dtype=np.int64)), index)

    def ids(self, *key: str) -> IntArray:
        """Return the ids under a key of the index."""
        return self.index.get(key, _NO_IDS)


@dataclass(frozen=True, eq=False)
class Partnerships:
    r"""All relations at the start of a week. Build with :meth:`of`.

    Notes
    -----
    The strength of a relation is a Beta reputation with forgetting [1]_:
    :math:`\alpha \leftarrow \alpha_0 + \gamma(\alpha-\alpha_0) + kept`,
    :math:`\beta \leftarrow \beta_0 + \gamma(\beta-\beta_0) + \kappa\,missed`,
    :math:`s = \alpha/(\alpha+\beta)`, :math:`\gamma = 2^{-1/h}` with half-life h in weeks.

    References
    ----------
    .. [1] A. Jøsang and R. Ismail, The Beta reputation system, Bled eConference, 2002.
    """

    _structure: _Structure
    _prior: FloatArray
    _evidence: FloatArray
    _due_weeks: FloatArray
    _kept: FloatArray
    _memory: float
    _miss_penalty: float

    @classmethod
    def of(
        cls, edges: Sequence[Edge], reputation_half_life_weeks: float, miss_penalty: float
    ) -> "Partnerships":
        """Return relations without any experience; the id of an edge is its place in `edges`."""
        none = np.empty((2, 0))
        memory = 0.5 ** (1 / reputation_half_life_weeks)
        empty = cls(_Structure(), none, none, none[0], none[0], memory, miss_penalty)
        return empty.with_edges(edges)

    def __len__(self) -> int:
        """Return the number of edges; also the id that the next edge will have."""
        return len(self._structure.edges)

    @property
    def graph(self) -> "nx.MultiDiGraph[str]":
        """Structure and terms; frozen. Keys of edges are their ids."""
        return self._structure.graph

    @property
    def alpha(self) -> FloatArray:
        """Weight of promises kept, prior counted, by edge."""
        return self._prior[0] + self._evidence[0]

    @property
    def beta(self) -> FloatArray:
        """Weight of promises missed, prior counted, by edge."""
        return self._prior[1] + self._evidence[1]

    @cached_property
    def all_strengths(self) -> FloatArray:
        """Strength of every edge in (0, 1), by id."""
        alpha, beta = self._prior + self._evidence
        return alpha / (alpha + beta)

    def strength(self, edge_id: int) -> float:
        """Return the strength of one edge, in (0, 1)."""
        return float(self.all_strengths[edge_id])

    def strengths(self, edge_ids: IntArray) -> FloatArray:
        """Return the strengths of edges, shape of `edge_ids`."""
        return self.all_strengths[edge_ids]

    def edge(self, edge_id: int) -> Edge:
        """Return the terms of an edge."""
        return self._structure.edges[edge_id]

    def edges(self, kind: str) -> IntArray:
        """Return the ids of all edges of a kind."""
        return self._structure.ids(kind)

    def edges_of(self, node: str, kind: str) -> IntArray:
        """Return the ids of edges of a kind that touch a node."""
        return self._structure.ids(node, kind)

    def between(self, source: str, target: str, kind: str) -> IntArray:
        """Return the ids of edges of a kind from `source` to `target`."""
        return self._structure.ids(source, target, kind)

    def mean_strength(self, node: str, kind: str) -> float:
        """Return the mean strength of a node's relations of a kind; NaN where it has none."""
        ids = self.edges_of(node, kind)
        # what `mean` does, without its overhead: agents ask this all the time
        return float(np.add.reduce(self.all_strengths[ids])) / ids.size if ids.size else math.nan

    def due(self, week: float) -> IntArray:
        """Return the ids of open commitments due by `week`."""
        return np.flatnonzero(self._due_weeks <= week)

    def kept(self, edge_id: int) -> bool | None:
        """Return whether a commitment was kept; None while it is open, and for other kinds."""
        state = self._kept[edge_id]
        return None if np.isnan(state) else bool(state)

    def after(
        self,
        kept: Mapping[int, float] | FloatArray | None = None,
        missed: Mapping[int, float] | FloatArray | None = None,
    ) -> "Partnerships":
        """Return the relations a week later.

        Parameters
        ----------
        kept, missed : mapping of edge id to float, or ndarray of shape (edges,), optional
            Milestones kept and missed in the week, >= 0. Of a commitment they count for the
            edge that it is about.

        Returns
        -------
        Partnerships
            Shares the structure with this one.
        """
        evidence = self._evidence * self._memory
        self._add(evidence[0], kept, 1.0)
        self._add(evidence[1], missed, self._miss_penalty)
        # every week; `replace` takes three times as long
        return Partnerships(
            self._structure,
            self._prior,
            evidence,
            self._due_weeks,
            self._kept,
            self._memory,
            self._miss_penalty,
        )

    def settle(self, outcomes: Mapping[int, bool]) -> "Partnerships":
        """Close commitments as kept or missed and count them; no time passes.

        Parameters
        ----------
        outcomes : mapping of int to bool
            Id of an open commitment, and whether it was kept.

        Raises
        ------
        InputError
            If an edge is not an open commitment.
        """
        if not outcomes:
            return self
        due_weeks, kept, evidence = self._due_weeks.copy(), self._kept.copy(), self._evidence.copy()
        for number, was_kept in outcomes.items():
            if not np.isfinite(due_weeks[number]):
                edge = self.edge(number)
                raise InputError(
                    f"Edge {number} ({edge.kind}, {edge.source!r} -> {edge.target!r}) is not an "
                    "open commitment; settle only ids that due() returns."
                )
            due_weeks[number], kept[number] = np.inf, was_kept
            about = self._structure.about[number]
            evidence[0 if was_kept else 1, about] += 1.0 if was_kept else self._miss_penalty
        return replace(self, _evidence=evidence, _due_weeks=due_weeks, _kept=kept)

    def with_edge(self, edge: Edge) -> "Partnerships":
        """Return a copy with one more edge, whose id is ``len(self)``."""
        return self.with_edges((edge,))

    def with_edges(self, edges: Sequence[Edge]) -> "Partnerships":
        """Return a copy with more edges, numbered from ``len(self)``; no other edge changes."""
        if not edges:
            return self
        prior = np.array([edge.prior for edge in edges], dtype=float).T
        due_weeks = [edge.attributes.get("due_week", np.inf) for edge in edges]
        return replace(
            self,
            _structure=self._structure.grown(edges),
            _prior=np.hstack([self._prior, prior]),
            _evidence=np.hstack([self._evidence, np.zeros_like(prior)]),
            _due_weeks=np.append(self._due_weeks, np.array(due_weeks, dtype=float)),
            _kept=np.append(self._kept, np.full(len(edges), np.nan)),
        )

    def with_terms(self, edge_id: int, **attributes: Any) -> "Partnerships":
        """Return a copy in which the terms of one edge changed, e.g. ``mw=0`` on exit."""
        old = self.edge(edge_id)
        if old.kind == "commitment":
            raise InputError(f"Commitment {edge_id} cannot change; settle it and promise anew.")
        edges = list(self._structure.edges)
        edges[edge_id] = replace(old, attributes={**old.attributes, **attributes})
        return replace(self, _structure=replace(self._structure, edges=tuple(edges)))

    def hhi(self, kind: str, weight: str, supply_class: str | None = None) -> float:
        """Return the concentration of sources over the edges of a kind.

        Parameters
        ----------
        kind : str
            Edge kind, e.g. ``"supply"``.
        weight : str
            Attribute that is shared out, e.g. ``"slots"`` or ``"mw"``.
        supply_class : str, optional
            Count only edges of this input class.

        Returns
        -------
        float
            Herfindahl-Hirschman index in (0, 1]; NaN where there is nothing to share.
        """
        held: dict[str, float] = {}
        for number in self.edges(kind):
            edge = self.edge(int(number))
            if supply_class in (None, edge.attributes.get("supply_class")):
                held[edge.source] = held.get(edge.source, 0.0) + edge.attributes.get(weight, 0.0)
        return hhi(np.array(list(held.values()), dtype=float))

    def snapshot_graph(self) -> "nx.MultiDiGraph[str]":
        """Return a copy of the graph with `strength`, `alpha`, `beta`, `kept` on the edges."""
        graph = nx.MultiDiGraph(self._structure.graph)
        alpha, beta, strength = self.alpha, self.beta, self.all_strengths
        for _, _, number, data in graph.edges(keys=True, data=True):
            data["alpha"] = float(alpha[number])
            data["beta"] = float(beta[number])
            data["strength"] = float(strength[number])
            data["kept"] = self.kept(number)
        return graph

    def _add(
        self, evidence: FloatArray, events: Mapping[int, float] | FloatArray | None, weight: float
    ) -> None:
        """Add weighted events to the edges that they are about, in place."""
        if events is None:
            return
        about = self._structure.about
        if isinstance(events, np.ndarray):
            np.add.at(evidence, about, weight * events)
            return
        for number, count in events.items():
            evidence[about[number]] += weight * count


def hhi(shares: FloatArray) -> float:
    """Return the sum of squared shares of a whole, in (0, 1]; NaN if the whole is 0."""
    whole = float(shares.sum())
    return float(((shares / whole) ** 2).sum()) if whole > 0 else math.nan
