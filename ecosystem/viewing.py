"""Turns a running world into the immutable view that people look at."""

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from ecosystem.delivery.ladder import Rung
from ecosystem.observables import WEEKLY
from ecosystem.partnerships import Edge
from ecosystem.recorder import CAUSES
from ecosystem.scenario import Site
from ecosystem.units import FloatArray, date_of
from ecosystem.view import AgentView, EdgeView, SiteView, View

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem

EVENTS_SHOWN = 200


def view_of(model: "Ecosystem") -> View:
    """Return the state of `model` between two weeks."""
    weekly = model.recorder.weekly[: model.week].copy()
    return View(
        week=model.week,
        kind=model.world.kind,
        day=date_of(model.week, model.world.start),
        weekly={name: weekly[:, i] for i, name in enumerate(WEEKLY)},
        sites=_sites(model),
        agents=_agents(model),
        edges=_edges(model),
        events=tuple(model.recorder.events[: -EVENTS_SHOWN - 1 : -1]),
    )


def _sites(model: "Ecosystem") -> tuple[SiteView, ...]:
    """Return the programme's sites as they stand, then rivals and refused ones."""
    layout, society, week = model.layout, model.society, max(model.week - 1, 0)
    ladder, binding = model.recorder.ladder[week], model.recorder.binding(week)
    own = tuple(
        SiteView(
            key=site.key,
            name=site.name,
            role=site.role,
            state=_rung(ladder[i]),
            lat=site.lat,
            lon=site.lon,
            facility_mw=site.facility_mw,
            ladder_mw=tuple(float(mw) for mw in ladder[i]),
            usable_it_mw=float(model.recorder.usable_it[week, i]),
            binding_cause=CAUSES[binding[i]] if binding[i] >= 0 else "",
            support=float(society.support[i]),
            opposition=float(society.opposing[i]),
            organised=bool(society.organised[i]),
        )
        for i, site in enumerate(layout.sites)
    )
    return own + tuple(
        _other(model, site) for site in model.world.sites if site.key not in layout.index
    )


def _rung(ladder_mw: FloatArray) -> str:
    """Return the most advanced rung on which a site has megawatts."""
    on = np.flatnonzero(ladder_mw)
    standing = on[on < Rung.CANCELLED]
    if len(standing):
        return Rung(int(standing.max())).name.lower()
    return "cancelled" if len(on) else "candidate"


def _other(model: "Ecosystem", site: Site) -> SiteView:
    """Return a rival by its recorded dates, or a refused site; nobody there is simulated."""
    week, day = model.week, model.layout.week
    state = "cancelled" if site.role == "refused" else "candidate"
    if site.build_start and day(site.build_start) <= week:
        state = "usable" if site.build_end and day(site.build_end) <= week else "building"
    elif site.announced and day(site.announced) <= week:
        state = "announced"
    return SiteView(
        key=site.key,
        name=site.name,
        role=site.role,
        state=state,
        lat=site.lat,
        lon=site.lon,
        facility_mw=site.facility_mw,
        ladder_mw=(0.0,) * len(Rung),
        usable_it_mw=0.0,
        binding_cause="",
        support=nan,
        opposition=nan,
        organised=False,
    )


def _agents(model: "Ecosystem") -> tuple[AgentView, ...]:
    now = model.last_snapshot
    return tuple(
        AgentView(
            key=actor.key,
            kind=actor.kind,
            label=actor.label,
            card=actor.card(now) if now is not None else (),
            lately=model.recorder.lately.get(actor.key, ()),
        )
        for actor in model.actors
    )


def _edges(model: "Ecosystem") -> tuple[EdgeView, ...]:
    partners = model.relations.partnerships
    return tuple(
        _edge(partners.edge(i), strength, partners.kept(i))
        for i, strength in enumerate(partners.all_strengths.tolist())
    )


def _edge(edge: Edge, strength: float, kept: bool | None) -> EdgeView:
    if edge.kind != "commitment":
        return EdgeView(edge.source, edge.target, edge.kind, strength, kept is False)
    return EdgeView(
        source=edge.source,
        target=edge.target,
        kind=edge.kind,
        strength=strength,
        broken=kept is False,
        promise=edge.attributes["promise"],
        due_week=edge.attributes["due_week"],
        open=kept is None,
    )
