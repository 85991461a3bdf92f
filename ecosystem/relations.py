"""Who is tied to whom at the start: the edges of the partnership graph."""

from ecosystem.layout import Layout
from ecosystem.partnerships import Edge
from ecosystem.society.labour import Craft

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
