"""Rows of the tables of a world: sites, regions, dated records."""

from datetime import date
from typing import Literal, get_args

from pydantic import Field

from ecosystem.numbers import Delivery
from ecosystem.parameters import Parameters

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
