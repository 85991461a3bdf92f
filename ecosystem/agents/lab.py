"""The AI laboratory."""

from math import exp, log
from typing import TYPE_CHECKING, Any

import numpy as np

from ecosystem.agents.base import Actor, Card, crews_of, racks_due
from ecosystem.cluster.roadmap import waits
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.ladder import Rung
from ecosystem.market import (
    commitment_room,
    desired_starts,
    expected_revenue,
    training_share,
)
from ecosystem.state import (
    Announce,
    AwaitGeneration,
    GiveUp,
    OfferMore,
    Order,
    Redesign,
    Snapshot,
    Split,
    SwitchBuilder,
)
from ecosystem.units import WEEKS_PER_YEAR, FloatArray

if TYPE_CHECKING:
    from mesa import Model


def commitment_room_usd(now: Snapshot) -> float:
    """Return the yearly rent that the lab may still sign for [USD/yr]."""
    e, c = now.economy, now.numbers.capital
    expected = expected_revenue(
        e.revenue_usd_per_year,
        e.revenue_growth_per_year,
        c.growth_expected_max,
        c.expectation_years,
    )
    committed = e.capacity_mw + e.pipeline_mw
    return float(commitment_room(expected, committed, c.lease_usd_per_mw_year, c.commitment_cover))


class AILab(Actor):
    """Plans capacity, opens sites, divides its compute, gives phases back.

    Senses: use and its growth, revenue, cash, the pipeline, what each candidate site promises.
    Decides, quarterly: how much to open, within what its commitments allow; where, by a softmax
    over expected time to power, local support and concentration; the share of compute that
    trains; which sites go to another builder, since theirs has no crew for them or no longer the
    financiers' trust; and which phases to give up when they are hopelessly late or cash is out.
    From what it sees of a host community (support, organised opposition, denials) it decides,
    where the levers in force tell it to, whether to offer more, to redesign, or to leave.
    """

    kind = "lab"
    every_weeks = 13

    def __init__(self, model: "Model[Any, Any]", label: str) -> None:
        super().__init__(model, "", label)

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the quarter's plan."""
        orders: list[Order] = [Split(self._training_share(now))]
        if now.economy.cash_usd <= 0:
            return orders + self._resell(now)
        orders += self._open(now) + self._switch(now) + self._await(now)
        return orders + self._drop_late(now) + self._adapt(now)

    def _training_share(self, now: Snapshot) -> float:
        n, m, e = now.numbers.lab, now.numbers.market, now.economy
        if m.split_rule == "need":
            return training_share(
                e.training_share,
                e.market.adopted_mw,
                e.inference_mw,
                m.target_utilisation,
                m.split_step_per_quarter,
                (n.training_share_floor, m.training_share_most),
            )
        fallen = n.training_share_2025 - n.training_share_fall_per_year * now.week / WEEKS_PER_YEAR
        return max(n.training_share_floor, fallen)

    def wanted_mw(self, now: Snapshot) -> float:
        """Return megawatts to open: the smaller of what demand asks and commitments allow."""
        e, n, c = now.economy, now.numbers.lab, now.numbers.capital
        growth = min(max(e.revenue_growth_per_year, 0.0), c.growth_expected_max)
        use = e.market.adopted_mw * exp(growth * n.plan_years)
        desired = use / (now.numbers.market.target_utilisation * (1 - self._training_share(now)))
        gap = float(desired_starts(desired, e.capacity_mw, e.pipeline_mw, n.pipeline_weight))
        return min(gap, commitment_room_usd(now) / c.lease_usd_per_mw_year)

    def _open(self, now: Snapshot) -> list[Order]:
        """Choose new sites one by one (Gumbel-max draws make it a softmax)."""
        candidates = np.flatnonzero(
            now.layout.candidate
            & np.isnan(now.sites.announced_week)
            & ~now.sites.withdrawn
            & (now.sites.moratorium_until <= now.week)
        )
        # until the history ends only recorded sites are opened, whatever the strategy
        if now.week < now.layout.choice_week or not len(candidates):
            return []
        wanted = self.wanted_mw(now)
        utility = now.numbers.lab.choice_sharpness * self._scores(now, candidates)
        utility += -np.log(-np.log(np.clip(now.shocks.choice[candidates], 1e-12, 1 - 1e-12)))
        room = now.vendors.cloud_room_mw.copy()
        cloud_of_site = now.layout.cloud_of_phase[now.layout.lead_of_site]
        orders: list[Order] = []
        for site in candidates[np.argsort(-utility, kind="stable")]:
            size = float(now.layout.site_mw[site])
            if len(orders) >= now.numbers.lab.starts_per_quarter or wanted < 0.5 * size:
                break
            if room[cloud_of_site[site]] < size:
                continue
            room[cloud_of_site[site]] -= size
            orders.append(Announce(int(site)))
            wanted -= size
        return orders

    def _scores(self, now: Snapshot, sites: Any) -> FloatArray:
        """Return a score in [0, 1] for each site: speed, support, concentration."""
        layout, n = now.layout, now.numbers
        region = layout.region_of_site[sites]
        headroom = now.vendors.headroom_mw[region]
        growth = np.maximum(layout.headroom_mw_per_year[region], 1.0)
        wait_weeks = np.maximum(0, layout.site_mw[sites] - headroom) / growth * WEEKS_PER_YEAR
        by_grid = n.delivery.study_weeks + n.delivery.interconnect_weeks + wait_weeks
        weeks = np.where(
            layout.grid_only[sites], by_grid, n.delivery.air_permit_weeks + n.delivery.bridge_weeks
        )
        speed = 1 / (1 + weeks / (2 * WEEKS_PER_YEAR))
        support = (1 + now.society.support[sites]) / 2
        live = now.sites.live
        in_region = np.bincount(
            layout.region_of_site, layout.site_mw * live, minlength=len(headroom)
        )
        concentration = in_region[region] / max(1.0, in_region.sum())
        return (speed + support + 1 - concentration) / 3

    def _switch(self, now: Snapshot) -> list[Order]:
        """Give stuck sites to the most reliable builder who has crews to spare."""
        layout, options = now.layout, now.numbers.options
        waited = np.where(now.needs_crew & (now.vendors.crews == 0), now.week - now.ready_week, 0.0)
        stuck = np.maximum.reduceat(waited, layout.lead_of_site) >= options.switch_after_weeks
        unfunded = now.sites.live & ~now.sites.funded
        if now.outages is not None:
            builder_of_site = now.vendors.builder[layout.last_of_site]
            stuck |= np.isin(builder_of_site, now.outages.contractors(now.week))
        sites = (stuck & now.sites.live | unfunded) & (now.sites.switching_until <= now.week)
        if not np.count_nonzero(sites):
            return []
        firms = layout.world.contractors
        busy = np.bincount(now.vendors.builder[now.needs_crew], minlength=len(firms))
        spare = np.array([crews_of(firm.crews, now) for firm in firms]) - busy
        if now.outages is not None:
            spare[now.outages.contractors(now.week)] = 0
        trust = np.array(
            [now.partnerships.mean_strength(f"contractor:{f.key}", "contract") for f in firms]
        )
        orders: list[Order] = []
        for site in sites.nonzero()[0].tolist():
            builder = now.vendors.builder[layout.last_of_site[site]]
            able = (spare > 0) & (trust >= now.numbers.capital.refuse_below)
            able[builder] = False
            if not able.any():
                continue
            best = int(np.argmax(np.where(able, trust, -1.0)))
            spare[best] -= np.count_nonzero(now.pending & (layout.site_of_phase == site))
            orders.append(SwitchBuilder(site, best))
        return orders

    def _await(self, now: Snapshot) -> list[Order]:
        """Put off orders of racks that are due this quarter, where the next generation is worth it.

        A hall that is not ready sooner loses nothing by the wait.
        """
        due = racks_due(now)
        longest = now.numbers.chips.longest_wait_weeks * now.numbers.chips.generation_freedom
        if longest <= 0 or not due.phases.size:
            return []
        layout, chips = now.layout, now.numbers.chips
        lead = layout.base_weeks[Activity.CHIPS]
        current = layout.newest(due.order_week + lead)
        following, launch = layout.launch_after(due.order_week + lead)
        wait = launch - lead - due.order_week
        flop, tokens = layout.work_per_mw
        train = now.economy.training_share
        gain = (
            train * flop[following] / flop[current]
            + (1 - train) * tokens[following] / (tokens[current])
        )
        refit = layout.refit_weeks[due.hall, following] - layout.refit_weeks[due.hall, current]
        lost = np.maximum(wait - due.slack_weeks + refit, 0.0)
        pace = train * chips.generation_flop_gain + (1 - train) * chips.generation_token_gain
        years = chips.generation_weeks / WEEKS_PER_YEAR
        erosion = now.numbers.market.pass_through * max(log(pace), 0.0) / years
        erosion += now.numbers.capital.discount_per_year
        put_off = waits(gain, wait, lost, chips.chip_life_years, erosion, longest)
        weeks = launch - lead
        return [AwaitGeneration(int(due.phases[i]), float(weeks[i])) for i in put_off.nonzero()[0]]

    def _drop_late(self, now: Snapshot) -> list[Order]:
        """Give up phases that have not begun and are later than patience allows."""
        late = now.week - now.planned_start - now.numbers.lab.patience_weeks > 0
        waiting = now.pending & (now.state < Rung.BUILDING)
        return [
            GiveUp(int(p), "later than the lab's patience") for p in np.flatnonzero(late & waiting)
        ]

    def _adapt(self, now: Snapshot) -> list[Order]:
        """Answer each community: a thermostat on its support, one redesign, a way out."""
        levers, sites, society = now.levers, now.sites, now.society
        hosts = sites.live & (now.site_state < Rung.COMMISSIONED)
        wanting = (society.support < levers.offer_below_support) | society.organised
        moved = sites.offer_level + np.where(wanting, levers.offer_step, -levers.offer_step)
        level = np.where(hosts, np.clip(moved, 0.0, 1.0), sites.offer_level)
        orders: list[Order] = [
            OfferMore(int(i), float(level[i])) for i in np.flatnonzero(level != sites.offer_level)
        ]
        undecided = hosts & ~sites.approved
        opposed = society.opposing > levers.redesign_at_opposing
        fresh = undecided & opposed & np.isnan(sites.redesigned_week)
        orders += [Redesign(int(i)) for i in np.flatnonzero(fresh)]
        lost = undecided & (sites.denials >= levers.exit_after_denials)
        phases = lost[now.layout.site_of_phase] & now.pending & (now.state < Rung.BUILDING)
        return orders + [GiveUp(int(p), "denied too often") for p in np.flatnonzero(phases)]

    def _resell(self, now: Snapshot) -> list[Order]:
        """Give up the youngest phases that have not begun, one site's worth a quarter."""
        waiting = np.flatnonzero(now.pending & (now.state < Rung.BUILDING))
        if not len(waiting):
            return []
        site = now.layout.site_of_phase[waiting]
        youngest = site[np.argmax(now.sites.announced_week[site])]
        return [GiveUp(int(p), "no cash") for p in waiting[site == youngest]]

    def card(self, now: Snapshot) -> Card:
        """Return capacity, plans and money."""
        e = now.economy
        return (
            ("capacity", f"{e.capacity_mw / 1e3:,.2f} GW"),
            ("pipeline", f"{e.pipeline_mw / 1e3:,.2f} GW"),
            ("wants to open", f"{self.wanted_mw(now) / 1e3:,.2f} GW"),
            ("trains with", f"{e.training_share:.0%} of its compute"),
            ("revenue", f"{e.revenue_usd_per_year / 1e9:,.1f} bn USD/yr"),
            ("expected growth", f"{exp(e.revenue_growth_per_year):.2f}x a year"),
            ("cash", f"{e.cash_usd / 1e9:,.1f} bn USD"),
        )
