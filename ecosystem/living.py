"""What host communities live through: impacts, opinion, mobilisation, trust.

People at real places are simulated from archetypes; nothing here is an observation of them.
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from ecosystem.hosting import Hosted, scales
from ecosystem.latest import Latest
from ecosystem.layout import Layout
from ecosystem.numbers import Numbers
from ecosystem.policy import local_hire_added, protection
from ecosystem.scenario import Levers
from ecosystem.society import households, mobilisation, mood, opinion
from ecosystem.society.households import Households, Impact
from ecosystem.society.impacts import experience_step, felt_impacts, seen
from ecosystem.society.opinion import Influence
from ecosystem.state import Snapshot, Society
from ecosystem.streams import Streams
from ecosystem.units import ONE, ZERO, FloatArray

NEIGHBOURS = 6

# What people name when they oppose (P066: water, noise and air, tax; grid and ratepayer as bills;
# community character as land); jobs: assumption. In the order of `Impact`.
SALIENCE = np.array([0.20, 0.10, 0.18, 0.33, 0.20, 0.43])
# Shape of what developers promise and of what is feared, in the order of `Impact`; the levels are
# sampled, the shapes are assumptions. Water counts more where the basin is stressed.
PROMISED = np.array([1.0, 0.8, 0.0, -0.1, -0.3, -0.3])
PROMISED_WATER_EVAPORATIVE = -0.6
FEARED = np.array([0.1, -0.2, -1.0, -1.0, -1.0, -0.8])
CAPPED = 0.5
"""Share of water, noise and air harm that a fully binding agreement takes away (assumption)."""


PROTECTED = 0.5
"""Share of the fear about bills that is about grid cost, which a tariff can take away, and not
about the price of energy and capacity (assumption)."""
OPENNESS_S0 = Levers().openness


def settle_in(layout: Layout, streams: Streams) -> Society:
    """Return the communities before anything is announced: opinion at rest at its anchor."""
    n, count = layout.world.numbers.society, len(layout.sites)
    # one row of draws per community, so that another site disturbs nobody
    size = households.draws_needed(NEIGHBOURS)
    slots = np.arange(count * size).reshape(count, size)
    draws = np.stack(
        [
            streams.uniform("households", i, slots.ravel()).reshape(count, size)
            for i in range(n.archetypes)
        ],
        axis=-1,
    ).transpose(1, 0, 2)
    chance = norm.ppf(streams.rows("community", 0, count))
    people = households.build_households(
        draws,
        susceptibility_a=n.susceptibility_a,
        susceptibility_b=n.susceptibility_b,
        predisposition_sd=n.predisposition_sd,
        activism_share=n.activism_share,
        threshold_mean=n.threshold_mean,
        threshold_sd=n.threshold_sd,
        near_share=n.near_share,
        trade_share=n.trade_share,
        owner_share=n.owner_share,
        lean=np.array([s.predisposition for s in layout.sites]) + n.lean_sd * chance,
    )
    start = np.clip(people.predisposition + mood_of(layout, 0), -1, 1)
    zeros = np.zeros(count)
    return Society(
        households=people,
        opinion=start,
        trust=np.full(count, n.trust_start),
        experience=np.zeros((count, 2)),
        opposing=zeros,
        supporting=zeros,
        organised=np.zeros(count, dtype=bool),
        support=opinion.support(start, people.weight),
        licence=np.zeros(count, dtype=np.int64),
        mood=mood_of(layout, 0),
    )


def mood_of(layout: Layout, week: int) -> float:
    """Return national net support: polls, then the sampled drift."""
    n = layout.world.numbers.society
    return float(mood.mood_at(week, *layout.mood, n.mood_later, n.mood_weeks))


def weights(people: Households, numbers: Numbers) -> FloatArray:
    """Return how much each impact counts for each household, shape (C, H, 6)."""
    n = numbers.society
    return households.impact_weights(
        people,
        SALIENCE,
        near_factor=n.near_factor,
        low_income_factor=n.low_income_factor,
        trade_factor=n.trade_factor,
        owner_factor=n.owner_factor,
    )


def money_per_household(now: Snapshot) -> FloatArray:
    """Return what a signed agreement pays a household per year [USD], shape (C,)."""
    n, layout = now.numbers, now.layout
    total = now.sites.agreed_share * n.capital.campus_usd_per_mw * layout.site_mw
    return total / n.local.agreement_years / layout.households


def unsigned_impacts(layout: Layout, closed_loop: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what is promised and feared without an agreement, not bounded yet, shape (C, 6)."""
    n, count = layout.world.numbers.society, len(layout.sites)
    promised = np.tile(PROMISED, (count, 1))
    promised[:, Impact.WATER] = np.where(
        closed_loop > 0, PROMISED[Impact.WATER], PROMISED_WATER_EVAPORATIVE
    )
    promised *= n.promise_level
    feared = np.tile(FEARED * n.worst_case_level, (count, 1))
    for table in (promised, feared):
        table[:, Impact.WATER] *= 0.5 + layout.water_stress
    return promised, feared


class Concerns(NamedTuple):
    """What people weigh.

    Attributes
    ----------
    weights : ndarray, shape (C, H, 6)
        How much each impact counts for each household.
    unsigned : Latest
        :func:`unsigned_impacts`; how sites cool seldom changes.
    heard : ndarray, shape (C, C)
        What communities hear of one another, from :func:`~.mobilisation.heard_by`.
    mood : list of float
        National net support, week by week.
    """

    weights: FloatArray
    unsigned: Latest[Layout, FloatArray, tuple[FloatArray, FloatArray]]
    heard: FloatArray
    mood: list[float]

    @classmethod
    def of(cls, layout: Layout, people: Households, heard: FloatArray) -> "Concerns":
        """Return the concerns of a world's communities."""
        n, week = layout.world.numbers, np.arange(layout.world.weeks)
        moods = mood.mood_at(week, *layout.mood, n.society.mood_later, n.society.mood_weeks)
        return cls(weights(people, n), Latest(unsigned_impacts), heard, moods.tolist())


def impacts(now: Snapshot, concerns: Concerns) -> tuple[FloatArray, FloatArray]:
    """Return what is promised and what is feared, shape (C, 6)."""
    unsigned = concerns.unsigned(now.layout, now.sites.closed_loop)
    promised, feared = (table.copy() for table in unsigned)
    signed = now.sites.agreement_week <= now.week
    if np.count_nonzero(signed):
        n = now.numbers.society
        effect = n.agreement_effect * signed
        caps = 1 - CAPPED * now.sites.agreed_binding * effect
        for table in (promised, feared):
            table[:, Impact.WATER] *= caps
            table[:, Impact.NOISE_AIR] *= caps
        promised[:, Impact.TAXES] += effect * np.minimum(
            1.0, money_per_household(now) / n.money_scale_usd
        )
    _lever_impacts(now, promised, feared)
    for table in (promised, feared):
        np.minimum(np.maximum(table, -ONE, out=table), ONE, out=table)
    return promised, feared


def _hired(now: Snapshot) -> FloatArray:
    """Return what jobs are worth to hosts over what they are with the usual local hire, (C,)."""
    added = local_hire_added(now.layout, now.levers) / now.numbers.local.local_hire_share
    return 1 + now.numbers.society.local_hire_effect * added


def _lever_impacts(now: Snapshot, promised: FloatArray, feared: FloatArray) -> None:
    """Let redesigns, local hire and rate protection move what is promised and feared (in place)."""
    n, layout, levers = now.numbers.society, now.layout, now.levers
    redesigned = now.sites.redesigned_week <= now.week
    if np.count_nonzero(redesigned):
        for table in (promised, feared):
            caps = 1 - CAPPED * n.redesign_effect * redesigned
            table[:, Impact.WATER] *= caps
            table[:, Impact.NOISE_AIR] *= caps
    if "local_hire_added" in levers.used:
        promised[:, Impact.JOBS] *= _hired(now)
    if "rate_protection" in levers.used:
        covered = PROTECTED * protection(layout, levers)
        feared[:, Impact.BILLS] *= 1 - n.tariff_effect * covered


def felt(now: Snapshot, hosted: Hosted) -> FloatArray:
    """Return what hosts live with once a site builds and runs, shape (C, 6).

    Money of an agreement is paid as agreed, so it is felt as it was promised; caps are felt for
    as long as they hold.
    """
    n = now.numbers.society
    signed = now.sites.agreement_week <= now.week
    effect = n.agreement_effect * signed
    money = effect * np.minimum(1.0, money_per_household(now) / n.money_scale_usd)
    promise = n.promise_level * PROMISED[[Impact.JOBS, Impact.TAXES]]
    if "local_hire_added" in now.levers.used:
        promise = np.stack([promise[0] * _hired(now), np.full(len(signed), promise[1])], axis=1)
    loud = 1 - CAPPED * now.sites.agreed_binding * effect * hosted.caps_hold
    loud *= 1 - CAPPED * n.redesign_effect * (now.sites.redesigned_week <= now.week)
    found = felt_impacts(
        hosted.delivered, promise, now.layout.water_stress, 1 - loud, scales(now.numbers)
    )
    found[:, Impact.TAXES] = np.minimum(np.maximum(found[:, Impact.TAXES] + money, -ONE), ONE)
    return found


def perceived(
    now: Snapshot,
    concerns: Concerns,
    hosted: Hosted,
    experience: FloatArray,
    believed: FloatArray,
) -> FloatArray:
    """Return what hosts think of a site, shape (C, 6): words first, then what they live with."""
    n = now.numbers.society
    promised, feared = impacts(now, concerns)
    told = opinion.perceived_impact(promised, feared, believed)
    if not np.count_nonzero(experience):
        return told
    known = n.experience_effect * seen(experience[:, 0], experience[:, 1], n.hidden_share)
    return told + known * (felt(now, hosted) - told)


def live(
    now: Snapshot,
    contacts: FloatArray,
    breaches: FloatArray,
    concerns: Concerns,
    hosted: Hosted,
) -> Society:
    """Return the communities after four weeks of talk.

    Parameters
    ----------
    now : Snapshot
    contacts, breaches : ndarray, shape (C,)
        Contact events since the last call, and how badly the community was let down.
    concerns : Concerns
    hosted : Hosted
        What sites brought since the last call.
    """
    s, n, levers = now.society, now.numbers.society, now.levers
    signed, live_now = now.sites.agreement_week <= now.clock, now.sites.live.astype(float)
    openness = OPENNESS_S0 + n.engagement_effect * (levers.openness - OPENNESS_S0)
    binding = now.sites.agreed_binding * n.agreement_effect * signed.astype(float)
    trust = mobilisation.trust_after_contact(
        s.trust,
        openness * np.minimum(np.maximum(contacts, ZERO), ONE),
        binding,
        breaches,
        gain=n.trust_gain,
        loss_ratio=n.trust_loss_ratio,
    )
    believed = opinion.credibility(trust, binding, n.binding_credibility)
    there = np.array([hosted.delivered.built_share, hosted.delivered.running_share]) * live_now
    experience = experience_step(s.experience, there.T, hosted.weeks, n.experience_weeks)
    mood_now = concerns.mood[now.week]
    anchors = opinion.anchor(
        s.households.predisposition,
        concerns.weights,
        perceived(now, concerns, hosted, experience, believed) * live_now[:, None],
        np.where(now.sites.live, openness, 0.5),
        mood=mood_now,
        impact_weight=n.impact_weight,
        fairness_weight=n.fairness_weight,
        shift=_cash(now, trust),
    )
    people = s.households
    after = opinion.opinion_step(
        s.opinion,
        anchors,
        people.susceptibility,
        people.neighbours,
        influence=Influence(n.opinion_rule),
        confidence=n.confidence,
    )
    spreads = n.diffusion > 0 and np.count_nonzero(s.opposing) > 0
    example = n.diffusion * (concerns.heard @ s.opposing) if spreads else None
    opposing, supporting = mobilisation.mobilise(
        people,
        after,
        mobilisation.Mobilised(s.opposing, s.supporting),
        opinion_to_act=n.opinion_to_act,
        example=example,
    )
    opposing, supporting = opposing * live_now, supporting * live_now
    support = opinion.support(after, people.weight)
    return Society(
        households=people,
        opinion=after,
        trust=trust,
        experience=experience,
        opposing=opposing,
        supporting=supporting,
        organised=mobilisation.organised(s.organised, opposing, n.organise_on, n.organise_off),
        support=support,
        licence=mobilisation.licence_level(support, trust),
        mood=mood_now,
    )


def _cash(now: Snapshot, trust: FloatArray) -> FloatArray:
    """Return the shift of opinion by one-sided cash, negative below a trust of one half."""
    n = now.numbers.society
    if "cash_usd_per_household_year" not in now.levers.used:
        return ZERO
    paid = np.minimum(1.0, now.levers.cash_usd_per_household_year / n.money_scale_usd)
    value = n.cash_effect * n.impact_weight * paid * now.sites.live
    return mobilisation.cash_effect(trust, value)
