"""The market owns no efficiency and no latency: without the serving core it is another market."""

from typing import Any

import pytest

from ecosystem.cluster import chain
from ecosystem.model import simulate
from ecosystem.results import RunResult
from ecosystem.scenario import load_strategy, load_world

WORLD = load_world("stargate").with_values({"weeks": 160})


def run(monkeypatch: pytest.MonkeyPatch, **replaced: float) -> RunResult:
    """Run three years with a serving core that says `replaced` whatever is asked of it."""
    own = chain._serve
    names = chain.Flows._fields
    told = names[names.index("tokens_per_s_per_mw") : names.index("shortfall") + 1]

    def serve(usable: Any, it: Any, adopted_mw: float, *rest: Any) -> tuple[float, ...]:
        flows = dict(zip(told, own(usable, it, adopted_mw, *rest), strict=True))
        if replaced.get("served_share") is not None:
            flows |= {"served_mw": replaced["served_share"] * adopted_mw, "shortfall": 0.0}
        return tuple((flows | {k: v for k, v in replaced.items() if k in flows}).values())

    with monkeypatch.context() as patch:
        patch.setattr(chain, "_serve", serve)
        return simulate(WORLD, load_strategy("S0"))


def test_each_thing_that_the_core_tells_moves_the_market(monkeypatch: pytest.MonkeyPatch) -> None:
    real = run(monkeypatch)
    short, last = real.series("shortfall")[-1], slice(-26, None)
    assert short > 0.05

    every_wish = run(monkeypatch, served_share=1.0)
    assert every_wish.series("shortfall").max() == 0
    assert (
        every_wish.series("revenue_usd")[last].mean()
        > 1.05 * real.series("revenue_usd")[last].mean()
    )

    at_once = run(monkeypatch, latency_factor=1.0)
    assert at_once.series("demand_mw")[last].mean() > 1.05 * real.series("demand_mw")[last].mean()

    tokens = real.series("tokens_per_s")[0] / real.series("served_mw")[0]
    no_progress = run(monkeypatch, tokens_per_s_per_mw=float(tokens))
    assert no_progress.series("price_usd_per_mtok")[-1] > 3 * real.series("price_usd_per_mtok")[-1]
    assert (
        no_progress.series("demand_mw")[last].mean() > 1.1 * real.series("demand_mw")[last].mean()
    )


def test_without_the_core_nothing_is_sold(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, served_share=0.0).series("revenue_usd").max() == 0
    with pytest.raises(ZeroDivisionError):  # efficiency is a ratio to what the core began with
        run(monkeypatch, tokens_per_s_per_mw=0.0)
