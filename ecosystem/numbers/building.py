"""Numbers of building: activities, makers, builders, options of a site, land."""

from ecosystem.parameters import Parameters, par
from ecosystem.rationing import Rule


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


class Equipment(Parameters):
    """Makers of transformers and switchgear."""

    slots_mw: float = par(
        11_500,
        "MW",
        "Long-lead equipment that can be in production at once, for the programme and its rivals",
        "P034, P040",
        "C",
        (8_500, 16_000),
        gt=0,
    )
    rival_slots_mw: float = par(
        4_500,
        "MW",
        "Slots that rivals hold, more where more of theirs on record is in production: the "
        "rival campuses of sites.csv held as much in 2026",
        "sites.csv",
        "C",
        (3_000, 6_000),
        ge=0,
    )
    expansion_weeks: float = par(
        130,
        "week",
        "From decision to added capacity",
        "docs/odd.md",
        "C",
        (104, 156),
        ge=1,
    )
    expansion_step: float = par(
        0.25, "1", "Capacity added by one expansion", "P040", "C", (0.1, 0.5), ge=0
    )
    backlog_trigger: float = par(
        0.3,
        "1",
        "Waiting orders over capacity that trigger an expansion",
        "P040",
        "C",
        (0.1, 0.6),
        ge=0,
    )
    rationing: Rule = par(
        "fifo",
        "1",
        "Who gets slots when they are short: equal_share, critical_first or fifo",
        "docs/odd.md",
        "B",
    )


class Chips(Parameters):
    """The chip maker."""

    mw_per_week: float = par(
        190,
        "MW/week",
        "Racks that the maker delivers to all customers in 2025: H100-equivalents in use by its "
        "end, growing 2.3 times a year, are about 9 GW of new racks",
        "h100e_2025, nvidia_stock_growth",
        "C",
        (140, 260),
        gt=0,
    )
    rival_mw_per_week: float = par(
        140,
        "MW/week",
        "Racks that other customers order in 2025: the lab had a tenth of what was in use, and "
        "a larger part of what was new",
        "h100e_2025, P197",
        "C",
        (100, 180),
        ge=0,
    )
    growth_per_year: float = par(
        0.35,
        "1/yr",
        "Growth of what the maker delivers by plan, and of what others order",
        "nvidia_stock_growth",
        "C",
        (0.15, 0.6),
        ge=-0.5,
        le=2,
    )
    rival_patience_weeks: float = par(
        52,
        "week",
        "Mean time after which others give up an order that is not served",
        "assumption",
        "C",
        (26, 104),
        gt=1,
    )
    priority_of_standing: float = par(
        1.0,
        "1",
        "Exponent of a customer's standing, over that of a new one, in its priority",
        "docs/odd.md",
        "C",
        (0.0, 2.0),
        ge=0,
        le=10,
    )
    priority_of_prepayment: float = par(
        0.5,
        "1",
        "Priority that orders paid for in advance have above others",
        "assumption",
        "C",
        (0.0, 1.5),
        ge=0,
        le=10,
    )
    backlog_trigger_weeks: float = par(
        13,
        "week",
        "Backlog, in weeks of deliveries, beyond which the maker adds capacity to its plan",
        "assumption",
        "C",
        (4, 39),
        ge=0,
    )
    expansion_weeks: float = par(
        65,
        "week",
        "From that decision to racks: packaging lines and memory",
        "assumption",
        "C",
        (39, 104),
        ge=1,
    )
    expansion_step: float = par(
        0.15, "1", "Capacity added by one such decision", "assumption", "C", (0.05, 0.3), ge=0
    )
    ramp_weeks: float = par(
        26,
        "week",
        "Time from the first deliveries of a generation to full output",
        "assumption",
        "C",
        (13, 52),
        gt=0,
    )
    ramp_start_share: float = par(
        0.75,
        "1",
        "Share of full output at the first deliveries of a generation",
        "assumption",
        "C",
        (0.5, 1.0),
        gt=0,
        le=1,
    )
    outage_per_year: float = par(
        0.15, "1/yr", "Rate of supply disruptions", "assumption", "C", (0.0, 0.4), ge=0
    )
    outage_weeks: float = par(
        8, "week", "Mean length of a disruption", "assumption", "C", (3, 16), gt=0
    )
    outage_depth: float = par(
        0.5, "1", "Share of supply lost in a disruption", "assumption", "C", (0.2, 0.9), ge=0, le=1
    )
    chip_life_years: float = par(
        5.5,
        "yr",
        "Life of accelerators, then renewed in the same megawatts",
        "formulas section 7",
        "C",
        (4, 7),
        gt=1,
    )
    generation_weeks: float = par(
        78,
        "week",
        "Weeks between generations after the last announced one: 30 to 87 between those of "
        "hardware.csv, 52 to 104 in this model",
        "hardware.csv",
        "C",
        (52, 104),
        ge=8,
    )
    generation_flop_gain: float = par(
        1.6,
        "1",
        "Peak FLOP/s per IT watt of such a generation over the one before: H100 to Rubin Ultra "
        "was 1.7 in 78 weeks, GB200 to Rubin Ultra 1.9",
        "hardware.csv",
        "C",
        (1.25, 1.9),
        gt=0,
        le=10,
    )
    generation_token_gain: float = par(
        1.5,
        "1",
        "Tokens per IT watt of such a generation over the one before: GB200 to Rubin Ultra was "
        "1.6 in 78 weeks",
        "hardware.csv",
        "C",
        (1.2, 1.9),
        gt=0,
        le=10,
    )
    generation_kw_gain: float = par(
        1.3,
        "1",
        "Power of a rack of such a generation over the one before: 1.0, 1.6 and 2.9 from GB200 "
        "to Rubin Ultra",
        "hardware.csv",
        "C",
        (1.0, 1.8),
        gt=0,
        le=10,
    )
    longest_wait_weeks: float = par(
        13,
        "week",
        "Longest that the lab puts off an order of racks for the next generation, by default a "
        "quarter; 0: never",
        "assumption",
        "C",
        (0, 52),
        ge=0,
        le=520,
    )
    generation_freedom: float = par(
        1.0,
        "1",
        "Part of the longest wait that contracts leave to the lab: 1 it may wait as it likes, "
        "0 what is on sale is taken",
        "assumption",
        "C",
        (0.0, 1.0),
        ge=0,
        le=1,
    )
    rationing: Rule = par(
        "equal_share",
        "1",
        "Who gets racks when they are short: equal_share, critical_first or fifo",
        "docs/odd.md",
        "B",
    )


class Contractors(Parameters):
    """Builders: crews and weather."""

    crew_factor: float = par(
        1.0,
        "1",
        "Multiplier on the phases that a contractor builds at once",
        "P147",
        "C",
        (0.7, 1.5),
        gt=0,
    )
    learning: float = par(
        0.1,
        "1",
        "Exponent of the learning curve over repeated buildings: work falls as n^-b",
        "docs/odd.md",
        "C",
        (0.0, 0.2),
        ge=0,
        le=1,
    )
    storm_per_year: float = par(
        0.5,
        "1/yr",
        "Rate of regional stoppages (storm, freeze, wildfire)",
        "assumption",
        "C",
        (0.1, 1.2),
        ge=0,
    )
    storm_weeks: float = par(
        2, "week", "Mean length of a stoppage", "assumption", "C", (1, 4), gt=0
    )


class Options(Parameters):
    """Variants of a site: what each changes in its network, its work and its use."""

    closed_loop_design_weeks: float = par(
        4.3, "week", "More design for a closed loop", "P178", "C", (0, 13), ge=0
    )
    closed_loop_sigma: float = par(
        0.2,
        "1",
        "Log standard deviation that a closed loop adds to commissioning (flushing, leak tests)",
        "assumption",
        "C",
        (0.0, 0.4),
        ge=0,
        le=1,
    )
    closed_loop_premium: float = par(
        0.0075,
        "1",
        "Cost of a closed loop over campus capex: 5% of mechanical cost, itself 15% of a campus",
        "assumption",
        "C",
        (0, 0.03),
        ge=0,
    )
    frame_turbines_weeks: float = par(
        260,
        "week",
        "Frame gas turbines on site from order to power",
        "P023, P024",
        "B",
        (156, 364),
        ge=1,
    )
    frame_turbines_air_weeks: float = par(
        61, "week", "Major air permit, as frame turbines need", "P045", "C", (39, 156), ge=0
    )
    frame_turbines_usd_per_mw: float = par(
        -600_000,
        "USD/MW",
        "Cost of frame turbines on site over that of engines",
        "P030",
        "C",
        (-1_200_000, 0),
    )
    fuel_cells_weeks: float = par(
        26, "week", "Fuel cells on site from order to first blocks", "P028", "C", (8, 52), ge=1
    )
    fuel_cells_air_weeks: float = par(
        13, "week", "Minor air permit of fuel cells", "P044", "C", (9, 35), ge=0
    )
    fuel_cells_usd_per_mw: float = par(
        2_000_000,
        "USD/MW",
        "Cost of fuel cells on site over that of engines",
        "P030",
        "C",
        (500_000, 3_500_000),
    )
    non_firm_build_share: float = par(
        0.6,
        "1",
        "Connection work for non-firm service over that for firm service: no network upgrade",
        "assumption",
        "C",
        (0.4, 0.9),
        gt=0,
        le=1,
    )
    non_firm_curtailment: float = par(
        0.005,
        "1",
        "Share of a year for which a non-firm load is curtailed, in peak months",
        "Norris 2025",
        "B",
        (0.0025, 0.01),
        ge=0,
        le=0.2,
    )
    reserved_floor_share: float = par(
        0.3,
        "1",
        "Share of equipment lead that no reservation shortens: delivery, placing, tests",
        "assumption",
        "C",
        (0.15, 0.5),
        ge=0,
        le=1,
    )
    reservation_usd_per_mw_year: float = par(
        120_000,
        "USD/(MW yr)",
        "Fee for a reserved slot: 10% a year of equipment worth 1.2 M USD/MW",
        "assumption",
        "C",
        (40_000, 300_000),
        ge=0,
    )
    repeated_design_share: float = par(
        0.5,
        "1",
        "Share of a campus design that a builder's repeated design still needs",
        "assumption",
        "C",
        (0.3, 0.9),
        ge=0,
        le=1,
    )
    hall_foresight_weeks: float = par(
        52,
        "week",
        "How far ahead of its design a hall is built for the racks to come",
        "assumption",
        "C",
        (0, 104),
        ge=0,
    )
    fitout_usd_per_it_mw: float = par(
        7_000_000,
        "USD/MW",
        "Mechanical and electrical fit-out of a hall per IT MW, of which a refit repeats a part",
        "assumption",
        "C",
        (3_000_000, 12_000_000),
        ge=0,
    )
    switch_weeks: float = par(
        26,
        "week",
        "Standstill when a site changes its builder: tender, contract, mobilisation",
        "P199, P200",
        "C",
        (9, 52),
        ge=0,
    )
    switch_after_weeks: float = par(
        52,
        "week",
        "How long a building waits for a crew before the lab looks for another builder",
        "assumption",
        "C",
        (26, 104),
        ge=1,
    )
    exit_fee_share: float = par(
        0.01,
        "1",
        "Fee to the builder who leaves, over the campus cost of the buildings that he loses",
        "assumption",
        "C",
        (0, 0.05),
        ge=0,
    )


class Land(Parameters):
    """Zoned land within reach of power: a regional stock with a price."""

    ha_per_mw: float = par(
        0.4, "ha/MW", "Land of a campus per facility MW", "assumption", "C", (0.15, 0.8), gt=0
    )
    stock_factor: float = par(
        1.0, "1", "Multiplier on the zoned land of every region", "assumption", "C", (0.5, 2), gt=0
    )
    rezoned_share_per_year: float = par(
        0.1,
        "1/yr",
        "Land rezoned a year over the stock at the start, where no host is organised against it",
        "assumption",
        "C",
        (0.02, 0.25),
        ge=0,
    )
    usd_per_ha: float = par(
        60_000,
        "USD/ha",
        "Price of zoned land while plenty is left",
        "assumption",
        "C",
        (15_000, 250_000),
        ge=0,
    )
    price_exponent: float = par(
        1.0,
        "1",
        "Rise of the price with scarcity: (stock / land left) to this power",
        "assumption",
        "C",
        (0, 2),
        ge=0,
    )
    price_cap: float = par(
        10, "1", "Most that the price rises by", "assumption", "C", (4, 20), ge=1
    )
