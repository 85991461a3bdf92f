import numpy as np
from fake_ecosystem import simulate, strategy, tiny_world

from experiments.answer import why
from experiments.explain import explain
from experiments.outcomes import reduce, usable_gw_years


def both(weeks=260):
    world = tiny_world()
    policies = (strategy("S0"), strategy("S2", agreement_share_of_capex=0.01))
    results = [simulate(world, policy, seed=3, weeks=weeks) for policy in policies]
    return results, [reduce(result) for result in results]


def test_site_cause_and_events_of_a_known_difference_are_found():
    (first, second), (a, b) = both()
    found = explain(a, b)
    assert [row["site"] for row in found.sites] == ["alpha"]
    row = found.sites[0]
    assert row["finish_diff_weeks"] == -10  # the fake saves 10 weeks at alpha
    assert row["lost_community_diff_weeks"] == -10
    assert row["own_work_diff_weeks"] == 0
    assert row["main_cause"] == "community"
    gap = usable_gw_years(second) - usable_gw_years(first)
    np.testing.assert_allclose(row["usable_gw_years_diff"], gap)
    days = sorted(str(day) for day in second.tables["events"]["day"])
    assert found.first_b[0][0] == days[0]
    assert {event[2] for event in (*found.first_a, *found.first_b)} == {"alpha"}


def test_parts_of_a_finish_difference_add_up():
    _, (a, b) = both()
    row = explain(a, b).sites[0]
    causes = sum(value for key, value in row.items() if key.startswith("lost_"))
    assert row["own_work_diff_weeks"] + causes == row["finish_diff_weeks"]


def test_a_phase_that_only_one_run_finishes_is_counted_in_mw_not_in_weeks():
    (late, _), _ = both()
    finish = late.tables["phases"]["finish_week"]
    assert finish[0] < finish[1]
    _, (a, b) = both(weeks=int(finish[1]))  # a week too short for the later run's second phase
    row = explain(a, b).sites[0]
    assert (row["mw_only_a"], row["mw_only_b"]) == (0.0, 1000.0)
    assert row["finish_diff_weeks"] == -10


def test_a_run_and_itself_are_identical_and_said_to_be():
    _, (a, _) = both()
    found = explain(a, a)
    assert found.identical
    assert why(found, "placebo", "S0", 0) == [
        "placebo and S0 are identical in the central future: every site, every event."
    ]


def test_the_reasons_name_sites_weeks_causes_and_dates():
    _, (a, b) = both()
    text = "\n".join(why(explain(a, b), "S2", "S0", 4))
    assert "S2 against S0 in future 4: +0.383 GW yr" in text
    assert "alpha +0.383 GW yr, buildings 10.0 weeks earlier (community -10.0)" in text
    assert "First only under S2: 20" in text


def test_runs_that_differ_in_events_alone_are_not_identical():
    _, (a, b) = both()
    found = explain(a, {**a, "events": b["events"]})
    assert not found.identical
    assert "no site's usable compute differs" in why(found, "S2", "S0", 0)[0]
