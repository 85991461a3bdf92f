"""Worlds of a chosen size are valid worlds, as large as was asked for."""

import numpy as np
import pytest

from ecosystem import sized
from ecosystem.errors import InputError
from ecosystem.model import Ecosystem
from ecosystem.scenario import load_strategy, load_world
from ecosystem.sized import sized_world

STARGATE = load_world("stargate")


def of_role(world, role):
    return [site for site in world.sites if site.role == role]


@pytest.mark.parametrize("base", ["stargate", "fictional"])
def test_it_has_the_places_weeks_and_households_that_were_asked_for(base):
    world = sized_world(31, 40, weeks=70, archetypes=50, base=base)
    assert (len(of_role(world, "programme")), len(of_role(world, "candidate"))) == (31, 40)
    assert world.weeks == 70
    assert Ecosystem(world, load_strategy("S0")).society.opinion.shape == (71, 50)


def test_the_whole_stays_as_large_and_the_first_places_where_they_are():
    world = sized_world(30, 24)
    for role in ("programme", "candidate"):
        ours, theirs = of_role(world, role), of_role(STARGATE, role)
        assert sum(s.facility_mw for s in ours) == pytest.approx(
            sum(s.facility_mw for s in theirs), rel=0.15
        )
        assert [s.key for s in ours[: len(theirs)]] == [s.key for s in theirs]
        assert [(s.lat, s.lon) for s in ours[: len(theirs)]] == [(s.lat, s.lon) for s in theirs]
    assert of_role(world, "comparator") == of_role(STARGATE, "comparator")


def test_repetitions_lie_elsewhere_under_authorities_of_their_own():
    sites = of_role(sized_world(200), "programme")
    assert len({site.key for site in sites}) == 200
    assert len({(site.lat, site.lon) for site in sites}) == 200
    first, again = sites[0], sites[9]
    assert again.key == f"{first.key}_2"
    assert again.state != first.state
    assert 0 < np.hypot(again.lat - first.lat, again.lon - first.lon) < 5


def test_there_are_about_as_many_neighbours_as_before():
    def neighbours(world):
        return Ecosystem(world, load_strategy("S0")).layout.neighbours.sum(axis=1).mean()

    usual = neighbours(STARGATE)
    assert 0.3 < neighbours(sized_world(36, 48, weeks=4)) / usual < 3
    assert 0.3 < neighbours(sized_world(180, 240, weeks=4)) / usual < 3


@pytest.mark.parametrize("world", [STARGATE, sized_world(60, 80, weeks=4)], ids=["usual", "many"])
def test_neighbours_are_those_within_reach(world):
    layout = Ecosystem(world, load_strategy("S0")).layout
    place = np.radians([[s.lat, s.lon] for s in layout.sites])
    at = np.stack(  # on the unit sphere
        [
            np.cos(place[:, 0]) * np.cos(place[:, 1]),
            np.cos(place[:, 0]) * np.sin(place[:, 1]),
            np.sin(place[:, 0]),
        ],
        axis=1,
    )
    km = 6_371.0 * np.arccos(np.clip(at @ at.T, -1, 1))
    near = (km <= world.numbers.regulators.neighbour_km) & ~np.eye(len(at), dtype=bool)
    assert near.any()
    assert not near.all()
    assert np.array_equal(layout.neighbours, near)


def test_without_more_the_numbers_are_those_of_the_world():
    world = sized_world(9, 12)
    assert world.numbers == STARGATE.numbers
    assert world.contractors == STARGATE.contractors
    assert [s for s in world.sites if s.role == "refused"] == of_role(STARGATE, "refused")


@pytest.mark.slow
def test_as_large_a_part_of_it_gets_built():
    model = Ecosystem(sized_world(72, 96, weeks=260), load_strategy("S0"))
    model.run()
    usual = Ecosystem(sized_world(9, 12, weeks=260), load_strategy("S0"))
    usual.run()
    assert 0.5 < model.usable_mw.sum() / usual.usable_mw.sum() < 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"sites": 0}, "take at least 1"),
        ({"sites": 3, "candidates": -1}, "take at least 1"),
        ({"sites": 3, "weeks": 6_000}, "weeks = 6000"),
        ({"sites": 3, "archetypes": 3}, "archetypes = 3"),
        ({"sites": 3, "base": "nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(asked, said):
    with pytest.raises(InputError, match=said) as raised:
        sized_world(**asked)
    assert "\n" not in str(raised.value)


def test_a_world_without_candidates_gives_none(monkeypatch):
    sites = tuple(site for site in STARGATE.sites if site.role != "candidate")
    monkeypatch.setattr(sized, "load_world", lambda base: STARGATE.with_("sites", sites))
    assert not of_role(sized_world(20), "candidate")
    with pytest.raises(InputError, match="has no candidate site to repeat"):
        sized_world(20, 1)
