import math
from dataclasses import replace

import numpy as np
import pytest

from ecosystem import market
from ecosystem.errors import InputError
from ecosystem.market import Flow, MarketRules
from ecosystem.numbers import Market
from ecosystem.opening import market_rules
from ecosystem.units import WEEKS_PER_YEAR


def rules(**changes: object) -> MarketRules:
    return replace(market_rules(Market()), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("imitation_per_year", 11.0, "imitation_per_year"),
        ("exit_per_year", 10.5, "exit_per_year"),
        ("price_weeks", 4.0, "price_weeks"),
        ("demand_start_mw", 2e5, "demand_max_mw"),
        ("price_floor", 1.2, "floor <= 1 <= cap"),
        ("run_weeks", 0.5, "run_weeks"),
        ("rival_share", 1.0, "rival_share"),
        ("rival_churn_per_year", 9.0, "rival_churn_per_year"),
    ],
)
def test_numbers_that_weekly_steps_cannot_carry_are_refused(
    name: str, value: float, word: str
) -> None:
    with pytest.raises(InputError, match=word):
        rules(**{name: value})


def test_demand_starts_where_it_should_whatever_the_ceiling() -> None:
    start = rules().demand_start_mw
    for ceiling in (1.1 * start, 300 * start, 1e12):
        r = rules(demand_max_mw=ceiling)
        assert market.demand_mw(r.capability_start, 1, 1, 1, r) == pytest.approx(r.demand_start_mw)


def test_demand_saturates_at_its_ceiling() -> None:
    r = rules()
    assert market.demand_mw(1e6, 1, 1, 1, r) == pytest.approx(r.demand_max_mw)
    assert market.demand_mw(-1e6, 1, 1, 1, r) == pytest.approx(0, abs=1e-12)


def test_demand_elasticities_are_the_declared_ones() -> None:
    r = rules()
    here = market.demand_mw(150, 1, 1, 1, r)
    rebound = r.price_elasticity * r.pass_through
    assert market.demand_mw(150, 2, 1, 1, r) / here == pytest.approx(2**-r.price_elasticity)
    assert market.demand_mw(150, 1, 2, 1, r) / here == pytest.approx(2**-r.latency_elasticity)
    assert market.demand_mw(150, 1, 1, 2, r) / here == pytest.approx(2 ** (rebound - 1))


def test_rebound_of_one_makes_efficiency_neutral_in_mw() -> None:
    r = rules(price_elasticity=1.25, pass_through=0.8)
    assert market.demand_mw(150, 1, 1, 7, r) == pytest.approx(market.demand_mw(150, 1, 1, 1, r))


def test_adoption_without_demand_decays_at_the_exit_rate() -> None:
    r = rules()
    assert market.adopt(100, 0, 0, r) == pytest.approx(100 * (1 - 1 / WEEKS_PER_YEAR))
    assert market.adopt(0, 0, 0, r) == 0


def test_a_shortfall_drives_users_away_in_proportion() -> None:
    r = rules()
    lost = market.adopt(100, 100, 0, r) - market.adopt(100, 100, 0.4, r)
    assert lost == pytest.approx(0.5 * 0.4 * 100 / WEEKS_PER_YEAR)


def test_rivals_with_room_take_those_who_are_turned_away() -> None:
    r = rules()
    stay = market.adopt(100, 100, 0.4, r)
    assert stay - market.adopt(100, 100, 0.4, r, rival_room_mw=1e9) == pytest.approx(
        r.rival_churn_per_year * 40 / WEEKS_PER_YEAR
    )
    assert stay - market.adopt(100, 100, 0.4, r, rival_room_mw=10) == pytest.approx(
        r.rival_churn_per_year * 10 / WEEKS_PER_YEAR
    )
    assert market.adopt(100, 100, 0.0, r, rival_room_mw=1e9) == market.adopt(100, 100, 0.0, r)


def test_rivals_share_follows_the_lead_of_the_lab() -> None:
    r = rules(rival_share=0.3, rival_width=12.0)
    start = r.capability_start
    assert market.lab_share(start, 0.0, r) == pytest.approx(0.7)
    # A lab that releases nothing loses to a frontier that moves (1.3 + 0.5)/2.303 decades a year.
    lost = 9.63 * 1.8 / math.log(10)
    odds = 0.7 / 0.3 * math.exp(-lost / 12)
    assert market.lab_share(start, 1.0, r) == pytest.approx(odds / (1 + odds))
    assert market.lab_share(start + lost, 1.0, r) == pytest.approx(0.7)
    assert market.lab_share(-1e9, 50.0, rules(rival_share=0.0)) == 1.0


def test_rivals_of_a_world_without_use_of_compute_gain_by_algorithms_alone() -> None:
    r = rules(capability_law="compute_null")
    gain = r.capability_per_decade * r.algorithmic_growth / math.log(10)
    assert market.lab_share(r.capability_start + gain, 1.0, r) == pytest.approx(1 - r.rival_share)


def test_rivals_move_the_demand_of_the_week() -> None:
    flow = Flow(1_000, 100, 1.0, 1.0, 0)
    with_rivals, alone = rules(), rules(rival_share=0.0)
    state = market.opening(with_rivals)
    for week in (0, 104):
        share = market.lab_share(state.run.released_capability, week / WEEKS_PER_YEAR, with_rivals)
        got = market.clear(state, flow, with_rivals, week)
        base = market.clear(state, flow, alone, week)
        expected = share / (1 - with_rivals.rival_share)
        assert got.demand_mw / base.demand_mw == pytest.approx(expected)
        assert got.rival_share == pytest.approx(1 - share)
        assert base.rival_share == 0


def test_an_answer_takes_the_tries_that_were_turned_away() -> None:
    assert market.time_to_answer(2.0, 0.0) == 2.0
    assert market.time_to_answer(2.0, 0.5) == 4.0
    assert math.isfinite(market.time_to_answer(2.0, 1.0))


def test_use_at_the_start_is_what_can_be_served() -> None:
    r = rules()
    assert market.opening(r, 0.0, 200.0).adopted_mw == 200.0
    assert market.opening(r, 0.0, 200.0).demand_mw == r.demand_start_mw
    assert market.opening(r, 0.0, 2_000.0).adopted_mw == r.demand_start_mw


def test_idle_inference_brings_a_model_to_market_sooner() -> None:
    r = rules(run_weeks=4.0, release_lag_weeks=10.0, release_spare_share=0.5)

    def released(spare: float) -> int:
        run = market.opening(r, 1e22).run
        for week in range(30):
            run = market.train(run, 1e22, r, week, spare=spare)
            if run.released_capability > r.capability_start:
                return week
        return -1

    # The run ends in week 2: on sale after 10 weeks, 7.5 or 5.
    assert [released(spare) for spare in (0.0, 0.5, 1.0)] == [11, 9, 6]


def test_a_model_that_overtakes_an_older_one_does_not_wait_for_it() -> None:
    r = rules(run_weeks=4.0, release_lag_weeks=20.0, release_spare_share=0.8)
    run = market.opening(r, 1e22).run
    for week in range(12):
        run = market.train(run, 1e22, r, week, spare=0.0 if week < 4 else 1.0)
    # Ends: 2 (due 22) and 6 (due 10): the second is on sale, the first still waits.
    second = market.capability_of_run(r.final_run_share * 1e22 * 4 * 604_800, 2, r)
    assert run.released_capability == pytest.approx(second)
    assert [due for due, _ in run.pending] == [pytest.approx(14.0), pytest.approx(22.0)][::-1]


@pytest.mark.parametrize(
    ("adopted", "inference", "share", "moved"),
    [
        (900.0, 500.0, 0.5, 0.46),  # short: serving gets a step more
        (100.0, 500.0, 0.5, 0.54),  # idle: training gets a step more
        (338.0, 500.0, 0.5, 0.48),  # nearly right: no whole step is needed
        (900.0, 500.0, 0.31, 0.30),  # the floor holds
        (1.0, 500.0, 0.69, 0.70),  # and so does the ceiling
        (1.0, 0.0, 1.0, 0.70),  # nothing serves
        (0.0, 0.0, 0.5, 0.5),
    ],
)
def test_the_split_follows_need_within_its_bounds(
    adopted: float, inference: float, share: float, moved: float
) -> None:
    got = market.training_share(share, adopted, inference, 0.65, 0.04, (0.3, 0.7))
    assert got == pytest.approx(moved, abs=1e-3)


def test_the_local_slope_follows_the_law() -> None:
    r = rules(capability_law="saturating", saturation_decades=3.0, algorithmic_growth=0.0)
    here = market.capability_of_run(r.start_run_flop * 100, 0, r)
    next_one = market.capability_of_run(r.start_run_flop * 100 * 10**1e-5, 0, r)
    assert market.local_slope(here, r) == pytest.approx((next_one - here) / 1e-5, rel=1e-4)
    assert market.local_slope(1e3, rules()) == rules().capability_per_decade
    assert market.local_slope(1e3, rules(capability_law="compute_null")) == 0


def test_price_rests_at_target_utilisation() -> None:
    r = rules()
    start = r.price_start_usd_per_mw_year
    assert market.price_step(start, r.target_utilisation, r) == pytest.approx(start)
    assert not market.price_at_bound(r.target_utilisation, r)


def test_price_moves_an_eighth_of_the_way_in_a_week() -> None:
    r = rules(price_start_usd_per_mw_year=8.0, price_weeks=8.0)
    assert market.price_step(8.0, 1e9, r) == pytest.approx(8 + (12 - 8) / 8)
    assert market.price_step(8.0, 1e9, r, 0.5) == pytest.approx(8 + (12 - 8) / 16)


@pytest.mark.parametrize(("utilisation", "bound"), [(math.inf, 1.5), (-1e9, 0.5)])
def test_price_stops_at_floor_and_cap(utilisation: float, bound: float) -> None:
    r = rules()
    price = market.price_target(utilisation, r) / r.price_start_usd_per_mw_year
    assert price == pytest.approx(bound)
    assert market.price_at_bound(utilisation, r)


def test_price_without_scarcity_ignores_utilisation() -> None:
    r = rules(scarcity=0.0)
    assert market.price_target(math.inf, r) == r.price_start_usd_per_mw_year


def test_a_year_of_revenue_is_price_times_served() -> None:
    assert market.revenue_usd(10e6, 1_900) * WEEKS_PER_YEAR == pytest.approx(19e9)


def test_token_price_on_a_worked_number() -> None:
    # 31.5576e6 s a year at one million tokens per s and MW: 31.5576e6 Mtok per MW-year.
    assert market.price_usd_per_mtok(31.5576e6, 1e6) == pytest.approx(1.0)
    assert math.isnan(market.price_usd_per_mtok(24e6, 0.0))


def test_utilisation_and_shortfall_at_the_edges() -> None:
    assert market.utilisation(0, 0) == 0
    assert market.utilisation(5, 0) == math.inf
    assert market.utilisation(5, 10) == 0.5
    assert market.shortfall(0, 0) == 0
    assert market.shortfall(10, 4) == pytest.approx(0.6)
    assert market.shortfall(10, 12) == 0


def test_ten_times_the_compute_is_worth_the_declared_points() -> None:
    r = rules()
    gain = market.capability_of_run(1e28, 0, r) - market.capability_of_run(1e27, 0, r)
    assert gain == pytest.approx(r.capability_per_decade)


def test_the_start_model_is_reproduced_by_a_run_of_its_date_and_size() -> None:
    r = rules()
    began = -r.run_weeks - r.release_lag_weeks
    assert market.capability_of_run(r.start_run_flop, began, r) == pytest.approx(r.capability_start)


def test_compute_null_is_flat_in_compute_but_not_in_time() -> None:
    r = rules(capability_law="compute_null")
    assert market.capability_of_run(0, 100, r) == market.capability_of_run(1e30, 100, r)
    assert market.capability_of_run(0, 200, r) > market.capability_of_run(0, 100, r)


def test_saturating_law_starts_with_the_same_slope_and_ends() -> None:
    r = rules(capability_law="saturating", algorithmic_growth=0.0, saturation_decades=3.0)
    near = market.capability_of_run(r.start_run_flop * 10**0.001, 0, r) - r.capability_start
    assert near / 0.001 == pytest.approx(r.capability_per_decade, rel=1e-3)
    far = market.capability_of_run(r.start_run_flop * 10**60, 0, r)
    assert far == pytest.approx(r.capability_start + 3 * r.capability_per_decade)


def test_the_opening_run_is_half_done_at_the_rate_of_the_fleet() -> None:
    r = rules(run_weeks=9.0, final_run_share=0.5)
    run = market.opening(r, 1e22).run
    assert run.weeks_left == 4.5
    assert run.started_week == -4.5
    assert run.flop == pytest.approx(0.5 * 1e22 * 4.5 * 604_800)
    assert run.released_capability == r.capability_start
    assert market.opening(r).run.flop == 0


def test_a_run_gathers_its_share_and_waits_for_release() -> None:
    r = rules(run_weeks=4.5, release_lag_weeks=2.0, final_run_share=0.5)
    run = market.opening(r, 1e22).run
    seen = []
    for week in range(6):
        run = market.train(run, 1e22, r, week)
        seen.append(run.released_capability)
    due = market.capability_of_run(0.5 * 1e22 * 4.5 * 604_800, -2.25, r)
    # Half done at week 0: ends at 2.25, released at 4.25, on sale from the end of week 4.
    assert seen == [*[r.capability_start] * 4, pytest.approx(due), pytest.approx(due)]
    assert due > r.capability_start
    assert run.started_week == 2.25
    assert run.flop == pytest.approx(0.5 * 1e22 * 3.75 * 604_800)
    assert run.weeks_left == pytest.approx(0.75)


def test_a_worse_run_is_never_released_over_a_better_one() -> None:
    r = rules(run_weeks=4.0, release_lag_weeks=0.0, algorithmic_growth=0.0)
    run = market.opening(r, 1e22).run
    for week in range(8):
        run = market.train(run, 1e22 if week < 2 else 1.0, r, week)
    first = market.capability_of_run(r.final_run_share * 1e22 * 4 * 604_800, 0, r)
    assert first > r.capability_start
    assert run.released_capability == pytest.approx(first)
    assert not run.pending


def test_a_world_without_capacity_or_demand_stays_finite() -> None:
    r = rules(rival_share=0.0)  # else demand would fall, and use lag behind it
    state = market.opening(r)
    for week in range(520):
        state = market.clear(state, Flow(0, 0, 1e6, 1.0, 0), r, week)
        assert state.revenue_usd == 0
        assert math.isfinite(state.price_usd_per_mw_year)
    # Nobody is served, so users leave as fast as others come, and rivals have room for all:
    # (b + q Q/D)(D - Q) = (theta + phi) Q.
    q, b = r.imitation_per_year, r.innovation_per_year
    net = q - b - r.churn_per_year - r.rival_churn_per_year
    rest = state.demand_mw * (net + math.sqrt(net**2 + 4 * q * b)) / (2 * q)
    assert state.adopted_mw == pytest.approx(rest, rel=0.05)
    state = state._replace(adopted_mw=0.0)
    empty = market.clear(state, Flow(0, 0, 1.0, 1.0, 0), r, 0)
    assert empty.utilisation == empty.shortfall == 0
    assert empty.adopted_mw > 0


def test_a_served_market_in_balance_only_follows_its_demand() -> None:
    r = rules()
    state = market.opening(r)
    inference = state.adopted_mw / r.target_utilisation
    after = market.clear(state, Flow(inference, state.adopted_mw, 1, 1, 0), r, 0)
    assert after.price_usd_per_mw_year == pytest.approx(state.price_usd_per_mw_year)
    assert after.adopted_mw == pytest.approx(state.adopted_mw)
    assert after.revenue_usd == pytest.approx(
        r.price_start_usd_per_mw_year * r.demand_start_mw / WEEKS_PER_YEAR
    )


def test_loop_gains_on_worked_numbers() -> None:
    # s = 9.63 points per decade over a width of 8 points: about one half.
    assert market.gamma_demand(9.63, 8.0) == pytest.approx(0.5228, abs=1e-4)
    assert market.gamma_demand(9.63, 8.0, 0.5) == pytest.approx(0.2614, abs=1e-4)
    # 33% of $10.5M per MW-year against $35M per MW at 20% depreciation and growth of ln 3.
    assert market.gamma_cash(0.33, 10.5e6, 35e6, 0.2, math.log(3)) == pytest.approx(0.0762, 1e-2)


def test_the_gain_of_rivals_is_the_slope_of_the_share() -> None:
    r = rules()
    low, high = (market.lab_share(r.capability_start + x, 0.0, r) for x in (-1e-4, 1e-4))
    per_point = (math.log(high) - math.log(low)) / 2e-4
    gain = market.gamma_rivals(r.capability_per_decade, r.rival_width, r.rival_share)
    assert gain == pytest.approx(per_point * r.capability_per_decade / math.log(10), rel=1e-6)


def test_balanced_growth_trebles_yearly_at_a_gain_of_one_half() -> None:
    assert market.balanced_growth(0.5, math.log(3)) == pytest.approx(math.log(3))
    assert market.balanced_growth(0.0, 1.0) == 0
    assert market.balanced_growth(1.0, 1.0) == math.inf
    assert market.balanced_growth(1.5, 0.0, 0.0, 1.0, 0.5) == -math.inf


def test_balanced_growth_accepts_many_futures_at_once() -> None:
    gains = np.array([0.0, 0.5, 2.0])
    assert market.balanced_growth(gains, 1.0).tolist() == [0.0, 1.0, math.inf]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("utilisation", "shortfall", "saturation", "growth", "room", "label"),
    [
        (0.2, 0.0, 0.1, 0.5, 1e9, "overbuild"),
        (0.6, 0.0, 0.1, -0.1, 1e9, "decline"),
        (1.2, 0.2, 0.1, 0.5, 1e9, "delivery_limited"),
        (1.2, 0.2, 0.1, 0.5, -1e9, "finance_driven"),
        (0.6, 0.0, 0.9, 0.1, 1e9, "demand_saturated"),
        (0.6, 0.0, 0.1, 0.5, 1e9, "finance_driven"),
        # Users who leave because nothing serves them are no decline of demand.
        (2.0, 0.5, 0.1, -0.2, 1e9, "delivery_limited"),
    ],
)
def test_regimes(
    utilisation: float, shortfall: float, saturation: float, growth: float, room: float, label: str
) -> None:
    assert market.regime(utilisation, shortfall, saturation, growth, room, rules()) == label
