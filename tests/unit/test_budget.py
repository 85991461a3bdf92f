"""Equal budgets: the scale is found, bounds hold, and what cannot be spent is told."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import numpy as np
import pytest

from ecosystem.errors import InputError
from ecosystem.results import RunResult
from ecosystem.scenario import (
    SPENDING,
    Levers,
    Strategy,
    World,
    load_strategy,
    load_world,
    upper_bound,
)
from experiments import budget
from experiments.budget import (
    TOLERANCE,
    Budgeted,
    budget_text,
    capex_present_value,
    equal_budget,
    present_value,
    write_budget,
)

WORLD = load_world("fictional")
CAPEX_A_YEAR, WEEKS = 1_000.0, 104


def strategy(key: str, of_budget: float = 1.0, **levers: float) -> Strategy:
    return Strategy(key=key, name=key, description="", of_budget=of_budget, levers=Levers(**levers))


def made_up(world: World, policy: Strategy, seed: int, weeks: int | None = None) -> RunResult:
    """A run in which cash costs what it is, agreements with the square, openness itself."""
    v = policy.levers
    cost = v.cash_usd_per_household_year / 100 + (100 * v.agreement_share_of_capex) ** 2
    cost += 10 * v.openness
    week = np.arange(WEEKS)
    ledger = {
        "period": np.array(["2024", "2025", "2026"], dtype=object),
        "purpose": np.array(["campus", "campus", "campus"], dtype=object),
        "payer": np.array(["partners"] * 3, dtype=object),
        "amount": np.array([1e9, CAPEX_A_YEAR, CAPEX_A_YEAR]),
    }
    weekly = {"week": week, "strategy_cost_usd": np.full(WEEKS, cost / WEEKS)}
    return RunResult({}, {"weekly": weekly, "ledger": ledger})


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "simulate", made_up)


solved = partial(equal_budget, WORLD, baseline=strategy("S0"), share=0.002)


def test_present_values_by_hand() -> None:
    rate, result = WORLD.numbers.capital.discount_per_year, made_up(WORLD, strategy("S0"), 0)
    years = (np.arange(WEEKS) - 1) / (365.25 / 7)
    assert present_value(result, WORLD) == pytest.approx((3 / WEEKS / (1 + rate) ** years).sum())
    # 2024 lies before the strategies; the middle of 2025 is 25 weeks after their start
    middle = np.array([26.09 - 0.71 - 1, 26.09 - 0.71 - 1 + 52.18]) / 52.18
    by_hand = (CAPEX_A_YEAR / (1 + rate) ** middle).sum()
    assert capex_present_value(result, WORLD) == pytest.approx(by_hand, rel=1e-3)


@pytest.mark.parametrize(
    "levers", [{"cash_usd_per_household_year": 100.0}, {"agreement_share_of_capex": 0.01}]
)
def test_the_scale_spends_the_budget(levers: dict[str, float]) -> None:
    (found,) = solved([strategy("A", **levers)])
    assert found.spent == pytest.approx(found.budget, rel=TOLERANCE)
    assert found.unspent == 0
    factor = {name: getattr(found.strategy.levers, name) / value for name, value in levers.items()}
    assert list(factor.values()) == pytest.approx([found.scale])
    assert found.natural > 0


def test_half_of_the_budget_is_half_of_the_money() -> None:
    whole, half = solved(
        [
            strategy("A", cash_usd_per_household_year=100.0),
            strategy("B", of_budget=0.5, cash_usd_per_household_year=100.0),
        ]
    )
    assert half.budget == whole.budget / 2
    assert half.scale == pytest.approx(whole.scale / 2, rel=2 * TOLERANCE)


def test_what_cannot_be_absorbed_is_unspent() -> None:
    (bounded,) = solved([strategy("A", cash_usd_per_household_year=1.0)], share=0.9)
    assert bounded.strategy.levers.cash_usd_per_household_year == 5_000
    assert bounded.unspent == pytest.approx(bounded.budget - bounded.spent)
    assert bounded.unspent > 0
    (talk,) = solved([strategy("B", openness=0.4)])
    assert (talk.scale, talk.strategy.levers.openness) == (1.0, 0.4)
    assert talk.spent == talk.natural
    (dear,) = solved([strategy("C", openness=1.0, cash_usd_per_household_year=1.0)])
    assert dear.scale == 0
    assert dear.unspent < 0, "openness alone costs more, and does not scale"


def test_the_baseline_gets_nothing_and_order_and_processes_do_not_matter() -> None:
    some = [strategy(k, cash_usd_per_household_year=v) for k, v in (("A", 50.0), ("B", 200.0))]
    first = solved([strategy("S0"), *some])
    assert [b.strategy.key for b in first] == ["A", "B"]
    assert list(reversed(solved(some[::-1]))) == first
    with ThreadPoolExecutor(2) as pool:
        assert solved([strategy("S0"), *some], executor=pool) == first


def test_a_budget_of_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="--budget-share 0"):
        solved([strategy("A")], share=0.0)

    def idle(*args: object) -> RunResult:
        result = made_up(WORLD, strategy("S0"), 0)
        result.tables["ledger"]["amount"][:] = 0.0
        return result

    monkeypatch.setattr(budget, "simulate", idle)
    with pytest.raises(InputError, match="builds nothing under S0"):
        solved([strategy("A")])


def test_it_is_told_and_written(tmp_path) -> None:
    rows = [
        Budgeted(strategy("A"), 0.5, 2e9, 1e9, 1e9),
        Budgeted(strategy("B"), 1.0, 4e8, 4e8, 1e9),
    ]
    text = budget_text(rows, 0.003)
    assert "0.300% of the net present value" in text
    assert text.splitlines()[-1].split() == ["B", "1", "400", "M", "1.00", "bn", "400", "M",
                                             "600", "M"]  # fmt: skip
    assert "Over the budget" not in text
    dear = Budgeted(strategy("C"), 0.0, 4e9, 2e9, 1e9)
    last = budget_text([*rows, dear], 0.003).splitlines()[-1]
    assert last == "Over the budget: C. They fit into --budget-share 0.0061 and more."
    write_budget(tmp_path, rows)
    assert (tmp_path / "budget.csv").read_text().splitlines()[1].startswith("A,0.5,2000000000.0")


@pytest.mark.parametrize("name", SPENDING)
def test_every_spending_lever_costs_more_where_there_is_more_of_it(name: str) -> None:
    """With the model itself, in the fictional world: cost rises with every lever of the list."""
    from ecosystem.model import simulate

    small = WORLD.with_("weeks", 260)
    extra = {"agreement_binding": 0.5} if name.startswith("agreement") else {}
    half, whole = (
        present_value(simulate(small, strategy("A", **{name: share}, **extra)), small)
        for share in (0.5 * upper_bound(name), upper_bound(name))
    )
    assert cost_of_s0() < half < whole


@cache
def cost_of_s0() -> float:
    """Return what the levers of S0 cost; a binding agreement of nothing costs as little."""
    from ecosystem.model import simulate

    small = WORLD.with_("weeks", 260)
    plain, bound = (
        present_value(simulate(small, strategy("A", agreement_binding=share)), small)
        for share in (0.0, 0.5)
    )
    assert plain == bound
    return plain


def test_s9half_asks_for_half() -> None:
    assert load_strategy("S9half").of_budget == 0.5
    whole, half = load_strategy("S9").levers, load_strategy("S9half").levers
    for name in SPENDING:
        assert getattr(half, name) == pytest.approx(getattr(whole, name) / 2)
    rest = dict.fromkeys(SPENDING, 0)
    assert half.model_dump() | rest == whole.model_dump() | rest
