"""Worlds of a chosen size, to measure what size costs. No real place is meant.

The places of a shipped world are repeated until there are as many as asked for, each with a host
community of its own and with as much less capacity, so that the whole stays as large as before:
the same money, chips and grids, in more and smaller places. What is counted in places grows along:
studies at once, openings a quarter, crews, authorities.
"""

from math import ceil, cos, pi, sin, sqrt

from ecosystem.errors import InputError
from ecosystem.scenario import Role, Site, World, load_world

_GOLDEN_ANGLE = pi * (3 - sqrt(5))
_REACH_DEG = 5.0
"""Repetitions of a site lie around it, at most so far away."""


def sized_world(
    sites: int,
    candidates: int = 0,
    *,
    weeks: int | None = None,
    archetypes: int | None = None,
    base: str = "stargate",
) -> World:
    """Return a world with another number of sites, weeks and households.

    Parameters
    ----------
    sites : int
        Sites that are announced and built, >= 1.
    candidates : int
        Further ones, of which the lab chooses some later; each has a host community from the first
        week on, as all sites have.
    weeks : int, optional
        Length of a run; by default the base's.
    archetypes : int, optional
        Households drawn for each host community; by default the base's.
    base : str
        Name of a shipped world, or the path of a TOML file.

    Returns
    -------
    World
        With ``sites + candidates`` host communities; without records, so that nothing is recorded
        as done.

    Raises
    ------
    InputError
        If there is to be no site, a number lies outside its limits, or the base has no such sites
        to repeat.
    """
    if sites < 1 or candidates < 0:
        raise InputError(f"A world of {sites} sites and {candidates} candidates: take at least 1.")
    world = load_world(base)
    numbers = world.numbers
    few, chosen = _repeated(world, "programme", sites), _repeated(world, "candidate", candidates)
    usual = sum(site.role in ("programme", "candidate") for site in world.sites)
    factor = max(1, ceil((sites + candidates) / usual))
    changes: dict[str, float] = {
        "grid.study_slots": factor * numbers.grid.study_slots,
        "lab.starts_per_quarter": factor * numbers.lab.starts_per_quarter,
        # as many neighbours within reach as before
        "regulators.neighbour_km": numbers.regulators.neighbour_km / sqrt(factor),
    }
    if archetypes is not None:
        changes["society.archetypes"] = archetypes
    builders = [{**dict(builder), "crews": factor * builder.crews} for builder in world.contractors]
    others = [site for site in world.sites if site.role not in ("programme", "candidate")]
    sized = world.model_validate(
        {
            **dict(world),
            "name": f"{base}_sized",
            "title": f"{world.title}: {sites} sites and {candidates} candidates, to measure",
            "kind": "fictional",
            "weeks": world.weeks,
            "history_until": None,
            "records": (),
            "sites": (*few, *chosen, *others),
            "contractors": builders,
        }
    )
    named: dict[str, float | str] = {f"numbers.{path}": value for path, value in changes.items()}
    return sized.with_values(named | ({} if weeks is None else {"weeks": weeks}))


def _repeated(world: World, role: Role, count: int) -> list[Site]:
    """Return so many sites of a role, the first of them where those of the world are."""
    models = [site for site in world.sites if site.role == role]
    if not models and count:
        raise InputError(f"World {world.name!r} has no {role} site to repeat.")
    if not count:
        return []
    rounds = ceil(count / len(models))
    share = min(1.0, len(models) / count)
    return [_again(models[i % len(models)], i // len(models), rounds, share) for i in range(count)]


def _again(site: Site, turn: int, rounds: int, share: float) -> Site:
    """Return a site's repetition: elsewhere, smaller, under authorities of its own."""
    far, angle = _REACH_DEG * sqrt(turn / rounds), _GOLDEN_ANGLE * turn
    again = {
        "key": f"{site.key}_{turn + 1}",
        "name": f"{site.name} {turn + 1}",
        "state": f"{site.state} {turn + 1}",
        "lat": max(-90.0, min(90.0, site.lat + far * sin(angle))),
        "lon": (site.lon + far * cos(angle) + 180) % 360 - 180,
    }
    power = {"facility_mw": site.facility_mw * share, "it_mw": site.it_mw * share}
    return Site.model_validate({**dict(site), **power, **(again if turn else {})})
