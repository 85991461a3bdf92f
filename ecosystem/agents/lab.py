"""The AI laboratory."""

from math import exp, log
from typing import TYPE_CHECKING, Any

import numpy as np

from ecosystem import choosing
from ecosystem.agents.base import Actor, Card, crews_of, racks_due
from ecosystem.cluster.roadmap import waits
from ecosystem.delivery.activities import Activity
from ecosystem.delivery.ladder import Rung
from ecosystem.institutions.finance import expected_utilisation, surplus_usd
from ecosystem.market import training_share
from ecosystem.orders import (
    Announce,
    AwaitGeneration,
    GiveUp,
    OfferMore,
    Order,
    PayOut,
    Redesign,
    Split,
    SwitchBuilder,
)
from ecosystem.state import Snapshot
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from mesa import Model


class AILab(Actor):
    """Plans capacity, opens sites, divides its compute, gives phases back.

    Senses: use and its growth, revenue, cash, the pipeline, what each candidate site promises, the
    standing and the room of partners. Decides, quarterly: how much to open, within what its
    commitments allow; where, by a softmax over expected time to power, local support, cost and
    concentration; with whom, likewise, or by itself where its governance says so; the share of
    compute that trains; which sites go to another builder, since theirs has no crew for them or no
    longer the financiers' trust; which phases to give up or to give to another tenant, since they
    are hopelessly late, too much for the use that it expects, or cash is out; what to pay out.
    From what it sees of a host community (support, organised opposition, denials) it decides,
    where the levers in force tell it to, whether to offer more, to redesign, or to leave.
    """

    kind = "lab"
    every_weeks = 13

    def __init__(self, model: "Model[Any, Any]", label: str) -> None:
        super().__init__(model, "", label)

    def decide(self, now: Snapshot) -> list[Order]:
        """Return the quarter's plan."""
        orders: list[Order] = [Split(self._training_share(now)), self._pay_out(now)]
        if now.economy.cash_usd <= 0:
            return orders + self._resell(now)
        shed = self._shed(now)
        orders += shed + ([] if shed else self._open(now)) + self._switch(now) + self._await(now)
        return orders + self._drop_late(now) + self._adapt(now)

    def _pay_out(self, now: Snapshot) -> PayOut:
        """Pay out what cash there is beyond some years of outlays, once revenue covers them."""
        e, n = now.economy, now.numbers.capital
        outlay = e.outlay_usd_per_week * WEEKS_PER_YEAR
        spare = surplus_usd(e.cash_usd, outlay, n.payout_above_years) if self._earns(now) else 0.0
        due = float(e.books.unspent_usd[-1]) * (1 - n.own_loan_to_cost)
        return PayOut(max(spare - due, 0.0) / self.every_weeks)

    def _earns(self, now: Snapshot) -> bool:
        return now.economy.revenue_usd_per_year > now.economy.outlay_usd_per_week * WEEKS_PER_YEAR

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

    def _open(self, now: Snapshot) -> list[Order]:
        """Choose new sites one by one, and partners for each."""
        candidates = now.sites.candidates(now.layout)
        candidates = candidates[now.sites.moratorium_until[candidates] <= now.week]
        # until the history ends only recorded sites are opened, whatever the strategy
        if now.week < now.layout.choice_week or not len(candidates):
            return []
        n = now.numbers.lab
        wanted, room, spare = choosing.wanted_mw(now), choosing.room_mw(now), self._spare_crews(now)
        everywhere = np.ones(len(candidates), dtype=bool)
        order = choosing.ranked(
            choosing.site_scores(now, candidates),
            now.shocks.choice[candidates],
            n.choice_sharpness,
            everywhere,
        )
        orders: list[Order] = []
        for site in candidates[order].tolist():
            size = float(now.layout.site_mw[site])
            if len(orders) >= n.starts_per_quarter or wanted < 0.5 * size:
                break
            if room.sum() < size:  # nobody need be asked
                continue
            owners = choosing.shares(self._ask(now, site, room), room, size, n.consortium_most)
            if owners.sum() < 1 - 1e-9:
                continue
            builder = self._builder(now, site, spare)
            orders.append(Announce(site, tuple(owners.tolist()), builder))
            room -= owners * size
            spare[builder] -= now.layout.sites[site].phases
            wanted -= size
        return orders

    def _ask(self, now: Snapshot, site: int, room: FloatArray) -> IntArray:
        """Return the owners whom the lab asks about a site, itself first where it builds."""
        layout, n = now.layout, now.numbers.lab
        if n.partner_choice == "as_listed":
            clouds = np.flatnonzero(layout.listed_owners[site, :-1])
        else:
            clouds = choosing.ranked(
                choosing.owner_scores(now, site, room),
                now.shocks.partners[site, : layout.own],
                n.choice_sharpness,
                layout.clouds_at_home[site] & (room[:-1] > 0),
            )
        return np.append(layout.own, clouds)

    def _builder(self, now: Snapshot, site: int, spare: FloatArray) -> int:
        """Return the builder of a new site; the listed one where nobody else will do."""
        layout, n = now.layout, now.numbers.lab
        listed = int(layout.contractor_of_site[site])
        trust = self._trust_in_builders(now)
        able = layout.builders_at_home[site] & (trust >= now.numbers.capital.refuse_below)
        if now.outages is not None:
            able[now.outages.contractors(now.week)] = False
        if n.partner_choice == "as_listed" or not able.any():
            return listed
        scores = choosing.builder_scores(now, site, spare, trust)
        draws = now.shocks.partners[site, layout.own :]
        return int(choosing.ranked(scores, draws, n.choice_sharpness, able)[0])

    def _spare_crews(self, now: Snapshot) -> FloatArray:
        firms = now.layout.world.contractors
        busy = np.bincount(now.vendors.builder[now.needs_crew], minlength=len(firms))
        crews: FloatArray = np.array([float(crews_of(firm.crews, now)) for firm in firms])
        spare = crews - busy
        if now.outages is not None:
            spare[now.outages.contractors(now.week)] = 0
        return spare

    def _trust_in_builders(self, now: Snapshot) -> FloatArray:
        firms = now.layout.world.contractors
        return np.array(
            [now.partnerships.mean_strength(f"contractor:{f.key}", "contract") for f in firms]
        )

    def _switch(self, now: Snapshot) -> list[Order]:
        """Give stuck sites to the most reliable builder who has crews to spare."""
        layout, options, capital = now.layout, now.numbers.options, now.numbers.capital
        waited = np.where(now.needs_crew & (now.vendors.crews == 0), now.week - now.ready_week, 0.0)
        stuck = np.maximum.reduceat(waited, layout.lead_of_site) >= options.switch_after_weeks
        trust = self._trust_in_builders(now)
        builder_of_site = now.vendors.builder[layout.last_of_site]
        if now.outages is not None:
            stuck |= np.isin(builder_of_site, now.outages.contractors(now.week))
        refused = now.sites.unfunded & (trust[builder_of_site] < capital.refuse_below)
        sites = (stuck & now.sites.live | refused) & (now.sites.switching_until <= now.week)
        if not np.count_nonzero(sites):
            return []
        spare = self._spare_crews(now)
        orders: list[Order] = []
        for site in sites.nonzero()[0].tolist():
            builder = now.vendors.builder[layout.last_of_site[site]]
            able = (spare > 0) & (trust >= capital.refuse_below)
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

    def _may_leave(self, now: Snapshot, phases: BoolArray) -> tuple[IntArray, IntArray]:
        """Return which of some phases nobody has begun, and which others have built for the lab.

        Each the youngest first: by announcement, then by number. What the lab builds itself and
        has begun it cannot leave; what is on record nobody has left.
        """
        site = now.layout.site_of_phase
        phases = phases & (now.week >= now.layout.on_record_until)[site]
        leased = now.sites.owners[site, now.layout.own] < 0.5
        age = np.lexsort((-now.layout.number, -now.sites.announced_week[site]))
        begun = now.begun
        return age[(phases & ~begun)[age]], age[(phases & begun & leased)[age]]

    def _shed(self, now: Snapshot) -> list[Order]:
        """Cancel, then resell what the use that the lab expects would leave idle."""
        e, n = now.economy, now.numbers.lab
        growth = min(e.revenue_growth_per_year, now.numbers.capital.growth_expected_max)
        serving, there = 1 - e.training_share, e.capacity_mw + e.pipeline_mw
        use = e.market.adopted_mw
        rho = float(expected_utilisation(use, growth, n.plan_years, there * serving))
        if rho >= n.shed_below or not n.shed_below:
            return []
        idle_mw = there * (1 - rho / n.shed_below)
        phases = np.concatenate(self._may_leave(now, now.pending))
        last = np.searchsorted(np.cumsum(now.layout.phase_mw[phases]), idle_mw)
        return [GiveUp(int(p), "less use is expected") for p in phases[:last]]

    def _resell(self, now: Snapshot) -> list[Order]:
        """Without cash, give up the youngest phases, one site's worth a quarter.

        First what nobody has begun, then what is being built, last what is in use and idle.
        """
        waiting, begun = self._may_leave(now, now.pending)
        phases = waiting if len(waiting) else begun
        if not len(phases) and now.economy.market.utilisation < 1:
            in_use = now.sites.live[now.layout.site_of_phase] & (now.state == Rung.USABLE)
            phases = self._may_leave(now, in_use)[1]
        if not len(phases):
            return []
        site = now.layout.site_of_phase[phases]
        return [GiveUp(int(p), "no cash") for p in phases[site == site[0]]]

    def card(self, now: Snapshot) -> Card:
        """Return capacity, plans and money."""
        e, sign = now.economy, choosing.commitment_room_usd(now) / 1e9
        return (
            ("capacity", f"{e.capacity_mw / 1e3:,.2f} GW"),
            ("pipeline", f"{e.pipeline_mw / 1e3:,.2f} GW"),
            ("wants to open", f"{choosing.wanted_mw(now) / 1e3:,.2f} GW"),
            ("trains with", f"{e.training_share:.0%} of its compute"),
            ("revenue", f"{e.revenue_usd_per_year / 1e9:,.1f} bn USD/yr"),
            ("expected growth", f"{exp(e.revenue_growth_per_year):.2f}x a year"),
            ("cash", f"{e.cash_usd / 1e9:,.1f} bn USD"),
            ("pays out", f"{e.payout_usd_per_week * WEEKS_PER_YEAR / 1e9:,.1f} bn USD/yr"),
            ("own debt", f"{e.books.debt_usd[-1] / 1e9:,.1f} bn USD"),
            ("may still sign for", f"{sign:,.1f} bn USD/yr of rent"),
            ("could build itself", f"{choosing.room_mw(now)[-1]:,.0f} MW"),
        )
