"""Fills the tables of a run, week by week, in preallocated arrays."""

from datetime import timedelta
from math import isfinite
from typing import NamedTuple

import numpy as np

from ecosystem.choosing import commitment_cover, commitment_room_usd, expected_revenue_usd
from ecosystem.cluster.chain import Flows
from ecosystem.deals import Deals, News
from ecosystem.delivery.activities import Cause
from ecosystem.delivery.ladder import Rung
from ecosystem.latest import Latest
from ecosystem.layout import Layout
from ecosystem.ledger import Ledger
from ecosystem.market import price_at_bound, price_usd_per_mtok
from ecosystem.observables import COLUMN, LOST_COLUMNS, WEEKLY
from ecosystem.results import Table
from ecosystem.shocks import QUARTER_WEEKS
from ecosystem.state import Economy, Sites, Snapshot, Society
from ecosystem.treasury import Treasury
from ecosystem.units import MW_PER_GW, ONE, BoolArray, FloatArray, IntArray
from ecosystem.view import Event
from ecosystem.works import Works

RUNGS = tuple(r.name.lower() for r in Rung)
CAUSES = tuple(c.name.lower() for c in Cause)
OPINION_WEEKS = 4
LATELY = 6
"""Events that are kept at hand for each agent."""

LOST_AT = np.array(LOST_COLUMNS)
RUNG_COLUMNS = slice(COLUMN["announced_mw"], COLUMN["cancelled_mw"] + 1)


class Week(NamedTuple):
    """All that a week leaves to be recorded."""

    now: Snapshot
    deals: Deals
    flows: Flows
    economy: Economy
    society: Society
    treasury: Treasury
    usable_mw: FloatArray


def of_hosts(
    layout: Layout, sites: Sites, society: Society, bill_change: FloatArray, benefit: FloatArray
) -> dict[str, float]:
    """Return the observables of host communities, which change every four weeks.

    Parameters
    ----------
    layout, sites, society : Layout, Sites, Society
    bill_change, benefit : ndarray, shape (R,), (S,)
        As in :class:`Treasury`.
    """
    live, total = sites.live, np.add.reduce
    homes = layout.households * live
    billed, hosts = float(total(homes)), np.count_nonzero(live)
    change = float(total(bill_change[layout.region_of_site] * homes))
    return {
        "mean_support": float(total(society.support[live])) / hosts if hosts else 0.0,
        "organised_communities": float(np.count_nonzero(society.organised & live)),
        "bill_change_usd_per_household_year": change / billed if billed else 0.0,
        "local_benefit_usd": float(total(benefit)) / OPINION_WEEKS,
    }


def announced(layout: Layout, announced_week: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Return which sites are announced, shape (S,), and the MW of their phases, shape (P,)."""
    there = np.isfinite(announced_week)
    return there, layout.phase_mw * there[layout.site_of_phase]


def scalars(week: Week) -> dict[str, float]:
    """Return the observables of a week that are single numbers, but for those of hosts."""
    now, deals, flows, economy, _, treasury, _ = week
    market, layout, live = economy.market, now.layout, now.sites.live
    lease = now.numbers.capital.lease_usd_per_mw_year
    expected_usd = expected_revenue_usd(now)
    active = deals.offer.required_hours - layout.rival_hours[now.week] > ONE
    weight = now.labour.journeymen * active.astype(float)
    moratoria = 0
    if now.week < now.sites.last_moratorium_until:
        moratoria = np.count_nonzero((now.sites.moratorium_until > now.week) & live)
    total = np.add.reduce
    staff = float(total(weight, None))
    return {
        "usable_it_mw": float(total(flows.it_mw[:-1])),
        "installed_base_mw": float(layout.base_mw[now.week]),
        "capability": market.run.released_capability,
        "demand_mw": market.demand_mw,
        "adopted_mw": now.economy.market.adopted_mw,
        "inference_mw": flows.inference_mw,
        "served_mw": flows.served_mw,
        "utilisation": market.utilisation,
        "latency_s": flows.latency_s,
        "shortfall": market.shortfall,
        "price_usd_per_mw_year": now.economy.market.price_usd_per_mw_year,
        "price_usd_per_mtok": price_usd_per_mtok(
            now.economy.market.price_usd_per_mw_year, flows.tokens_per_s_per_mw
        ),
        "tokens_per_s": flows.tokens_per_s,
        "training_flop_per_s": flows.training_flop_per_s,
        "goodput": flows.goodput,
        "training_share": now.economy.training_share,
        "revenue_usd": treasury.money.revenue,
        "lease_usd": treasury.money.lease,
        "cash_usd": economy.cash_usd,
        "equity_usd": treasury.money.equity,
        "payout_usd": treasury.money.payout,
        "idle_lease_usd": treasury.money.idle_lease,
        "commitments_usd_per_year": lease * (economy.capacity_mw + economy.pipeline_mw),
        "room_usd_per_year": commitment_room_usd(now, expected_usd),
        "rival_share": market.rival_share,
        "commitment_cover": commitment_cover(now, expected_usd),
        "owed_usd": treasury.owed_usd,
        **treasury.of_owners(economy.books),
        "resold_mw": treasury.resold_mw,
        "unfunded_mw": now.sites.unfunded_mw(layout),
        "energy_mwh": float(total(flows.energy_mwh[:-1])),
        "co2_t": treasury.co2_t,
        "water_m3": float(total(flows.water_m3[:-1])),
        "labour_hours_required": float(total(deals.offer.required_hours, None)),
        "labour_hours_worked": treasury.hours,
        "craft_wage_ratio": (
            float(total(now.labour.wage_ratio * weight, None)) / staff if staff else 1.0
        ),
        "moratoria": float(moratoria),
        "strategy_cost_usd": treasury.money.strategy,
        "chips_backlog_weeks": now.chips_backlog_weeks,
        "chips_short_mw": deals.offer.chips_waiting_mw,
        "chips_priority": deals.vendors.chips_priority,
        "equipment_waiting_mw": deals.offer.equipment_waiting_mw,
        "makers_out": now.shocks.out,
        "rationed": float(market.shortfall > 1e-6),
        "price_at_bound": float(price_at_bound(market.utilisation, treasury.rules)),
        "guarded": float(not isfinite(economy.cash_usd)),
    }


class Recorder:
    """What happened so far.

    Nothing in the model reads it, so that what is costly to fold, the ladder and the losses, is
    folded many weeks at once: every quarter, and when somebody looks.

    Attributes
    ----------
    opinion : list of (int, Society, ndarray)
        Week, communities, and benefit per household, every four weeks.
    events : list of Event
    """

    def __init__(self, layout: Layout, works: Works) -> None:
        weeks, sites = layout.world.weeks, len(layout.sites)
        self.layout = layout
        self.opinion: list[tuple[int, Society, FloatArray]] = []
        self.events: list[Event] = []
        self.lately: dict[str, tuple[Event, ...]] = {}
        self._works = works
        self._weekly = np.full((weeks, len(WEEKLY)), np.nan)
        self._ladder = np.zeros((weeks, sites, len(Rung)))
        self._usable_it = np.zeros((weeks, sites))
        self._by_generation = np.zeros((weeks, len(layout.generations)))
        self._lost = np.zeros((weeks, sites, len(Cause)))
        self._first_cell = layout.site_of_phase * len(Rung)
        self._unfolded: list[tuple[IntArray, FloatArray]] = []
        self._folded = 0
        self._of_hosts = Latest(of_hosts)
        self._announced = Latest(announced)
        self._observed: list[tuple[float, ...]] = []
        self._columns: IntArray = np.zeros(0, dtype=np.int64)

    @property
    def weekly(self) -> FloatArray:
        """Observables in the order of `WEEKLY`, shape (weeks, n); NaN in weeks to come."""
        self._fold()
        return self._weekly

    @property
    def ladder(self) -> FloatArray:
        """MW by site and rung, shape (weeks, S, 8)."""
        self._fold()
        return self._ladder

    @property
    def usable_it(self) -> FloatArray:
        """Usable IT MW by site, shape (weeks, S)."""
        return self._usable_it

    @property
    def lost(self) -> FloatArray:
        """Weeks lost by site and cause, shape (weeks, S, 8)."""
        self._fold()
        return self._lost

    def binding(self, weeks: slice | int) -> IntArray:
        """Return the cause that took most from each site, shape (..., S); -1 where none did."""
        lost = self.lost[weeks]
        return np.where(lost.any(axis=-1), lost.argmax(axis=-1), -1)

    def record(self, week: Week) -> None:
        """Fill the rows of a week."""
        now, layout, at = week.now, self.layout, week.now.week
        there, mw = self._announced(layout, now.sites.announced_week)
        self._unfolded.append((now.state, mw))
        self._usable_it[at] = week.flows.it_mw[:-1]
        if (at + 1) % QUARTER_WEEKS == 0:
            self._by_generation[at] = np.add.reduce(week.usable_mw[:-1])
        treasury = week.treasury
        if at % OPINION_WEEKS == 0:
            per_household = treasury.benefit_to_date / layout.households
            per_household[~there] = np.nan
            self.opinion.append((at, week.society, per_household))
        hosts = self._of_hosts(
            layout, now.sites, week.society, treasury.bill_change, treasury.benefit
        )
        observed = {**scalars(week), **hosts}
        if not self._columns.size:
            self._columns = np.array([COLUMN[name] for name in observed])
        self._observed.append((*observed.values(),))
        if len(self._unfolded) == QUARTER_WEEKS:
            self._fold()

    def _fold(self) -> None:
        """Fill in ladder and losses of the weeks for which they are missing."""
        count, layout = len(self._unfolded), self.layout
        if not count:
            return
        weeks = slice(self._folded, self._folded + count)
        state, mw = (np.array(arrays) for arrays in zip(*self._unfolded, strict=True))
        ladder = self._ladder[weeks]
        week = np.arange(count)[:, None] * ladder[0].size
        cells = np.bincount((week + self._first_cell + state).ravel(), mw.ravel(), ladder.size)
        ladder[:] = cells.reshape(ladder.shape)
        lost = self._works.take_lost()
        np.add.reduceat(lost, layout.lead_of_site, axis=1, out=self._lost[weeks])
        self._weekly[weeks, self._columns] = self._observed
        self._weekly[weeks, RUNG_COLUMNS] = np.add.reduce(ladder, axis=1)
        self._weekly[weeks, LOST_AT] = np.matmul(layout.phase_mw, lost) / MW_PER_GW
        self._unfolded, self._observed, self._folded = [], [], weeks.stop

    def tell(self, week: int, news: list[News]) -> None:
        """Keep the events of a week."""
        if not news:
            return
        day = self.layout.world.start + timedelta(weeks=week)
        for item in news:
            site = self.layout.sites[item.site].key if item.site >= 0 else ""
            event = Event(week, day, item.kind, site, item.agent, item.text)
            self.events.append(event)
            self.lately[item.agent] = (event, *self.lately.get(item.agent, ())[: LATELY - 1])

    def tables(self, weeks: int) -> dict[str, Table]:
        """Return the tables of the first `weeks` weeks."""
        week = np.arange(weeks)
        keys = np.array([s.key for s in self.layout.sites], dtype=object)
        count = len(keys)
        weekly: Table = {"week": week}
        observed = self.weekly[:weeks]
        weekly |= {name: observed[:, i] for i, name in enumerate(WEEKLY)}
        causes = np.array([*CAUSES, ""], dtype=object)
        sites: Table = {"week": np.repeat(week, count), "site": np.tile(keys, weeks)}
        for rung in Rung:
            sites[f"{RUNGS[rung]}_mw"] = self.ladder[:weeks, :, rung].ravel()
        sites["usable_it_mw"] = self.usable_it[:weeks].ravel()
        sites["binding_cause"] = causes[self.binding(slice(weeks)).ravel()]
        for name, value in (("support", "support"), ("opposition", "opposing")):
            monthly = np.array([getattr(s, value) for _, s, _ in self.opinion])
            at = np.minimum(week // OPINION_WEEKS, max(len(monthly) - 1, 0))
            sites[name] = monthly[at].ravel() if len(monthly) else np.full(weeks * count, np.nan)
        return {
            "weekly": weekly,
            "sites": sites,
            "communities": self._communities(keys),
            "events": self._events(),
            "generations": self._generations(weeks),
        }

    def _generations(self, weeks: int) -> Table:
        """Return megawatts in use by generation at the end of every quarter."""
        table, at = self.layout.generations, np.arange(QUARTER_WEEKS - 1, weeks, QUARTER_WEEKS)
        count, kinds = len(at), len(table)
        days = [day.isoformat() for day in table.available]
        return {
            "week": np.repeat(at, kinds),
            "generation": np.tile(np.array(table.key, dtype=object), count),
            "available": np.tile(np.array(days, dtype=object), count),
            "programme_mw": self._by_generation[at].ravel(),
            "installed_base_mw": self.layout.installed_base_mw[at].ravel(),
        }

    def _communities(self, keys: np.ndarray) -> Table:
        months = [(w, s, b) for w, s, b in self.opinion]
        count = len(keys)

        def column(name: str) -> np.ndarray:
            parts = [getattr(s, name) for _, s, _ in months]
            return np.concatenate(parts) if parts else np.zeros(0)

        return {
            "week": np.repeat(np.array([w for w, _, _ in months], dtype=np.int64), count),
            "community": np.tile(keys, len(months)),
            "support": column("support"),
            "opposition": column("opposing"),
            "supporters": column("supporting"),
            "organised": column("organised"),
            "trust": column("trust"),
            "licence": column("licence"),
            "benefit_usd_per_household": (
                np.concatenate([b for _, _, b in months]) if months else np.zeros(0)
            ),
        }

    @staticmethod
    def ledger_table(ledger: Ledger) -> Table:
        """Return the postings of a run, summed by year, purpose and parties."""
        rows = ledger.table()
        words = ("period", "unit", "purpose", "payer", "payee")
        table: Table = {name: np.array([getattr(r, name) for r in rows], object) for name in words}
        table["amount"] = np.array([row.amount for row in rows], dtype=float)
        return table

    def _events(self) -> Table:
        columns = ("kind", "site", "agent", "text")
        table: Table = {
            "week": np.array([e.week for e in self.events], dtype=np.int64),
            "day": np.array([e.day.isoformat() for e in self.events], dtype=object),
        }
        for name in columns:
            table[name] = np.array([getattr(e, name) for e in self.events], dtype=object)
        return table
