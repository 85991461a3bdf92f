"""Worlds in which a cause holds nothing back at a site."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ecosystem.causes.study import NAMES
from ecosystem.delivery.activities import Cause
from ecosystem.errors import InputError
from ecosystem.layout import Layout
from ecosystem.state import Sites
from ecosystem.units import BoolArray

type Relaxed = tuple[str, str | None]


def relaxed(layout: Layout, relax: Iterable[Relaxed]) -> BoolArray | None:
    """Return which cause is to hold nothing back at which site, shape (S, 8); None for nothing.

    Raises
    ------
    InputError
        If there is no such cause, or the programme cannot build at such a site.
    """
    table = np.zeros((len(layout.sites), len(Cause)), dtype=bool)
    for name, site in relax:
        if name not in NAMES:
            raise InputError(f"No cause {name!r} to relax; known are {', '.join(NAMES)}.")
        if site is not None and site not in layout.index:
            known = ", ".join(layout.index)
            raise InputError(f"Site {site!r} cannot be relaxed; known are {known}.")
        table[slice(None) if site is None else layout.index[site], NAMES.index(name)] = True
    return table if table.any() else None


def without_hearings(sites: Sites, free: BoolArray | None) -> Sites:
    """Approve sites that no community holds back, so that nobody hears what was never in doubt."""
    if free is None:
        return sites
    unheld = free[:, Cause.COMMUNITY]
    return replace(
        sites,
        approved=sites.approved | unheld,
        open_venues=sites.open_venues & ~unheld[:, None],
    )
