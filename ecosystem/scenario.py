"""How things are (`World`) and what the policy does (`Strategy`): TOML and CSV in, validated.

Everything that an analyst edits passes through here. A typo, a value out of range or an unknown
name becomes one line that says the file, the key, the value, the limit and the way out.
"""

import csv
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, Field, ValidationError, model_validator

from ecosystem.errors import InputError
from ecosystem.numbers import Delivery, Numbers
from ecosystem.parameters import Card, Parameters, cards, par
from ecosystem.units import MW_PER_GW

DATA = Path(str(files("ecosystem") / "data"))
# A record names an activity; each activity has its duration among the numbers.
ACTIVITIES = tuple(
    name.removesuffix("_weeks") for name in Delivery.model_fields if name.endswith("_weeks")
)

type Role = Literal["programme", "candidate", "comparator", "refused"]
type Power = Literal["grid", "bridge", "islanded"]
type Plant = Literal["engines", "frame_turbines", "fuel_cells"]
PLANTS: tuple[Plant, ...] = get_args(Plant.__value__)
"""Kinds of power on site, in the order in which arrays number them."""


class Site(Parameters):
    """One campus: a real site, a comparator (a rival), or a candidate for later choice."""

    key: str
    name: str
    role: Role
    developer: str = ""
    cloud: str = ""
    region: str
    state: str
    county: str = ""
    country: str = "US"
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    facility_mw: float = Field(ge=0, le=100_000)
    it_mw: float = Field(ge=0, le=100_000)
    phases: int = Field(ge=0, le=100)
    phases_at_start: int = Field(1, ge=1, le=100)
    announced: date | None = None
    build_start: date | None = None
    build_end: date | None = None
    power: Power = "grid"
    plant: Plant = Field("engines", description="Power on site, where there is any")
    cooling: Literal["closed", "evaporative"] = "closed"
    interconnect_weeks: float | None = Field(None, ge=0, le=1_000)
    households: int = Field(20_000, ge=100, le=20_000_000)
    predisposition: float = Field(0.0, ge=-1, le=1)
    water_stress: float = Field(0.3, ge=0, le=1)
    state_land: bool = Field(False, description="Whether its line or pipe crosses state land")
    source: str
    note: str = ""


class Region(Parameters):
    """A grid, a labour market and a water basin."""

    key: str
    name: str
    headroom_mw: float = Field(ge=0, le=1e6)
    headroom_mw_per_year: float = Field(ge=0, le=1e6)
    electrical: float = Field(ge=0, le=1e7)
    mechanical: float = Field(ge=0, le=1e7)
    civil: float = Field(ge=0, le=1e7)
    commissioning: float = Field(ge=0, le=1e7)
    wage_usd_per_h: float = Field(ge=1, le=1_000)
    households: float = Field(ge=100, le=1e9)
    residential_mwh_per_year: float = Field(ge=100, le=1e10)
    tight: float = Field(ge=0, le=1)
    zoned_ha: float = Field(
        1_000_000, ge=0, le=1e8, description="Zoned land; by default never short"
    )
    source: str
    note: str = ""


class Record(Parameters):
    """A dated fact about the phases of a site: an activity that started, finished or waited."""

    site: str
    first_phase: int = Field(ge=1)
    last_phase: int = Field(ge=1)
    activity: str
    status: Literal["started", "finished", "not_before"]
    date: date
    grade: Literal["A", "B", "C"]
    source: str


class Cloud(Parameters):
    """A cloud or landlord who builds with his own balance sheet and leases to the lab."""

    key: str
    name: str
    equity_usd: float = Field(
        ge=0,
        le=1e14,
        description="Equity that he and his backers would put into the programme [USD]",
    )
    integration: float = Field(ge=0, le=1, description="Depth of integration with the hardware")
    margin: float = Field(ge=0, le=1, description="Markup on the lease")
    takes_new: bool = Field(True, description="Whether he takes sites that the lab chooses later")
    source: str


class Contractor(Parameters):
    """A developer and builder: crews limit the phases built at once."""

    key: str
    name: str
    crews: float = Field(ge=0.1, le=10_000, description="Phases that he can build at once")
    pace: float | None = Field(
        None, ge=0.1, le=10, description="Building time over the usual one, where it is on record"
    )
    source: str


class Outage(Parameters):
    """A partner or maker who is out: a what-if question."""

    node: str = Field(description="Its key on the partnership graph, such as cloud:oracle")
    start: date | None = Field(None, description="First day; by default the start of strategies")
    weeks: float | None = Field(None, gt=0, le=5_200, description="How long; by default for good")


class SoftwareStep(Parameters):
    """A leap of software that serves more tokens from every megawatt: a what-if question."""

    start: date
    factor: float = Field(ge=0.01, le=5, description="Tokens per MW over those without it")


class DatedSeries(Parameters):
    """Dated input, read by linear interpolation; after `observed_until` it is an assumption."""

    dates: tuple[date, ...]
    values: tuple[Annotated[float, Field(ge=-1e6, le=1e6)], ...]
    source: str
    observed_until: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if len(self.dates) != len(self.values) or not self.dates:
            raise ValueError("dates and values must be equally long and not empty")
        if any(a >= b for a, b in zip(self.dates, self.dates[1:], strict=False)):
            raise ValueError("dates must rise")
        return self


class InstalledBase(DatedSeries):
    """Capacity that the lab rents outside the programme [MW]."""

    after_factor: float = par(
        1.0,
        "1",
        "Multiplier on growth after the last observed date",
        "assumption",
        "C",
        (0.6, 1.5),
        gt=0,
    )


class Governance(Parameters):
    """Who builds what the lab chooses later, and on whose balance sheet.

    In a partnership clouds and landlords build and let; a centralised lab builds what its own
    balance sheet carries; a hybrid builds that and leases the rest.
    """

    mode: Literal["partnership", "centralised", "hybrid"] = "partnership"
    partners: int = Field(
        default=0,
        ge=0,
        le=16,
        description="Equal partners who share what all partners together could still put in; 0: "
        "those of the world",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        """Take ``governance = "hybrid"`` for a mode."""
        return {"mode": value} if isinstance(value, str) else value

    @property
    def builds(self) -> bool:
        """Whether the lab builds on its own balance sheet."""
        return self.mode != "partnership"

    @property
    def leases(self) -> bool:
        """Whether others build for it."""
        return self.mode != "centralised"


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
        _unique("site", (s.key for s in self.sites))
        _unique("region", (r.key for r in self.regions))
        regions = [r.key for r in self.regions]
        clouds = [c.key for c in self.clouds]
        contractors = [c.key for c in self.contractors]
        sites = [s.key for s in self.sites]
        for site in self.sites:
            _known("region", site.region, regions, f"site {site.key!r}")
            if site.role in ("programme", "candidate"):
                _known("contractor", site.developer, contractors, f"site {site.key!r}")
                _known("cloud", site.cloud, clouds, f"site {site.key!r}")
                if site.phases < 1 or site.facility_mw <= 0:
                    raise ValueError(f"site {site.key!r} needs phases >= 1 and facility_mw > 0")
        phases = {s.key: s.phases for s in self.sites}
        for record in self.records:
            _known("site", record.site, sites, "a record")
            where = f"a record of {record.site!r}"
            _known("activity", record.activity, ACTIVITIES, where)
            if not record.first_phase <= record.last_phase <= phases[record.site]:
                raise ValueError(
                    f"{where} names phases {record.first_phase}-{record.last_phase} "
                    f"of {phases[record.site]}"
                )
        for outage in self.outages:
            _known("node", outage.node, vendor_nodes(self), "an outage")
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
        _known("site", key, [s.key for s in self.sites], "without_site")
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
            raise InputError(_unknown("parameter", error.args[0], known, "with_values")) from error
        except ValidationError as error:
            raise InputError(_explain(error, self.name)) from error


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


class Levers(Parameters):
    """What a strategy can do. The defaults are S0: decide, announce, defend.

    What each acts on and how it is priced is told in :mod:`ecosystem.levers`.
    """

    openness: float = par(
        0.3,
        "1",
        "Openness of the process: disclosure, public hearings, answers. Costs 0.1% of capex at 1",
        "P088, P096; cost: assumption",
        "C",
        ge=0,
        le=1,
    )
    engagement_extra_weeks: float = par(
        0,
        "week",
        "Engagement before filing beyond the usual; its cost is its own time",
        "P101",
        "C",
        ge=0,
        le=104,
    )
    agreement_share_of_capex: float = par(
        0,
        "1",
        "Money of a negotiated community benefit agreement, as a share of campus capex",
        "P102: 0.03-0.83%",
        "B",
        ge=0,
        le=0.03,
    )
    agreement_binding: float = par(
        0,
        "1",
        "How far the agreement binds (enforceable, capped water and noise)",
        "docs/odd.md",
        "C",
        ge=0,
        le=1,
    )
    agreement_weeks: float = par(
        0,
        "week",
        "Negotiation time added to engagement",
        "P114: 1-9 months",
        "C",
        ge=0,
        le=52,
    )
    cash_usd_per_household_year: float = par(
        0,
        "USD/(household yr)",
        "One-sided cash to households of the host community",
        "docs/odd.md",
        "C",
        ge=0,
        le=5_000,
    )
    academy_seats_per_year: float = par(
        0,
        "1/yr",
        "Apprentice seats opened per year and region with a programme site",
        "P133, P138",
        "C",
        ge=0,
        le=5_000,
    )
    upskilling_seats_per_year: float = par(
        0,
        "1/yr",
        "Short courses per year and region that bring workers of other trades in",
        "P136",
        "C",
        ge=0,
        le=10_000,
    )
    pre_apprenticeship_seats_per_year: float = par(
        0,
        "1/yr",
        "Seats per year and region that prepare for an apprenticeship; who completes takes one of "
        "the academy's seats, as far as there are any",
        "P136, P137",
        "C",
        ge=0,
        le=10_000,
    )
    placebo_share_of_capex: float = par(
        0,
        "1",
        "Money that is spent and moves nothing: the control",
        "docs/odd.md",
        "C",
        ge=0,
        le=0.03,
    )
    closed_loop: float = par(
        0,
        "1",
        "Sites announced under the strategy cool in a closed loop; from 0.5 on, yes",
        "P177, P178",
        "B",
        ge=0,
        le=1,
    )
    on_site_engines: float = par(
        0,
        "1",
        "Sites announced under the strategy build engines, until the grid comes where it does; "
        "from 0.5 on, yes",
        "P026, P030",
        "B",
        ge=0,
        le=1,
    )
    on_site_fuel_cells: float = par(
        0,
        "1",
        "The same with fuel cells, before engines if both are set",
        "P028, P030",
        "B",
        ge=0,
        le=1,
    )
    non_firm: float = par(
        0,
        "1",
        "Sites announced under the strategy accept curtailment, and need no firm headroom; from "
        "0.5 on, yes",
        "Norris 2025",
        "B",
        ge=0,
        le=1,
    )
    equipment_reserved_weeks: float = par(
        0,
        "week",
        "Long-lead equipment that is ordered ahead of the design, for a fee",
        "P034, P037",
        "B",
        ge=0,
        le=156,
    )
    repeat_design: float = par(
        0,
        "1",
        "Sites announced under the strategy repeat their builder's last design: faster to draw, "
        "made for older racks; from 0.5 on, yes",
        "P200",
        "C",
        ge=0,
        le=1,
    )

    chips_prepaid_share: float = par(
        0,
        "1",
        "Share of the price of racks that is paid as they are ordered: the maker serves such "
        "orders sooner, and the money is borrowed until they come",
        "assumption",
        "C",
        ge=0,
        le=1,
    )

    @property
    def plant(self) -> Plant | None:
        """Power on site that the strategy builds; None leaves it as planned."""
        if self.on_site_fuel_cells >= 0.5:
            return "fuel_cells"
        return "engines" if self.on_site_engines >= 0.5 else None

    rate_protection: float = par(
        0,
        "1",
        "Part of the grid cost that the usual tariff leaves to other customers which the load "
        "takes on: 1 pays all of it",
        "P186",
        "C",
        ge=0,
        le=1,
    )
    take_or_pay_share: float = par(
        0,
        "1",
        "Share of contracted demand that is paid for from connection on, drawn or not",
        "P008: 0.85 in Ohio",
        "B",
        ge=0,
        le=1,
    )
    deposit_usd_per_mw: float = par(
        0,
        "USD/MW",
        "Deposit that all who ask a utility for a study post; it comes back with the connection",
        "P007",
        "C",
        ge=0,
        le=500_000,
    )
    local_hire_added: float = par(
        0,
        "1",
        "Share of craft hours and jobs for residents beyond the usual one, where there are enough",
        "P124",
        "C",
        ge=0,
        le=0.6,
    )
    offer_step: float = par(
        0,
        "1",
        "Adaptive: the offer (all levers but these four) begins at nothing and grows by this "
        "share a quarter while it is called for, and shrinks while not; 0: all of it at once",
        "assumption",
        "C",
        ge=0,
        le=1,
    )
    offer_below_support: float = par(
        0,
        "1",
        "Adaptive: mean support below which more is offered, as where opponents organise",
        "assumption",
        "C",
        ge=-1,
        le=1,
    )
    redesign_at_opposing: float = par(
        1,
        "1",
        "Adaptive: mobilised opposing share from which the lab redesigns a site, once, unasked; "
        "1: never",
        "assumption",
        "C",
        ge=0,
        le=1,
    )
    exit_after_denials: float = par(
        100,
        "denials",
        "Adaptive: denials after which the lab leaves a site; 100: never",
        "assumption",
        "C",
        ge=1,
        le=100,
    )


RULES = (
    "offer_step",
    "offer_below_support",
    "redesign_at_opposing",
    "exit_after_denials",
)
"""Levers that say how the lab adapts; they are no part of the offer."""

SPENDING = (
    "agreement_share_of_capex",
    "cash_usd_per_household_year",
    "academy_seats_per_year",
    "upskilling_seats_per_year",
    "pre_apprenticeship_seats_per_year",
    "placebo_share_of_capex",
    "rate_protection",
    "take_or_pay_share",
    "deposit_usd_per_mw",
    "local_hire_added",
    "chips_prepaid_share",
)
"""Levers that scale with money when strategies are compared at equal budget; the others say how
something is done, not how much of it, and stay."""


class Where(Parameters):
    """The sites that a strategy is for: those that fit all that is said; without it, all."""

    only: tuple[str, ...] = Field(default=(), description="Keys of sites")
    region: tuple[str, ...] = Field(default=(), description="Keys of regions")
    state: tuple[str, ...] = Field(default=(), description="States, as in sites.csv")
    role: tuple[Literal["programme", "candidate"], ...] = Field(default=(), description="Roles")
    min_gw: float = Field(default=0.0, ge=0, description="Facility power from which on [GW]")
    max_gw: float | None = Field(default=None, gt=0, description="Facility power below which [GW]")

    def chooses(self, site: Site) -> bool:
        """Return whether a site is meant."""
        named = (
            (self.only, site.key),
            (self.region, site.region),
            (self.state, site.state),
            (self.role, site.role),
        )
        fits = all(not chosen or value in chosen for chosen, value in named)
        gw = site.facility_mw / MW_PER_GW
        return fits and self.min_gw <= gw and (self.max_gw is None or gw < self.max_gw)


class AfterAnnouncement(Parameters):
    """When levers act at a site, in weeks from its announcement."""

    from_week: float = Field(default=0.0, ge=0, le=1_040)
    until_week: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until_week is not None and self.from_week >= self.until_week:
            raise ValueError("from_week must come before until_week")
        return self


class Condition(Parameters):
    """What must have come about at a site before levers act there, and go on acting.

    It is met when every line that is given holds in the same week.
    """

    support_below: float = Field(
        default=1.0, ge=-1, le=1, description="Mean opinion of the community"
    )
    trust_below: float = Field(default=1.0, ge=0, le=1, description="Trust in the sponsor")
    opposing_above: float = Field(default=0.0, ge=0, lt=1, description="Mobilised opposing share")
    denials: int = Field(default=0, ge=0, le=10, description="Denials so far, at least")
    organised: bool = Field(default=False, description="Whether opponents must be organised")


class Strategy(Parameters):
    """A community-investment strategy: levers, and when, where and on what condition they act."""

    key: str
    name: str
    description: str
    start: date | None = None
    until: date | None = None
    source: str = ""
    of_budget: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Share of the common budget in a comparison at equal budget",
    )
    governance: Governance | None = Field(
        default=None,
        description="Who builds what the lab chooses later; without it, as in the world",
    )
    levers: Levers = Levers()
    after_announcement: AfterAnnouncement = AfterAnnouncement()
    where: Where = Where()
    condition: Condition = Condition()

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.start and self.until and self.start >= self.until:
            raise ValueError(f"start {self.start} must come before until {self.until}")
        return self

    @property
    def always(self) -> bool:
        """Whether levers act everywhere and at once from the start on."""
        usual = Strategy(key="", name="", description="")
        narrowed = ("until", "after_announcement", "where", "condition")
        plain = all(getattr(self, name) == getattr(usual, name) for name in narrowed)
        return plain and not self.levers.offer_step

    def scaled(self, factor: float) -> Self:
        """Return the strategy with its spending levers times `factor`, within their bounds."""
        values = self.levers.model_dump()
        for card in cards(self.levers):
            if card.path in SPENDING:
                values[card.path] = min(factor * card.value, upper_bound(card.path))
        return type(self).model_validate({**dict(self), "levers": Levers(**values)})


def upper_bound(lever: str) -> float:
    """Return the largest value that a lever may have."""
    return float(next(m.le for m in Levers.model_fields[lever].metadata if hasattr(m, "le")))


def targets(strategy: Strategy, world: World) -> list[bool]:
    """Return for each site that is or may be built whether the strategy is for it.

    Raises
    ------
    InputError
        If the strategy names a site, region or state that the world lacks, or means no site.
    """
    built = [site for site in world.sites if site.role in ("programme", "candidate")]
    where = strategy.where
    for what, named, known in (
        ("site", where.only, [site.key for site in built]),
        ("region", where.region, [region.key for region in world.regions]),
        ("state", where.state, sorted({site.state for site in built})),
    ):
        place = f"strategy {strategy.key!r} in world {world.name!r}: where"
        for name in named:
            if name not in known:
                raise InputError(_unknown(what, name, known, place))
    chosen = [where.chooses(site) for site in built]
    if not any(chosen):
        raise InputError(
            f"strategy {strategy.key!r}: no site of world {world.name!r} fits all of [where]. "
            "Name fewer of its keys, or wider limits."
        )
    return chosen


def load_world(name: str | Path) -> World:
    """Read a world by the name of a shipped one or by the path of a TOML file.

    Raises
    ------
    InputError
        If there is no such world, or a file, key or value in it is wrong.
    """
    path = _find(name, "worlds", "world")
    raw = _read_toml(path)
    for key, model in (("sites", Site), ("regions", Region), ("records", Record)):
        if isinstance(raw.get(key), str):
            raw[key] = _read_csv(path, raw[key], model)
    without = raw.pop("without_sites", [])
    try:
        world = World.model_validate(raw)
        for key in without:
            world = world.without_site(key)
    except ValidationError as error:
        raise InputError(_explain(error, str(path), World)) from error
    except ValueError as error:
        raise InputError(f"{path}: without_sites: {error}") from error
    return world


def load_strategy(name: str | Path) -> Strategy:
    """Read a strategy by the id of a shipped one (``S2``) or by the path of a TOML file.

    ``extends = "S2"`` takes levers, times, places and conditions of another strategy and changes
    those that are named.

    Raises
    ------
    InputError
        If there is no such strategy, or a key or value in it is wrong.
    """
    return _load_strategy(name, ())


_OWN = {"key", "name", "description", "source", "of_budget"}
"""What a strategy does not take over from the one that it extends."""


def parse_strategy(text: str, where: str) -> Strategy:
    """Read a strategy from the text of a TOML file; `where` names it in messages.

    By the rules of :func:`load_strategy`, but for one: ``extends`` names a shipped strategy, never
    a path, so that text from anywhere can open no file.

    Raises
    ------
    InputError
        If the text is no TOML, or a key or value in it is wrong.
    """

    def base(parent: str) -> Strategy:
        known = shipped("strategies")
        if parent.lower() not in map(str.lower, known):
            raise InputError(_unknown("strategy", parent, known, f"{where}: extends"))
        return load_strategy(parent)

    return _extended(_parsed(text, where), where, base)


def _load_strategy(name: str | Path, above: tuple[Path, ...]) -> Strategy:
    path = _find(name, "strategies", "strategy", f"{above[-1]}: extends" if above else "")
    if path in above:
        raise InputError(f"{path}: extends: the strategies extend one another in a circle")

    def base(parent: str) -> Strategy:
        beside = path.parent / f"{parent}.toml"
        return _load_strategy(beside if beside.exists() else parent, (*above, path))

    return _extended(_read_toml(path), str(path), base)


def _extended(raw: dict[str, Any], where: str, base: Callable[[str], Strategy]) -> Strategy:
    """Validate what a file says, together with what it takes over from the one it extends."""
    parent = raw.pop("extends", None)
    if parent is not None:
        if not isinstance(parent, str):
            raise InputError(f'{where}: extends = {parent!r}: name a strategy, such as "S2".')
        inherited = base(parent).model_dump(exclude=_OWN, exclude_unset=True)
        for name, value in inherited.items():
            own = raw.get(name, {})
            if not isinstance(value, dict):
                raw.setdefault(name, value)
            elif isinstance(own, dict):
                raw[name] = {**value, **own}
    try:
        return Strategy.model_validate(raw)
    except ValidationError as error:
        raise InputError(_explain(error, where, Strategy)) from error


def write_template(name: str) -> list[Path]:
    """Write a world to fill in, with a strategy, into a new folder `name`; return the files.

    Raises
    ------
    InputError
        If the name will not do, or the folder is already there.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(
            f"new-world {name!r}: a name has small letters, digits and _, and begins with a letter."
        )
    if name in shipped("worlds"):
        raise InputError(f"new-world {name!r}: a world of that name comes with the package.")
    folder, written = Path(name), []
    try:
        folder.mkdir()
        for source in sorted((DATA / "template").iterdir()):
            target = folder / (f"{name}.toml" if source.name == "world.toml" else source.name)
            text = source.read_text(encoding="utf-8").replace("{name}", name)
            target.write_text(text, encoding="utf-8")
            written.append(target)
    except FileExistsError as error:
        raise InputError(
            f"new-world {name!r}: the folder is already there; nothing was written. Choose another "
            "name, or remove it first."
        ) from error
    except OSError as error:
        raise InputError(f"new-world {name!r}: {error.strerror}.") from error
    return written


def shipped(folder: Literal["worlds", "strategies"]) -> list[str]:
    """Return the names of the worlds or strategies that come with the package."""
    return sorted(p.stem for p in (DATA / folder).glob("*.toml"))


def uncertain(world: World) -> list[Card]:
    """Return the cards of all numbers of a world that futures sample."""
    return [card for card in cards(world) if card.sample is not None]


def _find(
    name: str | Path, folder: Literal["worlds", "strategies"], what: str, where: str = ""
) -> Path:
    given = Path(name)
    if given.suffix == ".toml":
        if not given.is_file():
            raise InputError(f"No {what} file {str(given)!r}. Give the path of a TOML file.")
        return given.resolve()
    known = shipped(folder)
    match = {k.lower(): k for k in known}.get(str(name).lower())
    if match is None:
        raise InputError(_unknown(what, str(name), known, where or "the command"))
    return DATA / folder / f"{match}.toml"


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {error}") from error
    except RecursionError as error:
        raise InputError(f"{path}: cannot be read as TOML: brackets inside brackets.") from error


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers too long, brackets too deep
        raise InputError(f"{where}: cannot be read as TOML: {error}") from error


def _read_csv(world_file: Path, name: str, model: type[BaseModel]) -> list[BaseModel]:
    """Read a table beside the world file, or else from the package's data."""
    path = next((p for p in (world_file.parent / name, DATA / name) if p.is_file()), None)
    if path is None:
        raise InputError(f"{world_file}: no table {name!r} beside it or in {DATA}.")
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as CSV: {error}") from error
    parsed = []
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise InputError(f"{path}, line {number}: {len(row)} fields do not fit the header.")
        filled = {key: value for key, value in row.items() if value != ""}
        try:
            parsed.append(model.model_validate(filled))
        except ValidationError as error:
            raise InputError(_explain(error, f"{path}, line {number}", model)) from error
    return parsed


def _explain(error: ValidationError, where: str, model: type[BaseModel] | None = None) -> str:
    """Turn Pydantic's report into one line with file, key, value and limit."""
    lines = []
    for item in error.errors():
        path = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            known = _fields_at(model, item["loc"][:-1]) if model else []
            lines.append(_unknown("key", path, known, where, leaf=str(item["loc"][-1])))
        elif item["type"] == "missing":
            lines.append(f"{where}: {path} is missing.")
        else:
            value = item["input"]
            shown = f" = {value!r}" if isinstance(value, str | int | float | bool) else ""
            message = item["msg"].removeprefix("Value error, ")
            place = f"{path}{shown}: " if path else ""
            stop = "" if message.endswith((".", "?")) else "."
            lines.append(f"{where}: {place}{message}{stop}")
    return "\n".join(lines)


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the valid keys at a place in a nested group."""
    current: Any = model
    for part in location:
        if isinstance(part, int):  # a place in a tuple of groups
            current = get_args(current)[0]
            continue
        field = getattr(current, "model_fields", {}).get(part)
        if field is None:
            return []
        current = field.annotation
    return list(getattr(current, "model_fields", {}))


def _unknown(
    what: str, name: str, known: Iterable[str], where: str, leaf: str | None = None
) -> str:
    known = list(known)
    near = get_close_matches(leaf or name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}." * bool(known)
    return f"{where}: unknown {what} {name!r}.{hint}"


def _known(what: str, name: str, known: Collection[str], where: str) -> None:
    if name not in known:
        raise ValueError(_unknown(what, name, known, where))


def _unique(what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{what} {key!r} occurs twice")
        seen.add(key)
