import networkx as nx
import numpy as np
import pytest

from ecosystem.delivery.activities import (
    ACTIVITIES,
    Activity,
    Power,
    build_network,
    durations,
    order,
    planned_weeks,
    template,
)
from ecosystem.errors import InputError
from ecosystem.numbers import Delivery

BASE = np.arange(1.0, ACTIVITIES + 1)


def test_columns_are_the_fields_of_the_delivery_numbers_in_order():
    fields = [name for name in Delivery.model_fields if name.endswith("_weeks")]
    assert fields == [f"{a.name.lower()}_weeks" for a in Activity]


def test_template_is_acyclic_and_ends_in_commissioning_alone():
    graph = template()
    assert nx.is_directed_acyclic_graph(graph)
    assert [a for a in graph if graph.out_degree(a) == 0] == [Activity.COMMISSIONING]
    assert [a for a in graph if graph.in_degree(a) == 0] == [Activity.LAND]
    place = {a: i for i, a in enumerate(order())}
    assert all(place[u] < place[v] for u, v in graph.edges)


def test_only_the_power_options_are_alternatives():
    any_of = [(u, v) for u, v, one in template().edges(data="any_of") if one]
    assert any_of == [
        (Activity.INTERCONNECT, Activity.ENERGISE),
        (Activity.BRIDGE, Activity.ENERGISE),
    ]


def test_lead_phase_builds_what_any_phase_of_its_site_can_use():
    net = build_network(np.array([7, 7, 3]), np.array([Power.GRID, Power.ISLANDED, Power.ISLANDED]))
    assert net.lead.tolist() == [0, 0, 2]
    assert net.works[0, [Activity.BRIDGE, Activity.AIR_PERMIT, Activity.INTERCONNECT]].all()
    assert not net.works[1, net.shared].any()
    assert not net.used[2, [Activity.STUDY, Activity.INTERCONNECT]].any()
    assert net.accepts.tolist() == [[True, False], [False, True], [False, True]]


def test_phases_of_a_site_follow_one_another_by_default():
    net = build_network(np.array([1, 2, 1, 2, 1]), np.zeros(5, dtype=int))
    assert net.previous.tolist() == [-1, -1, 0, 1, 2]
    assert [level.tolist() for level in net.levels] == [[0, 1], [2, 3], [4]]


def test_mates_pairs_each_row_with_every_phase_of_its_site():
    net = build_network(np.array([1, 2, 1, 2, 1]), np.zeros(5, dtype=int))
    which, phase = net.mates(np.array([3, 0]))
    assert list(zip(which.tolist(), phase.tolist(), strict=True)) == [
        (0, 1),
        (0, 3),
        (1, 0),
        (1, 2),
        (1, 4),
    ]


@pytest.mark.parametrize(
    ("previous", "says"), [([1, 0], "circle"), ([-1, -1, 0], "another site"), ([0, -1], "circle")]
)
def test_impossible_sitework_sequences_are_refused(previous, says):
    site = np.array([1, 1, 2])[: len(previous)]
    with pytest.raises(InputError, match=says):
        build_network(site, np.zeros(len(site), dtype=int), np.array(previous))


def test_later_phases_repeat_only_part_of_the_design():
    net = build_network(np.array([1, 1]), np.zeros(2, dtype=int))
    plan = planned_weeks(net, BASE, 0.35)
    assert plan[0] == pytest.approx(BASE)
    assert plan[1, Activity.DESIGN] == pytest.approx(0.35 * BASE[Activity.DESIGN])
    others = np.arange(ACTIVITIES) != Activity.DESIGN
    assert plan[1, others] == pytest.approx(BASE[others])


def test_durations_are_lognormal_about_the_plan():
    phases = 4000
    net = build_network(np.arange(phases), np.zeros(phases, dtype=int))
    rng = np.random.default_rng(5)
    sigmas = (0.3, 0.4, 0.12)
    draws = (
        rng.standard_normal((phases, ACTIVITIES)),
        rng.standard_normal(phases),
        rng.standard_normal(phases),
    )
    logs = np.log(durations(net, BASE, 0.35, sigmas, *draws) / BASE)
    # Sums of independent normals: variances add; two activities share the common part.
    common = 0.4**2 + 0.12**2
    covariance = np.cov(logs[:, 0], logs[:, 1])
    assert covariance == pytest.approx(common + np.diag([0.3**2] * 2), abs=0.02)
    assert np.median(logs, axis=0) == pytest.approx(np.zeros(ACTIVITIES), abs=0.05)


def test_shared_activities_take_the_draw_of_the_lead_phase():
    net = build_network(np.array([1, 1]), np.zeros(2, dtype=int))
    z = np.random.default_rng(1).standard_normal((2, ACTIVITIES))
    weeks = durations(net, BASE, 1.0, (0.2, 0.1, 0.1), z, np.zeros(2), np.zeros(2))
    assert (weeks[0, net.shared] == weeks[1, net.shared]).all()
    assert (weeks[0, ~net.shared] != weeks[1, ~net.shared]).all()
