"""Promises to hosts and what becomes of them, in the whole model."""

import numpy as np
from whole_worlds import S0, S2, world

from ecosystem import living
from ecosystem.hosting import Hosted, delivered
from ecosystem.model import Ecosystem
from ecosystem.relations import CAPS, WHOLE
from ecosystem.scenario import Strategy
from ecosystem.society.households import Impact
from ecosystem.society.impacts import Delivered
from ecosystem.state import Snapshot


def run(weeks: int, values: dict[str, float] | None = None, strategy: Strategy = S0) -> Ecosystem:
    model = Ecosystem(world(weeks, values, start_week=52), strategy, seed=1, audit=True)
    while model.week < weeks:
        model.step()
    return model


def promises(model: Ecosystem, what: str | None = None) -> list[bool | None]:
    """Return what became of promises to hosts."""
    partners = model.relations.partnerships
    edges = [(partners.edge(i), partners.kept(i)) for i in partners.edges("commitment")]
    return [
        kept
        for edge, kept in edges
        if edge.target.startswith("community:") and what in (None, edge.attributes["promise"])
    ]


def brought(model: Ecosystem, now: Snapshot) -> Delivered:
    return delivered(now, model.treasury.received, model.treasury.power.on_site)


def test_every_announced_site_promises_jobs_and_taxes_on_the_graph() -> None:
    model = run(104)
    announced = int(np.isfinite(model.sites.announced_week).sum())
    assert len(promises(model)) == 2 * announced
    assert len(promises(model, WHOLE)) == announced
    assert not promises(model, CAPS)  # nobody agreed to any


def test_trust_at_recorded_sites_moves_as_they_are_built() -> None:
    model = run(156)
    built = np.isin([s.key for s in model.layout.sites], ["abilene", "shackelford"])
    assert (model.society.trust[built] != model.world.numbers.society.trust_start).all()


def test_slow_building_breaks_promises_and_costs_trust() -> None:
    late = {"workforce.pool_factor": 0.15, "contractors.crew_factor": 0.3}
    slow = run(260, late)
    assert promises(slow).count(False) > promises(run(260)).count(False)
    indifferent = run(260, {**late, "society.promise_effect": 0.0})
    assert slow.society.trust.mean() < indifferent.society.trust.mean()


def test_caps_are_promised_by_the_year_where_an_agreement_binds() -> None:
    none = run(260, {"society.cap_breach_per_year": 0.0}, S2)
    assert promises(none, CAPS).count(True) > 3
    assert False not in promises(none, CAPS)
    always = run(260, {"society.cap_breach_per_year": 50.0}, S2)
    assert promises(always, CAPS).count(False) > 3
    assert True not in promises(always, CAPS)
    signed = np.isfinite(always.sites.agreement_week)
    assert always.society.trust[signed].mean() < none.society.trust[signed].mean()


def test_a_site_that_runs_is_judged_by_what_it_does_and_not_by_what_was_said() -> None:
    model = run(156)
    now = model.last_snapshot
    assert now is not None
    hosted = Hosted(brought(model, now), model.relations.caps_hold, 4.0)
    trust = model.society.trust
    told = living.perceived(
        now, model.concerns, hosted, np.zeros_like(model.society.experience), trust
    )
    lived = living.perceived(
        now, model.concerns, hosted, np.ones_like(model.society.experience), trust
    )
    at = model.layout.index["abilene"]
    assert lived[at, Impact.JOBS] > told[at, Impact.JOBS]  # the crews are there
    engines = model.layout.index["shackelford"]
    assert lived[engines, Impact.NOISE_AIR] < lived[at, Impact.NOISE_AIR]
    promised, feared = living.impacts(now, model.concerns)
    assert (promised[at] != feared[at]).all()


def test_without_experience_people_go_on_weighing_words() -> None:
    model = run(104, {"society.experience_effect": 0.0})
    now = model.last_snapshot
    assert now is not None
    hosted = Hosted(brought(model, now), model.relations.caps_hold, 4.0)
    trust, experience = model.society.trust, model.society.experience
    assert experience.max() > 0.5
    np.testing.assert_array_equal(
        living.perceived(now, model.concerns, hosted, experience, trust),
        living.perceived(now, model.concerns, hosted, np.zeros_like(experience), trust),
    )
