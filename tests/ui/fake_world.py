"""A small, deterministic world with the interface of the real one, for tests of the page."""

import math
from copy import deepcopy
from datetime import date, timedelta

import numpy as np

from ecosystem.errors import InputError
from ecosystem.scenario import Strategy
from ecosystem.view import AgentView, EdgeView, Event, SiteView, View
from viz.fork import Running
from viz.palette import CAUSES, LADDER
from viz.state import Catalogue, Choice

START = date(2025, 1, 6)
_PLACES = (
    ("abilene", "Stargate Abilene", "programme", 32.5, -99.78, 1180.0),
    ("shackelford", "Stargate Shackelford County", "programme", 32.55, -99.56, 1960.0),
    ("dona_ana", "Stargate Doña Ana County", "programme", 31.83, -106.69, 2450.0),
    ("milam", "Stargate Milam County", "programme", 30.87, -97.1, 1200.0),
    ("port_washington", "Stargate Port Washington", "programme", 43.41, -87.89, 1300.0),
    ("saline", "Stargate Michigan", "programme", 42.13, -83.87, 1383.0),
    ("lordstown", "Stargate Lordstown", "programme", 41.15, -80.88, 300.0),
    ("ports", "PORTS-Pike Technology Campus", "programme", 39.01, -83.0, 10000.0),
    ("uae", "Stargate UAE", "programme", 24.15, 54.44, 1400.0),
    ("colossus", "xAI Colossus 1", "comparator", 35.06, -90.16, 425.0),
    ("hyperion", "Meta Hyperion", "comparator", 32.5, -91.64, 2262.0),
    ("gateway", "Prince William Digital Gateway", "refused", 38.83, -77.6, 2000.0),
    ("wyoming", "Candidate <Wyoming> & sons", "candidate", 41.03, -104.87, 1000.0),
    ("georgia", "Candidate Georgia", "candidate", 33.45, -84.52, 1000.0),
)
WORLDS = {"calm": "A calm fake world", "breaks": "Breaks in week 4"}
_REGIONS = ("ercot", "miso", "pjm", "wecc")
_CRAFTS = ("electrical", "mechanical", "civil", "commissioning")


class FakeWorld:
    """Every site climbs one rung of the ladder after another; nothing here is a finding."""

    def __init__(self, choice: Choice, weeks: int = 120) -> None:
        self.choice = choice
        self.weeks = weeks
        self.week = 0
        self._speed = 1.0 + 0.1 * (choice.seed % 7) + 0.2 * (choice.strategy != "S0")
        self._pushed = (0, 0.0)
        self._rows: list[dict[str, float]] = []

    def step(self) -> None:
        if self.choice.world == "breaks" and self.week == 3:
            raise RuntimeError("the fake world broke on purpose")
        self.week += 1
        ladder = np.sum([site.ladder_mw for site in self._sites()], axis=0)
        usable = float(ladder[6])
        row = {f"{s}_mw": float(v) for s, v in zip(LADDER, ladder, strict=True)}
        growth = math.exp(0.01 * self.week)
        row |= {
            "usable_it_mw": usable / 1.4,
            "installed_base_mw": 1000.0,
            "capability": 130 + 0.2 * self.week,
            "demand_mw": 1500 * growth,
            "adopted_mw": 1200 * growth,
            "served_mw": min(1200 * growth, 900 + usable),
            "utilisation": min(1.0, 0.6 + 0.002 * self.week),
            "latency_s": 1 + 0.01 * self.week,
            "shortfall": 0.1,
            "price_usd_per_mtok": 5 / growth,
            "price_usd_per_mw_year": 1e7,
            "revenue_usd": 2.5e8 * growth,
            "commitments_usd_per_year": 2e10,
            "room_usd_per_year": 1e10,
            "strategy_cost_usd": 1e6 * self._speed,
            "mean_support": 0.1,
            "organised_communities": 2.0,
            "bill_change_usd_per_household_year": 3.0,
        }
        self._rows.append(row)

    def view(self) -> View:
        names = self._rows[0] if self._rows else FakeWorld._first_row(self.choice)
        weekly = {name: np.array([row[name] for row in self._rows]) for name in names}
        day = START + timedelta(weeks=self.week)
        return View(
            self.week, day, weekly, self._sites(), self._agents(), self._edges(), self._events()
        )

    @staticmethod
    def _first_row(choice: Choice) -> dict[str, float]:
        once = FakeWorld(choice._replace(world="calm"))
        once.step()
        return once._rows[0]

    def _sites(self) -> tuple[SiteView, ...]:
        return tuple(self._site(i, *place) for i, place in enumerate(_PLACES))

    def _site(
        self, i: int, key: str, name: str, role: str, lat: float, lon: float, mw: float
    ) -> SiteView:
        ladder = [0.0] * 8
        since, push = self._pushed
        climbed = (self.week * self._speed + (self.week - since) * push - 4 * i) / 14
        if role in ("programme", "candidate") and climbed >= 0:
            rung = min(6, int(climbed))
            part = climbed - rung if rung < 6 else 0.0
            ladder[rung] = mw * (1 - part)
            ladder[min(6, rung + 1)] += mw * part
        if key == "lordstown" and self.week > 60:
            ladder = [0.0] * 7 + [mw]
        cause = tuple(CAUSES)[(i + self.week // 20) % 8] if i % 5 else "grid"
        support = math.cos(i + self.week / 30)
        return SiteView(
            key,
            name,
            role,
            LADDER[int(np.argmax(ladder))],
            lat,
            lon,
            mw,
            tuple(ladder),
            ladder[6] / 1.4,
            cause,
            support,
            (1 - support) / 4,
            support < -0.6,
        )

    def _agents(self) -> tuple[AgentView, ...]:
        one = [("lab", "lab", "AI lab"), ("capital", "capital", "Financiers")]
        one += [("chips", "chips", "Chip maker"), ("equipment", "equipment", "Transformers")]
        one += [(f"cloud:{c}", "cloud", c.title()) for c in ("oracle", "softbank", "g42")]
        one += [(f"contractor:{c}", "contractor", c.title()) for c in ("crusoe", "vantage")]
        one += [
            (f"community:{p[0]}", "community", f"{p[1].removeprefix('Stargate ')}")
            for p in _PLACES
            if p[2] != "comparator"
        ]
        for region in _REGIONS:
            one.append((f"utility:{region}", "utility", f"Utility {region.upper()}"))
            one.append((f"regulator:{region}", "regulator", f"Permits {region.upper()}"))
            one += [
                (f"workforce:{region}_{c}", "workforce", f"{c} {region.upper()}") for c in _CRAFTS
            ]
        card = (("has", f"{self.week:,} weeks"), ("wants", "<more> & better"), ("owes", "nothing"))
        done = Event(3, START, "announced", "abilene", "lab", "announces <it>")
        lately = {"lab": (done,)}
        return tuple(
            AgentView(key, kind, label, card, lately.get(key, ())) for key, kind, label in one
        )

    def _edges(self) -> tuple[EdgeView, ...]:
        edges = [EdgeView("capital", "lab", "contract", 0.8, False)]
        for broken in (False, True):
            edges.append(
                EdgeView(
                    *("lab", "capital", "commitment", 0.5, broken),
                    promise="first <power>",
                    due_week=12.0,
                    open=not broken,
                )
            )
        hosts = [f"community:{p[0]}" for p in _PLACES if p[2] != "comparator"]
        for i, host in enumerate(hosts):
            region = _REGIONS[i % 4]
            strength = 0.5 + 0.5 * math.sin(i + self.week / 40)
            edges.append(EdgeView("lab", host, "trust", strength, strength < 0.2))
            edges.append(EdgeView(f"regulator:{region}", host, "regulates", 0.5, False))
            edges.append(EdgeView(f"utility:{region}", host, "serves", 0.6, False))
            edges += [
                EdgeView(f"workforce:{region}_{c}", host, "labour", 0.4, False) for c in _CRAFTS
            ]
            edges.append(EdgeView(host, hosts[(i + 1) % len(hosts)], "diffusion", 0.3, False))
            vendor = ("cloud:oracle", "cloud:softbank", "contractor:crusoe")[i % 3]
            edges.append(EdgeView(vendor, host, "supply", 0.7, False))
        for vendor in ("chips", "equipment", "cloud:oracle", "cloud:g42", "contractor:vantage"):
            edges.append(EdgeView("lab", vendor, "contract", 0.7, False))
        return tuple(edges)

    def _events(self) -> tuple[Event, ...]:
        return tuple(
            Event(
                week,
                START + timedelta(weeks=week),
                "permit",
                _PLACES[week % 9][0],
                "regulator",
                "hearing, approved 3–2 after an agreement <simulated>",
            )
            for week in range(self.week - 1, max(-1, self.week - 200), -1)
        )


def build(choice: Choice) -> FakeWorld:
    if choice.world not in WORLDS:
        raise InputError(f"unknown world {choice.world!r}")
    return FakeWorld(choice)


def part(world: Running, strategy: Strategy) -> FakeWorld:
    """Return a copy in which levers speed the climb up from this week on."""
    assert isinstance(world, FakeWorld)
    copy = deepcopy(world)
    copy._pushed = (world.week, strategy.levers.openness)
    return copy


def fake_catalogue() -> Catalogue:
    return Catalogue(
        WORLDS, {"S0": "Decide, announce, defend", "S2": "Agreement"}, build, part=part
    )
