"""Numbers of group ``chips``."""

from ecosystem.parameters import Parameters, par
from ecosystem.rationing import Rule


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
