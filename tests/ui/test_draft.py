"""A strategy in the making: TOML in and out, links, checks in the model's own words."""

import base64
import inspect
import random
import zlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecosystem.errors import InputError
from ecosystem.levers import ACTS
from ecosystem.scenario import (
    AfterAnnouncement,
    Condition,
    Levers,
    Strategy,
    Where,
    load_strategy,
    load_world,
    parse_strategy,
    shipped,
)
from experiments.commands.comparing import compare
from viz.effects import budget_chart, budget_note, budget_title, effects_chart, effects_title
from viz.levers import (
    _FIELDS,
    LARGEST_FILE,
    LONGEST_LINK,
    begin,
    check,
    groups_of,
    lever_table,
    moved,
    pack,
    plain,
    read,
    shared_strategy,
    toml_of,
    unpack,
    with_value,
)
from viz.pages.workshop import BUDGET_SHARE
from viz.pricing import Price

WORLD = load_world("stargate")
HEAD = 'key = "mine"\nname = "n"\ndescription = "d"\n'


def strategy_of(draft) -> Strategy:
    found = check(draft, WORLD)
    assert found.problems == ()
    assert found.strategy is not None
    return found.strategy


@pytest.mark.parametrize("name", shipped("strategies"))
def test_every_shipped_strategy_can_be_begun_from_written_and_read_again(name):
    begun, original = strategy_of(begin(name)), load_strategy(name)
    assert begun.levers == original.levers
    assert begun.governance == original.governance
    assert parse_strategy(toml_of(plain(original)), "text") == original
    assert unpack(pack(toml_of(plain(original)))) == toml_of(plain(original))


words = st.text(max_size=40)
drafts = st.fixed_dictionaries(
    {"extends": st.sampled_from(shipped("strategies")), "key": words, "name": words}
    | {"description": words},
    optional={
        "start": st.dates(date(2026, 1, 1), date(2028, 1, 1)),
        "until": st.dates(date(2029, 1, 1), date(2033, 1, 1)),
        "levers": st.fixed_dictionaries(
            {}, optional={"openness": st.floats(0, 1), "agreement_weeks": st.integers(0, 52)}
        ),
        "where": st.fixed_dictionaries({}, optional={"region": st.lists(words, max_size=3)}),
        "condition": st.fixed_dictionaries({}, optional={"organised": st.booleans()}),
        "after_announcement": st.just({"from_week": 4, "until_week": 1e2}),
    },
)


@settings(max_examples=30)
@given(drafts)
def test_a_saved_draft_is_the_same_strategy_when_it_is_loaded(draft):
    text = toml_of(draft)
    full = {name: value for name, value in draft.items() if value != {}}
    assert read(text, "saved.toml") == full
    assert toml_of(read(text, "saved.toml")) == text


def test_editing_keeps_what_differs_and_leaves_the_rest_to_the_one_begun_from():
    draft = with_value(begin("S2"), "levers.openness", "0.75")
    assert draft["levers"] == {"openness": 0.75}
    assert strategy_of(draft).levers == load_strategy("S2").levers.with_("openness", 0.75)
    assert "levers" not in with_value(draft, "levers.openness", "0.5"), "what S2 has"
    assert "levers" not in with_value(draft, "levers.openness", " "), "emptied"
    assert draft["levers"] == {"openness": 0.75}, "a draft is never changed in place"


def test_times_places_and_conditions_can_be_set_and_taken_back():
    draft = begin("S2")
    for path, value in (
        ("start", "2028-01-03"),
        ("after_announcement.until_week", "260"),
        ("where.region", ["pjm"]),
        ("where.min_gw", "1"),
        ("condition.organised", True),
        ("condition.denials", "2"),
        ("governance", "hybrid"),
    ):
        draft = with_value(draft, path, value)
    made = strategy_of(draft)
    assert made.start == date(2028, 1, 3)
    assert made.where == Where(region=("pjm",), min_gw=1)
    assert made.condition == Condition(organised=True, denials=2)
    assert made.after_announcement == AfterAnnouncement(until_week=260)
    assert made.governance is not None
    assert made.governance.mode == "hybrid"
    assert 0 < check(draft, WORLD).acts_at < check(draft, WORLD).sites
    for path, value in (
        ("start", ""),
        ("after_announcement.until_week", ""),
        ("where.region", []),
        ("where.min_gw", ""),
        ("condition.organised", False),
        ("condition.denials", "0"),
        ("governance", ""),
    ):
        draft = with_value(draft, path, value)
    assert draft == begin("S2")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("levers.openness", "7", "levers.openness = 7: Input should be less than or equal to 1"),
        ("levers.openness", "much", "levers.openness = 'much': Input should be a valid number"),
        ("levers.openness", "nan", "levers.openness"),
        ("start", "soon", "start = 'soon'"),
        ("where.region", ["pjn"], "Did you mean 'pjm'?"),
        ("where.min_gw", "900", "no site of world 'stargate' fits all of [where]"),
        ("condition.denials", "1.5", "condition.denials"),
        ("key", "S2", "a shipped strategy has it"),
        ("key", "s2", "a shipped strategy has it"),
        ("key", "a,b", "begins with a letter"),
        ("key", "", "begins with a letter"),
        ("of_budget", "0", "greater than 0"),
    ],
)
def test_what_is_wrong_is_said_in_the_models_words(path, value, said):
    found = check(with_value(begin("S2"), path, value), WORLD)
    assert found.strategy is None
    assert any(said in problem for problem in found.problems), found.problems


def test_all_that_is_wrong_is_said_at_once():
    draft = with_value(begin("S2"), "levers.openness", "7")
    draft = with_value(draft, "levers.agreement_weeks", "-1")
    assert len(check(draft, WORLD).problems) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "[levers]\nopennes = 1", "Did you mean 'openness'?"),
        (HEAD + "[levers]\nopenness = 2", "mine.toml: levers.openness = 2"),
        (HEAD + 'extends = "../S2"', "unknown strategy '../S2'"),
        (HEAD + 'extends = "/etc/passwd"', "unknown strategy '/etc/passwd'"),
        (HEAD + 'extends = "S2.toml"', "unknown strategy 'S2.toml'"),
        (HEAD + "extends = 2", "extends"),
        ("key = ", "cannot be read as TOML"),
        (HEAD + "x = " + "[" * 20_000, "cannot be read as TOML"),
        (HEAD + "x = " + "9" * 5_000, "cannot be read as TOML"),
        ("#" * (LARGEST_FILE + 1), "larger than 64 kB"),
        ("import os", "cannot be read as TOML"),
        ("", "key is missing"),
    ],
)
def test_a_file_is_data_and_a_wrong_one_is_refused_in_words(text, said):
    with pytest.raises(InputError, match=r"mine\.toml") as refused:
        read(text, "mine.toml")
    assert said in str(refused.value)


def test_links_hold_a_strategy_and_damaged_ones_say_so():
    text = toml_of(with_value(begin("S9"), "levers.openness", "0.123"))
    packed = pack(text)
    assert unpack(packed) == text
    bomb = base64.urlsafe_b64encode(zlib.compress(b"x" * 300_000, 9)).decode().rstrip("=")
    noise = random.Random(0)
    for bad in (packed[:-4], packed[::-1], "", "%%%", "A" * 3_000, "é", "AA==", bomb, "QUJD"):
        assert shared_strategy(bad) is None
        with pytest.raises(InputError, match="damaged or was cut off"):
            unpack(bad)
    long = HEAD + "".join(f"# {noise.random()}\n" for _ in range(400))
    assert pack(long) == ""
    assert len(pack(toml_of(plain(load_strategy("S9"))))) < LONGEST_LINK / 3


def test_a_link_cannot_take_the_name_of_a_shipped_strategy():
    assert shared_strategy(pack(toml_of(begin("S2")))) is not None
    assert shared_strategy(pack(toml_of({**begin("S2"), "key": "S2"}))) is None


def test_all_that_the_schema_has_can_be_set():
    paths = {row.path for group in groups_of(begin("S2"), WORLD) for row in group.rows}
    for name, group in (
        ("levers", Levers),
        ("where", Where),
        ("condition", Condition),
        ("after_announcement", AfterAnnouncement),
    ):
        assert {f"{name}.{field}" for field in group.model_fields} <= paths
    rest = set(Strategy.model_fields) - {"levers", *_FIELDS}
    assert rest == {path for path in paths if "." not in path} | {
        "key",
        "name",
        "description",
        "source",
    }


def test_rows_carry_unit_bounds_default_price_source_and_grade():
    rows = {row.path: row for group in groups_of(begin("S2"), WORLD) for row in group.rows}
    seats = rows["levers.academy_seats_per_year"]
    assert (seats.unit, seats.limits, seats.usual, seats.grade) == (
        "1/yr",
        ">= 0, <= 5000",
        "0",
        "C",
    )
    assert (seats.low, seats.high, seats.step) == (0, 5_000, 50)
    assert "P133" in seats.source
    cost = WORLD.numbers.workforce.trainee_cost_usd
    assert f"{cost:,.0f}" in seats.price
    openness = rows["levers.openness"]
    assert (openness.value, openness.base, openness.usual, openness.own) == (
        "0.5",
        "0.5",
        "0.3",
        False,
    )
    assert rows["where.region"].options == ("ercot", "miso", "pjm", "serc", "uae", "wecc")


def test_the_table_of_levers_has_every_line_with_its_value():
    table = lever_table(groups_of(with_value(begin("S2"), "levers.openness", "0.9"), WORLD))
    assert {len(column) for column in table.values()} == {len(table["key"])}
    row = table["key"].index("levers.openness")
    found = {name: column[row] for name, column in table.items()}
    assert (found["value"], found["begun_from"], found["s0"]) == ("0.9", "0.5", "0.3")
    assert set(table["key"]) >= {f"levers.{lever}" for lever in ACTS}


def test_effects_are_drawn_from_the_levers_that_differ_from_s0():
    assert moved(load_strategy("S0")) == []
    assert "nothing acts" in effects_title([])
    assert moved(load_strategy("placebo")) == ["placebo_share_of_capex"]
    assert "act" in effects_chart(["placebo_share_of_capex"])
    assert effects_title(["placebo_share_of_capex"]) == "1 lever acts on nothing"
    s3 = effects_title(moved(load_strategy("S3")))
    assert s3.endswith("labour")
    every = effects_chart(list(ACTS))
    for acts in ACTS.values():
        assert acts.label.split()[0] in every
    for cause in ("community", "labour", "grid", "equipment", "chips", "capital", "none"):
        assert f'class="flow s-{cause}"' in every


def test_the_budget_says_more_less_and_over():
    price = Price(6e8, 2e11, 6e8, True)
    assert budget_title(price) == "USD 600 M more than S0, 0.300% of campus capex"
    assert budget_note(price).startswith("100% of the budget of USD 600 M")
    over = price._replace(spent_usd=2.4e9)
    assert budget_note(over).startswith("4.00 times the budget")
    assert "c-community" in budget_chart(over, 0.003)
    assert "c-community" not in budget_chart(price, 0.003)
    assert "less than S0" in budget_title(price._replace(spent_usd=-1e8))
    assert "no spending lever" in budget_note(price._replace(spent_usd=1e8, scales=False))
    assert "S0 builds nothing" in budget_title(price._replace(capex_usd=0.0, budget_usd=0.0))
    assert "no budget" in budget_note(price._replace(capex_usd=0.0, budget_usd=0.0))


def test_the_common_budget_is_that_of_the_command():
    assert inspect.signature(compare).parameters["budget_share"].default == BUDGET_SHARE
