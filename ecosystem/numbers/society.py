"""Numbers of group ``society``."""

from typing import Literal

from ecosystem.parameters import Parameters, par


class Society(Parameters):
    """Households of a host community."""

    archetypes: int = par(
        200,
        "1",
        "Households drawn for each host community; weights carry the true shares",
        "docs/odd.md",
        "B",
        ge=30,
        le=5_000,
    )
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
        0.25,
        "1",
        "Spread of standing opinion between communities; fitted to the contested share and to "
        "cancellations up to the end of 2025",
        "P050, M123, M124, M129; docs/odd.md",
        "C",
        (0.2, 0.4),
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
