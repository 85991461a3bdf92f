"""Every number at both its limits: the model runs, every week audited, or refuses in a line."""

from datetime import timedelta

import numpy as np
import pytest

from ecosystem.errors import InputError
from ecosystem.model import simulate
from ecosystem.observables import WEEKLY
from ecosystem.parameters import Card, cards
from ecosystem.scenario import World, load_strategy, load_world

FICTIONAL = load_world("fictional")
EARLY = FICTIONAL.model_validate(
    {**dict(FICTIONAL), "strategy_start": FICTIONAL.start + timedelta(weeks=5), "weeks": 60}
)
EVERYTHING = load_strategy("S9")
CARDS = [card for card in cards(EARLY) if type(card.value) in (int, float)]
SECTIONS = sorted({card.path.split(".")[1] for card in CARDS})


def limits(card: Card) -> list[float]:
    """Return the limits of a number; where one is excluded, a value close to it."""
    found = []
    for part in card.limits.split(", "):
        sign, limit = part.split()
        step = 1e-6 * max(abs(card.value), 1.0)
        off = {">": step, "<": -step}.get(sign, 0.0)
        found.append(type(card.value)(float(limit.replace(",", "")) + off))
    return found


def wrong(world: World) -> str:
    """Return what goes wrong in a run, if anything does."""
    try:
        result = simulate(world, EVERYTHING, 1, audit=True)
    except InputError:
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    bad = [name for name in WEEKLY if not np.isfinite(result.series(name)).all()]
    return f"not finite: {bad}" if bad else ""


def test_every_number_has_two_limits() -> None:
    assert len(CARDS) > 300
    assert [card.path for card in CARDS if len(card.limits.split(", ")) != 2] == []


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS)
def test_numbers_at_their_limits_run_under_audit(section: str) -> None:
    found = {
        f"{card.path} = {value:g}": said
        for card in CARDS
        if card.path.split(".")[1] == section
        for value in limits(card)
        if (said := wrong(EARLY.with_(card.path, value)))
    }
    assert found == {}
