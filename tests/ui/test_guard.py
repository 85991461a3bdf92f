"""Whom the server answers, where it listens, and what it says about it."""

import asyncio
import socket

import pytest

from ecosystem.errors import InputError
from viz.app import HOST, open_door, serve
from viz.guard import Guard


def answer(kind: str, alone: bool = True, **headers: str) -> str:
    """Return ``in``, or what a connection with these headers gets instead."""
    sent: list[dict] = []

    async def inside(scope, receive, send) -> None:
        sent.append({"type": "in"})

    async def send(message) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {}

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "headers": raw}
    asyncio.run(Guard(inside, alone)(scope, receive, send))
    return str(sent[0].get("status", sent[0]["type"]))


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST"])
def test_its_own_page_is_answered(kind, host):
    assert answer(kind, host=host) == "in"
    assert answer(kind, host=host, origin=f"http://{host}") == "in"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:8765"},  # a name of somebody else's that points here
        {"host": "localhost:8765", "origin": "https://evil.example"},
        {"host": "localhost:8765", "origin": "http://localhost:9999"},
        {"host": "localhost:8765", "origin": "null"},
        {"host": "localhost.evil.example"},
        {"host": "[::1"},
        {"host": ""},
        {},
    ],
)
def test_a_foreign_page_is_refused(headers):
    assert answer("http", **headers) == "403"
    assert answer("websocket", **headers) == "websocket.close"


def test_a_server_for_others_too_has_any_name_but_answers_its_own_page_alone():
    assert answer("websocket", alone=False, host="lab:8765", origin="http://lab:8765") == "in"
    assert answer("websocket", alone=False, host="lab:8765", origin="http://x") != "in"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_is_for_this_computer_alone_unless_told_otherwise(capsys):
    port = free_port()
    listener, url, alone = open_door(HOST, port)
    with listener:
        assert listener.getsockname() == ("127.0.0.1", port)
        assert (url, alone) == (f"http://localhost:{port}", True)
    assert capsys.readouterr().err == ""
    port = free_port()
    listener, url, alone = open_door("0.0.0.0", port)
    with listener:
        assert (url, alone) == (f"http://localhost:{port}", False)
    told = capsys.readouterr().err
    assert told.startswith("Warning: --host 0.0.0.0 lets whoever can reach this computer run")


@pytest.mark.parametrize("host", ["192.0.2.7", "not a host", "a" * 300])
def test_an_address_that_is_not_here_is_one_clear_line(host):
    with pytest.raises(InputError, match="this computer has no such address"):
        serve(8765, False, host=host)
