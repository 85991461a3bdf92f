"""Who may talk to the server: the app's own page, by an address of this server."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Any]]
type Send = Callable[[Any], Awaitable[None]]
type Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """Refuses what a foreign page asks of the server through the browser of somebody who has it.

    Without it any page on the internet that a person opens beside the app could connect to it
    (browsers let pages open sockets to other hosts), under its own name or one that is made to
    point here.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    alone : bool
        Whether the server is for this computer alone, so that it has no other name.
    """

    def __init__(self, app: Asgi, alone: bool) -> None:
        self._app = app
        self._alone = alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on, or refuse it."""
        if scope["type"] == "lifespan" or self._welcome(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            head = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": head})
            told = b"This app answers its own page alone. Open the address that it printed."
            await send({"type": "http.response.body", "body": told})

    def _welcome(self, scope: Scope) -> bool:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if self._alone and _name(f"//{host}") not in LOOPBACK:
            return False
        origin = headers.get(b"origin")
        return origin is None or urlsplit(origin).netloc == host


def _name(address: str) -> str | None:
    """Return the host of an address, None if it is none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
