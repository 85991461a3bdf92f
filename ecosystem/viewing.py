"""Turns a running world into the immutable view that people look at."""

from typing import TYPE_CHECKING

import numpy as np

from ecosystem.delivery.ladder import Rung
from ecosystem.observables import WEEKLY
from ecosystem.recorder import CAUSES
from ecosystem.units import date_of
from ecosystem.view import AgentView, EdgeView, SiteView, View

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem

EVENTS_SHOWN = 200


def view_of(model: "Ecosystem") -> View:
    """Return the state of `model` between two weeks."""
    weekly = model.recorder.weekly[: model.week].copy()
    return View(
        week=model.week,
        day=date_of(model.week, model.world.start),
        weekly={name: weekly[:, i] for i, name in enumerate(WEEKLY)},
        sites=_sites(model),
        agents=_agents(model),
        edges=_edges(model),
        events=tuple(model.recorder.events[: -EVENTS_SHOWN - 1 : -1]),
    )


def _sites(model: "Ecosystem") -> tuple[SiteView, ...]:
    layout, society, week = model.layout, model.society, model.week - 1
    ladder = model.recorder.ladder[max(week, 0)]
    binding = model.recorder.binding[max(week, 0)]
    it = model.recorder.usable_it[max(week, 0)]
    views = []
    for i, site in enumerate(layout.sites):
        on = np.flatnonzero(ladder[i])
        state = (
            Rung(int(on[on < Rung.CANCELLED].max(initial=-1))).name.lower()
            if (len(on) and (on < Rung.CANCELLED).any())
            else ("cancelled" if len(on) else "candidate")
        )
        views.append(
            SiteView(
                key=site.key,
                name=site.name,
                role=site.role,
                state=state,
                lat=site.lat,
                lon=site.lon,
                facility_mw=site.facility_mw,
                ladder_mw=tuple(float(mw) for mw in ladder[i]),
                usable_it_mw=float(it[i]),
                binding_cause=CAUSES[binding[i]] if binding[i] >= 0 else "",
                support=float(society.support[i]),
                opposition=float(society.opposing[i]),
                organised=bool(society.organised[i]),
            )
        )
    return tuple(views)


def _agents(model: "Ecosystem") -> tuple[AgentView, ...]:
    now = model.last_snapshot
    return tuple(
        AgentView(
            key=actor.key,
            kind=actor.kind,
            label=actor.label,
            card=actor.card(now) if now is not None else (),
        )
        for actor in model.actors
    )


def _edges(model: "Ecosystem") -> tuple[EdgeView, ...]:
    partners = model.relations.partnerships
    strength = partners.all_strengths
    return tuple(
        EdgeView(
            source=partners.edge(i).source,
            target=partners.edge(i).target,
            kind=partners.edge(i).kind,
            strength=float(strength[i]),
            broken=partners.kept(i) is False,
        )
        for i in range(len(partners))
    )
