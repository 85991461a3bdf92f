"""What is decided about sites: hearings, suits, moratoria, deals, land, and who gives up."""

import math
from collections.abc import Iterable, KeysView
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ecosystem.deals import News
from ecosystem.delivery.activities import Cause
from ecosystem.delivery.ladder import Rung
from ecosystem.institutions import permits
from ecosystem.institutions.finance import exit_fee_usd
from ecosystem.layout import Layout
from ecosystem.orders import (
    Accept,
    Announce,
    CallMoratorium,
    Fund,
    GiveUp,
    GrantHeadroom,
    HoldHearing,
    OfferMore,
    Order,
    Press,
    Redesign,
    StartStudy,
    Sue,
    SwitchBuilder,
)
from ecosystem.scenario import PLANTS
from ecosystem.state import Sites, Snapshot
from ecosystem.streams import Streams
from ecosystem.units import WEEKS_PER_YEAR, BoolArray, FloatArray, IntArray
from ecosystem.venues import NAMES, Design, needed

MONTH_WEEKS = 4


class Wishes:
    """The orders of a week by kind, each kind sorted by what it is about."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self._by_kind: dict[type, list[Any]] = {}
        for order in orders:
            kind = type(order)
            if kind in self._by_kind:
                self._by_kind[kind].append(order)
            else:
                self._by_kind[kind] = [order]

    @property
    def kinds(self) -> KeysView[type]:
        """The kinds of orders that there are."""
        return self._by_kind.keys()

    def of[T](self, kind: type[T]) -> list[T]:
        """Return the orders of one kind."""
        orders = self._by_kind.get(kind)
        return sorted(orders) if orders else []

    def sites(self, kind: type[Any]) -> list[int]:
        """Return the sites that orders of a kind are about, each once."""
        orders = self._by_kind.get(kind)
        return sorted({order.site for order in orders}) if orders else []


def _stream(what: str, venue: permits.Venue) -> str:
    """Return the name of the draws of a venue."""
    return what if venue == permits.Venue.ZONING else f"{what} {venue.name.lower()}"


class LandDeals(NamedTuple):
    """Zoned land left in each region, shape (R,), and what each site paid for it, (S,)."""

    left_ha: FloatArray
    usd: FloatArray


class Docket:
    """The week's decisions about sites: a copy of each array that changes, and the news."""

    def __init__(self, now: Snapshot, streams: Streams) -> None:
        self.now = now
        self.streams = streams
        self.changed: dict[str, np.ndarray] = {}
        self.count = len(now.layout.sites)
        self.contacts = np.zeros(self.count)
        self.breaches = np.zeros(self.count)
        self.news: list[News] = []
        self.exit_fees_usd = 0.0
        self.nothing = now.layout.no_usd
        self.lease_fees_usd = self.nothing
        self.resold = now.layout.no_phase
        self.builder: IntArray | None = None

    def decide(self, wishes: Wishes) -> None:
        """Decide about sites that nobody gives up and no builder leaves, in this order."""
        kinds = wishes.kinds
        if HoldHearing in kinds:
            self.hear(wishes)
        if Sue in kinds:
            self.sue(wishes)
        if Press in kinds:
            self.wear_down(wishes)
        if CallMoratorium in kinds:
            self.pause(wishes)
        if Accept in kinds:
            self.sign(wishes)
        if not kinds.isdisjoint((OfferMore, Redesign)):
            self.adapt(wishes)
        if not kinds.isdisjoint((Announce, StartStudy, GrantHeadroom, Fund)):
            self.open(wishes)

    def sites(self) -> Sites:
        """Return the sites after the week's decisions."""
        return replace(self.now.sites, **self.changed) if self.changed else self.now.sites

    def _own(self, name: str) -> np.ndarray:
        """Return this week's own copy of an array of the sites."""
        if name not in self.changed:
            self.changed[name] = getattr(self.now.sites, name).copy()
        return self.changed[name]

    def _now(self, name: str) -> np.ndarray:
        """Return an array of the sites with this week's decisions so far."""
        return self.changed[name] if name in self.changed else getattr(self.now.sites, name)

    def _on_record(self, site: int) -> bool:
        """Return whether records still say what befalls a site."""
        return bool(self.now.week < self.now.layout.on_record_until[site])

    def _draw(self, stream: str, occasion: int, site: int) -> float:
        return float(self.streams.rows(stream, occasion, self.count)[site])

    def _tell(self, kind: str, site: int, agent: str, text: str) -> None:
        self.news.append(News(kind, site, agent, text))

    def hear(self, wishes: Wishes) -> None:
        """Hold hearings; what follows a denial is the developer's choice, drawn."""
        for order in wishes.of(HoldHearing):
            site, venue = order.site, permits.Venue(order.venue)
            if self._now("withdrawn")[site]:  # another venue has stopped it this week
                continue
            self.contacts[site] += 1
            state = self.now.layout.sites[site].state
            if venue > permits.Venue.ZONING and self._on_record(site):
                self._let_through(site, venue)  # nobody saw it denied
                continue
            denied = self.denial(site, venue)
            occasion = int(self.now.sites.denials[site])
            authority, chance = f"regulator:{state}", f"chance of denial {denied:.0%}"
            if self._draw(_stream("hearing", venue), occasion, site) < denied:
                self._deny(site, venue, authority, chance)
                continue
            name = "" if venue == permits.Venue.ZONING else f": {NAMES[venue]}"
            self._tell("approved", site, authority, f"approved{name} ({chance})")
            self._let_through(site, venue)

    def denial(self, site: int, venue: permits.Venue) -> float:
        """Return the probability that a venue denies a site.

        All that a site needs together deny it as often as `denial_probability` says.
        """
        now, n = self.now, self.now.numbers.regulators
        signed = float(now.sites.agreement_week[site] <= now.week)
        deal = float(now.sites.agreed_binding[site]) * now.numbers.society.agreement_effect * signed
        against = np.array([0.0, now.society.opposing[site]])
        base, full = permits.hazard_of(
            permits.denial_probability(
                against,
                now.society.supporting[site],
                deal,
                now.layout.gigawatt[site],
                deny_base=n.deny_base,
                deny_opposition=n.deny_opposition,
                deny_support=n.deny_support,
                deny_negotiated=n.deny_negotiated,
                deny_gigawatt=n.deny_gigawatt,
            )
        ).tolist()
        upstream = int(np.count_nonzero(self._needs()[site]))
        hazard = float(permits.base_hazard(base, venue, upstream, n.zoning_share))
        if self._now("campaign")[site] == venue:
            further = self._next(site, venue) < permits.Venue.EXHAUSTED
            hazard += float(
                permits.campaign_hazard(
                    full - base,
                    int(self._now("moves")[site]),
                    further,
                    n.upstream_force,
                    n.upstream_shift,
                )
            )
        return -math.expm1(-hazard)

    def _needs(self) -> BoolArray:
        """Return the venues beyond zoning that each site needs, as it is designed, shape (S, 4)."""
        plant, loop = self._now("plant"), self._now("closed_loop")
        return needed(self.now.layout, Design(plant, loop, self._now("non_firm")))

    def _file(self, site: int) -> None:
        """Let a site that is announced apply where its design has to."""
        needs, relaxed = self._needs()[site], self.now.relaxed
        if relaxed is not None and relaxed[site, Cause.COMMUNITY]:
            return
        if np.count_nonzero(needs != self.now.sites.open_venues[site]):
            self._own("open_venues")[site] = needs

    def _next(self, site: int, venue: permits.Venue) -> permits.Venue:
        """Return the next venue upstream that has still to let a site through."""
        needs = np.append(False, self._now("open_venues")[site])
        return permits.Venue(int(permits.next_venue(np.array([venue]), needs[None, :])[0]))

    def _let_through(self, site: int, venue: permits.Venue) -> None:
        """Let a site pass a venue; opponents who fought there may move upstream."""
        n = self.now.numbers.regulators
        if venue == permits.Venue.ZONING:
            self._own("approved")[site] = True
        else:
            self._own("open_venues")[site, venue - 1] = False
        if self._now("campaign")[site] != venue:
            return
        goal = self._next(site, venue)
        if self._draw(_stream("upstream", venue), 0, site) >= n.upstream_shift:
            goal = permits.Venue.EXHAUSTED
        self._own("campaign")[site] = goal
        self._own("moves")[site] += 1
        opposed = self.now.society.organised[site]
        if opposed and goal < permits.Venue.EXHAUSTED:
            key = self.now.layout.sites[site].key
            text = f"opponents turn to the {NAMES[goal]}"
            self._tell("upstream", site, f"community:{key}", text)

    def _deny(self, site: int, venue: permits.Venue, authority: str, chance: str) -> None:
        n, week, occasion = self.now.numbers.regulators, self.now.week, self.now.sites.denials[site]
        self._own("denials")[site] += 1
        draw = np.array([self._draw("after_denial", int(occasion), site)])
        outcome = permits.after_denial(draw, n.withdraw_share, n.settle_share)[0]
        why = f"denied: {NAMES[venue]} ({chance})"
        settled = outcome == permits.Denied.SUE_AND_SETTLE
        if outcome == permits.Denied.WITHDRAW:
            self._withdraw(site)
            self._tell("withdrawn", site, authority, f"{why}; the developer withdraws")
            return
        until = week + (n.settle_weeks if settled else n.redesign_weeks)
        if venue == permits.Venue.ZONING:
            self._own("redesign_until")[site] = until
        else:
            self._own("venue_until")[site, venue - 1] = until
        if settled:
            self._let_through(site, venue)
            self._own("campaign")[site] = permits.Venue.EXHAUSTED
            self.breaches[site] += 1
            self._tell("settled", site, authority, f"{why}; sued and settled, permit granted")
        else:
            self._tell(
                "denied", site, authority, f"{why}; redesign for {n.redesign_weeks:.0f} weeks"
            )

    def _withdraw(self, site: int) -> None:
        self._own("withdrawn")[site] = True
        self._own("live")[site] = False

    def sue(self, wishes: Wishes) -> None:
        """Let organised communities go to court; some suits stop work."""
        now, n = self.now, self.now.numbers.regulators
        suits = wishes.sites(Sue)
        if not suits:
            return
        chance = float(permits.hazard_probability(n.litigation_per_year, MONTH_WEEKS))
        month = now.week // MONTH_WEEKS
        for site in suits:
            if now.sites.stay_until[site] > now.week or self._on_record(site):
                continue
            if self._draw("lawsuit", month, site) >= chance:
                continue
            key = now.layout.sites[site].key
            if self._draw("injunction", month, site) < n.injunction_share:
                draw = np.array([self._draw("stay", month, site)])
                weeks = float(permits.stay_length_weeks(draw, n.stay_weeks, n.stay_sigma)[0])
                self._own("stay_until")[site] = now.week + weeks
                self._tell(
                    "stayed", site, f"community:{key}", f"a court stops work for {weeks:.0f} weeks"
                )
            else:
                self._tell("lawsuit", site, f"community:{key}", "a lawsuit that does not stop work")

    def wear_down(self, wishes: Wishes) -> None:
        """Let developers withdraw under a campaign what nobody has approved yet.

        A gigawatt is withdrawn more seldom, as it is denied more seldom. Part of what is
        withdrawn is proposed again nearby, where the campaign finds it when it is filed.
        """
        pressed = wishes.sites(Press)
        if not pressed:
            return
        now, n = self.now, self.now.numbers.regulators
        rates = n.withdrawals_per_year * np.exp(n.deny_gigawatt * now.layout.gigawatt)
        chance = permits.hazard_probability(rates, MONTH_WEEKS)
        month, moving = now.week // MONTH_WEEKS, now.sites.redesign_until > now.week
        for site in pressed:
            decided = self._now("approved")[site] or self._now("withdrawn")[site]
            if decided or moving[site] or self._on_record(site):
                continue
            if self._draw("gives up", month, site) >= chance[site]:
                continue
            developer = f"contractor:{now.layout.sites[site].developer}"
            if self._draw("comes back", month, site) < n.resite_share:
                self._own("redesign_until")[site] = now.week + n.resite_weeks
                text = f"gives way to a campaign, filed again nearby in {n.resite_weeks:.0f} weeks"
                self._tell("resited", site, developer, text)
                continue
            self._withdraw(site)
            text = "withdrawn under a campaign, before any approval"
            self._tell("withdrawn", site, developer, text)

    def moratorium_rate(self) -> FloatArray:
        """Return moratoria per year in each county, shape (S,).

        Until records end nobody calls one where there is no project.
        """
        now, n = self.now, self.now.numbers.regulators
        in_force = now.sites.moratorium_until > now.week
        preventive = now.week >= now.layout.history_week
        near = np.zeros(self.count, dtype=np.int64)
        if np.count_nonzero(in_force):
            near = np.count_nonzero(now.layout.neighbours & in_force, axis=1)
        return permits.moratorium_rate(
            now.society.organised,
            near,
            n.moratorium_per_year,
            n.contagion,
            against=np.maximum(-now.society.support, 0.0),
            preventive_per_year=n.preventive_per_year if preventive else 0.0,
        )

    def pause(self, wishes: Wishes) -> None:
        """Let petitions become moratoria, the likelier the more neighbours have one."""
        petitions = wishes.sites(CallMoratorium)
        if not petitions:
            return
        now, n = self.now, self.now.numbers.regulators
        chance = permits.hazard_probability(self.moratorium_rate(), MONTH_WEEKS)
        drawn = self.streams.rows("moratorium", now.week // MONTH_WEEKS, self.count)
        for site in [i for i in petitions if drawn[i] < chance[i]]:
            if now.sites.moratorium_until[site] > now.week or self._on_record(site):
                continue
            self._own("moratorium_until")[site] = now.week + n.moratorium_weeks
            state, near = now.layout.sites[site].state, self._near_moratoria(site)
            why = "" if now.sites.live[site] else ", with no project there"
            text = f"moratorium for {n.moratorium_weeks:.0f} weeks ({near} neighbours had one){why}"
            self._tell("moratorium", site, f"regulator:{state}", text)

    def _near_moratoria(self, site: int) -> int:
        """Count the neighbours of a county that have a moratorium."""
        in_force = self.now.sites.moratorium_until > self.now.week
        return int(np.count_nonzero(self.now.layout.neighbours[site] & in_force))

    def sign(self, wishes: Wishes) -> None:
        """Sign agreements, and better ones in their place; the years of paying do not restart."""
        for site in wishes.sites(Accept):
            levers = self.now.levers
            improved = bool(self.now.sites.agreement_week[site] <= self.now.week)
            if not improved:
                self._own("agreement_week")[site] = self.now.week
            self._own("agreed_share")[site] = levers.agreement_share_of_capex[site]
            self._own("agreed_binding")[site] = levers.agreement_binding[site]
            self.contacts[site] += self.now.numbers.society.agreement_effect
            key = self.now.layout.sites[site].key
            what = "is improved" if improved else "is signed"
            text = f"a community benefit agreement {what}"
            self._tell("agreement", site, f"community:{key}", text)

    def adapt(self, wishes: Wishes) -> None:
        """Change offers, and redesign what is not yet approved."""
        now = self.now
        for order in wishes.of(OfferMore):
            self._own("offer_level")[order.site] = order.level
            self._tell("offer", order.site, "lab", f"offers {order.level:.0%} of what it may offer")
        for site in wishes.sites(Redesign):
            weeks = now.numbers.regulators.redesign_weeks
            until = max(float(now.sites.redesign_until[site]), now.week + weeks)
            self._own("redesign_until")[site] = until
            self._own("redesigned_week")[site] = now.week
            self._tell("redesign", site, "lab", f"redesigns unasked, {weeks:.0f} weeks")

    def open(self, wishes: Wishes) -> None:
        """Announce sites, take up studies, commit headroom, fund or refuse."""
        levers = self.now.levers
        for order in wishes.of(Announce):
            site = order.site
            self._own("announced_week")[site] = self.now.week
            self._own("live")[site] = True
            self._own("owners")[site] = order.owners
            self._build(order.builder, self.now.layout.site_of_phase == site)
            if levers.closed_loop[site] >= 0.5:
                self._own("closed_loop")[site] = 1.0
            if (plant := levers.at(site).plant) is not None:
                self._own("plant")[site] = PLANTS.index(plant)
            if levers.non_firm[site] >= 0.5:
                self._own("non_firm")[site] = not self.now.layout.islanded[site]
            self._file(site)
            size = f"{self.now.layout.site_mw[site]:,.0f} MW"
            partners = partners_text(self.now.layout, order.owners, order.builder)
            self._tell("announced", site, "lab", f"announced, {size}, with {partners}")
        for order in wishes.of(StartStudy):
            self._own("study_started")[order.site] = True
        for order in wishes.of(GrantHeadroom):
            self._own("headroom_granted")[order.site] = True
            region = self.now.layout.sites[order.site].region
            firm = not self.now.sites.non_firm[order.site]
            text = "firm grid capacity is committed" if firm else "a non-firm connection is agreed"
            self._tell("headroom", order.site, f"utility:{region}", text)
        for order in wishes.of(Fund):
            site, granted = order
            if self._on_record(site):
                continue
            self._own("funded")[site] = granted
            text = "funding is resumed" if granted else "financiers refuse to fund construction"
            self._tell("funding", site, "capital", text)

    def give_up(self, wishes: Wishes) -> BoolArray | None:
        """Return the phases that end this week, those of withdrawn sites included, if any."""
        now = self.now
        if not (GiveUp in wishes.kinds or "withdrawn" in self.changed):
            return None
        ended = np.zeros(now.layout.phases, dtype=bool)
        leaving = wishes.of(GiveUp)
        if leaving:
            self._leave(np.array([order.phase for order in leaving]))
        for order in leaving:
            phase, reason = order
            ended[phase] = True
            site = int(now.layout.site_of_phase[phase])
            goes = "goes to another tenant" if self.resold[phase] else "is given up"
            text = f"phase {now.layout.number[phase] + 1} {goes}: {reason}"
            self._tell("resold" if self.resold[phase] else "given up", site, "lab", text)
        if "withdrawn" in self.changed:
            fresh = self.changed["withdrawn"] & ~now.sites.withdrawn
            ended |= fresh[now.layout.site_of_phase]
        return ended

    def _leave(self, phases: IntArray) -> None:
        """Let the lab leave leases: for nothing where the landlord is late or has no permit.

        What is being built or in use goes to another tenant; what the lab builds itself is lost.
        """
        now, layout, n = self.now, self.now.layout, self.now.numbers.capital
        site = layout.site_of_phase[phases]
        begun, own = now.begun[phases], now.sites.owners[site, layout.own]
        due = np.where(begun, now.planned_finish[phases], now.planned_start[phases])
        unmet = (now.state[phases] < Rung.COMMISSIONED) & (now.week > due + n.grace_weeks)
        since_due = np.maximum(now.week - now.planned_finish[phases], 0.0) / WEEKS_PER_YEAR
        rent = now.sites.owners[site, :-1] @ layout.rent_of_owner[:-1] * layout.phase_mw[phases]
        fees = exit_fee_usd(
            rent,
            begun,
            unmet | ~now.sites.approved[site],
            n.lease_years - since_due,
            n.take_or_pay_share,
            n.cancel_fee_years,
            n.relet_years,
        )
        self.lease_fees_usd = np.bincount(site, fees, self.count)
        self.resold = np.zeros(layout.phases, dtype=bool)
        self.resold[phases] = begun & (own < 0.5)

    def _build(self, builder: int, phases: BoolArray | IntArray) -> None:
        """Give phases to a builder."""
        if self.builder is None:
            self.builder = self.now.vendors.builder.copy()
        self.builder[phases] = builder

    def switch(self, wishes: Wishes) -> None:
        """Change builders; who leaves is paid a fee for the buildings that he loses."""
        now, options = self.now, self.now.numbers.options
        for order in wishes.of(SwitchBuilder):
            site, builder = order
            phases = switchable(now, site)
            if not phases.size:
                continue
            self._build(builder, phases)
            self._own("switching_until")[site] = now.week + options.switch_weeks
            lost_mw = float(now.layout.phase_mw[phases].sum())
            self.exit_fees_usd += (
                options.exit_fee_share * now.numbers.capital.campus_usd_per_mw * lost_mw
            )
            firm = now.layout.world.contractors[builder]
            text = f"{firm.name} takes over {len(phases)} buildings that nobody has begun"
            self._tell("switched", site, f"contractor:{firm.key}", text)

    def take_land(self) -> LandDeals:
        """Let announced sites take land in the order of their announcement, and rivals theirs.

        Land is bought where enough of it is zoned; until then a site waits. The price rises as
        the land left grows scarce. Councils rezone every four weeks.
        """
        now, layout, n = self.now, self.now.layout, self.now.numbers.land
        left, usd = now.vendors.land_ha, self.nothing
        if now.week in layout.weeks_on_record_ha:
            left = left - layout.taken_on_record_ha[now.week]
        if now.week % MONTH_WEEKS == 0:
            left = left + self._rezoned_ha()
        waiting = self.sites().landless
        if left is not now.vendors.land_ha or waiting.size:
            left = np.maximum(left, 0.0)
        if waiting.size:
            usd = np.zeros(self.count)
        for site in waiting.tolist():
            region, ha = layout.region_of_site[site], float(layout.site_ha[site])
            if ha > left[region]:
                continue
            scarcity = layout.zoned_ha[region] / left[region]
            price = n.usd_per_ha * min(max(scarcity, 1.0) ** n.price_exponent, n.price_cap)
            usd[site] = price * ha
            left[region] -= ha
            self._own("land_granted")[site] = True
        return LandDeals(left, usd)

    def _rezoned_ha(self) -> FloatArray:
        """Return the land rezoned in a month, less where hosts are organised, shape (R,)."""
        now, layout, n = self.now, self.now.layout, self.now.numbers.land
        hosts = layout.hosts_of_region
        against = now.society.organised & now.sites.live
        share = np.bincount(layout.region_of_site, against, len(hosts)) / np.maximum(hosts, 1)
        per_month = n.rezoned_share_per_year * MONTH_WEEKS / WEEKS_PER_YEAR
        return per_month * layout.zoned_ha * (1 - share)


def partners_text(layout: Layout, owners: tuple[float, ...], builder: int) -> str:
    """Name who owns and who builds a site."""
    names = [*(cloud.name for cloud in layout.world.clouds), "the lab itself"]
    whole = [
        name if share > 0.999 else f"{name} ({share:.0%})"
        for name, share in zip(names, owners, strict=True)
        if share > 0
    ]
    return f"{', '.join(whole)}; built by {layout.world.contractors[builder].name}"


def switchable(now: Snapshot, site: int) -> IntArray:
    """Return the phases of a site, not given up, that nobody has begun to build."""
    own = (now.layout.site_of_phase == site) & now.pending
    return np.flatnonzero(own & ~now.begun)
