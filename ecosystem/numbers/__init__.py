"""The numbers of the model, group by group: each with unit, meaning, source, grade and range.

Sources are written as ids of ``data/sources.csv`` or in words. Grade C marks an assumption: it is
always sampled, never a hidden constant. A world file overrides any of them by name.
"""

from ecosystem.numbers.authorities import Regulators
from ecosystem.numbers.building import Chips, Contractors, Delivery, Equipment, Land, Options
from ecosystem.numbers.compute import Cluster
from ecosystem.numbers.grids import Climate, Grid
from ecosystem.numbers.money import Capital, Lab, Market
from ecosystem.numbers.people import Local, Society, Workforce
from ecosystem.numbers.vendors import Disruptions
from ecosystem.parameters import Parameters

__all__ = [
    "Capital",
    "Chips",
    "Climate",
    "Cluster",
    "Contractors",
    "Delivery",
    "Disruptions",
    "Equipment",
    "Grid",
    "Lab",
    "Land",
    "Local",
    "Market",
    "Numbers",
    "Options",
    "Regulators",
    "Society",
    "Workforce",
]


class Numbers(Parameters):
    """All groups."""

    delivery: Delivery = Delivery()
    grid: Grid = Grid()
    equipment: Equipment = Equipment()
    chips: Chips = Chips()
    contractors: Contractors = Contractors()
    disruptions: Disruptions = Disruptions()
    workforce: Workforce = Workforce()
    society: Society = Society()
    regulators: Regulators = Regulators()
    capital: Capital = Capital()
    lab: Lab = Lab()
    cluster: Cluster = Cluster()
    market: Market = Market()
    local: Local = Local()
    climate: Climate = Climate()
    options: Options = Options()
    land: Land = Land()
