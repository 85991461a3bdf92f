"""Who builds, lets and pays in a world, and what befalls them."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ecosystem.parameters import Parameters, par


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
