"""Who is tied to whom, and what milestones do to it."""

import math

import numpy as np

from ecosystem.layout import Layout
from ecosystem.partnerships import Edge, Partnerships, commitment
from ecosystem.scenario import Site
from ecosystem.society.labour import Craft
from ecosystem.state import Sites, Snapshot
from ecosystem.units import MW_PER_GW, FloatArray, IntArray
from ecosystem.works import Works

MEMORY = 5.0
"""Weight of a first impression, in milestones (assumption)."""

LAB, CAPITAL, CHIPS, EQUIPMENT = "lab", "capital", "chips", "equipment"


def opening_edges(layout: Layout) -> list[Edge]:
    """Return all relations of a world, each at its opening strength."""
    world = layout.world
    standing = world.numbers.capital.opening_standing
    prior = (MEMORY * standing, MEMORY * (1 - standing))
    lease = world.numbers.capital.lease_usd_per_mw_year

    def edge(source: str, target: str, kind: str, **attributes: object) -> Edge:
        return Edge(source, target, kind, attributes, prior)

    edges = [edge(LAB, CAPITAL, "contract"), edge(LAB, CHIPS, "contract", exclusive=True)]
    for cloud in world.clouds:
        price = lease * (1 + cloud.margin)
        edges.append(edge(LAB, f"cloud:{cloud.key}", "contract", mw=cloud.build_mw, price=price))
    for builder in world.contractors:
        key = f"contractor:{builder.key}"
        edges.append(edge(LAB, key, "contract"))
        edges.append(edge(EQUIPMENT, key, "supply", supply_class="electrical equipment"))
        edges.append(edge(CHIPS, key, "supply", supply_class="racks"))
    builders: dict[str, set[str]] = {}
    for i, site in enumerate(layout.sites):
        community = f"community:{site.key}"
        edges.append(edge(community, LAB, "trust"))
        edges.append(edge(LAB, community, "hosts", mw=site.facility_mw))
        edges.append(edge(f"regulator:{site.state}", community, "regulates"))
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


class Relations:
    """The partnership graph as it lives, and the promises of first power that are open."""

    def __init__(self, layout: Layout) -> None:
        n = layout.world.numbers.capital
        self.layout = layout
        self.partnerships = Partnerships.of(
            opening_edges(layout), n.reputation_half_life_weeks, n.miss_penalty
        )
        self._clouds = self._contracts([f"cloud:{cloud.key}" for cloud in layout.world.clouds])
        self._builders = self._contracts(
            [f"contractor:{firm.key}" for firm in layout.world.contractors]
        )
        self._promised: dict[int, tuple[int, float]] = {}
        self._unchanged: tuple[Sites | None, float] = (None, -math.inf)

    def promise(self, site: int, due_week: float) -> None:
        """Let the lab promise the first power of a site to its financiers."""
        grace = self.layout.world.numbers.capital.grace_weeks
        text = f"first power at {self.layout.sites[site].key}"
        about = self._contract(CAPITAL)
        self._promised[site] = len(self.partnerships), due_week + grace
        self._unchanged = (None, -math.inf)
        edge = commitment(LAB, CAPITAL, text, due_week + grace, about)
        self.partnerships = self.partnerships.with_edge(edge)

    def remember(self, now: Snapshot, works: Works) -> None:
        """Feed milestones kept and missed into the relations that they concern."""
        grace = self.layout.world.numbers.capital.grace_weeks
        on_time, late, given_up = works.judge(grace, now.week)
        kept: dict[int, float] = {}
        missed: dict[int, float] = {}
        for record, phases in ((kept, on_time), (missed, late)):
            for phase in phases:
                builder = self.layout.world.contractors[now.vendors.builder[phase]]
                self._count(record, f"contractor:{builder.key}", phase)
        for phase in on_time:  # what a lab promised to its suppliers it has kept, too
            self._count(kept, f"cloud:{self._site(phase).cloud}", phase)
            self._count(kept, CHIPS, phase)
        for phase in given_up:
            self._count(missed, f"cloud:{self._site(phase).cloud}", phase)
            self._count(missed, CHIPS, phase)
        self.partnerships = self.partnerships.after(kept, missed).settle(self._due(now, works))

    def _site(self, phase: int) -> Site:
        return self.layout.sites[self.layout.site_of_phase[phase]]

    def _count(self, record: dict[int, float], partner: str, phase: int) -> None:
        """Count a milestone; a gigawatt weighs as one."""
        edge = self._contract(partner)
        record[edge] = record.get(edge, 0.0) + float(self.layout.phase_mw[phase]) / MW_PER_GW

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

    def coordination(self, builder: IntArray) -> FloatArray:
        r"""Return the availability that interfaces leave, 1/f, shape (S,).

        :math:`f = 1 + c[2 + (k-1)(1-\bar s)]` for k > 1 partners of mean strength s, else 1.
        `builder`: of each phase, shape (P,); that of a site's last phase counts.
        """
        world, layout = self.layout.world, self.layout
        strength = self.partnerships.all_strengths
        trust = (
            strength[self._clouds[layout.cloud_of_phase[layout.lead_of_site]]]
            + strength[self._builders[builder[layout.last_of_site]]]
        ) / 2
        friction = 1 + world.numbers.lab.friction * (2 + (layout.partners - 1) * (1 - trust))
        return np.where(layout.partners > 1, 1 / friction, 1.0)

    def _contracts(self, partners: list[str]) -> IntArray:
        """Return the contract that the lab has with each partner."""
        return np.array([self._contract(partner) for partner in partners], dtype=np.int64)

    def _contract(self, partner: str) -> int:
        return int(self.partnerships.between(LAB, partner, "contract")[0])
