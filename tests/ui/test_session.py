"""A tab's world: safe while it plays, and never older than what was ordered."""

import asyncio
import threading
import time

import pytest
from fake_world import FakeWorld, fake_catalogue

from ecosystem.errors import InputError
from viz.fork import Branch
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


def branched(week: int = 12, **levers: float) -> Session:
    """Return a session that branched to S2 in a week."""
    session = Session(fake_catalogue(), FIRST)
    session.make(session.order.peek())
    session.advance(week)
    session.branch("S2", tuple(levers.items()))
    session.make(session.order.peek())
    return session


def test_a_branch_begins_in_this_week_and_the_original_goes_on():
    session = branched()
    assert session.latest.view.week == session.latest.branch.week == 12
    assert session.latest.view.sites == session.latest.branch.sites, "one past"
    session.advance(30)
    alone = Session(fake_catalogue(), FIRST._replace(week=42))
    alone.make(alone.order.peek())
    assert session.latest.view.sites == alone.latest.view.sites
    assert session.latest.branch.sites != session.latest.view.sites
    session.unbranch()
    session.make(session.order.peek())
    assert session.latest.branch is None
    assert session.latest.view.week == 42


def test_back_before_a_branch_and_on_again_is_the_same_branch():
    session = branched(12, openness=0.9)
    session.advance(20)
    shown = session.latest.branch.sites
    for week in (12 - 5, 12 + 20):
        session.jump(week)
        session.make(session.order.peek())
        assert session.latest.view.week == week
        assert (session.latest.branch is None) == (week < 12)
    assert session.latest.branch.sites == shown


def test_a_jump_forward_goes_on_with_the_world_that_runs():
    built: list[Choice] = []

    def build(choice: Choice) -> FakeWorld:
        built.append(choice)
        return FakeWorld(choice)

    session = Session(Catalogue({"calm": ""}, {"S0": ""}, build), FIRST)
    session.make(session.order.peek())
    for week in (30, 31, 5):
        session.jump(week)
        session.make(session.order.peek())
        assert session.latest.view.week == week
    assert len(built) == 2, "only going back begins anew"


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (FIRST._replace(world="../../etc/passwd.toml"), "no world '../../etc/passwd.toml'"),
        (FIRST._replace(strategy="/tmp/mine.toml"), "no strategy '/tmp/mine.toml'"),
        (FIRST._replace(branch=Branch(3, "x.toml")), "no strategy 'x.toml'"),
        (FIRST._replace(branch=Branch(3, "S2", (("opennes", 1.0),))), "no lever 'opennes'"),
        (FIRST._replace(branch=Branch(3, "S2", (("openness", 7.0),))), ">= 0, <= 1"),
    ],
)
def test_a_link_names_nothing_but_what_can_be_chosen(choice, said, caplog):
    session = Session(fake_catalogue(), choice)
    session.make(session.order.peek())
    assert said in session.latest.error
    assert not caplog.records


def test_the_address_leads_back_to_a_branch():
    session = branched(openness=0.9, closed_loop=1.0)
    session.advance(3)
    query = query_of(session.latest)
    levers = (("openness", 0.9), ("closed_loop", 1.0))
    assert parse_query(query, FIRST) == Choice("calm", "S0", 0, 15, Branch(12, "S2", levers))


def test_hostile_levers_in_an_address_are_left_out_or_refused():
    told = "openness:nan,a:inf,<script>:1,:,x:1e3," + ",".join(f"k{i}:1" for i in range(500))
    branch = parse_query(f"?branch=1&levers={told}", FIRST).branch
    assert len(branch.levers) <= 40
    assert dict(branch.levers)["x"] == 1000.0
    assert "openness" not in dict(branch.levers)
    assert parse_query("?branch=-1&to=S2", FIRST).branch is None


def test_an_order_that_is_replaced_stops_at_once_and_its_click_does_not_wait():
    class Slow(FakeWorld):
        def step(self) -> None:
            time.sleep(0.01)
            super().step()

    session = Session(Catalogue({"calm": ""}, {"S0": ""}, Slow), FIRST._replace(week=100))
    worker = threading.Thread(target=session.make, args=(session.order.peek(),))
    worker.start()
    time.sleep(0.05)
    began = time.perf_counter()
    session.choose(FIRST._replace(seed=2))
    assert time.perf_counter() - began < 0.3
    worker.join(0.5)
    assert not worker.is_alive()
    assert session.latest.loading
    session.make(session.order.peek())
    assert session.latest.choice.seed == 2


def test_a_step_that_outlives_its_pause_is_shown(session, monkeypatch):
    begun, go_on, step = threading.Event(), threading.Event(), FakeWorld.step

    def slow(world):
        begun.set()
        go_on.wait(10)
        step(world)

    monkeypatch.setattr(FakeWorld, "step", slow)

    async def run():
        session.playing.set(True)
        play = asyncio.create_task(session.play())
        await asyncio.to_thread(begun.wait, 10)
        session.playing.set(False)
        play.cancel()  # as Solara does with a task whose reason has gone
        await asyncio.gather(play, return_exceptions=True)
        go_on.set()
        await session.settle()

    asyncio.run(run())
    assert session.latest.view.week >= 1
    assert session.number.peek() == session.latest.number
