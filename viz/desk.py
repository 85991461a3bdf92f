"""What the pages of one tab share: the catalogue, the live world, which page is open, its link."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import solara
from reacton.core import Element

from viz.levers import pack, plain, shared_strategy, toml_of
from viz.state import KEYS, Catalogue, Choice, Session, parse_query, query_of

FIRST_PAGE = "world"
CARD, SHOW = "card", "show"
"""What the address calls the open card, and which of original and branch map and graph show."""

OWN = "own"
"""What the address calls the strategy that was made in the tab and is shown live."""


class PageOf(NamedTuple):
    """A page as the navigation knows it.

    Attributes
    ----------
    key, name : str
        In the address, and on the button.
    show : callable
        Component that shows it.
    """

    key: str
    name: str
    show: Callable[["Desk"], Element]


class Desk:
    """What one tab holds. Nothing here is shared between tabs.

    Parameters
    ----------
    catalogue : Catalogue
        What can be run.
    query : str or None
        Of the address that the tab was opened with.
    pages : collection of str
        Keys of the pages there are.
    connected : callable
        Whether anybody still looks.

    Attributes
    ----------
    session : Session
        The live world; it goes on to exist while another page is open, but does not play.
    page : solara.Reactive of str
        Key of the page that is open.
    link : solara.Reactive of dict of str to str
        What of the open page belongs in its address beyond the choice of the live world.
    address : solara.Reactive of str
        The query string that leads back here, as :meth:`watch` keeps it.
    kept : dict
        What a page wants to find again when it is opened the next time, or has worked out and
        would not work out again, by its key.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        query: str | None,
        pages: Mapping[str, PageOf],
        connected: Callable[[], bool] = lambda: True,
    ) -> None:
        given = dict(parse_qsl((query or "").lstrip("?")))
        page = given.pop("page", FIRST_PAGE)
        self.catalogue = catalogue
        self.kept: dict[object, Any] = {}
        if (shared := given.pop(OWN, "")) and (strategy := shared_strategy(shared)):
            catalogue.adopt(strategy)
        self.session = Session(catalogue, parse_query(query, catalogue.first()), connected)
        self.page = solara.reactive(page if page in pages else FIRST_PAGE)
        if self.page.peek() == FIRST_PAGE:
            self.session.picked.set(given.pop(CARD, ""))
            self.session.original.set(given.pop(SHOW, "") == "original")
        own = {key: value for key, value in given.items() if key not in KEYS}
        self.link: solara.Reactive[dict[str, str]] = solara.reactive(own)
        self.address = solara.reactive(self.query())

    def go(self, page: str, **link: str) -> None:
        """Open a page, with what its address says; the live world pauses."""
        self.session.playing.set(False)
        self.link.set(link)
        self.page.set(page)

    def live(self, choice: Choice) -> None:
        """Show a run live."""
        self.go(FIRST_PAGE)
        self.session.choose(choice)

    def watch(self) -> Callable[[], None]:
        """Keep the address from now on; return what ends that.

        A component that read all this while it renders could miss a change that another thread
        makes meanwhile, and the address would stay behind.
        """
        session = self.session
        parts = (session.number, session.playing, session.picked, session.original)
        ends = [part.subscribe(self._changed) for part in (*parts, self.page, self.link)]
        self._changed()

        def end() -> None:
            for stop in ends:
                stop()

        return end

    def _changed(self, *_: object) -> None:
        """Keep the address; while the world plays it would change many times a second."""
        if not self.session.playing.peek():
            self.address.set(self.query())

    def query(self) -> str:
        """Return the query string that leads back to what the tab shows."""
        choice, page = self.session.latest.choice, self.page.peek()
        live = query_of(self.session.latest)
        link = self._shown() if page == FIRST_PAGE else {"page": page, **self.link.peek()}
        runs = (choice.branch.strategy if choice.branch else "", choice.strategy)
        own = next((self.catalogue.own[key] for key in runs if key in self.catalogue.own), None)
        if own is not None and (packed := pack(toml_of(plain(own)))):
            link[OWN] = packed
        return f"{live}&{urlencode(link)}" if link else live

    def _shown(self) -> dict[str, str]:
        """Return what the page of the live world shows beyond its run."""
        picked = self.session.picked.peek()
        shown = {CARD: picked} if picked else {}
        branched = self.session.latest.choice.branch
        return shown | ({SHOW: "original"} if branched and self.session.original.peek() else {})
