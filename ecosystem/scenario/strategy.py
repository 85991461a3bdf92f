"""A strategy: its levers, and when, where and on what condition they act."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from ecosystem.errors import InputError
from ecosystem.parameters import Parameters, cards
from ecosystem.scenario.offer import SPENDING, Levers, upper_bound
from ecosystem.scenario.partners import Governance
from ecosystem.scenario.places import Site
from ecosystem.scenario.wording import unknown
from ecosystem.scenario.world import World
from ecosystem.units import MW_PER_GW


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
                raise InputError(unknown(what, name, known, place))
    chosen = [where.chooses(site) for site in built]
    if not any(chosen):
        raise InputError(
            f"strategy {strategy.key!r}: no site of world {world.name!r} fits all of [where]. "
            "Name fewer of its keys, or wider limits."
        )
    return chosen
