"""Numbers of group ``options``."""

from ecosystem.parameters import Parameters, par


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
