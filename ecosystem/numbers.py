"""The numbers of the model, group by group: each with unit, meaning, source, grade and range.

Sources are written as ids of ``data/sources.csv`` or in words. Grade C marks an assumption: it is
always sampled, never a hidden constant. A world file overrides any of them by name.
"""

from typing import Literal

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


class Grid(Parameters):
    """Utilities: studies, firm headroom, bridge power."""

    study_slots: int = par(
        3,
        "sites",
        "Studies run at once for the programme, where others ask as usual",
        "P013",
        "C",
        (1, 6),
        ge=1,
    )
    headroom_factor: float = par(
        1.0,
        "1",
        "Multiplier on the firm headroom of every region",
        "P013, P007",
        "C",
        (0.6, 1.6),
        gt=0,
    )
    upgrade_factor: float = par(
        1.0,
        "1",
        "Multiplier on the headroom that upgrades add per year",
        "P013, P015",
        "C",
        (0.5, 1.8),
        gt=0,
    )
    restudy_weeks: float = par(
        6,
        "week",
        "Study work lost by those behind a request that withdraws",
        "practice",
        "C",
        (0, 13),
        ge=0,
    )
    full_cost_share: float = par(
        0.7,
        "1",
        "Share of incremental grid cost that the tariff puts on the load",
        "P186",
        "C",
        (0.5, 0.95),
        ge=0,
        le=1,
    )
    grid_cost_usd_per_mw: float = par(
        800_000,
        "USD/MW",
        "Transmission and substation cost per MW of new load",
        "P016",
        "B",
        (420_000, 1_310_000),
        "triangular",
        gt=0,
    )
    fixed_cost_margin_usd_per_mwh: float = par(
        4.0,
        "USD/MWh",
        "Contribution of a large load to the fixed costs of others",
        "P185",
        "C",
        (-2, 12),
    )
    capacity_price_push_usd_per_mwh: float = par(
        1.5,
        "USD/MWh per GW",
        "Rise of others' supply cost per GW of load in a tight region",
        "P181-P183",
        "C",
        (0, 6),
        ge=0,
    )

    energy_usd_per_mwh: float = par(
        65, "USD/MWh", "Price that sites pay for electricity", "assumption", "C", (45, 95), gt=0
    )
    grid_co2_t_per_mwh: float = par(
        0.37,
        "t/MWh",
        "CO2 of electricity from the grid at the start: the average of the United States",
        "EPA eGRID 2022; regions: assumption",
        "C",
        (0.25, 0.5),
        ge=0,
    )
    grid_co2_decline_per_year: float = par(
        0.03, "1/yr", "Yearly decline of that", "assumption", "C", (0.0, 0.06), ge=0, le=1
    )
    engines_co2_t_per_mwh: float = par(
        0.48,
        "t/MWh",
        "CO2 of gas engines on site: 53 kg per million BTU at 9 million BTU a MWh",
        "assumption",
        "C",
        (0.44, 0.55),
        ge=0,
    )
    frame_turbines_co2_t_per_mwh: float = par(
        0.55,
        "t/MWh",
        "CO2 of open-cycle gas turbines on site, likewise at 10.4",
        "assumption",
        "C",
        (0.48, 0.62),
        ge=0,
    )
    fuel_cells_co2_t_per_mwh: float = par(
        0.35,
        "t/MWh",
        "CO2 of gas fuel cells on site, likewise at 6.6",
        "assumption",
        "C",
        (0.3, 0.4),
        ge=0,
    )

    other_requests_share: float = par(
        0.5,
        "1",
        "Share of a utility's study work that requests of others take",
        "P007",
        "C",
        (0.3, 0.8),
        ge=0,
        lt=1,
    )
    speculative_share: float = par(
        0.5,
        "1",
        "Share of these that no project stands behind; 0 = a deposit changes nothing",
        "P007: 0.57 to 0.81 left in Ohio",
        "C",
        (0.0, 0.81),
        ge=0,
        le=1,
    )
    deposit_scale_usd_per_mw: float = par(
        50_000,
        "USD/MW",
        "Deposit at which 1/e of the speculative requests is left",
        "assumption",
        "C",
        (20_000, 150_000),
        gt=0,
    )
    demand_charge_usd_per_mw_year: float = par(
        120_000,
        "USD/(MW yr)",
        "Charge for contracted demand that is not drawn, under take-or-pay",
        "assumption",
        "C",
        (60_000, 240_000),
        ge=0,
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
        55,
        "MW/week",
        "Rack capacity that the programme can have in 2025",
        "P197, hardware.csv",
        "C",
        (35, 90),
        gt=0,
    )
    growth_per_year: float = par(
        0.35,
        "1/yr",
        "Growth of that capacity",
        "nvidia_stock_growth",
        "C",
        (0.15, 0.6),
        ge=-0.5,
        le=2,
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


class Workforce(Parameters):
    """Craft labour pools, region by craft."""

    hours_per_worker_week: float = par(
        48, "h/week", "Hours that one worker gives", "P121", "B", (42, 55), gt=0
    )
    pool_factor: float = par(
        1.0,
        "1",
        "Multiplier on journey workers available to data centres",
        "P115, P127",
        "C",
        (0.7, 1.4),
        gt=0,
    )
    wage_response: float = par(
        0.06,
        "1/week",
        "Relative wage rise per unit of unmet demand",
        "P126",
        "C",
        (0.02, 0.12),
        ge=0,
    )
    wage_return: float = par(
        0.06, "1/week", "Return of the wage to its base", "assumption", "C", (0.02, 0.12), ge=0
    )
    traveller_response: float = par(
        0.1,
        "1/week",
        "Travellers arriving per journey worker and unit of wage premium",
        "P121",
        "C",
        (0.04, 0.2),
        ge=0,
    )
    traveller_exit: float = par(
        0.03,
        "1/week",
        "Share of idle travellers who leave",
        "assumption",
        "C",
        (0.01, 0.08),
        ge=0,
        le=0.5,
    )
    rival_growth_per_year: float = par(
        0.08, "1/yr", "Growth of other builders' labour demand", "P117, P128", "C", (0.0, 0.2)
    )
    completion: float = par(
        0.38,
        "1",
        "Apprentices who complete, of resolved cases",
        "P131",
        "A",
        (0.25, 0.56),
        ge=0,
        le=1,
    )
    apprentice_weeks: float = par(
        247, "week", "Length of an apprenticeship", "P129", "A", (208, 260), gt=0
    )
    apprentice_start_productivity: float = par(
        0.4,
        "1",
        "Productivity of a new apprentice",
        "docs/odd.md",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    training_effect: float = par(
        1.0,
        "1",
        "Multiplier on the productive hours that training adds; 0 = none",
        "P141",
        "C",
        (-0.5, 1.5),
        "uniform",
    )
    trainee_cost_usd: float = par(
        25_000,
        "USD",
        "Cost of one academy seat for its whole course",
        "P133, docs/odd.md section 6",
        "C",
        (15_000, 40_000),
        ge=0,
    )

    course_weeks: int = par(
        16, "week", "Length of an upskilling course", "P136", "B", (8, 26), ge=1
    )
    course_completion: float = par(
        0.8, "1", "Share of a course that completes it", "P136, P137", "C", (0.5, 0.95), ge=0, le=1
    )
    course_productivity: float = par(
        0.6,
        "1",
        "Productivity of an upskilled worker over a journey worker",
        "assumption",
        "C",
        (0.4, 0.8),
        ge=0,
        le=1,
    )
    course_stay_weeks: float = par(
        156,
        "week",
        "Mean time that an upskilled worker stays in the trade",
        "assumption",
        "C",
        (78, 312),
        gt=0,
    )
    course_cost_usd: float = par(
        6_000, "USD", "Cost of one upskilling seat", "P133, P136", "C", (3_500, 12_000), ge=0
    )

    rival_share: float = par(
        0.35,
        "1",
        "Share of the pool that other builders employ at the start",
        "P115, P167",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    mep_electrical_share: float = par(
        0.6, "1", "Electrical share of the hours of fit-out", "P119", "C", (0.5, 0.8), ge=0, le=1
    )

    apprentice_end_productivity: float = par(
        0.9,
        "1",
        "Productivity at the end of an apprenticeship",
        "docs/odd.md",
        "C",
        (0.8, 1.0),
        ge=0,
        le=1,
    )
    rationing: Rule = par(
        "equal_share",
        "1",
        "Who gets craft hours when they are short: equal_share, critical_first or fifo",
        "docs/odd.md",
        "B",
    )

    local_hire_productivity: float = par(
        0.9,
        "1",
        "Productivity of residents hired beyond the usual share, over the others",
        "assumption",
        "C",
        (0.75, 1.0),
        gt=0,
        le=1,
    )
    peak_workers_per_mw: float = par(
        3.0,
        "1/MW",
        "Craft workers at the peak per facility MW",
        "P121; assumption",
        "C",
        (1.8, 5.4),
        gt=0,
    )


class Society(Parameters):
    """Households of a host community."""

    susceptibility_a: float = par(
        4,
        "1",
        "First shape of the Beta of susceptibility",
        "Friedkin & Johnsen 1990; docs/odd.md",
        "C",
        (2, 8),
        gt=0,
    )
    susceptibility_b: float = par(
        2,
        "1",
        "Second shape of the Beta of susceptibility",
        "Friedkin & Johnsen 1990; docs/odd.md",
        "C",
        (1, 4),
        gt=0,
    )
    predisposition_sd: float = par(
        0.35, "1", "Spread of households' predisposition", "P078", "C", (0.2, 0.5), ge=0
    )
    impact_weight: float = par(
        0.5, "1", "Weight of perceived impacts in the anchor", "P089", "C", (0.25, 0.9), ge=0
    )
    fairness_weight: float = par(
        0.35, "1", "Weight of process openness in the anchor", "P088, P089", "C", (0.1, 0.6), ge=0
    )
    trust_start: float = par(
        0.45, "1", "Trust before first contact", "assumption", "C", (0.3, 0.6), ge=0, le=1
    )
    trust_gain: float = par(
        0.06, "1", "Trust gained per open contact", "Slovic 1993", "C", (0.02, 0.12), ge=0, le=1
    )
    trust_loss_ratio: float = par(
        3,
        "1",
        "Loss per breach over gain per contact",
        "Slovic 1993; Poortinga & Pidgeon 2004",
        "C",
        (2, 5),
        ge=1,
    )
    binding_credibility: float = par(
        0.35,
        "1",
        "Credibility added by a binding agreement",
        "docs/odd.md",
        "C",
        (0.1, 0.6),
        ge=0,
        le=1,
    )
    activism_share: float = par(
        0.25,
        "1",
        "Households who would take part in a campaign at all",
        "docs/odd.md",
        "C",
        (0.15, 0.35),
        ge=0,
        le=1,
    )
    organise_on: float = par(
        0.12,
        "1",
        "Mobilised share at which a campaign organises",
        "P055, P050",
        "C",
        (0.06, 0.2),
        ge=0,
        le=1,
    )
    organise_off: float = par(
        0.05,
        "1",
        "Mobilised share below which it dissolves",
        "Granovetter 1978",
        "C",
        (0.02, 0.06),
        ge=0,
        le=1,
    )
    agreement_effect: float = par(
        1.0,
        "1",
        "Multiplier on what an agreement does to opinion and hearings; 0 = none",
        "P099: no causal estimate found",
        "C",
        (-0.5, 1.5),
        "uniform",
    )
    engagement_effect: float = par(
        1.0,
        "1",
        "Multiplier on what open engagement does; 0 = none",
        "P099: no causal estimate found",
        "C",
        (-0.5, 1.5),
        "uniform",
    )
    cash_effect: float = par(
        1.0,
        "1",
        "Multiplier on what one-sided cash does; its sign depends on trust",
        "Frey & Oberholzer-Gee 1997; P100",
        "C",
        (-0.5, 1.5),
        "uniform",
    )
    mood_later: float = par(
        -0.40,
        "1",
        "National net support that mood drifts to after the last observation",
        "P080, P081",
        "C",
        (-0.6, 0.05),
        ge=-1,
        le=1,
    )
    mood_weeks: float = par(
        78, "week", "Time constant of that drift", "assumption", "C", (39, 156), gt=0
    )

    sign_trust: float = par(
        0.3,
        "1",
        "Trust from which an organised community still signs an agreement",
        "assumption",
        "C",
        (0.15, 0.5),
        ge=0,
        le=1,
    )
    threshold_mean: float = par(
        0.25,
        "1",
        "Mean share of the available that a household wants to see before it joins",
        "Granovetter 1978",
        "B",
        (0.2, 0.35),
    )
    threshold_sd: float = par(
        0.15, "1", "Spread of these thresholds", "Granovetter 1978", "C", (0.1, 0.2), ge=0
    )
    opinion_to_act: float = par(
        0.3,
        "1",
        "Strength of opinion beyond which a household may act",
        "assumption",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    near_share: float = par(
        0.1, "1", "Households next to a site", "assumption", "C", (0.05, 0.15), gt=0, lt=1
    )
    trade_share: float = par(
        0.06, "1", "Households in building trades", "assumption", "C", (0.04, 0.1), ge=0, le=1
    )
    owner_share: float = par(
        0.65, "1", "Households who own their home", "US Census, 2024", "A", (0.5, 0.8), ge=0, le=1
    )
    near_factor: float = par(
        3,
        "1",
        "Weight of noise and air next to a site over elsewhere",
        "assumption",
        "C",
        (1.5, 5),
        ge=0,
    )
    low_income_factor: float = par(
        1.5,
        "1",
        "Weight of bills in the lowest income tercile over the others",
        "assumption",
        "C",
        (1.0, 2.5),
        ge=0,
    )
    trade_factor: float = par(
        4, "1", "Weight of jobs for building trades over others", "P090", "C", (2, 6), ge=0
    )
    owner_factor: float = par(
        1.5,
        "1",
        "Weight of land and taxes for owners over tenants",
        "assumption",
        "C",
        (1.0, 2.0),
        ge=0,
    )
    promise_level: float = par(
        0.35,
        "1",
        "What developers promise, on the scale of impacts",
        "assumption",
        "C",
        (0.15, 0.6),
        ge=0,
        le=1,
    )
    worst_case_level: float = par(
        0.55,
        "1",
        "What households fear without other knowledge, on the same scale",
        "P066, P083, P084",
        "C",
        (0.35, 0.8),
        ge=0,
        le=1,
    )
    money_scale_usd: float = par(
        400,
        "USD/yr",
        "Yearly money per household that counts as a full impact",
        "docs/odd.md, P087",
        "C",
        (150, 1_500),
        gt=0,
    )

    lean_sd: float = par(
        0.15,
        "1",
        "Spread of standing opinion between communities",
        "assumption",
        "C",
        (0.0, 0.3),
        ge=0,
    )

    tariff_effect: float = par(
        1.0,
        "1",
        "Multiplier on what rate protection does to fear about bills; 0 = none",
        "P099: no causal estimate found",
        "C",
        (-0.5, 1.5),
        "uniform",
    )
    local_hire_effect: float = par(
        1.0,
        "1",
        "Multiplier on what local hire does to the value of jobs for hosts; 0 = none",
        "P099: no causal estimate found",
        "C",
        (-0.5, 1.5),
        "uniform",
    )
    redesign_effect: float = par(
        1.0,
        "1",
        "Multiplier on what an unasked redesign does to water, noise and air; 0 = none",
        "P099: no causal estimate found",
        "C",
        (-0.5, 1.5),
        "uniform",
    )
    opinion_rule: Literal["friedkin_johnsen", "degroot", "bounded_confidence", "none"] = par(
        "friedkin_johnsen",
        "1",
        "How households take in the opinion of others; conclusions may depend on it; none = not",
        "Friedkin & Johnsen 1990; docs/odd.md",
        "B",
    )
    confidence: float = par(
        0.5,
        "1",
        "Difference of opinion that is still heard, under bounded confidence",
        "assumption",
        "C",
        (0.3, 0.8),
        ge=0,
        le=2,
    )
    diffusion: float = par(
        0.1,
        "1",
        "How far the mean opposing share of neighbouring hosts counts as own in joining a campaign",
        "P069; size: assumption",
        "C",
        (0.0, 0.3),
        ge=0,
        le=1,
    )
    felt_water_m3: float = par(
        400,
        "m3/yr",
        "Water drawn a year per host household that counts as a full impact: what it uses itself",
        "assumption",
        "C",
        (150, 1_000),
        gt=0,
    )
    felt_noise_mw: float = par(
        1_500,
        "MW",
        "Engines at full load that count as a full impact of noise and air",
        "assumption",
        "C",
        (600, 4_000),
        gt=0,
    )
    felt_land_mw: float = par(
        4_000,
        "MW",
        "Facility MW in sight that count as a full impact on land",
        "assumption",
        "C",
        (1_500, 8_000),
        gt=0,
    )
    noise_building: float = par(
        0.3,
        "1",
        "Noise, dust and traffic of a MW being built over a MW of engines",
        "assumption",
        "C",
        (0.1, 0.6),
        ge=0,
    )
    noise_cooling: float = par(
        0.2,
        "1",
        "Noise of a running MW without power on site over a MW of engines",
        "assumption",
        "C",
        (0.05, 0.4),
        ge=0,
    )
    noise_turbines: float = par(
        0.6,
        "1",
        "Noise and air of a MW of frame turbines over a MW of engines",
        "assumption",
        "C",
        (0.3, 1.0),
        ge=0,
    )
    noise_fuel_cells: float = par(
        0.15,
        "1",
        "Noise and air of a MW of fuel cells over a MW of engines",
        "assumption",
        "C",
        (0.05, 0.4),
        ge=0,
    )
    experience_weeks: float = par(
        52,
        "week",
        "Time constant with which experience of a site replaces what was said about it",
        "assumption",
        "C",
        (20, 156),
        gt=0,
    )
    experience_effect: float = par(
        1.0,
        "1",
        "How far experience replaces expectation at all; 0 = people go on weighing words",
        "assumption",
        "C",
        (0.5, 1.0),
        ge=0,
        le=1,
    )
    hidden_share: float = par(
        0.5,
        "1",
        "Part of the judgement on bills and water that no experience replaces: neither is seen",
        "P083; assumption",
        "C",
        (0.2, 0.8),
        ge=0,
        le=1,
    )
    promise_tolerance: float = par(
        0.25,
        "1",
        "Missing share of a promise that still counts as kept",
        "assumption",
        "C",
        (0.1, 0.4),
        ge=0,
        le=1,
    )
    breach_unsigned: float = par(
        0.5,
        "1",
        "Severity of a broken promise that no agreement backs, over one that an agreement does",
        "assumption",
        "C",
        (0.2, 0.8),
        ge=0,
        le=1,
    )
    cap_breach_per_year: float = par(
        0.1,
        "1/yr",
        "Rate at which a running site exceeds the caps that it agreed to",
        "assumption",
        "C",
        (0.0, 0.3),
        ge=0,
    )
    promise_effect: float = par(
        1.0,
        "1",
        "Multiplier on what promises kept and broken do to trust; 0 = none",
        "Slovic 1993; size: assumption",
        "C",
        (0.0, 1.5),
        "uniform",
        ge=0,
    )
    building_contacts_per_year: float = par(
        2,
        "1/yr",
        "Public meetings on progress while a site is built",
        "assumption",
        "C",
        (0, 6),
        ge=0,
    )


class Regulators(Parameters):
    """Permits, hearings, litigation, moratoria."""

    hearings_per_week: float = par(
        0.25, "1/week", "Hearings that one authority can hold", "practice", "C", (0.1, 0.5), gt=0
    )
    deny_base: float = par(
        -2.0,
        "log-odds",
        "Denial at a hearing without opposition or support",
        "P052",
        "B",
        (-2.9, -1.4),
    )
    deny_opposition: float = par(
        5.4,
        "log-odds",
        "Effect of the mobilised opposing share; set to P051 at the share mobilised at contested "
        "hearings",
        "P051",
        "C",
        (2, 6),
        ge=0,
    )
    deny_support: float = par(
        2.0, "log-odds", "Effect of the mobilised supporting share", "P051", "C", (0.5, 4), ge=0
    )
    deny_negotiated: float = par(
        0.6, "log-odds", "Effect of a negotiated agreement", "P099", "C", (0, 1.4), ge=0
    )
    deny_gigawatt: float = par(
        -0.8, "log-odds", "Effect of a site of a gigawatt or more", "P053", "B", (-1.6, 0.3)
    )
    venues: Literal["zoning_only", "several"] = par(
        "several",
        "1",
        "Whether air, water, transmission and state land can stop a site too",
        "docs/odd.md",
        "B",
    )
    decisions_per_week: float = par(
        0.5,
        "1/week",
        "Cases that one authority beyond zoning can decide",
        "practice",
        "C",
        (0.2, 1.0),
        gt=0,
    )
    zoning_share: float = par(
        0.7,
        "1",
        "Part of the risk of a denial without opposition that zoning carries, before others",
        "assumption",
        "C",
        (0.5, 0.9),
        ge=0,
        le=1,
    )
    upstream_force: float = par(
        0.3,
        "1",
        "Part of its force that a campaign keeps for venues upstream",
        "assumption",
        "C",
        (0.1, 0.5),
        ge=0,
        lt=1,
    )
    upstream_shift: float = par(
        0.6,
        "1",
        "Campaigns that move upstream after they lost",
        "P068",
        "C",
        (0.3, 0.9),
        gt=0,
        le=1,
    )
    transmission_mw: float = par(
        500,
        "MW",
        "Size from which a firm connection takes a new line that needs approval",
        "P015; assumption",
        "C",
        (300, 1_000),
        ge=0,
    )
    redesign_weeks: float = par(
        26,
        "week",
        "Redesign and refiling after a denial",
        "P033, P062",
        "B",
        (5, 52),
        "triangular",
        ge=0,
    )
    withdraw_share: float = par(
        0.3, "1", "Denied sites that withdraw for good", "P060, P073", "C", (0.15, 0.5), ge=0, le=1
    )
    litigation_per_year: float = par(
        0.25,
        "1/yr",
        "Lawsuits per year at an organised site while it is permitted or built",
        "P056",
        "C",
        (0.1, 0.5),
        ge=0,
    )
    injunction_share: float = par(
        0.25, "1", "Lawsuits that stop work", "P056, P057", "C", (0.1, 0.5), ge=0, le=1
    )
    stay_weeks: float = par(
        17,
        "week",
        "Median length of a stop by court",
        "P062, LBNL 2024",
        "B",
        (4, 60),
        "lognormal",
        gt=0,
    )
    moratorium_per_year: float = par(
        0.10,
        "1/yr",
        "Moratoria per year in a county with an organised campaign",
        "P064, P065",
        "C",
        (0.04, 0.25),
        ge=0,
    )
    contagion: float = par(
        1.3,
        "1",
        "Factor on that rate per neighbour with a moratorium",
        "P069",
        "C",
        (1.0, 2.0),
        ge=1,
    )
    moratorium_weeks: float = par(
        52, "week", "Length of a moratorium", "P063", "B", (17, 104), "triangular", gt=0
    )

    settle_share: float = par(
        0.3,
        "1",
        "Denied sites, of those that stay, that sue and settle at once",
        "P060, Saline consent judgment 2025",
        "C",
        (0.1, 0.5),
        ge=0,
        le=1,
    )
    settle_weeks: float = par(
        5, "week", "Time that such a settlement costs", "M175-M177", "B", (3, 16), ge=0
    )
    stay_sigma: float = par(
        0.7, "1", "Log spread of the length of a stop by court", "P062", "C", (0.5, 1.2), ge=0
    )
    hearing_at: float = par(
        0.75,
        "1",
        "Share of the permit's work that is done before the hearing",
        "assumption",
        "C",
        (0.5, 0.9),
        gt=0,
        lt=1,
    )
    neighbour_km: float = par(
        200,
        "km",
        "Distance within which a moratorium is contagious",
        "assumption",
        "C",
        (80, 400),
        gt=0,
    )


class Capital(Parameters):
    """Financiers of the lab and of its partners."""

    opening_cash_usd: float = par(
        1.7e10,
        "USD",
        "Cash of the lab at the start",
        "press, end 2024",
        "C",
        (1.0e10, 2.5e10),
        ge=0,
    )
    equity_usd_per_year: float = par(
        4.5e10,
        "USD/yr",
        "Equity that investors would give at full credibility in 2025-26",
        "commit_r122, commit_nv30",
        "C",
        (2.5e10, 8e10),
        ge=0,
    )
    equity_growth_per_year: float = par(
        0.1, "1/yr", "Growth of that amount", "assumption", "C", (-0.2, 0.35)
    )
    lease_usd_per_mw_year: float = par(
        12.5e6,
        "USD/(MW yr)",
        "Rent of powered capacity with IT",
        "formulas section 8; rent_per_gw",
        "B",
        (10e6, 17e6),
        gt=0,
    )
    commitment_cover: float = par(
        0.8,
        "1",
        "Yearly commitments allowed per unit of expected revenue",
        "commit_hsbc",
        "C",
        (0.5, 1.2),
        gt=0,
    )
    expectation_years: float = par(
        4,
        "yr",
        "Horizon over which revenue is extrapolated",
        "oai_rev_2030_target",
        "C",
        (3, 5),
        gt=0,
    )
    growth_expected_max: float = par(
        0.75,
        "1/yr",
        "Ceiling on the expected log growth of revenue",
        "oai_rev_2030_target",
        "B",
        (0.55, 0.95),
        gt=0,
    )
    miss_penalty: float = par(
        2.0,
        "1",
        "Weight of a missed milestone over a kept one in a reputation",
        "Josang & Ismail 2002",
        "C",
        (1, 5),
        ge=1,
    )
    reputation_half_life_weeks: float = par(
        104,
        "week",
        "Half-life of what partners remember",
        "Josang & Ismail 2002",
        "C",
        (52, 208),
        gt=0,
    )
    campus_usd_per_mw: float = par(
        12.7e6,
        "USD/MW",
        "Powered campus without IT, per facility MW",
        "P157",
        "B",
        (11.5e6, 15e6),
        "triangular",
        gt=0,
    )
    it_usd_per_mw: float = par(
        22e6, "USD/MW", "IT equipment, per facility MW", "P158", "B", (17e6, 27e6), gt=0
    )
    discount_per_year: float = par(
        0.08, "1/yr", "Real discount rate", "assumption", "C", (0.04, 0.12), ge=0, lt=0.5
    )
    fixed_usd_per_year: float = par(
        6e9,
        "USD/yr",
        "Research staff and other fixed cost of the lab, 2025",
        "oai_rev_2025",
        "C",
        (4e9, 9e9),
        ge=0,
    )
    fixed_growth_per_year: float = par(
        0.25, "1/yr", "Growth of that cost", "assumption", "C", (0.1, 0.4)
    )

    refuse_below: float = par(
        0.35,
        "1",
        "Reputation of a developer below which a site is not funded",
        "assumption",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    opening_standing: float = par(
        0.8,
        "1",
        "Strength of a relation before anything is kept or missed",
        "assumption",
        "C",
        (0.6, 0.9),
        gt=0,
        lt=1,
    )
    grace_weeks: float = par(
        13, "week", "Lateness that still counts as a promise kept", "assumption", "C", (4, 26), ge=0
    )
    other_cost_share: float = par(
        0.35,
        "1",
        "Staff, sales and other cost of the lab over revenue, at least",
        "oai_rev_2025, netloss_2024",
        "C",
        (0.2, 0.5),
        ge=0,
        le=1,
    )
    runway_years: float = par(
        1.0,
        "yr",
        "Cash over yearly outlays from which investors give no more equity",
        "assumption",
        "C",
        (0.5, 2),
        gt=0,
    )


class Lab(Parameters):
    """The AI laboratory: plans, partners, split of its compute."""

    friction: float = par(
        0.06,
        "1",
        "Interface friction per partner link",
        "docs/odd.md",
        "C",
        (0.0, 0.15),
        ge=0,
        lt=0.5,
    )
    pipeline_weight: float = par(
        0.7,
        "1",
        "Share of the pipeline that the plan remembers (1 = no supply-line neglect)",
        "Sterman 1989",
        "C",
        (0.4, 1.0),
        ge=0,
        le=1,
    )
    choice_sharpness: float = par(
        4,
        "1",
        "Softmax sharpness of site choice on scores in [0, 1]",
        "assumption",
        "C",
        (2, 8),
        ge=0,
    )
    starts_per_quarter: int = par(
        2, "sites", "New sites that the lab can open in a quarter", "P205, M141", "C", (1, 4), ge=0
    )
    training_share_2025: float = par(
        0.62,
        "1",
        "Share of compute for research and training at the start",
        "share_rd_2024, share_rd_2025",
        "A",
        (0.55, 0.7),
        ge=0,
        le=1,
    )
    training_share_floor: float = par(
        0.30,
        "1",
        "Share that it falls to",
        "share_rd_2024, share_rd_2025",
        "C",
        (0.2, 0.45),
        ge=0,
        le=1,
    )
    training_share_fall_per_year: float = par(
        0.12, "1/yr", "Speed of that fall", "share_rd_2024, share_rd_2025", "B", (0.06, 0.18), ge=0
    )
    patience_weeks: float = par(
        104,
        "week",
        "Lateness at which a phase that has not begun building is given up",
        "M147, M148",
        "C",
        (78, 156),
        gt=0,
    )

    plan_years: float = par(
        3,
        "yr",
        "Horizon of the capacity plan: the time from announcement to power",
        "P142, P198",
        "B",
        (2, 4),
        gt=0,
    )
    contract_weeks: float = par(
        6, "week", "From announcement to a signed capacity contract", "practice", "C", (0, 26), ge=0
    )
    handover_weeks: float = par(
        2,
        "week",
        "From commissioning to use: acceptance by the tenant",
        "practice",
        "C",
        (0, 6),
        ge=0,
    )


class Cluster(Parameters):
    """Facility and accelerators."""

    facility_to_it: float = par(
        1.40,
        "1",
        "Facility over IT power at nameplate, Stargate design",
        "P168",
        "A",
        (1.25, 1.44),
        ge=1,
    )
    pue_evaporative: float = par(
        1.2, "1", "Annual PUE with evaporative cooling", "P169", "B", (1.1, 1.3), ge=1
    )
    closed_loop_pue: float = par(
        0.05, "1", "PUE added by closed-loop cooling", "P177", "C", (0.02, 0.1), ge=0
    )
    wue_evaporative_l_per_kwh: float = par(
        1.8,
        "L/kWh",
        "On-site water with evaporative cooling, per IT kWh",
        "P170",
        "B",
        (1.0, 3.0),
        ge=0,
    )
    wue_closed_l_per_kwh: float = par(
        0.003,
        "L/kWh",
        "On-site water with closed-loop cooling, per IT kWh",
        "P173",
        "B",
        (0.001, 0.01),
        ge=0,
    )
    mfu: float = par(
        0.37,
        "1",
        "Model FLOP utilisation of large training on the FP8 peak",
        "formulas section 1",
        "A",
        (0.3, 0.42),
        gt=0,
        le=1,
    )
    node_failures_per_day: float = par(
        0.0038,
        "1/day",
        "Failures per node-day",
        "Kokolis 2024, Llama 3",
        "A",
        (0.0023, 0.0065),
        gt=0,
    )
    checkpoint_s: float = par(
        30, "s", "Blocking time of a checkpoint", "formulas section 3", "C", (2.5, 120), gt=0
    )
    restart_s: float = par(
        300, "s", "Time to detect a fault and resume", "formulas section 3", "C", (180, 600), ge=0
    )
    job_accelerators: float = par(
        100_000,
        "1",
        "Accelerators that fail as one training job, at most",
        "M197, scaling_laws",
        "C",
        (50_000, 200_000),
        gt=0,
    )
    availability: float = par(
        0.96,
        "1",
        "Share of time that commissioned capacity is up",
        "practice",
        "C",
        (0.92, 0.99),
        gt=0,
        le=1,
    )
    fleet_factor: float = par(
        0.075,
        "1",
        "Fleet over benchmark serving throughput",
        "formulas section 5: more than 10x",
        "C",
        (0.04, 0.1),
        gt=0,
        le=1,
    )
    service_s: float = par(
        8.0,
        "s",
        "Mean time of one request on its slot",
        "inference_validation.csv",
        "C",
        (3, 20),
        gt=0,
    )
    slots_per_replica: int = par(
        64,
        "1",
        "Requests that one replica serves at once",
        "inference_validation.csv",
        "C",
        (32, 256),
        ge=1,
    )
    request_variability: float = par(
        2.0,
        "1",
        "Squared coefficient of variation of request length",
        "assumption",
        "C",
        (1, 5),
        ge=0,
    )
    peak_to_mean: float = par(
        1.4, "1", "Daily peak over mean demand", "docs/odd.md", "C", (1.2, 1.6), ge=1
    )

    patience_s: float = par(
        15, "s", "Longest that a request waits before it leaves", "assumption", "C", (5, 60), gt=0
    )
    integration: float = par(
        0.5,
        "1",
        "Integration of cloud and hardware in capacity rented outside the programme",
        "assumption",
        "C",
        (0.3, 0.7),
        ge=0,
        le=1,
    )
    inter_site_gbps: float = par(
        100_000,
        "Gb/s",
        "Link of a site to the others that train the same model; exchanging gradients less often "
        "counts as a faster one. Epoch AI (2025) holds 6 Pb/s for 10 GW to be affordable",
        "assumption",
        "C",
        (10_000, 1_000_000),
        "lognormal",
        gt=0,
    )


class Market(Parameters):
    """Capability to demand to price to revenue."""

    capability_start: float = par(
        140,
        "ECI points",
        "Capability index of the best model at the start",
        "scaling_laws.csv",
        "B",
        (135, 145),
    )
    capability_per_decade: float = par(
        9.63,
        "ECI points",
        "Index points per tenfold training compute",
        "formulas section 4",
        "B",
        (7.5, 11.6),
        ge=0,
    )
    start_run_flop: float = par(
        2e26,
        "FLOP",
        "Training compute of that model",
        "scaling_laws.csv",
        "B",
        (6.6e25, 3.8e26),
        "lognormal",
        gt=0,
    )
    algorithmic_growth: float = par(
        1.3,
        "1/yr",
        "Log growth of algorithmic efficiency",
        "ho2024_rate, epoch2026_algprog",
        "B",
        (0.6, 2.3),
        ge=0,
    )
    demand_max_mw: float = par(
        100_000,
        "MW",
        "Inference demand at saturation",
        "assumption",
        "C",
        (30_000, 250_000),
        "lognormal",
        gt=0,
    )
    demand_start_mw: float = par(
        600, "MW", "Inference demand at the start", "gw_2024, share_rd_2024", "C", (400, 850), gt=0
    )
    demand_width: float = par(
        7.5,
        "ECI points",
        "Width of the demand logistic; the loop gain is capability_per_decade / (2.3 width)",
        "docs/odd.md",
        "C",
        (6, 12),
        gt=0,
    )
    price_start_usd_per_mw_year: float = par(
        24e6,
        "USD/(MW yr)",
        "Revenue per served inference MW-year at the start",
        "rev_per_gw_2024, share_rd_2025",
        "B",
        (18e6, 30e6),
        gt=0,
    )
    price_elasticity: float = par(
        1.11, "1", "Own-price elasticity of demand", "elas_nber", "B", (0.8, 1.8), ge=0
    )
    latency_elasticity: float = par(
        0.15, "1", "Elasticity of demand to latency", "assumption", "C", (0.05, 0.4), ge=0
    )
    pass_through: float = par(
        0.8,
        "1",
        "Share of efficiency gains passed on in the price of a token",
        "price_trend",
        "C",
        (0.4, 1.0),
        ge=0,
        le=1.2,
    )
    scarcity: float = par(
        0.4, "1", "Response of the price to utilisation", "assumption", "C", (0.1, 1.5), ge=0
    )
    target_utilisation: float = par(
        0.65,
        "1",
        "Utilisation at which the price rests",
        "formulas section 5",
        "C",
        (0.5, 0.8),
        gt=0,
        lt=1,
    )
    price_floor: float = par(
        0.5, "1", "Lowest price over its start", "assumption", "C", (0.3, 0.7), gt=0
    )
    price_cap: float = par(
        1.5, "1", "Highest price over its start", "assumption", "C", (1.2, 2.5), ge=1
    )
    price_weeks: float = par(
        8, "week", "Time constant of the price", "assumption", "C", (6, 16), ge=6
    )
    innovation_per_year: float = par(
        0.8, "1/yr", "Adoption without others' example", "Bass 1969", "C", (0.3, 1.4), ge=0
    )
    imitation_per_year: float = par(
        3.0, "1/yr", "Adoption by others' example", "Bass 1969", "C", (1.5, 4.5), ge=0
    )
    exit_per_year: float = par(
        1.0, "1/yr", "Speed at which excess use leaves", "assumption", "C", (0.5, 2), ge=0
    )
    churn_per_year: float = par(
        0.5, "1/yr", "Use lost per unit of shortfall", "assumption", "C", (0.1, 1.5), ge=0
    )
    run_weeks: float = par(
        20,
        "week",
        "Length of a frontier training run",
        "train_duration_growth",
        "C",
        (13, 39),
        ge=4,
    )
    final_run_share: float = par(
        0.15,
        "1",
        "Share of training compute in the final run",
        "final_run_share",
        "B",
        (0.1, 0.3),
        gt=0,
        le=1,
    )
    release_lag_weeks: float = par(
        13, "week", "From the end of a run to its release", "assumption", "C", (6, 26), ge=0
    )
    saturation_decades: float = par(
        4.0,
        "decades",
        "Decades of effective compute after which the saturating law has yielded 63% of its total",
        "assumption",
        "C",
        (2.0, 8.0),
        gt=0,
    )
    capability_law: Literal["log", "saturating", "compute_null"] = par(
        "log", "1", "How compute becomes capability; compute_null: not at all", "docs/odd.md", "B"
    )


class Local(Parameters):
    """What a site means for its hosts: jobs, taxes, water, money."""

    permanent_jobs_per_mw: float = par(
        0.32, "1/MW", "Permanent jobs per facility MW", "P187", "B", (0.17, 0.77), "lognormal", ge=0
    )
    local_hire_share: float = par(
        0.25, "1", "Share of craft hours worked by residents", "P124", "B", (0.15, 0.4), ge=0, le=1
    )
    tax_usd_per_mw_year: float = par(
        60_000,
        "USD/(MW yr)",
        "Local tax after abatement",
        "P189, P190, P191",
        "C",
        (5_000, 190_000),
        ge=0,
    )
    craft_wage_usd_per_h: float = par(
        42, "USD/h", "Craft wage with benefits at the start", "P125, P126", "B", (33, 60), gt=0
    )
    alternative_wage_share: float = par(
        0.75,
        "1",
        "What a resident would have earned otherwise, over the craft wage",
        "P135",
        "C",
        (0.5, 0.95),
        ge=0,
        le=1,
    )
    nuisance_usd_per_household_year: float = par(
        60,
        "USD/yr",
        "Loss by noise, traffic and air of a household next to a site per GW",
        "P087",
        "C",
        (10, 250),
        ge=0,
    )
    water_usd_per_m3: float = par(
        1.5, "USD/m3", "Local value of a cubic metre of water", "assumption", "C", (0.5, 5), ge=0
    )

    agreement_years: float = par(
        10, "yr", "Years over which an agreement pays", "P104, P107", "C", (5, 30), gt=0
    )
    openness_cost_share: float = par(
        0.001,
        "1",
        "Cost of a fully open process over campus capex",
        "P096",
        "C",
        (0.0005, 0.003),
        ge=0,
    )

    openness_years: float = par(
        2, "yr", "Years after announcement over which engagement is paid", "P101", "C", (1, 3), gt=0
    )
    rent_response: float = par(
        1.0,
        "1",
        "Rise of rents over the rise of demand for homes by workers who lodge; 0 = none",
        "assumption",
        "C",
        (0.3, 2.0),
        ge=0,
    )
    rent_rise_most: float = par(
        0.5,
        "1",
        "Most that rents rise before camps are built",
        "assumption",
        "C",
        (0.2, 1.0),
        ge=0,
    )
    rent_usd_per_year: float = par(
        12_000, "USD/yr", "Rent of a home", "assumption", "C", (8_000, 18_000), ge=0
    )
    low_income_renter_share: float = par(
        0.55,
        "1",
        "Renters in the lowest income tercile; the other two share the rest alike",
        "assumption",
        "C",
        (0.4, 0.7),
        ge=0,
        le=1,
    )
    lodging_share: float = par(
        0.4,
        "1",
        "Workers of the region who do not live near a site and take lodging there",
        "assumption",
        "C",
        (0.2, 0.7),
        ge=0,
        le=1,
    )
    announced_jobs_factor: float = par(
        1.2,
        "1",
        "Permanent jobs that are promised over those that come",
        "P187; size: assumption",
        "C",
        (1.0, 2.0),
        ge=1,
    )

    commuting_factor: float = par(
        3.0,
        "1",
        "Residents in the trades within daily reach of a site, over those of its host community",
        "assumption",
        "C",
        (1.0, 8.0),
        ge=0,
    )
    local_hire_premium: float = par(
        0.1,
        "1",
        "Pay and training of residents hired beyond the usual share, over the craft wage",
        "P126; assumption",
        "C",
        (0.0, 0.25),
        ge=0,
    )
    pay_low_share: float = par(
        0.2,
        "1",
        "Part of what residents earn at a site that goes to the lowest income tercile: journey "
        "workers earn too much to be in it, helpers and cleaners do not",
        "P125; split: assumption",
        "C",
        (0.1, 0.33),
        ge=0,
        le=0.5,
    )
    pay_middle_share: float = par(
        0.5,
        "1",
        "Part of it that goes to the middle tercile; the rest goes to the highest",
        "P125; split: assumption",
        "C",
        (0.33, 0.6),
        ge=0,
        le=1,
    )
    redesign_cost_share: float = par(
        0.005,
        "1",
        "Cost of a redesign over campus capex",
        "assumption",
        "C",
        (0.002, 0.02),
        ge=0,
    )


class Climate(Parameters):
    """Drought and frost at sites in use."""

    drought_per_year: float = par(
        0.12,
        "1/yr",
        "Droughts that ration industry, per basin",
        "assumption",
        "C",
        (0.04, 0.3),
        ge=0,
    )
    drought_weeks: float = par(
        20, "week", "Mean length of such a drought", "assumption", "C", (8, 40), gt=0
    )
    drought_stress: float = par(
        0.4,
        "1",
        "Water stress of a site from which droughts ration it (high, as WRI Aqueduct counts)",
        "assumption",
        "C",
        (0.2, 0.6),
        ge=0,
        le=1,
    )
    drought_water_share: float = par(
        0.75,
        "1",
        "Water that a drought leaves to industry, over its need; severe stages of contingency "
        "plans cut 20 to 30%",
        "assumption",
        "C",
        (0.5, 0.9),
        ge=0,
        le=1,
    )
    frost_per_winter: float = par(
        1.0,
        "1/yr",
        "Freezes that stop cooling lines without protection, per region and winter",
        "assumption",
        "C",
        (0.2, 3),
        ge=0,
    )
    frost_hours: float = par(
        48, "h", "Mean length of such a freeze", "assumption", "C", (12, 120), gt=0
    )
    frost_exposed_share: float = par(
        0.1,
        "1",
        "Share of closed-loop load whose lines have neither glycol nor heat tracing",
        "assumption",
        "C",
        (0.02, 0.4),
        ge=0,
        le=1,
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


class Numbers(Parameters):
    """All groups."""

    delivery: Delivery = Delivery()
    grid: Grid = Grid()
    equipment: Equipment = Equipment()
    chips: Chips = Chips()
    contractors: Contractors = Contractors()
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
