"""A tab's world: safe while it plays, and never older than what was ordered."""

import asyncio
import threading
import time

import pytest
from fake_world import FakeWorld, fake_catalogue

from ecosystem.errors import InputError
from viz.state import BUDGET_S, Catalogue, Choice, Frame, Session, parse_query, query_of

FIRST = Choice("calm", "S0", 0)


@pytest.fixture
def session():
    made = Session(fake_catalogue(), FIRST)
    made.make(made.order.peek())
    return made


def test_step_advances_one_week_and_shows_a_new_frame(session):
    before = session.latest
    session.step()
    assert session.latest.view.week == 1
    assert session.latest.number == session.number.peek() > before.number
    assert before.view.week == 0, "a shown frame never changes"


def test_reset_and_choice_stop_and_start_again(session):
    session.advance(5)
    session.playing.set(True)
    session.choose(Choice("calm", "S2", 3))
    assert not session.playing.peek()
    assert session.latest.loading
    session.step()  # nothing is there to step yet
    session.make(session.order.peek())
    assert session.latest.choice == Choice("calm", "S2", 3)
    assert session.latest.view.week == 0
    session.advance(2)
    session.reset()
    session.make(session.order.peek())
    assert session.latest.view.week == 0
    assert session.latest.choice.strategy == "S2"


def test_an_outdated_order_is_not_built(session):
    session.choose(Choice("calm", "S2", 1))
    old = session.order.peek()
    session.choose(Choice("calm", "S2", 2))
    session.make(session.order.peek())
    session.make(old)
    assert session.latest.choice.seed == 2


def test_a_week_in_the_address_is_reached_by_running(session):
    session.choose(Choice("calm", "S0", 0, week=17))
    session.make(session.order.peek())
    by_steps = Session(fake_catalogue(), FIRST)
    by_steps.make(by_steps.order.peek())
    by_steps.advance(17)
    assert session.latest.view.week == 17
    assert session.latest.view.sites == by_steps.latest.view.sites


def test_full_speed_ends_at_the_horizon_and_stops(session):
    session.speed.set("full speed")
    session.playing.set(True)
    asyncio.run(asyncio.wait_for(session.play(), 20))
    assert session.latest.view.week == session.latest.weeks == 120
    assert session.latest.over
    assert not session.playing.peek()
    session.toggle()
    assert not session.playing.peek(), "nothing is left to play"


def test_playing_keeps_its_pace(session):
    session.speed.set("52 weeks/s")
    session.playing.set(True)

    async def pause_after_a_second():
        await asyncio.sleep(1.0)
        session.playing.set(False)

    async def both():
        await asyncio.gather(session.play(), pause_after_a_second())

    asyncio.run(both())
    assert 25 <= session.latest.view.week <= 60


def test_one_frame_takes_no_longer_than_its_budget():
    class Slow(FakeWorld):
        def step(self) -> None:
            time.sleep(0.01)
            super().step()

    catalogue = Catalogue({"calm": ""}, {"S0": ""}, Slow)
    session = Session(catalogue, FIRST)
    session.make(session.order.peek())
    began = time.perf_counter()
    session.advance(10_000, BUDGET_S)
    assert time.perf_counter() - began < 5 * BUDGET_S
    assert 1 <= session.latest.view.week <= 8


def test_nobody_looks_so_playing_pauses():
    session = Session(fake_catalogue(), FIRST, connected=lambda: False)
    session.make(session.order.peek())
    session.playing.set(True)
    asyncio.run(asyncio.wait_for(session.play(), 5))
    assert not session.playing.peek()
    assert session.latest.view.week == 0


def test_playing_waits_for_the_browser(session):
    session.speed.set("full speed")
    session.painted(session.latest.number)
    session.playing.set(True)

    async def stop_soon():
        await asyncio.sleep(0.3)
        shown = session.latest.number
        session.playing.set(False)
        return shown

    async def both():
        return (await asyncio.gather(session.play(), stop_soon()))[1]

    first = session.latest.number
    assert asyncio.run(both()) == first + 1, "the second frame waits until the first is painted"


def test_clicks_from_many_threads_while_it_plays_lose_nothing(session):
    session.speed.set("full speed")
    errors: list[BaseException] = []

    def click():
        try:
            for _ in range(20):
                session.advance(1)
                frame = session.latest
                assert frame.view is None or frame.view.week <= frame.weeks
                session.make(session.order.peek())
        except BaseException as error:  # handed to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    session.playing.set(True)
    asyncio.run(asyncio.wait_for(session.play(), 20))
    for thread in threads:
        thread.join(20)
    assert not errors


def test_a_world_that_breaks_is_said_in_words_and_can_be_left(caplog):
    session = Session(fake_catalogue(), Choice("breaks", "S0", 0))
    session.make(session.order.peek())
    session.advance(10)
    assert session.latest.error == "The run stopped in week 3: the fake world broke on purpose"
    assert "the fake world broke on purpose" in caplog.text
    session.step()
    session.choose(FIRST)
    session.make(session.order.peek())
    assert session.latest.error == ""
    assert session.latest.view.week == 0


def test_an_input_error_is_shown_without_a_traceback(caplog):
    def build(choice: Choice) -> FakeWorld:
        raise InputError(f"unknown world {choice.world!r}")

    session = Session(Catalogue({"calm": ""}, {"S0": ""}, build), FIRST)
    session.make(session.order.peek())
    assert session.latest.error.endswith("unknown world 'calm'")
    assert not session.latest.loading
    assert not caplog.records


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (None, FIRST),
        ("?world=x&strategy=S2&seed=7&week=120", Choice("x", "S2", 7, 120)),
        ("seed=-1&week=abc", FIRST),
        ("seed=99999999999999999999", FIRST),
        ("seed=²", FIRST),
    ],
)
def test_the_address_names_the_choice(query, expected):
    assert parse_query(query, FIRST) == expected


def test_the_address_leads_back(session):
    session.advance(4)
    assert parse_query(query_of(session.latest), FIRST) == Choice("calm", "S0", 0, 4)
    assert parse_query(query_of(Frame(0, Choice("a b", "S&2", 1))), FIRST).strategy == "S&2"
