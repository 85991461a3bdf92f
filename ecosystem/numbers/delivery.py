"""Numbers of group ``delivery``."""

from ecosystem.parameters import Parameters, par


class Delivery(Parameters):
    """Irreducible work of one phase (a building), and its spread."""

    land_weeks: float = par(8, "week", "Land control", "P041 cases", "C", (4, 16), ge=0)
    engagement_weeks: float = par(
        12, "week", "Public engagement before filing", "P101, P114", "C", (6, 26), ge=0
    )
    study_weeks: float = par(
        26, "week", "Interconnection study once started", "P001, P019", "C", (13, 39), ge=1
    )
    design_weeks: float = par(16, "week", "Design", "practice", "C", (12, 26), ge=1)
    permit_weeks: float = par(
        30,
        "week",
        "Zoning, site plan and state permits without dispute",
        "P041",
        "B",
        (13, 52),
        ge=1,
    )
    interconnect_weeks: float = par(
        87,
        "week",
        "Grid connection build: substation and line work",
        "P005, P015, epoch_frontier",
        "B",
        (40, 120),
        ge=1,
    )
    air_permit_weeks: float = par(
        17, "week", "Minor or standard air permit for on-site power", "P044", "B", (9, 35), ge=0
    )
    bridge_weeks: float = par(
        42,
        "week",
        "On-site bridge power (engines, small turbines) after its air permit",
        "P026, P028",
        "B",
        (26, 65),
        ge=1,
    )
    equipment_weeks: float = par(
        61,
        "week",
        "Long-lead electrical equipment after order, developer stock counted",
        "P034, P037, epoch_frontier",
        "B",
        (40, 104),
        ge=1,
    )
    chips_weeks: float = par(26, "week", "Rack order to delivery", "practice", "C", (13, 39), ge=1)
    fibre_weeks: float = par(26, "week", "Long-haul fibre", "practice", "C", (13, 52), ge=1)
    sitework_weeks: float = par(
        10.5, "week", "Clearing and earthworks", "P142-P145, epoch_frontier", "C", (6, 14), ge=1
    )
    shell_weeks: float = par(
        24,
        "week",
        "Foundation to weather-tight shell",
        "P145, P148, epoch_frontier",
        "B",
        (16, 34),
        ge=1,
    )
    mep_weeks: float = par(
        20,
        "week",
        "Mechanical, electrical and plumbing fit-out",
        "P145, P148, epoch_frontier",
        "B",
        (14, 30),
        ge=1,
    )
    energise_weeks: float = par(5.3, "week", "Energisation", "practice", "C", (2, 8), ge=1)
    racks_weeks: float = par(
        8, "week", "Rack installation", "M057-M058, epoch_frontier", "B", (4, 12), ge=1
    )
    commissioning_weeks: float = par(
        5.3, "week", "Commissioning", "M057-M058, epoch_frontier", "B", (3, 10), ge=1
    )
    sigma_activity: float = par(
        0.20,
        "1",
        "Log standard deviation of one activity's duration",
        "P151",
        "C",
        (0.1, 0.35),
        ge=0,
        le=1,
    )
    sigma_site: float = par(
        0.12,
        "1",
        "Log standard deviation shared by all work at one site",
        "P151, Elmaghraby 2000",
        "C",
        (0.05, 0.25),
        ge=0,
        le=1,
    )
    sigma_region: float = par(
        0.08,
        "1",
        "Log standard deviation shared by a region",
        "Elmaghraby 2000",
        "C",
        (0.0, 0.15),
        ge=0,
        le=1,
    )
    sigma_builder: float = par(
        0.45,
        "1",
        "Log standard deviation of a factor that all sites of one builder share",
        "epoch_frontier",
        "B",
        (0.25, 0.65),
        ge=0,
        le=1.5,
    )
    hours_per_mw: float = par(
        9_500,
        "h/MW",
        "Craft hours per facility MW",
        "P123",
        "B",
        (6_000, 14_000),
        "lognormal",
        gt=0,
    )
    later_phase_share: float = par(
        0.35,
        "1",
        "Share of the design work that a repeated building still needs",
        "practice",
        "C",
        (0.15, 0.6),
        ge=0,
        le=1,
    )
