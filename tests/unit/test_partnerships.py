import math

import networkx as nx
import numpy as np
import pytest

from ecosystem.errors import InputError
from ecosystem.partnerships import Edge, Partnerships, commitment, hhi


@pytest.fixture
def ties() -> Partnerships:
    edges = [
        Edge("lab", "partner:a", "contract", {"mw": 300.0, "exclusive": False}),
        Edge("lab", "partner:b", "contract", {"mw": 100.0}, prior=(3.0, 1.0)),
        Edge("lab", "partner:a", "contract", {"mw": 50.0}),
        Edge("vendor:x", "lab", "supply", {"supply_class": "chips", "slots": 80}),
        Edge("vendor:y", "lab", "supply", {"supply_class": "chips", "slots": 20}),
        Edge("vendor:z", "lab", "supply", {"supply_class": "transformers", "slots": 5}),
        Edge("community:abilene", "lab", "trust", prior=(0.9, 1.1)),
        Edge("community:abilene", "community:abilene", "diffusion", {"weight": 1.0}),
    ]
    return Partnerships.of(edges, reputation_half_life_weeks=104, miss_penalty=2.0)


def test_a_relation_starts_at_its_prior_and_stays_there(ties: Partnerships) -> None:
    later = ties
    for _ in range(300):
        later = later.after()
    assert ties.strength(0) == 0.5
    assert later.strength(1) == 0.75
    assert later.strength(6) == pytest.approx(0.45)


def test_kept_and_missed_count_as_the_update_says(ties: Partnerships) -> None:
    after = ties.after({0: 3.0}, {0: 1.0})
    assert after.alpha[0] == 1 + 3
    assert after.beta[0] == 1 + 2 * 1
    assert after.strength(0) == pytest.approx(4 / 7)
    second = after.after({0: 1.0})
    memory = 0.5 ** (1 / 104)
    assert second.alpha[0] == pytest.approx(1 + memory * 3 + 1)
    assert second.beta[0] == pytest.approx(1 + memory * 2)


def test_half_of_an_experience_is_forgotten_in_a_half_life(ties: Partnerships) -> None:
    later = ties.after({1: 4.0}, {1: 8.0})
    for _ in range(104):
        later = later.after()
    assert later.alpha[1] - 3 == pytest.approx(2.0)
    assert later.beta[1] - 1 == pytest.approx(8.0)


def test_arrays_and_mappings_say_the_same(ties: Partnerships) -> None:
    kept, missed = np.zeros(len(ties)), np.zeros(len(ties))
    kept[2], missed[5] = 2.0, 1.0
    by_array, by_mapping = ties.after(kept, missed), ties.after({2: 2.0}, {5: 1.0})
    np.testing.assert_array_equal(by_array.alpha, by_mapping.alpha)
    np.testing.assert_array_equal(by_array.beta, by_mapping.beta)


def test_the_past_is_left_as_it_was_and_the_structure_shared(ties: Partnerships) -> None:
    before = ties.all_strengths.copy()
    after = ties.after({0: 5.0}, {1: 5.0})
    np.testing.assert_array_equal(ties.all_strengths, before)
    assert after.graph is ties.graph
    assert after.strength(0) > 0.5 > after.strength(1)


def test_look_ups(ties: Partnerships) -> None:
    assert ties.edges("contract").tolist() == [0, 1, 2]
    assert ties.edges("regulates").size == 0
    assert ties.edges_of("partner:a", "contract").tolist() == [0, 2]
    assert ties.edges_of("community:abilene", "diffusion").tolist() == [7]
    assert ties.between("lab", "partner:b", "contract").tolist() == [1]
    assert ties.between("partner:b", "lab", "contract").size == 0
    assert ties.strengths(np.array([[0, 1]])).tolist() == [[0.5, 0.75]]
    assert ties.mean_strength("lab", "contract") == pytest.approx((0.5 + 0.75 + 0.5) / 3)
    assert math.isnan(ties.mean_strength("lab", "labour"))


def test_a_new_edge_changes_no_other(ties: Partnerships) -> None:
    known = ties.after({0: 2.0}, {1: 1.0})
    more = known.with_edge(Edge("lab", "partner:c", "contract", {"mw": 1.0}, prior=(2.0, 2.0)))
    np.testing.assert_array_equal(more.all_strengths[:-1], known.all_strengths)
    assert (len(more), more.strength(len(known))) == (9, 0.5)
    assert more.edges("contract").tolist() == [0, 1, 2, 8]
    assert more.edges_of("partner:c", "contract").tolist() == [8]
    assert known.edges("contract").tolist() == [0, 1, 2]
    assert "partner:c" not in known.graph
    assert more.graph.edges["lab", "partner:c", 8]["mw"] == 1.0
    assert known.with_edges([]) is known


def test_terms_can_change_on_exit(ties: Partnerships) -> None:
    after = ties.after({0: 1.0}).with_terms(0, mw=0.0)
    assert after.edge(0).attributes == {"mw": 0.0, "exclusive": False}
    assert ties.edge(0).attributes["mw"] == 300.0
    assert after.strength(0) == pytest.approx(2 / 3)
    assert after.hhi("contract", "mw") == 1.0
    with pytest.raises(InputError, match="megawatts"):
        ties.with_terms(0, megawatts=3)


def test_a_promise_feeds_the_relation_that_it_is_about(ties: Partnerships) -> None:
    promised = ties.with_edges(
        [
            commitment("lab", "community:abilene", "200 local jobs", 30, about=6),
            commitment("lab", "community:abilene", "noise below 55 dB", 40, about=6),
        ]
    )
    assert promised.due(29).tolist() == []
    assert promised.due(30).tolist() == [8]
    kept = promised.settle({8: True})
    assert kept.strength(6) == pytest.approx((0.9 + 1) / 3)
    assert (kept.kept(8), kept.kept(9), kept.kept(0)) == (True, None, None)
    assert kept.due(99).tolist() == [9]
    broken = kept.settle({9: False})
    assert broken.strength(6) == pytest.approx(1.9 / 5)
    assert broken.kept(9) is False
    assert promised.strength(6) == pytest.approx(0.45)
    assert promised.kept(8) is None
    with pytest.raises(InputError, match="not an open commitment"):
        broken.settle({9: True})
    with pytest.raises(InputError, match="not an open commitment"):
        broken.settle({0: True})
    assert broken.settle({}) is broken


def test_milestones_of_a_commitment_count_for_its_relation(ties: Partnerships) -> None:
    promised = ties.with_edge(commitment("lab", "community:abilene", "jobs", 30, about=6))
    assert promised.after({8: 1.0}).alpha[6] == pytest.approx(1.9)
    each = np.zeros(len(promised))
    each[[6, 8]] = 1.0
    assert promised.after(each).alpha[6] == pytest.approx(2.9)


def test_concentration_of_known_shares(ties: Partnerships) -> None:
    assert ties.hhi("supply", "slots", "chips") == pytest.approx(0.8**2 + 0.2**2)
    assert ties.hhi("supply", "slots", "transformers") == 1.0
    assert math.isnan(ties.hhi("supply", "slots", "gas turbines"))
    assert hhi(np.ones(4)) == pytest.approx(0.25)
    assert math.isnan(hhi(np.zeros(3)))


def test_the_graph_is_complete_and_frozen(ties: Partnerships) -> None:
    assert ties.graph.number_of_edges("lab", "partner:a") == 2
    with pytest.raises(nx.NetworkXError):
        ties.graph.add_edge("lab", "nobody")


def test_a_drawing_shows_strengths_and_leaves_the_graph_alone(ties: Partnerships) -> None:
    drawn = ties.with_edge(commitment("lab", "community:abilene", "jobs", 1, 6)).settle({8: True})
    graph = drawn.snapshot_graph()
    data = graph.edges["lab", "partner:b", 1]
    assert (data["kind"], data["strength"], data["alpha"], data["beta"]) == (
        "contract",
        0.75,
        3.0,
        1.0,
    )
    assert graph.edges["lab", "community:abilene", 8]["kept"] is True
    assert "strength" not in drawn.graph.edges["lab", "partner:b", 1]
    graph.remove_node("lab")
    assert "lab" in drawn.graph


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "friendship"}, "unknown kind"),
        ({"attributes": {"megawatts": 3}}, "megawatts"),
        ({"prior": (0.0, 1.0)}, "must be > 0"),
        ({"prior": (1.0, math.nan)}, "must be > 0"),
        ({"kind": "commitment", "attributes": {"promise": "jobs"}}, "lacks"),
    ],
)
def test_a_wrong_edge_is_refused(change: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word):
        Edge(**{"source": "lab", "target": "x", "kind": "contract", **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("about", [-1, 99, 8])
def test_a_promise_about_nothing_is_refused(ties: Partnerships, about: int) -> None:
    with pytest.raises(InputError, match="is about edge"):
        ties.with_edge(commitment("lab", "partner:a", "dates", 3, about))


def test_an_empty_world_has_partnerships_too() -> None:
    none = Partnerships.of([], 104, 2.0)
    assert len(none.after()) == 0
    assert none.due(1e9).size == 0
    assert none.all_strengths.size == 0
