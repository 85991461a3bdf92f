"""Parameters: validated when they are made, and every assumption comes with a range."""

import pytest
from pydantic import ValidationError

from ecosystem.numbers import Numbers
from ecosystem.parameters import Card, Parameters, cards, par

NUMBERS = Numbers()
CARDS = list(cards(NUMBERS))
SAMPLED = [card for card in CARDS if card.sample is not None]


class Inner(Parameters):
    share: float = par(0.5, "1", "A share", "assumption", "C", (0.2, 0.8), ge=0, le=1)


class Outer(Parameters):
    inner: Inner = Inner()
    weeks: int = par(3, "week", "A duration", "P001", "A", gt=0)
    label: str = "no card"


def test_with_changes_one_leaf_of_a_copy() -> None:
    before = Outer()
    after = before.with_("inner.share", 0.7)
    assert (after.inner.share, after.weeks) == (0.7, 3)
    assert before.inner.share == 0.5


@pytest.mark.parametrize(
    ("path", "value"), [("inner.share", 1.5), ("inner.share", "much"), ("weeks", 0)]
)
def test_with_validates_again(path: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Outer().with_(path, value)


@pytest.mark.parametrize("path", ["iner.share", "inner.shar", "week", ""])
def test_with_refuses_an_unknown_path(path: str) -> None:
    with pytest.raises(KeyError):
        Outer().with_(path, 0.5)


def test_groups_are_closed_and_frozen() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Outer.model_validate({"wekks": 3})
    with pytest.raises(ValidationError, match="frozen"):
        Outer().weeks = 4


def test_a_default_out_of_bounds_is_refused() -> None:
    class Wrong(Parameters):
        share: float = par(2, "1", "A share", "assumption", "C", ge=0, le=1)

    with pytest.raises(ValidationError):
        Wrong()


def test_cards_tell_all_there_is_to_know() -> None:
    first, second = cards(Outer())
    assert first == Card(
        path="inner.share",
        value=0.5,
        unit="1",
        meaning="A share",
        source="assumption",
        grade="C",
        sample=(0.2, 0.8),
        shape="triangular",
        limits=">= 0, <= 1",
    )
    assert (second.path, second.limits, second.sample) == ("weeks", "> 0, <= 3000", None)


def test_every_number_has_a_card() -> None:
    groups = Numbers.model_fields
    fields = sum(len(type(getattr(NUMBERS, name)).model_fields) for name in groups)
    assert len(CARDS) == fields
    assert len({card.path for card in CARDS}) == fields


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.path)
def test_number_is_declared_in_full(card: Card) -> None:
    assert card.unit
    assert card.meaning
    assert card.source
    assert card.grade in ("A", "B", "C")
    assert NUMBERS.with_(card.path, card.value) == NUMBERS
    if card.grade == "C":
        assert card.sample is not None, "an assumption is sampled, never a hidden constant"


@pytest.mark.parametrize("card", SAMPLED, ids=lambda card: card.path)
def test_sample_range_holds_the_default_and_only_valid_values(card: Card) -> None:
    assert card.sample is not None
    low, high = card.sample
    assert low < high
    assert low <= card.value <= high
    for end in (low, high):
        NUMBERS.with_(card.path, end)
    if card.shape == "lognormal":
        assert low > 0
