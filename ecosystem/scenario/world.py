"""How things are: a world, and worlds with something changed."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ecosystem.errors import InputError
from ecosystem.numbers import Numbers
from ecosystem.parameters import Card, Parameters, cards
from ecosystem.scenario.partners import (
    Cloud,
    Contractor,
    DatedSeries,
    Governance,
    InstalledBase,
    Outage,
    SoftwareStep,
)
from ecosystem.scenario.places import ACTIVITIES, Record, Region, Site
from ecosystem.scenario.wording import check_known, check_unique, explain, unknown


class World(Parameters):
    """How things are: places, dates, partners and numbers."""

    name: str
    title: str
    kind: Literal["real", "fictional", "counterfactual"]
    start: date
    weeks: int = Field(ge=1, le=5_200)
    strategy_start: date
    history_until: date | None = None
    sites: tuple[Site, ...]
    regions: tuple[Region, ...]
    records: tuple[Record, ...] = ()
    outages: tuple[Outage, ...] = ()
    software_step: SoftwareStep | None = None
    clouds: tuple[Cloud, ...]
    contractors: tuple[Contractor, ...]
    generations: tuple[str, ...] = ("h100", "gb200", "gb300", "rubin", "rubin_ultra")
    installed_base_mw: InstalledBase
    mood: DatedSeries
    governance: Governance = Governance()
    numbers: Numbers = Numbers()

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        """Refuse a reference to something that is not in this world."""
        check_unique("site", (s.key for s in self.sites))
        check_unique("region", (r.key for r in self.regions))
        regions = [r.key for r in self.regions]
        clouds = [c.key for c in self.clouds]
        contractors = [c.key for c in self.contractors]
        sites = [s.key for s in self.sites]
        for site in self.sites:
            check_known("region", site.region, regions, f"site {site.key!r}")
            if site.role in ("programme", "candidate"):
                check_known("contractor", site.developer, contractors, f"site {site.key!r}")
                check_known("cloud", site.cloud, clouds, f"site {site.key!r}")
                if site.phases < 1 or site.facility_mw <= 0:
                    raise ValueError(f"site {site.key!r} needs phases >= 1 and facility_mw > 0")
        if not any(site.role in ("programme", "candidate") for site in self.sites):
            raise ValueError("sites: none has the role programme or candidate, so nothing is built")
        phases = {s.key: s.phases for s in self.sites}
        for record in self.records:
            check_known("site", record.site, sites, "a record")
            where = f"a record of {record.site!r}"
            check_known("activity", record.activity, ACTIVITIES, where)
            if not record.first_phase <= record.last_phase <= phases[record.site]:
                raise ValueError(
                    f"{where} names phases {record.first_phase}-{record.last_phase} "
                    f"of {phases[record.site]}"
                )
        for outage in self.outages:
            check_known("node", outage.node, vendor_nodes(self), "an outage")
        return self

    def with_outage(self, node: str, start: date | None = None, weeks: float | None = None) -> Self:
        """Return the world in which a node is out as well, for some weeks or for good."""
        if node not in (known := vendor_nodes(self)):
            raise InputError(
                f"No node {node!r} can be out in world {self.name!r}; known are {', '.join(known)}."
            )
        outage = Outage(node=node, start=start, weeks=weeks)
        return type(self).model_validate({**dict(self), "outages": (*self.outages, outage)})

    def with_software_step(self, start: date, factor: float) -> Self:
        """Return the world in which software serves `factor` times the tokens from a day on."""
        step = SoftwareStep(start=start, factor=factor)
        return type(self).model_validate({**dict(self), "software_step": step})

    def without_site(self, key: str) -> Self:
        """Return the world without one site and its records (what did that site add?)."""
        check_known("site", key, [s.key for s in self.sites], "without_site")
        sites = tuple(s for s in self.sites if s.key != key)
        records = tuple(r for r in self.records if r.site != key)
        return type(self).model_validate({**dict(self), "sites": sites, "records": records})

    def with_partners(self, count: int) -> Self:
        """Return the world with `count` equal partners for what the lab chooses later.

        Clouds of the world keep the sites on record and take no more; equity that they do not need
        there goes to the new ones, quarter by quarter. Margin and integration are means by equity.
        """
        total = sum(cloud.equity_usd for cloud in self.clouds)

        def mean(name: str) -> float:
            weighed = sum(getattr(c, name) * c.equity_usd for c in self.clouds)
            return weighed / total if total else 0.0

        kept = [{**dict(c), "takes_new": False} for c in self.clouds]
        fresh = [
            {
                "key": f"partner_{number}",
                "name": f"Partner {number} of {count}",
                "equity_usd": 0.0,
                "integration": mean("integration"),
                "margin": mean("margin"),
                "source": "assumption",
            }
            for number in range(1, count + 1)
        ]
        return type(self).model_validate({**dict(self), "clouds": (*kept, *fresh)})

    def with_values(self, values: Mapping[str, float | str]) -> Self:
        """Return the world with other numbers, by dotted path below ``numbers`` or the world."""
        changes: dict[str, Any] = {}
        for path, value in values.items():
            *groups, leaf = path.split(".")
            level = changes
            for group in groups:
                level = level.setdefault(group, {})
            level[leaf] = value
        try:
            return self.merged(changes)
        except KeyError as error:
            known = [card.path for card in cards(self)]
            raise InputError(unknown("parameter", error.args[0], known, "with_values")) from error
        except ValidationError as error:
            raise InputError(explain(error, self.name)) from error


def vendor_nodes(world: World) -> dict[str, int]:
    """Return the nodes of the partnership graph that can be out, with their place in their kind."""
    nodes = {"chips": 0, "equipment": 0, "grid_gear": 0}
    for kind, members in (
        ("cloud", world.clouds),
        ("contractor", world.contractors),
        ("utility", world.regions),
    ):
        nodes |= {f"{kind}:{member.key}": i for i, member in enumerate(members)}
    return nodes


def uncertain(world: World) -> list[Card]:
    """Return the cards of all numbers of a world that futures sample."""
    return [card for card in cards(world) if card.sample is not None]
