"""Numbers of group ``equipment``."""

from ecosystem.parameters import Parameters, par
from ecosystem.rationing import Rule


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
