"""The shipped data: followable, consistent with the facts, and silent about outcomes."""

import csv
import re
from datetime import date

import pytest

from ecosystem.numbers import Numbers
from ecosystem.parameters import cards
from ecosystem.scenario import DATA, Levers, Site, load_strategy, load_world, shipped
from experiments.sources import ids_of

WORLD = load_world("stargate")
SITES = {site.key: site for site in WORLD.sites}
BUILT = [site for site in WORLD.sites if site.role in ("programme", "candidate")]
PROGRAMME = [site for site in WORLD.sites if site.role == "programme"]
US_PROGRAMME = [s for s in PROGRAMME if s.country == "US" and s.key != "ports_pike"]

with (DATA / "sources.csv").open(encoding="utf-8", newline="") as handle:
    SOURCES = {row["id"]: row for row in csv.DictReader(handle)}


def resolves(name: str) -> bool:
    """Tell whether `name` is an id of sources.csv, alone or followed by a comment."""
    return name in SOURCES or any(name.startswith(f"{known} ") for known in SOURCES)


def all_sources() -> list[tuple[str, str]]:
    """Return everything that names a source, as pairs of where and source."""
    used = [(card.path, card.source) for card in (*cards(Numbers()), *cards(Levers()))]
    for group in (WORLD.sites, WORLD.regions, WORLD.clouds, WORLD.contractors):
        used += [(item.key, item.source) for item in group]
    used += [(f"{r.site} {r.activity}", r.source) for r in WORLD.records]
    used += [(s, load_strategy(s).source) for s in shipped("strategies")]
    return [*used, ("mood", WORLD.mood.source), ("base", WORLD.installed_base_mw.source)]


def test_ids_of_splits_as_people_write() -> None:
    assert ids_of("P142-P144; cost: assumption") == ["P142", "P143", "P144"]
    assert ids_of("Friedkin & Johnsen 1990; model.md") == ["Friedkin & Johnsen 1990"]
    assert ids_of("press, end 2024") == []
    assert ids_of("US Census, 2024") == ["US Census"]
    assert ids_of("2024") == ["2024"]
    assert ids_of("P102: 0.03-0.83%, typo") == ["P102", "typo"]
    assert resolves("P041 cases")
    assert not resolves("P0411")


def test_every_source_is_an_id_or_a_stated_word() -> None:
    lost = [
        (where, i) for where, source in all_sources() for i in ids_of(source) if not resolves(i)
    ]
    assert lost == []


def test_sources_are_followable() -> None:
    for row in SOURCES.values():
        assert row["what"]
        assert row["grade"] in ("A", "B", "C"), row
        for address in row["url"].split():
            assert re.fullmatch(r"https?://\S+\.\S+", address), row
        assert row["url"] or row["grade"] == "C", row


def test_no_source_is_listed_twice() -> None:
    with (DATA / "sources.csv").open(encoding="utf-8", newline="") as handle:
        assert len(list(csv.DictReader(handle))) == len(SOURCES)


def test_records_never_set_an_outcome() -> None:
    for record in WORLD.records:
        assert record.activity not in ("energise", "racks", "commissioning"), record
        assert SITES[record.site].role == "programme", record


def recorded(site: Site, phase: int, activity: str, status: str) -> date | None:
    """Return the date of a record of one phase, or None."""
    dates = [
        r.date
        for r in WORLD.records
        if (r.site, r.activity, r.status) == (site.key, activity, status)
        and r.first_phase <= phase <= r.last_phase
    ]
    assert len(dates) <= 1, f"{site.key} {phase} {activity} {status} is recorded twice"
    return dates[0] if dates else None


PHASES = [(site, phase) for site in PROGRAMME for phase in range(1, site.phases + 1)]
ORDER = [
    ("land", "finished", "sitework", "started"),
    ("permit", "finished", "sitework", "started"),
    ("permit", "finished", "sitework", "not_before"),
    ("sitework", "started", "sitework", "finished"),
    ("sitework", "finished", "shell", "started"),
    ("study", "finished", "interconnect", "started"),
    ("air_permit", "finished", "bridge", "started"),
    ("air_permit", "started", "bridge", "not_before"),
    ("air_permit", "not_before", "bridge", "not_before"),
    ("bridge", "started", "bridge", "finished"),
    ("equipment", "started", "equipment", "finished"),
]


@pytest.mark.parametrize(("first", "how", "then", "what"), ORDER)
def test_records_are_in_order(first: str, how: str, then: str, what: str) -> None:
    met = 0
    for site, phase in PHASES:
        before, after = recorded(site, phase, first, how), recorded(site, phase, then, what)
        if before and after:
            assert before <= after, (site.key, phase)
            met += 1
    assert met, "no phase has both records: the check checks nothing"


def test_every_phase_has_one_start_of_works() -> None:
    """Works have started or are said to wait, but for nothing is both said."""
    for site, phase in PHASES:
        known = [recorded(site, phase, "sitework", s) for s in ("started", "not_before")]
        assert sum(day is not None for day in known) == 1, (site.key, phase)


@pytest.mark.parametrize(
    ("site", "day"),
    [
        ("abilene", date(2024, 5, 31)),
        ("shackelford", date(2025, 8, 1)),
        ("dona_ana", date(2025, 10, 1)),
        ("milam", date(2025, 9, 27)),
        ("port_washington", date(2025, 12, 17)),
        ("saline", date(2025, 12, 4)),
        ("lordstown", date(2025, 10, 12)),
        ("uae", date(2025, 6, 9)),
    ],
)
def test_works_start_at_the_observed_clearing(site: str, day: date) -> None:
    assert recorded(SITES[site], 1, "sitework", "started") == day


def test_programme_adds_up_to_the_recorded_plan() -> None:
    """Seven US sites: 9.7 GW facility and 7.0 GW IT by Epoch AI's count of October 2026."""
    assert sum(s.facility_mw for s in US_PROGRAMME) == pytest.approx(9_773)
    assert sum(s.it_mw for s in US_PROGRAMME) == pytest.approx(6_954)
    firm, option = SITES["ports_pike"], SITES["ports_option"]
    assert (firm.it_mw, option.it_mw) == (4_250, 3_750)
    assert firm.facility_mw + option.facility_mw == pytest.approx(10_000)


def test_roles_and_regions() -> None:
    roles = [site.role for site in WORLD.sites]
    counts = {role: roles.count(role) for role in roles}
    assert counts == {"programme": 9, "candidate": 12, "comparator": 7, "refused": 2}
    pool = [site.region for site in WORLD.sites if site.role == "candidate"]
    spread = {region: pool.count(region) for region in pool}
    assert spread == {"ercot": 3, "pjm": 3, "miso": 2, "serc": 2, "wecc": 2}


@pytest.mark.parametrize("site", WORLD.sites, ids=lambda site: site.key)
def test_site_is_plausible(site: Site) -> None:
    assert re.fullmatch(r"[a-z0-9_]+", site.key)
    if site.facility_mw:
        assert 1.17 <= site.facility_mw / site.it_mw <= 1.52
    if site.role in ("programme", "candidate"):
        assert 100 <= site.facility_mw / site.phases <= 210
        assert site.phases_at_start <= site.phases
    if site.role == "programme":
        assert site.announced is not None
    if site.role == "comparator":
        assert site.build_start is not None
        assert site.build_end is not None
        assert site.build_start < site.build_end
    if site.role == "candidate" and site.key != "ports_option":
        assert site.announced is None
        assert site.name.startswith("Candidate ")
        assert "fictional" in site.note
        assert 900 <= site.facility_mw <= 2_000


def test_crews_carry_the_recorded_ramp() -> None:
    """53 to 121 MW a month and site (P147), over 14 months of building; small sites are slower."""
    for builder in WORLD.contractors:
        sites = [s for s in PROGRAMME if s.developer == builder.key]
        assert builder.crews >= sum(s.phases_at_start for s in sites)
        mw = sum(s.facility_mw for s in sites)
        ramp = builder.crews * mw / sum(s.phases for s in sites) / 14 / len(sites)
        assert mw < 600 or 53 <= ramp <= 121, builder.key


def test_clouds_carry_what_they_build() -> None:
    """Opening equity is consistent with what was taken on by mid-2026."""
    n = WORLD.numbers.capital
    per_mw = (1 - n.loan_to_cost) * (n.campus_usd_per_mw + n.it_usd_per_mw)
    for cloud in WORLD.clouds:
        mw = sum(s.facility_mw for s in PROGRAMME if s.cloud == cloud.key)
        assert mw * per_mw <= cloud.equity_usd * 1.05, cloud.key


def test_texas_can_man_one_campus_but_not_three() -> None:
    """Observed peak at Abilene 6,000-6,400 (P121); 3,000 a GW over all sites (P120)."""
    texas = next(r for r in WORLD.regions if r.key == "ercot")
    workers = texas.electrical + texas.mechanical + texas.civil + texas.commissioning
    three = sum(SITES[key].facility_mw for key in ("abilene", "shackelford", "milam"))
    assert 6_400 < workers < 3_000 * three / 1_000


def test_series_hold_the_published_values() -> None:
    mood = dict(zip(WORLD.mood.dates, WORLD.mood.values, strict=True))
    assert mood[date(2025, 8, 15)] == 0.02
    assert mood[date(2026, 2, 15)] == -0.24
    assert mood[date(2026, 6, 1)] == -0.47
    base = dict(zip(WORLD.installed_base_mw.dates, WORLD.installed_base_mw.values, strict=True))
    assert base[date(2023, 12, 31)] == 200
    assert base[date(2024, 12, 31)] == 600
    assert base[date(2025, 12, 31)] == 1_900 - 295, "less what is live at programme sites"
    assert WORLD.installed_base_mw.observed_until == date(2025, 12, 31)


def test_placebo_spends_what_s2_spends() -> None:
    """An open process costs 0.1% of capex at openness 1; everything else of the placebo is S0."""
    s0, s2, placebo = (load_strategy(key).levers for key in ("S0", "S2", "placebo"))
    extra = s2.agreement_share_of_capex + 0.001 * (s2.openness - s0.openness)
    assert placebo.placebo_share_of_capex == pytest.approx(extra)
    assert placebo.with_("placebo_share_of_capex", 0) == s0
