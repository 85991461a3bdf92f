"""How things are (`World`) and what the policy does (`Strategy`): TOML and CSV in, validated.

Everything that an analyst edits passes through here. A typo, a value out of range or an unknown
name becomes one line that says the file, the key, the value, the limit and the way out.
"""

from ecosystem.scenario.files import (
    DATA,
    load_strategy,
    load_world,
    parse_strategy,
    shipped,
    write_template,
)
from ecosystem.scenario.offer import RULES, SPENDING, Levers, upper_bound
from ecosystem.scenario.partners import (
    Cloud,
    Contractor,
    DatedSeries,
    Governance,
    InstalledBase,
    Outage,
    SoftwareStep,
)
from ecosystem.scenario.places import ACTIVITIES, PLANTS, Plant, Power, Record, Region, Role, Site
from ecosystem.scenario.strategy import AfterAnnouncement, Condition, Strategy, Where, targets
from ecosystem.scenario.world import World, uncertain, vendor_nodes

__all__ = [
    "ACTIVITIES",
    "DATA",
    "PLANTS",
    "RULES",
    "SPENDING",
    "AfterAnnouncement",
    "Cloud",
    "Condition",
    "Contractor",
    "DatedSeries",
    "Governance",
    "InstalledBase",
    "Levers",
    "Outage",
    "Plant",
    "Power",
    "Record",
    "Region",
    "Role",
    "Site",
    "SoftwareStep",
    "Strategy",
    "Where",
    "World",
    "load_strategy",
    "load_world",
    "parse_strategy",
    "shipped",
    "targets",
    "uncertain",
    "upper_bound",
    "vendor_nodes",
    "write_template",
]
