"""Who is tied to whom, and what milestones do to it."""

import math
from typing import NamedTuple

import numpy as np

from ecosystem.layout import Layout
from ecosystem.partnerships import Edge, Partnerships, commitment
from ecosystem.society.impacts import Delivered, caps_broken, shortfall
from ecosystem.society.labour import Craft
from ecosystem.society.mobilisation import heard_by
from ecosystem.state import Sites, Snapshot
from ecosystem.units import MW_PER_GW, WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray
from ecosystem.venues import NAMES, UPSTREAM
from ecosystem.works import Works

MEMORY = 5.0
"""Weight of a first impression, in milestones (assumption)."""

LAB, CAPITAL, CHIPS, EQUIPMENT = "lab", "capital", "chips", "equipment"
GRID_GEAR = "grid_gear"


def opening_edges(layout: Layout) -> list[Edge]:
    """Return all relations of a world, each at its opening strength."""
    world = layout.world
    standing = world.numbers.capital.opening_standing
    prior = (MEMORY * standing, MEMORY * (1 - standing))
    lease = world.numbers.capital.lease_usd_per_mw_year

    def edge(source: str, target: str, kind: str, **attributes: object) -> Edge:
        return Edge(source, target, kind, attributes, prior)

    edges = [edge(LAB, CAPITAL, "contract"), edge(LAB, CHIPS, "contract", exclusive=True)]
    held_mw = _by_partner(layout)
    base, n = world.numbers.disruptions.substitutability, world.numbers.disruptions
    others = {"substitutability": base, "switching_weeks": n.switching_weeks}
    for cloud in world.clouds:
        key, price = f"cloud:{cloud.key}", lease * (1 + cloud.margin)
        mw = cloud.equity_usd / (1 - world.numbers.capital.loan_to_cost) / layout.usd_per_mw
        term = world.numbers.capital.lease_years * WEEKS_PER_YEAR
        edges.append(edge(LAB, key, "contract", mw=mw, price=price, term_weeks=term))
        lock_in = cloud.integration * n.integration_switching_weeks
        tied = {
            "slots": held_mw[key],
            "substitutability": base * (1 - n.lock_in * cloud.integration),
            "switching_weeks": n.switching_weeks + lock_in,
        }
        edges.append(edge(CHIPS, key, "supply", supply_class="racks", **tied))
        edges.append(edge(key, LAB, "supply", supply_class="cloud capacity", **tied))
    for builder in world.contractors:
        key = f"contractor:{builder.key}"
        edges.append(edge(LAB, key, "contract"))
        made = {"slots": held_mw[key], **others}
        edges.append(edge(EQUIPMENT, key, "supply", supply_class="electrical equipment", **made))
        edges.append(edge(key, LAB, "supply", supply_class="construction", **made))
    for region in world.regions:
        key = f"utility:{region.key}"
        made = {"slots": held_mw[key], **others}
        edges.append(edge(GRID_GEAR, key, "supply", supply_class="grid gear", **made))
        edges.append(edge(key, LAB, "supply", supply_class="connection", **made))
    builders: dict[str, set[str]] = {}
    for i, site in enumerate(layout.sites):
        community = f"community:{site.key}"
        edges.append(edge(community, LAB, "trust"))
        edges.append(edge(LAB, community, "hosts", mw=site.facility_mw))
        edges.append(edge(f"regulator:{site.state}", community, "regulates", venue="zoning"))
        if site.power != "islanded":
            edges.append(edge(f"utility:{site.region}", community, "serves"))
        for j in layout.neighbours[i].nonzero()[0]:
            if i < j:
                other = f"community:{layout.sites[j].key}"
                edges.append(edge(community, other, "diffusion", weight=1.0))
        builders.setdefault(site.region, set()).add(site.developer)
    for region, keys in builders.items():
        for craft in Craft:
            pool = f"workforce:{region}.{craft.name.lower()}"
            edges += [
                edge(pool, f"contractor:{key}", "labour", craft=craft.name.lower())
                for key in sorted(keys)
            ]
    return edges


def _by_partner(layout: Layout) -> dict[str, float]:
    """Return the MW that may be built with each builder, each cloud, and on each grid."""
    held: dict[str, float] = {f"utility:{r.key}": 0.0 for r in layout.world.regions}
    held |= {f"cloud:{c.key}": 0.0 for c in layout.world.clouds}
    held |= {f"contractor:{c.key}": 0.0 for c in layout.world.contractors}
    for site in layout.sites:
        grid = [] if site.power == "islanded" else [f"utility:{site.region}"]
        for key in (f"cloud:{site.cloud}", f"contractor:{site.developer}", *grid):
            held[key] += site.facility_mw
    return held


WHOLE, CAPS = "jobs and taxes of the whole site", "water, noise and air within caps"


class HostPromise(NamedTuple):
    """What a host community was promised: `mw` megawatts of it, by a week."""

    site: int
    what: str
    due_week: float
    mw: float


class Judged(NamedTuple):
    """Promises kept to each host, and how badly others were broken, shape (S,) each."""

    kept: FloatArray
    broken: FloatArray


class Relations:
    """The partnership graph as it lives, and the promises of first power that are open."""

    def __init__(self, layout: Layout) -> None:
        n = layout.world.numbers.capital
        self.layout = layout
        self._partnerships = Partnerships.of(
            opening_edges(layout), n.reputation_half_life_weeks, n.miss_penalty
        )
        self._fresh: list[Edge] = []
        self._clouds = self._contracts([f"cloud:{cloud.key}" for cloud in layout.world.clouds])
        self._builders = self._contracts(
            [f"contractor:{firm.key}" for firm in layout.world.contractors]
        )
        self._promised: dict[int, tuple[int, float]] = {}
        self._to_hosts: dict[int, HostPromise] = {}
        self._host_due = math.inf
        self.caps_hold = np.ones(len(layout.sites), dtype=bool)
        self._unchanged: tuple[Sites | None, float] = (None, -math.inf)

    @property
    def partnerships(self) -> Partnerships:
        """The graph as it stands."""
        if self._fresh:
            self._partnerships = self._partnerships.with_edges(self._fresh)
            self._fresh = []
        return self._partnerships

    def _tie(self, edge: Edge) -> int:
        """Add an edge and return its id; many of them are put into the graph at once."""
        self._fresh.append(edge)
        return len(self._partnerships) + len(self._fresh) - 1

    def promise(self, site: int, due_week: float) -> None:
        """Let the lab promise the first power of a site to its financiers."""
        grace = self.layout.world.numbers.capital.grace_weeks
        text = f"first power at {self.layout.sites[site].key}"
        edge = commitment(LAB, CAPITAL, text, due_week + grace, self._contract(CAPITAL))
        self._promised[site] = self._tie(edge), due_week + grace
        self._unchanged = (None, -math.inf)

    def promise_hosts(self, site: int, mw: FloatArray, finish_week: FloatArray) -> None:
        """Let the lab promise jobs and taxes to a host community, as the plan of its site says.

        Parameters
        ----------
        site : int
        mw, finish_week : ndarray, shape (n,)
            Size of each building of the site, and the week in which it is planned to be done.
        """
        grace = self.layout.world.numbers.capital.grace_weeks
        first, last = float(finish_week.min()) + grace, float(finish_week.max()) + grace
        early = float(mw[finish_week <= first].sum())
        self._promise_host(HostPromise(site, "jobs with the first buildings", first, early))
        self._promise_host(HostPromise(site, WHOLE, last, float(mw.sum())))

    def regulate(self, site: int, venues: BoolArray) -> None:
        """Let a site that is announced apply at venues beyond zoning, shape (4,)."""
        state, key = self.layout.sites[site].state, self.layout.sites[site].key
        chosen = [venue for venue, needed in zip(UPSTREAM, venues, strict=True) if needed]
        for venue in chosen:
            named = {"venue": NAMES[venue]}
            self._tie(Edge(f"regulator:{state}", f"community:{key}", "regulates", named))

    def promise_caps(self, site: int, week: float) -> None:
        """Let the lab promise for a year that a site keeps within its caps."""
        self._promise_host(HostPromise(site, CAPS, week + WEEKS_PER_YEAR, 0.0))

    def _promise_host(self, promise: HostPromise) -> None:
        community = f"community:{self.layout.sites[promise.site].key}"
        about = int(self._partnerships.between(community, LAB, "trust")[0])
        edge = commitment(LAB, community, promise.what, promise.due_week, about)
        self._to_hosts[self._tie(edge)] = promise
        self._host_due = min(self._host_due, promise.due_week)

    def judge_hosts(self, now: Snapshot, hosted: Delivered, draws: FloatArray) -> Judged:
        """Judge the promises to hosts that are due, and renew those about caps.

        Parameters
        ----------
        now : Snapshot
        hosted : Delivered
            Over the last weeks.
        draws : ndarray, shape (S,)
            Uniform draws: whether a site has exceeded its caps.

        Notes
        -----
        A promise to a host whose site was withdrawn is void: it stays open and is never judged.
        """
        n, sites, count = now.numbers.society, now.sites, len(self.layout.sites)
        judged = Judged(np.zeros(count), np.zeros(count))
        signed = sites.agreement_week <= now.week
        if now.week >= self._host_due:
            exceeded = caps_broken(draws, signed, n.cap_breach_per_year, 1.0)
            self.caps_hold, outcomes = self.caps_hold.copy(), dict[int, bool]()
            due = [(e, p) for e, p in self._to_hosts.items() if p.due_week <= now.week]
            for edge, promise in due:
                del self._to_hosts[edge]
                if sites.withdrawn[promise.site]:
                    continue
                missing = self._missing(promise, hosted, exceeded, n.promise_tolerance)
                outcomes[edge] = missing == 0
                site, backed = promise.site, float(sites.agreed_binding[promise.site])
                backed *= n.agreement_effect * float(signed[site])
                credit, weight = 1.0, max(n.breach_unsigned, backed)
                if promise.what == CAPS:
                    credit, weight = n.agreement_effect, max(backed, 0.0)
                    self.caps_hold[site] = missing == 0
                judged.kept[site] += credit * (missing == 0)
                judged.broken[site] += weight * missing
            self._partnerships = self.partnerships.settle(outcomes)
            self._host_due = min((p.due_week for p in self._to_hosts.values()), default=math.inf)
        self._cap(now, hosted, signed & (sites.agreed_binding > 0))
        return judged

    def _missing(
        self, promise: HostPromise, hosted: Delivered, exceeded: BoolArray, tolerance: float
    ) -> float:
        """Return the share of a promise that is missing, 0 where it is kept."""
        site = promise.site
        if promise.what == CAPS:
            return float(exceeded[site])
        if promise.what == WHOLE:
            return float(shortfall(hosted.taxes_kept[site], 1.0, tolerance))
        jobs = hosted.jobs_kept[site] * float(self.layout.site_mw[site])
        return float(shortfall(jobs, promise.mw, tolerance))

    def _cap(self, now: Snapshot, hosted: Delivered, signed: BoolArray) -> None:
        """Promise caps for another year where a signed site stands and no such promise is open."""
        due = signed & now.sites.live & (hosted.built_share > 0)
        if not np.count_nonzero(due):
            return
        due[[p.site for p in self._to_hosts.values() if p.what == CAPS]] = False
        for site in due.nonzero()[0].tolist():
            self.promise_caps(site, now.week)

    def remember(self, now: Snapshot, works: Works) -> None:
        """Feed milestones kept and missed into the relations that they concern."""
        grace = self.layout.world.numbers.capital.grace_weeks
        on_time, late, given_up = works.judge(grace, now.week)
        kept: dict[int, float] = {}
        missed: dict[int, float] = {}
        if not (on_time or late or given_up):
            self._partnerships = self.partnerships.after().settle(self._due(now, works))
            return
        for record, phases in ((kept, on_time), (missed, late)):
            for phase in phases:
                builder = self.layout.world.contractors[now.vendors.builder[phase]]
                self._count(record, f"contractor:{builder.key}", phase)
        for record, phases in ((kept, on_time), (missed, given_up)):
            for phase in phases:  # what a lab promised to its suppliers it has kept, or not
                self._count_owners(record, now.sites.owners, phase)
                self._count(record, CHIPS, phase)
        self._partnerships = self.partnerships.after(kept, missed).settle(self._due(now, works))

    def _count_owners(self, record: dict[int, float], owners: FloatArray, phase: int) -> None:
        """Count a milestone with the clouds that own the site, each by its share."""
        shares = owners[self.layout.site_of_phase[phase], :-1]
        for cloud in shares.nonzero()[0].tolist():
            key = f"cloud:{self.layout.world.clouds[cloud].key}"
            self._count(record, key, phase, float(shares[cloud]))

    def _count(
        self, record: dict[int, float], partner: str, phase: int, share: float = 1.0
    ) -> None:
        """Count a milestone; a gigawatt weighs as one."""
        edge, gw = self._contract(partner), float(self.layout.phase_mw[phase]) / MW_PER_GW
        record[edge] = record.get(edge, 0.0) + share * gw

    def _due(self, now: Snapshot, works: Works) -> dict[int, bool]:
        """Return the promises of first power that are kept or broken this week."""
        outcomes: dict[int, bool] = {}
        sites, due_week = self._unchanged
        if now.sites is sites and now.week <= due_week and not works.commissioned:
            return outcomes
        powered = (works.first_power() <= now.week + 1).tolist()
        withdrawn = now.sites.withdrawn.tolist()
        for site, (edge, due_week) in list(self._promised.items()):
            if powered[site] or now.week > due_week or withdrawn[site]:
                outcomes[edge] = powered[site]
                del self._promised[site]
        soonest = min((due_week for _, due_week in self._promised.values()), default=math.inf)
        self._unchanged = (now.sites, soonest)
        return outcomes

    def diffusion(self) -> FloatArray:
        """Return what host communities hear of one another along the edges of the graph, (C, C)."""
        index = {f"community:{site.key}": i for i, site in enumerate(self.layout.sites)}
        edges = [self.partnerships.edge(i) for i in self.partnerships.edges("diffusion")]
        pairs = [(index[edge.source], index[edge.target]) for edge in edges]
        weight = [edge.attributes["weight"] for edge in edges]
        edge_pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return heard_by(edge_pairs, np.array(weight, dtype=float), len(index))

    def coordination(self, builder: IntArray, owners: FloatArray) -> FloatArray:
        r"""Return the availability that interfaces leave, 1/f, shape (S,).

        :math:`f = 1 + c[2 + (k-1)(1-\bar s)]` for k > 1 partners, else 1: the builder, each cloud
        that is not also the builder, the grid where there is one; the lab itself is none. The
        strength s is the mean of that of the clouds, by share, and that of the builder.

        Parameters
        ----------
        builder : ndarray of int, shape (P,)
            Of each phase; that of a site's last phase counts.
        owners : ndarray, shape (S, B + 1)
            Shares of clouds and, last, of the lab.
        """
        layout, strength = self.layout, self.partnerships.all_strengths
        builder = builder[layout.last_of_site]
        clouds = owners[:, :-1]
        others = (clouds > 0) & ~layout.same_firm[builder, :-1]
        partners = 1 + np.add.reduce(others, 1) + ~layout.islanded
        leased = np.add.reduce(clouds, 1)
        by_builder = strength[self._builders[builder]]
        of_clouds = clouds @ strength[self._clouds] / np.maximum(leased, 1e-12)
        trust = np.where(leased > 0, (of_clouds + by_builder) / 2, by_builder)
        friction = layout.world.numbers.lab.friction * (2 + (partners - 1) * (1 - trust))
        return np.where(partners > 1, 1 / (1 + friction), 1.0)

    def _contracts(self, partners: list[str]) -> IntArray:
        """Return the contract that the lab has with each partner."""
        return np.array([self._contract(partner) for partner in partners], dtype=np.int64)

    def _contract(self, partner: str) -> int:
        return int(self._partnerships.between(LAB, partner, "contract")[0])
