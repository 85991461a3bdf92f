"""Numbers of group ``cluster``."""

from ecosystem.parameters import Parameters, par


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
        0.05, "1", "PUE added by closed-loop cooling", "P177", "C", (0.02, 0.1), ge=0, le=1
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
        1.4, "1", "Daily peak over mean demand", "docs/odd.md", "C", (1.2, 1.6), ge=1, le=2
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
