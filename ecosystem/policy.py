"""Which levers of a strategy are in force at which site, week by week."""

from typing import TYPE_CHECKING

import numpy as np

from ecosystem.latest import Until
from ecosystem.layout import Layout
from ecosystem.scenario import RULES, Levers, Strategy, targets
from ecosystem.units import BoolArray, FloatArray, week_of

if TYPE_CHECKING:
    from ecosystem.state import Sites, Society

S0 = Levers()

_TIMED = (
    "agreement_share_of_capex",
    "agreement_binding",
    "agreement_weeks",
    "academy_seats_per_year",
    "upskilling_seats_per_year",
    "pre_apprenticeship_seats_per_year",
)
"""Levers that take time from the offer on: talks until a signature, courses until they are over."""


class InForce:
    """The levers at each site: every lever is an attribute, an array of shape (S,).

    Attributes
    ----------
    since : ndarray, shape (S,)
        Week in which a site was first offered anything; inf before.
    used : frozenset of str
        Levers that are not 0 everywhere.
    """

    since: FloatArray
    used: frozenset[str]
    _by_region: dict[str, tuple[BoolArray, FloatArray]]

    def __init__(self, since: FloatArray, **levers: FloatArray) -> None:
        used = frozenset(name for name, value in levers.items() if np.count_nonzero(value))
        kept: dict[str, tuple[BoolArray, FloatArray]] = {}
        self.__dict__.update(levers, since=since, used=used, _by_region=kept)

    def by_region(self, lever: str, layout: Layout, live: BoolArray) -> FloatArray:
        """Return the largest value of a lever at live sites of each region, shape (R,)."""
        last_live, found = self._by_region.get(lever, (None, layout.no_usd))
        if last_live is not live:
            found = regional(layout, getattr(self, lever), live)
            self._by_region[lever] = live, found
        return found

    def at(self, site: int) -> Levers:
        """Return the levers at one site."""
        return Levers(**{name: float(getattr(self, name)[site]) for name in Levers.model_fields})

    if TYPE_CHECKING:

        def __getattr__(self, lever: str) -> FloatArray: ...


class Policy:
    """A strategy in a world: when, where and on what condition its levers act.

    Before they act, the levers are those of S0. A condition need be met only once at a site: what
    has begun there goes on. Under an adaptive strategy (``offer_step`` above 0) the levers lie
    between S0 and the whole offer, by the level that the lab has reached at the site.

    Parameters
    ----------
    layout, strategy : Layout, Strategy
    not_before : float
        Week before which it does not act, whatever its start.
    """

    def __init__(self, layout: Layout, strategy: Strategy, not_before: float = -np.inf) -> None:
        self.strategy = strategy
        start = layout.world.start
        begins = week_of(strategy.start or layout.world.strategy_start, start)
        self.week = max(begins, not_before)
        self.until = np.inf if strategy.until is None else week_of(strategy.until, start)
        self._chosen = np.array(targets(strategy, layout.world))
        count = len(layout.sites)
        self._since = np.full(count, np.inf)
        self._met = np.zeros(count, dtype=bool)
        self._usual = {name: np.full(count, float(v)) for name, v in S0.model_dump().items()}
        self._whole = {
            name: np.full(count, float(v)) for name, v in strategy.levers.model_dump().items()
        }
        self._plain = strategy.always
        self._moved = [n for n, v in self._whole.items() if v[0] != self._usual[n][0]]
        self._before = InForce(self._since, **self._usual)
        self._always = InForce(np.full(count, self.week), **self._whole)
        self._conditional = Until(self._in_a_week)

    def followed_by(self, layout: Layout, strategy: Strategy, week: int) -> "Policy":
        """Return the policy under which another strategy acts from `week` on, or from its start.

        Where the same agreement and courses stay on offer, their time goes on; otherwise it begins
        anew. A condition that is asked again and was met once stays met.
        """
        new = Policy(layout, strategy, not_before=week)
        same = np.all([self._whole[name] == new._whole[name] for name in _TIMED], axis=0)
        before = self._always.since if self._plain else self._since
        begun = same & (before < week) & (self.week < week)
        new._since = np.where(begun, before, np.inf)
        new._always = InForce(np.where(begun, before, new.week), **new._whole)
        if strategy.condition == self.strategy.condition:
            new._met = self._met.copy()
        return new

    def in_force(self, week: int, sites: "Sites", society: "Society") -> InForce:
        """Return the levers of a week, from what is so at its start."""
        if not self.week <= week < self.until:
            return self._before
        if self._plain:
            return self._always
        return self._conditional(week, sites, society)

    def _in_a_week(self, week: int, sites: "Sites", society: "Society") -> tuple[InForce, float]:
        """Return the levers of a week in which the strategy acts, and until when they hold."""
        on = self._acting(week, sites, society)
        level = on.astype(float)
        if self.strategy.levers.offer_step:
            level = level * sites.offer_level
        self._since = np.where((level > 0) & np.isinf(self._since), week, self._since)
        after = self.strategy.after_announcement
        ages = [after.from_week, np.inf if after.until_week is None else after.until_week]
        change = sites.announced_week[:, None] + ages
        until = np.minimum.reduce(change[change > week], initial=np.inf)
        levers = InForce(self._since, **{**self._usual, **self._between(on, level)})
        return levers, float(until)

    def _acting(self, week: int, sites: "Sites", society: "Society") -> BoolArray:
        """Return the sites at which the strategy acts; those not yet announced are at week 0."""
        after, needed = self.strategy.after_announcement, self.strategy.condition
        age = np.where(np.isnan(sites.announced_week), 0.0, week - sites.announced_week)
        timely = age >= after.from_week
        if after.until_week is not None:
            timely &= age < after.until_week
        met = (
            (society.support <= needed.support_below)
            & (society.trust <= needed.trust_below)
            & (society.opposing >= needed.opposing_above)
            & (sites.denials >= needed.denials)
            & (society.organised | (not needed.organised))
        )
        self._met |= met & sites.live
        return self._chosen & timely & (self._met | met & ~sites.live)

    def _between(self, on: BoolArray, level: FloatArray) -> dict[str, FloatArray]:
        """Return the levers that the strategy moves, between S0 (0) and the whole offer (1)."""
        moved: dict[str, FloatArray] = {}
        for name in self._moved:
            usual, whole = self._usual[name], self._whole[name]
            share = on.astype(float) if name in RULES else level
            moved[name] = np.where(share == 1.0, whole, usual + share * (whole - usual))
        return moved


def regional(layout: Layout, lever: FloatArray, live: BoolArray) -> FloatArray:
    """Return the largest value of a lever, shape (S,), at live sites of each region, (R,)."""
    found = np.zeros(len(layout.world.regions))
    np.maximum.at(found, layout.region_of_site, lever * live)
    return found


def local_hire_added(layout: Layout, levers: InForce) -> FloatArray:
    """Return the share of work that residents get beyond the usual one, shape (S,).

    No more than there are residents in the trades within reach of the site.
    """
    return np.minimum(levers.local_hire_added, layout.local_hire_room)


def hours_ratio(layout: Layout, levers: InForce) -> FloatArray:
    """Return craft hours over the usual ones: those hired beyond the usual are slower, (S,)."""
    productivity = layout.world.numbers.workforce.local_hire_productivity
    return 1 + local_hire_added(layout, levers) * (1 / productivity - 1)


def protection(layout: Layout, levers: InForce) -> FloatArray:
    """Return the part of others' share of grid cost that sites take on, shape (S,)."""
    return levers.rate_protection * ~layout.islanded
