"""The numbers of the model, group by group: each with unit, meaning, source, grade and range.

Group ``numbers.grid`` of a world file is class `Grid` in module ``grid``, and so on.

Sources are written as ids of ``data/sources.csv`` or in words. Grade C marks an assumption: it is
always sampled, never a hidden constant. A world file overrides any of them by name.
"""

from ecosystem.numbers.capital import Capital
from ecosystem.numbers.chips import Chips
from ecosystem.numbers.climate import Climate
from ecosystem.numbers.cluster import Cluster
from ecosystem.numbers.contractors import Contractors
from ecosystem.numbers.delivery import Delivery
from ecosystem.numbers.disruptions import Disruptions
from ecosystem.numbers.equipment import Equipment
from ecosystem.numbers.grid import Grid
from ecosystem.numbers.lab import Lab
from ecosystem.numbers.land import Land
from ecosystem.numbers.local import Local
from ecosystem.numbers.market import Market
from ecosystem.numbers.options import Options
from ecosystem.numbers.regulators import Regulators
from ecosystem.numbers.society import Society
from ecosystem.numbers.workforce import Workforce
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
