"""Numbers of group ``grid``."""

from ecosystem.parameters import Parameters, par


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
        le=0.95,
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
    speculative_hold_share: float = par(
        0.3,
        "1",
        "Firm capacity that speculative requests of others hold, over the headroom they leave; "
        "0 = none",
        "P007; size: assumption",
        "C",
        (0.0, 0.8),
        ge=0,
    )
    speculative_hold_weeks: float = par(
        104,
        "week",
        "Mean time until such a request lapses and another takes its place",
        "assumption",
        "C",
        (52, 208),
        ge=1,
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
