"""Fills the tables of a run, week by week, in preallocated arrays."""

from dataclasses import dataclass, field
from datetime import timedelta
from math import isfinite
from typing import NamedTuple

import numpy as np

from ecosystem.cluster.chain import Flows
from ecosystem.delivery.activities import Cause
from ecosystem.delivery.ladder import Rung
from ecosystem.latest import Latest
from ecosystem.layout import Layout
from ecosystem.ledger import Ledger
from ecosystem.market import price_at_bound, price_usd_per_mtok
from ecosystem.observables import COLUMN, LOST_COLUMNS, WEEKLY
from ecosystem.results import Table
from ecosystem.state import Deals, Economy, News, Sites, Snapshot, Society
from ecosystem.treasury import Treasury
from ecosystem.units import MW_PER_GW, FloatArray, IntArray
from ecosystem.view import Event
from ecosystem.works import Works

RUNGS = tuple(r.name.lower() for r in Rung)
CAUSES = tuple(c.name.lower() for c in Cause)
OPINION_WEEKS = 4
QUARTER_WEEKS = 13
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
    works: Works
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


def scalars(week: Week) -> dict[str, float]:
    """Return the observables of a week that are single numbers, but for those of hosts."""
    now, deals, flows, economy, _, treasury, _, _ = week
    market, layout, live = economy.market, now.layout, now.sites.live
    lease = now.numbers.capital.lease_usd_per_mw_year
    active = deals.offer.required_hours - layout.rival_hours[now.week] > 1.0
    weight = now.labour.journeymen * active
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
        "commitments_usd_per_year": lease * (economy.capacity_mw + economy.pipeline_mw),
        "energy_mwh": float(total(flows.energy_mwh[:-1])),
        "co2_t": treasury.co2_t,
        "water_m3": float(total(flows.water_m3[:-1])),
        "labour_hours_required": float(total(deals.offer.required_hours, None)),
        "labour_hours_worked": treasury.hours,
        "craft_wage_ratio": (
            float(total(now.labour.wage_ratio * weight, None)) / staff if staff else 1.0
        ),
        "moratoria": float(np.count_nonzero((now.sites.moratorium_until > now.week) & live)),
        "strategy_cost_usd": treasury.money.strategy,
        "chips_backlog_weeks": now.chips_backlog_weeks,
        "chips_short_mw": deals.offer.chips_waiting_mw,
        "chips_priority": deals.vendors.chips_priority,
        "equipment_waiting_mw": deals.offer.equipment_waiting_mw,
        "makers_out": float(np.count_nonzero(now.shocks.lost)),
        "rationed": float(market.shortfall > 1e-6),
        "price_at_bound": float(price_at_bound(market.utilisation, treasury.rules)),
        "guarded": float(not isfinite(economy.cash_usd)),
    }


@dataclass(slots=True)
class Recorder:
    """What happened so far."""

    layout: Layout
    weekly: FloatArray
    ladder: FloatArray
    usable_it: FloatArray
    by_generation: FloatArray
    lost: FloatArray
    first_cell: IntArray
    of_hosts: Latest[Layout, Sites, Society, FloatArray, FloatArray, dict[str, float]]
    opinion: list[tuple[int, Society, FloatArray]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    columns: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @classmethod
    def of(cls, layout: Layout) -> "Recorder":
        """Return an empty recorder."""
        weeks, sites = layout.world.weeks, len(layout.sites)
        return cls(
            layout=layout,
            weekly=np.full((weeks, len(WEEKLY)), np.nan),
            ladder=np.zeros((weeks, sites, len(Rung))),
            usable_it=np.zeros((weeks, sites)),
            by_generation=np.zeros((weeks, len(layout.generations))),
            lost=np.zeros((weeks, sites, len(Cause))),
            first_cell=layout.site_of_phase * len(Rung),
            of_hosts=Latest(of_hosts),
        )

    def binding(self, weeks: slice | int) -> IntArray:
        """Return the cause that took most from each site, shape (..., S); -1 where none did."""
        lost = self.lost[weeks]
        return np.where(lost.any(axis=-1), lost.argmax(axis=-1), -1)

    def record(self, week: Week) -> FloatArray:
        """Fill the rows of a week; return MW by site and rung, shape (S, 8)."""
        now, layout, at = week.now, self.layout, week.now.week
        announced = now.sites.announced_week <= at + 1.0
        mw = layout.phase_mw * announced[layout.site_of_phase]
        ladder = self.ladder[at]
        cells = np.bincount(self.first_cell + now.state, mw, ladder.size)
        ladder[:] = cells.reshape(ladder.shape)
        self.usable_it[at] = week.flows.it_mw[:-1]
        np.add.reduce(week.usable_mw[:-1], out=self.by_generation[at])
        lost = week.works.lost_now
        np.add.reduceat(lost, layout.lead_of_site, axis=0, out=self.lost[at])
        if at % OPINION_WEEKS == 0:
            per_household = week.treasury.benefit_to_date / layout.households
            per_household[~announced] = np.nan
            self.opinion.append((at, week.society, per_household))
        row = self.weekly[at]
        row[RUNG_COLUMNS] = np.add.reduce(ladder)
        row[LOST_AT] = layout.phase_mw @ lost / MW_PER_GW
        treasury = week.treasury
        hosts = self.of_hosts(
            layout, now.sites, week.society, treasury.bill_change, treasury.benefit
        )
        observed = scalars(week) | hosts
        if not self.columns.size:
            self.columns = np.array([COLUMN[name] for name in observed])
        row[self.columns] = [*observed.values()]
        return ladder

    def tell(self, week: int, news: list[News]) -> None:
        """Keep the events of a week."""
        if not news:
            return
        day = self.layout.world.start + timedelta(weeks=week)
        for item in news:
            site = self.layout.sites[item.site].key if item.site >= 0 else ""
            self.events.append(Event(week, day, item.kind, site, item.agent, item.text))

    def tables(self, weeks: int) -> dict[str, Table]:
        """Return the tables of the first `weeks` weeks."""
        week = np.arange(weeks)
        keys = np.array([s.key for s in self.layout.sites], dtype=object)
        count = len(keys)
        weekly: Table = {"week": week}
        weekly |= {name: self.weekly[:weeks, i] for i, name in enumerate(WEEKLY)}
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
            "programme_mw": self.by_generation[at].ravel(),
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
